/* chart: see chart.h. */
#include "pledged/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/forecast.h"
#include "core/trajectory.h"
#include "pledged/drawing.h"

#define WIDTH 640
#define HEIGHT 360
#define MARGIN 16
#define PLOT_LEFT 72
#define PLOT_RIGHT (WIDTH - MARGIN)
#define PLOT_TOP 96
#define PLOT_BOTTOM (HEIGHT - 40)
#define DOTS_MAX 40	/* figures with a dot each; of more, the line alone */

struct charting {
	const struct trajectory *trajectory;
	const char *unit;	/* NULL: none is told */
	struct scale times, values;
	struct text *svg;
};

/* --- amounts ----------------------------------------------------------------- */

/* "27.3 bn USD" */
static void add_amount(struct text *out, struct decimal amount,
	const char *unit)
{
	struct text number;

	text_init(&number, 128);
	text_add_decimal_short(&number, amount);
	size_t digits = strcspn(text_string(&number), "tbmk");

	text_add(out, number.data, digits);
	if (digits < number.length)
		text_addf(out, " %s", number.data + digits);
	text_release(&number);
	if (unit != NULL)
		text_addf(out, " %s", unit);
}

static void add_estimate(struct text *out, double amount, const char *unit)
{
	struct decimal value;

	if (decimal_from_double(amount, FORECAST_DIGITS, &value))
		add_amount(out, value, unit);
}

/* NULL: of a pure number nothing is said. */
static const char *unit_of(const struct milestone *milestone)
{
	const char *unit = milestone->benchmark->unit;

	return unit == NULL || string_is(unit, "1") ? NULL : unit;
}

/* --- in words ------------------------------------------------------------------ */

static void say_due(struct text *out, const struct trajectory *trajectory)
{
	if (trajectory->assessment.due == INSTANT_MAX)
		return;
	text_add_string(out, " by ");
	text_add_date(out, zone_date(trajectory->zone,
		trajectory->assessment.due));
}

static void say_pace(struct text *out, const struct trajectory *trajectory)
{
	const struct assessment *a = &trajectory->assessment;
	struct decimal percent;

	if (!a->pace.known || !decimal_multiply(a->pace.value,
			decimal_from_int(100), &percent))
		return;
	text_add_string(out, "; ");
	text_add_decimal(out, decimal_round(percent, 0));
	text_add_string(out, " % of the path");
	if (period_is_none(a->data_through))
		return;
	text_add_string(out, " through ");
	text_add_period(out, a->data_through);
}

static void say_forecast(struct text *out, const struct trajectory *trajectory,
	const char *unit)
{
	const struct assessment *a = &trajectory->assessment;

	if (trajectory->forecast.count == 0)
		return;
	text_add_string(out, " Forecast: ");
	add_estimate(out, a->forecast.value, unit);
	say_due(out, trajectory);
	text_add_char(out, '.');
}

/* Of a flow, how much has come: "27.3 bn USD of 33.5 bn required"; of a level,
   where it stands: "4.6 %; 5.5 % required". */
static void say_target(struct text *out, const struct trajectory *trajectory,
	const char *unit)
{
	const struct assessment *a = &trajectory->assessment;

	if (!a->target.known) {
		text_add_string(out, "; what is ");
	} else {
		text_add_string(out, trajectory->flow ? " of " : "; ");
		if (trajectory->ceiling)
			text_add_string(out, "at most ");
		add_amount(out, a->target.value, trajectory->flow ? NULL : unit);
		text_add_char(out, ' ');
	}
	text_add_string(out, trajectory->ceiling ? "allowed" : "required");
	say_due(out, trajectory);
	if (!a->target.known)
		text_add_string(out, " is not known yet");
}

/* "27.3 bn USD of 33.5 bn required by 2020-12-31; 82 % of the path through
   2020-12." */
static void say_trajectory(struct text *out,
	const struct trajectory *trajectory, const char *unit)
{
	const struct assessment *a = &trajectory->assessment;
	const struct trajectory_line *actual = &trajectory->actual;

	if (a->actual.known)
		add_amount(out, a->actual.value, unit);
	else
		add_estimate(out, actual->points[actual->count - 1].value, unit);
	say_target(out, trajectory, unit);
	say_pace(out, trajectory);
	text_add_char(out, '.');
}

/* --- the plane ----------------------------------------------------------------- */

static void extent_take(const struct trajectory_line *line, double *low,
	double *high)
{
	for (size_t i = 0; i < line->count; i++) {
		*low = fmin(*low, line->points[i].value);
		*high = fmax(*high, line->points[i].value);
	}
}

/* From 0 where that is not far off: shares of a flow are seen as such. */
static void charting_values(struct charting *charting, struct ticks *ticks)
{
	const struct trajectory *trajectory = charting->trajectory;
	const struct assessment *a = &trajectory->assessment;
	double low = INFINITY, high = -INFINITY;

	extent_take(&trajectory->actual, &low, &high);
	extent_take(&trajectory->path, &low, &high);
	extent_take(&trajectory->forecast, &low, &high);
	if (a->target.known) {
		low = fmin(low, decimal_to_double(a->target.value));
		high = fmax(high, decimal_to_double(a->target.value));
	}
	if (trajectory->flow || (low > 0 && low < high / 2))
		low = fmin(low, 0);
	charting->values.place_from = PLOT_BOTTOM;
	charting->values.place_to = PLOT_TOP;
	ticks_of_values(low, high, ticks, &charting->values);
}

