/* badge: see badge.h. White letters have a contrast of 4.5 and more. */
#include "pledged/badge.h"

#include <stdio.h>

#include "base/html.h"
#include "pledged/drawing.h"

#define BADGE_LETTERS 11	/* their size */
#define BADGE_BASELINE "14"
#define BADGE_EDGE 7		/* beside the letters */

static const char *const fills[HUE_COUNT] = {
	[HUE_GOOD] = "#1f7a3d", [HUE_LATE] = "#8a5a00", [HUE_BAD] = "#b3261e",
	[HUE_BLIND] = "#6b4a9e", [HUE_IDLE] = "#4a6078", [HUE_OUT] = "#666666",
};

static int side_width(const char *string)
{
	return (int)(drawing_width(string, BADGE_LETTERS) + 0.5) + 2 * BADGE_EDGE;
}

/* One half, from a place on. */
static void add_side(struct html *svg, int from, int width, const char *fill,
	const char *string)
{
	char x[16], middle[16], wide[16];

	snprintf(x, sizeof x, "%d", from);
	snprintf(wide, sizeof wide, "%d", width);
	snprintf(middle, sizeof middle, "%d.%d", from + width / 2,
		width % 2 * 5);
	html_element(svg, "rect", NULL, "x", x, "width", wide, "height", "20",
		"fill", fill, NULL);
	html_element(svg, "text", string, "x", middle, "y", BADGE_BASELINE,
		"text-anchor", "middle", NULL);
}

static void add_sides(struct html *svg, const char *label, const char *said,
	enum hue hue)
{
	int left = side_width(label), right = side_width(said);
	char width[16], name[256];

	snprintf(width, sizeof width, "%d", left + right);
	snprintf(name, sizeof name, "%s: %s", label, said);
	html_open(svg, "svg", "xmlns", "http://www.w3.org/2000/svg", "width",
		width, "height", "20", "role", "img", "aria-label", name, NULL);
	html_element(svg, "title", name, NULL);
	html_open(svg, "g", "fill", "#fff", "font-family",
		"DejaVu Sans, Verdana, sans-serif", "font-size", "11", NULL);
	add_side(svg, 0, left, "#333", label);
	add_side(svg, left, right, fills[hue], said);
	html_close(svg, "g");
	html_close(svg, "svg");
}

void badge_draw(const struct badge *badge, struct text *svg)
{
	struct text label, said;
	struct html html;

	text_init(&label, 0);
	text_init(&said, 0);
	text_add_line(&label, badge->label, BADGE_LABEL_MAX);
	text_addf(&said, "%s %s", badge->sign, badge->words);
	html_init(&html, svg);
	add_sides(&html, text_string(&label), text_string(&said), badge->hue);
	text_release(&label);
	text_release(&said);
}
