/*
 * activity: how much of what the daemon has done since its start, for /metrics.
 * Counters that only grow.
 */
#ifndef PLEDGED_PLEDGED_ACTIVITY_H
#define PLEDGED_PLEDGED_ACTIVITY_H

#include "core/effect.h"

struct activity {
	int64_t effects[EFFECT_KIND_COUNT];
	int64_t polls[FETCH_OUTCOME_COUNT];
	int64_t events[EVENT_KIND_COUNT];
	int64_t deliveries[DELIVERY_STATE_COUNT];	/* where attempts and orders
							   left them */
	int64_t requests;
};

void activity_take(struct activity *activity, const struct effect *effect);

#endif
