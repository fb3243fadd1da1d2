/*
 * Rows from a worker, believed in nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/row.h"
#include "world.h"

#define LONG "1234567890123456789012345678901234"

#define ROW(indicator_, period_, value_, published_, provisional_) \
	{.indicator = indicator_, .period = period_, .value = value_, \
	.published = published_, .provisional = provisional_}

static const struct row_case {
	struct row_text text;
	uint32_t source;	/* 1: has a default indicator */
	const char *want;	/* the value; NULL: an error */
	const char *want_error;	/* words of it */
	const char *want_published;
	bool want_quarantined;
} rows[] = {
	{ROW("x", "2020-07", "12.50", NULL, false), 0, "12.5", NULL, NULL, false},
	{ROW(NULL, "2020-07", "1", NULL, false), 1, "1", NULL, NULL, false},
	{ROW("x", "2020-07", "1", "2020-08-20", false), 0, "1", NULL,
		"2020-08-20T23:59:59-04:00", false},
	{ROW("x", "2020-07", "1", "2020-08-20T10:00:00Z", false), 0, "1", NULL,
		"2020-08-20T10:00:00Z", false},
	{ROW("x", "2020-07", LONG, NULL, false), 0, LONG, NULL, NULL, false},
	{ROW("x", "2020-07", "-1", NULL, false), 0, "-1", NULL, NULL, true},
	{ROW("any", "2020-07-15", "-1", NULL, true), 0, "-1", NULL, NULL, false},
	{ROW("any", "2020", "1", NULL, true), 0, "1", NULL, NULL, false},
	{ROW(NULL, "2020-07", "1", NULL, false), 0, NULL,
		"indicator is missing", NULL, false},
	{ROW("nope", "2020-07", "1", NULL, false), 1, NULL, "\"nope\"", NULL, false},
	{ROW("x", NULL, "1", NULL, false), 0, NULL, "period is missing", NULL, false},
	{ROW("x", "July", "1", NULL, false), 0, NULL, "\"July\"", NULL, false},
	{ROW("x", "2020-Q3", "1", NULL, false), 0, NULL, "not a month", NULL, false},
	{ROW("x", "2020-13", "1", NULL, false), 0, NULL, "\"2020-13\"", NULL, false},
	{ROW("x", "2020-07", NULL, NULL, false), 0, NULL, "value is missing",
		NULL, false},
	{ROW("x", "2020-07", "", NULL, false), 0, NULL, "not a number", NULL, false},
	{ROW("x", "2020-07", "nan", NULL, false), 0, NULL, "\"nan\"", NULL, false},
	{ROW("x", "2020-07", "1e999999", NULL, false), 0, NULL, "not a number",
		NULL, false},
	{ROW("x", "2020-07", LONG "5", NULL, false), 0, NULL, "more than 34",
		NULL, false},
	{ROW("x", "2020-07", "1", "yesterday", false), 0, NULL, "\"yesterday\"",
		NULL, false},
	{ROW("x", "2020-07", "1\033[2J\n", NULL, false), 0, NULL,
		"\"1\\x1b[2J\\x0a\"", NULL, false},
	{ROW("x", "2024\xe5\xb9\xb4", "1", NULL, false), 0, NULL,
		"\"2024\xe5\xb9\xb4\"", NULL, false},
	{ROW("x", "2020-07", "1\xc2\xa0" "234\xff", NULL, false), 0, NULL,
		"\"1\\u00a0234\\xff\"", NULL, false},
};

static void row_world(struct world *world)
{
	struct register_ *reg;

	world_init(world);
	reg = world->reg;
	world_indicator(world, "x", FREQUENCY_MONTH, 40);
	world_indicator(world, "any", FREQUENCY_NONE, 0)->has_min = false;
	world_documents(world, "gz", 0);
	reg->sources[reg->source_count++] = (struct source){.id = "s"};
	reg->sources[reg->source_count++] = (struct source){.id = "t",
		.indicator_id = "x"};
	world_finish(world);
}

