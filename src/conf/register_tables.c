/*
 * register_tables: calendars, instruments, indicators, pledges and milestones;
 * sources are in register_sources.
 *
 * The column `standing` tells how far this version goes: what would change a
 * verdict or the set of milestones if it were passed over is refused, what
 * would not is checked and has no effect.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_each.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "conf/register_sources.h"
#include "conf/register_tables.h"
#include "core/calendar_ics.h"

#define WEEKEND (1u << 5 | 1u << 6)	/* Saturday and Sunday */
#define POINTS_MAX 10000	/* of one path */
#define PARTIES_MAX 1000

#define ROW(name_, kind_) .name = name_, .kind = &kind_
#define RANGE(from, to) .least = from, .most = to
#define REQUIRED .standing = CONF_REQUIRED

/* An id that no one writes, for what has none. */
static const char *building_unnamed(struct conf_reader *reader)
{
	return arena_printf(reader->arena, "_unnamed.%zu",
		++building_of(reader)->unnamed);
}

/* --- calendars ----------------------------------------------------------- */

static const struct conf_word roll_words[] = {
	{"none", ROLL_NONE},
	{"forward", ROLL_FORWARD},
	{"backward", ROLL_BACKWARD},
	{"modified_forward", ROLL_MODIFIED_FORWARD},
	{0},
};

/* The file's bytes are part of what the register was read from. */
static bool days_read_file(struct conf_reader *reader,
	const config_setting_t *setting, const char *name,
	struct calendar *calendar, struct calendar_days *days)
{
	const char *path = conf_file_join(reader->arena, reader->folder, name);
	const char *shown = conf_file_shown(reader->arena, path);
	struct error error;
	struct text bytes;
	bool good;

	text_init(&bytes, 2 * CALENDAR_ICS_MAX);
	good = conf_file_read(path, CALENDAR_ICS_MAX, &bytes, &error) == 0;
	if (!good)
		conf_fault(reader, setting, "%s: %s", shown, error.text);
	if (good && reader->digest != NULL)
		digest_add(reader->digest, text_string(&bytes), bytes.length);
	good = good && calendar_ics_read(calendar, days, text_string(&bytes),
		bytes.length, shown, reader->faults) == 0;
	text_release(&bytes);
	return good;
}

static char *days_moved(const struct conf_reader *reader, const char *string)
{
	return mem_string(string_ends(string, ".ics") ? conf_file_join(
		reader->arena, reader->folder, string) : string);
}

/* "2020-01-24" or "2020-01-24..2020-01-30" */
static bool days_read_span(struct conf_reader *reader,
	const config_setting_t *setting, const char *written,
	struct calendar *calendar, struct calendar_days *days)
{
	const char *dots = strstr(written, "..");
	struct date first, last;
	char from[11] = "";

	if (dots != NULL && dots - written == 10)
		memcpy(from, written, 10);
	if (!date_parse(dots != NULL ? from : written, &first) ||
	    !date_parse(dots != NULL ? dots + 2 : written, &last))
		return conf_fault(reader, setting, "\"%.80s\": a date such as "
			"\"2020-01-24\", days such as "
			"\"2020-01-24..2020-01-30\" or the name of an .ics file "
			"is expected", written);
	if (date_compare(last, first) < 0)
		return conf_fault(reader, setting, "\"%s\" ends before it "
			"begins", written);
	if (!calendar_days_add(days, first, last))
		return conf_fault(reader, setting, "one day too many: a "
			"calendar has at most %d", CALENDAR_DAYS_MAX);
	calendar_know(calendar, first.year);
	calendar_know(calendar, last.year);
	return true;
}

/* Dates, spans of dates and files. */
static bool days_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct { const char **strings; size_t count; } list = {NULL, 0};
	struct calendar unused = {0}, *calendar = object;
	struct conf_key row = *key;
	struct calendar_days *days;
	bool good = true;

	if (calendar == NULL)
		calendar = &unused;
	days = conf_member(calendar, key->offset);
	row.offset = 0;
	row.second = sizeof(const char **);
	if (!conf_read_as(reader, &conf_strings, &row, setting, &list))
		return false;
	for (size_t i = 0; i < list.count && good; i++)
		good = (string_ends(list.strings[i], ".ics") ? days_read_file :
			days_read_span)(reader, setting, list.strings[i],
			calendar, days);
	free(unused.holidays.items);
	free(unused.working.items);
	return good;
}

