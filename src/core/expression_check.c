/*
 * The checker: from a parsed tree to one that can be asked. Each operation has
 * a check that checks its operands first and then what it itself asks of them;
 * operands are checked to the last, so that one reading shows every unknown
 * name. Units are looked at when all else is good.
 */
#include "core/expression_internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Looking for the nearest of very many names takes time: after so many errors
   they are reported without. */
#define SUGGESTIONS_MAX 100

static const char *const type_names[] = {
	[TYPE_NUMBER] = "a number",
	[TYPE_TRUTH] = "a truth",
	[TYPE_DATE] = "a date",
	[TYPE_DURATION] = "a duration",
	[TYPE_TEXT] = "a text",
	[TYPE_WINDOW] = "a window",
	[TYPE_SERIES] = "an indicator",
};

/* "column 12", and the line before it when there are several. */
static void place_said(const struct compiler *compiler, uint32_t at, struct text *out)
{
	unsigned line = 1, column = 1;

	for (const char *c = compiler->text; c < compiler->text + at; column++) {
		if (*c == '\n') {
			line++;
			column = 0;
		}
		utf8_next(&c, compiler->text + compiler->length);
	}
	if (memchr(compiler->text, '\n', compiler->length) != NULL)
		text_addf(out, "line %u, ", line);
	text_addf(out, "column %u", column);
}

bool compiler_fault(struct compiler *compiler, uint32_t from, uint32_t to,
	const char *format, ...)
{
	struct text text;
	va_list arguments;

	text_init(&text, 0);
	place_said(compiler, from, &text);
	text_add_string(&text, ": ");
	va_start(arguments, format);
	text_addv(&text, format, arguments);
	va_end(arguments);
	faults_error(compiler->faults, compiler->origin, "%s: %s",
		compiler->key, text_string(&text));
	faults_excerpt(compiler->faults, compiler->text, from, to);
	text_release(&text);
	return false;
}

/* What is unknown, with the nearest of the known names if one is near. */
static bool fault_unknown(struct compiler *compiler, const struct expression *node,
	const char *what, const char *const *names)
{
	uint32_t to = node->from + (uint32_t)strlen(node->string);
	const char *nearest = string_nearest(node->string, names);

	if (nearest == NULL)
		return compiler_fault(compiler, node->from, to,
			"unknown %s %s", what, node->string);
	return compiler_fault(compiler, node->from, to,
		"unknown %s %s, did you mean %s?", what, node->string, nearest);
}

static bool fault_unknown_function(struct compiler *compiler,
	const struct expression *node)
{
	return fault_unknown(compiler, node, "function", function_names());
}

