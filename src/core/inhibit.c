/* inhibit: which alert another follows from. */
#include "core/engine_internal.h"

int64_t engine_alert_cause(const struct engine *engine,
	const struct alert *alert)
{
	(void)engine, (void)alert;
	return 0;
}

void inhibit_changed(struct engine *engine, const struct alert *alert,
	instant now)
{
	(void)engine, (void)alert, (void)now;
}
