/* chronicle: see chronicle.h. */
#include "pledged/chronicle.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "pledged/view_change.h"

static const char *const kind_names[CHRONICLE_KINDS] = {
	[CHRONICLE_ACKNOWLEDGEMENT] = "acknowledgement",
	[CHRONICLE_SILENCE] = "silence",
	[CHRONICLE_SILENCE_END] = "silence_end",
	[CHRONICLE_ATTESTATION] = "attestation",
	[CHRONICLE_OBSERVATION] = "observation",
	[CHRONICLE_ACCEPTANCE] = "acceptance",
	[CHRONICLE_CHANGE] = "change",
};

const char *chronicle_kind_name(enum chronicle_kind kind)
{
	return kind_names[kind];
}

/* --- deeds ------------------------------------------------------------------ */

struct deed {
	struct chronicle_entry entry;
	int64_t number;		/* that tells it from others of its time and kind */
};

struct deeds {
	struct daemon *daemon;
	const char *milestone;
	uint32_t index;		/* NOT_FOUND: it has left the register */
	const char *indicator;	/* whose figures are being read … */
	size_t room;		/* … and how many more of any */
	struct arena *arena;
	struct deed *items;
	size_t count, capacity;
	size_t accepted;	/* figures that the last one accepts */
};

static const char *said_or_null(struct deeds *deeds, const char *said)
{
	return said == NULL || *said == '\0' ? NULL :
		arena_string(deeds->arena, said);
}

/* Number: that of struct deed, and of the entry unless that has another. */
static struct chronicle_entry *deed_add(struct deeds *deeds,
	enum chronicle_kind kind, instant time, int64_t number)
{
	deeds->items = mem_grow(deeds->items, deeds->count, &deeds->capacity,
		sizeof *deeds->items);
	struct deed *deed = &deeds->items[deeds->count++];

	*deed = (struct deed){.number = number, .entry = {.kind = kind,
		.time = time, .number = number, .until = INSTANT_MIN}};
	return &deed->entry;
}

/* "… until 2021-01-27T15:30:22Z" */
static const char *words_until(struct deeds *deeds, const char *words,
	instant until)
{
	struct text text;
	const char *kept;

	text_init(&text, 0);
	text_add_string(&text, words);
	if (until != INSTANT_MIN) {
		text_add_string(&text, " until ");
		text_add_instant(&text, until);
	}
	kept = arena_string(deeds->arena, text_string(&text));
	text_release(&text);
	return kept;
}

static void take_acknowledgement(void *context,
	const struct store_action *action)
{
	struct deeds *deeds = context;
	struct chronicle_entry *entry = deed_add(deeds,
		CHRONICLE_ACKNOWLEDGEMENT, action->at, action->id);

	entry->number = strtoll(action->subject, NULL, 10);
	entry->what = words_until(deeds, arena_printf(deeds->arena,
		"alert %s taken in hand", action->subject), action->until);
	entry->by = said_or_null(deeds, action->who);
	entry->why = said_or_null(deeds, action->note);
	entry->until = action->until;
}

/* --- silences ------------------------------------------------------------------ */

/* Why somebody has ended one stands with their order. */
struct ending {
	struct deeds *deeds;
	const char *why;
};

static void take_ending(void *context, const struct store_action *action)
{
	struct ending *ending = context;

	if (string_is(action->what, "end silence"))
		ending->why = said_or_null(ending->deeds, action->note);
}

static void add_ending(struct deeds *deeds, const struct silence *silence)
{
	struct ending ending = {.deeds = deeds};
	struct chronicle_entry *entry = deed_add(deeds, CHRONICLE_SILENCE_END,
		silence->ended, silence->id);

	entry->what = arena_printf(deeds->arena, "silence %" PRId64 " ended",
		silence->id);
	entry->by = said_or_null(deeds, silence->ended_by);
	store_load_actions(deeds->daemon->store, arena_printf(deeds->arena,
		"%" PRId64, silence->id), 0, 0, take_ending, &ending, NULL);
	entry->why = ending.why;
}