static const struct conf_kind
	days_kind = {"list of days", "a list of days [ \"2020-01-24\" ] or the "
		"name of an .ics file", NULL, days_read};

#define AT(member) .offset = offsetof(struct calendar, member)

static const struct conf_key calendar_keys[] = {
	{ROW("for_each", conf_for_each)},
	{ROW("holidays", days_kind), AT(holidays),
		RANGE(0, CALENDAR_DAYS_MAX), .moved = days_moved},
	{ROW("id", conf_id), AT(id), REQUIRED},
	{ROW("roll", conf_word_kind), AT(roll), .fallback = "none",
		.words = roll_words},
	{ROW("weekend", conf_weekdays), AT(weekend), RANGE(0, 7)},
	{ROW("working", days_kind), AT(working),
		RANGE(0, CALENDAR_DAYS_MAX), .moved = days_moved},
};

#undef AT

static void *calendar_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct register_building *building = parent;
	struct register_ *reg = building->reg;
	struct calendar *calendar;

	reg->calendars = mem_grow(reg->calendars, reg->calendar_count,
		&building->calendar_room, sizeof *reg->calendars);
	calendar = &reg->calendars[reg->calendar_count++];
	*calendar = (struct calendar){.weekend = WEEKEND,
		.origin = conf_origin(reader, setting)};
	return calendar;
}

/* Days on both lists work: that is what the second one is for. */
static void calendar_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct calendar *calendar = object;
	struct calendar_days *both[] = {&calendar->holidays,
		&calendar->working};

	(void)group;
	(void)parent;
	for (size_t i = 0; i < 2; i++) {
		calendar_days_settle(both[i]);
		if (both[i]->items != NULL)
			arena_adopt(reader->arena, both[i]->items);
	}
	if (calendar->id == NULL)
		building_of(reader)->reg->calendar_count--;
}

static const struct conf_table calendars_table = {CONF_TABLE(calendar_keys),
	.open = calendar_open, .close = calendar_close};

/* --- instruments --------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct instrument, member)
#define SECOND(member) .second = offsetof(struct instrument, member)

static const struct conf_key instrument_keys[] = {
	{ROW("calendar", conf_name), AT(calendar_id)},
	{ROW("ends", conf_date), AT(ends)},
	{ROW("for_each", conf_for_each)},
	{ROW("id", conf_id), AT(id), REQUIRED},
	{ROW("in_force", conf_date), AT(in_force)},
	{ROW("parties", conf_strings), AT(parties), SECOND(party_count),
		RANGE(0, PARTIES_MAX)},
	{ROW("signed", conf_date), AT(signed_on)},
	{ROW("timezone", conf_zone), AT(zone_id), SECOND(zone)},
	{ROW("title", conf_text), AT(title)},
	{ROW("url", conf_name), AT(url)},
};

#undef AT
#undef SECOND

struct instrument *building_instrument(struct register_building *building,
	struct origin origin)
{
	struct register_ *reg = building->reg;
	struct instrument *instrument;

	reg->instruments = mem_grow(reg->instruments, reg->instrument_count,
		&building->instrument_room, sizeof *reg->instruments);
	instrument = &reg->instruments[reg->instrument_count++];
	*instrument = (struct instrument){.origin = origin};
	return instrument;
}

static void *instrument_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	return building_instrument(parent, conf_origin(reader, setting));
}

/* Without an id nobody can refer to it. */
static void instrument_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	const struct instrument *instrument = object;

	(void)group;
	(void)parent;
	if (instrument->id == NULL)
		building_of(reader)->reg->instrument_count--;
}

static const struct conf_table instruments_table = {
	CONF_TABLE(instrument_keys), .open = instrument_open,
	.close = instrument_close};

/* --- indicators ---------------------------------------------------------- */

static const struct conf_word indicator_kind_words[] = {
	{"figures", INDICATOR_FIGURES},
	{"documents", INDICATOR_DOCUMENTS},
	{0},
};

