/* view_explanation: see view_explanation.h. */
#include "pledged/view_explanation.h"

#include "pledged/view.h"

/* What writes a tree: the nodes stand in preorder. */
struct writing {
	struct json *json;
	const struct register_ *reg;
	const struct zone *zone;
	const struct explanation *explanation;
	const struct store_origin *origins;
	size_t node;			/* the next to be written */
};

/* --- values -------------------------------------------------------------------- */

static void put_bound(struct json *json, const char *key,
	const struct bound *bound)
{
	if (bound->kind == BOUND_FINITE)
		json_put_decimal(json, key, view_exact(bound->value));
	else
		json_put_null(json, key);
}

static void put_value(const struct writing *writing,
	const struct explained *node)
{
	struct json *json = writing->json;
	bool number = node->asked && node->type != TYPE_TRUTH;

	if (!number || !interval_is_point(&node->value))
		json_put_null(json, "value");
	else if (node->type == TYPE_DATE)	/* in seconds since 1970 */
		view_instant_zone(json, "value", (instant)decimal_to_double(
			node->value.low.value), writing->zone);
	else
		json_put_decimal(json, "value",
			view_exact(node->value.low.value));
	if (!number || interval_is_point(&node->value)) {
		json_put_null(json, "interval");
		return;
	}
	json_key(json, "interval");
	json_object(json);
	put_bound(json, "low", &node->value.low);
	put_bound(json, "high", &node->value.high);
	json_object_end(json);
}

static void put_truth(struct json *json, enum truth truth)
{
	json_key(json, "truth");
	if (truth == TRUTH_UNKNOWN)
		json_null(json);
	else
		json_bool(json, truth == TRUTH_TRUE);
}

/* --- figures and gaps ------------------------------------------------------------ */

static void put_origin(struct json *json, const struct store_origin *origin)
{
	char hex[DIGEST_HEX_SIZE];

	json_put_string(json, "source",
		origin->source[0] != '\0' ? origin->source : NULL);
	if (origin->has_snapshot)
		digest_hex(&origin->snapshot, hex);
	json_put_string(json, "snapshot", origin->has_snapshot ? hex : NULL);
	json_put_string(json, "by", origin->by[0] != '\0' ? origin->by : NULL);
	view_number(json, "accepts", origin->accepts);
}

static void put_figure(const struct writing *writing, size_t index)
{
	const struct explained_figure *figure =
		&writing->explanation->figures[index];
	struct json *json = writing->json;

	json_object(json);
	view_observation_fields(json, &figure->observation);
	json_put_bool(json, "used", figure->used);
	json_put_int(json, "vintage", figure->vintage);
	json_put_int(json, "vintages", figure->vintages);
	if (figure->before.known)
		json_put_decimal(json, "before", figure->before.value);
	else
		json_put_null(json, "before");
	put_origin(json, &writing->origins[index]);
	json_object_end(json);
}

static void put_gap(const struct writing *writing, size_t index)
{
	const struct explained_gap *gap = &writing->explanation->gaps[index];
	struct json *json = writing->json;

	json_object(json);
	view_period(json, "period", gap->period);
	json_put_date(json, "expected",
		zone_date(writing->zone, gap->expected));
	json_put_string(json, "state", gap_kind_name(gap->kind));
	json_object_end(json);
}

static void put_witness(const struct writing *writing, size_t index)
{
	const struct witness *witness = &writing->explanation->witnesses[index];
	struct json *json = writing->json;

	json_object(json);
	json_put_string(json, "kind", witness_kind_name(witness->kind));
	json_put_string(json, "id", witness->id);
	json_put_string(json, "text", witness->text != NULL &&
		*witness->text != '\0' ? witness->text : NULL);
	json_put_string(json, "url", witness->url);
	view_instant_zone(json, "at", witness->at, writing->zone);
	put_truth(json, witness->truth);
	json_object_end(json);
}

