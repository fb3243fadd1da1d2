/*
 * damping: a change of how a milestone stands is told when it can be relied on.
 *
 *	told ──stands otherwise──→ apart ──for `hold`, clear of the threshold by
 *	  ↑                          │      `hysteresis`, on figures without a gap
 *	  └──── as told again ───────┤      ──→ told anew
 *	         (one flip more)     └── a verdict, or no longer underway: at once
 *
 * Only changes among pending, on_track, at_risk and off_track wait. What waits
 * when the milestone falls due is told then, if it is a danger; a milestone that
 * seems to recover for want of a figure has not recovered.
 */
#include "core/engine_internal.h"
#include "core/figures.h"
#include "core/standing.h"

static bool status_is_underway(enum status status)
{
	return status == STATUS_PENDING || status == STATUS_ON_TRACK ||
		status == STATUS_AT_RISK || status == STATUS_OFF_TRACK;
}

static struct milestone_state *change_state(const struct engine *engine,
	const struct change *change)
{
	return &engine->milestones[change->index]->state;
}

/* --- whether a recovery is one ------------------------------------------- */

/* Whether all periods up to the last one that are summed up, or such, have their
   figures. */
static bool figures_are_whole(const struct engine *engine,
	const struct change *change, const struct assessment *stands)
{
	const struct milestone *milestone = change->milestone;
	struct evaluation evaluation = milestone_evaluation(engine->reg,
		engine->history, milestone, (struct knowledge){stands->as_of,
		stands == change->after ? INSTANT_MAX : stands->as_of});

	evaluation.start = stands->start;
	evaluation.due = stands->due;
	evaluation.at = earlier(period_end(stands->data_through,
		evaluation.zone), earlier(stands->as_of, stands->due));
	return needs_are_met(milestone->benchmark->actual, &evaluation);
}

/* Figures missing from the middle of what is summed up make a ceiling look kept
   that is not; of a floor over what cannot be negative they only hide more of
   it. */
static bool gap_flatters(const struct engine *engine,
	const struct change *change, const struct assessment *stands)
{
	const struct benchmark *benchmark = change->milestone->benchmark;
	const struct path *path = change->milestone->path;
	const struct indicator *indicator;

	if (!path || !benchmark->actual ||
	    period_is_none(stands->data_through) ||
	    figures_are_whole(engine, change, stands))
		return false;
	if (!expression_is_term(benchmark->actual) || !path->flow)
		return true;
	indicator = &engine->reg->indicators[benchmark->actual->indicator];
	return !indicator->cumulative && (!indicator->has_min ||
		decimal_sign(indicator->min) < 0 ||
		benchmark->comparison == COMPARE_LE ||
		benchmark->comparison == COMPARE_LT);
}

/* Whether an event of that kind says that it stands better than was told. */
static bool kind_improves(const struct engine *engine,
	const struct change *change, enum event_kind kind)
{
	return kind == EVENT_RECOVERED || (kind == EVENT_AT_RISK &&
		alerts_fires(engine->alerts, SUBJECT_MILESTONE,
		engine->reg->milestones[change->index].id, EVENT_OFF_TRACK));
}

/* Whether it seems to stand better than was told, and may not. */
static bool improvement_is_doubtful(const struct engine *engine,
	const struct change *change, const struct assessment *stands)
{
	const struct clauses *clauses = change->milestone->clauses;
	enum event_kind kind = event_of_change(change_state(engine,
		change)->told, stands->status);

	if (!kind_improves(engine, change, kind))
		return false;
	return gap_flatters(engine, change, stands) || (clauses &&
		decimal_sign(clauses->hysteresis) > 0 &&
		!figures_keep_clear(change->milestone, stands,
			kind == EVENT_RECOVERED ? PROGRESS_ON_TRACK :
			PROGRESS_AT_RISK, clauses->hysteresis));
}

/* --- for how long -------------------------------------------------------- */

/* When what is held back may be told; INSTANT_MIN: it is not held. */
static instant hold_end(const struct engine *engine, uint32_t milestone,
	const struct clauses *clauses, instant apart)
{
	const struct milestone *item = &engine->reg->milestones[milestone];
	instant end;

	if (!clauses || !clauses->has_hold || apart == INSTANT_MIN)
		return INSTANT_MIN;
	return calendar_shift(milestone_calendar(engine->reg, item),
		milestone_zone(engine->reg, item), apart, clauses->hold,
		&end) ? end : INSTANT_MIN;
}

static void state_settle(struct milestone_state *state, enum status told)
{
	state->told = told;
	state->flips = 0;
	state->apart = state->unsettled = INSTANT_MIN;
}

/* It stands as was told again. */
static void state_return(struct milestone_state *state)
{
	state->flips += state->apart != INSTANT_MIN;
	state->apart = INSTANT_MIN;
}

static void state_part(struct milestone_state *state, instant as_of)
{
	if (state->apart == INSTANT_MIN)
		state->apart = as_of;
	if (state->unsettled == INSTANT_MIN)
		state->unsettled = state->apart;
}

