/* import_mapping: see import_mapping.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "conf/import_mapping.h"
#include "conf/import_value.h"
#include "conf/register_tables.h"

#define FORMS_MAX 20		/* of one column's dates */
#define CHOICES_MAX 10000	/* of one column */
#define NAME_MAX_BYTES 200	/* of a column */
#define HEADER_SHOWN 30		/* names of it in a fault */

#undef config_setting_get_string

#define ROW(name_, kind_) .name = name_, .kind = &kind_
#define RANGE(from, to) .least = from, .most = to

/* --- kinds ----------------------------------------------------------------- */

static bool any_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	(void)key;
	(void)error;
	if (target != NULL)
		*(const char **)target = arena_string(reader->arena, string);
	return true;
}

static bool encoding_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	if (import_encoding_is_known(string))
		return any_parse(reader, key, string, target, error);
	error_set(error, ERROR_INPUT, "there is no encoding \"%.64s\"; "
		"spreadsheets write \"utf-8\", \"windows-1252\" or \"utf-16\"",
		string);
	return false;
}

static bool forms_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct import_column *column = object;

	if (!conf_read_as(reader, &conf_strings, key, setting, object))
		return false;
	for (size_t i = 0; column != NULL && i < column->form_count; i++)
		if (!import_form_is_valid(column->forms[i]))
			return conf_fault(reader, setting, "\"%.80s\": a form "
				"has %%Y or %%y, and with it nothing, %%m or "
				"%%b, these and %%d, %%q, or %%s",
				column->forms[i]);
	return true;
}

static bool months_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct import_column *column = object;

	if (!conf_read_as(reader, &conf_strings, key, setting, object))
		return false;
	if (column != NULL && column->month_count != 12)
		return conf_fault(reader, setting, "has %zu names, a year has "
			"12 months", column->month_count);
	return true;
}

static bool choices_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct import_column *column = object;
	int count = config_setting_length(setting);

	if (count > CHOICES_MAX)
		return conf_fault(reader, setting, "has %d elements, at most "
			"%d are possible", count, CHOICES_MAX);
	if (column != NULL && config_setting_is_list(setting))
		column->choices = arena_alloc(reader->arena, (size_t)count + 1,
			sizeof *column->choices);
	return conf_read_as(reader, &conf_list, key, setting, object);
}

static const struct conf_kind
	any_kind = {"string", "a string", any_parse, NULL},
	encoding_kind = {"encoding", "the name of an encoding", encoding_parse,
		NULL},
	forms_kind = {"list of strings", "a form of dates", NULL, forms_read},
	months_kind = {"list of strings", "a list of names", NULL, months_read},
	choices_kind = {"list of groups", "a list of groups", NULL,
		choices_read};

/* --- columns --------------------------------------------------------------- */

static const struct conf_word as_words[] = {
	{"text", IMPORT_TEXT},
	{"id", IMPORT_ID},
	{"date", IMPORT_DATE},
	{"number", IMPORT_NUMBER},
	{0},
};

#define AT(member) .offset = offsetof(struct import_choice, member)
#define SECOND(member) .second = offsetof(struct import_choice, member)

static const struct conf_key choice_keys[] = {
	{ROW("from", conf_strings), AT(from), SECOND(from_count),
		.standing = CONF_REQUIRED},
	{ROW("to", any_kind), AT(to), .standing = CONF_REQUIRED},
};

#undef AT
#undef SECOND

static void *choice_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct import_column *column = parent;

	(void)reader;
	(void)setting;
	return &column->choices[column->choice_count++];
}

static const struct conf_table choices_table = {CONF_TABLE(choice_keys),
	.open = choice_open};

#define AT(member) .offset = offsetof(struct import_column, member)
#define SECOND(member) .second = offsetof(struct import_column, member)

