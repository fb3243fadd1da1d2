/* columns: see columns.h. */
#include "pledged/columns.h"

#include <string.h>

#include "core/assess.h"

/* --- the tables ---------------------------------------------------------------- */

const char *const columns_milestone[] = {
	"id", "series", "instance", "pledge", "instrument", "obligor", "owner",
	"title", "severity", "labels.*", "weight", "status", "lifecycle",
	"verdict", "progress", "knowledge", "since", "assessed_at", "as_of",
	"start", "due", "original_due", "event_date", "days_late",
	"days_overdue", "unit", "actual", "target", "baseline", "required_now",
	"data_through", "pace", "share_of_level", "share_of_increment",
	"shortfall", "forecast.method", "forecast.value", "forecast.date",
	"forecast.slip_days", "forecast.low", "forecast.high", "expected.date",
	"expected.slip_days", "expected.root_cause", "reason",
	"published_assumed", "attestations", NULL,
};

const char *const columns_pledge[] = {
	"id", "instrument", "obligor", "owner", "title", "cite", "url",
	"labels.*", "milestones", "rollup.as_of", "rollup.milestones",
	"rollup.required", "rollup.met", "rollup.missed", "rollup.unknown",
	"rollup.ahead", "rollup.left_out", "rollup.due", "rollup.coverage",
	"rollup.coverage_upper", "rollup.coverage_due",
	"rollup.coverage_due_upper", "rollup.complete", "rollup.worst",
	"rollup.span_days", "rollup.by_status.*", "rollup.next_milestone",
	"rollup.next_due", NULL,
};

const char *const columns_indicator[] = {
	"id", "title", "kind", "unit", "frequency", "lag", "cumulative",
	"milestones", "sources", "last_period", NULL,
};

const char *const columns_source[] = {
	"id", "url", "format", "outcome", "busy", "last_attempt",
	"last_success", "last_change", "failing_since", "failures", "next",
	"error", "moved", "gone", "every", "near", "retention", "program", NULL,
};

const char *const columns_alert[] = {
	"id", "kind", "class", "severity", "subject", "milestone", "source",
	"indicator", "channel", "state", "raised", "resolved", "reason",
	"acknowledged.by", "acknowledged.at", "acknowledged.until",
	"acknowledged.note", "escalated", "raised_by", "resolved_by", "cause",
	"consequences", "silences", "next.at", "next.what", "hearings", NULL,
};

const char *const columns_silence[] = {
	"id", "match", "state", "from", "until", "by", "note", "made", "ended",
	"ended_by", "alerts", "milestones", "held_back", NULL,
};

const char *const columns_channel[] = {
	"id", "type", "to", "server", "url", "signed", "format", "fallback",
	"digest", "quiet", "urgent", "timezone", "opens", "last_attempt",
	"last_success", "failing_since", "answer", "pending", "dead", NULL,
};

const char *const columns_notification[] = {
	"id", "message_id", "channel", "event", "alert", "created", "state",
	"attempts", "last_attempt", "next", "answer", "kind", "subject", NULL,
};

const char *const columns_vintage[] = {
	"id", "period", "value", "published", "published_assumed", "recorded",
	"provisional", "quarantined", "held", "indicator", "source", "snapshot",
	"by", "note", "evidence", "accepts", NULL,
};

const char *const columns_held[] = {
	"id", "period", "value", "published", "published_assumed", "recorded",
	"provisional", "quarantined", "held", "indicator", "source", "snapshot",
	"by", "note", "evidence", "accepts", "in_force", NULL,
};

const char *const columns_document[] = {
	"id", "key", "title", "url", "text_bytes", "period", "source",
	"published", "published_assumed", "recorded", NULL,
};

const char *const columns_answer[] = {
	"id", "time", "url", "parameters", "status", "etag", "last_modified",
	"media_type", "bytes", "sha256", "program", "rows", "kept", NULL,
};

const char *const columns_change[] = {
	"id", "time", "from", "to", "change", "changes.status.from",
	"changes.status.to", "changes.verdict.from", "changes.verdict.to",
	"changes.lifecycle.from", "changes.lifecycle.to",
	"changes.progress.from", "changes.progress.to",
	"changes.knowledge.from", "changes.knowledge.to", "changes.due.from",
	"changes.due.to", "changes.event_date.from", "changes.event_date.to",
	"changes.actual.from", "changes.actual.to", "changes.target.from",
	"changes.target.to", "changes.baseline.from", "changes.baseline.to",
	"changes.pace.from", "changes.pace.to", "changes.data_through.from",
	"changes.data_through.to", "cause", "because", "event", "reason", NULL,
};

const char *const columns_group[] = {
	"group", "milestones", "required", "met", "missed", "unknown", "ahead",
	"left_out", "due", "coverage", "coverage_upper", "coverage_due",
	"coverage_due_upper", "complete", "worst", "span_days", "by_status.*",
	"on_time", "late", "on_time_share", "next_milestone", "next_due", NULL,
};

const char *const columns_cell[] = {
	"row", "column", "milestones", "required", "met", "missed", "unknown",
	"ahead", "left_out", "due", "coverage", "coverage_upper",
	"coverage_due", "coverage_due_upper", "complete", "worst", "span_days",
	"by_status.*", "concurrent", NULL,
};

/* --- names that stand for several ------------------------------------------------ */

struct keys {
	const char *items[COLUMNS_LABELS_MAX];
	size_t count;
	bool too_many;
};

static void keys_take(struct keys *keys, const struct label *labels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < keys->count &&
		    !string_is(keys->items[k], labels[i].key))
			k++;
		if (k < keys->count)
			continue;
		if (k == COLUMNS_LABELS_MAX) {
			keys->too_many = true;
			return;
		}
		keys->items[keys->count++] = labels[i].key;
	}
}

static void keys_find(struct keys *keys, const struct register_ *reg)
{
	*keys = (struct keys){.count = 0};
	for (size_t i = 0; i < reg->pledge_count; i++)
		keys_take(keys, reg->pledges[i].labels,
			reg->pledges[i].label_count);
	for (size_t i = 0; i < reg->milestone_count; i++)
		keys_take(keys, reg->milestones[i].labels,
			reg->milestones[i].label_count);
}

static void add_labels(struct tabular *tabular, const struct register_ *reg)
{
	struct text title, path;
	struct keys keys;

	keys_find(&keys, reg);
	if (keys.too_many) {
		tabular_column(tabular, "labels", "labels");
		return;
	}
	text_init(&title, 0);
	text_init(&path, 0);
	for (size_t i = 0; i < keys.count; i++) {
		text_clear(&title);
		text_clear(&path);
		text_addf(&title, "label.%s", keys.items[i]);
		text_addf(&path, "labels.%s", keys.items[i]);
		tabular_column(tabular, text_string(&title),
			text_string(&path));
	}
	text_release(&title);
	text_release(&path);
}

static void add_statuses(struct tabular *tabular, const char *name)
{
	struct text path;

	text_init(&path, 0);
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		text_clear(&path);
		text_add(&path, name, strlen(name) - 1);
		text_add_string(&path, status_name((enum status)i));
		tabular_column(tabular, text_string(&path), text_string(&path));
	}
	text_release(&path);
}

void columns_add(struct tabular *tabular, const char *const *columns,
	const struct register_ *reg)
{
	for (; *columns != NULL; columns++) {
		if (string_is(*columns, "labels.*"))
			add_labels(tabular, reg);
		else if (string_ends(*columns, "by_status.*"))
			add_statuses(tabular, *columns);
		else
			tabular_column(tabular, *columns, *columns);
	}
}
