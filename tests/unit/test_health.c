/*
 * Health: what makes the daemon unwell, and in which words.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pledged/health.h"

static const struct {
	struct health health;
	const char *want;	/* "": well */
} cases[] = {
	{{"", 0, false, 0, 0}, ""},
	{{"", HEALTH_BEHIND_MAX, false, 2, 1}, ""},
	{{"disk full", 0, false, 1, 0}, "nothing can be saved: disk full"},
	{{"", HEALTH_BEHIND_MAX + 1, false, 1, 0}, "judging is 301 s behind"},
	{{"", 0, true, 1, 0}, "this machine is offline"},
	{{"", 0, false, 2, 2},
		"no channel can be delivered to: see pledgectl outbox"},
	{{"", 0, true, 1, 1},
		"no channel can be delivered to: see pledgectl outbox"},
	{{"disk full", 400, true, 1, 1}, "nothing can be saved: disk full"},
};

static void test_words(void **state)
{
	char words[HEALTH_WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(health_is_good(&cases[i].health, words),
			cases[i].want[0] == '\0');
		assert_string_equal(words, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