static void take_silence(void *context, const struct silence *silence)
{
	struct deeds *deeds = context;

	if (deeds->index == NOT_FOUND || !engine_silence_concerns(
			deeds->daemon->engine, silence, deeds->index))
		return;
	struct chronicle_entry *entry = deed_add(deeds, CHRONICLE_SILENCE,
		silence->made, silence->id);

	entry->what = words_until(deeds, arena_printf(deeds->arena,
		"silence %" PRId64 " over %s", silence->id, silence->words),
		silence->until);
	entry->by = said_or_null(deeds, silence->by);
	entry->why = said_or_null(deeds, silence->note);
	entry->until = silence->until;
	if (silence->ended != INSTANT_MAX)
		add_ending(deeds, silence);
}

/* --- what people say -------------------------------------------------------------- */

static void add_attestation(struct deeds *deeds,
	const struct attestation *attestation, int64_t number)
{
	struct chronicle_entry *entry = deed_add(deeds, CHRONICLE_ATTESTATION,
		attestation->at, number);
	struct text what;

	text_init(&what, 0);
	text_addf(&what, "attested %s: %s, ", attestation->key,
		attestation->yes ? "yes" : "no");
	text_add_date(&what, attestation->on);
	entry->number = attestation->id;
	entry->what = arena_string(deeds->arena, text_string(&what));
	entry->by = said_or_null(deeds, attestation->by);
	entry->why = said_or_null(deeds, attestation->note);
	entry->evidence = said_or_null(deeds, attestation->evidence);
	text_release(&what);
}

/* What is said in the register comes before the store's, and has no number. */
static void add_registered(struct deeds *deeds)
{
	const struct clauses *clauses = deeds->index == NOT_FOUND ? NULL :
		deeds->daemon->reg->milestones[deeds->index].clauses;

	for (size_t i = 0; clauses != NULL && i < clauses->attestation_count; i++)
		add_attestation(deeds, &clauses->attestations[i],
			(int64_t)i - REGISTERED_MAX);
}

static int add_said(struct deeds *deeds, struct error *error)
{
	struct attestations said;
	int status;

	attestations_init(&said);
	status = store_loads.attestations(deeds->daemon->store,
		deeds->milestone, &said);
	for (size_t i = 0; i < said.count; i++)
		add_attestation(deeds, said.items[i], said.items[i]->id);
	attestations_release(&said);
	return status < 0 ? error_set(error, ERROR_INPUT,
		"the attestations of %s", deeds->milestone) : 0;
}

/* --- figures --------------------------------------------------------------------- */

static void take_observing(void *context, const struct store_action *action)
{
	struct deeds *deeds = context;

	deeds->room--;
	if (!string_is(action->what, "observe"))
		return;
	struct chronicle_entry *entry = deed_add(deeds, CHRONICLE_OBSERVATION,
		action->at, action->id);

	entry->what = arena_printf(deeds->arena, "handed in: %s",
		deeds->indicator);
	entry->by = said_or_null(deeds, action->who);
	entry->why = said_or_null(deeds, action->note);
}

/* Whether it was accepted by the same order as the last one. */
static bool is_of_last(const struct deeds *deeds, const char *indicator,
	instant recorded, const char *by)
{
	const struct deed *last = deeds->count == 0 ? NULL :
		&deeds->items[deeds->count - 1];

	return last != NULL && last->entry.kind == CHRONICLE_ACCEPTANCE &&
		last->entry.time == recorded && deeds->accepted > 0 &&
		string_is(deeds->indicator, indicator) &&
		string_is(last->entry.by, by);
}

static const char *words_accepted(struct deeds *deeds,
	const struct observation *observation, int64_t held)
{
	struct text text;
	const char *kept;

	text_init(&text, 0);
	text_addf(&text, "accepted %s ", deeds->indicator);
	text_add_period(&text, observation->period);
	text_add_string(&text, " = ");
	text_add_decimal(&text, observation->value);
	text_addf(&text, ", held as %" PRId64, held);
	kept = arena_string(deeds->arena, text_string(&text));
	text_release(&text);
	return kept;
}

