/* view: see view.h. */
#include "pledged/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/compliance.h"
#include "core/forecast.h"

#define RATIO_PLACES 3
#define DERIVED_DIGITS 6
#define SHOWN_PLACES 15

struct decimal view_ratio(struct decimal ratio)
{
	return decimal_round(ratio, RATIO_PLACES);
}

struct decimal view_derived(struct decimal value, struct decimal beside)
{
	struct decimal few = decimal_round_significant(value, DERIVED_DIGITS);
	struct decimal fine = decimal_round(value, decimal_places(beside));

	return decimal_places(few) > decimal_places(fine) ? few : fine;
}

struct decimal view_exact(struct decimal value)
{
	if (decimal_places(value) <= SHOWN_PLACES)
		return value;
	return decimal_round(value, SHOWN_PLACES);
}

char *view_url(const char *url)
{
	const char *authority = strstr(url, "://");
	size_t length = strcspn(url, "?#");

	if (authority == NULL || authority > url + length)
		return mem_string_n(url, length);
	authority += 3;
	size_t end = strcspn(authority, "/?#");
	const char *at = NULL;

	for (size_t i = 0; i < end; i++) {
		if (authority[i] == '@')
			at = authority + i;
	}
	if (at == NULL)
		return mem_string_n(url, length);
	struct text text;

	text_init(&text, 0);
	text_add(&text, url, (size_t)(authority - url));
	text_add(&text, at + 1, (size_t)(url + length - at - 1));
	return text_take(&text);
}

/* --- milestones ------------------------------------------------------- */

void view_instant_zone(struct json *json, const char *key, instant at,
	const struct zone *zone)
{
	json_key(json, key);
	if (at == INSTANT_MIN || at == INSTANT_MAX) {
		json_null(json);
		return;
	}
	struct text text;

	text_init(&text, 0);
	text_add_instant_zone(&text, at, zone);
	json_string(json, text_string(&text));
	text_release(&text);
}

static void put_day_or_instant(struct json *json, const char *key,
	struct date date, instant at, const struct zone *zone)
{
	if (!date_is_none(date))
		json_put_date(json, key, date);
	else
		view_instant_zone(json, key, at, zone);
}

static void put_days(struct json *json, const char *key, int32_t days)
{
	if (days == DAYS_NONE)
		json_put_null(json, key);
	else
		json_put_int(json, key, days);
}

void view_figure(struct json *json, const char *key,
	const struct figure *figure)
{
	if (figure->known)
		json_put_decimal(json, key, view_exact(figure->value));
	else
		json_put_null(json, key);
}

static void put_ratio(struct json *json, const char *key,
	const struct figure *figure)
{
	if (figure->known)
		json_put_decimal(json, key, view_ratio(figure->value));
	else
		json_put_null(json, key);
}

static void put_required(struct json *json, const struct assessment *a)
{
	if (a->required_now.known && a->target.known)
		json_put_decimal(json, "required_now",
			view_derived(a->required_now.value, a->target.value));
	else
		view_figure(json, "required_now", &a->required_now);
}

void view_period(struct json *json, const char *key, struct period period)
{
	if (period_is_none(period)) {
		json_put_null(json, key);
		return;
	}
	struct text text;

	text_init(&text, 0);
	text_add_period(&text, period);
	json_put_string(json, key, text_string(&text));
	text_release(&text);
}

const char *view_unit(const struct milestone *milestone)
{
	return milestone->benchmark->unit;
}

/* The pledge's labels with the milestone's own over them. */
static void put_labels(struct json *json, const struct register_ *reg,
	const struct milestone *milestone)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);

	json_key(json, "labels");
	json_object(json);
	for (size_t i = 0; i < pledge->label_count; i++) {
		const char *key = pledge->labels[i].key;

		json_put_string(json, key, milestone_label(reg, milestone, key));
	}
	for (size_t i = 0; i < milestone->label_count; i++) {
		const struct label *label = &milestone->labels[i];
		bool seen = false;

		for (size_t k = 0; k < pledge->label_count && !seen; k++)
			seen = string_is(pledge->labels[k].key, label->key);
		if (!seen)
			json_put_string(json, label->key, label->value);
	}
	json_object_end(json);
}

