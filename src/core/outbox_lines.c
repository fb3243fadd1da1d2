/*
 * outbox_lines: what is told of one subject on one channel stands in line, so
 * that nobody hears the end of an alert before its beginning. A notification
 * that tells of many stands in as many lines and moves when it is the first in
 * all of them. Lines are ordered by number, save that one under way is not
 * overtaken: so nobody waits in a circle.
 *
 * Subjects are compared by 64 bits of a hash: two that share them wait for one
 * another without need.
 */
#include "core/outbox_internal.h"

struct place {
	struct line *line;
	struct entry *entry;
	struct place *before, *after;
	uint64_t subject;
};

struct line_key {
	const struct outlet *outlet;
	uint64_t subject;
};

struct line {
	struct line_key key;
	struct place *first, *last;
	UT_hash_handle hh;
};

static uint64_t subject_hash(const struct event *event)
{
	uint64_t id = event->subject ? hash_string(event->subject) : 0;
	uint64_t seed[] = {id, (uint64_t)event->subject_kind};
	return hash_bytes(seed, sizeof(seed));
}

static int place_compare(const void *a, const void *b)
{
	uint64_t one = ((const struct place *)a)->subject;
	uint64_t two = ((const struct place *)b)->subject;
	return one < two ? -1 : one > two;
}

void lines_of(struct entry *entry, const struct item *items, size_t count)
{
	struct place *places = mem_new(count + 1, sizeof(*places));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		places[i].subject = subject_hash(items[i].event);
	qsort(places, count, sizeof(*places), place_compare);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || places[i].subject != places[i - 1].subject)
			places[kept++].subject = places[i].subject;
	}
	entry->places = mem_resize(places, kept + 1, sizeof(*places));
	entry->place_count = kept;
}

static struct line *outbox_line(struct outbox *outbox,
	const struct outlet *outlet, uint64_t subject)
{
	struct line_key key = {outlet, subject};
	struct line *line;

	HASH_FIND(hh, outbox->lines, &key, sizeof(key), line);
	if (!line) {
		line = mem_new(1, sizeof(*line));
		line->key = key;
		HASH_ADD(hh, outbox->lines, key, sizeof(line->key), line);
	}
	return line;
}

/* The one behind which it comes; NULL: it becomes the first. */
static struct place *line_before(const struct line *line,
	const struct entry *entry)
{
	struct place *place = line->last;

	while (place && place->entry->state != ENTRY_UNDER_WAY &&
			place->entry->delivery.notification >
			entry->delivery.notification)
		place = place->before;
	return place;
}

static void place_insert(struct place *place, struct place *before)
{
	struct line *line = place->line;

	place->before = before;
	place->after = before ? before->after : line->first;
	*(place->before ? &place->before->after : &line->first) = place;
	*(place->after ? &place->after->before : &line->last) = place;
}

/* It is not the first any more, and moves no further. */
static void entry_held_up(struct entry *entry)
{
	if (entry->blockers++ > 0)
		return;
	if (entry->pile)
		pile_remove(entry);
	entry->state = ENTRY_BEHIND;
}

void lines_join(struct outbox *outbox, struct entry *entry, instant now)
{
	entry->state = ENTRY_BEHIND;
	for (size_t i = 0; i < entry->place_count; i++) {
		struct place *place = &entry->places[i];

		place->entry = entry;
		place->line = outbox_line(outbox, entry->outlet,
			place->subject);
		place_insert(place, line_before(place->line, entry));
		if (place->before)
			entry->blockers++;
		else if (place->after)
			entry_held_up(place->after->entry);
	}
	if (entry->blockers == 0)
		entry_move_up(outbox, entry, now);
}

static void place_leave(struct outbox *outbox, struct place *place,
	instant now)
{
	struct line *line = place->line;

	*(place->before ? &place->before->after : &line->first) = place->after;
	*(place->after ? &place->after->before : &line->last) = place->before;
	if (!line->first) {
		HASH_DEL(outbox->lines, line);
		free(line);
	} else if (!place->before && --line->first->entry->blockers == 0) {
		entry_move_up(outbox, line->first->entry, now);
	}
}

void lines_leave(struct outbox *outbox, struct entry *entry, instant now)
{
	for (size_t i = 0; i < entry->place_count; i++) {
		if (entry->places[i].line)
			place_leave(outbox, &entry->places[i], now);
	}
}

void lines_free(struct outbox *outbox)
{
	struct line *line, *next;

	HASH_ITER(hh, outbox->lines, line, next) {
		HASH_DEL(outbox->lines, line);
		free(line);
	}
}