static const struct conf_word frequency_words[] = {
	{"day", FREQUENCY_DAY},
	{"week", FREQUENCY_WEEK},
	{"month", FREQUENCY_MONTH},
	{"quarter", FREQUENCY_QUARTER},
	{"half", FREQUENCY_HALF},
	{"year", FREQUENCY_YEAR},
	{0},
};

/* A faulty frequency stands for some frequency: without one, expressions over
   the indicator would be faulted too. */
static bool frequency_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct indicator *indicator = object;

	if (indicator != NULL)
		indicator->frequency = FREQUENCY_MONTH;
	return conf_read_as(reader, &conf_word_kind, key, setting, object);
}

static bool nonnegative_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct indicator *indicator = object;

	(void)key;
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return conf_fault(reader, setting, "%s is expected",
			conf_bool.expected);
	if (indicator == NULL || !config_setting_get_bool(setting))
		return true;
	if (indicator->has_min)
		return conf_fault(reader, setting, "stands beside min: one of "
			"them is enough");
	indicator->has_min = true;
	return true;
}

static bool min_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct indicator *indicator = object;

	if (!conf_read_as(reader, &conf_decimal, key, setting, object))
		return false;
	if (indicator->has_min)
		return conf_fault(reader, setting, "stands beside nonnegative: "
			"one of them is enough");
	indicator->has_min = true;
	return true;
}

static const struct conf_kind
	frequency_kind = {"word", "a string", NULL, frequency_read},
	nonnegative_kind = {"boolean", "true or false", NULL, nonnegative_read},
	min_kind = {"number", "a number", NULL, min_read};

#define AT(member) .offset = offsetof(struct indicator, member)

static const struct conf_key indicator_keys[] = {
	{ROW("cumulative", conf_bool), AT(cumulative), .fallback = "false"},
	{ROW("for_each", conf_for_each)},
	{ROW("frequency", frequency_kind), AT(frequency),
		.words = frequency_words},
	{ROW("id", conf_id_plain), AT(id), REQUIRED},
	{ROW("kind", conf_word_kind), AT(kind), .fallback = "figures",
		.words = indicator_kind_words},
	{ROW("lag", conf_duration), AT(lag)},
	{ROW("max", conf_decimal), AT(max)},
	{ROW("max_jump", conf_ratio), AT(max_jump)},
	{ROW("min", min_kind), AT(min)},
	{ROW("nonnegative", nonnegative_kind), .fallback = "false"},
	{ROW("title", conf_text), AT(title)},
	{ROW("unit", conf_name), AT(unit)},
};

#undef AT

struct indicator *building_indicator(struct register_building *building,
	struct origin origin)
{
	struct register_ *reg = building->reg;
	struct indicator *indicator;

	reg->indicators = mem_grow(reg->indicators, reg->indicator_count,
		&building->indicator_room, sizeof *reg->indicators);
	indicator = &reg->indicators[reg->indicator_count++];
	*indicator = (struct indicator){.origin = origin};
	return indicator;
}

static void *indicator_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	return building_indicator(parent, conf_origin(reader, setting));
}

static void indicator_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct indicator *indicator = object;

	(void)group;
	(void)parent;
	indicator->has_max = conf_taken(group, "max");
	if (indicator->id == NULL)
		building_of(reader)->reg->indicator_count--;
}

static const struct conf_table indicators_table = {
	CONF_TABLE(indicator_keys), .open = indicator_open,
	.close = indicator_close};

/* --- milestones ---------------------------------------------------------- */

static const struct conf_word mode_words[] = {
	{"by", MODE_BY},
	{"at", MODE_AT},
	{"throughout", MODE_THROUGHOUT},
	{0},
};

static const struct conf_word severity_words[] = {
	{"info", SEVERITY_INFO},
	{"warning", SEVERITY_WARNING},
	{"critical", SEVERITY_CRITICAL},
	{0},
};

#define AT(member) .offset = offsetof(struct path_point, member)

static const struct conf_key point_keys[] = {
	{ROW("date", conf_date), AT(date), REQUIRED},
	{ROW("value", conf_decimal), AT(value), REQUIRED},
};

#undef AT

