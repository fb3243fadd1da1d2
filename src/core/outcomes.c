/*
 * outcomes: the memory, and the standing of families over time.
 *
 * An entry holds from the time it was judged as of until time alone may change
 * it. Whatever rests on an entry expires no later than it, and is dropped
 * with it; so an entry that is not held has none above it that is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/family.h"
#include "core/outcomes.h"

struct entry {
	struct outcome outcome;
	instant from, until;	/* holds in [from, until); none: both the same */
	instant recorded_by;
	bool known;		/* has ever been judged */
	bool changed;		/* in the list of those that have changed */
};

/* How a family stands from an instant on. */
struct step {
	instant at;
	struct tally tally;
};

struct profile {
	struct step *steps;	/* the first from the beginning of time */
	size_t count, capacity;
	struct knowledge known;
	instant until;		/* of the members' entries */
	uint64_t version;	/* of the memory it was made of; 0: never */
};

struct outcomes {
	const struct register_ *reg;
	struct history *history;
	struct entry *entries;	/* by prerequisite */
	uint32_t *changed;
	size_t changed_count;
	struct profile *profiles;	/* by family */
	uint64_t version;	/* moves with any entry */
};

struct outcomes *outcomes_new(const struct register_ *reg,
	struct history *history)
{
	struct outcomes *outcomes = mem_new(1, sizeof(*outcomes));

	outcomes->reg = reg;
	outcomes->history = history;
	outcomes->version = 1;
	if (reg->prerequisite_count == 0)
		return outcomes;
	outcomes->entries = mem_new(reg->prerequisite_count,
		sizeof(*outcomes->entries));
	outcomes->changed = mem_new(reg->prerequisite_count,
		sizeof(*outcomes->changed));
	outcomes->profiles = mem_new(reg->families->count + 1,
		sizeof(*outcomes->profiles));
	return outcomes;
}

void outcomes_free(struct outcomes *outcomes)
{
	if (outcomes == NULL)
		return;
	for (size_t i = 0; outcomes->profiles != NULL &&
	    i < outcomes->reg->families->count; i++)
		free(outcomes->profiles[i].steps);
	free(outcomes->profiles);
	free(outcomes->changed);
	free(outcomes->entries);
	free(outcomes);
}

/* ---- entries ---------------------------------------------------------------- */

static bool entry_holds(const struct entry *entry, struct knowledge known)
{
	return entry->from <= known.published_by &&
		known.published_by < entry->until &&
		entry->recorded_by == known.recorded_by;
}

static uint32_t milestone_place(const struct outcomes *outcomes,
	uint32_t milestone)
{
	return outcomes->entries == NULL ? NOT_FOUND :
		outcomes->reg->milestones[milestone].prerequisite;
}

void outcomes_touch(struct outcomes *outcomes, uint32_t milestone)
{
	uint32_t place = milestone_place(outcomes, milestone);
	const struct prerequisite *prerequisite;
	struct entry *entry;

	if (place == NOT_FOUND)
		return;
	entry = &outcomes->entries[place];
	if (entry->from == entry->until)
		return;
	entry->until = entry->from;
	outcomes->version++;
	prerequisite = &outcomes->reg->prerequisites[place];
	for (size_t i = 0; i < prerequisite->dependant_count; i++)
		outcomes_touch(outcomes, prerequisite->dependants[i]);
}

void outcomes_keep(struct outcomes *outcomes, uint32_t milestone,
	struct knowledge known, instant until, const struct outcome *outcome)
{
	uint32_t place = milestone_place(outcomes, milestone);
	struct entry *entry;

	if (place == NOT_FOUND)
		return;
	entry = &outcomes->entries[place];
	entry->from = known.published_by;
	entry->until = until > entry->from ? until : entry->from + 1;
	entry->recorded_by = known.recorded_by;
	if (entry->known && outcome_equal(&entry->outcome, outcome))
		return;
	entry->known = true;
	entry->outcome = *outcome;
	outcomes->version++;
	if (entry->changed)
		return;
	entry->changed = true;
	outcomes->changed[outcomes->changed_count++] = place;
}

bool outcomes_changed(struct outcomes *outcomes, uint32_t *milestone)
{
	uint32_t place;

	if (outcomes->changed_count == 0)
		return false;
	place = outcomes->changed[--outcomes->changed_count];
	outcomes->entries[place].changed = false;
	*milestone = outcomes->reg->prerequisites[place].milestone;
	return true;
}

