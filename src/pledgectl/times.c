/* times: see times.h. */
#include "pledgectl/times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/moment.h"
#include "base/zone_file.h"

#define LOCAL_FILE "/etc/localtime"
#define DAY_SECONDS INT64_C(86400)
#define EXACT_DAYS 10		/* more are told in days alone */
#define DAYS_MAX 730		/* more are told in years */
#define DATE_LENGTH 10

/* --- the zone ------------------------------------------------------------------- */

/* The terminal's: $TZ, else the machine's. Where that is none we know (a rule in
   place of a name, no file) it is UTC, which every time says of itself. */
static const struct zone *zone_local_here(void)
{
	const char *name = getenv("TZ");
	struct zone *zone;
	struct error error;

	if (name != NULL && *name == ':')
		name++;
	if (name == NULL || string_is(name, LOCAL_FILE))
		zone = zone_file_read(LOCAL_FILE, "local", &error);
	else
		zone = zone_named(name, &error);
	return zone != NULL ? zone : zone_utc();
}

int times_begin(struct request *request, const char *name, struct error *error)
{
	request->now = (instant)time(NULL);
	if (name == NULL || string_is(name, "local"))
		request->zone = zone_local_here();
	else if (string_is(name, "utc") || string_is(name, "UTC"))
		request->zone = zone_utc();
	else
		request->zone = zone_named(name, error);
	return request->zone != NULL ? 0 : -1;
}

void times_end(struct request *request)
{
	zone_free((struct zone *)request->zone);
}

/* --- relative -------------------------------------------------------------------- */

static void add_length(struct text *out, int64_t seconds)
{
	int64_t days = seconds / DAY_SECONDS;

	if (days < EXACT_DAYS)
		text_add_seconds(out, seconds);
	else if (days <= DAYS_MAX)
		text_addf(out, "%lldd", (long long)days);
	else
		text_addf(out, "%lldy", (long long)(days * 4 / 1461));
}

static void add_from_now(struct text *out, int64_t seconds)
{
	text_add_string(out, seconds > 0 ? "in " : "");
	add_length(out, seconds < 0 ? -seconds : seconds);
	text_add_string(out, seconds > 0 ? "" : " ago");
}

static void add_from_today(struct text *out, const struct request *request,
	struct date date)
{
	int64_t days = (int64_t)date_to_days(date) -
		date_to_days(zone_date(request->zone, request->now));

	if (days == 0)
		text_add_string(out, "today");
	else
		add_from_now(out, days * DAY_SECONDS);
}

/* --- one time ---------------------------------------------------------------------- */

static void add_date(struct text *out, const struct request *request,
	const char *said)
{
	char day[DATE_LENGTH + 1];
	struct date date;

	snprintf(day, sizeof day, "%s", said);
	if (request->relative && date_parse(day, &date))
		add_from_today(out, request, date);
	else
		text_add_string(out, day);
}

/* "2026-11-30T09:12:33+01:00" without its seconds; no offset is "Z". */
static void add_instant(struct text *out, const struct request *request,
	instant at, bool seconds)
{
	const size_t minutes = sizeof "2026-11-30T09:12" - 1;
	struct text whole;

	text_init(&whole, 0);
	if (zone_offset(request->zone, at) == 0)
		text_add_instant(&whole, at);
	else
		text_add_instant_zone(&whole, at, request->zone);
	text_add(out, text_string(&whole), seconds ? whole.length : minutes);
	if (!seconds)
		text_add_string(out, text_string(&whole) + minutes +
			sizeof ":33" - 1);
	text_release(&whole);
}

static void add_time_as(struct text *out, const struct request *request,
	const char *said, bool seconds)
{
	struct moment moment;

	if (!moment_parse(said, strlen(said), &moment) ||
			moment.kind == MOMENT_LOCAL)
		text_add_string(out, said);
	else if (moment.kind == MOMENT_DATE)
		add_date(out, request, said);
	else if (request->relative && !seconds)
		add_from_now(out, moment.at - request->now);
	else
		add_instant(out, request, moment.at, seconds);
}

void add_time(struct text *out, const struct request *request, const char *said)
{
	add_time_as(out, request, said, false);
}

void add_time_whole(struct text *out, const struct request *request,
	const char *said)
{
	add_time_as(out, request, said, true);
}

void add_day(struct text *out, const struct request *request, const char *said)
{
	if (strstr(said, "T23:59:59") != NULL)
		add_date(out, request, said);
	else
		add_time(out, request, said);
}
