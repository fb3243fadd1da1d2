/*
 * attested("key"): whether people have signed something off, of the milestone
 * in whose benchmark it stands.
 */
#include "core/explain.h"
#include "core/expression_internal.h"

bool expression_is_attested(const struct expression *expression)
{
	return expression->operation->judge == judge_attested;
}

/* The key stays in the node, and how many must say so as its operand. */
bool check_attested(struct compiler *compiler, struct expression *node)
{
	struct expression *key = node->operands[0];
	int people = 1;

	if (!operation_is(key, OPERATION_TEXT))
		return node_fault(compiler, key, "attested takes a text here: %s",
			node->operation->signature);
	if (!attestation_key_is_valid(key->string))
		return node_fault(compiler, key, "a key is letters, digits, '.', "
			"'-' and '_', at most %d of them", ATTESTATION_KEY_MAX);
	if (node->operand_count == 2 &&
	    (!expression_is_whole(node->operands[1], &people) || people < 1 ||
	    people > ATTESTATION_PEOPLE_MAX))
		return node_fault(compiler, node->operands[1], "how many people "
			"must say so is a whole number from 1 to %d",
			ATTESTATION_PEOPLE_MAX);
	node->string = arena_string(compiler->keep, key->string);
	node->operands++;
	node->operand_count--;
	return (node->operand_count == 0 ||
		expression_check(compiler, node->operands[0])) &&
		node_type(node, TYPE_TRUTH);
}

void milestone_statements(const struct milestone *milestone,
	struct history *history, struct statements *out)
{
	*out = (struct statements){.said = NULL};
	if (milestone == NULL)
		return;
	out->said = history_attestations(history, milestone->id);
	if (milestone->clauses == NULL)
		return;
	out->registered = milestone->clauses->attestations;
	out->registered_count = milestone->clauses->attestation_count;
}

static struct judgement unknown_because(enum unknown_reason reason)
{
	return (struct judgement){TRUTH_UNKNOWN, true, true, reason};
}

/* What lies ahead may bring any statement, and take any back. */
void judge_attested(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	const struct evaluation *evaluation = asking->evaluation;
	struct statements statements;
	struct attested attested;
	int people = 1;

	*out = unknown_because(UNKNOWN_UNATTESTED);
	if (evaluation->at > evaluation->now)
		return;
	milestone_statements(evaluation->milestone, evaluation->history,
		&statements);
	if (expression->operand_count > 0)
		expression_is_whole(expression->operands[0], &people);
	attested = statements_count(&statements, expression->string,
		evaluation->known, evaluation->zone, evaluation->at);
	if (attested.yes > 0 && attested.no > 0)
		*out = unknown_because(UNKNOWN_DISPUTED);
	else if (attested.no > 0)
		*out = judgement_of(false);
	else if (attested.yes >= (size_t)people)
		*out = judgement_of(true);
}

/* What each person's word is at the reference instant. */
void explain_attested(const struct expression *expression,
	struct explaining *explaining)
{
	const struct evaluation *evaluation = explaining_evaluation(explaining);
	const struct attestation *next;
	struct statements statements;
	struct statement_walk walk;

	milestone_statements(evaluation->milestone, evaluation->history,
		&statements);
	statements_walk(&walk, &statements, expression->string,
		evaluation->known);
	while ((next = statement_next(&walk)) != NULL)
		if (statements_word(&statements, next->key, next->by,
		    evaluation->known, evaluation->zone, evaluation->at) == next)
			explain_witness(explaining, &(struct witness){
				.kind = WITNESS_ATTESTATION, .id = next->by,
				.text = next->note,
				.url = *next->evidence != '\0' ?
					next->evidence : NULL,
				.at = attestation_dated(next, evaluation->zone),
				.truth = next->yes ? TRUTH_TRUE : TRUTH_FALSE});
}
