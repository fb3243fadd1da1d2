/* making: see making.h. */
#include "pledged/making.h"

#include <stdlib.h>

#include <utlist.h>

#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/edition.h"

struct making {
	struct daemon *daemon;
	struct server_request *request;
	const struct making_kind *kind;
	void *context;
	struct text body;
	struct edition edition;	/* that it is made by */
	struct making *prev, *next;
};

static void making_free(struct making *making)
{
	DL_DELETE(making->daemon->makings, making);
	making->kind->release(making->context);
	text_release(&making->body);
	free(making);
}

static void making_begin(struct making *making)
{
	making->edition = edition_of(making->daemon);
	text_clear(&making->body);
	making->kind->begin(making->context);
}

static void making_reply(struct making *making)
{
	if (making->body.cut)
		reply_problem(making->request, 400, "this would be more than %zu "
			"MiB: narrow it by filters", MAKING_BYTES_MAX >> 20);
	else
		reply_tagged(making->request, making->kind->type,
			making->kind->headers, &making->body);
}

static void making_go(void *context)
{
	struct making *making = context;
	struct daemon *daemon = making->daemon;

	if (!edition_is_current(&making->edition, daemon))
		making_begin(making);
	enum making_step step = making->kind->step(making->context,
		&making->body);

	if (step == MAKING_MORE && !making->body.cut) {
		loop_post(daemon->loop, making_go, making);
		return;
	}
	if (step != MAKING_REFUSED)
		making_reply(making);
	making_free(making);
}

void making_start(struct daemon *daemon, struct server_request *request,
	const struct making_kind *kind, void *context)
{
	struct making *making;
	int count;

	DL_COUNT(daemon->makings, making, count);
	if (!request_finds_room(request, (size_t)count, MAKINGS_MAX)) {
		reply_problem(request, 503, "%d others are being made: try again",
			count);
		kind->release(context);
		return;
	}
	making = mem_new(1, sizeof *making);
	*making = (struct making){.daemon = daemon, .request = request,
		.kind = kind, .context = context};
	text_init(&making->body, MAKING_BYTES_MAX);
	DL_APPEND(daemon->makings, making);
	making_begin(making);
	making_go(making);
}

void makings_stop(struct daemon *daemon)
{
	while (daemon->makings != NULL) {
		reply_problem(daemon->makings->request, 503,
			"pledged is stopping");
		making_free(daemon->makings);
	}
}
