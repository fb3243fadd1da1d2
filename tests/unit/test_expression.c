/*
 * Runs the cases of tests/expressions/NAME.test: an environment in lines that
 * begin with %, then blocks of an expression and what it must give.
 *
 *	%zone EST5EDT,M3.2.0,M11.1.0
 *	%indicator ID [FREQUENCY] [min=N] [max=N] [lag=D] [unit=U] [cumulative]
 *	%figures ID FIRST-PERIOD VALUE… [@PUBLISHED]	"-": none
 *	%figure ID PERIOD VALUE [@PUBLISHED] [provisional] [assumed] [quarantined]
 *	%documents ID [lag=D]			with a source of the same id
 *	%feed ID [lag=D]			… that lists the newest alone
 *	%document ID KEY DATE [@PUBLISHED] TITLE…	a version of a text
 *	%polled ID WHEN [rejected]		a poll of that source
 *	%said KEY WHO yes|no ON [@WHEN]		an attestation
 *	%at WHEN	the reference instant, and now unless %now says later
 *	%now WHEN · %term START DUE · %clear
 *
 *	sum(x, 2020) >= 60
 *	= true
 *
 * PUBLISHED is the end of the period unless told. %%FAIL before an expression:
 * the message, then the excerpt, to the letter. A line that begins with a tab
 * goes on with the one before it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/documents.h"
#include "core/polled.h"
#include "core/register.h"
#include "core/register_index.h"
#include "core/windows.h"

#define INDICATORS 16
#define LINE_MAX_BYTES 20000

struct bench {
	struct arena *arena;
	struct register_ reg;
	struct indicator indicators[INDICATORS];
	struct source sources[INDICATORS];	/* of the same ids */
	uint32_t numbers[INDICATORS];
	struct milestone milestone;
	struct history *history;
	struct zone *zone;
	instant at, now, start, due;
	const char *file;
	int line;
	int cases;
};

/* Each has a source of its id. */
static void bench_index(struct bench *bench)
{
	bench->reg.arena = bench->arena;
	bench->reg.source_count = bench->reg.indicator_count;
	index_new(&bench->reg);
	for (uint32_t i = 0; i < bench->reg.indicator_count; i++) {
		bench->sources[i].id = bench->indicators[i].id;
		index_add(&bench->reg, THING_INDICATOR, i);
		index_add(&bench->reg, THING_SOURCE, i);
	}
}

/* --- the environment ------------------------------------------------------ */

static const struct zone *bench_zone(const struct bench *bench)
{
	return bench->zone != NULL ? bench->zone : zone_utc();
}

static void bench_clear(struct bench *bench)
{
	history_free(bench->history);
	arena_free(bench->arena);
	bench->arena = arena_new();
	bench->history = history_new(NULL, NULL);
	bench->reg.indicators = bench->indicators;
	bench->reg.sources = bench->sources;
	bench->milestone = (struct milestone){.id = "p/m"};
	bench->reg.indicator_count = 0;
	bench_index(bench);
	bench->start = INSTANT_MIN;
	bench->due = INSTANT_MAX;
	bench->at = bench->now = 0;
}

static void bench_release(struct bench *bench)
{
	history_free(bench->history);
	arena_free(bench->arena);
	zone_free(bench->zone);
}

#define bench_fail(bench, ...) do { \
	print_error("%s:%d: ", (bench)->file, (bench)->line); \
	fail_msg(__VA_ARGS__); \
} while (0)

/* A version 2 TZif file of one type, UTC, no transitions and a TZ string. */
static void bench_set_zone(struct bench *bench, const char *rule)
{
	static const uint8_t block[54] = {'T', 'Z', 'i', 'f', '2',
		[39] = 1, [43] = 4, [50] = 'U', 'T', 'C'};
	uint8_t bytes[256];
	int length;

	memcpy(bytes, block, sizeof block);
	memcpy(bytes + sizeof block, block, sizeof block);
	length = snprintf((char *)bytes + 2 * sizeof block, 100, "\n%s\n", rule);
	zone_free(bench->zone);
	bench->zone = zone_new(rule, bytes, 2 * sizeof block + (size_t)length, NULL);
	assert_non_null(bench->zone);
}

static instant when_read(struct bench *bench, const char *word)
{
	struct moment moment;

	if (word == NULL || !moment_parse(word, strlen(word), &moment))
		bench_fail(bench, "%s is no moment", word);
	return moment_instant(&moment, bench_zone(bench));
}

static struct decimal number_read(struct bench *bench, const char *word)
{
	struct decimal number;

	if (!decimal_read(word, &number))
		bench_fail(bench, "%s is no number", word);
	return number;
}

