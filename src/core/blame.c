/*
 * blame: what an attempt tells of a source, and of this machine. While it is
 * cut off, what could not be reached counts as not asked.
 */
#include "core/engine_internal.h"

static void source_announce(struct engine *engine, uint32_t source,
	enum event_kind kind, const char *reason, instant now,
	struct effects *effects)
{
	const struct announcement announcement = announcement_about(engine,
		SUBJECT_SOURCE, engine->reg->sources[source].id, kind, reason);

	engine_announce(engine, &announcement, now, effects);
}

/* --- the machine ------------------------------------------------------------- */

static void machine_announce(struct engine *engine, enum event_kind kind,
	const char *reason, instant now, struct effects *effects)
{
	const struct announcement announcement = announcement_about(engine,
		SUBJECT_NONE, NULL, kind, reason);

	engine_announce(engine, &announcement, now, effects);
}

/* What was counted against sources on the way to knowing better is taken back,
   unless people were told of it. */
static void machine_acquit(struct engine *engine)
{
	for (size_t i = 0; i < engine->reg->source_count; i++) {
		struct polled *polled = &engine->sources[i];
		struct source_state *state = &polled->state;

		if (polled->era != engine->network.era || state->told != 0)
			continue;
		state->failures -= polled->suspect;
		polled->suspect = 0;
		if (state->failures <= 0) {
			state->failures = 0;
			state->failing_since = INSTANT_MIN;
		}
	}
}

static void machine_lost(struct engine *engine,
	const struct fetch_report *report, instant now, struct effects *effects)
{
	struct text reason;

	text_init(&reason, 0);
	text_add_string(&reason, "this machine reaches no source since ");
	text_add_instant(&reason, engine->network.since);
	text_addf(&reason, ": %s; no source is counted as failing until one "
		"answers", report->error[0] ? report->error : "no connection");
	machine_announce(engine, EVENT_OFFLINE, text_string(&reason), now,
		effects);
	text_release(&reason);
	machine_acquit(engine);
}

static void machine_back(struct engine *engine, uint32_t source, instant now,
	struct effects *effects)
{
	struct text reason;

	text_init(&reason, 0);
	text_addf(&reason, "source %s was reached; all others are asked again",
		engine->reg->sources[source].id);
	machine_announce(engine, EVENT_ONLINE, text_string(&reason), now, effects);
	text_release(&reason);
}

static bool register_needs_network(const struct register_ *reg)
{
	for (size_t i = 0; i < reg->source_count; i++)
		if (network_host(reg->sources[i].url) != 0)
			return true;
	return false;
}

void blame_start(struct engine *engine, instant now, struct effects *effects)
{
	if (!register_needs_network(engine->reg)) {
		network_init(&engine->network);
		machine_announce(engine, EVENT_ONLINE,
			"no source needs the network any more", now, effects);
	} else if (!engine->network.offline && alerts_fires(engine->alerts,
	    SUBJECT_NONE, "", EVENT_OFFLINE)) {
		network_restore(&engine->network, now);
	}
}

/* The report as one of an attempt that says nothing of the source. */
static const struct fetch_report *report_excused(
	const struct fetch_report *report, struct effects *effects)
{
	struct fetch_report *excused = effects_block(effects, sizeof(*excused));

	*excused = *report;
	excused->outcome = FETCH_OFFLINE;
	return excused;
}

static enum network_heard report_heard(const struct fetch_report *report)
{
	if (report->outcome == FETCH_OFFLINE)
		return NETWORK_CUT;
	return report->outcome == FETCH_FAILED && report->unreached ?
		NETWORK_MISSED : NETWORK_REACHED;
}

const struct fetch_report *blame_hear(struct engine *engine, uint32_t source,
	const struct fetch_report *report, instant now, struct effects *effects)
{
	struct polled *polled = &engine->sources[source];
	uint64_t host = network_host(engine->reg->sources[source].url);
	enum network_heard heard = report_heard(report);
	enum network_news news;

	if (report->unasked)
		return report;
	news = network_hear(&engine->network, host, heard, now);
	if (news == NETWORK_LOST)
		machine_lost(engine, report, now, effects);
	if (news == NETWORK_BACK) {
		machine_back(engine, source, now, effects);
		polls_resume(engine, now);
	}
	if (heard != NETWORK_MISSED || host == 0)
		return report;
	if (engine->network.offline)
		return report_excused(report, effects);
	if (polled->era != engine->network.era)
		polled->suspect = 0;
	polled->era = engine->network.era;
	polled->suspect++;
	return report;
}

