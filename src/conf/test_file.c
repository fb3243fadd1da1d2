/*
 * test_file: see test_file.h. All is read as it is written; then the register;
 * and what was written is checked against that (test_check.c).
 */
#include "conf/test_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "conf/register_file.h"
#include "conf/register_tables.h"
#include "conf/test_check.h"

#define ROW(name_, kind_) .name = name_, .kind = &kind_
#define REQUIRED .standing = CONF_REQUIRED

/* --- values of its own --------------------------------------------------- */

static bool sayings_are_list(const config_setting_t *setting)
{
	return config_setting_is_array(setting) || config_setting_is_list(setting);
}

/* A list of strings, or of numbers too, each with its line. */
static bool sayings_read_as(struct conf_reader *reader,
	const struct conf_kind *element, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct sayings *sayings = conf_member(object, key->offset);
	const struct conf_key at_start = {.name = key->name, .kind = element};
	size_t errors = reader->faults->errors;
	int count;

	if (!sayings_are_list(setting))
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	count = config_setting_length(setting);
	if (count > TEST_LIST_MAX)
		return conf_fault(reader, setting, "has %d elements, at most %d "
			"are possible", count, TEST_LIST_MAX);
	sayings->items = arena_alloc(reader->arena, (size_t)count + 1,
		sizeof *sayings->items);
	for (int i = 0; i < count; i++)
		conf_read_as(reader, element, &at_start,
			config_setting_get_elem(setting, (unsigned)i),
			&sayings->items[sayings->count++]);
	return reader->faults->errors == errors;
}

static bool strings_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return sayings_read_as(reader, &conf_said, key, setting, object);
}

static bool numbers_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return sayings_read_as(reader, &conf_said_number, key, setting, object);
}

static bool said_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	return conf_read_as(reader, &conf_said, key, setting, object);
}

static bool said_number_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	return conf_read_as(reader, &conf_said_number, key, setting, object);
}

/* The name of a file beside this one. */
static bool table_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct said *said = conf_member(object, key->offset);

	if (!conf_read_as(reader, &conf_said, key, setting, object))
		return false;
	if (said != NULL)
		said->text = conf_file_join(reader->arena, reader->folder,
			said->text);
	return true;
}

static const struct conf_kind
	table_kind = {"file name", "a string: the name of a file", NULL,
		table_read},
	strings_kind = {"list of strings", "a list of strings [ \"…\", \"…\" ]",
		NULL, strings_read},
	numbers_kind = {"list of numbers", "a list of numbers ( 1, 2.5 )", NULL,
		numbers_read},
	time_kind = {"time", "a date or time in quotes", NULL, said_read},
	date_kind = {"date", "a date such as \"2020-12-31\", or \"none\"", NULL,
		said_read},
	period_kind = {"period", "a period such as \"2020-07\"", NULL, said_read},
	pattern_kind = {"id or pattern", "a string", NULL, said_read},
	word_kind = {"word", "a string", NULL, said_read},
	figure_kind = {"number", "a number or \"none\"", NULL, said_number_read},
	days_kind = {"days", "a number of days or \"none\"", NULL,
		said_number_read},
	part_kind = {"part of a text", "a string", NULL, said_read};

static const struct conf_word first_sight_words[] = {
	{"summary", FIRST_SIGHT_SUMMARY},
	{"each", FIRST_SIGHT_EACH},
	{"none", FIRST_SIGHT_NONE},
	{0},
};

