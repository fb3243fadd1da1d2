/*
 * against: one span of time lived under two registers, and what would have
 * been different: events by time, kind and subject, and the answers at the end,
 * milestones matched by id.
 *
 * Both engines go through time together, so that only the events of one
 * instant are held; differences are written as they are found.
 */
#ifndef PLEDGED_PLEDGED_AGAINST_H
#define PLEDGED_PLEDGED_AGAINST_H

#include "pledged/offline.h"

/* Both have read their sources. form: OUTPUT_TABLE or OUTPUT_JSONL. */
void against_tell(struct offline *here, struct offline *there, instant from,
	instant to, enum output form);

#endif
