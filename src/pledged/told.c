/* told: see told.h. */
#include "pledged/told.h"

#include <stdlib.h>

#include "pledged/view.h"

/* An event that ends what is no longer asked about is a recovery by name. */
int item_wording(const struct item *item)
{
	const struct event *event = item->event;
	bool left = item->mention.reason == REASON_WITHDRAWN;

	if (left && event->kind != EVENT_WITHDRAWN)
		return WORDING_UNWATCHED;
	if (event->kind != EVENT_RECOVERED)
		return event->kind;
	if (event->subject_kind == SUBJECT_INDICATOR)
		return WORDING_FIGURES;
	return item->alert != NULL && item->alert->kind == EVENT_DISPUTED ?
		(int)WORDING_AGREED : (int)EVENT_RECOVERED;
}

struct told told_of(const struct message_context *context,
	const struct item *item)
{
	struct told told = {.context = context, .item = item,
		.event = item->event, .wording = item_wording(item), .index = NOT_FOUND};

	if (item->event->subject_kind == SUBJECT_MILESTONE)
		told.index = register_milestone(context->reg,
			item->event->subject);
	if (told.index == NOT_FOUND)
		return told;
	told.milestone = milestone_at(&context->reg->milestones[told.index],
		context->notification->created);
	told.state = engine_milestone(context->engine, told.index);
	if (told.state != NULL && told.state->since == INSTANT_MIN)
		told.state = NULL;	/* not yet judged */
	return told;
}

bool told_is_over(const struct told *told)
{
	return told->item->mention.reason == REASON_RESOLVED ||
		told->item->mention.reason == REASON_WITHDRAWN;
}

/* What raises an alert is bad. */
enum tone told_tone(const struct told *told)
{
	switch (told->wording) {
	case EVENT_MET: case EVENT_MET_LATE: case EVENT_RECOVERED:
	case EVENT_SOURCE_RECOVERED: case EVENT_ONLINE:
	case EVENT_DELIVERY_RECOVERED: case WORDING_FIGURES:
	case WORDING_AGREED:
		return TONE_GOOD;
	default:
		return event_kind_raises(told->event->kind) &&
			!told_is_over(told) ? TONE_BAD : TONE_PLAIN;
	}
}

bool told_is_open(const struct told *told)
{
	return told->item->alert != NULL &&
		alert_state_is_open(told->item->alert->state);
}

bool verdict_is_done(enum verdict verdict)
{
	return verdict == VERDICT_MET || verdict == VERDICT_MET_LATE ||
		verdict == VERDICT_WAIVED;
}

bool told_is_moved(const struct told *told)
{
	enum status ignored;
	const struct event *event = told->event;

	return event->kind == EVENT_RESCHEDULED ||
		(event->kind == EVENT_SLIPPED && event->to != NULL &&
		!status_parse(event->to, &ignored));
}

/* --- words ------------------------------------------------------------- */

struct kind_words {
	const char *headline;	/* at the head of a subject line */
	const char *state;	/* behind "is", a number or a noun */
};

static const struct kind_words words[WORDING_COUNT] = {
	[EVENT_APPROACHING] = {"Deadline approaching", "due soon"},
	[EVENT_AT_RISK] = {"At risk", "at risk"},
	[EVENT_OFF_TRACK] = {"Off track", "off track"},
	[EVENT_RECOVERED] = {"Back on track", "back on track"},
	[EVENT_SLIPPED] = {"Slipped", "slipped"},
	[EVENT_BREACHED] = {"Breached", "breached"},
	[EVENT_REVERSED] = {"Reversed", "reversed"},
	[EVENT_MET] = {"Met", "met"},
	[EVENT_MET_LATE] = {"Met late", "met late"},
	[EVENT_PARTLY_MET] = {"Partly met", "partly met"},
	[EVENT_WAIVED] = {"Waived", "waived"},
	[EVENT_UNVERIFIED] = {"Cannot be verified", "unverified"},
	[EVENT_DISPUTED] = {"Disputed", "disputed"},
	[EVENT_REVISED] = {"Figures revised", "revised"},
	[EVENT_RESCHEDULED] = {"Rescheduled", "rescheduled"},
	[EVENT_MODIFIED] = {"Terms modified", "modified"},
	[EVENT_WITHDRAWN] = {"Withdrawn", "withdrawn"},
	[EVENT_SUPERSEDED] = {"Superseded", "superseded"},
	[EVENT_FIRST_SIGHT] = {"First look at the register", "first look"},
	[EVENT_SOURCE_FAILING] = {"Source failing", "failing"},
	[EVENT_SOURCE_UNREADABLE] = {"Source cannot be read", "unreadable"},
	[EVENT_SOURCE_RECOVERED] = {"Source works again", "working again"},
	[EVENT_DATA_STALE] = {"Figures overdue", "overdue"},
	[EVENT_DATA_QUARANTINED] = {"Figures held back", "held back"},
	[EVENT_NEW_DOCUMENT] = {"New document", "with new documents"},
	[EVENT_SOURCE_MOVED] = {"Source has moved", "moved"},
	[EVENT_OFFLINE] = {"This machine is offline", "offline"},
	[EVENT_ONLINE] = {"This machine is online again", "online again"},
	[EVENT_DELIVERY_FAILED] = {"Messages cannot be delivered",
		"unreachable"},
	[EVENT_DELIVERY_RECOVERED] = {"Messages are delivered again",
		"reachable again"},
	[EVENT_CHANNEL_TEST] = {"Test message", "under test"},
	[WORDING_FIGURES] = {"Figures in order again", "in order again"},
	[WORDING_AGREED] = {"Sources agree again", "no longer disputed"},
	[WORDING_UNWATCHED] = {"No longer watched", "no longer watched"},
};

