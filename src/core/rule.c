/*
 * rule: NAME=VALUE;NAME=VALUE, each part a row of a table that says which
 * values it may have and beside which FREQ it may stand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rule.h"

enum part_kind { PART_WORD, PART_NUMBER, PART_LIST, PART_WEEKDAYS, PART_DATE };

#define DAILY (1u << RULE_DAILY)
#define WEEKLY (1u << RULE_WEEKLY)
#define MONTHLY (1u << RULE_MONTHLY)
#define YEARLY (1u << RULE_YEARLY)
#define ANY (DAILY | WEEKLY | MONTHLY | YEARLY)

static const struct part {
	const char *name;
	enum part_kind kind;
	int least, most;	/* below 0: counted from the end, and never 0 */
	unsigned frequencies;	/* beside which it may stand */
} parts[RULE_PARTS] = {
	[RULE_BYDAY] = {"BYDAY", PART_WEEKDAYS, -53, 53, ANY},
	[RULE_BYMONTH] = {"BYMONTH", PART_LIST, 1, 12, ANY},
	[RULE_BYMONTHDAY] = {"BYMONTHDAY", PART_LIST, -31, 31,
		DAILY | MONTHLY | YEARLY},
	[RULE_BYSETPOS] = {"BYSETPOS", PART_LIST, -366, 366, ANY},
	[RULE_BYWEEKNO] = {"BYWEEKNO", PART_LIST, -53, 53, YEARLY},
	[RULE_BYYEARDAY] = {"BYYEARDAY", PART_LIST, -366, 366, YEARLY},
	[RULE_COUNT] = {"COUNT", PART_NUMBER, 1, 10000, ANY},
	[RULE_FREQ] = {"FREQ", PART_WORD, 0, 0, ANY},
	[RULE_INTERVAL] = {"INTERVAL", PART_NUMBER, 1, 1000, ANY},
	[RULE_UNTIL] = {"UNTIL", PART_DATE, 0, 0, ANY},
	[RULE_WKST] = {"WKST", PART_WORD, 0, 0, ANY},
};

static const char *const frequency_words[] = {
	"DAILY", "WEEKLY", "MONTHLY", "YEARLY", NULL};
static const char *const weekday_words[] = {
	"MO", "TU", "WE", "TH", "FR", "SA", "SU", NULL};

struct rule_reading {
	struct rule *rule;
	struct error *error;
};

/* A piece of the text. */
struct piece {
	const char *start;
	size_t length;
};

static bool piece_is(struct piece piece, const char *word)
{
	return strlen(word) == piece.length &&
		memcmp(word, piece.start, piece.length) == 0;
}

/* --- values ------------------------------------------------------------------ */

static bool value_fault(struct rule_reading *reading, const struct part *part,
	struct piece value, const char *expected)
{
	error_set(reading->error, ERROR_INPUT, "%s=%.*s: %s", part->name,
		(int)(value.length < 40 ? value.length : 40), value.start,
		expected);
	return false;
}

/* The place of a word in a list; -1: it is none of them. */
static int word_place(struct piece piece, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (piece_is(piece, words[i]))
			return i;
	return -1;
}

static bool value_read_word(struct rule_reading *reading,
	const struct part *part, struct piece value)
{
	bool frequency = part == &parts[RULE_FREQ];
	int place = word_place(value, frequency ? frequency_words :
		weekday_words);

	if (place < 0)
		return value_fault(reading, part, value, frequency ?
			"DAILY, WEEKLY, MONTHLY or YEARLY is expected: "
			"a rule names days" :
			"MO, TU, WE, TH, FR, SA or SU is expected");
	if (frequency)
		reading->rule->frequency = (enum rule_frequency)place;
	else
		reading->rule->week_start = place;
	return true;
}

/* At most 5 digits after a sign; false: it is no number of the part. */
static bool number_read(const struct part *part, struct piece piece, int *out)
{
	bool sign = piece.length > 0 && (*piece.start == '-' || *piece.start == '+');
	int number = 0;

	if (sign && part->least >= 0)
		return false;
	if (piece.length == sign || piece.length > 5u + sign)
		return false;
	for (size_t i = sign; i < piece.length; i++) {
		if (piece.start[i] < '0' || piece.start[i] > '9')
			return false;
		number = number * 10 + piece.start[i] - '0';
	}
	*out = *piece.start == '-' ? -number : number;
	return *out >= part->least && *out <= part->most && *out != 0;
}

static bool number_fault(struct rule_reading *reading,
	const struct part *part, struct piece value)
{
	char expected[80];

	snprintf(expected, sizeof expected, part->least < 0 ?
		"numbers from 1 to %d, or from the end -1 to -%d, are expected" :
		"numbers from %d to %d are expected",
		part->least < 0 ? part->most : part->least, part->most);
	return value_fault(reading, part, value, expected);
}

