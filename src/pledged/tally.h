/*
 * tally: how much of what the daemon has done since its start, for /metrics.
 * Counters that only grow.
 */
#ifndef PLEDGED_PLEDGED_TALLY_H
#define PLEDGED_PLEDGED_TALLY_H

#include "core/effect.h"

#define FETCH_OUTCOME_COUNT (FETCH_OFFLINE + 1)
#define DELIVERY_STATE_COUNT (DELIVERY_DROPPED + 1)

struct tally {
	int64_t effects[EFFECT_KIND_COUNT];
	int64_t polls[FETCH_OUTCOME_COUNT];
	int64_t events[EVENT_KIND_COUNT];
	int64_t deliveries[DELIVERY_STATE_COUNT];	/* where attempts and orders
							   left them */
	int64_t requests;
};

void tally_effect(struct tally *tally, const struct effect *effect);

#endif
