/*
 * assess: the verdict, the other axes, and when to ask again.
 *
 *	search     which reference instant fulfils, and could one yet
 *	verdict    from that, the mode and the times
 *	figures    figures.c, path.c
 *	standing   what is missing: standing.c
 *	status     from all of them
 */
#include <string.h>

#include "core/clauses.h"
#include "core/dispute.h"
#include "core/due.h"
#include "core/expectation.h"
#include "core/figures.h"
#include "core/forecast.h"
#include "core/outcomes.h"
#include "core/standing.h"

/* Reference instants one search looks at; a search that would need more
   answers "undecided", never a guess. */
#define REFERENCES_MAX 100000

/* ---- words ---------------------------------------------------------------- */

static const char *const lifecycle_words[] = {
	[LIFECYCLE_ACTIVE] = "active",
	[LIFECYCLE_RESCHEDULED] = "rescheduled",
	[LIFECYCLE_MODIFIED] = "modified",
	[LIFECYCLE_SUPERSEDED] = "superseded",
	[LIFECYCLE_WITHDRAWN] = "withdrawn",
};
static const char *const verdict_words[] = {
	[VERDICT_NONE] = "none", [VERDICT_MET] = "met",
	[VERDICT_MET_LATE] = "met_late", [VERDICT_PARTLY_MET] = "partly_met",
	[VERDICT_NOT_MET] = "not_met", [VERDICT_BREACHED] = "breached",
	[VERDICT_REVERSED] = "reversed", [VERDICT_WAIVED] = "waived",
};
static const char *const progress_words[] = {
	[PROGRESS_NOT_STARTED] = "not_started", [PROGRESS_PENDING] = "pending",
	[PROGRESS_ON_TRACK] = "on_track", [PROGRESS_AT_RISK] = "at_risk",
	[PROGRESS_OFF_TRACK] = "off_track", [PROGRESS_DUE] = "due",
};
static const char *const assurance_words[] = {
	[KNOWLEDGE_ASSESSED] = "assessed",
	[KNOWLEDGE_PROVISIONAL] = "provisional",
	[KNOWLEDGE_NO_DATA] = "no_data", [KNOWLEDGE_STALE] = "stale",
	[KNOWLEDGE_DISPUTED] = "disputed",
};

/* Urgency: missed, then in danger, then blind, then underway, then done. */
static const struct status_row {
	const char *word;
	int urgency;
} statuses[STATUS_COUNT] = {
	[STATUS_BREACHED] = {"breached", 0},
	[STATUS_NOT_MET] = {"not_met", 1},
	[STATUS_REVERSED] = {"reversed", 2},
	[STATUS_PARTLY_MET] = {"partly_met", 3},
	[STATUS_OFF_TRACK] = {"off_track", 4},
	[STATUS_DUE] = {"due", 5},
	[STATUS_AT_RISK] = {"at_risk", 6},
	[STATUS_UNVERIFIED] = {"unverified", 7},
	[STATUS_AWAITING_DATA] = {"awaiting_data", 8},
	[STATUS_PENDING] = {"pending", 9},
	[STATUS_ON_TRACK] = {"on_track", 10},
	[STATUS_NOT_STARTED] = {"not_started", 11},
	[STATUS_MET_LATE] = {"met_late", 12},
	[STATUS_MET] = {"met", 13},
	[STATUS_WAIVED] = {"waived", 14},
	[STATUS_SUPERSEDED] = {"superseded", 15},
	[STATUS_WITHDRAWN] = {"withdrawn", 16},
};

const char *lifecycle_name(enum lifecycle value)
{
	return lifecycle_words[value];
}

bool lifecycle_is_over(enum lifecycle value)
{
	return value == LIFECYCLE_SUPERSEDED || value == LIFECYCLE_WITHDRAWN;
}

const char *verdict_name(enum verdict value)
{
	return verdict_words[value];
}

const char *progress_name(enum progress value)
{
	return progress_words[value];
}

const char *assurance_name(enum assurance value)
{
	return assurance_words[value];
}

bool assurance_parse(const char *word, enum assurance *out)
{
	for (unsigned i = 0; i < KNOWLEDGE_COUNT; i++)
		if (string_is(assurance_words[i], word)) {
			*out = (enum assurance)i;
			return true;
		}
	return false;
}

const char *status_name(enum status value)
{
	return statuses[value].word;
}

bool status_parse(const char *word, enum status *out)
{
	for (unsigned i = 0; i < STATUS_COUNT; i++)
		if (string_is(statuses[i].word, word)) {
			*out = (enum status)i;
			return true;
		}
	return false;
}

int status_urgency(enum status status)
{
	return statuses[status].urgency;
}

/* ---- reference instants ---------------------------------------------------- */

struct search {
	const struct milestone *original;
	const struct milestone *terms;		/* as amended by now */
	const struct milestone *milestone;	/* these, with their times known */
	struct evaluation *evaluation;
	instant now;
	instant until;			/* now, or the end of cure before it: what
					   comes later fulfils nothing */
	size_t looked;			/* reference instants, to REFERENCES_MAX */
	instant event;			/* the first that fulfils; INSTANT_MIN */
	instant violation;		/* the first that breaks what must hold:
					   throughout, or after it was fulfilled;
					   INSTANT_MIN */
	bool may;			/* one up to D + G is, or could become, true */
	instant open;			/* the latest past one that could; INSTANT_MIN */
	instant opened;			/* the first past one, also after D + G, that
					   could fulfil or break; INSTANT_MAX */
	struct judgement last;		/* at the latest looked at up to now */
};

