/*
 * conf_value: one parser a kind of value. Ranges are the row's; what is
 * written is repeated in the message.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/moment.h"
#include "conf/conf_each.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "conf/zones.h"
#include "core/register.h"

#define STRINGS_MOST 1000	/* of one list, where the row says nothing */
#define DOUBLE_DIGITS 15

/* What goes with a target, at the row's second offset. */
static void *key_beside(const struct conf_key *key, void *target)
{
	return (char *)target - key->offset + key->second;
}

static bool expected(const struct conf_key *key, struct error *error,
	const char *string)
{
	error_set(error, ERROR_INPUT, "\"%.80s\": %s is expected", string,
		key->kind->expected);
	return false;
}

/* --- text ---------------------------------------------------------------- */

static bool string_has_control(const char *string)
{
	for (; *string != '\0'; string++)
		if ((unsigned char)*string < ' ' || *string == 0x7f)
			return true;
	return false;
}

static bool text_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	(void)key;
	if (string[0] == '\0') {
		error_set(error, ERROR_INPUT, "is empty: leave it out instead");
		return false;
	}
	if (target != NULL)
		*(const char **)target = arena_string(reader->arena, string);
	return true;
}

static bool line_check(const char *string, struct error *error)
{
	if (string[0] == '\0')
		error_set(error, ERROR_INPUT, "is empty: leave it out instead");
	else if (string_has_control(string))
		error_set(error, ERROR_INPUT,
			"a line break or control character stands in it");
	else
		return true;
	return false;
}

static bool name_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	(void)key;
	if (!line_check(string, error))
		return false;
	if (target != NULL)
		*(const char **)target = conf_shared(reader, string);
	return true;
}

static bool path_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	(void)key;
	if (!line_check(string, error))
		return false;
	if (target != NULL)
		*(const char **)target = conf_file_join(reader->arena,
			reader->folder, string);
	return true;
}

static bool char_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	unsigned char c = (unsigned char)string[0];

	(void)reader;
	if (c == '\0' || string[1] != '\0' || c >= 0x7f ||
	    (c < ' ' && c != '\t') || c == '"')
		return expected(key, error, string);
	if (target != NULL)
		*(char *)target = string[0];
	return true;
}

const struct conf_kind conf_text = {"text", "a string", text_parse, NULL};
const struct conf_kind conf_name = {"string", "a string", name_parse, NULL};
const struct conf_kind conf_path = {"file name", "a string: the name of a file",
	path_parse, NULL};
const struct conf_kind conf_char = {"character", "one character",
	char_parse, NULL};

/* --- numbers ------------------------------------------------------------- */

static bool bool_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	bool value = string_is(string, "true");

	(void)reader;
	if (!value && !string_is(string, "false"))
		return expected(key, error, string);
	if (target != NULL)
		*(bool *)target = value;
	return true;
}

static bool bool_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	bool *target = conf_member(object, key->offset);

	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return conf_fault(reader, setting, "true or false is expected, "
			"without quotes");
	if (target != NULL)
		*target = config_setting_get_bool(setting) != CONFIG_FALSE;
	return true;
}

const struct conf_kind conf_bool = {"boolean", "true or false", bool_parse,
	bool_read};

const char *conf_number_string(struct conf_reader *reader,
	const config_setting_t *setting, const char *wanted,
	char room[DECIMAL_STRING_MAX])
{
	struct decimal value;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		return conf_string(reader, setting);
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(room, DECIMAL_STRING_MAX, "%lld",
			config_setting_get_int64(setting));
		return room;
	case CONFIG_TYPE_FLOAT:
		if (decimal_from_double(config_setting_get_float(setting),
		    DOUBLE_DIGITS, &value)) {
			decimal_print(value, room);
			return room;
		}
		break;
	default:
		break;
	}
	conf_fault(reader, setting, "%s is expected", wanted);
	return NULL;
}

static bool number_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	char room[DECIMAL_STRING_MAX];
	const char *text = conf_number_string(reader, setting,
		key->kind->expected, room);
	struct error error;

	if (text == NULL)
		return false;
	return key->kind->parse(reader, key, text,
		conf_member(object, key->offset), &error) ||
		conf_fault(reader, setting, "%s", error.text);
}

static bool whole_read(const char *string, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(string, &end, 10);
	return errno == 0 && end != string && *end == '\0' &&
		strspn(string, " \t\n\v\f\r") == 0;
}

