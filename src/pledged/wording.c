/* wording: see wording.h. Read by jansson, whose names base/json.h has too. */
#include "pledged/wording.h"

#include <jansson.h>
#include <string.h>

static int wording_stranger(const struct wording *members, size_t count,
	const char *key, struct error *error)
{
	struct text names;

	text_init(&names, 0);
	for (size_t i = 0; i < count; i++)
		text_addf(&names, "%s%s", i > 0 ? ", " : "", members[i].name);
	error_set(error, ERROR_INPUT, "there is no member \"%.80s\" here: %s",
		key, text_string(&names));
	text_release(&names);
	return -1;
}

static int wording_member(struct wording *member, const json_t *value,
	struct error *error)
{
	if (json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return error_set(error, ERROR_INPUT, "%s: a text is expected",
			member->name);
	if (json_string_length(value) > member->most)
		return error_set(error, ERROR_LIMIT, "%s: longer than %zu bytes",
			member->name, member->most);
	member->said = json_string_value(value);
	return 0;
}

static int wording_members(json_t *body, struct wording *members,
	size_t count, struct error *error)
{
	const char *key;
	json_t *value;

	json_object_foreach(body, key, value) {
		size_t i = 0;

		while (i < count && !string_is(members[i].name, key))
			i++;
		if (i == count)
			return wording_stranger(members, count, key, error);
		if (wording_member(&members[i], value, error) < 0)
			return -1;
	}
	return 0;
}

void *wording_read(const char *bytes, size_t length, struct wording *members,
	size_t count, struct error *error)
{
	json_error_t fault = {.text = ""};
	json_t *body = length == 0 ? json_pack("{}") :
		json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &fault);

	if (!json_is_object(body))
		error_set(error, ERROR_INPUT, "the body is not a JSON object%s%s",
			fault.text[0] != '\0' ? ": " : "", fault.text);
	else if (wording_members(body, members, count, error) == 0)
		return body;
	json_decref(body);
	return NULL;
}

void wording_free(void *owner)
{
	json_decref(owner);
}