static const struct conf_key column_keys[] = {
	{ROW("as", conf_word_kind), AT(as), .words = as_words,
		.fallback = "text"},
	{ROW("column", conf_name), AT(header)},
	{ROW("default", any_kind), AT(fallback)},
	{ROW("fill", conf_bool), AT(fill), .fallback = "false"},
	{ROW("form", forms_kind), AT(forms), SECOND(form_count),
		RANGE(0, FORMS_MAX)},
	{ROW("instead", conf_name), AT(instead)},
	{ROW("months", months_kind), AT(months), SECOND(month_count)},
	{ROW("name", conf_name), AT(name), .standing = CONF_REQUIRED},
	{ROW("number", conf_int), AT(number), RANGE(1, IMPORT_COLUMNS_MAX)},
	{ROW("otherwise", any_kind), AT(otherwise)},
	{ROW("values", choices_kind), .inside = &choices_table},
};

#undef AT
#undef SECOND

static void *column_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct import_mapping *mapping = parent;
	struct import_column *column =
		&mapping->columns[mapping->column_count++];

	column->line = conf_origin(reader, setting).line;
	return column;
}

static const char *const iso_forms[] = {"%Y-%m-%d", "%Y-%m", "%Y-Q%q",
	"%Y-H%s", "%Y"};

/* Whether a column of that name stands before another. */
static bool column_is_before(const struct import_mapping *mapping,
	const struct import_column *column, const char *name)
{
	for (const struct import_column *other = mapping->columns;
	    other < column; other++)
		if (string_is(other->name, name))
			return true;
	return false;
}

static void column_names_check(struct conf_reader *reader,
	const struct conf_group *group, const struct import_mapping *mapping,
	const struct import_column *column)
{
	const config_setting_t *setting = group->setting;

	if (strlen(column->name) > NAME_MAX_BYTES ||
	    strpbrk(column->name, "${}") != NULL)
		conf_fault_key(reader, setting, "name", "a name has at most 200 "
			"bytes, none of them $, { or }");
	if (column_is_before(mapping, column, column->name))
		conf_fault_key(reader, setting, "name", "\"%s\" is the name of "
			"two columns", column->name);
	if (column->instead != NULL &&
	    !column_is_before(mapping, column, column->instead))
		conf_fault_key(reader, setting, "instead", "there is no column "
			"\"%.80s\" before this one", column->instead);
	if (conf_given(group, "column") && conf_given(group, "number"))
		conf_fault_key(reader, setting, "number", "stands beside "
			"column: one of them is enough");
}

static void column_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct import_column *column = object;

	if (column->name == NULL)
		return;
	column_names_check(reader, group, parent, column);
	if (column->as != IMPORT_DATE &&
	    (conf_given(group, "form") || conf_given(group, "months")))
		conf_fault(reader, group->setting, "form and months are for "
			"as = \"date\" alone");
	if (column->otherwise != NULL && column->as != IMPORT_TEXT)
		conf_fault_key(reader, group->setting, "otherwise", "leaves "
			"nothing for as: one of them is enough");
	if (column->header == NULL && column->number == 0)
		column->header = column->name;
	if (column->form_count != 0)
		return;
	column->forms = (const char **)(uintptr_t)iso_forms;
	column->form_count = sizeof iso_forms / sizeof *iso_forms;
}

static const struct conf_table columns_table = {CONF_TABLE(column_keys),
	.open = column_open, .close = column_close};

static bool columns_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct import_mapping *mapping = object;
	int count = config_setting_length(setting);

	if (count > IMPORT_COLUMNS_MAX)
		return conf_fault(reader, setting, "has %d elements, at most "
			"%d are possible", count, IMPORT_COLUMNS_MAX);
	if (mapping != NULL && config_setting_is_list(setting))
		mapping->columns = arena_alloc(reader->arena, (size_t)count + 1,
			sizeof *mapping->columns);
	return conf_read_as(reader, &conf_list, key, setting, object);
}

static const struct conf_kind columns_kind = {"list of groups",
	"a list of groups", NULL, columns_read};

