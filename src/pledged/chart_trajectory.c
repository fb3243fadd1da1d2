/* chart_trajectory: see chart.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/forecast.h"
#include "core/trajectory.h"
#include "pledged/chart_internal.h"
#include "pledged/ticks.h"

#define WIDTH 640
#define PLOT_HEIGHT 236
#define PLOT_LEFT 72
#define PLOT_RIGHT (WIDTH - CHART_MARGIN)
#define UNIT_MAX 40	/* bytes of a unit in a legend */
#define TIME_TICKS 8	/* have room for labels */
#define APART 2.0	/* so far, two lines are seen to be two */
#define DOTS_MAX 40	/* figures with a dot each; of more, the line alone */

struct charting {
	struct chart chart;
	const struct trajectory *trajectory;
	instant original;	/* due date; INSTANT_MAX: as it is, or not known */
	const char *unit;	/* NULL: none is told */
	struct scale times, values;
	struct ticks time_ticks, value_ticks;
	bool shows[TRAJECTORY_EARLIER_MAX];	/* earlier lines */
	double top, bottom;	/* of the plane */
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
	if (trajectory->low.count > 0) {
		text_add_string(out, " (between ");
		add_estimate(out, a->forecast.low, NULL);
		text_add_string(out, " and ");
		add_estimate(out, a->forecast.high, NULL);
		text_add_string(out, " at 95 %)");
	}
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

/* " First due 2020-06-30." */
static void say_original(const struct charting *charting, struct text *out)
{
	if (charting->original == INSTANT_MAX)
		return;
	text_add_string(out, " First due ");
	text_add_date(out, zone_date(charting->trajectory->zone,
		charting->original));
	text_add_char(out, '.');
}

static void say_all(struct charting *charting)
{
	struct text *out = &charting->chart.words;

	say_trajectory(out, charting->trajectory, charting->unit);
	say_original(charting, out);
	say_forecast(out, charting->trajectory, charting->unit);
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
static void charting_values(struct charting *charting)
{
	const struct trajectory *trajectory = charting->trajectory;
	const struct assessment *a = &trajectory->assessment;
	double low = INFINITY, high = -INFINITY;

	extent_take(&trajectory->actual, &low, &high);
	extent_take(&trajectory->path, &low, &high);
	extent_take(&trajectory->forecast, &low, &high);
	extent_take(&trajectory->low, &low, &high);
	extent_take(&trajectory->high, &low, &high);
	for (size_t i = 0; i < trajectory->earlier_count; i++)
		extent_take(&trajectory->earlier[i], &low, &high);
	if (a->target.known) {
		low = fmin(low, decimal_to_double(a->target.value));
		high = fmax(high, decimal_to_double(a->target.value));
	}
	if (trajectory->flow || (low > 0 && low < high / 2))
		low = fmin(low, 0);
	charting->values.place_from = PLOT_HEIGHT;
	ticks_of_values(low, high, &charting->value_ticks, &charting->values);
}

static void charting_times(struct charting *charting)
{
	const struct trajectory *trajectory = charting->trajectory;
	/* A line of one point stands in the middle of a day. */
	instant spare = trajectory->to > trajectory->from ? 0 : 86400 / 2;

	charting->times = (struct scale){(double)(trajectory->from - spare),
		(double)(trajectory->to + spare), PLOT_LEFT, PLOT_RIGHT};
	ticks_of_time(trajectory->from - spare, trajectory->to + spare,
		trajectory->zone, TIME_TICKS, &charting->time_ticks);
}

/* Whether an earlier line parts from the actual far enough to be seen. */
static bool earlier_shows(const struct charting *charting,
	const struct trajectory_line *line)
{
	const struct trajectory_line *actual = &charting->trajectory->actual;
	size_t at = 0;

	for (size_t i = 0; i < line->count; i++) {
		while (at < actual->count &&
		    actual->points[at].at < line->points[i].at)
			at++;
		if (at == actual->count)
			return true;
		if (actual->points[at].at == line->points[i].at &&
		    fabs(scale_place(&charting->values, actual->points[at].value) -
			    scale_place(&charting->values, line->points[i].value)) >
			    APART)
			return true;
	}
	return false;
}

/* The scales, as if the plane began at 0. */
static void charting_measure(struct charting *charting)
{
	const struct trajectory *trajectory = charting->trajectory;

	charting_values(charting);
	charting_times(charting);
	for (size_t i = 0; i < trajectory->earlier_count; i++)
		charting->shows[i] = earlier_shows(charting,
			&trajectory->earlier[i]);
}

static void charting_place_plane(struct charting *charting, double top)
{
	charting->top = charting->values.place_to = top;
	charting->bottom = charting->values.place_from = top + PLOT_HEIGHT;
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
	const struct ticks *values = &charting->value_ticks,
		*times = &charting->time_ticks;

	for (size_t i = 0; i < values->count; i++) {
		double y = scale_place(&charting->values,
			values->items[i].value);

		drawing_line(svg, STROKE_GRID, (struct place){PLOT_LEFT, y},
			(struct place){PLOT_RIGHT, y});
		drawing_text(svg, (struct place){PLOT_LEFT - 8, y + 4},
			ANCHOR_END, 12, TONE_MUTED, values->items[i].label,
			PLOT_LEFT - 10);
	}
	for (size_t i = 0; i < times->count; i++) {
		double x = scale_place(&charting->times, times->items[i].value);

		drawing_line(svg, STROKE_FRAME, (struct place){x, charting->bottom},
			(struct place){x, charting->bottom + 5});
		drawing_text(svg, (struct place){x, charting->bottom + 19},
			ANCHOR_MIDDLE, 12, TONE_MUTED, times->items[i].label, 0);
	}
	drawing_line(svg, STROKE_FRAME, (struct place){PLOT_LEFT, charting->bottom},
		(struct place){PLOT_RIGHT, charting->bottom});
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

/* Above the plane, where no line goes: "due 2020-12-31". */
static void draw_date(const struct charting *charting, instant at,
	enum mark mark, const char *means, double above)
{
	double x = scale_place(&charting->times, (double)at);
	struct place flag = {x, charting->top - above + 4};
	bool left = x > WIDTH / 2;
	struct text label;

	text_init(&label, 64);
	text_add_string(&label, means);
	text_add_date(&label, zone_date(charting->trajectory->zone, at));
	drawing_line(charting->svg, STROKE_DATE, flag,
		(struct place){x, charting->bottom});
	drawing_mark(charting->svg, mark, flag);
	drawing_text(charting->svg, (struct place){left ? x - 10 : x + 10,
		flag.y}, left ? ANCHOR_END : ANCHOR_START, 12, TONE_INK,
		text_string(&label), 0);
	text_release(&label);
}

static bool original_shows(const struct charting *charting)
{
	return charting->original >= charting->trajectory->from &&
		charting->original <= charting->trajectory->to;
}

static void draw_dates(const struct charting *charting)
{
	instant due = charting->trajectory->assessment.due;

	if (original_shows(charting))
		draw_date(charting, charting->original, MARK_HOLLOW_FLAG,
			"first due ", 10 + CHART_LINE);
	if (due != INSTANT_MAX)
		draw_date(charting, due, MARK_FLAG, "due ", 10);
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
		drawing_mark(charting->svg, MARK_DOT, charting_place(charting,
			actual->points[i].at, actual->points[i].value));
}

/* A ring where each of them ended: what was thought then. */
static void draw_earlier(const struct charting *charting)
{
	const struct trajectory *trajectory = charting->trajectory;

	for (size_t i = 0; i < trajectory->earlier_count; i++) {
		const struct trajectory_line *line = &trajectory->earlier[i];
		const struct trajectory_point *last =
			&line->points[line->count - 1];

		if (!charting->shows[i])
			continue;
		draw_trajectory_line(charting, STROKE_EARLIER, line);
		drawing_mark(charting->svg, MARK_RING, charting_place(charting,
			last->at, last->value));
	}
}

static void draw_band(const struct charting *charting)
{
	const struct trajectory_line *low = &charting->trajectory->low,
		*high = &charting->trajectory->high;
	size_t count = low->count + high->count;
	struct place *places = mem_new(count + 1, sizeof *places);

	for (size_t i = 0; i < low->count; i++)
		places[i] = charting_place(charting, low->points[i].at,
			low->points[i].value);
	for (size_t i = 0; i < high->count; i++)
		places[count - 1 - i] = charting_place(charting,
			high->points[i].at, high->points[i].value);
	if (count > 2)
		drawing_band(charting->svg, places, count);
	free(places);
}

static void draw_forecast(const struct charting *charting)
{
	const struct trajectory_line *line = &charting->trajectory->forecast;
	const struct trajectory_point *last;

	if (line->count == 0)
		return;
	last = &line->points[line->count - 1];
	draw_trajectory_line(charting, STROKE_OUTLOOK, line);
	drawing_mark(charting->svg, MARK_DIAMOND, charting_place(charting,
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
	bool bottom = at.y > charting->bottom - 30, top = at.y < charting->top + 24;
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
	at.y += bottom || (left && rises && !top) ? -10 : 22;
	drawing_label(charting->svg, at, left ? ANCHOR_END : ANCHOR_START, 13,
		TONE_INK, text_string(&label));
	text_release(&label);
}

/* "forecast 25 bn" */
static void draw_meaning(struct legend *legend, enum stroke stroke,
	const char *means, double amount)
{
	struct text label;

	text_init(&label, 256);
	text_add_string(&label, means);
	add_estimate(&label, amount, NULL);
	legend_stroke(legend, stroke, text_string(&label));
	text_release(&label);
}

/* "actual, USD" */
static void draw_unit(struct legend *legend, const char *unit)
{
	struct text label;

	text_init(&label, 256);
	text_add_string(&label, "actual");
	if (unit != NULL) {
		text_add_string(&label, ", ");
		text_add_line(&label, unit, UNIT_MAX);
	}
	legend_stroke(legend, STROKE_MAIN, text_string(&label));
	text_release(&label);
}

static void draw_legend(struct charting *charting)
{
	const struct trajectory *trajectory = charting->trajectory;
	const struct assessment *a = &trajectory->assessment;
	struct legend legend = chart_legend(&charting->chart);

	draw_unit(&legend, charting->unit);
	if (trajectory->path.count > 0)
		legend_stroke(&legend, STROKE_GUIDE, trajectory->ceiling ?
			"path allows" : "path requires");
	if (trajectory->forecast.count > 0)
		draw_meaning(&legend, STROKE_OUTLOOK, "forecast ",
			a->forecast.value);
	if (a->target.known)
		draw_meaning(&legend, STROKE_LIMIT, trajectory->ceiling ?
			"limit " : "target ", decimal_to_double(a->target.value));
	for (size_t i = 0; i < trajectory->earlier_count; i++) {
		if (!charting->shows[i])
			continue;
		legend_stroke(&legend, STROKE_EARLIER, "before revisions");
		break;
	}
	chart_legend_end(&charting->chart, &legend);
}

/* --- the trajectory ---------------------------------------------------------------- */

static void draw_plane(struct charting *charting)
{
	struct chart *chart = &charting->chart;

	charting_place_plane(charting, chart->y + 24 +
		(original_shows(charting) ? CHART_LINE : 0));
	draw_axes(charting);
	draw_band(charting);
	draw_dates(charting);
	draw_target(charting);
	draw_trajectory_line(charting, STROKE_GUIDE,
		&charting->trajectory->path);
	draw_earlier(charting);
	draw_forecast(charting);
	draw_actual(charting);
	draw_latest(charting);
	chart->y = charting->bottom + 20;
}

/* INSTANT_MAX: on the day on which it is due now. */
static instant original_of(const struct register_ *reg, uint32_t milestone,
	const struct trajectory *trajectory)
{
	const struct assessment *a = &trajectory->assessment;
	instant original = assessment_original_due(reg, milestone, a);

	if (original == INSTANT_MAX || a->due == INSTANT_MAX ||
	    date_compare(zone_date(trajectory->zone, original),
		    zone_date(trajectory->zone, a->due)) == 0)
		return INSTANT_MAX;
	return original;
}

bool chart_trajectory(const struct register_ *reg, struct history *history,
	uint32_t milestone, struct knowledge known, enum chart_form form,
	struct text *svg, struct text *words)
{
	struct trajectory trajectory;

	if (!trajectory_take(reg, history, milestone, known, &trajectory))
		return false;
	struct charting charting = {
		.trajectory = &trajectory,
		.original = original_of(reg, milestone, &trajectory),
		.unit = unit_of(trajectory.milestone),
		.svg = &charting.chart.body,
	};

	chart_init(&charting.chart, reg, form, WIDTH);
	chart_add_title(&charting.chart.title, reg, trajectory.milestone);
	say_all(&charting);
	charting_measure(&charting);
	chart_head(&charting.chart);
	draw_legend(&charting);
	draw_plane(&charting);
	trajectory_release(&trajectory);
	return chart_end(&charting.chart, svg, words);
}
