/* definition_read: see definition_read.h. By jansson, whose names base/json.h
   has too. */
#include "pledged/definition_read.h"

#include <jansson.h>
#include <stddef.h>
#include <string.h>

/* NULL: it is not there, or no text. */
static const char *text_of(const json_t *object, const char *key,
	struct arena *arena)
{
	return arena_string(arena,
		json_string_value(json_object_get(object, key)));
}

static char char_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text[0] : '\0';
}

static const struct label *labels_of(const json_t *object, const char *key,
	struct arena *arena, size_t *count)
{
	json_t *labels = json_object_get(object, key), *value;
	struct label *out = arena_alloc(arena, json_object_size(labels) + 1,
		sizeof *out);
	const char *name;

	*count = 0;
	json_object_foreach(labels, name, value)
		if (json_is_string(value))
			out[(*count)++] = (struct label){
				arena_string(arena, name),
				arena_string(arena, json_string_value(value))};
	return out;
}

static bool format_read(const json_t *object, enum source_format *out)
{
	const char *word = json_string_value(json_object_get(object, "format"));

	for (int i = SOURCE_CSV; i < SOURCE_FORMAT_COUNT; i++) {
		*out = (enum source_format)i;
		if (string_is(word, source_format_name(*out)))
			return true;
	}
	return false;
}

static void csv_read(const json_t *object, struct arena *arena,
	struct source *out)
{
	out->csv_delimiter = char_of(object, "delimiter");
	out->csv_decimal = char_of(object, "decimal");
	out->csv_thousands = char_of(object, "thousands");
	out->csv_no_header = json_is_false(json_object_get(object, "header"));
	out->csv_columns_as = labels_of(object, "columns_as", arena,
		&out->csv_columns_as_count);
}

static void parameters_read(const json_t *object, struct arena *arena,
	struct source *out)
{
	size_t count = json_object_size(object);
	struct parameter *parameters = arena_alloc(arena, count + 1,
		sizeof *parameters);
	const char *name;
	json_t *value;

	out->parameters = parameters;
	json_object_foreach((json_t *)object, name, value) {
		struct parameter *parameter = &parameters[out->parameter_count++];

		parameter->name = arena_string(arena, name);
		parameter->values = arena_alloc(arena, 1,
			sizeof *parameter->values);
		parameter->values[0] = json_is_string(value) ?
			arena_string(arena, json_string_value(value)) : "";
		parameter->value_count = 1;
	}
}

int definition_read(const char *text, const char *parameters,
	struct arena *arena, struct source *out, struct error *error)
{
	json_t *object = json_loads(text, 0, NULL);
	json_t *given = json_loads(parameters, 0, NULL);
	bool good;

	*out = (struct source){.indicator = NOT_FOUND};
	good = json_is_object(object) && format_read(object, &out->format);
	out->extract = text_of(object, "extract", arena);
	out->rows = text_of(object, "rows", arena);
	out->columns = labels_of(object, "columns", arena, &out->column_count);
	out->namespaces = labels_of(object, "namespaces", arena,
		&out->namespace_count);
	out->match = text_of(object, "match", arena);
	out->encoding = text_of(object, "encoding", arena);
	out->indicator_id = text_of(object, "indicator", arena);
	csv_read(object, arena, out);
	parameters_read(given, arena, out);
	json_decref(object);
	json_decref(given);
	return good ? 0 : error_set(error, ERROR_INPUT,
		"its definition cannot be read");
}
