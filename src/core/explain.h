/*
 * explain: what an answer rests on, node by node, as a flat report.
 *
 * The tree of the benchmark in force at a time, each node with what it gave at
 * the reference instant that the answer rests on; for those that look at
 * figures, exactly the vintages that were used and the periods that lack one;
 * for those that look at something else, what that is. Asked for, not kept:
 * it judges anew, and changes nothing.
 */
#ifndef PLEDGED_CORE_EXPLAIN_H
#define PLEDGED_CORE_EXPLAIN_H

#include "core/assess.h"

/* Beyond these what is listed ends, and how much was left out is told. */
#define EXPLAIN_LISTED_MAX 400		/* figures, gaps or witnesses of a node */
#define EXPLAIN_FIGURES_MAX 2000	/* of all nodes together */

/* One vintage of one period that a node has used, or would have. */
struct explained_figure {
	struct observation observation;
	uint32_t vintage;	/* which of its period's, from 1 */
	uint32_t vintages;	/* how many of them are known, quarantine apart */
	struct figure before;	/* what the vintage before it said */
	bool used;		/* false: it is in quarantine */
};

enum gap_kind {
	GAP_AHEAD,		/* the period ends after the instant asked about */
	GAP_EXPECTED,		/* it is over; the figure is not due yet */
	GAP_OVERDUE		/* the figure should be there */
};
const char *gap_kind_name(enum gap_kind kind);	/* "ahead" … */

/* A period without a figure. */
struct explained_gap {
	struct period period;
	instant expected;	/* its end and the indicator's lag */
	enum gap_kind kind;
};

/* What is no figure: another milestone, a document, what a person attested. */
enum witness_kind { WITNESS_MILESTONE, WITNESS_DOCUMENT, WITNESS_ATTESTATION };
const char *witness_kind_name(enum witness_kind kind);	/* "milestone" … */

struct witness {
	enum witness_kind kind;
	const char *id;		/* the milestone's, the document's key, who attested */
	const char *text;	/* its status, title, note; NULL or "": none */
	const char *url;	/* evidence; NULL: none */
	instant at;		/* its event, date; INSTANT_MIN: none */
	enum truth truth;	/* whether it speaks for the node */
};

/* Items of one of the report's arrays. */
struct explained_span {
	size_t first, count;
	size_t left_out;
};

struct explained {
	const struct expression *expression;
	const char *operation;		/* "sum", "and", "comparison" … */
	uint32_t depth;			/* 0: the root */
	uint32_t from, to;		/* bytes of the benchmark's text */
	enum expression_type type;
	bool asked;			/* it has a value or a truth */
	struct interval value;		/* of what is no truth; dates and durations
					   in seconds */
	struct judgement judgement;	/* of a truth */
	const char *unit;		/* NULL: none is told */

	/* of what looks at a series */
	uint32_t indicator;		/* NOT_FOUND: none */
	struct period first, last;	/* its window; NONE: not of periods */
	struct explained_span figures;
	struct explained_span gaps;

	struct explained_span witnesses;
};

struct explanation {
	const struct milestone *milestone;	/* by its terms then */
	struct assessment assessment;
	instant at;			/* the reference instant */
	struct explained *nodes;	/* in preorder */
	size_t node_count, node_capacity;
	struct explained_figure *figures;
	size_t figure_count, figure_capacity;
	struct explained_gap *gaps;
	size_t gap_count, gap_capacity;
	struct witness *witnesses;
	size_t witness_count, witness_capacity;
	struct arena *arena;		/* units, strings of witnesses */
};

/* At assessment.rests_on, under what is known. The register and the history
   outlive it. Costs as many judgements as the tree is deep. */
void milestone_explain(const struct register_ *reg, struct history *history,
	uint32_t milestone, struct knowledge known, struct explanation *out);
void explanation_release(struct explanation *explanation);

/* Why a node is not known; UNKNOWN_NOTHING: it is. */
enum unknown_reason explained_unknown(const struct explained *node);
/* The node of an expression; NULL: it is none of the tree's. */
const struct explained *explanation_find(const struct explanation *explanation,
	const struct expression *expression);

/* --- for operations that look at something else than figures ----------------- */

struct explaining;

/* How the node is being asked. */
const struct evaluation *explaining_evaluation(
	const struct explaining *explaining);
/* Adds to the node what it rests on; strings are copied. */
void explain_witness(struct explaining *explaining,
	const struct witness *witness);

/* --- in words ------------------------------------------------------------------ */

/*
 * What a person would write under the verdict: "The floor is not met: from
 * 2020-01 to 2020-12 exports.agriculture came to 27.3bn USD; 33.5bn were
 * required, 12.5bn more than the 21bn of 2017. All twelve months are
 * published, the last on 2021-02-05." Never empty.
 */
void explanation_sentence(const struct register_ *reg, uint32_t milestone,
	const struct explanation *explanation, struct text *out);

#endif
