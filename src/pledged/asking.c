/* asking: see asking.h. */
#include "pledged/asking_internal.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/mem.h"
#include "pledged/configuration.h"

/* --- requests ------------------------------------------------------------ */

static struct exchange *exchange_add(struct asking *asking, const char *url,
	const char *shown)
{
	struct exchange *exchange;

	asking->exchanges = mem_grow(asking->exchanges, asking->exchange_count,
		&asking->exchange_capacity, sizeof *asking->exchanges);
	exchange = &asking->exchanges[asking->exchange_count++];
	*exchange = (struct exchange){
		.request = asking->begun,
		.page = asking->page,
		.sent = mem_string(url),
		.retry_after = -1,
		.max_age = -1,
	};
	text_init(&exchange->body, 0);
	exchange->answer.url = mem_string(shown);
	exchange->answer.parameters =
		mem_string(text_string(&asking->inquiry.parameters));
	return exchange;
}

static int asking_check_limits(const struct asking *asking, struct error *error)
{
	if (asking->exchange_count >= ASKING_ANSWERS_MAX)
		return error_set(error, ERROR_LIMIT, "there are more than %d "
			"answers in one poll: ask for less, or make several "
			"sources of it", ASKING_ANSWERS_MAX);
	if (asking->kept > ASKING_KEPT_MAX)
		return error_set(error, ERROR_LIMIT, "the answers so far take "
			"more than %zu MiB: ask for less, or make several sources "
			"of it", ASKING_KEPT_MAX >> 20);
	if (asking->spent > ASKING_SECONDS_MAX * INT64_C(1000))
		return error_set(error, ERROR_LIMIT, "the answers so far took "
			"more than %d minutes: ask for less, or make several "
			"sources of it", ASKING_SECONDS_MAX / 60);
	return 0;
}

static void asking_ask(struct asking *asking)
{
	const struct inquiry *inquiry = &asking->inquiry;
	struct fetch_request request =
		source_request(asking_source(asking), asking->settings);
	struct error error;
	char *shown;

	asking->page++;
	if (asking_check_limits(asking, &error) < 0) {
		asking_fail(asking, FETCH_FAILED, error.text);
		return;
	}
	request.url = text_string(&asking->next);
	shown = string_is(request.url, text_string(&inquiry->url)) ?
		mem_string(text_string(&inquiry->shown)) :
		asking_hidden(asking, request.url);
	request.url = exchange_add(asking, request.url, shown)->sent;
	free(shown);
	request.headers = (const char *const *)inquiry->headers;
	request.secret = inquiry->secret;
	request.method = inquiry->post ? "POST" : NULL;
	request.body = text_string(&inquiry->body);
	request.body_length = inquiry->body.length;
	if (asking_is_conditional(asking)) {
		request.if_none_match = asking->etag;
		request.if_modified_since = asking->last_modified;
	}
	text_clear(&asking->next);
	asking->asked = loop_ticks(asking->asker->loop);
	asking->fetch = fetch_start(asking->asker->fetcher, &request,
		asking_fetched, asking);
}

/* Where a request begins: at its URL, or where that has moved to. */
static const char *asking_first_url(const struct asking *asking)
{
	const char *url = text_string(&asking->inquiry.url);
	const char *moved = asking->moved;

	if (moved == NULL || moved[0] == '\0' || asking->request_count != 1 ||
	    !inquiry_is_fixed(asking_source(asking)))
		return url;
	return !asking->inquiry.secret || fetch_urls_share_origin(url, moved) ?
		moved : url;
}

/* Makes the next request ready. -1: it failed. */
static int asking_begin_request(struct asking *asking)
{
	struct error error;
	int status;

	if (asking->begun == 0)
		asking->report.started = loop_now(asking->asker->loop);
	inquiry_release(&asking->inquiry);
	asking->page = 0;
	status = inquiry_make(&asking->inquiry, asking_source(asking),
		asking->begun++, !asking->is_given, &error);
	if (status < 0)
		asking_fail(asking, FETCH_FAILED, error.text);
	else
		text_add_string(&asking->next, asking_first_url(asking));
	return status;
}

