/* asking_answers: what comes of one request: its bytes, where its next page is,
   what a worker finds in it. See asking.h. */
#include "pledged/asking_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/frame.h"
#include "base/mem.h"
#include "net/url.h"

/* Hashing and handing on so much takes the loop a few milliseconds: beyond,
   one answer a turn. */
#define ANSWER_LARGE ((size_t)256 << 10)

/* --- extraction ---------------------------------------------------------- */

/* The answer of that number cannot be read. */
static void asking_fault(struct asking *asking, size_t number, const char *error)
{
	const struct exchange *exchange = &asking->exchanges[number];

	asking_set_error(asking, exchange->request, exchange->page, error);
	asking_unreadable(asking, number);
}

static bool next_is_link(const struct source *source)
{
	return string_is(source->next, "link");
}

static bool next_is_program(const struct source *source)
{
	return source->next != NULL && !next_is_link(source);
}

static bool page_was_asked(const struct asking *asking, const char *url)
{
	for (size_t i = 0; i < asking->exchange_count; i++)
		if (asking->exchanges[i].request == asking->begun &&
		    string_is(asking->exchanges[i].sent, url))
			return true;
	return false;
}

static int next_check(const struct asking *asking, const char *url,
	struct error *error)
{
	const struct source *source = asking_source(asking);
	size_t pages = source->pages > 0 ? (size_t)source->pages
		: SOURCE_PAGES_DEFAULT;

	if (asking->inquiry.secret &&
	    !fetch_urls_share_origin(text_string(&asking->inquiry.url), url))
		return error_set(error, ERROR_DENIED, "the next page is on "
			"another server, which must not have the secret of this "
			"one");
	if (page_was_asked(asking, url))
		return error_set(error, ERROR_INPUT, "the next page is one that "
			"was asked for before: next must say when a page is the "
			"last");
	if (asking->page >= pages)
		return error_set(error, ERROR_LIMIT, "there are more than %zu "
			"pages: ask for more rows a page or for less, or raise "
			"pages (at most %d)", pages, SOURCE_PAGES_MAX);
	return 0;
}

/* Takes an answer's word for where its next page is. -1: it failed. */
static int asking_set_next(struct asking *asking, struct exchange *exchange,
	const char *said)
{
	struct text *next = &asking->next, shown;
	struct error error;
	int status;

	text_clear(next);
	status = url_next(text_string(&asking->base), said, next, &error);
	if (status == 0 && !asking->is_given)
		status = next_check(asking, text_string(next), &error);
	if (status < 0) {
		asking_fail(asking, FETCH_FAILED, error.text);
		return -1;
	}
	text_init(&shown, 0);
	inquiry_hide(asking_source(asking), text_string(next), &shown);
	exchange->next = text_take(&shown);
	return 0;
}

/* The soonest of those that were said. */
static int64_t soonest(int64_t a, int64_t b)
{
	return a <= 0 ? b : b <= 0 ? a : a < b ? a : b;
}

/* Takes what a worker found. -1: it failed. */
static int exchange_take_found(struct asking *asking, size_t number,
	struct extraction_found *found, const uint8_t *payload, size_t length)
{
	struct exchange *exchange = &asking->exchanges[number];

	exchange->payload = mem_copy(payload, length);
	exchange->payload_length = length;
	exchange->read = true;
	exchange->answer.rows = found->rows;
	exchange->ttl = found->ttl;
	asking->report.ttl = soonest(asking->report.ttl, found->ttl);
	if (asking->many)
		asking->kept += length;
	asking->rows += found->rows;
	asking->report.passed += found->passed;
	if (asking->rows > ASKING_ROWS_MAX) {
		asking_fail(asking, FETCH_FAILED, "there are more than "
			"200,000 rows in one poll: ask for less, or make several "
			"sources of it");
		return -1;
	}
	if (!next_is_program(asking_source(asking)) || found->next == NULL ||
	    found->next[0] == '\0')
		return 0;
	return asking_set_next(asking, exchange, found->next);
}

