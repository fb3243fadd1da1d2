/*
 * csv_lines: libcsv tells cells and ends of rows, but not where they stand, so
 * it is fed line by line.
 */
#include <string.h>

#include <csv.h>

#include "conf/csv_lines.h"

struct csv_feeding {
	const struct csv_lines *lines;
	struct csv_place begun;	/* where the row being fed begins */
	int line;		/* being fed */
	bool enough;
};

static void cell_seen(void *bytes, size_t length, void *context)
{
	struct csv_feeding *feeding = context;
	const struct csv_lines *lines = feeding->lines;

	if (!feeding->enough)
		lines->cell(lines->context, feeding->begun,
			length != 0 ? bytes : "", length);
}

static void row_seen(int end, void *context)
{
	struct csv_feeding *feeding = context;
	const struct csv_lines *lines = feeding->lines;

	(void)end;
	if (!feeding->enough)
		feeding->enough = !lines->row(lines->context, feeding->begun);
	feeding->begun.line = feeding->line + 1;
	feeding->begun.row++;
}

static bool line_is_blank(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (strchr(" \t\r\n", line[i]) == NULL)
			return false;
	return true;
}

static size_t line_length(const char *bytes, size_t length)
{
	const char *end = memchr(bytes, '\n', length);

	return end != NULL ? (size_t)(end - bytes) + 1 : length;
}

/* Of tabs and the like alone, where they part cells, is a row of empty ones. */
static bool line_is_row(const struct csv_feeding *feeding, const char *line,
	size_t length)
{
	char delimiter = feeding->lines->delimiter;

	return feeding->begun.line != feeding->line ||
		!line_is_blank(line, length) || (delimiter != 0 &&
		memchr(line, delimiter, length) != NULL);
}

static int lines_feed(struct csv_feeding *feeding, struct csv_parser *parser,
	const char *bytes, size_t length, struct error *error)
{
	for (size_t at = 0, span; at < length && !feeding->enough; at += span) {
		span = line_length(bytes + at, length - at);
		feeding->line++;
		if (!line_is_row(feeding, bytes + at, span)) {
			feeding->begun.line++;
			feeding->begun.row++;
		} else if (csv_parse(parser, bytes + at, span, cell_seen,
		    row_seen, feeding) != span) {
			return error_set(error, ERROR_INPUT,
				"a quote stands where none may be");
		}
	}
	feeding->line = feeding->begun.line;
	if (!feeding->enough &&
	    csv_fini(parser, cell_seen, row_seen, feeding) != 0)
		return error_set(error, ERROR_INPUT, "the row that begins here "
			"has a quote without its end");
	return 0;
}

int csv_lines_read(const struct csv_lines *lines, const char *bytes,
	size_t length, int *line, struct error *error)
{
	struct csv_feeding feeding = {.lines = lines, .begun = {1, 1}};
	struct csv_parser parser;
	int status;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return error_set(error, ERROR_BUG, "libcsv does not begin");
	if (lines->delimiter != 0)
		csv_set_delim(&parser, (unsigned char)lines->delimiter);
	status = lines_feed(&feeding, &parser, bytes, length, error);
	csv_free(&parser);
	*line = feeding.line;
	return status;
}
