/*
 * What the files of expression share and nobody else sees: tokens, the
 * compiler's state, the rows of operations, and views of a window.
 *
 *	expression_lex.c     text → tokens
 *	expression_parse.c   tokens → tree (names still strings)
 *	expression_check.c   names → indices, types, windows that fit
 *	expression_unit.c    units that fit
 *	expression_pack.c    a checked tree without what only reading it took
 *	expression_table.c   one row for each operator and function
 *	expression_view.c    a window of a series at a reference instant
 *	expression_total.c   running totals within a year
 *	expression_reduce.c  one evaluator for each function
 *	expression_eval.c    the operators' evaluators, and the entry points
 *	expression_choice.c  those of functions over values and truths
 *	expression_documents.c  those of functions over documents, and checks
 *	expression_attested.c   that of what people say, and its check
 *	expression_family.c  those of functions over other milestones
 *	expression_reach.c   how far windows reach: moving side, data through
 *	windows.c            what the terms of a tree rest on
 *	explain.c            what each node gave, and why
 */
#ifndef PLEDGED_CORE_EXPRESSION_INTERNAL_H
#define PLEDGED_CORE_EXPRESSION_INTERNAL_H

#include "core/expression.h"
#include "core/pattern.h"
#include "core/register.h"

/* --- tokens ------------------------------------------------------------- */

enum token_kind {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_PERIOD,		/* 2020-Q3, 2020-07-15; a bare year is a number */
	TOKEN_DURATION,
	TOKEN_TEXT,
	TOKEN_NAME,
	TOKEN_SYMBOL
};

enum symbol {
	SYMBOL_OR, SYMBOL_AND, SYMBOL_NOT,
	SYMBOL_LT, SYMBOL_LE, SYMBOL_EQ, SYMBOL_NE, SYMBOL_GE, SYMBOL_GT,
	SYMBOL_PLUS, SYMBOL_MINUS, SYMBOL_TIMES, SYMBOL_OVER,
	SYMBOL_OPEN, SYMBOL_CLOSE, SYMBOL_COMMA, SYMBOL_RANGE,
	SYMBOL_COUNT
};

struct token {
	enum token_kind kind;
	enum symbol symbol;		/* SYMBOL */
	uint32_t from, to;
	struct decimal number;		/* NUMBER */
	struct period period;		/* PERIOD */
	struct duration duration;	/* DURATION */
	const char *string;		/* NAME, TEXT: in the arena */
};

/* --- compiling ------------------------------------------------------------ */

struct compiler {
	struct arena *arena;
	const struct register_ *reg;
	struct arena *keep;		/* of what stays, apart from the tree */
	const char *text;
	uint32_t length;
	struct origin origin;
	const char *key;
	struct faults *faults;
	uint32_t position;		/* of the lexer */
	struct token token;		/* the one ahead of the parser */
	uint32_t nodes;
	uint32_t nesting;		/* of values in values, while parsing */
};

