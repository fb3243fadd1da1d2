/*
 * rollup: places every milestone selected in a row and a column, tallies the
 * cells, and adds the cells up: each milestone is judged once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "core/rollup.h"

#define DAY INT64_C(86400)
#define SHARE 10000

const char ROLLUP_RULE[] =
	"coverage is the weight of the milestones met, in time or late, among "
	"those required: all that are selected and have a row and a column, but "
	"for those withdrawn, superseded or waived; met in part is not met; those "
	"awaiting data or unverified count as not met in coverage and as met in "
	"coverage_upper; coverage_due is the same among those whose due date and "
	"grace have passed";

/* ---- keys ------------------------------------------------------------------ */

static const struct {
	const char *word;
	enum rollup_field field;
} rollup_fields[] = {
	{"instrument", ROLLUP_INSTRUMENT},
	{"milestone", ROLLUP_MILESTONE},
	{"obligor", ROLLUP_OBLIGOR},
	{"owner", ROLLUP_OWNER},
	{"pledge", ROLLUP_PLEDGE},
	{"severity", ROLLUP_SEVERITY},
};

const char *rollup_party(const struct register_ *reg)
{
	for (size_t i = 0; i < reg->pledge_count; i++)
		if (reg->pledges[i].obligor != NULL)
			return "obligor";
	return "instrument";
}

struct rollup_key rollup_key_read(const char *word)
{
	for (size_t i = 0; i < sizeof rollup_fields / sizeof rollup_fields[0]; i++)
		if (string_is(word, rollup_fields[i].word))
			return (struct rollup_key){rollup_fields[i].field, NULL};
	if (string_starts(word, "label."))
		word += strlen("label.");
	return (struct rollup_key){ROLLUP_LABEL, word};
}

const char *rollup_key_value(const struct register_ *reg,
	const struct milestone *milestone, struct rollup_key key)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);

	switch (key.field) {
	case ROLLUP_LABEL:
		return milestone_label(reg, milestone, key.label);
	case ROLLUP_INSTRUMENT:
		return pledge->instrument_id;
	case ROLLUP_MILESTONE:
		return milestone->name;
	case ROLLUP_OBLIGOR:
		return pledge->obligor;
	case ROLLUP_OWNER:
		return pledge->owner;
	case ROLLUP_PLEDGE:
		return pledge->id;
	case ROLLUP_SEVERITY:
		return severity_name(milestone->severity);
	case ROLLUP_ALL:
		break;
	}
	return "all";
}

/* ---- tallies --------------------------------------------------------------- */

enum rollup_class rollup_class(enum status status)
{
	static const enum rollup_class classes[STATUS_COUNT] = {
		[STATUS_NOT_STARTED] = ROLLUP_AHEAD,
		[STATUS_PENDING] = ROLLUP_AHEAD,
		[STATUS_ON_TRACK] = ROLLUP_AHEAD,
		[STATUS_AT_RISK] = ROLLUP_AHEAD,
		[STATUS_OFF_TRACK] = ROLLUP_AHEAD,
		[STATUS_DUE] = ROLLUP_AHEAD,
		[STATUS_AWAITING_DATA] = ROLLUP_UNKNOWN,
		[STATUS_UNVERIFIED] = ROLLUP_UNKNOWN,
		[STATUS_MET] = ROLLUP_MET,
		[STATUS_MET_LATE] = ROLLUP_MET,
		[STATUS_PARTLY_MET] = ROLLUP_MISSED,
		[STATUS_NOT_MET] = ROLLUP_MISSED,
		[STATUS_BREACHED] = ROLLUP_MISSED,
		[STATUS_REVERSED] = ROLLUP_MISSED,
		[STATUS_WAIVED] = ROLLUP_OUT,
		[STATUS_WITHDRAWN] = ROLLUP_OUT,
		[STATUS_SUPERSEDED] = ROLLUP_OUT,
	};

	return classes[status];
}

void tally_init(struct rollup_tally *tally)
{
	*tally = (struct rollup_tally){.worst = STATUS_COUNT,
		.first_event = INSTANT_MAX, .last_event = INSTANT_MIN,
		.next = NOT_FOUND, .next_due = INSTANT_MAX};
}

static void weights_add(struct rollup_weights *weights, enum rollup_class class,
	int64_t weight)
{
	weights->required += weight;
	weights->met += class == ROLLUP_MET ? weight : 0;
	weights->unknown += class == ROLLUP_UNKNOWN ? weight : 0;
}

/* The more urgent of two; STATUS_COUNT is none. */
static enum status status_worse(enum status a, enum status b)
{
	if (a == STATUS_COUNT || b == STATUS_COUNT)
		return a == STATUS_COUNT ? b : a;
	return status_urgency(b) < status_urgency(a) ? b : a;
}

