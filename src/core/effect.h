/*
 * effect: what the core has decided shall be done, as values.
 *
 * The shell commits everything to be saved in one transaction and only then
 * lets anything leave the process; replay performs the same list in memory.
 * Pointers into the register and the engine are valid until the engine is
 * called again: whoever keeps an effect longer copies.
 */
#ifndef PLEDGED_CORE_EFFECT_H
#define PLEDGED_CORE_EFFECT_H

#include "core/cause.h"
#include "core/documents.h"
#include "core/notify.h"
#include "core/poll.h"
#include "core/silence.h"

/* What is remembered of a milestone between judgements. */
struct milestone_state {
	struct assessment assessment;
	instant since;		/* of the status; INSTANT_MIN: never judged */
	uint64_t terms;		/* of the register it was judged under */
	bool announced;		/* first sight has passed */
	enum status told;	/* as people were told it stands: the status, but
				   while a change is damped */
	int32_t flips;		/* changes since then that came to nothing */
	instant apart;		/* since when it has stood otherwise than was told;
				   INSTANT_MIN: it does not */
	instant unsettled;	/* … for the first time since it was told;
				   INSTANT_MIN: never */
	instant approached;	/* its reminders up to then are told or passed;
				   INSTANT_MIN: none */
};

enum effect_kind {
	/* to be saved */
	EFFECT_FETCHED,		/* source, report, source_state */
	EFFECT_OBSERVATION,	/* indicator, observation, source */
	EFFECT_DOCUMENT,	/* indicator, document, source */
	EFFECT_ATTESTATION,	/* milestone, attestation */
	EFFECT_ASSESSMENT,	/* milestone, milestone_state, event cause */
	EFFECT_EVENT,		/* event */
	EFFECT_ALERT,		/* alert, in whatever state it now is */
	EFFECT_MENTION,		/* mention, which waits */
	EFFECT_DROP,		/* number: a mention that is needless, reason: why */
	EFFECT_NOTIFY,		/* notification, with its items: render, save */
	EFFECT_DELIVERY,	/* delivery, after an attempt */
	EFFECT_SILENCE,		/* silence, made or ended */
	/* to be done, after the commit */
	EFFECT_FETCH,		/* source (with its state's validators) */
	EFFECT_SEND,		/* notification id, channel id */
	EFFECT_KIND_COUNT
};

struct effect {
	enum effect_kind kind;
	uint32_t index;		/* milestone, source or indicator; NOT_FOUND: a
				   milestone that has left the register */
	const char *subject;	/* its full id */
	uint32_t source;	/* OBSERVATION, DOCUMENT: where it came from;
				   NOT_FOUND: no source */
	uint32_t answer;	/* … and from which answer of the poll */
	const char *by, *note, *evidence; /* OBSERVATION: who says it, and why;
				   NULL: none, else owned by the list */
	int64_t accepts;	/* … id of the held one it accepts; 0: none */
	int64_t number;		/* SEND: notification; DROP: mention */
	const char *channel;	/* SEND */
	char *reason;		/* ASSESSMENT: the sentence; DROP: why; owned by
				   the list */
	union {
		const struct fetch_report *report;	/* FETCHED, during the call's caller */
		struct observation observation;
		const struct document *document;	/* the history's */
		const struct attestation *attestation;	/* likewise */
		const struct milestone_state *milestone;
		const struct event *event;	/* owned by the list */
		const struct alert *alert;	/* a copy owned by the list */
		const struct mention *mention;	/* likewise, strings too */
		struct notification notification; /* strings and items: likewise */
		const struct silence *silence;	/* likewise */
		const struct delivery *delivery; /* a copy owned by the list */
	} as;
	const struct event *cause;	/* NOTIFY: of its first item; ASSESSMENT: the one it
					   made or NULL; owned by the list */
	const struct cause *because;	/* ASSESSMENT: why it changed, owned by the
					   list; NULL: it did not, or it is not
					   known */
	const struct source_state *source_state; /* FETCHED */
};

struct effects {
	struct effect *items;
	size_t count;
	size_t capacity;
	void **blocks;		/* owned: events, copies of alerts, … */
	size_t block_count;
	size_t block_capacity;
};

void effects_init(struct effects *effects);
/* Empties the list and frees what it owns; its own memory stays. */
void effects_clear(struct effects *effects);
void effects_release(struct effects *effects);
bool effect_is_saved(enum effect_kind kind);

/* Appends an effect of a kind, zeroed, to be filled in. */
struct effect *effects_add(struct effects *effects, enum effect_kind kind);
/* Zeroed memory that lives as long as the list's effects. */
void *effects_block(struct effects *effects, size_t size);
char *effects_string(struct effects *effects, const char *string);
/* A fresh event owned by the list. */
struct event *effects_event(struct effects *effects);
/* A copy with its own subject. */
const struct alert *effects_alert(struct effects *effects,
	const struct alert *alert);

#endif
