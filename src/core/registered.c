/* registered: see registered.h. */
#include "core/registered.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/register_index.h"

/* Keys of one milestone that are told as near; more are not compared. */
#define KEYS_MAX 200

/* ---- milestones ------------------------------------------------------------ */

static void fault_unknown(const struct register_ *reg,
	const struct registered *item, struct faults *faults)
{
	const char *near = thing_nearest(reg, THING_MILESTONE, item->milestone,
		faults);

	faults_error(faults, item->origin, near != NULL ?
		"milestone: there is no milestone '%s', did you mean '%s'?" :
		"milestone: there is no milestone '%s'", item->milestone, near);
}

static struct clauses *clauses_of(struct register_ *reg,
	struct milestone *milestone)
{
	if (milestone->clauses == NULL)
		milestone->clauses = arena_alloc(reg->arena, 1,
			sizeof *milestone->clauses);
	return milestone->clauses;
}

void registered_find(struct register_ *reg, struct faults *faults)
{
	for (size_t i = 0; i < reg->registered_count; i++) {
		const struct registered *item = &reg->registered[i];
		uint32_t number = register_milestone(reg, item->milestone);

		if (number == NOT_FOUND)
			fault_unknown(reg, item, faults);
		else
			clauses_of(reg, &reg->milestones[number])
				->attestation_count++;
	}
	for (size_t i = 0; i < reg->milestone_count; i++) {
		struct clauses *clauses = reg->milestones[i].clauses;

		if (clauses == NULL || clauses->attestation_count == 0)
			continue;
		clauses->attestations = arena_alloc(reg->arena,
			clauses->attestation_count,
			sizeof *clauses->attestations);
		clauses->attestation_count = 0;
	}
}

/* ---- keys ------------------------------------------------------------------- */

struct keys {
	const char *items[KEYS_MAX + 1];	/* NULL-terminated */
	size_t count;
};

static void keys_add(struct keys *keys, const struct expression *expression)
{
	if (expression_is_attested(expression) && keys->count < KEYS_MAX)
		keys->items[keys->count++] = expression->string;
	for (size_t i = 0; i < expression->operand_count; i++)
		keys_add(keys, expression->operands[i]);
}

/* Those that the benchmarks of a milestone ask for, at any time. */
static void keys_find(struct keys *keys, const struct milestone *milestone)
{
	const struct clauses *clauses = milestone->clauses;

	if (milestone->benchmark != NULL)
		keys_add(keys, milestone->benchmark->root);
	for (size_t i = 0; clauses != NULL && i < clauses->amendment_count;
	    i++) {
		const struct milestone *after =
			clauses->amendments[i].milestone;

		if (after != NULL && after->benchmark != NULL)
			keys_add(keys, after->benchmark->root);
	}
}

bool milestone_asks(const struct milestone *milestone, const char *key,
	const char **near)
{
	struct keys keys = {.count = 0};

	keys_find(&keys, milestone);
	for (size_t i = 0; i < keys.count; i++)
		if (strcmp(keys.items[i], key) == 0)
			return true;
	if (near == NULL)
		return false;
	*near = string_nearest(key, keys.items);
	if (*near == NULL && keys.count == 1)
		*near = keys.items[0];
	return false;
}

static bool key_check(const struct registered *item,
	const struct milestone *milestone, struct faults *faults)
{
	const char *key = item->attestation.key, *near = NULL;

	/* Of a benchmark that is at fault nobody knows what it asks for. */
	if (milestone->benchmark == NULL)
		return false;
	if (milestone_asks(milestone, key, &near))
		return true;
	faults_error(faults, item->origin, near != NULL ?
		"key: the benchmark of %s does not ask for '%s', did you mean "
		"'%s'?" : "key: the benchmark of %s does not ask for '%s'; it "
		"would as attested(\"%s\")", milestone->id, key,
		near != NULL ? near : key);
	return false;
}

/* ---- times ------------------------------------------------------------------ */

/* Without one, it was said by the end of the day it is about. */
static bool time_check(struct registered *item, const struct zone *zone,
	struct faults *faults)
{
	struct attestation *attestation = &item->attestation;
	const char *said = item->at_said.text;
	struct moment moment;

	attestation->at = zone_day_end(zone, attestation->on);
	if (said == NULL)
		return true;
	if (!moment_parse(said, strlen(said), &moment)) {
		faults_error(faults, item->origin, "at: '%s' is no date or time "
			"(2020-12-31, 2020-12-31T10:00:00Z)", said);
		return false;
	}
	attestation->at = moment_instant(&moment, zone);
	if (attestation->at >= zone_day_start(zone, attestation->on))
		return true;
	faults_error(faults, item->origin, "on: is after at: what has not "
		"happened yet cannot be attested");
	return false;
}

static void registered_take(struct register_ *reg, struct registered *item,
	struct faults *faults)
{
	uint32_t number = register_milestone(reg, item->milestone);
	struct clauses *clauses;
	size_t position;

	if (number == NOT_FOUND || !key_check(item, &reg->milestones[number],
	    faults) || !time_check(item, milestone_zone(reg,
	    &reg->milestones[number]), faults))
		return;
	clauses = reg->milestones[number].clauses;
	if (clauses->attestation_count == ATTESTATIONS_MAX) {
		faults_error(faults, item->origin, "milestone: %s has more than "
			"%d attestations", item->milestone, ATTESTATIONS_MAX);
		return;
	}
	position = clauses->attestation_count++;
	while (position > 0 && clauses->attestations[position - 1].at >
	    item->attestation.at) {
		clauses->attestations[position] =
			clauses->attestations[position - 1];
		position--;
	}
	clauses->attestations[position] = item->attestation;
	clauses->attestations[position].yes = !item->no;
	clauses->attestations[position].recorded = item->attestation.at;
}

/* A milestone of a pledge without its instrument is at fault already. */
void registered_check(struct register_ *reg, struct faults *faults)
{
	for (size_t i = 0; i < reg->registered_count; i++) {
		uint32_t number = register_milestone(reg,
			reg->registered[i].milestone);

		if (number != NOT_FOUND && reg->pledges[
		    reg->milestones[number].pledge].instrument != NOT_FOUND)
			registered_take(reg, &reg->registered[i], faults);
	}
}
