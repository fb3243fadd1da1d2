/*
 * Units: what is compared, added or chosen from is of one unit; products and
 * quotients multiply and divide units as they do numbers. A unit is read as
 * names joined by / and *, so that a price in USD/t times a quantity in t is in
 * USD. A number that is written fits any unit and changes none; a pure number
 * (unit "1") changes none either, but is not dollars. Of an indicator without a
 * unit nothing is known, so its figures fit like written numbers.
 */
#include "core/expression_internal.h"

#include <string.h>

#include "base/text.h"

/* false: it has too many. */
static bool unit_multiply(struct unit *unit, const char *name, size_t length, int power)
{
	struct unit_factor *factor = unit->factors;

	for (size_t i = 0; i < unit->count; i++, factor++) {
		if (factor->length != length || memcmp(factor->name, name, length) != 0)
			continue;
		factor->power += power;
		if (factor->power == 0)
			*factor = unit->factors[--unit->count];
		return true;
	}
	if (unit->count == UNIT_FACTORS_MAX)
		return false;
	*factor = (struct unit_factor){name, length, power};
	unit->count++;
	return true;
}

/* Times the other to a power of 1 or -1. */
static bool unit_join(struct unit *unit, const struct unit *other, int power)
{
	for (size_t i = 0; i < other->count; i++)
		if (!unit_multiply(unit, other->factors[i].name,
		    other->factors[i].length, power * other->factors[i].power))
			return false;
	unit->any = unit->any && other->any;
	return true;
}

static bool unit_read(const char *text, struct unit *out)
{
	int power = 1;

	*out = (struct unit){.any = false};
	for (;;) {
		size_t step, length;

		text += strspn(text, " ");
		length = step = strcspn(text, "/*");
		while (length > 0 && text[length - 1] == ' ')
			length--;
		if (length > 0 && !(length == 1 && *text == '1') &&
		    !unit_multiply(out, text, length, power))
			return false;
		if (text[step] == '\0')
			return true;
		power = text[step] == '/' ? -1 : 1;
		text += step + 1;
	}
}

static bool unit_same(const struct unit *a, const struct unit *b)
{
	struct unit quotient = *a;

	return a->count == b->count && unit_join(&quotient, b, -1) &&
		quotient.count == 0;
}

bool unit_equal(const char *a, const char *b)
{
	struct unit one, other;

	return unit_read(a, &one) && unit_read(b, &other) && unit_same(&one, &other);
}

/* Its names of positive powers, or of negative ones. */
static void unit_add_names(const struct unit *unit, bool positive, struct text *out)
{
	for (size_t i = 0; i < unit->count; i++) {
		const struct unit_factor *factor = &unit->factors[i];
		int times = positive ? factor->power : -factor->power;

		for (; times > 0; times--) {
			if (!positive)
				text_add_char(out, '/');
			else if (out->length > 0)
				text_add_char(out, '*');
			text_add(out, factor->name, factor->length);
		}
	}
}

const char *unit_string(const struct unit *unit, struct arena *arena)
{
	const struct unit_factor *only = unit->factors;
	struct text text;
	const char *copy;

	if (unit->any)
		return NULL;
	if (unit->count == 1 && only->power == 1 && only->name[only->length] == '\0')
		return only->name;	/* the end of an indicator's, which stays */
	text_init(&text, 0);
	unit_add_names(unit, true, &text);
	if (text.length == 0)
		text_add_char(&text, '1');
	unit_add_names(unit, false, &text);
	copy = arena_string(arena, text_string(&text));
	text_release(&text);
	return copy;
}

/* For a message. */
static const char *unit_said(struct compiler *compiler, const struct unit *unit)
{
	return unit->count == 0 ? "a pure number" :
		unit_string(unit, compiler->arena);
}

static bool fault_many(struct compiler *compiler, const struct expression *node)
{
	return node_fault(compiler, node, "of more than %d units", UNIT_FACTORS_MAX);
}

/* --- of nodes ------------------------------------------------------------------ */

static const struct unit unit_pure;

bool unit_of_number(struct compiler *compiler, const struct expression *node,
	struct unit *out)
{
	(void)compiler, (void)node;
	*out = (struct unit){.any = true};
	return true;
}

bool unit_of_series(struct compiler *compiler, const struct expression *node,
	struct unit *out)
{
	const char *unit = compiler->reg->indicators[node->indicator].unit;

	if (unit == NULL)
		return unit_of_number(compiler, node, out);
	return unit_read(unit, out) || fault_many(compiler, node);
}

static bool fault_unlike(struct compiler *compiler, const struct expression *node,
	const struct expression *stranger, const struct unit *unit,
	const struct unit *other)
{
	const char *said = unit_said(compiler, unit);
	const char *other_said = unit_said(compiler, other);

	if (operation_is(node, OPERATION_COMPARE))
		return node_fault(compiler, stranger, "%s cannot be compared with %s",
			said, other_said);
	return node_fault(compiler, stranger, "%s takes values of one unit, not of %s "
		"and %s", node->operation->name, said, other_said);
}

/* Operands from one on: all of the first unit that is told. */
static bool unit_agree(struct compiler *compiler, const struct expression *node,
	size_t from, struct unit *out)
{
	struct unit next;

	*out = (struct unit){.any = true};
	for (size_t i = from; i < node->operand_count; i++) {
		if (!expression_unit(compiler, node->operands[i], &next))
			return false;
		if (out->any)
			*out = next;
		else if (!next.any && !unit_same(out, &next))
			return fault_unlike(compiler, node, node->operands[i], out,
				&next);
	}
	return true;
}

bool unit_of_alike(struct compiler *compiler, const struct expression *node,
	struct unit *out)
{
	return unit_agree(compiler, node, 0, out);
}

bool unit_of_branches(struct compiler *compiler, const struct expression *node,
	struct unit *out)
{
	return expression_unit(compiler, node->operands[0], out) &&
		unit_agree(compiler, node, 1, out);
}

static bool unit_fold(struct compiler *compiler, const struct expression *node,
	int power, struct unit *out)
{
	struct unit next;

	if (!expression_unit(compiler, node->operands[0], out))
		return false;
	for (size_t i = 1; i < node->operand_count; i++) {
		if (!expression_unit(compiler, node->operands[i], &next))
			return false;
		if (!unit_join(out, &next, power))
			return fault_many(compiler, node);
	}
	return true;
}

bool unit_of_product(struct compiler *compiler, const struct expression *node,
	struct unit *out)
{
	return unit_fold(compiler, node, 1, out);
}

bool unit_of_quotient(struct compiler *compiler, const struct expression *node,
	struct unit *out)
{
	return unit_fold(compiler, node, -1, out);
}

/* Truths, dates and durations are held apart by their types. */
bool expression_unit(struct compiler *compiler, const struct expression *node,
	struct unit *out)
{
	if (node->operation->unit != NULL)
		return node->operation->unit(compiler, node, out);
	if (!expression_is_term(node))
		for (size_t i = 0; i < node->operand_count; i++)
			if (!expression_unit(compiler, node->operands[i], out))
				return false;
	*out = unit_pure;
	return true;
}
