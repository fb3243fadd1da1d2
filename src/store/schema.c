/*
 * schema: what the database holds.
 *
 *	name, digest            strings and digests that many rows share
 *	fetch … silence_end     facts, appended in order of id
 *	milestone_state … silence_state   where things stand, made from the facts
 *	meta                    instance, and whether it is open
 *
 * Times are seconds since 1970 (NULL: none), exact numbers, dates and periods
 * are text as people write them, words are the program's own. Only what is
 * looked up by something else than its id has an index.
 */
#include "store/database.h"
#include "store/schema.h"
#include "store/store.h"

static const char schema_1[] =
	"CREATE TABLE meta("
	" key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE name("
	" id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE digest("
	" id INTEGER PRIMARY KEY, bytes BLOB NOT NULL UNIQUE) STRICT;"

	"CREATE TABLE fetch("
	" id INTEGER PRIMARY KEY,"
	" source INTEGER NOT NULL REFERENCES name,"
	" started INTEGER, finished INTEGER, outcome TEXT NOT NULL,"
	" http_status INTEGER, bytes INTEGER, retry_after INTEGER,"
	" max_age INTEGER, etag TEXT, last_modified TEXT, body BLOB,"
	" rows INTEGER, rejected INTEGER, error TEXT, next INTEGER,"
	" last_attempt INTEGER, last_success INTEGER, last_change INTEGER,"
	" failing_since INTEGER, failures INTEGER NOT NULL,"
	" state_outcome TEXT NOT NULL, state_etag TEXT,"
	" state_last_modified TEXT, state_body BLOB, program BLOB,"
	" state_error TEXT, hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE snapshot("
	" id INTEGER PRIMARY KEY,"
	" digest INTEGER NOT NULL UNIQUE REFERENCES digest,"
	" url TEXT, at INTEGER, length INTEGER NOT NULL,"
	" hash BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;"
	"CREATE TABLE observation("
	" id INTEGER PRIMARY KEY,"
	" indicator INTEGER NOT NULL REFERENCES name,"
	" source INTEGER REFERENCES name, snapshot INTEGER REFERENCES digest,"
	" period TEXT, value TEXT NOT NULL, published INTEGER,"
	" recorded INTEGER, published_assumed INTEGER NOT NULL,"
	" provisional INTEGER NOT NULL, quarantined INTEGER NOT NULL,"
	" hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX observation_indicator ON observation(indicator);"
	"CREATE TABLE assessment("
	" id INTEGER PRIMARY KEY,"
	" milestone INTEGER NOT NULL REFERENCES name,"
	" since INTEGER, terms INTEGER NOT NULL, due INTEGER, due_date TEXT,"
	" announced INTEGER NOT NULL, as_of INTEGER, lifecycle TEXT NOT NULL,"
	" verdict TEXT NOT NULL, progress TEXT NOT NULL,"
	" knowledge TEXT NOT NULL, status TEXT NOT NULL, event INTEGER,"
	" event_date TEXT, days_late INTEGER, days_overdue INTEGER,"
	" actual TEXT, target TEXT, baseline TEXT, required_now TEXT,"
	" pace TEXT, share_of_level TEXT, share_of_increment TEXT,"
	" shortfall TEXT, data_through TEXT, undecided TEXT,"
	" waiting_for TEXT, published_assumed INTEGER NOT NULL, next INTEGER,"
	" reason TEXT, hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE event("
	" id INTEGER PRIMARY KEY, time INTEGER, kind TEXT NOT NULL,"
	" severity TEXT NOT NULL, subject_kind TEXT,"
	" subject INTEGER REFERENCES name, from_status TEXT, to_status TEXT,"
	" alert INTEGER, reason TEXT, hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX event_subject ON event(subject);"
	"CREATE TABLE alert_change("
	" id INTEGER PRIMARY KEY, alert INTEGER NOT NULL, kind TEXT NOT NULL,"
	" severity TEXT NOT NULL, subject_kind TEXT,"
	" subject INTEGER REFERENCES name, state TEXT NOT NULL,"
	" raised INTEGER, resolved INTEGER, raised_by INTEGER,"
	" resolved_by INTEGER, reason TEXT, hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE notification("
	" id INTEGER PRIMARY KEY, message_id TEXT NOT NULL, event INTEGER,"
	" alert INTEGER, channel INTEGER NOT NULL REFERENCES name,"
	" created INTEGER, body BLOB, hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE delivery_attempt("
	" id INTEGER PRIMARY KEY,"
	" notification INTEGER NOT NULL REFERENCES notification,"
	" state TEXT NOT NULL, attempts INTEGER NOT NULL, next INTEGER,"
	" at INTEGER, answer TEXT, hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX delivery_attempt_notification"
	" ON delivery_attempt(notification);"
	"CREATE TABLE action("
	" id INTEGER PRIMARY KEY, at INTEGER, who TEXT, what TEXT,"
	" subject TEXT, note TEXT, hash BLOB NOT NULL) STRICT;"

	"CREATE TABLE milestone_state("
	" milestone INTEGER PRIMARY KEY, assessment INTEGER NOT NULL,"
	" since INTEGER, terms INTEGER NOT NULL, due INTEGER, due_date TEXT,"
	" announced INTEGER NOT NULL, as_of INTEGER, lifecycle TEXT NOT NULL,"
	" verdict TEXT NOT NULL, progress TEXT NOT NULL,"
	" knowledge TEXT NOT NULL, status TEXT NOT NULL, event INTEGER,"
	" event_date TEXT, days_late INTEGER, days_overdue INTEGER,"
	" actual TEXT, target TEXT, baseline TEXT, required_now TEXT,"
	" pace TEXT, share_of_level TEXT, share_of_increment TEXT,"
	" shortfall TEXT, data_through TEXT, undecided TEXT,"
	" waiting_for TEXT, published_assumed INTEGER NOT NULL,"
	" next INTEGER) STRICT;"
	"CREATE TABLE source_state("
	" source INTEGER PRIMARY KEY, fetch INTEGER NOT NULL, next INTEGER,"
	" last_attempt INTEGER, last_success INTEGER, last_change INTEGER,"
	" failing_since INTEGER, failures INTEGER NOT NULL,"
	" outcome TEXT NOT NULL, etag TEXT, last_modified TEXT, body BLOB,"
	" program BLOB, error TEXT) STRICT;"
	"CREATE TABLE alert_state("
	" alert INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
	" severity TEXT NOT NULL, subject_kind TEXT,"
	" subject INTEGER, state TEXT NOT NULL, raised INTEGER,"
	" resolved INTEGER, raised_by INTEGER, resolved_by INTEGER,"
	" reason TEXT) STRICT;"
	"CREATE INDEX alert_state_firing ON alert_state(alert)"
	" WHERE state = 'firing';"
	"CREATE TABLE outbox("
	" notification INTEGER PRIMARY KEY REFERENCES notification,"
	" attempts INTEGER NOT NULL, next INTEGER, at INTEGER,"
	" answer TEXT) STRICT;";