static struct judgement search_judge(struct search *search, instant at)
{
	search->evaluation->at = at;
	search->looked++;
	return expression_judge(search->milestone->benchmark->root,
		search->evaluation);
}

/* The next reference instant after one (the start, or a later) and up to a
   limit; INSTANT_MAX. */
static instant reference_next(const struct search *search, instant after,
	instant limit)
{
	return evaluation_next_reference(search->evaluation, after, limit);
}

/* Without a start, time begins with the first figure, or with the first turn of
   a milestone that this one rests on. */
static instant reference_first(const struct search *search)
{
	const struct milestone *milestone = search->milestone;
	const struct benchmark *benchmark = milestone->benchmark;
	instant first;

	if (milestone->start != INSTANT_MIN)
		return milestone->start;
	first = earlier(milestone->due, inputs_first(benchmark,
		search->evaluation));
	for (size_t i = 0; i < benchmark->family_count; i++)
		first = earlier(first, family_next(benchmark->families[i],
			search->evaluation, INSTANT_MIN));
	return first;
}

static void search_opens(struct search *search, instant at)
{
	search->opened = earlier(search->opened, at);
}

/* Looks upwards from an instant for the first that fulfils. */
static void search_up(struct search *search, instant from)
{
	instant grace_end = search->milestone->grace_end;

	for (instant at = from; at <= search->until;
	    at = reference_next(search, at, search->until)) {
		if (search->looked >= REFERENCES_MAX) {
			search->may = true;
			search_opens(search, at);
			return;
		}
		search->last = search_judge(search, at);
		if (search->last.truth == TRUTH_TRUE) {
			search->event = at;
			return;
		}
		if (search->last.may_be_true)
			search_opens(search, at);
		if (at <= grace_end && search->last.may_be_true) {
			search->may = true;
			search->open = at;
		}
	}
}

/*
 * Whether an instant after now and up to D + G could be true. The latest come
 * first: nearly always they answer at once that it still could.
 */
static bool search_ahead(struct search *search, instant from)
{
	instant grace_end = search->milestone->grace_end;

	if (grace_end <= search->now)
		return false;
	if (search_judge(search, grace_end).may_be_true)
		return true;
	for (instant at = from; at <= grace_end;
	    at = reference_next(search, at, grace_end))
		if (search->looked >= REFERENCES_MAX ||
		    search_judge(search, at).may_be_true)
			return true;
	return false;
}

static instant search_ahead_from(const struct search *search, instant first)
{
	return first > search->now ? first : reference_next(search, search->now,
		search->milestone->grace_end);
}

/* The first instant at which it may be true already: of those that others rest
   on alone, since looking for it takes time. */
static void search_opened(struct search *search, instant first)
{
	if (search->original->prerequisite == NOT_FOUND ||
	    search->event != INSTANT_MIN)
		return;
	for (instant at = first; at <= search->now;
	    at = reference_next(search, at, search->now))
		if (search->looked >= REFERENCES_MAX ||
		    search_judge(search, at).may_be_true) {
			search_opens(search, at);
			return;
		}
}

/*
 * A benchmark that settles is true at some instant only if it is now, and
 * what it could become is told by the latest instant alone.
 */
static void search_settled(struct search *search, instant first)
{
	instant grace_end = search->milestone->grace_end;

	if (first <= search->now) {
		search->last = search_judge(search, search->now);
		if (search->last.truth == TRUTH_TRUE) {
			search_up(search, first);
			return;
		}
		search->may = search->now <= grace_end &&
			search->last.may_be_true;
	}
	search->may = search->may ||
		search_judge(search, grace_end).may_be_true;
}

static void search_by(struct search *search)
{
	instant first = reference_first(search);

	if (search->milestone->settles) {
		search_settled(search, first);
		search_opened(search, first);
		return;
	}
	search_up(search, first);
	if (search->event == INSTANT_MIN && !search->may)
		search->may = search_ahead(search,
			search_ahead_from(search, first));
}

/* A miss of one date is made good, where a cure is set, by the first instant
   after it at which the benchmark is true. */
static void search_cure(struct search *search)
{
	instant due = search->milestone->due;

	for (instant at = reference_next(search, due, search->until);
	    at <= search->until && search->looked < REFERENCES_MAX;
	    at = reference_next(search, at, search->until))
		if (search_judge(search, at).truth == TRUTH_TRUE) {
			search->event = at;
			return;
		}
}

static void search_at(struct search *search)
{
	const struct clauses *clauses = search->milestone->clauses;
	instant due = search->milestone->due;

	search->last = search_judge(search, due);
	search->may = search->last.may_be_true;
	if (search->may && due <= search->now)
		search_opens(search, due);
	if (search->last.truth == TRUTH_TRUE)
		search->event = due;
	else if (!search->may && clauses != NULL && clauses->has_cure)
		search_cure(search);
}

/* ---- throughout ------------------------------------------------------------ */

static bool benchmark_has_periods(const struct register_ *reg,
	const struct benchmark *benchmark)
{
	for (size_t i = 0; i < benchmark->indicator_count; i++)
		if (reg->indicators[benchmark->indicators[i]].frequency !=
		    FREQUENCY_NONE)
			return true;
	return false;
}

/* The first instant at which it must hold: the end of the first period after
   the start. Without periods, what is in force at the start counts. */
