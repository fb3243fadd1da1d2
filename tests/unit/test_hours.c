/*
 * When a channel may be spoken to: digests and quiet hours, also on the days
 * when clocks are set, by tables. 2026-03-29 has no 02:30 in Brussels, and
 * 2026-10-25 has it twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/hours.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MON = 1, TUE = 2, WED = 4, THU = 8, FRI = 16, SAT = 32, SUN = 64,
	WORK = 31, EVERY = 127 };

static const struct hours_case {
	const char *what;
	const char *zone;	/* of the channel; NULL: UTC */
	const char *digest;	/* NULL: none */
	struct quiet_hours quiet[3];
	bool urgent;		/* from "critical" on */
	enum severity severity;
	const char *since, *now;
	const char *want;	/* "": never */
} cases[] = {
	{"nothing holds back", NULL, NULL, {{0}}, false, SEVERITY_INFO,
		"2026-03-10T10:00:00Z", "2026-03-10T10:00:00Z",
		"2026-03-10T10:00:00Z"},

	/* Digests. */
	{"daily, later today", NULL, "daily 08:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-10T07:00:00Z", "2026-03-10T07:00:00Z",
		"2026-03-10T08:00:00Z"},
	{"daily, tomorrow", NULL, "daily 08:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-10T08:00:01Z", "2026-03-10T08:00:01Z",
		"2026-03-11T08:00:00Z"},
	{"what came at its very time is in it", NULL, "daily 08:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-10T08:00:00Z", "2026-03-10T08:00:00Z",
		"2026-03-10T08:00:00Z"},
	{"its time has come", NULL, "daily 08:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-09T09:00:00Z", "2026-03-10T08:00:00Z",
		"2026-03-10T08:00:00Z"},
	{"its time passed while nobody was there", NULL, "daily 08:00", {{0}},
		false, SEVERITY_INFO, "2026-03-09T09:00:00Z",
		"2026-03-12T11:00:00Z", "2026-03-12T11:00:00Z"},
	{"24:00 is the end of the day", NULL, "daily 24:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-10T23:59:59Z", "2026-03-10T23:59:59Z",
		"2026-03-11T00:00:00Z"},
	{"of the channel's zone", "Europe/Brussels", "daily 08:00", {{0}},
		false, SEVERITY_INFO, "2026-01-10T07:30:00Z",
		"2026-01-10T07:30:00Z", "2026-01-11T07:00:00Z"},
	{"of its own zone", "Europe/Brussels", "daily 08:00 America/New_York",
		{{0}}, false, SEVERITY_INFO, "2026-01-10T07:30:00Z",
		"2026-01-10T07:30:00Z", "2026-01-10T13:00:00Z"},
	{"a day of another date there", NULL, "daily 08:00 Pacific/Kiritimati",
		{{0}}, false, SEVERITY_INFO, "2026-01-10T12:00:00Z",
		"2026-01-10T12:00:00Z", "2026-01-10T18:00:00Z"},
	{"weekly, this week", NULL, "weekly fri 17:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-10T08:00:00Z", "2026-03-10T08:00:00Z",
		"2026-03-13T17:00:00Z"},
	{"weekly, next week", NULL, "weekly mon 08:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-09T08:00:01Z", "2026-03-09T08:00:01Z",
		"2026-03-16T08:00:00Z"},
	{"weekly, at midnight", NULL, "weekly sun 24:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-15T23:00:00Z", "2026-03-15T23:00:00Z",
		"2026-03-16T00:00:00Z"},
	{"urgent passes a digest", NULL, "weekly mon 08:00", {{0}}, true,
		SEVERITY_CRITICAL, "2026-03-10T08:00:00Z",
		"2026-03-10T09:00:00Z", "2026-03-10T09:00:00Z"},
	{"what is less waits for it", NULL, "weekly mon 08:00", {{0}}, true,
		SEVERITY_WARNING, "2026-03-10T08:00:00Z",
		"2026-03-10T09:00:00Z", "2026-03-16T08:00:00Z"},

	/* Digests on the days when clocks are set. */
	{"the day before", "Europe/Brussels", "daily 08:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-27T12:00:00Z", "2026-03-27T12:00:00Z",
		"2026-03-28T07:00:00Z"},
	{"set forward", "Europe/Brussels", "daily 08:00", {{0}}, false,
		SEVERITY_INFO, "2026-03-28T12:00:00Z", "2026-03-28T12:00:00Z",
		"2026-03-29T06:00:00Z"},
	{"set back", "Europe/Brussels", "daily 08:00", {{0}}, false,
		SEVERITY_INFO, "2026-10-24T12:00:00Z", "2026-10-24T12:00:00Z",
		"2026-10-25T07:00:00Z"},
	{"a time that there is not", "Europe/Brussels", "daily 02:30", {{0}},
		false, SEVERITY_INFO, "2026-03-28T12:00:00Z",
		"2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
	{"… has come an hour early, and not again", "Europe/Brussels",
		"daily 02:30", {{0}}, false, SEVERITY_INFO,
		"2026-03-29T01:00:01Z", "2026-03-29T01:00:01Z",
		"2026-03-30T00:30:00Z"},
	{"a time that comes twice", "Europe/Brussels", "daily 02:30", {{0}},
		false, SEVERITY_INFO, "2026-10-24T12:00:00Z",
		"2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
	{"… counts once", "Europe/Brussels", "daily 02:30", {{0}}, false,
		SEVERITY_INFO, "2026-10-25T00:30:01Z", "2026-10-25T00:30:01Z",
		"2026-10-26T01:30:00Z"},

	/* Quiet hours. */
	{"not yet quiet", NULL, NULL, {{1320, 420, EVERY}}, false, SEVERITY_INFO,
		"2026-03-10T21:59:59Z", "2026-03-10T21:59:59Z",
		"2026-03-10T21:59:59Z"},
	{"over midnight, before it", NULL, NULL, {{1320, 420, EVERY}}, false,
		SEVERITY_INFO, "2026-03-10T22:00:00Z", "2026-03-10T22:00:00Z",
		"2026-03-11T07:00:00Z"},
	{"over midnight, after it", NULL, NULL, {{1320, 420, EVERY}}, false,
		SEVERITY_INFO, "2026-03-10T22:00:00Z", "2026-03-11T06:59:59Z",
		"2026-03-11T07:00:00Z"},
	{"no longer quiet", NULL, NULL, {{1320, 420, EVERY}}, false,
		SEVERITY_INFO, "2026-03-10T22:00:00Z", "2026-03-11T07:00:00Z",
		"2026-03-11T07:00:00Z"},
	{"within a day", NULL, NULL, {{720, 780, EVERY}}, false, SEVERITY_INFO,
		"2026-03-10T12:30:00Z", "2026-03-10T12:30:00Z",
		"2026-03-10T13:00:00Z"},
	{"urgent passes", NULL, NULL, {{1320, 420, EVERY}}, true,
		SEVERITY_CRITICAL, "2026-03-10T23:00:00Z",
		"2026-03-10T23:00:00Z", "2026-03-10T23:00:00Z"},
	{"by the weekday it begins on: Friday night", NULL, NULL,
		{{1320, 420, FRI}}, false, SEVERITY_INFO,
		"2026-03-14T03:00:00Z", "2026-03-14T03:00:00Z",
		"2026-03-14T07:00:00Z"},
	{"… and Saturday night is not", NULL, NULL, {{1320, 420, FRI}}, false,
		SEVERITY_INFO, "2026-03-15T03:00:00Z", "2026-03-15T03:00:00Z",
		"2026-03-15T03:00:00Z"},
	{"a whole weekend", NULL, NULL, {{0, 1440, SAT | SUN}}, false,
		SEVERITY_INFO, "2026-03-14T00:00:00Z", "2026-03-14T00:00:00Z",
		"2026-03-16T00:00:00Z"},
	{"a whole weekend, from equal to equal", NULL, NULL,
		{{0, 0, SAT | SUN}}, false, SEVERITY_INFO,
		"2026-03-15T12:00:00Z", "2026-03-15T12:00:00Z",
		"2026-03-16T00:00:00Z"},
	{"a weekend and its nights, one after the other", NULL, NULL,
		{{1320, 420, EVERY}, {0, 1440, SAT | SUN}}, false,
		SEVERITY_INFO, "2026-03-13T23:00:00Z", "2026-03-13T23:00:00Z",
		"2026-03-16T07:00:00Z"},
	{"a day from noon on", NULL, NULL, {{720, 720, SAT}}, false,
		SEVERITY_INFO, "2026-03-15T11:59:59Z", "2026-03-15T11:59:59Z",
		"2026-03-15T12:00:00Z"},
	{"always quiet", NULL, NULL, {{0, 1440, EVERY}}, false, SEVERITY_INFO,
		"2026-03-10T12:00:00Z", "2026-03-10T12:00:00Z", ""},
	{"always quiet, by two halves", NULL, NULL,
		{{0, 720, EVERY}, {720, 0, EVERY}}, false, SEVERITY_INFO,
		"2026-03-10T12:00:00Z", "2026-03-10T12:00:00Z", ""},
	{"… but to what is urgent", NULL, NULL, {{0, 1440, EVERY}}, true,
		SEVERITY_CRITICAL, "2026-03-10T12:00:00Z",
		"2026-03-10T12:00:00Z", "2026-03-10T12:00:00Z"},
	{"no weekday: never quiet", NULL, NULL, {{0, 1440, 0}}, false,
		SEVERITY_INFO, "2026-03-10T12:00:00Z", "2026-03-10T12:00:00Z",
		"2026-03-10T12:00:00Z"},

	/* Quiet hours on the days when clocks are set. */
	{"a night without an hour", "Europe/Brussels", NULL,
		{{1320, 420, EVERY}}, false, SEVERITY_INFO,
		"2026-03-28T22:00:00Z", "2026-03-28T22:00:00Z",
		"2026-03-29T05:00:00Z"},
	{"a night with one more", "Europe/Brussels", NULL,
		{{1320, 420, EVERY}}, false, SEVERITY_INFO,
		"2026-10-24T21:00:00Z", "2026-10-24T21:00:00Z",
		"2026-10-25T06:00:00Z"},
	{"until a time that there is not", "Europe/Brussels", NULL,
		{{60, 150, EVERY}}, false, SEVERITY_INFO,
		"2026-03-29T00:30:00Z", "2026-03-29T00:30:00Z",
		"2026-03-29T01:00:00Z"},
	{"until a time that comes twice", "Europe/Brussels", NULL,
		{{60, 150, EVERY}}, false, SEVERITY_INFO,
		"2026-10-25T00:00:00Z", "2026-10-25T00:00:00Z",
		"2026-10-25T00:30:00Z"},
	{"… is over when it comes again", "Europe/Brussels", NULL,
		{{60, 150, EVERY}}, false, SEVERITY_INFO,
		"2026-10-25T01:10:00Z", "2026-10-25T01:10:00Z",
		"2026-10-25T01:10:00Z"},
	{"from and until what there is not: nothing", "Europe/Brussels", NULL,
		{{135, 165, EVERY}}, false, SEVERITY_INFO,
		"2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z",
		"2026-03-29T01:00:00Z"},

	/* Both. */
	{"a digest in a quiet weekend waits for the next", NULL, "daily 08:00",
		{{0, 1440, SAT | SUN}}, false, SEVERITY_INFO,
		"2026-03-13T10:00:00Z", "2026-03-13T10:00:00Z",
		"2026-03-16T08:00:00Z"},
	{"… also when asked in between", NULL, "daily 08:00",
		{{0, 1440, SAT | SUN}}, false, SEVERITY_INFO,
		"2026-03-13T10:00:00Z", "2026-03-16T07:00:00Z",
		"2026-03-16T08:00:00Z"},
	{"a digest that is late waits for the end of a night", NULL,
		"daily 08:00", {{1320, 420, EVERY}}, false, SEVERITY_INFO,
		"2026-03-09T10:00:00Z", "2026-03-10T23:00:00Z",
		"2026-03-11T07:00:00Z"},
	{"a digest that is always quiet comes when it is over", NULL,
		"daily 08:00", {{1320, 540, EVERY}}, false, SEVERITY_INFO,
		"2026-03-09T10:00:00Z", "2026-03-09T10:00:00Z",
		"2026-03-10T09:00:00Z"},
	{"… also when asked later", NULL, "daily 08:00", {{1320, 540, EVERY}},
		false, SEVERITY_INFO, "2026-03-09T10:00:00Z",
		"2026-03-10T09:30:00Z", "2026-03-10T09:30:00Z"},
	{"… also in the next night", NULL, "daily 08:00", {{1320, 540, EVERY}},
		false, SEVERITY_INFO, "2026-03-09T10:00:00Z",
		"2026-03-10T23:30:00Z", "2026-03-11T09:00:00Z"},
	{"a weekly one that is always quiet", NULL, "weekly sat 08:00",
		{{0, 1440, SAT | SUN}}, false, SEVERITY_INFO,
		"2026-03-10T10:00:00Z", "2026-03-10T10:00:00Z",
		"2026-03-16T00:00:00Z"},
	{"a digest, and always quiet", NULL, "daily 08:00",
		{{0, 0, EVERY}}, false, SEVERITY_INFO,
		"2026-03-10T12:00:00Z", "2026-03-10T12:00:00Z", ""},
};

static instant time_of(const char *text)
{
	struct moment moment;

	if (text[0] == '\0')
		return INSTANT_MAX;
	assert_true(moment_parse(text, strlen(text), &moment));
	return moment_instant(&moment, zone_utc());
}

static struct hours hours_of(struct world *world, const struct hours_case *c)
{
	struct hours hours = {.quiet = c->quiet, .has_urgent = c->urgent,
		.urgent = SEVERITY_CRITICAL};
	struct error error;

	while (hours.quiet_count < COUNT(c->quiet) &&
	       (c->quiet[hours.quiet_count].from ||
		c->quiet[hours.quiet_count].to ||
		c->quiet[hours.quiet_count].days))
		hours.quiet_count++;
	if (c->zone)
		hours.zone = world_zone(world, c->zone);
	if (c->digest) {
		assert_true(digest_time_read(c->digest, &hours.digest, &error));
		if (hours.digest.zone_id)
			hours.digest.zone = world_zone(world,
				hours.digest.zone_id);
	}
	return hours;
}

static void hours_open_when_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct hours_case *c = &cases[i];
		struct text got;
		struct world world;

		world_init(&world);
		const struct hours hours = hours_of(&world, c);
		instant open = hours_open(&hours, c->severity,
			time_of(c->since), time_of(c->now));
		text_init(&got, 0);
		text_add_instant(&got, open);
		if (open != time_of(c->want))
			fail_msg("%s: %s", c->what, text_string(&got));
		text_release(&got);
		world_release(&world);
	}
}

