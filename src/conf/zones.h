/*
 * zones: time zones by name, from the system's TZif files, each read once.
 * Thread-safe; a zone stays valid until the process ends.
 */
#ifndef PLEDGED_CONF_ZONES_H
#define PLEDGED_CONF_ZONES_H

#include "base/error.h"
#include "base/moment.h"

/* NULL with an error: no such zone, or a name that leaves the folder. */
const struct zone *zones_find(const char *name, struct error *error);

#endif