static instant throughout_first(const struct search *search)
{
	const struct milestone *milestone = search->milestone;
	instant first = reference_first(search);

	if (milestone->start != INSTANT_MIN && benchmark_has_periods(
	    search->evaluation->reg, milestone->benchmark))
		first = reference_next(search, first, milestone->due);
	return earlier(first, milestone->due);
}

/* From an instant after now: certain to hold at each of them, or certain not
   to at one. The due date tells at once when neither can be. */
static void throughout_ahead(struct search *search, instant from)
{
	instant due = search->milestone->due;
	enum truth at_end = search_judge(search, due).truth, truth;

	if (at_end == TRUTH_UNKNOWN) {
		search->may = true;
		return;
	}
	for (instant at = from; at <= due; at = reference_next(search, at, due)) {
		truth = search->looked < REFERENCES_MAX ?
			search_judge(search, at).truth : TRUTH_UNKNOWN;
		if (truth == TRUTH_FALSE) {
			search->violation = at;
			return;
		}
		search->may = search->may || truth == TRUTH_UNKNOWN;
		if (search->looked >= REFERENCES_MAX ||
		    (search->may && at_end == TRUTH_TRUE))
			return;
	}
}

/*
 * Up to now, the first known violation decides; an instant that lacks a figure
 * leaves the question open, also one from before the first figure. What rests
 * on windows that stay is told by later instants, at the latest by the due
 * date.
 */
static void search_throughout(struct search *search)
{
	instant due = search->milestone->due;
	instant last = earlier(search->now, due);
	instant at = throughout_first(search);
	struct judgement open = {.truth = TRUTH_TRUE};

	for (; at <= last; at = reference_next(search, at, due)) {
		if (search->looked >= REFERENCES_MAX) {
			search->may = true;
			search_opens(search, at);
			return;
		}
		search->last = search_judge(search, at);
		if (search->last.truth == TRUTH_FALSE) {
			search->violation = at;
			return;
		}
		if (search->last.truth == TRUTH_TRUE ||
		    (search->milestone->settles && at < due))
			continue;
		search->may = true;
		search->open = at;
		search_opens(search, at);
		open = search->last;
	}
	if (open.truth != TRUTH_TRUE)
		search->last = open;
	if (at <= due)
		throughout_ahead(search, at);
	if (!search->may && search->violation == INSTANT_MIN)
		search->event = due;
}

/* ---- verdict --------------------------------------------------------------- */

static enum verdict search_verdict(const struct search *search)
{
	if (search->violation != INSTANT_MIN)
		return VERDICT_BREACHED;
	if (search->event != INSTANT_MIN)
		return search->event <= search->milestone->grace_end ?
			VERDICT_MET : VERDICT_MET_LATE;
	return search->may ? VERDICT_NONE : VERDICT_NOT_MET;
}

static bool verdict_fulfils(enum verdict verdict)
{
	return verdict == VERDICT_MET || verdict == VERDICT_MET_LATE;
}

static int32_t days_between(const struct zone *zone, instant from, instant to)
{
	return date_to_days(zone_date(zone, to)) -
		date_to_days(zone_date(zone, from));
}

/* What decided: that which fulfilled, or the violation. */
static instant search_decided(const struct search *search)
{
	return search->violation != INSTANT_MIN ? search->violation :
		search->event;
}

static void assess_event(const struct search *search, struct assessment *out)
{
	const struct milestone *milestone = search->milestone;
	const struct zone *zone = search->evaluation->zone;

	out->event = search_decided(search);
	if (out->event == INSTANT_MIN)
		return;
	if (!date_is_none(milestone->due_date))
		out->event_date = zone_date(zone, out->event);
	if (verdict_fulfils(out->verdict) && search->event > milestone->due)
		out->days_late = days_between(zone, milestone->due,
			search->event);
}

/* Overdue is what is known not to be fulfilled; the unknown is not. */
static void assess_overdue(const struct search *search,
	struct assessment *out)
{
	instant due = search->milestone->due;

	if (search->now > due && !verdict_fulfils(out->verdict) &&
	    (out->verdict != VERDICT_NONE || search->last.truth == TRUTH_FALSE))
		out->days_overdue = days_between(search->evaluation->zone, due,
			search->now);
}

/* The end of a span after an instant. */
static instant span_end(const struct search *search, instant at,
	struct duration span)
{
	const struct evaluation *evaluation = search->evaluation;
	instant end;

	return calendar_shift(milestone_calendar(evaluation->reg,
		search->milestone), evaluation->zone, at, span, &end) ? end :
		INSTANT_MAX;
}

/* How late a fulfilment still counts. */
static instant search_until(const struct search *search)
{
	const struct clauses *clauses = search->milestone->clauses;

	if (clauses == NULL || !clauses->has_cure)
		return search->now;
	return earlier(search->now, span_end(search,
		search->milestone->grace_end, clauses->cure));
}

static bool search_sustains(const struct search *search)
{
	const struct clauses *clauses = search->milestone->clauses;

	return clauses != NULL && clauses->has_sustain;
}

/* Looks from what fulfilled on for the first instant that is known to undo it
   while it has to last. Undecided undoes nothing. */
static void search_reversal(struct search *search)
{
	const struct clauses *clauses = search->milestone->clauses;
	instant until = search->now;

	if (!clauses->sustain_forever)
		until = earlier(until, span_end(search, search->event,
			clauses->sustain));
	for (instant at = reference_next(search, search->event, until);
	    at <= until && search->looked < REFERENCES_MAX;
	    at = reference_next(search, at, until))
		if (search_judge(search, at).truth == TRUTH_FALSE) {
			search->violation = at;
			return;
		}
}

