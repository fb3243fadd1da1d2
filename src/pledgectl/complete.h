/*
 * complete: what may stand in a place of a command line, for shells to offer. It
 * comes from the tables of verbs and options: a word in capitals of a synopsis
 * says what is expected there.
 */
#ifndef PLEDGED_PLEDGECTL_COMPLETE_H
#define PLEDGED_PLEDGECTL_COMPLETE_H

#include <stddef.h>

/*
 * Writes candidates for the last of the words behind the program's name, which
 * may be "": one a line, "candidate", or "candidate<TAB>what it is". A single line
 * ":files" says that a file is expected. socket: where the daemon is, unless the
 * words say so.
 */
void complete(const char *socket, char **words, size_t count);

#endif