static void put_identity(struct json *json, const struct register_ *reg,
	const struct milestone *milestone)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);

	json_put_string(json, "id", milestone->id);
	if (milestone->instance != NULL) {
		json_put_string(json, "series",
			milestone->instance->recurrence->id);
		json_put_string(json, "instance", milestone->instance->label);
	}
	json_put_string(json, "pledge", pledge->id);
	json_put_string(json, "instrument", milestone_instrument(reg, milestone)->id);
	json_put_string(json, "obligor", pledge->obligor);
	json_put_string(json, "owner", pledge->owner);
	json_put_string(json, "title", milestone_title(reg, milestone));
	json_put_string(json, "severity", severity_name(milestone->severity));
	put_labels(json, reg, milestone);
	json_put_decimal(json, "weight", milestone->weight);
}

void view_standing(struct json *json, const struct assessment *a)
{
	json_put_string(json, "status", status_name(a->status));
	json_put_string(json, "lifecycle", lifecycle_name(a->lifecycle));
	json_put_string(json, "verdict", verdict_name(a->verdict));
	json_put_string(json, "progress", progress_name(a->progress));
	json_put_string(json, "knowledge", assurance_name(a->knowledge));
}

static void put_answer(struct json *json, const struct assessment *a,
	instant since)
{
	view_standing(json, a);
	json_put_instant(json, "since", since);
	json_put_instant(json, "assessed_at", a->as_of);
	json_put_instant(json, "as_of", a->as_of);
}

static void put_timeline(struct json *json, const struct assessment *a,
	instant original_due, const struct zone *zone)
{
	put_day_or_instant(json, "start", a->start_date, a->start, zone);
	view_instant_zone(json, "due", a->due, zone);
	view_instant_zone(json, "original_due", original_due, zone);
	put_day_or_instant(json, "event_date", a->event_date, a->event, zone);
	put_days(json, "days_late", a->days_late);
	put_days(json, "days_overdue", a->days_overdue);
}

static void put_expected(struct json *json, const char *key, double value,
	const struct figure *target)
{
	struct decimal expected;

	if (!decimal_from_double(value, FORECAST_DIGITS, &expected))
		json_put_null(json, key);
	else
		json_put_decimal(json, key, view_derived(expected,
			target->known ? target->value : DECIMAL_ZERO));
}

static void put_forecast(struct json *json, const struct assessment *a)
{
	const struct forecast *forecast = &a->forecast;
	enum forecast_method method = (enum forecast_method)forecast->method;

	if (method == FORECAST_NONE) {
		json_put_null(json, "forecast");
		return;
	}
	json_key(json, "forecast");
	json_object(json);
	json_put_string(json, "method", forecast_method_name(method));
	put_expected(json, "value", forecast->value, &a->target);
	json_put_date(json, "date", forecast->date);
	put_days(json, "slip_days", forecast->slip_days);
	if (method == FORECAST_LEAST_SQUARES) {
		put_expected(json, "low", forecast->low, &a->target);
		put_expected(json, "high", forecast->high, &a->target);
	}
	json_object_end(json);
}

static void put_awaited(struct json *json, const struct register_ *reg,
	const struct expected *expected)
{
	if (date_is_none(expected->date)) {
		json_put_null(json, "expected");
		return;
	}
	json_key(json, "expected");
	json_object(json);
	json_put_date(json, "date", expected->date);
	put_days(json, "slip_days", expected->slip_days);
	json_put_string(json, "root_cause", expected->root_cause == NOT_FOUND ?
		NULL : reg->milestones[expected->root_cause].id);
	json_object_end(json);
}

static void put_figures(struct json *json, const char *unit,
	const struct assessment *a)
{
	json_put_string(json, "unit", unit);
	view_figure(json, "actual", &a->actual);
	view_figure(json, "target", &a->target);
	view_figure(json, "baseline", &a->baseline);
	put_required(json, a);
	view_period(json, "data_through", a->data_through);
	put_ratio(json, "pace", &a->pace);
	put_ratio(json, "share_of_level", &a->share_of_level);
	put_ratio(json, "share_of_increment", &a->share_of_increment);
	view_figure(json, "shortfall", &a->shortfall);
	put_forecast(json, a);
}

