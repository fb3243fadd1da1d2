/*
 * event: the tables of kinds and of changes. See event.h.
 */
#include "core/event.h"

#define BIT(kind) (UINT32_C(1) << (kind))

enum {
	DANGER = BIT(EVENT_AT_RISK) | BIT(EVENT_OFF_TRACK),
	BLIND = BIT(EVENT_UNVERIFIED),
	MISS = BIT(EVENT_SLIPPED) | BIT(EVENT_BREACHED) | BIT(EVENT_REVERSED),
	DATA = BIT(EVENT_DISPUTED) | BIT(EVENT_DATA_STALE) |
		BIT(EVENT_DATA_QUARANTINED),
	SOURCE = BIT(EVENT_SOURCE_FAILING) | BIT(EVENT_SOURCE_UNREADABLE)
};

/*
 * RAISES: an alert stays until something ends it. STANDS: it is a condition,
 * told once; while its alert fires nothing more is said. A verdict is told
 * each time it is given, and so is what else RAISES: whoever announces a
 * source's or a channel's fault or a figure held knows whether it is another
 * one. ANSWERS: it tells of an end and of nothing else, so that it is no news
 * where there is nothing to end, nor for who has not heard of that.
 */
enum alerting { SILENT, ANSWERS, RAISES, STANDS };

struct event_row {
	const char *name;
	enum event_class concerns;
	enum alerting alerting;
	uint32_t ends;		/* kinds of alerts of the same subject */
};

static const struct event_row event_kinds[EVENT_KIND_COUNT] = {
	[EVENT_APPROACHING] = {"approaching", CLASS_AUDIENCE, SILENT, 0},
	[EVENT_AT_RISK] = {"at_risk", CLASS_AUDIENCE, STANDS,
		BIT(EVENT_OFF_TRACK)},
	[EVENT_OFF_TRACK] = {"off_track", CLASS_AUDIENCE, STANDS,
		BIT(EVENT_AT_RISK)},
	[EVENT_RECOVERED] = {"recovered", CLASS_AUDIENCE, ANSWERS,
		DANGER | DATA},
	[EVENT_SLIPPED] = {"slipped", CLASS_AUDIENCE, RAISES, DANGER | BLIND},
	[EVENT_BREACHED] = {"breached", CLASS_AUDIENCE, RAISES, DANGER | BLIND},
	[EVENT_REVERSED] = {"reversed", CLASS_AUDIENCE, RAISES, DANGER | BLIND},
	[EVENT_MET] = {"met", CLASS_AUDIENCE, SILENT, DANGER | BLIND | MISS},
	[EVENT_MET_LATE] = {"met_late", CLASS_AUDIENCE, SILENT,
		DANGER | BLIND | MISS},
	[EVENT_PARTLY_MET] = {"partly_met", CLASS_AUDIENCE, SILENT,
		DANGER | BLIND | BIT(EVENT_SLIPPED)},
	[EVENT_WAIVED] = {"waived", CLASS_AUDIENCE, SILENT,
		DANGER | BLIND | MISS},
	[EVENT_UNVERIFIED] = {"unverified", CLASS_AUDIENCE, STANDS, 0},
	[EVENT_DISPUTED] = {"disputed", CLASS_AUDIENCE, STANDS, 0},
	[EVENT_REVISED] = {"revised", CLASS_AUDIENCE, SILENT, 0},
	[EVENT_RESCHEDULED] = {"rescheduled", CLASS_AUDIENCE, SILENT, 0},
	[EVENT_MODIFIED] = {"modified", CLASS_AUDIENCE, SILENT, 0},
	[EVENT_WITHDRAWN] = {"withdrawn", CLASS_AUDIENCE, SILENT,
		DANGER | BLIND | MISS | DATA},
	[EVENT_SUPERSEDED] = {"superseded", CLASS_AUDIENCE, SILENT,
		DANGER | BLIND | MISS | DATA},
	[EVENT_FIRST_SIGHT] = {"first_sight", CLASS_AUDIENCE, SILENT, 0},
	[EVENT_SOURCE_FAILING] = {"source_failing", CLASS_OPERATOR, RAISES, 0},
	[EVENT_SOURCE_UNREADABLE] = {"source_unreadable", CLASS_OPERATOR,
		RAISES, 0},
	[EVENT_SOURCE_RECOVERED] = {"source_recovered", CLASS_OPERATOR, ANSWERS,
		SOURCE},
	[EVENT_DATA_STALE] = {"data_stale", CLASS_OPERATOR, STANDS, 0},
	[EVENT_DATA_QUARANTINED] = {"data_quarantined", CLASS_OPERATOR, RAISES, 0},
	[EVENT_NEW_DOCUMENT] = {"new_document", CLASS_AUDIENCE, SILENT, 0},
	[EVENT_SOURCE_MOVED] = {"source_moved", CLASS_OPERATOR, SILENT, 0},
	[EVENT_OFFLINE] = {"offline", CLASS_OPERATOR, STANDS, 0},
	[EVENT_ONLINE] = {"online", CLASS_OPERATOR, ANSWERS, BIT(EVENT_OFFLINE)},
	[EVENT_DELIVERY_FAILED] = {"delivery_failed", CLASS_OPERATOR, RAISES, 0},
	[EVENT_DELIVERY_RECOVERED] = {"delivery_recovered", CLASS_OPERATOR,
		ANSWERS, BIT(EVENT_DELIVERY_FAILED)},
	[EVENT_CHANNEL_TEST] = {"channel_test", CLASS_OPERATOR, SILENT, 0},
};

