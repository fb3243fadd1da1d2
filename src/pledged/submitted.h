/*
 * submitted: observations that somebody hands in, as the body of a request
 * says them in JSON: one object, or {"items": [object, …]}.
 *
 *	figure    {"period", "value", "published", "provisional", "note", "evidence"}
 *	document  {"key", "title", "url", "text", "period", "published", "note",
 *	          "evidence"}
 *
 * A value is a string, and exact, or a number of at most SUBMITTED_DIGITS
 * significant digits: one with more has mostly been through a binary number.
 * Every fault of every item is told; what a field means row_check decides.
 */
#ifndef PLEDGED_PLEDGED_SUBMITTED_H
#define PLEDGED_PLEDGED_SUBMITTED_H

#include "base/error.h"
#include "core/row.h"

#define SUBMITTED_MAX 1000
#define SUBMITTED_DIGITS 15
#define SUBMITTED_NOTE_MAX 4000		/* bytes */
#define SUBMITTED_EVIDENCE_MAX 2000

struct submitted_item {
	struct row_text row;	/* indicator is the caller's to set */
	const char *note;	/* NULL: none */
	const char *evidence;
	char value[DECIMAL_STRING_MAX];	/* what row.value points to for a number */
	char fault[240];	/* "": none */
};

struct submitted {
	void *body;			/* owns the strings */
	struct submitted_item *items;	/* at least one */
	size_t count;
};

/* bytes end in a NUL. documents: of an indicator of that kind. -1 with what is
   wrong with the body as a whole. To be released in either case. */
int submitted_read(struct submitted *out, const char *bytes, size_t length,
	bool documents, struct error *error);
void submitted_release(struct submitted *submitted);

#endif
