/*
 * The functions over documents: their checks, and asking them. Both count the
 * dates of documents that match; what was not read yet may hold any number.
 */
#include "core/documents.h"
#include "core/explain.h"
#include "core/expression_internal.h"
#include "core/polled.h"

bool expression_is_of_documents(const struct expression *expression)
{
	return expression->operation->takes == TAKES_DOCUMENTS;
}

const struct pattern *expression_pattern(const struct expression *expression)
{
	return expression->operand_count == 0 ? NULL :
		expression->operands[expression->operand_count - 1]->pattern;
}

void expression_documents(const struct expression *expression,
	expression_visit *visit, void *context)
{
	if (expression_is_of_documents(expression)) {
		visit(expression, context);
		return;
	}
	for (size_t i = 0; i < expression->operand_count; i++)
		expression_documents(expression->operands[i], visit, context);
}

bool expression_has(const struct expression *expression,
	bool (*is)(const struct expression *))
{
	if (is(expression))
		return true;
	for (size_t i = 0; i < expression->operand_count; i++)
		if (expression_has(expression->operands[i], is))
			return true;
	return false;
}

/* --- checks --------------------------------------------------------------------- */

/* The text becomes a pattern; a fault stands under the byte of the text that
   is at fault, where escapes have not moved it. */
static bool check_pattern(struct compiler *compiler, struct expression *text)
{
	uint32_t first = text->from + 1, last = text->to > first ?
		text->to - 1 : first;
	struct pattern_fault fault;
	uint32_t at;

	text->pattern = pool_pattern(compiler->reg->pool, compiler->keep,
		text->string, &fault);
	if (text->pattern != NULL) {
		text->operation = &operations[OPERATION_PATTERN];
		return true;
	}
	at = fault.offset < last - first ? first + (uint32_t)fault.offset : last;
	return compiler_fault(compiler, at, at + 1, "not a pattern: %s",
		fault.text);
}

/* Of its arguments only the pattern stays an operand: the indicator and the
   window have become part of the node. */
static bool documents_reshape(struct compiler *compiler, struct expression *node)
{
	struct expression *last = node->operands[node->operand_count - 1];

	if (last->type != TYPE_TEXT) {
		node->operand_count = 0;
		return true;
	}
	node->operands[0] = last;
	node->operand_count = 1;
	return check_pattern(compiler, last);
}

bool check_exists(struct compiler *compiler, struct expression *node)
{
	return check_reduction(compiler, node) &&
		documents_reshape(compiler, node);
}

bool check_count(struct compiler *compiler, struct expression *node)
{
	const struct indicator *indicator;

	if (!check_reduction(compiler, node))
		return false;
	indicator = &compiler->reg->indicators[node->indicator];
	if (indicator->kind == INDICATOR_DOCUMENTS) {
		node->operation = &operations[OPERATION_DOCUMENTS_COUNT];
		return documents_reshape(compiler, node);
	}
	if (node->operand_count == 3)
		return node_fault(compiler, node->operands[2], "a pattern is for "
			"documents, and %s is one of figures", indicator->id);
	return true;
}

/* --- asking --------------------------------------------------------------------- */

instant evaluation_covered(const struct evaluation *evaluation,
	uint32_t indicator)
{
	return documents_covered(evaluation->reg, evaluation->history,
		indicator, evaluation->known, evaluation->zone);
}

/* Documents that may be there, or not: at most so many, -1 any number. */
static void documents_may_be(int64_t count, enum unknown_reason reason,
	struct interval *out)
{
	struct interval more = interval_unknown(bound_finite(DECIMAL_ZERO),
		count < 0 ? bound_plus_infinite :
		bound_finite(decimal_from_int(count)), reason);

	*out = interval_add(out, &more);
}

static void documents_use(const struct sightings *found, instant close,
	size_t count, struct asking *asking)
{
	asking->figures += count;
	if (count > 0 && found->first_assumed <= close)
		asking->evaluation->published_assumed = true;
}

/* Of what lists the newest alone, what lies before all it has listed is not
   known. What lies before the start of the milestone is not asked about; where
   it has none, at least something must have been listed in time. */