/* What is expected of a milestone: a method, figures, a date. */
#define ADD_FORECAST(table) \
	"ALTER TABLE " table " ADD COLUMN forecast TEXT;" \
	"ALTER TABLE " table " ADD COLUMN forecast_value TEXT;" \
	"ALTER TABLE " table " ADD COLUMN forecast_low TEXT;" \
	"ALTER TABLE " table " ADD COLUMN forecast_high TEXT;" \
	"ALTER TABLE " table " ADD COLUMN forecast_date TEXT;" \
	"ALTER TABLE " table " ADD COLUMN forecast_slip INTEGER;" \
	"ALTER TABLE " table " ADD COLUMN forecast_misses INTEGER;"
static const char schema_forecast[] =
	ADD_FORECAST("assessment") ADD_FORECAST("milestone_state");

/* Documents, what people attest, and the polls of one source. */
static const char schema_documents[] =
	"CREATE TABLE document("
	" id INTEGER PRIMARY KEY,"
	" indicator INTEGER NOT NULL REFERENCES name,"
	" source INTEGER REFERENCES name, snapshot INTEGER REFERENCES digest,"
	" key TEXT NOT NULL, title TEXT, url TEXT, text TEXT, period TEXT,"
	" published INTEGER, recorded INTEGER,"
	" published_assumed INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX document_indicator ON document(indicator);"
	"CREATE TABLE attestation("
	" id INTEGER PRIMARY KEY,"
	" milestone INTEGER NOT NULL REFERENCES name,"
	" key TEXT NOT NULL, person TEXT NOT NULL, yes INTEGER NOT NULL,"
	" on_day TEXT NOT NULL, at INTEGER, recorded INTEGER, evidence TEXT,"
	" note TEXT, hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX attestation_milestone ON attestation(milestone);"
	"CREATE INDEX fetch_source ON fetch(source);";

