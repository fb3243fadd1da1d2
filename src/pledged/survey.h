/*
 * survey: looks at all milestones that filters select, some in each turn of the
 * loop, whatever their number, and keeps the first so many in an order.
 */
#ifndef PLEDGED_PLEDGED_SURVEY_H
#define PLEDGED_PLEDGED_SURVEY_H

#include "pledged/query.h"
#include "pledged/question.h"

struct survey {
	struct daemon *daemon;
	const struct question *question;
	const struct query *query;	/* NULL: all */
	uint32_t next, end;		/* milestones to be looked at */
};

/* Over all milestones; who wants a part of them sets next and end. */
void survey_begin(struct survey *survey, struct daemon *daemon,
	const struct question *question, const struct query *query);
/* Hands over those that are selected among the next ones, with their answers:
   some milliseconds of work. true: that were all. */
typedef void survey_fn(void *context, uint32_t milestone,
	const struct assessment *answer);
bool survey_step(struct survey *survey, survey_fn *fn, void *context);

/* How milestones are told apart in a list. */
enum ranking_order {
	RANKING_URGENCY,	/* what is missed first, by status_urgency; of
				   those alike what is due first */
	RANKING_DUE,		/* what is due first */
	RANKING_REGISTER	/* as the register has them */
};

struct ranked {
	int64_t first, second;
	uint32_t milestone;
};

/* The first so many of those it was given. */
#define RANKING_MAX 5000
struct ranking {
	enum ranking_order order;
	size_t most;		/* kept; RANKING_MAX at most */
	size_t seen;
	size_t count;
	struct ranked *items;	/* a heap whose head is the last; once sorted, in
				   order */
};

void ranking_init(struct ranking *ranking, enum ranking_order order,
	size_t most);
void ranking_release(struct ranking *ranking);
void ranking_clear(struct ranking *ranking);
void ranking_take(struct ranking *ranking, uint32_t milestone,
	const struct assessment *answer);
/* Once all are taken. */
void ranking_sort(struct ranking *ranking);

#endif