static bool documents_begin_late(const struct evaluation *evaluation,
	uint32_t indicator, instant opens, instant close)
{
	instant since = documents_covered_since(evaluation->reg,
		evaluation->history, indicator, evaluation->known,
		evaluation->zone);
	instant from = opens != INSTANT_MIN ? opens : evaluation->start;

	if (from == INSTANT_MIN)
		from = close;
	return from <= close && from < since;
}

/* So many in [opens, closes] as seen from the reference instant. */
static void documents_measure(const struct expression *expression,
	struct asking *asking, instant opens, instant closes,
	struct interval *out)
{
	struct evaluation *evaluation = asking->evaluation;
	const struct sightings *found = documents_sightings(
		history_documents(evaluation->history,
		evaluation->reg->indicators[expression->indicator].id),
		expression_pattern(expression), evaluation->known,
		evaluation->zone);
	instant close = earlier(closes, evaluation->at);
	instant covered = evaluation_covered(evaluation, expression->indicator);
	size_t count = dates_within(found->dates, found->count, opens, close);
	size_t doubtful = dates_within(found->doubtful, found->doubtful_count,
		opens, close);

	documents_use(found, close, count, asking);
	*out = interval_point(decimal_from_int((int64_t)count));
	if (asking->partial) {
		if (count == 0 && covered == INSTANT_MIN)
			*out = interval_anything(UNKNOWN_UNREAD);
		return;
	}
	if (doubtful > 0)
		documents_may_be((int64_t)doubtful, UNKNOWN_PATTERN, out);
	if (documents_begin_late(evaluation, expression->indicator, opens, close))
		documents_may_be(-1, UNKNOWN_UNLISTED, out);
	if (covered < close && opens <= close)
		documents_may_be(-1, UNKNOWN_UNREAD, out);
	if (closes > evaluation->at)
		documents_may_be(-1, UNKNOWN_AHEAD, out);
}

void measure_documents(const struct expression *expression,
	struct asking *asking, struct interval *out)
{
	struct view view;

	view_bounds(&view, expression, asking);
	if (view.undefined)
		*out = interval_anything(UNKNOWN_DEPENDENCY);
	else
		documents_measure(expression, asking, view.opens, view.closes,
			out);
}

/* Dated by the reference instant, whenever. */
void judge_exists(const struct expression *expression, struct asking *asking,
	struct judgement *out)
{
	const struct interval one = interval_point(DECIMAL_ONE);
	bool partial = asking->partial;
	struct interval count;

	asking->partial = false;
	documents_measure(expression, asking, INSTANT_MIN,
		asking->evaluation->at, &count);
	asking->partial = partial;
	*out = interval_compare(&count, COMPARE_GE, &one);
}

/* --- explaining ------------------------------------------------------------------ */

struct documents_listing {
	struct explaining *explaining;
	const struct pattern *pattern;
	const struct sightings *found;
	instant opens, closes;
};

/* Where no match has its date, nothing need be matched again. */
static void document_list(void *context, const struct document *document,
	instant dated)
{
	const struct documents_listing *listing = context;
	const struct sightings *found = listing->found;

	if (dated < listing->opens || dated > listing->closes ||
	    dates_within(found->dates, found->count, dated, dated) == 0 ||
	    (listing->pattern != NULL &&
	    document_match(document, listing->pattern) != PATTERN_YES))
		return;
	explain_witness(listing->explaining, &(struct witness){
		.kind = WITNESS_DOCUMENT, .id = document->key,
		.text = document->title, .at = dated, .truth = TRUTH_TRUE,
		.url = *document->url != '\0' ? document->url : NULL});
}

/* The documents that match, up to the reference instant. */
void explain_documents(const struct expression *expression,
	struct explaining *explaining)
{
	struct evaluation apart = *explaining_evaluation(explaining);
	struct asking asking = {.evaluation = &apart};
	struct documents *documents = history_documents(apart.history,
		apart.reg->indicators[expression->indicator].id);
	struct documents_listing listing = {explaining,
		expression_pattern(expression), documents_sightings(documents,
		expression_pattern(expression), apart.known, apart.zone),
		INSTANT_MIN, apart.at};
	struct view view = {.undefined = false};

	if (expression->type == TYPE_NUMBER) {
		view_bounds(&view, expression, &asking);
		listing.opens = view.opens;
		if (view.closes < apart.at)
			listing.closes = view.closes;
	}
	if (!view.undefined)
		documents_visit(documents, apart.known, apart.zone,
			document_list, &listing);
}
