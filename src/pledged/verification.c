/* verification: see verification.h. */
#include "pledged/verification.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/job.h"
#include "pledged/specimen.h"

/*
 *	WALKING ──as written──→ LOADING ──→ READING ──→ COMPARING
 *	   │                       ↑           └─── more to try ┘ │
 *	   │                       └─────── next specimen ────────┤
 *	   └──broken, stopped──→ OVER ←───────────────────────────┘
 *
 * A job has it while WALKING, LOADING and COMPARING, a worker while READING.
 */
enum stage { STAGE_WALKING, STAGE_LOADING, STAGE_READING, STAGE_COMPARING,
	STAGE_OVER };

struct verification {
	struct daemon *daemon;
	enum stage stage;
	struct job *job;		/* NULL: none */
	char *dir, *who;
	size_t sample;
	bool has_seal;
	struct digest seal;
	instant begun, ended;

	int walked;			/* what store_verify returned */
	struct store_verified verified;
	struct error error;		/* why not, or of a specimen's loading */
	char *fault;			/* NULL: the walk found all in order */

	struct specimen **specimens;
	size_t count, capacity;
	size_t current;			/* of them */
	int loaded;
	uint8_t *payload;		/* what the worker said; NULL: it failed */
	size_t payload_length;
	char *payload_error;

	size_t followed;
	char *differences[VERIFICATION_TOLD_MAX];
	size_t difference_count;	/* to the end */
};

void verification_free(struct verification *verification)
{
	if (verification == NULL)
		return;
	for (size_t i = 0; i < verification->count; i++)
		specimen_free(verification->specimens[i]);
	for (size_t i = 0; i < verification->difference_count &&
	    i < VERIFICATION_TOLD_MAX; i++)
		free(verification->differences[i]);
	free(verification->specimens);
	free(verification->payload);
	free(verification->payload_error);
	free(verification->fault);
	free(verification->dir);
	free(verification->who);
	free(verification);
}

bool verification_is_running(const struct verification *verification)
{
	return verification != NULL && verification->stage != STAGE_OVER;
}

static bool verification_is_good(const struct verification *verification)
{
	return verification->fault == NULL && verification->difference_count == 0;
}

static void verification_end(struct verification *verification)
{
	verification->stage = STAGE_OVER;
	verification->ended = loop_now(verification->daemon->loop);
	if (verification->fault != NULL && !verification->daemon->stopping)
		log_error("verified: %s", verification->fault);
	for (size_t i = 0; i < verification->difference_count &&
	    i < VERIFICATION_TOLD_MAX; i++)
		log_error("verified: %s", verification->differences[i]);
	if (verification_is_good(verification))
		log_notice("verified: %lld facts are as they were recorded; %zu "
			"answers were read again",
			(long long)verification->verified.facts,
			verification->current);
}

static void verification_fail(struct verification *verification,
	const char *fault)
{
	verification->fault = mem_string(fault);
	verification_end(verification);
}

static void verification_differs(void *context, const char *what)
{
	struct verification *verification = context;

	if (verification->difference_count < VERIFICATION_TOLD_MAX)
		verification->differences[verification->difference_count] =
			mem_string(what);
	verification->difference_count++;
}

/* A job, or the end. */
static void verification_job(struct verification *verification,
	enum stage stage, job_work *work, job_done *done)
{
	verification->stage = stage;
	verification->job = job_start(verification->daemon->checking, work, done,
		verification);
	if (verification->job == NULL)
		verification_fail(verification, "no thread can be had for it now");
}

/* --- one specimen ------------------------------------------------------------------ */

static void specimen_begin(struct verification *verification);
static void specimen_read_on(struct verification *verification);

static struct specimen *specimen_now(const struct verification *verification)
{
	return verification->specimens[verification->current];
}

/* error: why it could not be loaded, or NULL. */
static void specimen_finish(struct verification *verification,
	const char *error)
{
	verification->followed += specimen_tell(specimen_now(verification), error,
		verification_differs, verification);
	specimen_free(specimen_now(verification));
	verification->specimens[verification->current++] = NULL;
	specimen_begin(verification);
}

static void specimen_compare_work(struct job *job, void *context)
{
	struct verification *verification = context;

	(void)job;
	specimen_compare(specimen_now(verification), verification->payload,
		verification->payload_length, verification->payload_error);
}

static void specimen_compared(void *context, bool cancelled)
{
	struct verification *verification = context;

	free(verification->payload);
	free(verification->payload_error);
	verification->payload = NULL;
	verification->payload_error = NULL;
	if (cancelled)
		verification_fail(verification, "it was broken off");
	else
		specimen_read_on(verification);
}

static void specimen_take(struct verification *verification,
	const uint8_t *payload, size_t length, const char *error)
{
	verification->payload = payload == NULL ? NULL :
		mem_copy(payload, length);
	verification->payload_length = length;
	verification->payload_error = mem_string(error);
	verification_job(verification, STAGE_COMPARING, specimen_compare_work,
		specimen_compared);
}

static void specimen_extracted(void *context, const uint8_t *payload,
	size_t length, const char *error)
{
	specimen_take(context, payload, length, error);
}

/* The next reading of it, or its end. */
static void specimen_read_on(struct verification *verification)
{
	struct daemon *daemon = verification->daemon;
	struct specimen *specimen = specimen_now(verification);
	const struct text *bytes = specimen_bytes(specimen);
	struct error error;
	struct text frame;

	if (!specimen_next(specimen)) {
		specimen_finish(verification, NULL);
		return;
	}
	text_init(&frame, FRAME_MAX + FRAME_HEADER);
	if (specimen_frame(specimen, &frame, &error) < 0) {
		specimen_take(verification, NULL, 0, error.text);
	} else {
		verification->stage = STAGE_READING;
		pool_request_with(daemon->extract, &frame, bytes->data,
			bytes->length, daemon->settings->workers.timeout,
			specimen_extracted, verification);
	}
	text_release(&frame);
}