static void asking_extracted(void *context, const uint8_t *payload,
	size_t length, const char *error)
{
	struct asking *asking = context;
	struct extraction_found found;

	asking->extracting = false;
	if (asking->done == NULL) {
		asking_free(asking);
		return;
	}
	extraction_look(&found, payload, length, error);
	if (found.fault[0] != '\0')
		asking_fault(asking, asking->extracted, found.fault);
	else if (exchange_take_found(asking, asking->extracted, &found, payload,
			length) == 0)
		asking_go_on(asking);
	free(found.next);
}

static void asking_extract(struct asking *asking, size_t number)
{
	const struct exchange *exchange = &asking->exchanges[number];
	struct extraction_request request = {
		.source = asking_source(asking),
		.number = exchange->request - 1,
		.fetched = exchange->answer.at,
		.url = exchange->answer.url,
		.media_type = exchange->answer.media_type,
		.length = exchange->body.length,
	};
	struct text frame;

	text_init(&frame, FRAME_MAX + FRAME_HEADER);
	extraction_frame(&frame, &request);
	if (frame.cut) {
		asking_fault(asking, number,
			"the answer is too large for a worker");
	} else {
		asking->extracting = true;
		asking->extracted = number;
		pool_request_with(asking->asker->pool, &frame,
			exchange->body.data, exchange->body.length,
			asking->settings->workers.timeout, asking_extracted,
			asking);
	}
	text_release(&frame);
}

/* --- all is here --------------------------------------------------------- */

/* Of one answer its digest; of several that of their digests, in order. */
static void asking_digest(struct asking *asking)
{
	struct fetch_report *report = &asking->report;
	struct digest_state *state;

	report->has_body = true;
	report->bytes = 0;
	for (size_t i = 0; i < asking->exchange_count; i++)
		report->bytes += asking->exchanges[i].answer.bytes;
	if (asking->exchange_count == 1) {
		report->body = asking->exchanges[0].answer.body;
		return;
	}
	state = digest_new();
	for (size_t i = 0; i < asking->exchange_count; i++)
		digest_add(state, asking->exchanges[i].answer.body.bytes,
			DIGEST_SIZE);
	digest_finish(state, &report->body);
}

void asking_all_here(struct asking *asking)
{
	asking_digest(asking);
	if (asking->has_body && memcmp(&asking->report.body, &asking->body,
			sizeof asking->body) == 0) {
		asking->report.outcome = FETCH_UNCHANGED;
		asking_tell(asking, 0, 0);
		return;
	}
	for (size_t i = 0; i < asking->exchange_count; i++) {
		if (!asking->exchanges[i].read) {
			asking_extract(asking, i);
			return;
		}
	}
	asking_check(asking);
}

/* --- answers ------------------------------------------------------------- */

static void asking_arrived(struct asking *asking)
{
	struct exchange *exchange = asking_last(asking);

	exchange->answer.bytes = (int64_t)exchange->body.length;
	digest_sha256(text_string(&exchange->body), exchange->body.length,
		&exchange->answer.body);
	if (next_is_program(asking_source(asking)))
		asking_extract(asking, asking->exchange_count - 1);
	else
		asking_go_on(asking);
}

/* Many answers may come in the same turn. */
void asking_arrive(struct asking *asking)
{
	if (asking_last(asking)->body.length <= ANSWER_LARGE)
		asking_arrived(asking);
	else
		asking_queue(asking, asking_arrived);
}

static void asking_take_body(struct asking *asking,
	const struct fetch_result *result)
{
	struct exchange *exchange = asking_last(asking);

	exchange->body = *result->body;
	text_init(result->body, result->body->limit);
	if (asking->many) {
		fetcher_release(asking->asker->fetcher, exchange->body.length);
		asking->kept += exchange->body.length;
	}
	if (next_is_link(asking_source(asking)) && result->next_unclear)
		asking_fail(asking, FETCH_FAILED, "its Link headers do not say "
			"clearly where the next page is");
	else if (!next_is_link(asking_source(asking)) || result->next[0] == '\0' ||
		asking_set_next(asking, exchange, result->next) == 0)
		asking_arrive(asking);
}

char *asking_hidden(const struct asking *asking, const char *string)
{
	struct text text;

	text_init(&text, 0);
	inquiry_hide(asking_source(asking), string, &text);
	return text_take(&text);
}

