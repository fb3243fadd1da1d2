/*
 * facts: the table of fact tables, and the statements made from it.
 */
#include <string.h>

#include "store/facts.h"
#include "store/schema.h"

#define ASSESSMENT_COLUMNS \
	"milestone, since, terms, due, due_date, announced, as_of, lifecycle, " \
	"verdict, progress, knowledge, status, event, event_date, days_late, " \
	"days_overdue, actual, target, baseline, required_now, pace, " \
	"share_of_level, share_of_increment, shortfall, data_through, " \
	"undecided, waiting_for, published_assumed, next"
#define FORECAST_COLUMNS \
	"forecast, forecast_value, forecast_low, forecast_high, " \
	"forecast_date, forecast_slip, forecast_misses"
#define ALERT_COLUMNS \
	"alert, kind, severity, subject_kind, subject, state, raised, resolved, " \
	"raised_by, resolved_by, reason, acknowledged, until, person, note, " \
	"escalated, escalation"
#define TOLD_COLUMNS "told_status, flips, apart, unsettled, " \
	"approached"

const struct fact_table fact_tables[FACT_COUNT] = {
	[FACT_FETCH] = {
		.name = "fetch",
		.columns = "source, started, finished, outcome, http_status, bytes, "
			"retry_after, max_age, etag, last_modified, body, rows, "
			"rejected, error, next, last_attempt, last_success, "
			"last_change, failing_since, failures, state_outcome, "
			"state_etag, state_last_modified, state_body, program, "
			"state_error, ttl, gone, moved, unreached, state_gone, "
			"state_told, state_moved",
		.kinds = "n",
		.state = { {
			"INSERT OR REPLACE INTO source_state(fetch, source, next, "
			"last_attempt, last_success, last_change, failing_since, "
			"failures, outcome, etag, last_modified, body, program, error, "
			"gone, told, moved, read_since) "
			"VALUES(?1, ?2, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, "
			"?25, ?26, ?27, ?32, ?33, ?34, "
			"CASE ?5 WHEN 'changed' THEN ?3 ELSE (SELECT read_since "
			"FROM source_state WHERE source = ?2) END)", 0 } } },
	[FACT_SNAPSHOT] = {
		.name = "snapshot",
		.columns = "digest, url, at, length",
		.kinds = "d",
		.packed = "bytes",
		.kept = "SELECT length(bytes) = 0 FROM snapshot WHERE digest = ?2",
		.refill = "UPDATE snapshot SET bytes = ?7 WHERE digest = ?2" },
	[FACT_OBSERVATION] = {
		.name = "observation",
		.columns = "indicator, source, snapshot, period, value, published, "
			"recorded, published_assumed, provisional, quarantined, "
			"person, accepts, note, evidence",
		.kinds = "nnd",
		.state = { { SUPPLY_INSERT "SELECT ?2, coalesce(?3, 0), ?5 "
			"WHERE ?11 = 0 AND ?5 IS NOT NULL " SUPPLY_MOVE, 0 } },
		.supplies = true },
	[FACT_ASSESSMENT] = {
		.name = "assessment",
		.columns = ASSESSMENT_COLUMNS ", reason, " FORECAST_COLUMNS
			", cause, because, told, " TOLD_COLUMNS,
		.kinds = "n",
		.state = { {
			"INSERT OR REPLACE INTO milestone_state(assessment, "
			ASSESSMENT_COLUMNS ", " FORECAST_COLUMNS ", " TOLD_COLUMNS ") "
			"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
			"?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
			"?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, "
			"?32, ?33, ?34, ?35, ?36, ?37, ?38, ?42, ?43, ?44, ?45, "
			"?46)", 0 } } },
	[FACT_EVENT] = {
		.name = "event",
		.numbered = true,
		.columns = "time, kind, severity, subject_kind, subject, from_status, "
			"to_status, alert, reason, late",
		.kinds = "----n" },
	[FACT_ALERT] = {
		.name = "alert_change",
		.columns = ALERT_COLUMNS,
		.kinds = "----n",
		.state = { {
			"INSERT OR REPLACE INTO alert_state(" ALERT_COLUMNS ") "
			"VALUES(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
			"?13, ?14, ?15, ?16, ?17, ?18)", 0 } } },
	/* One without a group is from before there were mentions: that it was
	   made is all that its channel has heard. */
	[FACT_NOTIFICATION] = {
		.name = "notification",
		.numbered = true,
		.columns = "message_id, event, alert, channel, created, body, "
			"group_key",
		.kinds = "---n--n",
		.state = {
			{ "INSERT INTO outbox(notification, attempts, next) "
			"VALUES(?1, 0, ?6)", 0 },
			{ "INSERT OR REPLACE INTO group_told(channel, group_key, told) "
			"VALUES(?5, ?8, ?6)", 8 },
			{ HEARING_INSERT "SELECT ?4, ?5, ?1, ?1, 0 "
			"WHERE ?4 IS NOT NULL " HEARING_MOVE, -8 } } },
	/* A notification leaves the outbox with the attempt that ended it, and
	   comes back with one that is pending again. */
	[FACT_DELIVERY] = {
		.name = "delivery_attempt",
		.columns = "notification, state, attempts, next, at, answer",
		.state = {
			{ "INSERT OR REPLACE INTO outbox(notification, attempts, next, "
			"at, answer) SELECT ?2, ?4, ?5, ?6, ?7 WHERE ?3 = 'pending'", 0 },
			{ "DELETE FROM outbox WHERE notification = ?2 "
			"AND ?3 <> 'pending'", 0 } } },
	[FACT_ACTION] = {
		.name = "action",
		.columns = "at, who, what, subject, note, until" },
	[FACT_DOCUMENT] = {
		.name = "document",
		.columns = "indicator, source, snapshot, key, title, url, text, "
			"period, published, recorded, published_assumed",
		.kinds = "nnd" },
	[FACT_ATTESTATION] = {
		.name = "attestation",
		.columns = "milestone, key, person, yes, on_day, at, recorded, "
			"evidence, note",
		.kinds = "n" },
	[FACT_DEFINITION] = {
		.name = "definition",
		.columns = "program, text",
		.kinds = "d",
		.kept = "SELECT 0 FROM definition WHERE program = ?2" },
	[FACT_ANSWER] = {
		.name = "answer",
		.columns = "source, at, url, parameters, media_type, http_status, "
			"etag, last_modified, body, bytes, rows, program",
		.kinds = "n-nnn---d--d" },
	[FACT_SUBMISSION] = {
		.name = "submission",
		.columns = "who, key, what, subject, body, answer, at" },
	/* Between the decision to drop and its commit others may have come to
	   rest on the body: then it stays. */
	[FACT_RETENTION] = {
		.name = "retention",
		.columns = "digest, kept, at, source, reason, answer, observation, "
			"document",
		.kinds = "d--n",
		.kept = "SELECT 0 WHERE ?3 = 0 AND ("
			"NOT EXISTS(SELECT 1 FROM snapshot WHERE digest = ?2 "
			"AND length(bytes) > 0) "
			"OR (SELECT max(id) FROM answer WHERE body = ?2) IS NOT ?7 "
			"OR EXISTS(SELECT 1 FROM answer AS a CROSS JOIN source_state AS s "
			"WHERE a.id = ?7 AND s.source = a.source "
			"AND a.at >= coalesce(s.read_since, a.at)) "
			"OR EXISTS(SELECT 1 FROM observation "
			"WHERE snapshot = ?2 AND id > ?8) "
			"OR EXISTS(SELECT 1 FROM document "
			"WHERE snapshot = ?2 AND id > ?9))",
		.once = "UPDATE snapshot SET bytes = x'' "
			"WHERE digest = ?2 AND ?3 = 0" },
	[FACT_SEAL] = {
		.name = "seal",
		.columns = "at, ends" },
	/* One that is told in the call that made it never waits. */
	[FACT_MENTION] = {
		.name = "mention",
		.columns = "mention, event, alert, reason, channel, group_key, "
			"undelivered, thread, made, notification, place",
		.kinds = "----nnn",
		.state = {
			{ "INSERT INTO mention_waiting(mention, fact) "
			"VALUES(?2, ?1)", -11 },
			{ "INSERT INTO item(notification, place, fact) "
			"VALUES(?11, coalesce(?12, 0), ?1)", 11 },
			{ HEARING_INSERT "SELECT ?4, ?6, coalesce(?9, ?11), ?11, "
			"?5 = 'reminder' WHERE ?4 IS NOT NULL " HEARING_MOVE,
			11 } } },
	[FACT_MENTION_END] = {
		.name = "mention_end",
		.columns = "mention, notification, why, at, reason, thread, place",
		/* What never was saved needs no end. */
		.kept = "SELECT 0 WHERE ?3 IS NULL AND NOT EXISTS(SELECT 1 "
			"FROM mention_waiting WHERE mention = ?2)",
		.state = {
			{ "INSERT INTO item(notification, place, fact, reason, thread) "
			"SELECT ?3, coalesce(?8, 0), m.id, ?6, ?7 FROM mention AS m "
			"WHERE m.mention = ?2", 3 },
			{ HEARING_INSERT "SELECT m.alert, m.channel, coalesce(?7, ?3), "
			"?3, ?6 = 'reminder' FROM mention AS m "
			"WHERE m.mention = ?2 AND m.alert IS NOT NULL " HEARING_MOVE,
			3 },
			{ "DELETE FROM mention_waiting WHERE mention = ?2", 0 } } },
	[FACT_SILENCE] = {
		.name = "silence",
		.numbered = true,
		.columns = "words, begins, until, made, person, note",
		.state = {
			{ "INSERT INTO silence_state(silence, over) VALUES(?1, ?4)",
			0 } } },
	[FACT_SILENCE_END] = {
		.name = "silence_end",
		.columns = "silence, at, person",
		.state = {
			{ "UPDATE silence_state SET over = min(over, ?3), ended = ?3, "
			"ended_by = ?4 WHERE silence = ?2", 0 } } },
};

