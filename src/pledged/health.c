/* health: see health.h. */
#include "pledged/health.h"

#include <stdio.h>

bool health_is_good(const struct health *health, char words[HEALTH_WORDS_MAX])
{
	words[0] = '\0';
	if (health->failure[0] != '\0')
		snprintf(words, HEALTH_WORDS_MAX, "nothing can be saved: %s",
			health->failure);
	else if (health->behind > HEALTH_BEHIND_MAX)
		snprintf(words, HEALTH_WORDS_MAX, "judging is %lld s behind",
			(long long)health->behind);
	else if (health->channels > 0 && health->failing >= health->channels)
		snprintf(words, HEALTH_WORDS_MAX, "no channel can be delivered "
			"to: see pledgectl outbox");
	else if (health->offline)
		snprintf(words, HEALTH_WORDS_MAX, "this machine is offline");
	return words[0] == '\0';
}
