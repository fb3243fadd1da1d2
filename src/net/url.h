/*
 * url: where the next page of an answer is, by what the answer says.
 *
 * An answer is a stranger's word: only http and https are gone to, and no URL
 * with a user in it.
 */
#ifndef PLEDGED_NET_URL_H
#define PLEDGED_NET_URL_H

#include "base/error.h"
#include "base/text.h"

/*
 * Adds to out the URL of the next page. next: a reference, absolute or relative
 * to the one asked; or, behind a '&', parameters ("&page=2&limit=50", encoded)
 * that take the place of those of the same names in its query, or join it.
 * -1: it makes no sense, or leads elsewhere than to http and https.
 */
int url_next(const char *asked, const char *next, struct text *out,
	struct error *error);

#endif