static void assess_verdict(struct search *search, struct assessment *out)
{
	static void (*const searches[])(struct search *) = {
		[MODE_BY] = search_by, [MODE_AT] = search_at,
		[MODE_THROUGHOUT] = search_throughout,
	};

	search->until = search_until(search);
	searches[search->milestone->mode](search);
	out->verdict = search_verdict(search);
	if (verdict_fulfils(out->verdict) && search_sustains(search)) {
		search_reversal(search);
		if (search->violation != INSTANT_MIN)
			out->verdict = VERDICT_REVERSED;
	}
	if (out->verdict == VERDICT_NONE)
		out->unknown = search->last.reason;
	assess_event(search, out);
	assess_overdue(search, out);
}

/* ---- figures and knowledge ------------------------------------------------- */

/* Figures are those of now until the due date, and stay as they were then,
   unless what fulfilled came after. */
static instant figures_instant(const struct search *search)
{
	instant at = earlier(search->now, search->milestone->due);
	instant decided = search_decided(search);

	return decided > at ? earlier(decided, search->now) : at;
}

/* Past the due date, what leaves the question open is told by the latest
   instant that could still answer it. */
static instant search_rests_on(const struct search *search)
{
	instant decided = search_decided(search);

	if (decided != INSTANT_MIN)
		return decided;
	if (search->open != INSTANT_MIN && search->now > search->milestone->due)
		return search->open;
	return figures_instant(search);
}

/* The search marks what any instant used; only the deciding one counts. */
static void assess_marks(struct search *search, instant at)
{
	struct evaluation *evaluation = search->evaluation;

	if (!evaluation->provisional && !evaluation->published_assumed)
		return;
	evaluation->provisional = evaluation->published_assumed = false;
	search_judge(search, search_decided(search) != INSTANT_MIN ?
		search_decided(search) : at);
}

/* Where nothing is missing now, what was missing at the instant that leaves
   the question open is waited for. */
static void assess_standing(const struct search *search,
	struct standing *standing, struct assessment *out)
{
	const struct benchmark *benchmark = search->milestone->benchmark;
	struct evaluation open = *search->evaluation;
	struct standing then;

	standing_take(benchmark, search->evaluation, standing);
	if (verdict_fulfils(out->verdict))
		return;
	out->waiting_for = standing->waiting_for;
	out->waiting_indicator = standing->waiting_indicator;
	if (out->verdict != VERDICT_NONE || search->open == INSTANT_MIN ||
	    standing->waiting_indicator != NOT_FOUND)
		return;
	open.at = search->open;
	standing_take(benchmark, &open, &then);
	out->waiting_for = then.waiting_for;
	out->waiting_indicator = then.waiting_indicator;
	standing->stale = then.stale;
	standing->next = earlier(standing->next, then.next);
}

static enum assurance assess_knowledge(const struct search *search,
	const struct standing *standing, const struct assessment *out)
{
	const struct benchmark *benchmark = search->milestone->benchmark;

	if (out->dispute.kind != DISPUTE_NONE ||
	    (out->verdict == VERDICT_NONE && out->unknown == UNKNOWN_DISPUTED))
		return KNOWLEDGE_DISPUTED;
	if (benchmark->actual != NULL ? !out->actual.known :
	    inputs_empty(benchmark, search->evaluation))
		return KNOWLEDGE_NO_DATA;
	if (standing->stale && !verdict_fulfils(out->verdict))
		return KNOWLEDGE_STALE;
	return search->evaluation->provisional ? KNOWLEDGE_PROVISIONAL :
		KNOWLEDGE_ASSESSED;
}

/* ---- what softens a miss ---------------------------------------------------- */

/* A floor that was missed, but by no more than its clause allows: what is known
   of the level is enough of a target above 0, whatever else is missing. */
static bool partial_holds(const struct search *search,
	const struct assessment *out)
{
	const struct milestone *milestone = search->milestone;
	struct interval actual;
	struct decimal enough;

	if (decimal_sign(milestone->clauses->partial) == 0 ||
	    !out->target.known || decimal_sign(out->target.value) <= 0 ||
	    !decimal_multiply(out->target.value, milestone->clauses->partial,
		&enough))
		return false;
	actual = expression_measure(milestone->benchmark->actual,
		search->evaluation);
	return actual.low.kind == BOUND_FINITE &&
		decimal_compare(actual.low.value, enough) >= 0;
}

static enum lifecycle search_lifecycle(const struct search *search)
{
	const struct clauses *clauses = search->milestone->clauses;
	instant as_of = search->now;

	if (decree_holds(&clauses->withdrawn, as_of))
		return LIFECYCLE_WITHDRAWN;
	if (decree_holds(&clauses->superseded, as_of))
		return LIFECYCLE_SUPERSEDED;
	if (search->terms->due != search->original->due ||
	    search->terms->anchorage != search->original->anchorage)
		return LIFECYCLE_RESCHEDULED;
	return search->terms != search->original ? LIFECYCLE_MODIFIED :
		LIFECYCLE_ACTIVE;
}

/* What a waiver in effect takes the place of: applicability all but a
   fulfilment, nonobservance a miss and nothing else. */
