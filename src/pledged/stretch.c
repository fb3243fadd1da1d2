/* stretch: see stretch.h. */
#include "pledged/stretch.h"

int stretch_check(const struct stretch *span, instant until, struct error *error)
{
	struct text most;

	if (until <= span->from)
		return error_set(error, ERROR_INPUT, "%s: it would be over before "
			"it begins", span->name);
	if (until - span->from <= span->most)
		return 0;
	text_init(&most, 0);
	text_add_seconds(&most, span->most);
	error_set(error, ERROR_LIMIT, "%s: longer than %s, the most that %s "
		"allows", span->name, text_string(&most), span->setting);
	text_release(&most);
	return -1;
}

int stretch_read(const struct stretch *span, const struct zone *zone,
	const char *words, instant *until, struct error *error)
{
	struct duration duration;

	if (!duration_read(words, &duration) ||
			!zone_add(zone, span->from, duration, until))
		return error_set(error, ERROR_INPUT, "%s: \"%s\" is not a number "
			"and a unit, such as 12h or 7d", span->name, words);
	return stretch_check(span, *until, error);
}
