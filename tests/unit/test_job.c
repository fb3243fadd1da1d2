/* job: one after the other, progress, cancelling, the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include "pledged/job.h"

struct work {
	const char *name;
	struct loop *loop;
	pthread_mutex_t gate;	/* held by the test: the work waits */
	bool ran, done, cancelled;
};

static char order[2 * JOBS_WAITING_MAX];
static size_t ended;

static void work_init(struct work *work, const char *name, struct loop *loop)
{
	*work = (struct work){.name = name, .loop = loop};
	pthread_mutex_init(&work->gate, NULL);
}

static void work_run(struct job *job, void *context)
{
	struct work *work = context;

	job_tell(job, work->name, 1, 2);
	while (pthread_mutex_trylock(&work->gate) != 0) {
		if (job_is_cancelled(job))
			return;
		sched_yield();
	}
	pthread_mutex_unlock(&work->gate);
	work->ran = true;
	job_tell(job, work->name, 2, 2);
}

static void work_done(void *context, bool cancelled)
{
	struct work *work = context;

	work->done = true;
	work->cancelled = cancelled;
	order[ended++] = work->name[0];
}

static int setup(void **state)
{
	(void)state;
	ended = 0;
	return 0;
}

static void test_order_and_progress(void **state)
{
	struct loop *loop = loop_new();
	struct runner *runner = runner_new(loop);
	struct work first, second;
	struct job *job;

	(void)state;
	work_init(&first, "a", loop);
	work_init(&second, "b", loop);
	pthread_mutex_lock(&first.gate);
	job = job_start(runner, work_run, work_done, &first);
	assert_non_null(job_start(runner, work_run, work_done, &second));
	assert_null(job_progress(job).phase);
	loop_turn(loop);
	while (job_progress(job).total == 0)
		sched_yield();
	assert_string_equal(job_progress(job).phase, "a");
	assert_int_equal(job_progress(job).total, 2);
	assert_false(second.ran);
	pthread_mutex_unlock(&first.gate);
	while (!second.done)
		loop_turn(loop);
	assert_memory_equal(order, "ab", 2);
	assert_true(first.ran && second.ran && first.done);
	assert_false(first.cancelled || second.cancelled);
	runner_stop(runner);
	assert_null(job_start(runner, work_run, work_done, &first));
	runner_free(runner);
	loop_free(loop);
}

static void test_stop(void **state)
{
	struct loop *loop = loop_new();
	struct runner *runner = runner_new(loop);
	struct work first, second;

	(void)state;
	work_init(&first, "a", loop);
	work_init(&second, "b", loop);
	pthread_mutex_lock(&first.gate);
	struct job *job = job_start(runner, work_run, work_done, &first);

	assert_non_null(job_start(runner, work_run, work_done, &second));
	loop_turn(loop);
	while (job_progress(job).phase == NULL)
		sched_yield();
	runner_stop(runner);
	assert_true(!first.ran && first.done && first.cancelled);
	assert_true(!second.ran && second.done && second.cancelled);
	runner_free(runner);
	loop_free(loop);
}

static void test_cancel_and_limit(void **state)
{
	struct loop *loop = loop_new();
	struct runner *runner = runner_new(loop);
	struct work works[JOBS_WAITING_MAX];

	(void)state;
	for (size_t i = 0; i < JOBS_WAITING_MAX; i++) {
		work_init(&works[i], "w", loop);
		struct job *job = job_start(runner, work_run, work_done,
			&works[i]);

		assert_non_null(job);
		if (i > 1)
			job_cancel(job);
	}
	assert_null(job_start(runner, work_run, work_done, &works[0]));
	while (!works[1].done)
		loop_turn(loop);
	assert_true(works[0].ran && works[1].ran);
	runner_stop(runner);
	for (size_t i = 2; i < JOBS_WAITING_MAX; i++)
		assert_true(!works[i].ran && works[i].cancelled);
	runner_free(runner);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order_and_progress, setup),
		cmocka_unit_test_setup(test_stop, setup),
		cmocka_unit_test_setup(test_cancel_and_limit, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
