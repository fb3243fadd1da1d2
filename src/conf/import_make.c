/* import_make: see import_make.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/mem.h"
#include "conf/conf_write.h"
#include "conf/import_make.h"
#include "conf/import_value.h"
#include "conf/register_tables.h"

#undef config_setting_get_string

#define PROGRESS_ROWS 512	/* between two words of progress */
#define SHOWN 60		/* bytes of a value in a fault */

/* What a cell of the present row means. */
struct made_cell {
	enum { CELL_UNREAD, CELL_GOOD, CELL_FAULTY } state;
	const char *value;
};

/* An element by its list and id. */
struct made_id {
	const char *key;
	struct made *made;
	UT_hash_handle hh;
};

struct making {
	const struct import_mapping *mapping;
	const struct import_table *table;
	struct arena *arena;
	struct faults *faults;
	struct made_all *made;
	struct made_cell *cells;	/* one a column of the mapping */
	struct made_id *ids;
	size_t lists;			/* so far */
	size_t row;
	bool faulty;			/* the row */
	size_t added;			/* values that the row said first */
	struct text text;
};

/* --- faults of a row ------------------------------------------------------- */

static void row_fault(struct making *making, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void row_fault(struct making *making, const char *format, ...)
{
	const struct import_row *row = &making->table->rows[making->row];
	struct origin origin = {making->table->file, row->place.line, 0};
	struct text text;
	va_list arguments;

	making->faulty = true;
	text_init(&text, 0);
	va_start(arguments, format);
	text_addv(&text, format, arguments);
	va_end(arguments);
	faults_error(making->faults, origin, "%s", text_string(&text));
	text_release(&text);
}

static void cell_fault(struct making *making, const struct import_column *column,
	const char *why)
{
	const struct import_row *row = &making->table->rows[making->row];
	struct text name;

	text_init(&name, 0);
	text_add_cell(&name, column->place, row->place.row);
	row_fault(making, "%s \"%.60s\": %s", text_string(&name),
		making->table->header[column->place], why);
	text_release(&name);
}

/* --- strings --------------------------------------------------------------- */

/* What a column says in the present row; NULL after a fault. */
static const char *column_value(struct making *making,
	const struct import_column *column)
{
	const struct import_mapping *mapping = making->mapping;
	const struct import_row *row = &making->table->rows[making->row];
	struct made_cell *cell = &making->cells[column - mapping->columns];
	struct error error;
	struct text text;

	if (column->instead != NULL && row->cells[column->place][0] == '\0')
		return column_value(making, import_column_find(mapping,
			column->instead, strlen(column->instead)));
	if (cell->state != CELL_UNREAD)
		return cell->value;
	text_init(&text, IMPORT_STRING_MAX);
	if (import_value(column, &mapping->form, row->cells[column->place],
	    &text, &error)) {
		*cell = (struct made_cell){CELL_GOOD, arena_string(making->arena,
			text_string(&text))};
	} else {
		*cell = (struct made_cell){CELL_FAULTY, NULL};
		cell_fault(making, column, error.text);
	}
	text_release(&text);
	return cell->value;
}

/* Adds what stands between two names, an escaped one as it is meant. */
static void plain_add(struct text *out, const char *from, const char *to)
{
	while (from < to) {
		if (to - from >= 3 && string_starts(from, "$${"))
			from++;
		text_add_char(out, *from++);
	}
}

/* A string of the mapping in the present row, in making->text; false: it is
   left out, or faulty. */
static bool string_make(struct making *making, const config_setting_t *setting)
{
	const char *string = config_setting_get_string(setting);
	const char *cursor = string, *name;
	bool whole = true;
	size_t length;

	text_clear(&making->text);
	while ((name = import_name_next(&cursor, &length)) != NULL) {
		const struct import_column *column = import_column_find(
			making->mapping, name, length);
		const char *value = column_value(making, column);

		plain_add(&making->text, string, name - 2);
		string = name + length + 1;
		cursor = string;
		if (value == NULL || (value[0] == '\0' &&
		    column->fallback == NULL))
			whole = false;
		else
			text_add_string(&making->text, value);
	}
	plain_add(&making->text, string, string + strlen(string));
	if (making->text.cut) {
		row_fault(making, "%s: has more than 65536 bytes",
			config_setting_name(setting) != NULL ?
			config_setting_name(setting) : "a string");
		text_release(&making->text);
		text_init(&making->text, IMPORT_STRING_MAX);
		return false;
	}
	return whole;
}

/* --- values ---------------------------------------------------------------- */

static struct made_value *value_find(const struct made *made, const char *name)
{
	struct made_value *value = made->first;

	while (value != NULL && strcmp(value->name, name) != 0)
		value = value->next;
	return value;
}

static struct made_value *value_add(struct making *making, struct made *made,
	const config_setting_t *from)
{
	struct made_value *value = arena_alloc(making->arena, 1, sizeof *value);

	*value = (struct made_value){.name = config_setting_name(from),
		.from = from, .row = making->row};
	if (made->last != NULL)
		made->last->next = value;
	else
		made->first = value;
	made->last = value;
	return value;
}

/* Adds a scalar as it is written; false: it is left out. */
static bool scalar_make(struct making *making, const config_setting_t *setting,
	struct text *out)
{
	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		text_add_scalar(out, setting);
	else if (string_make(making, setting))
		text_add_quoted(out, text_string(&making->text));
	else
		return false;
	return true;
}

/* Adds values on one line, without those that are left out; false when none is
   there though there were some. */
static bool scalars_make(struct making *making, const config_setting_t *setting,
	struct text *out)
{
	bool array = config_setting_is_array(setting);
	int count = config_setting_length(setting);
	int made = 0;

	text_add_string(out, array ? "[" : "(");
	for (int i = 0; i < count; i++) {
		size_t before = out->length;

		text_add_string(out, made != 0 ? ", " : " ");
		if (scalar_make(making, config_setting_get_elem(setting,
		    (unsigned)i), out)) {
			made++;
		} else {
			out->length = before;
			out->data[before] = '\0';
		}
	}
	text_add_string(out, array ? " ]" : " )");
	return made != 0 || count == 0;
}

static void value_differs(struct making *making, const struct made_value *value,
	const char *text)
{
	const struct import_row *other = &making->table->rows[value->row];

	row_fault(making, "%s is %.*s here and %.*s in row %d (line %d), which "
		"has the same id", value->name, SHOWN, text, SHOWN, value->text,
		other->place.row, other->place.line);
}

static void text_make(struct making *making, const config_setting_t *setting,
	struct made *made)
{
	struct made_value *value = value_find(made,
		config_setting_name(setting));
	struct text text;

	text_init(&text, 0);
	if (config_setting_is_aggregate(setting) ?
	    scalars_make(making, setting, &text) :
	    scalar_make(making, setting, &text)) {
		if (value == NULL) {
			value = value_add(making, made, setting);
			value->text = arena_string(making->arena,
				text_string(&text));
			making->added++;
		} else if (!string_is(value->text, text_string(&text))) {
			value_differs(making, value, text_string(&text));
		}
	}
	text_release(&text);
}

/* --- groups and elements --------------------------------------------------- */

static void group_make(struct making *making, const config_setting_t *from,
	struct made *made);

/* Whether a group is wanted in the present row. */
static bool group_is_wanted(struct making *making, const config_setting_t *group)
{
	const config_setting_t *when = config_setting_get_member(group, "when");

	return when == NULL || config_setting_get_string(when) == NULL ||
		(string_make(making, when) && making->text.length != 0);
}

static struct made *made_new(struct making *making, const config_setting_t *from)
{
	struct made *made = arena_alloc(making->arena, 1, sizeof *made);

	*made = (struct made){.from = from, .row = making->row};
	return made;
}

/* A group that nothing is said in is not there. */
static void value_group_make(struct making *making,
	const config_setting_t *setting, struct made *made)
{
	struct made_value *value = value_find(made, config_setting_name(setting));
	struct made *group;

	if (!group_is_wanted(making, setting))
		return;
	group = value != NULL ? value->group : made_new(making, setting);
	group_make(making, setting, group);
	if (value == NULL && group->first != NULL)
		value_add(making, made, setting)->group = group;
}

/* What an element is known by in its list: its id, or that it speaks of no
   column and so is there once. false: by nothing, it is always a new one. */
static bool element_key(struct making *making, const struct made_list *list,
	const config_setting_t *element, struct text *key)
{
	const config_setting_t *id = config_setting_get_member(element, "id");

	text_addf(key, "%zu ", list->number);
	if (id != NULL && config_setting_get_string(id) != NULL &&
	    string_make(making, id))
		text_add_string(key, text_string(&making->text));
	else if (id == NULL && !import_speaks(element))
		text_addf(key, "%p", (const void *)element);
	else
		return false;
	return true;
}

/* Where the element with a key is or will be; NULL: it has none. */
static struct made_id *id_place(struct making *making,
	const struct made_list *list, const config_setting_t *element)
{
	struct made_id *place = NULL;
	struct text key;

	text_init(&key, 0);
	if (!element_key(making, list, element, &key)) {
		text_release(&key);
		return NULL;
	}
	HASH_FIND(hh, making->ids, text_string(&key), key.length, place);
	if (place == NULL) {
		place = arena_alloc(making->arena, 1, sizeof *place);
		place->key = arena_string(making->arena, text_string(&key));
		HASH_ADD_KEYPTR(hh, making->ids, place->key, key.length, place);
	}
	text_release(&key);
	return place;
}

static void list_append(struct made_list *list, struct made *made)
{
	if (list->last != NULL)
		list->last->next = made;
	else
		list->first = made;
	list->last = made;
}

static void made_count(struct making *making, const config_setting_t *element)
{
	const char *list = config_setting_name(config_setting_parent(element));

	making->made->pledges += string_is(list, "pledges");
	making->made->milestones += string_is(list, "milestones");
}

static void element_make(struct making *making, struct made_list *list,
	const config_setting_t *element)
{
	struct made_id *place;
	struct made *made;

	if (!config_setting_is_group(element) ||
	    !group_is_wanted(making, element))
		return;
	place = id_place(making, list, element);
	made = place != NULL && place->made != NULL ? place->made :
		made_new(making, element);
	if (place != NULL && place->made == NULL)
		place->made = made;
	bool is_new = made->first == NULL;

	group_make(making, element, made);
	if (!is_new || made->first == NULL)
		return;
	list_append(list, made);
	made_count(making, element);
}

static void value_list_make(struct making *making,
	const config_setting_t *setting, struct made *made)
{
	struct made_value *value = value_find(made, config_setting_name(setting));
	struct made_list *list = value != NULL ? value->list :
		arena_alloc(making->arena, 1, sizeof *list);
	int count = config_setting_length(setting);

	if (value == NULL)
		list->number = ++making->lists;
	for (int i = 0; i < count; i++)
		element_make(making, list, config_setting_get_elem(setting,
			(unsigned)i));
	if (value == NULL && list->first != NULL)
		value_add(making, made, setting)->list = list;
}

static bool list_has_groups(const config_setting_t *setting)
{
	return config_setting_is_list(setting) &&
		config_setting_length(setting) != 0 && config_setting_is_group(
		config_setting_get_elem(setting, 0));
}

static void member_make(struct making *making, const config_setting_t *member,
	struct made *made)
{
	if (config_setting_is_group(member))
		value_group_make(making, member, made);
	else if (list_has_groups(member))
		value_list_make(making, member, made);
	else
		text_make(making, member, made);
}

static void group_make(struct making *making, const config_setting_t *from,
	struct made *made)
{
	int count = config_setting_length(from);

	for (int i = 0; i < count; i++) {
		const config_setting_t *member = config_setting_get_elem(from,
			(unsigned)i);

		if (!string_is(config_setting_name(member), "when"))
			member_make(making, member, made);
	}
}

/* --- rows ------------------------------------------------------------------ */

/* The lists of a register; the rest of the mapping is about the table. */
static void lists_make(struct making *making)
{
	const config_setting_t *root = making->mapping->root;
	int count = config_setting_length(root);

	for (int i = 0; i < count; i++) {
		const config_setting_t *list = config_setting_get_elem(root,
			(unsigned)i);

		if (conf_table_has(&register_table, config_setting_name(list)))
			member_make(making, list, &making->made->root);
	}
}

/* Whether no cell that was looked at says anything. */
static bool row_is_silent(const struct making *making)
{
	for (size_t i = 0; i < making->mapping->column_count; i++)
		if (making->cells[i].state == CELL_GOOD &&
		    making->cells[i].value[0] != '\0')
			return false;
	return true;
}

static void row_make(struct making *making)
{
	const struct import_row *row = &making->table->rows[making->row];
	struct origin origin = {making->table->file, row->place.line, 0};

	memset(making->cells, 0,
		making->mapping->column_count * sizeof *making->cells);
	making->faulty = false;
	making->added = 0;
	if (row->excess > 0)
		row_fault(making, "%zu cell%s with text behind the last column "
			"of the header", row->excess, row->excess == 1 ? "" : "s");
	lists_make(making);
	if (making->faulty)
		return;
	if (row_is_silent(making))
		making->made->silent++;
	else if (making->added == 0)
		faults_warning(making->faults, origin, "row-repeats", "says "
			"nothing that rows before it do not: is it there "
			"twice?");
}

size_t import_make(const struct import_mapping *mapping,
	const struct import_table *table, struct arena *arena,
	struct made_all *made, import_progress *progress, void *context,
	struct faults *faults)
{
	struct making making = {.mapping = mapping, .table = table,
		.arena = arena, .faults = faults, .made = made,
		.cells = mem_new(mapping->column_count + 1,
			sizeof *making.cells)};
	size_t marked = 0;

	*made = (struct made_all){.root = {.from = mapping->root}};
	text_init(&making.text, IMPORT_STRING_MAX);
	for (making.row = 0; making.row < table->count; making.row++) {
		if (making.row % PROGRESS_ROWS == 0)
			progress(context, making.row, table->count);
		if (table->rows[making.row].left_out)
			continue;
		row_make(&making);
		table->rows[making.row].left_out = making.faulty;
		marked += making.faulty;
	}
	HASH_CLEAR(hh, making.ids);
	text_release(&making.text);
	free(making.cells);
	return marked;
}
