/* fetch_link: see fetch_link.h. */
#include <string.h>
#include <strings.h>

#include "net/fetch_link.h"

#define LINK_SPACE " \t"

struct link_piece {
	const char *at;
	size_t length;
};

/* What is being read of one link. */
struct link_one {
	struct link_piece target, rel;
	bool has_rel, has_anchor;
};

static const char *link_skip_space(const char *at)
{
	return at + strspn(at, LINK_SPACE);
}

static bool link_piece_is(const struct link_piece *piece, const char *word)
{
	return piece->length == strlen(word) &&
		strncasecmp(piece->at, word, piece->length) == 0;
}

/* Whether a word stands among those of a rel. */
static bool link_piece_has(const struct link_piece *piece, const char *word)
{
	const char *end = piece->at + piece->length;
	struct link_piece one;

	for (const char *at = piece->at; at < end; at = one.at + one.length) {
		for (; at < end && strchr(LINK_SPACE, *at) != NULL; at++)
			;
		one = (struct link_piece){at, 0};
		while (at + one.length < end && strchr(LINK_SPACE, at[one.length]) == NULL)
			one.length++;
		if (link_piece_is(&one, word))
			return true;
	}
	return false;
}

/* The value of a parameter, without its quotes; NULL: they do not end. */
static const char *link_read_value(const char *at, struct link_piece *out)
{
	if (*at != '"') {
		*out = (struct link_piece){at, strcspn(at, LINK_SPACE ";,")};
		return at + out->length;
	}
	out->at = ++at;
	for (; *at != '"'; at++) {
		if (*at == '\\')
			at++;
		if (*at == '\0')
			return NULL;
	}
	out->length = (size_t)(at - out->at);
	return at + 1;
}

static const char *link_read_parameter(const char *at, struct link_one *one)
{
	struct link_piece name = {at, strcspn(at, LINK_SPACE "=;,")}, value = {"", 0};

	at = link_skip_space(at + name.length);
	if (*at == '=')
		at = link_read_value(link_skip_space(at + 1), &value);
	if (link_piece_is(&name, "anchor"))
		one->has_anchor = true;
	if (link_piece_is(&name, "rel") && !one->has_rel) {
		one->has_rel = true;
		one->rel = value;
	}
	return at;
}

/* One link up to its comma or the end; NULL: it cannot be read. */
static const char *link_read_one(const char *at, struct link_one *one)
{
	*one = (struct link_one){.rel = {"", 0}};
	if (*at != '<' || strchr(at, '>') == NULL)
		return NULL;
	one->target = (struct link_piece){at + 1, strcspn(at + 1, ">")};
	at = link_skip_space(at + one->target.length + 2);
	while (at != NULL && *at == ';') {
		at = link_read_parameter(link_skip_space(at + 1), one);
		if (at != NULL)
			at = link_skip_space(at);
	}
	return at != NULL && (*at == ',' || *at == '\0') ? at : NULL;
}

static void fetch_link_take(struct fetch_link *link, const struct link_piece *target)
{
	bool first = link->target[0] == '\0';
	bool same = strlen(link->target) == target->length &&
		memcmp(link->target, target->at, target->length) == 0;

	if (target->length == 0 || target->length >= sizeof link->target ||
	    (!first && !same))
		link->unclear = true;
	else {
		memcpy(link->target, target->at, target->length);
		link->target[target->length] = '\0';
	}
}

void fetch_link_read(struct fetch_link *link, const char *value)
{
	const char *at = value + strspn(value, LINK_SPACE ",");
	struct link_one one;

	while (at != NULL && *at != '\0') {
		at = link_read_one(at, &one);
		if (at == NULL) {
			link->unclear = true;
			return;
		}
		if (link_piece_has(&one.rel, "next") && !one.has_anchor)
			fetch_link_take(link, &one.target);
		at += strspn(at, LINK_SPACE ",");
	}
}