static bool int_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	int64_t value;

	(void)reader;
	if (!whole_read(string, &value))
		return expected(key, error, string);
	if (value < key->least || value > key->most) {
		error_set(error, ERROR_INPUT, "%s is out of range, which is %lld "
			"to %lld", string, (long long)key->least,
			(long long)key->most);
		return false;
	}
	if (target != NULL)
		*(int *)target = (int)value;
	return true;
}

static bool decimal_kind_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	struct decimal value;

	(void)reader;
	if (!decimal_read(string, &value))
		return expected(key, error, string);
	if ((key->least != 0 || key->most != 0) &&
	    (decimal_compare(value, decimal_from_int(key->least)) < 0 ||
	    decimal_compare(value, decimal_from_int(key->most)) > 0)) {
		error_set(error, ERROR_INPUT, "%s is out of range, which is %lld "
			"to %lld", string, (long long)key->least,
			(long long)key->most);
		return false;
	}
	if (target != NULL)
		*(struct decimal *)target = value;
	return true;
}

static bool share_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	struct decimal value;

	if (!decimal_kind_parse(reader, key, string, &value, error))
		return false;
	if (decimal_sign(value) <= 0 ||
	    decimal_compare(value, DECIMAL_ONE) > 0) {
		error_set(error, ERROR_INPUT,
			"%s is out of range: above 0 and at most 1", string);
		return false;
	}
	if (target != NULL)
		*(struct decimal *)target = value;
	return true;
}

static bool ratio_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	struct decimal value;

	if (!decimal_kind_parse(reader, key, string, &value, error))
		return false;
	if (decimal_compare(value, DECIMAL_ONE) <= 0) {
		error_set(error, ERROR_INPUT, "%s is out of range: above 1",
			string);
		return false;
	}
	if (target != NULL)
		*(struct decimal *)target = value;
	return true;
}

const struct conf_kind conf_int = {"whole number", "a whole number",
	int_parse, number_read};
const struct conf_kind conf_decimal = {"number", "a number",
	decimal_kind_parse, number_read};
const struct conf_kind conf_share = {"share",
	"a number above 0 and at most 1", share_parse, number_read};
const struct conf_kind conf_ratio = {"ratio", "a number above 1", ratio_parse,
	number_read};

/* --- sizes --------------------------------------------------------------- */

bool size_read(const char *string, int64_t *out)
{
	static const char units[] = "KMGT";
	char *end;
	const char *unit;
	int64_t scale = 1;

	errno = 0;
	*out = strtoll(string, &end, 10);
	if (errno != 0 || end == string || string[0] < '0' || string[0] > '9')
		return false;
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	if (unit != NULL) {
		scale <<= 10 * (unit - units + 1);
		end++;
	}
	return *end == '\0' && !__builtin_mul_overflow(*out, scale, out);
}

static void text_add_size(struct text *text, int64_t size)
{
	static const char units[] = "KMGT";
	int unit = -1;

	while (size != 0 && size % 1024 == 0 && unit < 3) {
		size /= 1024;
		unit++;
	}
	text_addf(text, "%lld", (long long)size);
	if (unit >= 0)
		text_add_char(text, units[unit]);
}

static bool out_of_range(const struct conf_key *key, const char *string,
	void (*add)(struct text *text, int64_t value), struct error *error)
{
	struct text least, most;

	text_init(&least, 0);
	text_init(&most, 0);
	add(&least, key->least);
	add(&most, key->most);
	error_set(error, ERROR_INPUT, "%.80s is out of range, which is %s to %s",
		string, text_string(&least), text_string(&most));
	text_release(&least);
	text_release(&most);
	return false;
}

static bool size_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	int64_t size;

	(void)reader;
	if (!size_read(string, &size))
		return expected(key, error, string);
	if (size < key->least || size > key->most)
		return out_of_range(key, string, text_add_size, error);
	if (target != NULL)
		*(int64_t *)target = size;
	return true;
}

const struct conf_kind conf_size = {"size", "a size such as \"32M\"",
	size_parse, number_read};

/* --- time ---------------------------------------------------------------- */

static bool duration_parse_kind(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	struct duration duration;

	(void)reader;
	if (!duration_read(string, &duration))
		return expected(key, error, string);
	if (target != NULL)
		*(struct duration *)target = duration;
	return true;
}

static bool seconds_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	struct duration duration;
	int64_t seconds;

	(void)reader;
	if (!duration_read(string, &duration))
		return expected(key, error, string);
	if (!duration_seconds(duration, &seconds)) {
		error_set(error, ERROR_INPUT, "%s has no fixed length: give "
			"it in s, m, h, d or w", string);
		return false;
	}
	if (seconds < key->least || seconds > key->most)
		return out_of_range(key, string, text_add_seconds, error);
	if (target != NULL)
		*(int64_t *)target = seconds;
	return true;
}