static char *word_next(char **rest)
{
	char *word;

	do
		word = strsep(rest, " \t");
	while (word != NULL && *word == '\0');
	return word;
}

static void indicator_option(struct bench *bench, struct indicator *indicator, char *word)
{
	if (frequency_parse(word, &indicator->frequency))
		return;
	if (strcmp(word, "cumulative") == 0) {
		indicator->cumulative = true;
	} else if (string_starts(word, "min=")) {
		indicator->has_min = true;
		indicator->min = number_read(bench, word + 4);
	} else if (string_starts(word, "max=")) {
		indicator->has_max = true;
		indicator->max = number_read(bench, word + 4);
	} else if (string_starts(word, "unit=")) {
		indicator->unit = arena_string(bench->arena, word + 5);
	} else if (!string_starts(word, "lag=") ||
	    !duration_read(word + 4, &indicator->lag)) {
		bench_fail(bench, "what is %s?", word);
	}
}

static void bench_indicator(struct bench *bench, char *rest)
{
	struct indicator *indicator = &bench->indicators[bench->reg.indicator_count++];
	char *word;

	assert_true(bench->reg.indicator_count <= INDICATORS);
	*indicator = (struct indicator){
		.id = arena_string(bench->arena, word_next(&rest)),
	};
	while ((word = word_next(&rest)) != NULL)
		indicator_option(bench, indicator, word);
	bench_index(bench);
}

static void bench_documents(struct bench *bench, char *rest)
{
	size_t number = bench->reg.indicator_count;
	struct indicator *indicator = &bench->indicators[number];

	bench_indicator(bench, rest);
	indicator->kind = INDICATOR_DOCUMENTS;
	bench->numbers[number] = (uint32_t)number;
	bench->sources[number] = (struct source){.id = indicator->id};
	indicator->sources = &bench->numbers[number];
	indicator->source_count = 1;
}

/* Of its documents it lists the newest alone. */
static void bench_feed(struct bench *bench, char *rest)
{
	size_t number = bench->reg.indicator_count;

	bench_documents(bench, rest);
	bench->sources[number].format = SOURCE_FEED;
}

static void bench_document(struct bench *bench, char *rest)
{
	const char *id = word_next(&rest);
	struct document document = {.url = "", .text = "", .source = id};
	const char *date;

	document.key = word_next(&rest);
	date = word_next(&rest);
	if (strcmp(date, "-") != 0 && !period_read(date, &document.period))
		bench_fail(bench, "%s is no date", date);
	if (!period_is_none(document.period))
		document.published = period_end(document.period,
			bench_zone(bench));
	if (rest != NULL && *rest == '@')
		document.published = when_read(bench, word_next(&rest) + 1);
	document.recorded = document.published;
	document.title = rest != NULL ? rest : "";
	documents_add(history_documents(bench->history, id), &document, NULL);
}

static void bench_polled(struct bench *bench, char *rest)
{
	struct polled_times *polled = history_polled(bench->history,
		word_next(&rest));
	instant at = when_read(bench, word_next(&rest));

	polled_add(polled, (struct polled_time){at, at}, FETCH_CHANGED, 1,
		word_next(&rest) != NULL);
}

static void bench_said(struct bench *bench, char *rest)
{
	struct attestation said = {.evidence = "", .note = ""};
	const char *word;
	struct moment on;

	said.key = word_next(&rest);
	said.by = word_next(&rest);
	said.yes = strcmp(word_next(&rest), "yes") == 0;
	word = word_next(&rest);
	assert_true(moment_parse(word, strlen(word), &on));
	said.on = on.local.date;
	said.at = when_read(bench, word);
	if ((word = word_next(&rest)) != NULL)
		said.at = when_read(bench, word + 1);
	said.recorded = said.at;
	attestations_add(history_attestations(bench->history,
		bench->milestone.id), &said);
}

static void figure_option(struct bench *bench, struct observation *figure,
	const char *word)
{
	if (*word == '@')
		figure->published = when_read(bench, word + 1);
	else if (strcmp(word, "provisional") == 0)
		figure->provisional = true;
	else if (strcmp(word, "assumed") == 0)
		figure->published_assumed = true;
	else if (strcmp(word, "quarantined") == 0)
		figure->quarantine = QUARANTINE_DOMAIN;
	else
		bench_fail(bench, "what is %s?", word);
}