static void put_milestone(struct json *json, const struct register_ *reg,
	uint32_t index, const struct assessment *assessment, instant since)
{
	const struct milestone *milestone = milestone_at(&reg->milestones[index],
		assessment->as_of);
	struct text reason;

	put_identity(json, reg, milestone);
	put_answer(json, assessment, since);
	put_timeline(json, assessment,
		assessment_original_due(reg, index, assessment),
		milestone_zone(reg, milestone));
	put_figures(json, view_unit(milestone), assessment);
	put_awaited(json, reg, &assessment->expected);
	text_init(&reason, 0);
	assessment_reason(reg, index, assessment, &reason);
	json_put_string(json, "reason", text_string(&reason));
	text_release(&reason);
	json_put_bool(json, "published_assumed", assessment->published_assumed);
}

void view_milestone(struct json *json, const struct register_ *reg,
	uint32_t index, const struct assessment *assessment, instant since)
{
	json_object(json);
	put_milestone(json, reg, index, assessment, since);
	json_object_end(json);
}

void view_said(struct json *json, const char *key, const char *said)
{
	json_put_string(json, key, said != NULL && *said != '\0' ? said : NULL);
}

void view_number(struct json *json, const char *key, int64_t number)
{
	if (number != 0)
		json_put_int(json, key, number);
	else
		json_put_null(json, key);
}

void view_digest(struct json *json, const char *key,
	const struct digest *digest)
{
	char hex[DIGEST_HEX_SIZE];

	if (digest != NULL)
		digest_hex(digest, hex);
	json_put_string(json, key, digest != NULL ? hex : NULL);
}

static void view_attestation(struct json *json,
	const struct attestation *attestation, bool standing)
{
	json_object(json);
	json_put_string(json, "key", attestation->key);
	json_put_string(json, "by", attestation->by);
	json_put_bool(json, "attested", attestation->yes);
	json_put_date(json, "on", attestation->on);
	json_put_instant(json, "at", attestation->at);
	view_said(json, "evidence", attestation->evidence);
	view_said(json, "note", attestation->note);
	json_put_bool(json, "standing", standing);
	json_object_end(json);
}

void view_attestations(struct json *json, const struct register_ *reg,
	struct history *history, uint32_t index, struct knowledge known)
{
	const struct milestone *milestone = &reg->milestones[index];
	const struct zone *zone = milestone_zone(reg, milestone);
	const struct attestation *next;
	struct statements statements;
	struct statement_walk walk;

	milestone_statements(milestone, history, &statements);
	statements_walk(&walk, &statements, NULL, known);
	json_array(json);
	while ((next = statement_next(&walk)) != NULL)
		view_attestation(json, next, statements_word(&statements,
			next->key, next->by, known, zone,
			known.published_by) == next);
	json_array_end(json);
}

void view_milestone_fields(struct json *json, const struct register_ *reg,
	struct history *history, uint32_t index,
	const struct assessment *assessment, instant recorded_by, instant since)
{
	const struct milestone *milestone = milestone_at(
		&reg->milestones[index], assessment->as_of);

	put_milestone(json, reg, index, assessment, since);
	if (milestone->benchmark->uses_people) {
		json_key(json, "attestations");
		view_attestations(json, reg, history, index,
			(struct knowledge){assessment->as_of, recorded_by});
	}
}

void view_milestone_said(struct json *json, const struct register_ *reg,
	struct history *history, uint32_t index,
	const struct assessment *assessment, instant recorded_by, instant since)
{
	json_object(json);
	view_milestone_fields(json, reg, history, index, assessment,
		recorded_by, since);
	json_object_end(json);
}

void view_document_fields(struct json *json, const struct document *document)
{
	json_put_int(json, "id", document->id);
	json_put_string(json, "key", document->key);
	view_said(json, "title", document->title);
	view_said(json, "url", document->url);
	json_put_int(json, "text_bytes", (int64_t)strlen(document->text));
	view_period(json, "period", document->period);
	view_said(json, "source", document->source);
	json_put_instant(json, "published", document->published);
	json_put_bool(json, "published_assumed", document->published_assumed);
	json_put_instant(json, "recorded", document->recorded);
}

void view_document(struct json *json, const struct document *document)
{
	json_object(json);
	view_document_fields(json, document);
	json_object_end(json);
}

/* --- series ----------------------------------------------------------- */

