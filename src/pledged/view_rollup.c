/* view_rollup: see view_rollup.h. */
#include "pledged/view_rollup.h"

void view_share(struct json *json, const char *key, bool known, int share)
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

	view_share(json, "coverage", known, lower);
	view_share(json, "coverage_upper", known, upper);
	known = weights_share(&tally->due, &lower, &upper);
	view_share(json, "coverage_due", known, lower);
	view_share(json, "coverage_due_upper", known, upper);
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