const char *const state_tables[] = {
	"milestone_state", "source_state", "alert_state", "outbox", "supply",
	"mention_waiting", "item", "hearing", "group_told", "silence_state", NULL
};

size_t fact_columns(const struct fact_table *table)
{
	size_t count = 1;

	for (const char *at = table->columns; *at != '\0'; at++)
		count += *at == ',';
	return count;
}

enum column_kind fact_column_kind(const struct fact_table *table, size_t column)
{
	if (table->kinds == NULL || column >= strlen(table->kinds))
		return COLUMN_PLAIN;
	return (enum column_kind)table->kinds[column];
}

static void fact_add_columns(const struct fact_table *table, struct text *out)
{
	text_addf(out, "id, %s, hash", table->columns);
	if (table->packed != NULL)
		text_addf(out, ", %s", table->packed);
}

void fact_insert_sql(const struct fact_table *table, struct text *out)
{
	size_t values = 1 + fact_columns(table) + 1 + (table->packed != NULL);

	text_addf(out, "INSERT INTO %s(", table->name);
	fact_add_columns(table, out);
	text_add_string(out, ") VALUES(");
	for (size_t i = 1; i <= values; i++)
		text_addf(out, i == 1 ? "?%zu" : ", ?%zu", i);
	text_add_char(out, ')');
}

void fact_select_sql(const struct fact_table *table, struct text *out)
{
	text_add_string(out, "SELECT ");
	fact_add_columns(table, out);
	text_addf(out, " FROM %s ORDER BY id", table->name);
}