static void asking_take_given(struct asking *asking)
{
	struct exchange *exchange;

	asking->page = 1;
	exchange = exchange_add(asking, text_string(&asking->next),
		text_string(&asking->inquiry.shown));
	exchange->answer.media_type = mem_string("");
	exchange->answer.at = loop_now(asking->asker->loop);
	exchange->body = asking->given;
	text_init(&asking->given, 0);
	text_clear(&asking->base);
	text_add_string(&asking->base, exchange->sent);
	text_clear(&asking->next);
	asking_arrive(asking);
}

void asking_go_on(struct asking *asking)
{
	if (!asking_has_room(asking)) {
		asking_place(asking, PLACE_ROOM);
		return;
	}
	bool more = asking->next.length > 0;

	if (!more && asking->begun < (asking->is_given ? 1
			: asking->request_count)) {
		if (asking_begin_request(asking) < 0)
			return;
		more = true;
	}
	if (!more || (asking->is_given && asking->exchange_count > 0))
		asking_all_here(asking);
	else if (asking->is_given)
		asking_take_given(asking);
	else
		asking_ask(asking);
}

/* --- polls ------------------------------------------------------------------ */

static void asking_take_what(struct asking *asking,
	const struct asking_what *what)
{
	asking->reg = what->reg;
	asking->source = what->source;
	asking->settings = what->settings;
	asking->reject = what->reject;
	asking->etag = mem_string(what->etag);
	asking->last_modified = mem_string(what->last_modified);
	asking->moved = mem_string(what->moved);
	asking->has_body = what->body != NULL;
	if (what->body != NULL)
		asking->body = *what->body;
	asking->is_given = what->given != NULL;
	text_init(&asking->given, 0);
	if (what->given != NULL)
		text_add(&asking->given, text_string(what->given),
			what->given->length);
}

struct asking *asking_start(struct asker *asker, const struct asking_what *what,
	asking_done *done, void *context)
{
	struct asking *asking = mem_new(1, sizeof *asking);
	const struct source *source = &what->reg->sources[what->source];

	asking->asker = asker;
	asking->done = done;
	asking->context = context;
	asking_take_what(asking, what);
	source_program(source, &asking->program);
	asking->request_count = inquiry_count(source);
	asking->many = asking->request_count > 1 || source->next != NULL;
	text_init(&asking->next, 0);
	text_init(&asking->base, 0);
	asking->report.retry_after = asking->report.max_age = -1;
	asking->report.unasked = true;
	DL_APPEND2(asker->askings, asking, prev, next_asking);
	if (asking->many)
		asking_place(asking, PLACE_GATE);
	else
		asking_queue(asking, asking_go_on);
	asker_let_on(asker);
	return asking;
}

void asking_cancel(struct asking *asking)
{
	asking->done = NULL;
	if (asking->extracting)
		return;
	fetch_cancel(asking->fetch);
	asking_free(asking);
}

/* --- another register ---------------------------------------------------- */

static bool secrets_are_same(const struct source *a, const struct source *b)
{
	if (a->secret_count != b->secret_count)
		return false;
	for (size_t i = 0; i < a->secret_count; i++)
		if (!string_is(a->secrets[i].name, b->secrets[i].name) ||
		    !string_is(a->secrets[i].secret, b->secrets[i].secret))
			return false;
	return true;
}

bool asking_renew(struct asking *asking, const struct register_ *reg,
	uint32_t source, const struct settings *settings)
{
	struct digest program;

	source_program(&reg->sources[source], &program);
	if (memcmp(&program, &asking->program, sizeof program) != 0 ||
	    !secrets_are_same(asking_source(asking), &reg->sources[source]))
		return false;
	asking->reg = reg;
	asking->source = source;
	asking->settings = settings;
	/* Rows name indicators by number: they are checked by the new register. */
	extraction_end(asking->reading);
	asking->reading = NULL;
	extraction_release(&asking->extraction);
	asking->checked = 0;
	asking->ordered = false;
	return true;
}