/* A time that passes, whatever calendar there is. */
static bool span_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	struct duration duration;

	if (!duration_parse_kind(reader, key, string, &duration, error))
		return false;
	if (duration.count == 0 || duration.unit == DURATION_WORKDAY) {
		error_set(error, ERROR_INPUT, "%s %s", string,
			duration.count == 0 ? "is no time at all" : "depends on "
			"a calendar: give it in d");
		return false;
	}
	if (target != NULL)
		*(struct duration *)target = duration;
	return true;
}

static bool retention_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	if (!string_is(string, "forever"))
		return span_parse(reader, key, string, target, error);
	if (target != NULL)
		*(struct duration *)target = (struct duration){0};
	return true;
}

static void text_add_milliseconds(struct text *text, int64_t value)
{
	text_addf(text, "%lldms", (long long)value);
}

static bool milliseconds_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	struct duration duration;
	char *end;
	int64_t value = strtoll(string, &end, 10);

	(void)reader;
	if (string[0] < '0' || string[0] > '9')
		return expected(key, error, string);
	if (!string_is(end, "ms") && (!duration_read(string, &duration) ||
	    !duration_seconds(duration, &value) ||
	    __builtin_mul_overflow(value, 1000, &value)))
		return expected(key, error, string);
	if (value < key->least || value > key->most)
		return out_of_range(key, string, text_add_milliseconds, error);
	if (target != NULL)
		*(int64_t *)target = value;
	return true;
}

static bool date_parse_kind(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	struct date date;

	(void)reader;
	if (!date_parse(string, &date))
		return expected(key, error, string);
	if (target != NULL)
		*(struct date *)target = date;
	return true;
}

/* A weekday that stands before a date: -1 none, and *date is what follows. */
static int date_skip_weekday(const char *string, const char **date)
{
	size_t length = strspn(string, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	int weekday = weekday_parse(string, length);

	*date = string;
	if (weekday >= 0)
		*date = string_skip_space(string + length +
			(string[length] == ','));
	return weekday;
}

static bool date_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	const char *string, *rest;
	struct error error;
	struct date date;
	int weekday;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	string = conf_string(reader, setting);
	if (string == NULL)
		return false;
	weekday = date_skip_weekday(string, &rest);
	if (!date_parse_kind(reader, key, rest, &date, &error))
		return conf_fault(reader, setting, "%s", error.text);
	if (weekday >= 0 && weekday != date_weekday(date))
		conf_warn(reader, setting, "weekday", "\"%.80s\": that day is "
			"a %s, not a %s", string,
			weekday_name(date_weekday(date)),
			weekday_name(weekday));
	if (object != NULL)
		*(struct date *)conf_member(object, key->offset) = date;
	return true;
}

static bool zone_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	const struct zone *zone = zones_find(string, error);

	if (zone == NULL)
		return false;
	if (target != NULL) {
		*(const char **)target = conf_shared(reader, string);
		*(const struct zone **)key_beside(key, target) = zone;
	}
	return true;
}

const struct conf_kind conf_duration = {"duration",
	"a duration such as \"90s\", \"15m\", \"6h\", \"90d\", \"6mo\" or \"2y\"",
	duration_parse_kind, NULL};
const struct conf_kind conf_seconds = {"duration",
	"a duration such as \"90s\", \"15m\", \"6h\" or \"90d\"",
	seconds_parse, NULL};
const struct conf_kind conf_span = {"duration",
	"a duration such as \"6h\", \"90d\", \"6mo\" or \"2y\"", span_parse, NULL};
const struct conf_kind conf_retention = {"duration",
	"a duration such as \"90d\", \"6mo\" or \"2y\", or \"forever\"",
	retention_parse, NULL};
const struct conf_kind conf_milliseconds = {"duration",
	"a duration such as \"250ms\" or \"2s\"", milliseconds_parse, NULL};
const struct conf_kind conf_date = {"date", "a date such as \"2020-12-31\"",
	date_parse_kind, date_read};
const struct conf_kind conf_zone = {"time zone",
	"a time zone such as \"Europe/Berlin\"", zone_parse, NULL};

/* --- words --------------------------------------------------------------- */

