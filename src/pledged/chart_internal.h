/*
 * chart_internal: what the pictures of chart.h share: a head, a size that is
 * known when all is drawn, and how things are called.
 */
#ifndef PLEDGED_PLEDGED_CHART_INTERNAL_H
#define PLEDGED_PLEDGED_CHART_INTERNAL_H

#include "pledged/chart.h"
#include "pledged/drawing.h"

#define CHART_MARGIN 16
#define CHART_LINE 18	/* from one line of text to the next */

struct chart {
	const struct register_ *reg;
	enum chart_form form;
	double width;
	double y;		/* all that is drawn so far is above */
	struct text title, words;
	struct text body;	/* what is drawn */
};

void chart_init(struct chart *chart, const struct register_ *reg,
	enum chart_form form, double width);
/* The title, and the words as they are by now, where they do not stand around the
   picture. */
void chart_head(struct chart *chart);
/* A line of small print. */
void chart_note(struct chart *chart, const char *note);
/* Begins a legend below what is drawn; ends it, y below. */
struct legend chart_legend(struct chart *chart);
void chart_legend_end(struct chart *chart, const struct legend *legend);
/* The signs of statuses that occur, by number, and their words. */
void chart_status_legend(struct chart *chart, const bool occurs[STATUS_COUNT]);
/* Adds the picture to svg and its words to words, and releases the chart. false:
   it is larger than CHART_BYTES_MAX, and nothing is added. */
bool chart_end(struct chart *chart, struct text *svg, struct text *words);

/* Adds what somebody else has written, as a part of one line. */
void chart_add_name(struct text *out, const char *name);
/* "Agricultural goods: 2020", as messages call it, by its terms. */
void chart_add_title(struct text *out, const struct register_ *reg,
	const struct milestone *milestone);
/* "2020-12-31", where it is due, by its zone. */
void chart_add_day(struct text *out, const struct register_ *reg,
	uint32_t milestone, instant at);
/* "; 3 missed", with what stands before it; of the next, that is ", ". Nothing of
   none. */
void chart_say_part(struct text *out, const char **before, uint32_t count,
	const char *words);
/* " The first 100 of 240 are drawn.", where it is so. */
void chart_say_drawn(struct text *words, size_t drawn, size_t count);
/* "15 of 26 required milestones are met, 57–61 % by weight; … Least of all: CN,
   28 %. Left out: 3 withdrawn." */
void chart_say_rollup(struct text *words, const struct rollup *rollup);

#endif
