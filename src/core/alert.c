/*
 * alert: the life of an alert, as one table. See alert.h.
 */
#include "core/alert.h"

static const char *const state_names[ALERT_STATE_COUNT] = {
	[ALERT_FIRING] = "firing",
	[ALERT_ACKNOWLEDGED] = "acknowledged",
	[ALERT_RESOLVED] = "resolved",
	[ALERT_WITHDRAWN] = "withdrawn",
};

static const char *const reason_names[REASON_COUNT] = {
	[REASON_NONE] = "none",
	[REASON_FIRST] = "first",
	[REASON_CHANGED] = "changed",
	[REASON_REMINDER] = "reminder",
	[REASON_ESCALATED] = "escalated",
	[REASON_SILENCE_EXPIRING] = "silence_expiring",
	[REASON_SILENCE_ENDED] = "silence_ended",
	[REASON_ACKNOWLEDGEMENT_EXPIRING] = "acknowledgement_expiring",
	[REASON_ACKNOWLEDGEMENT_EXPIRED] = "acknowledgement_expired",
	[REASON_RESOLVED] = "resolved",
	[REASON_WITHDRAWN] = "withdrawn",
	[REASON_TEST] = "test",
};

const char *alert_state_name(enum alert_state state)
{
	return state_names[state];
}

const char *notify_reason_name(enum notify_reason reason)
{
	return reason_names[reason];
}

bool alert_state_is_open(enum alert_state state)
{
	return state == ALERT_FIRING || state == ALERT_ACKNOWLEDGED;
}

#define FI ALERT_FIRING
#define AC ALERT_ACKNOWLEDGED
#define RE ALERT_RESOLVED
#define WI ALERT_WITHDRAWN

/*
 * An acknowledgement stops what nags, and hides no news. What is over stays so:
 * the same condition raises another alert.
 */
static const struct alert_step steps[ALERT_INPUT_COUNT][ALERT_STATE_COUNT] = {
	[ALERT_RAISE] = {{FI, REASON_NONE}, {AC, REASON_NONE},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
	[ALERT_CHANGE] = {{FI, REASON_CHANGED}, {AC, REASON_CHANGED},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
	[ALERT_REMIND] = {{FI, REASON_REMINDER}, {AC, REASON_NONE},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
	[ALERT_ESCALATE] = {{FI, REASON_ESCALATED}, {AC, REASON_NONE},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
	[ALERT_ACKNOWLEDGE] = {{AC, REASON_NONE}, {AC, REASON_NONE},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
	[ALERT_EXPIRE] = {{FI, REASON_NONE}, {FI, REASON_ACKNOWLEDGEMENT_EXPIRED},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
	[ALERT_UNSILENCE] = {{FI, REASON_SILENCE_ENDED}, {AC, REASON_NONE},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
	[ALERT_RESOLVE] = {{RE, REASON_RESOLVED}, {RE, REASON_RESOLVED},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
	[ALERT_WITHDRAW] = {{WI, REASON_WITHDRAWN}, {WI, REASON_WITHDRAWN},
		{RE, REASON_NONE}, {WI, REASON_NONE}},
};

struct alert_step alert_step(enum alert_state state, enum alert_input input)
{
	return steps[input][state];
}