/* --- given --------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct test_given, member)

static const struct conf_key given_keys[] = {
	{ROW("answers", conf_bool), AT(answers), .fallback = "false"},
	{ROW("at", time_kind), AT(at), REQUIRED},
	{ROW("fails", conf_text), AT(fails)},
	{ROW("figures", strings_kind), AT(figures)},
	{ROW("first", period_kind), AT(first)},
	{ROW("indicator", conf_name), AT(indicator)},
	{ROW("observations", table_kind), AT(observations)},
	{ROW("provisional", conf_bool), AT(provisional), .fallback = "false"},
	{ROW("published", time_kind), AT(published)},
	{ROW("source", conf_name), AT(source)},
	{ROW("values", numbers_kind), AT(values)},
};

#undef AT

static void *given_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct test *test = parent;
	struct test_given *given = &test->givens[test->given_count++];

	given->line = conf_origin(reader, setting).line;
	given->source_index = NOT_FOUND;
	return given;
}

static void given_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	const struct test_given *given = object;
	bool values = conf_given(group, "values");
	int figures = values + conf_given(group, "figures") +
		conf_given(group, "observations");
	bool state = conf_given(group, "fails") || given->answers;

	(void)parent;
	if (conf_given(group, "source") ? !state || figures > 0
	    : state || figures != 1)
		conf_fault(reader, group->setting, "says either figures, or "
			"first and values, or observations, or source and "
			"fails or answers");
	if (values && !conf_given(group, "first"))
		conf_fault(reader, group->setting, "the key \"first\" is "
			"missing: the period of the first of values");
	if (values && !conf_given(group, "indicator"))
		conf_fault(reader, group->setting, "the key \"indicator\" is "
			"missing");
	if (given->answers && given->fails != NULL)
		conf_fault(reader, group->setting, "a source either fails or "
			"answers");
}

static const struct conf_table given_table = {CONF_TABLE(given_keys),
	.open = given_open, .close = given_close};

/* --- expect -------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct test_expect, member)
#define WANTED(aspect) AT(wanted[aspect])

static const struct conf_key expect_keys[] = {
	{ROW("actual", figure_kind), WANTED(ASPECT_ACTUAL)},
	{ROW("alerts", strings_kind), AT(alert_sayings)},
	{ROW("at", time_kind), AT(at)},
	{ROW("baseline", figure_kind), WANTED(ASPECT_BASELINE)},
	{ROW("data_through", period_kind), WANTED(ASPECT_DATA_THROUGH)},
	{ROW("days_late", days_kind), WANTED(ASPECT_DAYS_LATE)},
	{ROW("days_overdue", days_kind), WANTED(ASPECT_DAYS_OVERDUE)},
	{ROW("due", time_kind), WANTED(ASPECT_DUE)},
	{ROW("event_date", time_kind), WANTED(ASPECT_EVENT_DATE)},
	{ROW("events", strings_kind), AT(event_sayings)},
	{ROW("forecast_date", date_kind), WANTED(ASPECT_FORECAST_DATE)},
	{ROW("forecast_slip_days", days_kind),
		WANTED(ASPECT_FORECAST_SLIP_DAYS)},
	{ROW("forecast_value", figure_kind), WANTED(ASPECT_FORECAST_VALUE)},
	{ROW("from", time_kind), AT(from)},
	{ROW("knowledge", word_kind), WANTED(ASPECT_KNOWLEDGE)},
	{ROW("lifecycle", word_kind), WANTED(ASPECT_LIFECYCLE)},
	{ROW("milestone", pattern_kind), AT(milestone)},
	{ROW("original_due", time_kind), WANTED(ASPECT_ORIGINAL_DUE)},
	{ROW("pace", figure_kind), WANTED(ASPECT_PACE)},
	{ROW("progress", word_kind), WANTED(ASPECT_PROGRESS)},
	{ROW("reason", part_kind), WANTED(ASPECT_REASON)},
	{ROW("required_now", figure_kind), WANTED(ASPECT_REQUIRED_NOW)},
	{ROW("share_of_increment", figure_kind),
		WANTED(ASPECT_SHARE_OF_INCREMENT)},
	{ROW("share_of_level", figure_kind), WANTED(ASPECT_SHARE_OF_LEVEL)},
	{ROW("shortfall", figure_kind), WANTED(ASPECT_SHORTFALL)},
	{ROW("status", word_kind), WANTED(ASPECT_STATUS)},
	{ROW("target", figure_kind), WANTED(ASPECT_TARGET)},
	{ROW("to", time_kind), AT(to)},
	{ROW("verdict", word_kind), WANTED(ASPECT_VERDICT)},
};

#undef AT

static void *expect_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct test *test = parent;
	struct test_expect *expect = &test->expects[test->expect_count++];

	expect->line = conf_origin(reader, setting).line;
	return expect;
}

static bool expect_has_wanted(const struct test_expect *expect)
{
	for (int i = 0; i < ASPECT_COUNT; i++)
		if (expect->wanted[i].text != NULL)
			return true;
	return false;
}

static void expect_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct test_expect *expect = object;
	bool wanted = expect_has_wanted(expect);

	(void)parent;
	expect->has_alerts = conf_taken(group, "alerts");
	expect->has_events = conf_taken(group, "events");
	if (!wanted && !conf_given(group, "alerts") &&
	    !conf_given(group, "events"))
		conf_fault(reader, group->setting, "expects nothing: say a "
			"status, alerts, events or the like");
	if ((wanted || expect->has_alerts) && !conf_given(group, "at"))
		conf_fault(reader, group->setting, "the key \"at\" is missing");
	if (wanted && !conf_given(group, "milestone"))
		conf_fault(reader, group->setting,
			"the key \"milestone\" is missing");
	if (!expect->has_events && (conf_given(group, "from") ||
	    conf_given(group, "to")))
		conf_fault(reader, group->setting,
			"from and to are for events alone");
}

static const struct conf_table expect_table = {CONF_TABLE(expect_keys),
	.open = expect_open, .close = expect_close};

/* --- tests --------------------------------------------------------------- */

