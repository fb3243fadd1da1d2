/*
 * program: jq programs, compiled under a frame that takes from them what would
 * make two runs over the same bytes differ, and kept for the next time.
 */
#ifndef PLEDGED_EXTRACT_PROGRAM_H
#define PLEDGED_EXTRACT_PROGRAM_H

#include <jq.h>
#include <jv.h>

#include "base/error.h"

struct program {
	/* Ends in the bracket that the program stands in, and is on one line;
	   one of few, told apart by its address. */
	const char *frame;
	const char *prelude;	/* definitions of ours; NULL: none */
	const char *text;
};

/*
 * Compiled, or compiled now; NULL with a fault that names the line as its
 * author counts. It is kept, and may be let go of by the next call.
 */
jq_state *program_find(const struct program *program, struct error *error);
/* Lets go of one that was stopped half-way: it holds on to its input. */
void program_forget(jq_state *jq);
void program_end(void);

/* A fault of a run in words, from what jq made invalid. Returns -1. */
int program_fault(jv invalid, struct error *error);
/* The one JSON value that text is; invalid with a fault: it is none. */
jv program_input(const char *text, size_t length, struct error *error);

#endif