static const int worst_first[] = {
	EVENT_BREACHED, EVENT_REVERSED, EVENT_SLIPPED, EVENT_OFF_TRACK,
	EVENT_AT_RISK, EVENT_UNVERIFIED, EVENT_DISPUTED, EVENT_APPROACHING,
	EVENT_PARTLY_MET, EVENT_MET_LATE, EVENT_MET, EVENT_RECOVERED,
	WORDING_AGREED,
	EVENT_WAIVED, EVENT_RESCHEDULED, EVENT_MODIFIED, EVENT_REVISED,
	EVENT_SUPERSEDED, EVENT_WITHDRAWN, EVENT_NEW_DOCUMENT,
	EVENT_FIRST_SIGHT, EVENT_DELIVERY_FAILED, EVENT_OFFLINE,
	EVENT_SOURCE_FAILING, EVENT_SOURCE_UNREADABLE, EVENT_DATA_STALE,
	EVENT_DATA_QUARANTINED, EVENT_SOURCE_MOVED, EVENT_SOURCE_RECOVERED,
	WORDING_FIGURES, EVENT_ONLINE, EVENT_DELIVERY_RECOVERED,
	WORDING_UNWATCHED, EVENT_CHANNEL_TEST,
};
_Static_assert(sizeof worst_first / sizeof *worst_first == WORDING_COUNT,
	"a kind has no place");

static const char *const reasons[REASON_COUNT] = {
	[REASON_REMINDER] = "Reminder",
	[REASON_ESCALATED] = "Escalated",
	[REASON_SILENCE_EXPIRING] = "Silence ends soon",
	[REASON_SILENCE_ENDED] = "Silence ended",
	[REASON_ACKNOWLEDGEMENT_EXPIRING] = "Acknowledgement ends soon",
	[REASON_ACKNOWLEDGEMENT_EXPIRED] = "Acknowledgement expired",
	[REASON_RESOLVED] = "Resolved",
	[REASON_WITHDRAWN] = "No longer watched",
	[REASON_TEST] = "Test message",
};

const char *wording_headline(int wording)
{
	return words[wording].headline;
}

const char *wording_state(int wording)
{
	return words[wording].state;
}

int wording_of_rank(int rank)
{
	return worst_first[rank];
}

const char *reason_words(enum notify_reason reason)
{
	return reasons[reason];
}

void add_wording_count(struct text *out, int wording,
	enum subject_kind about, size_t count, bool noun)
{
	if (noun && about != SUBJECT_NONE)
		text_add_count(out, count, subject_kind_name(about));
	else
		text_addf(out, "%zu", count);
	text_addf(out, " %s", words[wording].state);
}

/* --- names, dates and figures -------------------------------------------- */

void add_milestone_name(const struct register_ *reg,
	const struct milestone *milestone, struct text *out)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);

	if (milestone->title != NULL) {
		text_add_line(out, milestone->title, NAME_SHOWN);
		return;
	}
	text_add_line(out, pledge->title != NULL ? pledge->title : pledge->id,
		NAME_SHOWN);
	text_addf(out, ": %s", milestone->name);
}

void add_name(const struct told *told, struct text *out)
{
	const struct event *event = told->event;

	if (told->milestone != NULL) {
		add_milestone_name(told->context->reg, told->milestone, out);
	} else if (event->subject != NULL) {
		if (event->subject_kind == SUBJECT_CHANNEL)
			text_add_string(out, "channel ");
		text_add_line(out, event->subject, NAME_SHOWN);
	}
}

static void add_clock(struct text *out, const struct zone *zone, instant at)
{
	struct clock_time local = zone_local(zone, at);

	text_add_date(out, local.date);
	text_addf(out, " %02d:%02d %s", local.hour, local.minute,
		zone_name(zone));
}

