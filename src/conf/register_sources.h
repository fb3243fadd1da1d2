/*
 * register_sources: the sources of register files: how each is asked
 * (source_request.h), read, and what becomes of what it says.
 *
 * The settings of a source begin with those of its preset, if it has one
 * (preset.h); what it says itself is instead of that, and in groups whose names
 * are free, and in csv, name by name.
 */
#ifndef PLEDGED_CONF_REGISTER_SOURCES_H
#define PLEDGED_CONF_REGISTER_SOURCES_H

#include "conf/conf_reader.h"

#define SOURCE_NEAR_MAX 8	/* elements of one near */

/* Of the list; its object is the building of register_tables.h. */
extern const struct conf_table sources_table;

#endif
