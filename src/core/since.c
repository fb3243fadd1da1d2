/* since: see since.h. */
#include "core/since.h"

#include "core/dependencies.h"

#define FIRST_DAYS 32		/* looked at first; then twice that, … */
#define DAY INT64_C(86400)

struct looking {
	const struct register_ *reg;
	struct history *history;
	uint32_t milestone;
	instant recorded_by;
	enum status status;	/* how it stands */
	int steps;
};

static void assess_at(struct looking *looking, instant at,
	struct assessment *out)
{
	looking->steps++;
	milestone_assess(looking->reg, looking->history, looking->milestone,
		(struct knowledge){at, looking->recorded_by}, out);
}

/* Where it last began to stand as it does, as far as was looked. */
struct beginning {
	instant before;		/* it stood otherwise then; INSTANT_MIN: never did */
	instant since;		/* INSTANT_MAX: not at the end either */
};

/* Judges it from one instant up to another, whenever time alone may change it,
   but not sooner than some time after the last. false: that took too long. */
static bool span_walk(struct looking *looking, instant from, instant until,
	instant apart, struct beginning *out)
{
	struct assessment answer;

	*out = (struct beginning){INSTANT_MIN, INSTANT_MAX};
	for (instant at = from; at < until;
	    at = later(answer.next, at + apart)) {
		if (looking->steps >= SINCE_STEPS_MAX)
			return false;
		assess_at(looking, at, &answer);
		if (answer.status != looking->status)
			*out = (struct beginning){at, INSTANT_MAX};
		else if (out->since == INSTANT_MAX)
			out->since = at;
	}
	return true;
}

/* The instant from which on it stood as it does; from: it did all along;
   INSTANT_MIN: that took too long. */
static instant span_look(struct looking *looking, instant from, instant until)
{
	struct beginning coarse, fine;

	if (!span_walk(looking, from, until, (until - from) / SINCE_PLACES + 1,
			&coarse))
		return INSTANT_MIN;
	if (coarse.before == INSTANT_MIN)
		return from;
	if (!span_walk(looking, coarse.before, earlier(coarse.since, until), 1,
			&fine))
		return INSTANT_MIN;
	return earlier(fine.since, earlier(coarse.since, until));
}

static void note_dependency(uint32_t milestone, void *context)
{
	bool *found = context;

	(void)milestone;
	*found = true;
}

static bool rests_on_others(const struct register_ *reg, uint32_t milestone,
	instant at)
{
	bool found = false;

	dependencies_visit(milestone_at(&reg->milestones[milestone], at),
		note_dependency, &found);
	return found;
}

/* The spans follow each other backwards, each as long as all behind it. */
instant status_since(const struct register_ *reg, struct history *history,
	uint32_t milestone, struct knowledge known)
{
	struct looking looking = {reg, history, milestone, known.recorded_by,
		STATUS_PENDING, 0};
	struct assessment answer;
	instant until = known.published_by + 1;

	if (rests_on_others(reg, milestone, known.published_by))
		return INSTANT_MIN;
	assess_at(&looking, known.published_by, &answer);
	looking.status = answer.status;
	for (int64_t days = FIRST_DAYS; days <= SINCE_DAYS_MAX; days *= 2) {
		instant from = known.published_by - days * DAY;
		instant since = span_look(&looking, from, until);

		if (since == INSTANT_MIN)
			return INSTANT_MIN;
		if (since != from)
			return since;
		until = from;
	}
	return INSTANT_MIN;
}
