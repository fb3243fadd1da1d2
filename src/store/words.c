/*
 * words: one function an enum, all alike.
 */
#include <string.h>

#include "store/words.h"

static const char *const unknown_reasons[] = {
	[UNKNOWN_NOTHING] = NULL, [UNKNOWN_AHEAD] = "ahead",
	[UNKNOWN_MISSING] = "missing", [UNKNOWN_ABSENT] = "absent",
	[UNKNOWN_UNREAD] = "unread", [UNKNOWN_UNLISTED] = "unlisted",
	[UNKNOWN_UNATTESTED] = "unattested",
	[UNKNOWN_PATTERN] = "pattern",
	[UNKNOWN_RANGE] = "range", [UNKNOWN_DEPENDENCY] = "dependency",
	[UNKNOWN_DISPUTED] = "disputed",
};

const char *unknown_reason_word(enum unknown_reason reason)
{
	return unknown_reasons[reason];
}

/* Kept apart from subject_kind_name, which has a word for people. */
const char *subject_kind_word(enum subject_kind kind)
{
	return kind == SUBJECT_NONE ? NULL : subject_kind_name(kind);
}

#define WORD_FUNCTION(function, type, name, last) \
	bool function(const char *word, enum type *out) \
	{ \
		for (int i = 0; i <= (int)(last); i++) \
			if (string_is(word, name((enum type)i))) { \
				*out = (enum type)i; \
				return true; \
			} \
		return false; \
	}

WORD_FUNCTION(word_lifecycle, lifecycle, lifecycle_name, LIFECYCLE_WITHDRAWN)
WORD_FUNCTION(word_verdict, verdict, verdict_name, VERDICT_WAIVED)
WORD_FUNCTION(word_progress, progress, progress_name, PROGRESS_DUE)
WORD_FUNCTION(word_assurance, assurance, assurance_name, KNOWLEDGE_DISPUTED)
WORD_FUNCTION(word_status, status, status_name, STATUS_COUNT - 1)
WORD_FUNCTION(word_unknown_reason, unknown_reason, unknown_reason_word,
	UNKNOWN_DISPUTED)
WORD_FUNCTION(word_fetch_outcome, fetch_outcome, fetch_outcome_name,
	FETCH_OFFLINE)
WORD_FUNCTION(word_cause, cause_kind, cause_kind_name, CAUSE_KIND_COUNT - 1)
WORD_FUNCTION(word_event_kind, event_kind, event_kind_name,
	EVENT_KIND_COUNT - 1)
WORD_FUNCTION(word_severity, severity, severity_name, SEVERITY_CRITICAL)
WORD_FUNCTION(word_subject_kind, subject_kind, subject_kind_word,
	SUBJECT_CHANNEL)
WORD_FUNCTION(word_alert_state, alert_state, alert_state_name, ALERT_WITHDRAWN)
WORD_FUNCTION(word_notify_reason, notify_reason, notify_reason_name,
	REASON_COUNT - 1)
WORD_FUNCTION(word_delivery_state, delivery_state, delivery_state_name,
	DELIVERY_DROPPED)