static bool fault_unknown_indicator(struct compiler *compiler,
	const struct expression *node)
{
	const struct register_ *reg = compiler->reg;
	bool many = compiler->faults->errors >= SUGGESTIONS_MAX;
	size_t count = many ? 0 : reg->indicator_count;
	const char **names = mem_new(count + 1, sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = reg->indicators[i].id;
	fault_unknown(compiler, node, "indicator", names);
	free(names);
	return false;
}

/* --- leaves ----------------------------------------------------------------- */

bool node_type(struct expression *node, enum expression_type type)
{
	node->type = (uint8_t)type;
	return true;
}

bool check_number(struct compiler *compiler, struct expression *node)
{
	(void)compiler;
	return node_type(node, TYPE_NUMBER);
}

bool check_text(struct compiler *compiler, struct expression *node)
{
	(void)compiler;
	return node_type(node, TYPE_TEXT);
}

bool check_period(struct compiler *compiler, struct expression *node)
{
	struct period period = node->window.period;
	const char *said = compiler_quote(compiler, node->from, node->to);

	if (period.frequency != FREQUENCY_DAY)
		return node_fault(compiler, node, "%s is a period and stands in "
			"functions only, as in sum(indicator, %s); a difference "
			"is written with spaces around the minus", said, said);
	node->date = period_first_day(period);
	return node_type(node, TYPE_DATE);
}

bool check_duration(struct compiler *compiler, struct expression *node)
{
	if (node->duration.unit == DURATION_WORKDAY)
		return node_fault(compiler, node, "working days have no fixed length");
	return node_type(node, TYPE_DURATION);
}

bool check_name(struct compiler *compiler, struct expression *node)
{
	const struct operation *function = function_find(node->string);

	if (register_indicator(compiler->reg, node->string) != NOT_FOUND)
		return node_fault(compiler, node, "%s is an indicator; which of its "
			"figures is meant? For the latest: last(%s)",
			node->string, node->string);
	if (function != NULL)
		return node_fault(compiler, node, "%s is a function: %s",
			node->string, function->signature);
	if (strcmp(node->string, "ytd") == 0)
		return node_fault(compiler, node, "ytd is a window and stands in "
			"functions only, as in sum(indicator, ytd)");
	if (strcmp(node->string, "period") == 0)
		return node_fault(compiler, node, "period is a window and stands "
			"in functions only, as in sum(indicator, period)");
	return fault_unknown_indicator(compiler, node);
}

bool check_term(struct compiler *compiler, struct expression *node)
{
	return node_fault(compiler, node, "start..due is a window and stands in "
		"functions only, as in sum(indicator, start..due)");
}

/* --- operators ---------------------------------------------------------------- */

bool check_operands(struct compiler *compiler, struct expression *node)
{
	bool good = true;

	for (size_t i = 0; i < node->operand_count; i++)
		good = expression_check(compiler, node->operands[i]) && good;
	return good;
}

/* The first operand that is not of a type; NULL: all are. */
static struct expression *operand_unlike(const struct expression *node,
	enum expression_type type)
{
	for (size_t i = 0; i < node->operand_count; i++)
		if (node->operands[i]->type != type)
			return node->operands[i];
	return NULL;
}

bool check_logic(struct compiler *compiler, struct expression *node)
{
	const struct expression *stranger;

	if (!check_operands(compiler, node))
		return false;
	stranger = operand_unlike(node, TYPE_TRUTH);
	if (stranger != NULL)
		return node_fault(compiler, stranger,
			"%s joins truths such as comparisons, and this is %s",
			node->operation->name, type_names[stranger->type]);
	return node_type(node, TYPE_TRUTH);
}

/* Which way a comparison goes: == goes along with either, != with none. */
static const int comparison_way[] = {
	[COMPARE_LT] = -1, [COMPARE_LE] = -1, [COMPARE_EQ] = 0,
	[COMPARE_GE] = 1, [COMPARE_GT] = 1, [COMPARE_NE] = 2,
};

static bool check_chain(struct compiler *compiler, const struct expression *node)
{
	int way = 0;

	if (node->operand_count == 2)
		return true;
	for (size_t i = 0; i + 1 < node->operand_count; i++) {
		int next = comparison_way[node->comparisons[i]];

		if (next == 2)
			return node_fault(compiler, node, "!= cannot stand in a chain "
				"of comparisons; join them by and");
		if (way != 0 && next != 0 && next != way)
			return node_fault(compiler, node, "a chain of comparisons "
				"goes one way, as in 0 <= x <= 3");
		way = way != 0 ? way : next;
	}
	return true;
}

static bool type_is_ordered(enum expression_type type)
{
	return type == TYPE_NUMBER || type == TYPE_DATE || type == TYPE_DURATION;
}

bool check_compare(struct compiler *compiler, struct expression *node)
{
	const struct expression *first = node->operands[0];
	const struct expression *stranger;

	if (!check_operands(compiler, node))
		return false;
	if (first->type == TYPE_TEXT || node->operands[1]->type == TYPE_TEXT)
		return check_status_word(compiler, node);
	if (!type_is_ordered(first->type))
		return node_fault(compiler, first, "%s cannot be compared",
			type_names[first->type]);
	stranger = operand_unlike(node, first->type);
	if (stranger != NULL)
		return node_fault(compiler, stranger,
			"%s cannot be compared with %s",
			type_names[first->type], type_names[stranger->type]);
	return check_chain(compiler, node) && node_type(node, TYPE_TRUTH);
}

static bool fault_operand(struct compiler *compiler, const struct expression *node,
	const struct expression *operand)
{
	return node_fault(compiler, operand, "%s does not go with %s here",
		type_names[operand->type], node->operation->name);
}

static bool type_is_measure(enum expression_type type)
{
	return type == TYPE_NUMBER || type == TYPE_DURATION;
}

/* + and -: numbers, or durations. */
bool check_sum(struct compiler *compiler, struct expression *node)
{
	const struct expression *first = node->operands[0];
	const struct expression *stranger;

	if (!check_operands(compiler, node))
		return false;
	stranger = first;
	if (type_is_measure(first->type))
		stranger = operand_unlike(node, first->type);
	if (stranger != NULL)
		return fault_operand(compiler, node, stranger);
	return node_type(node, first->type);
}

/* Numbers, and at most one duration among them. */
bool check_times(struct compiler *compiler, struct expression *node)
{
	enum expression_type type = TYPE_NUMBER;

	if (!check_operands(compiler, node))
		return false;
	for (size_t i = 0; i < node->operand_count; i++) {
		const struct expression *operand = node->operands[i];

		if (operand->type == TYPE_NUMBER)
			continue;
		if (operand->type != TYPE_DURATION || type == TYPE_DURATION)
			return fault_operand(compiler, node, operand);
		type = TYPE_DURATION;
	}
	return node_type(node, type);
}

/* A number or a duration by numbers, or a duration by a duration. */
bool check_over(struct compiler *compiler, struct expression *node)
{
	enum expression_type type;

	if (!check_operands(compiler, node))
		return false;
	type = node->operands[0]->type;
	if (!type_is_measure(type))
		return fault_operand(compiler, node, node->operands[0]);
	for (size_t i = 1; i < node->operand_count; i++) {
		const struct expression *operand = node->operands[i];

		if (operand->type == TYPE_NUMBER)
			continue;
		if (operand->type != TYPE_DURATION || type != TYPE_DURATION)
			return fault_operand(compiler, node, operand);
		type = TYPE_NUMBER;
	}
	return node_type(node, type);
}

bool check_negate(struct compiler *compiler, struct expression *node)
{
	if (!check_operands(compiler, node))
		return false;
	if (!type_is_measure(node->operands[0]->type))
		return fault_operand(compiler, node, node->operands[0]);
	return node_type(node, node->operands[0]->type);
}

/* --- calls ------------------------------------------------------------------ */

static bool check_kind(struct compiler *compiler, const struct expression *call,
	const struct expression *argument)
{
	const struct indicator *indicator =
		&compiler->reg->indicators[call->indicator];
	enum takes takes = call->operation->takes;
	bool documents = indicator->kind == INDICATOR_DOCUMENTS;

	if (takes == TAKES_EITHER || (takes == TAKES_DOCUMENTS) == documents)
		return true;
	return node_fault(compiler, argument, documents ?
		"%s is over figures, and %s is one of documents: see count and "
		"exists" :
		"%s is over documents, and %s is one of figures (kind = "
		"\"documents\" makes it one of documents)",
		call->operation->name, indicator->id);
}

static bool check_series(struct compiler *compiler, struct expression *call,
	struct expression *argument)
{
	if (!operation_is(argument, OPERATION_NAME))
		return node_fault(compiler, argument, "%s takes an indicator here: %s",
			call->operation->name, call->operation->signature);
	argument->type = TYPE_SERIES;
	call->indicator = register_indicator(compiler->reg, argument->string);
	if (call->indicator == NOT_FOUND)
		return fault_unknown_indicator(compiler, argument);
	return check_kind(compiler, call, argument);
}

/* A bare year is read as a number until a window is wanted. */
static bool window_from_year(struct compiler *compiler,
	const struct expression *argument, struct window *window)
{
	return operation_is(argument, OPERATION_NUMBER) &&
		argument->to - argument->from == 4 &&
		period_parse(compiler->text + argument->from, 4, &window->period);
}

/* The word period: that of the instance of a recurring milestone. */
static bool name_is_period(const struct expression *argument)
{
	return operation_is(argument, OPERATION_NAME) &&
		strcmp(argument->string, "period") == 0;
}

/* NULL: there is none here. */
static const struct period *compiler_period(const struct compiler *compiler)
{
	const struct instance *instance = compiler->reg->instance;

	return instance == NULL || instance->recurrence->unit == FREQUENCY_NONE ?
		NULL : &instance->period;
}

static bool fault_no_period(struct compiler *compiler,
	const struct expression *argument)
{
	return node_fault(compiler, argument, compiler->reg->instance == NULL ?
		"period is that of a recurring milestone, with every = "
		"\"quarter\" or another unit, and this one comes once" :
		"a rule has no periods: from one day to the next it is "
		"start..due");
}

static bool window_read(struct compiler *compiler,
	const struct expression *argument, struct window *window)
{
	*window = (struct window){.kind = WINDOW_NONE};
	if (window_from_year(compiler, argument, window)) {
		window->kind = WINDOW_PERIOD;
	} else if (operation_is(argument, OPERATION_PERIOD)) {
		window->kind = WINDOW_PERIOD;
		window->period = argument->window.period;
	} else if (operation_is(argument, OPERATION_DURATION)) {
		window->kind = WINDOW_TRAILING;
		window->duration = argument->duration;
	} else if (operation_is(argument, OPERATION_TERM)) {
		window->kind = WINDOW_TERM;
	} else if (operation_is(argument, OPERATION_NAME) &&
	    strcmp(argument->string, "ytd") == 0) {
		window->kind = WINDOW_YEAR_TO_DATE;
	} else if (name_is_period(argument) &&
	    compiler_period(compiler) != NULL) {
		window->kind = WINDOW_PERIOD;
		window->period = *compiler_period(compiler);
	}
	return window->kind != WINDOW_NONE;
}

static bool check_window(struct compiler *compiler, struct expression *call,
	struct expression *argument)
{
	struct window window;

	if (!window_read(compiler, argument, &window) &&
	    name_is_period(argument))
		return fault_no_period(compiler, argument);
	if (window.kind == WINDOW_NONE)
		return node_fault(compiler, argument, "a window is needed here: a period "
			"(2020, 2020-Q3, 2020-07), 12mo, ytd or start..due");
	if (call->operation->one_period && window.kind != WINDOW_PERIOD)
		return node_fault(compiler, argument, "%s takes a period here: %s",
			call->operation->name, call->operation->signature);
	if (call->operation->looks_back && window.kind != WINDOW_TRAILING)
		return node_fault(compiler, argument, "%s takes a length of time "
			"here, as in %s(x, 12mo)", call->operation->name,
			call->operation->name);
	if (window.kind == WINDOW_TRAILING &&
	    window.duration.unit == DURATION_WORKDAY)
		return node_fault(compiler, argument,
			"a window is not counted in working days");
	if (window.kind == WINDOW_TRAILING && window.duration.count == 0)
		return node_fault(compiler, argument, "a window has a length");
	argument->type = TYPE_WINDOW;
	call->window = window;
	return true;
}

static bool check_argument(struct compiler *compiler, struct expression *call, size_t i)
{
	struct expression *argument = call->operands[i];
	enum expression_type wanted = call->operation->arguments[i];

	if (wanted == TYPE_SERIES)
		return check_series(compiler, call, argument);
	if (wanted == TYPE_WINDOW)
		return check_window(compiler, call, argument);
	if (!expression_check(compiler, argument))
		return false;
	if (argument->type == wanted)
		return true;
	return node_fault(compiler, argument, "%s takes %s here, not %s: %s",
		call->operation->name, type_names[wanted],
		type_names[argument->type], call->operation->signature);
}

static bool check_arity(struct compiler *compiler, const struct expression *call)
{
	const struct operation *function = call->operation;
	size_t given = call->operand_count;
	bool many = function->allowed == ARGUMENTS_MANY;

	if (given >= function->required && (many || given <= function->allowed))
		return true;
	if (many)
		return node_fault(compiler, call, "%s takes %u arguments or more, "
			"not %zu", function->signature, function->required, given);
	if (function->required == function->allowed)
		return node_fault(compiler, call, "%s takes %u argument%s, not %zu",
			function->signature, function->required,
			function->required == 1 ? "" : "s", given);
	return node_fault(compiler, call, "%s takes %u to %u arguments, not %zu",
		function->signature, function->required, function->allowed, given);
}

/* The series and the window of a call, each good, must also fit together. */
static bool check_fit(struct compiler *compiler, struct expression *call)
{
	const struct indicator *indicator;
	const struct expression *window;

	if (call->indicator == NOT_FOUND || call->window.kind == WINDOW_NONE)
		return true;
	indicator = &compiler->reg->indicators[call->indicator];
	window = call->operands[1];
	if (call->operation->one_period) {
		if (window_one_period(indicator, call->window.period,
		    &call->window.period))
			return true;
	} else if (window_fits(&call->window, indicator)) {
		return true;
	}
	return node_fault(compiler, window, "%s is given by %s, and %s is not %s",
		indicator->id, frequency_name(indicator->frequency),
		compiler_quote(compiler, window->from, window->to),
		call->operation->one_period ? "one of them" : "a whole number of them");
}

/* A function over a series. */
bool check_reduction(struct compiler *compiler, struct expression *node)
{
	bool good = true;

	for (size_t i = 0; i < node->operand_count; i++)
		good = check_argument(compiler, node, i) && good;
	return good && check_fit(compiler, node) &&
		node_type(node, node->operation->type);
}

static bool fault_argument(struct compiler *compiler, const struct expression *call,
	const struct expression *argument, const char *wanted)
{
	return node_fault(compiler, argument, "%s takes %s, and this is %s",
		call->operation->name, wanted, type_names[argument->type]);
}

/* Arguments from one on: all of the type of that one, which becomes the call's. */
static bool check_alike(struct compiler *compiler, struct expression *call, size_t from)
{
	const struct expression *first = call->operands[from];

	for (size_t i = from + 1; i < call->operand_count; i++)
		if (call->operands[i]->type != first->type)
			return node_fault(compiler, call->operands[i], "%s takes "
				"values of one type, not %s and %s",
				call->operation->name, type_names[first->type],
				type_names[call->operands[i]->type]);
	return node_type(call, first->type);
}

bool check_absolute(struct compiler *compiler, struct expression *node)
{
	const struct expression *operand = node->operands[0];

	if (!check_operands(compiler, node))
		return false;
	if (!type_is_measure(operand->type))
		return fault_argument(compiler, node, operand, "a number or a duration");
	return node_type(node, operand->type);
}

bool check_choice(struct compiler *compiler, struct expression *node)
{
	if (!check_operands(compiler, node))
		return false;
	if (!type_is_ordered(node->operands[0]->type))
		return fault_argument(compiler, node, node->operands[0],
			"numbers, dates or durations");
	return check_alike(compiler, node, 0);
}

bool check_if(struct compiler *compiler, struct expression *node)
{
	const struct expression *condition = node->operands[0];
	const struct expression *branch = node->operands[1];

	if (!check_operands(compiler, node))
		return false;
	if (condition->type != TYPE_TRUTH)
		return fault_argument(compiler, node, condition,
			"a truth such as a comparison first");
	if (!type_is_ordered(branch->type) && branch->type != TYPE_TRUTH)
		return fault_argument(compiler, node, branch,
			"numbers, dates, durations or truths");
	return check_alike(compiler, node, 1);
}

#define WHOLE_MAX 9999

bool expression_is_whole(const struct expression *node, int *out)
{
	bool negative = operation_is(node, OPERATION_NEGATE);
	struct decimal number;

	if (negative)
		node = node->operands[0];
	if (!operation_is(node, OPERATION_NUMBER))
		return false;
	number = decimal_normal(node->number);
	if (decimal_places(number) > 0 ||
	    decimal_compare(number, decimal_from_int(WHOLE_MAX)) > 0)
		return false;
	*out = (int)decimal_to_double(number);
	*out = negative ? -*out : *out;
	return true;
}

#define PLACES_MAX 38		/* the digits of a number */

bool check_round(struct compiler *compiler, struct expression *node)
{
	const struct expression *operand = node->operands[0];
	int places = 0;

	if (!check_operands(compiler, node))
		return false;
	if (operand->type != TYPE_NUMBER)
		return fault_argument(compiler, node, operand, "a number");
	if (node->operand_count == 2 &&
	    (!expression_is_whole(node->operands[1], &places) ||
	    places > PLACES_MAX || places < -PLACES_MAX))
		return node_fault(compiler, node->operands[1], "the places to round "
			"to are a whole number from -%d to %d", PLACES_MAX, PLACES_MAX);
	return node_type(node, TYPE_NUMBER);
}

bool check_quorum(struct compiler *compiler, struct expression *node)
{
	size_t truths = (size_t)node->operand_count - 1;
	int needed;

	if (!check_operands(compiler, node))
		return false;
	if (!expression_is_whole(node->operands[0], &needed) || needed < 1 ||
	    (size_t)needed > truths)
		return node_fault(compiler, node->operands[0], "how many of them must "
			"hold is a whole number from 1 to %zu here", truths);
	for (size_t i = 1; i <= truths; i++)
		if (node->operands[i]->type != TYPE_TRUTH)
			return fault_argument(compiler, node, node->operands[i],
				"truths such as comparisons");
	return node_type(node, TYPE_TRUTH);
}

bool check_call(struct compiler *compiler, struct expression *node)
{
	const struct operation *function = function_find(node->string);

	if (function == NULL)
		return fault_unknown_function(compiler, node);
	node->operation = function;
	node->indicator = NOT_FOUND;	/* its name is done with */
	node->window = (struct window){.kind = WINDOW_NONE};
	return check_arity(compiler, node) && function->check(compiler, node);
}

bool expression_check(struct compiler *compiler, struct expression *node)
{
	return node->operation->check(compiler, node);
}

/* --- the whole ---------------------------------------------------------------- */

static bool expression_passes(const struct expression *node)
{
	if (node->operation->passes)
		return true;
	for (size_t i = 0; i < node->operand_count; i++)
		if (node->operands[i]->type != TYPE_WINDOW &&
		    expression_passes(node->operands[i]))
			return true;
	return false;
}

static bool expression_counts(const struct expression *node)
{
	if (node->operation->judge == judge_quorum)
		return true;
	for (size_t i = 0; i < node->operand_count; i++)
		if (expression_counts(node->operands[i]))
			return true;
	return false;
}

static struct benchmark *benchmark_new(struct compiler *compiler,
	struct expression *root, const struct unit *unit, struct arena *arena)
{
	struct benchmark *benchmark = arena_alloc(arena, 1, sizeof(*benchmark));

	benchmark->text = compiler->text;
	benchmark->uses_age = expression_passes(root);
	benchmark->uses_documents = expression_has(root,
		expression_is_of_documents);
	benchmark->uses_people = expression_has(root, expression_is_attested);
	benchmark->root = expression_pack(root, compiler->reg->pool, arena);
	benchmark->has_quorum = expression_counts(benchmark->root);
	benchmark_find_inputs(benchmark, arena);
	benchmark_find_sides(benchmark);
	if (benchmark->actual != NULL || root->type == TYPE_NUMBER)
		benchmark->unit = unit_string(unit, arena);
	return benchmark;
}

static bool check_root(struct compiler *compiler, struct expression *root,
	enum expression_type type)
{
	if (!expression_check(compiler, root))
		return false;
	if (root->type == type)
		return true;
	if (type == TYPE_TRUTH)
		return node_fault(compiler, root, "this is %s; a benchmark says what "
			"must be true of it, as in last(x) >= 1", type_names[root->type]);
	return node_fault(compiler, root, "this is %s, not %s",
		type_names[root->type], type_names[type]);
}

/* Well-formed and of a size to be read at all. */
static bool check_text_fit(struct compiler *compiler, size_t length)
{
	const char *fault = NULL;

	if (length > EXPRESSION_LENGTH_MAX)
		fault = "longer than 16384 bytes";
	else if (!utf8_is_valid(compiler->text, length))
		fault = "not UTF-8";
	else if (strspn(compiler->text, " \t\r\n") == length)
		fault = "empty";
	if (fault != NULL)
		faults_error(compiler->faults, compiler->origin, "%s: %s",
			compiler->key, fault);
	return fault == NULL;
}

/* The scaffolding of reading and checking goes; the tree is packed. */
struct benchmark *benchmark_compile(struct arena *arena,
	const struct register_ *reg, const char *text,
	enum expression_type type, struct origin origin, const char *key,
	struct faults *faults)
{
	struct compiler compiler = {
		.keep = arena, .reg = reg, .text = text, .length = (uint32_t)strlen(text),
		.origin = origin, .key = key, .faults = faults,
	};
	struct benchmark *benchmark = NULL;
	struct expression *root;
	struct unit unit;

	if (!check_text_fit(&compiler, strlen(text)))
		return NULL;
	compiler.arena = arena_new();
	root = compiler_parse(&compiler);
	if (root != NULL && check_root(&compiler, root, type) &&
	    expression_unit(&compiler, root, &unit))
		benchmark = benchmark_new(&compiler, root, &unit, arena);
	arena_free(compiler.arena);
	return benchmark;
}
