/*
 * words: the words of the core's enums as they stand in the database, back
 * into values; and words for those that have none of their own.
 */
#ifndef PLEDGED_STORE_WORDS_H
#define PLEDGED_STORE_WORDS_H

#include "core/effect.h"

/* NULL for UNKNOWN_NOTHING and SUBJECT_NONE. */
const char *unknown_reason_word(enum unknown_reason reason);
const char *subject_kind_word(enum subject_kind kind);

/* false: no such word. NULL is the word of what has none. */
bool word_lifecycle(const char *word, enum lifecycle *out);
bool word_verdict(const char *word, enum verdict *out);
bool word_progress(const char *word, enum progress *out);
bool word_assurance(const char *word, enum assurance *out);
bool word_status(const char *word, enum status *out);
bool word_unknown_reason(const char *word, enum unknown_reason *out);
bool word_fetch_outcome(const char *word, enum fetch_outcome *out);
bool word_cause(const char *word, enum cause_kind *out);
bool word_event_kind(const char *word, enum event_kind *out);
bool word_severity(const char *word, enum severity *out);
bool word_subject_kind(const char *word, enum subject_kind *out);
bool word_alert_state(const char *word, enum alert_state *out);
bool word_notify_reason(const char *word, enum notify_reason *out);
bool word_delivery_state(const char *word, enum delivery_state *out);

#endif
