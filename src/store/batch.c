/*
 * batch: each store_add_… writes the columns of its table. Those of what is
 * told are in tellings.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/forecast.h"
#include "store/batch.h"
#include "store/pen.h"
#include "store/words.h"

struct store_batch *store_batch_new(struct store *store)
{
	struct store_batch *batch = mem_new(1, sizeof *batch);

	(void)store;
	text_init(&batch->entries, BATCH_BYTES_MAX);
	text_init(&batch->scratch, 4096);
	return batch;
}

void store_batch_free(struct store_batch *batch)
{
	if (batch == NULL)
		return;
	for (size_t i = 0; i < batch->payload_count; i++)
		free(batch->payloads[i].bytes);
	free(batch->payloads);
	text_release(&batch->entries);
	text_release(&batch->scratch);
	free(batch);
}

bool store_batch_is_empty(const struct store_batch *batch)
{
	return batch->entries.length == 0 && !batch->entries.cut;
}

bool store_batch_is_cut(const struct store_batch *batch)
{
	return batch->entries.cut;
}

bool store_batch_next(const struct store_batch *batch, size_t *offset,
	struct entry *entry, const void **record)
{
	const char *at = batch->entries.data + *offset;

	if (*offset >= batch->entries.length)
		return false;
	memcpy(entry, at, sizeof *entry);
	*record = at + sizeof *entry;
	*offset += sizeof *entry + entry->length;
	return true;
}

/* --- the facts -------------------------------------------------------------------- */

void store_add_fetch(struct store_batch *batch, const char *source,
	const struct fetch_report *report, const struct source_state *state)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_FETCH);
	pen_string(&pen, source);
	pen_instant(&pen, report->started);
	pen_instant(&pen, report->finished);
	pen_string(&pen, fetch_outcome_name(report->outcome));
	pen_int_unless(&pen, report->http_status, 0);
	pen_int(&pen, report->bytes);
	pen_int_unless(&pen, report->retry_after, -1);
	pen_int_unless(&pen, report->max_age, -1);
	pen_string(&pen, report->etag);
	pen_string(&pen, report->last_modified);
	pen_digest(&pen, report->has_body ? &report->body : NULL);
	pen_int(&pen, (int64_t)report->rows);
	pen_int(&pen, (int64_t)report->rejected);
	pen_string(&pen, report->error);
	pen_instant(&pen, state->next);
	pen_instant(&pen, state->last_attempt);
	pen_instant(&pen, state->last_success);
	pen_instant(&pen, state->last_change);
	pen_instant(&pen, state->failing_since);
	pen_int(&pen, state->failures);
	pen_string(&pen, fetch_outcome_name(state->outcome));
	pen_string(&pen, state->etag);
	pen_string(&pen, state->last_modified);
	pen_digest(&pen, state->has_body ? &state->body : NULL);
	pen_digest(&pen, &state->program);
	pen_string(&pen, state->error);
	pen_int_unless(&pen, report->ttl, 0);
	pen_int_unless(&pen, report->gone, 0);
	pen_string(&pen, report->moved);
	pen_int_unless(&pen, report->unreached, 0);
	pen_int_unless(&pen, state->gone, 0);
	pen_int_unless(&pen, (int64_t)state->told, 0);
	pen_string(&pen, state->moved);
	pen_end(&pen);
}

static uint32_t store_batch_payload(struct store_batch *batch,
	const void *bytes, size_t length)
{
	batch->payloads = mem_grow(batch->payloads, batch->payload_count,
		&batch->payload_capacity, sizeof *batch->payloads);
	batch->payloads[batch->payload_count] =
		(struct payload){ mem_copy(bytes, length), length };
	return (uint32_t)batch->payload_count++;
}

void store_add_snapshot(struct store_batch *batch, const struct digest *digest,
	const void *bytes, size_t length, const char *url, instant at)
{
	struct pen pen;

	if (length > STORE_SNAPSHOT_MAX) {
		batch->entries.cut = true;
		return;
	}
	pen_begin(&pen, batch, FACT_SNAPSHOT);
	pen_digest(&pen, digest);
	pen_string(&pen, url);
	pen_instant(&pen, at);
	pen_int(&pen, (int64_t)length);
	pen.entry.payload = store_batch_payload(batch, bytes, length);
	pen_end(&pen);
}