typedef void put_item(const struct writing *writing, size_t index);

/* Under key the items, under left_out how many there were besides. */
static void put_span(const struct writing *writing, const char *key,
	const char *left_out, const struct explained_span *span, put_item *put)
{
	json_key(writing->json, key);
	json_array(writing->json);
	for (size_t i = 0; i < span->count; i++)
		put(writing, span->first + i);
	json_array_end(writing->json);
	json_put_int(writing->json, left_out, (int64_t)span->left_out);
}

/* --- types ------------------------------------------------------------------------ */

static const char *type_name(enum expression_type type)
{
	static const char *const names[] = {
		[TYPE_NUMBER] = "number", [TYPE_TRUTH] = "truth",
		[TYPE_DATE] = "date", [TYPE_DURATION] = "duration",
		[TYPE_TEXT] = "text", [TYPE_WINDOW] = "window",
		[TYPE_SERIES] = "series",
	};

	return names[type];
}

/* --- nodes ----------------------------------------------------------------------- */

static void put_window(const struct writing *writing,
	const struct explained *node)
{
	json_key(writing->json, "window");
	if (period_is_none(node->first)) {
		json_null(writing->json);
		return;
	}
	json_object(writing->json);
	view_period(writing->json, "first", node->first);
	view_period(writing->json, "last", node->last);
	json_object_end(writing->json);
}

static void put_term(const struct writing *writing,
	const struct explained *node)
{
	json_put_string(writing->json, "indicator",
		writing->reg->indicators[node->indicator].id);
	put_window(writing, node);
	put_span(writing, "figures", "figures_left_out", &node->figures,
		put_figure);
	put_span(writing, "missing", "missing_left_out", &node->gaps, put_gap);
}

static void put_answer(const struct writing *writing,
	const struct explained *node)
{
	enum unknown_reason reason = explained_unknown(node);
	struct json *json = writing->json;
	bool truth = node->type == TYPE_TRUTH;

	put_truth(json, truth ? node->judgement.truth : TRUTH_UNKNOWN);
	put_value(writing, node);
	json_put_string(json, "unit",
		node->type == TYPE_DURATION ? "s" : node->unit);
	json_put_string(json, "unknown", reason == UNKNOWN_NOTHING ? NULL :
		unknown_reason_text(reason));
}

/* A node and all below it. As deep as an expression may be. */
static void put_node(struct writing *writing)
{
	const struct explanation *explanation = writing->explanation;
	const struct explained *node = &explanation->nodes[writing->node++];
	const char *text = explanation->milestone->benchmark->text;
	struct json *json = writing->json;

	json_object(json);
	json_key(json, "text");
	json_string_n(json, text + node->from, node->to - node->from);
	json_put_string(json, "operation", node->operation);
	json_put_string(json, "type", type_name(node->type));
	put_answer(writing, node);
	if (node->indicator != NOT_FOUND)
		put_term(writing, node);
	if (node->witnesses.count > 0)
		put_span(writing, "witnesses", "witnesses_left_out",
			&node->witnesses, put_witness);
	json_key(json, "operands");
	json_array(json);
	while (writing->node < explanation->node_count &&
	    explanation->nodes[writing->node].depth > node->depth)
		put_node(writing);
	json_array_end(json);
	json_object_end(json);
}

void view_explanation_fields(struct json *json, const struct register_ *reg,
	uint32_t milestone, const struct explanation *explanation,
	const struct store_origin *origins)
{
	struct writing writing = {.json = json, .reg = reg,
		.zone = milestone_zone(reg, explanation->milestone),
		.explanation = explanation, .origins = origins};
	struct text sentence;

	view_instant_zone(json, "at", explanation->at, writing.zone);
	text_init(&sentence, 0);
	explanation_sentence(reg, milestone, explanation, &sentence);
	json_put_string(json, "sentence", text_string(&sentence));
	text_release(&sentence);
	json_key(json, "tree");
	put_node(&writing);
}