/* One that repeats a secret cannot be kept, and is worth less than that. */
static void validator_take(const struct asking *asking, char out[VALIDATOR_MAX],
	const char *said)
{
	string_copy(out, VALIDATOR_MAX,
		inquiry_betrays(asking_source(asking), said) ? "" : said);
}

static void exchange_take_result(struct asking *asking,
	const struct fetch_result *result)
{
	struct exchange *exchange = asking_last(asking);
	struct poll_answer *answer = &exchange->answer;
	bool file = string_starts(exchange->sent, "file:");

	exchange->milliseconds =
		loop_ticks(asking->asker->loop) - asking->asked;
	asking->spent += exchange->milliseconds;
	exchange->retry_after = result->retry_after;
	exchange->max_age = result->max_age;
	answer->at = loop_now(asking->asker->loop);
	answer->http_status = file ? 0 : result->status;
	answer->media_type = asking_hidden(asking, result->media_type);
	validator_take(asking, answer->etag, result->etag);
	validator_take(asking, answer->last_modified, result->last_modified);
	text_clear(&asking->base);
	text_add_string(&asking->base, result->final_url != NULL ?
		result->final_url : exchange->sent);
	if (!string_is(text_string(&asking->base), exchange->sent))
		exchange->final_url = asking_hidden(asking, text_string(&asking->base));
}

/* Where a source that is one URL is to be asked from now on. */
static void report_take_moved(struct asking *asking,
	const struct fetch_result *result)
{
	const struct source *source = asking_source(asking);

	if (!result->moved || asking->page != 1 || asking->request_count != 1 ||
	    !inquiry_is_fixed(source) || result->final_url == NULL ||
	    strlen(result->final_url) >= MOVED_MAX ||
	    inquiry_betrays(source, result->final_url))
		return;
	string_copy(asking->report.moved, sizeof asking->report.moved,
		result->final_url);
}

/* Whether one answer may be all, and the same answer the same all. Where the next
   page is said by a header a page may have become the last but one, unchanged. */
static bool asking_is_single(const struct asking *asking)
{
	return asking->request_count == 1 && !next_is_link(asking_source(asking));
}

/* Those of the first page, until there is a second. */
static void report_take_validators(struct asking *asking,
	const struct fetch_result *result)
{
	bool all = asking_is_single(asking) && asking->page == 1;

	validator_take(asking, asking->report.etag, all ? result->etag : "");
	validator_take(asking, asking->report.last_modified,
		all ? result->last_modified : "");
}

static void report_take_result(struct asking *asking,
	const struct fetch_result *result)
{
	struct fetch_report *report = &asking->report;

	report->http_status = result->status;
	report->unreached = result->unreached;
	report->unasked = report->unasked && result->refused;
	if (result->retry_after > report->retry_after)
		report->retry_after = result->retry_after;
	report->max_age = soonest(report->max_age, result->max_age);
	report->gone = result->arrived && result->status == 410 &&
		asking->page == 1;
	report_take_validators(asking, result);
	report_take_moved(asking, result);
}

/* Validators are those of one answer, and to a question that can be repeated. */
bool asking_is_conditional(const struct asking *asking)
{
	return asking_is_single(asking) && asking->page == 1 &&
		!asking->inquiry.post &&
		((asking->etag != NULL && asking->etag[0] != '\0') ||
		(asking->last_modified != NULL && asking->last_modified[0]));
}

void asking_fetched(void *context, const struct fetch_result *result)
{
	struct asking *asking = context;
	char error[96];

	asking->fetch = NULL;
	exchange_take_result(asking, result);
	report_take_result(asking, result);
	if (!result->arrived) {
		asking_fail(asking, result->offline ? FETCH_OFFLINE
			: FETCH_FAILED, result->error);
	} else if (result->status == 304 && asking_is_conditional(asking)) {
		asking->report.outcome = FETCH_UNCHANGED;
		asking_tell(asking, 0, 0);
	} else if (result->status != 200) {
		snprintf(error, sizeof error, "the server answered with HTTP "
			"status %d%s", result->status, asking->report.gone ?
			": it is gone and will not be back" : "");
		asking_fail(asking, FETCH_FAILED, error);
	} else {
		asking_take_body(asking, result);
	}
}
