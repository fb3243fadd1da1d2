/*
 * export: see export.h. Rows of the register stand in its order, those of the
 * store oldest first, but for what has a state of its own, newest first.
 */
#include "pledged/export.h"

#include <stdio.h>
#include <string.h>

#include "core/compliance.h"
#include "core/forecast.h"
#include "core/rollup.h"
#include "pledged/columns.h"
#include "pledged/look.h"
#include "pledged/view.h"
#include "pledged/view_change.h"
#include "pledged/view_evidence.h"
#include "pledged/view_telling.h"

void export_init(struct export *export, struct daemon *daemon)
{
	*export = (struct export){.daemon = daemon,
		.edition = edition_of(daemon)};
	text_init(&export->row, 0);
}

void export_release(struct export *export)
{
	text_release(&export->row);
}

/* --- rows ------------------------------------------------------------------------ */

static struct json *row_begin(struct export *export)
{
	text_clear(&export->row);
	json_init(&export->json, &export->row);
	return &export->json;
}

static struct json *row_open(struct export *export)
{
	json_object(row_begin(export));
	return &export->json;
}

static void row_close(struct export *export)
{
	json_object_end(&export->json);
	export->take(export->context, &export->row);
}

/* Of what has happened, or was published, at one time and recorded at another. */
static bool export_knows(const struct export *export, instant published,
	instant recorded)
{
	return published <= export->question.known.published_by &&
		recorded <= export->question.known.recorded_by;
}

/* Some rows of the register; all: how many there are. */
typedef void export_item(struct export *export, uint32_t index);

static int export_placed(struct export *export, size_t all, size_t most,
	export_item *item)
{
	for (size_t i = 0; i < most && export->place < all; i++)
		item(export, (uint32_t)export->place++);
	return export->place == all;
}

/* --- the register ------------------------------------------------------------------ */

static void item_instrument(struct export *export, uint32_t index)
{
	const struct instrument *instrument =
		&export->edition.reg->instruments[index];
	struct json *json = row_open(export);

	json_put_string(json, "id", instrument->id);
	json_put_string(json, "title", instrument->title);
	json_key(json, "parties");
	json_array(json);
	for (size_t i = 0; i < instrument->party_count; i++)
		json_string(json, instrument->parties[i]);
	json_array_end(json);
	json_put_date(json, "signed", instrument->signed_on);
	json_put_date(json, "in_force", instrument->in_force);
	json_put_date(json, "ends", instrument->ends);
	json_put_string(json, "timezone", zone_name(instrument->zone != NULL ?
		instrument->zone : export->edition.reg->zone));
	json_put_string(json, "url", instrument->url);
	row_close(export);
}

static int step_instruments(struct export *export, struct error *error)
{
	(void)error;
	return export_placed(export, export->edition.reg->instrument_count,
		EXPORT_ROWS, item_instrument);
}

static void item_pledge(struct export *export, uint32_t index)
{
	view_pledge_fields(row_open(export), export->edition.reg, index);
	row_close(export);
}

static int step_pledges(struct export *export, struct error *error)
{
	(void)error;
	return export_placed(export, export->edition.reg->pledge_count,
		EXPORT_ROWS, item_pledge);
}

static void item_milestone(struct export *export, uint32_t index)
{
	struct json *json = row_open(export);
	struct assessment room;
	instant since;
	const struct assessment *answer = question_answer(&export->question,
		export->daemon, index, &room, &since);

	view_milestone_fields(json, export->edition.reg, export->daemon->history,
		index, answer, export->question.known.recorded_by, since);
	row_close(export);
}

static int step_milestones(struct export *export, struct error *error)
{
	(void)error;
	return export_placed(export, export->edition.reg->milestone_count,
		EXPORT_JUDGED, item_milestone);
}

static void item_indicator(struct export *export, uint32_t index)
{
	view_indicator_fields(row_open(export), export->edition.reg, index);
	row_close(export);
}

static int step_indicators(struct export *export, struct error *error)
{
	(void)error;
	return export_placed(export, export->edition.reg->indicator_count,
		EXPORT_ROWS, item_indicator);
}

static void item_source(struct export *export, uint32_t index)
{
	const struct engine *engine = export->daemon->engine;

	view_source(row_begin(export), export->edition.reg, index,
		engine_source(engine, index), engine_source_busy(engine, index));
	export->take(export->context, &export->row);
}

static int step_sources(struct export *export, struct error *error)
{
	(void)error;
	return export_placed(export, export->edition.reg->source_count,
		EXPORT_ROWS, item_source);
}

/* --- the store ---------------------------------------------------------------------- */

