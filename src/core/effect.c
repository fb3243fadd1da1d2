/*
 * effect: the list of what shall be done. See effect.h.
 */
#include "core/effect.h"

#include "base/mem.h"

static const char *const delivery_names[] = {
	[DELIVERY_PENDING] = "pending",
	[DELIVERY_DELIVERED] = "delivered",
	[DELIVERY_DEAD] = "dead",
	[DELIVERY_DROPPED] = "dropped",
};

const char *delivery_state_name(enum delivery_state state)
{
	return delivery_names[state];
}

void effects_init(struct effects *effects)
{
	*effects = (struct effects){0};
}

void effects_clear(struct effects *effects)
{
	for (size_t i = 0; i < effects->block_count; i++)
		free(effects->blocks[i]);
	effects->block_count = 0;
	effects->count = 0;
}

void effects_release(struct effects *effects)
{
	effects_clear(effects);
	free(effects->blocks);
	free(effects->items);
	effects_init(effects);
}

bool effect_is_saved(enum effect_kind kind)
{
	return kind < EFFECT_FETCH;
}

struct effect *effects_add(struct effects *effects, enum effect_kind kind)
{
	effects->items = mem_grow(effects->items, effects->count,
		&effects->capacity, sizeof(*effects->items));
	struct effect *effect = &effects->items[effects->count++];
	*effect = (struct effect){.kind = kind, .index = NOT_FOUND};
	return effect;
}

void *effects_block(struct effects *effects, size_t size)
{
	effects->blocks = mem_grow(effects->blocks, effects->block_count,
		&effects->block_capacity, sizeof(*effects->blocks));
	void *block = mem_new(1, size);
	effects->blocks[effects->block_count++] = block;
	return block;
}

char *effects_string(struct effects *effects, const char *string)
{
	size_t size = strlen(string) + 1;
	return memcpy(effects_block(effects, size), string, size);
}

struct event *effects_event(struct effects *effects)
{
	return effects_block(effects, sizeof(struct event));
}

const struct alert *effects_alert(struct effects *effects,
	const struct alert *alert)
{
	struct alert *copy = effects_block(effects, sizeof(*copy));
	*copy = *alert;
	if (alert->subject)
		copy->subject = effects_string(effects, alert->subject);
	copy->by = effects_string(effects, alert->by ? alert->by : "");
	copy->note = effects_string(effects, alert->note ? alert->note : "");
	return copy;
}
