/*
 * Dates, durations, instants as text, and zones: local times around gaps and
 * folds as Python's zoneinfo maps them, from the system's zone files (past
 * years only, which their maintainers no longer change) and from files built
 * here of nothing but a TZ string.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/moment.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- dates -------------------------------------------------------------- */

static void days_go_there_and_back(void **state)
{
	struct date before = {1, 1, 1};
	int32_t first = date_to_days(before);

	(void)state;
	assert_int_equal(first, -719162);
	for (int32_t days = first + 1; days <= 2932896; days++) {
		struct date date = date_from_days(days);

		if (!date_is_valid(date.year, date.month, date.day) ||
		    date_compare(before, date) >= 0 ||
		    date_to_days(date) != days ||
		    date_weekday(date) != (date_weekday(before) + 1) % 7)
			fail_msg("day %d", days);
		before = date;
	}
	assert_int_equal(before.year, 9999);
	assert_int_equal(date_from_days(INT32_MAX).year, 9999);
	assert_int_equal(date_from_days(INT32_MIN).year, 1);
	assert_int_equal(date_weekday((struct date){2020, 12, 31}), 3);
	assert_int_equal(date_to_days((struct date){1970, 1, 1}), 0);
}

static const struct {
	struct date date;
	int32_t months;
	struct date want_date;
} month_sums[] = {
	{{2020, 1, 31}, 1, {2020, 2, 29}},
	{{2021, 1, 31}, 1, {2021, 2, 28}},
	{{2020, 2, 29}, 12, {2021, 2, 28}},
	{{2020, 12, 15}, 1, {2021, 1, 15}},
	{{2020, 1, 31}, -2, {2019, 11, 30}},
	{{2020, 1, 31}, 0, {2020, 1, 31}},
	{{9999, 12, 1}, 1, {9999, 12, 31}},
	{{1, 1, 2}, -1, {1, 1, 1}},
	{{2020, 1, 1}, INT32_MAX, {9999, 12, 31}},
};

static void months_are_added(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(month_sums); i++)
		assert_int_equal(date_compare(date_add_months(
			month_sums[i].date, month_sums[i].months),
			month_sums[i].want_date), 0);
	assert_int_equal(date_compare(date_add_days(
		(struct date){2020, 2, 28}, 2), (struct date){2020, 3, 1}), 0);
	assert_int_equal(date_add_days((struct date){2020, 2, 28},
		INT32_MAX).year, 9999);
	assert_true(date_is_none((struct date){0, 0, 0}));
	assert_false(date_is_none((struct date){2020, 1, 1}));
}

/* --- durations ------------------------------------------------------------ */

static const struct {
	const char *text;
	int64_t want_count;	/* -1: refused */
	enum duration_unit want_unit;
	const char *want_text;
} durations[] = {
	{"90s", 90, DURATION_SECOND, "90s"},
	{"0s", 0, DURATION_SECOND, "0s"},
	{"15m", 900, DURATION_SECOND, "15m"},
	{"6h", 21600, DURATION_SECOND, "6h"},
	{"90d", 90, DURATION_DAY, "90d"},
	{"2w", 14, DURATION_DAY, "14d"},
	{"20wd", 20, DURATION_WORKDAY, "20wd"},
	{"6mo", 6, DURATION_MONTH, "6mo"},
	{"2q", 6, DURATION_MONTH, "6mo"},
	{"2y", 24, DURATION_MONTH, "2y"},
	{"1000y", 12000, DURATION_MONTH, "1000y"},
	{"1001y", -1, 0, NULL},
	{"365251d", -1, 0, NULL},
	{"99999999999999999999999s", -1, 0, NULL},
	{"", -1, 0, NULL}, {"d", -1, 0, NULL}, {"5", -1, 0, NULL},
	{"-5d", -1, 0, NULL}, {"5 d", -1, 0, NULL}, {"5D", -1, 0, NULL},
	{"1.5d", -1, 0, NULL}, {"5dd", -1, 0, NULL}, {"5wdx", -1, 0, NULL},
};