/* Asked again at any later time before it comes, the answer is the same: what
   is planned anew after a restart is planned as before. */
static void answers_stand(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct hours_case *c = &cases[i];
		struct world world;

		world_init(&world);
		const struct hours hours = hours_of(&world, c);
		instant since = time_of(c->since), now = time_of(c->now);
		instant open = hours_open(&hours, c->severity, since, now);

		for (instant at = now; open != INSTANT_MAX && at <= open;
				at += 613)
			if (hours_open(&hours, c->severity, since, at) != open &&
					!c->urgent)
				fail_msg("%s: %lld later", c->what,
					(long long)(at - now));
		world_release(&world);
	}
}

static const struct {
	const char *string;
	bool want_good;
	enum digest_every want_every;
	int want_weekday, want_minute;
	const char *want_zone;
} digests[] = {
	{"daily 08:00", true, DIGEST_DAILY, 0, 480, NULL},
	{" daily  8:05 ", true, DIGEST_DAILY, 0, 485, NULL},
	{"daily 08:00 Europe/Brussels", true, DIGEST_DAILY, 0, 480,
		"Europe/Brussels"},
	{"weekly mon 08:00", true, DIGEST_WEEKLY, 0, 480, NULL},
	{"weekly Sunday 00:00 UTC", true, DIGEST_WEEKLY, 6, 0, "UTC"},
	{"daily 24:00", true, DIGEST_DAILY, 0, 1440, NULL},
	{"", false, DIGEST_NONE, 0, 0, NULL},
	{"daily", false, DIGEST_NONE, 0, 0, NULL},
	{"daily 0800", false, DIGEST_NONE, 0, 0, NULL},
	{"daily 08:0", false, DIGEST_NONE, 0, 0, NULL},
	{"daily 08:60", false, DIGEST_NONE, 0, 0, NULL},
	{"daily 24:01", false, DIGEST_NONE, 0, 0, NULL},
	{"daily 08:00Z", false, DIGEST_NONE, 0, 0, NULL},
	{"daily mon 08:00", false, DIGEST_NONE, 0, 0, NULL},
	{"weekly 08:00", false, DIGEST_NONE, 0, 0, NULL},
	{"weekly moon 08:00", false, DIGEST_NONE, 0, 0, NULL},
	{"hourly 08:00", false, DIGEST_NONE, 0, 0, NULL},
};

