/*
 * listen: listening sockets for people on this machine.
 */
#ifndef PLEDGED_NET_LISTEN_H
#define PLEDGED_NET_LISTEN_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Each returns a listening descriptor, non-blocking and close-on-exec, or -1
 * with an error.
 */

/* The socket appears under its path only once it listens with its final owner
   and mode, in place of one nobody listens on any more. */
int listen_unix(const char *path, unsigned mode, const char *group,
	struct error *error);
/* A numeric loopback address with its port. */
int listen_tcp(const char *address, struct error *error);
/* Takes over one that listens already: UNIX or loopback TCP. On failure it
   stays the caller's. */
int listen_adopt(int fd, struct error *error);

/* Whether a socket is a UNIX one. */
bool socket_is_unix(int fd);

#endif