static bool waiver_covers(const struct decree *waived, enum verdict verdict)
{
	static const bool covers[][VERDICT_WAIVED + 1] = {
		[WAIVER_NONOBSERVANCE] = {
			[VERDICT_PARTLY_MET] = true, [VERDICT_NOT_MET] = true,
			[VERDICT_BREACHED] = true, [VERDICT_REVERSED] = true,
		},
		[WAIVER_APPLICABILITY] = {
			[VERDICT_NONE] = true, [VERDICT_PARTLY_MET] = true,
			[VERDICT_NOT_MET] = true, [VERDICT_BREACHED] = true,
			[VERDICT_REVERSED] = true,
		},
	};

	return covers[waived->kind][verdict];
}

static void assess_clauses(const struct search *search, struct assessment *out)
{
	const struct clauses *clauses = search->milestone->clauses;

	if (clauses == NULL)
		return;
	out->lifecycle = search_lifecycle(search);
	if (out->verdict == VERDICT_NOT_MET && partial_holds(search, out))
		out->verdict = VERDICT_PARTLY_MET;
	if (decree_holds(&clauses->waived, search->now) &&
	    waiver_covers(&clauses->waived, out->verdict))
		out->verdict = VERDICT_WAIVED;
	if (out->verdict == VERDICT_WAIVED ||
	    lifecycle_is_over(out->lifecycle))
		out->days_overdue = DAYS_NONE;
}

/* ---- forecast and dispute ---------------------------------------------------- */

/* A forecast that misses the target puts what is on track at risk. */
static enum progress assess_forecast(const struct search *search,
	enum progress paced, struct assessment *out)
{
	forecast_take(search->milestone, search->evaluation, out);
	return paced == PROGRESS_ON_TRACK && out->forecast.misses ?
		PROGRESS_AT_RISK : paced;
}

/* What it rests on may contradict itself. */
static void assess_disputed(const struct search *search,
	struct assessment *out)
{
	dispute_find(search->milestone, search->evaluation, &out->dispute);
}

/* ---- progress and status --------------------------------------------------- */

static enum progress assess_progress(const struct search *search,
	enum verdict verdict, enum progress paced)
{
	const struct milestone *milestone = search->milestone;

	if (search->now < milestone->start)
		return PROGRESS_NOT_STARTED;
	if (verdict == VERDICT_NONE && search->now > milestone->due &&
	    search->now <= milestone->grace_end)
		return PROGRESS_DUE;
	return paced;
}

static enum status assess_status(const struct assessment *assessment)
{
	static const enum status by_verdict[] = {
		[VERDICT_MET] = STATUS_MET,
		[VERDICT_MET_LATE] = STATUS_MET_LATE,
		[VERDICT_PARTLY_MET] = STATUS_PARTLY_MET,
		[VERDICT_NOT_MET] = STATUS_NOT_MET,
		[VERDICT_BREACHED] = STATUS_BREACHED,
		[VERDICT_REVERSED] = STATUS_REVERSED,
		[VERDICT_WAIVED] = STATUS_WAIVED,
	};
	static const enum status by_progress[] = {
		[PROGRESS_NOT_STARTED] = STATUS_NOT_STARTED,
		[PROGRESS_PENDING] = STATUS_PENDING,
		[PROGRESS_ON_TRACK] = STATUS_ON_TRACK,
		[PROGRESS_AT_RISK] = STATUS_AT_RISK,
		[PROGRESS_OFF_TRACK] = STATUS_OFF_TRACK,
		[PROGRESS_DUE] = STATUS_DUE,
	};

	if (assessment->lifecycle == LIFECYCLE_WITHDRAWN)
		return STATUS_WITHDRAWN;
	if (assessment->lifecycle == LIFECYCLE_SUPERSEDED)
		return STATUS_SUPERSEDED;
	if (assessment->verdict != VERDICT_NONE)
		return by_verdict[assessment->verdict];
	if (assessment->as_of <= assessment->grace_end)
		return by_progress[assessment->progress];
	return assessment->as_of <= assessment->lag_end ?
		STATUS_AWAITING_DATA : STATUS_UNVERIFIED;
}

/* ---- for those that rest on it ---------------------------------------------- */

/* Whether it may be fulfilled after the time asked about. */
static bool outcome_ahead(const struct search *search, enum verdict found)
{
	if (found == VERDICT_NONE)
		return true;
	if (found != VERDICT_NOT_MET || search->until < search->now)
		return false;
	if (search->milestone->mode == MODE_AT)
		return search->milestone->clauses != NULL &&
			search->milestone->clauses->has_cure;
	return !search->milestone->settles || search->may;
}

static instant outcome_lasts(const struct search *search)
{
	const struct clauses *clauses = search->milestone->clauses;

	if (!search_sustains(search))
		return INSTANT_MIN;
	return clauses->sustain_forever || search->event == INSTANT_MIN ?
		INSTANT_MAX : span_end(search, search->event, clauses->sustain);
}

static void outcome_clauses(const struct search *search,
	const struct assessment *assessment, enum verdict found,
	struct outcome *out)
{
	const struct clauses *clauses = search->milestone->clauses;

	if (clauses == NULL)
		return;
	out->withdrawn = clauses->withdrawn.at;
	out->superseded = clauses->superseded.at;
	out->waived = clauses->waived.at;
	out->waiver = (uint8_t)clauses->waived.kind;
	if (found == VERDICT_NOT_MET && partial_holds(search, assessment))
		out->miss = STATUS_PARTLY_MET;
	else if (found == VERDICT_NONE && decimal_sign(clauses->partial) != 0)
		out->miss = STATUS_COUNT;
}

