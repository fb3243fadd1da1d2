/* import_write: see import_write.h. */
#include <stdarg.h>

#include "base/mem.h"
#include "conf/import_write.h"

struct writing {
	struct text *out;
	struct import_lines *lines;
};

/* Ends a line, and keeps what it comes of. */
static void line_end(struct writing *writing, const config_setting_t *from,
	size_t row)
{
	struct import_lines *lines = writing->lines;

	text_add_char(writing->out, '\n');
	lines->items = mem_grow(lines->items, lines->count, &lines->room,
		sizeof *lines->items);
	lines->items[lines->count++] = (struct import_line){from, row};
}

static void line_begin(struct writing *writing, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		text_add_char(writing->out, '\t');
}

static void group_write(struct writing *writing, const struct made *made,
	size_t depth);

static void list_write(struct writing *writing, const struct made_value *value,
	size_t depth)
{
	text_add_char(writing->out, '(');
	line_end(writing, value->from, value->row);
	for (const struct made *made = value->list->first; made != NULL;
	    made = made->next) {
		line_begin(writing, depth + 1);
		group_write(writing, made, depth + 1);
		text_add_string(writing->out, made->next != NULL ? "," : "");
		line_end(writing, made->from, made->row);
	}
	line_begin(writing, depth);
	text_add_char(writing->out, ')');
}

static void value_write(struct writing *writing, const struct made_value *value,
	size_t depth)
{
	line_begin(writing, depth);
	text_addf(writing->out, "%s = ", value->name);
	if (value->list != NULL)
		list_write(writing, value, depth);
	else if (value->group != NULL)
		group_write(writing, value->group, depth);
	else
		text_add_string(writing->out, value->text);
	text_add_char(writing->out, ';');
	line_end(writing, value->from, value->row);
}

static void group_write(struct writing *writing, const struct made *made,
	size_t depth)
{
	text_add_char(writing->out, '{');
	line_end(writing, made->from, made->row);
	for (const struct made_value *value = made->first; value != NULL;
	    value = value->next)
		value_write(writing, value, depth + 1);
	line_begin(writing, depth);
	text_add_char(writing->out, '}');
}

void import_write(const struct made *root, struct text *out,
	struct import_lines *lines)
{
	struct writing writing = {out, lines};

	for (const struct made_value *value = root->first; value != NULL;
	    value = value->next) {
		line_end(&writing, NULL, 0);
		value_write(&writing, value, 0);
	}
}

void import_write_comment(struct text *out, struct import_lines *lines,
	const char *format, ...)
{
	struct writing writing = {out, lines};
	struct text line;
	va_list arguments;

	text_init(&line, 0);
	va_start(arguments, format);
	text_addv(&line, format, arguments);
	va_end(arguments);
	text_add_string(out, "# ");
	text_add_printable(out, text_string(&line));
	line_end(&writing, NULL, 0);
	text_release(&line);
}