static void durations_are_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(durations); i++) {
		struct duration duration;
		struct text text;

		if (duration_read(durations[i].text, &duration) !=
		    (durations[i].want_count >= 0))
			fail_msg("%s", durations[i].text);
		if (durations[i].want_count < 0)
			continue;
		assert_int_equal(duration.count, durations[i].want_count);
		assert_int_equal(duration.unit, durations[i].want_unit);
		text_init(&text, 0);
		text_add_duration(&text, duration);
		assert_string_equal(text_string(&text), durations[i].want_text);
		text_release(&text);
	}
}

static void seconds_are_said(void **state)
{
	static const struct {
		int64_t seconds;
		const char *want_text;
	} cases[] = {
		{0, "0s"}, {45, "45s"}, {60, "1m"}, {61, "1m 1s"},
		{3600, "1h"}, {3659, "1h"}, {3660, "1h 1m"},
		{86400 * 3 + 3600 * 4 + 59, "3d 4h"}, {86400, "1d"},
		{-90, "-1m 30s"}, {86400 * 85, "85d"},
	};
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text text;

		text_init(&text, 0);
		text_add_seconds(&text, cases[i].seconds);
		assert_string_equal(text_string(&text), cases[i].want_text);
		text_release(&text);
	}
	assert_true(duration_seconds(
		(struct duration){2, DURATION_DAY}, &seconds));
	assert_int_equal(seconds, 172800);
	assert_false(duration_seconds(
		(struct duration){2, DURATION_MONTH}, &seconds));
}

/* --- zones -------------------------------------------------------------------- */

/* From the system's files; NULL when they are not installed. */
static struct zone *zone_system(const char *name)
{
	static uint8_t bytes[65536];
	char path[256];
	struct error error;
	struct zone *zone;
	size_t length;
	FILE *file;

	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	length = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	zone = zone_new(name, bytes, length, &error);
	if (zone == NULL)
		fail_msg("%s", error.text);
	assert_string_equal(zone_name(zone), name);
	return zone;
}

/* A version 2 file of one type, UTC, no transitions and a TZ string. */
static size_t tzif_build(uint8_t *out, const char *rule)
{
	static const uint8_t block[54] = {'T', 'Z', 'i', 'f', '2',
		[39] = 1, [43] = 4, [50] = 'U', 'T', 'C'};
	int length;

	memcpy(out, block, sizeof block);
	memcpy(out + sizeof block, block, sizeof block);
	length = snprintf((char *)out + 2 * sizeof block, 100, "\n%s\n", rule);
	return 2 * sizeof block + (size_t)length;
}

static struct zone *zone_ruled(const char *rule)
{
	uint8_t bytes[256];
	struct error error;

	return zone_new(rule, bytes, tzif_build(bytes, rule), &error);
}

/* zone: a system file's name, or a TZ string when it has a digit. */
static struct zone *zone_named(const char *zone)
{
	return strpbrk(zone, "0123456789") != NULL ? zone_ruled(zone) :
		zone_system(zone);
}

