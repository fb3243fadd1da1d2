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
	{28, false,
		"ID           PACE  TITLE\n"
		"goods/2020  0.449  All good…\n"
		"x                  中国承诺…\n"
		"bad\\x1b[2J\n"},
	{27, false,
		"ID           PACE  TITLE\n"
		"goods/2020  0.449  All goo…\n"
		"x                  中国承…\n"
		"bad\\x1b[2J\n"},
	{1, false,
		"ID           PACE  TIT…\n"
		"goods/2020  0.449  All…\n"
		"x                  中…\n"
		"bad\\x1b[2J\n"},
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
	grid_print(grid, &out, 12, false);
	assert_string_equal(text_string(&out), "A      B\n1234…  1234…\n");
	text_release(&out);
	grid_free(grid);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grid_fits_its_width),
		cmocka_unit_test(widest_column_gives_first),
		cmocka_unit_test(grid_is_csv),
		cmocka_unit_test(rows_come_one_by_one),
		cmocka_unit_test(empty_grid_has_its_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
