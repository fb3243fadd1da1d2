/*
 * register_sources: see register_sources.h.
 */
#include <string.h>

#include "base/mem.h"
#include "conf/conf_value.h"
#include "conf/register_sources.h"
#include "conf/register_tables.h"
#include "conf/source_request.h"
#include "core/pattern.h"

#define YEAR (366 * INT64_C(86400))
#define EXTRACT_MAX 65536	/* bytes of one program */
#define ENCODING_MAX 40

#define ROW(name_, kind_) .name = name_, .kind = &kind_
#define RANGE(from, to) .least = from, .most = to
#define REQUIRED .standing = CONF_REQUIRED

/* --- values ---------------------------------------------------------------- */

static const struct conf_word listing_words[] = {
	{"all", LISTS_ALL},
	{"newest", LISTS_NEWEST},
	{0},
};

static const struct conf_word format_words[] = {
	{"csv", SOURCE_CSV},
	{"json", SOURCE_JSON},
	{"html", SOURCE_HTML},
	{"xml", SOURCE_XML},
	{"feed", SOURCE_FEED},
	{"text", SOURCE_TEXT},
	{0},
};

static bool program_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	if (strlen(string) <= (size_t)key->most)
		return conf_text.parse(reader, key, string, target, error);
	error_set(error, ERROR_LIMIT, "is longer than the %lld bytes it may have",
		(long long)key->most);
	return false;
}

static bool encoding_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	size_t length = strspn(string, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:");

	if (length != 0 && length <= ENCODING_MAX && string[length] == '\0')
		return conf_name.parse(reader, key, string, target, error);
	error_set(error, ERROR_INPUT, "\"%.40s\" is no name of an encoding, "
		"such as \"UTF-8\" or \"GB18030\"", string);
	return false;
}

static bool header_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct source *source = object;

	if (!conf_read_as(reader, &conf_bool, key, setting, object))
		return false;
	source->csv_no_header = !source->csv_no_header;
	return true;
}

static bool columns_as_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	const struct source *source = object;

	if (!conf_read_as(reader, &conf_labels, key, setting, object))
		return false;
	for (size_t i = 0; i < source->csv_columns_as_count; i++) {
		const struct label *column = &source->csv_columns_as[i];

		if (!string_is(column->value, "text") &&
		    !string_is(column->value, "number"))
			return conf_fault_key(reader, setting, column->key,
				"\"%.80s\" is none of text, number",
				column->value);
	}
	return true;
}

/* Compiled where answers are read; here only what is wrong with it is told. */
static bool pattern_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	struct pattern_fault fault;

	if (string[0] != '\0' &&
	    pattern_compile(reader->arena, string, &fault) == NULL) {
		error_set(error, ERROR_INPUT, "byte %zu: %s", fault.offset + 1,
			fault.text);
		return false;
	}
	return conf_text.parse(reader, key, string, target, error);
}

/* Names of a row's fields, as in programs of other formats. */
static bool columns_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	static const char *const fields[] = {"indicator", "period", "value",
		"published", "provisional", "key", "title", "url", "text", NULL};
	int count;
	bool good = true;

	if (!conf_read_as(reader, &source_labels_kind, key, setting, object))
		return false;
	count = config_setting_length(setting);
	for (int i = 0; i < count; i++) {
		const char *name = config_setting_name(
			config_setting_get_elem(setting, (unsigned)i)), *near;
		size_t at = 0;

		while (fields[at] != NULL && !string_is(fields[at], name))
			at++;
		if (fields[at] != NULL)
			continue;
		near = string_nearest(name, fields);
		good = conf_fault_key(reader, setting, name, "is no field of a "
			"row%s%s%s", near != NULL ? ", nearest is \"" :
			": those are indicator, period, value, published, "
			"provisional, key, title, url and text",
			near != NULL ? near : "", near != NULL ? "\"" : "");
	}
	return good;
}

/* --- near ------------------------------------------------------------------ */

/* For the order alone. */
static int64_t duration_about(struct duration duration)
{
	int64_t seconds;

	return duration_seconds(duration, &seconds) ? seconds :
		duration.count * INT64_C(2629746);
}

static void near_sort(struct near *items, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct near one = items[i];
		size_t at = i;

		for (; at > 0 && duration_about(items[at - 1].within) <
		    duration_about(one.within); at--)
			items[at] = items[at - 1];
		items[at] = one;
	}
}

