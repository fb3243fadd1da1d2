/*
 * markup: HTML and XML by XPath: one for the rows, one a field within each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "extract/decode.h"
#include "extract/extract.h"
#include "extract/paths.h"
#include "extract/plain.h"
#include "extract/tree.h"

#define COLUMNS_MAX (EXTRACT_FIELD_COUNT + 1)

struct column {
	size_t field;
	struct path path;
	struct text text;	/* its value in the present row */
};

struct markup {
	const struct extract_request *request;
	bool html;
	struct paths paths;
	struct path rows, next;
	struct column columns[COLUMNS_MAX];
	size_t column_count;
	struct error *error;
};

/* --- programs --------------------------------------------------------------------- */

static int column_add(struct markup *markup, const struct extract_pair *pair)
{
	struct column *column = &markup->columns[markup->column_count];
	size_t field = extract_field_find(pair->name);
	char name[48];

	if (field == EXTRACT_NO_FIELD)
		return error_set(markup->error, ERROR_INPUT, "columns: there is no "
			"field \"%.40s\": there are " EXTRACT_FIELDS_SAID, pair->name);
	for (size_t i = 0; i < markup->column_count; i++) {
		if (markup->columns[i].field == field)
			return error_set(markup->error, ERROR_INPUT,
				"columns: %s is there twice", pair->name);
	}
	snprintf(name, sizeof name, "columns: %s", pair->name);
	column->field = field;
	text_init(&column->text, 0);
	markup->column_count++;
	return path_init(&column->path, &markup->paths, name, pair->value,
		markup->error);
}

static int programs_compile(struct markup *markup)
{
	const struct extract_request *request = markup->request;

	if (path_init(&markup->rows, &markup->paths, "rows", request->program,
			markup->error) < 0)
		return -1;
	if (request->columns.count == 0)
		return error_set(markup->error, ERROR_INPUT,
			"columns: an XPath for each field is wanted");
	for (size_t i = 0; i < request->columns.count; i++) {
		if (column_add(markup, &request->columns.items[i]) < 0)
			return -1;
	}
	return request->next == NULL ? 0 : path_init(&markup->next,
		&markup->paths, "next", request->next, markup->error);
}

/* --- values ------------------------------------------------------------------------- */

static void value_text(struct markup *markup, const char *string,
	struct text *out)
{
	static const char space[] = " \t\r\n";
	size_t length = strlen(string);

	if (markup->html) {
		plain_add_collapsed(out, string);
		return;
	}
	while (length > 0 && strchr(space, string[length - 1]) != NULL)
		length--;
	size_t start = strspn(string, space);

	if (start < length)
		text_add(out, string + start, length - start);
}

/* A result as text; NULL, or why it is none. */
static const char *result_text(struct markup *markup,
	const xmlXPathObject *result, struct text *out)
{
	char number[32];
	const char *why;
	xmlChar *string;

	text_clear(out);
	switch (result->type) {
	case XPATH_NUMBER:
		why = extract_number(result->floatval, number);
		if (why == NULL)
			text_add_string(out, number);
		return why;
	case XPATH_BOOLEAN:
		text_add_string(out, result->boolval ? "true" : "false");
		return NULL;
	case XPATH_STRING:
		value_text(markup, (const char *)result->stringval, out);
		return NULL;
	case XPATH_NODESET:
		string = xmlXPathCastNodeSetToString(result->nodesetval);
		value_text(markup, (const char *)string, out);
		xmlFree(string);
		return NULL;
	default:
		return "neither text, nor a number, nor nodes";
	}
}

static void column_put(struct column *column, const char *why,
	struct extract_row *row)
{
	const struct text *text = &column->text;

	if (column->field == EXTRACT_IS_PROVISIONAL)
		row->provisional = why == NULL &&
			extract_says_yes(text_string(text));
	else if (why != NULL)
		extract_row_reject(row, column->field, why);
	else if (text->cut)
		extract_row_reject(row, column->field, "too long");
	else if (text->length > 0)
		extract_row_set(row, column->field, text_string(text),
			text->length);
}

