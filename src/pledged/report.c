/* report: see report.h. */
#include "pledged/report.h"

#include <stdlib.h>

#include "base/mem.h"

#define JUDGED_AT_ONCE JUDGEMENTS_PER_TURN
#define ASKED_AT_ONCE 20	/* sources */

struct report *report_new(struct daemon *daemon)
{
	struct report *report = mem_new(1, sizeof *report);

	report->daemon = daemon;
	report->edition = edition_of(daemon);
	report->reg = daemon->reg;
	return report;
}

void report_free(struct report *report)
{
	if (report == NULL)
		return;
	rollup_release(&report->rollup);
	free(report->milestones);
	free(report->answers);
	free(report->failing);
	free(report);
}

/* --- judging -------------------------------------------------------------------- */

static void report_take(struct report *report, uint32_t index,
	const struct assessment *answer)
{
	size_t room = report->capacity;

	report->milestones = mem_grow(report->milestones, report->count, &room,
		sizeof *report->milestones);
	report->answers = mem_grow(report->answers, report->count,
		&report->capacity, sizeof *report->answers);
	report->milestones[report->count] = index;
	report->answers[report->count++] = *answer;
}

int report_judge(struct report *report, struct error *error)
{
	const struct register_ *reg = report->reg;
	struct assessment answer;

	for (int i = 0; i < JUDGED_AT_ONCE && report->next < reg->milestone_count;
			i++) {
		uint32_t index = report->next++;

		engine_assess(report->daemon->engine, index,
			report->question.known, &answer);
		if (!query_accepts(&report->query, reg, index, &answer))
			continue;
		if (report->count == REPORT_MILESTONES_MAX)
			return error_set(error, ERROR_LIMIT, "more than %d "
				"milestones are selected: a report has no room "
				"for so many, narrow it by obligor, instrument, "
				"pledge, status or a label",
				REPORT_MILESTONES_MAX);
		report_take(report, index, &answer);
	}
	return report->next == reg->milestone_count;
}

static const struct assessment *answer_find(const struct report *report,
	uint32_t milestone)
{
	size_t low = 0, high = report->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (report->milestones[middle] < milestone)
			low = middle + 1;
		else
			high = middle;
	}
	return low < report->count && report->milestones[low] == milestone ?
		&report->answers[low] : NULL;
}

/* --- counting ------------------------------------------------------------------- */

const struct assessment *report_answer(void *context, uint32_t milestone,
	struct assessment *room)
{
	(void)room;
	return answer_find(context, milestone);
}

/* Milestones of a pledge stand in a row, those of an instrument need not. */
static void report_count_holders(struct report *report)
{
	const struct register_ *reg = report->reg;
	bool *seen = mem_new(reg->instrument_count + 1, sizeof *seen);
	uint32_t last = NOT_FOUND;

	for (size_t i = 0; i < report->count; i++) {
		uint32_t pledge = reg->milestones[report->milestones[i]].pledge;
		uint32_t instrument = reg->pledges[pledge].instrument;

		report->pledges += pledge != last;
		report->instruments += !seen[instrument];
		seen[instrument] = true;
		last = pledge;
	}
	free(seen);
}

int report_count(struct report *report, struct error *error)
{
	static const uint32_t none[1];
	struct rollup_request wanted = {
		.milestones = report->count > 0 ? report->milestones : none,
		.milestone_count = report->count,
		.rows = rollup_key_read(report->by),
		.columns = {ROLLUP_ALL, NULL},
		.as_of = report->question.known.published_by,
		.milestones_max = REPORT_MILESTONES_MAX,
	};

	report_count_holders(report);
	return rollup_make(&report->rollup, report->reg, &wanted, report_answer,
		report, error);
}

/* --- sources -------------------------------------------------------------------- */

static void source_take(void *context, const char *id,
	const struct source_state *state)
{
	struct report_source *source = context;

	(void)id;
	source->asked = true;
	source->outcome = state->outcome;
	source->last_success = state->last_success;
	source->failing_since = state->failing_since;
	string_copy(source->error, sizeof source->error, state->error);
}

static void report_take_source(struct report *report,
	const struct report_source *source)
{
	report->not_asked += !source->asked;
	if (!source->asked || source->failing_since == INSTANT_MIN)
		return;
	if (report->failing_count == REPORT_FAILING_MAX) {
		report->failing_left_out++;
		return;
	}
	report->failing = mem_grow(report->failing, report->failing_count,
		&report->failing_capacity, sizeof *report->failing);
	report->failing[report->failing_count++] = *source;
}

