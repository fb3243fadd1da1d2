/*
 * inquiry: one request that a source is asked, of all that its parameters
 * make, with every {name} in it replaced.
 *
 *	url	values percent-encoded (RFC 6570, level 1: all but letters,
 *		digits and - . _ ~); of a file as they are
 *	body	values as its media type has them: escaped for a string of JSON,
 *		as text of XML, percent-encoded in a form; else as they are. It
 *		is the header Content-Type that says so, else how the body
 *		begins: { or [ is JSON, < is XML, all else a form
 *	headers	values as they are
 *
 * What is sent holds the secrets, and what is shown has {name} in their place:
 * only the first leaves the process, only the second is kept, said or logged.
 */
#ifndef PLEDGED_PLEDGED_INQUIRY_H
#define PLEDGED_PLEDGED_INQUIRY_H

#include "core/register.h"

struct inquiry {
	struct text url;	/* to be sent */
	struct text shown;	/* the same without secrets */
	struct text body;	/* to be sent by POST; empty and unused: GET */
	bool post;
	char **headers;		/* "Name: value" to be sent, then NULL */
	size_t header_count;
	bool secret;		/* one of them holds a secret */
	struct text parameters;	/* a JSON object */
	struct text named;	/* "country=FR, year=2020": those of several
				   values; "": there is none */
};

/* How many requests the parameters of a source make: at least 1. */
size_t inquiry_count(const struct source *source);
/* Whether its URL is the same whatever the parameters and secrets are. */
bool inquiry_is_fixed(const struct source *source);
/* The value of a parameter in request number (from 0). */
const char *inquiry_value(const struct source *source, size_t number,
	size_t parameter);

/* Makes request number. secrets: whether it will be sent; else those of the
   source need not have been opened, and {name} stands for them. -1: one that
   is needed was not opened, or what is to be sent is too long. Release it either
   way. */
int inquiry_make(struct inquiry *inquiry, const struct source *source,
	size_t number, bool secrets, struct error *error);
/* Overwrites what held secrets. */
void inquiry_release(struct inquiry *inquiry);
/* The same of a text that held them at any time. */
void inquiry_wipe(struct text *text);

/* Whether a text holds a secret of the source, as it is or encoded as in an
   address, in JSON or in XML; or ends with a part of one, as what was cut does. */
bool inquiry_betrays(const struct source *source, const char *string);
/* Adds a text that a stranger wrote, {name} in the place of every secret. */
void inquiry_hide(const struct source *source, const char *string,
	struct text *out);

#endif
