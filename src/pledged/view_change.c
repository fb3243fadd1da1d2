/* view_change: see view_change.h. */
#include "pledged/view_change.h"

#include "pledged/view.h"

/* Adds the value; nothing where there is none. */
typedef void field_write(const struct milestone_state *state,
	const struct zone *zone, struct text *out);

#define FIELD_WORD(field, name) \
	static void write_##field(const struct milestone_state *state, \
		const struct zone *zone, struct text *out) \
	{ \
		(void)zone; \
		text_add_string(out, name(state->assessment.field)); \
	}

FIELD_WORD(status, status_name)
FIELD_WORD(verdict, verdict_name)
FIELD_WORD(lifecycle, lifecycle_name)
FIELD_WORD(progress, progress_name)
FIELD_WORD(knowledge, assurance_name)

static void figure_write(const struct figure *figure, bool ratio,
	struct text *out)
{
	if (figure->known)
		text_add_decimal(out, ratio ? view_ratio(figure->value) :
			view_exact(figure->value));
}

#define FIELD_FIGURE(field, ratio) \
	static void write_##field(const struct milestone_state *state, \
		const struct zone *zone, struct text *out) \
	{ \
		(void)zone; \
		figure_write(&state->assessment.field, ratio, out); \
	}

FIELD_FIGURE(actual, false)
FIELD_FIGURE(target, false)
FIELD_FIGURE(baseline, false)
FIELD_FIGURE(pace, true)

static void day_or_instant_write(struct date date, instant at,
	const struct zone *zone, struct text *out)
{
	if (!date_is_none(date))
		text_add_date(out, date);
	else if (at != INSTANT_MIN && at != INSTANT_MAX)
		text_add_instant_zone(out, at, zone);
}

static void write_due(const struct milestone_state *state,
	const struct zone *zone, struct text *out)
{
	day_or_instant_write(state->assessment.due_date, state->assessment.due,
		zone, out);
}

static void write_event(const struct milestone_state *state,
	const struct zone *zone, struct text *out)
{
	day_or_instant_write(state->assessment.event_date,
		state->assessment.event, zone, out);
}

static void write_data_through(const struct milestone_state *state,
	const struct zone *zone, struct text *out)
{
	(void)zone;
	if (!period_is_none(state->assessment.data_through))
		text_add_period(out, state->assessment.data_through);
}

/* Told: in the line for people; the others there only if nothing else is. */
static const struct field {
	const char *name;
	field_write *write;
	bool number;
	bool told;
} fields[] = {
	{"status", write_status, false, true},
	{"verdict", write_verdict, false, false},
	{"lifecycle", write_lifecycle, false, false},
	{"progress", write_progress, false, false},
	{"knowledge", write_knowledge, false, true},
	{"due", write_due, false, true},
	{"event_date", write_event, false, true},
	{"actual", write_actual, true, true},
	{"target", write_target, true, true},
	{"baseline", write_baseline, true, false},
	{"pace", write_pace, true, false},
	{"data_through", write_data_through, false, false},
};

#define FIELD_COUNT (sizeof fields / sizeof fields[0])

/* One field of both answers. */
struct pair {
	const struct field *field;
	struct text from, to;
	bool differs;
};

static void pair_take(struct pair *pair, const struct field *field,
	const struct milestone_state *before, const struct milestone_state *after,
	const struct zone *zone)
{
	pair->field = field;
	text_init(&pair->from, 0);
	text_init(&pair->to, 0);
	if (before != NULL)
		field->write(before, zone, &pair->from);
	field->write(after, zone, &pair->to);
	pair->differs = !string_is(text_string(&pair->from),
		text_string(&pair->to));
}

static void pair_release(struct pair *pair)
{
	text_release(&pair->from);
	text_release(&pair->to);
}

static void pairs_take(struct pair *pairs, const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		pair_take(&pairs[i], &fields[i], before, &change->state, zone);
}

static void pairs_release(struct pair *pairs)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		pair_release(&pairs[i]);
}

bool view_change_is_told(const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone)
{
	bool differs = before == NULL;

	for (size_t i = 0; i < FIELD_COUNT && !differs; i++) {
		struct pair pair;

		pair_take(&pair, &fields[i], before, &change->state, zone);
		differs = pair.differs;
		pair_release(&pair);
	}
	return differs;
}

/* --- for people ------------------------------------------------------------------ */

/* Figures in short. */
static void add_value(struct text *out, const struct field *field,
	const struct text *value)
{
	struct decimal number;

	if (value->length == 0)
		text_add_string(out, "none");
	else if (field->number && decimal_read(text_string(value), &number))
		text_add_decimal_short(out, number);
	else
		text_add_string(out, text_string(value));
}

/* "actual 8.1bn -> 9.74bn" */
static void add_pair(struct text *out, const struct pair *pair)
{
	if (out->length > 0)
		text_add_string(out, "; ");
	if (!string_is(pair->field->name, "status"))
		text_addf(out, "%s ", pair->field->name);
	if (pair->from.length > 0) {
		add_value(out, pair->field, &pair->from);
		text_add_string(out, " -> ");
	}
	add_value(out, pair->field, &pair->to);
}

static void add_pairs(struct text *out, const struct pair *pairs)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (pairs[i].differs && pairs[i].field->told)
			add_pair(out, &pairs[i]);
	for (size_t i = 0; i < FIELD_COUNT && out->length == 0; i++)
		if (pairs[i].differs)
			add_pair(out, &pairs[i]);
}

void view_change_words(struct text *out, const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone)
{
	struct pair pairs[FIELD_COUNT];

	pairs_take(pairs, before, change, zone);
	add_pairs(out, pairs);
	pairs_release(pairs);
}

/* --- for programs ------------------------------------------------------------------ */

static void put_side(struct json *json, const char *key,
	const struct field *field, const struct text *value)
{
	json_key(json, key);
	if (value->length == 0)
		json_null(json);
	else if (field->number)
		json_raw(json, text_string(value));
	else
		json_string(json, text_string(value));
}

static void put_pairs(struct json *json, const struct pair *pairs)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!pairs[i].differs)
			continue;
		json_key(json, pairs[i].field->name);
		json_object(json);
		put_side(json, "from", pairs[i].field, &pairs[i].from);
		put_side(json, "to", pairs[i].field, &pairs[i].to);
		json_object_end(json);
	}
}

void view_change_fields(struct json *json, const struct milestone_state *before,
	const struct store_change *change, const struct zone *zone)
{
	struct pair pairs[FIELD_COUNT];

	pairs_take(pairs, before, change, zone);
	put_pairs(json, pairs);
	pairs_release(pairs);
}

void view_action_fields(struct json *json, const struct store_action *action)
{
	json_put_int(json, "id", action->id);
	json_put_instant(json, "time", action->at);
	json_put_string(json, "by", action->who);
	json_put_string(json, "what", action->what);
	view_said(json, "subject", action->subject);
	view_said(json, "note", action->note);
	json_put_instant(json, "until", action->until);
}