static bool near_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct source unused, *source = object != NULL ? object : &unused;
	int count = config_setting_length(setting);
	size_t errors = reader->errors;

	if (config_setting_is_list(setting) && count > SOURCE_NEAR_MAX)
		return conf_fault(reader, setting, "has %d elements, at most %d "
			"are possible", count, SOURCE_NEAR_MAX);
	source->near = arena_alloc(reader->arena, SOURCE_NEAR_MAX,
		sizeof *source->near);
	source->near_count = 0;
	if (!conf_read_as(reader, &conf_list, key, setting, source) ||
	    reader->errors != errors)
		return false;
	near_sort(source->near, source->near_count);
	for (size_t i = 1; i < source->near_count; i++)
		if (duration_about(source->near[i].within) ==
		    duration_about(source->near[i - 1].within))
			return conf_fault(reader, setting, "says twice how often "
				"it is asked within one time");
	return true;
}

static void *near_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct source *source = parent;

	(void)reader;
	(void)setting;
	return &source->near[source->near_count++];
}

/* Told, and left as it is: whoever polls asks no more often than is allowed. */
static void every_check(struct conf_reader *reader,
	const struct conf_group *group, int64_t every)
{
	int64_t least = building_of(reader)->settings->polling.min_every;
	struct text shown;

	if (every == 0 || every >= least)
		return;
	text_init(&shown, 0);
	text_add_seconds(&shown, least);
	conf_warn(reader, config_setting_get_member(group->setting, "every"),
		"every-raised", "is shorter than polling.min_every: %s is used",
		text_string(&shown));
	text_release(&shown);
}

static void near_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	(void)parent;
	every_check(reader, group, ((const struct near *)object)->every);
}

/* It becomes a secret and a header when all else of the source is known. */
static bool token_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	(void)object;
	return conf_read_as(reader, &source_token_kind, key, setting,
		building_of(reader));
}

/* --- tables ---------------------------------------------------------------- */

static const struct conf_kind
	program_kind = {"program", "a string: the program", program_parse,
		NULL},
	xpath_kind = {"XPath", "a string: an XPath", program_parse, NULL},
	pattern_kind = {"pattern", "a string: a regular expression",
		pattern_parse, NULL},
	encoding_kind = {"encoding", "a string", encoding_parse, NULL},
	token_kind = {"secret file", "the name of a file", NULL, token_read},
	header_kind = {"boolean", "true or false", NULL, header_read},
	columns_kind = {"group of XPaths",
		"a group of XPaths { period = \"td[1]\"; value = \"td[2]\"; }",
		NULL, columns_read},
	near_kind = {"list of groups",
		"a list of groups ( { within = \"14d\"; every = \"1h\"; } )",
		NULL, near_read},
	columns_as_kind = {"group of strings",
		"a group { column = \"text\"; other = \"number\"; }", NULL,
		columns_as_read};

#define AT(member) .offset = offsetof(struct source, member)
#define SECOND(member) .second = offsetof(struct source, member)

static const struct conf_key csv_keys[] = {
	{ROW("columns_as", columns_as_kind), AT(csv_columns_as),
		SECOND(csv_columns_as_count)},
	{ROW("decimal", conf_char), AT(csv_decimal), .fallback = "."},
	{ROW("delimiter", conf_char), AT(csv_delimiter), .fallback = ","},
	{ROW("encoding", encoding_kind), AT(encoding)},
	{ROW("header", header_kind), AT(csv_no_header), .fallback = "true"},
	{ROW("thousands", conf_char), AT(csv_thousands)},
};

#undef AT
#define AT(member) .offset = offsetof(struct near, member)

static const struct conf_key near_keys[] = {
	{ROW("every", conf_seconds), AT(every), REQUIRED, RANGE(1, YEAR)},
	{ROW("within", conf_span), AT(within), REQUIRED},
};

#undef AT
#define AT(member) .offset = offsetof(struct source, member)

static const struct conf_table
	csv_table = {CONF_TABLE(csv_keys)},
	near_table = {CONF_TABLE(near_keys), .open = near_open,
		.close = near_close};

/* What must stand there is asked for when a source is closed: a preset may have
   said it, and need not say all of it itself. */
