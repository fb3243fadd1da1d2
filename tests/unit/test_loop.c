/*
 * The loop: turns, wake-ups, posts from threads, a jump of the clock. The
 * clock is the test's: loop.c is compiled here with ours in its place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

static int64_t test_wall_ahead, test_clock_reads;

static int test_clock_gettime(clockid_t which, struct timespec *out)
{
	int failed = clock_gettime(which, out);

	test_clock_reads++;
	if (which == CLOCK_REALTIME)
		out->tv_sec += test_wall_ahead;
	return failed;
}

#define clock_gettime test_clock_gettime
#include "net/loop.c"
#undef clock_gettime

struct counter {
	struct loop *loop;
	int calls, turns, stop_after;
	struct loop_watch *watch;
};

static void counter_count(void *context)
{
	struct counter *counter = context;

	if (++counter->calls == counter->stop_after)
		loop_stop(counter->loop);
}

static void counter_turn(void *context)
{
	struct counter *counter = context;

	counter->turns++;
}

static int counter_setup(void **state)
{
	static struct counter counter;

	test_wall_ahead = 0;
	counter = (struct counter){.loop = loop_new(), .stop_after = 1};
	assert_non_null(counter.loop);
	loop_on_turn_end(counter.loop, counter_turn, &counter);
	*state = &counter;
	return 0;
}

static int counter_teardown(void **state)
{
	struct counter *counter = *state;

	loop_free(counter->loop);
	return 0;
}

static void test_wake(void **state)
{
	struct counter *counter = *state;

	loop_on_wake(counter->loop, counter_count, counter);
	loop_wake_at(counter->loop, INSTANT_MAX);
	loop_wake_at(counter->loop, loop_now(counter->loop));
	loop_run(counter->loop);
	assert_int_equal(counter->calls, 1);
	assert_int_equal(counter->turns, 1);
	/* Told once; a new wish is needed for another. */
	loop_post(counter->loop, counter_turn, counter);
	loop_turn(counter->loop);
	assert_int_equal(counter->calls, 1);
	loop_wake_at(counter->loop, INSTANT_MIN);
	loop_turn(counter->loop);
	assert_int_equal(counter->calls, 2);
}

static void test_clock_is_read_once_a_turn(void **state)
{
	struct counter *counter = *state;

	test_clock_reads = 0;
	loop_post(counter->loop, counter_count, counter);
	loop_turn(counter->loop);
	instant now = loop_now(counter->loop);
	test_wall_ahead = 1;
	assert_int_equal(loop_now(counter->loop), now);
	assert_int_equal(loop_ticks(counter->loop), loop_ticks(counter->loop));
	assert_int_equal(test_clock_reads, 2);
	loop_post(counter->loop, counter_count, counter);
	loop_turn(counter->loop);
	assert_true(loop_now(counter->loop) > now);
	assert_int_equal(test_clock_reads, 4);
}

static void test_jump(void **state)
{
	static const struct {
		int64_t ahead;
		bool want_told;
	} cases[] = {{0, false}, {1, false}, {-1, false}, {86400, true},
		{86401, false}, {-86400, true}, {0, true}};
	struct counter *counter = *state;

	loop_on_wake(counter->loop, counter_turn, NULL);
	loop_on_jump(counter->loop, counter_count, counter);
	loop_wake_at(counter->loop, loop_now(counter->loop) + 1000000);
	instant wish = counter->loop->wake_at;
	counter->stop_after = -1;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int before = counter->calls;
		/* What the kernel's cancelling of the timer looks like to us. */
		struct itimerspec soon = {.it_value.tv_nsec = 1};

		test_wall_ahead = cases[i].ahead;
		timerfd_settime(counter->loop->timer_fd, 0, &soon, NULL);
		loop_turn(counter->loop);
		if (counter->calls - before != cases[i].want_told)
			fail_msg("case %zu: told %d times", i, counter->calls - before);
		assert_int_equal(counter->loop->wake_at, wish);
	}
}

/* A turn that has other work sees it, too: arming the timer anew may have
   swallowed what the kernel told of it. */
static void test_jump_in_another_turn(void **state)
{
	struct counter *counter = *state;

	loop_on_jump(counter->loop, counter_count, counter);
	counter->stop_after = -1;
	test_wall_ahead = -86400;
	loop_post(counter->loop, counter_turn, counter);
	loop_turn(counter->loop);
	assert_int_equal(counter->calls, 1);
	loop_post(counter->loop, counter_turn, counter);
	loop_turn(counter->loop);
	assert_int_equal(counter->calls, 1);
}

static void *post_from_thread(void *context)
{
	struct counter *counter = context;

	for (int i = 0; i < 1000; i++)
		loop_post(counter->loop, counter_count, counter);
	return NULL;
}

static void test_posts_of_threads(void **state)
{
	struct counter *counter = *state;
	pthread_t threads[4];

	counter->stop_after = 4000;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, post_from_thread,
			counter), 0);
	loop_run(counter->loop);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(counter->calls, 4000);
}

static void post_again(void *context)
{
	struct counter *counter = context;

	counter_count(counter);
	loop_post(counter->loop, post_again, counter);
}

/* One that posts itself for ever has one call a turn; what is left when the
   loop goes is freed. */
static void test_post_of_itself(void **state)
{
	struct counter *counter = *state;

	counter->stop_after = 5;
	loop_post(counter->loop, post_again, counter);
	loop_run(counter->loop);
	assert_int_equal(counter->calls, 5);
	assert_int_equal(counter->turns, 5);
}

static void unwatch_self(void *context)
{
	struct counter *counter = context;

	loop_unwatch(counter->watch);
	counter_count(counter);
}

static void test_descriptor(void **state)
{
	struct counter *counter = *state;
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	counter->watch = loop_watch_fd(counter->loop, pipes[0], unwatch_self, counter);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	loop_run(counter->loop);
	assert_int_equal(counter->calls, 1);
	loop_post(counter->loop, counter_turn, counter);
	loop_turn(counter->loop);
	assert_int_equal(counter->calls, 1);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_signal(void **state)
{
	struct counter *counter = *state;

	loop_on_signal(counter->loop, SIGUSR1, counter_count, counter);
	assert_int_equal(raise(SIGUSR1), 0);
	loop_run(counter->loop);
	assert_int_equal(counter->calls, 1);
}

static void test_interval(void **state)
{
	struct counter *counter = *state;

	counter->stop_after = 3;
	struct loop_watch *watch = loop_every(counter->loop, 1, counter_count, counter);
	loop_run(counter->loop);
	assert_int_equal(counter->calls, 3);
	loop_unwatch(watch);
	loop_unwatch(NULL);
}

#define LOOP_TEST(test) \
	cmocka_unit_test_setup_teardown(test, counter_setup, counter_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(test_wake),
		LOOP_TEST(test_clock_is_read_once_a_turn),
		LOOP_TEST(test_jump),
		LOOP_TEST(test_jump_in_another_turn),
		LOOP_TEST(test_posts_of_threads),
		LOOP_TEST(test_post_of_itself),
		LOOP_TEST(test_descriptor),
		LOOP_TEST(test_signal),
		LOOP_TEST(test_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
