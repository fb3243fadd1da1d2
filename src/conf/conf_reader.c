/*
 * conf_reader: parsed settings, walked by index and dispatched by bisection,
 * so that the time taken is the number of settings and nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "conf/conf_each.h"
#include "conf/conf_reader.h"
#include "conf/conf_text.h"
#include "conf/conf_value.h"

#undef config_setting_get_string

#define VALUE_SHOWN 80	/* bytes of a value in a fault */

/* --- names that are shared ----------------------------------------------- */

struct conf_names {
	const char **slots;	/* open addressing, a power of two */
	size_t size, count;
};

void conf_reader_init(struct conf_reader *reader, struct arena *arena,
	struct faults *faults)
{
	*reader = (struct conf_reader){.arena = arena, .faults = faults,
		.names = mem_new(1, sizeof *reader->names)};
	reader->names->size = 256;
	reader->names->slots = mem_new(256, sizeof *reader->names->slots);
}

void conf_reader_release(struct conf_reader *reader)
{
	free(reader->names->slots);
	free(reader->names);
	reader->names = NULL;
	text_release(&reader->replaced);
}

static const char **names_slot(const struct conf_names *names,
	const char *string)
{
	size_t slot = hash_string(string) & (names->size - 1);

	while (names->slots[slot] != NULL &&
	    strcmp(names->slots[slot], string) != 0)
		slot = (slot + 1) & (names->size - 1);
	return &names->slots[slot];
}

static void names_widen(struct conf_names *names)
{
	struct conf_names wide = {.size = names->size * 2};

	wide.slots = mem_new(wide.size, sizeof *wide.slots);
	for (size_t i = 0; i < names->size; i++)
		if (names->slots[i] != NULL)
			*names_slot(&wide, names->slots[i]) = names->slots[i];
	free(names->slots);
	names->slots = wide.slots;
	names->size = wide.size;
}

const char *conf_shared(struct conf_reader *reader, const char *string)
{
	struct conf_names *names = reader->names;
	const char **slot = names_slot(names, string);

	if (*slot != NULL)
		return *slot;
	if (++names->count > names->size / 2) {
		names_widen(names);
		slot = names_slot(names, string);
	}
	return *slot = arena_string(reader->arena, string);
}

/* --- places and faults --------------------------------------------------- */

struct origin conf_origin(const struct conf_reader *reader,
	const config_setting_t *setting)
{
	return (struct origin){reader->file,
		(int)config_setting_source_line(setting), 0};
}

/* The path of a setting: keys from the root, list elements by number. */
static void path_add(struct text *path, const config_setting_t *setting)
{
	const config_setting_t *parent = config_setting_parent(setting);

	if (parent == NULL)
		return;
	path_add(path, parent);
	if (config_setting_name(setting) == NULL)
		text_addf(path, "[%d]", config_setting_index(setting));
	else
		text_addf(path, "%s%s", path->length != 0 ? "." : "",
			config_setting_name(setting));
}

/* The values of the names in a string, and where those come from, that are of
   another line: " (province = "Hunan", provinces.csv:7)". */
static void values_add(const struct conf_reader *reader,
	const config_setting_t *setting, struct text *out)
{
	const char *string = config_setting_get_string(setting);
	const char *cursor = string;
	struct each_name name;
	bool any = false;

	if (reader->each == NULL || string == NULL)
		return;
	while (each_name_next(reader, string, &cursor, &name)) {
		text_addf(out, "%s%.*s = \"%.*s\", %s:%d", any ? "; " : " (",
			(int)strcspn(name.name, "}"), name.name, VALUE_SHOWN,
			name.value, name.origin.file, name.origin.line);
		any = true;
	}
	if (any)
		text_add_char(out, ')');
}

/* What is wrong with an element that is read many times is told once. */
static bool fault_is_known(const struct conf_reader *reader,
	enum fault_level level, struct origin origin, const char *text)
{
	const struct faults *faults = reader->faults;