void store_add_drop(struct store_batch *batch,
	const struct store_droppable *droppable, const char *source,
	const char *reason, instant at)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_RETENTION);
	pen_digest(&pen, &droppable->digest);
	pen_int(&pen, 0);
	pen_instant(&pen, at);
	pen_string(&pen, source);
	pen_string(&pen, reason);
	pen_int(&pen, droppable->answer);
	pen_int(&pen, droppable->observation);
	pen_int(&pen, droppable->document);
	pen_end(&pen);
}

void store_add_definition(struct store_batch *batch,
	const struct digest *program, const char *text, size_t length)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_DEFINITION);
	pen_digest(&pen, program);
	record_text(&pen.record, text, length);
	pen_end(&pen);
}

void store_add_answer(struct store_batch *batch, const char *source,
	const struct poll_answer *answer, const struct digest *program)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_ANSWER);
	pen_string(&pen, source);
	pen_instant(&pen, answer->at);
	pen_string(&pen, answer->url);
	pen_string(&pen, answer->parameters);
	pen_string(&pen, answer->media_type);
	pen_int_unless(&pen, answer->http_status, 0);
	pen_string(&pen, answer->etag);
	pen_string(&pen, answer->last_modified);
	pen_digest(&pen, &answer->body);
	pen_int(&pen, answer->bytes);
	pen_int(&pen, (int64_t)answer->rows);
	pen_digest(&pen, program);
	pen_end(&pen);
}

void store_add_submission(struct store_batch *batch,
	const struct store_submission *submission)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_SUBMISSION);
	record_text(&pen.record, submission->who, strlen(submission->who));
	record_text(&pen.record, submission->key, strlen(submission->key));
	pen_string(&pen, submission->what);
	pen_string(&pen, submission->subject);
	pen_digest(&pen, &submission->body);
	pen_string(&pen, submission->answer);
	pen_instant(&pen, submission->at);
	pen_end(&pen);
}

void store_add_observation(struct store_batch *batch, const char *indicator,
	const struct store_observed *how, const struct observation *observation)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_OBSERVATION);
	pen_string(&pen, indicator);
	pen_string(&pen, how->source);
	pen_digest(&pen, how->snapshot);
	pen_period(&pen, observation->period);
	pen_decimal(&pen, observation->value);
	pen_instant(&pen, observation->published);
	pen_instant(&pen, observation->recorded);
	pen_int(&pen, observation->published_assumed);
	pen_int(&pen, observation->provisional);
	pen_int(&pen, observation->quarantine);
	pen_string(&pen, how->by);
	pen_int_unless(&pen, how->accepts, 0);
	pen_string(&pen, how->note);
	pen_string(&pen, how->evidence);
	pen_end(&pen);
}

void store_add_document(struct store_batch *batch, const char *indicator,
	const char *source, const struct digest *snapshot,
	const struct document *document)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_DOCUMENT);
	pen_string(&pen, indicator);
	pen_string(&pen, source);
	pen_digest(&pen, snapshot);
	pen_string(&pen, document->key);
	pen_string(&pen, document->title);
	pen_string(&pen, document->url);
	pen_string(&pen, document->text);
	pen_period(&pen, document->period);
	pen_instant(&pen, document->published);
	pen_instant(&pen, document->recorded);
	pen_int(&pen, document->published_assumed);
	pen_end(&pen);
}

void store_add_attestation(struct store_batch *batch, const char *milestone,
	const struct attestation *attestation)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_ATTESTATION);
	pen_string(&pen, milestone);
	pen_string(&pen, attestation->key);
	pen_string(&pen, attestation->by);
	pen_int(&pen, attestation->yes);
	pen_date(&pen, attestation->on);
	pen_instant(&pen, attestation->at);
	pen_instant(&pen, attestation->recorded);
	pen_string(&pen, attestation->evidence);
	pen_string(&pen, attestation->note);
	pen_end(&pen);
}

