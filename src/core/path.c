/*
 * path: reading, checking and asking the path of a milestone.
 */
#include <ctype.h>
#include <string.h>

#include "core/path.h"
#include "core/register_index.h"
#include "core/windows.h"

/* ---- reading -------------------------------------------------------------- */

struct path_reading {
	const struct register_ *reg;
	struct milestone *milestone;
	struct faults *faults;
};

/* A table stands somewhere in the milestone. */
static struct origin path_said_at(const struct path_reading *reading)
{
	const struct milestone *milestone = reading->milestone;

	return milestone->path_said.text == NULL ? milestone->origin :
		said_origin(milestone, &milestone->path_said);
}

static bool path_fault(struct path_reading *reading, const char *what)
{
	faults_error(reading->faults, path_said_at(reading), "path: %s", what);
	return false;
}

/* Copies the next word of name or period characters; NULL when there is none
   or it is too long. */
static const char *path_word(const char *text, char word[REGISTER_ID_MAX + 1])
{
	size_t length = 0;

	text = string_skip_space(text);
	while (isalnum((unsigned char)text[length]) || (text[length] != '\0' &&
	    strchr("._-", text[length]) != NULL))
		length++;
	if (length == 0 || length > REGISTER_ID_MAX)
		return NULL;
	memcpy(word, text, length);
	word[length] = '\0';
	return string_skip_space(text + length);
}

static bool path_check_figures(struct path_reading *reading, const char *id)
{
	uint32_t number = reading->milestone->path->indicator;

	if (reading->reg->indicators[number].kind == INDICATOR_FIGURES)
		return true;
	faults_error(reading->faults, path_said_at(reading),
		"path: %s is an indicator of documents, and a profile needs "
		"figures", id);
	return false;
}

static bool path_take_indicator(struct path_reading *reading, const char *id)
{
	struct path *path = reading->milestone->path;
	const char *near;

	path->indicator = register_indicator(reading->reg, id);
	if (path->indicator != NOT_FOUND)
		return path_check_figures(reading, id);
	near = thing_nearest(reading->reg, THING_INDICATOR, id);
	faults_error(reading->faults, path_said_at(reading),
		near != NULL ? "path: there is no indicator '%s', did you mean "
		"'%s'?" : "path: there is no indicator '%s'", id, near);
	return false;
}

/* rest: what follows the word seasonal. */
static bool path_read_seasonal(struct path_reading *reading, const char *rest)
{
	struct path *path = reading->milestone->path;
	char id[REGISTER_ID_MAX + 1], base[REGISTER_ID_MAX + 1];

	path->kind = PATH_SEASONAL;
	if (*rest != '(' || (rest = path_word(rest + 1, id)) == NULL ||
	    *rest != ',' || (rest = path_word(rest + 1, base)) == NULL ||
	    *rest != ')' || *string_skip_space(rest + 1) != '\0')
		return path_fault(reading,
			"write seasonal(indicator, 2017)");
	if (!path_take_indicator(reading, id))
		return false;
	if (!period_read(base, &path->base) ||
	    path->base.frequency != FREQUENCY_YEAR)
		return path_fault(reading, "the base of seasonal is a year, "
			"such as seasonal(indicator, 2017)");
	return true;
}

static bool path_read(struct path_reading *reading)
{
	static const char *const words[] = {"linear", "seasonal", NULL};
	struct path *path = reading->milestone->path;
	const char *text = reading->milestone->path_said.text, *rest, *near;
	char word[REGISTER_ID_MAX + 1];

	if (text == NULL)
		return true;
	rest = path_word(text, word);
	if (rest != NULL && string_is(word, "linear") && *rest == '\0') {
		path->kind = PATH_LINEAR;
		return true;
	}
	if (rest != NULL && string_is(word, "seasonal"))
		return path_read_seasonal(reading, rest);
	near = rest != NULL ? string_nearest(word, words) : NULL;
	faults_error(reading->faults, path_said_at(reading),
		near != NULL ? "path: unknown path '%s', did you mean '%s'?" :
		"path: unknown path '%s': write linear, seasonal(indicator, "
		"2017) or a table of dates and values", text, near);
	return false;
}

/* ---- checking ------------------------------------------------------------- */

