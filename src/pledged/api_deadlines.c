/*
 * api_deadlines: GET /calendar.ics, the due dates of milestones for calendars
 * (RFC 5545). The same bytes for the same facts: no time in it is the clock's.
 *
 * SEQUENCE counts how often the terms were changed since the daemon first saw
 * them, as events say; LAST-MODIFIED is when that was for the last time, or when
 * the status changed, which is the only answer that an entry tells.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/filters.h"
#include "pledged/ical.h"
#include "pledged/job.h"
#include "pledged/look.h"
#include "pledged/making.h"
#include "pledged/query.h"
#include "pledged/told.h"

#define DEADLINES_MAX 10000	/* of one calendar */
/* Milestones looked at in one turn, judged as of another time, and written. */
#define LOOKED_A_TURN 5000
#define JUDGED_A_TURN 100
#define WRITTEN_A_TURN 100

struct moved {
	char *milestone;
	int64_t count;
	instant last;
};

struct deadlines {
	struct daemon *daemon;
	struct server_request *request;
	struct question question;
	struct query query;		/* its words are the request's */
	struct moved *moved;		/* by milestone */
	size_t moved_count, moved_capacity;
	int loaded;			/* what the store said */
	struct error error;
	uint32_t next;			/* milestone to be looked at */
	size_t written;
};

static void deadlines_free(void *context)
{
	struct deadlines *deadlines = context;

	for (size_t i = 0; i < deadlines->moved_count; i++)
		free(deadlines->moved[i].milestone);
	free(deadlines->moved);
	free(deadlines);
}

/* --- what was moved --------------------------------------------------------- */

static int moved_compare(const void *a, const void *b)
{
	return strcmp(((const struct moved *)a)->milestone,
		((const struct moved *)b)->milestone);
}

static void take_moved(void *context, const struct store_moves *moves)
{
	struct deadlines *deadlines = context;

	deadlines->moved = mem_grow(deadlines->moved, deadlines->moved_count,
		&deadlines->moved_capacity, sizeof *deadlines->moved);
	deadlines->moved[deadlines->moved_count++] = (struct moved){
		mem_string(moves->milestone), moves->count, moves->last};
}

static void moved_load(struct job *job, void *context)
{
	struct deadlines *deadlines = context;
	const struct knowledge *known = &deadlines->question.known;

	(void)job;
	deadlines->loaded = store_load_moves(deadlines->daemon->store,
		earlier(known->published_by, known->recorded_by), take_moved,
		deadlines, &deadlines->error);
	if (deadlines->moved_count > 0)
		qsort(deadlines->moved, deadlines->moved_count,
			sizeof *deadlines->moved, moved_compare);
}

static struct moved moved_of(const struct deadlines *deadlines,
	const struct milestone *milestone)
{
	struct moved key = {.milestone = (char *)milestone->id,
		.last = INSTANT_MIN};
	const struct moved *found = deadlines->moved_count == 0 ? NULL :
		bsearch(&key, deadlines->moved, deadlines->moved_count,
			sizeof *deadlines->moved, moved_compare);

	return found != NULL ? *found : key;
}

/* --- one entry ---------------------------------------------------------------- */

struct entry {
	const struct register_ *reg;
	const struct milestone *first;	/* by its original terms … */
	const struct milestone *milestone; /* … and those of the time asked about */
	const struct assessment *answer;
	instant since;
};

/* "2020-12-31", or with a time of day in the milestone's zone. */
static void add_day(struct text *out, const struct entry *entry, instant at,
	struct date date)
{
	const struct zone *zone = milestone_zone(entry->reg, entry->milestone);

	if (!date_is_none(date)) {
		text_add_date(out, date);
		return;
	}
	text_add_instant_zone(out, at, zone);
	text_addf(out, " (%s)", zone_name(zone));
}

static void add_dates(struct text *out, const struct entry *entry)
{
	const struct assessment *answer = entry->answer;

	text_add_string(out, "\nDue: ");
	add_day(out, entry, answer->due, answer->due_date);
	if (entry->first->due == INSTANT_MAX || entry->first->due == answer->due)
		return;
	text_add_string(out, ", originally ");
	add_day(out, entry, entry->first->due, entry->first->due_date);
}

static void add_fact(struct text *out, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		text_addf(out, "\n%s: %s", name, value);
}

static void entry_add_description(const struct entry *entry, struct text *out)
{
	const struct pledge *pledge = milestone_pledge(entry->reg,
		entry->milestone);
	struct text words;

	text_init(&words, 0);
	text_addf(&words, "Status: %s", status_look(entry->answer->status)->words);
	add_dates(&words, entry);
	add_fact(&words, "Pledge", pledge->title);
	add_fact(&words, "Obligor", pledge->obligor);
	add_fact(&words, "Instrument", milestone_instrument(entry->reg,
		entry->milestone)->title);
	add_fact(&words, "Source", pledge->cite);
	add_fact(&words, "Milestone", entry->milestone->id);
	ical_add_text(out, "DESCRIPTION", text_string(&words));
	text_release(&words);
}

