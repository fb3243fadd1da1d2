/*
 * Tables: alignment, shrinking, wide characters, colour, CSV.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/grid.h"

static struct grid *grid_example(void)
{
	struct grid *grid = grid_new();

	grid_column(grid, "ID", GRID_LEFT, false);
	grid_column(grid, "PACE", GRID_RIGHT, false);
	grid_column(grid, "TITLE", GRID_LEFT, true);
	grid_cell(grid, "goods/2020", GRID_PLAIN);
	grid_cellf(grid, GRID_BAD, "%.3f", 0.449);
	grid_cell(grid, "All goods bought, 2020", GRID_DIM);
	grid_cell(grid, "x", GRID_PLAIN);
	grid_cell(grid, NULL, GRID_PLAIN);
	grid_cell(grid, "中国承诺购买", GRID_PLAIN);
	grid_cell(grid, "bad\x1b[2J", GRID_PLAIN);
	return grid;
}

static const struct {
	size_t width;
	bool colour;
	const char *want_text;
} prints[] = {
	{0, false,
		"ID           PACE  TITLE\n"
		"goods/2020  0.449  All goods bought, 2020\n"
		"x                  中国承诺购买\n"
		"bad\\x1b[2J\n"},
	{32, false,
		"ID           PACE  TITLE\n"
		"goods/2020  0.449  All goods bo…\n"
		"x                  中国承诺购买\n"
		"bad\\x1b[2J\n"},
	{31, false,
		"ID           PACE  TITLE\n"
		"goods/2020  0.449  All goods b…\n"
		"x                  中国承诺购买\n"
		"bad\\x1b[2J\n"},
	{30, false,
		"ID           PACE\n"
		"goods/2020  0.449\n"
		"x\n"
		"bad\\x1b[2J\n"
		"no room for TITLE\n"},
	{16, false,
		"ID\n"
		"goods/2020\n"
		"x\n"
		"bad\\x1b[2J\n"
		"no room for PAC…\n"},
	{1, false,
		"ID\n"
		"goods/2020\n"
		"x\n"
		"bad\\x1b[2J\n"
		"…\n"},
	{0, true,
		"\x1b[1mID\x1b[0m           \x1b[1mPACE\x1b[0m  \x1b[1mTITLE\x1b[0m\n"
		"goods/2020  \x1b[31m0.449\x1b[0m  "
		"\x1b[2mAll goods bought, 2020\x1b[0m\n"
		"x                  中国承诺购买\n"
		"bad\\x1b[2J\n"},
};

static void grid_fits_its_width(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof prints / sizeof prints[0]; i++) {
		struct grid *grid = grid_example();
		struct text out;

		text_init(&out, 0);
		grid_print(grid, &out, prints[i].width, prints[i].colour);
		assert_string_equal(text_string(&out), prints[i].want_text);
		text_release(&out);
		grid_free(grid);
	}
}

static void widest_column_gives_first(void **state)
{
	struct grid *grid = grid_new();
	struct text out;

	(void)state;
	text_init(&out, 0);
	grid_column(grid, "A", GRID_LEFT, true);
	grid_column(grid, "B", GRID_LEFT, true);
	grid_cell(grid, "123456", GRID_PLAIN);
	grid_cell(grid, "123456789012345678901234567890", GRID_PLAIN);
	grid_print(grid, &out, 20, false);
	assert_string_equal(text_string(&out),
		"A       B\n123456  12345678901…\n");
	text_clear(&out);
	grid_print(grid, &out, 20, false);
	assert_string_equal(text_string(&out),
		"A       B\n123456  12345678901…\n");
	text_clear(&out);
	grid_print(grid, &out, 12, false);
	assert_string_equal(text_string(&out), "A\n123456\nno room for…\n");
	text_release(&out);
	grid_free(grid);
}

static const struct {
	const char *value;
	enum grid_shrink shrink;
	size_t width;
	const char *want;
} cuts[] = {
	{"purchases.energy/2020", GRID_CUT, 12, "purchases.e…"},
	{"purchases.energy/2020", GRID_CUT_MIDDLE, 12, "purcha…/2020"},
	{"purchases.energy/2020", GRID_CUT_MIDDLE, 21, "purchases.energy/2020"},
	{"purchases.energy/2020", GRID_WHOLE, 12, "purchases.energy/2020"},
	/* A wide character is there whole or not at all. */
	{"中国承诺购买", GRID_CUT, 10, "中国承诺…"},
	{"中国承诺购买", GRID_CUT, 9, "中国承诺…"},
	{"中国承诺购买", GRID_CUT, 8, "中国承…"},
	{"中国承诺购买", GRID_CUT_MIDDLE, 10, "中国…购买"},
	{"中国承诺购买", GRID_CUT_MIDDLE, 8, "中国…买"},
	{"e\xcc\x81te\xcc\x81te\xcc\x81te\xcc\x81", GRID_CUT_MIDDLE, 4,
		"e\xcc\x81t…e\xcc\x81"},
	{"e\xcc\x81te\xcc\x81te\xcc\x81te\xcc\x81", GRID_CUT_MIDDLE, 6,
		"e\xcc\x81te\xcc\x81…te\xcc\x81"},
	{"te\xcc\x81te\xcc\x81te\xcc\x81t", GRID_CUT_MIDDLE, 4,
		"te\xcc\x81…t"},
	{"12345", GRID_CUT_MIDDLE, 1, "12…5"},
};

