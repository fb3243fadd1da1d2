/*
 * view: the objects people get, as JSON. One shape for every interface:
 * commands, socket, messages.
 */
#ifndef PLEDGED_PLEDGED_VIEW_H
#define PLEDGED_PLEDGED_VIEW_H

#include "base/json.h"
#include "core/engine.h"

/* A milestone under an assessment; since INSTANT_MIN: null. */
void view_milestone(struct json *json, const struct register_ *reg,
	uint32_t milestone, const struct assessment *assessment, instant since);
/* The same with what people have attested by then, and was recorded by another
   time, where its benchmark asks them. */
void view_milestone_said(struct json *json, const struct register_ *reg,
	struct history *history, uint32_t milestone,
	const struct assessment *assessment, instant recorded_by, instant since);
/* The fields of that, into an object that is open. */
void view_milestone_fields(struct json *json, const struct register_ *reg,
	struct history *history, uint32_t milestone,
	const struct assessment *assessment, instant recorded_by, instant since);
/* Its status and the four words that make it, into an object that is open. */
void view_standing(struct json *json, const struct assessment *assessment);
/* Exact as measured; not known: null. */
void view_figure(struct json *json, const char *key,
	const struct figure *figure);
/* A series with its compliance record, as answers say of each of its instances. */
void view_series(struct json *json, const struct register_ *reg,
	uint32_t recurrence, const struct answering *answers);
/* What people have attested of it, as known, in the order said; each with
   whether it is that person's word then. */
void view_attestations(struct json *json, const struct register_ *reg,
	struct history *history, uint32_t milestone, struct knowledge known);
void view_document(struct json *json, const struct document *document);
/* Its fields, into an object that is open. */
void view_document_fields(struct json *json, const struct document *document);
/* Their fields, into an object that is open. */
void view_pledge_fields(struct json *json, const struct register_ *reg,
	uint32_t pledge);
void view_indicator_fields(struct json *json, const struct register_ *reg,
	uint32_t indicator);
void view_observation_fields(struct json *json,
	const struct observation *observation);
void view_source(struct json *json, const struct register_ *reg,
	uint32_t source, const struct source_state *state, bool busy);

/* "milestone": "purchases.energy/2020" and the like; nothing for a summary. */
void view_subject(struct json *json, enum subject_kind kind,
	const char *subject);
/* The fields of an event, into an object that is open. */
void view_event_fields(struct json *json, const struct event *event);
void view_event(struct json *json, const struct event *event);

/* What is not there is null: an empty string or NULL, 0, and no digest. */
void view_said(struct json *json, const char *key, const char *said);
void view_number(struct json *json, const char *key, int64_t number);
void view_digest(struct json *json, const char *key,
	const struct digest *digest);

/* MIN and MAX: null. */
void view_instant_zone(struct json *json, const char *key, instant at,
	const struct zone *zone);
void view_period(struct json *json, const char *key, struct period period);

/* The unit of a milestone's figures, "1" for a pure number; NULL: none told. */
const char *view_unit(const struct milestone *milestone);

/* A figure as measured: exact, unless a division left a long tail. */
struct decimal view_exact(struct decimal value);
/* A ratio as shown: three decimals. */
struct decimal view_ratio(struct decimal ratio);
/* A figure made by division, as shown: as many decimals as beside needs, but
   at least six significant digits. */
struct decimal view_derived(struct decimal value, struct decimal beside);
/* A URL without user, password and query. free() it. */
char *view_url(const char *url);

#endif