static void entry_add_summary(const struct entry *entry, struct text *out)
{
	const struct look *look = status_look(entry->answer->status);
	struct text words;

	text_init(&words, 0);
	text_addf(&words, "%s ", look->sign);
	add_milestone_name(entry->reg, entry->milestone, &words);
	if (entry->milestone->instance != NULL)
		text_addf(&words, ", %s", entry->milestone->instance->label);
	text_addf(&words, " (%s)", look->words);
	ical_add_text(out, "SUMMARY", text_string(&words));
	text_release(&words);
}

static void entry_add_categories(const struct entry *entry, struct text *out)
{
	const struct pledge *pledge = milestone_pledge(entry->reg,
		entry->milestone);
	const char *const words[] = {
		status_look(entry->answer->status)->words,
		severity_name(entry->milestone->severity), pledge->obligor,
		milestone_instrument(entry->reg, entry->milestone)->id,
	};
	struct text list;

	text_init(&list, 0);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (words[i] == NULL || words[i][0] == '\0')
			continue;
		text_add_string(&list, list.length > 0 ? "," : "");
		ical_add_escaped(&list, words[i]);
	}
	ical_add(out, "CATEGORIES", text_string(&list));
	text_release(&list);
}

static const char *entry_url(const struct entry *entry)
{
	const char *url = milestone_pledge(entry->reg, entry->milestone)->url;

	if (!html_url_is_safe(url))
		url = milestone_instrument(entry->reg, entry->milestone)->url;
	return html_url_is_safe(url) ? url : NULL;
}

/* What the calendar knows of it alone: when and how often it was changed. */
static void entry_add_revision(const struct entry *entry,
	const struct deadlines *deadlines, struct text *out)
{
	struct moved moved = moved_of(deadlines, entry->milestone);
	instant changed = later(entry->since, moved.last);

	/* Of the past, or before it is settled, it is not known since when. */
	if (changed == INSTANT_MIN)
		changed = deadlines->question.past ?
			deadlines->question.known.published_by :
			deadlines->daemon->reloaded;
	ical_add_instant(out, "DTSTAMP", changed);
	ical_add_instant(out, "LAST-MODIFIED", changed);
	ical_add_number(out, "SEQUENCE", moved.count);
}

static void entry_add(const struct entry *entry,
	const struct deadlines *deadlines, struct text *out)
{
	static const int priorities[] = {
		[SEVERITY_INFO] = 9, [SEVERITY_WARNING] = 5, [SEVERITY_CRITICAL] = 1,
	};
	const struct assessment *answer = entry->answer;
	const char *url = entry_url(entry);
	struct text uid;

	text_init(&uid, 0);
	text_addf(&uid, "%s@%s", entry->milestone->id,
		store_instance(deadlines->daemon->store));
	ical_add(out, "BEGIN", "VEVENT");
	ical_add_text(out, "UID", text_string(&uid));
	entry_add_revision(entry, deadlines, out);
	if (!date_is_none(answer->due_date))
		ical_add_date(out, "DTSTART", answer->due_date);
	else
		ical_add_instant(out, "DTSTART", answer->due);
	entry_add_summary(entry, out);
	entry_add_description(entry, out);
	entry_add_categories(entry, out);
	ical_add_number(out, "PRIORITY", priorities[entry->milestone->severity]);
	ical_add(out, "STATUS", lifecycle_is_over(answer->lifecycle) ?
		"CANCELLED" : "CONFIRMED");
	ical_add(out, "TRANSP", "TRANSPARENT");
	if (url != NULL)
		ical_add(out, "URL", url);
	ical_add(out, "X-PLEDGED-STATUS", status_name(answer->status));
	ical_add(out, "END", "VEVENT");
	text_release(&uid);
}

/* --- the calendar ----------------------------------------------------------------- */

/* "Deadlines (obligor=CN, status=due)" */
static void add_calendar_name(const struct server_request *request,
	struct text *out)
{
	const char *name, *value, *before = " (";

	text_add_string(out, "Deadlines");
	for (size_t i = 0; server_request_parameter(request, i, &name, &value); i++) {
		text_addf(out, "%s%s=%s", before, name, value);
		before = ", ";
	}
	text_add_string(out, *before == ',' ? ")" : "");
}

