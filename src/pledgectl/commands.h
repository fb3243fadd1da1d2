/*
 * commands: the tables of verbs and options, which main.c has. A row gives what
 * is done, the help and the completion.
 */
#ifndef PLEDGED_PLEDGECTL_COMMANDS_H
#define PLEDGED_PLEDGECTL_COMMANDS_H

#include "pledgectl/verbs.h"

/* A name may be two words; the first alone is then that of another, or none. */
struct verb {
	const char *name;
	int (*run)(const struct request *);
	unsigned takes;
	size_t words;		/* behind the verb, at most */
	const char *synopsis;	/* words in capitals stand for what completion
				   knows, see complete.c; NULL: not in the help */
	const char *sentence;
};

enum place {
	IN_REQUEST,
	IN_WORDS,	/* looked at when all have been read */
	IN_FLAG, IN_NO_FLAG	/* without a value: true, false */
};

struct option_row {
	const char *name;
	unsigned takes;		/* 0: every verb */
	enum place place;
	size_t offset;
	const char *synopsis;	/* likewise */
	const char *sentence;
};

extern const struct verb verbs[];
extern const size_t verb_count;
extern const struct option_row option_rows[];
extern const size_t option_count;

/* By name, the option's being so long; NULL: there is none. */
const struct verb *verb_find(const char *name);
const struct option_row *option_find(const char *name, size_t length);

static inline bool option_is_flag(const struct option_row *row)
{
	return row->place == IN_FLAG || row->place == IN_NO_FLAG;
}

#endif