static void pen_assessment(struct pen *pen, const struct assessment *assessment)
{
	pen_instant(pen, assessment->as_of);
	pen_string(pen, lifecycle_name(assessment->lifecycle));
	pen_string(pen, verdict_name(assessment->verdict));
	pen_string(pen, progress_name(assessment->progress));
	pen_string(pen, assurance_name(assessment->knowledge));
	pen_string(pen, status_name(assessment->status));
	pen_instant(pen, assessment->event);
	pen_date(pen, assessment->event_date);
	pen_int_unless(pen, assessment->days_late, DAYS_NONE);
	pen_int_unless(pen, assessment->days_overdue, DAYS_NONE);
	pen_figure(pen, &assessment->actual);
	pen_figure(pen, &assessment->target);
	pen_figure(pen, &assessment->baseline);
	pen_figure(pen, &assessment->required_now);
	pen_figure(pen, &assessment->pace);
	pen_figure(pen, &assessment->share_of_level);
	pen_figure(pen, &assessment->share_of_increment);
	pen_figure(pen, &assessment->shortfall);
	pen_period(pen, assessment->data_through);
	pen_string(pen, unknown_reason_word(assessment->unknown));
	pen_period(pen, assessment->waiting_for);
	pen_int(pen, assessment->published_assumed);
	pen_instant(pen, assessment->next);
}

static void pen_double(struct pen *pen, double value)
{
	struct decimal decimal;

	if (decimal_from_double(value, FORECAST_DIGITS, &decimal))
		pen_decimal(pen, decimal);
	else
		record_null(&pen->record);
}

#define FORECAST_FIELDS 7

static void pen_forecast(struct pen *pen, const struct forecast *forecast)
{
	enum forecast_method method = (enum forecast_method)forecast->method;

	if (method == FORECAST_NONE) {
		for (int i = 0; i < FORECAST_FIELDS; i++)
			record_null(&pen->record);
		return;
	}
	pen_string(pen, forecast_method_name(method));
	pen_double(pen, forecast->value);
	pen_double(pen, forecast->low);
	pen_double(pen, forecast->high);
	pen_date(pen, forecast->date);
	pen_int_unless(pen, forecast->slip_days, DAYS_NONE);
	pen_int(pen, forecast->misses);
}

void store_add_assessment(struct store_batch *batch, const char *milestone,
	const struct milestone_state *state, const char *reason,
	const struct cause *because, int64_t told)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_ASSESSMENT);
	pen_string(&pen, milestone);
	pen_instant(&pen, state->since);
	pen_int(&pen, (int64_t)state->terms);
	pen_instant(&pen, state->assessment.due);
	pen_date(&pen, state->assessment.due_date);
	pen_int(&pen, state->announced);
	pen_assessment(&pen, &state->assessment);
	pen_string(&pen, reason);
	pen_forecast(&pen, &state->assessment.forecast);
	pen_string(&pen, because == NULL ? NULL : cause_kind_name(because->kind));
	pen_string(&pen, because == NULL ? NULL : because->text);
	pen_int_unless(&pen, told, 0);
	pen_string(&pen, state->told == state->assessment.status ? NULL :
		status_name(state->told));
	pen_int_unless(&pen, state->flips, 0);
	pen_instant(&pen, state->apart);
	pen_instant(&pen, state->unsettled);
	pen_instant(&pen, state->approached);
	pen_end(&pen);
}

void store_add_action(struct store_batch *batch,
	const struct store_action *action)
{
	struct pen pen;

	pen_begin(&pen, batch, FACT_ACTION);
	pen_instant(&pen, action->at);
	pen_string(&pen, action->who);
	pen_string(&pen, action->what);
	pen_string(&pen, action->subject);
	pen_string(&pen, action->note);
	pen_instant(&pen, action->until);
	pen_end(&pen);
}
