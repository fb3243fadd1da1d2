/*
 * health: whether the daemon does its work, as far as it can tell: what
 * /healthz answers, and what the heartbeat depends on.
 *
 * It is well while the writer saves, judging is not more than HEALTH_BEHIND_MAX
 * behind, this machine is not offline, and of the channels that lead to people
 * at least one works. Neither a source that fails nor a slipped promise is an
 * illness: of these people are told.
 */
#ifndef PLEDGED_PLEDGED_HEALTH_H
#define PLEDGED_PLEDGED_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEALTH_BEHIND_MAX INT64_C(300)	/* seconds */
#define HEALTH_WORDS_MAX 320

struct health {
	const char *failure;	/* why the writer gave up; "": it works */
	int64_t behind;		/* seconds that something has been due in vain */
	bool offline;
	size_t channels;	/* by mail and webhook */
	size_t failing;		/* of them, those whose messages cannot be
				   delivered */
};

/* Whether all is well; else words gets what is not, the worst first. */
bool health_is_good(const struct health *health, char words[HEALTH_WORDS_MAX]);

struct daemon;
struct health health_of(const struct daemon *daemon);

/* At the end of each turn: since when something is due. */
void health_note(struct daemon *daemon);

#endif
