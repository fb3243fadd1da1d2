/* What figures for monitors look like, in both formats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "pledged/exposition.h"

static const struct metric gauge = {"room_bytes", METRIC_GAUGE, "bytes", "Room."};
static const struct metric counter = {"cpu_seconds_total", METRIC_COUNTER,
	"seconds", "Time."};
static const struct metric info = {"build_info", METRIC_INFO, "", "Version."};

static void expose(bool open, const char *want)
{
	struct text text;
	struct exposition out = {.out = &text, .open = open};

	text_init(&text, 0);
	exposition_metric(&out, &gauge);
	exposition_sample(&out, -3, "a", "x\"\\\ny", "b", "", NULL);
	exposition_sample(&out, INT64_MAX, NULL);
	exposition_metric(&out, &counter);
	exposition_thousandths(&out, 12034, NULL);
	exposition_thousandths(&out, 7, "a", "b", NULL);
	exposition_metric(&out, &info);
	exposition_sample(&out, 1, "version", "1", NULL);
	exposition_end(&out);
	assert_string_equal(text_string(&text), want);
	text_release(&text);
}

static void test_openmetrics(void **state)
{
	(void)state;
	expose(true,
		"# TYPE room_bytes gauge\n# UNIT room_bytes bytes\n"
		"# HELP room_bytes Room.\n"
		"room_bytes{a=\"x\\\"\\\\\\ny\",b=\"\"} -3\n"
		"room_bytes 9223372036854775807\n"
		"# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\n"
		"# HELP cpu_seconds Time.\n"
		"cpu_seconds_total 12.034\ncpu_seconds_total{a=\"b\"} 0.007\n"
		"# TYPE build info\n# HELP build Version.\n"
		"build_info{version=\"1\"} 1\n# EOF\n");
}

static void test_text(void **state)
{
	(void)state;
	expose(false,
		"# TYPE room_bytes gauge\n# HELP room_bytes Room.\n"
		"room_bytes{a=\"x\\\"\\\\\\ny\",b=\"\"} -3\n"
		"room_bytes 9223372036854775807\n"
		"# TYPE cpu_seconds_total counter\n"
		"# HELP cpu_seconds_total Time.\n"
		"cpu_seconds_total 12.034\ncpu_seconds_total{a=\"b\"} 0.007\n"
		"# TYPE build_info gauge\n# HELP build_info Version.\n"
		"build_info{version=\"1\"} 1\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_openmetrics),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