	if (reader->each == NULL)
		return false;
	for (size_t i = faults->count; i-- > 0;) {
		const struct fault *fault = &faults->items[i];

		if (fault->line == origin.line && fault->level == level &&
		    string_is(fault->text, text) &&
		    string_is(fault->file, origin.file))
			return true;
	}
	return false;
}

static void reader_error(struct conf_reader *reader, struct origin origin,
	const char *text)
{
	reader->errors++;
	if (!fault_is_known(reader, FAULT_ERROR, origin, text))
		faults_error(reader->faults, origin, "%s", text);
}

/* "path.key: text"; the path of a fault nobody will see is not looked for. */
static void fault_text(const struct conf_reader *reader,
	const config_setting_t *setting, const char *key, const char *format,
	va_list arguments, struct text *out)
	__attribute__((format(printf, 4, 0)));

static void fault_text(const struct conf_reader *reader,
	const config_setting_t *setting, const char *key, const char *format,
	va_list arguments, struct text *out)
{
	text_init(out, 0);
	if (reader->faults->count < FAULTS_MAX)
		path_add(out, setting);
	if (key != NULL)
		text_addf(out, "%s%s", out->length != 0 ? "." : "", key);
	if (out->length != 0)
		text_add_string(out, ": ");
	text_addv(out, format, arguments);
}

bool conf_fault(struct conf_reader *reader, const config_setting_t *setting,
	const char *format, ...)
{
	struct text text;
	va_list arguments;

	va_start(arguments, format);
	fault_text(reader, setting, NULL, format, arguments, &text);
	va_end(arguments);
	values_add(reader, setting, &text);
	reader_error(reader, conf_origin(reader, setting), text_string(&text));
	text_release(&text);
	return false;
}

bool conf_fault_plain(struct conf_reader *reader,
	const config_setting_t *setting, const char *format, ...)
{
	struct text text;
	va_list arguments;

	if (config_setting_name(setting) == NULL)
		setting = config_setting_parent(setting);
	va_start(arguments, format);
	fault_text(reader, setting, NULL, format, arguments, &text);
	va_end(arguments);
	reader_error(reader, conf_origin(reader, setting), text_string(&text));
	text_release(&text);
	return false;
}

void conf_warn(struct conf_reader *reader, const config_setting_t *setting,
	const char *id, const char *format, ...)
{
	struct text text;
	va_list arguments;

	va_start(arguments, format);
	fault_text(reader, setting, NULL, format, arguments, &text);
	va_end(arguments);
	if (!fault_is_known(reader, FAULT_WARNING, conf_origin(reader, setting),
	    text_string(&text)))
		faults_warning(reader->faults, conf_origin(reader, setting), id,
			"%s", text_string(&text));
	text_release(&text);
}

bool conf_fault_key(struct conf_reader *reader, const config_setting_t *group,
	const char *key, const char *format, ...)
{
	const config_setting_t *setting = config_setting_get_member(group, key);
	struct text text;
	va_list arguments;

	va_start(arguments, format);
	fault_text(reader, group, key, format, arguments, &text);
	va_end(arguments);
	reader_error(reader, conf_origin(reader,
		setting != NULL ? setting : group), text_string(&text));
	text_release(&text);
	return false;
}

/* --- parsing ------------------------------------------------------------- */

int conf_parse(struct conf_reader *reader, char *bytes, size_t length,
	config_t *config)
{
	struct origin origin = {.file = reader->file};
	struct conf_obstacle obstacle;
	struct text clean;

	text_init(&clean, 2 * length + 4096);
	conf_text_scan(bytes, length, reader->file, reader->faults, &clean,
		&obstacle);
	if (obstacle.line != 0 || clean.cut) {
		origin.line = obstacle.line;
		faults_error(reader->faults, origin, "%s", obstacle.line != 0 ?
			obstacle.text : "too many faults to read on");
		text_release(&clean);
		return -1;
	}
	config_init(config);
	if (config_read_string(config, text_string(&clean)) == CONFIG_TRUE) {
		text_release(&clean);
		return 0;
	}
	origin.line = config_error_line(config);
	faults_error(reader->faults, origin, "syntax error: %s",
		config_error_text(config));
	config_destroy(config);
	text_release(&clean);
	return -1;
}