/* --- a source ------------------------------------------------------------------ */

static void failure_reason(const struct source_state *state, const char *what,
	struct text *out)
{
	text_addf(out, "%s since ", what);
	text_add_instant(out, state->failing_since);
	text_addf(out, ", %d attempt%s: %s", (int)state->failures,
		state->failures == 1 ? "" : "s", state->error);
}

/* Which alert a failed attempt is worth by now; COUNT: none yet. */
static enum event_kind fault_kind(const struct polled *polled)
{
	const struct source_state *state = &polled->state;

	if (state->gone)
		return EVENT_SOURCE_FAILING;
	if (state->outcome == FETCH_UNREADABLE)
		return EVENT_SOURCE_UNREADABLE;
	if (state->failures < SOURCE_FAILURES_ALERT ||
	    (state->told != 0 && polled->alike < SOURCE_FAILURES_ALERT))
		return EVENT_KIND_COUNT;
	return EVENT_SOURCE_FAILING;
}

/* One that was told by a process that did not keep of what kind it was. */
static bool fault_was_told(const struct engine *engine, uint32_t source,
	enum event_kind kind)
{
	return engine->sources[source].state.told == 0 &&
		alerts_fires(engine->alerts, SUBJECT_SOURCE,
			engine->reg->sources[source].id, kind);
}

static void blame_failure(struct engine *engine, uint32_t source,
	const struct fetch_report *report, instant now, struct effects *effects)
{
	struct polled *polled = &engine->sources[source];
	struct source_state *state = &polled->state;
	uint64_t fault = fetch_fault(report);
	enum event_kind kind;
	struct text reason;

	polled->alike = polled->fault == fault ? polled->alike + 1 : 1;
	polled->fault = fault;
	kind = fault_kind(polled);
	if (kind == EVENT_KIND_COUNT || fault == state->told)
		return;
	if (!fault_was_told(engine, source, kind) || state->gone) {
		text_init(&reason, 0);
		failure_reason(state, state->gone ? "gone for good, and not "
			"asked any more until its definition changes or someone "
			"asks;" : kind == EVENT_SOURCE_FAILING ?
			"no good answer" : "cannot be read", &reason);
		source_announce(engine, source, kind, text_string(&reason), now,
			effects);
		text_release(&reason);
	}
	state->told = fault;
}

static void blame_recovered(struct engine *engine, uint32_t source,
	const struct source_state *before, instant now, struct effects *effects)
{
	struct text reason;

	text_init(&reason, 0);
	text_addf(&reason, "it answers again, after %d failure%s since ",
		(int)before->failures, before->failures == 1 ? "" : "s");
	text_add_instant(&reason, before->failing_since);
	source_announce(engine, source, EVENT_SOURCE_RECOVERED,
		text_string(&reason), now, effects);
	text_release(&reason);
}

static void blame_moved(struct engine *engine, uint32_t source,
	const struct source_state *before, instant now, struct effects *effects)
{
	const char *moved = engine->sources[source].state.moved;
	struct text reason;

	if (moved[0] == '\0' || strcmp(moved, before->moved) == 0)
		return;
	text_init(&reason, 0);
	text_addf(&reason, "moved for good; asked from now on at %s", moved);
	source_announce(engine, source, EVENT_SOURCE_MOVED, text_string(&reason),
		now, effects);
	text_release(&reason);
}

void blame_tell(struct engine *engine, uint32_t source,
	const struct fetch_report *report, const struct source_state *before,
	instant now, struct effects *effects)
{
	const struct source_state *state = &engine->sources[source].state;

	blame_moved(engine, source, before, now, effects);
	if (fetch_failed(report)) {
		blame_failure(engine, source, report, now, effects);
	} else if (report->outcome != FETCH_OFFLINE) {
		engine->sources[source].alike = 0;
		engine->sources[source].fault = 0;
		if (before->failures > 0 && state->failures == 0)
			blame_recovered(engine, source, before, now, effects);
	}
}
