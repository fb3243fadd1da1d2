/* parcel: see parcel.h. */
#include "pledged/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) log_bug("%s", message)
#include <uthash.h>

struct parcel {
	int64_t notification;
	char **left;
	size_t count, capacity;
	UT_hash_handle hh;	/* by notification, in order of time */
};

struct parcels {
	struct parcel *all;
};

static struct parcel *parcel_find(const struct parcels *parcels,
	int64_t notification)
{
	struct parcel *parcel;

	HASH_FIND(hh, parcels->all, &notification, sizeof notification, parcel);
	return parcel;
}

static void parcel_free(struct parcels *parcels, struct parcel *parcel)
{
	HASH_DEL(parcels->all, parcel);
	for (size_t i = 0; i < parcel->count; i++)
		free(parcel->left[i]);
	free(parcel->left);
	free(parcel);
}

struct parcels *parcels_new(void)
{
	return mem_new(1, sizeof(struct parcels));
}

void parcels_free(struct parcels *parcels)
{
	if (parcels == NULL)
		return;
	while (parcels->all != NULL)
		parcel_free(parcels, parcels->all);
	free(parcels);
}

void parcel_leave(struct parcels *parcels, int64_t notification,
	const char *address)
{
	struct parcel *parcel = parcel_find(parcels, notification);

	if (parcel == NULL) {
		if (HASH_COUNT(parcels->all) == PARCELS_MAX)
			parcel_free(parcels, parcels->all);
		parcel = mem_new(1, sizeof *parcel);
		parcel->notification = notification;
		HASH_ADD(hh, parcels->all, notification,
			sizeof parcel->notification, parcel);
	}
	parcel->left = mem_grow(parcel->left, parcel->count,
		&parcel->capacity, sizeof *parcel->left);
	parcel->left[parcel->count++] = mem_string(address);
}

void parcel_forget(struct parcels *parcels, int64_t notification)
{
	struct parcel *parcel = parcel_find(parcels, notification);

	if (parcel != NULL)
		parcel_free(parcels, parcel);
}

bool parcel_is_opened(const struct parcels *parcels, int64_t notification)
{
	return parcel_find(parcels, notification) != NULL;
}

bool parcel_is_left(const struct parcels *parcels, int64_t notification,
	const char *address)
{
	const struct parcel *parcel = parcel_find(parcels, notification);

	if (parcel == NULL)
		return true;
	for (size_t i = 0; i < parcel->count; i++)
		if (string_is(parcel->left[i], address))
			return true;
	return false;
}
