/* sheet_facts: what was promised, what was decided since, and how far it is. */
#include "core/clauses.h"
#include "core/dependencies.h"
#include "core/forecast.h"
#include "core/reason.h"
#include "pledged/sheet_internal.h"
#include "pledged/told.h"
#include "pledged/view.h"

#define PREREQUISITES_SHOWN 20

/* --- figures ---------------------------------------------------------------------- */

static void add_amount(struct text *out, struct decimal value, const char *unit)
{
	text_add_decimal_grouped(out, view_exact(value));
	if (unit != NULL && !string_is(unit, "1"))
		text_addf(out, " %s", unit);
}

static void put_figure(const struct sheet *sheet, const char *label,
	const struct figure *figure, const char *unit)
{
	struct text text;

	if (!figure->known)
		return;
	text_init(&text, 0);
	add_amount(&text, figure->value, unit);
	part_fact(sheet->html, label, text_string(&text));
	text_release(&text);
}

static void put_share(const struct sheet *sheet, const char *label,
	const struct figure *share)
{
	struct text text;

	if (!share->known)
		return;
	text_init(&text, 0);
	part_add_percent(&text, share->value, 1);
	part_fact(sheet->html, label, text_string(&text));
	text_release(&text);
}

static void put_figures(const struct sheet *sheet, const struct assessment *a,
	const char *unit)
{
	struct figure required = a->required_now;
	struct text through;

	if (required.known && a->target.known)
		required.value = view_derived(required.value, a->target.value);
	put_figure(sheet, "Actual", &a->actual, unit);
	put_figure(sheet, "Target", &a->target, unit);
	put_figure(sheet, "Baseline", &a->baseline, unit);
	put_figure(sheet, "Required by now", &required, unit);
	put_figure(sheet, "Shortfall", &a->shortfall, unit);
	put_share(sheet, "Of the target", &a->share_of_level);
	put_share(sheet, "Of the way from the baseline", &a->share_of_increment);
	put_share(sheet, "Of the path by now", &a->pace);
	if (period_is_none(a->data_through))
		return;
	text_init(&through, 64);
	text_add_period(&through, a->data_through);
	part_fact(sheet->html, "Figures through", text_string(&through));
	text_release(&through);
}

/* --- what is expected ------------------------------------------------------------- */

static void add_slip(struct text *out, int32_t days)
{
	if (days == DAYS_NONE || days == 0)
		return;
	text_addf(out, ", %d day%s %s than due", days < 0 ? -days : days,
		days == 1 || days == -1 ? "" : "s", days < 0 ? "earlier" :
		"later");
}

static void put_forecast(const struct sheet *sheet, const struct assessment *a,
	const char *unit)
{
	static const char *const methods[] = {
		[FORECAST_RUN_RATE] = "run rate",
		[FORECAST_LEAST_SQUARES] = "least squares",
		[FORECAST_SEASONAL] = "the shares of another year",
	};
	const struct forecast *forecast = &a->forecast;
	enum forecast_method method = (enum forecast_method)forecast->method;
	struct decimal value;
	struct text text;

	if (method == FORECAST_NONE)
		return;
	text_init(&text, 0);
	if (decimal_from_double(forecast->value, FORECAST_DIGITS, &value))
		add_amount(&text, view_derived(value, a->target.known ?
			a->target.value : DECIMAL_ZERO), unit);
	text_add_string(&text, " on the due date");
	if (!date_is_none(forecast->date)) {
		text_add_string(&text, "; the target on ");
		text_add_date(&text, forecast->date);
		add_slip(&text, forecast->slip_days);
	}
	text_addf(&text, " (by %s)", methods[method]);
	part_fact(sheet->html, "Forecast", text_string(&text));
	text_release(&text);
}

static void put_expected(const struct sheet *sheet, const struct assessment *a)
{
	const struct expected *expected = &a->expected;
	struct text slip;

	if (date_is_none(expected->date))
		return;
	text_init(&slip, 0);
	add_slip(&slip, expected->slip_days);
	part_fact_open(sheet->html, "Expected");
	part_date(sheet->html, expected->date);
	html_text(sheet->html, text_string(&slip));
	if (expected->root_cause != NOT_FOUND) {
		html_text(sheet->html, ", because of ");
		part_milestone(sheet, expected->root_cause);
	}
	part_fact_close(sheet->html);
	text_release(&slip);
}

/* --- terms ----------------------------------------------------------------------- */

static void put_day(const struct sheet *sheet, const char *label,
	struct date date, instant at, const struct zone *zone)
{
	if (date_is_none(date) && (at == INSTANT_MIN || at == INSTANT_MAX))
		return;
	part_fact_open(sheet->html, label);
	if (date_is_none(date))
		part_time(sheet->html, at, zone);
	else
		part_date(sheet->html, date);
	part_fact_close(sheet->html);
}

static void put_days(const struct sheet *sheet, const char *label, int32_t days)
{
	struct text text;

	if (days == DAYS_NONE)
		return;
	text_init(&text, 64);
	text_add_count(&text, (size_t)(days < 0 ? 0 : days), "day");
	part_fact(sheet->html, label, text_string(&text));
	text_release(&text);
}

static void put_dates(const struct sheet *sheet, const struct sheet_case *at)
{
	const struct assessment *a = &at->explanation.assessment;
	const struct milestone *original = at->original;

	put_day(sheet, "Start", a->start_date, a->start, at->zone);
	part_fact_open(sheet->html, "Due");
	part_due(sheet, at->index, a);
	part_fact_close(sheet->html);
	if (original->due != INSTANT_MAX && original->due != a->due)
		put_day(sheet, "Originally due", original->due_date,
			original->due, at->zone);
	if (a->grace_end != a->due)
		put_day(sheet, "Grace until", (struct date){0}, a->grace_end,
			at->zone);
	if (a->verdict == VERDICT_NONE && a->lag_end != a->grace_end)
		put_day(sheet, "Figures expected by", (struct date){0},
			a->lag_end, at->zone);
	put_day(sheet, "Happened on", a->event_date, a->event, at->zone);
	put_days(sheet, "Late by", a->days_late);
	put_days(sheet, "Overdue by", a->days_overdue);
}

