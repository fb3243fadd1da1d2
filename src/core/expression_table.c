/*
 * Every leaf, operator and function in one place. A new function is a row of
 * `functions` and one evaluator.
 */
#include "core/expression_internal.h"

#include <string.h>

const struct operation operations[OPERATION_COUNT] = {
	[OPERATION_NUMBER] = {
		.name = "number", .check = check_number, .measure = measure_number,
		.unit = unit_of_number },
	[OPERATION_PERIOD] = {
		.name = "date", .check = check_period, .measure = measure_date },
	[OPERATION_DURATION] = {
		.name = "duration", .check = check_duration,
		.measure = measure_duration },
	[OPERATION_TEXT] = { .name = "text", .check = check_text },
	[OPERATION_NAME] = { .name = "name", .check = check_name },
	[OPERATION_TERM] = { .name = "start..due", .check = check_term },
	[OPERATION_CALL] = { .name = "call", .check = check_call },

	[OPERATION_OR] = { .name = "or", .check = check_logic, .judge = judge_or },
	[OPERATION_AND] = { .name = "and", .check = check_logic, .judge = judge_and },
	[OPERATION_NOT] = { .name = "not", .check = check_logic, .judge = judge_not },
	[OPERATION_COMPARE] = {
		.name = "comparison", .check = check_compare, .judge = judge_compare,
		.unit = unit_of_alike },
	[OPERATION_ADD] = {
		.name = "+", .check = check_sum, .measure = measure_add,
		.unit = unit_of_alike },
	[OPERATION_SUBTRACT] = {
		.name = "-", .check = check_sum, .measure = measure_subtract,
		.unit = unit_of_alike },
	[OPERATION_MULTIPLY] = {
		.name = "*", .check = check_times, .measure = measure_multiply,
		.unit = unit_of_product },
	[OPERATION_DIVIDE] = {
		.name = "/", .check = check_over, .measure = measure_divide,
		.unit = unit_of_quotient },
	[OPERATION_NEGATE] = {
		.name = "-", .check = check_negate, .measure = measure_negate,
		.unit = unit_of_alike },

	[OPERATION_PATTERN] = { .name = "pattern" },
	[OPERATION_DOCUMENTS_COUNT] = {
		.name = "count", .measure = measure_documents,
		.explain = explain_documents, .takes = TAKES_DOCUMENTS },
	[OPERATION_STATUS] = {
		.name = "status", .judge = judge_status,
		.explain = explain_status },
};