/* Why an answer changed, and the event that told it; answers of one milestone. */
static const char schema_causes[] =
	"ALTER TABLE assessment ADD COLUMN cause TEXT;"
	"ALTER TABLE assessment ADD COLUMN because TEXT;"
	"ALTER TABLE assessment ADD COLUMN told INTEGER;"
	"CREATE INDEX assessment_milestone ON assessment(milestone);";

/* What was asked and answered, by whom a figure was said, what became of the
   bytes; the last period of each source; and the seals of all. Bodies kept
   before have no answer, and so are never dropped. */
static const char schema_evidence[] =
	"ALTER TABLE fetch ADD COLUMN ttl INTEGER;"
	"ALTER TABLE fetch ADD COLUMN gone INTEGER;"
	"ALTER TABLE fetch ADD COLUMN moved TEXT;"
	"ALTER TABLE fetch ADD COLUMN unreached INTEGER;"
	"ALTER TABLE fetch ADD COLUMN state_gone INTEGER;"
	"ALTER TABLE fetch ADD COLUMN state_told INTEGER;"
	"ALTER TABLE fetch ADD COLUMN state_moved TEXT;"
	"ALTER TABLE source_state ADD COLUMN gone INTEGER;"
	"ALTER TABLE source_state ADD COLUMN told INTEGER;"
	"ALTER TABLE source_state ADD COLUMN moved TEXT;"
	/* When the last poll began that was read. */
	"ALTER TABLE source_state ADD COLUMN read_since INTEGER;"
	"UPDATE source_state SET read_since = (SELECT f.started FROM fetch AS f "
	" WHERE f.source = source_state.source AND f.outcome = 'changed' "
	" ORDER BY f.id DESC LIMIT 1);"
	"ALTER TABLE observation ADD COLUMN person TEXT;"
	"ALTER TABLE observation ADD COLUMN accepts INTEGER;"
	"ALTER TABLE observation ADD COLUMN note TEXT;"
	"ALTER TABLE observation ADD COLUMN evidence TEXT;"
	"CREATE INDEX observation_quarantined ON observation(id)"
	" WHERE quarantined <> 0;"
	"CREATE INDEX observation_accepts ON observation(accepts)"
	" WHERE accepts IS NOT NULL;"
	"CREATE INDEX observation_snapshot ON observation(snapshot, indicator)"
	" WHERE snapshot IS NOT NULL;"
	"CREATE INDEX document_snapshot ON document(snapshot, indicator)"
	" WHERE snapshot IS NOT NULL;"
	"CREATE TABLE definition("
	" id INTEGER PRIMARY KEY,"
	" program INTEGER NOT NULL UNIQUE REFERENCES digest,"
	" text TEXT NOT NULL, hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE answer("
	" id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES name,"
	" at INTEGER, url INTEGER REFERENCES name,"
	" parameters INTEGER REFERENCES name,"
	" media_type INTEGER REFERENCES name, http_status INTEGER, etag TEXT,"
	" last_modified TEXT, body INTEGER NOT NULL REFERENCES digest,"
	" bytes INTEGER NOT NULL, rows INTEGER NOT NULL,"
	" program INTEGER REFERENCES digest, hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX answer_source ON answer(source);"
	"CREATE INDEX answer_body ON answer(body);"
	"CREATE TABLE submission("
	" id INTEGER PRIMARY KEY, who TEXT NOT NULL, key TEXT NOT NULL,"
	" what TEXT, subject TEXT, body BLOB, answer TEXT, at INTEGER,"
	" hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX submission_who ON submission(who, key);"
	"CREATE TABLE retention("
	" id INTEGER PRIMARY KEY, digest INTEGER NOT NULL REFERENCES digest,"
	" kept INTEGER NOT NULL, at INTEGER, source INTEGER REFERENCES name,"
	" reason TEXT, answer INTEGER, observation INTEGER, document INTEGER,"
	" hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX retention_digest ON retention(digest);"
	"CREATE TABLE seal("
	" id INTEGER PRIMARY KEY, at INTEGER, ends BLOB NOT NULL,"
	" hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE supply("
	" indicator INTEGER NOT NULL, source INTEGER NOT NULL,"
	" period TEXT NOT NULL, PRIMARY KEY(indicator, source))"
	" STRICT, WITHOUT ROWID;"
	SUPPLY_INSERT "SELECT indicator, coalesce(source, 0), period "
	"FROM observation WHERE quarantined = 0 AND period IS NOT NULL "
	SUPPLY_MOVE ";";

