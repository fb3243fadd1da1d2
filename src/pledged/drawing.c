/* drawing: see drawing.h. */
#include "pledged/drawing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/html.h"
#include "pledged/asset.h"

/* --- how wide letters are ---------------------------------------------------- */

/* Hundredths of the size, as in DejaVu Sans, which is wider than most. */
#define LETTER_USUAL 64
#define LETTER_WIDE 100		/* of two columns */

static int letter_width(uint32_t code)
{
	static const struct {
		const char *letters;
		int width;
	} classes[] = {
		{"ijl.,:;'|! ", 34}, {"I()[]{}/\\-frt`", 42},
		{"szcvxykJ?\"*_", 60},
		{"ABCDEFGHKLNOPQRSTUVXYZ&", 79}, {"mwMW@%", 103},
	};
	int columns = utf8_width(code);

	for (size_t i = 0; code < 0x80 &&
	    i < sizeof classes / sizeof *classes; i++)
		if (strchr(classes[i].letters, (int)code) != NULL)
			return classes[i].width;
	return columns == 0 ? 0 : columns > 1 ? LETTER_WIDE :
		code < 0x250 ? LETTER_USUAL : LETTER_USUAL + 20;
}

double drawing_width(const char *string, int size)
{
	const char *end = string + strlen(string);
	double width = 0;

	while (string < end)
		width += letter_width(utf8_next(&string, end));
	return width * size / 100;
}

/* Marks over one letter beyond this are left out: they would climb. */
#define MARKS_MAX 3
#define ELLIPSIS 0x2026

/* Adds what of a string fits into a width, and returns where the rest is; with
   room for an ellipsis, should there be a rest. */
static const char *add_fitting(struct text *out, const char *string, int size,
	double room, bool ellipsis)
{
	const char *at = string, *end = string + strlen(string);
	double width = ellipsis ? (double)letter_width(ELLIPSIS) * size / 100 : 0;
	int marks = 0;

	while (at < end) {
		const char *before = at;
		uint32_t code = utf8_next(&at, end);

		width += (double)letter_width(code) * size / 100;
		if (width > room)
			return before;
		marks = utf8_width(code) == 0 ? marks + 1 : 0;
		if (marks <= MARKS_MAX)
			utf8_add(out, code);
	}
	return at;
}

/* As much of a string as there is room for; 0: all of it. */
static void add_text_cut(struct text *svg, const char *string, int size,
	double room)
{
	bool whole = room <= 0 || drawing_width(string, size) <= room;
	struct text cut;

	text_init(&cut, 0);
	add_fitting(&cut, string, size, whole ? INFINITY : room, !whole);
	if (!whole)
		utf8_add(&cut, ELLIPSIS);
	text_add_html(svg, text_string(&cut));
	text_release(&cut);
}

/* --- the whole --------------------------------------------------------------- */

#define INK "#1f2328"
#define PAPER "#ffffff"

/* Not the same for two pictures of one page, unless they say the same. */
static void make_id(const char *title, const char *description, char id[16])
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];
	struct text both;

	text_init(&both, 0);
	text_addf(&both, "%s\n%s", title, description);
	digest_sha256(text_string(&both), both.length, &digest);
	digest_hex(&digest, hex);
	snprintf(id, 16, "p%.8s", hex);
	text_release(&both);
}

void drawing_begin(struct text *svg, double width, double height,
	const char *title, const char *description, bool alone)
{
	const struct asset *style = asset_find("picture.css");
	char id[16];

	make_id(title, description, id);
	text_addf(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"class=\"p-picture\" width=\"%.0f\" height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
		"aria-labelledby=\"%s\" aria-describedby=\"%sd\" "
		"font-family=\"sans-serif\">\n<title id=\"%s\">",
		width, height, width, height, id, id, id);
	text_add_html(svg, title);
	text_addf(svg, "</title>\n<desc id=\"%sd\">", id);
	text_add_html(svg, description);
	text_add_string(svg, "</desc>\n");
	if (!alone)
		return;
	text_add_string(svg, "<style>\n");
	text_add(svg, style->bytes, style->length);
	text_addf(svg, "</style>\n<rect class=\"p-paper\" width=\"%.0f\" "
		"height=\"%.0f\" fill=\"" PAPER "\"/>\n", width, height);
}

void drawing_end(struct text *svg)
{
	text_add_string(svg, "</svg>\n");
}

/* --- strokes ------------------------------------------------------------------- */