/* --- the table ------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct import_form, member)

static const struct conf_key form_keys[] = {
	{ROW("decimal", conf_char), AT(decimal), .fallback = "."},
	{ROW("delimiter", conf_char), AT(delimiter), .fallback = ","},
	{ROW("encoding", encoding_kind), AT(encoding)},
	{ROW("header", conf_int), AT(header), .fallback = "1",
		RANGE(1, IMPORT_HEADER_MAX)},
	{ROW("thousands", conf_char), AT(thousands)},
};

#undef AT

static void form_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	const struct import_form *form = object;

	(void)parent;
	if (form->decimal == form->thousands)
		conf_fault(reader, group->setting, "decimal and thousands are "
			"the same character");
}

static const struct conf_table form_table = {CONF_TABLE(form_keys),
	.close = form_close};

#define AT(member) .offset = offsetof(struct import_mapping, member)
#define SECOND(member) .second = offsetof(struct import_mapping, member)

static const struct conf_key mapping_keys[] = {
	{ROW("columns", columns_kind), .inside = &columns_table},
	{ROW("register", conf_strings), AT(registers), SECOND(register_count)},
	{ROW("table", conf_inside), AT(form), .inside = &form_table},
};

#undef AT
#undef SECOND

const struct conf_table import_table_of_keys = {CONF_TABLE(mapping_keys)};

/* --- what is made ---------------------------------------------------------- */

static void template_check(struct conf_reader *reader,
	const struct conf_table *table, const config_setting_t *group);

static void element_check(struct conf_reader *reader,
	const struct conf_table *table, const config_setting_t *setting)
{
	int count = config_setting_is_list(setting) ?
		config_setting_length(setting) : 0;

	if (config_setting_is_group(setting))
		template_check(reader, table, setting);
	for (int i = 0; i < count; i++)
		element_check(reader, table, config_setting_get_elem(setting,
			(unsigned)i));
}

/* Unknown keys are told once, not once a row. */
static void template_check(struct conf_reader *reader,
	const struct conf_table *table, const config_setting_t *group)
{
	int count = config_setting_length(group);

	for (int i = 0; i < count; i++) {
		const config_setting_t *member = config_setting_get_elem(group,
			(unsigned)i);
		const char *name = config_setting_name(member);
		const struct conf_key *key = conf_table_find(table, name);

		if (key != NULL && key->inside != NULL)
			element_check(reader, key->inside, member);
		if (key == NULL && !string_is(name, "when"))
			conf_fault_unknown(reader, table, member);
	}
}

static void lists_check(struct conf_reader *reader, const config_setting_t *root)
{
	size_t lists = 0;

	for (size_t i = 0; i < register_table.count; i++) {
		const struct conf_key *key = &register_table.keys[i];
		const config_setting_t *list = config_setting_get_member(root,
			key->name);

		lists += list != NULL;
		if (list != NULL)
			element_check(reader, key->inside, list);
	}
	if (lists == 0)
		faults_error(reader->faults, (struct origin){reader->file, 0, 0},
			"makes nothing: it has no list of a register, such as "
			"pledges");
}

/* --- loading --------------------------------------------------------------- */

static void mapping_read(struct import_mapping *mapping,
	struct conf_reader *reader, struct text *bytes)
{
	const struct conf_table table = conf_table_with(mapping->arena,
		&import_table_of_keys, &register_table);

	conf_defaults(reader, &import_table_of_keys, mapping);
	text_add_char(bytes, '\0');
	if (conf_parse(reader, bytes->data, bytes->length - 1,
	    &mapping->config) < 0)
		return;
	mapping->root = config_root_setting(&mapping->config);
	conf_read(reader, &table, mapping->root, mapping);
	lists_check(reader, mapping->root);
	for (size_t i = 0; i < mapping->register_count; i++)
		mapping->registers[i] = conf_file_join(mapping->arena,
			mapping->folder, mapping->registers[i]);
}

struct import_mapping *import_mapping_load(const char *path,
	struct faults *faults)
{
	struct import_mapping *mapping = mem_new(1, sizeof *mapping);
	struct arena *arena = mapping->arena = arena_new();
	size_t errors = faults->errors;
	struct conf_reader reader;
	struct error error;
	struct text bytes;

