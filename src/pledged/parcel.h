/*
 * parcel: a mail that has reached some of its recipients and not the others,
 * so that a further attempt goes to these alone.
 *
 * Kept in memory, of the last PARCELS_MAX mails: after a restart all recipients
 * get such a mail again, under the same Message-ID.
 */
#ifndef PLEDGED_PLEDGED_PARCEL_H
#define PLEDGED_PLEDGED_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARCELS_MAX 1000

struct parcels;

struct parcels *parcels_new(void);
void parcels_free(struct parcels *parcels);

/* One more recipient who has not got it; the address is copied. */
void parcel_leave(struct parcels *parcels, int64_t notification,
	const char *address);
/* An attempt at it begins anew to say who is left; or all have it. */
void parcel_forget(struct parcels *parcels, int64_t notification);
/* Whether somebody has it already. */
bool parcel_is_opened(const struct parcels *parcels, int64_t notification);
/* Whether it is still to be brought there: also where nobody has it. */
bool parcel_is_left(const struct parcels *parcels, int64_t notification,
	const char *address);

#endif
