/*
 * attestations: what people have signed off, or denied, of one milestone.
 *
 * Statements are only added. Which of them stand at an instant r is found:
 *
 *	A person's word is the statement they said last among those dated at or
 *	before r. Saying the same answer again corrects the statement before it,
 *	which then counts no more; the other answer holds from its date on.
 *	Where a person has no such statement, but has a "no" dated later, it is
 *	"no": what had not happened by then had not happened before.
 *
 *	yes and no by different people   unknown, disputed
 *	no alone                         false
 *	yes by as many as are needed     true
 *	else                             unknown
 *
 * A statement is dated by the day it is about: at the end of that day, or at
 * the time it was said if that is on the day itself.
 */
#ifndef PLEDGED_CORE_ATTESTATIONS_H
#define PLEDGED_CORE_ATTESTATIONS_H

#include "core/series.h"

#define ATTESTATIONS_MAX 1000		/* statements about one milestone */
#define ATTESTATION_KEY_MAX 100		/* bytes */
#define ATTESTATION_BY_MAX 100
#define ATTESTATION_EVIDENCE_MAX 2000
#define ATTESTATION_NOTE_MAX 4000
#define ATTESTATION_PEOPLE_MAX 100	/* that a benchmark may ask for */

struct attestation {
	const char *key;
	const char *by;			/* who */
	const char *evidence;		/* never NULL; "": none */
	const char *note;
	bool yes;
	struct date on;			/* the day it is about */
	instant at;			/* when it was said, and known */
	instant recorded;
	int64_t id;			/* row in the store; 0: none */
};

struct attestations {
	struct attestation **items;	/* by when they were said */
	size_t count, capacity;
};

/* Letters, digits, '.', '_' and '-'. */
bool attestation_key_is_valid(const char *key);

void attestations_init(struct attestations *attestations);
void attestations_release(struct attestations *attestations);

/*
 * Adds a copy. NULL when it repeats the last statement of that person about
 * that key, or when there is no room; a row of the store (its id is not 0) is
 * only left out when it is there already.
 */
const struct attestation *attestations_add(struct attestations *attestations,
	const struct attestation *attestation);

/* What is said of one milestone: in the register, and to the daemon. */
struct statements {
	const struct attestation *registered;	/* by when they were said */
	size_t registered_count;
	const struct attestations *said;	/* NULL: none */
};

/* Walks the statements about a key (NULL: all) that are known, in the order
   in which they were said. */
struct statement_walk {
	const struct statements *statements;
	const char *key;
	struct knowledge known;
	size_t registered, said;	/* positions */
};
void statements_walk(struct statement_walk *walk,
	const struct statements *statements, const char *key,
	struct knowledge known);
/* NULL at the end. */
const struct attestation *statement_next(struct statement_walk *walk);

/* When a statement is dated. */
instant attestation_dated(const struct attestation *attestation,
	const struct zone *zone);
/* The statement that is a person's word on a key at an instant; NULL: none. */
const struct attestation *statements_word(const struct statements *statements,
	const char *key, const char *by, struct knowledge known,
	const struct zone *zone, instant at);

/* How many people say yes, and how many no, at an instant. */
struct attested {
	size_t yes, no;
};
struct attested statements_count(const struct statements *statements,
	const char *key, struct knowledge known, const struct zone *zone,
	instant at);

/* The first date of a statement after an instant; INSTANT_MAX: none. */
instant statements_next_date(const struct statements *statements,
	struct knowledge known, const struct zone *zone, instant after);
/* When what is said in the register next becomes known; INSTANT_MAX: never. */
instant statements_next_known(const struct statements *statements, instant now);

#endif
