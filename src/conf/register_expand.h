/*
 * register_expand: a register as it is read, written as a register again.
 *
 * Every element stands there as often as it is made, with its names in their
 * places and the file:line each value comes from behind it; files are named
 * from the root, so that what is written may stand in any folder. It is read
 * as the same register. The values of a list of files follow one another in
 * their order; comments and the spelling of numbers are not kept.
 */
#ifndef PLEDGED_CONF_REGISTER_EXPAND_H
#define PLEDGED_CONF_REGISTER_EXPAND_H

#include "conf/settings.h"

/* Takes the next bytes; false: no more are wanted. */
typedef bool expand_write(void *context, const char *bytes, size_t length);

/*
 * Writes the register that settings name, which has been read without an error
 * before; nothing of it is checked again but what reading cannot do without.
 * 0, or -1 when writing ended early or files changed meanwhile (faults).
 */
int register_expand(const struct settings *settings, expand_write *write,
	void *context, struct faults *faults);

#endif