static void check_row(const struct world *world, const struct row_case *c)
{
	struct row row;
	struct error error = {0};
	struct decimal value;
	const struct zone *zone = world->reg->instruments[0].zone;
	int result = row_check(world->reg, c->source, zone, &c->text, &row,
		&error);

	if (!c->want) {
		assert_int_equal(result, -1);
		if (!strstr(error.text, c->want_error))
			fail_msg("'%s' in '%s'", c->want_error, error.text);
		return;
	}
	if (result < 0)
		fail_msg("%s", error.text);
	assert_true(decimal_read(c->want, &value));
	assert_true(decimal_equal(row.observation.value, value));
	assert_int_equal(row.observation.published, c->want_published
		? world_time(world, c->want_published) : INSTANT_MIN);
	assert_int_equal(row.observation.quarantine != QUARANTINE_NONE,
		c->want_quarantined);
	assert_int_equal(row.observation.provisional, c->text.provisional);
}

static void test_rows(void **state)
{
	struct world world;
	(void)state;

	row_world(&world);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_row(&world, &rows[i]);
	world_release(&world);
}

#define FIFTY "0123456789012345678901234567890123456789012345678é"
#define FIVE_HUNDRED FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY

/* A title of 1,530 bytes, of which 1,000 would end within a character. */
static const char long_title[] = FIVE_HUNDRED FIVE_HUNDRED FIVE_HUNDRED;

static const struct document_case {
	struct row_text text;
	const char *want_key;	/* NULL: an error */
	const char *want;	/* words of it; or the title */
	const char *want_period;
} document_rows[] = {
	{{.key = "k", .title = "T", .url = "http://u", .text = "x",
		.period = "2020-07-15"}, "k", "T", "2020-07-15"},
	{{.title = "T", .url = "http://u"}, "http://u", "T", ""},
	{{.title = "T", .key = "", .url = ""}, "T", "T", ""},
	{{.key = "k", .text = "x"}, "k", "", ""},
	{{.key = "k", .title = long_title}, "k", FIVE_HUNDRED, ""},
	{{.key = "k"}, NULL, "title and text are missing", NULL},
	{{.text = "x"}, NULL, "nothing tells this document", NULL},
	{{.title = long_title}, NULL, "longer than 500 bytes", NULL},
	{{.key = "k", .title = "T", .period = "soon"}, NULL, "\"soon\"", NULL},
	{{.key = "k", .title = "T", .published = "soon"}, NULL, "\"soon\"",
		NULL},
	{{.key = "k", .title = "\xff"}, NULL, "title is not UTF-8", NULL},
	{{.key = "k", .title = "T", .url = long_title}, "k", "T", ""},
};

static void check_document(const struct world *world,
	const struct document_case *c)
{
	struct row_text text = c->text;
	struct error error = {0};
	struct text period;
	struct row row;
	int result;

	text.indicator = "gz";
	result = row_check(world->reg, 0, zone_utc(), &text, &row, &error);
	if (c->want_key == NULL) {
		assert_int_equal(result, -1);
		if (!strstr(error.text, c->want))
			fail_msg("'%s' in '%s'", c->want, error.text);
		return;
	}
	if (result < 0)
		fail_msg("%s", error.text);
	assert_string_equal(row.document->key, c->want_key);
	assert_memory_equal(row.document->title, c->want, strlen(c->want));
	assert_true(strlen(row.document->title) <= DOCUMENT_TITLE_MAX);
	assert_true(utf8_is_valid(row.document->title,
		strlen(row.document->title)));
	text_init(&period, 0);
	if (!period_is_none(row.observation.period))
		text_add_period(&period, row.observation.period);
	assert_string_equal(text_string(&period), c->want_period);
	text_release(&period);
	row_release(&row);
}

static void test_documents(void **state)
{
	struct world world;
	(void)state;

	row_world(&world);
	for (size_t i = 0; i < sizeof(document_rows) / sizeof(*document_rows);
	    i++)
		check_document(&world, &document_rows[i]);
	world_release(&world);
}

static void test_published_assumed(void **state)
{
	struct world world;
	struct period june;
	(void)state;

	row_world(&world);
	assert_true(period_read("2020-06", &june));
	assert_int_equal(row_published_assumed(&world.reg->indicators[0], june,
		world.reg->instruments[0].zone),
		world_time(&world, "2020-08-09T23:59:59-04:00"));
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_published_assumed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
