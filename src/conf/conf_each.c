/*
 * conf_each: products of tables and lists, counted through with the last
 * fastest, like the digits of a number.
 */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/mem.h"
#include "conf/conf_each.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "core/register.h"

#undef config_setting_get_string

#define VALUE_SHOWN 40		/* bytes of a value in a fault */

/* --- names ----------------------------------------------------------------- */

/* The name between "${" and "}"; NULL: the string has no more. An escaped one
   is passed over. */
static const char *reference_next(const char *string, size_t *length)
{
	while ((string = strchr(string, '$')) != NULL) {
		if (string_starts(string, "$${")) {
			string += 3;
		} else if (string[1] == '{') {
			*length = strcspn(string + 2, "}");
			return string + 2;
		} else {
			string++;
		}
	}
	return NULL;
}

static bool span_is(const char *span, size_t length, const char *string)
{
	return strlen(string) == length && memcmp(span, string, length) == 0;
}

/* A column by its full name, "place.code" or "code". */
static bool dimension_column(const struct each_dimension *dimension,
	const char *name, size_t length, size_t *column)
{
	size_t prefix = dimension->prefix != NULL ?
		strlen(dimension->prefix) : 0;

	if (prefix != 0) {
		if (length <= prefix || name[prefix] != '.' ||
		    memcmp(name, dimension->prefix, prefix) != 0)
			return false;
		name += prefix + 1;
		length -= prefix + 1;
	}
	for (*column = 0; *column < dimension->rows->column_count; ++*column)
		if (span_is(name, length, dimension->rows->columns[*column]))
			return true;
	return false;
}

/* The row of a dimension in the instance being read. */
static size_t each_row(const struct conf_each *each, size_t dimension)
{
	size_t number = each->number;

	for (size_t i = each->dimension_count - 1; i > dimension; i--)
		number /= each->dimensions[i].rows->count;
	return number % each->dimensions[dimension].rows->count;
}

static bool each_find(const struct conf_each *each, const char *name,
	size_t length, struct each_name *out)
{
	for (size_t i = 0; i < each->dimension_count; i++) {
		const struct conf_rows *rows = each->dimensions[i].rows;
		size_t column, row;

		if (!dimension_column(&each->dimensions[i], name, length,
		    &column))
			continue;
		row = each_row(each, i);
		*out = (struct each_name){name, rows->cells[row *
			rows->column_count + column], {rows->file,
			rows->lines[row], 0}};
		return true;
	}
	return false;
}

static bool name_find(const struct conf_reader *reader, const char *name,
	size_t length, struct each_name *out)
{
	for (const struct conf_each *each = reader->each; each != NULL;
	    each = each->outer)
		if (each_find(each, name, length, out))
			return true;
	return false;
}

static bool reference_is_first(const char *string, const char *name,
	size_t length)
{
	size_t other_length;

	for (const char *other = string; (other = reference_next(other,
	    &other_length)) != name; other += other_length)
		if (other_length == length && memcmp(other, name, length) == 0)
			return false;
	return true;
}

bool each_name_next(const struct conf_reader *reader, const char *string,
	const char **cursor, struct each_name *out)
{
	size_t length;
	const char *name;

	while ((name = reference_next(*cursor, &length)) != NULL) {
		*cursor = name + length;
		if (reference_is_first(string, name, length) &&
		    name_find(reader, name, length, out))
			return true;
	}
	return false;
}

/* --- replacing ------------------------------------------------------------- */

/* All names bound, for a fault. */
static void names_list(const struct conf_reader *reader, const char **names,
	size_t most)
{
	size_t count = 0;

	for (const struct conf_each *each = reader->each; each != NULL;
	    each = each->outer)
		for (size_t i = 0; i < each->dimension_count; i++) {
			const struct each_dimension *dimension =
				&each->dimensions[i];

			for (size_t j = 0; j < dimension->rows->column_count &&
			    count < most; j++)
				names[count++] = dimension->prefix == NULL ?
					dimension->rows->columns[j] :
					arena_printf(reader->arena, "%s.%s",
					dimension->prefix,
					dimension->rows->columns[j]);
		}
	names[count] = NULL;
}

