/*
 * api_report: GET /report. First all milestones are judged and the sources
 * asked, some at a time and before a word is answered, so that what is too much
 * can be refused; then the report goes out piece by piece, as it is read.
 *
 *	get_report ──→ PREPARING ──(each TICK)──→ WRITING ──→ gone
 *	                   └──refused──────────────────────────┘
 *
 * Without a time, a report is about the second in which it was asked for, and
 * waits until that is over: then nothing more can be recorded by it, and who
 * asks again, by that time, gets the same bytes.
 */
#include <stdlib.h>
#include <utlist.h>

#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/filters.h"
#include "pledged/report_form.h"

#define REPORTS_MAX 4		/* at once: each remembers all its answers */
#define TICK 5			/* milliseconds */

struct reporting {
	struct daemon *daemon;
	struct server_request *request;
	struct report *report;
	const struct report_form *form;
	struct loop_watch *tick;	/* NULL: it is written */
	bool counted;
	struct report_writing writing;
	struct reporting *prev, *next;
};

static void reporting_free(struct reporting *reporting)
{
	DL_DELETE(reporting->daemon->reports, reporting);
	loop_unwatch(reporting->tick);
	report_writing_release(&reporting->writing);
	report_free(reporting->report);
	free(reporting);
}

/* --- writing -------------------------------------------------------------------- */

static enum stream_step reporting_next(void *context, struct text *piece)
{
	struct reporting *reporting = context;

	if (!edition_is_current(&reporting->report->edition,
			reporting->daemon))
		return STREAM_BREAK;
	return report_write(&reporting->writing, reporting->form, piece) ?
		STREAM_END : STREAM_MORE;
}

static void reporting_gone(void *context)
{
	reporting_free(context);
}

static void reporting_stream(struct reporting *reporting)
{
	static const struct stream_source source = {reporting_next,
		reporting_gone};

	loop_unwatch(reporting->tick);
	reporting->tick = NULL;
	server_stream(reporting->request, 200, reporting->form->type,
		reporting->form->headers != NULL ? reporting->form->headers() :
		NULL, &source, reporting);
}

/* --- preparing ------------------------------------------------------------------ */

static void reporting_refuse(struct reporting *reporting, int status,
	const char *detail)
{
	struct server_request *request = reporting->request;

	reply_problem(request, status, "%s", detail);
	reporting_free(reporting);
}

/* 1: all is there; 0: not yet; -1: it was refused. */
static int reporting_prepare(struct reporting *reporting, struct error *error)
{
	struct report *report = reporting->report;
	int done = report_judge(report, error);

	if (done <= 0)
		return done;
	if (!reporting->counted && report_count(report, error) < 0)
		return -1;
	reporting->counted = true;
	return report_ask_sources(report, error);
}

static void reporting_tick(void *context)
{
	struct reporting *reporting = context;
	struct daemon *daemon = reporting->daemon;
	struct error error;
	int done;

	if (loop_now(daemon->loop) <=
			reporting->report->question.known.recorded_by)
		return;
	if (!edition_is_current(&reporting->report->edition,
			reporting->daemon)) {
		reporting_refuse(reporting, 503, "the register was replaced "
			"meanwhile: ask again");
		return;
	}
	done = reporting_prepare(reporting, &error);
	if (done > 0)
		reporting_stream(reporting);
	else if (done < 0)
		reporting_refuse(reporting, error.kind == ERROR_ABSENT ? 404 :
			422, error.text);
}

/* --- the question --------------------------------------------------------------- */

/* What is recorded after it was asked is never in it: its parts must agree. */
static int times_read(struct report *report, struct server_request *request,
	struct error *error)
{
	struct daemon *daemon = report->daemon;
	instant now = loop_now(daemon->loop);
	struct question *question = &report->question;

	if (question_read(daemon, request, question, error) < 0)
		return -1;
	report->recorded_asked = question->known.recorded_by != INSTANT_MAX ||
		!question->past;
	question->known = question_known(question, daemon);
	if (question->known.recorded_by == INSTANT_MAX)
		question->known.recorded_by = now;
	question->past = true;
	return 0;
}

static const struct report_form *report_form_read(struct server_request *request,
	struct error *error)
{
	const char *format = server_request_query(request, "format");

	if (format == NULL || string_is(format, "html"))
		return &report_html;
	if (string_is(format, "json"))
		return &report_json;
	error_set(error, ERROR_INPUT, "format: html (the default) or json");
	return NULL;
}

static int filters_take(struct report *report, struct server_request *request,
	struct error *error)
{
	static const struct query_words words = {
		.own = WORDS_OF_TIME " by format"};

	return query_read(report->daemon, request,
		report->question.known.published_by, &words, &report->query,
		error);
}

static struct reporting *reporting_read(struct daemon *daemon,
	struct server_request *request, struct error *error)
{
	struct reporting *reporting = mem_new(1, sizeof *reporting);

	reporting->daemon = daemon;
	reporting->request = request;
	reporting->report = report_new(daemon);
	report_writing_init(&reporting->writing, reporting->report);
	DL_APPEND(daemon->reports, reporting);
	reporting->report->by = server_request_query(request, "by");
	if (reporting->report->by == NULL)
		reporting->report->by = rollup_party(daemon->reg);
	reporting->form = report_form_read(request, error);
	if (reporting->form != NULL &&
			times_read(reporting->report, request, error) == 0 &&
			filters_take(reporting->report, request, error) == 0)
		return reporting;
	reporting_free(reporting);
	return NULL;
}

void get_report(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct reporting *reporting, *other;
	struct error error;
	int count;

	(void)rest;
	DL_COUNT(daemon->reports, other, count);
	if (!request_finds_room(request, (size_t)count, REPORTS_MAX)) {
		reply_problem(request, 503, "%d reports are being made: ask again "
			"when one of them has ended", count);
		return;
	}
	reporting = reporting_read(daemon, request, &error);
	if (reporting == NULL)
		reply_refusal(request, &error);
	else
		reporting->tick = loop_every(daemon->loop, TICK, reporting_tick,
			reporting);
}

void reports_stop(struct daemon *daemon)
{
	struct reporting *reporting, *next;

	DL_FOREACH_SAFE(daemon->reports, reporting, next)
		if (reporting->tick != NULL)
			reporting_refuse(reporting, 503, "pledged is stopping");
}
