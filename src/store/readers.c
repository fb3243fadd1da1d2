/*
 * readers: the queries, and the connections they run on.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/database.h"
#include "store/readers.h"
#include "store/schema.h"

#define STATE_COLUMNS \
	"n.text, s.since, s.terms, s.due, s.due_date, s.announced, s.as_of, " \
	"s.lifecycle, s.verdict, s.progress, s.knowledge, s.status, s.event, " \
	"s.event_date, s.days_late, s.days_overdue, s.actual, s.target, " \
	"s.baseline, s.required_now, s.pace, s.share_of_level, " \
	"s.share_of_increment, s.shortfall, s.data_through, s.undecided, " \
	"s.waiting_for, s.published_assumed, s.next, s.forecast, " \
	"s.forecast_value, s.forecast_low, s.forecast_high, s.forecast_date, " \
	"s.forecast_slip, s.forecast_misses, s.told_status, s.flips, " \
	"s.apart, s.unsettled, s.approached"
#define ALERT_SELECT \
	"SELECT a.alert, a.kind, a.severity, a.subject_kind, n.text, a.state, " \
	"a.raised, a.resolved, a.raised_by, a.resolved_by, a.reason, " \
	"a.acknowledged, a.until, a.person, a.note, a.escalated, a.escalation " \
	"FROM alert_state AS a LEFT JOIN name AS n ON n.id = a.subject "
#define EVENT_COLUMNS \
	"e.id, e.time, e.kind, e.severity, e.subject_kind, s.text, " \
	"e.from_status, e.to_status, e.alert, e.reason, e.late "
#define EVENT_SELECT \
	"SELECT " EVENT_COLUMNS \
	"FROM event AS e LEFT JOIN name AS s ON s.id = e.subject "
#define ACTION_SELECT \
	"SELECT a.id, a.at, a.who, a.what, a.subject, a.note, a.until "
#define ORIGIN_SELECT \
	"SELECT o.id, o.period, o.value, o.published, o.recorded, n.text, " \
	"d.bytes, o.person, o.accepts FROM observation AS o " \
	"LEFT JOIN name AS n ON n.id = o.source " \
	"LEFT JOIN digest AS d ON d.id = o.snapshot "
#define VINTAGE_SELECT \
	"SELECT o.id, o.period, o.value, o.published, o.recorded, " \
	"o.published_assumed, o.provisional, o.quarantined, i.text, n.text, " \
	"d.bytes, o.person, o.note, o.evidence, o.accepts " \
	"FROM observation AS o CROSS JOIN name AS i ON i.id = o.indicator " \
	"LEFT JOIN name AS n ON n.id = o.source " \
	"LEFT JOIN digest AS d ON d.id = o.snapshot "
#define DOCUMENT_COLUMNS \
	"d.id, n.text, d.key, d.title, d.url, d.text, d.period, d.published, " \
	"d.recorded, d.published_assumed"
#define ANSWER_SELECT \
	"SELECT a.id, n.text, a.at, u.text, p.text, m.text, a.http_status, " \
	"a.etag, a.last_modified, b.bytes, a.bytes, a.rows, g.bytes, " \
	"length(s.bytes) > 0 " \
	"FROM answer AS a CROSS JOIN name AS n ON n.id = a.source " \
	"CROSS JOIN digest AS b ON b.id = a.body " \
	"LEFT JOIN name AS u ON u.id = a.url " \
	"LEFT JOIN name AS p ON p.id = a.parameters " \
	"LEFT JOIN name AS m ON m.id = a.media_type " \
	"LEFT JOIN digest AS g ON g.id = a.program " \
	"LEFT JOIN snapshot AS s ON s.digest = a.body "
#define NOTIFICATION_COLUMNS \
	"n.id, n.message_id, n.event, n.alert, c.text, g.text, n.created, "
#define DELIVERY_COLUMNS \
	"d.state, coalesce(d.attempts, 0), " \
	"CASE WHEN d.id IS NULL THEN n.created ELSE d.next END, d.at, d.answer "
/* The last attempt there was, if any. */
#define DELIVERY_JOIN \
	"LEFT JOIN delivery_attempt AS d ON d.id = " \
	"(SELECT max(x.id) FROM delivery_attempt AS x " \
	"WHERE x.notification = n.id) "