static int row_run(struct markup *markup, xmlNodePtr node, size_t number,
	size_t count, struct extract_row *row)
{
	*row = (struct extract_row){.indicator = NULL};
	for (size_t i = 0; i < markup->column_count; i++) {
		struct column *column = &markup->columns[i];
		xmlXPathObjectPtr result = path_run(&column->path, &markup->paths,
			node, number, count, markup->error);

		if (result == NULL)
			return -1;
		column_put(column, result_text(markup, result, &column->text), row);
		xmlXPathFreeObject(result);
	}
	return 0;
}

/* --- the whole ------------------------------------------------------------------------ */

static int rows_take(struct markup *markup, const xmlNodeSet *nodes,
	extract_take *take, void *context)
{
	size_t count = nodes != NULL ? (size_t)nodes->nodeNr : 0;

	for (size_t i = 0; i < count; i++) {
		struct extract_row row;

		if (row_run(markup, nodes->nodeTab[i], i + 1, count, &row) < 0)
			return error_prefix(markup->error, "row %zu", i + 1);
		if (!take(context, &row))
			return error_set(markup->error, ERROR_LIMIT,
				"rows: there are too many results");
	}
	return 0;
}

static int rows_run(struct markup *markup, xmlDocPtr document,
	extract_take *take, void *context)
{
	xmlXPathObjectPtr result = path_run(&markup->rows, &markup->paths,
		(xmlNodePtr)document, 1, 1, markup->error);
	int status;

	if (result == NULL)
		return -1;
	if (result->type != XPATH_NODESET)
		status = error_set(markup->error, ERROR_INPUT, "rows: XPath: its "
			"result is no set of nodes, of which each were a row: %.60s",
			markup->request->program);
	else
		status = rows_take(markup, result->nodesetval, take, context);
	xmlXPathFreeObject(result);
	return status;
}

static int next_run(struct markup *markup, xmlDocPtr document,
	struct extract_found *found)
{
	struct text text;

	if (markup->request->next == NULL)
		return 0;
	xmlXPathObjectPtr result = path_run(&markup->next, &markup->paths,
		(xmlNodePtr)document, 1, 1, markup->error);

	if (result == NULL)
		return -1;
	text_init(&text, 0);
	const char *why = result_text(markup, result, &text);
	int status = why != NULL || result->type == XPATH_BOOLEAN
		? error_set(markup->error, ERROR_INPUT, "next: the XPath gives no "
			"address: %.60s", markup->request->next)
		: extract_found_next(found, text_string(&text), text.length,
			markup->error);

	text_release(&text);
	xmlXPathFreeObject(result);
	return status;
}

static int markup_run(struct markup *markup, xmlDocPtr document,
	extract_take *take, void *context, struct extract_found *found)
{
	if (paths_init(&markup->paths, document, markup->request,
			markup->error) < 0 || programs_compile(markup) < 0 ||
		rows_run(markup, document, take, context) < 0)
		return -1;
	return next_run(markup, document, found);
}

static void markup_release(struct markup *markup)
{
	for (size_t i = 0; i < markup->column_count; i++) {
		path_release(&markup->columns[i].path);
		text_release(&markup->columns[i].text);
	}
	path_release(&markup->rows);
	path_release(&markup->next);
	if (markup->paths.context != NULL)
		paths_release(&markup->paths);
}

static int extract_markup(bool html, const struct extract_request *request,
	extract_take *take, void *context, struct extract_found *found,
	struct error *error)
{
	struct markup *markup = mem_new(1, sizeof *markup);
	struct decoded decoded;
	int status = -1;

	markup->request = request;
	markup->html = html;
	markup->error = error;
	xmlDocPtr document = decoded_init(&decoded, html ? DECODE_HTML :
		DECODE_XML, request, error) < 0 ? NULL
		: tree_read(&decoded, html, NULL, error);

	decoded_release(&decoded);
	if (document != NULL)
		status = markup_run(markup, document, take, context, found);
	markup_release(markup);
	xmlFreeDoc(document);
	free(markup);
	return status;
}

int extract_html(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error)
{
	return extract_markup(true, request, take, context, found, error);
}

int extract_xml(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error)
{
	return extract_markup(false, request, take, context, found, error);
}
