/*
 * test_file: see test_file.h. First all is read as it is written; then, the
 * register being known, checked and dated in the order of the file.
 */
#include "conf/test_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "conf/register_file.h"
#include "conf/register_tables.h"

#define ROW(name_, kind_) .name = name_, .kind = &kind_
#define REQUIRED .standing = CONF_REQUIRED

/* --- values of its own --------------------------------------------------- */

static bool sayings_are_list(const config_setting_t *setting)
{
	return config_setting_is_array(setting) || config_setting_is_list(setting);
}

/* A list of strings, or of numbers too, each with its line. */
static bool sayings_read_as(struct conf_reader *reader,
	const struct conf_kind *element, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct sayings *sayings = conf_member(object, key->offset);
	const struct conf_key at_start = {.name = key->name, .kind = element};
	size_t errors = reader->faults->errors;
	int count;

	if (!sayings_are_list(setting))
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	count = config_setting_length(setting);
	if (count > TEST_LIST_MAX)
		return conf_fault(reader, setting, "has %d elements, at most %d "
			"are possible", count, TEST_LIST_MAX);
	sayings->items = arena_alloc(reader->arena, (size_t)count + 1,
		sizeof *sayings->items);
	for (int i = 0; i < count; i++)
		conf_read_as(reader, element, &at_start,
			config_setting_get_elem(setting, (unsigned)i),
			&sayings->items[sayings->count++]);
	return reader->faults->errors == errors;
}

static bool strings_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return sayings_read_as(reader, &conf_said, key, setting, object);
}

static bool numbers_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return sayings_read_as(reader, &conf_said_number, key, setting, object);
}

static bool said_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	return conf_read_as(reader, &conf_said, key, setting, object);
}

static bool said_number_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return conf_read_as(reader, &conf_said_number, key, setting, object);
}

static const struct conf_kind
	strings_kind = {"list of strings", "a list of strings [ \"…\", \"…\" ]",
		NULL, strings_read},
	numbers_kind = {"list of numbers", "a list of numbers ( 1, 2.5 )", NULL,
		numbers_read},
	time_kind = {"time", "a date or time in quotes", NULL, said_read},
	period_kind = {"period", "a period such as \"2020-07\"", NULL, said_read},
	pattern_kind = {"id or pattern", "a string", NULL, said_read},
	word_kind = {"word", "a string", NULL, said_read},
	figure_kind = {"number", "a number or \"none\"", NULL, said_number_read},
	days_kind = {"days", "a number of days or \"none\"", NULL,
		said_number_read},
	part_kind = {"part of a text", "a string", NULL, said_read};

static const struct conf_word first_sight_words[] = {
	{"summary", FIRST_SIGHT_SUMMARY, CONF_OPTIONAL},
	{"each", FIRST_SIGHT_EACH, CONF_OPTIONAL},
	{"none", FIRST_SIGHT_NONE, CONF_OPTIONAL},
	{0},
};