/* The items of a notification in their order; one of before has none, and is
   about its own event. */
#define ITEM_COLUMNS \
	", m.mention, coalesce(i.reason, m.reason), " \
	"coalesce(i.thread, m.thread), m.alert, u.text, m.made, " EVENT_COLUMNS
#define ITEM_JOIN \
	"LEFT JOIN item AS i ON i.notification = n.id " \
	"LEFT JOIN mention AS m ON m.id = i.fact " \
	"LEFT JOIN event AS e ON e.id = coalesce(m.event, n.event) " \
	"LEFT JOIN name AS s ON s.id = e.subject " \
	"LEFT JOIN name AS u ON u.id = m.undelivered "
#define SILENCE_SELECT \
	"SELECT s.id, s.words, s.begins, s.until, s.made, s.person, s.note, " \
	"t.ended, t.ended_by " \
	"FROM silence_state AS t CROSS JOIN silence AS s "

/* A CROSS JOIN fixes the order in which SQLite nests its loops. */
static const char *const queries[QUERY_COUNT] = {
	[QUERY_LAST_EVENT] = "SELECT max(id) FROM event",
	[QUERY_LAST_ALERT] = "SELECT max(alert) FROM alert_state",
	[QUERY_LAST_NOTIFICATION] = "SELECT max(id) FROM notification",
	[QUERY_LAST_MENTION] = "SELECT max(mention) FROM mention",
	[QUERY_LAST_SILENCE] = "SELECT max(id) FROM silence",
	[QUERY_MILESTONES] = "SELECT " STATE_COLUMNS
		" FROM milestone_state AS s CROSS JOIN name AS n "
		"WHERE n.id = s.milestone",
	[QUERY_SOURCES] = "SELECT n.text, s.next, s.last_attempt, s.last_success, "
		"s.last_change, s.failing_since, s.failures, s.outcome, s.etag, "
		"s.last_modified, s.body, s.program, s.error, s.gone, s.told, "
		"s.moved "
		"FROM source_state AS s CROSS JOIN name AS n WHERE n.id = s.source",
	[QUERY_ALERTS_OPEN] = ALERT_SELECT
		"WHERE a.state " ALERT_OPEN_STATES " AND a.alert < ?1 "
		"ORDER BY a.alert DESC LIMIT ?2",
	[QUERY_ALERTS] = ALERT_SELECT
		"WHERE a.alert < ?1 ORDER BY a.alert DESC LIMIT ?2",
	[QUERY_ALERTS_ENDED] = ALERT_SELECT "WHERE a.alert IN "
		"(SELECT m.alert FROM mention_waiting AS w CROSS JOIN mention AS m "
		"WHERE m.id = w.fact) AND a.state NOT " ALERT_OPEN_STATES
		" ORDER BY a.alert",
	[QUERY_OUTBOX] = "SELECT " NOTIFICATION_COLUMNS
		"'pending', o.attempts, o.next, o.at, o.answer "
		"FROM outbox AS o CROSS JOIN notification AS n CROSS JOIN name AS c "
		"LEFT JOIN name AS g ON g.id = n.group_key "
		"WHERE o.notification < ?1 AND n.id = o.notification "
		"AND c.id = n.channel ORDER BY o.notification DESC LIMIT ?2",
	[QUERY_DEAD] = "SELECT " NOTIFICATION_COLUMNS DELIVERY_COLUMNS
		"FROM delivery_attempt AS d CROSS JOIN notification AS n "
		"CROSS JOIN name AS c LEFT JOIN name AS g ON g.id = n.group_key "
		"WHERE d.state = 'dead' AND d.notification < ?1 AND d.id = "
		"(SELECT max(x.id) FROM delivery_attempt AS x "
		"WHERE x.notification = d.notification) "
		"AND n.id = d.notification AND c.id = n.channel "
		"ORDER BY d.notification DESC LIMIT ?2",
	[QUERY_DELIVERIES] = "SELECT " NOTIFICATION_COLUMNS DELIVERY_COLUMNS
		"FROM notification AS n CROSS JOIN name AS c "
		"LEFT JOIN name AS g ON g.id = n.group_key " DELIVERY_JOIN
		"WHERE n.id < ?1 AND c.id = n.channel ORDER BY n.id DESC LIMIT ?2",
	[QUERY_ATTEMPTS] = "SELECT notification, state, attempts, next, at, "
		"answer FROM delivery_attempt WHERE notification = ?1 ORDER BY id",
	[QUERY_PENDING] = "SELECT " NOTIFICATION_COLUMNS
		"'pending', o.attempts, o.next, o.at, o.answer " ITEM_COLUMNS
		"FROM outbox AS o CROSS JOIN notification AS n CROSS JOIN name AS c "
		"LEFT JOIN name AS g ON g.id = n.group_key " ITEM_JOIN
		"WHERE n.id = o.notification AND c.id = n.channel "
		"ORDER BY o.notification, i.place",
	[QUERY_DELIVERY] = "SELECT " NOTIFICATION_COLUMNS DELIVERY_COLUMNS
		ITEM_COLUMNS "FROM notification AS n CROSS JOIN name AS c "
		"LEFT JOIN name AS g ON g.id = n.group_key " DELIVERY_JOIN ITEM_JOIN
		"WHERE n.id = ?1 AND c.id = n.channel ORDER BY i.place",
	[QUERY_MENTIONS] = "SELECT m.mention, m.event, m.alert, m.reason, "
		"c.text, g.text, u.text, m.thread, m.made, " EVENT_COLUMNS
		"FROM mention_waiting AS w CROSS JOIN mention AS m "
		"CROSS JOIN name AS c CROSS JOIN event AS e "
		"LEFT JOIN name AS g ON g.id = m.group_key "
		"LEFT JOIN name AS u ON u.id = m.undelivered "
		"LEFT JOIN name AS s ON s.id = e.subject "
		"WHERE m.id = w.fact AND c.id = m.channel AND e.id = m.event "
		"ORDER BY w.mention",
	[QUERY_HEARINGS] = "SELECT h.alert, c.text, h.thread, n.created, "
		"h.reminders FROM alert_state AS a CROSS JOIN hearing AS h "
		"CROSS JOIN name AS c CROSS JOIN notification AS n "
		"WHERE a.state " ALERT_OPEN_STATES " AND h.alert = a.alert "
		"AND c.id = h.channel AND n.id = h.last",
	[QUERY_GROUPS] = "SELECT c.text, g.text, t.told FROM group_told AS t "
		"CROSS JOIN name AS c CROSS JOIN name AS g "
		"WHERE t.told > ?1 AND c.id = t.channel AND g.id = t.group_key",
	[QUERY_SILENCES] = SILENCE_SELECT "WHERE t.silence < ?1 "
		"AND s.id = t.silence ORDER BY t.silence DESC LIMIT ?2",
	[QUERY_SILENCES_OPEN] = SILENCE_SELECT "WHERE t.over > ?3 "
		"AND +t.silence < ?1 AND s.id = t.silence "
		"ORDER BY +t.silence DESC LIMIT ?2",
	[QUERY_EVENTS] = EVENT_SELECT
		"WHERE e.id > ?1 ORDER BY e.id LIMIT ?2",
	[QUERY_EVENTS_OF] = EVENT_SELECT
		"WHERE e.id > ?1 AND e.subject = "
		"(SELECT id FROM name WHERE text = ?3) ORDER BY e.id LIMIT ?2",
	[QUERY_EVENT_SINCE] = "SELECT id FROM event WHERE time >= ?1 "
		"ORDER BY time, id LIMIT 1",
	[QUERY_EVENT_UNTIL] = "SELECT id FROM event WHERE time <= ?1 "
		"ORDER BY time DESC, id DESC LIMIT 1",
	[QUERY_ACTIONS] = ACTION_SELECT "FROM action AS a WHERE a.id < ?1 "
		"ORDER BY a.id DESC LIMIT ?2",
	[QUERY_ACTIONS_OF] = ACTION_SELECT "FROM action AS a "
		"WHERE a.subject = ?3 AND a.id < ?1 ORDER BY a.id DESC LIMIT ?2",
	[QUERY_ACKNOWLEDGEMENTS] = ACTION_SELECT
		"FROM (SELECT DISTINCT e.alert AS alert FROM event AS e "
		"WHERE e.subject = (SELECT id FROM name WHERE text = ?3) "
		"AND e.alert IS NOT NULL) AS x CROSS JOIN action AS a "
		"WHERE a.subject = CAST(x.alert AS TEXT) "
		"AND a.what = 'acknowledge' AND a.id < ?1 "
		"ORDER BY a.id DESC LIMIT ?2",
	[QUERY_EVENTS_BEFORE] = EVENT_SELECT
		"WHERE e.id < ?1 ORDER BY e.id DESC LIMIT ?2",
	/* A slip that goes from a date to a date is a due date that was moved. */
	[QUERY_MOVES] = "SELECT n.text, count(*), max(e.time) "
		"FROM event AS e CROSS JOIN name AS n WHERE n.id = e.subject "
		"AND e.subject_kind = 'milestone' AND e.time <= ?1 "
		"AND (e.kind IN ('rescheduled', 'modified', 'withdrawn', "
		"'superseded') OR (e.kind = 'slipped' "
		"AND e.from_status GLOB '[0-9]*')) GROUP BY e.subject",
	[QUERY_SERIES] = "SELECT id, period, value, published, recorded, "
		"published_assumed, provisional, quarantined FROM observation "
		"WHERE indicator = (SELECT id FROM name WHERE text = ?3) "
		"AND id > ?1 ORDER BY id LIMIT ?2",
	[QUERY_DOCUMENTS] = "SELECT " DOCUMENT_COLUMNS
		" FROM document AS d LEFT JOIN name AS n ON n.id = d.source "
		"WHERE d.indicator = (SELECT id FROM name WHERE text = ?3) "
		"AND d.id > ?1 ORDER BY d.id LIMIT ?2",
	[QUERY_ATTESTATIONS] = "SELECT id, key, person, yes, on_day, at, "
		"recorded, evidence, note FROM attestation "
		"WHERE milestone = (SELECT id FROM name WHERE text = ?3) "
		"AND id > ?1 ORDER BY id LIMIT ?2",
	[QUERY_POLLS] = "SELECT started, finished, outcome, rows, rejected "
		"FROM fetch "
		"WHERE source = (SELECT id FROM name WHERE text = ?3) "
		"AND id > ?1 ORDER BY id LIMIT ?2",
	[QUERY_ORIGIN] = ORIGIN_SELECT "WHERE o.id = ?1",
	[QUERY_ORIGINS] = ORIGIN_SELECT "WHERE o.indicator = "
		"(SELECT id FROM name WHERE text = ?3) "
		"ORDER BY o.id DESC LIMIT ?2",
	[QUERY_CHANGES] = "SELECT s.id, s.reason, s.cause, s.because, s.told, "
		STATE_COLUMNS " FROM name AS n CROSS JOIN assessment AS s "
		"WHERE n.text = ?3 AND s.milestone = n.id AND s.id >= ?1 "
		"ORDER BY s.id LIMIT ?2",
	[QUERY_CHANGE_BACK] = "SELECT id, as_of FROM assessment WHERE milestone = "
		"(SELECT id FROM name WHERE text = ?3) AND as_of <= ?1 "
		"ORDER BY id DESC LIMIT 1 OFFSET ?2",
	[QUERY_LAST_ATTEMPTS] =
		"SELECT c.text, d.notification, d.state, d.attempts, d.next, d.at, "
		"d.answer FROM delivery_attempt AS d CROSS JOIN notification AS n "
		"CROSS JOIN name AS c WHERE n.id = d.notification "
		"AND c.id = n.channel ORDER BY d.id DESC LIMIT ?1",
	[QUERY_BODY] = "SELECT body, message_id FROM notification WHERE id = ?1",
	[QUERY_REASON] = "SELECT a.reason FROM milestone_state AS s "
		"CROSS JOIN assessment AS a WHERE s.milestone = "
		"(SELECT id FROM name WHERE text = ?1) AND a.id = s.assessment",
	[QUERY_SNAPSHOT] =
		("SELECT s.length, s.bytes FROM snapshot AS s WHERE s.digest = "
		"(SELECT id FROM digest WHERE bytes = ?1)"),
	[QUERY_DROPPED] = "SELECT at, reason FROM retention WHERE digest = "
		"(SELECT id FROM digest WHERE bytes = ?1) ORDER BY id DESC LIMIT 1",
	[QUERY_VINTAGE] = VINTAGE_SELECT "WHERE o.id = ?1",
	[QUERY_VINTAGES] = VINTAGE_SELECT "WHERE o.indicator = "
		"(SELECT id FROM name WHERE text = ?3) "
		"AND o.id > ?1 ORDER BY o.id LIMIT ?2",
	[QUERY_HELD] = VINTAGE_SELECT "WHERE o.snapshot = "
		"(SELECT snapshot FROM observation WHERE id = ?1) AND o.source IS "
		"(SELECT source FROM observation WHERE id = ?1) "
		"AND o.quarantined <> 0 ORDER BY o.indicator, o.id",
	[QUERY_ACCEPTED] = VINTAGE_SELECT "WHERE o.indicator = "
		"(SELECT id FROM name WHERE text = ?3) "
		"AND o.accepts IS NOT NULL AND o.id < ?1 "
		"ORDER BY o.id DESC LIMIT ?2",
	[QUERY_QUARANTINED] = VINTAGE_SELECT "WHERE o.quarantined <> 0 "
		"AND o.id > ?1 AND NOT EXISTS(SELECT 1 FROM observation AS x "
		"WHERE x.accepts = o.id AND x.accepts IS NOT NULL) "
		"ORDER BY o.id LIMIT ?2",
	[QUERY_SUPPLY] = "SELECT i.text, n.text, s.period FROM supply AS s "
		"CROSS JOIN name AS i ON i.id = s.indicator "
		"LEFT JOIN name AS n ON n.id = s.source",
	[QUERY_SUBMISSION] = "SELECT who, key, what, subject, body, answer, at "
		"FROM submission WHERE who = ?1 AND key = ?2 ORDER BY id LIMIT 1",
	[QUERY_ANSWERS] = ANSWER_SELECT "WHERE a.source = "
		"(SELECT id FROM name WHERE text = ?3) "
		"AND a.id < ?1 ORDER BY a.id DESC LIMIT ?2",
	[QUERY_ANSWERS_OF] = ANSWER_SELECT "WHERE a.body = "
		"(SELECT id FROM digest WHERE bytes = ?1) ORDER BY a.id LIMIT ?2",
	[QUERY_LAST_ANSWER] = "SELECT max(id) FROM answer",
	[QUERY_SAMPLE] = ANSWER_SELECT "WHERE a.id >= ?1 AND a.id < ?3 "
		"AND a.program IS NOT NULL AND length(s.bytes) > 0 "
		"AND (EXISTS(SELECT 1 FROM observation AS o "
		"WHERE o.snapshot = a.body AND o.source = a.source) "
		"OR EXISTS(SELECT 1 FROM document AS d "
		"WHERE d.snapshot = a.body AND d.source = a.source)) "
		"ORDER BY a.id LIMIT ?2",
	[QUERY_DEFINITION] = "SELECT text FROM definition WHERE program = "
		"(SELECT id FROM digest WHERE bytes = ?1)",
	[QUERY_EXTRACTED] = VINTAGE_SELECT "WHERE o.snapshot = "
		"(SELECT id FROM digest WHERE bytes = ?1) AND o.source = "
		"(SELECT id FROM name WHERE text = ?3) AND o.accepts IS NULL "
		"ORDER BY o.indicator, o.id",
	[QUERY_EXTRACTED_DOCUMENTS] = "SELECT " DOCUMENT_COLUMNS ", i.text "
		"FROM document AS d CROSS JOIN name AS i ON i.id = d.indicator "
		"LEFT JOIN name AS n ON n.id = d.source WHERE d.snapshot = "
		"(SELECT id FROM digest WHERE bytes = ?1) AND d.source = "
		"(SELECT id FROM name WHERE text = ?3) "
		"ORDER BY d.indicator, d.id",
	[QUERY_LAST_OBSERVATION] = "SELECT max(id) FROM observation",
	[QUERY_LAST_DOCUMENT] = "SELECT max(id) FROM document",
	/* The order of what is looked at goes from cheap to dear. */
	[QUERY_DROPPABLE] = "SELECT a.id, a.body, b.bytes, s.length, "
		"CASE WHEN a.at < ?4 AND length(s.bytes) > 0 "
		"AND a.at < (SELECT read_since FROM source_state "
		"WHERE source = a.source) "
		"AND a.id = (SELECT max(id) FROM answer WHERE body = a.body) "
		"AND NOT EXISTS(SELECT 1 FROM answer AS x WHERE x.body = a.body "
		"AND x.source <> a.source) THEN 1 ELSE 0 END "
		"FROM answer AS a CROSS JOIN digest AS b ON b.id = a.body "
		"CROSS JOIN snapshot AS s ON s.digest = a.body "
		"WHERE a.source = (SELECT id FROM name WHERE text = ?3) "
		"AND a.id > ?1 ORDER BY a.id LIMIT ?2",
	/* The next indicator of which something was read from a body. */
	[QUERY_RESTS_FIGURE] = "SELECT o.indicator, i.text "
		"FROM observation AS o CROSS JOIN name AS i ON i.id = o.indicator "
		"WHERE o.snapshot = ?1 AND o.indicator > ?2 "
		"ORDER BY o.indicator LIMIT 1",
	[QUERY_RESTS_DOCUMENT] = "SELECT d.indicator, i.text "
		"FROM document AS d CROSS JOIN name AS i ON i.id = d.indicator "
		"WHERE d.snapshot = ?1 AND d.indicator > ?2 "
		"ORDER BY d.indicator LIMIT 1",
	[QUERY_POLL_AFTER] = "SELECT id, finished FROM fetch WHERE id > ?1 "
		"ORDER BY id LIMIT ?2",
	[QUERY_LAST_POLL] = "SELECT max(id) FROM fetch",
	/* In the order of QUERY_SOURCES. */
	[QUERY_SOURCE_BY] = "SELECT n.text, f.next, f.last_attempt, "
		"f.last_success, f.last_change, f.failing_since, f.failures, "
		"f.state_outcome, f.state_etag, f.state_last_modified, "
		"f.state_body, f.program, f.state_error, f.state_gone, "
		"f.state_told, f.state_moved "
		"FROM name AS n CROSS JOIN fetch AS f "
		"WHERE n.text = ?3 AND f.source = n.id AND f.id <= ?1 "
		"ORDER BY f.id DESC LIMIT ?2",
	[QUERY_ALL_VINTAGES] = VINTAGE_SELECT
		"WHERE o.id > ?1 ORDER BY o.id LIMIT ?2",
	[QUERY_ALL_DOCUMENTS] = "SELECT " DOCUMENT_COLUMNS ", i.text "
		"FROM document AS d CROSS JOIN name AS i ON i.id = d.indicator "
		"LEFT JOIN name AS n ON n.id = d.source "
		"WHERE d.id > ?1 ORDER BY d.id LIMIT ?2",
	[QUERY_ALL_ATTESTATIONS] = "SELECT a.id, a.key, a.person, a.yes, "
		"a.on_day, a.at, a.recorded, a.evidence, a.note, n.text "
		"FROM attestation AS a CROSS JOIN name AS n ON n.id = a.milestone "
		"WHERE a.id > ?1 ORDER BY a.id LIMIT ?2",
	[QUERY_ALL_CHANGES] = "SELECT s.id, s.reason, s.cause, s.because, s.told, "
		STATE_COLUMNS " FROM assessment AS s CROSS JOIN name AS n "
		"WHERE n.id = s.milestone AND s.id >= ?1 ORDER BY s.id LIMIT ?2",
};

