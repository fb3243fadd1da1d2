/*
 * witness: what functions add to their node that is no figure. It stands apart
 * from explain.c, which judges, so that functions do not.
 */
#include "base/mem.h"
#include "core/explaining.h"

const char *witness_kind_name(enum witness_kind kind)
{
	static const char *const names[] = {
		[WITNESS_MILESTONE] = "milestone",
		[WITNESS_DOCUMENT] = "document",
		[WITNESS_ATTESTATION] = "attestation",
	};

	return names[kind];
}

const struct evaluation *explaining_evaluation(
	const struct explaining *explaining)
{
	return explaining->evaluation;
}

void explain_witness(struct explaining *explaining,
	const struct witness *witness)
{
	struct explanation *out = explaining->out;
	struct explained_span *span = &explaining->node->witnesses;
	struct witness *copy;

	if (span->count == EXPLAIN_LISTED_MAX) {
		span->left_out++;
		return;
	}
	out->witnesses = mem_grow(out->witnesses, out->witness_count,
		&out->witness_capacity, sizeof *out->witnesses);
	copy = &out->witnesses[out->witness_count++];
	*copy = *witness;
	copy->id = arena_string(out->arena, witness->id);
	copy->text = arena_string(out->arena, witness->text);
	copy->url = arena_string(out->arena, witness->url);
	span->count++;
}