static int64_t milestone_millionths(const struct milestone *milestone)
{
	struct decimal value = decimal_round(milestone->weight, 6), scaled;

	if (!decimal_multiply(value, decimal_from_int(1000000), &scaled))
		return 0;
	return (int64_t)decimal_round(scaled, 0).coefficient;
}

void tally_add(struct rollup_tally *tally, uint32_t index,
	const struct milestone *milestone, const struct assessment *answer,
	instant now)
{
	enum rollup_class class = rollup_class(answer->status);
	int64_t weight = milestone_millionths(milestone);

	tally->milestones++;
	tally->by_status[answer->status]++;
	tally->by_class[class]++;
	if (class == ROLLUP_OUT)
		return;
	tally->worst = status_worse(tally->worst, answer->status);
	weights_add(&tally->all, class, weight);
	if (answer->due != INSTANT_MAX && answer->grace_end < now) {
		weights_add(&tally->due, class, weight);
		tally->due_count++;
	}
	if (class == ROLLUP_MET && answer->event != INSTANT_MIN) {
		if (answer->event < tally->first_event)
			tally->first_event = answer->event;
		if (answer->event > tally->last_event)
			tally->last_event = answer->event;
	}
	if (class == ROLLUP_AHEAD && answer->due >= now &&
	    answer->due < tally->next_due) {
		tally->next = index;
		tally->next_due = answer->due;
	}
}

static void weights_merge(struct rollup_weights *into,
	const struct rollup_weights *from)
{
	into->required += from->required;
	into->met += from->met;
	into->unknown += from->unknown;
}

static void tally_merge(struct rollup_tally *into,
	const struct rollup_tally *from)
{
	into->milestones += from->milestones;
	into->due_count += from->due_count;
	for (size_t i = 0; i < STATUS_COUNT; i++)
		into->by_status[i] += from->by_status[i];
	for (size_t i = 0; i < ROLLUP_CLASS_COUNT; i++)
		into->by_class[i] += from->by_class[i];
	weights_merge(&into->all, &from->all);
	weights_merge(&into->due, &from->due);
	into->worst = status_worse(into->worst, from->worst);
	if (from->first_event < into->first_event)
		into->first_event = from->first_event;
	if (from->last_event > into->last_event)
		into->last_event = from->last_event;
	if (from->next_due < into->next_due) {
		into->next = from->next;
		into->next_due = from->next_due;
	}
}

uint32_t tally_required(const struct rollup_tally *tally)
{
	return tally->milestones - tally->by_class[ROLLUP_OUT];
}

bool tally_is_complete(const struct rollup_tally *tally)
{
	return tally_required(tally) != 0 &&
		tally_required(tally) == tally->by_class[ROLLUP_MET];
}

bool weights_share(const struct rollup_weights *weights, int *lower, int *upper)
{
	if (weights->required <= 0)
		return false;
	*lower = (int)((__int128)weights->met * SHARE / weights->required);
	*upper = (int)((__int128)(weights->met + weights->unknown) * SHARE /
		weights->required);
	return true;
}

void weights_add_share(struct text *out, const struct rollup_weights *weights)
{
	int lower, upper;

	if (!weights_share(weights, &lower, &upper))
		text_add_string(out, "–");
	else if (lower / 100 == upper / 100)
		text_addf(out, "%d" ROLLUP_PERCENT "%", lower / 100);
	else
		text_addf(out, "%d–%d" ROLLUP_PERCENT "%", lower / 100,
			upper / 100);
}

bool tally_on_time(const struct rollup_tally *tally, int *share)
{
	uint64_t decided = (uint64_t)tally->by_class[ROLLUP_MET] +
		tally->by_class[ROLLUP_MISSED];

	if (decided == 0)
		return false;
	*share = (int)((uint64_t)tally->by_status[STATUS_MET] * SHARE / decided);
	return true;
}

bool tally_span(const struct rollup_tally *tally, int *days)
{
	if (tally->last_event == INSTANT_MIN)
		return false;
	*days = (int)((tally->last_event - tally->first_event + DAY / 2) / DAY);
	return true;
}

/* ---- lines ----------------------------------------------------------------- */

/* Names to numbers: an open table, at most half full. */
struct lines {
	struct rollup_line *list;
	size_t count, room;
	uint32_t *places;	/* number plus one; 0: free */
	size_t mask;
};

static void lines_init(struct lines *lines)
{
	*lines = (struct lines){.mask = 63,
		.places = mem_new(64, sizeof *lines->places)};
}