static void bench_figure(struct bench *bench, char *rest)
{
	struct series *series = history_series(bench->history, word_next(&rest));
	struct observation figure = {.id = 0};
	char *word = word_next(&rest);

	if (word == NULL || !period_read(word, &figure.period))
		bench_fail(bench, "%s is no period", word);
	figure.value = number_read(bench, word_next(&rest));
	figure.published = period_end(figure.period, bench_zone(bench));
	while ((word = word_next(&rest)) != NULL)
		figure_option(bench, &figure, word);
	figure.recorded = figure.published;
	series_add(series, &figure, NULL);
}

static void bench_figures(struct bench *bench, char *rest)
{
	const char *id = word_next(&rest);
	struct period period;
	char *word, line[256];
	struct text text;

	if (!period_read(word_next(&rest), &period))
		bench_fail(bench, "figures begin with a period");
	for (; (word = word_next(&rest)) != NULL; period = period_next(period, 1)) {
		if (strcmp(word, "-") == 0)
			continue;
		text_init(&text, 0);
		text_addf(&text, "%s ", id);
		text_add_period(&text, period);
		text_addf(&text, " %s", word);
		snprintf(line, sizeof line, "%s", text_string(&text));
		text_release(&text);
		bench_figure(bench, line);
	}
}

static void bench_at(struct bench *bench, char *rest)
{
	bench->at = bench->now = when_read(bench, word_next(&rest));
}

static void bench_now(struct bench *bench, char *rest)
{
	bench->now = when_read(bench, word_next(&rest));
}

static void bench_term(struct bench *bench, char *rest)
{
	struct moment start;
	char *word = word_next(&rest);

	assert_true(moment_parse(word, strlen(word), &start));
	bench->start = zone_day_start(bench_zone(bench), start.local.date);
	bench->due = when_read(bench, word_next(&rest));
}

static void bench_zone_line(struct bench *bench, char *rest)
{
	bench_set_zone(bench, word_next(&rest));
}

static void bench_clear_line(struct bench *bench, char *rest)
{
	(void)rest;
	bench_clear(bench);
}

static const struct {
	const char *word;
	void (*run)(struct bench *bench, char *rest);
} directives[] = {
	{"%indicator", bench_indicator}, {"%figures", bench_figures},
	{"%figure", bench_figure}, {"%documents", bench_documents},
	{"%feed", bench_feed}, {"%document", bench_document}, {"%polled", bench_polled},
	{"%said", bench_said}, {"%at", bench_at}, {"%now", bench_now},
	{"%term", bench_term}, {"%zone", bench_zone_line},
	{"%clear", bench_clear_line},
};

static void bench_directive(struct bench *bench, char *line)
{
	const char *word = word_next(&line);

	for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
		if (strcmp(word, directives[i].word) == 0) {
			directives[i].run(bench, line);
			return;
		}
	}
	bench_fail(bench, "what is %s?", word);
}

/* --- what an expression gives ------------------------------------------------ */

static struct evaluation bench_evaluation(struct bench *bench)
{
	return (struct evaluation){
		.reg = &bench->reg, .history = bench->history,
		.zone = bench_zone(bench), .milestone = &bench->milestone,
		.known = {bench->now, INSTANT_MAX},
		.at = bench->at, .now = bench->now,
		.start = bench->start, .due = bench->due,
	};
}

static void text_add_bound(struct text *out, const struct bound *bound)
{
	if (bound->kind == BOUND_FINITE)
		text_add_decimal(out, bound->value);
	else
		text_add_string(out, bound->kind == BOUND_PLUS_INFINITE ? "inf" : "-inf");
}

static const char *const reason_words[] = {
	[UNKNOWN_AHEAD] = "ahead", [UNKNOWN_MISSING] = "missing",
	[UNKNOWN_ABSENT] = "absent", [UNKNOWN_UNREAD] = "unread",
	[UNKNOWN_UNLISTED] = "unlisted",
	[UNKNOWN_UNATTESTED] = "unattested", [UNKNOWN_PATTERN] = "pattern",
	[UNKNOWN_RANGE] = "range",
	[UNKNOWN_DEPENDENCY] = "dependency", [UNKNOWN_DISPUTED] = "disputed",
};

/* "60", "60 .. inf missing"; where some lies ahead also what can be made of
   it: "60 .. inf missing, made 70 .. 100". */
static void interval_said(const struct interval *interval, struct text *out)
{
	text_add_bound(out, &interval->low);
	if (interval_is_point(interval)) {
		assert_int_equal(bound_compare(&interval->low, &interval->high), 0);
		assert_int_equal(bound_compare(&interval->low, &interval->least), 0);
		assert_int_equal(bound_compare(&interval->low, &interval->greatest), 0);
		return;
	}
	text_add_string(out, " .. ");
	text_add_bound(out, &interval->high);
	text_addf(out, " %s", reason_words[interval->reason]);
	if (bound_compare(&interval->low, &interval->least) == 0 &&
	    bound_compare(&interval->high, &interval->greatest) == 0)
		return;
	text_add_string(out, ", made ");
	text_add_bound(out, &interval->least);
	text_add_string(out, " .. ");
	text_add_bound(out, &interval->greatest);
}

