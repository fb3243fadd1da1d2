/* definition: see definition.h. */
#include "core/definition.h"

#include "base/json.h"

static void put_given(struct json *json, const char *key, const char *value)
{
	if (value != NULL)
		json_put_string(json, key, value);
}

static void put_char(struct json *json, const char *key, char c)
{
	char string[] = {c, '\0'};

	if (c != '\0')
		json_put_string(json, key, string);
}

static void put_labels(struct json *json, const char *key,
	const struct label *labels, size_t count)
{
	if (count == 0)
		return;
	json_key(json, key);
	json_object(json);
	for (size_t i = 0; i < count; i++)
		json_put_string(json, labels[i].key, labels[i].value);
	json_object_end(json);
}

static void put_parameters(struct json *json, const struct source *source)
{
	if (source->parameter_count == 0)
		return;
	json_key(json, "parameters");
	json_object(json);
	for (size_t i = 0; i < source->parameter_count; i++) {
		const struct parameter *parameter = &source->parameters[i];

		json_key(json, parameter->name);
		json_array(json);
		for (size_t k = 0; k < parameter->value_count; k++)
			json_string(json, parameter->values[k]);
		json_array_end(json);
	}
	json_object_end(json);
}

/* What a program knows by the names of csv. */
static void put_csv(struct json *json, const struct source *source)
{
	put_char(json, "delimiter", source->csv_delimiter);
	put_char(json, "decimal", source->csv_decimal);
	put_char(json, "thousands", source->csv_thousands);
	if (source->csv_no_header)
		json_put_bool(json, "header", false);
	put_labels(json, "columns_as", source->csv_columns_as,
		source->csv_columns_as_count);
}

void source_definition(const struct source *source, struct text *out)
{
	struct json json;

	json_init(&json, out);
	json_object(&json);
	put_given(&json, "url", source->url);
	put_given(&json, "body", source->body);
	put_labels(&json, "headers", source->headers, source->header_count);
	put_parameters(&json, source);
	put_given(&json, "next", source->next);
	if (source->pages != 0)
		json_put_int(&json, "pages", source->pages);
	json_put_string(&json, "format", source_format_name(source->format));
	put_given(&json, "extract", source->extract);
	put_given(&json, "rows", source->rows);
	put_labels(&json, "columns", source->columns, source->column_count);
	put_labels(&json, "namespaces", source->namespaces,
		source->namespace_count);
	put_given(&json, "match", source->match);
	put_given(&json, "encoding", source->encoding);
	put_given(&json, "indicator", source->indicator_id);
	put_csv(&json, source);
	json_object_end(&json);
}

void source_program(const struct source *source, struct digest *out)
{
	struct text text;

	text_init(&text, 0);
	source_definition(source, &text);
	digest_sha256(text_string(&text), text.length, out);
	text_release(&text);
}
