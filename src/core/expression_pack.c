/*
 * A checked tree, copied node by node to where it will stay: the series and
 * windows of functions have become part of these, and names, tokens and spare
 * room of growing arrays are left behind. Leaves and terms that are alike in
 * every way stand there once: a large register asks the same few thousand
 * things again and again.
 */
#include "core/expression_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"

#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) abort()
#include <uthash.h>

/* --- what is shared --------------------------------------------------------- */

struct pooled_pattern {
	const struct pattern *pattern;
	UT_hash_handle hh;
};

struct expression_pool {
	struct pooled_pattern *patterns;	/* by text */
	struct expression **places;	/* linear probing, at most half full */
	size_t count;
	size_t mask;
};

#define POOL_FIRST 1024

struct expression_pool *expression_pool_new(void)
{
	struct expression_pool *pool = mem_new(1, sizeof(*pool));

	pool->places = mem_new(POOL_FIRST, sizeof(struct expression *));
	pool->mask = POOL_FIRST - 1;
	return pool;
}

void expression_pool_free(struct expression_pool *pool)
{
	struct pooled_pattern *pooled, *next;

	if (pool == NULL)
		return;
	HASH_ITER(hh, pool->patterns, pooled, next) {
		HASH_DEL(pool->patterns, pooled);
		free(pooled);
	}
	free(pool->places);
	free(pool);
}

const struct pattern *pool_pattern(struct expression_pool *pool,
	struct arena *arena, const char *text, struct pattern_fault *fault)
{
	struct pooled_pattern *pooled = NULL;
	const struct pattern *pattern;

	if (pool != NULL)
		HASH_FIND_STR(pool->patterns, text, pooled);
	if (pooled != NULL)
		return pooled->pattern;
	pattern = pattern_compile(arena, text, fault);
	if (pool == NULL || pattern == NULL)
		return pattern;
	pooled = mem_new(1, sizeof(*pooled));
	pooled->pattern = pattern;
	HASH_ADD_KEYPTR(hh, pool->patterns, pattern->text, strlen(text), pooled);
	return pattern;
}

/* The place of a node that is the same in every byte, or the free one. Bytes
   of padding may differ: then a node is not shared, and that is all. */
static struct expression **pool_place(const struct expression_pool *pool,
	const struct expression *node)
{
	size_t at = hash_bytes(node, sizeof(*node)) & pool->mask;

	while (pool->places[at] != NULL &&
	    memcmp(pool->places[at], node, sizeof(*node)) != 0)
		at = (at + 1) & pool->mask;
	return &pool->places[at];
}

static void pool_grow(struct expression_pool *pool)
{
	struct expression_pool larger = {
		.count = pool->count, .mask = pool->mask * 2 + 1};

	larger.places = mem_new(larger.mask + 1, sizeof(struct expression *));
	for (size_t i = 0; i <= pool->mask; i++)
		if (pool->places[i] != NULL)
			*pool_place(&larger, pool->places[i]) = pool->places[i];
	free(pool->places);
	*pool = larger;
}

/* The node that stands for all like this one. */
static struct expression *pool_share(struct expression_pool *pool,
	const struct expression *node, struct arena *arena)
{
	struct expression **place = pool_place(pool, node);
	struct expression *copy = *place;

	if (copy != NULL)
		return copy;
	copy = arena_alloc(arena, 1, sizeof(*copy));
	memcpy(copy, node, sizeof(*copy));
	*place = copy;
	if (++pool->count > pool->mask / 2)
		pool_grow(pool);
	return copy;
}

/* --- the tree ------------------------------------------------------------------ */

static void *array_pack(struct arena *arena, const void *items, size_t count,
	size_t size)
{
	void *copy = arena_alloc(arena, count, size);

	if (count > 0)
		memcpy(copy, items, count * size);
	return copy;
}

/* What its arguments said stands in the node itself. */
static bool node_is_whole(const struct expression *node)
{
	return expression_is_term(node) || node->operation->asks_others;
}

/* A checked node becomes the packed one: only its own operands change. */
static struct expression *node_pack(struct expression *node,
	struct expression_pool *pool, struct arena *arena)
{
	struct expression *copy;

	if (node_is_whole(node)) {
		node->operands = NULL;
		node->operand_count = 0;
	}
	if (operation_is(node, OPERATION_TEXT))
		node->string = arena_string(arena, node->string);
	if (node->operand_count == 0 && pool != NULL)
		return pool_share(pool, node, arena);
	if (operation_is(node, OPERATION_COMPARE))
		node->comparisons = array_pack(arena, node->comparisons,
			(size_t)node->operand_count - 1,
			sizeof(*node->comparisons));
	copy = array_pack(arena, node, 1, sizeof(*node));
	copy->operands = array_pack(arena, node->operands, node->operand_count,
		sizeof(*node->operands));
	return copy;
}

struct expression *expression_pack(struct expression *checked,
	struct expression_pool *pool, struct arena *arena)
{
	if (!node_is_whole(checked))
		for (size_t i = 0; i < checked->operand_count; i++)
			checked->operands[i] = expression_pack(
				checked->operands[i], pool, arena);
	return node_pack(checked, pool, arena);
}

/* --- what it rests on ------------------------------------------------------- */

struct inputs {
	uint32_t *items;
	size_t count, capacity;
};

static void inputs_add(const struct expression *term, void *context)
{
	struct inputs *inputs = context;

	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->items[i] == term->indicator)
			return;
	inputs->items = mem_grow(inputs->items, inputs->count, &inputs->capacity,
		sizeof(*inputs->items));
	inputs->items[inputs->count++] = term->indicator;
}

struct askings {
	const struct family **items;
	size_t count, capacity;
};

static void families_add(const struct expression *node, struct askings *askings)
{
	for (size_t i = 0; i < node->operand_count; i++)
		families_add(node->operands[i], askings);
	if (!node->operation->asks_others)
		return;
	for (size_t i = 0; i < askings->count; i++)
		if (askings->items[i] == node->family)
			return;
	askings->items = mem_grow(askings->items, askings->count,
		&askings->capacity, sizeof(*askings->items));
	askings->items[askings->count++] = node->family;
}

static void benchmark_find_families(struct benchmark *benchmark,
	struct arena *arena)
{
	struct askings askings = {NULL, 0, 0};

	families_add(benchmark->root, &askings);
	benchmark->family_count = (uint16_t)askings.count;
	if (askings.count > 0)
		benchmark->families = array_pack(arena, askings.items,
			askings.count, sizeof(*askings.items));
	free(askings.items);
}

void benchmark_find_inputs(struct benchmark *benchmark, struct arena *arena)
{
	struct inputs inputs = {NULL, 0, 0};

	benchmark_find_families(benchmark, arena);

	expression_terms(benchmark->root, inputs_add, &inputs);
	expression_documents(benchmark->root, inputs_add, &inputs);
	benchmark->indicator_count = (uint16_t)inputs.count;
	if (inputs.count > 0)
		benchmark->indicators = array_pack(arena, inputs.items,
			inputs.count, sizeof(*inputs.items));
	free(inputs.items);
}