/* Once a setting, not once an instance. */
static void reference_fault(struct conf_reader *reader,
	const config_setting_t *setting, const char *name, size_t length)
{
	const char *names[ROWS_COLUMNS_MAX + 1], *near;
	char *word = mem_string_n(name, length);
	struct text known;

	names_list(reader, names, ROWS_COLUMNS_MAX);
	near = string_nearest(word, names);
	text_init(&known, 1024);
	for (size_t i = 0; names[i] != NULL && near == NULL; i++)
		text_addf(&known, "%s${%s}", i != 0 ? ", " : "", names[i]);
	if (near != NULL)
		conf_fault_plain(reader, setting, "there is no ${%.64s} here, "
			"nearest is ${%s}", word, near);
	else
		conf_fault_plain(reader, setting, "there is no ${%.64s} here, "
			"only %s", word, text_string(&known));
	text_release(&known);
	free(word);
}

/* The period of a recurring milestone is put in later, so it stays. */
static bool name_is_of_a_series(const char *name, size_t length,
	struct each_name *out)
{
	static const char word[] = "period";

	out->value = "${period}";
	return length == sizeof word - 1 && memcmp(name, word, length) == 0;
}

/* Adds a string with its names replaced; false with a fault told. */
static bool string_replace(struct conf_reader *reader,
	const config_setting_t *setting, const char *string, struct text *out)
{
	struct each_name found;

	while (*string != '\0') {
		size_t plain = strcspn(string, "$"), length;

		text_add(out, string, plain);
		string += plain;
		if (string_starts(string, "$${")) {
			text_add_string(out, "${");
			string += 3;
		} else if (string_starts(string, "${")) {
			length = strcspn(string += 2, "}");
			if (string[length] == '\0')
				return conf_fault_plain(reader, setting,
					"a ${ without its }: for the characters "
					"themselves write $${");
			if (!name_find(reader, string, length, &found) &&
			    !name_is_of_a_series(string, length, &found)) {
				reference_fault(reader, setting, string, length);
				return false;
			}
			text_add_string(out, found.value);
			string += length + 1;
		} else if (*string != '\0') {
			text_add_char(out, *string++);
		}
	}
	return !out->cut || conf_fault(reader, setting, "is longer than the %d "
		"bytes it may have with its names replaced", EACH_STRING_MAX);
}

const char *conf_string(struct conf_reader *reader,
	const config_setting_t *setting)
{
	const char *string = config_setting_get_string(setting);

	if (string == NULL || reader->each == NULL ||
	    strstr(string, "${") == NULL)
		return string;
	if (reader->replaced.limit == 0)
		text_init(&reader->replaced, EACH_STRING_MAX);
	text_clear(&reader->replaced);
	return string_replace(reader, setting, string, &reader->replaced) ?
		text_string(&reader->replaced) : NULL;
}

/* --- what is gone over ------------------------------------------------------ */

/* A table, read when it is first asked for. */
static const struct conf_rows *rows_find(struct conf_reader *reader,
	const config_setting_t *setting, const char *name)
{
	struct conf_rows *rows;
	struct origin place;
	struct error error;
	const char *path;

	path = conf_file_join(reader->arena, reader->folder, name);
	for (rows = reader->tables; rows != NULL; rows = rows->next)
		if (string_is(rows->path, path))
			return rows;
	rows = conf_rows_read(reader->arena, path, reader->digest, &place,
		&error);
	if (rows != NULL) {
		rows->next = reader->tables;
		return reader->tables = rows;
	}
	if (place.line != 0)
		conf_fault(reader, setting, "%s:%d: %s", place.file, place.line,
			error.text);
	else
		conf_fault(reader, setting, "%s: %s", place.file, error.text);
	return NULL;
}