static void judgement_said(struct judgement judgement, struct text *out)
{
	static const char *const words[] = {"false", "true", "unknown"};

	text_add_string(out, words[judgement.truth]);
	if (judgement.truth != TRUTH_UNKNOWN) {
		assert_int_equal(judgement.may_be_true, judgement.truth == TRUTH_TRUE);
		assert_int_equal(judgement.may_be_false, judgement.truth == TRUTH_FALSE);
		assert_int_equal(judgement.reason, UNKNOWN_NOTHING);
		return;
	}
	text_addf(out, " %s", reason_words[judgement.reason]);
	if (judgement.may_be_true)
		text_add_string(out, ", may be true");
	if (judgement.may_be_false)
		text_add_string(out, ", may be false");
}

struct subject {
	struct bench *bench;
	struct benchmark *benchmark;
	struct expression *side;	/* the actual side, or the whole */
};

static void say_value(const struct subject *subject, struct text *out)
{
	struct evaluation evaluation = bench_evaluation(subject->bench);
	const struct expression *root = subject->benchmark->root;
	struct interval interval;

	if (root->type == TYPE_TRUTH) {
		judgement_said(expression_judge(root, &evaluation), out);
	} else {
		interval = expression_measure(root, &evaluation);
		interval_said(&interval, out);
	}
	if (evaluation.provisional)
		text_add_string(out, ", provisional");
	if (evaluation.published_assumed)
		text_add_string(out, ", assumed");
}

static void say_partial(const struct subject *subject, struct text *out)
{
	struct evaluation evaluation = bench_evaluation(subject->bench);
	struct decimal value;

	if (expression_partial(subject->side, &evaluation, &value))
		text_add_decimal(out, value);
	else
		text_add_string(out, "nothing");
}

static void say_through(const struct subject *subject, struct text *out)
{
	struct evaluation evaluation = bench_evaluation(subject->bench);
	struct period period = expression_data_through(subject->side, &evaluation);

	if (period_is_none(period))
		text_add_string(out, "none");
	text_add_period(out, period);
}

static void say_window(const struct subject *subject, struct text *out)
{
	struct evaluation evaluation = bench_evaluation(subject->bench);
	struct period first, last;

	if (!expression_flow(subject->side, &evaluation, &first, &last)) {
		text_add_string(out, "none");
		return;
	}
	text_add_period(out, first);
	text_add_char(out, ' ');
	text_add_period(out, last);
}

static void say_actual(const struct subject *subject, struct text *out)
{
	static const char *const signs[] = {"<", "<=", "==", "!=", ">=", ">"};
	const struct benchmark *benchmark = subject->benchmark;
	const struct expression *actual = benchmark->actual;

	if (actual == NULL) {
		text_add_string(out, "none");
		return;
	}
	text_add(out, benchmark->text + actual->from, actual->to - actual->from);
	text_addf(out, " %s", signs[benchmark->comparison]);
}

/* The reference instants from `at` to now. */
static void say_references(const struct subject *subject, struct text *out)
{
	struct evaluation evaluation = bench_evaluation(subject->bench);
	instant at = subject->bench->at;

	for (;;) {
		at = benchmark_next_reference(subject->benchmark, &evaluation, at,
			subject->bench->now);
		if (at == INSTANT_MAX)
			return;
		if (out->length > 0)
			text_add_char(out, ' ');
		text_add_instant_zone(out, at, evaluation.zone);
	}
}

static void say_inputs(const struct subject *subject, struct text *out)
{
	const struct benchmark *benchmark = subject->benchmark;

	for (size_t i = 0; i < benchmark->indicator_count; i++)
		text_addf(out, "%s%s", i > 0 ? " " : "",
			subject->bench->indicators[benchmark->indicators[i]].id);
	text_add_string(out, benchmark->uses_age ? " age" : "");
}

static void say_unit(const struct subject *subject, struct text *out)
{
	const char *unit = subject->benchmark->unit;

	text_add_string(out, unit != NULL ? unit : "none");
}

static const struct {
	const char *word;
	void (*say)(const struct subject *subject, struct text *out);
} questions[] = {
	{"= ", say_value}, {"partial ", say_partial}, {"through ", say_through},
	{"window ", say_window}, {"actual ", say_actual},
	{"references ", say_references}, {"inputs ", say_inputs},
	{"unit ", say_unit},
};