const struct operation functions[] = {
	{
		.name = "sum", .check = check_reduction, .reduce = reduce_sum,
		.unit = unit_of_series,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 2, .allowed = 2, .accumulates = true,
		.settles = true,
		.signature = "sum(indicator, window)",
		.sentence = "the sum of the figures over a window; of a running "
			"total, what it grew by",
	}, {
		.name = "avg", .check = check_reduction, .reduce = reduce_average,
		.unit = unit_of_series,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 2, .allowed = 2, .settles = true,
		.signature = "avg(indicator, window)",
		.sentence = "the sum divided by the number of periods",
	}, {
		.name = "min", .check = check_reduction, .reduce = reduce_min,
		.unit = unit_of_series,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 2, .allowed = 2, .settles = true,
		.signature = "min(indicator, window)",
		.sentence = "the smallest figure of a window",
	}, {
		.name = "max", .check = check_reduction, .reduce = reduce_max,
		.unit = unit_of_series,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 2, .allowed = 2, .settles = true,
		.totals = true,
		.signature = "max(indicator, window)",
		.sentence = "the largest figure of a window",
	}, {
		.name = "count", .check = check_count, .reduce = reduce_count,
		.type = TYPE_NUMBER,
		.arguments = {TYPE_SERIES, TYPE_WINDOW, TYPE_TEXT},
		.required = 2, .allowed = 3, .accumulates = true,
		.settles = true, .takes = TAKES_EITHER,
		.signature = "count(indicator, window[, \"regex\"])",
		.sentence = "how many periods of a window have a figure; how many "
			"documents of a window match",
	}, {
		.name = "exists", .check = check_exists, .judge = judge_exists,
		.explain = explain_documents,
		.type = TYPE_TRUTH, .arguments = {TYPE_SERIES, TYPE_TEXT},
		.required = 1, .allowed = 2, .takes = TAKES_DOCUMENTS,
		.signature = "exists(documents[, \"regex\"])",
		.sentence = "whether there is a document, or one that matches",
	}, {
		.name = "attested", .check = check_attested,
		.judge = judge_attested, .explain = explain_attested,
		.required = 1, .allowed = 2,
		.signature = "attested(\"key\"[, n])",
		.sentence = "whether somebody has signed it off, or n different "
			"people have",
	}, {
		.name = "first", .check = check_reduction, .reduce = reduce_first,
		.unit = unit_of_series,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 2, .allowed = 2,
		.signature = "first(indicator, window)",
		.sentence = "the figure of the first period of a window",
	}, {
		.name = "last", .check = check_reduction, .reduce = reduce_last,
		.unit = unit_of_series,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 1, .allowed = 2, .totals = true,
		.signature = "last(indicator[, window])",
		.sentence = "the figure of the latest period ended, or of the last "
			"period of a window",
	}, {
		.name = "at", .check = check_reduction, .reduce = reduce_at,
		.unit = unit_of_series,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 2, .allowed = 2, .one_period = true,
		.settles = true, .totals = true,
		.signature = "at(indicator, period)",
		.sentence = "the figure of one period",
	}, {
		.name = "age", .check = check_reduction, .reduce = reduce_age,
		.type = TYPE_DURATION, .arguments = {TYPE_SERIES},
		.required = 1, .allowed = 1, .passes = true,
		.signature = "age(indicator)",
		.sentence = "the time since the last period with a figure ended",
	}, {
		.name = "change", .check = check_reduction, .reduce = reduce_change,
		.unit = unit_of_series,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 2, .allowed = 2, .looks_back = true,
		.signature = "change(indicator, length)",
		.sentence = "the figure of the latest period ended, less the one so "
			"far before it",
	}, {
		.name = "growth", .check = check_reduction, .reduce = reduce_growth,
		.type = TYPE_NUMBER, .arguments = {TYPE_SERIES, TYPE_WINDOW},
		.required = 2, .allowed = 2, .looks_back = true,
		.signature = "growth(indicator, length)",
		.sentence = "the change as a share of the earlier figure: 0.02 is two "
			"percent",
	}, {
		.name = "if", .check = check_if, .measure = measure_if,
		.judge = judge_if, .unit = unit_of_branches,
		.required = 3, .allowed = 3,
		.signature = "if(condition, a, b)",
		.sentence = "a where the condition is true, b where it is false",
	}, {
		.name = "abs", .check = check_absolute, .measure = measure_abs,
		.unit = unit_of_alike, .required = 1, .allowed = 1,
		.signature = "abs(a)",
		.sentence = "a without its sign",
	}, {
		.name = "least", .check = check_choice, .measure = measure_least,
		.unit = unit_of_alike, .required = 2, .allowed = ARGUMENTS_MANY,
		.signature = "least(a, b, ...)",
		.sentence = "the smallest of several values",
	}, {
		.name = "greatest", .check = check_choice, .measure = measure_greatest,
		.unit = unit_of_alike, .required = 2, .allowed = ARGUMENTS_MANY,
		.signature = "greatest(a, b, ...)",
		.sentence = "the largest of several values",
	}, {
		.name = "round", .check = check_round, .measure = measure_round,
		.unit = unit_of_alike, .required = 1, .allowed = 2,
		.signature = "round(a[, places])",
		.sentence = "a number rounded half to even, to so many places after "
			"the point",
	}, {
		.name = "at_least", .check = check_quorum, .judge = judge_quorum,
		.required = 2, .allowed = ARGUMENTS_MANY,
		.signature = "at_least(n, a, b, ...)",
		.sentence = "whether at least n of several truths hold",
	}, {
		.name = "met", .check = check_one, .judge = judge_met,
		.explain = explain_family,
		.type = TYPE_TRUTH, .required = 1, .allowed = 1,
		.asks_others = true,
		.signature = "met(\"pledge/milestone\")",
		.sentence = "whether another milestone is fulfilled, in time or "
			"late",
	}, {
		.name = "met_count", .check = check_family,
		.measure = measure_met_count, .explain = explain_family,
		.type = TYPE_NUMBER, .required = 1, .allowed = 1,
		.asks_others = true,
		.signature = "met_count(\"pattern\")",
		.sentence = "how many of the milestones that a pattern matches "
			"are fulfilled",
	}, {
		.name = "met_share", .check = check_family,
		.measure = measure_met_share, .explain = explain_family,
		.type = TYPE_NUMBER, .required = 1, .allowed = 1,
		.asks_others = true,
		.signature = "met_share(\"pattern\")",
		.sentence = "the share of them that is fulfilled, of those neither "
			"withdrawn, superseded nor waived",
	}, {
		.name = "status", .check = check_one,
		.type = TYPE_TEXT, .required = 1, .allowed = 1,
		.asks_others = true,
		.signature = "status(\"pledge/milestone\")",
		.sentence = "the decided status of another milestone, to be "
			"compared with a word",
	}, {
		.name = "within", .check = check_within, .judge = judge_within,
		.type = TYPE_TRUTH, .required = 3, .allowed = ARGUMENTS_MANY,
		.signature = "within(span, a, b, ...)",
		.sentence = "whether several truths came true within a span of "
			"time of each other",
	}, {
		.name = NULL
	},
};

