/*
 * origins: where the figures come from that an answer rests on, as the store
 * has them.
 */
#ifndef PLEDGED_PLEDGED_ORIGINS_H
#define PLEDGED_PLEDGED_ORIGINS_H

#include "core/explain.h"
#include "pledged/daemon.h"

/* Of all figures, in their order, whose ids are filled in. What the store does
   not have yet, or cannot read now, has none. free() them. */
struct store_origin *explanation_origins(struct daemon *daemon,
	struct explanation *explanation);
/* Of the latest figure of an indicator under what is known, as it is over in a
   zone: what an answer looks back on that waits for the next. false: there is
   none. */
bool origin_of_latest(struct daemon *daemon, uint32_t indicator,
	const struct zone *zone, struct knowledge known,
	struct store_origin *out);

#endif
