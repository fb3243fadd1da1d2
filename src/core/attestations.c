/*
 * attestations: few people say few things of one milestone, so that whatever
 * is asked walks all of them.
 */
#include "core/attestations.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool attestation_key_is_valid(const char *key)
{
	size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return length > 0 && length <= ATTESTATION_KEY_MAX &&
		key[length] == '\0';
}

/* --- keeping -------------------------------------------------------------------- */

void attestations_init(struct attestations *attestations)
{
	*attestations = (struct attestations){.items = NULL};
}

void attestations_release(struct attestations *attestations)
{
	for (size_t i = 0; i < attestations->count; i++)
		free(attestations->items[i]);
	free(attestations->items);
	attestations_init(attestations);
}

static char *block_put(char **at, const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = memcpy(*at, string, size);

	*at += size;
	return copy;
}

/* In one block, strings included. */
static struct attestation *attestation_copy(
	const struct attestation *attestation)
{
	size_t size = strlen(attestation->key) + strlen(attestation->by) +
		strlen(attestation->evidence) + strlen(attestation->note) + 4;
	struct attestation *copy = mem_new(1, sizeof *copy + size);
	char *at = (char *)(copy + 1);

	*copy = *attestation;
	copy->key = block_put(&at, attestation->key);
	copy->by = block_put(&at, attestation->by);
	copy->evidence = block_put(&at, attestation->evidence);
	copy->note = block_put(&at, attestation->note);
	return copy;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* What has no row yet comes after what has. */
static int64_t id_order(int64_t id)
{
	return id != 0 ? id : INT64_MAX;
}

/* The order in which they were said. */
static int attestation_compare(const struct attestation *a,
	const struct attestation *b)
{
	int order = compare(a->at, b->at);

	if (order == 0)
		order = compare(a->recorded, b->recorded);
	return order != 0 ? order : compare(id_order(a->id), id_order(b->id));
}

static bool attestation_repeats(const struct attestation *a,
	const struct attestation *b)
{
	return a->yes == b->yes && date_compare(a->on, b->on) == 0 &&
		strcmp(a->evidence, b->evidence) == 0 &&
		strcmp(a->note, b->note) == 0;
}

static bool attestation_is_of(const struct attestation *attestation,
	const char *key, const char *by)
{
	return strcmp(attestation->key, key) == 0 &&
		strcmp(attestation->by, by) == 0;
}

static bool attestation_is_needless(const struct attestations *attestations,
	const struct attestation *attestation)
{
	const struct attestation *last = NULL;

	for (size_t i = 0; i < attestations->count; i++) {
		if (attestation->id != 0 &&
		    attestations->items[i]->id == attestation->id)
			return true;
		if (attestation_is_of(attestations->items[i], attestation->key,
		    attestation->by))
			last = attestations->items[i];
	}
	return attestation->id == 0 && last != NULL &&
		attestation_repeats(last, attestation);
}

const struct attestation *attestations_add(struct attestations *attestations,
	const struct attestation *attestation)
{
	size_t position = attestations->count;

	if (attestations->count >= ATTESTATIONS_MAX ||
	    attestation_is_needless(attestations, attestation))
		return NULL;
	while (position > 0 && attestation_compare(
	    attestations->items[position - 1], attestation) > 0)
		position--;
	attestations->items = mem_grow(attestations->items, attestations->count,
		&attestations->capacity, sizeof *attestations->items);
	memmove(&attestations->items[position + 1],
		&attestations->items[position],
		(attestations->count - position) * sizeof *attestations->items);
	attestations->items[position] = attestation_copy(attestation);
	attestations->count++;
	return attestations->items[position];
}

/* --- walking --------------------------------------------------------------------- */

void statements_walk(struct statement_walk *walk,
	const struct statements *statements, const char *key,
	struct knowledge known)
{
	*walk = (struct statement_walk){statements, key, known, 0, 0};
}

/* The next of all, whichever list it is in. */
static const struct attestation *walk_take(struct statement_walk *walk)
{
	const struct statements *all = walk->statements;
	const struct attestation *registered = NULL, *said = NULL;

	if (walk->registered < all->registered_count)
		registered = &all->registered[walk->registered];
	if (all->said != NULL && walk->said < all->said->count)
		said = all->said->items[walk->said];
	if (registered != NULL && (said == NULL ||
	    attestation_compare(registered, said) <= 0)) {
		walk->registered++;
		return registered;
	}
	walk->said += said != NULL;
	return said;
}

const struct attestation *statement_next(struct statement_walk *walk)
{
	const struct attestation *next;

	while ((next = walk_take(walk)) != NULL)
		if (next->at <= walk->known.published_by &&
		    next->recorded <= walk->known.recorded_by &&
		    (walk->key == NULL || strcmp(next->key, walk->key) == 0))
			break;
	return next;
}

/* --- what stands ------------------------------------------------------------------ */

instant attestation_dated(const struct attestation *attestation,
	const struct zone *zone)
{
	instant end = zone_day_end(zone, attestation->on);

	return attestation->at < end &&
		attestation->at >= zone_day_start(zone, attestation->on) ?
		attestation->at : end;
}

struct word {
	const struct zone *zone;
	instant at;
	const struct attestation *standing;	/* dated by then, said last */
	const struct attestation *later;	/* the first "no" after it */
	instant later_dated;
};

static void word_take(struct word *word, const struct attestation *statement)
{
	instant dated = attestation_dated(statement, word->zone);

	if (dated <= word->at) {
		word->standing = statement;
	} else if (!statement->yes &&
	    (word->later == NULL || dated < word->later_dated)) {
		word->later = statement;
		word->later_dated = dated;
	}
}

const struct attestation *statements_word(const struct statements *statements,
	const char *key, const char *by, struct knowledge known,
	const struct zone *zone, instant at)
{
	struct word word = {.zone = zone, .at = at};
	const struct attestation *next, *before = NULL;
	struct statement_walk walk;

	statements_walk(&walk, statements, key, known);
	while ((next = statement_next(&walk)) != NULL) {
		if (strcmp(next->by, by) != 0)
			continue;
		if (before != NULL && before->yes != next->yes)
			word_take(&word, before);
		before = next;
	}
	if (before != NULL)
		word_take(&word, before);
	return word.standing != NULL ? word.standing : word.later;
}

/* Whether a person has said something before a statement of theirs. */
static bool statement_is_first(const struct statement_walk *walk,
	const struct attestation *statement)
{
	const struct attestation *earlier;
	struct statement_walk again;

	statements_walk(&again, walk->statements, walk->key, walk->known);
	while ((earlier = statement_next(&again)) != statement)
		if (strcmp(earlier->by, statement->by) == 0)
			return false;
	return true;
}

struct attested statements_count(const struct statements *statements,
	const char *key, struct knowledge known, const struct zone *zone,
	instant at)
{
	struct attested attested = {0, 0};
	const struct attestation *statement, *word;
	struct statement_walk walk;

	statements_walk(&walk, statements, key, known);
	while ((statement = statement_next(&walk)) != NULL) {
		if (!statement_is_first(&walk, statement))
			continue;
		word = statements_word(statements, key, statement->by, known,
			zone, at);
		if (word != NULL && word->yes)
			attested.yes++;
		else if (word != NULL)
			attested.no++;
	}
	return attested;
}

instant statements_next_date(const struct statements *statements,
	struct knowledge known, const struct zone *zone, instant after)
{
	const struct attestation *statement;
	struct statement_walk walk;
	instant next = INSTANT_MAX;

	statements_walk(&walk, statements, NULL, known);
	while ((statement = statement_next(&walk)) != NULL) {
		instant dated = attestation_dated(statement, zone);

		if (dated > after && dated < next)
			next = dated;
	}
	return next;
}

instant statements_next_known(const struct statements *statements, instant now)
{
	for (size_t i = 0; i < statements->registered_count; i++)
		if (statements->registered[i].at > now)
			return statements->registered[i].at;
	return INSTANT_MAX;
}