static void subject_expect(const struct subject *subject, const char *line)
{
	struct text out;

	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		if (!string_starts(line, questions[i].word))
			continue;
		text_init(&out, 0);
		questions[i].say(subject, &out);
		if (strcmp(text_string(&out), line + strlen(questions[i].word)) != 0)
			bench_fail(subject->bench, "%s\n  want %s\n  got  %s%s",
				subject->benchmark->text, line,
				questions[i].word, text_string(&out));
		text_release(&out);
		return;
	}
	bench_fail(subject->bench, "what is %s?", line);
}

/* --- files ------------------------------------------------------------------- */

struct reader {
	FILE *file;
	struct bench *bench;
	char line[LINE_MAX_BYTES];
};

/* Joins the lines that begin with a tab, by a space. */
static void reader_continue(struct reader *reader)
{
	int c;

	while ((c = fgetc(reader->file)) == '\t') {
		size_t length = strlen(reader->line);

		reader->line[length++] = ' ';
		assert_non_null(fgets(reader->line + length,
			(int)(sizeof reader->line - length), reader->file));
		reader->line[length + strcspn(reader->line + length, "\n")] = '\0';
		reader->bench->line++;
	}
	ungetc(c, reader->file);
}

static bool reader_line(struct reader *reader)
{
	if (fgets(reader->line, sizeof reader->line, reader->file) == NULL)
		return false;
	reader->line[strcspn(reader->line, "\n")] = '\0';
	reader->bench->line++;
	reader_continue(reader);
	return true;
}

static enum expression_type expected_type(const char *line)
{
	static const char *const truths[] = {"= true", "= false", "= unknown",
		"actual", "references", "inputs"};

	for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
		if (string_starts(line, truths[i]))
			return TYPE_TRUTH;
	return TYPE_NUMBER;
}

static void run_case(struct reader *reader)
{
	struct bench *bench = reader->bench;
	const struct origin origin = {bench->file, bench->line, 0};
	struct subject subject = {.bench = bench};
	char *text = mem_string(reader->line);
	struct faults faults;
	struct text printed;

	if (!reader_line(reader))
		bench_fail(bench, "nothing expected of %s", text);
	faults_init(&faults);
	subject.benchmark = benchmark_compile(bench->arena, &bench->reg, text,
		expected_type(reader->line), origin, "benchmark", &faults);
	if (subject.benchmark == NULL) {
		text_init(&printed, 0);
		faults_print(&faults, &printed);
		bench_fail(bench, "%s", text_string(&printed));
	}
	subject.side = subject.benchmark->actual != NULL ?
		subject.benchmark->actual : subject.benchmark->root;
	do
		subject_expect(&subject, reader->line);
	while (reader_line(reader) && *reader->line != '\0');
	bench->cases++;
	faults_release(&faults);
	free(text);
}

static void faults_said(const struct faults *faults, struct text *out)
{
	for (size_t i = 0; i < faults->count; i++) {
		text_addf(out, "%s\n", faults->items[i].text);
		if (faults->items[i].excerpt != NULL)
			text_addf(out, "%s\n", faults->items[i].excerpt);
	}
}

static void run_failing_case(struct reader *reader, enum expression_type type)
{
	struct bench *bench = reader->bench;
	const struct origin origin = {bench->file, bench->line, 0};
	struct faults faults;
	struct text want, got;
	char *text;

	reader_line(reader);
	text = mem_string(reader->line);
	text_init(&want, 0);
	text_init(&got, 0);
	while (reader_line(reader) && *reader->line != '\0')
		text_addf(&want, "%s\n", reader->line);
	faults_init(&faults);
	assert_null(benchmark_compile(bench->arena, &bench->reg, text, type,
		origin, "benchmark", &faults));
	faults_said(&faults, &got);
	if (strcmp(text_string(&want), text_string(&got)) != 0)
		bench_fail(bench, "%s\nwant:\n%sgot:\n%s", text,
			text_string(&want), text_string(&got));
	bench->cases++;
	faults_release(&faults);
	text_release(&want);
	text_release(&got);
	free(text);
}

static void run_file(const char *name)
{
	const char *folder = getenv("srcdir");
	struct bench bench = {0};
	struct reader reader = {.bench = &bench};
	char path[4096];

	snprintf(path, sizeof path, "%s/tests/expressions/%s.test",
		folder != NULL ? folder : ".", name);
	bench.file = path;
	reader.file = fopen(path, "r");
	if (reader.file == NULL)
		fail_msg("%s is missing", path);
	bench_clear(&bench);
	while (reader_line(&reader)) {
		if (*reader.line == '\0' || *reader.line == '#')
			continue;
		if (strcmp(reader.line, "%%FAIL") == 0)
			run_failing_case(&reader, TYPE_TRUTH);
		else if (strcmp(reader.line, "%%FAIL number") == 0)
			run_failing_case(&reader, TYPE_NUMBER);
		else if (*reader.line == '%')
			bench_directive(&bench, reader.line);
		else
			run_case(&reader);
	}
	assert_true(bench.cases > 0);
	fclose(reader.file);
	bench_release(&bench);
}

