/* view_rollup: see view_rollup.h. */
#include "pledged/view_rollup.h"

/* Ten-thousandths; not known: null. */
static void put_share(struct json *json, const char *key, bool known, int share)
{
	if (known)
		json_put_decimal(json, key, (struct decimal){share, -4});
	else
		json_put_null(json, key);
}

static void put_coverage(struct json *json, const struct rollup_tally *tally)
{
	int lower = 0, upper = 0;
	bool known = weights_share(&tally->all, &lower, &upper);

	put_share(json, "coverage", known, lower);
	put_share(json, "coverage_upper", known, upper);
	known = weights_share(&tally->due, &lower, &upper);
	put_share(json, "coverage_due", known, lower);
	put_share(json, "coverage_due_upper", known, upper);
}

static void put_by_status(struct json *json, const struct rollup_tally *tally)
{
	json_key(json, "by_status");
	json_object(json);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		if (tally->by_status[i] > 0)
			json_put_int(json, status_name((enum status)i),
				tally->by_status[i]);
	json_object_end(json);
}

static void put_span(struct json *json, const struct rollup_tally *tally)
{
	int days;

	if (tally_span(tally, &days))
		json_put_int(json, "span_days", days);
	else
		json_put_null(json, "span_days");
}

void view_tally_fields(struct json *json, const struct rollup_tally *tally)
{
	json_put_int(json, "milestones", tally->milestones);
	json_put_int(json, "required", tally_required(tally));
	json_put_int(json, "met", tally->by_class[ROLLUP_MET]);
	json_put_int(json, "missed", tally->by_class[ROLLUP_MISSED]);
	json_put_int(json, "unknown", tally->by_class[ROLLUP_UNKNOWN]);
	json_put_int(json, "ahead", tally->by_class[ROLLUP_AHEAD]);
	json_put_int(json, "left_out", tally->by_class[ROLLUP_OUT]);
	json_put_int(json, "due", tally->due_count);
	put_coverage(json, tally);
	json_put_bool(json, "complete", tally_is_complete(tally));
	json_put_string(json, "worst", tally->worst == STATUS_COUNT ? NULL
		: status_name(tally->worst));
	put_span(json, tally);
	put_by_status(json, tally);
}

void view_tally_next(struct json *json, const struct register_ *reg,
	const struct rollup_tally *tally)
{
	bool known = tally->next != NOT_FOUND;

	json_put_string(json, "next_milestone", known
		? reg->milestones[tally->next].id : NULL);
	json_put_instant(json, "next_due", known ? tally->next_due : INSTANT_MAX);
}

void view_rule_fields(struct json *json, const struct rollup *rollup)
{
	static const enum status out[] = {STATUS_WITHDRAWN, STATUS_SUPERSEDED,
		STATUS_WAIVED};

	json_put_string(json, "rule", ROLLUP_RULE);
	json_key(json, "left_out");
	json_object(json);
	for (size_t i = 0; i < sizeof out / sizeof *out; i++)
		json_put_int(json, status_name(out[i]),
			rollup->total.by_status[out[i]]);
	json_put_int(json, "without_row", (int64_t)rollup->without_row);
	json_put_int(json, "without_column", (int64_t)rollup->without_column);
	json_object_end(json);
}

/* --- scorecards ------------------------------------------------------------------ */

static void put_group(struct json *json, const struct register_ *reg,
	const struct rollup_line *line)
{
	int share = 0;
	bool known = tally_on_time(&line->tally, &share);

	json_object(json);
	json_put_string(json, "group", line->name);
	view_tally_fields(json, &line->tally);
	json_put_int(json, "on_time", line->tally.by_status[STATUS_MET]);
	json_put_int(json, "late", line->tally.by_status[STATUS_MET_LATE]);
	put_share(json, "on_time_share", known, share);
	view_tally_next(json, reg, &line->tally);
	json_object_end(json);
}

void view_scorecard_fields(struct json *json, const struct register_ *reg,
	const struct rollup *rollup)
{
	view_rule_fields(json, rollup);
	json_key(json, "total");
	json_object(json);
	view_tally_fields(json, &rollup->total);
	json_object_end(json);
	json_key(json, "items");
	json_array(json);
	for (size_t i = 0; i < rollup->row_count; i++)
		put_group(json, reg, &rollup->rows[i]);
	json_array_end(json);
}