/* --- given --------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct test_given, member)

static const struct conf_key given_keys[] = {
	{ROW("answers", conf_bool), AT(answers), .fallback = "false"},
	{ROW("at", time_kind), AT(at), REQUIRED},
	{ROW("fails", conf_text), AT(fails)},
	{ROW("figures", strings_kind), AT(figures)},
	{ROW("first", period_kind), AT(first)},
	{ROW("indicator", conf_name), AT(indicator)},
	{ROW("provisional", conf_bool), AT(provisional), .fallback = "false"},
	{ROW("published", time_kind), AT(published)},
	{ROW("source", conf_name), AT(source)},
	{ROW("values", numbers_kind), AT(values)},
};

#undef AT

static void *given_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct test *test = parent;
	struct test_given *given = &test->givens[test->given_count++];

	given->line = conf_origin(reader, setting).line;
	given->source_index = NOT_FOUND;
	return given;
}

static void given_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	const struct test_given *given = object;
	bool figures = conf_given(group, "figures");
	bool values = conf_given(group, "values");
	bool state = conf_given(group, "fails") || given->answers;

	(void)parent;
	if (conf_given(group, "source") ? !state || figures || values
	    : state || figures == values)
		conf_fault(reader, group->setting, "says either figures, or "
			"first and values, or source and fails or answers");
	if (values && !conf_given(group, "first"))
		conf_fault(reader, group->setting, "the key \"first\" is "
			"missing: the period of the first of values");
	if (values && !conf_given(group, "indicator"))
		conf_fault(reader, group->setting, "the key \"indicator\" is "
			"missing");
	if (given->answers && given->fails != NULL)
		conf_fault(reader, group->setting, "a source either fails or "
			"answers");
}

static const struct conf_table given_table = {CONF_TABLE(given_keys),
	.open = given_open, .close = given_close};

/* --- expect -------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct test_expect, member)
#define WANTED(aspect) AT(wanted[aspect])

static const struct conf_key expect_keys[] = {
	{ROW("actual", figure_kind), WANTED(ASPECT_ACTUAL)},
	{ROW("alerts", strings_kind), AT(alert_sayings)},
	{ROW("at", time_kind), AT(at)},
	{ROW("baseline", figure_kind), WANTED(ASPECT_BASELINE)},
	{ROW("data_through", period_kind), WANTED(ASPECT_DATA_THROUGH)},
	{ROW("days_late", days_kind), WANTED(ASPECT_DAYS_LATE)},
	{ROW("days_overdue", days_kind), WANTED(ASPECT_DAYS_OVERDUE)},
	{ROW("due", time_kind), WANTED(ASPECT_DUE)},
	{ROW("event_date", time_kind), WANTED(ASPECT_EVENT_DATE)},
	{ROW("events", strings_kind), AT(event_sayings)},
	{ROW("from", time_kind), AT(from)},
	{ROW("knowledge", word_kind), WANTED(ASPECT_KNOWLEDGE)},
	{ROW("lifecycle", word_kind), WANTED(ASPECT_LIFECYCLE)},
	{ROW("milestone", pattern_kind), AT(milestone)},
	{ROW("original_due", time_kind), WANTED(ASPECT_ORIGINAL_DUE)},
	{ROW("pace", figure_kind), WANTED(ASPECT_PACE)},
	{ROW("progress", word_kind), WANTED(ASPECT_PROGRESS)},
	{ROW("reason", part_kind), WANTED(ASPECT_REASON)},
	{ROW("required_now", figure_kind), WANTED(ASPECT_REQUIRED_NOW)},
	{ROW("share_of_increment", figure_kind),
		WANTED(ASPECT_SHARE_OF_INCREMENT)},
	{ROW("share_of_level", figure_kind), WANTED(ASPECT_SHARE_OF_LEVEL)},
	{ROW("shortfall", figure_kind), WANTED(ASPECT_SHORTFALL)},
	{ROW("status", word_kind), WANTED(ASPECT_STATUS)},
	{ROW("target", figure_kind), WANTED(ASPECT_TARGET)},
	{ROW("to", time_kind), AT(to)},
	{ROW("verdict", word_kind), WANTED(ASPECT_VERDICT)},
};

#undef AT

static void *expect_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct test *test = parent;
	struct test_expect *expect = &test->expects[test->expect_count++];

	expect->line = conf_origin(reader, setting).line;
	return expect;
}

static bool expect_has_wanted(const struct test_expect *expect)
{
	for (int i = 0; i < ASPECT_COUNT; i++)
		if (expect->wanted[i].text != NULL)
			return true;
	return false;
}

static void expect_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct test_expect *expect = object;
	bool wanted = expect_has_wanted(expect);

	(void)parent;
	expect->has_alerts = conf_taken(group, "alerts");
	expect->has_events = conf_taken(group, "events");
	if (!wanted && !conf_given(group, "alerts") &&
	    !conf_given(group, "events"))
		conf_fault(reader, group->setting, "expects nothing: say a "
			"status, alerts, events or the like");
	if ((wanted || expect->has_alerts) && !conf_given(group, "at"))
		conf_fault(reader, group->setting, "the key \"at\" is missing");
	if (wanted && !conf_given(group, "milestone"))
		conf_fault(reader, group->setting,
			"the key \"milestone\" is missing");
	if (!expect->has_events && (conf_given(group, "from") ||
	    conf_given(group, "to")))
		conf_fault(reader, group->setting,
			"from and to are for events alone");
}

static const struct conf_table expect_table = {CONF_TABLE(expect_keys),
	.open = expect_open, .close = expect_close};

/* --- tests --------------------------------------------------------------- */

