/*
 * event: something happened that people may want to know. Some raise an alert
 * (core/alert.h) of their subject, or end one.
 *
 * One table (event_kinds) says of each kind whom it concerns, whether it
 * raises an alert, and which alerts of its subject it ends.
 */
#ifndef PLEDGED_CORE_EVENT_H
#define PLEDGED_CORE_EVENT_H

#include "core/assess.h"

enum event_kind {
	EVENT_APPROACHING, EVENT_AT_RISK, EVENT_OFF_TRACK, EVENT_RECOVERED,
	EVENT_SLIPPED, EVENT_BREACHED, EVENT_REVERSED, EVENT_MET,
	EVENT_MET_LATE, EVENT_PARTLY_MET, EVENT_WAIVED, EVENT_UNVERIFIED,
	EVENT_DISPUTED, EVENT_REVISED, EVENT_RESCHEDULED, EVENT_MODIFIED,
	EVENT_WITHDRAWN, EVENT_SUPERSEDED, EVENT_FIRST_SIGHT,
	EVENT_SOURCE_FAILING, EVENT_SOURCE_UNREADABLE, EVENT_SOURCE_RECOVERED,
	EVENT_DATA_STALE, EVENT_DATA_QUARANTINED, EVENT_NEW_DOCUMENT,
	EVENT_SOURCE_MOVED, EVENT_OFFLINE, EVENT_ONLINE,
	EVENT_DELIVERY_FAILED, EVENT_DELIVERY_RECOVERED, EVENT_CHANNEL_TEST,
	EVENT_KIND_COUNT
};

enum event_class { CLASS_AUDIENCE, CLASS_OPERATOR };
#define EVENT_CLASS_COUNT (CLASS_OPERATOR + 1)
enum subject_kind { SUBJECT_NONE, SUBJECT_MILESTONE, SUBJECT_SOURCE,
	SUBJECT_INDICATOR, SUBJECT_CHANNEL };

const char *event_kind_name(enum event_kind kind);
bool event_kind_parse(const char *word, enum event_kind *out);
enum event_class event_kind_class(enum event_kind kind);
/* The same of an event: what is told of an indicator concerns the operator,
   whoever hears of that kind of a milestone. */
enum event_class event_class(enum event_kind kind, enum subject_kind subject);
const char *event_class_name(enum event_class value);
const char *subject_kind_name(enum subject_kind kind); /* "milestone" … */
/* Whether the kind raises an alert that stays until something ends it. */
bool event_kind_raises(enum event_kind kind);
/* Whether the kind is a condition, told once: while its alert fires, another
   event of the kind is not announced. */
bool event_kind_stands(enum event_kind kind);
/* Whether the kind only answers what it ends: without that it is not announced,
   and who has heard nothing of that hears no answer. */
bool event_kind_answers(enum event_kind kind);
/* Whether the kind says that what was owed is missed. */
bool event_kind_is_miss(enum event_kind kind);
/* Whether an event of this kind ends the subject's alert of another. */
bool event_kind_ends(enum event_kind kind, enum event_kind alert);

#define REASON_MAX 320

struct event {
	int64_t id;		/* counts up from 1 over the life of a store */
	instant time;
	enum event_kind kind;
	enum severity severity;
	enum subject_kind subject_kind;
	const char *subject;	/* full id; NULL for a summary */
	const char *from;	/* status words, a moved due's dates; NULL: none */
	const char *to;
	int64_t alert;		/* 0: none */
	instant late;		/* when it would have been told, had we been there;
				   INSTANT_MIN: it is in time */
	char reason[REASON_MAX];
};

/*
 * The event a change of one milestone's assessment makes, if any: the whole
 * table of (status before, status after). EVENT_KIND_COUNT: none. RECOVERED is
 * announced only when an alert is there to end.
 */
enum event_kind event_of_change(enum status from, enum status to);

#endif
