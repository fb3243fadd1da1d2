/*
 * letter: what a mail says, before it has a form: a subject, a sentence that
 * says how things stand, notes, and either the facts of one item or the rows of
 * several. letter_text and letter_html give it the two forms that are sent.
 *
 * All its texts are fit for one line: nothing in them breaks lines or turns
 * text. HTML escapes them again.
 */
#ifndef PLEDGED_PLEDGED_LETTER_H
#define PLEDGED_PLEDGED_LETTER_H

#include "pledged/told.h"

#define LETTER_NOTES_MAX 5
#define LETTER_FACTS_MAX 16
#define LETTER_COMMANDS_MAX 4
#define LETTER_SUBJECT_MAX 250		/* bytes, and one character */

struct fact {
	const char *label;
	struct text value;
};

/* One item of several. */
struct letter_row {
	struct text name;
	struct text due;	/* "2020-12-31"; "" */
	struct text far;	/* "27.3bn of 33.5bn USD", else "in 3 days"; "" */
	struct text state;	/* "CN · Reminder 2 · alert 12"; "" */
	struct text why;
};

/* Rows that are told in one word. */
struct section {
	struct text heading;	/* "Slipped (9,912)" */
	const char *about;	/* what its rows are: "milestone" */
	enum severity severity;
	enum tone tone;
	size_t row_count;
};

struct letter {
	struct text subject, lead;
	enum severity severity;		/* the worst */
	enum tone tone;			/* likewise */
	struct text notes[LETTER_NOTES_MAX];
	size_t note_count;
	/* of one */
	struct fact facts[LETTER_FACTS_MAX];
	size_t fact_count;
	bool has_picture;
	struct text picture;		/* SVG */
	struct text picture_words;
	/* of several */
	struct section sections[WORDING_COUNT];
	size_t section_count;
	struct letter_row *rows;		/* those of the first section, then … */
	size_t row_count;		/* at most MESSAGE_ITEMS_SHOWN */
	struct text rest;		/* what is not shown; empty: all is */
	/* how to act */
	struct fact commands[LETTER_COMMANDS_MAX];
	size_t command_count;
};

/* What is to be said of a notification with items. letter_free() it. */
struct letter *letter_new(const struct message_context *context);
void letter_free(struct letter *letter);

void letter_add_text(const struct letter *letter, const char *message_id,
	struct text *out);
void letter_add_html(const struct letter *letter, const char *message_id,
	struct text *out);

/* --- for letter*.c --------------------------------------------------------- */

struct text *letter_note(struct letter *letter);
struct text *letter_command(struct letter *letter, const char *label);
void letter_tell_many(struct letter *letter,
	const struct message_context *context);

#endif
