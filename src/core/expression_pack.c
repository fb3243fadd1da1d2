/*
 * A checked tree, copied node by node to where it will stay: the series and
 * windows of functions have become part of these, and names, tokens and spare
 * room of growing arrays are left behind.
 */
#include "core/expression_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void *array_pack(struct arena *arena, const void *items, size_t count,
	size_t size)
{
	void *copy = arena_alloc(arena, count, size);

	memcpy(copy, items, count * size);
	return copy;
}

static void operands_pack(struct expression *node, struct arena *arena)
{
	struct expression **operands = array_pack(arena, node->operands,
		node->operand_count, sizeof(*operands));

	for (size_t i = 0; i < node->operand_count; i++)
		operands[i] = expression_pack(operands[i], arena);
	node->operands = operands;
}

struct expression *expression_pack(const struct expression *checked,
	struct arena *arena)
{
	struct expression *node = arena_alloc(arena, 1, sizeof(*node));

	*node = *checked;
	if (expression_is_term(node)) {
		node->operands = NULL;
		node->operand_count = 0;
	}
	if (node->operand_count > 0)
		operands_pack(node, arena);
	if (operation_is(node, OPERATION_COMPARE))
		node->comparisons = array_pack(arena, node->comparisons,
			(size_t)node->operand_count - 1, sizeof(*node->comparisons));
	if (operation_is(node, OPERATION_TEXT))
		node->string = arena_string(arena, node->string);
	return node;
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

void benchmark_find_inputs(struct benchmark *benchmark, struct arena *arena)
{
	struct inputs inputs = {NULL, 0, 0};

	expression_terms(benchmark->root, inputs_add, &inputs);
	benchmark->indicator_count = inputs.count;
	if (inputs.count > 0)
		benchmark->indicators = array_pack(arena, inputs.items,
			inputs.count, sizeof(*inputs.items));
	free(inputs.items);
}