static const struct stroke_look {
	const char *class, *colour, *width;
	const char *dashes;	/* NULL: none */
	enum mark mark;
} stroke_looks[STROKE_COUNT] = {
	[STROKE_FRAME] = {"p-frame", "#6e7781", "1", NULL, MARK_NONE},
	[STROKE_GRID] = {"p-grid", "#d8dee4", "1", NULL, MARK_NONE},
	[STROKE_MAIN] = {"p-main", "#0b4f9e", "2.5", NULL, MARK_DOT},
	[STROKE_EARLIER] = {"p-earlier", "#8fa3b8", "1.2", NULL, MARK_RING},
	[STROKE_GUIDE] = {"p-guide", "#57606a", "2", "9 5", MARK_NONE},
	[STROKE_LIMIT] = {"p-limit", INK, "1.5", "2 4", MARK_NONE},
	[STROKE_OUTLOOK] = {"p-outlook", "#a33c00", "2", "4 3", MARK_DIAMOND},
	[STROKE_DATE] = {"p-date", INK, "1", "8 3 2 3", MARK_NONE},
	[STROKE_SPAN] = {"p-span", "#c2ccd6", "6", NULL, MARK_NONE},
	[STROKE_DELAY] = {"p-delay", "#57606a", "2.5", "3 2", MARK_NONE},
};

static void add_stroke(struct text *svg, enum stroke stroke)
{
	const struct stroke_look *look = &stroke_looks[stroke];

	text_addf(svg, " class=\"%s\" fill=\"none\" stroke=\"%s\" "
		"stroke-width=\"%s\"", look->class, look->colour, look->width);
	if (look->dashes != NULL)
		text_addf(svg, " stroke-dasharray=\"%s\"", look->dashes);
}

void drawing_line(struct text *svg, enum stroke stroke, struct place from,
	struct place to)
{
	text_addf(svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"",
		from.x, from.y, to.x, to.y);
	add_stroke(svg, stroke);
	text_add_string(svg, "/>\n");
}

static void add_places(struct text *svg, const char *tag,
	const struct place *places, size_t count)
{
	text_addf(svg, "<%s points=\"", tag);
	for (size_t i = 0; i < count; i++)
		text_addf(svg, "%s%.1f,%.1f", i > 0 ? " " : "", places[i].x,
			places[i].y);
	text_add_char(svg, '"');
}

void drawing_polyline(struct text *svg, enum stroke stroke,
	const struct place *places, size_t count)
{
	add_places(svg, "polyline", places, count);
	add_stroke(svg, stroke);
	text_add_string(svg, " stroke-linejoin=\"round\"/>\n");
}

void drawing_band(struct text *svg, const struct place *places, size_t count)
{
	add_places(svg, "polygon", places, count);
	text_add_string(svg, " class=\"p-band\" fill=\"#f6e3d7\"/>\n");
}

/* Paths from the place on. */
static const struct mark_look {
	const char *path;
	const char *class, *fill, *stroke, *width;
} mark_looks[] = {
	[MARK_NONE] = {NULL, NULL, NULL, NULL, NULL},
	[MARK_DOT] = {"m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z",
		"p-main p-dot", "#0b4f9e", "none", "0"},
	[MARK_RING] = {"m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0z",
		"p-earlier p-hollow", PAPER, "#8fa3b8", "1.2"},
	[MARK_DIAMOND] = {"m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
		"p-outlook p-hollow", PAPER, "#a33c00", "2"},
	[MARK_CROSS] = {"m-4.5 -4.5l9 9m0 -9l-9 9", "p-broken", "none",
		"#a40e26", "2.5"},
	[MARK_FLAG] = {"l-5.5 -9h11z", "p-flag", INK, INK, "1.2"},
	[MARK_HOLLOW_FLAG] = {"l-5.5 -9h11z", "p-flag p-hollow", PAPER, INK,
		"1.2"},
	[MARK_START] = {"m0 -5v10", "p-frame", "none", "#6e7781", "2"},
	[MARK_BEYOND] = {"m-8 -5l8 5l-8 5", "p-outlook", "none", "#a33c00", "2"},
};

void drawing_mark(struct text *svg, enum mark mark, struct place at)
{
	const struct mark_look *look = &mark_looks[mark];

	if (look->path != NULL)
		text_addf(svg, "<path d=\"M%.1f %.1f%s\" class=\"%s\" "
			"fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\"/>\n",
			at.x, at.y, look->path, look->class, look->fill,
			look->stroke, look->width);
}

