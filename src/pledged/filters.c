/* filters: see filters.h. */
#include "pledged/filters.h"

#include "pledged/api.h"

int filters_read(const struct daemon *daemon,
	const struct server_request *request, const struct filters *filters,
	struct error *error)
{
	const char *name, *value;

	for (size_t i = 0; server_request_parameter(request, i, &name, &value);
	    i++) {
		if (word_is_in(filters->own, name) ||
				(filters->blanks && *value == '\0'))
			continue;
		int taken = filters->take(filters->context, name, value,
			daemon->settings->zone, error);

		if (taken < 0)
			return -1;
		if (taken == 0)
			return error_set(error, ERROR_INPUT,
				"there is no parameter \"%.80s\" here", name);
	}
	return 0;
}
