/*
 * test: register tests, each a life of the register on a virtual clock. What is
 * given is given to the same engine that the daemon runs; what is expected is
 * asked of it when its time comes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "conf/test_file.h"
#include "pledged/offline.h"
#include "pledged/test_report.h"

#define HEARD_MAX 1000000	/* events of one test that are kept */

struct step {			/* what is done at a time, in order */
	instant when;
	uint32_t index;
	bool expects;		/* else it gives */
};

struct heard {
	instant time;
	enum event_kind kind;
	char *subject;		/* NULL: a summary */
	char *reason;
	bool expected;
};

struct life {			/* of one test */
	const struct test_file *file;
	const struct test *test;
	struct offline *offline;
	struct test_outcome *outcome;
	struct heard *heard;
	size_t heard_count;
	size_t heard_room;
	bool listens;		/* some event is expected */
};

/* --- failures ------------------------------------------------------------- */

static void life_fail(struct life *life, int line, struct text *message,
	const char *reason)
{
	test_outcome_fail(life->outcome, line, text_take(message),
		mem_string(reason));
}

static void add_time(struct text *text, const struct life *life, instant at)
{
	const struct zone *zone = offline_settings(life->offline)->zone;

	if (zone == zone_utc())
		text_add_instant(text, at);
	else
		text_add_instant_zone(text, at, zone);
}

/* --- answers ---------------------------------------------------------------- */

static void compare_aspect(struct life *life, const struct test_expect *expect,
	enum aspect aspect, const struct answer *answer)
{
	const struct said *said = &expect->wanted[aspect];
	struct text message, reason;

	if (said->text == NULL || aspect_is(aspect, answer, said->text))
		return;
	text_init(&message, 0);
	text_init(&reason, 0);
	text_addf(&message, "%s as of ",
		answer->reg->milestones[answer->milestone].id);
	add_time(&message, life, expect->when);
	text_addf(&message, ": %s is ", aspect_name(aspect));
	aspect_add(aspect, answer, &message);
	text_addf(&message, ", expected %s", said->text);
	assessment_reason(answer->reg, answer->milestone, answer->assessment,
		&reason);
	life_fail(life, said->line, &message,
		aspect == ASPECT_REASON ? NULL : text_string(&reason));
	text_release(&reason);
}

/* What the engine was brought to by one input after another is what judging from
   nothing gives; anything else is a bug of ours. */
static void compare_watched(struct life *life, const struct test_expect *expect,
	uint32_t milestone, const struct assessment *fresh)
{
	enum status watched = engine_milestone(offline_engine(life->offline),
		milestone)->assessment.status;
	struct text message;

	if (watched == fresh->status)
		return;
	text_init(&message, 0);
	text_addf(&message, "%s as of ",
		offline_register(life->offline)->milestones[milestone].id);
	add_time(&message, life, expect->when);
	text_addf(&message, ": a bug of pledged: watched it is %s, judged anew "
		"%s", status_name(watched), status_name(fresh->status));
	life_fail(life, expect->line, &message, NULL);
}

static void compare_answer(struct life *life, const struct test_expect *expect,
	uint32_t milestone)
{
	const struct register_ *reg = offline_register(life->offline);
	struct assessment assessment;
	const struct answer answer = {reg, milestone, &assessment};

	milestone_assess(reg, offline_history(life->offline), milestone,
		(struct knowledge){expect->when, INSTANT_MAX}, &assessment);
	for (int i = 0; i < ASPECT_COUNT; i++)
		compare_aspect(life, expect, (enum aspect)i, &answer);
	compare_watched(life, expect, milestone, &assessment);
}

static bool expect_is_about(const struct test_expect *expect,
	const char *subject)
{
	return expect->milestone.text == NULL || (subject != NULL &&
		string_matches(subject, expect->milestone.text));
}

static void compare_answers(struct life *life, const struct test_expect *expect)
{
	const struct register_ *reg = offline_register(life->offline);

	if (expect->milestone.text == NULL)
		return;
	for (uint32_t i = 0; i < reg->milestone_count; i++)
		if (expect_is_about(expect, reg->milestones[i].id))
			compare_answer(life, expect, i);
}

/* --- alerts ----------------------------------------------------------------- */

static bool event_is_about(const struct test_expect *expect,
	const struct test_event *event, const char *subject)
{
	return event->subject == NULL ? expect_is_about(expect, subject) :
		string_is(event->subject, subject);
}

static bool alert_is_expected(const struct test_expect *expect,
	const struct alert *alert)
{
	for (size_t i = 0; i < expect->alert_sayings.count; i++)
		if (expect->alerts[i].kind == alert->kind &&
		    event_is_about(expect, &expect->alerts[i], alert->subject))
			return true;
	return false;
}

