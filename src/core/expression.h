/*
 * expression: what a benchmark says, checked once, evaluated often.
 *
 * text ─lex→ tokens ─parse→ tree ─resolve→ checked tree. Names become
 * indices at load; types are number, truth, date, duration, text, and numbers
 * have units; every fault shows the expression with a caret. The tree is
 * evaluated as it stands, so that it can explain itself. Functions are rows of
 * one table (expression_functions): adding one is a row and an evaluator.
 *
 *	or < and < not < comparison (chainable) < + - < * / < unary - < call
 */
#ifndef PLEDGED_CORE_EXPRESSION_H
#define PLEDGED_CORE_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "core/history.h"
#include "core/value.h"

struct register_;	/* core/register.h */
struct milestone;
struct pattern;		/* core/pattern.h */
struct outcomes;	/* core/outcomes.h */

#define EXPRESSION_LENGTH_MAX 16384
#define EXPRESSION_DEPTH_MAX 64
#define EXPRESSION_NODES_MAX 4096

enum expression_type {
	TYPE_NUMBER, TYPE_TRUTH, TYPE_DATE, TYPE_DURATION, TYPE_TEXT,
	TYPE_WINDOW, TYPE_SERIES	/* only as arguments of functions */
};

enum window_kind {
	WINDOW_NONE,
	WINDOW_PERIOD,		/* 2020, 2020-Q3, 2020-07: never clipped */
	WINDOW_TRAILING,	/* 12mo: that many periods up to r */
	WINDOW_YEAR_TO_DATE,	/* ytd */
	WINDOW_TERM		/* start..due */
};

struct window {
	enum window_kind kind;
	union {
		struct period period;		/* PERIOD */
		struct duration duration;	/* TRAILING */
	};
};

/* Other milestones that an expression asks for: one by its id, or those that a
   pattern matches. */
struct family {
	const char *pattern;	/* NULL: one, by its id */
	uint32_t number;	/* of a pattern; NOT_FOUND of one */
	uint32_t without;	/* a milestone that was left out; NOT_FOUND */
	uint32_t count;
	uint32_t *members;	/* in order of the register */
	struct family *next;
};

/*
 * A node of the checked tree, small since a large register holds many.
 * operands are children in the order written (of a function over a series
 * none: the series and the window stand in the node itself); from/to are its
 * columns in the text. What it is, is told by `operation`, a row of the table
 * of operators and functions.
 */
struct expression {
	const struct operation *operation;
	struct expression **operands;
	uint16_t operand_count;
	uint8_t type;			/* enum expression_type */
	uint8_t depth;			/* 1 for a leaf */
	uint32_t from, to;		/* bytes of the text [from, to) */
	uint32_t indicator;		/* functions over a series or over documents:
					   in the register */
	union {				/* as operation says */
		struct decimal number;
		struct duration duration;
		struct date date;
		const char *string;	/* a text or a name, in the arena */
		enum comparison *comparisons; /* a chain: one fewer than operands */
		struct window window;	/* functions over a series; a period */
		const struct pattern *pattern;	/* what documents must match */
		const struct family *family;	/* functions over milestones */
		struct {		/* a status compared with a word */
			const struct family *family;
			uint8_t status;
			bool unequal;
		} wanted;
	};
};

/* One operator or function; the table is in expression_table.c. */
struct operation;
const char *operation_name(const struct operation *operation);
/* Whether a node asks something of a series of figures. */
bool expression_is_term(const struct expression *expression);
/* Whether it asks something of the documents of an indicator, of a pattern
   that stands in its last operand, if there is one. */
bool expression_is_of_documents(const struct expression *expression);
/* The pattern it asks for; NULL: every document. */
const struct pattern *expression_pattern(const struct expression *expression);
/* Whether it asks what people attest, of the key in its string. */
bool expression_is_attested(const struct expression *expression);
/* Rows of the function table for manuals and completion: name, signature,
   one sentence. Ends with a NULL name. */
struct function_help {
	const char *name;
	const char *signature;
	const char *sentence;
};
const struct function_help *expression_functions(void);

