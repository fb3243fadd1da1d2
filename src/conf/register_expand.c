/*
 * register_expand: one list after another, each through all files, so that no
 * more than one file is in memory at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf_each.h"
#include "conf/conf_value.h"
#include "conf/conf_write.h"
#include "conf/register_expand.h"
#include "conf/register_file.h"
#include "conf/register_tables.h"

#undef config_setting_get_string

#define PIECE ((size_t)64 << 10)	/* written at once */

struct expand {
	struct conf_reader *reader;
	const struct conf_key *list;	/* being written */
	size_t elements;		/* of it */
	struct text out;
	expand_write *write;
	void *context;
	bool ended;			/* nothing more is wanted */
};

static void expand_flush(struct expand *expand, size_t least)
{
	if (expand->out.length <= least)
		return;
	if (!expand->ended && !expand->write(expand->context,
	    text_string(&expand->out), expand->out.length))
		expand->ended = true;
	text_clear(&expand->out);
}

static void expand_indent(struct expand *expand, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		text_add_char(&expand->out, '\t');
}

/* --- values ---------------------------------------------------------------- */

static void expand_string(struct expand *expand, const struct conf_key *key,
	const config_setting_t *setting)
{
	const char *string = conf_string(expand->reader, setting);
	char *moved;

	if (string == NULL)
		string = "";
	if (key == NULL || key->moved == NULL) {
		text_add_quoted(&expand->out, string);
		return;
	}
	moved = key->moved(expand->reader, string);
	text_add_quoted(&expand->out, moved);
	free(moved);
}

static void expand_scalar(struct expand *expand, const struct conf_key *key,
	const config_setting_t *setting)
{
	if (config_setting_type(setting) == CONFIG_TYPE_STRING)
		expand_string(expand, key, setting);
	else
		text_add_scalar(&expand->out, setting);
}

/* --- where from ------------------------------------------------------------ */

static bool origin_is(struct origin a, struct origin b)
{
	return a.line == b.line && string_is(a.file, b.file);
}

static void origin_add(struct text *out, struct origin origin)
{
	text_add_printable(out, origin.file);
	text_addf(out, ":%d", origin.line);
}

/* The places of the names in a string, each once; those of a row stand on one
   line, so what matters is the one before. */
static void expand_names(struct expand *expand,
	const config_setting_t *setting, struct origin *last)
{
	const char *string = config_setting_get_string(setting);
	const char *cursor = string;
	struct each_name name;

	while (string != NULL &&
	    each_name_next(expand->reader, string, &cursor, &name)) {
		if (origin_is(name.origin, *last))
			continue;
		text_add_string(&expand->out, ", ");
		origin_add(&expand->out, name.origin);
		*last = name.origin;
	}
}

static void expand_origin(struct expand *expand,
	const config_setting_t *setting)
{
	struct origin last = conf_origin(expand->reader, setting);
	int count = config_setting_is_aggregate(setting) ?
		config_setting_length(setting) : 0;

	text_add_string(&expand->out, "  // ");
	origin_add(&expand->out, last);
	expand_names(expand, setting, &last);
	for (int i = 0; i < count; i++)
		expand_names(expand, config_setting_get_elem(setting,
			(unsigned)i), &last);
	text_add_char(&expand->out, '\n');
}

/* --- settings -------------------------------------------------------------- */

static void expand_group(struct expand *expand, const struct conf_table *table,
	const struct conf_key *all, const config_setting_t *setting, size_t depth);
static bool expand_value(struct expand *expand, const struct conf_key *key,
	const config_setting_t *setting, size_t depth);

/* Another element of a list, a comma behind the one before. */
static void expand_comma(struct expand *expand, size_t before)
{
	if (before != 0)
		text_add_string(&expand->out, ",\n");
}

static void expand_element(struct expand *expand,
	const struct conf_table *table, const config_setting_t *element,
	size_t depth, size_t *written)
{
	struct conf_each each;

	conf_each_open(expand->reader, &each, element, table != NULL &&
		conf_table_find(table, "for_each") != NULL);
	while (!expand->ended && conf_each_next(&each)) {
		expand_comma(expand, (*written)++);
		expand_indent(expand, depth);
		expand_group(expand, table, NULL, element, depth);
		expand_flush(expand, PIECE);
	}
	conf_each_close(&each);
}

static void expand_list(struct expand *expand, const struct conf_table *table,
	const config_setting_t *setting, size_t depth)
{
	int count = config_setting_length(setting);
	size_t written = 0;

	text_add_string(&expand->out, "(\n");
	for (int i = 0; i < count; i++) {
		const config_setting_t *element = config_setting_get_elem(
			setting, (unsigned)i);

		if (config_setting_is_group(element)) {
			expand_element(expand, table, element, depth + 1,
				&written);
			continue;
		}
		expand_comma(expand, written++);
		expand_indent(expand, depth + 1);
		expand_value(expand, NULL, element, depth + 1);
	}
	text_add_string(&expand->out, written != 0 ? "\n" : "");
	expand_indent(expand, depth);
	text_add_char(&expand->out, ')');
}