/* After a page of it: whether that was all. */
static int page_end_of(struct export *export, size_t asked, int result)
{
	bool all = export->loaded < asked;

	export->loaded = 0;
	return result < 0 ? -1 : all;
}

static int page_end(struct export *export, int result)
{
	return page_end_of(export, EXPORT_ROWS, result);
}

static void export_looked(struct export *export, int64_t id)
{
	export->cursor = id;
	export->loaded++;
}

static void take_vintage(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct export *export = context;

	export_looked(export, observation->id);
	if (!export_knows(export, observation->published, observation->recorded))
		return;
	view_vintage_fields(row_open(export), indicator, observation, how);
	row_close(export);
}

static int step_observations(struct export *export, struct error *error)
{
	return page_end(export, store_load_vintages(export->daemon->store, NULL,
		export->cursor, EXPORT_ROWS, take_vintage, export, error));
}

static void take_document(void *context, const char *indicator,
	const struct document *document)
{
	struct export *export = context;
	struct json *json;

	export_looked(export, document->id);
	if (!export_knows(export, document->published, document->recorded))
		return;
	json = row_open(export);
	json_put_string(json, "indicator", indicator);
	view_document_fields(json, document);
	json_put_string(json, "text", document->text);
	row_close(export);
}

static int step_documents(struct export *export, struct error *error)
{
	return page_end_of(export, EXPORT_DOCUMENTS, store_load_all_documents(
		export->daemon->store, export->cursor, EXPORT_DOCUMENTS,
		take_document, export, error));
}

static void put_attestation(struct export *export, const char *milestone,
	const struct attestation *attestation, bool registered)
{
	struct json *json = row_open(export);

	view_number(json, "id", attestation->id);
	json_put_string(json, "milestone", milestone);
	json_put_string(json, "key", attestation->key);
	json_put_string(json, "by", attestation->by);
	json_put_bool(json, "attested", attestation->yes);
	json_put_date(json, "on", attestation->on);
	json_put_instant(json, "at", attestation->at);
	json_put_instant(json, "recorded", registered ? INSTANT_MAX :
		attestation->recorded);
	view_said(json, "evidence", attestation->evidence);
	view_said(json, "note", attestation->note);
	json_put_bool(json, "registered", registered);
	row_close(export);
}

static void item_registered(struct export *export, uint32_t index)
{
	const struct registered *item = &export->edition.reg->registered[index];

	if (item->attestation.at <= export->question.known.published_by)
		put_attestation(export, item->milestone, &item->attestation, true);
}

static void take_attestation(void *context, const char *milestone,
	const struct attestation *attestation)
{
	struct export *export = context;

	export_looked(export, attestation->id);
	if (export_knows(export, attestation->at, attestation->recorded))
		put_attestation(export, milestone, attestation, false);
}

/* First those that the register's files say. */
static int step_attestations(struct export *export, struct error *error)
{
	if (export_placed(export, export->edition.reg->registered_count,
			EXPORT_ROWS, item_registered) == 0)
		return 0;
	return page_end(export, store_load_attestations(export->daemon->store,
		export->cursor, EXPORT_ROWS, take_attestation, export, error));
}

static void take_change(void *context, const struct store_change *change)
{
	struct export *export = context;
	const struct assessment *answer = &change->state.assessment;
	struct json *json;

	export_looked(export, change->id);
	if (!export_knows(export, answer->as_of, answer->as_of))
		return;
	json = row_open(export);
	json_put_int(json, "id", change->id);
	json_put_string(json, "milestone", change->milestone);
	json_put_instant(json, "time", answer->as_of);
	json_put_instant(json, "since", change->state.since);
	view_standing(json, answer);
	view_figure(json, "actual", &answer->actual);
	view_figure(json, "target", &answer->target);
	view_period(json, "data_through", answer->data_through);
	json_put_string(json, "cause", change->has_cause ?
		cause_kind_name(change->cause.kind) : NULL);
	json_put_string(json, "because", change->has_cause ?
		change->cause.text : NULL);
	view_number(json, "event", change->told);
	json_put_string(json, "reason", change->reason);
	row_close(export);
}

static int step_changes(struct export *export, struct error *error)
{
	return page_end(export, store_load_changes(export->daemon->store, NULL,
		export->cursor + 1, EXPORT_ROWS, take_change, export, error));
}

static void take_event(void *context, const struct event *event)
{
	struct export *export = context;

	export_looked(export, event->id);
	if (!export_knows(export, event->time, event->time))
		return;
	view_event_fields(row_open(export), event);
	row_close(export);
}

