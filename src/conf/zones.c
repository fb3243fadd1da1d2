/*
 * zones: a list of the zones read so far, under one lock.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/zone_file.h"
#include "conf/zones.h"

struct zone_entry {
	struct zone_entry *next;
	const char *name;
	const struct zone *zone;
};

static pthread_mutex_t zone_lock = PTHREAD_MUTEX_INITIALIZER;
static struct zone_entry *zone_entries;

static const struct zone *zone_known(const char *name)
{
	struct zone_entry *entry = zone_entries;

	while (entry != NULL && !string_is(entry->name, name))
		entry = entry->next;
	return entry != NULL ? entry->zone : NULL;
}

static const struct zone *zone_remember(const char *name,
	const struct zone *zone)
{
	struct zone_entry *entry = mem_new(1, sizeof *entry);

	*entry = (struct zone_entry){zone_entries, mem_string(name), zone};
	zone_entries = entry;
	return zone;
}

const struct zone *zones_find(const char *name, struct error *error)
{
	const struct zone *zone;

	if (string_is(name, "UTC"))
		return zone_utc();
	pthread_mutex_lock(&zone_lock);
	zone = zone_known(name);
	if (zone == NULL)
		zone = zone_named(name, error);
	if (zone != NULL && zone_known(name) == NULL)
		zone_remember(name, zone);
	pthread_mutex_unlock(&zone_lock);
	return zone;
}
