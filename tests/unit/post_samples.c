/* post_samples: every kind of event, every reason to be told of one, and mails
   about several. */
#include "post.h"

#define MILESTONE SUBJECT_MILESTONE
#define PURCHASES .about = MILESTONE, .subject = "purchases.agriculture/2020", \
	.severity = SEVERITY_CRITICAL
#define MISS .kind = EVENT_SLIPPED, PURCHASES, .from = "awaiting_data", \
	.to = "not_met", .why = "sum(exports.agriculture, 2020) = 27.3bn, " \
	"needs >= 33.5bn"
#define PLAN .about = MILESTONE, .subject = "ip.action-plan/published", \
	.severity = SEVERITY_WARNING
#define CAPS .about = MILESTONE, .subject = "finance.caps/removed", \
	.severity = SEVERITY_WARNING
#define OFF .kind = EVENT_OFF_TRACK, PURCHASES, .from = "pending", \
	.to = "off_track", .why = "sum(exports.agriculture, 2020) = 4.36bn, " \
	"needs >= 33.8bn; 40.9 % of the path through 2020-04; the seasonal " \
	"profile gives 13.8bn by 2020-12-31"
#define SOURCE .about = SUBJECT_SOURCE, .subject = "census", \
	.severity = SEVERITY_WARNING
#define FIGURES .about = SUBJECT_INDICATOR, .subject = "exports.agriculture", \
	.severity = SEVERITY_WARNING
#define CHANNEL .about = SUBJECT_CHANNEL, .subject = "desk", \
	.severity = SEVERITY_WARNING
#define FIRST .reason = REASON_FIRST
#define GONE .why = "it is no longer in the register"