/* --- boxes ----------------------------------------------------------------------- */

static const struct hue_look {
	const char *fill, *stroke, *ink;
	const char *dashes;	/* NULL: none */
} hue_looks[HUE_COUNT] = {
	[HUE_GOOD] = {"#b9e6c3", "#1a7f37", "#0b3d19", NULL},
	[HUE_LATE] = {"#eab73f", "#7d5200", "#2b1c00", NULL},
	[HUE_BAD] = {"#a40e26", "#6b0717", "#ffffff", NULL},
	[HUE_BLIND] = {PAPER, "#6639ba", "#4c2889", "3 2"},
	[HUE_IDLE] = {"#f6f8fa", "#8c959f", "#424a53", NULL},
	[HUE_OUT] = {PAPER, "#d0d7de", "#59636e", NULL},
};

#define SIGN_SIZE 13
/* From the middle of a letter down to where it stands. */
#define DROP(size) ((size) * 0.36)

static void add_signs(struct text *svg, enum hue hue, const struct box *boxes,
	size_t count)
{
	text_addf(svg, "<g font-size=\"%d\" text-anchor=\"middle\" "
		"class=\"p-on-%s\" fill=\"%s\">\n", SIGN_SIZE, hue_name(hue),
		hue_looks[hue].ink);
	for (size_t i = 0; i < count; i++) {
		const struct area *area = &boxes[i].area;

		if (boxes[i].sign[0] == '\0')
			continue;
		text_addf(svg, "<text x=\"%.1f\" y=\"%.1f\">",
			area->x + area->width / 2,
			area->y + area->height / 2 + DROP(SIGN_SIZE));
		text_add_html(svg, boxes[i].sign);
		text_add_string(svg, "</text>\n");
	}
	text_add_string(svg, "</g>\n");
}

/* Together, so that thousands are not large. */
void drawing_boxes(struct text *svg, enum hue hue, const struct box *boxes,
	size_t count)
{
	const struct hue_look *look = &hue_looks[hue];

	text_addf(svg, "<g class=\"p-%s\" fill=\"%s\" stroke=\"%s\"",
		hue_name(hue), look->fill, look->stroke);
	if (look->dashes != NULL)
		text_addf(svg, " stroke-dasharray=\"%s\"", look->dashes);
	text_add_string(svg, ">\n");
	for (size_t i = 0; i < count; i++)
		text_addf(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			"height=\"%.1f\" rx=\"3\"/>\n", boxes[i].area.x,
			boxes[i].area.y, boxes[i].area.width,
			boxes[i].area.height);
	text_add_string(svg, "</g>\n");
	add_signs(svg, hue, boxes, count);
}

void drawing_box(struct text *svg, enum hue hue, struct area area,
	const char *sign)
{
	struct box box = {.area = area};

	string_copy(box.sign, sizeof box.sign, sign);
	drawing_boxes(svg, hue, &box, 1);
}

void drawing_outline(struct text *svg, struct area area)
{
	text_addf(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		"height=\"%.1f\" rx=\"3\" class=\"p-limit\" fill=\"none\" "
		"stroke=\"" INK "\" stroke-width=\"2\"/>\n", area.x, area.y,
		area.width, area.height);
}

void drawing_sign(struct text *svg, enum hue hue, struct place at,
	const char *sign)
{
	drawing_box(svg, hue, (struct area){at.x - SIGN_WIDTH / 2.0,
		at.y - SIGN_HEIGHT / 2.0, SIGN_WIDTH, SIGN_HEIGHT}, sign);
}

/* --- text ------------------------------------------------------------------------ */

#define PAINT_INK "class=\"p-ink\" fill=\"" INK "\""
#define PAINT_HALO "class=\"p-halo\" fill=\"" PAPER "\" stroke=\"" PAPER "\" " \
	"stroke-width=\"4\" stroke-linejoin=\"round\""

static const char *const tone_paints[] = {
	[TONE_INK] = PAINT_INK,
	[TONE_MUTED] = "class=\"p-muted\" fill=\"#57606a\"",
	[TONE_BOLD] = PAINT_INK " font-weight=\"bold\"",
};

/* A bold letter is wider. */
static double tone_room(enum tone tone, double room)
{
	return tone == TONE_BOLD ? room * 0.9 : room;
}