static bool path_check_linear(struct path_reading *reading)
{
	const struct milestone *milestone = reading->milestone;

	if (milestone->path->flow)
		return true;
	if (milestone->baseline == NULL)
		return path_fault(reading, "a linear path for a level runs "
			"from the baseline, and there is none: give baseline");
	if (milestone->start == INSTANT_MIN)
		return path_fault(reading, "a linear path for a level runs "
			"from the start, and there is none: give start");
	return true;
}

static int64_t period_span(struct period first, struct period last)
{
	return last.number - first.number + 1;
}

static bool path_check_seasonal(struct path_reading *reading)
{
	const struct path *path = reading->milestone->path;
	const struct indicator *indicator =
		&reading->reg->indicators[path->indicator];
	struct period first, last;
	int64_t difference;

	if (!path->flow)
		return path_fault(reading, "a seasonal path needs a sum or "
			"count over fixed periods on the side that moves");
	if (indicator->frequency != path->first.frequency ||
	    !period_divide(path->base, indicator->frequency, &first, &last))
		return path_fault(reading, "the frequency of the base is not "
			"that of the benchmark");
	/* A leap year's day and a 53rd week are no difference. */
	difference = period_span(first, last) -
		period_span(path->first, path->last);
	if (difference < -1 || difference > 1)
		return path_fault(reading,
			"the benchmark's window is not a year as the base is");
	return true;
}

static bool path_check_table(struct path_reading *reading)
{
	const struct path *path = reading->milestone->path;

	for (size_t i = 1; i < path->point_count; i++)
		if (date_compare(path->points[i - 1].date,
		    path->points[i].date) >= 0)
			return path_fault(reading,
				"the dates of the table must rise");
	return path->point_count > 0 || path_fault(reading,
		"the table is empty");
}

static bool comparison_has_side(enum comparison comparison)
{
	return comparison != COMPARE_EQ && comparison != COMPARE_NE;
}

void path_compile(const struct register_ *reg, struct milestone *milestone,
	struct faults *faults)
{
	static bool (*const checks[])(struct path_reading *) = {
		[PATH_LINEAR] = path_check_linear,
		[PATH_SEASONAL] = path_check_seasonal,
		[PATH_TABLE] = path_check_table,
	};
	struct path_reading reading = {reg, milestone, faults};
	const struct benchmark *benchmark = milestone->benchmark;
	struct evaluation evaluation;
	struct path *path;

	if (milestone->path == NULL && milestone->path_said.text == NULL)
		return;
	if (milestone->path == NULL)
		milestone->path = arena_alloc(reg->arena, 1, sizeof *path);
	path = milestone->path;
	if (!path_read(&reading) || path->kind == PATH_NONE)
		return;
	if (benchmark->actual == NULL ||
	    !comparison_has_side(benchmark->comparison)) {
		path_fault(&reading, "needs a benchmark that is one "
			"comparison with >=, >, <= or <");
		return;
	}
	evaluation = (struct evaluation){
		.reg = reg, .zone = milestone_zone(reg, milestone),
		.start = milestone->start, .due = milestone->due,
	};
	path->flow = expression_flow(benchmark->actual, &evaluation,
		&path->first, &path->last);
	checks[path->kind](&reading);
}

/* ---- asking --------------------------------------------------------------- */