/* found: the verdict before anything softened or excused it. */
static struct outcome search_outcome(const struct search *search,
	const struct assessment *assessment, enum verdict found)
{
	const struct milestone *milestone = search->milestone;
	bool throughout = milestone->mode == MODE_THROUGHOUT;
	struct outcome out = outcome_none();

	out.event = search->event;
	if (search->violation != INSTANT_MIN)
		out.undone = search->violation;
	out.open = search->opened;
	out.earliest = milestone->mode == MODE_BY ? milestone->start :
		milestone->due;
	out.lasts = outcome_lasts(search);
	out.late = throughout ? INSTANT_MAX : milestone->grace_end;
	out.ahead = outcome_ahead(search, found);
	out.breaks = throughout && found == VERDICT_NONE;
	outcome_clauses(search, assessment, found, &out);
	return out;
}

/* What may have been so at a past instant is known when the lag of each input
   is over; without a frequency nothing else tells when. */
static instant outcome_settles(const struct search *search)
{
	const struct evaluation *evaluation = search->evaluation;
	const struct benchmark *benchmark = search->milestone->benchmark;
	instant next = INSTANT_MAX, end;

	for (size_t i = 0; search->opened != INSTANT_MAX &&
	    i < benchmark->indicator_count; i++) {
		const struct indicator *indicator = &evaluation->reg->indicators[
			benchmark->indicators[i]];

		if (indicator->frequency != FREQUENCY_NONE ||
		    !zone_add(evaluation->zone, search->opened, indicator->lag,
			&end))
			continue;
		next = earlier(next, end >= search->now ? end + 1 :
			zone_day_end_after(evaluation->zone, search->now));
	}
	return next;
}

static bool benchmark_is_regular(const struct register_ *reg,
	const struct benchmark *benchmark)
{
	for (size_t i = 0; i < benchmark->indicator_count; i++)
		if (reg->indicators[benchmark->indicators[i]].frequency ==
		    FREQUENCY_NONE)
			return false;
	return true;
}

/* When a figure may next fulfil it: of windows that stay, while they last.
   Others' turns are no figures: what is known of them ends by itself. */
static instant figures_next(const struct search *search)
{
	struct benchmark figures = *search->milestone->benchmark;
	struct evaluation now = *search->evaluation;
	struct standing standing;

	if (search->milestone->settles &&
	    benchmark_is_regular(now.reg, &figures)) {
		now.at = search->now;
		standing_take(&figures, &now, &standing);
		return standing.next;
	}
	figures.family_count = 0;
	return benchmark_next_reference(&figures, search->evaluation,
		search->now, INSTANT_MAX);
}

/* Of what is neither fulfilled, over nor past all hope. */
static bool search_expects(const struct search *search, enum verdict found,
	const struct assessment *assessment)
{
	return search->event == INSTANT_MIN && outcome_ahead(search, found) &&
		assessment->verdict != VERDICT_WAIVED &&
		!lifecycle_is_over(assessment->lifecycle);
}

/* What waits for others is in danger where they are expected too late for it. */
static enum progress assess_expected(const struct search *search,
	enum verdict found, enum progress paced, struct assessment *out)
{
	const struct milestone *milestone = search->milestone;
	struct evaluation *evaluation = search->evaluation;
	struct prospect prospect;

	if (search->original->level == 0 ||
	    !search_expects(search, found, out))
		return paced;
	prospect = prospect_of(milestone, evaluation, out);
	if (prospect.at == INSTANT_MAX)
		return paced;
	out->expected.date = zone_date(evaluation->zone, prospect.at);
	out->expected.root_cause = prospect.cause;
	if (prospect.at > milestone->due)
		out->expected.slip_days = days_between(evaluation->zone,
			milestone->due, prospect.at);
	return out->expected.slip_days > 0 && prospect.cause != NOT_FOUND &&
		(paced == PROGRESS_ON_TRACK || paced == PROGRESS_PENDING) ?
		PROGRESS_AT_RISK : paced;
}

/* What is overdue is expected today, and tomorrow tomorrow. */
static void outcome_expect(const struct search *search, enum verdict found,
	const struct assessment *assessment, struct outcome *out,
	instant *until)
{
	struct evaluation *evaluation = search->evaluation;
	struct prospect prospect;

	if (!evaluation->reg->prerequisites[search->original->prerequisite]
	    .awaited || !search_expects(search, found, assessment))
		return;
	prospect = prospect_of(search->milestone, evaluation, assessment);
	out->expected = prospect.at;
	out->cause = prospect.cause;
	if (search->now > search->milestone->due ||
	    !date_is_none(assessment->forecast.date))
		*until = earlier(*until, zone_day_end(evaluation->zone,
			zone_date(evaluation->zone, search->now)) + 1);
}

/* Without a memory there is nobody to ask again. */
static void outcome_keep(const struct search *search, instant until,
	const struct outcome *outcome)
{
	const struct evaluation *evaluation = search->evaluation;

	if (evaluation->outcomes != NULL)
		outcomes_keep(evaluation->outcomes,
			(uint32_t)(search->original -
			evaluation->reg->milestones),
			evaluation->known, until, outcome);
}

/*
 * Nobody rests on most milestones. When what is known of one that others rest
 * on ends, it is judged again for itself, so that not all of a family are
 * within a single judgement of who rests on it.
 */
static void assess_outcome(const struct search *search, enum verdict found,
	struct assessment *assessment)
{
	struct outcome outcome;
	instant until = assessment->next;