/* --- the walk ------------------------------------------------------------ */

const struct conf_key *conf_table_find(const struct conf_table *table,
	const char *name)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, table->keys[middle].name);

		if (order == 0)
			return &table->keys[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool conf_table_has(const struct conf_table *table, const char *name)
{
	return conf_table_find(table, name) != NULL;
}

void conf_fault_unknown(struct conf_reader *reader,
	const struct conf_table *table, const config_setting_t *setting)
{
	const char *names[CONF_TABLE_KEYS_MAX + 1] = {NULL};
	const char *name = config_setting_name(setting), *near;
	const config_setting_t *group = config_setting_parent(setting);
	struct text text;

	if (string_starts(name, "x_"))
		return;
	for (size_t i = 0; i < table->count; i++)
		names[i] = table->keys[i].name;
	near = string_nearest(name, names);
	text_init(&text, 0);
	if (reader->faults->count < FAULTS_MAX)
		path_add(&text, group);
	text_addf(&text, "%sunknown key \"%s\"", text.length != 0 ? ": " : "",
		name);
	if (near != NULL)
		text_addf(&text, ", nearest is \"%s\"", near);
	reader_error(reader, conf_origin(reader, setting), text_string(&text));
	text_release(&text);
}

static bool read_string(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	const struct conf_kind *kind = key->kind;
	const char *string;
	struct error error;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_fault(reader, setting, "%s is expected",
			kind->expected);
	string = conf_string(reader, setting);
	if (string == NULL)
		return false;
	return kind->parse(reader, key, string,
		conf_member(object, key->offset), &error) ||
		conf_fault(reader, setting, "%s", error.text);
}

static bool read_value(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	return key->kind->read != NULL ?
		key->kind->read(reader, key, setting, object) :
		read_string(reader, key, setting, object);
}

bool conf_read_as(struct conf_reader *reader, const struct conf_kind *kind,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct conf_key row = *key;

	row.kind = kind;
	return read_value(reader, &row, setting, object);
}

static void read_missing(struct conf_reader *reader,
	const struct conf_group *group)
{
	for (size_t i = 0; i < group->table->count; i++)
		if (group->table->keys[i].standing == CONF_REQUIRED &&
		    (group->given >> i & 1) == 0)
			conf_fault(reader, group->setting,
				"the key \"%s\" is missing",
				group->table->keys[i].name);
}

static void read_group(struct conf_reader *reader,
	const struct conf_table *table, const config_setting_t *setting,
	void *parent, void *object)
{
	struct conf_group group = {.table = table, .setting = setting};
	int count = config_setting_length(setting);

	for (int i = 0; i < count; i++) {
		const config_setting_t *member = config_setting_get_elem(
			setting, (unsigned)i);
		const struct conf_key *key = conf_table_find(table,
			config_setting_name(member));
		uint64_t bit;

		if (key == NULL) {
			conf_fault_unknown(reader, table, member);
			continue;
		}
		bit = UINT64_C(1) << (key - table->keys);
		group.given |= bit;
		if (read_value(reader, key, member, object))
			group.taken |= bit;
	}
	read_missing(reader, &group);
	if (table->close != NULL && object != NULL)
		table->close(reader, &group, parent, object);
}

void conf_read(struct conf_reader *reader, const struct conf_table *table,
	const config_setting_t *setting, void *object)
{
	read_group(reader, table, setting, NULL, object);
}

/* --- groups within ------------------------------------------------------- */

static bool inside_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	if (!config_setting_is_group(setting))
		return conf_fault(reader, setting, "a group { … } is expected");
	read_group(reader, key->inside, setting, object,
		conf_member(object, key->offset));
	return true;
}

/* Once, or as often as its for_each says. */
static bool list_read_element(struct conf_reader *reader,
	const struct conf_table *table, const config_setting_t *element,
	void *object)
{
	struct conf_each each;
	bool good = conf_each_open(reader, &each, element,
		conf_table_find(table, "for_each") != NULL);

	while (conf_each_next(&each)) {
		void *item = NULL;

		if (object != NULL && table->open != NULL) {
			item = table->open(reader, object, element);
			if (item == NULL)
				continue;
		}
		read_group(reader, table, element, object, item);
	}
	conf_each_close(&each);
	reader->unmade |= !good;
	return good;
}

