/* asking_end: the rows of all answers, and the result. See asking.h. */
#include "pledged/asking_internal.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/mem.h"
#include "conf/secret.h"
#include "core/engine.h"

/* Checking so many takes the loop a few milliseconds. */
#define ROWS_A_TURN 5000

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

void asking_discard(struct asking *asking)
{
	for (size_t i = 0; i < asking->exchange_count; i++)
		exchange_release(&asking->exchanges[i]);
	free(asking->exchanges);
	extraction_end(asking->reading);
	extraction_release(&asking->extraction);
	inquiry_release(&asking->inquiry);
	inquiry_wipe(&asking->next);
	inquiry_wipe(&asking->base);
	text_release(&asking->given);
	free(asking->etag);
	free(asking->last_modified);
	free(asking->moved);
	free(asking);
}

void asking_free(struct asking *asking)
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
void asking_tell(struct asking *asking, size_t first, size_t count)
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
	struct inquiry inquiry;
	struct error error;

	if (asking->request_count > 1) {
		text_addf(out, "request %zu of %zu", request,
			asking->request_count);
		inquiry_make(&inquiry, asking_source(asking), request - 1, false,
			&error);
		if (inquiry.named.length > 0)
			text_addf(out, " (%s)", text_string(&inquiry.named));
		inquiry_release(&inquiry);
	}
	if (page > 1)
		text_addf(out, "%spage %zu", out->length > 0 ? ", " : "", page);
	if (out->length > 0)
		text_add_string(out, ": ");
}

void asking_set_error(struct asking *asking, size_t request, size_t page,
	const char *error)
{
	struct text text;

	text_init(&text, 0);
	add_where(asking, request, page, &text);
	inquiry_hide(asking_source(asking), error, &text);
	string_copy(asking->report.error, sizeof asking->report.error,
		text_string(&text));
	text_release(&text);
}

/* It failed where it stands. */
void asking_fail(struct asking *asking, enum fetch_outcome outcome,
	const char *error)
{
	asking->report.outcome = outcome;
	asking_set_error(asking, asking->begun, asking->page, error);
	asking_tell(asking, 0, 0);
}

/* The bytes that could not be read are told of alone. */
void asking_unreadable(struct asking *asking, size_t number)
{
	const struct poll_answer *answer = &asking->exchanges[number].answer;

	asking->report.outcome = FETCH_UNREADABLE;
	asking->report.body = answer->body;
	asking->report.has_body = true;
	asking->report.bytes = answer->bytes;
	asking_tell(asking, number, 1);
}

/* --- rows ---------------------------------------------------------------- */

/* What is wrong with answers that were read, if anything is: an empty list and
   the page of a failure look alike, and people should know. */
static void asking_set_doubt(struct asking *asking)
{
	const struct extraction *extraction = &asking->extraction;

	if (extraction->rejected == 0) {
		if (asking->report.rows == 0 &&
			!asking_source(asking)->may_be_empty)
			string_copy(asking->report.error,
				sizeof asking->report.error, "nothing was found "
				"in it: neither a row nor a fault");
		return;
	}
	const struct exchange *exchange =
		&asking->exchanges[extraction->first_answer];

	asking_set_error(asking, exchange->request, exchange->page,
		extraction->first_reject);
}

static void asking_checked(struct asking *asking)
{
	const struct extraction *extraction = &asking->extraction;

	asking->report.rows = extraction->count + asking->report.passed;
	asking->report.rejected = extraction->rejected;
	asking_set_doubt(asking);
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

/* Many rows are put in order, and told of, in turns of their own. Another
   register that came meanwhile has them checked anew. */
static void asking_order(struct asking *asking)
{
	struct extraction *extraction = &asking->extraction;

	if (asking->checked < asking->exchange_count) {
		asking_check(asking);
		return;
	}
	if (asking->ordered) {
		asking_checked(asking);
		return;
	}
	rows_order(asking->reg, asking->source, extraction->rows,
		extraction->count);
	asking->ordered = true;
	asking_queue(asking, asking_order);
}

/* A part of the rows, of however many answers. */
void asking_check(struct asking *asking)
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
	if (asking->extraction.count > ROWS_A_TURN)
		asking_queue(asking, asking_order);
	else
		asking_checked(asking);
}