static void test_operators(void **state)
{
	(void)state;
	run_file("operators");
}

static void test_windows(void **state)
{
	(void)state;
	run_file("windows");
}

static void test_irregular(void **state)
{
	(void)state;
	run_file("irregular");
}

static void test_cumulative(void **state)
{
	(void)state;
	run_file("cumulative");
}

static void test_choice(void **state)
{
	(void)state;
	run_file("choice");
}

static void test_documents(void **state)
{
	(void)state;
	run_file("documents");
}

static void test_attested(void **state)
{
	(void)state;
	run_file("attested");
}

static void test_change(void **state)
{
	(void)state;
	run_file("change");
}

static void test_units(void **state)
{
	(void)state;
	run_file("units");
}

static void test_errors(void **state)
{
	(void)state;
	run_file("errors");
}

static void test_phase_one(void **state)
{
	(void)state;
	run_file("phase-one");
}

/* --- knowing more --------------------------------------------------------------- */

static uint32_t seed;

static int chance(int below)
{
	seed = seed * 1664525 + 1013904223;
	return (int)((seed >> 10) % (uint32_t)below);
}

static void line_run(struct bench *bench, void (*run)(struct bench *, char *),
	const char *format, ...) __attribute__((format(printf, 3, 4)));

static void line_run(struct bench *bench, void (*run)(struct bench *, char *),
	const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	run(bench, line);
}

/* Two years of four series that never revise and never break their word: "m"
   of up to 9 a month, "c" its running total, "g" one more a month, "e" dated and
   told within 20 days.
   Some figures come very late and some never. */
static void bench_random(struct bench *bench)
{
	bench_clear(bench);
	line_run(bench, bench_indicator, "m month min=0 max=9");
	line_run(bench, bench_indicator, "c month min=0 cumulative");
	line_run(bench, bench_indicator, "e lag=20d min=0 max=9");
	line_run(bench, bench_indicator, "g month min=1 max=10");
	for (int i = 0, total = 0; i < 24; i++) {
		int year = 2019 + i / 12, month = 1 + i % 12, value = chance(10);

		total = (month == 1 ? 0 : total) + value;
		if (chance(8) != 0)
			line_run(bench, bench_figure, "m %d-%02d %d @%d-%02d-%02d", year,
				month, value, year + chance(3), 12, 31 - chance(31));
		if (chance(8) != 0)
			line_run(bench, bench_figure, "c %d-%02d %d @%d-%02d-%02d", year,
				month, total, year + chance(3), 12, 31 - chance(31));
		if (chance(8) != 0)
			line_run(bench, bench_figure, "g %d-%02d %d @%d-%02d-%02d", year,
				month, value + 1, year + chance(3), 12, 31 - chance(31));
		if (chance(3) == 0)
			line_run(bench, bench_figure, "e %d-%02d-05 %d @%d-%02d-%02d",
				year, month, chance(10), year, month, 5 + chance(20));
	}
}

static const char *const grown[] = {
	"sum(m, 2020)", "sum(m, 2019-Q3)", "sum(m, 6mo)", "sum(m, ytd)", "avg(m, 2020)",
	"min(m, 2020)", "max(m, 12mo)", "count(m, 2019)", "first(m, 2020-H2)", "last(m)",
	"last(m, 2020)", "at(m, 2020-05)", "sum(c, 2020)", "sum(c, 2020-Q2)",
	"sum(c, 18mo)", "sum(c, ytd)", "at(c, 2020)", "at(c, 2019-11)", "last(c)",
	"avg(c, 2020)", "sum(e, 2020)", "sum(e, 2019-Q4)", "sum(e, 3mo)", "count(e, 2020)",
	"min(e, ytd)", "max(e, 2020)", "avg(e, 2019)", "first(e, 2020)", "last(e)",
	"last(e, 2019)", "sum(m, 2020) - sum(c, 2019)", "sum(m, 2020) / 12 * last(e)",
	"sum(m, 2020) / (1 + sum(m, 2019))", "-sum(c, 6mo) + 2 * last(m)",
	"growth(g, 12mo)", "growth(g, 1mo)", "100 * abs(growth(g, 3mo))",
	"change(m, 12mo)", "change(c, 12mo)", "change(e, 6mo)", "change(m, 3mo)",
	"abs(change(m, 6mo))", "abs(sum(m, 2020) - 50)", "round(sum(m, 2020) / 7)",
	"least(sum(m, 2020), 60, sum(c, 2019))", "greatest(last(m), last(e))",
	"100 - least(20, greatest(0, 50 - sum(c, 2020)))",
	"if(sum(m, 2020) >= 40, last(e), sum(c, 2019))",
	"if(last(m) > last(e), 10, if(sum(c, 2019-H2) > 20, last(c), 30))",
	"if(at_least(2, at(m, 2020-03) > 3, last(e) > 2, sum(c, 2020) > 30), 20, 30)",
};