const struct sample samples[] = {
	{"slipped", "2021-01-28", false, {{MISS, FIRST, .alert = 12}}},
	{"slipped-changed", "2021-01-28", false, {{MISS,
		.reason = REASON_CHANGED, .alert = 12, .thread = 3}}},
	{"slipped-moved", "2020-11-02", false, {{.kind = EVENT_SLIPPED,
		PURCHASES, FIRST, .alert = 12, .from = "2020-12-31",
		.to = "2021-06-30", .why = "due moved from 2020-12-31 to "
		"2021-06-30: pandemic (Joint Committee, decision 3)"}}},
	{"slipped-late", "2021-01-28", false, {{MISS, FIRST, .alert = 12,
		.late = "2021-01-25T10:00Z"}}},
	{"slipped-undelivered", "2021-01-28", false, {{MISS, FIRST, .alert = 12,
		.undelivered = "director"}}},
	{"slipped-consequences", "2021-01-28", false, {{MISS, FIRST,
		.alert = 12, .consequences = 13}}},
	{"slipped-acknowledged", "2021-01-28", false, {{MISS,
		.reason = REASON_CHANGED, .alert = 12, .thread = 3,
		.state = ALERT_ACKNOWLEDGED, .by = "alice",
		.until = "2021-02-04T15:30Z", .note = "asked the embassy"}}},
	{"slipped-reminder", "2021-01-28", false, {{MISS,
		.reason = REASON_REMINDER, .alert = 12, .thread = 3,
		.reminders = 2}}},
	{"slipped-escalated", "2021-01-28", false, {{MISS,
		.reason = REASON_ESCALATED, .alert = 12}}},
	{"silence-expiring", "2021-01-28", false, {{MISS,
		.reason = REASON_SILENCE_EXPIRING, .alert = 12, .thread = 3}}},
	{"silence-ended", "2020-06-23", false, {{OFF,
		.reason = REASON_SILENCE_ENDED, .alert = 12, .thread = 3}}},
	{"acknowledgement-expiring", "2021-01-28", false, {{MISS,
		.reason = REASON_ACKNOWLEDGEMENT_EXPIRING, .alert = 12,
		.thread = 3, .state = ALERT_ACKNOWLEDGED, .by = "alice",
		.until = "2021-01-29T15:30Z", .note = "asked the embassy"}}},
	{"acknowledgement-expired", "2021-01-28", false, {{MISS,
		.reason = REASON_ACKNOWLEDGEMENT_EXPIRED, .alert = 12,
		.thread = 3, .by = "alice", .until = "2021-01-28T15:30Z",
		.note = "asked the embassy"}}},
	{"resolved", "2020-04-21", false, {{.kind = EVENT_MET_LATE, PLAN,
		.reason = REASON_RESOLVED, .alert = 2, .thread = 3,
		.alert_kind = EVENT_UNVERIFIED, .state = ALERT_RESOLVED,
		.from = "unverified", .to = "met_late", .why =
		"last(ip.plan) = 1, needs >= 1; reached on 2020-04-20, 21 days "
		"late"}}},
	{"withdrawn", "2021-01-28", false, {{.kind = EVENT_WITHDRAWN,
		.about = MILESTONE, .subject = "gone/milestone",
		.reason = REASON_WITHDRAWN, .alert = 9, .thread = 3,
		.alert_kind = EVENT_SLIPPED, .state = ALERT_WITHDRAWN, GONE}}},
	{"source-withdrawn", "2021-01-28", false, {{
		.kind = EVENT_SOURCE_RECOVERED, .about = SUBJECT_SOURCE,
		.subject = "gone", .reason = REASON_WITHDRAWN, .alert = 9,
		.thread = 3, .alert_kind = EVENT_SOURCE_FAILING,
		.state = ALERT_WITHDRAWN, GONE}}},
	{"test", "2021-01-28", false, {{.kind = EVENT_CHANNEL_TEST,
		CHANNEL, .reason = REASON_TEST, .why = "asked for by root"}}},
	/* the other kinds */
	{"approaching", "2020-12-01", false, {{.kind = EVENT_APPROACHING, CAPS,
		FIRST, .why = "30 days remain"}}},
	{"at-risk", "2020-09-05", false, {{.kind = EVENT_AT_RISK, PURCHASES,
		FIRST, .alert = 14, .from = "off_track", .to = "off_track",
		.why = "sum(exports.agriculture, 2020) = 16.2bn, needs >= "
		"40.5bn; 90.9 % of the path through 2020-07; held for 7d; "
		"changed 3 times since 2020-03-01"}}},
	{"off-track", "2020-06-23", false, {{OFF, FIRST, .alert = 4}}},
	{"recovered", "2020-06-23", false, {{.kind = EVENT_RECOVERED, PURCHASES,
		.reason = REASON_RESOLVED, .alert = 4, .thread = 3,
		.alert_kind = EVENT_OFF_TRACK, .state = ALERT_RESOLVED,
		.from = "off_track", .to = "on_track",
		.why = "101.2 % of the path through 2020-08"}}},
	{"breached", "2021-01-28", false, {{.kind = EVENT_BREACHED, CAPS, FIRST,
		.alert = 4, .from = "on_track", .to = "breached",
		.why = "caps = 35 in 2020-11, needs <= 20"}}},
	{"reversed", "2021-01-28", false, {{.kind = EVENT_REVERSED, CAPS, FIRST,
		.alert = 4, .from = "met", .to = "reversed",
		.why = "caps = 35 in 2020-11, needs <= 20"}}},
	{"met", "2020-04-21", false, {{.kind = EVENT_MET, PLAN, FIRST,
		.from = "pending", .to = "met_late", .why = "last(ip.plan) = 1, "
		"needs >= 1; reached on 2020-04-20"}}},
	{"met-late", "2020-04-21", false, {{.kind = EVENT_MET_LATE, PLAN, FIRST,
		.from = "unverified", .to = "met_late",
		.why = "last(ip.plan) = 1, needs >= 1; reached on 2020-04-20, "
		"21 days late"}}},
	{"partly-met", "2021-01-28", false, {{.kind = EVENT_PARTLY_MET,
		PURCHASES, FIRST, .from = "awaiting_data", .to = "not_met",
		.why = "sum(exports.agriculture, 2020) = 27.3bn, needs >= "
		"33.5bn"}}},
	{"waived", "2021-01-28", false, {{.kind = EVENT_WAIVED, CAPS, FIRST,
		.from = "due", .to = "waived", .why = "waived on 2020-12-01: "
		"force majeure (Council decision 12)"}}},
	{"unverified", "2020-04-07", false, {{.kind = EVENT_UNVERIFIED, PLAN,
		FIRST, .alert = 2, .from = "awaiting_data", .to = "unverified",
		.why = "no figures at all: last(ip.plan) >= 1"}}},
	{"disputed", "2021-01-28", false, {{.kind = EVENT_DISPUTED, CAPS, FIRST,
		.alert = 4, .why = "last(caps) is 20 by census and 35 by the "
		"ministry"}}},
	{"agreed", "2021-01-28", false, {{.kind = EVENT_RECOVERED, CAPS,
		.reason = REASON_RESOLVED, .alert = 4, .thread = 3,
		.alert_kind = EVENT_DISPUTED, .state = ALERT_RESOLVED,
		.why = "sources agree again"}}},
	{"revised", "2020-07-19", false, {{.kind = EVENT_REVISED, PURCHASES,
		FIRST, .from = "off_track", .to = "off_track", .why =
		"target 33,756,174,706 is now 33,469,792,856; revised: "
		"exports.agriculture 2020-05, 2020-04, 2020-03 and 38 more"}}},
	{"rescheduled", "2020-11-02", false, {{.kind = EVENT_RESCHEDULED, CAPS,
		FIRST, .from = "2021-06-30", .to = "2020-12-31",
		.why = "due moved from 2021-06-30 to 2020-12-31"}}},
	{"modified", "2020-11-02", false, {{.kind = EVENT_MODIFIED, CAPS, FIRST,
		.why = "amended: the target is 20 (Joint Committee)"}}},
	{"superseded", "2020-11-02", false, {{.kind = EVENT_SUPERSEDED, CAPS,
		FIRST, .from = "pending", .to = "superseded",
		.why = "superseded on 2020-11-01 by finance.caps/all"}}},
	{"first-sight", "2021-01-28", false, {{.kind = EVENT_FIRST_SIGHT,
		FIRST, .why = "12 milestones already decided when first seen: "
		"7 met, 5 not met"}}},
	{"source-failing", "2021-01-28", false, {{.kind = EVENT_SOURCE_FAILING,
		SOURCE, FIRST, .alert = 5, .why = "3 polls in a row failed "
		"since 2021-01-27T03:00:00Z: HTTP status 503"}}},
	{"source-unreadable", "2021-01-28", false, {{
		.kind = EVENT_SOURCE_UNREADABLE, SOURCE, FIRST, .alert = 5,
		.why = "no such column: value_usd"}}},
	{"source-recovered", "2021-01-28", false, {{
		.kind = EVENT_SOURCE_RECOVERED, SOURCE,
		.reason = REASON_RESOLVED, .alert = 5, .thread = 3,
		.alert_kind = EVENT_SOURCE_FAILING, .state = ALERT_RESOLVED,
		.why = "it answers well again"}}},
	{"source-moved", "2021-01-28", false, {{.kind = EVENT_SOURCE_MOVED,
		SOURCE, FIRST, .why = "it is now at https://example.org/y"}}},
	{"data-stale", "2021-01-28", false, {{.kind = EVENT_DATA_STALE, FIGURES,
		FIRST, .alert = 6, .why = "2021-12 was expected by 2022-02-09; "
		"its source census answered well at 2022-02-11T04:59:59Z, and "
		"had nothing newer than 2021-11"}}},
	{"data-quarantined", "2021-01-28", false, {{
		.kind = EVENT_DATA_QUARANTINED, FIGURES, FIRST, .alert = 6,
		.why = "2020-12: 9,999 is 12 times the figure before (max_jump "
		"4): held until accepted"}}},
	{"data-in-order", "2021-01-28", false, {{.kind = EVENT_RECOVERED,
		FIGURES, .reason = REASON_RESOLVED, .alert = 6, .thread = 3,
		.alert_kind = EVENT_DATA_STALE, .state = ALERT_RESOLVED,
		.why = "2021-12 has come"}}},
	{"new-document", "2021-01-28", false, {{.kind = EVENT_NEW_DOCUMENT,
		FIGURES, FIRST, .why = "Notice 12; Notice 13; Notice 14, and "
		"12 more"}}},
	{"offline", "2021-01-28", false, {{.kind = EVENT_OFFLINE, FIRST,
		.severity = SEVERITY_WARNING, .alert = 7,
		.why = "12 sources at 9 hosts could not be reached"}}},
	{"online", "2021-01-28", false, {{.kind = EVENT_ONLINE,
		.reason = REASON_RESOLVED, .alert = 7, .thread = 3,
		.alert_kind = EVENT_OFFLINE, .state = ALERT_RESOLVED,
		.why = "after 3h"}}},
	{"delivery-failed", "2021-01-28", false, {{.kind = EVENT_DELIVERY_FAILED,
		CHANNEL, FIRST, .alert = 8,
		.why = "RCPT TO:<desk@example.org>: 550 no such user"}}},
	{"delivery-recovered", "2021-01-28", false, {{
		.kind = EVENT_DELIVERY_RECOVERED, CHANNEL,
		.reason = REASON_RESOLVED, .alert = 8, .thread = 3,
		.alert_kind = EVENT_DELIVERY_FAILED, .state = ALERT_RESOLVED,
		.why = "the next was taken"}}},
	/* several */
	{"several", "2021-01-28", false, {
		{MISS, FIRST, .alert = 12},
		{.kind = EVENT_SLIPPED, CAPS, FIRST, .alert = 13, .from = "due",
		.to = "not_met", .why = "last(caps) = 35, needs <= 20"}}},
	{"digest", "2021-01-28", true, {
		{MISS, FIRST, .alert = 12, .consequences = 2},
		{.kind = EVENT_SLIPPED, CAPS, .reason = REASON_REMINDER,
		.alert = 13, .thread = 4, .reminders = 2, .from = "due",
		.to = "not_met", .why = "last(caps) = 35, needs <= 20"},
		{.kind = EVENT_MET_LATE, PLAN, .reason = REASON_RESOLVED,
		.alert = 2, .thread = 3, .alert_kind = EVENT_UNVERIFIED,
		.state = ALERT_RESOLVED, .from = "unverified",
		.to = "met_late", .why = "last(ip.plan) = 1, needs >= 1; "
		"reached on 2020-04-20, 21 days late"},
		{.kind = EVENT_AT_RISK, .about = MILESTONE,
		.subject = "reform/m1", .severity = SEVERITY_WARNING, FIRST,
		.alert = 14, .state = ALERT_ACKNOWLEDGED, .by = "alice",
		.from = "pending", .to = "at_risk",
		.why = "a forecast misses the target"}}},
	{"operator", "2021-01-28", false, {
		{.kind = EVENT_SOURCE_FAILING, SOURCE, FIRST, .alert = 5,
		.why = "HTTP status 503"},
		{.kind = EVENT_DATA_STALE, FIGURES, FIRST, .alert = 6,
		.why = "2021-12 was expected by 2022-02-09"}}},
};

const size_t sample_count = sizeof samples / sizeof *samples;

size_t sample_items(const struct sample *sample)
{
	size_t count = 0;

	while (count < 6 && sample->items[count].why != NULL)
		count++;
	return count;
}