static bool alert_fires(const struct life *life,
	const struct test_expect *expect, const struct test_event *wanted)
{
	const struct engine *engine = offline_engine(life->offline);

	for (size_t i = 0; i < engine_alert_count(engine); i++) {
		const struct alert *alert = engine_alert(engine, i);

		if (alert->kind == wanted->kind &&
		    event_is_about(expect, wanted, alert->subject))
			return true;
	}
	return false;
}

static void compare_alerts(struct life *life, const struct test_expect *expect)
{
	const struct engine *engine = offline_engine(life->offline);
	struct text message;

	text_init(&message, 0);
	for (size_t i = 0; i < expect->alert_sayings.count; i++) {
		const struct said *said = &expect->alert_sayings.items[i];

		if (alert_fires(life, expect, &expect->alerts[i]))
			continue;
		text_addf(&message, "alert %s does not fire at ", said->text);
		add_time(&message, life, expect->when);
		life_fail(life, said->line, &message, NULL);
	}
	for (size_t i = 0; i < engine_alert_count(engine); i++) {
		const struct alert *alert = engine_alert(engine, i);

		if (!expect_is_about(expect, alert->subject) ||
		    alert_is_expected(expect, alert))
			continue;
		text_addf(&message, "alert %s %s fires at ",
			event_kind_name(alert->kind), alert->subject);
		add_time(&message, life, expect->when);
		text_add_string(&message, ", not expected");
		life_fail(life, expect->line, &message, alert->reason);
	}
	text_release(&message);
}

/* --- events ----------------------------------------------------------------- */

static void life_hear(void *context, const struct event *event)
{
	struct life *life = context;

	if (!life->listens || life->heard_count == HEARD_MAX)
		return;
	life->heard = mem_grow(life->heard, life->heard_count,
		&life->heard_room, sizeof *life->heard);
	life->heard[life->heard_count++] = (struct heard){event->time,
		event->kind, mem_string(event->subject),
		mem_string(event->reason), false};
}

static bool heard_is(const struct life *life, const struct heard *heard,
	const struct test_expect *expect, const struct test_event *event)
{
	const struct zone *zone = offline_settings(life->offline)->zone;
	bool timely = event->time.kind == MOMENT_DATE ?
		date_compare(zone_date(zone, heard->time),
			event->time.local.date) == 0 :
		moment_instant(&event->time, zone) == heard->time;

	return timely && heard->kind == event->kind &&
		event_is_about(expect, event, heard->subject);
}

static bool heard_is_within(const struct heard *heard,
	const struct test_expect *expect)
{
	return heard->time >= expect->since && heard->time <= expect->until &&
		expect_is_about(expect, heard->subject);
}

static struct heard *life_find(struct life *life,
	const struct test_expect *expect, const struct test_event *event)
{
	for (size_t i = 0; i < life->heard_count; i++) {
		struct heard *heard = &life->heard[i];

		if (!heard->expected && heard_is_within(heard, expect) &&
		    heard_is(life, heard, expect, event))
			return heard;
	}
	return NULL;
}

static void tell_unexpected(struct life *life, const struct test_expect *expect)
{
	struct text message;

	text_init(&message, 0);
	for (size_t i = 0; i < life->heard_count; i++) {
		const struct heard *heard = &life->heard[i];

		if (heard->expected || !heard_is_within(heard, expect))
			continue;
		text_add_string(&message, "event ");
		add_time(&message, life, heard->time);
		text_addf(&message, " %s %s, not expected",
			event_kind_name(heard->kind),
			heard->subject != NULL ? heard->subject : "of all");
		life_fail(life, expect->line, &message, heard->reason);
	}
	text_release(&message);
}

static void compare_events(struct life *life, const struct test_expect *expect)
{
	struct text message;

	for (size_t i = 0; i < life->heard_count; i++)
		life->heard[i].expected = false;
	text_init(&message, 0);
	for (size_t i = 0; i < expect->event_sayings.count; i++) {
		struct heard *heard = life_find(life, expect,
			&expect->events[i]);

		if (heard != NULL) {
			heard->expected = true;
			continue;
		}
		text_addf(&message, "no event %s",
			expect->event_sayings.items[i].text);
		life_fail(life, expect->events[i].line, &message, NULL);
	}
	text_release(&message);
	tell_unexpected(life, expect);
}

/* --- a life ------------------------------------------------------------------ */

static int step_order(const void *a, const void *b)
{
	const struct step *one = a, *two = b;

	if (one->when != two->when)
		return one->when < two->when ? -1 : 1;
	if (one->expects != two->expects)
		return one->expects ? 1 : -1;
	return one->index < two->index ? -1 : one->index > two->index;
}

