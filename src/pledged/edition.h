/*
 * edition: the register that a long answer was begun with, which another may
 * take the place of before it has ended: then what it knows by number is gone,
 * and it begins anew, or breaks off where some of it has been read.
 */
#ifndef PLEDGED_PLEDGED_EDITION_H
#define PLEDGED_PLEDGED_EDITION_H

#include "pledged/daemon.h"

struct edition {
	const struct register_ *reg;
	struct digest digest;
};

struct edition edition_of(const struct daemon *daemon);
bool edition_is_current(const struct edition *edition,
	const struct daemon *daemon);

#endif