static void put_instance(struct json *json, const struct register_ *reg,
	uint32_t index, const struct assessment *a)
{
	const struct milestone *milestone = &reg->milestones[index];
	const struct zone *zone = milestone_zone(reg, milestone);

	json_object(json);
	json_put_string(json, "id", milestone->id);
	json_put_string(json, "instance", milestone->instance->label);
	json_put_string(json, "status", status_name(a->status));
	put_day_or_instant(json, "start", a->start_date, a->start, zone);
	view_instant_zone(json, "due", a->due, zone);
	put_day_or_instant(json, "event_date", a->event_date, a->event, zone);
	put_days(json, "days_late", a->days_late);
	view_figure(json, "actual", &a->actual);
	view_figure(json, "target", &a->target);
	json_object_end(json);
}

static void put_compliance(struct json *json,
	const struct compliance *compliance)
{
	struct decimal share;

	json_put_int(json, "total", compliance->total);
	for (int i = 0; i < COMPLIANCE_COUNT; i++)
		json_put_int(json, compliance_name((enum compliance_kind)i),
			compliance->counts[i]);
	if (compliance_share(compliance, &share))
		json_put_decimal(json, "share_on_time", view_ratio(share));
	else
		json_put_null(json, "share_on_time");
}

/* Its identity is its instances', but for what names each of them. */
static void put_series_identity(struct json *json, const struct register_ *reg,
	const struct recurrence *recurrence)
{
	const struct pledge *pledge = &reg->pledges[recurrence->pledge];

	json_put_string(json, "id", recurrence->id);
	json_put_string(json, "pledge", pledge->id);
	json_put_string(json, "instrument",
		reg->instruments[pledge->instrument].id);
	json_put_string(json, "obligor", pledge->obligor);
	json_put_string(json, "owner", pledge->owner);
	json_put_string(json, "title", pledge->title);
	json_put_string(json, "every", recurrence->every);
}

void view_series(struct json *json, const struct register_ *reg,
	uint32_t index, const struct answering *answers)
{
	const struct recurrence *recurrence = &reg->recurrences[index];
	struct compliance compliance = {0};

	json_object(json);
	put_series_identity(json, reg, recurrence);
	json_put_instant(json, "as_of", answers->as_of);
	json_key(json, "series");
	json_object(json);
	json_key(json, "instances");
	json_array(json);
	for (uint32_t i = 0; i < recurrence->milestone_count; i++) {
		uint32_t number = recurrence->first_milestone + i;
		struct assessment room;
		const struct assessment *answer = answers->answer(
			answers->context, number, &room);

		compliance_add(&compliance, answer);
		put_instance(json, reg, number, answer);
	}
	json_array_end(json);
	put_compliance(json, &compliance);
	json_object_end(json);
	json_object_end(json);
}

/* --- the rest of the register ------------------------------------------- */

void view_pledge_fields(struct json *json, const struct register_ *reg,
	uint32_t index)
{
	const struct pledge *pledge = &reg->pledges[index];

	json_put_string(json, "id", pledge->id);
	json_put_string(json, "instrument", reg->instruments[pledge->instrument].id);
	json_put_string(json, "obligor", pledge->obligor);
	json_put_string(json, "owner", pledge->owner);
	json_put_string(json, "title", pledge->title);
	json_put_string(json, "cite", pledge->cite);
	json_put_string(json, "url", pledge->url);
	json_key(json, "labels");
	json_object(json);
	for (size_t i = 0; i < pledge->label_count; i++)
		json_put_string(json, pledge->labels[i].key, pledge->labels[i].value);
	json_object_end(json);
	json_key(json, "milestones");
	json_array(json);
	for (uint32_t i = 0; i < pledge->milestone_count; i++)
		json_string(json, reg->milestones[pledge->first_milestone + i].id);
	json_array_end(json);
}

void view_indicator_fields(struct json *json, const struct register_ *reg,
	uint32_t index)
{
	const struct indicator *indicator = &reg->indicators[index];
	struct text lag;

	json_put_string(json, "id", indicator->id);
	json_put_string(json, "title", indicator->title);
	json_put_string(json, "kind", indicator->kind ==
		INDICATOR_DOCUMENTS ? "documents" : "figures");
	json_put_string(json, "unit", indicator->unit);
	json_put_string(json, "frequency",
		indicator->frequency == FREQUENCY_NONE ? NULL
			: frequency_name(indicator->frequency));
	text_init(&lag, 0);
	text_add_duration(&lag, indicator->lag);
	json_put_string(json, "lag", text_string(&lag));
	text_release(&lag);
	json_put_bool(json, "cumulative", indicator->cumulative);
	json_put_int(json, "milestones", (int64_t)indicator->milestone_count);
}

