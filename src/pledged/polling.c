/*
 * polling: the polls of the daemon: each is asked (asking.h) and reported to the
 * engine, which decides what it means.
 */
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/mem.h"
#include "pledged/asking.h"
#include "pledged/daemon.h"

struct polling {
	struct daemon *daemon;
	char *source_id;
	struct asking *asking;
	struct polling *prev, *next;
};

static void polling_free(struct polling *polling)
{
	DL_DELETE(polling->daemon->pollings, polling);
	free(polling->source_id);
	free(polling);
}

/* A row without a time was published, as far as we know, when we fetched it. The
   word of a clock that has been set back must not come before older ones. */
static instant polling_published(const struct daemon *daemon, instant started)
{
	instant now = loop_now(daemon->loop);
	instant as_of = engine_as_of(daemon->engine, now);

	return as_of > now ? as_of : started;
}

static void rows_date(struct row *rows, size_t count, instant fetched)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].observation.published == INSTANT_MIN)
			rows[i].observation.published = fetched;
	}
}

static void polling_done(void *context, struct asking_result *result)
{
	struct polling *polling = context;
	struct daemon *daemon = polling->daemon;
	uint32_t index = register_source(daemon->reg, polling->source_id);

	rows_date(result->rows, result->row_count,
		polling_published(daemon, result->report.started));
	engine_fetched(daemon->engine, index, &result->report, result->rows,
		result->row_count, loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, result->report.answer_count > 0 ? result->bodies
		: NULL);
	polling_free(polling);
}

/* What is remembered of a source is only good for the program that read it. */
static void what_remember(struct asking_what *what,
	const struct source_state *state)
{
	struct digest program;

	source_program(&what->reg->sources[what->source], &program);
	if (memcmp(&state->program, &program, sizeof program) != 0)
		return;
	what->etag = state->etag;
	what->last_modified = state->last_modified;
	what->moved = state->moved;
	if (state->has_body && state->outcome != FETCH_UNREADABLE)
		what->body = &state->body;
}

void polling_start(struct daemon *daemon, const char *source_id)
{
	struct asking_what what = {
		.reg = daemon->reg,
		.source = register_source(daemon->reg, source_id),
		.settings = daemon->settings,
	};

	if (what.source == NOT_FOUND)
		return;
	struct polling *polling = mem_new(1, sizeof *polling);

	what_remember(&what, engine_source(daemon->engine, what.source));
	polling->daemon = daemon;
	polling->source_id = mem_string(source_id);
	DL_APPEND(daemon->pollings, polling);
	polling->asking = asking_start(daemon->asker, &what, polling_done, polling);
}

/* An answer to what is not asked any more is an answer to another question: the
   source is asked anew, unless it is gone. */
static void polling_renew(struct polling *polling)
{
	struct daemon *daemon = polling->daemon;
	uint32_t index = register_source(daemon->reg, polling->source_id);

	if (index != NOT_FOUND && asking_renew(polling->asking, daemon->reg,
			index, daemon->settings))
		return;
	asking_cancel(polling->asking);
	if (index != NOT_FOUND)
		polling_start(daemon, polling->source_id);
	polling_free(polling);
}

void polling_reloaded(struct daemon *daemon)
{
	struct polling *polling, *next;
	struct polling *last = daemon->pollings != NULL ?
		daemon->pollings->prev : NULL;

	/* Those that are begun anew stand behind the last. */
	DL_FOREACH_SAFE(daemon->pollings, polling, next) {
		bool end = polling == last;

		polling_renew(polling);
		if (end)
			break;
	}
}

void polling_stop(struct daemon *daemon)
{
	while (daemon->pollings != NULL)
		polling_free(daemon->pollings);
}