/* A root: the tree with what it rests on; small like its nodes. */
struct benchmark {
	const char *text;
	struct expression *root;
	uint32_t *indicators;	/* inputs, each once, in order of appearance */
	const struct family **families;	/* likewise */
	uint16_t indicator_count;	/* a text has no room for more */
	uint16_t family_count;
	bool uses_age : 1;	/* truth changes as time passes */
	bool has_quorum : 1;	/* counts truths by at_least */
	bool uses_documents : 1; /* some of its indicators are such */
	bool uses_people : 1;	/* asks what they attest */
	uint8_t comparison;	/* enum comparison: actual COMPARISON target */
	const char *unit;	/* of what is compared, or of a number: "USD/t", "1"
				   for a pure number; NULL: none is told */

	/* A benchmark that is one comparison: the side that moves with the
	   window, and the other. NULL otherwise. */
	struct expression *actual;
	struct expression *target;
};

/* Whether two units, as indicators write them, are the same. */
bool unit_equal(const char *a, const char *b);

/* Nodes that many trees share, while these are being made. NULL is nothing. */
struct expression_pool;
struct expression_pool *expression_pool_new(void);
void expression_pool_free(struct expression_pool *pool);

/*
 * Checks text of the given type (TYPE_TRUTH for a benchmark, TYPE_NUMBER for
 * a baseline) against the register's indicators. Everything allocated stands
 * in arena, but for the text, which outlives the benchmark. Faults go to
 * faults at origin, named key, with excerpt; NULL when there was an error.
 */
struct benchmark *benchmark_compile(struct arena *arena,
	const struct register_ *reg, const char *text,
	enum expression_type type, struct origin origin, const char *key,
	struct faults *faults);

/* What was found out of a span of events (within), once a judgement. */
#define SPANS_MAX 8
struct spans {
	size_t count;
	struct span {
		const struct expression *expression;
		/* The first and the last of the events: at the earliest, and as
		   they are known; INSTANT_MAX: not, or never. */
		instant first, last, first_known, last_known;
		bool published_assumed, provisional;
	} items[SPANS_MAX];
};

/* Where and when an expression is asked. */
struct evaluation {
	const struct register_ *reg;
	struct history *history;
	const struct zone *zone;	/* the instrument's */
	const struct milestone *milestone;	/* whose attestations count; NULL:
						   there are none */
	struct knowledge known;
	instant at;			/* reference instant r */
	instant now;			/* asked as of: known.published_by */
	instant start, due;		/* of the milestone */
	bool published_assumed;		/* out: set when a figure used had it */
	bool provisional;		/* out: likewise */
	struct outcomes *outcomes;	/* of those it rests on */
	const struct benchmark *benchmark;	/* whose instants it looks at */
	struct spans *spans;		/* NULL: found out each time */
	instant until;			/* out: cut to when time alone may change
					   what others are known to be */

	/* The lag counted back from now last, which many terms share; not
	   the caller's. A lag of nothing is counted back nowhere. */
	struct {
		struct duration lag;
		instant now, until;
	} settled;
};

/* Both allocate nothing and cost what the windows hold. */
struct judgement expression_judge(const struct expression *expression,
	struct evaluation *evaluation);
struct interval expression_measure(const struct expression *expression,
	struct evaluation *evaluation);
/* Sum and counts with missing periods left out, for display and pace; false
   when there is nothing at all. */
bool expression_partial(const struct expression *expression,
	struct evaluation *evaluation, struct decimal *out);

/*
 * The last period inside the windows of an expression, ended by evaluation->at,
 * with a figure for every indicator in it; NONE when there is none. Its
 * frequency is the coarsest of the inputs.
 */
struct period expression_data_through(const struct expression *expression,
	struct evaluation *evaluation);

/*
 * The next reference instant of a benchmark after a time and not after limit:
 * the end of an input's period (whether or not it has a figure), the date
 * of an observation where the input has no frequency, of a document or of an
 * attestation, or an instant at which a milestone it rests on may stand
 * otherwise. INSTANT_MAX: none.
 */
instant benchmark_next_reference(const struct benchmark *benchmark,
	struct evaluation *evaluation, instant after, instant limit);

/* The same of evaluation->benchmark, with the due date; and where time alone
   makes it true, with the end of each day. */
instant evaluation_next_reference(struct evaluation *evaluation, instant after,
	instant limit);

#endif