void view_observation_fields(struct json *json,
	const struct observation *observation)
{
	json_put_int(json, "id", observation->id);
	view_period(json, "period", observation->period);
	json_put_decimal(json, "value", observation->value);
	json_put_instant(json, "published", observation->published);
	json_put_bool(json, "published_assumed", observation->published_assumed);
	json_put_instant(json, "recorded", observation->recorded);
	json_put_bool(json, "provisional", observation->provisional);
	json_put_bool(json, "quarantined",
		observation->quarantine != QUARANTINE_NONE);
	json_put_string(json, "held", observation->quarantine == QUARANTINE_NONE ?
		NULL : quarantine_words((enum quarantine)observation->quarantine));
}

static void put_seconds(struct json *json, const char *key, int64_t seconds)
{
	struct text text;

	text_init(&text, 0);
	text_add_seconds(&text, seconds);
	json_put_string(json, key, seconds > 0 ? text_string(&text) : NULL);
	text_release(&text);
}

static void put_duration(struct json *json, const char *key,
	struct duration duration)
{
	struct text text;

	text_init(&text, 0);
	text_add_duration(&text, duration);
	json_put_string(json, key, duration.count != 0 ? text_string(&text) :
		NULL);
	text_release(&text);
}

/* What the register says of it: when it is asked, and how it is read. */
static void put_source_plan(struct json *json, const struct source *source)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest program;

	put_seconds(json, "every", source->every);
	json_key(json, "near");
	json_array(json);
	for (size_t i = 0; i < source->near_count; i++) {
		json_object(json);
		put_duration(json, "within", source->near[i].within);
		put_seconds(json, "every", source->near[i].every);
		json_object_end(json);
	}
	json_array_end(json);
	put_duration(json, "retention", source->retention);
	source_program(source, &program);
	digest_hex(&program, hex);
	json_put_string(json, "program", hex);
}

void view_source(struct json *json, const struct register_ *reg,
	uint32_t index, const struct source_state *state, bool busy)
{
	const struct source *source = &reg->sources[index];
	bool tried = state->last_attempt != INSTANT_MIN;
	char *url = view_url(source->url);

	json_object(json);
	json_put_string(json, "id", source->id);
	json_put_string(json, "url", url);
	json_put_string(json, "format",
		source_format_name(source->format));
	json_put_string(json, "outcome",
		tried ? fetch_outcome_name(state->outcome) : NULL);
	json_put_bool(json, "busy", busy);
	json_put_instant(json, "last_attempt", state->last_attempt);
	json_put_instant(json, "last_success", state->last_success);
	json_put_instant(json, "last_change", state->last_change);
	json_put_instant(json, "failing_since", state->failing_since);
	json_put_int(json, "failures", state->failures);
	json_put_instant(json, "next", state->next);
	json_put_string(json, "error", state->error[0] != '\0' ? state->error : NULL);
	json_put_string(json, "moved", state->moved[0] != '\0' ? state->moved : NULL);
	json_put_bool(json, "gone", state->gone);
	put_source_plan(json, source);
	json_object_end(json);
	free(url);
}

/* --- events ------------------------------------------------------------- */

void view_subject(struct json *json, enum subject_kind kind,
	const char *subject)
{
	if (kind != SUBJECT_NONE)
		json_put_string(json, subject_kind_name(kind), subject);
}

void view_event_fields(struct json *json, const struct event *event)
{
	json_put_int(json, "event", event->id);
	json_put_instant(json, "time", event->time);
	json_put_string(json, "kind", event_kind_name(event->kind));
	json_put_string(json, "class",
		event_class_name(event_class(event->kind,
		event->subject_kind)));
	view_subject(json, event->subject_kind, event->subject);
	json_put_string(json, "from", event->from);
	json_put_string(json, "to", event->to);
	json_put_string(json, "reason", event->reason);
	json_put_string(json, "severity", severity_name(event->severity));
	view_number(json, "alert", event->alert);
}

void view_event(struct json *json, const struct event *event)
{
	json_object(json);
	view_event_fields(json, event);
	json_object_end(json);
}
