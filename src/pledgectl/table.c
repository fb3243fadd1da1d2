/* table: see table.h. */
#include "pledgectl/table.h"

#include <string.h>

void table_init(struct table *table, const char *bytes, size_t length)
{
	static const char mark[] = "\xef\xbb\xbf";
	bool marked = length >= 3 && memcmp(bytes, mark, 3) == 0;

	*table = (struct table){.at = bytes + (marked ? 3 : 0),
		.end = bytes + length, .line = 1, .row_ended = true};
}

/* Behind the line's end, if there is one here. */
static bool table_end_line(struct table *table)
{
	const char *at = table->at;

	at += at < table->end && *at == '\r';
	if (at == table->end || *at != '\n')
		return false;
	table->at = at + 1;
	table->line++;
	return true;
}

static void table_quoted(struct table *table, struct text *out)
{
	for (table->at++; table->at < table->end; table->at++) {
		if (*table->at == '"') {
			table->at++;
			if (table->at == table->end || *table->at != '"')
				return;
		}
		table->line += *table->at == '\n';
		text_add_char(out, *table->at);
	}
	table->broken = true;
}

static void table_plain(struct table *table, struct text *out)
{
	for (; table->at < table->end && strchr(",\r\n", *table->at) == NULL;
	    table->at++) {
		table->broken |= *table->at == '"';
		text_add_char(out, *table->at);
	}
}

bool table_next(struct table *table, struct text *out)
{
	while (table->row_ended && table_end_line(table))
		;
	if (table->broken || (table->row_ended && table->at == table->end))
		return false;
	text_clear(out);
	if (table->at < table->end && *table->at == '"')
		table_quoted(table, out);
	else
		table_plain(table, out);
	table->row_ended = table->at == table->end || *table->at != ',';
	if (!table->row_ended)
		table->at++;
	else if (table->at < table->end && !table_end_line(table))
		table->broken = true;
	return !table->broken;
}
