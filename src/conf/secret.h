/*
 * secret: a password or key from a file of its own, which nobody but its
 * owner may read. What it holds stands in no message.
 */
#ifndef PLEDGED_CONF_SECRET_H
#define PLEDGED_CONF_SECRET_H

#include "base/arena.h"
#include "base/error.h"

#define SECRET_MAX 4096		/* bytes of the file */

/*
 * The path of a secret: relative names stand in $CREDENTIALS_DIRECTORY where
 * that is set, else beside the configuration.
 */
char *secret_path(struct arena *arena, const char *folder, const char *name);

/*
 * Reads a secret, without the newline at its end, into the arena. NULL with
 * an error: not a regular file, a symbolic link, empty, too long, more than
 * one line, or readable by others (0440 is accepted below
 * $CREDENTIALS_DIRECTORY, where systemd grants the group by ACL).
 */
char *secret_read(struct arena *arena, const char *path, struct error *error);
/* Overwrites it. NULL is nothing. */
void secret_wipe(char *secret);

#endif
