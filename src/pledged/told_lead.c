/*
 * told_lead: the state in one sentence, with which every message begins, and
 * the one that says why it comes. See told.h.
 */
#include <string.h>

#include "pledged/told.h"

/* --- parts ---------------------------------------------------------------- */

static void add_quoted_name(const struct told *told, struct text *out)
{
	text_add_string(out, "“");
	add_name(told, out);
	text_add_string(out, "”");
}

/* "CN has missed “…”", or where nobody is named "“…” has been missed". */
static void add_deed(const struct told *told, struct text *out,
	const char *active, const char *passive)
{
	const char *who = told->milestone == NULL ? NULL : milestone_pledge(
		told->context->reg, told->milestone)->obligor;

	if (who != NULL) {
		text_add_line(out, who, NAME_SHOWN);
		text_addf(out, " %s ", active);
	}
	add_quoted_name(told, out);
	if (who == NULL)
		text_addf(out, " %s", passive);
}

/* Whether it still is as the event says, so that what is known now is about
   that. */
static bool told_stands(const struct told *told)
{
	return told->state != NULL && (told->event->to == NULL ||
		told_is_moved(told) || string_is(told->event->to,
			status_name(told->state->assessment.status)));
}

static bool told_stands_due(const struct told *told)
{
	return told_stands(told) && told_days_left(told) != DAYS_NONE;
}

/* "awaiting data" */
static void add_status(struct text *out, const char *status)
{
	for (const char *c = status; *c != '\0'; c++)
		text_add_char(out, *c == '_' ? ' ' : *c);
}

static void add_days(struct text *out, int32_t days)
{
	text_add_count(out, (size_t)days, "day");
}

/* --- a sentence a kind ------------------------------------------------------ */

static void add_share_by_due(const struct told *told, struct text *out)
{
	struct text share;
	bool due = told_stands_due(told);

	text_init(&share, 4 * NAME_SHOWN);
	if (told_stands(told) && add_share(told, &share)) {
		text_addf(out, ": %s%s", text_string(&share),
			due ? " by " : "");
		if (due)
			add_due(told, out);
	} else if (due) {
		text_add_string(out, ", due ");
		add_due(told, out);
	}
	text_release(&share);
}

static void lead_moved(const struct told *told, struct text *out)
{
	text_add_string(out, "The due date of ");
	add_quoted_name(told, out);
	text_add_string(out, " has moved");
	if (told->event->from != NULL && told->event->to != NULL) {
		text_add_string(out, " from ");
		text_add_line(out, told->event->from, NAME_SHOWN);
		text_add_string(out, " to ");
		text_add_line(out, told->event->to, NAME_SHOWN);
	}
}

static void lead_missed(const struct told *told, struct text *out)
{
	if (told_is_moved(told)) {
		lead_moved(told, out);
		return;
	}
	add_deed(told, out, "has missed", "has been missed");
	add_share_by_due(told, out);
}

static void lead_partly_met(const struct told *told, struct text *out)
{
	add_deed(told, out, "has met a part of", "has been met in part");
	add_share_by_due(told, out);
}

static void lead_breached(const struct told *told, struct text *out)
{
	add_deed(told, out, "has broken", "has been broken");
	text_add_string(out, ", which had to hold throughout");
}

static void lead_progress(const struct told *told, struct text *out)
{
	const struct assessment *a;
	struct decimal percent;

	add_quoted_name(told, out);
	text_addf(out, " is %s", wording_state(told->wording));
	if (!told_stands(told))
		return;
	a = &told->state->assessment;
	bool paced = a->pace.known && decimal_multiply(a->pace.value,
		decimal_from_int(100), &percent);

	if (paced) {
		text_add_string(out, ": at ");
		text_add_decimal(out, decimal_round(percent, 1));
		text_add_string(out, " % of its path");
		if (!period_is_none(a->data_through)) {
			text_add_string(out, " through ");
			text_add_period(out, a->data_through);
		}
	}
	if (told_stands_due(told)) {
		text_add_string(out, paced ? ", and due on " : "; due on ");
		add_due(told, out);
	}
}

static void lead_approaching(const struct told *told, struct text *out)
{
	int32_t left = told_days_left(told);

	add_quoted_name(told, out);
	if (left == DAYS_NONE) {
		text_add_string(out, " is due soon");
		return;
	}
	text_add_string(out, " is due on ");
	add_due(told, out);
	if (left > 1)
		text_addf(out, ", in %d days,", left);
	else if (left >= 0)
		text_add_string(out, left == 1 ? ", tomorrow," : ", today,");
	text_add_string(out, " and not yet met");
}

