/*
 * zone_file: time zones from the system's TZif files. Only regular files of at
 * most 256 KiB are read; a FIFO or a device never makes the reader wait.
 */
#ifndef PLEDGED_BASE_ZONE_FILE_H
#define PLEDGED_BASE_ZONE_FILE_H

#include "base/moment.h"

/* The zone in a file, under a name of its own; zone_free() it. NULL with an
   error that names the path. */
struct zone *zone_file_read(const char *path, const char *name,
	struct error *error);
/* The zone of a name such as "Europe/Berlin", from $TZDIR or where the system
   has them; zone_free() it. NULL with an error: there is none, or the name leads
   out of the folder. */
struct zone *zone_named(const char *name, struct error *error);

#endif
