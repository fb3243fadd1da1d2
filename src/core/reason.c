/*
 * reason: an assessment as one sentence.
 *
 *	what is compared, or what is waited for; the path; the time it took
 */
#include <ctype.h>
#include <string.h>

#include "core/figures.h"
#include "core/forecast.h"
#include "core/reason.h"
#include "core/standing.h"

/* An expression is quoted up to this many bytes. */
#define QUOTED_MAX 120

struct telling {
	const struct register_ *reg;
	const struct milestone *milestone;
	const struct assessment *assessment;
	struct text *out;
};

typedef void teller(const struct telling *telling);

void reason_add_quoted(struct text *out, const char *text, size_t from,
	size_t to)
{
	size_t written = 0;

	for (size_t i = from; i < to; i++) {
		bool space = isspace((unsigned char)text[i]);

		if (space && (i == from || isspace((unsigned char)text[i - 1])))
			continue;
		/* Never within a character of several bytes. */
		if (written >= QUOTED_MAX && ((unsigned char)text[i] & 0xc0) != 0x80) {
			text_add_string(out, "…");
			return;
		}
		text_add_char(out, space ? ' ' : text[i]);
		written++;
	}
}

static void tell_benchmark(const struct telling *telling)
{
	const char *text = telling->milestone->benchmark->text;

	reason_add_quoted(telling->out, text, 0, strlen(text));
}

/* The day of an instant, or the time where the due date has one. */
static void tell_time(const struct telling *telling, instant at)
{
	const struct zone *zone = milestone_zone(telling->reg,
		telling->milestone);

	if (date_is_none(telling->assessment->due_date))
		text_add_instant_zone(telling->out, at, zone);
	else
		text_add_date(telling->out, zone_date(zone, at));
}

static void tell_days(const struct telling *telling, int32_t days)
{
	text_addf(telling->out, "%d %s", (int)days, days == 1 ? "day" : "days");
}

/* "sum(exports.energy, 2020) = 9.74bn, needs >= 26.1bn" */
static bool tell_comparison(const struct telling *telling)
{
	static const char *const signs[] = {
		[COMPARE_LT] = "<", [COMPARE_LE] = "<=", [COMPARE_EQ] = "=",
		[COMPARE_NE] = "other than", [COMPARE_GE] = ">=",
		[COMPARE_GT] = ">",
	};
	const struct benchmark *benchmark = telling->milestone->benchmark;
	const struct assessment *assessment = telling->assessment;

	if (!assessment->actual.known)
		return false;
	reason_add_quoted(telling->out, benchmark->text,
		benchmark->actual->from, benchmark->actual->to);
	text_add_string(telling->out, " = ");
	text_add_decimal_short(telling->out, assessment->actual.value);
	if (!assessment->target.known)
		return true;
	text_addf(telling->out, ", needs %s ", signs[benchmark->comparison]);
	text_add_decimal_short(telling->out, assessment->target.value);
	return true;
}

/* "; 44.9 % of the path through 2020-05" */
static void tell_path(const struct telling *telling)
{
	const struct assessment *assessment = telling->assessment;
	struct decimal percent;

	if (!assessment->pace.known || !decimal_multiply(assessment->pace.value,
	    decimal_from_int(100), &percent))
		return;
	text_add_string(telling->out, "; ");
	text_add_decimal(telling->out, decimal_round(percent, 1));
	text_add_string(telling->out, " % of the path through ");
	text_add_period(telling->out, assessment->data_through);
}

static void tell_double(const struct telling *telling, double value)
{
	struct decimal decimal;

	if (decimal_from_double(value, 15, &decimal))
		text_add_decimal_short(telling->out, decimal);
}

/* "; the run rate gives 29.1bn by 2020-12-31"; with "but" where that is not
   enough, beside a pace that is. */
static void tell_forecast(const struct telling *telling)
{
	const struct assessment *assessment = telling->assessment;
	const struct forecast *forecast = &assessment->forecast;

	if (forecast->method == FORECAST_NONE)
		return;
	text_add_string(telling->out, forecast->misses &&
		assessment->progress == PROGRESS_AT_RISK &&
		figures_keep_pace(telling->milestone, assessment) ?
		", but " : "; ");
	text_addf(telling->out, "%s gives ", forecast_method_text(
		(enum forecast_method)forecast->method));
	tell_double(telling, forecast->value);
	text_add_string(telling->out, " by ");
	tell_time(telling, telling->milestone->due);
}