static struct date told_event_date(const struct told *told)
{
	const struct assessment *a = &told->state->assessment;

	if (!date_is_none(a->event_date) || a->event == INSTANT_MIN)
		return a->event_date;
	return zone_date(milestone_zone(told->context->reg, told->milestone),
		a->event);
}

static void lead_met(const struct told *told, struct text *out)
{
	const struct assessment *a;
	bool late = told->event->kind == EVENT_MET_LATE;

	add_deed(told, out, "has met", "has been met");
	if (!told_stands(told) || date_is_none(told_event_date(told))) {
		text_add_string(out, late ? ", late" : "");
		return;
	}
	a = &told->state->assessment;
	text_add_string(out, late ? " late: on " : " on ");
	text_add_date(out, told_event_date(told));
	if (a->days_late != DAYS_NONE && a->days_late > 0) {
		text_add_string(out, ", ");
		add_days(out, a->days_late);
		text_add_string(out, " after it was due");
		return;
	}
	int32_t early = date_is_none(a->due_date) ? 0 :
		date_to_days(a->due_date) - date_to_days(told_event_date(told));

	if (early > 0) {
		text_add_string(out, ", ");
		add_days(out, early);
		text_add_string(out, " before it was due");
	}
}

static void lead_unverified(const struct told *told, struct text *out)
{
	text_add_string(out, "It is not known whether ");
	add_quoted_name(told, out);
	text_add_string(out, " has been met: ");
	if (told_stands_due(told)) {
		text_add_string(out, "it was due on ");
		add_due(told, out);
		text_add_string(out, ", and ");
	}
	text_add_string(out, "what would decide it has not come");
}

static void lead_revised(const struct told *told, struct text *out)
{
	const char *from = told->event->from, *to = told->event->to;

	text_add_string(out, "Figures behind ");
	add_quoted_name(told, out);
	text_add_string(out, " have been revised");
	if (from == NULL || to == NULL)
		return;
	text_add_string(out, string_is(from, to) ? ": it is still " :
		": it was ");
	add_status(out, from);
	if (!string_is(from, to)) {
		text_add_string(out, " and is now ");
		add_status(out, to);
	}
}

/* Of the other kinds: what stands before and behind the name. */
struct plain {
	const char *before, *after;
};

static const struct plain plains[WORDING_COUNT] = {
	[EVENT_REVERSED] = {"", " had been met, and holds no longer"},
	[EVENT_WAIVED] = {"", " has been waived"},
	[EVENT_DISPUTED] = {"Sources do not agree about ", ""},
	[EVENT_MODIFIED] = {"The terms of ", " have changed"},
	[EVENT_WITHDRAWN] = {"", " has been withdrawn: nothing is asked of it "
		"any more"},
	[EVENT_SUPERSEDED] = {"", " has been superseded: another takes its "
		"place"},
	[EVENT_FIRST_SIGHT] = {"This register is watched from now on", ""},
	[EVENT_SOURCE_FAILING] = {"The source ", " gives no answer; what rests "
		"on it may be out of date"},
	[EVENT_SOURCE_UNREADABLE] = {"The source ", " answers, but not in a "
		"form that can be read; what rests on it may be out of date"},
	[EVENT_SOURCE_RECOVERED] = {"The source ", " works again"},
	[EVENT_DATA_STALE] = {"Figures of ", " are overdue"},
	[EVENT_DATA_QUARANTINED] = {"Figures of ", " are held back: they count "
		"once somebody has accepted them"},
	[EVENT_NEW_DOCUMENT] = {"There is news in ", ""},
	[EVENT_SOURCE_MOVED] = {"The source ", " has moved: its address in the "
		"register should be changed"},
	[EVENT_OFFLINE] = {"This machine reaches no network: until it does, no "
		"source is asked", ""},
	[EVENT_ONLINE] = {"This machine reaches the network again", ""},
	[EVENT_DELIVERY_FAILED] = {"Messages to the ", " cannot be delivered"},
	[EVENT_DELIVERY_RECOVERED] = {"Messages to the ", " are delivered "
		"again"},
	[EVENT_CHANNEL_TEST] = {"This is a test of the ", ": nothing has "
		"happened, and nothing is to be done"},
	[WORDING_FIGURES] = {"Figures of ", " are in order again"},
	[WORDING_AGREED] = {"Sources agree again about ", ""},
	[WORDING_UNWATCHED] = {"", " is no longer watched"},
};

static void lead_plain(const struct told *told, struct text *out)
{
	const struct plain *plain = &plains[told->wording];

	text_add_string(out, plain->before);
	if (told->event->subject_kind == SUBJECT_MILESTONE)
		add_quoted_name(told, out);
	else
		add_name(told, out);
	text_add_string(out, plain->after);
}