static int step_events(struct export *export, struct error *error)
{
	return page_end(export, store_load_events(export->daemon->store,
		export->cursor, NULL, EXPORT_ROWS, take_event, export, error));
}

static void take_alert(void *context, const struct alert *alert)
{
	struct export *export = context;

	export_looked(export, alert->id);
	if (!export_knows(export, alert->raised, alert->raised))
		return;
	view_alert_fields(row_open(export), alert);
	row_close(export);
}

static int step_alerts(struct export *export, struct error *error)
{
	return page_end(export, store_load_alerts(export->daemon->store, false,
		export->cursor, EXPORT_ROWS, take_alert, export, error));
}

static void take_silence(void *context, const struct silence *silence)
{
	struct export *export = context;

	export_looked(export, silence->id);
	if (!export_knows(export, silence->made, silence->made))
		return;
	view_silence_fields(row_open(export), silence,
		export->question.known.published_by);
	row_close(export);
}

static int step_silences(struct export *export, struct error *error)
{
	return page_end(export, store_load_silences(export->daemon->store,
		INSTANT_MIN, export->cursor, EXPORT_ROWS, take_silence, export,
		error));
}

static void take_notification(void *context,
	const struct notification *notification, const struct delivery *delivery)
{
	struct export *export = context;

	export_looked(export, notification->id);
	if (!export_knows(export, notification->created, notification->created))
		return;
	view_notification_fields(row_open(export), notification, delivery);
	row_close(export);
}

static int step_notifications(struct export *export, struct error *error)
{
	return page_end(export, store_load_deliveries(export->daemon->store,
		STORE_ALL, export->cursor, EXPORT_ROWS, take_notification, export,
		error));
}

static void take_action(void *context, const struct store_action *action)
{
	struct export *export = context;

	export_looked(export, action->id);
	if (!export_knows(export, action->at, action->at))
		return;
	view_action_fields(row_open(export), action);
	row_close(export);
}

static int step_actions(struct export *export, struct error *error)
{
	return page_end(export, store_load_actions(export->daemon->store, NULL,
		export->cursor, EXPORT_ROWS, take_action, export, error));
}

/* --- code lists ---------------------------------------------------------------------- */

static void put_code(struct export *export, const char *list, const char *code,
	const char *words, const char *class)
{
	struct json *json = row_open(export);

	json_put_string(json, "list", list);
	json_put_string(json, "code", code);
	json_put_string(json, "words", words);
	json_put_string(json, "class", class);
	row_close(export);
}

static const char *status_code(int value)
{
	return status_name((enum status)value);
}

static const char *lifecycle_code(int value)
{
	return lifecycle_name((enum lifecycle)value);
}

static const char *verdict_code(int value)
{
	return verdict_name((enum verdict)value);
}

static const char *progress_code(int value)
{
	return progress_name((enum progress)value);
}

static const char *knowledge_code(int value)
{
	return assurance_name((enum assurance)value);
}

static const char *severity_code(int value)
{
	return severity_name((enum severity)value);
}

static const char *event_code(int value)
{
	return event_kind_name((enum event_kind)value);
}

static const char *alert_code(int value)
{
	return alert_state_name((enum alert_state)value);
}

static const char *outcome_code(int value)
{
	return fetch_outcome_name((enum fetch_outcome)value);
}

static const char *status_words(int value)
{
	return status_look((enum status)value)->words;
}

static const char *status_class(int value)
{
	static const char *const classes[ROLLUP_CLASS_COUNT] = {
		[ROLLUP_MET] = "met", [ROLLUP_MISSED] = "missed",
		[ROLLUP_UNKNOWN] = "unknown", [ROLLUP_AHEAD] = "ahead",
		[ROLLUP_OUT] = "left_out",
	};

	return classes[rollup_class((enum status)value)];
}

static const char *event_code_class(int value)
{
	return event_class_name(event_kind_class((enum event_kind)value));
}

static const struct {
	const char *name;
	int count;
	const char *(*code)(int value);
	const char *(*words)(int value);	/* NULL: the code says it */
	const char *(*class)(int value);	/* NULL: it has none */
} code_lists[] = {
	{"status", STATUS_COUNT, status_code, status_words, status_class},
	{"lifecycle", LIFECYCLE_WITHDRAWN + 1, lifecycle_code, NULL, NULL},
	{"verdict", VERDICT_WAIVED + 1, verdict_code, NULL, NULL},
	{"progress", PROGRESS_DUE + 1, progress_code, NULL, NULL},
	{"knowledge", KNOWLEDGE_COUNT, knowledge_code, NULL, NULL},
	{"severity", SEVERITY_CRITICAL + 1, severity_code, NULL, NULL},
	{"event", EVENT_KIND_COUNT, event_code, NULL, event_code_class},
	{"alert", ALERT_STATE_COUNT, alert_code, NULL, NULL},
	{"outcome", FETCH_OFFLINE + 1, outcome_code, NULL, NULL},
};