static void *point_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct path *path = ((struct milestone *)parent)->path;

	(void)reader;
	(void)setting;
	return &path->points[path->point_count++];
}

static const struct conf_table points_table = {CONF_TABLE(point_keys),
	.open = point_open};

#define AT(member) .offset = offsetof(struct decree, member)

static const struct conf_key withdrawn_keys[] = {
	{ROW("authority", conf_text), AT(authority)},
	{ROW("for", conf_name), AT(instance)},
	{ROW("on", conf_date), AT(on), REQUIRED},
	{ROW("reason", conf_text), AT(reason)},
};

static const struct conf_word waiver_words[] = {
	{"nonobservance", WAIVER_NONOBSERVANCE},
	{"applicability", WAIVER_APPLICABILITY},
	{0},
};

static const struct conf_key waived_keys[] = {
	{ROW("authority", conf_text), AT(authority)},
	{ROW("for", conf_name), AT(instance)},
	{ROW("kind", conf_word_kind), AT(kind), REQUIRED,
		.words = waiver_words},
	{ROW("on", conf_date), AT(on), REQUIRED},
	{ROW("reason", conf_text), AT(reason)},
};

static const struct conf_key superseded_keys[] = {
	{ROW("authority", conf_text), AT(authority)},
	{ROW("by", conf_name), AT(by), REQUIRED},
	{ROW("for", conf_name), AT(instance)},
	{ROW("on", conf_date), AT(on), REQUIRED},
	{ROW("reason", conf_text), AT(reason)},
};

#undef AT

/* The next of a list. */
static void *decree_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct decree_list *list = parent;
	struct decree *decree = &list->items[list->count++];

	decree->line = conf_origin(reader, setting).line;
	return decree;
}

static const struct conf_table
	withdrawn_table = {CONF_TABLE(withdrawn_keys), .open = decree_open},
	superseded_table = {CONF_TABLE(superseded_keys), .open = decree_open},
	waived_table = {CONF_TABLE(waived_keys), .open = decree_open};

#define AT(member) .offset = offsetof(struct amendment, member)

static const struct conf_key amended_keys[] = {
	{ROW("authority", conf_text), AT(decree.authority)},
	{ROW("benchmark", conf_said), AT(benchmark_said)},
	{ROW("due", conf_said), AT(due_said)},
	{ROW("for", conf_name), AT(decree.instance)},
	{ROW("on", conf_date), AT(decree.on), REQUIRED},
	{ROW("reason", conf_text), AT(decree.reason)},
	{ROW("title", conf_text), AT(title)},
};

#undef AT

static void *amendment_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct clauses *clauses = parent;
	struct amendment *amendment =
		&clauses->amendments[clauses->amendment_count++];

	amendment->decree.line = conf_origin(reader, setting).line;
	return amendment;
}

/* One whose values were faulty says nothing more. */
static void amendment_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct clauses *clauses = parent;
	struct amendment *amendment = object;

	(void)reader;
	if (amendment == NULL || (group->given == group->taken &&
	    !date_is_none(amendment->decree.on)))
		return;
	*amendment = (struct amendment){0};
	clauses->amendment_count--;
}

static const struct conf_table amended_table = {CONF_TABLE(amended_keys),
	.open = amendment_open, .close = amendment_close};

/* A string, or a table of points. */
static bool path_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct milestone *milestone = object;
	size_t errors = reader->errors;
	int count;

	if (!config_setting_is_list(setting))
		return conf_read_as(reader, &conf_said, key, setting, object);
	count = config_setting_length(setting);
	if (count > POINTS_MAX)
		return conf_fault(reader, setting, "has %d points, at most %d "
			"are possible", count, POINTS_MAX);
	milestone->path = arena_alloc(reader->arena, 1,
		sizeof *milestone->path);
	milestone->path->points = arena_alloc(reader->arena, (size_t)count,
		sizeof *milestone->path->points);
	conf_read_as(reader, &conf_list, key, setting, object);
	if (reader->errors == errors)
		milestone->path->kind = PATH_TABLE;
	return reader->errors == errors;
}

