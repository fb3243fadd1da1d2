/*
 * recurrence: milestones that come again and again become their instances.
 *
 *	every = "quarter"	reports@2020-Q3		period_start, period_end
 *	every = "FREQ=…"	reports@2020-03-15	occurrence
 *
 * A series begins with the milestone's start, else the instrument's entry into
 * force, else its signature. Of a unit it has the periods that begin on or
 * after that day and not after its end; an instance starts with its period.
 * Of a rule it has the days the rule names from the first day to the last; an
 * instance starts on the day after the one before it, the first with the
 * series. Without a due date an instance is due at the end of its period, or
 * on its day. In its title and benchmark RECURRENCE_MARK is its period or day.
 */
#ifndef PLEDGED_CORE_RECURRENCE_H
#define PLEDGED_CORE_RECURRENCE_H

#include "core/register.h"

#define INSTANCES_MAX 10000	/* of one milestone */
#define INSTANCE_LABEL_MAX 12	/* bytes */
#define RECURRENCE_MARK "${period}"

/* Finds the recurring milestones: reg->recurrences. Allocates in the arena. */
void recurrences_collect(struct register_ *reg);

/*
 * Puts its instances in the place of each recurring milestone; of one that is
 * faulty, none. Needs instruments and pledges that are whole. Each fault goes
 * to faults with its origin. Warnings: date-skipped.
 */
void recurrences_expand(struct register_ *reg, struct faults *faults);

#endif