	if (search->original->prerequisite == NOT_FOUND)
		return;
	outcome = search_outcome(search, assessment, found);
	until = earlier(until, outcome_settles(search));
	if (search->event == INSTANT_MIN)
		until = earlier(until, figures_next(search));
	outcome_expect(search, found, assessment, &outcome, &until);
	assessment->next = until;
	outcome_keep(search, until, &outcome);
}

/* ---- when to ask again ----------------------------------------------------- */

static instant assess_next(const struct search *search,
	const struct standing *standing, const struct assessment *assessment)
{
	const struct milestone *milestone = search->milestone;
	const struct benchmark *benchmark = milestone->benchmark;
	instant now = search->now;
	const instant times[] = {
		milestone->start, milestone->due + 1, milestone->grace_end + 1,
		milestone->lag_end + 1, standing->next,
		/* Of these, what is so on the due instant itself counts. */
		milestone->mode == MODE_BY ? INSTANT_MAX : milestone->due,
		inputs_next(benchmark, search->evaluation),
		milestone->baseline == NULL ? INSTANT_MAX :
			inputs_next(milestone->baseline, search->evaluation),
		benchmark->uses_age && (search_sustains(search) ||
		    !verdict_fulfils(assessment->verdict)) ?
			zone_day_end_after(search->evaluation->zone, now) :
			INSTANT_MAX,
		search->evaluation->until,
	};
	instant next = INSTANT_MAX;

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		if (times[i] > now && times[i] < next)
			next = times[i];
	return milestone->clauses == NULL ? next :
		earlier(next, clauses_next(milestone->clauses, now));
}

void assessment_date(struct assessment *assessment,
	const struct milestone *milestone)
{
	assessment->start = milestone->start;
	assessment->due = milestone->due;
	assessment->grace_end = milestone->grace_end;
	assessment->lag_end = milestone->lag_end;
	assessment->start_date = milestone->start_date;
	assessment->due_date = milestone->due_date;
}

instant assessment_original_due(const struct register_ *reg, uint32_t number,
	const struct assessment *assessment)
{
	const struct milestone *original = &reg->milestones[number];
	const struct milestone *milestone = milestone_at(original,
		assessment->as_of);

	return original->anchorage != NULL &&
		milestone->anchorage == original->anchorage ?
		assessment->due : original->due;
}

static void assessment_clear(struct assessment *out,
	const struct milestone *milestone, instant as_of)
{
	memset(out, 0, sizeof *out);
	out->as_of = as_of;
	assessment_date(out, milestone);
	out->event = INSTANT_MIN;
	out->days_late = out->days_overdue = DAYS_NONE;
	out->waiting_indicator = NOT_FOUND;
	out->forecast.slip_days = DAYS_NONE;
	out->expected.root_cause = NOT_FOUND;
}

struct evaluation milestone_evaluation(const struct register_ *reg,
	struct history *history, const struct milestone *milestone,
	struct knowledge known)
{
	return (struct evaluation){
		.reg = reg, .history = history,
		.zone = milestone_zone(reg, milestone),
		.milestone = milestone, .known = known,
		.now = known.published_by, .start = milestone->start,
		.due = milestone->due, .benchmark = milestone->benchmark,
		.until = INSTANT_MAX,
	};
}

static void search_assess(struct search *search, struct assessment *out)
{
	struct evaluation *evaluation = search->evaluation;
	struct standing standing;
	enum progress paced;
	enum verdict found;

	assessment_clear(out, search->milestone, search->now);
	assess_verdict(search, out);
	found = out->verdict;
	evaluation->at = figures_instant(search);
	assess_marks(search, evaluation->at);
	evaluation->at = figures_instant(search);
	paced = figures_take(search->milestone, evaluation, out);
	assess_clauses(search, out);
	paced = assess_forecast(search, paced, out);
	paced = assess_expected(search, found, paced, out);
	assess_disputed(search, out);
	assess_standing(search, &standing, out);
	out->published_assumed = evaluation->published_assumed;
	out->rests_on = search_rests_on(search);
	out->knowledge = assess_knowledge(search, &standing, out);
	out->progress = assess_progress(search, out->verdict, paced);
	out->status = assess_status(out);
	out->next = assess_next(search, &standing, out);
	assess_outcome(search, found, out);
}

/* ---- due dates that hang on another ------------------------------------------ */

/* The day another was fulfilled, where that happened. */
static struct date anchorage_day(const struct evaluation *evaluation,
	const struct milestone *milestone, instant event)
{
	const struct register_ *reg = evaluation->reg;
	const struct milestone *other =
		&reg->milestones[milestone->anchorage->milestone];

	return zone_date(milestone_zone(reg, other), event);
}

/* The terms once the other is fulfilled; false: that is not known. */
static bool anchorage_resolve(struct evaluation *evaluation,
	struct milestone *room)
{
	const struct milestone *milestone = evaluation->milestone;
	const struct outcome *outcome = outcome_of(evaluation,
		milestone->anchorage->milestone);

	if (outcome->event == INSTANT_MIN || outcome->event > evaluation->now ||
	    !due_resolve(evaluation->reg, milestone, anchorage_day(evaluation,
		milestone, outcome->event), room))
		return false;
	evaluation->milestone = room;
	evaluation->start = room->start;
	evaluation->due = room->due;
	return true;
}

/* When it is expected: as long after the other as it is due after that. */
static void anchorage_expect(const struct search *search,
	struct assessment *out)
{
	struct evaluation *evaluation = search->evaluation;
	uint32_t other = search->milestone->anchorage->milestone;
	const struct outcome *outcome = outcome_of(evaluation, other);
	struct milestone then;

