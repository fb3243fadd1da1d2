/* placeholder: see placeholder.h. */
#include "core/placeholder.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS "0123456789"

/* Of the name that a string begins with; 0: it begins with none. */
static size_t name_length(const char *string)
{
	if (string[0] == '\0' || strchr(LETTERS, string[0]) == NULL)
		return 0;
	return strspn(string, LETTERS DIGITS);
}

bool placeholder_next(const char *string, struct placeholder *out)
{
	const char *brace = string;

	while ((brace = strchr(brace, '{')) != NULL) {
		size_t length = name_length(++brace);

		if (length == 0 || brace[length] != '}')
			continue;
		*out = (struct placeholder){.from = brace - 1, .name = brace,
			.length = length, .rest = brace + length + 1};
		return true;
	}
	return false;
}

bool placeholder_is(const struct placeholder *placeholder, const char *name)
{
	return strlen(name) == placeholder->length &&
		memcmp(name, placeholder->name, placeholder->length) == 0;
}

bool placeholder_stands(const char *string, const char *name)
{
	struct placeholder placeholder;

	for (; string != NULL && placeholder_next(string, &placeholder);
	    string = placeholder.rest)
		if (placeholder_is(&placeholder, name))
			return true;
	return false;
}

bool placeholder_name_is_valid(const char *name)
{
	size_t length = name_length(name);

	return length != 0 && name[length] == '\0';
}