static void take_accepted(void *context, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	struct deeds *deeds = context;

	deeds->room--;
	if (is_of_last(deeds, indicator, observation->recorded, how->by)) {
		deeds->items[deeds->count - 1].entry.what = arena_printf(
			deeds->arena, "accepted %zu figures of %s",
			++deeds->accepted, indicator);
		return;
	}
	struct chronicle_entry *entry = deed_add(deeds, CHRONICLE_ACCEPTANCE,
		observation->recorded, observation->id);

	entry->number = how->accepts;
	entry->what = words_accepted(deeds, observation, how->accepts);
	entry->by = said_or_null(deeds, how->by);
	entry->why = said_or_null(deeds, how->note);
	entry->evidence = said_or_null(deeds, how->evidence);
	deeds->accepted = 1;
}

static int add_figures_of(struct deeds *deeds, const char *indicator,
	struct error *error)
{
	struct store *store = deeds->daemon->store;

	deeds->indicator = indicator;
	deeds->accepted = 0;
	if (store_load_accepted(store, indicator, 0, deeds->room, take_accepted,
			deeds, error) < 0)
		return -1;
	/* No limit would be none. */
	return deeds->room == 0 ? 0 : store_load_actions(store, indicator, 0,
		deeds->room, take_observing, deeds, error);
}

static int add_figures(struct deeds *deeds, const struct benchmark *benchmark,
	struct error *error)
{
	const struct register_ *reg = deeds->daemon->reg;

	for (size_t i = 0; benchmark != NULL && deeds->room > 0 &&
	    i < benchmark->indicator_count && i < CHRONICLE_INDICATORS_MAX; i++)
		if (add_figures_of(deeds, reg->indicators[
				benchmark->indicators[i]].id, error) < 0)
			return -1;
	return 0;
}

/* Of an indicator that stands in both, tell_deed passes over what comes twice. */
static int add_all_figures(struct deeds *deeds, struct error *error)
{
	if (deeds->index == NOT_FOUND)
		return 0;
	const struct milestone *milestone =
		&deeds->daemon->reg->milestones[deeds->index];

	if (add_figures(deeds, milestone->benchmark, error) < 0)
		return -1;
	return add_figures(deeds, milestone->baseline, error);
}

/* --- in order of time ------------------------------------------------------------- */

