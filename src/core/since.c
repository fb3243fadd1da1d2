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

/* Judges it from one instant on whenever time alone may change it, up to
   another. The instant from which on it stood as it does; from: it did all along;
   INSTANT_MAX: not at the end either; INSTANT_MIN: that took too long. */
static instant span_look(struct looking *looking, instant from, instant until)
{
	instant since = INSTANT_MAX;
	struct assessment answer;

	for (instant at = from; at < until; at = answer.next) {
		if (looking->steps >= SINCE_STEPS_MAX)
			return INSTANT_MIN;
		assess_at(looking, at, &answer);
		if (answer.status != looking->status)
			since = INSTANT_MAX;
		else if (since == INSTANT_MAX)
			since = at;
		if (answer.next <= at)
			break;
	}
	return since;
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
			return since == INSTANT_MAX ? until : since;
		until = from;
	}
	return INSTANT_MIN;
}