/* "; waits for p/x, expected 2020-05-01, 30 days late" */
static void tell_expected(const struct telling *telling)
{
	const struct expected *expected = &telling->assessment->expected;

	if (telling->assessment->status != STATUS_AT_RISK ||
	    date_is_none(expected->date) || expected->slip_days <= 0 ||
	    expected->root_cause == NOT_FOUND)
		return;
	text_addf(telling->out, "; waits for %s, expected %04d-%02d-%02d, ",
		telling->reg->milestones[expected->root_cause].id,
		expected->date.year, expected->date.month, expected->date.day);
	text_add_count(telling->out, (size_t)expected->slip_days, "day");
	text_add_string(telling->out, " late");
}

/* ---- by status ------------------------------------------------------------- */

static bool benchmark_is_of_people(const struct telling *telling)
{
	const struct benchmark *benchmark = telling->milestone->benchmark;

	return benchmark->uses_people && benchmark->indicator_count == 0;
}

static void tell_state(const struct telling *telling)
{
	if (tell_comparison(telling)) {
		tell_path(telling);
		tell_forecast(telling);
		return;
	}
	if (telling->assessment->knowledge == KNOWLEDGE_DISPUTED)
		text_add_string(telling->out, "some say yes and some say no: ");
	else if (telling->assessment->knowledge == KNOWLEDGE_NO_DATA)
		text_add_string(telling->out, benchmark_is_of_people(telling) ?
			"nobody has attested yet: " :
			telling->milestone->benchmark->uses_documents ?
			"no document was read yet for " :
			"there is no figure yet for ");
	else if (telling->milestone->mode == MODE_THROUGHOUT)
		text_add_string(telling->out, "no violation is known of: ");
	else
		text_add_string(telling->out, "not yet true: ");
	tell_benchmark(telling);
}

static void tell_not_started(const struct telling *telling)
{
	if (telling->assessment->due == INSTANT_MAX &&
	    telling->milestone->anchorage != NULL) {
		text_addf(telling->out, "due: %s",
			telling->milestone->due_said.text);
		return;
	}
	text_add_string(telling->out, "starts on ");
	tell_time(telling, telling->assessment->start);
}

static void tell_due(const struct telling *telling)
{
	tell_state(telling);
	text_add_string(telling->out, "; was due on ");
	tell_time(telling, telling->assessment->due);
	text_add_string(telling->out, ", grace until ");
	tell_time(telling, telling->assessment->grace_end);
}

/* "gazette.guangdong was not read past 2020-12-31 yet" */
static void tell_unread(const struct telling *telling,
	const struct indicator *indicator)
{
	text_addf(telling->out, "%s was not read past ", indicator->id);
	text_add_period(telling->out, telling->assessment->waiting_for);
	text_add_string(telling->out, " yet: ");
	tell_benchmark(telling);
}

/* "exports.energy 2020-12 is not published yet (expected by 2021-02-09)" */
static void tell_waiting(const struct telling *telling)
{
	const struct assessment *assessment = telling->assessment;
	const struct indicator *indicator;
	const struct zone *zone = milestone_zone(telling->reg,
		telling->milestone);
	instant expected;

	if (assessment->waiting_indicator == NOT_FOUND) {
		text_addf(telling->out, "%s: ",
			assessment->unknown == UNKNOWN_UNATTESTED &&
			assessment->knowledge == KNOWLEDGE_NO_DATA ?
			"nobody has attested it" :
			unknown_reason_text(assessment->unknown));
		tell_benchmark(telling);
		return;
	}
	indicator = &telling->reg->indicators[assessment->waiting_indicator];
	if (indicator->kind == INDICATOR_DOCUMENTS) {
		tell_unread(telling, indicator);
		return;
	}
	expected = figure_expected(indicator, assessment->waiting_for, zone);
	text_addf(telling->out, "%s ", indicator->id);
	text_add_period(telling->out, assessment->waiting_for);
	text_add_string(telling->out, assessment->as_of > expected ?
		" was not published (expected by " :
		" is not published yet (expected by ");
	text_add_date(telling->out, zone_date(zone, expected));
	text_add_char(telling->out, ')');
}