/* An answer to nothing, or a danger that is told already. */
static bool kind_is_idle(const struct engine *engine,
	const struct change *change, enum event_kind kind)
{
	const char *id = engine->reg->milestones[change->index].id;
	bool at_risk = alerts_fires(engine->alerts, SUBJECT_MILESTONE, id,
		EVENT_AT_RISK);
	bool off_track = alerts_fires(engine->alerts, SUBJECT_MILESTONE, id,
		EVENT_OFF_TRACK);

	return kind == EVENT_RECOVERED ? !at_risk && !off_track :
		kind == EVENT_AT_RISK ? at_risk : off_track;
}

static struct telling_of_change nothing_told(void)
{
	return (struct telling_of_change){.kind = EVENT_KIND_COUNT,
		.due = INSTANT_MIN};
}

/* What is underway, and was when it was last told. */
static struct telling_of_change underway_take(const struct engine *engine,
	const struct change *change, struct milestone_state *state)
{
	const struct clauses *clauses = change->milestone->clauses;
	enum status to = change->after->status;
	enum event_kind kind = event_of_change(state->told, to);
	instant as_of = change->after->as_of, end;

	if (kind == EVENT_KIND_COUNT) {
		if (state->apart == INSTANT_MIN)
			state->told = to;
		return nothing_told();
	}
	if (kind_is_idle(engine, change, kind)) {
		state_settle(state, to);
		return nothing_told();
	}
	if (improvement_is_doubtful(engine, change, change->after)) {
		state_part(state, as_of);
		return nothing_told();
	}
	if (improvement_is_doubtful(engine, change, &change->before->assessment))
		state->apart = as_of;	/* it lasts from now on */
	if (clauses && clauses->has_hold) {
		state_part(state, as_of);
		end = hold_end(engine, change->index, clauses, state->apart);
		if (as_of < end)
			return nothing_told();
		return (struct telling_of_change){kind, state->told, to, end};
	}
	return (struct telling_of_change){kind, state->told, to, INSTANT_MIN};
}

/* A danger that waits to be told when the milestone falls due is told then. */
static struct telling_of_change overtaken_take(const struct change *change,
	const struct milestone_state *state)
{
	enum status held = change->before->assessment.status;
	enum event_kind kind = state->apart == INSTANT_MIN ? EVENT_KIND_COUNT :
		event_of_change(state->told, held);

	if (kind != EVENT_AT_RISK && kind != EVENT_OFF_TRACK)
		return nothing_told();
	return (struct telling_of_change){kind, state->told, held, INSTANT_MIN};
}

struct telling_of_change damping_take(const struct engine *engine,
	const struct change *change)
{
	struct milestone_state *state = change_state(engine, change);
	enum status to = change->after->status;
	struct telling_of_change telling = nothing_told();

	if (to == state->told) {
		state_return(state);
		return telling;
	}
	if (status_is_underway(to) && status_is_underway(state->told))
		return underway_take(engine, change, state);
	telling.kind = event_of_change(state->told, to);
	telling.from = state->told;
	telling.to = to;
	if (telling.kind == EVENT_KIND_COUNT)
		telling = overtaken_take(change, state);
	if (telling.kind == EVENT_KIND_COUNT)
		state_settle(state, to);
	return telling;
}

void damping_told(const struct engine *engine, const struct change *change)
{
	state_settle(change_state(engine, change), change->after->status);
}

/* "; held for 7d; changed 3 times since 2020-03-01" */
void damping_say(const struct engine *engine, const struct change *change,
	struct text *out)
{
	const struct milestone_state *state = change_state(engine, change);
	const struct clauses *clauses = change->milestone->clauses;

	if (!status_is_underway(change->after->status))
		return;
	if (clauses && clauses->has_hold && state->apart != INSTANT_MIN) {
		text_add_string(out, "; held for ");
		text_add_duration(out, clauses->hold);
	}
	if (state->flips == 0)
		return;
	text_addf(out, "; changed %d time%s since ", (int)state->flips,
		state->flips == 1 ? "" : "s");
	text_add_date(out, zone_date(milestone_zone(engine->reg,
		change->milestone), state->unsettled));
}

instant damping_next(const struct engine *engine, uint32_t milestone,
	instant as_of)
{
	const struct milestone_state *state =
		&engine->milestones[milestone]->state;
	const struct milestone *terms = milestone_at(
		&engine->reg->milestones[milestone], as_of);
	instant end = hold_end(engine, milestone, terms->clauses, state->apart);

	return end > as_of ? end : INSTANT_MAX;
}

void damping_restore(struct milestone_state *state)
{
	enum status now = state->assessment.status;
	bool apart = status_is_underway(now) &&
		status_is_underway(state->told) && state->told != now;

	if (!apart) {
		state->told = now;
		state->apart = INSTANT_MIN;
	} else if (state->apart <= 0) {
		state->apart = state->since;
	}
	if (state->flips == 0)
		state->unsettled = state->apart;
	else if (state->unsettled <= 0)
		state->unsettled = state->since;
}