static const struct {
	const char *zone, *local;
	instant want_at;
	enum zone_fit want_fit;
} locals[] = {
	{"Africa/Cairo", "1973-10-01T02:44:32", 118280672, ZONE_FOLD},
	{"Africa/Cairo", "1990-05-01T01:00:00", 641516400, ZONE_GAP},
	{"Africa/Casablanca", "1976-05-01T00:30:00", 199758600, ZONE_GAP},
	{"Africa/Casablanca", "2011-07-30T23:00:01", 1312063201, ZONE_FOLD},
	{"America/Godthab", "2015-10-24T22:30:00", 1445733000, ZONE_FOLD},
	{"America/Godthab", "2021-03-27T22:00:00", 1616893200, ZONE_GAP},
	{"America/New_York", "0131-02-15T23:46:28", -58029247050, ZONE_UNIQUE},
	{"America/New_York", "1918-10-27T01:00:00", -1615143600, ZONE_FOLD},
	{"America/New_York", "1993-04-04T02:30:01", 733908601, ZONE_GAP},
	{"America/New_York", "1998-10-25T01:00:01", 909291601, ZONE_FOLD},
	{"America/New_York", "2012-03-11T03:27:00", 1331450820, ZONE_UNIQUE},
	{"America/Santiago", "1997-10-12T00:00:00", 876628800, ZONE_GAP},
	{"America/Santiago", "2018-05-12T23:30:00", 1526178600, ZONE_FOLD},
	{"America/Sao_Paulo", "1985-11-02T00:00:00", 499748400, ZONE_GAP},
	{"America/Sao_Paulo", "1992-02-08T23:29:59", 697598999, ZONE_FOLD},
	{"America/Scoresbysund", "1993-03-28T00:00:00", 733280400, ZONE_GAP},
	{"America/Scoresbysund", "2017-10-29T00:30:00", 1509237000, ZONE_FOLD},
	{"America/St_Johns", "1971-04-25T02:00:01", 41405401, ZONE_GAP},
	{"America/St_Johns", "2000-10-28T23:01:00", 972783060, ZONE_FOLD},
	{"America/Toronto", "2000-04-02T02:00:01", 954658801, ZONE_GAP},
	{"America/Toronto", "2018-11-04T01:59:59", 1541311199, ZONE_FOLD},
	{"Antarctica/Troll", "2005-03-27T02:30:01", 1111890601, ZONE_GAP},
	{"Antarctica/Troll", "2023-10-29T01:00:01", 1698534001, ZONE_FOLD},
	{"Asia/Gaza", "1984-05-06T00:00:00", 452642400, ZONE_GAP},
	{"Asia/Gaza", "2004-10-01T00:00:01", 1096578001, ZONE_FOLD},
	{"Asia/Manila", "1977-03-28T00:30:00", 228328200, ZONE_GAP},
	{"Asia/Shanghai", "1986-05-04T02:29:59", 515528999, ZONE_GAP},
	{"Asia/Shanghai", "1986-09-14T01:42:39", 527013759, ZONE_FOLD},
	{"Asia/Tehran", "1991-05-03T00:30:00", 673218000, ZONE_GAP},
	{"Asia/Tehran", "1998-09-21T23:00:01", 906402601, ZONE_FOLD},
	{"Australia/Lord_Howe", "1991-03-03T01:30:00", 667924200, ZONE_FOLD},
	{"Australia/Lord_Howe", "1998-10-25T02:00:00", 909243000, ZONE_GAP},
	{"Europe/Berlin", "1916-04-30T23:30:00", -1693704600, ZONE_GAP},
	{"Europe/Berlin", "1943-10-04T02:00:00", -828230400, ZONE_FOLD},
	{"Europe/Berlin", "1980-04-06T02:29:59", 323832599, ZONE_GAP},
	{"Europe/Berlin", "2018-10-28T02:30:00", 1540686600, ZONE_FOLD},
	{"Europe/Dublin", "1971-10-31T02:00:00", 57718800, ZONE_FOLD},
	{"Europe/Dublin", "1999-10-31T00:30:00", 941326200, ZONE_UNIQUE},
	{"Europe/Dublin", "2013-03-31T01:30:01", 1364693401, ZONE_GAP},
	{"Europe/London", "1931-10-04T02:00:00", -1206918000, ZONE_FOLD},
	{"Europe/London", "1936-04-19T02:00:00", -1063576800, ZONE_GAP},
	{"Europe/London", "1984-03-25T01:59:59", 449027999, ZONE_GAP},
	{"Europe/London", "1989-10-29T01:00:00", 625622400, ZONE_FOLD},
	{"Pacific/Apia", "1972-04-15T22:53:32", 72266012, ZONE_UNIQUE},
	{"Pacific/Apia", "2010-09-26T00:00:00", 1285498800, ZONE_GAP},
	{"Pacific/Apia", "2016-04-03T03:30:00", 1459603800, ZONE_FOLD},
	{"Pacific/Auckland", "1995-10-01T02:59:59", 812473199, ZONE_GAP},
	{"Pacific/Auckland", "2009-04-05T02:00:00", 1238850000, ZONE_FOLD},
	{"Pacific/Kwajalein", "1993-08-21T00:59:59", 745937999, ZONE_GAP},
	{"EST5EDT,M3.2.0,M11.1.0", "2026-11-01T01:00:00", 1793509200, ZONE_FOLD},
	{"EST5EDT,M3.2.0,M11.1.0", "2000-03-12T03:00:00", 952844400, ZONE_UNIQUE},
	{"EST5EDT,M3.2.0,M11.1.0", "2100-11-07T01:32:32", 4129248752, ZONE_FOLD},
	{"EST5EDT,M3.2.0,M11.1.0", "2026-11-01T00:49:02", 1793508542, ZONE_UNIQUE},
	{"EST5EDT,M3.2.0,M11.1.0", "7935-03-10T02:30:00", 188243076600, ZONE_GAP},
	{"EST5EDT,M3.2.0,M11.1.0", "2024-03-10T02:54:54", 1710057294, ZONE_GAP},
	{"<-03>3", "2024-04-18T21:47:56", 1713487676, ZONE_UNIQUE},
	{"<-03>3", "2100-01-19T14:42:15", 4104063735, ZONE_UNIQUE},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", "2400-10-29T01:59:59", 13595561999, ZONE_FOLD},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", "2100-10-31T01:11:14", 4128624674, ZONE_FOLD},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", "2100-10-31T00:30:01", 4128622201, ZONE_UNIQUE},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", "2024-10-27T02:00:00", 1729994400, ZONE_UNIQUE},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", "2401-03-25T01:58:21", 13608266301, ZONE_GAP},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", "2027-03-28T01:30:00", 1806197400, ZONE_GAP},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2400-10-01T02:30:00",
	 13593108600, ZONE_UNIQUE},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "5000-04-06T01:00:00",
	 95625756000, ZONE_UNIQUE},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "5000-10-05T02:00:00",
	 95641486200, ZONE_GAP},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-10-04T02:00:00",
	 1791041400, ZONE_GAP},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "5000-04-06T01:30:00",
	 95625757800, ZONE_FOLD},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2000-04-02T01:30:00",
	 954599400, ZONE_FOLD},
	{"AAA-2BBB,J60/0,J300/2:30:15", "2100-03-01T00:30:00", 4107537000, ZONE_GAP},
	{"AAA-2BBB,J60/0,J300/2:30:15", "2401-02-28T23:59:59", 13606178399, ZONE_UNIQUE},
	{"AAA-2BBB,J60/0,J300/2:30:15", "5000-10-27T02:30:15", 95643419415, ZONE_UNIQUE},
	{"AAA-2BBB,J60/0,J300/2:30:15", "2024-10-27T02:30:14", 1729985414, ZONE_FOLD},
	{"AAA-2BBB,J60/0,J300/2:30:15", "5000-10-27T01:30:15", 95643412215, ZONE_FOLD},
	{"AAA-2BBB,J60/0,J300/2:30:15", "2027-03-01T00:09:00", 1803852540, ZONE_GAP},
	/* Python counts the n form from 1; POSIX and glibc from 0. */
	{"AAA-2BBB,59/3,300/23", "2027-03-01T02:59:59", 1803862799, ZONE_UNIQUE},
	{"AAA-2BBB,59/3,300/23", "2027-03-01T03:30:00", 1803864600, ZONE_GAP},
	{"AAA-2BBB,59/3,300/23", "2027-03-01T04:00:00", 1803862800, ZONE_UNIQUE},
	{"AAA-2BBB,59/3,300/23", "2028-02-29T02:59:59", 1835398799, ZONE_UNIQUE},
	{"AAA-2BBB,59/3,300/23", "2028-02-29T04:00:00", 1835398800, ZONE_UNIQUE},
	{"AAA-2BBB,59/3,300/23", "2027-10-28T21:59:59", 1824749999, ZONE_UNIQUE},
	{"AAA-2BBB,59/3,300/23", "2027-10-28T22:30:00", 1824751800, ZONE_FOLD},
	{"AAA-2BBB,59/3,300/23", "2027-10-28T23:00:00", 1824757200, ZONE_UNIQUE},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "9991-03-30T23:08:50",
	 253125997730, ZONE_GAP},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2100-03-27T23:30:00", 4109880600, ZONE_GAP},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "1999-10-30T22:52:26",
	 941327546, ZONE_UNIQUE},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "5000-10-25T23:30:01",
	 95643333001, ZONE_FOLD},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2400-10-28T22:30:00",
	 13595556600, ZONE_UNIQUE},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-10-24T23:59:59", 1792889999, ZONE_FOLD},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", "2400-10-28T01:00:00", 13595464800, ZONE_FOLD},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-10-24T01:00:00", 1792792800, ZONE_FOLD},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", "2100-10-30T02:00:00",
	 4128537600, ZONE_UNIQUE},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", "2027-03-27T03:30:00",
	 1806107400, ZONE_UNIQUE},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", "2400-03-25T02:29:59", 13576724999, ZONE_GAP},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", "2401-03-24T02:26:02", 13608174362, ZONE_GAP},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2026-09-06T01:00:01",
	 1788667201, ZONE_UNIQUE},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2101-04-02T23:34:57", 4141938897, ZONE_FOLD},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2026-09-06T00:40:00", 1788669600, ZONE_GAP},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", "1999-09-04T23:59:59",
	 936503999, ZONE_UNIQUE},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", "1999-04-03T23:29:59", 923192999, ZONE_FOLD},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", "5000-09-07T00:30:01", 95639113801, ZONE_GAP},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", "9991-03-10T00:00:59",
	 253124191859, ZONE_UNIQUE},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", "9990-03-11T00:16:26",
	 253092743186, ZONE_GAP},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", "5000-11-01T23:01:00",
	 95643941460, ZONE_FOLD},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", "2100-03-14T00:31:00",
	 4108680060, ZONE_GAP},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", "6674-10-31T23:01:00",
	 148470197460, ZONE_FOLD},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", "9990-11-04T00:30:59",
	 253113307259, ZONE_UNIQUE},
	/* J60 is 1 March in leap years too. */
	{"AAA-2BBB,J60/0,J300/2:30:15", "2028-02-29T23:59:59", 1835474399,
	 ZONE_UNIQUE},
	{"AAA-2BBB,J60/0,J300/2:30:15", "2028-03-01T01:00:00", 1835474400,
	 ZONE_UNIQUE},
	/* A change with the year. */
	{"AAA0BBB-1,J1/0,J200/0", "2021-01-01T00:30:00", 1609461000, ZONE_GAP},
	/* A day that was skipped altogether. */
	{"Pacific/Apia", "2011-12-30T12:00:00", 1325282400, ZONE_GAP},
};