typedef void lead_fn(const struct told *told, struct text *out);

static lead_fn *const leads[WORDING_COUNT] = {	/* NULL: plain */
	[EVENT_APPROACHING] = lead_approaching,
	[EVENT_AT_RISK] = lead_progress,
	[EVENT_OFF_TRACK] = lead_progress,
	[EVENT_RECOVERED] = lead_progress,
	[EVENT_SLIPPED] = lead_missed,
	[EVENT_BREACHED] = lead_breached,
	[EVENT_MET] = lead_met,
	[EVENT_MET_LATE] = lead_met,
	[EVENT_PARTLY_MET] = lead_partly_met,
	[EVENT_UNVERIFIED] = lead_unverified,
	[EVENT_REVISED] = lead_revised,
	[EVENT_RESCHEDULED] = lead_moved,
};

void add_lead(const struct told *told, struct text *out)
{
	lead_fn *lead = leads[told->wording];

	(lead != NULL ? lead : lead_plain)(told, out);
	text_add_char(out, '.');
}

/* --- why it comes ----------------------------------------------------------- */

static const struct silence *told_silence(const struct told *told)
{
	const struct engine *engine = told->context->engine;
	struct hearing_view hearings[CHANNELS_MAX];
	size_t count = engine_alert_hearings(engine, told->item->alert->id,
		hearings);
	int64_t silence = 0;

	for (size_t i = 0; i < count; i++) {
		if (string_is(hearings[i].channel, told->context->channel->id))
			silence = hearings[i].silence;
	}
	for (size_t i = 0; i < engine_silence_count(engine); i++) {
		if (silence == engine_silence_at(engine, i)->id)
			return engine_silence_at(engine, i);
	}
	return NULL;
}

static void add_silence_end(const struct told *told, struct text *out)
{
	const struct silence *silence = told_silence(told);

	if (silence != NULL) {
		text_add_string(out, "It is silenced until ");
		add_time(told->context, out, silence->until);
	} else {
		text_add_string(out, "It is silenced, and soon no longer");
	}
	text_add_string(out, "; it is told again then, if it is still so.");
}

/* "alice has it in hand until 2021-02-03 15:30 UTC (“asked the embassy”)" */
static void add_acknowledgement(const struct told *told, struct text *out,
	const char *has)
{
	const struct alert *alert = told->item->alert;

	text_add_line(out, alert->by != NULL && *alert->by != '\0' ? alert->by
		: "Somebody", NAME_SHOWN);
	text_addf(out, " %s it in hand until ", has);
	add_time(told->context, out, alert->until);
	if (alert->note == NULL || *alert->note == '\0')
		return;
	text_add_string(out, " (“");
	text_add_line(out, alert->note, LINE_SHOWN);
	text_add_string(out, "”)");
}

static void add_since(const struct told *told, struct text *out)
{
	const struct alert *alert = told->item->alert;

	text_add_string(out, "since ");
	add_time(told->context, out, later(alert->raised, alert->escalation));
}

static void add_open_occasion(const struct told *told, struct text *out)
{
	switch (told->item->mention.reason) {
	case REASON_REMINDER:
		text_add_string(out, "It has been so ");
		add_since(told, out);
		text_add_string(out, ", and nobody has acknowledged it.");
		break;
	case REASON_ESCALATED:
		text_add_string(out, "It comes to you because nobody has "
			"acknowledged it ");
		add_since(told, out);
		text_add_char(out, '.');
		break;
	case REASON_SILENCE_EXPIRING:
		add_silence_end(told, out);
		break;
	case REASON_SILENCE_ENDED:
		text_add_string(out, "It was silenced until now, and is still "
			"so.");
		break;
	case REASON_ACKNOWLEDGEMENT_EXPIRING:
		add_acknowledgement(told, out, "has");
		text_add_string(out, "; after that it counts as nobody's.");
		break;
	case REASON_ACKNOWLEDGEMENT_EXPIRED:
		add_acknowledgement(told, out, "had");
		text_add_string(out, ". It is still so, and now nobody's.");
		break;
	default:
		break;
	}
}

void add_occasion(const struct told *told, struct text *out)
{
	const struct alert *alert = told->item->alert;

	if (alert == NULL)
		return;
	if (!told_is_over(told)) {
		add_open_occasion(told, out);
		return;
	}
	text_addf(out, "This ends the alert “%s” of ",
		wording_headline((int)alert->kind));
	add_time(told->context, out, alert->raised);
	text_add_char(out, '.');
}