static uint32_t *lines_place(const struct lines *lines, const char *name)
{
	size_t at = hash_string(name) & lines->mask;

	while (lines->places[at] != 0 &&
	    !string_is(lines->list[lines->places[at] - 1].name, name))
		at = (at + 1) & lines->mask;
	return &lines->places[at];
}

static void lines_widen(struct lines *lines)
{
	free(lines->places);
	lines->mask = 2 * lines->mask + 1;
	lines->places = mem_new(lines->mask + 1, sizeof *lines->places);
	for (size_t i = 0; i < lines->count; i++)
		*lines_place(lines, lines->list[i].name) = (uint32_t)i + 1;
}

/* Milestones beside one another often have the same. */
static uint32_t lines_number(struct lines *lines, const char *name,
	uint32_t guess)
{
	uint32_t *place;

	if (guess < lines->count && lines->list[guess].name == name)
		return guess;
	place = lines_place(lines, name);
	if (*place != 0)
		return *place - 1;
	if (2 * lines->count > lines->mask) {
		lines_widen(lines);
		place = lines_place(lines, name);
	}
	lines->list = mem_grow(lines->list, lines->count, &lines->room,
		sizeof *lines->list);
	lines->list[lines->count].name = name;
	tally_init(&lines->list[lines->count].tally);
	*place = (uint32_t)++lines->count;
	return *place - 1;
}

/* ---- selecting ------------------------------------------------------------- */

struct placed {
	uint32_t milestone, row, column;
};

struct rolling {
	const struct register_ *reg;
	const struct rollup_request *request;	/* while it is selected */
	struct rollup *out;
	struct lines rows, columns;
	struct placed *placed;
	size_t placed_count, placed_room;
	size_t selected;
	size_t counted;		/* of those placed */
	instant as_of;
	const char *slash;	/* in the pattern; NULL: it is of pledges */
};

static bool pledge_is_selected(const struct rolling *rolling,
	const struct pledge *pledge)
{
	return rolling->request->pattern == NULL || rolling->slash != NULL ||
		string_matches(pledge->id, rolling->request->pattern);
}

static bool milestone_is_selected(const struct rolling *rolling,
	const struct milestone *milestone)
{
	return rolling->slash == NULL ||
		string_matches(milestone->id, rolling->request->pattern);
}

static void rolling_place(struct rolling *rolling, uint32_t index)
{
	const struct milestone *milestone = &rolling->reg->milestones[index];
	const char *row = rollup_key_value(rolling->reg, milestone,
		rolling->request->rows);
	const char *column = rollup_key_value(rolling->reg, milestone,
		rolling->request->columns);
	struct placed last = rolling->placed_count != 0 ?
		rolling->placed[rolling->placed_count - 1] : (struct placed){0};

	rolling->out->without_row += row == NULL;
	rolling->out->without_column += row != NULL && column == NULL;
	if (row == NULL || column == NULL)
		return;
	rolling->placed = mem_grow(rolling->placed, rolling->placed_count,
		&rolling->placed_room, sizeof *rolling->placed);
	rolling->placed[rolling->placed_count++] = (struct placed){index,
		lines_number(&rolling->rows, row, last.row),
		lines_number(&rolling->columns, column, last.column)};
}

static int rolling_limit(const struct rolling *rolling, struct error *error)
{
	if (rolling->selected > rolling->request->milestones_max)
		return error_set(error, ERROR_LIMIT, "more than %zu milestones "
			"are selected: narrow the pattern",
			rolling->request->milestones_max);
	if (rolling->rows.count * rolling->columns.count > ROLLUP_CELLS_MAX)
		return error_set(error, ERROR_LIMIT, "more than %d cells (%zu rows "
			"and %zu columns so far): narrow the pattern, or choose "
			"rows and columns with fewer values", ROLLUP_CELLS_MAX,
			rolling->rows.count, rolling->columns.count);
	return 0;
}

static const char *key_word(struct rollup_key key)
{
	for (size_t i = 0; i < sizeof rollup_fields / sizeof rollup_fields[0]; i++)
		if (rollup_fields[i].field == key.field)
			return rollup_fields[i].word;
	return key.label != NULL ? key.label : "all";
}

/* Nothing to count is more likely a mistake in the question. */
static int rolling_absence(const struct rolling *rolling, struct error *error)
{
	const struct rollup_request *request = rolling->request;
	bool rows = rolling->out->without_row == rolling->selected;

	if (rolling->selected == 0 && request->pattern != NULL)
		return error_set(error, ERROR_ABSENT, "no milestone is selected "
			"by \"%.120s\"", request->pattern);
	if (rolling->selected == 0 || rolling->placed_count != 0)
		return 0;
	return error_set(error, ERROR_ABSENT, "none of the %zu milestones "
		"selected has the %s \"%.120s\"", rolling->selected,
		(rows ? request->rows : request->columns).field ==
		ROLLUP_LABEL ? "label" : "field", key_word(rows ? request->rows :
		request->columns));
}

