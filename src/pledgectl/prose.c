/*
 * prose: sentences on a terminal, broken at spaces; between characters where a
 * word alone is longer than a line, as in scripts without spaces.
 */
#include <stdio.h>
#include <string.h>

#include "pledgectl/verbs.h"

#define PROSE_WIDTH 100		/* where the terminal has none */

struct prose {
	size_t width;
	size_t indent;
	size_t used;		/* columns of this line behind the indent */
};

static void prose_break(struct prose *prose)
{
	printf("\n%*s", (int)prose->indent, "");
	prose->used = 0;
}

/* A word that no line has room for. */
static void print_long(struct prose *prose, const char *word)
{
	const char *cursor = word, *end = word + strlen(word);

	while (cursor < end) {
		const char *at = cursor;
		size_t columns = (size_t)utf8_width(utf8_next(&cursor, end));

		if (prose->used + columns > prose->width && prose->used > 0)
			prose_break(prose);
		fwrite(at, 1, (size_t)(cursor - at), stdout);
		prose->used += columns;
	}
}

static void print_word(struct prose *prose, const char *word)
{
	size_t columns = utf8_columns(word);
	bool follows = prose->used > 0;

	if (columns > prose->width) {
		if (follows && prose->used + 1 < prose->width) {
			putchar(' ');
			prose->used++;
		}
		print_long(prose, word);
		return;
	}
	if (follows && prose->used + 1 + columns > prose->width) {
		prose_break(prose);
	} else if (follows) {
		putchar(' ');
		prose->used++;
	}
	fputs(word, stdout);
	prose->used += columns;
}

static void print_words(struct prose *prose, const char *words)
{
	struct text word, printable;

	text_init(&word, 0);
	text_init(&printable, 0);
	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		text_clear(&word);
		text_clear(&printable);
		text_add(&word, words, length);
		text_add_printable(&printable, text_string(&word));
		if (length > 0)
			print_word(prose, text_string(&printable));
		words += length + (words[length] == ' ');
	}
	text_release(&word);
	text_release(&printable);
}

void print_wrapped(const struct request *request, const char *prose)
{
	print_words(&(struct prose){.width = request->width != 0 ?
		request->width : PROSE_WIDTH}, prose);
	putchar('\n');
}

void print_indented(const struct request *request, const char *prose,
	size_t column, enum grid_style style)
{
	const char *code = request->colour ? grid_style_code(style) : NULL;

	if (code != NULL)
		printf("\x1b[%sm", code);
	if (request->width > column)
		print_words(&(struct prose){.width = request->width - column,
			.indent = column}, prose);
	else
		print_said(stdout, prose);
	puts(code != NULL ? "\x1b[0m" : "");
}
