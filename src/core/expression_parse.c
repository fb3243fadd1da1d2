/*
 * A Pratt parser. Operators of one kind in a row become one node of many
 * operands, so that a sum of a hundred terms is no deeper than one of two;
 * depth is bounded for the evaluator's sake, which recurses.
 */
#include "core/expression_internal.h"

#include <string.h>

static struct expression *parse_from(struct compiler *compiler, enum precedence least);

static bool symbol_is_ahead(const struct compiler *compiler, enum symbol symbol)
{
	return compiler->token.kind == TOKEN_SYMBOL && compiler->token.symbol == symbol;
}

/* What stands ahead, as said in a message. */
static const char *token_said(struct compiler *compiler)
{
	const struct token *token = &compiler->token;

	if (token->kind == TOKEN_END)
		return "the end";
	return compiler_quote(compiler, token->from, token->to);
}

static void *fault_at_token(struct compiler *compiler, const char *expected)
{
	compiler_fault(compiler, compiler->token.from, compiler->token.to,
		"%s expected, not %s", expected, token_said(compiler));
	return NULL;
}

static bool expect(struct compiler *compiler, enum symbol symbol, const char *said)
{
	if (symbol_is_ahead(compiler, symbol))
		return compiler_lex(compiler);
	fault_at_token(compiler, said);
	return false;
}

/* --- nodes ------------------------------------------------------------------ */

static struct expression *node_new(struct compiler *compiler, enum operation_id id,
	uint32_t from, uint32_t to)
{
	struct expression *node;

	if (++compiler->nodes > EXPRESSION_NODES_MAX) {
		compiler_fault(compiler, from, to,
			"more than %d terms", EXPRESSION_NODES_MAX);
		return NULL;
	}
	node = arena_alloc(compiler->arena, 1, sizeof(*node));
	node->operation = &operations[id];
	node->from = from;
	node->to = to;
	node->depth = 1;
	return node;
}

/* Room for one more in an array of the arena: doubled at powers of two. */
static void *array_grow(struct compiler *compiler, void *array, size_t count, size_t size)
{
	void *larger;

	if (count != 0 && (count & (count - 1)) != 0)
		return array;
	larger = arena_alloc(compiler->arena, count == 0 ? 1 : count * 2, size);
	if (count > 0)
		memcpy(larger, array, count * size);
	return larger;
}

static bool node_add(struct compiler *compiler, struct expression *node,
	struct expression *operand)
{
	node->operands = array_grow(compiler, node->operands, node->operand_count,
		sizeof(struct expression *));
	node->operands[node->operand_count++] = operand;
	if (operand->from < node->from)
		node->from = operand->from;
	if (operand->to > node->to)
		node->to = operand->to;
	if (operand->depth >= node->depth)
		node->depth = (uint8_t)(operand->depth + 1);
	if (node->depth > EXPRESSION_DEPTH_MAX)
		return node_fault(compiler, node, "nested deeper than %d",
			EXPRESSION_DEPTH_MAX);
	return true;
}

static void node_compare_by(struct compiler *compiler, struct expression *node,
	enum comparison comparison)
{
	size_t count = node->operand_count - 1;

	node->comparisons = array_grow(compiler, node->comparisons, count,
		sizeof(*node->comparisons));
	node->comparisons[count] = comparison;
}

/* --- leaves ----------------------------------------------------------------- */

static const enum operation_id leaf_operations[] = {
	[TOKEN_NUMBER] = OPERATION_NUMBER,
	[TOKEN_PERIOD] = OPERATION_PERIOD,
	[TOKEN_DURATION] = OPERATION_DURATION,
	[TOKEN_TEXT] = OPERATION_TEXT,
	[TOKEN_NAME] = OPERATION_NAME,
};

static struct expression *parse_leaf(struct compiler *compiler)
{
	const struct token *token = &compiler->token;
	struct expression *node = node_new(compiler, leaf_operations[token->kind],
		token->from, token->to);

	if (node == NULL)
		return NULL;
	if (token->kind == TOKEN_NUMBER)
		node->number = token->number;
	else if (token->kind == TOKEN_DURATION)
		node->duration = token->duration;
	else if (token->kind == TOKEN_PERIOD)
		node->window.period = token->period;
	else
		node->string = token->string;
	return compiler_lex(compiler) ? node : NULL;
}

/* start..due: the name is read, the dots are ahead. */
static struct expression *parse_term(struct compiler *compiler, struct expression *name)
{
	if (!compiler_lex(compiler))
		return NULL;
	if (strcmp(name->string, "start") != 0 ||
	    compiler->token.kind != TOKEN_NAME ||
	    strcmp(compiler->token.string, "due") != 0) {
		compiler_fault(compiler, name->from, compiler->token.to,
			"the only range is start..due");
		return NULL;
	}
	name->operation = &operations[OPERATION_TERM];
	name->to = compiler->token.to;
	return compiler_lex(compiler) ? name : NULL;
}

/* The arguments of a call, up to its closing parenthesis. */
static bool parse_arguments(struct compiler *compiler, struct expression *call)
{
	if (symbol_is_ahead(compiler, SYMBOL_CLOSE))
		return true;
	for (;;) {
		struct expression *argument = parse_from(compiler, PRECEDENCE_NONE);

		if (argument == NULL || !node_add(compiler, call, argument))
			return false;
		if (!symbol_is_ahead(compiler, SYMBOL_COMMA))
			return true;
		if (!compiler_lex(compiler))
			return false;
	}
}