static const char *const class_names[] = {
	[CLASS_AUDIENCE] = "audience",
	[CLASS_OPERATOR] = "operator",
};

static const char *const subject_names[] = {
	[SUBJECT_NONE] = "none",
	[SUBJECT_MILESTONE] = "milestone",
	[SUBJECT_SOURCE] = "source",
	[SUBJECT_INDICATOR] = "indicator",
	[SUBJECT_CHANNEL] = "channel",
};

const char *event_kind_name(enum event_kind kind)
{
	return event_kinds[kind].name;
}

bool event_kind_parse(const char *word, enum event_kind *out)
{
	for (int i = 0; i < EVENT_KIND_COUNT; i++) {
		if (string_is(word, event_kinds[i].name)) {
			*out = (enum event_kind)i;
			return true;
		}
	}
	return false;
}

enum event_class event_kind_class(enum event_kind kind)
{
	return event_kinds[kind].concerns;
}

enum event_class event_class(enum event_kind kind, enum subject_kind subject)
{
	return subject == SUBJECT_INDICATOR && kind != EVENT_NEW_DOCUMENT ?
		CLASS_OPERATOR : event_kind_class(kind);
}

const char *event_class_name(enum event_class value)
{
	return class_names[value];
}

const char *subject_kind_name(enum subject_kind kind)
{
	return subject_names[kind];
}

bool event_kind_raises(enum event_kind kind)
{
	return event_kinds[kind].alerting >= RAISES;
}

bool event_kind_answers(enum event_kind kind)
{
	return event_kinds[kind].alerting == ANSWERS;
}

bool event_kind_stands(enum event_kind kind)
{
	return event_kinds[kind].alerting == STANDS;
}

bool event_kind_is_miss(enum event_kind kind)
{
	return MISS & BIT(kind);
}

bool event_kind_ends(enum event_kind kind, enum event_kind alert)
{
	return event_kinds[kind].ends & BIT(alert);
}

/* The words of the table of changes, two letters each so that it can be seen
   whole. */
enum {
	no = EVENT_KIND_COUNT,
	ok = EVENT_RECOVERED, ar = EVENT_AT_RISK, ot = EVENT_OFF_TRACK,
	uv = EVENT_UNVERIFIED, me = EVENT_MET, ml = EVENT_MET_LATE,
	pm = EVENT_PARTLY_MET, sl = EVENT_SLIPPED, br = EVENT_BREACHED,
	rv = EVENT_REVERSED, wv = EVENT_WAIVED, wd = EVENT_WITHDRAWN,
	su = EVENT_SUPERSEDED
};

/*
 * Nothing is said when a milestone starts, falls due or waits for data: none
 * of these answers anything, so none ends an alert. `recovered` stands
 * wherever an alert may still be firing from before; it is announced only
 * when one is.
 */
static const uint8_t changes[STATUS_COUNT][STATUS_COUNT] = {
	/* to:                   ns pe on ar of du aw uv me ml pm nm br rv wv wd su */
	[STATUS_NOT_STARTED] =  {no,no,ok,ar,ot,no,no,uv,me,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_PENDING] =      {no,no,ok,ar,ot,no,no,uv,me,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_ON_TRACK] =     {no,no,no,ar,ot,no,no,uv,me,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_AT_RISK] =      {no,no,ok,no,ot,no,no,uv,me,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_OFF_TRACK] =    {no,no,ok,ar,no,no,no,uv,me,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_DUE] =          {no,no,ok,ar,ot,no,no,uv,me,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_AWAITING_DATA] ={no,no,ok,ar,ot,no,no,uv,me,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_UNVERIFIED] =   {no,no,ok,ar,ot,no,no,no,me,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_MET] =          {no,no,no,ar,ot,no,no,uv,no,ml,pm,sl,br,rv,wv,wd,su},
	[STATUS_MET_LATE] =     {no,no,no,ar,ot,no,no,uv,me,no,pm,sl,br,rv,wv,wd,su},
	[STATUS_PARTLY_MET] =   {no,no,no,ar,ot,no,no,uv,me,ml,no,sl,br,rv,wv,wd,su},
	[STATUS_NOT_MET] =      {no,no,no,ar,ot,no,no,uv,me,ml,pm,no,br,rv,wv,wd,su},
	[STATUS_BREACHED] =     {no,no,no,ar,ot,no,no,uv,me,ml,pm,sl,no,rv,wv,wd,su},
	[STATUS_REVERSED] =     {no,no,no,ar,ot,no,no,uv,me,ml,pm,sl,br,no,wv,wd,su},
	[STATUS_WAIVED] =       {no,no,no,ar,ot,no,no,uv,me,ml,pm,sl,br,rv,no,wd,su},
	[STATUS_WITHDRAWN] =    {no,no,no,ar,ot,no,no,uv,me,ml,pm,sl,br,rv,wv,no,su},
	[STATUS_SUPERSEDED] =   {no,no,no,ar,ot,no,no,uv,me,ml,pm,sl,br,rv,wv,wd,no},
};

enum event_kind event_of_change(enum status from, enum status to)
{
	return (enum event_kind)changes[from][to];
}
