/*
 * silence: what people do not want to be told for a while, and why. Alerts that
 * it matches live on; what of them is to be told waits for its end.
 */
#ifndef PLEDGED_CORE_SILENCE_H
#define PLEDGED_CORE_SILENCE_H

#include "base/error.h"
#include "core/route.h"

#define MATCH_WORDS_MAX 1000	/* bytes of a line of them, also written out */
#define SILENCE_MATCHES_MAX 16
#define SILENCES_MAX 1000	/* that count or are yet to count */

struct silence {
	int64_t id;		/* counts up over the life of a store */
	const char *words;	/* "obligor=CN kind=at_risk": as match_words_read
				   takes it; all must hold */
	instant from, until;
	instant made;
	const char *by, *note;	/* at most ALERT_BY_MAX, ALERT_NOTE_MAX bytes */
	instant ended;		/* by hand, before its time; INSTANT_MAX: not */
	const char *ended_by;	/* NULL: nobody */
};

/* Whether it counts at a time. */
static inline bool silence_holds(const struct silence *silence, instant now)
{
	return now >= silence->from && now < silence->until &&
		now < silence->ended;
}

/*
 * What is looked at, as words on one line: FIELD=PATTERN or LABEL=PATTERN,
 * parted by spaces; a pattern with a space stands in quotes. A word without
 * '=' is a milestone's, pledge's, source's, indicator's or instrument's id, by
 * what it is in the register, which may be NULL: then there are only fields and
 * labels, and whether anything has a label is not looked at. "labels.KEY" is
 * always a label. The matches and what they point at are one block; free() it.
 * NULL with an error that says which word is wrong and what would be right.
 */
struct match *match_words_read(const char *words, const struct register_ *reg,
	size_t *count, struct error *error);
/* The same as words that mean that in every register, and in none. */
void match_words_write(const struct match *matches, size_t count,
	struct text *out);

#endif