/* a + (b - a) × part ÷ whole; whole is above 0. */
static bool decimal_between(struct decimal a, struct decimal b, int64_t part,
	int64_t whole, struct decimal *out)
{
	struct decimal way;

	return decimal_subtract(b, a, &way) &&
		decimal_multiply(way, decimal_from_int(part), &way) &&
		decimal_divide(way, decimal_from_int(whole), &way) &&
		decimal_add(a, way, out);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* Periods of a flow's window gone by. */
static int64_t path_elapsed(const struct path *path, struct period through)
{
	struct period at = period_of_date(path->first.frequency,
		period_last_day(through));

	return clamp(period_span(path->first, at), 0,
		period_span(path->first, path->last));
}

static int32_t instant_days(const struct path_question *question, instant at)
{
	return date_to_days(zone_date(question->evaluation->zone, at));
}

static bool path_linear(const struct path_question *question,
	struct decimal *out)
{
	const struct milestone *milestone = question->milestone;
	const struct path *path = milestone->path;
	int64_t from, to, day;

	if (path->flow)
		return decimal_between(DECIMAL_ZERO, question->target,
			path_elapsed(path, question->through),
			period_span(path->first, path->last), out);
	if (question->baseline == NULL)
		return false;
	from = instant_days(question, milestone->start);
	to = instant_days(question, milestone->due);
	day = date_to_days(period_last_day(question->through));
	if (to <= from) {
		*out = question->target;
		return true;
	}
	return decimal_between(*question->baseline, question->target,
		clamp(day, from, to) - from, to - from, out);
}

/* The figure of one period of the base year. */
static bool base_figure(const struct path_question *question,
	struct period period, struct decimal *out)
{
	const struct evaluation *evaluation = question->evaluation;
	const struct observation *observation = series_at(
		history_series(evaluation->history, evaluation->reg->indicators[
			question->milestone->path->indicator].id),
		period, evaluation->known);

	if (observation == NULL)
		return false;
	*out = observation->value;
	return true;
}

/* What the base year had brought by its n-th period: of a running total the
   figure, else the sum. */
static bool base_through(const struct path_question *question,
	struct period first, int64_t n, struct decimal *out)
{
	const struct path *path = question->milestone->path;
	struct decimal figure;

	*out = DECIMAL_ZERO;
	if (n == 0)
		return true;
	if (question->evaluation->reg->indicators[path->indicator].cumulative)
		return base_figure(question, period_next(first, n - 1), out);
	for (int64_t i = 0; i < n; i++)
		if (!base_figure(question, period_next(first, i), &figure) ||
		    !decimal_add(*out, figure, out))
			return false;
	return true;
}

static bool path_seasonal(const struct path_question *question,
	struct decimal *out)
{
	const struct path *path = question->milestone->path;
	int64_t elapsed = path_elapsed(path, question->through), periods;
	struct period first, last;
	struct decimal part, whole;

	if (!period_divide(path->base, path->first.frequency, &first, &last))
		return false;
	periods = period_span(first, last);
	/* The window's end is the base's, also where one has a day more. */
	if (elapsed > periods || elapsed == period_span(path->first, path->last))
		elapsed = periods;
	return base_through(question, first, elapsed, &part) &&
		base_through(question, first, periods, &whole) &&
		decimal_multiply(question->target, part, &part) &&
		decimal_divide(part, whole, out);
}

/* Where a table's path begins: 0 before a flow's window, the baseline at the
   start of a level. */
static bool path_origin(const struct path_question *question,
	struct path_point *out)
{
	const struct milestone *milestone = question->milestone;

	if (milestone->path->flow) {
		out->date = date_add_days(
			period_first_day(milestone->path->first), -1);
		out->value = DECIMAL_ZERO;
		return true;
	}
	if (question->baseline == NULL || milestone->start == INSTANT_MIN)
		return false;
	out->date = zone_date(question->evaluation->zone, milestone->start);
	out->value = *question->baseline;
	return true;
}

static bool path_between(const struct path_point *a,
	const struct path_point *b, struct date day, struct decimal *out)
{
	int64_t from = date_to_days(a->date), to = date_to_days(b->date);

	if (to <= from) {
		*out = b->value;
		return true;
	}
	return decimal_between(a->value, b->value,
		clamp(date_to_days(day), from, to) - from, to - from, out);
}

/* Before its first point a table is joined to its origin, after its last to
   the target on the due date. */
static bool path_table(const struct path_question *question,
	struct decimal *out)
{
	const struct path *path = question->milestone->path;
	struct date day = period_last_day(question->through);
	struct path_point origin, end = {.value = question->target};
	size_t i = 0;

	while (i < path->point_count &&
	    date_compare(path->points[i].date, day) < 0)
		i++;
	if (i < path->point_count && date_compare(path->points[i].date, day) == 0) {
		*out = path->points[i].value;
		return true;
	}
	if (i == 0)
		return path_origin(question, &origin) &&
			path_between(&origin, &path->points[0], day, out);
	if (i < path->point_count)
		return path_between(&path->points[i - 1], &path->points[i],
			day, out);
	end.date = zone_date(question->evaluation->zone,
		question->milestone->due);
	return path_between(&path->points[i - 1], &end, day, out);
}

bool path_required(const struct path_question *question, struct decimal *out)
{
	static bool (*const askers[])(const struct path_question *,
		struct decimal *) = {
		[PATH_LINEAR] = path_linear,
		[PATH_SEASONAL] = path_seasonal,
		[PATH_TABLE] = path_table,
	};
	enum path_kind kind = question->milestone->path->kind;

	return kind != PATH_NONE && !period_is_none(question->through) &&
		askers[kind](question, out);
}
