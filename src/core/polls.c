/*
 * polls: asking sources. A source is asked by one fetch at a time; what it
 * fails to say changes nothing that is known.
 */
#include "core/engine_internal.h"

#define DAY INT64_C(86400)

/* --- planning ------------------------------------------------------------ */

/* The longest wait the present settings can give: a plan made under other
   settings, or under a clock that was wrong, is cut to it. */
static instant plan_latest(const struct engine *engine,
	const struct source *source, instant now)
{
	const struct poll_settings *settings = &engine->settings.polling;
	int64_t wait = source->every > 0 ? source->every : settings->every;

	wait = wait > settings->min_every ? wait : settings->min_every;
	return now + (wait > DAY ? wait : DAY) + settings->spread;
}

/* Of a plan made at polled->planned. */
static void polls_cut(struct engine *engine, uint32_t index, instant now)
{
	struct polled *polled = &engine->sources[index];
	instant latest = plan_latest(engine, &engine->reg->sources[index], now);
	instant next = plan_cut(polled->state.next, polled->planned, now);

	if (!polled->state.gone)
		polled->state.next = next < latest ? next : latest;
	if (polled->planned > now)
		polled->planned = now;
	if (!polled->busy)
		heap_set(engine->polls, index, polled->state.next);
}

void polls_replan(struct engine *engine, instant now)
{
	for (size_t i = 0; i < engine->reg->source_count; i++)
		polls_cut(engine, (uint32_t)i, now);
}

static void polls_await(struct engine *engine, struct polled *polled)
{
	if (polled->awaited)
		return;
	polled->awaited = true;
	engine->awaited++;
}

static void polls_attempted(struct engine *engine, struct polled *polled)
{
	if (!polled->awaited)
		return;
	polled->awaited = false;
	engine->awaited--;
}

void polls_adopt(struct engine *engine, uint32_t index,
	const struct source_state *state, instant now)
{
	struct polled *polled = &engine->sources[index];
	const struct source *source = &engine->reg->sources[index];
	struct digest program;

	source_program(source, &program);
	if (state)
		polled->state = *state;
	bool tried = state && state->last_attempt != INSTANT_MIN;
	if (!engine->started || !state)
		polled->planned = tried ? state->last_attempt : now;
	if (!tried) {
		if (!state || state->next > now)
			polled->state.next = now;
	} else if (memcmp(&program, &state->program, sizeof(program)) != 0) {
		source_forget_validators(&polled->state);
		polled->state.gone = false;
		polled->state.moved[0] = '\0';
		polled->state.next = now;
		polled->again = polled->busy;
		tried = false;
	}
	polls_cut(engine, index, now);
	if (!tried || (!engine->started && polled->state.next <= now))
		polls_await(engine, polled);
}

/* Whether a source is due now, and at somebody else's. */
static bool poll_burdens(const struct engine *engine, size_t source,
	instant now)
{
	return heap_key(engine->polls, (uint32_t)source) <= now &&
		network_host(engine->reg->sources[source].url) != 0;
}

/* Those that are due together begin one after the other, but for those on this
   machine. */
void polls_part(struct engine *engine, instant now)
{
	size_t due = 0;

	for (size_t i = 0; i < engine->reg->source_count; i++)
		due += poll_burdens(engine, i, now);
	for (size_t i = 0; i < engine->reg->source_count; i++) {
		if (!poll_burdens(engine, i, now))
			continue;
		engine->sources[i].state.next = now + poll_parted(
			engine->reg->sources[i].id, due,
			&engine->settings.polling);
		heap_set(engine->polls, (uint32_t)i,
			engine->sources[i].state.next);
	}
}

static void polls_ask(struct engine *engine, uint32_t source,
	struct effects *effects)
{
	struct polled *polled = &engine->sources[source];

	polled->busy = true;
	polled->deferred = false;
	heap_set(engine->polls, source, INSTANT_MAX);
	struct effect *effect = effects_add(effects, EFFECT_FETCH);
	effect->index = source;
	effect->subject = engine->reg->sources[source].id;
	effect->source_state = &polled->state;
}

/* While this machine is offline, one source at a time finds out when that is
   over, and the others wait for it. */
static bool polls_defer(struct engine *engine, uint32_t source, instant now)
{
	struct network *network = &engine->network;

	if (!network->offline ||
	    network_host(engine->reg->sources[source].url) == 0 ||
	    network_probe(network, now))
		return false;
	engine->sources[source].deferred = true;
	polls_attempted(engine, &engine->sources[source]);
	heap_set(engine->polls, source, network->probe);
	return true;
}

void polls_resume(struct engine *engine, instant now)
{
	for (size_t i = 0; i < engine->reg->source_count; i++) {
		struct polled *polled = &engine->sources[i];

		if (polled->busy || polled->state.gone || (!polled->deferred &&
		    polled->state.outcome != FETCH_OFFLINE))
			continue;
		polled->deferred = false;
		heap_set(engine->polls, (uint32_t)i, now);
	}
	polls_part(engine, now);
}

void polls_advance(struct engine *engine, instant now, struct effects *effects)
{
	while (heap_first_key(engine->polls) <= now) {
		uint32_t source = heap_first(engine->polls);

		if (!polls_defer(engine, source, now))
			polls_ask(engine, source, effects);
	}
}

bool engine_poll(struct engine *engine, uint32_t source, instant now,
	struct effects *effects)
{
	engine->asked = now;
	if (engine->sources[source].busy)
		return false;
	polls_ask(engine, source, effects);
	return true;
}

/* --- an attempt has ended ------------------------------------------------ */

static void polls_finish(struct engine *engine, uint32_t index,
	const struct fetch_report *report, instant now, struct effects *effects)
{
	struct polled *polled = &engine->sources[index];
	const struct source_state before = polled->state;

	polled->busy = false;
	polled->planned = now;
	polled->not_before = poll_not_before(report);
	poll_finished(&engine->reg->sources[index], &engine->settings.polling,
		report, &polled->state);
	if (polled->again) {
		/* It was read by the old program: ask by the new one. */
		source_forget_validators(&polled->state);
		polled->state.next = now;
		polled->again = false;
	} else {
		polls_attempted(engine, polled);
	}
	heap_set(engine->polls, index, polled->state.next);

	struct effect *effect = effects_add(effects, EFFECT_FETCHED);
	effect->index = index;
	effect->subject = engine->reg->sources[index].id;
	effect->as.report = report;
	effect->source_state = &polled->state;
	blame_tell(engine, index, report, &before, now, effects);
}

void engine_fetched(struct engine *engine, uint32_t source,
	const struct fetch_report *report, const struct row *rows,
	size_t row_count, instant now, struct effects *effects)
{
	const struct source_state before = engine->sources[source].state;
	struct bringing by = {.engine = engine, .source = source, .now = now,
		.effects = effects};

	engine->asked = now;
	report = blame_hear(engine, source, report, now, effects);
	polls_finish(engine, source, report, now, effects);
	by.first = before.last_success == INSTANT_MIN ||
		memcmp(&before.program, &engine->sources[source].state.program,
			sizeof(before.program)) != 0;
	if (report->outcome == FETCH_CHANGED)
		take_rows(&by, rows, row_count);
	gather_polled(engine, source, report);
	stale_polled(engine, source);
	take_judged(engine, row_count, now, effects);
	polls_near(engine, source, now);
	telling_advance(engine, now, effects);
}
