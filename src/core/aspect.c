/*
 * aspect: see aspect.h. A row tells the kind of value and where it stands; a
 * kind how it is checked, shown and compared.
 */
#include "core/aspect.h"

#include <stdlib.h>
#include <string.h>

#define RATIO_PLACES 3
#define SHOWN_PLACES 15
#define REQUIRED_DIGITS 6

static const char none[] = "none";

struct row;

struct kind {
	bool (*check)(const struct row *row, const char *text,
		struct error *error);
	void (*add)(const struct row *row, const struct answer *answer,
		struct text *out);
	bool (*is)(const struct row *row, const struct answer *answer,
		const char *text);
};

struct row {
	const char *name;
	const struct kind *kind;
	size_t offset;			/* in struct assessment */
	const char *(*word)(int value);	/* of an axis */
	int words;
	struct decimal (*shown)(const struct answer *answer,
		struct decimal value);
	instant (*time)(const struct answer *answer);
	struct figure (*figure)(const struct answer *answer); /* no offset */
};

static const void *row_place(const struct row *row, const struct answer *answer)
{
	return (const char *)answer->assessment + row->offset;
}

/* Shown and compared as text. */
static bool text_is(const struct row *row, const struct answer *answer,
	const char *text)
{
	struct text shown;

	text_init(&shown, 0);
	row->kind->add(row, answer, &shown);
	bool same = string_is(text_string(&shown), text);
	text_release(&shown);
	return same;
}

/* --- words ------------------------------------------------------------------ */

#define WORDS_MAX 32

static bool word_check(const struct row *row, const char *text,
	struct error *error)
{
	const char *words[WORDS_MAX + 1] = {NULL};

	for (int i = 0; i < row->words && i < WORDS_MAX; i++) {
		words[i] = row->word(i);
		if (string_is(words[i], text))
			return true;
	}
	const char *near = string_nearest(text, words);

	if (near != NULL)
		error_set(error, ERROR_INPUT, "\"%.80s\" is no %s, nearest is "
			"\"%s\"", text, row->name, near);
	else
		error_set(error, ERROR_INPUT, "\"%.80s\" is no %s: write \"%s\" "
			"or the like", text, row->name, words[0]);
	return false;
}

static void word_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	text_add_string(out, row->word(
		*(const int *)row_place(row, answer)));
}

static const char *word_status(int value)
{
	return status_name((enum status)value);
}

static const char *word_lifecycle(int value)
{
	return lifecycle_name((enum lifecycle)value);
}

static const char *word_verdict(int value)
{
	return verdict_name((enum verdict)value);
}

static const char *word_progress(int value)
{
	return progress_name((enum progress)value);
}

static const char *word_knowledge(int value)
{
	return assurance_name((enum assurance)value);
}

/* --- figures ---------------------------------------------------------------- */

static bool figure_check(const struct row *row, const char *text,
	struct error *error)
{
	struct decimal value;

	(void)row;
	if (string_is(text, none) || decimal_read(text, &value))
		return true;
	error_set(error, ERROR_INPUT, "\"%.80s\": a number or \"none\" is "
		"expected", text);
	return false;
}

static struct figure row_figure(const struct row *row,
	const struct answer *answer)
{
	return row->figure != NULL ? row->figure(answer) :
		*(const struct figure *)row_place(row, answer);
}

static void figure_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	struct figure figure = row_figure(row, answer);

	if (figure.known)
		text_add_decimal(out, row->shown(answer, figure.value));
	else
		text_add_string(out, none);
}

static bool figure_is(const struct row *row, const struct answer *answer,
	const char *text)
{
	struct figure figure = row_figure(row, answer);
	struct decimal value;

	if (!figure.known || !decimal_read(text, &value))
		return !figure.known && string_is(text, none);
	return decimal_equal(row->shown(answer, figure.value), row->shown(answer, value));
}

static struct decimal shown_figure(const struct answer *answer,
	struct decimal value)
{
	(void)answer;
	return decimal_places(value) <= SHOWN_PLACES ? value
		: decimal_round(value, SHOWN_PLACES);
}

static struct decimal shown_ratio(const struct answer *answer,
	struct decimal value)
{
	(void)answer;
	return decimal_round(value, RATIO_PLACES);
}

/* By as many decimals as the target has, and by six digits at least. */
static struct decimal shown_required(const struct answer *answer,
	struct decimal value)
{
	const struct figure *target = &answer->assessment->target;
	struct decimal few = decimal_round_significant(value, REQUIRED_DIGITS);
	struct decimal fine = decimal_round(value, target->known ?
		decimal_places(target->value) : SHOWN_PLACES);

