/* heartbeat: see heartbeat.h. */
#include "pledged/heartbeat.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/daemon.h"
#include "pledged/health.h"

#define TIMEOUT_MAX INT64_C(30)	/* seconds of one request */
#define ANSWER_KEPT 256		/* bytes of an answer that nobody reads */
#define FAULT_MAX (FETCH_ORIGIN_MAX + 80)

struct heartbeat {
	struct daemon *daemon;
	struct fetcher *fetcher;	/* its own: nobody's receivers hold it up */
	struct loop_watch *watch;	/* NULL: there is no URL */
	struct fetch *asking;		/* NULL: none is under way */
	char *url;			/* that is asked */
	int64_t every;
	bool ill;			/* held back, and that has been said */
	bool lost;			/* the last was not taken; likewise */
};

/* --- one beat ------------------------------------------------------------ */

/* Why an answer is none; NULL: it is taken. */
static const char *answer_fault(const struct fetch_result *result,
	char words[FAULT_MAX])
{
	if (!result->arrived)
		return result->error;
	if (result->status >= 200 && result->status < 300)
		return NULL;
	snprintf(words, FAULT_MAX, "it is answered with HTTP status %d%s%s",
		result->status, result->redirect[0] != '\0' ? ", which leads to "
		: "", result->redirect);
	return words;
}

static void heartbeat_asked(void *context, const struct fetch_result *result)
{
	struct heartbeat *heartbeat = context;
	char words[FAULT_MAX];
	const char *fault = answer_fault(result, words);

	heartbeat->asking = NULL;
	if (fault != NULL && !heartbeat->lost)
		log_warning("heartbeat: %s; said once", fault);
	else if (fault == NULL && heartbeat->lost)
		log_notice("heartbeat: arrives again");
	heartbeat->lost = fault != NULL;
}

/* Whether it is to beat; what has changed is said. */
static bool heartbeat_is_due(struct heartbeat *heartbeat)
{
	struct health health = health_of(heartbeat->daemon);
	char words[HEALTH_WORDS_MAX];
	bool good = health_is_good(&health, words);

	if (!good && !heartbeat->ill)
		log_warning("heartbeat: held back: %s", words);
	else if (good && heartbeat->ill)
		log_notice("heartbeat: beats again");
	heartbeat->ill = !good;
	return good;
}

static void heartbeat_beat(void *context)
{
	struct heartbeat *heartbeat = context;

	if (heartbeat->daemon->stopping || !heartbeat_is_due(heartbeat) ||
		heartbeat->asking != NULL)
		return;
	heartbeat->asking = fetch_start(heartbeat->fetcher,
		&(struct fetch_request){
			.url = heartbeat->url,
			.secret = true,
			.timeout = heartbeat->every < TIMEOUT_MAX
				? heartbeat->every : TIMEOUT_MAX,
			.max_body = ANSWER_KEPT,
			.cut_body = true,
			.allow_private = true,	/* the administrator's own */
		}, heartbeat_asked, heartbeat);
}

/* --- its life ------------------------------------------------------------ */

static void heartbeat_end(struct heartbeat *heartbeat)
{
	if (heartbeat->asking != NULL)
		fetch_cancel(heartbeat->asking);
	heartbeat->asking = NULL;
	loop_unwatch(heartbeat->watch);
	heartbeat->watch = NULL;
	free(heartbeat->url);
	heartbeat->url = NULL;
}

static void heartbeat_begin(struct heartbeat *heartbeat)
{
	const struct settings *settings = heartbeat->daemon->settings;

	if (settings->heartbeat.url == NULL)
		return;
	heartbeat->url = mem_string(settings->heartbeat.url);
	heartbeat->every = settings->heartbeat.every;
	heartbeat->watch = loop_every(heartbeat->daemon->loop,
		heartbeat->every * 1000, heartbeat_beat, heartbeat);
	heartbeat_beat(heartbeat);
}

struct heartbeat *heartbeat_new(struct daemon *daemon)
{
	struct heartbeat *heartbeat = mem_new(1, sizeof *heartbeat);

	heartbeat->daemon = daemon;
	heartbeat->fetcher = fetcher_new(daemon->loop, &(struct fetch_limits){
		.concurrency = 1,
		.per_host = 1,
		.user_agent = daemon->settings->polling.user_agent,
	});
	heartbeat_begin(heartbeat);
	return heartbeat;
}

void heartbeat_renew(struct heartbeat *heartbeat)
{
	const struct settings *settings = heartbeat->daemon->settings;

	if (string_is(heartbeat->url, settings->heartbeat.url) &&
		heartbeat->every == settings->heartbeat.every)
		return;
	heartbeat_end(heartbeat);
	heartbeat_begin(heartbeat);
}

void heartbeat_free(struct heartbeat *heartbeat)
{
	if (heartbeat == NULL)
		return;
	heartbeat_end(heartbeat);
	fetcher_free(heartbeat->fetcher);
	free(heartbeat);
}
