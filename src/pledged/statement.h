/*
 * statement: what somebody attests, as the body of a request says it in JSON:
 * {"key", "attested", "on", "evidence", "note"}; and why a figure is accepted:
 * {"note", "release"}.
 */
#ifndef PLEDGED_PLEDGED_STATEMENT_H
#define PLEDGED_PLEDGED_STATEMENT_H

#include "base/error.h"
#include "core/attestations.h"

struct statement {
	void *body;			/* owns the strings */
	struct attestation attestation;	/* key, yes, on (none: not said),
					   evidence, note */
};

/* -1 with what is wrong. To be released in either case. */
int statement_read(struct statement *out, const char *bytes, size_t length,
	struct error *error);
void statement_release(struct statement *statement);

struct acceptance {
	void *body;		/* owns the note */
	const char *note;	/* what makes it plausible; not empty */
	bool release;		/* also all that came with it */
};

/* Likewise. */
int acceptance_read(struct acceptance *out, const char *bytes, size_t length,
	struct error *error);
void acceptance_release(struct acceptance *acceptance);

#endif