static bool value_read_number(struct rule_reading *reading,
	const struct part *part, struct piece value)
{
	int number;

	if (!number_read(part, value, &number))
		return number_fault(reading, part, value);
	if (part == &parts[RULE_COUNT])
		reading->rule->count = number;
	else
		reading->rule->interval = number;
	return true;
}

static struct rule_values *part_values(struct rule *rule,
	const struct part *part)
{
	return &rule->by[part - parts];
}

static bool item_read_number(struct rule_reading *reading,
	const struct part *part, struct piece item)
{
	struct rule_values *values = part_values(reading->rule, part);
	int number;

	if (!number_read(part, item, &number))
		return number_fault(reading, part, item);
	values->numbers[values->count++] = (int16_t)number;
	return true;
}

/* "MO", "-1FR", "+2TU" */
static bool item_read_weekday(struct rule_reading *reading,
	const struct part *part, struct piece item)
{
	struct rule_values *values = part_values(reading->rule, part);
	size_t digits = item.length < 2 ? 0 : item.length - 2;
	struct piece place = {item.start, digits};
	struct piece day = {item.start + digits, item.length - digits};
	int weekday = word_place(day, weekday_words), number = 0;

	if (weekday < 0)
		return value_fault(reading, part, item, "a weekday such as MO, "
			"or with its place such as 2TU or -1FR, is expected");
	if (digits != 0 && !number_read(part, place, &number))
		return number_fault(reading, part, item);
	values->weekdays[values->count] = (uint8_t)weekday;
	values->numbers[values->count++] = (int16_t)number;
	return true;
}

static bool value_read_items(struct rule_reading *reading,
	const struct part *part, struct piece value)
{
	const char *end = value.start + value.length;

	for (const char *at = value.start; at <= end;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		struct piece item = {at,
			(size_t)((comma != NULL ? comma : end) - at)};

		if (part_values(reading->rule, part)->count == RULE_VALUES_MAX)
			return value_fault(reading, part, value,
				"at most 31 values are possible");
		if (!(part->kind == PART_WEEKDAYS ? item_read_weekday :
		    item_read_number)(reading, part, item))
			return false;
		at += item.length + 1;
	}
	return true;
}

/* 20261231; a time of day would be one too many. */
static bool value_read_date(struct rule_reading *reading,
	const struct part *part, struct piece value)
{
	char date[] = "yyyy-mm-dd";

	if (value.length == 8) {
		memcpy(date, value.start, 4);
		memcpy(date + 5, value.start + 4, 2);
		memcpy(date + 8, value.start + 6, 2);
	}
	if (date_parse(date, &reading->rule->until))
		return true;
	return value_fault(reading, part, value,
		"a date such as 20261231 is expected");
}

static bool value_read(struct rule_reading *reading, const struct part *part,
	struct piece value)
{
	static bool (*const readers[])(struct rule_reading *,
		const struct part *, struct piece) = {
		[PART_WORD] = value_read_word, [PART_NUMBER] = value_read_number,
		[PART_LIST] = value_read_items,
		[PART_WEEKDAYS] = value_read_items, [PART_DATE] = value_read_date,
	};

	return readers[part->kind](reading, part, value);
}

/* --- parts ------------------------------------------------------------------- */

static int name_fault(struct rule_reading *reading, struct piece name)
{
	static const char *const others[] = {
		"BYHOUR", "BYMINUTE", "BYSECOND", NULL};
	const char *names[RULE_PARTS + 1] = {NULL};
	char word[24] = "";
	const char *near;

	if (word_place(name, others) >= 0)
		return error_set(reading->error, ERROR_INPUT,
			"%.*s: a rule names days, not times of day",
			(int)name.length, name.start);
	for (int i = 0; i < RULE_PARTS; i++)
		names[i] = parts[i].name;
	memcpy(word, name.start, name.length < sizeof word - 1 ? name.length :
		sizeof word - 1);
	near = string_nearest(word, names);
	return error_set(reading->error, ERROR_INPUT, near != NULL ?
		"'%s' is no part of a rule, did you mean %s?" :
		"'%s' is no part of a rule: these are FREQ, INTERVAL, COUNT, "
		"UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYYEARDAY, BYWEEKNO, "
		"BYSETPOS, WKST", word, near);
}

static bool part_read(struct rule_reading *reading, struct piece piece)
{
	const char *equals = memchr(piece.start, '=', piece.length);
	struct piece name = piece, value = {piece.start + piece.length, 0};
	int id = 0;

	if (equals != NULL) {
		name.length = (size_t)(equals - piece.start);
		value.start = equals + 1;
		value.length = piece.length - name.length - 1;
	}
	while (id < RULE_PARTS && !piece_is(name, parts[id].name))
		id++;
	if (id == RULE_PARTS)
		return name_fault(reading, name) == 0;
	if (rule_has(reading->rule, (enum rule_part)id)) {
		error_set(reading->error, ERROR_INPUT, "%s stands there twice",
			parts[id].name);
		return false;
	}
	reading->rule->parts |= 1u << id;
	return value_read(reading, &parts[id], value);
}

/* --- what goes together -------------------------------------------------------- */

