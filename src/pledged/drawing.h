/*
 * drawing: SVG made stroke by stroke, for charts: scales, axes, lines that
 * differ without colour, and text that is escaped. It knows no pledges.
 *
 * No script, no style sheet, no reference to anything outside. Coordinates
 * have one decimal: the same strokes are the same bytes.
 */
#ifndef PLEDGED_PLEDGED_DRAWING_H
#define PLEDGED_PLEDGED_DRAWING_H

#include "base/decimal.h"
#include "base/moment.h"

/* From the values between two to the places between two others. */
struct scale {
	double from, to;
	double place_from, place_to;
};

double scale_place(const struct scale *scale, double value);

/* Where an axis has its ticks: at first, and so many steps after it. */
#define TICKS_MAX 12
struct tick {
	double value;
	char label[32];
};
struct ticks {
	struct tick items[TICKS_MAX];
	size_t count;
};

/*
 * Round values over a range, which becomes the scale's, whole steps wide. Labels are
 * exact and share one word: "10 bn", "12.5 bn".
 */
void ticks_of_values(double low, double high, struct ticks *out,
	struct scale *scale);
/* First days of years, months, weeks or single days within two instants. */
void ticks_of_time(instant from, instant to, const struct zone *zone,
	struct ticks *out);

/* How a line looks: each also in black and white. */
enum stroke {
	STROKE_FRAME,		/* thin, grey: axes and ticks */
	STROKE_GRID,		/* thinner */
	STROKE_MAIN,		/* thick, with dots */
	STROKE_GUIDE,		/* long dashes */
	STROKE_LIMIT,		/* dots */
	STROKE_OUTLOOK,		/* short dashes, with open diamonds at its end */
	STROKE_DATE,		/* thin, dash and dot */
	STROKE_COUNT
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct place {
	double x, y;
};

/* Between begin and end; title and description are for those who do not see
   it. The background is white, whatever stands around it. */
void drawing_begin(struct text *svg, int width, int height, const char *title,
	const char *description);
void drawing_end(struct text *svg);

void drawing_line(struct text *svg, enum stroke stroke, struct place from,
	struct place to);
void drawing_polyline(struct text *svg, enum stroke stroke,
	const struct place *places, size_t count);
/* The mark of a stroke that has one. */
void drawing_mark(struct text *svg, enum stroke stroke, struct place at);
/* Of one line, cut with an ellipsis where it would be wider than room; 0: it is
   not cut. */
void drawing_text(struct text *svg, struct place at, enum anchor anchor,
	int size, const char *string, double room);
/* The same in bold. */
void drawing_heading(struct text *svg, struct place at, int size,
	const char *string, double room);
/* With a white edge, so that it is read over lines. */
void drawing_label(struct text *svg, struct place at, enum anchor anchor,
	int size, const char *string);
/* How a stroke looks, and what it means; returns where the next may begin. */
double drawing_legend(struct text *svg, enum stroke stroke, struct place at,
	const char *means);

/* About how wide a text will be, in a common sans-serif. */
double drawing_width(const char *string, int size);

#endif
