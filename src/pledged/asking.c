/* asking: see asking.h. */
#include "pledged/asking.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/frame.h"
#include "base/mem.h"
#include "conf/secret.h"
#include "net/url.h"
#include "pledged/configuration.h"
#include "pledged/extraction.h"
#include "pledged/question.h"

/* Hashing and handing on so much takes the loop a few milliseconds: beyond,
   one answer a turn. */
#define ANSWER_LARGE ((size_t)256 << 10)
/* The same of checking rows. */
#define ROWS_A_TURN 5000
#define STARTS_A_TURN 64

enum place {		/* which list of the asker it stands in */
	PLACE_NONE,	/* none: it is being fetched or extracted */
	PLACE_TURN,	/* its work waits for a turn of the loop */
	PLACE_GATE,	/* it has not begun: too many are under way */
	PLACE_ROOM	/* another keeps much: it waits before its next request */
};

struct asking {
	struct asker *asker;
	const struct register_ *reg;
	uint32_t source;
	const struct settings *settings;
	struct digest program;		/* of its definition */
	asking_done *done;		/* NULL: cancelled while a worker had it */
	void *context;
	void (*reject)(void *context, uint32_t answer, int64_t row,
		const char *why);

	char *etag, *last_modified, *moved;
	bool has_body;
	struct digest body;
	struct text given;
	bool is_given;

	bool many;			/* of several answers, perhaps */
	bool counted;			/* it is one of asker->many */
	size_t request_count;
	size_t begun;			/* requests: number of the present one */
	size_t page;			/* of it, from 1; 0: none was asked */
	struct question question;	/* the present one */
	struct text next;		/* URL to ask for; empty: that was all */
	struct text base;		/* what that is relative to */
	struct fetch *fetch;
	int64_t began;			/* ticks: the poll … */
	int64_t asked;			/* … and the present request */
	bool extracting;		/* a worker has it: it cannot be freed */
	size_t extracted;		/* … the exchange of this number */
	size_t kept;			/* bytes of bodies and payloads */

	size_t rows;			/* of all answers, not checked yet */
	struct exchange *exchanges;
	size_t exchange_count, exchange_capacity;
	size_t checked;			/* exchanges whose rows have been */
	struct extraction extraction;
	struct extraction_reading *reading;
	struct fetch_report report;

	enum place place;
	void (*work)(struct asking *asking);
	struct asking *prev, *next_asking;		/* all of them */
	struct asking *place_prev, *place_next;
};

struct asker {
	struct loop *loop;
	struct fetcher *fetcher;
	struct pool *pool;
	struct asking *askings;
	struct asking *turns, *gate, *waiting;	/* PLACE_TURN, _GATE, _ROOM */
	bool posted;			/* asker_turn will come */
	size_t many;			/* under way, of several answers */
	struct asking *large;		/* keeps more than its share; NULL */
};

static void asking_go_on(struct asking *asking);

static const struct source *asking_source(const struct asking *asking)
{
	return &asking->reg->sources[asking->source];
}

static struct exchange *asking_last(struct asking *asking)
{
	return &asking->exchanges[asking->exchange_count - 1];
}

/* --- the lists of the asker ---------------------------------------------- */

static struct asking **place_list(struct asking *asking)
{
	struct asker *asker = asking->asker;

	return asking->place == PLACE_TURN ? &asker->turns :
		asking->place == PLACE_GATE ? &asker->gate : &asker->waiting;
}

static void asking_place(struct asking *asking, enum place place)
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