static bool dimension_table(struct conf_reader *reader,
	const config_setting_t *setting, struct each_dimension *dimension)
{
	const char *name = conf_string(reader, setting);

	if (name == NULL)
		return false;
	if (name[0] == '\0')
		return conf_fault(reader, setting, "names no table");
	dimension->rows = rows_find(reader, setting, name);
	if (dimension->rows == NULL || dimension->rows->count != 0)
		return dimension->rows != NULL;
	conf_warn(reader, setting, "each-empty", "%s has no row under its "
		"header, so there is nothing to make of this", name);
	return true;
}

static bool dimension_values(struct conf_reader *reader,
	const config_setting_t *setting, struct each_dimension *dimension)
{
	struct conf_rows *rows = &dimension->list;
	size_t count = (size_t)config_setting_length(setting);

	if (count == 0)
		return conf_fault(reader, setting, "has no value");
	if (count > EACH_INSTANCES_MAX)
		return conf_fault(reader, setting, "has %zu values, at most %d "
			"are possible", count, EACH_INSTANCES_MAX);
	dimension->name = config_setting_name(setting);
	*rows = (struct conf_rows){.file = reader->file,
		.columns = &dimension->name, .column_count = 1,
		.cells = mem_new(count, sizeof *rows->cells),
		.lines = mem_new(count, sizeof *rows->lines), .count = count};
	for (size_t i = 0; i < count; i++) {
		const config_setting_t *element = config_setting_get_elem(
			setting, (unsigned)i);
		char room[DECIMAL_STRING_MAX];
		const char *value = conf_number_string(reader, element,
			"a string or a number", room);

		if (value == NULL)
			return false;
		rows->cells[i] = conf_shared(reader, value);
		rows->lines[i] = conf_origin(reader, element).line;
	}
	dimension->rows = rows;
	return true;
}

/* The whole for_each, or one member of its group. */
static bool dimension_open(struct conf_each *each,
	const config_setting_t *setting, const char *prefix)
{
	struct conf_reader *reader = each->reader;
	struct each_dimension *dimension =
		&each->dimensions[each->dimension_count];
	bool good;

	*dimension = (struct each_dimension){0};
	each->dimension_count++;
	if (config_setting_type(setting) == CONFIG_TYPE_STRING) {
		dimension->prefix = prefix;
		good = dimension_table(reader, setting, dimension);
	} else if (prefix != NULL && (config_setting_is_array(setting) ||
	    config_setting_is_list(setting))) {
		good = dimension_values(reader, setting, dimension);
	} else {
		good = conf_fault(reader, setting, prefix != NULL ? "the name "
			"of a table or a list of values is expected" :
			"the name of a table or a group { name = [ … ]; } is "
			"expected");
	}
	return good;
}

/* No name may mean one thing inside and another outside. */
static bool dimension_is_new(const struct conf_each *each,
	const config_setting_t *setting, const struct each_dimension *dimension)
{
	const struct conf_rows *rows = dimension->rows;
	struct each_name found;

	for (size_t i = 0; i < rows->column_count; i++) {
		struct text name;
		bool known;

		text_init(&name, 0);
		text_addf(&name, "%s%s%s", dimension->prefix != NULL ?
			dimension->prefix : "", dimension->prefix != NULL ?
			"." : "", rows->columns[i]);
		known = name_find(each->reader, text_string(&name), name.length,
			&found);
		if (known)
			conf_fault(each->reader, setting, "${%s} is already a "
				"name of the element around this one: give it "
				"another", text_string(&name));
		text_release(&name);
		if (known)
			return false;
	}
	return true;
}