	if (outcome->expected == INSTANT_MAX || !due_resolve(evaluation->reg,
	    search->milestone, anchorage_day(evaluation, search->milestone,
	    outcome->expected), &then))
		return;
	out->expected.date = zone_date(evaluation->zone, then.due);
	out->expected.root_cause = outcome->cause != NOT_FOUND ?
		outcome->cause : other;
}

/* What others may know of it: it may have been fulfilled where the other may. */
static void anchorage_outcome(struct search *search,
	const struct assessment *assessment)
{
	struct evaluation *evaluation = search->evaluation;
	struct outcome other, outcome;

	if (search->original->prerequisite == NOT_FOUND)
		return;
	other = *outcome_of(evaluation,
		search->milestone->anchorage->milestone);
	search->opened = other.open;
	outcome = search_outcome(search, assessment, VERDICT_NONE);
	outcome.earliest = other.earliest;
	outcome.ahead = true;
	if (!date_is_none(assessment->expected.date)) {
		outcome.expected = zone_day_end(evaluation->zone,
			assessment->expected.date);
		outcome.cause = assessment->expected.root_cause;
	}
	outcome_keep(search, assessment->next, &outcome);
}

/* Until the other is fulfilled nothing is asked of it. */
static void search_wait(struct search *search, struct assessment *out)
{
	const struct clauses *clauses = search->milestone->clauses;

	assessment_clear(out, search->milestone, search->now);
	assess_clauses(search, out);
	if (out->verdict == VERDICT_NONE && !lifecycle_is_over(out->lifecycle))
		anchorage_expect(search, out);
	out->rests_on = search->now;
	out->progress = PROGRESS_NOT_STARTED;
	out->status = assess_status(out);
	out->next = search->evaluation->until;
	if (clauses != NULL)
		out->next = earlier(out->next, clauses_next(clauses,
			search->now));
	anchorage_outcome(search, out);
}

void milestone_assess_with(const struct register_ *reg,
	struct history *history, struct outcomes *outcomes, uint32_t number,
	struct knowledge known, struct assessment *out)
{
	const struct milestone *original = &reg->milestones[number];
	const struct milestone *milestone = milestone_at(original,
		known.published_by);
	struct milestone resolved;
	struct spans spans;
	struct evaluation evaluation = milestone_evaluation(reg, history,
		milestone, known);
	struct search search = {.original = original, .terms = milestone,
		.milestone = milestone,
		.evaluation = &evaluation, .now = known.published_by,
		.event = INSTANT_MIN, .violation = INSTANT_MIN,
		.open = INSTANT_MIN, .opened = INSTANT_MAX,
		.last = {.truth = TRUTH_UNKNOWN, .reason = UNKNOWN_AHEAD}};

	evaluation.outcomes = outcomes;
	spans.count = 0;	/* what lies beyond is not looked at */
	evaluation.spans = &spans;
	if (milestone->anchorage == NULL) {
		search_assess(&search, out);
	} else if (anchorage_resolve(&evaluation, &resolved)) {
		search.milestone = &resolved;
		search_assess(&search, out);
	} else {
		search_wait(&search, out);
	}
}

void milestone_assess(const struct register_ *reg, struct history *history,
	uint32_t number, struct knowledge known, struct assessment *out)
{
	struct outcomes *outcomes = reg->milestones[number].level == 0 ? NULL :
		outcomes_new(reg, history);

	milestone_assess_with(reg, history, outcomes, number, known, out);
	outcomes_free(outcomes);
}

/* ---- comparing ------------------------------------------------------------- */

static bool figure_differs(const struct figure *a, const struct figure *b)
{
	return a->known != b->known ||
		(a->known && !decimal_equal(a->value, b->value));
}

static bool figures_differ(const struct assessment *a,
	const struct assessment *b)
{
	return figure_differs(&a->actual, &b->actual) ||
		figure_differs(&a->target, &b->target) ||
		figure_differs(&a->baseline, &b->baseline) ||
		figure_differs(&a->required_now, &b->required_now) ||
		figure_differs(&a->pace, &b->pace) ||
		figure_differs(&a->share_of_level, &b->share_of_level) ||
		figure_differs(&a->share_of_increment, &b->share_of_increment) ||
		figure_differs(&a->shortfall, &b->shortfall);
}

static bool forecasts_differ(const struct forecast *a, const struct forecast *b)
{
	return a->method != b->method || a->value != b->value ||
		a->low != b->low || a->high != b->high ||
		date_compare(a->date, b->date) != 0 ||
		a->slip_days != b->slip_days || a->misses != b->misses;
}

bool assessment_differs(const struct assessment *a, const struct assessment *b)
{
	return a->lifecycle != b->lifecycle || a->verdict != b->verdict ||
		a->progress != b->progress || a->knowledge != b->knowledge ||
		a->status != b->status || a->event != b->event ||
		date_compare(a->event_date, b->event_date) != 0 ||
		a->days_late != b->days_late || figures_differ(a, b) ||
		forecasts_differ(&a->forecast, &b->forecast) ||
		disputes_differ(&a->dispute, &b->dispute) ||
		!period_equal(a->data_through, b->data_through) ||
		a->unknown != b->unknown ||
		!period_equal(a->waiting_for, b->waiting_for) ||
		a->waiting_indicator != b->waiting_indicator ||
		a->published_assumed != b->published_assumed;
}