static const struct conf_key source_keys[] = {
	{ROW("allow_private", conf_bool), AT(allow_private),
		.fallback = "false"},
	{ROW("body", source_body_kind), AT(body)},
	{ROW("columns", columns_kind), AT(columns), SECOND(column_count)},
	{ROW("csv", conf_inside), .inside = &csv_table},
	{ROW("encoding", encoding_kind), AT(encoding)},
	{ROW("every", conf_seconds), AT(every), RANGE(1, YEAR)},
	{ROW("extract", program_kind), AT(extract), RANGE(0, EXTRACT_MAX)},
	{ROW("for_each", conf_for_each)},
	{ROW("format", conf_word_kind), AT(format), .words = format_words},
	{ROW("headers", source_headers_kind), AT(headers),
		SECOND(header_count)},
	{ROW("hold_release", conf_share), AT(hold_release)},
	{ROW("id", conf_id), AT(id)},
	{ROW("indicator", conf_name), AT(indicator_id)},
	{ROW("labels", conf_labels), AT(labels), SECOND(label_count)},
	{ROW("lists", conf_word_kind), AT(lists), .words = listing_words},
	{ROW("match", pattern_kind), AT(match)},
	{ROW("may_be_empty", conf_bool), AT(may_be_empty),
		.fallback = "false"},
	{ROW("namespaces", source_labels_kind), AT(namespaces),
		SECOND(namespace_count)},
	{ROW("near", near_kind), .inside = &near_table},
	{ROW("next", program_kind), AT(next), RANGE(0, EXTRACT_MAX)},
	{ROW("pages", conf_int), AT(pages), RANGE(1, SOURCE_PAGES_MAX)},
	{ROW("parameters", source_parameters_kind), AT(parameters),
		SECOND(parameter_count)},
	{ROW("preset", conf_name), AT(preset), .moved = preset_moved},
	{ROW("retention", conf_retention), AT(retention)},
	{ROW("rows", xpath_kind), AT(rows), RANGE(0, EXTRACT_MAX)},
	{ROW("secret_files", source_secrets_kind), AT(secrets),
		SECOND(secret_count), .moved = source_secret_moved},
	{ROW("timeout", conf_seconds), AT(timeout), RANGE(1, 600)},
	{ROW("token_file", token_kind),
		.offset = offsetof(struct register_building, token),
		.moved = source_secret_moved},
	{ROW("url", source_url_kind), AT(url), .moved = source_url_moved},
};

#undef AT
#undef SECOND

/* --- presets --------------------------------------------------------------- */

/* What is of one source, or of the place it is asked from. */
static void preset_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	static const char *const keys[] = {"allow_private", "for_each", "id",
		"indicator", "labels", "secret_files", "token_file", "url"};

	(void)parent;
	(void)object;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (conf_given(group, keys[i]))
			conf_fault_key(reader, group->setting, keys[i],
				"belongs to a source, not to a preset");
	building_of(reader)->preset_given |= group->given;
}

static const struct conf_table preset_table = {CONF_TABLE(source_keys),
	.close = preset_close};

static void source_begin(struct conf_reader *reader, struct source *source,
	const config_setting_t *setting)
{
	struct register_building *building = building_of(reader);
	const config_setting_t *name = config_setting_get_member(setting,
		"preset");

	building->preset_given = 0;
	building->preset_faulty = false;
	building->token = NULL;
	building->preset_faulty = name != NULL && !preset_read(reader,
		&building->presets, name, &preset_table, source);
}

static void *source_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct register_building *building = parent;
	struct register_ *reg = building->reg;
	struct source *source;

	reg->sources = mem_grow(reg->sources, reg->source_count,
		&building->source_room, sizeof *reg->sources);
	source = &reg->sources[reg->source_count++];
	*source = (struct source){.origin = conf_origin(reader, setting)};
	source_begin(reader, source, setting);
	return source;
}

/* --- checks between keys --------------------------------------------------- */

static void source_check_required(struct conf_reader *reader,
	const struct conf_group *group)
{
	static const char *const keys[] = {"id", "url", "format"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!conf_given(group, keys[i]))
			conf_fault(reader, group->setting, "the key \"%s\" is "
				"missing", keys[i]);
}

/* Which formats a key belongs to, and which cannot be without. */
static const struct format_rule {
	const char *key;
	unsigned may, must;
} format_rules[] = {
#define CSV (1u << SOURCE_CSV)
#define JSON (1u << SOURCE_JSON)
#define MARKUP ((1u << SOURCE_HTML) | (1u << SOURCE_XML))
#define FEED (1u << SOURCE_FEED)
#define TEXT (1u << SOURCE_TEXT)
	{"columns", MARKUP, MARKUP},
	{"csv", CSV, 0},
	{"extract", CSV | JSON | TEXT, CSV | JSON | TEXT},
	{"indicator", CSV | JSON | MARKUP | FEED | TEXT, FEED},
	{"match", FEED, 0},
	{"namespaces", MARKUP, 0},
	{"rows", MARKUP, MARKUP},
};