static const struct conf_word *word_find(const struct conf_key *key,
	const char *string, struct error *error)
{
	const char *names[CONF_TABLE_KEYS_MAX + 1] = {NULL}, *near;
	struct text all;
	size_t count = 0;

	for (const struct conf_word *word = key->words; word->word != NULL;
	    word++) {
		if (string_is(word->word, string))
			return word;
		names[count++] = word->word;
	}
	near = string_nearest(string, names);
	text_init(&all, 0);
	for (size_t i = 0; i < count; i++)
		text_addf(&all, "%s%s", i != 0 ? ", " : "", names[i]);
	error_set(error, ERROR_INPUT, "\"%.80s\" is none of %s%s%s%s", string,
		text_string(&all), near != NULL ? "; nearest is \"" : "",
		near != NULL ? near : "", near != NULL ? "\"" : "");
	text_release(&all);
	return NULL;
}

static bool word_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	const struct conf_word *word = word_find(key, string, error);

	(void)reader;
	if (word != NULL && target != NULL)
		*(int *)target = word->value;
	return word != NULL;
}

static bool word_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	const struct conf_word *word;
	const char *string;
	int *target = conf_member(object, key->offset);
	struct error error;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	string = conf_string(reader, setting);
	if (string == NULL)
		return false;
	word = word_find(key, string, &error);
	if (word == NULL)
		return conf_fault(reader, setting, "%s", error.text);
	if (target != NULL)
		*target = word->value;
	return true;
}

const struct conf_kind conf_word_kind = {"word", "a string", word_parse,
	word_read};

/* --- lists of strings ---------------------------------------------------- */

/* One of a list, checked and shared; NULL with a fault added. */
static const char *strings_element(struct conf_reader *reader,
	const config_setting_t *setting)
{
	const char *string;
	struct error error;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING) {
		conf_fault(reader, setting, "a string is expected");
		return NULL;
	}
	string = conf_string(reader, setting);
	if (string == NULL)
		return NULL;
	if (line_check(string, &error))
		return conf_shared(reader, string);
	conf_fault(reader, setting, "%s", error.text);
	return NULL;
}

static bool strings_count(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting, int count)
{
	int64_t most = key->most != 0 ? key->most : STRINGS_MOST;

	if (count >= key->least && count <= most)
		return true;
	return conf_fault(reader, setting, "has %d elements, %lld to %lld are "
		"possible", count, (long long)key->least, (long long)most);
}

static void strings_store(struct conf_reader *reader,
	const struct conf_key *key, void *object, const char **strings,
	int count)
{
	(void)reader;
	if (object == NULL)
		return;
	*(const char ***)conf_member(object, key->offset) = strings;
	*(size_t *)conf_member(object, key->second) = (size_t)count;
}

static bool strings_read_one(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	const char *string = strings_element(reader, setting);
	const char **strings;

	if (string == NULL || !strings_count(reader, key, setting, 1))
		return false;
	strings = arena_alloc(reader->arena, 1, sizeof *strings);
	strings[0] = string;
	strings_store(reader, key, object, strings, 1);
	return true;
}

static bool strings_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	const char **strings;
	int count;
	bool good = true;

	if (config_setting_type(setting) == CONFIG_TYPE_STRING)
		return strings_read_one(reader, key, setting, object);
	if (!config_setting_is_array(setting) && !config_setting_is_list(setting))
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	count = config_setting_length(setting);
	if (!strings_count(reader, key, setting, count))
		return false;
	strings = arena_alloc(reader->arena, (size_t)count, sizeof *strings);
	for (int i = 0; i < count; i++) {
		strings[i] = strings_element(reader, config_setting_get_elem(
			setting, (unsigned)i));
		good &= strings[i] != NULL;
	}
	if (good)
		strings_store(reader, key, object, strings, count);
	return good;
}

/* The default: one string. */
static bool strings_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	const char **strings = arena_alloc(reader->arena, 1, sizeof *strings);

	(void)error;
	strings[0] = conf_shared(reader, string);
	*(const char ***)target = strings;
	*(size_t *)key_beside(key, target) = 1;
	return true;
}

static bool durations_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct { const char **strings; size_t count; } list = {NULL, 0};
	struct conf_key row = *key;
	struct duration *durations;

	row.offset = 0;
	row.second = sizeof(const char **);
	if (!strings_read(reader, &row, setting, &list))
		return false;
	durations = arena_alloc(reader->arena, list.count + 1,
		sizeof *durations);
	for (size_t i = 0; i < list.count; i++)
		if (!duration_read(list.strings[i], &durations[i]))
			return conf_fault(reader, setting, "\"%.80s\": %s is "
				"expected", list.strings[i],
				conf_duration.expected);
	if (object != NULL) {
		*(struct duration **)conf_member(object, key->offset) =
			durations;
		*(size_t *)conf_member(object, key->second) = list.count;
	}
	return true;
}