/* Room for the elements of a list; NULL after a fault. */
static void *list_room(struct conf_reader *reader,
	const config_setting_t *setting, size_t size)
{
	int count = config_setting_length(setting);

	if (count > 0 && count <= TEST_LIST_MAX)
		return arena_alloc(reader->arena, (size_t)count, size);
	conf_fault(reader, setting, "has %d elements, 1 to %d are possible",
		count, TEST_LIST_MAX);
	return NULL;
}

static bool givens_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct test *test = object;

	test->givens = list_room(reader, setting, sizeof *test->givens);
	return test->givens != NULL &&
		conf_read_as(reader, &conf_list, key, setting, object);
}

static bool expects_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct test *test = object;

	test->expects = list_room(reader, setting, sizeof *test->expects);
	return test->expects != NULL &&
		conf_read_as(reader, &conf_list, key, setting, object);
}

static bool tests_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct test_file *file = object;

	file->tests = list_room(reader, setting, sizeof *file->tests);
	return file->tests != NULL &&
		conf_read_as(reader, &conf_list, key, setting, object);
}

static const struct conf_kind
	givens_kind = {"list of groups", "a list of groups", NULL, givens_read},
	expects_kind = {"list of groups", "a list of groups", NULL,
		expects_read},
	tests_kind = {"list of groups", "a list of groups", NULL, tests_read};

#define AT(member) .offset = offsetof(struct test, member)

static const struct conf_key tests_keys[] = {
	{ROW("expect", expects_kind), .inside = &expect_table, REQUIRED},
	{ROW("from", time_kind), AT(from)},
	{ROW("given", givens_kind), .inside = &given_table},
	{ROW("name", conf_name), AT(name), REQUIRED},
	{ROW("to", time_kind), AT(to)},
};

#undef AT

static void *test_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct test_file *file = parent;
	struct test *test = &file->tests[file->count++];

	test->line = conf_origin(reader, setting).line;
	return test;
}

static const struct conf_table tests_table = {CONF_TABLE(tests_keys),
	.open = test_open};

/* --- a whole file -------------------------------------------------------- */

static const struct conf_word fetch_words[] = {
	{"none", 0},
	{"file", 1},
	{0},
};

static bool fetch_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct test_file *file = object;
	struct conf_key row = *key;
	int word;

	row.offset = 0;
	if (!conf_read_as(reader, &conf_word_kind, &row, setting, &word))
		return false;
	file->fetches = word != 0;
	return true;
}