static const struct {
	const char *zone;
	instant at;
	int32_t want_offset;
} offsets[] = {
	{"Africa/Cairo", 920073043, 7200},
	{"Africa/Casablanca", 1367112600, 0},
	{"Africa/Monrovia", 891305520, 0},
	{"America/Godthab", 1269814365, -7200},
	{"America/New_York", -58029247050, -17762},
	{"America/New_York", 1331452800, -14400},
	{"America/Santiago", 1453803988, -10800},
	{"America/Sao_Paulo", 231350385, -10800},
	{"America/Scoresbysund", 941329800, 0},
	{"America/St_Johns", 41405401, -9000},
	{"America/Toronto", 215589599, -14400},
	{"Antarctica/Troll", 558991155, 0},
	{"Asia/Gaza", 1142296260, 7200},
	{"Asia/Kathmandu", 1519436620, 20700},
	{"Asia/Manila", 530194019, 28800},
	{"Asia/Shanghai", 1688476203, 28800},
	{"Asia/Tehran", 673216200, 16200},
	{"Asia/Tokyo", 1019723884, 32400},
	{"Australia/Lord_Howe", 273413705, 36000},
	{"Etc/GMT+5", 437783346, -18000},
	{"Europe/Berlin", -654127200, 7200},
	{"Europe/Berlin", 323830799, 3600},
	{"Europe/Dublin", 941329800, 3600},
	{"Europe/London", -59483224467, -75},
	{"Europe/London", 499224600, 0},
	{"Pacific/Apia", 72267812, -39600},
	{"Pacific/Auckland", 691784571, 46800},
	{"Pacific/Kwajalein", 1497852795, 43200},
	{"EST5EDT,M3.2.0,M11.1.0", 1793512800, -18000},
	{"EST5EDT,M3.2.0,M11.1.0", 952846200, -14400},
	{"EST5EDT,M3.2.0,M11.1.0", 4129248600, -14400},
	{"EST5EDT,M3.2.0,M11.1.0", 941956200, -18000},
	{"<-03>3", 1713489476, -10800},
	{"<-03>3", 4104061573, -10800},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", 13595561999, 3600},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", 4128627599, 3600},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", 4128627601, 0},
	{"IST-1GMT0,M10.5.0,M3.5.0/1", 1729992600, 0},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 13593108600, 39600},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 95625757800, 39600},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 13593106800, 37800},
	{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 95625759600, 37800},
	{"AAA-2BBB,J60/0,J300/2:30:15", 4107535200, 10800},
	{"AAA-2BBB,J60/0,J300/2:30:15", 13606178399, 7200},
	{"AAA-2BBB,J60/0,J300/2:30:15", 95643417615, 7200},
	{"AAA-2BBB,J60/0,J300/2:30:15", 95643415814, 10800},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 253125997199, -7200},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 4109878800, -3600},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 941329800, -3600},
	{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 95643334801, -7200},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", 13595470200, 7200},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", 1792796400, 7200},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", 1806105600, 10800},
	{"EET-2EEST,M3.4.4/50,M10.4.4/50", 4141240200, 10800},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", 1788667201, -10800},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", 4141940401, -14400},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", 1788667199, -14400},
	{"<-04>4<-03>,M9.1.6/24,M4.1.6/24", 923194799, -10800},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", 253124191859, -12600},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", 253092740460, -12600},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", 4108678260, -9000},
	{"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", 1793500259, -9000},
};