const char *query_sql(enum query query)
{
	return queries[query];
}

struct reader {
	sqlite3 *db;
	sqlite3_stmt *statements[QUERY_COUNT];
	struct reader *next;
};

struct readers {
	char *dir;
	pthread_mutex_t mutex;
	struct reader *idle;
	size_t idle_count;
	struct reader *busy;
};

struct readers *readers_new(const char *dir)
{
	struct readers *readers = mem_new(1, sizeof *readers);

	readers->dir = mem_string(dir);
	pthread_mutex_init(&readers->mutex, NULL);
	return readers;
}

static void reader_free(struct reader *reader)
{
	for (int i = 0; i < QUERY_COUNT; i++)
		sqlite3_finalize(reader->statements[i]);
	database_close(reader->db);
	free(reader);
}

void readers_free(struct readers *readers)
{
	if (readers == NULL)
		return;
	while (readers->idle != NULL) {
		struct reader *reader = readers->idle;

		readers->idle = reader->next;
		reader_free(reader);
	}
	pthread_mutex_destroy(&readers->mutex);
	free(readers->dir);
	free(readers);
}

static struct reader *readers_take_idle(struct readers *readers)
{
	struct reader *reader;

	pthread_mutex_lock(&readers->mutex);
	reader = readers->idle;
	if (reader != NULL) {
		readers->idle = reader->next;
		readers->idle_count--;
	}
	pthread_mutex_unlock(&readers->mutex);
	return reader;
}