#define FUNCTION_COUNT (sizeof(functions) / sizeof(functions[0]))

const struct infix infixes[SYMBOL_COUNT] = {
	[SYMBOL_OR] = {PRECEDENCE_OR, OPERATION_OR, 0},
	[SYMBOL_AND] = {PRECEDENCE_AND, OPERATION_AND, 0},
	[SYMBOL_LT] = {PRECEDENCE_COMPARE, OPERATION_COMPARE, COMPARE_LT},
	[SYMBOL_LE] = {PRECEDENCE_COMPARE, OPERATION_COMPARE, COMPARE_LE},
	[SYMBOL_EQ] = {PRECEDENCE_COMPARE, OPERATION_COMPARE, COMPARE_EQ},
	[SYMBOL_NE] = {PRECEDENCE_COMPARE, OPERATION_COMPARE, COMPARE_NE},
	[SYMBOL_GE] = {PRECEDENCE_COMPARE, OPERATION_COMPARE, COMPARE_GE},
	[SYMBOL_GT] = {PRECEDENCE_COMPARE, OPERATION_COMPARE, COMPARE_GT},
	[SYMBOL_PLUS] = {PRECEDENCE_SUM, OPERATION_ADD, 0},
	[SYMBOL_MINUS] = {PRECEDENCE_SUM, OPERATION_SUBTRACT, 0},
	[SYMBOL_TIMES] = {PRECEDENCE_PRODUCT, OPERATION_MULTIPLY, 0},
	[SYMBOL_OVER] = {PRECEDENCE_PRODUCT, OPERATION_DIVIDE, 0},
};

const char *operation_name(const struct operation *operation)
{
	return operation->name;
}

bool operation_is(const struct expression *node, enum operation_id id)
{
	return node->operation == &operations[id];
}

const struct operation *function_find(const char *name)
{
	for (const struct operation *row = functions; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

const char *const *function_names(void)
{
	static _Thread_local const char *names[FUNCTION_COUNT];

	for (size_t i = 0; i < FUNCTION_COUNT; i++)
		names[i] = functions[i].name;
	return names;
}

const struct function_help *expression_functions(void)
{
	static _Thread_local struct function_help help[FUNCTION_COUNT];

	for (size_t i = 0; i < FUNCTION_COUNT; i++)
		help[i] = (struct function_help){
			.name = functions[i].name,
			.signature = functions[i].signature,
			.sentence = functions[i].sentence,
		};
	return help;
}
