/* stamp: see stamp.h. */
#include "extract/stamp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_MAX 8
#define WORD_MAX 48

struct words {
	char items[WORDS_MAX][WORD_MAX];
	size_t count;
};

/* Words between white space and commas; false: too many, or too long. */
static bool words_split(const char *text, struct words *words)
{
	static const char between[] = " \t\r\n,";

	words->count = 0;
	for (text += strspn(text, between); *text != '\0';
		text += strspn(text, between)) {
		size_t length = strcspn(text, between);

		if (words->count == WORDS_MAX || length >= WORD_MAX)
			return false;
		memcpy(words->items[words->count], text, length);
		words->items[words->count++][length] = '\0';
		text += length;
	}
	return words->count > 0;
}

/* A whole number of so many digits; -1: it is none. */
static int number_read(const char *word, size_t least, size_t most)
{
	size_t length = strspn(word, "0123456789");

	if (word[length] != '\0' || length < least || length > most)
		return -1;
	return (int)strtol(word, NULL, 10);
}

static int month_read(const char *word)
{
	static const char *const months[] = {"january", "february", "march",
		"april", "may", "june", "july", "august", "september", "october",
		"november", "december"};
	size_t length = strlen(word);

	if (length > 3 && word[length - 1] == '.')
		length--;
	for (int i = 0; length >= 3 && i < 12; i++) {
		bool sept = i == 8 && length == 4;

		if ((length == 3 || sept || length == strlen(months[i])) &&
			strncasecmp(months[i], word, length) == 0)
			return i + 1;
	}
	return 0;
}

/* RFC 2822 4.3: two digits are of 1950 to 2049, three count from 1900. */
static int year_read(const char *word)
{
	int year = number_read(word, 2, 4);

	if (year < 0 || strlen(word) == 4)
		return year;
	return strlen(word) == 3 || year >= 50 ? 1900 + year : 2000 + year;
}

static bool date_make(int year, int month, int day, struct date *out)
{
	if (!date_is_valid(year, month, day))
		return false;
	*out = (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
	return true;
}

/* "15:30", "15:30:22", "15:30:22.5", "3:30": seconds of the day; -1. */
static int clock_read(const char *word)
{
	int parts[3] = {0, 0, 0};
	size_t count = 0;

	while (count < 3) {
		size_t digits = strspn(word, "0123456789");

		if (digits == 0 || digits > 2)
			return -1;
		parts[count++] = (int)strtol(word, NULL, 10);
		word += digits;
		if (*word != ':')
			break;
		word++;
	}
	if (count == 3 && *word == '.')
		word += 1 + strspn(word + 1, "0123456789");
	/* A leap second is the one before it. */
	if (*word != '\0' || count < 2 || parts[0] > 23 || parts[1] > 59 ||
		parts[2] > 60)
		return -1;
	return parts[0] * 3600 + parts[1] * 60 + (parts[2] < 60 ? parts[2] : 59);
}

/* "+0900", "+09:00", "-05", as seconds east; false: it is none. */
static bool offset_read(const char *word, int *out)
{
	int sign = word[0] == '-' ? -1 : 1;
	char digits[5] = "";
	size_t used = 0;

	if (word[0] != '+' && word[0] != '-')
		return false;
	for (const char *c = word + 1; *c != '\0'; c++) {
		if (*c == ':' && used == 2)
			continue;
		if (*c < '0' || *c > '9' || used == 4)
			return false;
		digits[used++] = *c;
	}
	int value = number_read(digits, 2, 4);

	if (used == 3 || value < 0)
		return false;
	int hours = used == 2 ? value : value / 100;
	int minutes = used == 2 ? 0 : value % 100;

	*out = sign * (hours * 3600 + minutes * 60);
	return hours <= 14 && minutes < 60;
}

/* The zones that RFC 822 knows, and those that are met all the same and mean
   one thing only. */
static bool zone_read(const char *word, int *out)
{
	static const struct { const char *name; int hours; } zones[] = {
		{"GMT", 0}, {"UT", 0}, {"UTC", 0}, {"Z", 0}, {"EST", -5},
		{"EDT", -4}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8},
		{"PDT", -7}, {"CET", 1}, {"CEST", 2}, {"EET", 2}, {"EEST", 3},
		{"MSK", 3}, {"JST", 9}, {"KST", 9}, {"AEST", 10}, {"AEDT", 11},
	};

	/* "GMT+0200" means the offset. */
	if ((strncasecmp(word, "GMT", 3) == 0 || strncasecmp(word, "UTC", 3) == 0)
		&& word[3] != '\0')
		word += 3;
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (strcasecmp(zones[i].name, word) == 0) {
			*out = zones[i].hours * 3600;
			return true;
		}
	}
	return offset_read(word, out);
}

/* A date, then perhaps a time and perhaps a zone. */
static bool stamp_make(struct date date, const char *time, const char *zone,
	struct stamp *out)
{
	int offset = 0, seconds = time != NULL ? clock_read(time) : -1;

	*out = (struct stamp){.date = date};
	if (time != NULL && seconds < 0)
		return false;
	if (time == NULL || zone == NULL || !zone_read(zone, &offset))
		return true;
	out->has_time = true;
	out->at = (instant)date_to_days(date) * 86400 + seconds - offset;
	return true;
}

static const char *word_at(const struct words *words, size_t index)
{
	return index < words->count ? words->items[index] : NULL;
}

/* "23 Jul 2025 …"; before it perhaps a weekday, which proves nothing. */
static bool read_822(const struct words *words, struct stamp *out)
{
	size_t first = words->count > 3 && words->items[0][0] > '9';
	struct date date;

	if (words->count < first + 3)
		return false;
	int day = number_read(words->items[first], 1, 2);
	int month = month_read(words->items[first + 1]);
	int year = year_read(words->items[first + 2]);

	return day > 0 && year > 0 && date_make(year, month, day, &date) &&
		stamp_make(date, word_at(words, first + 3),
			word_at(words, first + 4), out);
}

/* "2025-07-14", then "T08:44:52Z" or words of their own. */
static bool read_3339(const struct words *words, struct stamp *out)
{
	char day[11] = "", time[WORD_MAX] = "", zone[WORD_MAX] = "";
	const char *rest = words->items[0];
	struct date date;

	if (strlen(rest) < 10)
		return false;
	memcpy(day, rest, 10);
	rest += 10;
	if (!date_parse(day, &date))
		return false;
	if (*rest == '\0' && words->count == 1)
		return stamp_make(date, NULL, NULL, out);
	if (*rest == 'T' || *rest == 't')
		rest++;
	else if (*rest == '\0')
		rest = words->items[1];
	else
		return false;
	size_t length = strspn(rest, "0123456789:.");
	size_t next = rest == words->items[1] ? 2 : 1;

	memcpy(time, rest, length);
	string_copy(zone, sizeof zone, rest[length] == '\0' &&
		words->count > next ? words->items[next] : rest + length);
	return stamp_make(date, time, zone[0] != '\0' ? zone : NULL, out);
}

bool stamp_read(const char *text, struct stamp *out)
{
	struct words words;

	return words_split(text, &words) &&
		(read_3339(&words, out) || read_822(&words, out));
}
