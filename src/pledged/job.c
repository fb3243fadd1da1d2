/* job: see job.h. One thread a job: they are few and long. */
#include "pledged/job.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <utlist.h>

#include "base/log.h"
#include "base/mem.h"

struct job {
	job_work *work;
	job_done *done;
	void *context;
	atomic_bool cancelled;
	_Atomic(const char *) phase;
	_Atomic int64_t finished, total;
	struct job *prev, *next;
};

struct runner {
	struct loop *loop;
	struct job *jobs;	/* the first runs */
	size_t count;
	pthread_t thread;
	bool running;		/* a thread has the first */
	bool stopped;
};

struct runner *runner_new(struct loop *loop)
{
	struct runner *runner = mem_new(1, sizeof *runner);

	runner->loop = loop;
	return runner;
}

/* Takes the first off the list and says that it is over. */
static void runner_end_first(struct runner *runner)
{
	struct job *job = runner->jobs;

	DL_DELETE(runner->jobs, job);
	runner->count--;
	job->done(job->context, job_is_cancelled(job));
	free(job);
}

static void runner_next(struct runner *runner);

static void runner_finished(void *context)
{
	struct runner *runner = context;

	if (!runner->running)	/* runner_stop was faster */
		return;
	pthread_join(runner->thread, NULL);
	runner->running = false;
	runner_end_first(runner);
	runner_next(runner);
}

static void *runner_run(void *context)
{
	struct runner *runner = context;
	struct job *job = runner->jobs;

	job->work(job, job->context);
	loop_post(runner->loop, runner_finished, runner);
	return NULL;
}

/* Begins the first, unless it runs. Those that cannot be begun are over. */
static void runner_next(struct runner *runner)
{
	while (!runner->running && !runner->stopped && runner->jobs != NULL) {
		if (!job_is_cancelled(runner->jobs) && pthread_create(
		    &runner->thread, NULL, runner_run, runner) == 0) {
			runner->running = true;
			return;
		}
		if (!job_is_cancelled(runner->jobs))
			log_error("no thread can be started now");
		job_cancel(runner->jobs);
		runner_end_first(runner);
	}
}

void runner_stop(struct runner *runner)
{
	struct job *job;

	if (runner == NULL)
		return;
	runner->stopped = true;
	DL_FOREACH(runner->jobs, job)
		job_cancel(job);
	if (runner->running)
		pthread_join(runner->thread, NULL);
	runner->running = false;
	while (runner->jobs != NULL)
		runner_end_first(runner);
}

void runner_free(struct runner *runner)
{
	free(runner);
}

/* The loop begins it in a later turn, so that whoever starts one has its handle
   before anything is called. */
static void runner_begin(void *context)
{
	runner_next(context);
}

struct job *job_start(struct runner *runner, job_work *work, job_done *done,
	void *context)
{
	struct job *job;

	if (runner->stopped || runner->count == JOBS_WAITING_MAX)
		return NULL;
	job = mem_new(1, sizeof *job);
	job->work = work;
	job->done = done;
	job->context = context;
	DL_APPEND(runner->jobs, job);
	runner->count++;
	loop_post(runner->loop, runner_begin, runner);
	return job;
}

void job_tell(struct job *job, const char *phase, int64_t done, int64_t total)
{
	atomic_store_explicit(&job->phase, phase, memory_order_relaxed);
	atomic_store_explicit(&job->finished, done, memory_order_relaxed);
	atomic_store_explicit(&job->total, total, memory_order_relaxed);
}

bool job_is_cancelled(const struct job *job)
{
	return atomic_load_explicit(&job->cancelled, memory_order_relaxed);
}

struct job_progress job_progress(const struct job *job)
{
	return (struct job_progress){
		atomic_load_explicit(&job->phase, memory_order_relaxed),
		atomic_load_explicit(&job->finished, memory_order_relaxed),
		atomic_load_explicit(&job->total, memory_order_relaxed),
	};
}

void job_cancel(struct job *job)
{
	atomic_store_explicit(&job->cancelled, true, memory_order_relaxed);
}
