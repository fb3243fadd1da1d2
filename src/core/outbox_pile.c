/*
 * outbox_pile: entries in the order in which they wake, or are sent.
 */
#include "core/outbox_internal.h"

static bool sent_before(const struct entry *a, const struct entry *b)
{
	if (a->by_hand != b->by_hand)
		return a->by_hand;
	if (a->tried != b->tried)
		return b->tried;
	return a->delivery.notification < b->delivery.notification;
}

static bool entry_before(const struct pile *pile, const struct entry *a,
	const struct entry *b)
{
	if (!pile->by_time)
		return sent_before(a, b);
	if (a->wake != b->wake)
		return a->wake < b->wake;
	return a->delivery.notification < b->delivery.notification;
}

static void pile_put(struct pile *pile, struct entry *entry, size_t slot)
{
	pile->items[slot] = entry;
	entry->slot = slot;
}

static void pile_rise(struct pile *pile, struct entry *entry)
{
	size_t slot = entry->slot;

	while (slot > 0) {
		struct entry *parent = pile->items[(slot - 1) / 2];
		if (!entry_before(pile, entry, parent))
			break;
		pile_put(pile, parent, slot);
		slot = (slot - 1) / 2;
	}
	pile_put(pile, entry, slot);
}

static void pile_sink(struct pile *pile, struct entry *entry)
{
	size_t slot = entry->slot;

	for (;;) {
		size_t child = 2 * slot + 1;
		if (child >= pile->count)
			break;
		if (child + 1 < pile->count && entry_before(pile,
				pile->items[child + 1], pile->items[child]))
			child++;
		if (!entry_before(pile, pile->items[child], entry))
			break;
		pile_put(pile, pile->items[child], slot);
		slot = child;
	}
	pile_put(pile, entry, slot);
}

void pile_add(struct pile *pile, struct entry *entry)
{
	pile->items = mem_grow(pile->items, pile->count, &pile->capacity,
		sizeof(*pile->items));
	entry->pile = pile;
	pile_put(pile, entry, pile->count++);
	pile_rise(pile, entry);
}

void pile_remove(struct entry *entry)
{
	struct pile *pile = entry->pile;
	struct entry *last = pile->items[--pile->count];

	entry->pile = NULL;
	if (last == entry)
		return;
	pile_put(pile, last, entry->slot);
	pile_rise(pile, last);
	pile_sink(pile, last);
}
