/*
 * command: the verbs of pledged and what they are given.
 */
#ifndef PLEDGED_PLEDGED_COMMAND_H
#define PLEDGED_PLEDGED_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of everything but run, which follows sysexits. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_WARNED = 3, EXIT_ABSENT = 5 };

enum output { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_JSONL, OUTPUT_CSV, OUTPUT_TEXT,
	OUTPUT_TAP, OUTPUT_JUNIT };

struct options {
	const char *conf;
	enum output output;
	const char *as_of;	/* NULL: not given */
	const char *from;
	const char *to;
	const char *against;	/* NULL: not given */
	const char *file;	/* likewise */
	const char *limit;	/* likewise */
	const char *subject;	/* likewise */
	const char *messages;	/* likewise */
	bool fetch;
	bool strict;
	char **arguments;	/* what follows the verb */
	size_t argument_count;
};

int command_run(const struct options *options);
int command_check(const struct options *options);
int command_expand(const struct options *options);
int command_assess(const struct options *options);
int command_replay(const struct options *options);
int command_source(const struct options *options);
int command_test(const struct options *options);
int command_import(const struct options *options);
int command_routes(const struct options *options);
int command_rebuild(const struct options *options);

#endif