static void tell_held(const struct telling *telling)
{
	tell_benchmark(telling);
	text_add_string(telling->out, telling->assessment->as_of <
		telling->assessment->event ? "; certain to hold until " :
		"; held until ");
	tell_time(telling, telling->assessment->event);
}

/* What fulfilled may no longer show in the figures of now. */
static void tell_met(const struct telling *telling)
{
	const struct assessment *assessment = telling->assessment;

	if (telling->milestone->mode == MODE_THROUGHOUT) {
		tell_held(telling);
		return;
	}
	if (!figures_hold(telling->milestone, assessment) ||
	    !tell_comparison(telling))
		tell_benchmark(telling);
	text_add_string(telling->out, "; reached on ");
	tell_time(telling, assessment->event);
	if (assessment->days_late == DAYS_NONE)
		return;
	text_add_string(telling->out, ", ");
	tell_days(telling, assessment->days_late);
	text_add_string(telling->out, assessment->event <=
		assessment->grace_end ? " late, within grace" : " late");
}

/* "last(x) = 3, needs >= 5; violated on 2020-05-31" */
static void tell_violation(const struct telling *telling, const char *what)
{
	if (figures_hold(telling->milestone, telling->assessment) ||
	    !tell_comparison(telling))
		tell_benchmark(telling);
	text_add_string(telling->out, what);
	tell_time(telling, telling->assessment->event);
}

static void tell_breached(const struct telling *telling)
{
	tell_violation(telling, "; violated on ");
}

static void tell_reversed(const struct telling *telling)
{
	tell_violation(telling, "; was reached, no longer true on ");
}

static void tell_not_met(const struct telling *telling)
{
	if (tell_comparison(telling))
		return;
	text_add_string(telling->out, "can no longer be true in time: ");
	tell_benchmark(telling);
}

void reason_add_decree(struct text *out, const char *what,
	const struct decree *decree)
{
	text_add_string(out, what);
	if (date_is_none(decree->on))
		return;
	text_add_string(out, " on ");
	text_add_date(out, decree->on);
	if (decree->by != NULL)
		text_addf(out, " by %s", decree->by);
	if (decree->reason != NULL)
		text_addf(out, ": %s", decree->reason);
	if (decree->authority != NULL)
		text_addf(out, " (%s)", decree->authority);
}

static void tell_withdrawn(const struct telling *telling)
{
	reason_add_decree(telling->out, "withdrawn", &telling->milestone->clauses->withdrawn);
}

/* A miss that was excused is told too. */
static void tell_waived(const struct telling *telling)
{
	const struct decree *waived = &telling->milestone->clauses->waived;

	reason_add_decree(telling->out, waived->kind == WAIVER_APPLICABILITY ?
		"waived as not applicable" : "waived", waived);
	if (waived->kind == WAIVER_APPLICABILITY)
		return;
	text_add_string(telling->out, "; ");
	if (telling->assessment->event != INSTANT_MIN)
		tell_breached(telling);
	else
		tell_not_met(telling);
}

static void tell_superseded(const struct telling *telling)
{
	reason_add_decree(telling->out, "superseded",
		&telling->milestone->clauses->superseded);
}

/* "; originally due on 2020-12-31", and what that makes of a fulfilment. */
static void tell_slip(const struct telling *telling,
	const struct milestone *original)
{
	const struct assessment *assessment = telling->assessment;
	const struct zone *zone = milestone_zone(telling->reg, original);
	bool fulfilled = assessment->verdict == VERDICT_MET ||
		assessment->verdict == VERDICT_MET_LATE;

	if (original->anchorage != NULL) {
		text_addf(telling->out, "; originally due: %s",
			original->due_said.text);
		return;
	}
	text_add_string(telling->out, "; originally due on ");
	if (date_is_none(original->due_date))
		text_add_instant_zone(telling->out, original->due, zone);
	else
		text_add_date(telling->out, original->due_date);
	if (!fulfilled || assessment->event <= original->due)
		return;
	text_add_string(telling->out, ", ");
	tell_days(telling, date_to_days(zone_date(zone, assessment->event)) -
		date_to_days(zone_date(zone, original->due)));
	text_add_string(telling->out, " earlier");
}

/* ---- sources that differ ----------------------------------------------------- */