	return decimal_places(few) > decimal_places(fine) ? few : fine;
}

#define ESTIMATE_DIGITS 12

static bool has_forecast(const struct answer *answer)
{
	return answer->assessment->forecast.method != FORECAST_NONE;
}

static struct figure forecast_value(const struct answer *answer)
{
	struct figure figure = {.known = false};

	figure.known = has_forecast(answer) && decimal_from_double(
		answer->assessment->forecast.value, ESTIMATE_DIGITS,
		&figure.value);
	return figure;
}

/* --- days and periods ------------------------------------------------------- */

static bool days_check(const struct row *row, const char *text,
	struct error *error)
{
	char *end;

	(void)row;
	long days = strtol(text, &end, 10);

	if (string_is(text, none) || (end != text && *end == '\0' &&
	    days > INT32_MIN && days < INT32_MAX))
		return true;
	error_set(error, ERROR_INPUT, "\"%.80s\": a number of days or \"none\" "
		"is expected", text);
	return false;
}

static void days_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	int32_t days = *(const int32_t *)row_place(row, answer);

	if (days == DAYS_NONE)
		text_add_string(out, none);
	else
		text_addf(out, "%d", (int)days);
}

static void slip_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	if (has_forecast(answer))
		days_add(row, answer, out);
	else
		text_add_string(out, none);
}

static bool date_check(const struct row *row, const char *text,
	struct error *error)
{
	struct date date;

	(void)row;
	if (string_is(text, none) || date_parse(text, &date))
		return true;
	error_set(error, ERROR_INPUT, "\"%.80s\": a date or \"none\" is expected",
		text);
	return false;
}

static void date_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	struct date date = *(const struct date *)row_place(row, answer);

	if (has_forecast(answer) && !date_is_none(date))
		text_add_date(out, date);
	else
		text_add_string(out, none);
}

static bool period_check(const struct row *row, const char *text,
	struct error *error)
{
	struct period period;

	(void)row;
	if (string_is(text, none) || period_read(text, &period))
		return true;
	error_set(error, ERROR_INPUT, "\"%.80s\": a period (2020, 2020-Q3, "
		"2020-07) or \"none\" is expected", text);
	return false;
}

static void period_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	struct period period = *(const struct period *)row_place(row, answer);

	if (period_is_none(period))
		text_add_string(out, none);
	else
		text_add_period(out, period);
}

/* --- times ------------------------------------------------------------------ */

static const struct zone *answer_zone(const struct answer *answer)
{
	return milestone_zone(answer->reg,
		&answer->reg->milestones[answer->milestone]);
}

static instant time_due(const struct answer *answer)
{
	return answer->assessment->due;
}

static instant time_original_due(const struct answer *answer)
{
	return answer->reg->milestones[answer->milestone].due;
}

static instant time_event(const struct answer *answer)
{
	return answer->assessment->event;
}

static bool instant_is_none(instant at)
{
	return at == INSTANT_MIN || at == INSTANT_MAX;
}

static bool time_check(const struct row *row, const char *text,
	struct error *error)
{
	struct moment moment;

	(void)row;
	if (string_is(text, none) || moment_parse(text, strlen(text), &moment))
		return true;
	error_set(error, ERROR_INPUT, "\"%.80s\": a date, a time or \"none\" is "
		"expected", text);
	return false;
}

static void time_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	const struct zone *zone = answer_zone(answer);
	instant at = row->time(answer);
	struct date date;

	if (instant_is_none(at)) {
		text_add_string(out, none);
		return;
	}
	date = zone_date(zone, at);
	if (zone_day_end(zone, date) == at)
		text_add_date(out, date);
	else
		text_add_instant_zone(out, at, zone);
}

static bool time_is(const struct row *row, const struct answer *answer,
	const char *text)
{
	const struct zone *zone = answer_zone(answer);
	instant at = row->time(answer);
	struct moment moment;

	if (instant_is_none(at) || !moment_parse(text, strlen(text), &moment))
		return instant_is_none(at) && string_is(text, none);
	if (moment.kind == MOMENT_DATE)
		return date_compare(zone_date(zone, at), moment.local.date) == 0;
	return moment_instant(&moment, zone) == at;
}

/* The day it happened is told by itself. */
static void event_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	if (date_is_none(answer->assessment->event_date))
		time_add(row, answer, out);
	else
		text_add_date(out, answer->assessment->event_date);
}

static bool event_is(const struct row *row, const struct answer *answer,
	const char *text)
{
	return date_is_none(answer->assessment->event_date) ?
		time_is(row, answer, text) : text_is(row, answer, text);
}

/* --- reasons ---------------------------------------------------------------- */