static void local_times_are_resolved(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(locals); i++) {
		struct zone *zone = zone_named(locals[i].zone);
		struct moment moment;
		enum zone_fit fit;
		instant at;

		if (zone == NULL)
			continue;
		assert_true(moment_parse(locals[i].local,
			strlen(locals[i].local), &moment));
		at = zone_instant(zone, moment.local, &fit);
		if (at != locals[i].want_at || fit != locals[i].want_fit)
			fail_msg("%s %s: %lld, fit %d", locals[i].zone,
				locals[i].local, (long long)at, (int)fit);
		zone_free(zone);
	}
}

static void offsets_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(offsets); i++) {
		struct zone *zone = zone_named(offsets[i].zone);

		if (zone == NULL)
			continue;
		if (zone_offset(zone, offsets[i].at) != offsets[i].want_offset)
			fail_msg("%s %lld", offsets[i].zone,
				(long long)offsets[i].at);
		zone_free(zone);
	}
}

/* Each instant lies in its day, and the day's bounds are its first and last
   second, whatever the clocks do. */
static void days_have_their_bounds(void **state)
{
	static const char *const names[] = {
		"America/New_York", "America/Sao_Paulo", "America/St_Johns",
		"Pacific/Apia", "Australia/Lord_Howe", "Asia/Gaza",
		"America/Toronto", "Europe/Dublin", "NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct zone *zone = zone_named(names[i]);

		for (instant at = -2000000000; zone != NULL && at < 3000000000;
		    at += 20011) {
			struct date date = zone_date(zone, at);
			instant start = zone_day_start(zone, date);
			instant end = zone_day_end(zone, date);

			if (start > at || end < at ||
			    date_compare(zone_date(zone, start), date) != 0 ||
			    date_compare(zone_date(zone, end), date) != 0 ||
			    date_compare(zone_date(zone, start - 1), date) == 0 ||
			    date_compare(zone_date(zone, end + 1), date) == 0)
				fail_msg("%s at %lld", names[i], (long long)at);
		}
		zone_free(zone);
	}
}

