/*
 * alert: a condition people must know of, with a life of its own, keyed by
 * (subject, kind).
 *
 *	      raise                acknowledge
 *	  ───────────→ FIRING ←──────────────────→ ACKNOWLEDGED
 *	                  │          expire             │
 *	                  └── resolve, withdraw ────────┘──→ RESOLVED, WITHDRAWN
 *
 * One table (alert_step) says for every state and input what follows and with
 * which reason people are told. Missing data is no input: it resolves nothing.
 */
#ifndef PLEDGED_CORE_ALERT_H
#define PLEDGED_CORE_ALERT_H

#include "core/event.h"

enum alert_state {
	ALERT_FIRING,		/* nobody has said that it is theirs */
	ALERT_ACKNOWLEDGED,	/* somebody has, until a time */
	ALERT_RESOLVED,		/* over: what it was about has ended */
	ALERT_WITHDRAWN		/* over: its subject is asked about no more */
};
#define ALERT_STATE_COUNT (ALERT_WITHDRAWN + 1)

enum alert_input {
	ALERT_RAISE,		/* the condition is there (again) */
	ALERT_CHANGE,		/* it is there, and otherwise than was told */
	ALERT_REMIND,		/* it has been there for long since it was told */
	ALERT_ESCALATE,		/* … and nobody has acknowledged it */
	ALERT_ACKNOWLEDGE,	/* somebody has it in hand */
	ALERT_EXPIRE,		/* … and the time that they took is over */
	ALERT_UNSILENCE,	/* a silence over it has ended */
	ALERT_RESOLVE,		/* the condition has ended */
	ALERT_WITHDRAW,		/* its subject has left the register */
	ALERT_INPUT_COUNT
};

/* Why a notification tells of something. Stands in every message. */
enum notify_reason {
	REASON_NONE,		/* nothing is told */
	REASON_FIRST,
	REASON_CHANGED,
	REASON_REMINDER,
	REASON_ESCALATED,
	REASON_SILENCE_EXPIRING,
	REASON_SILENCE_ENDED,
	REASON_ACKNOWLEDGEMENT_EXPIRING,
	REASON_ACKNOWLEDGEMENT_EXPIRED,
	REASON_RESOLVED,
	REASON_WITHDRAWN,
	REASON_TEST,
	REASON_COUNT
};
const char *notify_reason_name(enum notify_reason reason); /* "first" … */

struct alert_step {
	enum alert_state state;		/* after it */
	enum notify_reason reason;	/* with which people are told; NONE: not */
};
struct alert_step alert_step(enum alert_state state, enum alert_input input);

const char *alert_state_name(enum alert_state state);
bool alert_state_is_open(enum alert_state state);	/* not over */

#define ALERT_BY_MAX 64		/* bytes of the name of who acknowledged it */
#define ALERT_NOTE_MAX 1000	/* … and of why */

struct alert {
	int64_t id;
	enum event_kind kind;
	enum severity severity;
	enum subject_kind subject_kind;
	char *subject;		/* full id; "" of none */
	enum alert_state state;
	instant raised;
	instant resolved;	/* INSTANT_MIN while open */
	int64_t raised_by;	/* events */
	int64_t resolved_by;
	char reason[REASON_MAX]; /* of the event that raised it, or changed it */
	/* The last acknowledgement; INSTANT_MIN, INSTANT_MIN and "": none. */
	instant acknowledged;
	instant until;		/* it counts so long */
	const char *by, *note;	/* owned as the subject is; NULL is "" */
	int32_t escalated;	/* steps of its route that have been taken */
	instant escalation;	/* from when they are counted: raised, or the end
				   of an acknowledgement */
};

#endif