static void charting_times(struct charting *charting, struct ticks *ticks)
{
	const struct trajectory *trajectory = charting->trajectory;
	/* A line of one point stands in the middle of a day. */
	instant spare = trajectory->to > trajectory->from ? 0 : 86400 / 2;

	charting->times = (struct scale){(double)(trajectory->from - spare),
		(double)(trajectory->to + spare), PLOT_LEFT, PLOT_RIGHT};
	ticks_of_time(trajectory->from - spare, trajectory->to + spare,
		trajectory->zone, ticks);
}

static struct place charting_place(const struct charting *charting, instant at,
	double value)
{
	return (struct place){scale_place(&charting->times, (double)at),
		scale_place(&charting->values, value)};
}

static void draw_axes(struct charting *charting)
{
	struct text *svg = charting->svg;
	struct ticks values, times;

	charting_values(charting, &values);
	charting_times(charting, &times);
	for (size_t i = 0; i < values.count; i++) {
		double y = scale_place(&charting->values, values.items[i].value);

		drawing_line(svg, STROKE_GRID, (struct place){PLOT_LEFT, y},
			(struct place){PLOT_RIGHT, y});
		drawing_text(svg, (struct place){PLOT_LEFT - 8, y + 4},
			ANCHOR_END, 12, values.items[i].label, PLOT_LEFT - 10);
	}
	for (size_t i = 0; i < times.count; i++) {
		double x = scale_place(&charting->times, times.items[i].value);

		drawing_line(svg, STROKE_FRAME, (struct place){x, PLOT_BOTTOM},
			(struct place){x, PLOT_BOTTOM + 5});
		drawing_text(svg, (struct place){x, PLOT_BOTTOM + 19},
			ANCHOR_MIDDLE, 12, times.items[i].label, 0);
	}
	drawing_line(svg, STROKE_FRAME, (struct place){PLOT_LEFT, PLOT_BOTTOM},
		(struct place){PLOT_RIGHT, PLOT_BOTTOM});
	if (charting->unit != NULL)
		drawing_text(svg, (struct place){PLOT_LEFT - 8, PLOT_TOP - 12},
			ANCHOR_END, 12, charting->unit, PLOT_LEFT - 10);
}

/* --- what is drawn in it --------------------------------------------------------- */

static void draw_trajectory_line(const struct charting *charting,
	enum stroke stroke, const struct trajectory_line *line)
{
	struct place *places = mem_new(line->count + 1, sizeof *places);

	for (size_t i = 0; i < line->count; i++)
		places[i] = charting_place(charting, line->points[i].at,
			line->points[i].value);
	if (line->count > 1)
		drawing_polyline(charting->svg, stroke, places, line->count);
	free(places);
}

static void draw_target(const struct charting *charting)
{
	const struct assessment *a = &charting->trajectory->assessment;

	if (!a->target.known)
		return;
	double y = scale_place(&charting->values,
		decimal_to_double(a->target.value));

	drawing_line(charting->svg, STROKE_LIMIT, (struct place){PLOT_LEFT, y},
		(struct place){PLOT_RIGHT, y});
}

/* Above the plane, where no line goes. */
static void draw_due(const struct charting *charting)
{
	instant due = charting->trajectory->assessment.due;
	struct text label;

	if (due == INSTANT_MAX)
		return;
	double x = scale_place(&charting->times, (double)due);

	text_init(&label, 64);
	text_add_string(&label, "due ");
	text_add_date(&label, zone_date(charting->trajectory->zone, due));
	drawing_line(charting->svg, STROKE_DATE, (struct place){x, PLOT_TOP - 6},
		(struct place){x, PLOT_BOTTOM});
	drawing_text(charting->svg, (struct place){x, PLOT_TOP - 12},
		x > WIDTH / 2 ? ANCHOR_END : ANCHOR_START, 12,
		text_string(&label), 0);
	text_release(&label);
}

/* Where a flow begins there is no figure. */
static void draw_actual(const struct charting *charting)
{
	const struct trajectory *trajectory = charting->trajectory;
	const struct trajectory_line *actual = &trajectory->actual;
	size_t from = actual->count > DOTS_MAX ? actual->count - 1 :
		trajectory->flow ? 1 : 0;

	draw_trajectory_line(charting, STROKE_MAIN, actual);
	for (size_t i = from; i < actual->count; i++)
		drawing_mark(charting->svg, STROKE_MAIN, charting_place(charting,
			actual->points[i].at, actual->points[i].value));
}