	mapping->path = conf_file_absolute(arena, path);
	mapping->file = conf_file_shown(arena, mapping->path);
	mapping->folder = conf_file_folder(arena, mapping->path);
	conf_reader_init(&reader, arena, faults);
	reader.file = mapping->file;
	reader.folder = mapping->folder;
	text_init(&bytes, 2 * IMPORT_MAPPING_MAX);
	if (conf_file_read(path, IMPORT_MAPPING_MAX, &bytes, &error) < 0) {
		faults_error(faults, (struct origin){mapping->file, 0, 0}, "%s",
			error.text);
	} else {
		digest_sha256(text_string(&bytes), bytes.length,
			&mapping->digest);
		mapping_read(mapping, &reader, &bytes);
	}
	text_release(&bytes);
	conf_reader_release(&reader);
	if (faults->errors == errors)
		return mapping;
	import_mapping_free(mapping);
	return NULL;
}

void import_mapping_free(struct import_mapping *mapping)
{
	if (mapping == NULL)
		return;
	if (mapping->root != NULL)
		config_destroy(&mapping->config);
	arena_free(mapping->arena);
	free(mapping);
}

/* --- names in strings ------------------------------------------------------ */

const char *import_name_next(const char **cursor, size_t *length)
{
	const char *at;

	while ((at = strstr(*cursor, "${")) != NULL) {
		*cursor = at + 2;
		if (at > *cursor - 2 && at[-1] == '$')
			continue;
		*length = strcspn(at + 2, "}");
		*cursor += *length;
		return at + 2;
	}
	return NULL;
}

bool import_speaks(const config_setting_t *setting)
{
	const char *string = config_setting_get_string(setting);
	int count = config_setting_is_aggregate(setting) ?
		config_setting_length(setting) : 0;
	size_t length;

	if (string != NULL)
		return import_name_next(&string, &length) != NULL;
	for (int i = 0; i < count; i++)
		if (import_speaks(config_setting_get_elem(setting, (unsigned)i)))
			return true;
	return false;
}

/* --- columns of a table ---------------------------------------------------- */

const struct import_column *import_column_find(
	const struct import_mapping *mapping, const char *name, size_t length)
{
	for (size_t i = 0; i < mapping->column_count; i++) {
		const struct import_column *column = &mapping->columns[i];

		if (strncmp(column->name, name, length) == 0 &&
		    column->name[length] == '\0')
			return column;
	}
	return NULL;
}

/* How often a header stands in a table, and where last. */
static size_t header_count(const struct import_table *table, const char *header,
	size_t *place)
{
	size_t count = 0;

	for (size_t i = 0; i < table->column_count; i++)
		if (string_is(table->header[i], header)) {
			*place = i;
			count++;
		}
	return count;
}

static void header_list(const struct import_table *table, struct text *out)
{
	for (size_t i = 0; i < table->column_count && i < HEADER_SHOWN; i++)
		text_addf(out, "%s\"%.60s\"", i != 0 ? ", " : ": its header is ",
			table->header[i]);
}

static void column_missing(const struct import_mapping *mapping,
	const struct import_table *table, const struct import_column *column,
	struct faults *faults)
{
	const char *names[IMPORT_COLUMNS_MAX + 1] = {NULL}, *near;
	struct text text;

	for (size_t i = 0; i < table->column_count; i++)
		names[i] = table->header[i];
	near = string_nearest(column->header, names);
	text_init(&text, 0);
	text_addf(&text, "%s:%d has no column \"%.80s\"", table->file,
		table->header_place.line, column->header);
	if (near != NULL)
		text_addf(&text, ", nearest is \"%s\"", near);
	else
		header_list(table, &text);
	faults_error(faults, (struct origin){mapping->file, column->line, 0},
		"%s", text_string(&text));
	text_release(&text);
}

static void column_place(const struct import_mapping *mapping,
	const struct import_table *table, struct import_column *column,
	struct faults *faults)
{
	struct origin origin = {mapping->file, column->line, 0};
	size_t count;