void add_time(const struct message_context *context, struct text *out,
	instant at)
{
	const struct zone *zone = context->channel->hours.zone;

	add_clock(out, zone != NULL ? zone : zone_utc(), at);
}

struct date told_due_date(const struct told *told)
{
	const struct assessment *a = told->state != NULL ?
		&told->state->assessment : NULL;

	if (a == NULL)
		return (struct date){0};
	if (!date_is_none(a->due_date) || a->due == INSTANT_MAX ||
	    a->due == INSTANT_MIN)
		return a->due_date;
	return zone_date(milestone_zone(told->context->reg, told->milestone),
		a->due);
}

void add_due(const struct told *told, struct text *out)
{
	const struct assessment *a = &told->state->assessment;

	if (!date_is_none(a->due_date))
		text_add_date(out, a->due_date);
	else
		add_clock(out, milestone_zone(told->context->reg,
			told->milestone), a->due);
}

int32_t told_days_left(const struct told *told)
{
	struct date due = told_due_date(told);

	if (date_is_none(due))
		return DAYS_NONE;
	return date_to_days(due) - date_to_days(zone_date(milestone_zone(
		told->context->reg, told->milestone),
		told->context->notification->created));
}

void add_days_left(struct text *out, int32_t left)
{
	if (left == 0)
		text_add_string(out, "today");
	else if (left < 0)
		text_addf(out, "%d day%s ago", -left, left == -1 ? "" : "s");
	else
		text_addf(out, "in %d day%s", left, left == 1 ? "" : "s");
}

static void add_unit(const struct milestone *milestone, struct text *out)
{
	const char *unit = view_unit(milestone);

	if (unit == NULL || string_is(unit, "1"))	/* a pure number */
		return;
	text_add_char(out, ' ');
	text_add_line(out, unit, NAME_SHOWN);
}

static bool milestone_has_floor(const struct milestone *milestone)
{
	enum comparison comparison =
		(enum comparison)milestone->benchmark->comparison;

	return comparison == COMPARE_GE || comparison == COMPARE_GT;
}

bool told_has_floor(const struct told *told)
{
	return milestone_has_floor(told->milestone);
}

/* One that asks whether something is there at all has no figures worth a word. */
static bool target_is_yes(const struct milestone *milestone,
	const struct figure *target)
{
	const char *unit = view_unit(milestone);

	return (unit == NULL || string_is(unit, "1")) && target->known &&
		decimal_equal(target->value, decimal_from_int(1));
}

bool add_share_of(const struct milestone *milestone,
	const struct assessment *a, struct text *out)
{
	enum comparison comparison =
		(enum comparison)milestone->benchmark->comparison;

	if (!a->actual.known || !a->target.known ||
			target_is_yes(milestone, &a->target))
		return false;
	bool floor = milestone_has_floor(milestone);

	text_add_decimal_short(out, a->actual.value);
	if (!floor)
		add_unit(milestone, out);
	if (floor)
		text_add_string(out, " of ");
	else
		text_add_string(out, comparison == COMPARE_LE ||
			comparison == COMPARE_LT ? ", at most " : " against ");
	text_add_decimal_short(out, a->target.value);
	add_unit(milestone, out);
	return true;
}

bool add_share(const struct told *told, struct text *out)
{
	return told->state != NULL && add_share_of(told->milestone,
		&told->state->assessment, out);
}

/* --- the subject line ----------------------------------------------------- */

static void add_headline(const struct told *told, struct text *out)
{
	text_add_string(out, words[told->wording].headline);
	if (told->event->subject == NULL)
		return;
	text_add_string(out, ": ");
	add_name(told, out);
}

void add_subject_line(const struct told *told, struct text *out)
{
	enum notify_reason reason = told->item->mention.reason;
	int wording = told->wording;
	bool nothing_else = reason == REASON_NONE || reason == REASON_FIRST ||
		reason == REASON_CHANGED || reason == REASON_TEST ||
		reason == REASON_WITHDRAWN || told->wording == EVENT_WITHDRAWN;

	if (nothing_else) {
		add_headline(told, out);
	} else if (reason == REASON_SILENCE_ENDED && told_is_open(told)) {
		text_addf(out, "Still %s, the silence has ended: ",
			words[wording].state);
		add_name(told, out);
	} else if (reason == REASON_RESOLVED) {
		text_addf(out, "Resolved (%s)", words[wording].state);
		text_add_string(out, told->event->subject != NULL ? ": " : "");
		add_name(told, out);
	} else {
		text_add_string(out, reasons[reason]);
		if (reason == REASON_REMINDER && told->item->reminders > 0)
			text_addf(out, " (%d)", told->item->reminders);
		text_add_string(out, ": ");
		add_headline(told, out);
	}
}