static void digests_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(digests); i++) {
		struct digest_time digest;
		struct error error = {0};
		bool good = digest_time_read(digests[i].string, &digest,
			&error);

		if (good != digests[i].want_good)
			fail_msg("'%s'", digests[i].string);
		if (!good) {
			assert_non_null(strstr(error.text, "weekly mon 08:00"));
			continue;
		}
		assert_int_equal(digest.every, digests[i].want_every);
		assert_int_equal(digest.weekday, digests[i].want_weekday);
		assert_int_equal(digest.minute, digests[i].want_minute);
		assert_true(string_is(digest.zone_id, digests[i].want_zone));
	}
}

static void minutes_are_read(void **state)
{
	static const struct {
		const char *string;
		int want;	/* -1: none */
	} minutes[] = {{"22:00", 1320}, {"00:00", 0}, {"7:30", 450},
		{"24:00", 1440}, {"24:01", -1}, {"12:61", -1}, {"1200", -1},
		{"12:5", -1}, {"12:005", -1}, {"112:00", -1}, {"", -1},
		{":30", -1}, {"12:30 ", -1}, {"-1:30", -1}};

	(void)state;
	for (size_t i = 0; i < COUNT(minutes); i++) {
		int minute = 0;
		bool good = minute_read(minutes[i].string, &minute);

		if ((good ? minute : -1) != minutes[i].want)
			fail_msg("'%s': %d", minutes[i].string, minute);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_open_when_they_should),
		cmocka_unit_test(answers_stand),
		cmocka_unit_test(digests_are_read),
		cmocka_unit_test(minutes_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
