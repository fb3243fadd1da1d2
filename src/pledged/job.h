/*
 * job: long read-only work in helper threads, one job of a runner after the
 * other, in the order in which they came.
 *
 *	loop ──job_start──→ queue ──work (thread)──→ done (loop)
 *
 * A job shares nothing with the loop but what it says of its progress: it gets
 * what it needs with its context, and hands over one finished value in it. The
 * loop never waits for a job, but at the end: then a job is asked to give up
 * and waited for, so work looks at job_is_cancelled every few milliseconds, or
 * is short.
 */
#ifndef PLEDGED_PLEDGED_JOB_H
#define PLEDGED_PLEDGED_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"

#define JOBS_WAITING_MAX 64	/* of a runner; more are refused */

struct runner;
struct job;

struct runner *runner_new(struct loop *loop);
/* Cancels all jobs, waits for the one that runs and calls done of each; after
   that none is begun. NULL is nothing. */
void runner_stop(struct runner *runner);
void runner_free(struct runner *runner);	/* stopped before */

/* In the thread. */
typedef void job_work(struct job *job, void *context);
/* On the loop, once; cancelled: it may have been left unfinished, or have never
   begun. The job is gone when this returns. */
typedef void job_done(void *context, bool cancelled);

/* NULL: too many wait, or the runner is stopped, and nothing is called. */
struct job *job_start(struct runner *runner, job_work *work, job_done *done,
	void *context);

/* --- from the thread -------------------------------------------------------- */

/* phase: a constant string. total 0: it is not known. */
void job_tell(struct job *job, const char *phase, int64_t done, int64_t total);
bool job_is_cancelled(const struct job *job);

/* --- from the loop ------------------------------------------------------------ */

struct job_progress {
	const char *phase;	/* NULL: it waits, or has not said yet */
	int64_t done, total;
};
/* As last told; the three may be of moments next to one another. */
struct job_progress job_progress(const struct job *job);
void job_cancel(struct job *job);

#endif