/* What few milestones have stands apart, made when the first of it is read. */
static struct clauses *milestone_clauses(struct conf_reader *reader,
	void *object)
{
	struct milestone *milestone = object;

	if (milestone == NULL)
		return NULL;
	if (milestone->clauses == NULL)
		milestone->clauses = arena_alloc(reader->arena, 1,
			sizeof *milestone->clauses);
	return milestone->clauses;
}

static bool partial_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);

	if (clauses != NULL)
		clauses->partial_line = conf_origin(reader, setting).line;
	return conf_read_as(reader, &conf_share, key, setting, clauses);
}

static bool after_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);

	if (clauses != NULL)
		clauses->after_line = conf_origin(reader, setting).line;
	return conf_read_as(reader, &conf_strings, key, setting, clauses);
}

static bool cure_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);

	if (clauses != NULL)
		clauses->cure_line = conf_origin(reader, setting).line;
	if (!conf_read_as(reader, &conf_duration, key, setting, clauses))
		return false;
	if (clauses != NULL)
		clauses->has_cure = true;
	return true;
}

static bool roll_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);
	bool good = conf_read_as(reader, &conf_word_kind, key, setting, clauses);

	if (clauses != NULL) {
		clauses->roll_line = conf_origin(reader, setting).line;
		clauses->has_roll = good;
	}
	return good;
}

/* A duration, or for good. */
static bool sustain_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object), unused;
	const char *word = conf_string(reader, setting);

	if (clauses == NULL)
		clauses = &unused;
	clauses->sustain_line = conf_origin(reader, setting).line;
	clauses->sustain_forever = word != NULL && string_is(word, "forever");
	clauses->has_sustain = clauses->sustain_forever ||
		conf_read_as(reader, &conf_duration, key, setting, clauses);
	return clauses->has_sustain;
}

/* Of a list each element is about one instance, and says which. */
static bool decrees_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	struct decree_list *list)
{
	int count = config_setting_length(setting);

	if (count > DECREES_MAX)
		return conf_fault(reader, setting, "has %d elements, at most "
			"%d are possible", count, DECREES_MAX);
	for (int i = 0; i < count; i++) {
		const config_setting_t *element = config_setting_get_elem(
			setting, (unsigned)i);

		if (config_setting_is_group(element) &&
		    config_setting_get_member(element, "for") == NULL)
			return conf_fault(reader, element, "the key \"for\" is "
				"missing: of several each is about one instance");
	}
	if (list != NULL)
		list->items = arena_alloc(reader->arena, (size_t)count + 1,
			sizeof *list->items);
	return conf_read_as(reader, &conf_list, key, setting, list);
}

static bool decree_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);
	struct decree *decree = conf_member(clauses, key->offset);

	if (config_setting_is_list(setting))
		return decrees_read(reader, key, setting,
			conf_member(clauses, key->second));
	if (decree != NULL)
		decree->line = conf_origin(reader, setting).line;
	return conf_read_as(reader, &conf_inside, key, setting, clauses);
}

static bool amended_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);
	int count = config_setting_length(setting);

	if (count > AMENDMENTS_MAX)
		return conf_fault(reader, setting, "has %d elements, at most "
			"%d are possible", count, AMENDMENTS_MAX);
	if (clauses != NULL && config_setting_is_list(setting))
		clauses->amendments = arena_alloc(reader->arena,
			(size_t)count + 1, sizeof *clauses->amendments);
	return conf_read_as(reader, &conf_list, key, setting, clauses);
}

static bool every_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	return conf_read_as(reader, &conf_said, key, setting,
		milestone_clauses(reader, object));
}

static bool until_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);

	if (clauses != NULL)
		clauses->until_line = conf_origin(reader, setting).line;
	return conf_read_as(reader, &conf_date, key, setting, clauses);
}

static bool forecast_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	bool none = string_is(conf_string(reader, setting), "none");

	return conf_read_as(reader, &conf_said, key, setting,
		none ? NULL : milestone_clauses(reader, object));
}

static bool tolerance_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return conf_read_as(reader, &conf_said_number, key, setting,
		milestone_clauses(reader, object));
}

struct duration_list {
	struct duration *items;
	size_t count;
};

