/*
 * Frames: what is written is read, and nothing is read past the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/frame.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void frame_build(struct text *text)
{
	text_init(text, 0);
	frame_begin(text);
	frame_put_string(text, 1, "census");
	frame_put_string(text, 2, NULL);
	frame_put_int(text, 3, -42);
	frame_put(text, 3, "a\0b", 3);
	frame_put(text, 4, NULL, 0);
	frame_end(text);
}

static void frame_is_read_as_written(void **state)
{
	struct text text;
	struct frame_reader reader;
	struct frame_field field;
	size_t length;
	char *string;

	(void)state;
	frame_build(&text);
	assert_true(frame_length((const uint8_t *)text.data, &length));
	assert_int_equal(length, text.length - FRAME_HEADER);
	frame_reader_init(&reader, text.data + FRAME_HEADER, length);
	assert_true(frame_next(&reader, &field));
	assert_int_equal(field.tag, 1);
	string = frame_field_string(&field);
	assert_string_equal(string, "census");
	free(string);
	assert_int_equal(frame_field_int(&field), 0);
	assert_true(frame_next(&reader, &field));
	assert_int_equal(field.tag, 3);
	assert_int_equal(frame_field_int(&field), -42);
	assert_true(frame_next(&reader, &field));
	assert_int_equal(field.length, 3);
	string = frame_field_string(&field);
	assert_string_equal(string, "a");
	free(string);
	assert_true(frame_next(&reader, &field));
	assert_int_equal(field.length, 0);
	assert_false(frame_next(&reader, &field));
	assert_false(reader.broken);
	text_release(&text);
}

/* Each in memory of its own size, so that a sanitizer sees a byte too far. */
static void truncated_frames_break(void **state)
{
	struct text text;
	size_t whole[] = {0, 11, 24, 32, 37};	/* ends of fields */

	(void)state;
	frame_build(&text);
	assert_int_equal(text.length - FRAME_HEADER, 37);
	for (size_t length = 0; length <= 37; length++) {
		char *copy = malloc(length + 1);
		struct frame_reader reader;
		struct frame_field field;
		bool want_broken = true;

		memcpy(copy, text.data + FRAME_HEADER, length);
		copy = realloc(copy, length != 0 ? length : 1);
		frame_reader_init(&reader, copy, length);
		while (frame_next(&reader, &field))
			free(frame_field_string(&field));
		for (size_t i = 0; i < COUNT(whole); i++)
			if (whole[i] == length)
				want_broken = false;
		assert_int_equal(reader.broken, want_broken);
		assert_false(frame_next(&reader, &field));
		free(copy);
	}
	text_release(&text);
}

static void lengths_are_limited(void **state)
{
	static const uint8_t most[] = {4, 0, 0, 0}, more[] = {4, 0, 0, 1};
	static const uint8_t overlong[] = {1, 0xff, 0xff, 0xff, 0xff, 'x'};
	struct frame_reader reader;
	struct frame_field field;
	struct text text;
	size_t length;

	(void)state;
	assert_true(frame_length(most, &length));
	assert_int_equal(length, FRAME_MAX);
	assert_false(frame_length(more, &length));
	frame_reader_init(&reader, overlong, sizeof overlong);
	assert_false(frame_next(&reader, &field));
	assert_true(reader.broken);
	frame_reader_init(&reader, NULL, 0);
	assert_false(frame_next(&reader, &field));
	assert_false(reader.broken);
	text_init(&text, 20);
	frame_begin(&text);
	frame_put_string(&text, 1, "more than the text may hold");
	frame_end(&text);
	assert_true(text.cut);
	text_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_is_read_as_written),
		cmocka_unit_test(truncated_frames_break),
		cmocka_unit_test(lengths_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
