/*
 * compliance: how a series of milestones was kept, counted over the answers.
 *
 * Each answer counts once, by its status alone. What nobody knows is open or
 * unverified, never missed; what was excused or given up is told apart.
 */
#ifndef PLEDGED_CORE_COMPLIANCE_H
#define PLEDGED_CORE_COMPLIANCE_H

#include "core/assess.h"

enum compliance_kind {
	COMPLIANCE_ON_TIME,	/* met */
	COMPLIANCE_LATE,	/* met_late */
	COMPLIANCE_MISSED,	/* not_met, partly_met, breached, reversed */
	COMPLIANCE_OPEN,	/* under way, due or awaiting data */
	COMPLIANCE_UNVERIFIED,
	COMPLIANCE_AHEAD,	/* not_started */
	COMPLIANCE_WAIVED,
	COMPLIANCE_WITHDRAWN,	/* or superseded */
	COMPLIANCE_COUNT
};

struct compliance {
	uint32_t total;
	uint32_t counts[COMPLIANCE_COUNT];
};

/* As JSON and tables call it: "on_time", "late", … */
const char *compliance_name(enum compliance_kind kind);
enum compliance_kind compliance_of(enum status status);
/* Counts one more answer. */
void compliance_add(struct compliance *compliance,
	const struct assessment *answer);

/* Of what was decided, on time, late or missed, the share kept on time; false
   while nothing is decided. */
bool compliance_share(const struct compliance *compliance,
	struct decimal *out);

#endif