static void add_text(struct text *svg, struct place at, enum anchor anchor,
	int size, const char *paint, const char *string, double room)
{
	static const char *const anchors[] = {
		[ANCHOR_START] = "", [ANCHOR_MIDDLE] = " text-anchor=\"middle\"",
		[ANCHOR_END] = " text-anchor=\"end\"",
	};

	text_addf(svg, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\"%s %s>",
		at.x, at.y, size, anchors[anchor], paint);
	add_text_cut(svg, string, size, room);
	text_add_string(svg, "</text>\n");
}

void drawing_text(struct text *svg, struct place at, enum anchor anchor,
	int size, enum tone tone, const char *string, double room)
{
	add_text(svg, at, anchor, size, tone_paints[tone], string,
		tone_room(tone, room));
}

void drawing_slanted(struct text *svg, struct place at, int size,
	const char *string, double room)
{
	text_addf(svg, "<text transform=\"translate(%.1f %.1f) rotate(-60)\" "
		"font-size=\"%d\" " PAINT_INK ">", at.x, at.y, size);
	add_text_cut(svg, string, size, room);
	text_add_string(svg, "</text>\n");
}

/* Twice, since not everything that shows SVG knows paint-order. */
void drawing_label(struct text *svg, struct place at, enum anchor anchor,
	int size, enum tone tone, const char *string)
{
	add_text(svg, at, anchor, size, PAINT_HALO, string, 0);
	add_text(svg, at, anchor, size, tone_paints[tone], string, 0);
}

/* Adds one line of what is left, and returns what is left then. */
static const char *add_line(struct text *line, const char *rest, int size,
	double room)
{
	const char *end = add_fitting(line, rest, size, room, false);
	const char *space = end;

	if (*end == '\0')
		return end;
	while (space > rest && *space != ' ')
		space--;
	if (space == rest)
		return end;
	text_clear(line);
	text_add(line, rest, (size_t)(space - rest));
	return string_skip_space(space);
}

int drawing_paragraph(struct text *svg, struct place at, int size,
	enum tone tone, const char *string, double room, int lines)
{
	struct text line;
	int count = 0;

	text_init(&line, 0);
	while (*string != '\0' && count < lines) {
		text_clear(&line);
		count++;
		if (count == lines)
			text_add_string(&line, string);
		string = count == lines ? "" :
			add_line(&line, string, size, tone_room(tone, room));
		drawing_text(svg, at, ANCHOR_START, size, tone,
			text_string(&line), room);
		at.y += size * 1.45;
	}
	text_release(&line);
	return count;
}

/* --- legends ----------------------------------------------------------------------- */

#define LEGEND_SIZE 12
#define LEGEND_GAP 18
#define SAMPLE_WIDTH 30

/* Where the next sample begins, whose text begins so much behind it. */
static struct place legend_place(struct legend *legend, double sample,
	const char *means)
{
	double width = sample + 6 + drawing_width(means, LEGEND_SIZE);
	struct place at;

	if (legend->at.x > legend->left && legend->at.x + width > legend->right) {
		legend->at.x = legend->left;
		legend->at.y += LEGEND_LINE;
	}
	at = legend->at;
	legend->at.x += width + LEGEND_GAP;
	drawing_text(legend->svg, (struct place){at.x + sample + 6, at.y},
		ANCHOR_START, LEGEND_SIZE, TONE_INK, means, 0);
	return (struct place){at.x, at.y - DROP(LEGEND_SIZE)};
}

void legend_stroke(struct legend *legend, enum stroke stroke, const char *means)
{
	struct place at = legend_place(legend, SAMPLE_WIDTH, means);

	drawing_line(legend->svg, stroke, at,
		(struct place){at.x + SAMPLE_WIDTH, at.y});
	drawing_mark(legend->svg, stroke_looks[stroke].mark,
		(struct place){at.x + SAMPLE_WIDTH / 2.0, at.y});
}

/* Flags stand on their place, all others about it. */
void legend_mark(struct legend *legend, enum mark mark, const char *means)
{
	struct place at = legend_place(legend, 12, means);
	bool flag = mark == MARK_FLAG || mark == MARK_HOLLOW_FLAG;

	drawing_mark(legend->svg, mark,
		(struct place){at.x + 6, at.y + (flag ? 4.5 : 0)});
}

void legend_sign(struct legend *legend, enum hue hue, const char *sign,
	const char *means)
{
	struct place at = legend_place(legend, SIGN_WIDTH, means);

	drawing_sign(legend->svg, hue,
		(struct place){at.x + SIGN_WIDTH / 2.0, at.y}, sign);
}
