/*
 * parts: what pages and sheets are made of: a status, a date, a link, a table,
 * each written in one way wherever it stands. Everything is as of the sheet's
 * question.
 */
#ifndef PLEDGED_PLEDGED_PARTS_H
#define PLEDGED_PLEDGED_PARTS_H

#include "pledged/look.h"
#include "pledged/owings.h"
#include "pledged/sheet.h"
#include "pledged/voices.h"

/* A word with its sign and its colour. */
void part_badge(struct html *html, enum hue hue, const char *sign,
	const char *words);
/* The same of a status. */
void part_status(struct html *html, enum status status);
/* "2021-01-27 16:30 UTC", for programs too. MIN and MAX: "never". */
void part_time(struct html *html, instant at, const struct zone *zone);
void part_date(struct html *html, struct date date);
/* The day in the milestone's zone, or the time of day where that counts, and
   how far it is from the time asked about. */
void part_due(const struct sheet *sheet, uint32_t milestone,
	const struct assessment *answer);

/* To a page that keeps the time asked about, or to an anchor in a report. */
void part_link(const struct sheet *sheet, enum sheet_target target,
	const char *id, const char *text);
/* To the page of a milestone, by its name for people. */
void part_milestone(const struct sheet *sheet, uint32_t milestone);
/* "81.7 %", of a share of 0.817. */
void part_add_percent(struct text *out, struct decimal share, int places);
/* "/milestones" or "/milestones?status=met", with the time asked about. */
void part_add_path(struct text *out, const struct sheet *sheet,
	const char *path);

/* Opens a link to such a path; html_close ends it. */
void part_link_open(const struct sheet *sheet, const char *path,
	const char *class);

/* One line of a list of facts: open and close stand around its value. */
void part_fact_open(struct html *html, const char *label);
void part_fact_close(struct html *html);
void part_fact(struct html *html, const char *label, const char *value);

/* A table that becomes a list of cards where it would be too wide. */
struct part_column {
	const char *label;
	const char *class;	/* of its cells; NULL: none */
	bool head;		/* its cells say what the row is about */
};
struct part_table {
	struct html *html;
	const struct part_column *columns;
	size_t count;
	size_t at;		/* the column written next */
};
/* columns outlive the table; caption is a text; class NULL: none. */
void part_table_open(struct part_table *table, struct html *html,
	const struct part_column *columns, size_t count, const char *caption,
	const char *class);
void part_table_close(struct part_table *table);
void part_row_open(struct part_table *table);
void part_row_close(struct part_table *table);
/* The next cell. */
void part_cell_open(struct part_table *table);
void part_cell_close(struct part_table *table);
void part_cell(struct part_table *table, const char *value);

/* "census-ytd, census-monthly, last on 2021-01-27": sources as links. */
void part_voices(const struct sheet *sheet, const struct voices *voices);

/* Rows of milestones: how each stands, what it is, when it is due, its figures
   and why; then nothing more, who says so, or who should have said more. */
enum part_party { PARTY_NONE, PARTY_VOICES, PARTY_OWINGS };
void part_milestones_open(const struct sheet *sheet, struct part_table *table,
	const char *caption, enum part_party party);
struct part_row {
	uint32_t milestone;
	const struct assessment *answer;
	const char *why;		/* NULL: the reason in one line */
	const struct voices *voices;	/* of a table that has them; else NULL */
	const struct owings *owings;	/* likewise */
	instant since;			/* of its status; 0: is not told */
};
void part_milestone_row(const struct sheet *sheet, struct part_table *table,
	const struct part_row *row);

/* A picture of chart.h within a page, and the words that say the same. */
void part_picture(struct html *html, const struct text *svg,
	const struct text *words);
/* What the question is about, for chart.h; context is the sheet. */
const struct assessment *part_answer(void *context, uint32_t milestone,
	struct assessment *room);
/* The dates of milestones, as a picture; nothing where there are none. */
void part_timeline(const struct sheet *sheet, const uint32_t *milestones,
	size_t count);

/* A share of a whole as a bar, of parts told apart by hue; what it says stands
   beside it in words. */
struct part_share {
	enum hue hue;
	size_t count;
};
void part_bar(struct html *html, const struct part_share *shares, size_t count);

#endif