/* Adds a fault about bytes [from, to) of the text. Returns false. */
bool compiler_fault(struct compiler *compiler, uint32_t from, uint32_t to,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same about a node. */
#define node_fault(compiler, node, ...) \
	compiler_fault(compiler, (node)->from, (node)->to, __VA_ARGS__)

/* The next token into compiler->token; false after a fault. */
bool compiler_lex(struct compiler *compiler);
/* Bytes of the text in the arena, for a message. */
const char *compiler_quote(struct compiler *compiler, uint32_t from, uint32_t to);
/* The whole tree, unchecked; NULL after a fault. */
struct expression *compiler_parse(struct compiler *compiler);
/* Resolves names and sets types below and at a node; false after a fault. */
bool expression_check(struct compiler *compiler, struct expression *node);
/* A whole number as it is written, with a minus or not, of at most 4 digits;
   false: it is none. */
bool expression_is_whole(const struct expression *node, int *out);
/* A pattern as pattern_compile makes it, each text once for a pool (NULL: for
   itself). */
const struct pattern *pool_pattern(struct expression_pool *pool,
	struct arena *arena, const char *text, struct pattern_fault *fault);
/* Gives a node its type. Returns true. */
bool node_type(struct expression *node, enum expression_type type);

/* --- units ------------------------------------------------------------------ */

#define UNIT_FACTORS_MAX 8

/* A product of powers of names, as in USD/t; of none: a pure number. */
struct unit {
	bool any;		/* a number that is written fits every unit */
	size_t count;
	struct unit_factor {
		const char *name;	/* in the register, not terminated */
		size_t length;
		int power;		/* never 0 */
	} factors[UNIT_FACTORS_MAX];
};

/* The unit of a checked node, all below it fitting; false after a fault. */
bool expression_unit(struct compiler *compiler, const struct expression *node,
	struct unit *out);
/* As one writes it, in an arena: "USD/t", "1" for a pure number, NULL for any. */
const char *unit_string(const struct unit *unit, struct arena *arena);

/* --- operations ------------------------------------------------------------ */

/* Hears of each figure used, which stands in its series. */
typedef void figure_note(void *context, const struct observation *figure);

/* An expression being asked; partial: what is missing is left out. */
struct asking {
	struct evaluation *evaluation;
	bool partial;
	size_t figures;		/* figures used so far */
	figure_note *note;	/* or NULL */
	void *context;
};

struct view;

/* Which kinds of indicators a function is over. */
enum takes { TAKES_FIGURES, TAKES_DOCUMENTS, TAKES_EITHER };

typedef bool operation_check(struct compiler *compiler, struct expression *node);
typedef bool operation_unit(struct compiler *compiler,
	const struct expression *node, struct unit *out);
typedef void operation_measure(const struct expression *expression,
	struct asking *asking, struct interval *out);
typedef void operation_judge(const struct expression *expression,
	struct asking *asking, struct judgement *out);
typedef void operation_reduce(struct view *view, struct interval *out);
struct explaining;	/* core/explain.h */
typedef void operation_explain(const struct expression *expression,
	struct explaining *explaining);

#define ARGUMENTS_MAX 3
#define ARGUMENTS_MANY UINT8_MAX	/* as many as an expression has room for */

/*
 * An operator, a leaf or a function. A function is a row here and one
 * evaluator: `reduce` when it takes a window of a series to a number,
 * `measure` for another number, `judge` for a truth. `unit` tells the unit of
 * its result; without one that is a pure number. One that rests on something
 * else than figures and its operands tells by `explain` what that is.
 */
struct operation {
	const char *name;
	operation_check *check;
	operation_reduce *reduce;
	operation_measure *measure;
	operation_judge *judge;
	operation_unit *unit;
	operation_explain *explain;

	/* functions only */
	enum expression_type type;
	enum expression_type arguments[ARGUMENTS_MAX];	/* of a series */
	uint8_t required, allowed;	/* arguments */
	bool one_period;		/* its window is one period of the series */
	bool looks_back;		/* its window is a length of time, and takes
					   in the period before it */
	bool accumulates;		/* grows from 0 over its window */
	bool totals;			/* of a running total: it grows with that */
	bool settles;			/* over a window that stays: what is known
					   of it at one instant is known later */
	bool passes;			/* its answer changes as time passes */
	enum takes takes;		/* of what its indicator may be */
	bool asks_others;		/* other milestones, named in node.family */
	const char *signature;
	const char *sentence;
};

enum operation_id {
	OPERATION_NUMBER, OPERATION_PERIOD, OPERATION_DURATION, OPERATION_TEXT,
	OPERATION_NAME, OPERATION_TERM, OPERATION_CALL,
	OPERATION_OR, OPERATION_AND, OPERATION_NOT, OPERATION_COMPARE,
	OPERATION_ADD, OPERATION_SUBTRACT, OPERATION_MULTIPLY, OPERATION_DIVIDE,
	OPERATION_NEGATE, OPERATION_STATUS,
	OPERATION_PATTERN,		/* what documents must match */
	OPERATION_DOCUMENTS_COUNT,	/* count() over documents */
	OPERATION_COUNT
};

extern const struct operation operations[OPERATION_COUNT];
extern const struct operation functions[];	/* ends with a NULL name */

bool operation_is(const struct expression *node, enum operation_id id);
/* A function by name; NULL: none. */
const struct operation *function_find(const char *name);
/* All of them, NULL-terminated; the caller's thread's. */
const char *const *function_names(void);

/* How infix symbols bind; loosest first. */
enum precedence {
	PRECEDENCE_NONE, PRECEDENCE_OR, PRECEDENCE_AND, PRECEDENCE_NOT,
	PRECEDENCE_COMPARE, PRECEDENCE_SUM, PRECEDENCE_PRODUCT, PRECEDENCE_UNARY
};
struct infix {
	enum precedence precedence;	/* NONE: not infix */
	enum operation_id operation;
	enum comparison comparison;	/* COMPARE */
};
extern const struct infix infixes[SYMBOL_COUNT];

/* checks (expression_check.c) */
operation_check check_number, check_period, check_duration, check_text,
	check_name, check_term, check_call, check_logic, check_compare,
	check_sum, check_times, check_over, check_negate;
operation_check check_reduction, check_absolute, check_choice,
	check_round, check_if, check_quorum, check_one, check_family,
	check_within, check_count, check_exists, check_attested;
/* A comparison of a status with a word becomes OPERATION_STATUS. */
operation_check check_status_word;
bool check_operands(struct compiler *compiler, struct expression *node);
/* units (expression_unit.c) */
operation_unit unit_of_number, unit_of_series, unit_of_alike, unit_of_branches,
	unit_of_product, unit_of_quotient;
/* evaluators (expression_eval.c) */
operation_measure measure_number, measure_duration, measure_date, measure_add,
	measure_subtract, measure_multiply, measure_divide, measure_negate;
operation_judge judge_or, judge_and, judge_not, judge_compare;
/* evaluators of functions (expression_reduce.c) */
operation_reduce reduce_sum, reduce_average, reduce_min, reduce_max,
	reduce_count, reduce_first, reduce_last, reduce_at, reduce_age,
	reduce_change, reduce_growth;
/* evaluators of functions (expression_choice.c) */
operation_measure measure_if, measure_abs, measure_least, measure_greatest,
	measure_round;
operation_judge judge_if, judge_quorum;
/* evaluators of functions over documents (expression_documents.c), and over
   what people say (expression_attested.c) */
operation_measure measure_documents;
operation_judge judge_exists, judge_attested;
/* evaluators of functions (expression_family.c) */
operation_measure measure_met_count, measure_met_share;
operation_judge judge_met, judge_status, judge_within;

/* what they rest on (expression_documents.c, expression_attested.c,
   expression_family.c) */
operation_explain explain_documents, explain_attested, explain_family,
	explain_status;

void expression_ask(const struct expression *expression, struct asking *asking,
	struct interval *out);
void expression_decide(const struct expression *expression,
	struct asking *asking, struct judgement *out);

/* --- views ------------------------------------------------------------------- */

/*
 * A window of one series at a reference instant.
 *
 *	declared frequency: the periods first … last; those up to `ended` have
 *	ended. last before first: it is empty.
 *	none: observations that lie whole in [opens, closes]; what was published
 *	up to `settled` is complete.
 *
 * Walking it gives the known figures ended by the reference instant, in order.
 */
struct view {
	const struct expression *expression;
	struct asking *asking;
	const struct indicator *indicator;
	const struct series *series;
	bool regular;
	bool undefined;		/* hangs on a date that is not known yet */
	struct period first, last, ended;	/* regular */
	instant opens, closes, settled;		/* not regular */
	size_t position;
	int64_t known;		/* figures met by the walk so far */
};

void view_open(struct view *view, const struct expression *expression,
	struct asking *asking);
/* Only the instants between which the window of a function over documents
   lies: undefined, opens, closes. */
void view_bounds(struct view *view, const struct expression *expression,
	struct asking *asking);
const struct observation *view_next(struct view *view);
/* Notes that a figure was used which the walk did not give. */
void view_use(struct view *view, const struct observation *figure);
/* Regular: how many periods it has, how many of them lie ahead or were not
   measured, and how many of the first were not measured. */
int64_t view_periods(const struct view *view);
int64_t view_ahead(const struct view *view);
int64_t view_unmeasured(const struct view *view);
/* Regular, after the walk: ended periods without a figure. */
int64_t view_missing(const struct view *view);
/* Not regular: may figures it should have still come to light; does it reach
   past the reference instant. */
bool view_is_unsettled(const struct view *view);
bool view_is_open(const struct view *view);
/* Not regular: the end of the window, or the reference instant before it. */
instant view_close(const struct view *view);
/* Why a figure of an ended period is not there. */
enum unknown_reason view_reason(const struct view *view);
/* Anything a figure of the indicator may be. */
void view_domain(const struct view *view, enum unknown_reason reason,
	struct interval *out);
/* The days it spans, and the last day ended by the reference instant. */
struct date view_first_day(const struct view *view);
struct date view_last_day(const struct view *view);
struct date view_ended_day(const struct view *view);

/* Running totals (expression_total.c): that of the day's year at the end of a
   day, and what was added to it over the window. */
void total_at(struct view *view, struct date day, struct interval *out);
void total_over(struct view *view, struct interval *out);

/* --- windows ----------------------------------------------------------------- */

/* Whether a window holds the same periods at every reference instant. */
bool window_stays(const struct window *window);
/* Whether a window is a whole number of an indicator's periods. */
bool window_fits(const struct window *window, const struct indicator *indicator);
/* The one period that at() means: a coarser one of a running total ends with
   its last part. false: it is not one of the indicator's. */
bool window_one_period(const struct indicator *indicator, struct period period,
	struct period *out);

/* Until when the documents of an indicator are known to be all there are. */
instant evaluation_covered(const struct evaluation *evaluation,
	uint32_t indicator);
/* Whether anything in it asks for other milestones. */
bool expression_asks_others(const struct expression *expression);
/* Calls visit for each function over documents, in order of appearance. */
typedef void expression_visit(const struct expression *term, void *context);
void expression_documents(const struct expression *expression,
	expression_visit *visit, void *context);
/* Whether any part of it is, or is over, such a thing. */
bool expression_has(const struct expression *expression,
	bool (*is)(const struct expression *));

/* Calls visit for each function over a series, in order of appearance. */
void expression_terms(const struct expression *expression,
	expression_visit *visit, void *context);
/* A checked tree as it will be asked, in its arena; the checked one is used
   up. pool: nodes to be shared; NULL: none. */
struct expression *expression_pack(struct expression *checked,
	struct expression_pool *pool, struct arena *arena);
/* Sets the indicators and the families of a checked benchmark. */
void benchmark_find_inputs(struct benchmark *benchmark, struct arena *arena);
/* The side of one comparison that moves with the windows, and the other. */
struct sides {
	struct expression *actual, *target;
	enum comparison comparison;	/* actual COMPARISON target */
};
/* false: it is not one comparison of two numbers. */
bool expression_sides(const struct expression *comparison, struct sides *out);
/* Sets actual, target and comparison of a checked benchmark. */
void benchmark_find_sides(struct benchmark *benchmark);

#endif