void outcomes_assess(struct outcomes *outcomes, uint32_t milestone,
	struct knowledge known, struct assessment *out)
{
	milestone_assess_with(outcomes->reg, outcomes->history, outcomes,
		milestone, known, out);
}

static const struct entry *entry_of(struct outcomes *outcomes,
	uint32_t milestone, struct knowledge known)
{
	struct entry *entry = &outcomes->entries[
		outcomes->reg->milestones[milestone].prerequisite];
	struct assessment assessment;

	if (!entry_holds(entry, known))
		outcomes_assess(outcomes, milestone, known, &assessment);
	return entry;
}

/* Where nobody remembers, it may have been fulfilled or not at any time. */
static const struct outcome nothing_known = {
	.event = INSTANT_MIN, .undone = INSTANT_MAX, .open = INSTANT_MIN,
	.earliest = INSTANT_MIN, .lasts = INSTANT_MAX, .late = INSTANT_MAX,
	.withdrawn = INSTANT_MAX, .superseded = INSTANT_MAX,
	.waived = INSTANT_MAX, .ahead = true, .miss = STATUS_COUNT,
};

const struct outcome *outcome_of(struct evaluation *evaluation,
	uint32_t milestone)
{
	const struct entry *entry;

	if (evaluation->outcomes == NULL)
		return &nothing_known;
	entry = entry_of(evaluation->outcomes, milestone, evaluation->known);
	if (entry->until < evaluation->until)
		evaluation->until = entry->until;
	return &entry->outcome;
}

/* ---- families ---------------------------------------------------------------- */

#define FULFILLED (OUTCOME_BIT(STATUS_MET) | OUTCOME_BIT(STATUS_MET_LATE))
#define APART (OUTCOME_BIT(STATUS_WITHDRAWN) | \
	OUTCOME_BIT(STATUS_SUPERSEDED) | OUTCOME_BIT(STATUS_WAIVED))

/* What one member adds: where it may stand in several ways, the worst and the
   best of them. */
static struct tally member_tally(const struct outcome *outcome, instant at,
	instant now)
{
	uint32_t states = outcome_states(outcome, at, now);
	enum truth met = outcome_met(outcome, at, now);
	bool may_count = (states & FULFILLED) != 0;
	bool may_lack = (states & ~(FULFILLED | APART)) != 0;
	bool may_leave = (states & APART) != 0;
	struct tally tally = {.met = met == TRUTH_TRUE,
		.may = met != TRUTH_FALSE};

	tally.low.count = may_lack || !may_leave;
	tally.low.met = tally.low.count && !may_lack;
	tally.high.met = may_count;
	tally.high.count = may_count || !may_leave;
	return tally;
}

static void tally_add(struct tally *sum, const struct tally *one)
{
	sum->met += one->met;
	sum->may += one->may;
	sum->low.met += one->low.met;
	sum->low.count += one->low.count;
	sum->high.met += one->high.met;
	sum->high.count += one->high.count;
}

/* In numbers that wrap: what is taken away is added again in their sum. */
static struct tally tally_change(const struct tally *from, const struct tally *to)
{
	return (struct tally){.met = to->met - from->met,
		.may = to->may - from->may,
		.low = {to->low.met - from->low.met,
			to->low.count - from->low.count},
		.high = {to->high.met - from->high.met,
			to->high.count - from->high.count}};
}

static bool tally_is_nothing(const struct tally *tally)
{
	return (tally->met | tally->may | tally->low.met | tally->low.count |
		tally->high.met | tally->high.count) == 0;
}

static void profile_add(struct profile *profile, instant at,
	const struct tally *change)
{
	if (tally_is_nothing(change))
		return;
	profile->steps = mem_grow(profile->steps, profile->count,
		&profile->capacity, sizeof(*profile->steps));
	profile->steps[profile->count++] = (struct step){at, *change};
}

static void instants_sort(instant *items, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && items[k - 1] > items[k]; k--) {
			instant swap = items[k];

			items[k] = items[k - 1];
			items[k - 1] = swap;
		}
}