static int compare_places(const struct chronicle_place *a,
	const struct chronicle_place *b)
{
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static struct chronicle_place deed_place(const struct deed *deed)
{
	return (struct chronicle_place){.time = deed->entry.time,
		.kind = (int)deed->entry.kind, .number = deed->number};
}

static int compare_deeds(const void *left, const void *right)
{
	const struct chronicle_place a = deed_place(left), b = deed_place(right);

	return compare_places(&a, &b);
}

static int deeds_read(struct deeds *deeds, struct error *error)
{
	struct store *store = deeds->daemon->store;

	add_registered(deeds);
	if (add_said(deeds, error) < 0 || add_all_figures(deeds, error) < 0 ||
	    store_load_acknowledgements(store, deeds->milestone, 0,
		CHRONICLE_DEEDS_MAX, take_acknowledgement, deeds, error) < 0 ||
	    store_load_silences(store, INSTANT_MIN, 0, CHRONICLE_SILENCES_MAX,
		take_silence, deeds, error) < 0)
		return -1;
	if (deeds->count > 1)
		qsort(deeds->items, deeds->count, sizeof *deeds->items,
			compare_deeds);
	return 0;
}

static void deeds_release(struct deeds *deeds)
{
	arena_free(deeds->arena);
	free(deeds->items);
}

/* --- merged with what was judged ----------------------------------------------------- */

struct telling {
	const struct deeds *deeds;
	size_t next;		/* deed */
	struct chronicle_place *place;
	int64_t begun;		/* the last change of the page before */
	instant until;
	const struct zone *zone;
	chronicle_fn *fn;
	void *context;
	struct milestone_state before;
	bool has_before;
	size_t looked;
	bool full;
};

static void tell_deed(struct telling *telling, const struct deed *deed)
{
	const struct chronicle_place place = deed_place(deed);

	if (compare_places(&place, telling->place) > 0) {
		if (!telling->fn(telling->context, &deed->entry)) {
			telling->full = true;
			return;
		}
		telling->place->time = place.time;
		telling->place->kind = place.kind;
		telling->place->number = place.number;
	}
	telling->next++;
}

static void tell_deeds(struct telling *telling, instant until)
{
	const struct deeds *deeds = telling->deeds;

	while (!telling->full && telling->next < deeds->count &&
	    deeds->items[telling->next].entry.time <= until)
		tell_deed(telling, &deeds->items[telling->next]);
}

static bool tell_change(struct telling *telling,
	const struct store_change *change)
{
	const struct milestone_state *before = telling->has_before ?
		&telling->before : NULL;
	struct chronicle_entry entry = {.kind = CHRONICLE_CHANGE,
		.number = change->id, .time = change->state.assessment.as_of,
		.why = change->has_cause ? change->cause.text : NULL,
		.until = INSTANT_MIN, .change = change, .before = before,
		.zone = telling->zone};
	struct text words;
	bool taken;

	if (!view_change_is_told(before, change, telling->zone))
		return true;
	text_init(&words, 0);
	view_change_words(&words, before, change, telling->zone);
	entry.what = text_string(&words);
	taken = telling->fn(telling->context, &entry);
	text_release(&words);
	return taken;
}

static void take_change(void *context, const struct store_change *change)
{
	struct telling *telling = context;
	instant at = change->state.assessment.as_of;
	bool last = change->id == telling->begun;	/* of the page before */

	if (telling->full || at > telling->until)
		return;
	if (!last) {
		telling->full = telling->looked++ == CHRONICLE_LOOKED_MAX;
		tell_deeds(telling, at);
		if (!telling->full)
			telling->full = !tell_change(telling, change);
	}
	if (telling->full)
		return;
	telling->place->change = change->id;
	telling->before = change->state;
	telling->has_before = true;
}

static const struct zone *zone_of(const struct daemon *daemon, uint32_t index)
{
	return index == NOT_FOUND ? daemon->settings->zone :
		milestone_zone(daemon->reg, &daemon->reg->milestones[index]);
}

int chronicle_visit(struct daemon *daemon, const char *milestone, instant until,
	struct chronicle_place *place, chronicle_fn *fn, void *context,
	struct error *error)
{
	uint32_t index = register_milestone(daemon->reg, milestone);
	struct deeds deeds = {.daemon = daemon, .milestone = milestone,
		.index = index, .room = CHRONICLE_DEEDS_MAX,
		.arena = arena_new()};
	struct telling telling = {.deeds = &deeds, .place = place,
		.begun = place->change, .until = until,
		.zone = zone_of(daemon, index), .fn = fn, .context = context};
	int status = deeds_read(&deeds, error);

	if (status == 0)
		status = store_load_changes(daemon->store, milestone,
			place->change, CHRONICLE_LOOKED_MAX + 2, take_change,
			&telling, error);
	if (status == 0)
		tell_deeds(&telling, until);
	deeds_release(&deeds);
	return status < 0 ? -1 : telling.full;
}

/* --- places ---------------------------------------------------------------------------- */

int chronicle_place_latest(struct daemon *daemon, const char *milestone,
	instant until, size_t changes, struct chronicle_place *out,
	struct error *error)
{
	*out = (struct chronicle_place){.kind = CHRONICLE_KINDS};
	return store_find_change(daemon->store, milestone, until, changes,
		&out->change, &out->time, error);
}

void chronicle_place_write(const struct chronicle_place *place,
	struct text *out)
{
	text_addf(out, "%" PRId64 ".%" PRId64 ".%d.%" PRId64, place->change,
		place->time, place->kind, place->number);
}

bool chronicle_place_read(const char *word, struct chronicle_place *out)
{
	long long parts[4];

	for (int i = 0; i < 4; i++) {
		char *end;

		parts[i] = strtoll(word, &end, 10);
		if (end == word || *end != (i < 3 ? '.' : '\0'))
			return false;
		word = end + 1;
	}
	*out = (struct chronicle_place){.change = parts[0], .time = parts[1],
		.kind = (int)parts[2], .number = parts[3]};
	return parts[0] >= 0 && parts[2] >= 0 && parts[2] <= CHRONICLE_KINDS;
}