/* How long before it is due people are reminded of it. */
static bool remind_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);
	struct duration_list list = {0};
	struct conf_key row = *key;

	row.offset = offsetof(struct duration_list, items);
	row.second = offsetof(struct duration_list, count);
	if (!conf_read_as(reader, &conf_durations, &row, setting, &list))
		return false;
	if (clauses != NULL) {
		clauses->reminds = list.items;
		clauses->remind_count = list.count;
	}
	return true;
}

static bool hold_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct clauses *clauses = milestone_clauses(reader, object);

	if (clauses != NULL)
		clauses->has_hold = true;
	return conf_read_as(reader, &conf_span, key, setting, clauses);
}

static bool hysteresis_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return conf_read_as(reader, &conf_share, key, setting,
		milestone_clauses(reader, object));
}

static const struct conf_kind
	path_kind = {"path", "\"linear\", \"seasonal(indicator, 2017)\" or a "
		"list of points", NULL, path_read},
	forecast_kind = {"forecast", "a string", NULL, forecast_read},
	tolerance_kind = {"tolerance", "a number or a string", NULL,
		tolerance_read},
	amended_kind = {"list of groups", "a list of groups", NULL,
		amended_read},
	every_kind = {"unit or rule", "a string: a unit such as \"quarter\" or "
		"a rule", NULL, every_read},
	until_kind = {"date", "a date such as \"2020-12-31\"", NULL,
		until_read},
	decree_kind = {"group or list of groups", "a group { … }", NULL,
		decree_read},
	roll_kind = {"word", "a string", NULL, roll_read},
	after_kind = {"list of strings", "a list of strings [ \"…\", \"…\" ]",
		NULL, after_read},
	cure_kind = {"duration", "a duration", NULL, cure_read},
	sustain_kind = {"duration", "a duration", NULL, sustain_read},
	partial_kind = {"share", "a number above 0 and at most 1", NULL,
		partial_read},
	remind_kind = {"list of durations",
		"a list of durations [ \"30d\", \"7d\" ]", NULL, remind_read},
	hold_kind = {"duration", "a duration", NULL, hold_read},
	hysteresis_kind = {"share", "a number above 0 and at most 1", NULL,
		hysteresis_read};

#define AT(member) .offset = offsetof(struct milestone, member)
#define CLAUSE(member) .offset = offsetof(struct clauses, member)
#define CLAUSE_SECOND(member) .second = offsetof(struct clauses, member)
#define SECOND(member) .second = offsetof(struct milestone, member)

static const struct conf_key milestone_keys[] = {
	{ROW("after", after_kind), CLAUSE(after), CLAUSE_SECOND(after_count)},
	{ROW("amended", amended_kind), .inside = &amended_table},
	{ROW("at_risk", conf_share), AT(at_risk), .fallback = "0.9"},
	{ROW("baseline", conf_said_number), AT(baseline_said)},
	{ROW("benchmark", conf_said), AT(benchmark_said), REQUIRED},
	{ROW("cure", cure_kind), CLAUSE(cure)},
	{ROW("due", conf_said), AT(due_said)},
	{ROW("every", every_kind), CLAUSE(every_said)},
	{ROW("for_each", conf_for_each)},
	{ROW("forecast", forecast_kind), CLAUSE(forecast_said),
		.fallback = "none"},
	{ROW("grace", conf_duration), AT(grace)},
	{ROW("hold", hold_kind), CLAUSE(hold)},
	{ROW("hysteresis", hysteresis_kind), CLAUSE(hysteresis)},
	{ROW("id", conf_id), AT(name), REQUIRED},
	{ROW("labels", conf_labels), AT(labels), SECOND(label_count)},
	{ROW("lag", conf_duration), AT(lag)},
	{ROW("mode", conf_word_kind), AT(mode), .fallback = "by",
		.words = mode_words},
	{ROW("partial", partial_kind), CLAUSE(partial)},
	{ROW("path", path_kind), AT(path_said), .inside = &points_table},
	{ROW("remind", remind_kind), .most = REMINDS_MAX},
	{ROW("roll", roll_kind), CLAUSE(roll), .words = roll_words},
	{ROW("severity", conf_word_kind), AT(severity), .fallback = "warning",
		.words = severity_words},
	{ROW("start", conf_said), AT(start_said)},
	{ROW("superseded", decree_kind), CLAUSE(superseded),
		CLAUSE_SECOND(superseded_for), .inside = &superseded_table},
	{ROW("sustain", sustain_kind), CLAUSE(sustain)},
	{ROW("title", conf_text), AT(title)},
	{ROW("tolerance", tolerance_kind), CLAUSE(tolerance_said)},
	{ROW("until", until_kind), CLAUSE(until)},
	{ROW("waived", decree_kind), CLAUSE(waived),
		CLAUSE_SECOND(waived_for), .inside = &waived_table},
	{ROW("weight", conf_decimal), AT(weight), .fallback = "1.0",
		RANGE(0, 1000000)},
	{ROW("withdrawn", decree_kind), CLAUSE(withdrawn),
		CLAUSE_SECOND(withdrawn_for), .inside = &withdrawn_table},
};