static int step_codes(struct export *export, struct error *error)
{
	(void)error;
	for (size_t i = 0; i < sizeof code_lists / sizeof *code_lists; i++)
		for (int value = 0; value < code_lists[i].count; value++)
			put_code(export, code_lists[i].name,
				code_lists[i].code(value),
				code_lists[i].words == NULL ? NULL :
				code_lists[i].words(value),
				code_lists[i].class == NULL ? NULL :
				code_lists[i].class(value));
	return 1;
}

/* --- the tables ----------------------------------------------------------------------- */

/* What stands in lists of columns.h besides is so now, and not of a time. */
static const char *const instrument_columns[] = {
	"id", "title", "parties", "signed", "in_force", "ends", "timezone", "url",
	NULL,
};
static const char *const pledge_columns[] = {
	"id", "instrument", "obligor", "owner", "title", "cite", "url",
	"labels.*", "milestones", NULL,
};
static const char *const alert_columns[] = {
	"id", "kind", "class", "severity", "subject", "milestone", "source",
	"indicator", "channel", "state", "raised", "resolved", "reason",
	"acknowledged.by", "acknowledged.at", "acknowledged.until",
	"acknowledged.note", "escalated", "raised_by", "resolved_by", NULL,
};
static const char *const silence_columns[] = {
	"id", "match", "state", "from", "until", "by", "note", "made", "ended",
	"ended_by", NULL,
};
static const char *const notification_columns[] = {
	"id", "message_id", "channel", "event", "alert", "created", "state",
	"attempts", "last_attempt", "next", "answer", NULL,
};
static const char *const indicator_columns[] = {
	"id", "title", "kind", "unit", "frequency", "lag", "cumulative",
	"milestones", NULL,
};
static const char *const attestation_columns[] = {
	"id", "milestone", "key", "by", "attested", "on", "at", "recorded",
	"evidence", "note", "registered", NULL,
};
static const char *const document_columns[] = {
	"indicator", "id", "key", "title", "url", "text_bytes", "period",
	"source", "published", "published_assumed", "recorded", "text", NULL,
};
static const char *const change_columns[] = {
	"id", "milestone", "time", "since", "status", "lifecycle", "verdict",
	"progress", "knowledge", "actual", "target", "data_through", "cause",
	"because", "event", "reason", NULL,
};
static const char *const code_columns[] = {
	"list", "code", "words", "class", NULL,
};
static const char *const table_columns[] = {"table", "column", NULL};

static export_step step_tables;

const struct export_table export_tables[] = {
	{"tables", table_columns, step_tables},
	{"codes", code_columns, step_codes},
	{"instruments", instrument_columns, step_instruments},
	{"pledges", pledge_columns, step_pledges},
	{"milestones", columns_milestone, step_milestones},
	{"indicators", indicator_columns, step_indicators},
	{"sources", columns_source, step_sources},
	{"observations", columns_vintage, step_observations},
	{"documents", document_columns, step_documents},
	{"attestations", attestation_columns, step_attestations},
	{"changes", change_columns, step_changes},
	{"events", columns_event, step_events},
	{"alerts", alert_columns, step_alerts},
	{"silences", silence_columns, step_silences},
	{"notifications", notification_columns, step_notifications},
	{"actions", columns_action, step_actions},
};

const size_t export_table_count = sizeof export_tables / sizeof *export_tables;

const struct export_table *export_table_find(const char *name, size_t length)
{
	for (size_t i = 0; i < export_table_count; i++)
		if (strlen(export_tables[i].name) == length &&
		    strncmp(export_tables[i].name, name, length) == 0)
			return &export_tables[i];
	return NULL;
}

/* What there is, so that who reads it need not know it before. */
static int step_tables(struct export *export, struct error *error)
{
	(void)error;
	for (size_t i = 0; i < export_table_count; i++) {
		for (size_t k = 0; export_tables[i].columns[k] != NULL; k++) {
			struct json *json = row_open(export);

			json_put_string(json, "table", export_tables[i].name);
			json_put_string(json, "column",
				export_tables[i].columns[k]);
			row_close(export);
		}
	}
	return 1;
}

int export_some(struct export *export, const struct export_table *table,
	struct error *error)
{
	int done = table->step(export, error);

	if (done > 0) {
		export->place = 0;
		export->cursor = 0;
	}
	return done;
}
