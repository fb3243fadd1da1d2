/*
 * drawing: SVG made stroke by stroke, for charts: lines that differ without
 * colour, boxes with signs, and text that is escaped and has room.
 *
 * No script, no reference to anything outside. Each stroke says itself how it
 * looks in the light, so that it is drawn without a style sheet, too; its
 * class is what a style sheet turns dark. Coordinates have one decimal: the
 * same strokes are the same bytes.
 */
#ifndef PLEDGED_PLEDGED_DRAWING_H
#define PLEDGED_PLEDGED_DRAWING_H

#include "pledged/look.h"

/* How a line looks: each also in black and white. */
enum stroke {
	STROKE_FRAME,		/* thin, grey: axes and ticks */
	STROKE_GRID,		/* thinner */
	STROKE_MAIN,		/* thick, with dots */
	STROKE_EARLIER,		/* thin and faint, with rings */
	STROKE_GUIDE,		/* long dashes */
	STROKE_LIMIT,		/* dots */
	STROKE_OUTLOOK,		/* short dashes, with open diamonds at its end */
	STROKE_DATE,		/* thin, dash and dot */
	STROKE_SPAN,		/* thick and pale */
	STROKE_DELAY,		/* thick and dark */
	STROKE_COUNT
};

/* What stands at a place. */
enum mark {
	MARK_NONE,
	MARK_DOT, MARK_RING, MARK_DIAMOND, MARK_CROSS,	/* about the place */
	MARK_FLAG, MARK_HOLLOW_FLAG,		/* triangles that point down to it */
	MARK_START, MARK_BEYOND			/* a bar; an arrow to the right */
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

enum tone { TONE_INK, TONE_MUTED, TONE_BOLD };

struct place {
	double x, y;
};

struct area {
	double x, y, width, height;
};

/* Between begin and end. Title and description are for those who do not see
   it. alone: a file, with a white ground and its style sheet (picture.css, which
   turns it dark where that is preferred and not printed); else it takes those of
   what stands around it. */
void drawing_begin(struct text *svg, double width, double height,
	const char *title, const char *description, bool alone);
void drawing_end(struct text *svg);

void drawing_line(struct text *svg, enum stroke stroke, struct place from,
	struct place to);
void drawing_polyline(struct text *svg, enum stroke stroke,
	const struct place *places, size_t count);
/* A pale ground, within the line through places. */
void drawing_band(struct text *svg, const struct place *places, size_t count);
void drawing_mark(struct text *svg, enum mark mark, struct place at);

/* Boxes of one hue with what stands in their middle; "": nothing. Bad ones are
   dark and blind ones hollow, whatever colours there are. */
struct box {
	struct area area;
	char sign[24];
};
void drawing_boxes(struct text *svg, enum hue hue, const struct box *boxes,
	size_t count);
void drawing_box(struct text *svg, enum hue hue, struct area area,
	const char *sign);
/* A frame about something, that stands out. */
void drawing_outline(struct text *svg, struct area area);
/* About a place, as high as a line of text. */
void drawing_sign(struct text *svg, enum hue hue, struct place at,
	const char *sign);
#define SIGN_WIDTH 26
#define SIGN_HEIGHT 18

/* Of one line, cut with an ellipsis where it would be wider than room; 0: it is
   not cut. */
void drawing_text(struct text *svg, struct place at, enum anchor anchor,
	int size, enum tone tone, const char *string, double room);
/* Turned to rise to the right; room is its length. */
void drawing_slanted(struct text *svg, struct place at, int size,
	const char *string, double room);
#define SLANT_SINE 0.866
/* With an edge of the ground, so that it is read over lines. */
void drawing_label(struct text *svg, struct place at, enum anchor anchor,
	int size, enum tone tone, const char *string);
/* Broken at spaces into so many lines at most, the first at a place; what is
   left then is cut. Returns how many there are. */
int drawing_paragraph(struct text *svg, struct place at, int size,
	enum tone tone, const char *string, double room, int lines);

/* How strokes, marks and boxes look, and what they mean: side by side from at
   on, in lines between left and right. */
struct legend {
	struct text *svg;
	double left, right;
	struct place at;
};
#define LEGEND_LINE 20
void legend_stroke(struct legend *legend, enum stroke stroke, const char *means);
void legend_mark(struct legend *legend, enum mark mark, const char *means);
void legend_sign(struct legend *legend, enum hue hue, const char *sign,
	const char *means);

/* How wide a text will be at most, in a common sans-serif. */
double drawing_width(const char *string, int size);

#endif