static void specimen_load_work(struct job *job, void *context)
{
	struct verification *verification = context;

	job_tell(job, "reading answers again", (int64_t)verification->current,
		(int64_t)verification->count);
	verification->loaded = specimen_load(specimen_now(verification),
		verification->daemon->store, &verification->error);
}

static void specimen_loaded(void *context, bool cancelled)
{
	struct verification *verification = context;

	if (cancelled)
		verification_fail(verification, "it was broken off");
	else if (verification->loaded < 0)	/* ABSENT: dropped meanwhile */
		specimen_finish(verification, verification->error.kind ==
			ERROR_ABSENT ? NULL : verification->error.text);
	else
		specimen_read_on(verification);
}

static void specimen_begin(struct verification *verification)
{
	if (verification->current == verification->count)
		verification_end(verification);
	else
		verification_job(verification, STAGE_LOADING, specimen_load_work,
			specimen_loaded);
}

/* --- the walk ------------------------------------------------------------------------- */

static bool walk_progress(void *context, const char *table, int64_t done,
	int64_t total)
{
	(void)table;
	job_tell(context, "walking what was recorded", done, total);
	return !job_is_cancelled(context);
}

static void walk_draw(void *context, const struct store_answer *answer)
{
	struct verification *verification = context;

	verification->specimens = mem_grow(verification->specimens,
		verification->count, &verification->capacity,
		sizeof *verification->specimens);
	verification->specimens[verification->count++] = specimen_new(answer);
}

/* Another sample each time. */
static void walk_work(struct job *job, void *context)
{
	struct verification *verification = context;
	const struct store_verifying how = {
		.progress = walk_progress,
		.context = job,
		.seal = verification->has_seal ? &verification->seal : NULL,
	};

	verification->walked = store_verify(verification->dir, &how,
		&verification->verified, &verification->error);
	if (verification->walked == 0 && verification->sample > 0)
		verification->walked = store_sample_answers(
			verification->daemon->store, verification->sample,
			(uint64_t)verification->begun, walk_draw, verification,
			&verification->error);
}

static void walk_done(void *context, bool cancelled)
{
	struct verification *verification = context;

	if (cancelled || verification->walked > 0)
		verification_fail(verification, "it was broken off");
	else if (verification->walked < 0)
		verification_fail(verification, verification->error.text);
	else
		specimen_begin(verification);
}

bool verification_start(struct daemon *daemon,
	const struct verification_what *what)
{
	struct verification *verification;

	if (verification_is_running(daemon->verification))
		return false;
	verification_free(daemon->verification);
	verification = mem_new(1, sizeof *verification);
	daemon->verification = verification;
	verification->daemon = daemon;
	verification->dir = mem_string(daemon->settings->state_dir);
	verification->who = mem_string(what->who);
	verification->sample = what->sample;
	verification->has_seal = what->seal != NULL;
	if (what->seal != NULL)
		verification->seal = *what->seal;
	verification->begun = loop_now(daemon->loop);
	verification->ended = INSTANT_MIN;
	verification_job(verification, STAGE_WALKING, walk_work, walk_done);
	return verification->stage == STAGE_WALKING;
}

/* --- for whoever asks ----------------------------------------------------------------- */

static void put_progress(struct json *json,
	const struct verification *verification)
{
	struct job_progress progress = {
		.phase = "reading answers again",
		.done = (int64_t)verification->current,
		.total = (int64_t)verification->count,
	};

	if (verification->stage == STAGE_WALKING)
		progress = job_progress(verification->job);
	json_put_string(json, "phase", progress.phase != NULL ? progress.phase :
		"waiting");
	json_put_int(json, "done", progress.done);
	json_put_int(json, "total", progress.total);
}

static void put_walked(struct json *json,
	const struct verification *verification)
{
	const struct store_verified *verified = &verification->verified;
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&verified->digest, hex);
	json_put_string(json, "fault", verification->fault);
	json_put_int(json, "facts", verified->facts);
	json_put_int(json, "bodies", verified->bodies);
	json_put_int(json, "dropped", verified->dropped);
	json_put_string(json, "seal", verified->seal != 0 ? hex : NULL);
	json_put_int(json, "seal_number", verified->seal);
	json_put_instant(json, "sealed", verified->seal != 0 ? verified->sealed :
		INSTANT_MIN);
}

static void put_read(struct json *json, const struct verification *verification)
{
	size_t told = verification->difference_count < VERIFICATION_TOLD_MAX ?
		verification->difference_count : VERIFICATION_TOLD_MAX;

	json_put_int(json, "sample", (int64_t)verification->count);
	json_put_int(json, "answers", (int64_t)verification->current);
	json_put_int(json, "followed", (int64_t)verification->followed);
	json_key(json, "differences");
	json_array(json);
	for (size_t i = 0; i < told; i++)
		json_string(json, verification->differences[i]);
	json_array_end(json);
	json_put_int(json, "differences_left_out",
		(int64_t)(verification->difference_count - told));
}

void verification_view(const struct verification *verification,
	struct json *json)
{
	bool running = verification_is_running(verification);

	json_put_string(json, "state", running ? "running" : "done");
	json_put_string(json, "by", verification->who);
	json_put_instant(json, "begun", verification->begun);
	json_put_instant(json, "ended", verification->ended);
	if (running) {
		put_progress(json, verification);
		return;
	}
	json_put_bool(json, "good", verification_is_good(verification));
	put_walked(json, verification);
	put_read(json, verification);
}
