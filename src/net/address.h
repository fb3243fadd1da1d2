/*
 * address: what an IP address is, by its bits alone. address_is_public, for
 * socket addresses, is declared in fetch.h.
 */
#ifndef PLEDGED_NET_ADDRESS_H
#define PLEDGED_NET_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_MAX 64

/* As address_is_public for "192.0.2.1" or "2001:db8::1"; false for anything
   else, a zone index too. */
bool address_text_is_public(const char *text);
bool address_is_loopback(const struct sockaddr *address);
/* The numeric form, "" for a family that is not IP. */
void address_print(const struct sockaddr *address, char out[ADDRESS_TEXT_MAX]);

#endif