static void day_ends_in_special_cases(void **state)
{
	static const struct {
		const char *zone;
		struct date date;
		instant want_start, want_end;
	} cases[] = {
		{"EST5EDT,M3.2.0,M11.1.0", {2020, 12, 31}, 1609390800, 1609477199},
		{"EST5EDT,M3.2.0,M11.1.0", {2021, 3, 14}, 1615698000, 1615780799},
		{"EST5EDT,M3.2.0,M11.1.0", {2021, 11, 7}, 1636257600, 1636347599},
		/* skipped: the day that came instead */
		{"Pacific/Apia", {2011, 12, 30}, 1325239200, 1325325599},
		/* 23:00 to midnight twice */
		{"America/Sao_Paulo", {2018, 2, 17}, 1518832800, 1518922799},
		/* midnight skipped */
		{"America/Sao_Paulo", {2018, 11, 4}, 1541300400, 1541383199},
		/* the last half hour skipped */
		{"America/Toronto", {1919, 3, 30}, -1601838000, -1601753401},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct zone *zone = zone_named(cases[i].zone);

		if (zone == NULL)
			continue;
		assert_int_equal(zone_day_start(zone, cases[i].date),
			cases[i].want_start);
		assert_int_equal(zone_day_end(zone, cases[i].date),
			cases[i].want_end);
		zone_free(zone);
	}
}

