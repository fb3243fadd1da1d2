/*
 * report_json: the report without its sheets, for programs and for pledgectl.
 */
#include "pledged/report_form.h"
#include "pledged/view.h"
#include "pledged/view_rollup.h"

static bool json_head(struct report_writing *writing)
{
	const struct report *report = writing->report;
	struct json *json = &writing->json;
	struct text selection;

	json_object(json);
	json_put_instant(json, "as_of", report->question.known.published_by);
	json_put_instant(json, "recorded_as_of", report->recorded_asked ?
		report->question.known.recorded_by : INSTANT_MAX);
	view_digest(json, "register", &report->edition.digest);
	text_init(&selection, 0);
	report_add_selection(report, &selection);
	json_put_string(json, "selection", text_string(&selection));
	text_release(&selection);
	json_put_int(json, "milestones", (int64_t)report->count);
	json_put_int(json, "pledges", (int64_t)report->pledges);
	json_put_int(json, "instruments", (int64_t)report->instruments);
	return true;
}

static bool json_scorecard(struct report_writing *writing)
{
	struct json *json = &writing->json;

	json_key(json, "scorecard");
	json_object(json);
	json_put_string(json, "by", writing->report->by);
	view_scorecard_fields(json, writing->report->reg,
		&writing->report->rollup);
	json_object_end(json);
	return true;
}

/* Some of one list; whether it is through. */
static bool json_list_rows(struct report_writing *writing,
	const struct report_list *list)
{
	const struct report *report = writing->report;
	size_t written = 0;

	for (; writing->place < report->count && written < REPORT_ROWS;
			writing->place++) {
		const struct assessment *answer = &report->answers[writing->place];

		if (!list->takes(answer))
			continue;
		view_milestone(&writing->json, report->reg,
			report->milestones[writing->place], answer, INSTANT_MIN);
		written++;
	}
	return writing->place == report->count;
}

static bool json_lists(struct report_writing *writing)
{
	const struct report_list *list = &report_lists[writing->list];
	struct json *json = &writing->json;

	if (writing->place == 0) {
		json_key(json, list->name);
		json_array(json);
	}
	if (!json_list_rows(writing, list))
		return false;
	json_array_end(json);
	writing->place = 0;
	return ++writing->list == report_list_count;
}

static bool json_sources(struct report_writing *writing)
{
	const struct report *report = writing->report;
	struct json *json = &writing->json;

	json_put_int(json, "sources", (int64_t)report->reg->source_count);
	json_put_int(json, "sources_not_asked", (int64_t)report->not_asked);
	json_key(json, "failing");
	json_array(json);
	for (size_t i = 0; i < report->failing_count; i++) {
		const struct report_source *source = &report->failing[i];

		json_object(json);
		json_put_string(json, "source",
			report->reg->sources[source->source].id);
		json_put_string(json, "outcome",
			fetch_outcome_name(source->outcome));
		json_put_instant(json, "last_success", source->last_success);
		json_put_instant(json, "failing_since", source->failing_since);
		view_said(json, "error", source->error);
		json_object_end(json);
	}
	json_array_end(json);
	json_put_int(json, "failing_left_out",
		(int64_t)report->failing_left_out);
	return true;
}

static void json_held_figure(void *context, uint32_t indicator,
	const struct observation *held)
{
	struct report_writing *writing = context;
	struct json *json = &writing->json;

	if (writing->told++ >= REPORT_HELD_MAX)
		return;
	json_object(json);
	json_put_string(json, "indicator",
		writing->report->reg->indicators[indicator].id);
	view_observation_fields(json, held);
	json_object_end(json);
}

static bool json_held(struct report_writing *writing)
{
	const struct report *report = writing->report;
	struct json *json = &writing->json;
	size_t looked = 0;

	if (writing->place == 0) {
		json_key(json, "held");
		json_array(json);
	}
	for (; writing->place < report->reg->indicator_count &&
			looked < REPORT_ROWS; writing->place++, looked++)
		if (report_rests_on(report, (uint32_t)writing->place))
			report_visit_held(report, (uint32_t)writing->place,
				json_held_figure, writing);
	if (writing->place < report->reg->indicator_count)
		return false;
	json_array_end(json);
	json_put_int(json, "held_left_out", writing->told > REPORT_HELD_MAX ?
		(int64_t)(writing->told - REPORT_HELD_MAX) : 0);
	return true;
}

static bool json_tail(struct report_writing *writing)
{
	json_object_end(&writing->json);
	text_add_char(writing->json.out, '\n');
	return true;
}

static report_part *const json_parts[] = {
	json_head, json_scorecard, json_lists, json_sources, json_held, json_tail,
	NULL,
};

const struct report_form report_json = {
	.type = "application/json", .parts = json_parts,
};