/* A name is read, its parenthesis is ahead. */
static struct expression *parse_call(struct compiler *compiler, struct expression *name)
{
	name->operation = &operations[OPERATION_CALL];
	if (!compiler_lex(compiler) || !parse_arguments(compiler, name))
		return NULL;
	if (symbol_is_ahead(compiler, SYMBOL_RANGE)) {
		compiler_fault(compiler, compiler->token.from, compiler->token.to,
			"a fixed window is one period, and the only range "
			"start..due: join several windows, as by +");
		return NULL;
	}
	if (!symbol_is_ahead(compiler, SYMBOL_CLOSE))
		return fault_at_token(compiler, ", or )");
	name->to = compiler->token.to;
	return compiler_lex(compiler) ? name : NULL;
}

static struct expression *parse_group(struct compiler *compiler)
{
	uint32_t from = compiler->token.from;
	struct expression *inner;

	if (!compiler_lex(compiler))
		return NULL;
	inner = parse_from(compiler, PRECEDENCE_NONE);
	if (inner == NULL)
		return NULL;
	inner->from = from;
	inner->to = compiler->token.to;
	return expect(compiler, SYMBOL_CLOSE, ")") ? inner : NULL;
}

static struct expression *parse_prefix(struct compiler *compiler,
	enum operation_id operation, enum precedence precedence)
{
	struct expression *node = node_new(compiler, operation,
		compiler->token.from, compiler->token.to);
	struct expression *operand;

	if (node == NULL || !compiler_lex(compiler))
		return NULL;
	operand = parse_from(compiler, precedence);
	if (operand == NULL || !node_add(compiler, node, operand))
		return NULL;
	return node;
}

static struct expression *parse_name(struct compiler *compiler)
{
	struct expression *name = parse_leaf(compiler);

	if (name == NULL)
		return NULL;
	if (symbol_is_ahead(compiler, SYMBOL_OPEN))
		return parse_call(compiler, name);
	if (symbol_is_ahead(compiler, SYMBOL_RANGE))
		return parse_term(compiler, name);
	return name;
}

static struct expression *parse_value(struct compiler *compiler, enum precedence least)
{
	if (compiler->token.kind == TOKEN_NAME)
		return parse_name(compiler);
	if (compiler->token.kind != TOKEN_SYMBOL && compiler->token.kind != TOKEN_END)
		return parse_leaf(compiler);
	if (symbol_is_ahead(compiler, SYMBOL_OPEN))
		return parse_group(compiler);
	if (symbol_is_ahead(compiler, SYMBOL_MINUS))
		return parse_prefix(compiler, OPERATION_NEGATE, PRECEDENCE_UNARY);
	if (!symbol_is_ahead(compiler, SYMBOL_NOT))
		return fault_at_token(compiler, "a value");
	if (least > PRECEDENCE_NOT)
		return fault_at_token(compiler, "a value or a parenthesis");
	return parse_prefix(compiler, OPERATION_NOT, PRECEDENCE_NOT);
}

static struct expression *parse_primary(struct compiler *compiler, enum precedence least)
{
	struct expression *node;

	if (++compiler->nesting > EXPRESSION_DEPTH_MAX) {
		compiler_fault(compiler, compiler->token.from, compiler->token.to,
			"nested deeper than %d", EXPRESSION_DEPTH_MAX);
		return NULL;
	}
	node = parse_value(compiler, least);
	compiler->nesting--;
	return node;
}

/* --- operators ---------------------------------------------------------------- */

static const struct infix *infix_ahead(const struct compiler *compiler)
{
	static const struct infix none = {.precedence = PRECEDENCE_NONE};

	if (compiler->token.kind != TOKEN_SYMBOL)
		return &none;
	return &infixes[compiler->token.symbol];
}

/*
 * left is read, an infix is ahead. grown: the node this loop made last, which
 * takes on further operands of the same operation.
 */
static struct expression *parse_infix(struct compiler *compiler,
	struct expression *left, struct expression *grown)
{
	const struct infix *infix = infix_ahead(compiler);
	struct expression *node = left;
	struct expression *right;

	if (left != grown || left->operation != &operations[infix->operation]) {
		node = node_new(compiler, infix->operation, left->from, left->to);
		if (node == NULL || !node_add(compiler, node, left))
			return NULL;
	}
	if (infix->operation == OPERATION_COMPARE)
		node_compare_by(compiler, node, infix->comparison);
	if (!compiler_lex(compiler))
		return NULL;
	right = parse_from(compiler, infix->precedence + 1);
	if (right == NULL || !node_add(compiler, node, right))
		return NULL;
	return node;
}

/* An expression of operators that bind at least so tightly. */
static struct expression *parse_from(struct compiler *compiler, enum precedence least)
{
	struct expression *grown = NULL;
	struct expression *left = parse_primary(compiler, least);

	while (left != NULL && infix_ahead(compiler)->precedence != PRECEDENCE_NONE &&
	    infix_ahead(compiler)->precedence >= least)
		left = grown = parse_infix(compiler, left, grown);
	return left;
}

struct expression *compiler_parse(struct compiler *compiler)
{
	struct expression *root;

	if (!compiler_lex(compiler))
		return NULL;
	root = parse_from(compiler, PRECEDENCE_NONE);
	if (root != NULL && compiler->token.kind != TOKEN_END)
		return fault_at_token(compiler, "an operator or the end");
	return root;
}