static bool each_fill(struct conf_each *each, const config_setting_t *setting)
{
	int count = config_setting_length(setting);
	bool good = true;

	if (!config_setting_is_group(setting))
		return dimension_open(each, setting, NULL) && dimension_is_new(
			each, setting, &each->dimensions[0]);
	if (count == 0 || count > EACH_DIMENSIONS_MAX)
		return conf_fault(each->reader, setting, "has %d names, 1 to %d "
			"are possible", count, EACH_DIMENSIONS_MAX);
	for (int i = 0; i < count; i++) {
		const config_setting_t *member = config_setting_get_elem(
			setting, (unsigned)i);

		good &= dimension_open(each, member,
			config_setting_name(member)) && dimension_is_new(each,
			member, &each->dimensions[each->dimension_count - 1]);
	}
	return good;
}

static bool each_count(struct conf_each *each, const config_setting_t *setting)
{
	each->total = 1;
	for (size_t i = 0; i < each->dimension_count; i++)
		each->total *= each->total > EACH_INSTANCES_MAX ? 1 :
			each->dimensions[i].rows->count;
	if (each->total > EACH_INSTANCES_MAX)
		return conf_fault(each->reader, setting, "makes more than the %d "
			"instances there may be of one element",
			EACH_INSTANCES_MAX);
	each->reader->instances += each->total;
	return each->reader->instances <= EACH_TOTAL_MAX ||
		conf_fault_plain(each->reader, setting, "makes more than the %d "
			"instances there may be of all elements together",
			EACH_TOTAL_MAX);
}

/* --- instances ------------------------------------------------------------- */

bool conf_each_open(struct conf_reader *reader, struct conf_each *each,
	const config_setting_t *element, bool possible)
{
	const config_setting_t *setting = possible ?
		config_setting_get_member(element, "for_each") : NULL;
	bool good = true;

	*each = (struct conf_each){.reader = reader, .element = element,
		.outer = reader->each, .total = 1, .depth = 1};
	if (setting == NULL)
		return true;
	each->depth += reader->each != NULL ? reader->each->depth : 0;
	if (each->depth > EACH_DEPTH_MAX)
		good = conf_fault(reader, setting, "stands within %d others, "
			"at most %d are possible", EACH_DEPTH_MAX,
			EACH_DEPTH_MAX - 1);
	if (!good || !each_fill(each, setting) || !each_count(each, setting)) {
		each->total = 0;
		return false;
	}
	each->bound = true;
	return true;
}

bool conf_each_next(struct conf_each *each)
{
	each->number += each->begun;
	each->begun = true;
	if (each->bound)
		each->reader->each = each->number < each->total ? each :
			each->outer;
	return each->number < each->total;
}

void conf_each_close(struct conf_each *each)
{
	each->reader->each = each->outer;
	for (size_t i = 0; i < each->dimension_count; i++) {
		free(each->dimensions[i].list.cells);
		free(each->dimensions[i].list.lines);
	}
	free(each->ids);
}

/* --- ids ------------------------------------------------------------------- */

struct each_id {
	const char *id;		/* shared: equal ids are the same pointer */
	size_t number;		/* of the instance */
};

static struct each_id *each_id_place(struct conf_each *each, const char *id)
{
	size_t at = hash_bytes(&id, sizeof id) & (each->id_room - 1);

	while (each->ids[at].id != NULL && each->ids[at].id != id)
		at = (at + 1) & (each->id_room - 1);
	return &each->ids[at];
}

static void each_ids_new(struct conf_each *each)
{
	each->id_room = 4;
	while (each->id_room < 2 * each->total)
		each->id_room *= 2;
	each->ids = mem_new(each->id_room, sizeof *each->ids);
}

/* What tells an instance from others of its element. */
static void instance_add(struct conf_each *each, size_t number,
	struct text *out)
{
	size_t now = each->number;

