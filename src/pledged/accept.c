/* accept: see accept.h. */
#include "pledged/accept.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define QUALITY_MAX 1000	/* of "q=1.000" */

/* How precisely a range names a type: 3 whole, 2 but for what is behind the
   slash, 1 anything, 0 not. */
static int range_precision(const char *range, size_t length, const char *type)
{
	size_t main = strcspn(type, "/") + 1;

	if (length == strlen(type) && strncasecmp(range, type, length) == 0)
		return 3;
	if (length == main + 1 && range[main] == '*' &&
	    strncasecmp(range, type, main) == 0)
		return 2;
	return length == 3 && strncmp(range, "*/*", 3) == 0;
}

/* "0.5" in thousandths; what is no number counts as nothing asked for. */
static int quality_read(const char *at)
{
	int quality = *at == '1' ? QUALITY_MAX : 0, unit = QUALITY_MAX;

	if (*at != '0' && *at != '1')
		return QUALITY_MAX;
	if (at[1] != '.')
		return quality;
	for (at += 2; *at >= '0' && *at <= '9' && unit > 1; at++) {
		unit /= 10;
		quality += (*at - '0') * unit;
	}
	return quality < QUALITY_MAX ? quality : QUALITY_MAX;
}

/* Among the parameters of a range. */
static int range_quality(const char *parameters, const char *end)
{
	for (const char *at = parameters; at < end; at++) {
		if (*at != ';')
			continue;
		at += 1 + strspn(at + 1, " \t");
		if ((*at == 'q' || *at == 'Q') && at[1] == '=')
			return quality_read(at + 2);
		at--;
	}
	return QUALITY_MAX;
}

int accept_quality(const char *accept, const char *type)
{
	int quality = 0, best = 0;

	if (accept == NULL || accept[strspn(accept, " \t")] == '\0')
		return QUALITY_MAX;
	for (const char *range = accept; *range != '\0';) {
		const char *end = range + strcspn(range, ",");
		int precision;

		range += strspn(range, " \t");
		precision = range_precision(range, strcspn(range, " \t;,"),
			type);
		if (precision > best) {
			best = precision;
			quality = range_quality(range, end);
		}
		range = end + (*end == ',');
	}
	return quality;
}