static int rolling_take(struct rolling *rolling, uint32_t index,
	struct error *error)
{
	rolling->selected++;
	rolling_place(rolling, index);
	return rolling_limit(rolling, error);
}

static int rolling_select_given(struct rolling *rolling, struct error *error)
{
	for (size_t i = 0; i < rolling->request->milestone_count; i++)
		if (rolling_take(rolling, rolling->request->milestones[i],
				error) < 0)
			return -1;
	return rolling_absence(rolling, error);
}

static int rolling_select(struct rolling *rolling, struct error *error)
{
	const struct register_ *reg = rolling->reg;

	for (size_t p = 0; p < reg->pledge_count; p++) {
		const struct pledge *pledge = &reg->pledges[p];

		if (!pledge_is_selected(rolling, pledge))
			continue;
		for (uint32_t i = 0; i < pledge->milestone_count; i++) {
			uint32_t index = pledge->first_milestone + i;

			if (!milestone_is_selected(rolling,
			    &reg->milestones[index]))
				continue;
			if (rolling_take(rolling, index, error) < 0)
				return -1;
		}
	}
	return rolling_absence(rolling, error);
}

/* ---- the whole ------------------------------------------------------------- */

static void rolling_prepare(struct rolling *rolling)
{
	struct rollup *out = rolling->out;
	size_t count = rolling->rows.count * rolling->columns.count;

	out->cells = mem_new(count, sizeof *out->cells);
	for (size_t i = 0; i < count; i++)
		tally_init(&out->cells[i]);
}

static void rollup_total(struct rollup *out)
{
	tally_init(&out->total);
	for (size_t i = 0; i < out->row_count * out->column_count; i++) {
		const struct rollup_tally *cell = &out->cells[i];

		tally_merge(&out->rows[i / out->column_count].tally, cell);
		tally_merge(&out->columns[i % out->column_count].tally, cell);
		out->cells_required += tally_required(cell) != 0;
		out->cells_met += tally_is_complete(cell);
	}
	for (size_t i = 0; i < out->row_count; i++)
		tally_merge(&out->total, &out->rows[i].tally);
}

struct rolling *rollup_begin(struct rollup *out, const struct register_ *reg,
	const struct rollup_request *request, struct error *error)
{
	struct rolling *rolling = mem_new(1, sizeof *rolling);
	int result;

	*rolling = (struct rolling){.reg = reg, .request = request, .out = out,
		.as_of = request->as_of, .slash = request->pattern != NULL ?
		strchr(request->pattern, '/') : NULL};
	*out = (struct rollup){0};
	lines_init(&rolling->rows);
	lines_init(&rolling->columns);
	result = request->milestones != NULL ?
		rolling_select_given(rolling, error) :
		rolling_select(rolling, error);
	out->rows = rolling->rows.list;
	out->row_count = rolling->rows.count;
	out->columns = rolling->columns.list;
	out->column_count = rolling->columns.count;
	if (result < 0) {
		rollup_end(rolling);
		return NULL;
	}
	rolling_prepare(rolling);
	return rolling;
}

bool rollup_count(struct rolling *rolling, size_t most, answer_fn *answer,
	void *context)
{
	for (; most > 0 && rolling->counted < rolling->placed_count; most--) {
		struct placed placed = rolling->placed[rolling->counted++];
		struct assessment room;

		tally_add(&rolling->out->cells[placed.row *
			rolling->columns.count + placed.column],
			placed.milestone,
			&rolling->reg->milestones[placed.milestone],
			answer(context, placed.milestone, &room),
			rolling->as_of);
	}
	if (rolling->counted < rolling->placed_count)
		return false;
	rollup_total(rolling->out);
	return true;
}

void rollup_end(struct rolling *rolling)
{
	if (rolling == NULL)
		return;
	free(rolling->rows.places);
	free(rolling->columns.places);
	free(rolling->placed);
	free(rolling);
}

int rollup_make(struct rollup *out, const struct register_ *reg,
	const struct rollup_request *request, answer_fn *answer,
	void *context, struct error *error)
{
	struct rolling *rolling = rollup_begin(out, reg, request, error);

	if (rolling == NULL)
		return -1;
	rollup_count(rolling, SIZE_MAX, answer, context);
	rollup_end(rolling);
	return 0;
}

void rollup_release(struct rollup *rollup)
{
	free(rollup->rows);
	free(rollup->columns);
	free(rollup->cells);
	*rollup = (struct rollup){0};
}