/* Room for as many elements as a list has, one at least; NULL after a fault. */
static void *list_room(struct conf_reader *reader,
	const config_setting_t *setting, size_t size)
{
	int count = config_setting_length(setting);

	if (count <= TEST_LIST_MAX)
		return arena_alloc(reader->arena, (size_t)count + 1, size);
	conf_fault(reader, setting, "has %d elements, at most %d are possible",
		count, TEST_LIST_MAX);
	return NULL;
}

static bool givens_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct test *test = object;

	test->givens = list_room(reader, setting, sizeof *test->givens);
	return test->givens != NULL &&
		conf_read_as(reader, &conf_list, key, setting, object);
}

static bool expects_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct test *test = object;

	test->expects = list_room(reader, setting, sizeof *test->expects);
	return test->expects != NULL &&
		conf_read_as(reader, &conf_list, key, setting, object);
}

static bool tests_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct test_file *file = object;

	file->tests = list_room(reader, setting, sizeof *file->tests);
	return file->tests != NULL &&
		conf_read_as(reader, &conf_list, key, setting, object);
}

static const struct conf_kind
	givens_kind = {"list of groups", "a list of groups", NULL, givens_read},
	expects_kind = {"list of groups", "a list of groups", NULL,
		expects_read},
	tests_kind = {"list of groups", "a list of groups", NULL, tests_read};

#define AT(member) .offset = offsetof(struct test, member)

static const struct conf_key tests_keys[] = {
	{ROW("expect", expects_kind), .inside = &expect_table, REQUIRED},
	{ROW("from", time_kind), AT(from)},
	{ROW("given", givens_kind), .inside = &given_table},
	{ROW("name", conf_name), AT(name), REQUIRED},
	{ROW("to", time_kind), AT(to)},
};

#undef AT

static void *test_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct test_file *file = parent;
	struct test *test = &file->tests[file->count++];

	test->line = conf_origin(reader, setting).line;
	return test;
}

static const struct conf_table tests_table = {CONF_TABLE(tests_keys),
	.open = test_open};

/* --- a whole file -------------------------------------------------------- */

static const struct conf_word fetch_words[] = {
	{"none", 0, CONF_OPTIONAL},
	{"file", 1, CONF_OPTIONAL},
	{0},
};

static bool fetch_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct test_file *file = object;
	struct conf_key row = *key;
	int word;

	row.offset = 0;
	if (!conf_read_as(reader, &conf_word_kind, &row, setting, &word))
		return false;
	file->fetches = word != 0;
	return true;
}

static const struct conf_kind
	fetch_kind = {"word", "a string", NULL, fetch_read};

#define AT(member) .offset = offsetof(struct test_file, member)
#define SECOND(member) .second = offsetof(struct test_file, member)

static const struct conf_key test_file_rows[] = {
	{ROW("conf", conf_path), AT(conf)},
	{ROW("fetch", fetch_kind), .words = fetch_words, .fallback = "none"},
	{ROW("first_sight", conf_word_kind), AT(first_sight),
		.words = first_sight_words, .fallback = "each"},
	{ROW("register", conf_strings), AT(registers), SECOND(register_count)},
	{ROW("tests", tests_kind), .inside = &tests_table, REQUIRED},
	{ROW("timezone", conf_zone), AT(zone_id), SECOND(zone)},
};

#undef AT
#undef SECOND

const struct conf_table test_table = {CONF_TABLE(test_file_rows)};

static int key_order(const void *a, const void *b)
{
	return strcmp(((const struct conf_key *)a)->name,
		((const struct conf_key *)b)->name);
}

/* The same, and the lists of a register, which are read by themselves. */
static struct conf_table table_with_register(struct arena *arena)
{
	size_t own = test_table.count, count = own + register_table.count;
	struct conf_key *keys = arena_alloc(arena, count, sizeof *keys);