	each->number = number;
	for (size_t i = 0; i < each->dimension_count; i++) {
		const struct conf_rows *rows = each->dimensions[i].rows;
		size_t row = each_row(each, i);

		text_addf(out, "%s%s%s%s = \"%.*s\"", i != 0 ? "; " : "",
			each->dimensions[i].prefix != NULL ?
			each->dimensions[i].prefix : "",
			each->dimensions[i].prefix != NULL ? "." : "",
			rows->columns[0], VALUE_SHOWN,
			rows->cells[row * rows->column_count]);
		if (rows->path != NULL)
			text_addf(out, ", %s:%d", rows->file, rows->lines[row]);
	}
	each->number = now;
}

static const char *made_of_values(struct conf_reader *reader)
{
	struct conf_each *chain[EACH_DEPTH_MAX];
	const char *values;
	struct text text;
	size_t count = 0;

	for (struct conf_each *each = reader->each; each != NULL &&
	    count < EACH_DEPTH_MAX; each = each->outer)
		chain[count++] = each;
	text_init(&text, 0);
	while (count-- > 0) {
		if (text.length != 0)
			text_add_string(&text, "; ");
		instance_add(chain[count], chain[count]->number, &text);
	}
	values = arena_string(reader->arena, text_string(&text));
	text_release(&text);
	return values;
}

/* Lines ascend, so that one that is there already is the last. */
static size_t lines_add(const config_setting_t *setting, int *lines,
	size_t count)
{
	const char *string = config_setting_get_string(setting);
	int line = (int)config_setting_source_line(setting);
	int inside = config_setting_is_aggregate(setting) ?
		config_setting_length(setting) : 0;
	size_t length;

	for (int i = 0; i < inside; i++)
		count = lines_add(config_setting_get_elem(setting, (unsigned)i),
			lines, count);
	if (string == NULL || reference_next(string, &length) == NULL ||
	    count == EACH_LINES_MAX || (count != 0 && lines[count - 1] == line))
		return count;
	lines[count] = line;
	return count + 1;
}

const struct made_of *conf_made_of(struct conf_reader *reader,
	const config_setting_t *group)
{
	int lines[EACH_LINES_MAX], *kept;
	struct made_of *made_of;
	size_t count = reader->each != NULL ? lines_add(group, lines, 0) : 0;

	if (count == 0)
		return NULL;
	made_of = arena_alloc(reader->arena, 1, sizeof *made_of);
	kept = arena_alloc(reader->arena, count, sizeof *kept);
	memcpy(kept, lines, count * sizeof *kept);
	*made_of = (struct made_of){made_of_values(reader), kept, count};
	return made_of;
}

/* Told once an element: what is wrong with one is wrong with many. */
static bool each_id_twice(struct conf_each *each,
	const config_setting_t *setting, const char *id, size_t first)
{
	struct text one, other;
	size_t length;

	if (each->twice)
		return false;
	each->twice = true;
	text_init(&one, 0);
	text_init(&other, 0);
	instance_add(each, first, &one);
	instance_add(each, each->number, &other);
	conf_fault_plain(each->reader, setting, "'%s' is the id of two "
		"instances: %s and %s%s", id, text_string(&one),
		text_string(&other), reference_next(
		config_setting_get_string(setting), &length) == NULL ?
		"; write a ${name} into it" : "");
	text_release(&one);
	text_release(&other);
	return false;
}

bool conf_each_id(struct conf_reader *reader, const config_setting_t *setting,
	const char *id, bool hyphens)
{
	struct conf_each *each = reader->each;
	struct each_id *place;

	if (each == NULL)
		return true;
	if (!id_is_valid(id, hyphens))
		return conf_fault(reader, setting, "'%.120s' is no id: one is "
			"letters, digits, '.'%s and '_', at most 100 of them", id,
			hyphens ? ", '-'" : "");
	if (each->element != config_setting_parent(setting))
		return true;
	if (each->ids == NULL)
		each_ids_new(each);
	place = each_id_place(each, id);
	if (place->id != NULL)
		return each_id_twice(each, setting, id, place->number);
	*place = (struct each_id){id, each->number};
	return true;
}