/* A member's turns, as changes of the tally. */
static void profile_member(struct profile *profile,
	const struct outcome *outcome, instant now)
{
	instant turns[OUTCOME_TURNS];
	size_t count = outcome_turns(outcome, now, turns);
	struct tally before = member_tally(outcome, INSTANT_MIN + 1, now);

	tally_add(&profile->steps[0].tally, &before);
	instants_sort(turns, count);
	for (size_t i = 0; i < count; i++) {
		struct tally then = member_tally(outcome, turns[i], now);
		struct tally change = tally_change(&before, &then);

		profile_add(profile, turns[i], &change);
		before = then;
	}
}

static int step_order(const void *a, const void *b)
{
	instant one = ((const struct step *)a)->at;
	instant other = ((const struct step *)b)->at;

	return one < other ? -1 : one > other;
}

/* Changes become standings, one an instant. */
static void profile_sum(struct profile *profile)
{
	struct step *steps = profile->steps;
	size_t kept = 0;

	qsort(steps + 1, profile->count - 1, sizeof(*steps), step_order);
	for (size_t i = 1; i < profile->count; i++) {
		struct step change = steps[i];

		if (change.at != steps[kept].at) {
			steps[kept + 1] = steps[kept];
			steps[++kept].at = change.at;
		}
		tally_add(&steps[kept].tally, &change.tally);
	}
	profile->count = kept + 1;
}

/* The members are judged first: what that changes is part of the version. */
static void profile_make(struct profile *profile, const struct family *family,
	struct evaluation *evaluation)
{
	struct outcomes *outcomes = evaluation->outcomes;

	profile->until = INSTANT_MAX;
	for (size_t i = 0; i < family->count; i++) {
		const struct entry *entry = entry_of(outcomes,
			family->members[i], evaluation->known);

		if (entry->until < profile->until)
			profile->until = entry->until;
	}
	profile->version = outcomes->version;
	profile->known = evaluation->known;
	profile->steps = mem_grow(profile->steps, 0, &profile->capacity,
		sizeof(*profile->steps));
	profile->steps[0] = (struct step){.at = INSTANT_MIN};
	profile->count = 1;
	for (size_t i = 0; i < family->count; i++)
		profile_member(profile, &entry_of(outcomes, family->members[i],
			evaluation->known)->outcome, evaluation->now);
	profile_sum(profile);
}

static const struct profile *family_profile(const struct family *family,
	struct evaluation *evaluation)
{
	struct outcomes *outcomes = evaluation->outcomes;
	struct profile *profile = &outcomes->profiles[family->number];

	if (profile->version != outcomes->version ||
	    profile->known.published_by != evaluation->known.published_by ||
	    profile->known.recorded_by != evaluation->known.recorded_by)
		profile_make(profile, family, evaluation);
	if (profile->until < evaluation->until)
		evaluation->until = profile->until;
	return profile;
}

/* The number of steps at or before an instant. */
static size_t profile_place(const struct profile *profile, instant at)
{
	size_t low = 0, high = profile->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (profile->steps[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct tally family_tally(const struct family *family,
	struct evaluation *evaluation)
{
	const struct profile *profile;
	size_t place;

	if (evaluation->outcomes == NULL)
		return (struct tally){0, family->count, {0, family->count},
			{family->count, family->count}};
	profile = family_profile(family, evaluation);
	place = profile_place(profile, evaluation->at);
	return profile->steps[place > 0 ? place - 1 : 0].tally;
}

/* Of one milestone there is no profile: its turns are few. */
static instant milestone_next(uint32_t milestone, struct evaluation *evaluation,
	instant after)
{
	instant turns[OUTCOME_TURNS], next = INSTANT_MAX;
	size_t count = outcome_turns(outcome_of(evaluation, milestone),
		evaluation->now, turns);

	for (size_t i = 0; i < count; i++)
		if (turns[i] > after && turns[i] < next)
			next = turns[i];
	return next;
}

instant family_next(const struct family *family, struct evaluation *evaluation,
	instant after)
{
	const struct profile *profile;
	size_t place;

	if (evaluation->outcomes == NULL)
		return INSTANT_MAX;
	if (family->number == NOT_FOUND)
		return milestone_next(family->members[0], evaluation, after);
	profile = family_profile(family, evaluation);
	place = profile_place(profile, after);
	return place < profile->count ? profile->steps[place].at : INSTANT_MAX;
}