static struct reader *readers_take(struct readers *readers, struct error *error)
{
	struct reader *reader = readers_take_idle(readers);
	sqlite3 *db;

	if (reader != NULL)
		return reader;
	db = database_open(readers->dir, DATABASE_READ, error);
	if (db == NULL)
		return NULL;
	reader = mem_new(1, sizeof *reader);
	reader->db = db;
	return reader;
}

static void readers_give(struct readers *readers, struct reader *reader)
{
	bool keep;

	pthread_mutex_lock(&readers->mutex);
	keep = readers->idle_count < READERS_KEPT;
	if (keep) {
		reader->next = readers->idle;
		readers->idle = reader;
		readers->idle_count++;
	}
	pthread_mutex_unlock(&readers->mutex);
	if (!keep)
		reader_free(reader);
}

sqlite3_stmt *readers_query(struct readers *readers, enum query query,
	struct error *error)
{
	struct reader *reader = readers_take(readers, error);

	if (reader == NULL)
		return NULL;
	if (reader->statements[query] == NULL)
		reader->statements[query] =
			database_prepare(reader->db, queries[query], error);
	if (reader->statements[query] == NULL) {
		readers_give(readers, reader);
		return NULL;
	}
	pthread_mutex_lock(&readers->mutex);
	reader->next = readers->busy;
	readers->busy = reader;
	pthread_mutex_unlock(&readers->mutex);
	return reader->statements[query];
}

static struct reader *readers_take_busy(struct readers *readers,
	const sqlite3 *db)
{
	struct reader **at, *reader;

	pthread_mutex_lock(&readers->mutex);
	for (at = &readers->busy; (*at)->db != db; at = &(*at)->next)
		;
	reader = *at;
	*at = reader->next;
	pthread_mutex_unlock(&readers->mutex);
	return reader;
}

void readers_done(struct readers *readers, sqlite3_stmt *statement)
{
	if (statement == NULL)
		return;
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	readers_give(readers, readers_take_busy(readers,
		sqlite3_db_handle(statement)));
}