/* What was certain stays so, what was impossible does not come about. */
static void grown_check(const struct bench *bench, const char *text,
	const struct interval *then, const struct interval *later)
{
	const char *breach = NULL;

	if (bound_compare(&later->low, &then->low) < 0 ||
	    bound_compare(&later->high, &then->high) > 0)
		breach = "wider";
	if (bound_compare(&later->least, &then->least) < 0 ||
	    bound_compare(&later->greatest, &then->greatest) > 0)
		breach = "beyond what could be made";
	if (breach != NULL)
		fail_msg("%s at %lld: %s", text, (long long)bench->at, breach);
}

static void grown_run(struct bench *bench, const char *text)
{
	struct faults faults;
	struct benchmark *benchmark;
	struct interval then, later;
	struct evaluation evaluation;

	faults_init(&faults);
	benchmark = benchmark_compile(bench->arena, &bench->reg, text, TYPE_NUMBER,
		(struct origin){0}, "benchmark", &faults);
	assert_non_null(benchmark);
	for (int i = 0; i < 6; i++) {
		line_run(bench, bench_at, "%d-%02d-%02d", 2019 + chance(3),
			1 + chance(12), 1 + chance(28));
		line_run(bench, bench_now, "2019-01-01");
		evaluation = bench_evaluation(bench);
		then = expression_measure(benchmark->root, &evaluation);
		while (bench->now < bench->at + 900 * 86400) {
			bench->now += (1 + chance(120)) * 86400;
			evaluation = bench_evaluation(bench);
			later = expression_measure(benchmark->root, &evaluation);
			grown_check(bench, text, &then, &later);
			then = later;
		}
	}
}

static void test_knowing_more(void **state)
{
	struct bench bench = {0};

	(void)state;
	seed = 17;
	for (int round = 0; round < 30; round++) {
		bench_random(&bench);
		for (size_t i = 0; i < sizeof grown / sizeof *grown; i++)
			grown_run(&bench, grown[i]);
	}
	bench_release(&bench);
}

/* --- limits and the table ------------------------------------------------------ */

static bool compiles(const char *text, char *message, size_t room)
{
	struct arena *arena = arena_new();
	const struct register_ reg = {0};
	struct faults faults;
	bool good;

	faults_init(&faults);
	good = benchmark_compile(arena, &reg, text, TYPE_NUMBER,
		(struct origin){0}, "benchmark", &faults) != NULL;
	assert_int_equal(good, faults.errors == 0);
	if (!good)
		snprintf(message, room, "%s", faults.items[0].text);
	faults_release(&faults);
	arena_free(arena);
	return good;
}

static void text_repeat(struct text *text, const char *part, int count)
{
	for (int i = 0; i < count; i++)
		text_add_string(text, part);
}

static void test_limits(void **state)
{
	static const struct {
		const char *head, *middle, *tail;
		int count;
		const char *want_fault;	/* NULL: good */
	} cases[] = {
		{"(", "1", ")", 63, NULL},
		{"(", "1", ")", 64, "benchmark: column 65: nested deeper than 64"},
		{"-", "1", "", 63, NULL},
		{"-", "1", "", 64, "benchmark: column 65: nested deeper than 64"},
		{"1+", "1", "", 4000, NULL},
		{"1+", "1", "", 4096, "benchmark: column 8191: more than 4096 terms"},
		{"1+", "1", "-1", 31, NULL},
		{"1+1-", "1", "", 32, "benchmark: column 1: nested deeper than 64"},
		{" ", "1", "", 16383, NULL},
		{" ", "1", "", 16384, "benchmark: longer than 16384 bytes"},
		{"(", "", "", 5000, "benchmark: column 65: nested deeper than 64"},
	};
	char message[256];
	struct text text;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		text_init(&text, 0);
		text_repeat(&text, cases[i].head, cases[i].count);
		text_add_string(&text, cases[i].middle);
		text_repeat(&text, cases[i].tail, cases[i].count);
		assert_int_equal(compiles(text_string(&text), message, sizeof message),
			cases[i].want_fault == NULL);
		if (cases[i].want_fault != NULL)
			assert_string_equal(message, cases[i].want_fault);
		text_release(&text);
	}
}