	memcpy(keys, test_file_rows, sizeof test_file_rows);
	for (size_t i = 0; i < register_table.count; i++)
		keys[own + i] = (struct conf_key){
			.name = register_table.keys[i].name,
			.kind = &conf_anything,
		};
	qsort(keys, count, sizeof *keys, key_order);
	return (struct conf_table){.keys = keys, .count = count};
}

/* --- checking: what all parts need ---------------------------------------- */

struct checking {
	struct test_file *file;
	struct faults *faults;
	const char *part;		/* "given", "expect" */
};

static bool check_fault(struct checking *checking, int line,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool check_fault(struct checking *checking, int line,
	const char *format, ...)
{
	struct text text;
	va_list arguments;

	text_init(&text, 0);
	va_start(arguments, format);
	text_addv(&text, format, arguments);
	va_end(arguments);
	faults_error(checking->faults, (struct origin){checking->file->shown,
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

/* The nearest of a register's ids; NULL: none is near. */
static const char *nearest_id(const char *word, const void *list, size_t count,
	size_t size)
{
	const char **names = mem_new(count + 1, sizeof *names);
	const char *near;

	/* an id is the first member of all of them */
	for (size_t i = 0; i < count; i++)
		names[i] = *(const char *const *)(const void *)
			((const char *)list + i * size);
	near = string_nearest(word, names);
	free(names);
	return near;
}

#define NEAREST(word, list, count) \
	nearest_id(word, list, count, sizeof *(list))

static bool check_unknown(struct checking *checking, int line,
	const char *what, const char *word, const char *near)
{
	return check_fault(checking, line, "there is no %s \"%.100s\"%s%s%s",
		what, word, near != NULL ? ", nearest is \"" : "",
		near != NULL ? near : "", near != NULL ? "\"" : "");
}

/* --- checking what is given ------------------------------------------------- */

static bool check_indicator(struct checking *checking, const char *id, int line)
{
	const struct register_ *reg = checking->file->reg;

	return register_indicator(reg, id) != NOT_FOUND ||
		check_unknown(checking, line, "indicator", id,
			NEAREST(id, reg->indicators, reg->indicator_count));
}

static void given_row(struct checking *checking, struct test_given *given,
	int line, const struct row_text *text)
{
	const struct test_file *file = checking->file;
	struct row *row = &given->rows[given->row_count];
	struct moment moment;
	struct error error;

	if (text->indicator == NULL)
		check_fault(checking, line, "the key \"indicator\" is missing");
	else if (!check_indicator(checking, text->indicator, line))
		return;
	else if (row_check(file->reg, NOT_FOUND, file->settings->zone, text, row,
	    &error) < 0)
		check_fault(checking, line, "%s", error.text);
	else
		given->row_count++;
	row->observation.published = given->when;
	if (given->published.text != NULL && check_moment(checking,
	    &given->published, "published", &moment))
		row->observation.published = moment_instant(&moment,
			file->settings->zone);
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
			.provisional = given->provisional});
	}
	text_release(&period);
}

static void check_given(struct checking *checking, struct test_given *given)
{
	const struct register_ *reg = checking->file->reg;
	size_t count = given->figures.count + given->values.count;

	check_time(checking, &given->at, "at", &given->when);
	if (given->indicator != NULL &&
	    !check_indicator(checking, given->indicator, given->line))
		return;
	given->rows = arena_alloc(checking->file->arena, count + 1,
		sizeof *given->rows);
	given_figures(checking, given);
	given_values(checking, given);
	if (given->source == NULL)
		return;
	given->source_index = register_source(reg, given->source);
	if (given->source_index == NOT_FOUND)
		check_unknown(checking, given->line, "source", given->source,
			NEAREST(given->source, reg->sources, reg->source_count));
}

/* --- checking what is expected ---------------------------------------------- */

static bool check_milestone(struct checking *checking, const struct said *said)
{
	const struct register_ *reg = checking->file->reg;

	for (size_t i = 0; i < reg->milestone_count; i++)
		if (string_matches(reg->milestones[i].id, said->text))
			return true;
	return check_unknown(checking, said->line, "milestone", said->text,
		NEAREST(said->text, reg->milestones, reg->milestone_count));
}

static bool check_kind(struct checking *checking, int line, const char *word,
	enum event_kind *out)
{
	const char *names[EVENT_KIND_COUNT + 1] = {NULL};

	if (event_kind_parse(word, out))
		return true;
	for (int i = 0; i < EVENT_KIND_COUNT; i++)
		names[i] = event_kind_name((enum event_kind)i);
	return check_unknown(checking, line, "kind of event", word,
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
			id, NEAREST(id, reg->milestones, reg->milestone_count));
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

/* --- checking tests ---------------------------------------------------------- */

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

/* --- loading -------------------------------------------------------------- */

/* false: it cannot be read on, or its text has faults that reading the register
   in it would tell again. */
static bool file_parse(struct test_file *file, struct text *bytes,
	struct faults *faults)
{
	const struct conf_table table = table_with_register(file->arena);
	struct conf_reader reader;
	size_t errors = faults->errors;
	config_t config;
	bool parsed;

	conf_reader_init(&reader, file->arena, faults);
	reader.file = file->shown;
	reader.folder = conf_file_folder(file->arena, file->path);
	conf_defaults(&reader, &test_table, file);
	text_add_char(bytes, '\0');
	parsed = conf_parse(&reader, bytes->data, bytes->length - 1,
		&config) == 0;
	bool clean = faults->errors == errors;

	if (parsed) {
		conf_read(&reader, &table, config_root_setting(&config), file);
		config_destroy(&config);
	}
	for (size_t i = 0; i < file->register_count; i++)
		file->registers[i] = conf_file_join(file->arena, reader.folder,
			file->registers[i]);
	conf_reader_release(&reader);
	return parsed && clean;
}

static bool file_read(struct test_file *file, struct faults *faults)
{
	struct error error;
	struct text bytes;
	bool parsed = false;

	text_init(&bytes, 2 * TEST_FILE_MAX);
	if (conf_file_read(file->path, TEST_FILE_MAX, &bytes, &error) == 0)
		parsed = file_parse(file, &bytes, faults);
	else
		faults_error(faults, (struct origin){file->shown, 0, 0}, "%s",
			error.text);
	text_release(&bytes);
	return parsed;
}

/* The settings it names, or those of nobody; then the register. */
static void file_register(struct test_file *file, struct faults *faults)
{
	struct settings *settings;

	if (file->conf != NULL && file->register_count > 0)
		faults_error(faults, (struct origin){file->shown, 0, 0},
			"conf and register: one of them is enough");
	settings = file->conf == NULL ? settings_default(file->path) :
		settings_load(file->conf, CONF_OFFLINE, faults);
	file->settings = settings;
	if (settings == NULL)
		return;
	if (file->zone != NULL) {
		settings->zone = file->zone;
		settings->zone_id = file->zone_id;
	}
	if (file->register_count > 0) {
		settings->registers = file->registers;
		settings->register_count = file->register_count;
	}
	file->reg = register_load_with(settings, file->path, faults);
}

static void file_check(struct test_file *file, struct faults *faults)
{
	struct checking checking = {.file = file, .faults = faults};

	for (size_t i = 0; i < file->count; i++)
		check_test(&checking, &file->tests[i]);
}

struct test_file *test_file_load(const char *path, struct faults *faults)
{
	struct test_file *file = mem_new(1, sizeof *file);
	size_t errors = faults->errors;

	file->arena = arena_new();
	file->path = conf_file_absolute(file->arena, path);
	file->shown = conf_file_shown(file->arena, file->path);
	if (file_read(file, faults))
		file_register(file, faults);
	if (faults->errors == errors)
		file_check(file, faults);
	if (faults->errors == errors)
		return file;
	test_file_free(file);
	return NULL;
}

void test_file_free(struct test_file *file)
{
	if (file == NULL)
		return;
	register_free(file->reg);
	settings_free(file->settings);
	arena_free(file->arena);
	free(file);
}