static bool weekdays_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct { const char **strings; size_t count; } list = {NULL, 0};
	struct conf_key row = *key;
	unsigned days = 0;

	row.offset = 0;
	row.second = sizeof(const char **);
	if (!strings_read(reader, &row, setting, &list))
		return false;
	for (size_t i = 0; i < list.count; i++) {
		const char *word = list.strings[i];
		int day = weekday_parse(word, strlen(word));

		if (day < 0)
			return conf_fault(reader, setting, "\"%.80s\" is no "
				"weekday such as \"sat\"", word);
		days |= 1u << day;
	}
	if (object != NULL)
		*(unsigned *)conf_member(object, key->offset) = days;
	return true;
}

const struct conf_kind conf_weekdays = {"list of strings",
	"a list of weekdays [ \"sat\", \"sun\" ]", NULL, weekdays_read};
const struct conf_kind conf_strings = {"list of strings",
	"a list of strings [ \"…\", \"…\" ]", strings_parse, strings_read};
const struct conf_kind conf_durations = {"list of durations",
	"a list of durations [ \"30d\", \"7d\" ]", NULL, durations_read};

/* --- labels -------------------------------------------------------------- */

static bool labels_read_one(struct conf_reader *reader,
	const config_setting_t *setting, struct label *label)
{
	const char *string;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_fault(reader, setting, "a string is expected");
	string = conf_string(reader, setting);
	if (string == NULL)
		return false;
	if (string_has_control(string))
		return conf_fault(reader, setting,
			"a line break or control character stands in it");
	label->key = conf_shared(reader, config_setting_name(setting));
	label->value = conf_shared(reader, string);
	return true;
}

static bool labels_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct label *labels;
	int count;
	bool good = true;

	if (!config_setting_is_group(setting))
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	count = config_setting_length(setting);
	labels = arena_alloc(reader->arena, (size_t)count, sizeof *labels);
	for (int i = 0; i < count; i++)
		good &= labels_read_one(reader, config_setting_get_elem(setting,
			(unsigned)i), &labels[i]);
	if (good && object != NULL) {
		*(const struct label **)conf_member(object, key->offset) =
			labels;
		*(size_t *)conf_member(object, key->second) = (size_t)count;
	}
	return good;
}

const struct conf_kind conf_labels = {"group of strings",
	"a group of strings { sector = \"…\"; }", NULL, labels_read};

/* --- expressions --------------------------------------------------------- */

static bool said_store(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, const char *text, void *object)
{
	struct said *said = conf_member(object, key->offset);

	if (text[0] == '\0')
		return conf_fault(reader, setting,
			"is empty: leave it out instead");
	if (said != NULL)
		*said = (struct said){conf_shared(reader, text),
			conf_origin(reader, setting).line};
	return true;
}

static bool said_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	const char *text;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	text = conf_string(reader, setting);
	return text != NULL && said_store(reader, key, setting, text, object);
}

static bool said_number_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	char room[DECIMAL_STRING_MAX];
	const char *text = conf_number_string(reader, setting,
		key->kind->expected, room);

	return text != NULL && said_store(reader, key, setting, text, object);
}

const struct conf_kind conf_said = {"expression", "a string", NULL, said_read};
const struct conf_kind conf_said_number = {"expression",
	"a number or a string", NULL, said_number_read};

static bool anything_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	(void)reader;
	(void)key;
	(void)setting;
	(void)object;
	return true;
}

const struct conf_kind conf_anything = {"any", "anything", NULL,
	anything_read};

/* Done with when its element is read; it has been checked by then. */
const struct conf_kind conf_for_each = {"table or group of lists",
	"the name of a table or a group { name = [ … ]; }", NULL,
	anything_read};

/* --- ids of elements ----------------------------------------------------- */

static bool id_take(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object, bool hyphens)
{
	const char **id = conf_member(object, key->offset);

	if (!conf_read_as(reader, &conf_name, key, setting, object))
		return false;
	if (id == NULL || conf_each_id(reader, setting, *id, hyphens))
		return true;
	*id = NULL;
	return false;
}

static bool id_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	return id_take(reader, key, setting, object, true);
}

static bool id_plain_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return id_take(reader, key, setting, object, false);
}

const struct conf_kind
	conf_id = {"string", "a string", NULL, id_read},
	conf_id_plain = {"string", "a string", NULL, id_plain_read};
