/* activity: see activity.h. */
#include "pledged/activity.h"

void activity_take(struct activity *activity, const struct effect *effect)
{
	activity->effects[effect->kind]++;
	if (effect->kind == EFFECT_FETCHED)
		activity->polls[effect->as.report->outcome]++;
	else if (effect->kind == EFFECT_EVENT)
		activity->events[effect->as.event->kind]++;
	else if (effect->kind == EFFECT_DELIVERY)
		activity->deliveries[effect->as.delivery->state]++;
}