static bool rule_fault(struct rule_reading *reading, const char *what)
{
	error_set(reading->error, ERROR_INPUT, "%s", what);
	return false;
}

static bool rule_check_beside(struct rule_reading *reading)
{
	const struct rule *rule = reading->rule;

	for (int i = 0; i < RULE_PARTS; i++) {
		if (!rule_has(rule, (enum rule_part)i) ||
		    parts[i].frequencies >> rule->frequency & 1)
			continue;
		error_set(reading->error, ERROR_INPUT,
			"%s does not go with FREQ=%s", parts[i].name,
			frequency_words[rule->frequency]);
		return false;
	}
	return true;
}

static bool values_have_places(const struct rule_values *values)
{
	for (size_t i = 0; i < values->count; i++)
		if (values->numbers[i] != 0)
			return true;
	return false;
}

static bool rule_check_weekdays(struct rule_reading *reading)
{
	const struct rule *rule = reading->rule;

	if (rule_has(rule, RULE_BYWEEKNO) && !rule_has(rule, RULE_BYDAY))
		return rule_fault(reading, "BYWEEKNO needs BYDAY: which days of "
			"the week?");
	if (!values_have_places(&rule->by[RULE_BYDAY]))
		return true;
	if (rule->frequency < RULE_MONTHLY)
		return rule_fault(reading, "BYDAY with a number goes with "
			"FREQ=MONTHLY or YEARLY only");
	return !rule_has(rule, RULE_BYWEEKNO) || rule_fault(reading,
		"BYDAY with a number does not go with BYWEEKNO");
}

/* A bit for each value, from the end or not; bit 1 is the first. */
static uint64_t values_mask(const struct rule_values *values)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < values->count; i++)
		mask |= UINT64_C(1) << abs(values->numbers[i]);
	return mask;
}

/* Whether some month it may fall in has one of its days of the month. */
static bool rule_comes(const struct rule *rule)
{
	uint64_t months = values_mask(&rule->by[RULE_BYMONTH]);
	int longest = 0;

	if (months == 0 || !rule_has(rule, RULE_BYMONTHDAY))
		return true;
	for (int month = 1; month <= 12; month++) {
		int length = date_month_days(2020, month);

		if (months >> month & 1 && length > longest)
			longest = length;
	}
	return (values_mask(&rule->by[RULE_BYMONTHDAY]) &
		((UINT64_C(2) << longest) - 1)) != 0;
}

static bool rule_check(struct rule_reading *reading)
{
	const uint32_t narrows = 1u << RULE_BYDAY | 1u << RULE_BYMONTH |
		1u << RULE_BYMONTHDAY | 1u << RULE_BYWEEKNO |
		1u << RULE_BYYEARDAY;
	const struct rule *rule = reading->rule;

	if (!rule_has(rule, RULE_FREQ))
		return rule_fault(reading, "FREQ is missing");
	if (rule_has(rule, RULE_COUNT) && rule_has(rule, RULE_UNTIL))
		return rule_fault(reading,
			"COUNT and UNTIL: one of them is enough");
	if (rule_has(rule, RULE_BYSETPOS) && !(rule->parts & narrows))
		return rule_fault(reading, "BYSETPOS chooses among the days of "
			"another part, such as BYDAY");
	if (!rule_check_beside(reading) || !rule_check_weekdays(reading))
		return false;
	return rule_comes(rule) || rule_fault(reading, "this never comes: no "
		"month of BYMONTH has a day of BYMONTHDAY");
}

bool rule_read(const char *text, struct rule *out, struct error *error)
{
	struct rule_reading reading = {.rule = out, .error = error};
	const char *end = text + strlen(text);

	*out = (struct rule){.interval = 1};
	if (end - text > RULE_LENGTH_MAX)
		return rule_fault(&reading, "is longer than 500 bytes");
	for (const char *at = text; at <= end;) {
		const char *stop = strchrnul(at, ';');

		if (!part_read(&reading, (struct piece){at,
		    (size_t)(stop - at)}))
			return false;
		at = stop + 1;
	}
	return rule_check(&reading);
}

bool rule_ends(const struct rule *rule)
{
	return rule_has(rule, RULE_COUNT) || rule_has(rule, RULE_UNTIL);
}

bool rule_skips(const struct rule *rule, struct date start)
{
	uint64_t days = values_mask(&rule->by[RULE_BYMONTHDAY]);
	uint64_t months = values_mask(&rule->by[RULE_BYMONTH]);

	if (rule->parts & RULE_CHOOSES_DAYS || rule->frequency < RULE_MONTHLY)
		return false;
	if (months == 0 && rule->frequency == RULE_YEARLY && days == 0)
		months = UINT64_C(1) << start.month;
	if (days == 0)
		days = UINT64_C(1) << start.day;
	for (int month = 1; month <= 12; month++)
		if ((months == 0 || months >> month & 1) && days >>
		    (date_month_days(2021, month) + 1) != 0)
			return true;
	return false;
}
