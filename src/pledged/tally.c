/* tally: see tally.h. */
#include "pledged/tally.h"

void tally_effect(struct tally *tally, const struct effect *effect)
{
	tally->effects[effect->kind]++;
	if (effect->kind == EFFECT_FETCHED)
		tally->polls[effect->as.report->outcome]++;
	else if (effect->kind == EFFECT_EVENT)
		tally->events[effect->as.event->kind]++;
	else if (effect->kind == EFFECT_DELIVERY)
		tally->deliveries[effect->as.delivery->state]++;
}