static void source_check_format(struct conf_reader *reader,
	const struct conf_group *group, const struct source *source)
{
	unsigned format = 1u << source->format;
	const char *word = source_format_name(source->format);

	for (size_t i = 0; i < sizeof format_rules / sizeof *format_rules;
	    i++) {
		const struct format_rule *rule = &format_rules[i];
		bool given = conf_given(group, rule->key);

		if (given && (rule->may & format) == 0)
			conf_fault_key(reader, group->setting, rule->key,
				"does not belong to format \"%s\"", word);
		else if (!given && (rule->must & format) != 0)
			conf_fault(reader, group->setting, "the key \"%s\" is "
				"missing, which format \"%s\" needs",
				rule->key, word);
	}
}

/* A row of markup has what columns say, and nothing more. */
static void source_check_columns(struct conf_reader *reader,
	const struct conf_group *group, const struct source *source)
{
	if ((1u << source->format & MARKUP) == 0 ||
	    !conf_taken(group, "columns") || conf_given(group, "indicator"))
		return;
	for (size_t i = 0; i < source->column_count; i++)
		if (string_is(source->columns[i].key, "indicator"))
			return;
	conf_fault(reader, group->setting, "the key \"indicator\" is missing, "
		"and no column of that name says whose figures they are");
}

static void source_check_next(struct conf_reader *reader,
	const struct conf_group *group, const struct source *source)
{
	bool program = conf_taken(group, "next") &&
		!string_is(source->next, "link");

	if (conf_given(group, "pages") && !conf_given(group, "next"))
		conf_fault_key(reader, group->setting, "pages",
			"belongs to next, and there is none");
	if (program && source->format != SOURCE_JSON &&
	    source->format != SOURCE_HTML && source->format != SOURCE_XML)
		conf_fault_key(reader, group->setting, "next", "is \"link\" or "
			"nothing with format \"%s\", whose programs know of no "
			"next page", source_format_name(source->format));
}

static void source_check_csv(struct conf_reader *reader,
	const struct conf_group *group, const struct source *source)
{
	char decimal = source->csv_decimal != 0 ? source->csv_decimal : '.';
	char delimiter = source->csv_delimiter != 0 ?
		source->csv_delimiter : ',';
	const config_setting_t *csv = config_setting_get_member(group->setting,
		"csv");

	if (source->csv_thousands == decimal)
		conf_fault_key(reader, group->setting, "csv", "the same "
			"character can't be decimal and thousands");
	if (delimiter == decimal && source->csv_delimiter != 0)
		conf_fault_key(reader, group->setting, "csv", "the same "
			"character can't be delimiter and decimal");
	if (csv != NULL && config_setting_get_member(csv, "encoding") != NULL &&
	    config_setting_get_member(group->setting, "encoding") != NULL)
		conf_fault_key(reader, group->setting, "encoding", "stands "
			"beside csv.encoding: one of them is enough");
}

/* What stands in the source, and what its preset says. */
static struct conf_group group_whole(struct conf_reader *reader,
	const struct conf_group *group)
{
	uint64_t given = building_of(reader)->preset_given & ~group->given;
	struct conf_group whole = *group;

	whole.given |= given;
	whole.taken |= given;
	return whole;
}

static void source_check(struct conf_reader *reader,
	const struct conf_group *own, struct source *source)
{
	struct conf_group group = group_whole(reader, own);

	source_check_required(reader, &group);
	if (conf_taken(&group, "format")) {
		source_check_format(reader, &group, source);
		source_check_columns(reader, &group, source);
		source_check_next(reader, &group, source);
	}
	source_check_csv(reader, own, source);
	every_check(reader, own, source->every);
	source_request_close(reader, own, &group, source,
		building_of(reader)->token);
	if (!conf_given(&group, "retention"))
		source->retention =
			building_of(reader)->settings->polling.retention;
}

/* Nothing refers to a source, so a faulty one is simply left out. */
static void source_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct register_building *building = parent;
	size_t errors = reader->errors;
	struct source *source = object;

	/* Without what its preset says there is nothing to hold against it. */
	if (!building->preset_faulty)
		source_check(reader, group, source);
	if (building->preset_faulty || reader->errors != errors ||
	    group->given != group->taken || source->id == NULL)
		building->reg->source_count--;
	else if (building->settings->purpose != CONF_OFFLINE)
		source_secrets_open(reader, group, source);
}

const struct conf_table sources_table = {CONF_TABLE(source_keys),
	.open = source_open, .close = source_close};