/* The last acknowledgement, and how far an alert is escalated. */
#define ADD_ACKNOWLEDGED(table) \
	"ALTER TABLE " table " ADD COLUMN acknowledged INTEGER;" \
	"ALTER TABLE " table " ADD COLUMN until INTEGER;" \
	"ALTER TABLE " table " ADD COLUMN person TEXT;" \
	"ALTER TABLE " table " ADD COLUMN note TEXT;" \
	"ALTER TABLE " table " ADD COLUMN escalated INTEGER;" \
	"ALTER TABLE " table " ADD COLUMN escalation INTEGER;"
/* How people were told that a milestone stands (NULL: as it does), how often and
   since when it has changed since, and what they were reminded of. */
#define ADD_TOLD(table) \
	"ALTER TABLE " table " ADD COLUMN told_status TEXT;" \
	"ALTER TABLE " table " ADD COLUMN flips INTEGER;" \
	"ALTER TABLE " table " ADD COLUMN apart INTEGER;" \
	"ALTER TABLE " table " ADD COLUMN unsettled INTEGER;" \
	"ALTER TABLE " table " ADD COLUMN approached INTEGER;"
/* What is to be told and was: mentions, what channels have heard by them, and
   silences. A notification of before has no items and no group; what its
   channel has heard by it is all that matters now. */