static bool reason_check(const struct row *row, const char *text,
	struct error *error)
{
	(void)row;
	(void)text;
	(void)error;
	return true;
}

static void reason_add(const struct row *row, const struct answer *answer,
	struct text *out)
{
	(void)row;
	assessment_reason(answer->reg, answer->milestone, answer->assessment,
		out);
}

static bool reason_is(const struct row *row, const struct answer *answer,
	const char *text)
{
	struct text reason;

	text_init(&reason, 0);
	reason_add(row, answer, &reason);
	bool found = strstr(text_string(&reason), text) != NULL;
	text_release(&reason);
	return found;
}

/* --- the table --------------------------------------------------------------- */

static const struct kind
	word_kind = {word_check, word_add, text_is},
	figure_kind = {figure_check, figure_add, figure_is},
	days_kind = {days_check, days_add, text_is},
	slip_kind = {days_check, slip_add, text_is},
	date_kind = {date_check, date_add, text_is},
	period_kind = {period_check, period_add, text_is},
	time_kind = {time_check, time_add, time_is},
	event_kind = {time_check, event_add, event_is},
	reason_kind = {reason_check, reason_add, reason_is};

#define AT(member) .offset = offsetof(struct assessment, member)
#define WORD(name_, member, last) \
	{.name = #name_, .kind = &word_kind, AT(member), \
		.word = word_##name_, .words = (last) + 1}
#define FIGURE(name_, shown_) \
	{.name = #name_, .kind = &figure_kind, AT(name_), .shown = shown_}

static const struct row rows[ASPECT_COUNT] = {
	[ASPECT_STATUS] = WORD(status, status, STATUS_COUNT - 1),
	[ASPECT_LIFECYCLE] = WORD(lifecycle, lifecycle, LIFECYCLE_WITHDRAWN),
	[ASPECT_VERDICT] = WORD(verdict, verdict, VERDICT_WAIVED),
	[ASPECT_PROGRESS] = WORD(progress, progress, PROGRESS_DUE),
	[ASPECT_KNOWLEDGE] = WORD(knowledge, knowledge, KNOWLEDGE_DISPUTED),
	[ASPECT_ACTUAL] = FIGURE(actual, shown_figure),
	[ASPECT_TARGET] = FIGURE(target, shown_figure),
	[ASPECT_BASELINE] = FIGURE(baseline, shown_figure),
	[ASPECT_REQUIRED_NOW] = FIGURE(required_now, shown_required),
	[ASPECT_PACE] = FIGURE(pace, shown_ratio),
	[ASPECT_SHARE_OF_LEVEL] = FIGURE(share_of_level, shown_ratio),
	[ASPECT_SHARE_OF_INCREMENT] = FIGURE(share_of_increment, shown_ratio),
	[ASPECT_SHORTFALL] = FIGURE(shortfall, shown_figure),
	[ASPECT_DATA_THROUGH] = {.name = "data_through", .kind = &period_kind,
		AT(data_through)},
	[ASPECT_DUE] = {.name = "due", .kind = &time_kind,
		.time = time_due},
	[ASPECT_ORIGINAL_DUE] = {.name = "original_due", .kind = &time_kind,
		.time = time_original_due},
	[ASPECT_EVENT_DATE] = {.name = "event_date", .kind = &event_kind,
		.time = time_event},
	[ASPECT_DAYS_LATE] = {.name = "days_late", .kind = &days_kind,
		AT(days_late)},
	[ASPECT_DAYS_OVERDUE] = {.name = "days_overdue", .kind = &days_kind,
		AT(days_overdue)},
	[ASPECT_FORECAST_VALUE] = {.name = "forecast_value",
		.kind = &figure_kind, .figure = forecast_value,
		.shown = shown_required},
	[ASPECT_FORECAST_DATE] = {.name = "forecast_date", .kind = &date_kind,
		AT(forecast.date)},
	[ASPECT_FORECAST_SLIP_DAYS] = {.name = "forecast_slip_days",
		.kind = &slip_kind, AT(forecast.slip_days)},
	[ASPECT_REASON] = {.name = "reason", .kind = &reason_kind},
};

const char *aspect_name(enum aspect aspect)
{
	return rows[aspect].name;
}

bool aspect_check(enum aspect aspect, const char *text, struct error *error)
{
	return rows[aspect].kind->check(&rows[aspect], text, error);
}

void aspect_add(enum aspect aspect, const struct answer *answer,
	struct text *out)
{
	rows[aspect].kind->add(&rows[aspect], answer, out);
}

bool aspect_is(enum aspect aspect, const struct answer *answer,
	const char *text)
{
	return rows[aspect].kind->is(&rows[aspect], answer, text);
}
