/* members: see members.h. */
#include "pledgectl/members.h"

#include <stdio.h>
#include <string.h>

#define MEMBER_MAX 64		/* of a name of ours */

const json_t *member_at(const json_t *object, const char *path,
	struct slice *raw)
{
	char name[MEMBER_MAX];

	while (object != NULL && *path != '\0') {
		size_t length = strcspn(path, ".");

		snprintf(name, sizeof name, "%.*s", (int)length, path);
		object = json_object_get(object, name);
		*raw = slice_member(*raw, name);
		path += length + (path[length] == '.');
	}
	return object;
}

const char *string_of(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "-";
}

const char *text_of(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "";
}

long long integer_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}
