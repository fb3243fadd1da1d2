/* asker: who of those that ask may go on, and when. See asking.h. */
#include "pledged/asking_internal.h"

#include <stdlib.h>

#include <utlist.h>

#include "base/mem.h"

#define STARTS_A_TURN 64

/* --- the lists of the asker ---------------------------------------------- */

static struct asking **place_list(struct asking *asking)
{
	struct asker *asker = asking->asker;

	return asking->place == PLACE_TURN ? &asker->turns :
		asking->place == PLACE_GATE ? &asker->gate : &asker->waiting;
}

void asking_place(struct asking *asking, enum place place)
{
	if (asking->place != PLACE_NONE)
		DL_DELETE2(*place_list(asking), asking, place_prev, place_next);
	asking->place = place;
	if (place != PLACE_NONE)
		DL_APPEND2(*place_list(asking), asking, place_prev, place_next);
}

/* What is large takes a turn of its own; what only begins or goes on does not. */
static void asker_turn(void *context)
{
	struct asker *asker = context;
	struct asking *asking;
	bool light = true;

	for (int i = 0; light && i < STARTS_A_TURN && asker->turns != NULL; i++) {
		asking = asker->turns;
		light = asking->work == asking_go_on;
		asking_place(asking, PLACE_NONE);
		asking->work(asking);
	}
	asker->posted = asker->turns != NULL;
	if (asker->posted)
		loop_post(asker->loop, asker_turn, asker);
}

void asking_queue(struct asking *asking,
	void (*work)(struct asking *asking))
{
	struct asker *asker = asking->asker;

	asking->work = work;
	asking_place(asking, PLACE_TURN);
	if (!asker->posted)
		loop_post(asker->loop, asker_turn, asker);
	asker->posted = true;
}

/* Those that may begin or go on now do so. */
void asker_let_on(struct asker *asker)
{
	struct asking *asking = asker->gate;

	if (asking != NULL && asker->many < ASKINGS_OF_MANY) {
		asker->many++;
		asking->counted = true;
		asking_queue(asking, asking_go_on);
	}
	asking = asker->waiting;
	if (asking != NULL && asker->large == NULL) {
		asker->large = asking;
		asking_queue(asking, asking_go_on);
	}
}

/* Whether there is room for one more answer beside those it keeps. */
bool asking_has_room(struct asking *asking)
{
	struct asker *asker = asking->asker;

	if (asking->kept <= ASKING_SHARE || asker->large == asking)
		return true;
	if (asker->large != NULL)
		return false;
	asker->large = asking;
	return true;
}

struct asker *asker_new(struct loop *loop, struct fetcher *fetcher,
	struct pool *pool)
{
	struct asker *asker = mem_new(1, sizeof *asker);

	asker->loop = loop;
	asker->fetcher = fetcher;
	asker->pool = pool;
	return asker;
}

void asker_free(struct asker *asker)
{
	struct asking *asking, *next;

	if (asker == NULL)
		return;
	DL_FOREACH_SAFE2(asker->askings, asking, next, next_asking)
		asking_discard(asking);
	free(asker);
}