static void put_decree(const struct sheet *sheet, const char *label,
	const char *what, const struct decree *decree)
{
	struct text text;

	if (date_is_none(decree->on) || !decree_holds(decree,
			sheet->question->known.published_by))
		return;
	text_init(&text, 0);
	reason_add_decree(&text, what, decree);
	part_fact(sheet->html, label, text_string(&text));
	text_release(&text);
}

static void put_decisions(const struct sheet *sheet,
	const struct milestone *milestone)
{
	const struct clauses *clauses = milestone->clauses;

	if (clauses == NULL)
		return;
	for (size_t i = 0; i < clauses->amendment_count; i++)
		put_decree(sheet, "Amended", "terms changed",
			&clauses->amendments[i].decree);
	put_decree(sheet, "Waived", "waived", &clauses->waived);
	put_decree(sheet, "Superseded", "superseded", &clauses->superseded);
	put_decree(sheet, "Withdrawn", "withdrawn", &clauses->withdrawn);
}

/* --- what it rests on -------------------------------------------------------------- */

struct waiting {
	const struct sheet *sheet;
	uint32_t shown[PREREQUISITES_SHOWN];
	size_t count;
	bool more;
};

static void take_prerequisite(uint32_t milestone, void *context)
{
	struct waiting *waiting = context;

	for (size_t i = 0; i < waiting->count; i++)
		if (waiting->shown[i] == milestone)
			return;
	if (waiting->count < PREREQUISITES_SHOWN)
		waiting->shown[waiting->count++] = milestone;
	else
		waiting->more = true;
}

static void put_prerequisites(const struct sheet *sheet,
	const struct milestone *milestone)
{
	struct waiting waiting = {.sheet = sheet};
	struct assessment room;
	instant since;

	dependencies_visit(milestone, take_prerequisite, &waiting);
	if (waiting.count == 0)
		return;
	part_fact_open(sheet->html, "Rests on");
	html_open(sheet->html, "ul", NULL);
	for (size_t i = 0; i < waiting.count; i++) {
		html_open(sheet->html, "li", NULL);
		part_status(sheet->html, question_answer(sheet->question,
			sheet->daemon, waiting.shown[i], &room, &since)->status);
		html_text(sheet->html, " ");
		part_milestone(sheet, waiting.shown[i]);
		html_close(sheet->html, "li");
	}
	html_close(sheet->html, "ul");
	if (waiting.more)
		html_text(sheet->html, "and more");
	part_fact_close(sheet->html);
}

/* --- all of it --------------------------------------------------------------------- */

static const char *knowledge_words(enum assurance knowledge)
{
	static const char *const words[] = {
		[KNOWLEDGE_ASSESSED] = "all that is due is there",
		[KNOWLEDGE_PROVISIONAL] = "rests on a provisional figure",
		[KNOWLEDGE_NO_DATA] = "no figures yet",
		[KNOWLEDGE_STALE] = "figures are overdue",
		[KNOWLEDGE_DISPUTED] = "sources differ",
	};

	return words[knowledge];
}

static const char *mode_words(enum milestone_mode mode)
{
	static const char *const words[] = {
		[MODE_BY] = "by the due date",
		[MODE_AT] = "on the due date",
		[MODE_THROUGHOUT] = "throughout, until the due date",
	};

	return words[mode];
}

static void put_terms(const struct sheet *sheet, const struct sheet_case *at)
{
	const struct pledge *pledge = milestone_pledge(sheet->daemon->reg,
		at->milestone);
	struct html *html = sheet->html;

	part_fact_open(html, "Pledge");
	part_link(sheet, SHEET_PLEDGE, pledge->id, pledge->title != NULL ?
		pledge->title : pledge->id);
	part_fact_close(html);
	part_fact(html, "Obligor", pledge->obligor);
	part_fact(html, "Watched by", pledge->owner);
	part_fact(html, "Severity", severity_name(at->milestone->severity));
	for (size_t i = 0; i < pledge->label_count; i++)
		part_fact(html, pledge->labels[i].key, milestone_label(
			sheet->daemon->reg, at->milestone, pledge->labels[i].key));
	html_open(html, "div", "class", "wide", NULL);
	html_element(html, "dt", "Test", NULL);
	html_open(html, "dd", NULL);
	html_element(html, "code", at->milestone->benchmark->text, NULL);
	html_textf(html, " %s", mode_words(at->milestone->mode));
	part_fact_close(html);
}

void sheet_facts(const struct sheet *sheet, const struct sheet_case *at)
{
	const struct assessment *a = &at->explanation.assessment;
	const char *unit = view_unit(at->milestone);

	sheet_section_open(sheet, "Terms and figures");
	html_open(sheet->html, "dl", "class", "facts", NULL);
	put_terms(sheet, at);
	put_dates(sheet, at);
	put_decisions(sheet, at->original);
	put_figures(sheet, a, unit);
	put_forecast(sheet, a, unit);
	put_expected(sheet, a);
	part_fact(sheet->html, "Knowledge", knowledge_words(a->knowledge));
	put_prerequisites(sheet, at->milestone);
	part_fact(sheet->html, "Id", at->milestone->id);
	html_close(sheet->html, "dl");
	sheet_section_close(sheet);
}