#undef AT
#undef SECOND

static void *milestone_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct register_building *building = building_of(reader);
	struct register_ *reg = building->reg;
	struct milestone *milestone;

	(void)parent;
	/* One more than may be is enough for register_finish to say so. */
	if (reg->milestone_count > REGISTER_MILESTONES_MAX)
		return NULL;
	reg->milestones = mem_grow(reg->milestones, reg->milestone_count,
		&building->milestone_room, sizeof *reg->milestones);
	milestone = &reg->milestones[reg->milestone_count++];
	*milestone = building->pattern;
	milestone->pledge = (uint32_t)(reg->pledge_count - 1);
	milestone->origin = conf_origin(reader, setting);
	return milestone;
}

/* Text for a said that is faulty or missing; a default for one that could
   have been left out is no fault. */
static void said_stand_in(struct said *said, const char *text,
	int line)
{
	if (said->text == NULL)
		*said = (struct said){text, line};
}

/* What comes once is due once; what recurs may leave that to its periods. */
static void milestone_check_every(struct conf_reader *reader,
	const struct conf_group *group)
{
	if (conf_given(group, "every"))
		return;
	if (!conf_given(group, "due"))
		conf_fault(reader, group->setting, "the key \"due\" is missing");
	if (conf_given(group, "until"))
		conf_fault_key(reader, group->setting, "until",
			"belongs to every, and there is none");
}

/* How often and how long was said, and cannot be known. */
static bool every_is_faulty(const struct conf_group *group)
{
	return conf_given(group, "every") != conf_taken(group, "every") ||
		conf_given(group, "until") != conf_taken(group, "until");
}

static void milestone_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct milestone *milestone = object;

	(void)parent;
	milestone->has_lag = conf_taken(group, "lag");
	if (milestone->name == NULL)
		milestone->name = building_unnamed(reader);
	milestone_check_every(reader, group);
	if (!conf_given(group, "every") || conf_given(group, "due"))
		said_stand_in(&milestone->due_said, "9999",
			milestone->origin.line);
	if (conf_given(group, "baseline"))
		said_stand_in(&milestone->baseline_said, "0",
			milestone->origin.line);
	milestone->made_of = conf_made_of(reader, group->setting);
	if (milestone->benchmark_said.text == NULL ||
	    every_is_faulty(group))
		building_of(reader)->reg->milestone_count--;
}

static const struct conf_table milestones_table = {
	CONF_TABLE(milestone_keys), .open = milestone_open,
	.close = milestone_close};