static const struct conf_kind
	fetch_kind = {"word", "a string", NULL, fetch_read};

#define AT(member) .offset = offsetof(struct test_file, member)
#define SECOND(member) .second = offsetof(struct test_file, member)

static const struct conf_key test_file_rows[] = {
	{ROW("conf", conf_path), AT(conf)},
	{ROW("fetch", fetch_kind), .words = fetch_words, .fallback = "none"},
	{ROW("first_sight", conf_word_kind), AT(first_sight),
		.words = first_sight_words, .fallback = "each"},
	{ROW("register", conf_strings), AT(registers), SECOND(register_count)},
	{ROW("tests", tests_kind), .inside = &tests_table, REQUIRED},
	{ROW("timezone", conf_zone), AT(zone_id), SECOND(zone)},
};

#undef AT
#undef SECOND

const struct conf_table test_table = {CONF_TABLE(test_file_rows)};

/* --- loading -------------------------------------------------------------- */

/* false: it cannot be read on, or its text has faults that reading the register
   in it would tell again. */
static bool file_parse(struct test_file *file, struct text *bytes,
	struct faults *faults)
{
	const struct conf_table table = conf_table_with(file->arena, &test_table,
		&register_table);
	struct conf_reader reader;
	size_t errors = faults->errors;
	config_t config;
	bool parsed;

	conf_reader_init(&reader, file->arena, faults);
	reader.file = file->shown;
	reader.folder = conf_file_folder(file->arena, file->path);
	conf_defaults(&reader, &test_table, file);
	text_add_char(bytes, '\0');
	parsed = conf_parse(&reader, bytes->data, bytes->length - 1,
		&config) == 0;
	bool clean = faults->errors == errors;

	if (parsed) {
		conf_read(&reader, &table, config_root_setting(&config), file);
		config_destroy(&config);
	}
	for (size_t i = 0; i < file->register_count; i++)
		file->registers[i] = conf_file_join(file->arena, reader.folder,
			file->registers[i]);
	conf_reader_release(&reader);
	return parsed && clean;
}

static bool file_read(struct test_file *file, struct faults *faults)
{
	struct error error;
	struct text bytes;
	bool parsed = false;

	text_init(&bytes, 2 * TEST_FILE_MAX);
	if (conf_file_read(file->path, TEST_FILE_MAX, &bytes, &error) == 0)
		parsed = file_parse(file, &bytes, faults);
	else
		faults_error(faults, (struct origin){file->shown, 0, 0}, "%s",
			error.text);
	text_release(&bytes);
	return parsed;
}

/* The settings it names, or those of nobody; then the register. */
static void file_register(struct test_file *file, struct faults *faults)
{
	struct settings *settings;

	if (file->conf != NULL && file->register_count > 0)
		faults_error(faults, (struct origin){file->shown, 0, 0},
			"conf and register: one of them is enough");
	settings = file->conf == NULL ? settings_default(file->path) :
		settings_load(file->conf, CONF_OFFLINE, faults);
	file->settings = settings;
	if (settings == NULL)
		return;
	if (file->zone != NULL) {
		settings->zone = file->zone;
		settings->zone_id = file->zone_id;
	}
	if (file->register_count > 0) {
		settings->registers = file->registers;
		settings->register_count = file->register_count;
	}
	file->reg = register_load_with(settings, file->path, faults);
}

struct test_file *test_file_load(const char *path, struct faults *faults)
{
	struct test_file *file = mem_new(1, sizeof *file);
	size_t errors = faults->errors;

	file->arena = arena_new();
	file->path = conf_file_absolute(file->arena, path);
	file->shown = conf_file_shown(file->arena, file->path);
	if (file_read(file, faults))
		file_register(file, faults);
	if (faults->errors == errors)
		test_file_check(file, faults);
	if (faults->errors == errors)
		return file;
	test_file_free(file);
	return NULL;
}

void test_file_free(struct test_file *file)
{
	if (file == NULL)
		return;
	register_free(file->reg);
	settings_free(file->settings);
	arena_free(file->arena);
	free(file);
}