	if (column->number > 0) {
		column->place = (size_t)column->number - 1;
		if (column->place >= table->column_count)
			faults_error(faults, origin, "%s has %zu columns, none "
				"of the number %d", table->file,
				table->column_count, column->number);
		return;
	}
	count = header_count(table, column->header, &column->place);
	if (count == 0)
		column_missing(mapping, table, column, faults);
	else if (count > 1)
		faults_error(faults, origin, "%s has %zu columns \"%.80s\": say "
			"which by its number", table->file, count,
			column->header);
}

/* Those of the table that no declaration names and nothing stands twice for. */
static void columns_add(struct import_mapping *mapping,
	const struct import_table *table)
{
	struct import_column *all = arena_alloc(mapping->arena,
		mapping->column_count + table->column_count, sizeof *all);

	if (mapping->column_count != 0)
		memcpy(all, mapping->columns,
			mapping->column_count * sizeof *all);
	mapping->columns = all;
	for (size_t i = 0, place; i < table->column_count; i++) {
		const char *name = table->header[i];

		if (name[0] == '\0' || header_count(table, name, &place) > 1 ||
		    import_column_find(mapping, name, strlen(name)) != NULL)
			continue;
		all[mapping->column_count++] = (struct import_column){
			.name = name, .header = name, .place = i};
	}
}

static void column_fill(struct import_table *table, size_t place)
{
	for (size_t i = 1; i < table->count; i++)
		if (table->rows[i].cells[place][0] == '\0')
			table->rows[i].cells[place] =
				table->rows[i - 1].cells[place];
}

static void name_missing(const struct import_mapping *mapping,
	const config_setting_t *setting, const char *name, size_t length,
	struct faults *faults)
{
	const char *names[2 * IMPORT_COLUMNS_MAX + 1], *near;
	struct origin origin = {mapping->file,
		(int)config_setting_source_line(setting), 0};
	char *word = mem_string_n(name, length);
	size_t count = mapping->column_count;

	for (size_t i = 0; i < count; i++)
		names[i] = mapping->columns[i].name;
	names[count] = NULL;
	near = string_nearest(word, names);
	if (name[length] != '}')
		faults_error(faults, origin, "a ${ without its }: for the "
			"characters themselves write $${");
	else if (near != NULL)
		faults_error(faults, origin, "there is no column ${%.80s}, "
			"nearest is ${%.80s}", word, near);
	else
		faults_error(faults, origin, "there is no column ${%.80s}", word);
	free(word);
}

/* Every ${name} of a setting and of those within it. */
static void names_check(const struct import_mapping *mapping,
	const config_setting_t *setting, struct faults *faults)
{
	const char *cursor = config_setting_get_string(setting), *name;
	int count = config_setting_is_aggregate(setting) ?
		config_setting_length(setting) : 0;
	size_t length;

	while (cursor != NULL &&
	    (name = import_name_next(&cursor, &length)) != NULL)
		if (name[length] != '}' ||
		    import_column_find(mapping, name, length) == NULL)
			name_missing(mapping, setting, name, length, faults);
	for (int i = 0; i < count; i++)
		names_check(mapping, config_setting_get_elem(setting,
			(unsigned)i), faults);
}

int import_mapping_place(struct import_mapping *mapping,
	struct import_table *table, struct faults *faults)
{
	size_t errors = faults->errors;

	for (size_t i = 0; i < mapping->column_count; i++)
		column_place(mapping, table, &mapping->columns[i], faults);
	if (faults->errors != errors)
		return -1;
	for (size_t i = 0; i < mapping->column_count; i++)
		if (mapping->columns[i].fill)
			column_fill(table, mapping->columns[i].place);
	columns_add(mapping, table);
	for (size_t i = 0; i < register_table.count; i++) {
		const config_setting_t *list = config_setting_get_member(
			mapping->root, register_table.keys[i].name);

		if (list != NULL)
			names_check(mapping, list, faults);
	}
	return faults->errors != errors ? -1 : 0;
}
