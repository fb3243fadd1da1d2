/* letter_text: a letter as format=flowed text. */
#include "pledged/letter.h"
#include "pledged/mime.h"

static void add_labelled(struct text *out, const struct fact *fact)
{
	struct text line;

	text_init(&line, 0);
	text_addf(&line, "%s: %s", fact->label, text_string(&fact->value));
	mime_flowed(out, text_string(&line));
	text_release(&line);
}

/* Behind what is there already. */
static void join(struct text *line, const char *before,
	const struct text *value)
{
	if (value->length == 0)
		return;
	text_addf(line, "%s%s%s", line->length > 0 ? " · " : "", before,
		text_string(value));
}

static void add_row(struct text *out, const struct letter_row *row)
{
	struct text line;

	text_init(&line, 0);
	text_addf(&line, "* %s", text_string(&row->name));
	mime_flowed(out, text_string(&line));
	text_clear(&line);
	join(&line, "due ", &row->due);
	join(&line, "", &row->far);
	join(&line, "", &row->state);
	if (line.length > 0)
		mime_flowed(out, text_string(&line));
	mime_flowed(out, text_string(&row->why));
	text_release(&line);
}

static void add_sections(struct text *out, const struct letter *letter)
{
	const struct letter_row *row = letter->rows;

	for (size_t i = 0; i < letter->section_count; i++) {
		const struct section *section = &letter->sections[i];

		text_add_char(out, '\n');
		mime_flowed(out, text_string(&section->heading));
		for (size_t k = 0; k < section->row_count; k++) {
			text_add_char(out, '\n');
			add_row(out, row++);
		}
	}
}

void letter_add_text(const struct letter *letter, const char *message_id,
	struct text *out)
{
	mime_flowed(out, text_string(&letter->lead));
	for (size_t i = 0; i < letter->note_count; i++) {
		text_add_char(out, '\n');
		mime_flowed(out, text_string(&letter->notes[i]));
	}
	if (letter->fact_count > 0)
		text_add_char(out, '\n');
	for (size_t i = 0; i < letter->fact_count; i++)
		add_labelled(out, &letter->facts[i]);
	add_sections(out, letter);
	if (letter->rest.length > 0) {
		text_add_char(out, '\n');
		mime_flowed(out, text_string(&letter->rest));
	}
	if (letter->command_count > 0)
		text_add_char(out, '\n');
	for (size_t i = 0; i < letter->command_count; i++)
		add_labelled(out, &letter->commands[i]);
	text_addf(out, "\n-- \npledged, %s\n", message_id);
}