static void asking_queue(struct asking *asking,
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
static void asker_let_on(struct asker *asker)
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
static bool asking_has_room(struct asking *asking)
{
	struct asker *asker = asking->asker;

	if (asking->kept <= ASKING_SHARE || asker->large == asking)
		return true;
	if (asker->large != NULL)
		return false;
	asker->large = asking;
	return true;
}

/* --- the end ------------------------------------------------------------- */

static void exchange_release(struct exchange *exchange)
{
	text_release(&exchange->body);
	secret_wipe(exchange->sent);
	free(exchange->sent);
	free(exchange->payload);
	free(exchange->next);
	free(exchange->final_url);
	free((char *)exchange->answer.url);
	free((char *)exchange->answer.parameters);
	free((char *)exchange->answer.media_type);
}

/* Of a poll of one answer the fetcher counts the body until it is gone; what
   others keep counts here, so that no fetch waits for it. */
static size_t asking_fetched_bytes(const struct asking *asking)
{
	return asking->many || asking->is_given || asking->exchange_count == 0 ?
		0 : asking->exchanges[0].body.length;
}

static void asking_discard(struct asking *asking)
{
	for (size_t i = 0; i < asking->exchange_count; i++)
		exchange_release(&asking->exchanges[i]);
	free(asking->exchanges);
	extraction_end(asking->reading);
	extraction_release(&asking->extraction);
	question_release(&asking->question);
	secret_wipe(asking->next.data);
	text_release(&asking->next);
	secret_wipe(asking->base.data);
	text_release(&asking->base);
	text_release(&asking->given);
	free(asking->etag);
	free(asking->last_modified);
	free(asking->moved);
	free(asking);
}

static void asking_free(struct asking *asking)
{
	struct asker *asker = asking->asker;

	asking_place(asking, PLACE_NONE);
	DL_DELETE2(asker->askings, asking, prev, next_asking);
	fetcher_release(asker->fetcher, asking_fetched_bytes(asking));
	if (asking->counted)
		asker->many--;
	if (asker->large == asking)
		asker->large = NULL;
	asking_discard(asking);
	asker_let_on(asker);
}

/* Those of answers that are told of, and their bodies beside them. */
static void result_take_answers(struct asking_result *result,
	const struct asking *asking, size_t first, size_t count,
	struct poll_answer *answers, struct text *bodies)
{
	for (size_t i = 0; i < count; i++) {
		answers[i] = asking->exchanges[first + i].answer;
		bodies[i] = asking->exchanges[first + i].body;
	}
	result->report.answers = answers;
	result->report.answer_count = count;
	result->bodies = bodies;
}

/* first, count: the exchanges whose answers are told of. */
static void asking_tell(struct asking *asking, size_t first, size_t count)
{
	struct asking_result result = {
		.report = asking->report,
		.exchanges = asking->exchanges,
		.exchange_count = asking->exchange_count,
		.request_count = asking->request_count,
	};
	struct poll_answer *answers = mem_new(count + 1, sizeof *answers);
	struct text *bodies = mem_new(count + 1, sizeof *bodies);

	result_take_answers(&result, asking, first, count, answers, bodies);
	result.report.finished = loop_now(asking->asker->loop);
	if (result.report.outcome == FETCH_CHANGED) {
		result.rows = asking->extraction.rows;
		result.row_count = asking->extraction.count;
	}
	asking->done(asking->context, &result);
	if (asking->report.outcome == FETCH_CHANGED && result.rows == NULL) {
		asking->extraction.rows = NULL;
		asking->extraction.count = 0;
	}
	free(answers);
	free(bodies);
	asking_free(asking);
}

/* "request 3 of 12 (country=FR), page 2: ", as far as there are several. */
static void add_where(const struct asking *asking, size_t request, size_t page,
	struct text *out)
{
	struct question question;
	struct error error;

	if (asking->request_count > 1) {
		text_addf(out, "request %zu of %zu", request,
			asking->request_count);
		question_make(&question, asking_source(asking), request - 1, false,
			&error);
		if (question.named.length > 0)
			text_addf(out, " (%s)", text_string(&question.named));
		question_release(&question);
	}
	if (page > 1)
		text_addf(out, "%spage %zu", out->length > 0 ? ", " : "", page);
	if (out->length > 0)
		text_add_string(out, ": ");
}

static void asking_set_error(struct asking *asking, size_t request, size_t page,
	const char *error)
{
	struct text text;

	text_init(&text, 0);
	add_where(asking, request, page, &text);
	question_hide(asking_source(asking), error, &text);
	string_copy(asking->report.error, sizeof asking->report.error,
		text_string(&text));
	text_release(&text);
}

/* It failed where it stands. */
static void asking_fail(struct asking *asking, enum fetch_outcome outcome,
	const char *error)
{
	asking->report.outcome = outcome;
	asking_set_error(asking, asking->begun, asking->page, error);
	asking_tell(asking, 0, 0);
}

/* The bytes that could not be read are told of alone. */
static void asking_unreadable(struct asking *asking, size_t number)
{
	const struct poll_answer *answer = &asking->exchanges[number].answer;

	asking->report.outcome = FETCH_UNREADABLE;
	asking->report.body = answer->body;
	asking->report.has_body = true;
	asking->report.bytes = answer->bytes;
	asking_tell(asking, number, 1);
}

/* --- rows ---------------------------------------------------------------- */

static void asking_set_reject(struct asking *asking)
{
	const struct extraction *extraction = &asking->extraction;

	if (extraction->rejected == 0)
		return;
	const struct exchange *exchange =
		&asking->exchanges[extraction->first_answer];

	asking_set_error(asking, exchange->request, exchange->page,
		extraction->first_reject);
}

static void asking_checked(struct asking *asking)
{
	const struct extraction *extraction = &asking->extraction;

	asking->report.rows = extraction->count;
	asking->report.rejected = extraction->rejected;
	asking_set_reject(asking);
	if (extraction->count == 0 && extraction->rejected > 0) {
		asking_unreadable(asking, extraction->first_answer);
		return;
	}
	asking->report.outcome = FETCH_CHANGED;
	asking_tell(asking, 0, asking->exchange_count);
}

static void asking_begin_reading(struct asking *asking)
{
	const struct exchange *exchange = &asking->exchanges[asking->checked];
	struct extraction_reader reader = {
		.reg = asking->reg,
		.source = asking->source,
		.zone = asking->settings->zone,
		.answer = (uint32_t)asking->checked,
		.reject = asking->reject,
		.context = asking->context,
	};

	asking->reading = extraction_begin(&asking->extraction, &reader,
		exchange->payload, exchange->payload_length);
}

static size_t asking_rows(const struct asking *asking)
{
	return asking->extraction.count + asking->extraction.rejected;
}

/* What was read of stays: a reload begins anew with it. */
static void asking_end_reading(struct asking *asking)
{
	extraction_end(asking->reading);
	asking->reading = NULL;
	asking->checked++;
}

/* A part of the rows, of however many answers. */
static void asking_check(struct asking *asking)
{
	size_t until = asking_rows(asking) + ROWS_A_TURN;

	while (asking->checked < asking->exchange_count) {
		if (asking_rows(asking) >= until) {
			asking_queue(asking, asking_check);
			return;
		}
		if (asking->reading == NULL)
			asking_begin_reading(asking);
		if (!extraction_go_on(asking->reading,
			until - asking_rows(asking)))
			asking_end_reading(asking);
	}
	asking_checked(asking);
}

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

	if (asking->question.secret &&
	    !fetch_urls_share_origin(text_string(&asking->question.url), url))
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
	question_hide(asking_source(asking), text_string(next), &shown);
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
		.fetched = asking->report.started,
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

static void asking_all_here(struct asking *asking)
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
static void asking_arrive(struct asking *asking)
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

static char *hidden(const struct asking *asking, const char *string)
{
	struct text text;

	text_init(&text, 0);
	question_hide(asking_source(asking), string, &text);
	return text_take(&text);
}

static void exchange_take_result(struct asking *asking,
	const struct fetch_result *result)
{
	struct exchange *exchange = asking_last(asking);
	struct poll_answer *answer = &exchange->answer;
	bool file = string_starts(exchange->sent, "file:");

	exchange->milliseconds =
		loop_ticks(asking->asker->loop) - asking->asked;
	exchange->retry_after = result->retry_after;
	exchange->max_age = result->max_age;
	answer->at = loop_now(asking->asker->loop);
	answer->http_status = file ? 0 : result->status;
	answer->media_type = hidden(asking, result->media_type);
	string_copy(answer->etag, sizeof answer->etag, result->etag);
	string_copy(answer->last_modified, sizeof answer->last_modified,
		result->last_modified);
	text_clear(&asking->base);
	text_add_string(&asking->base, result->final_url != NULL ?
		result->final_url : exchange->sent);
	if (!string_is(text_string(&asking->base), exchange->sent))
		exchange->final_url = hidden(asking, text_string(&asking->base));
}

/* Where a source that is one URL is to be asked from now on. */
static void report_take_moved(struct asking *asking,
	const struct fetch_result *result)
{
	const struct source *source = asking_source(asking);

	if (!result->moved || asking->page != 1 || asking->request_count != 1 ||
	    !question_is_fixed(source) || result->final_url == NULL ||
	    strlen(result->final_url) >= MOVED_MAX ||
	    question_betrays(source, result->final_url))
		return;
	string_copy(asking->report.moved, sizeof asking->report.moved,
		result->final_url);
}

static void report_take_result(struct asking *asking,
	const struct fetch_result *result)
{
	struct fetch_report *report = &asking->report;

	report->http_status = result->status;
	report->unreached = result->unreached;
	if (result->retry_after > report->retry_after)
		report->retry_after = result->retry_after;
	report->max_age = soonest(report->max_age, result->max_age);
	report->gone = result->arrived && result->status == 410 &&
		asking->page == 1;
	if (!asking->many) {
		string_copy(report->etag, sizeof report->etag, result->etag);
		string_copy(report->last_modified, sizeof report->last_modified,
			result->last_modified);
	}
	report_take_moved(asking, result);
}

/* Validators are those of one answer, and to a question that can be repeated. */
static bool asking_is_conditional(const struct asking *asking)
{
	return !asking->many && !asking->question.post &&
		((asking->etag != NULL && asking->etag[0] != '\0') ||
		(asking->last_modified != NULL && asking->last_modified[0]));
}

static void asking_fetched(void *context, const struct fetch_result *result)
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
		mem_string(text_string(&asking->question.parameters));
	return exchange;
}