static void durations_are_added_locally(void **state)
{
	struct zone *zone = zone_ruled("EST5EDT,M3.2.0,M11.1.0");
	instant noon = 1615654800;	/* 2021-03-13T12:00:00-05:00 */
	instant at;

	(void)state;
	assert_true(zone_add(zone, noon,
		(struct duration){1, DURATION_DAY}, &at));
	assert_int_equal(at, noon + 23 * 3600);
	assert_true(zone_add(zone, noon,
		(struct duration){86400, DURATION_SECOND}, &at));
	assert_int_equal(at, noon + 86400);
	assert_true(zone_add(zone, 1612155599,	/* the end of 2021-01-31 */
		(struct duration){1, DURATION_MONTH}, &at));
	assert_int_equal(at, 1614574799);
	assert_false(zone_add(zone, noon,
		(struct duration){1, DURATION_WORKDAY}, &at));
	assert_true(zone_add(zone, INSTANT_MAX,
		(struct duration){1, DURATION_DAY}, &at));
	assert_true(at == INSTANT_MAX);
	assert_false(zone_add(zone, INSTANT_MAX - 1,
		(struct duration){2, DURATION_SECOND}, &at));
	zone_free(zone);
}

static void utc_is_utc(void **state)
{
	(void)state;
	assert_string_equal(zone_name(zone_utc()), "UTC");
	assert_int_equal(zone_offset(zone_utc(), INSTANT_MAX), 0);
	assert_int_equal(zone_offset(zone_utc(), INSTANT_MIN), 0);
	assert_int_equal(zone_day_end(zone_utc(), (struct date){1970, 1, 1}),
		86399);
	zone_free((struct zone *)zone_utc());
	zone_free(NULL);
}

static void faulty_zones_are_refused(void **state)
{
	static const char *const faulty[] = {
		"EST", "E5", "EST5EDT", "EST5EDT,M3.2.0", "EST25",
		"EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
		"EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J366",
		"EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,M3.2.0,M11.1.0x",
		"<EST5", "EST5:60", "EST5EDT,M3.2.0/,M11.1.0",
	};
	uint8_t bytes[256], copy[256];
	struct error error;
	size_t length = tzif_build(bytes, "EST5EDT,M3.2.0,M11.1.0");

	(void)state;
	for (size_t i = 0; i < COUNT(faulty); i++)
		if (zone_ruled(faulty[i]) != NULL)
			fail_msg("%s", faulty[i]);
	for (size_t cut = 0; cut < length; cut++) {
		uint8_t *exact = malloc(cut != 0 ? cut : 1);

		memcpy(exact, bytes, cut);
		assert_null(zone_new("cut", exact, cut, &error));
		free(exact);
	}
	/* Any one byte changed gives a zone or a refusal, never worse. */
	for (size_t i = 0; i < length; i++)
		for (int flip = 1; flip < 256; flip += 9) {
			struct zone *zone;

			memcpy(copy, bytes, length);
			copy[i] = (uint8_t)(copy[i] ^ flip);
			zone = zone_new("flip", copy, length, &error);
			if (zone != NULL)
				zone_day_end(zone, (struct date){2021, 3, 14});
			zone_free(zone);
		}
	memcpy(copy, bytes, length);
	copy[54 + 31] = 1;	/* a leap second, whose data are missing too */
	assert_null(zone_new("right/UTC", copy, length, &error));
	assert_non_null(strstr(error.text, "leap seconds"));
}

/* --- text ----------------------------------------------------------------- */

