/*
 * question: what somebody asks about milestones: how they stand now, or as was
 * published by one time and recorded by another.
 */
#ifndef PLEDGED_PLEDGED_QUESTION_H
#define PLEDGED_PLEDGED_QUESTION_H

#include "core/assess.h"
#include "pledged/daemon.h"

/*
 * as_of and recorded_as_of: what was published by one time and recorded by the
 * other; recorded_as_of alone is both. 0 neither, and all is known; 1 read; -1
 * no times, or a time of recording that is not over: more may be recorded yet.
 */
int knowledge_read(struct daemon *daemon, struct server_request *request,
	struct knowledge *known, struct error *error);

/* All that is known now, unless it is past. */
struct question {
	bool past;
	struct knowledge known;
};

int question_read(struct daemon *daemon, struct server_request *request,
	struct question *question, struct error *error);
/* The same of a form, whose fields people may have left empty. */
int question_read_form(struct daemon *daemon, struct server_request *request,
	struct question *question, struct error *error);

/* Under what its answers are given: now, what the engine judges by. */
struct knowledge question_known(const struct question *question,
	const struct daemon *daemon);
/* Where a milestone stands, and since when; room is for an answer of its own. */
const struct assessment *question_answer(const struct question *question,
	struct daemon *daemon, uint32_t index, struct assessment *room,
	instant *since);

/* The same for those who ask by a function; context is a struct questioned. */
struct questioned {
	const struct question *question;
	struct daemon *daemon;
};
answer_fn questioned_answer;

#endif