static const char schema_tellings[] =
	ADD_ACKNOWLEDGED("alert_change") ADD_ACKNOWLEDGED("alert_state")
	"DROP INDEX alert_state_firing;"
	"CREATE INDEX alert_state_open ON alert_state(alert)"
	" WHERE state " ALERT_OPEN_STATES ";"
	"ALTER TABLE event ADD COLUMN late INTEGER;"
	ADD_TOLD("assessment") ADD_TOLD("milestone_state")
	"ALTER TABLE notification ADD COLUMN group_key INTEGER;"
	"CREATE INDEX delivery_attempt_dead ON delivery_attempt(notification)"
	" WHERE state = 'dead';"
	"CREATE TABLE mention("
	" id INTEGER PRIMARY KEY, mention INTEGER NOT NULL UNIQUE,"
	" event INTEGER NOT NULL REFERENCES event, alert INTEGER,"
	" reason TEXT NOT NULL, channel INTEGER NOT NULL REFERENCES name,"
	" group_key INTEGER REFERENCES name,"
	" undelivered INTEGER REFERENCES name, thread INTEGER, made INTEGER,"
	" notification INTEGER REFERENCES notification, place INTEGER,"
	" hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE mention_end("
	" id INTEGER PRIMARY KEY,"
	" mention INTEGER NOT NULL REFERENCES mention(mention),"
	" notification INTEGER REFERENCES notification, why TEXT, at INTEGER,"
	" reason TEXT, thread INTEGER, place INTEGER,"
	" hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE silence("
	" id INTEGER PRIMARY KEY, words TEXT NOT NULL, begins INTEGER NOT NULL,"
	" until INTEGER NOT NULL, made INTEGER, person TEXT, note TEXT,"
	" hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE silence_end("
	" id INTEGER PRIMARY KEY, silence INTEGER NOT NULL REFERENCES silence,"
	" at INTEGER NOT NULL, person TEXT, hash BLOB NOT NULL) STRICT;"
	/* fact: the row of mention. */
	"CREATE TABLE mention_waiting("
	" mention INTEGER PRIMARY KEY, fact INTEGER NOT NULL) STRICT;"
	"CREATE TABLE item("
	" notification INTEGER NOT NULL, place INTEGER NOT NULL,"
	" fact INTEGER NOT NULL, reason TEXT, thread INTEGER,"
	" PRIMARY KEY(notification, place)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE hearing("
	" alert INTEGER NOT NULL, channel INTEGER NOT NULL,"
	" thread INTEGER NOT NULL, last INTEGER NOT NULL,"
	" reminders INTEGER NOT NULL, PRIMARY KEY(alert, channel))"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE group_told("
	" channel INTEGER NOT NULL, group_key INTEGER NOT NULL, told INTEGER,"
	" PRIMARY KEY(channel, group_key)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE silence_state("
	" silence INTEGER PRIMARY KEY, over INTEGER NOT NULL, ended INTEGER,"
	" ended_by TEXT) STRICT;"
	"CREATE INDEX silence_state_over ON silence_state(over);"
	HEARING_INSERT "SELECT alert, channel, id, id, 0 FROM notification "
	"WHERE alert IS NOT NULL ORDER BY id "
	HEARING_MOVE ";";

/* What people did, by what it was done to; events by time. */
static const char schema_actions[] =
	"ALTER TABLE action ADD COLUMN until INTEGER;"
	"CREATE INDEX action_subject ON action(subject);"
	"CREATE INDEX event_time ON event(time);"
	"CREATE INDEX observation_accepted ON observation(indicator)"
	" WHERE accepts IS NOT NULL;";

/* Step n leads from version n to n + 1. */
static const char *const schema_steps[STORE_SCHEMA] = {
	schema_1, schema_forecast, schema_documents, schema_causes, schema_evidence,
	schema_tellings, schema_actions
};

int schema_check(sqlite3 *db, int64_t *version, struct error *error)
{
	const char *file = sqlite3_db_filename(db, "main");
	int64_t application, tables;

	if (database_number(db, "PRAGMA application_id", &application, error) < 0 ||
	    database_number(db, "PRAGMA user_version", version, error) < 0)
		return -1;
	if (application == 0 && *version == 0) {
		if (database_number(db, "SELECT count(*) FROM sqlite_schema",
		    &tables, error) < 0)
			return -1;
		if (tables == 0)
			return 0;
	}
	if (application != SCHEMA_APPLICATION || *version < 1)
		return error_set(error, ERROR_INPUT,
			"%s is not a database of pledged: move it away or choose "
			"another state_dir", file);
	if (*version > STORE_SCHEMA)
		return error_set(error, ERROR_INPUT,
			"%s was written by a newer pledged (schema %lld, this one knows "
			"%d): install that version again", file,
			(long long)*version, STORE_SCHEMA);
	return 0;
}

/* One version further, with its number, or not at all. */
static int schema_step(sqlite3 *db, int64_t version, struct error *error)
{
	char mark[100];

	snprintf(mark, sizeof mark,
		"PRAGMA application_id = %d; PRAGMA user_version = %lld; COMMIT",
		SCHEMA_APPLICATION, (long long)version + 1);
	if (database_run(db, "BEGIN EXCLUSIVE", error) < 0)
		return -1;
	if (database_run(db, schema_steps[version], error) < 0 ||
	    database_run(db, mark, error) < 0) {
		database_run(db, "ROLLBACK", NULL);
		return error_prefix(error, "schema %lld", (long long)version + 1);
	}
	return 0;
}

int schema_migrate(sqlite3 *db, int64_t version, int64_t target,
	struct error *error)
{
	for (; version < target; version++)
		if (schema_step(db, version, error) < 0)
			return -1;
	return 0;
}