/* --- pledges ------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct pledge, member)
#define SECOND(member) .second = offsetof(struct pledge, member)

static const struct conf_key pledge_keys[] = {
	{ROW("calendar", conf_name), AT(calendar_id)},
	{ROW("cite", conf_text), AT(cite)},
	{ROW("for_each", conf_for_each)},
	{ROW("id", conf_id), AT(id), REQUIRED},
	{ROW("instrument", conf_name), AT(instrument_id), REQUIRED},
	{ROW("labels", conf_labels), AT(labels), SECOND(label_count)},
	{ROW("milestones", conf_list), .inside = &milestones_table},
	{ROW("obligor", conf_name), AT(obligor)},
	{ROW("owner", conf_name), AT(owner)},
	{ROW("title", conf_text), AT(title)},
	{ROW("url", conf_name), AT(url)},
};

#undef AT
#undef SECOND

struct pledge *building_pledge(struct register_building *building,
	struct origin origin)
{
	struct register_ *reg = building->reg;
	struct pledge *pledge;

	reg->pledges = mem_grow(reg->pledges, reg->pledge_count,
		&building->pledge_room, sizeof *reg->pledges);
	pledge = &reg->pledges[reg->pledge_count++];
	*pledge = (struct pledge){.origin = origin};
	return pledge;
}

static void *pledge_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	return building_pledge(parent, conf_origin(reader, setting));
}

static const char *building_stand_in(struct conf_reader *reader)
{
	struct register_building *building = building_of(reader);

	if (building->stand_in == NULL) {
		building->stand_in = building_unnamed(reader);
		building_instrument(building, (struct origin){0})->id =
			building->stand_in;
	}
	return building->stand_in;
}

static void pledge_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct pledge *pledge = object;

	(void)parent;
	if (pledge->id == NULL)
		pledge->id = building_unnamed(reader);
	if (pledge->instrument_id == NULL)
		pledge->instrument_id = building_stand_in(reader);
	if (!conf_given(group, "milestones"))
		conf_warn(reader, group->setting, "no-milestones",
			"has no milestones, so nothing of it is watched");
}

static const struct conf_table pledges_table = {CONF_TABLE(pledge_keys),
	.open = pledge_open, .close = pledge_close};

/* --- attestations -------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct registered, member)

static const struct conf_key attestation_keys[] = {
	{ROW("at", conf_said), AT(at_said)},
	{ROW("by", conf_name), AT(attestation.by), REQUIRED},
	{ROW("evidence", conf_name), AT(attestation.evidence)},
	{ROW("key", conf_name), AT(attestation.key), REQUIRED},
	{ROW("milestone", conf_name), AT(milestone), REQUIRED},
	{ROW("no", conf_bool), AT(no), .fallback = "false"},
	{ROW("note", conf_text), AT(attestation.note)},
	{ROW("on", conf_date), AT(attestation.on), REQUIRED},
};

#undef AT

static void *attestation_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct register_building *building = parent;
	struct register_ *reg = building->reg;
	struct registered *item;

	if (reg->registered_count == REGISTERED_MAX) {
		conf_fault(reader, setting, "is one of more than %d "
			"attestations", REGISTERED_MAX);
		return NULL;
	}
	reg->registered = mem_grow(reg->registered, reg->registered_count,
		&building->registered_room, sizeof *reg->registered);
	item = &reg->registered[reg->registered_count++];
	*item = (struct registered){.origin = conf_origin(reader, setting),
		.attestation = {.evidence = "", .note = ""}};
	return item;
}

/* One whose values were faulty says nothing more. */
static void attestation_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct register_building *building = parent;
	const struct registered *item = object;

	(void)reader;
	if (item != NULL && (group->given != group->taken ||
	    item->milestone == NULL || item->attestation.key == NULL ||
	    item->attestation.by == NULL ||
	    date_is_none(item->attestation.on)))
		building->reg->registered_count--;
}

static const struct conf_table attestations_table = {
	CONF_TABLE(attestation_keys), .open = attestation_open,
	.close = attestation_close};

/* --- a whole file -------------------------------------------------------- */

static const struct conf_key file_keys[] = {
	{ROW("attestations", conf_list), .inside = &attestations_table},
	{ROW("calendars", conf_list), .inside = &calendars_table},
	{ROW("indicators", conf_list), .inside = &indicators_table},
	{ROW("instruments", conf_list), .inside = &instruments_table},
	{ROW("pledges", conf_list), .inside = &pledges_table},
	{ROW("sources", conf_list), .inside = &sources_table},
};

const struct conf_table register_table = {CONF_TABLE(file_keys)};

void register_building_init(struct register_building *building,
	struct conf_reader *reader, const struct settings *settings)
{
	*building = (struct register_building){.settings = settings};
	building->reg = register_new();
	building->reg->zone = settings->zone;
	reader->arena = building->reg->arena;
	reader->context = building;
	conf_defaults(reader, &milestones_table, &building->pattern);
}
