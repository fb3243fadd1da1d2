/*
 * address: mail addresses, URLs and listening addresses, checked for what
 * would do harm later: a line break in an address is a second command to a
 * mail server, a user in a URL ends up in logs.
 */
#ifndef PLEDGED_CONF_ADDRESS_H
#define PLEDGED_CONF_ADDRESS_H

#include <stdbool.h>

#define ADDRESS_MAIL_MAX 254	/* bytes, RFC 5321 */
#define ADDRESS_URL_MAX 4096

/* What a URL may begin with, and the message when it does not. */
struct url_schemes {
	const char *names[2];
	const char *expected;
};
extern const struct url_schemes schemes_web, schemes_mail;

/* Each: NULL, or what is wrong with it. */
const char *mail_address_fault(const char *address);
/* A host, no user, no spaces. */
const char *url_fault(const char *url, const struct url_schemes *schemes);
/* SCHEME://HOST[:PORT] and nothing after it. */
const char *server_fault(const char *url, const struct url_schemes *schemes);
/* ADDRESS:PORT on loopback: 127.0.0.0/8 or [::1]. */
const char *listen_fault(const char *listen);

/* Whether a URL's host is on loopback by its spelling. */
bool url_is_loopback(const char *url);

#endif
