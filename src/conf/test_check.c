/*
 * test_check: see test_check.h. In the order of the file; each fault at its own
 * line, as it was read.
 */
#include "conf/test_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/test_table.h"
#include "core/register_index.h"

/* --- what all parts need --------------------------------------------------- */

struct checking {
	struct test_file *file;
	struct faults *faults;
	const char *part;		/* "given", "expect" */
	const char *table;		/* the file lines are of, if not the
					   tests' own */
	struct test_given *given;	/* whose table it is */
};

static bool check_fault(struct checking *checking, int line,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

static const char *checking_place(const struct checking *checking)
{
	return checking->table != NULL ? checking->table : checking->file->shown;
}

static bool check_fault(struct checking *checking, int line,
	const char *format, ...)
{
	struct text text;
	va_list arguments;

	text_init(&text, 0);
	va_start(arguments, format);
	text_addv(&text, format, arguments);
	va_end(arguments);
	faults_error(checking->faults, (struct origin){checking_place(checking),
		line, 0}, "%s: %s", checking->part, text_string(&text));
	text_release(&text);
	return false;
}

static bool check_moment(struct checking *checking, const struct said *said,
	const char *key, struct moment *out)
{
	return moment_parse(said->text, strlen(said->text), out) ||
		check_fault(checking, said->line, "%s: \"%.80s\" is not a date "
			"or time (2020-12-31, 2020-12-31T23:59:59Z)", key,
			said->text);
}

/* A date is the end of its day. */
static bool check_time(struct checking *checking, const struct said *said,
	const char *key, instant *out)
{
	struct moment moment;

	if (!check_moment(checking, said, key, &moment))
		return false;
	*out = moment_instant(&moment, checking->file->settings->zone);
	return true;
}

static bool check_unknown_word(struct checking *checking, int line,
	const char *what, const char *word, const char *near)
{
	return check_fault(checking, line, "there is no %s \"%.100s\"%s%s%s",
		what, word, near != NULL ? ", nearest is \"" : "",
		near != NULL ? near : "", near != NULL ? "\"" : "");
}

static bool check_unknown(struct checking *checking, int line,
	const char *what, enum thing_kind kind, const char *id)
{
	return check_unknown_word(checking, line, what, id, thing_nearest(
		checking->file->reg, kind, id, checking->faults));
}

/* --- what is given --------------------------------------------------------- */

static bool check_indicator(struct checking *checking, const char *id, int line)
{
	const struct register_ *reg = checking->file->reg;

	return register_indicator(reg, id) != NOT_FOUND ||
		check_unknown(checking, line, "indicator", THING_INDICATOR, id);
}

/* Without a time of its own a figure is published when it is given. */
static void given_add(struct test_given *given, const struct row *row)
{
	given->rows = mem_grow(given->rows, given->row_count, &given->row_room,
		sizeof *given->rows);
	given->rows[given->row_count] = *row;
	if (row->observation.published == INSTANT_MIN)
		given->rows[given->row_count].observation.published =
			given->when;
	given->row_count++;
}

static void given_row(struct checking *checking, struct test_given *given,
	int line, const struct row_text *text)
{
	const struct test_file *file = checking->file;
	struct row row;
	struct error error;

	if (text->indicator == NULL)
		check_fault(checking, line, "the key \"indicator\" is missing");
	else if (!check_indicator(checking, text->indicator, line))
		return;
	else if (row_check(file->reg, NOT_FOUND, file->settings->zone, text,
	    &row, &error) < 0)
		check_fault(checking, line, "%s", error.text);
	else
		given_add(given, &row);
}

/* The next word of a text, cut out of it; NULL: there is none. */
static char *next_word(char **rest)
{
	static const char blank[] = " \t\r\n";
	char *word = *rest + strspn(*rest, blank);
	size_t length = strcspn(word, blank);

	*rest = word + length;
	if (length == 0)
		return NULL;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

/* "2020-01 = 5", "exports 2020-01 = 5", and "provisional" behind. */
static bool figure_split(char *text, struct row_text *out)
{
	char *equals = strchr(text, '=');
	char *words[3], *more, *before = text;

	if (equals == NULL)
		return false;
	*equals++ = '\0';
	for (int i = 0; i < 3; i++)
		words[i] = next_word(&before);
	out->value = next_word(&equals);
	more = next_word(&equals);
	if (words[0] == NULL || words[2] != NULL || out->value == NULL ||
	    (more != NULL && !string_is(more, "provisional")) ||
	    next_word(&equals) != NULL)
		return false;
	if (words[1] != NULL)
		out->indicator = words[0];
	out->period = words[1] != NULL ? words[1] : words[0];
	out->provisional |= more != NULL;
	return true;
}

static void given_figures(struct checking *checking, struct test_given *given)
{
	for (size_t i = 0; i < given->figures.count; i++) {
		const struct said *said = &given->figures.items[i];
		struct row_text row = {.indicator = given->indicator,
			.published = given->published.text,
			.provisional = given->provisional};
		char *text = mem_string(said->text);

		if (figure_split(text, &row))
			given_row(checking, given, said->line, &row);
		else
			check_fault(checking, said->line, "\"%.80s\": write "
				"\"2020-01 = 5\", with the indicator before it "
				"or \"provisional\" behind where need be",
				said->text);
		free(text);
	}
}

static void given_values(struct checking *checking, struct test_given *given)
{
	struct period first;
	struct text period;

	if (given->values.count == 0)
		return;
	if (!period_read(given->first.text, &first)) {
		check_fault(checking, given->first.line, "first: \"%.80s\" is "
			"not a period (2020, 2020-Q3, 2020-07, 2020-07-15)",
			given->first.text);
		return;
	}
	text_init(&period, 0);
	for (size_t i = 0; i < given->values.count; i++) {
		const struct said *said = &given->values.items[i];

		text_clear(&period);
		text_add_period(&period, period_next(first, (int64_t)i));
		given_row(checking, given, said->line, &(struct row_text){
			.indicator = given->indicator,
			.period = text_string(&period), .value = said->text,
			.published = given->published.text,
			.provisional = given->provisional});
	}
	text_release(&period);
}

static void table_tell(void *context, int line, const struct row_text *text)
{
	struct checking *checking = context;
	const struct test_given *given = checking->given;
	struct row_text row = *text;

	if (row.indicator == NULL)
		row.indicator = given->indicator;
	if (row.published == NULL)
		row.published = given->published.text;
	row.provisional |= given->provisional;
	given_row(checking, checking->given, line, &row);
}

static void table_fault(void *context, int line, const char *what)
{
	check_fault(context, line, "%s", what);
}

static void given_table(struct checking *checking, struct test_given *given)
{
	if (given->observations.text == NULL)
		return;
	checking->given = given;
	checking->table = conf_file_shown(checking->file->arena,
		given->observations.text);
	test_table_read(given->observations.text, table_tell, table_fault,
		checking);
	checking->table = NULL;
}

/* The list was made by growing it, and the arena frees it with the rest. */
static void given_settle(struct checking *checking, struct test_given *given)
{
	given->rows = mem_resize(given->rows, given->row_count + 1,
		sizeof *given->rows);
	arena_adopt(checking->file->arena, given->rows);
}

static void check_given(struct checking *checking, struct test_given *given)
{
	const struct register_ *reg = checking->file->reg;
	struct moment moment;

	check_time(checking, &given->at, "at", &given->when);
	if ((given->published.text != NULL && !check_moment(checking,
	    &given->published, "published", &moment)) ||
	    (given->indicator != NULL &&
	    !check_indicator(checking, given->indicator, given->line)))
		return;
	given_figures(checking, given);
	given_values(checking, given);
	given_table(checking, given);
	given_settle(checking, given);
	if (given->source == NULL)
		return;
	given->source_index = register_source(reg, given->source);
	if (given->source_index == NOT_FOUND)
		check_unknown(checking, given->line, "source", THING_SOURCE,
			given->source);
}

/* --- what is expected ------------------------------------------------------ */

static bool check_milestone(struct checking *checking, const struct said *said)
{
	const struct register_ *reg = checking->file->reg;

	for (size_t i = 0; i < reg->milestone_count; i++)
		if (string_matches(reg->milestones[i].id, said->text))
			return true;
	return check_unknown(checking, said->line, "milestone", THING_MILESTONE,
		said->text);
}

static bool check_kind(struct checking *checking, int line, const char *word,
	enum event_kind *out)
{
	const char *names[EVENT_KIND_COUNT + 1] = {NULL};

	if (event_kind_parse(word, out))
		return true;
	for (int i = 0; i < EVENT_KIND_COUNT; i++)
		names[i] = event_kind_name((enum event_kind)i);
	return check_unknown_word(checking, line, "kind of event", word,
		string_nearest(word, names));
}

/* Something that events tell of. */
static bool check_subject(struct checking *checking, int line, const char *id)
{
	const struct register_ *reg = checking->file->reg;

	return register_milestone(reg, id) != NOT_FOUND ||
		register_source(reg, id) != NOT_FOUND ||
		register_indicator(reg, id) != NOT_FOUND ||
		check_unknown(checking, line, "milestone, source or indicator",
			THING_MILESTONE, id);
}

/* "[WHEN] KIND [SUBJECT]"; without a subject, that of the expectation. */
static void check_event(struct checking *checking, struct test_expect *expect,
	const struct said *said, bool timed, struct test_event *out)
{
	struct arena *arena = checking->file->arena;
	char *rest = arena_string(arena, said->text);
	char *when = timed ? next_word(&rest) : NULL;
	char *kind = next_word(&rest), *subject = next_word(&rest);

	*out = (struct test_event){.line = said->line, .subject = subject};
	if (kind == NULL || next_word(&rest) != NULL ||
	    (subject == NULL && expect->milestone.text == NULL)) {
		check_fault(checking, said->line, timed ? "\"%.80s\": write "
			"\"2020-07-31 slipped pledge/milestone\", or the "
			"milestone as a key" : "\"%.80s\": write \"slipped "
			"pledge/milestone\", or the milestone as a key",
			said->text);
		return;
	}
	if (timed)
		check_moment(checking, &(struct said){when, said->line},
			"events", &out->time);
	check_kind(checking, said->line, kind, &out->kind);
	if (subject != NULL)
		check_subject(checking, said->line, subject);
}

static struct test_event *check_events(struct checking *checking,
	struct test_expect *expect, const struct sayings *sayings, bool timed)
{
	struct test_event *events = arena_alloc(checking->file->arena,
		sayings->count + 1, sizeof *events);

	for (size_t i = 0; i < sayings->count; i++)
		check_event(checking, expect, &sayings->items[i], timed,
			&events[i]);
	return events;
}

static void check_wanted(struct checking *checking,
	const struct test_expect *expect)
{
	for (int i = 0; i < ASPECT_COUNT; i++) {
		const struct said *said = &expect->wanted[i];
		struct error error;

		if (said->text != NULL && !aspect_check((enum aspect)i,
		    said->text, &error))
			check_fault(checking, said->line, "%s: %s",
				aspect_name((enum aspect)i), error.text);
	}
}

/* A span begins with its first day and ends with its last. */
static void check_span(struct checking *checking, struct test_expect *expect)
{
	const struct zone *zone = checking->file->settings->zone;
	struct moment moment;

	expect->since = INSTANT_MIN;
	expect->until = INSTANT_MAX;
	if (expect->from.text != NULL && check_moment(checking, &expect->from,
	    "from", &moment))
		expect->since = moment.kind == MOMENT_DATE ?
			zone_day_start(zone, moment.local.date) :
			moment_instant(&moment, zone);
	if (expect->to.text != NULL)
		check_time(checking, &expect->to, "to", &expect->until);
}

static void check_expect(struct checking *checking, struct test_expect *expect)
{
	expect->when = INSTANT_MIN;
	if (expect->at.text != NULL)
		check_time(checking, &expect->at, "at", &expect->when);
	if (expect->milestone.text != NULL)
		check_milestone(checking, &expect->milestone);
	check_wanted(checking, expect);
	check_span(checking, expect);
	expect->alerts = check_events(checking, expect, &expect->alert_sayings,
		false);
	expect->events = check_events(checking, expect, &expect->event_sayings,
		true);
}

/* --- tests ------------------------------------------------------------------ */

static void test_spans(struct test *test, instant at)
{
	if (at == INSTANT_MIN || at == INSTANT_MAX)
		return;
	if (at < test->begins)
		test->begins = at;
	if (at > test->ends)
		test->ends = at;
}

/* From the first time that is named to the last, unless it says so itself. */
static void check_life(struct checking *checking, struct test *test)
{
	test->begins = INSTANT_MAX;
	test->ends = INSTANT_MIN;
	for (size_t i = 0; i < test->given_count; i++)
		test_spans(test, test->givens[i].when);
	for (size_t i = 0; i < test->expect_count; i++) {
		test_spans(test, test->expects[i].when);
		test_spans(test, test->expects[i].since);
		test_spans(test, test->expects[i].until);
	}
	if (test->from.text != NULL)
		check_time(checking, &test->from, "from", &test->begins);
	if (test->to.text != NULL)
		check_time(checking, &test->to, "to", &test->ends);
	if (test->begins == INSTANT_MAX || test->ends == INSTANT_MIN)
		check_fault(checking, test->line, "no time is named: when does "
			"it begin, and when does it end?");
	else if (test->begins > test->ends)
		check_fault(checking, test->line, "ends before it begins");
}

static void check_inside(struct checking *checking, const struct test *test)
{
	for (size_t i = 0; i < test->given_count; i++)
		if (test->givens[i].when < test->begins ||
		    test->givens[i].when > test->ends)
			check_fault(checking, test->givens[i].line, "is given "
				"outside the test's from and to");
	for (size_t i = 0; i < test->expect_count; i++)
		if (test->expects[i].when != INSTANT_MIN &&
		    (test->expects[i].when < test->begins ||
		    test->expects[i].when > test->ends))
			check_fault(checking, test->expects[i].line,
				"is expected outside the test's from and to");
}

static void check_name(struct checking *checking, const struct test *test)
{
	const struct test_file *file = checking->file;

	for (const struct test *other = file->tests; other < test; other++)
		if (string_is(other->name, test->name)) {
			check_fault(checking, test->line, "another test is named"
				" \"%.80s\", on line %d", test->name,
				other->line);
			return;
		}
}

static void check_test(struct checking *checking, struct test *test)
{
	size_t errors = checking->faults->errors;

	checking->part = "tests";
	check_name(checking, test);
	checking->part = "given";
	for (size_t i = 0; i < test->given_count; i++)
		check_given(checking, &test->givens[i]);
	checking->part = "expect";
	for (size_t i = 0; i < test->expect_count; i++)
		check_expect(checking, &test->expects[i]);
	checking->part = "tests";
	if (checking->faults->errors != errors)
		return;
	check_life(checking, test);
	if (checking->faults->errors == errors)
		check_inside(checking, test);
}

void test_file_check(struct test_file *file, struct faults *faults)
{
	struct checking checking = {.file = file, .faults = faults};

	for (size_t i = 0; i < file->count; i++)
		check_test(&checking, &file->tests[i]);
}