static bool list_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	const struct conf_table *table = key->inside;
	int count;
	bool good = true;

	if (!config_setting_is_list(setting))
		return conf_fault(reader, setting,
			"a list of groups ( { … }, { … } ) is expected");
	count = config_setting_length(setting);
	if (count > CONF_LIST_MAX)
		return conf_fault(reader, setting, "has %d elements, at most "
			"%d are possible", count, CONF_LIST_MAX);
	for (int i = 0; i < count; i++) {
		const config_setting_t *element = config_setting_get_elem(
			setting, (unsigned)i);

		if (config_setting_is_group(element))
			good &= list_read_element(reader, table, element,
				object);
		else
			good = conf_fault(reader, element,
				"a group { … } is expected");
	}
	return good;
}

const struct conf_kind conf_inside = {"group", "a group { … }", NULL,
	inside_read};
const struct conf_kind conf_list = {"list of groups",
	"a list of groups ( { … }, { … } )", NULL, list_read};

/* --- defaults and rows --------------------------------------------------- */

void conf_defaults(struct conf_reader *reader, const struct conf_table *table,
	void *object)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct conf_key *key = &table->keys[i];
		struct error error;

		if (key->kind == &conf_inside)
			conf_defaults(reader, key->inside,
				conf_member(object, key->offset));
		if (key->fallback != NULL && key->kind->parse != NULL &&
		    !key->kind->parse(reader, key, key->fallback,
			conf_member(object, key->offset), &error))
			faults_error(reader->faults, (struct origin){0},
				"%s: default \"%s\": %s", key->name,
				key->fallback, error.text);
	}
}

static int key_order(const void *a, const void *b)
{
	return strcmp(((const struct conf_key *)a)->name,
		((const struct conf_key *)b)->name);
}

struct conf_table conf_table_with(struct arena *arena,
	const struct conf_table *own, const struct conf_table *other)
{
	size_t count = own->count + other->count;
	struct conf_key *keys = arena_alloc(arena, count, sizeof *keys);

	memcpy(keys, own->keys, own->count * sizeof *keys);
	for (size_t i = 0; i < other->count; i++)
		keys[own->count + i] = (struct conf_key){
			.name = other->keys[i].name,
			.kind = &conf_anything,
		};
	qsort(keys, count, sizeof *keys, key_order);
	return (struct conf_table){.keys = keys, .count = count};
}

static bool group_bit(const struct conf_group *group, const char *name,
	uint64_t bits)
{
	const struct conf_key *key = conf_table_find(group->table, name);

	return key != NULL && (bits >> (key - group->table->keys) & 1) != 0;
}

bool conf_given(const struct conf_group *group, const char *name)
{
	return group_bit(group, name, group->given);
}

bool conf_taken(const struct conf_group *group, const char *name)
{
	return group_bit(group, name, group->taken);
}

static size_t rows_add(const struct conf_table *table, const char *prefix,
	struct conf_row *rows, size_t count, size_t most)
{
	for (size_t i = 0; i < table->count && count < most; i++) {
		const struct conf_key *key = &table->keys[i];
		struct conf_row *row = &rows[count++];
		char within[sizeof row->path];

		row->key = key;
		snprintf(row->path, sizeof row->path, "%s%s%s", prefix,
			prefix[0] != '\0' ? "." : "", key->name);
		if (key->inside == NULL)
			continue;
		snprintf(within, sizeof within, "%.90s%s", row->path,
			string_is(key->kind->name, conf_inside.name) ? "" :
			"[]");
		count = rows_add(key->inside, within, rows, count, most);
	}
	return count;
}

size_t conf_rows(const struct conf_table *table, struct conf_row *rows,
	size_t most)
{
	return rows_add(table, "", rows, 0, most);
}