static void draw_forecast(const struct charting *charting)
{
	const struct trajectory_line *line = &charting->trajectory->forecast;
	const struct trajectory_point *last;

	if (line->count == 0)
		return;
	last = &line->points[line->count - 1];
	draw_trajectory_line(charting, STROKE_OUTLOOK, line);
	drawing_mark(charting->svg, STROKE_OUTLOOK, charting_place(charting,
		last->at, last->value));
}

/* "2020-12: 27.3 bn" to the right of the last figure where there is room, else
   to the left, away from where the line comes from. */
static void draw_latest(const struct charting *charting)
{
	const struct trajectory *trajectory = charting->trajectory;
	const struct trajectory_line *actual = &trajectory->actual;
	const struct trajectory_point *last = &actual->points[actual->count - 1];
	struct place at = charting_place(charting, last->at, last->value);
	bool rises = actual->count > 1 && last[-1].value < last->value;
	bool bottom = at.y > PLOT_BOTTOM - 30;
	struct text label;

	text_init(&label, 256);
	if (period_is_none(trajectory->through))
		text_add_date(&label, zone_date(trajectory->zone, last->at));
	else
		text_add_period(&label, trajectory->through);
	text_add_string(&label, ": ");
	add_estimate(&label, last->value, NULL);
	bool left = at.x + drawing_width(text_string(&label), 13) + 14 >
		PLOT_RIGHT;

	at.x += left ? -10 : 10;
	at.y += bottom || (left && rises) ? -10 : 22;
	drawing_label(charting->svg, at, left ? ANCHOR_END : ANCHOR_START, 13,
		text_string(&label));
	text_release(&label);
}

/* "forecast 25 bn" */
static double draw_meaning(const struct charting *charting, enum stroke stroke,
	struct place at, const char *means, double amount)
{
	struct text label;

	text_init(&label, 256);
	text_add_string(&label, means);
	add_estimate(&label, amount, NULL);
	double next = drawing_legend(charting->svg, stroke, at,
		text_string(&label));

	text_release(&label);
	return next;
}

static void draw_legend(const struct charting *charting)
{
	const struct trajectory *trajectory = charting->trajectory;
	const struct assessment *a = &trajectory->assessment;
	struct place at = {MARGIN, 68};

	at.x = drawing_legend(charting->svg, STROKE_MAIN, at, "actual");
	if (trajectory->path.count > 0)
		at.x = drawing_legend(charting->svg, STROKE_GUIDE, at,
			trajectory->ceiling ? "path allows" : "path requires");
	if (trajectory->forecast.count > 0)
		at.x = draw_meaning(charting, STROKE_OUTLOOK, at, "forecast ",
			a->forecast.value);
	if (a->target.known)
		draw_meaning(charting, STROKE_LIMIT, at, trajectory->ceiling ?
			"limit " : "target ", decimal_to_double(a->target.value));
}

/* --- the trajectory ---------------------------------------------------------------- */

/* "Agricultural goods: 2020", as messages call it. */
static void add_title(struct text *out, const struct register_ *reg,
	const struct milestone *milestone)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);

	if (milestone->title != NULL)
		text_add_string(out, milestone->title);
	else
		text_addf(out, "%s: %s", pledge->title != NULL ? pledge->title :
			pledge->id, milestone->name);
}

static void draw_trajectory(struct charting *charting, const char *title,
	const char *words)
{
	const struct trajectory *trajectory = charting->trajectory;
	struct text *svg = charting->svg;

	drawing_begin(svg, WIDTH, HEIGHT, title, words);
	drawing_heading(svg, (struct place){MARGIN, 26}, 16, title,
		WIDTH - 2 * MARGIN);
	drawing_text(svg, (struct place){MARGIN, 46}, ANCHOR_START, 12, words,
		WIDTH - 2 * MARGIN);
	draw_legend(charting);
	draw_axes(charting);
	draw_due(charting);
	draw_target(charting);
	draw_trajectory_line(charting, STROKE_GUIDE, &trajectory->path);
	draw_forecast(charting);
	draw_actual(charting);
	draw_latest(charting);
	drawing_end(svg);
}

bool chart_trajectory(const struct register_ *reg, struct history *history,
	uint32_t milestone, struct knowledge known, enum chart_form form,
	struct text *svg, struct text *words)
{
	struct trajectory trajectory;
	struct text title, said, picture;

	(void)form;
	if (!trajectory_take(reg, history, milestone, known, &trajectory))
		return false;
	struct charting charting = {.trajectory = &trajectory,
		.unit = unit_of(trajectory.milestone), .svg = &picture};

	text_init(&title, 4096);
	text_init(&said, 4096);
	text_init(&picture, CHART_BYTES_MAX);
	add_title(&title, reg, trajectory.milestone);
	say_trajectory(&said, &trajectory, charting.unit);
	draw_trajectory(&charting, text_string(&title), text_string(&said));
	say_forecast(&said, &trajectory, charting.unit);
	bool good = !picture.cut;

	if (good && svg != NULL)
		text_add(svg, picture.data, picture.length);
	if (good && words != NULL)
		text_add(words, said.data, said.length);
	text_release(&picture);
	text_release(&said);
	text_release(&title);
	trajectory_release(&trajectory);
	return good;
}
