/* unwritten: in the place of what other files will have. */
#include "core/engine_internal.h"

int64_t engine_silence(struct engine *engine, const struct silence *silence,
	instant now, struct effects *effects)
{
	(void)engine, (void)silence, (void)now, (void)effects;
	return 0;
}

bool engine_end_silence(struct engine *engine, int64_t silence,
	const char *by, instant now, struct effects *effects)
{
	(void)engine, (void)silence, (void)by, (void)now, (void)effects;
	return false;
}

instant engine_alert_next(const struct engine *engine, int64_t alert)
{
	(void)engine, (void)alert;
	return INSTANT_MAX;
}

size_t engine_alert_hearings(const struct engine *engine, int64_t alert,
	struct hearing_view out[CHANNELS_MAX])
{
	(void)engine, (void)alert, (void)out;
	return 0;
}

size_t engine_silence_count(const struct engine *engine)
{
	(void)engine;
	return 0;
}

const struct silence *engine_silence_at(const struct engine *engine,
	size_t index)
{
	(void)engine, (void)index;
	return NULL;
}

void engine_silence_reach(const struct engine *engine,
	const struct silence *silence, size_t *alerts, size_t *milestones)
{
	(void)engine, (void)silence;
	*alerts = *milestones = 0;
}
