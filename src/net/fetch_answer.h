/*
 * fetch_answer: what the headers of an answer said.
 */
#ifndef PLEDGED_NET_FETCH_ANSWER_H
#define PLEDGED_NET_FETCH_ANSWER_H

#include <stdbool.h>

#include <curl/curl.h>

#include "net/fetch.h"

/* Where an answer redirects to, as it stands there and as long as easy lasts;
   NULL: it does not. */
const char *fetch_redirect_reference(CURL *easy);
bool fetch_answer_is_early(CURL *easy);		/* 1xx: another one follows */
bool fetch_redirect_is_for_good(CURL *easy);	/* 301, 308 */

/* Fills in all but the body; final_url lasts as long as easy does. */
void fetch_answer_read(CURL *easy, instant now, struct fetch_result *result);

/* Whether its headers say one length, or none. Of several curl takes the last,
   which may cut it (RFC 9112, 6.3). */
bool fetch_answer_has_one_length(CURL *easy);

/* Whether a header's value is free of control characters. */
bool fetch_is_printable(const char *value);

#endif