/* Figures that read alike in short are told in full. */
static void tell_sides(const struct telling *telling,
	const struct dispute_side sides[2])
{
	const char *text = telling->milestone->benchmark->text;
	size_t length = strlen(text);
	struct decimal figures[2] = {DECIMAL_ZERO, DECIMAL_ZERO};
	bool alike;

	for (size_t i = 0; i < 2; i++)
		decimal_from_double(sides[i].figure, 15, &figures[i]);
	alike = decimal_equal(decimal_round_significant(figures[0], 3),
		decimal_round_significant(figures[1], 3));
	for (size_t i = 0; i < 2; i++) {
		text_add_string(telling->out, i == 0 ? ": " : ", ");
		/* Bytes of a text from before the register said otherwise. */
		if (sides[i].to <= length)
			reason_add_quoted(telling->out, text, sides[i].from, sides[i].to);
		text_add_string(telling->out, " = ");
		if (alike)
			text_add_decimal_grouped(telling->out, figures[i]);
		else
			text_add_decimal_short(telling->out, figures[i]);
	}
}

/* "sources differ by more than 2%: sum(a, 2020) = 5.2bn, sum(b, 2020) =
   4.8bn through 2020-05" */
static void tell_dispute(const struct telling *telling)
{
	const struct dispute *dispute = &telling->assessment->dispute;
	const struct clauses *clauses = telling->milestone->clauses;

	if (dispute->kind == DISPUTE_NONE &&
	    telling->assessment->unknown == UNKNOWN_DISPUTED) {
		text_add_string(telling->out, "some say yes and some say no");
		return;
	}
	text_add_string(telling->out, "sources differ");
	if (dispute->kind == DISPUTE_FIGURES && clauses != NULL &&
	    clauses->tolerance_said.text != NULL)
		text_addf(telling->out, " by more than %s",
			clauses->tolerance_said.text);
	if (dispute->kind == DISPUTE_NONE)
		return;
	tell_sides(telling, dispute->sides);
	if (period_is_none(dispute->through))
		return;
	text_add_string(telling->out, " through ");
	text_add_period(telling->out, dispute->through);
}

static struct telling telling_of(const struct register_ *reg,
	uint32_t milestone, const struct assessment *assessment,
	struct text *out)
{
	return (struct telling){reg, milestone_at(&reg->milestones[milestone],
		assessment->as_of), assessment, out};
}

void assessment_dispute(const struct register_ *reg, uint32_t milestone,
	const struct assessment *assessment, struct text *out)
{
	struct telling telling = telling_of(reg, milestone, assessment, out);

	if (assessment->knowledge == KNOWLEDGE_DISPUTED)
		tell_dispute(&telling);
}

void assessment_reason(const struct register_ *reg, uint32_t milestone,
	const struct assessment *assessment, struct text *out)
{
	static teller *const tellers[STATUS_COUNT] = {
		[STATUS_NOT_STARTED] = tell_not_started,
		[STATUS_PENDING] = tell_state,
		[STATUS_ON_TRACK] = tell_state,
		[STATUS_AT_RISK] = tell_state,
		[STATUS_OFF_TRACK] = tell_state,
		[STATUS_DUE] = tell_due,
		[STATUS_AWAITING_DATA] = tell_waiting,
		[STATUS_UNVERIFIED] = tell_waiting,
		[STATUS_MET] = tell_met,
		[STATUS_MET_LATE] = tell_met,
		[STATUS_PARTLY_MET] = tell_not_met,
		[STATUS_NOT_MET] = tell_not_met,
		[STATUS_BREACHED] = tell_breached,
		[STATUS_REVERSED] = tell_reversed,
		[STATUS_WAIVED] = tell_waived,
		[STATUS_WITHDRAWN] = tell_withdrawn,
		[STATUS_SUPERSEDED] = tell_superseded,
	};
	struct telling telling = telling_of(reg, milestone, assessment, out);

	/* A state from before the register said so, or no longer says so. */
	if ((lifecycle_is_over(assessment->lifecycle) ||
	    assessment->verdict == VERDICT_WAIVED) &&
	    telling.milestone->clauses == NULL)
		tell_state(&telling);
	else
		tellers[assessment->status](&telling);
	if (assessment->lifecycle == LIFECYCLE_RESCHEDULED)
		tell_slip(&telling, &reg->milestones[milestone]);
	tell_expected(&telling);
	if (assessment->knowledge == KNOWLEDGE_DISPUTED &&
	    assessment->unknown != UNKNOWN_DISPUTED) {
		text_add_string(out, "; ");
		tell_dispute(&telling);
	}
}
