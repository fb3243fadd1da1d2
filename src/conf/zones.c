/*
 * zones: a list of the zones read so far, under one lock.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/conf_file.h"
#include "conf/zones.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define ZONE_NAME_MAX 64
#define ZONE_FILE_MAX ((size_t)256 << 10)

struct zone_entry {
	struct zone_entry *next;
	const char *name;
	const struct zone *zone;
};

static pthread_mutex_t zone_lock = PTHREAD_MUTEX_INITIALIZER;
static struct zone_entry *zone_entries;

/* "Area/Place": letters, digits and _ + - between slashes; so no name leads
   out of the folder. */
static bool zone_name_is_valid(const char *name)
{
	bool between = true;	/* at the start of a part */

	if (strlen(name) > ZONE_NAME_MAX)
		return false;
	for (; *name != '\0'; name++) {
		bool letter = (*name >= 'a' && *name <= 'z') ||
			(*name >= 'A' && *name <= 'Z') ||
			(*name >= '0' && *name <= '9') ||
			*name == '_' || *name == '+' || *name == '-';

		if (!letter && (*name != '/' || between))
			return false;
		between = *name == '/';
	}
	return !between;
}

static const struct zone *zone_read(const char *name, struct error *error)
{
	const char *folder = secure_getenv("TZDIR");
	const struct zone *zone = NULL;
	struct error why;
	struct text path, bytes;

	text_init(&path, 0);
	text_init(&bytes, 0);
	text_addf(&path, "%s/%s", folder != NULL && folder[0] == '/' ?
		folder : ZONE_FOLDER, name);
	if (conf_file_read(text_string(&path), ZONE_FILE_MAX, &bytes, &why) == 0)
		zone = zone_new(name, text_string(&bytes), bytes.length, error);
	else
		error_set(error, why.kind, "there is no time zone \"%s\" (%s: "
			"%s)", name, text_string(&path), why.text);
	text_release(&path);
	text_release(&bytes);
	return zone;
}

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
	if (!zone_name_is_valid(name)) {
		error_set(error, ERROR_INPUT, "\"%s\" is no name of a time "
			"zone, such as \"Europe/Berlin\"", name);
		return NULL;
	}
	pthread_mutex_lock(&zone_lock);
	zone = zone_known(name);
	if (zone == NULL)
		zone = zone_read(name, error);
	if (zone != NULL && zone_known(name) == NULL)
		zone_remember(name, zone);
	pthread_mutex_unlock(&zone_lock);
	return zone;
}
