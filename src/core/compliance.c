/*
 * compliance: see compliance.h.
 */
#include "core/compliance.h"

static const char *const names[COMPLIANCE_COUNT] = {
	[COMPLIANCE_ON_TIME] = "on_time", [COMPLIANCE_LATE] = "late",
	[COMPLIANCE_MISSED] = "missed", [COMPLIANCE_OPEN] = "open",
	[COMPLIANCE_UNVERIFIED] = "unverified",
	[COMPLIANCE_AHEAD] = "not_started", [COMPLIANCE_WAIVED] = "waived",
	[COMPLIANCE_WITHDRAWN] = "withdrawn",
};

static const enum compliance_kind kinds[STATUS_COUNT] = {
	[STATUS_NOT_STARTED] = COMPLIANCE_AHEAD,
	[STATUS_PENDING] = COMPLIANCE_OPEN,
	[STATUS_ON_TRACK] = COMPLIANCE_OPEN,
	[STATUS_AT_RISK] = COMPLIANCE_OPEN,
	[STATUS_OFF_TRACK] = COMPLIANCE_OPEN,
	[STATUS_DUE] = COMPLIANCE_OPEN,
	[STATUS_AWAITING_DATA] = COMPLIANCE_OPEN,
	[STATUS_UNVERIFIED] = COMPLIANCE_UNVERIFIED,
	[STATUS_MET] = COMPLIANCE_ON_TIME,
	[STATUS_MET_LATE] = COMPLIANCE_LATE,
	[STATUS_PARTLY_MET] = COMPLIANCE_MISSED,
	[STATUS_NOT_MET] = COMPLIANCE_MISSED,
	[STATUS_BREACHED] = COMPLIANCE_MISSED,
	[STATUS_REVERSED] = COMPLIANCE_MISSED,
	[STATUS_WAIVED] = COMPLIANCE_WAIVED,
	[STATUS_WITHDRAWN] = COMPLIANCE_WITHDRAWN,
	[STATUS_SUPERSEDED] = COMPLIANCE_WITHDRAWN,
};

const char *compliance_name(enum compliance_kind kind)
{
	return names[kind];
}

enum compliance_kind compliance_of(enum status status)
{
	return kinds[status];
}

void compliance_add(struct compliance *compliance,
	const struct assessment *answer)
{
	compliance->total++;
	compliance->counts[compliance_of(answer->status)]++;
}

bool compliance_share(const struct compliance *compliance,
	struct decimal *out)
{
	uint32_t on_time = compliance->counts[COMPLIANCE_ON_TIME];
	uint32_t decided = on_time + compliance->counts[COMPLIANCE_LATE] +
		compliance->counts[COMPLIANCE_MISSED];

	return decided != 0 && decimal_divide(decimal_from_int(on_time),
		decimal_from_int(decided), out);
}