/* Whatever bytes come, the answer is a benchmark or a fault. */
static void test_noise(void **state)
{
	static const char *const pieces[] = {"(", ")", "1", "2020", "2020-07", "12mo",
		" ", "-", "+", "*", "/", "<", "<=", "=", "not ", "and ", "or ", "sum",
		"sum(", "if(", "least(", "round(", "at_least(", "x", ",", "..", ".",
		"start..due", "\"", "\\", "1e", "1e+", "e9",
		"2020-", "2020-Q", "2020-07-15T", "\xc3", "≥", "\x01", "\n", "ytd",
		"_"};
	const int count = sizeof pieces / sizeof *pieces;
	char message[256];
	struct text text;

	(void)state;
	seed = 1;
	for (int round = 0; round < 20000; round++) {
		text_init(&text, 0);
		for (int i = chance(12); i >= 0; i--)
			text_add_string(&text, pieces[chance(count)]);
		compiles(text_string(&text), message, sizeof message);
		text_release(&text);
	}
}

/* Every function has its signature and a sentence, and is found by name. */
static void test_help(void **state)
{
	const struct function_help *help = expression_functions();
	size_t count = 0;

	(void)state;
	for (; help[count].name != NULL; count++) {
		size_t length = strlen(help[count].name);

		assert_true(string_starts(help[count].signature, help[count].name));
		assert_int_equal(help[count].signature[length], '(');
		assert_true(strlen(help[count].sentence) > 10);
	}
	assert_int_equal(count, 24);
}

/* --- how long it takes: PLEDGED_BENCH=1 ------------------------------------------ */

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void time_expression(struct bench *bench, const char *text)
{
	struct evaluation evaluation = bench_evaluation(bench);
	struct faults faults;
	struct benchmark *benchmark;
	const int rounds = 1000000;
	int unknown = 0;
	double start;

	faults_init(&faults);
	benchmark = benchmark_compile(bench->arena, &bench->reg, text, TYPE_TRUTH,
		(struct origin){0}, "benchmark", &faults);
	assert_non_null(benchmark);
	start = seconds_now();
	for (int i = 0; i < rounds; i++)
		unknown += expression_judge(benchmark->root, &evaluation).truth ==
			TRUTH_UNKNOWN;
	print_message("%-40s %7.0f ns%s\n", text, (seconds_now() - start) / rounds * 1e9,
		unknown > 0 ? " (unknown)" : "");
	start = seconds_now();
	for (int i = 0; i < rounds; i++)
		unknown += benchmark_next_reference(benchmark, &evaluation,
			evaluation.at, INSTANT_MAX) == 0;
	print_message("%-40s %7.0f ns\n", "  next reference",
		(seconds_now() - start) / rounds * 1e9);
}

static void test_speed(void **state)
{
	struct bench bench = {0};
	char line[256];

	(void)state;
	if (getenv("PLEDGED_BENCH") == NULL)
		skip();
	bench_clear(&bench);
	bench_set_zone(&bench, "EST5EDT,M3.2.0,M11.1.0");
	snprintf(line, sizeof line, "exports.agriculture month min=0");
	bench_indicator(&bench, line);
	snprintf(line, sizeof line, "events.published");
	bench_indicator(&bench, line);
	for (int i = 0; i < 1800; i++) {
		int year = 1980 + i / 36, month = 1 + i / 3 % 12, day = 1 + i % 3;

		snprintf(line, sizeof line, "exports.agriculture %d-%02d %d @%d-%02d-%02d",
			year, month, 1000000 + i, year + 1, month, day);
		bench_figure(&bench, line);
	}
	snprintf(line, sizeof line, "events.published 2020-04-20 1");
	bench_figure(&bench, line);
	snprintf(line, sizeof line, "2021-03-01");
	bench_at(&bench, line);
	bench.now += 2000 * 86400;
	time_expression(&bench, "last(exports.agriculture) >= 1");
	time_expression(&bench, "sum(exports.agriculture, 12mo) >= 1");
	time_expression(&bench, "sum(exports.agriculture, 2020) >= "
		"sum(exports.agriculture, 2017) + 12.5e9");
	time_expression(&bench, "last(events.published) >= 1");
	bench_release(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_irregular),
		cmocka_unit_test(test_cumulative),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_attested),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_phase_one),
		cmocka_unit_test(test_knowing_more),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