static const struct {
	const char *text;
	enum moment_kind want_kind;
	instant want_at;	/* in New York; INSTANT_MIN: refused */
} moments[] = {
	{"2020-12-31", MOMENT_DATE, 1609477199},
	{"2019-03-01T00:01", MOMENT_LOCAL, 1551416460},
	{"2019-03-01 00:01:30", MOMENT_LOCAL, 1551416490},
	{"2020-12-31T23:59:59-05:00", MOMENT_INSTANT, 1609477199},
	{"2021-01-27T15:30:22Z", MOMENT_INSTANT, 1611761422},
	{"2021-01-27t15:30:22z", MOMENT_INSTANT, 1611761422},
	{"2021-01-27T15:30:22.999999999Z", MOMENT_INSTANT, 1611761422},
	{"2021-01-27T15:30:22.5", MOMENT_LOCAL, 1611779422},
	{"2021-01-27T15:30+05:30", MOMENT_INSTANT, 1611741600},
	{"0001-01-01T00:00:00Z", MOMENT_INSTANT, -62135596800},
	{"2021-02-29", 0, INSTANT_MIN},
	{"0000-01-01", 0, INSTANT_MIN},
	{"2021-13-01", 0, INSTANT_MIN},
	{"2021-1-01", 0, INSTANT_MIN},
	{"2021-01-01T24:00", 0, INSTANT_MIN},
	{"2021-01-01T23:60", 0, INSTANT_MIN},
	{"2021-01-01T23:59:60Z", 0, INSTANT_MIN},
	{"2021-01-01T", 0, INSTANT_MIN},
	{"2021-01-01T12", 0, INSTANT_MIN},
	{"2021-01-01T12:00:", 0, INSTANT_MIN},
	{"2021-01-01T12:00:00.Z", 0, INSTANT_MIN},
	{"2021-01-01Z", 0, INSTANT_MIN},
	{"2021-01-01T12:00+24:00", 0, INSTANT_MIN},
	{"2021-01-01T12:00+0500", 0, INSTANT_MIN},
	{"2021-01-01T12:00ZZ", 0, INSTANT_MIN},
	{"2021-01-01x", 0, INSTANT_MIN},
	{"", 0, INSTANT_MIN},
};

static void moments_are_read(void **state)
{
	struct zone *zone = zone_ruled("EST5EDT,M3.2.0,M11.1.0");
	struct date date;

	(void)state;
	for (size_t i = 0; i < COUNT(moments); i++) {
		struct moment moment;
		bool read = moment_parse(moments[i].text,
			strlen(moments[i].text), &moment);

		if (read != (moments[i].want_at != INSTANT_MIN))
			fail_msg("%s", moments[i].text);
		if (!read)
			continue;
		assert_int_equal(moment.kind, moments[i].want_kind);
		if (moment_instant(&moment, zone) != moments[i].want_at)
			fail_msg("%s", moments[i].text);
	}
	assert_true(date_parse("2020-02-29", &date));
	assert_false(date_parse("2020-02-29 ", &date));
	assert_false(date_parse("2020-02-2", &date));
	zone_free(zone);
}

static void instants_are_written(void **state)
{
	static const struct {
		instant at;
		const char *zone;	/* NULL: text_add_instant */
		const char *want_text;
	} cases[] = {
		{1611761422, NULL, "2021-01-27T15:30:22Z"},
		{0, NULL, "1970-01-01T00:00:00Z"},
		{-1, NULL, "1969-12-31T23:59:59Z"},
		{INSTANT_MIN, NULL, "-infinity"},
		{INSTANT_MAX, NULL, "infinity"},
		{253402300799, NULL, "9999-12-31T23:59:59Z"},
		{1609477199, "EST5EDT,M3.2.0,M11.1.0", "2020-12-31T23:59:59-05:00"},
		{1625097600, "EST5EDT,M3.2.0,M11.1.0", "2021-06-30T20:00:00-04:00"},
		{0, "<+0545>-5:45", "1970-01-01T05:45:00+05:45"},
		{0, "LMT0:00:30", "1970-01-01T00:00:00Z"},
		{INSTANT_MAX, "EST5", "infinity"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text text;
		struct zone *zone = cases[i].zone != NULL ?
			zone_ruled(cases[i].zone) : NULL;

		text_init(&text, 0);
		if (zone == NULL)
			text_add_instant(&text, cases[i].at);
		else
			text_add_instant_zone(&text, cases[i].at, zone);
		assert_string_equal(text_string(&text), cases[i].want_text);
		text_release(&text);
		zone_free(zone);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_go_there_and_back),
		cmocka_unit_test(months_are_added),
		cmocka_unit_test(durations_are_read_and_written),
		cmocka_unit_test(seconds_are_said),
		cmocka_unit_test(local_times_are_resolved),
		cmocka_unit_test(offsets_are_known),
		cmocka_unit_test(days_have_their_bounds),
		cmocka_unit_test(day_ends_in_special_cases),
		cmocka_unit_test(durations_are_added_locally),
		cmocka_unit_test(utc_is_utc),
		cmocka_unit_test(faulty_zones_are_refused),
		cmocka_unit_test(moments_are_read),
		cmocka_unit_test(instants_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