int report_ask_sources(struct report *report, struct error *error)
{
	struct store *store = report->daemon->store;
	const struct knowledge *known = &report->question.known;
	const struct register_ *reg = report->reg;
	instant by = earlier(known->published_by, known->recorded_by);

	if (report->next_source == 0 && store_find_poll(store, by,
			&report->last_poll, error) < 0)
		return -1;
	for (int i = 0; i < ASKED_AT_ONCE && report->next_source <
			reg->source_count; i++) {
		struct report_source source = {.source = report->next_source++};

		if (store_load_source_by(store, reg->sources[source.source].id,
				report->last_poll, source_take, &source, error) < 0)
			return -1;
		report_take_source(report, &source);
	}
	return report->next_source == reg->source_count;
}

/* --- lists ---------------------------------------------------------------------- */

static bool answer_is_missed(const struct assessment *answer)
{
	return rollup_class(answer->status) == ROLLUP_MISSED;
}

static bool answer_is_late(const struct assessment *answer)
{
	return answer->status == STATUS_MET_LATE;
}

static bool answer_is_in_danger(const struct assessment *answer)
{
	return answer->status == STATUS_AT_RISK ||
		answer->status == STATUS_OFF_TRACK ||
		answer->status == STATUS_DUE;
}

static bool answer_is_unknown(const struct assessment *answer)
{
	return rollup_class(answer->status) == ROLLUP_UNKNOWN;
}

/* A miss that rests on them is told among those that were missed, too. */
static bool answer_is_doubtful(const struct assessment *answer)
{
	return answer->knowledge == KNOWLEDGE_STALE ||
		answer->knowledge == KNOWLEDGE_DISPUTED ||
		answer->knowledge == KNOWLEDGE_PROVISIONAL;
}

static bool answer_is_moved(const struct assessment *answer)
{
	return answer->lifecycle == LIFECYCLE_RESCHEDULED ||
		answer->lifecycle == LIFECYCLE_MODIFIED;
}

static bool answer_is_left_out(const struct assessment *answer)
{
	return rollup_class(answer->status) == ROLLUP_OUT;
}

const struct report_list report_lists[] = {
	{"missed", "What was missed", "Not fulfilled when due, broken, taken back, "
		"or fulfilled in part only.", "Nothing was missed.",
		answer_is_missed},
	{"late", "What came late", "Fulfilled, but after the due date and any "
		"grace.", NULL, answer_is_late},
	{"danger", "What is in danger or due", "Behind the path to the target, "
		"or due now and not fulfilled yet.", "Nothing is in danger or due.",
		answer_is_in_danger},
	{"unknown", "What could not be verified", "Past due, and no figure, "
		"document or statement tells whether it was fulfilled. None of "
		"these counts as missed.", "Nothing is left unverified.",
		answer_is_unknown},
	{"doubtful", "What rests on old, provisional or disputed figures",
		"The answer may change without anything having happened.", NULL,
		answer_is_doubtful},
	{"moved", "What has other terms than at first", "Judged by the terms in "
		"force at the time of this report; the original due date is kept "
		"beside the present one.", NULL, answer_is_moved},
	{"left_out", "What is left out", "Withdrawn, superseded or waived: not "
		"in the denominator.", NULL, answer_is_left_out},
};

const size_t report_list_count = sizeof report_lists / sizeof *report_lists;

/* --- figures -------------------------------------------------------------------- */

bool report_rests_on(const struct report *report, uint32_t index)
{
	const struct indicator *indicator = &report->reg->indicators[index];

	for (size_t i = 0; i < indicator->milestone_count; i++)
		if (answer_find(report, indicator->milestones[i]) != NULL)
			return true;
	return false;
}

/* It is, until a later word on its period came, or the same is in force. */
static bool figure_is_held(const struct series *series,
	const struct observation *figure, struct knowledge known)
{
	const struct observation *used;

	if (figure->quarantine == QUARANTINE_NONE ||
			figure->published > known.published_by ||
			figure->recorded > known.recorded_by)
		return false;
	used = series_at(series, figure->period, known);
	return used == NULL || (used->recorded <= figure->recorded &&
		decimal_compare(used->value, figure->value) != 0);
}

void report_visit_held(const struct report *report, uint32_t indicator,
	report_held_fn *fn, void *context)
{
	const struct indicator *of = &report->reg->indicators[indicator];
	const struct series *series;

	if (of->kind == INDICATOR_DOCUMENTS)
		return;
	series = history_series(report->daemon->history, of->id);
	for (size_t i = 0; i < series->count; i++)
		if (figure_is_held(series, &series->items[i],
				report->question.known))
			fn(context, indicator, &series->items[i]);
}

/* --- what is selected ------------------------------------------------------------ */

void report_add_selection(const struct report *report, struct text *out)
{
	const struct query *query = &report->query;

	if (query->count == 0)
		text_add_string(out, "all milestones of the register");
	for (size_t i = 0; i < query->count; i++)
		text_addf(out, "%s%s %s", i > 0 ? "; " : "",
			query->terms[i].name, query->terms[i].pattern);
}