static void calendar_begin(const struct deadlines *deadlines, struct text *out)
{
	struct text name;

	text_init(&name, 0);
	add_calendar_name(deadlines->request, &name);
	ical_add(out, "BEGIN", "VCALENDAR");
	ical_add(out, "VERSION", "2.0");
	ical_add(out, "PRODID", "-//pledged//pledged " PACKAGE_VERSION "//EN");
	ical_add(out, "CALSCALE", "GREGORIAN");
	ical_add_text(out, "NAME", text_string(&name));
	ical_add_text(out, "X-WR-CALNAME", text_string(&name));
	ical_add(out, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
	ical_add(out, "X-PUBLISHED-TTL", "PT1H");
	text_release(&name);
}

/* A calendar is of one component at least: where there is no deadline, of the
   zone that times are in. */
static void calendar_end(const struct deadlines *deadlines, struct text *out)
{
	static const char *const zone[][2] = {
		{"BEGIN", "VTIMEZONE"}, {"TZID", "UTC"}, {"BEGIN", "STANDARD"},
		{"DTSTART", "19700101T000000"}, {"TZOFFSETFROM", "+0000"},
		{"TZOFFSETTO", "+0000"}, {"END", "STANDARD"},
		{"END", "VTIMEZONE"},
	};

	for (size_t i = 0; deadlines->written == 0 &&
			i < sizeof zone / sizeof *zone; i++)
		ical_add(out, zone[i][0], zone[i][1]);
	ical_add(out, "END", "VCALENDAR");
}

/* Whether it was written. */
static bool deadlines_take(struct deadlines *deadlines, uint32_t index,
	struct text *out)
{
	struct daemon *daemon = deadlines->daemon;
	const struct register_ *reg = daemon->reg;
	struct assessment room;
	struct entry entry = {.reg = reg, .first = &reg->milestones[index]};

	entry.answer = question_answer(&deadlines->question, daemon, index, &room,
		&entry.since);
	entry.milestone = milestone_at(entry.first, entry.answer->as_of);
	if (entry.answer->due == INSTANT_MAX ||
	    !query_accepts(&deadlines->query, reg, index, entry.answer))
		return false;
	if (deadlines->written < DEADLINES_MAX)
		entry_add(&entry, deadlines, out);
	deadlines->written++;
	return true;
}

static enum making_step deadlines_step(void *context, struct text *body)
{
	struct deadlines *deadlines = context;
	uint32_t count = (uint32_t)deadlines->daemon->reg->milestone_count;
	uint32_t stop = deadlines->next + (deadlines->question.past ?
		JUDGED_A_TURN : LOOKED_A_TURN);
	size_t written = 0;

	if (deadlines->next == 0)
		calendar_begin(deadlines, body);
	while (deadlines->next < count && deadlines->next < stop &&
			written < WRITTEN_A_TURN)
		written += deadlines_take(deadlines, deadlines->next++, body);
	if (deadlines->written > DEADLINES_MAX) {
		reply_problem(deadlines->request, 400, "more than %d deadlines are "
			"so: narrow it by filters, such as due_after=2020-12-31",
			DEADLINES_MAX);
		return MAKING_REFUSED;
	}
	if (deadlines->next < count)
		return MAKING_MORE;
	calendar_end(deadlines, body);
	return MAKING_DONE;
}

static void deadlines_begin(void *context)
{
	struct deadlines *deadlines = context;

	deadlines->next = 0;
	deadlines->written = 0;
}

static void deadlines_loaded(void *context, bool cancelled)
{
	static const char *const headers[] = {
		"Content-Disposition: inline; filename=\"deadlines.ics\"", NULL};
	static const struct making_kind kind = {"text/calendar; charset=utf-8",
		headers, deadlines_step, deadlines_begin, deadlines_free};
	struct deadlines *deadlines = context;

	if (!cancelled && deadlines->loaded == 0) {
		making_start(deadlines->daemon, deadlines->request, &kind,
			deadlines);
		return;
	}
	if (cancelled)
		reply_problem(deadlines->request, 503, "pledged is stopping");
	else
		reply_unreadable(deadlines->request, &deadlines->error);
	deadlines_free(deadlines);
}

void get_deadlines(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct query_words words = {.own = WORDS_OF_TIME};
	struct deadlines *deadlines = mem_new(1, sizeof *deadlines);
	struct error error;

	(void)rest;
	deadlines->daemon = daemon;
	deadlines->request = request;
	if (question_read(daemon, request, &deadlines->question, &error) < 0 ||
	    query_read(daemon, request, deadlines->question.known.published_by,
		&words, &deadlines->query, &error) < 0)
		reply_refusal(request, &error);
	else if (job_start(daemon->reading, moved_load, deadlines_loaded,
	    deadlines) != NULL)
		return;
	else
		reply_problem(request, 503, "too many are being read: try again "
			"later");
	deadlines_free(deadlines);
}