/* Values on one line. */
static void expand_values(struct expand *expand, const struct conf_key *key,
	const config_setting_t *setting, size_t depth)
{
	bool array = config_setting_is_array(setting);
	int count = config_setting_length(setting);

	text_add_string(&expand->out, array ? "[" : "(");
	for (int i = 0; i < count; i++) {
		text_add_string(&expand->out, i != 0 ? ", " : " ");
		expand_value(expand, key, config_setting_get_elem(setting,
			(unsigned)i), depth);
	}
	text_add_string(&expand->out, array ? " ]" : " )");
}

static bool list_has_groups(const config_setting_t *setting)
{
	return config_setting_is_list(setting) &&
		config_setting_length(setting) != 0 && config_setting_is_group(
		config_setting_get_elem(setting, 0));
}

/* Whether lines of its own follow, which say where they are from. */
static bool expand_value(struct expand *expand, const struct conf_key *key,
	const config_setting_t *setting, size_t depth)
{
	const struct conf_table *inside = key != NULL ? key->inside : NULL;

	if (config_setting_is_group(setting))
		expand_group(expand, inside, inside == NULL ? key : NULL,
			setting, depth);
	else if (list_has_groups(setting))
		expand_list(expand, inside, setting, depth);
	else if (config_setting_is_aggregate(setting))
		expand_values(expand, key, setting, depth);
	else
		expand_scalar(expand, key, setting);
	return config_setting_is_group(setting) || list_has_groups(setting);
}

static void expand_member(struct expand *expand, const struct conf_key *key,
	const config_setting_t *setting, size_t depth)
{
	bool lines;

	expand_indent(expand, depth);
	text_addf(&expand->out, "%s = ", config_setting_name(setting));
	lines = expand_value(expand, key, setting, depth);
	text_add_char(&expand->out, ';');
	if (lines)
		text_add_char(&expand->out, '\n');
	else
		expand_origin(expand, setting);
}

/* all: what every member is, of a group whose names are free; NULL: nothing is
   known of them. */
static void expand_group(struct expand *expand, const struct conf_table *table,
	const struct conf_key *all, const config_setting_t *setting, size_t depth)
{
	int count = config_setting_length(setting);

	text_add_string(&expand->out, "{\n");
	for (int i = 0; i < count; i++) {
		const config_setting_t *member = config_setting_get_elem(
			setting, (unsigned)i);
		const struct conf_key *key = table == NULL ? all :
			conf_table_find(table, config_setting_name(member));

		if (key == NULL || key->kind != &conf_for_each)
			expand_member(expand, key, member, depth + 1);
	}
	expand_indent(expand, depth);
	text_add_char(&expand->out, '}');
}

/* --- files ----------------------------------------------------------------- */

/* The elements of the list being written that one file has. */
static void expand_file(struct conf_reader *reader,
	const config_setting_t *root, void *context)
{
	struct expand *expand = context;
	const config_setting_t *list = config_setting_get_member(root,
		expand->list->name);
	int count = list != NULL ? config_setting_length(list) : 0;

	(void)reader;
	for (int i = 0; i < count; i++) {
		if (expand->elements == 0)
			text_addf(&expand->out, "%s = (\n", expand->list->name);
		expand_element(expand, expand->list->inside,
			config_setting_get_elem(list, (unsigned)i), 1,
			&expand->elements);
	}
}

static void expand_all(struct expand *expand, const struct settings *settings)
{
	for (size_t i = 0; i < register_table.count; i++) {
		expand->list = &register_table.keys[i];
		expand->elements = 0;
		expand->reader->instances = 0;
		register_files_read(settings, expand->reader, expand_file,
			expand);
		if (expand->elements != 0)
			text_add_string(&expand->out, "\n);\n");
	}
	expand_flush(expand, 0);
}

int register_expand(const struct settings *settings, expand_write *write,
	void *context, struct faults *faults)
{
	struct arena *arena = arena_new();
	size_t errors = faults->errors;
	struct conf_reader reader;
	struct expand expand = {.reader = &reader, .write = write,
		.context = context};

	conf_reader_init(&reader, arena, faults);
	text_init(&expand.out, 0);
	expand_all(&expand, settings);
	text_release(&expand.out);
	conf_reader_release(&reader);
	arena_free(arena);
	return expand.ended || faults->errors != errors ? -1 : 0;
}