static int asking_check_limits(const struct asking *asking, struct error *error)
{
	int64_t seconds =
		(loop_ticks(asking->asker->loop) - asking->began) / 1000;

	if (asking->exchange_count >= ASKING_ANSWERS_MAX)
		return error_set(error, ERROR_LIMIT, "there are more than %d "
			"answers in one poll: ask for less, or make several "
			"sources of it", ASKING_ANSWERS_MAX);
	if (asking->kept > ASKING_KEPT_MAX)
		return error_set(error, ERROR_LIMIT, "the answers so far take "
			"more than %zu MiB: ask for less, or make several sources "
			"of it", ASKING_KEPT_MAX >> 20);
	if (seconds > ASKING_SECONDS_MAX)
		return error_set(error, ERROR_LIMIT, "the answers so far took "
			"more than %d minutes: ask for less, or make several "
			"sources of it", ASKING_SECONDS_MAX / 60);
	return 0;
}

static void asking_ask(struct asking *asking)
{
	const struct question *question = &asking->question;
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
	shown = string_is(request.url, text_string(&question->url)) ?
		mem_string(text_string(&question->shown)) :
		hidden(asking, request.url);
	request.url = exchange_add(asking, request.url, shown)->sent;
	free(shown);
	request.headers = (const char *const *)question->headers;
	request.secret = question->secret;
	request.method = question->post ? "POST" : NULL;
	request.body = text_string(&question->body);
	request.body_length = question->body.length;
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
	const char *url = text_string(&asking->question.url);
	const char *moved = asking->moved;

	if (moved == NULL || moved[0] == '\0' || asking->request_count != 1 ||
	    !question_is_fixed(asking_source(asking)))
		return url;
	return !asking->question.secret || fetch_urls_share_origin(url, moved) ?
		moved : url;
}

/* Makes the next request ready. -1: it failed. */
static int asking_begin_request(struct asking *asking)
{
	struct error error;
	int status;

	question_release(&asking->question);
	asking->page = 0;
	status = question_make(&asking->question, asking_source(asking),
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
		text_string(&asking->question.shown));
	exchange->answer.media_type = mem_string("");
	exchange->answer.at = loop_now(asking->asker->loop);
	exchange->body = asking->given;
	text_init(&asking->given, 0);
	text_clear(&asking->base);
	text_add_string(&asking->base, exchange->sent);
	text_clear(&asking->next);
	asking_arrive(asking);
}

static void asking_go_on(struct asking *asking)
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

/* --- the asker and its polls --------------------------------------------- */

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
	asking->request_count = question_count(source);
	asking->many = asking->request_count > 1 || source->next != NULL;
	text_init(&asking->next, 0);
	text_init(&asking->base, 0);
	asking->began = loop_ticks(asker->loop);
	asking->report.started = loop_now(asker->loop);
	asking->report.retry_after = asking->report.max_age = -1;
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
	return true;
}