static void cells_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct grid *grid = grid_new();
		struct text out, want;

		text_init(&out, 0);
		text_init(&want, 0);
		text_addf(&want, "-\n%s\n", cuts[i].want);
		grid_column(grid, "-", GRID_LEFT, cuts[i].shrink);
		grid_cell(grid, cuts[i].value, GRID_PLAIN);
		grid_print(grid, &out, cuts[i].width, false);
		assert_string_equal(text_string(&out), text_string(&want));
		text_release(&out);
		text_release(&want);
		grid_free(grid);
	}
}

static void grid_is_csv(void **state)
{
	struct grid *grid = grid_example();
	struct text out;

	(void)state;
	text_init(&out, 0);
	assert_int_equal(grid_rows(grid), 3);
	grid_print_csv(grid, &out);
	assert_string_equal(text_string(&out),
		"ID,PACE,TITLE\n"
		"goods/2020,0.449,\"All goods bought, 2020\"\n"
		"x,,中国承诺购买\n"
		"bad\\x1b[2J,,\n");
	text_release(&out);
	grid_free(grid);
}

/* Lines as they come: they stand below each other, unless one is longer. */
static void rows_come_one_by_one(void **state)
{
	struct grid *grid = grid_new();
	struct text out;

	(void)state;
	text_init(&out, 0);
	grid_column(grid, "ID", GRID_LEFT, true);
	grid_at_least(grid, 6);
	grid_column(grid, "WHY", GRID_LEFT, true);
	grid_print(grid, &out, 24, false);
	for (int i = 0; i < 2; i++) {
		grid_cell(grid, i == 0 ? "ab" : "longer-than", GRID_PLAIN);
		grid_cell(grid, "because of this and that", GRID_PLAIN);
		grid_print_rows(grid, &out, 24, false);
		assert_int_equal(grid_rows(grid), 0);
	}
	assert_string_equal(text_string(&out),
		"ID      WHY\n"
		"ab      because of this…\n"
		"longer-than  because of…\n");
	text_release(&out);
	grid_free(grid);
}

static void empty_grid_has_its_titles(void **state)
{
	struct grid *grid = grid_new();
	struct text out;

	(void)state;
	text_init(&out, 0);
	grid_print(grid, &out, 80, true);
	assert_string_equal(text_string(&out), "");
	grid_column(grid, "ID", GRID_LEFT, false);
	grid_print(grid, &out, 80, false);
	assert_string_equal(text_string(&out), "ID\n");
	assert_int_equal(grid_rows(grid), 0);
	text_release(&out);
	grid_free(grid);
	grid_free(NULL);
}

/* What a place is called may be what its columns are. */
static void titles_are_printable(void **state)
{
	struct grid *grid = grid_new();
	struct text out;

	(void)state;
	text_init(&out, 0);
	grid_column(grid, "a\x1b[2J\xc2\x9b\u202eb", GRID_LEFT, true);
	grid_print(grid, &out, 80, false);
	assert_string_equal(text_string(&out), "a\\x1b[2J\\x9b\\u202eb\n");
	text_release(&out);
	grid_free(grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grid_fits_its_width),
		cmocka_unit_test(widest_column_gives_first),
		cmocka_unit_test(cells_are_cut),
		cmocka_unit_test(grid_is_csv),
		cmocka_unit_test(rows_come_one_by_one),
		cmocka_unit_test(empty_grid_has_its_titles),
		cmocka_unit_test(titles_are_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