/* By time; what is given at one comes before what is expected at it. */
static size_t test_steps(const struct test *test, struct step *steps)
{
	size_t count = 0;

	for (uint32_t i = 0; i < test->given_count; i++)
		steps[count++] = (struct step){test->givens[i].when, i, false};
	for (uint32_t i = 0; i < test->expect_count; i++)
		if (test->expects[i].when != INSTANT_MIN)
			steps[count++] = (struct step){test->expects[i].when, i,
				true};
	qsort(steps, count, sizeof *steps, step_order);
	return count;
}

static void life_give(struct life *life, const struct test_given *given)
{
	if (given->source_index != NOT_FOUND)
		offline_fail(life->offline, given->source_index, given->fails);
	else
		offline_observe(life->offline, given->rows, given->row_count);
}

static void life_step(struct life *life, const struct step *step)
{
	const struct test_expect *expect;

	offline_pass(life->offline, step->when);
	if (!step->expects) {
		life_give(life, &life->test->givens[step->index]);
		return;
	}
	expect = &life->test->expects[step->index];
	compare_answers(life, expect);
	if (expect->has_alerts)
		compare_alerts(life, expect);
}

static void life_live(struct life *life)
{
	const struct test *test = life->test;
	struct step *steps = mem_new(test->given_count + test->expect_count + 1,
		sizeof *steps);
	size_t count = test_steps(test, steps);

	offline_begin(life->offline, test->begins, life->file->first_sight,
		life_hear, life);
	for (size_t i = 0; i < count; i++)
		life_step(life, &steps[i]);
	offline_pass(life->offline, test->ends);
	for (size_t i = 0; i < test->expect_count; i++)
		if (test->expects[i].has_events)
			compare_events(life, &test->expects[i]);
	free(steps);
}

static void life_release(struct life *life)
{
	for (size_t i = 0; i < life->heard_count; i++) {
		free(life->heard[i].subject);
		free(life->heard[i].reason);
	}
	free(life->heard);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_run(const struct test_file *file, const struct test *test,
	struct offline *offline, struct test_report *report)
{
	struct test_outcome outcome = {.name = test->name, .file = file->shown,
		.line = test->line};
	struct life life = {.file = file, .test = test, .offline = offline,
		.outcome = &outcome};
	double begin = seconds_now();

	for (size_t i = 0; i < test->expect_count; i++)
		life.listens |= test->expects[i].has_events;
	life_live(&life);
	outcome.seconds = seconds_now() - begin;
	test_report_add(report, &outcome);
	life_release(&life);
	test_outcome_release(&outcome);
}

/* --- files -------------------------------------------------------------------- */

static void file_broken(const char *path, const char *what,
	struct test_report *report)
{
	struct test_outcome outcome = {.name = "the file can be used",
		.file = path, .broken = true};

	test_outcome_fail(&outcome, 0, mem_string(what), NULL);
	test_report_add(report, &outcome);
	test_outcome_release(&outcome);
}

/* Faults are told on standard error, each; and once as a failure. */
static void file_refuse(const char *path, const struct faults *faults,
	struct test_report *report)
{
	struct text text;

	text_init(&text, 0);
	text_add_count(&text, faults->errors, "error");
	file_broken(path, text_string(&text), report);
	text_release(&text);
}

static void file_run(struct test_file *file, struct test_report *report)
{
	struct offline *offline = offline_over(file->settings, file->reg);

	file->settings = NULL;
	file->reg = NULL;
	if (file->fetches && offline_read_sources(offline, false) > 0)
		file_broken(file->shown, "a source cannot be read", report);
	else
		for (size_t i = 0; i < file->count; i++)
			test_run(file, &file->tests[i], offline, report);
	offline_close(offline);
}

static void file_test(const char *path, struct test_report *report)
{
	struct faults faults;
	struct test_file *file;
	struct text text;

	faults_init(&faults);
	text_init(&text, 0);
	file = test_file_load(path, &faults);
	faults_sort(&faults);
	faults_print(&faults, &text);
	fputs(text_string(&text), stderr);
	test_report_suite(report, path);
	if (file != NULL)
		file_run(file, report);
	else
		file_refuse(path, &faults, report);
	test_report_suite_end(report);
	test_file_free(file);
	text_release(&text);
	faults_release(&faults);
}

int command_test(const struct options *options)
{
	struct test_report *report;
	size_t failed;

	if (options->argument_count == 0) {
		fputs("pledged: test needs a FILE of tests: see pledged-test(5)\n",
			stderr);
		return EXIT_USAGE;
	}
	report = test_report_new(options->output);
	for (size_t i = 0; i < options->argument_count; i++)
		file_test(options->arguments[i], report);
	failed = test_report_end(report);
	test_report_free(report);
	return failed > 0 ? EXIT_FAILED : EXIT_DONE;
}
