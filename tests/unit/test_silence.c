/*
 * What a silence, or a question of routes, looks at: the words of a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/silence.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct label labels[] = {{"sector", "farms"}, {"place", "New York"}};

static void rig_init(struct world *world)
{
	world_init(world);
	world_indicator(world, "x", FREQUENCY_MONTH, 0);
	world_indicator(world, "census", FREQUENCY_MONTH, 0);
	struct milestone *a = world_milestone(world, "a", "2020-12-31",
		"sum(x, 2020) >= 1");
	a->labels = labels;
	a->label_count = COUNT(labels);
	world_milestone(world, "b", "2020-12-31", "sum(x, 2020) >= 1");
	world->reg->sources[world->reg->source_count++] = (struct source){
		.id = "census", .url = "http://s/", .extract = "."};
	world->reg->sources[world->reg->source_count++] = (struct source){
		.id = "gazette", .url = "http://s/", .extract = "."};
	world_finish(world);
}

/* want: the words as they are kept; else what the error says. */
static const struct {
	const char *words;
	bool without;		/* a register */
	const char *want, *want_error;
} lines[] = {
	{"obligor=CN kind=at_risk", false, "obligor=CN kind=at_risk", NULL},
	{"  obligor=CN   kind=at_*  ", true, "obligor=CN kind=at_*", NULL},
	{"place=\"New York\"", false, "place=\"New York\"", NULL},
	{"place=\"New\"", true, "place=New", NULL},
	{"sector=farms", false, "labels.sector=farms", NULL},
	{"sector=farms", true, "labels.sector=farms", NULL},
	{"labels.region=north", false, "labels.region=north", NULL},
	{"label.region=north", true, "labels.region=north", NULL},
	{"source=a=b", true, "source=a=b", NULL},
	{"p/a", false, "milestone=p/a", NULL},
	{"p", false, "pledge=p", NULL},
	{"gazette", false, "source=gazette", NULL},
	{"x severity=critical", false, "indicator=x severity=critical", NULL},
	{"deal", false, "instrument=deal", NULL},
	{"\"p/a\"", false, "milestone=p/a", NULL},
	{"kind=[a-b]*", true, "kind=[a-b]*", NULL},

	{"", true, NULL, "it is empty: say what shall match, as in obligor=CN "
		"kind=at_risk"},
	{"   ", false, NULL, "it is empty: say what shall match, as in "
		"obligor=CN kind=at_risk"},
	{"obligr=CN", false, NULL, "obligr=CN: there is no field and no label "
		"'obligr'; did you mean 'obligor'?"},
	{"obligr=CN", true, NULL, "obligr=CN: there is no field 'obligr'; did "
		"you mean 'obligor'?"},
	{"kind=slipped colour=red", false, NULL, "colour=red: there is no field "
		"and no label 'colour'"},
	{"labels.=x", true, NULL, "labels.=x: there is no field 'labels.'"},
	{"kind=at_rsk", true, NULL, "kind=at_rsk: there is no such kind; did "
		"you mean 'at_risk'?"},
	{"severity=high", true, NULL, "severity=high: there is no such severity"},
	{"class=operators", true, NULL, "class=operators: there is no such "
		"class; did you mean 'operator'?"},
	{"p/aa", false, NULL, "p/aa: there is no milestone, pledge, source, "
		"indicator or instrument of this id, and no '=', as in "
		"obligor=CN; did you mean 'p/a'?"},
	{"p/a", true, NULL, "p/a: there is no milestone, pledge, source, "
		"indicator or instrument of this id, and no '=', as in "
		"obligor=CN"},
	{"census", false, NULL, "census is the id of several things: write "
		"source=census or indicator=census"},
	{"obligor=", true, NULL, "obligor=: a pattern is missing; '*' is any"},
	{"obligor=\"\"", true, NULL, "obligor=\"\": a pattern is missing; '*' "
		"is any"},
	{"=CN", true, NULL, "=CN: what shall match is missing before '='"},
	{"place=\"New York", true, NULL, "place=\"New York: the quotes are not "
		"closed"},
	{"place=\"New\"York", true, NULL, "place=\"New\"York: a space is "
		"missing behind the quotes"},
	{"obligor=C\tN", true, NULL, "a control character stands in it"},
	{"a=1 a=2 a=3 a=4 a=5 a=6 a=7 a=8 a=9 a=1 a=2 a=3 a=4 a=5 a=6 a=7 a=8",
		true, NULL, "a=8: more than 16 words"},
};

static void words_are_read(void **state)
{
	struct world world;

	(void)state;
	rig_init(&world);
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct error error = {0};
		size_t count = 0;
		struct text kept;
		struct match *matches = match_words_read(lines[i].words,
			lines[i].without ? NULL : world.reg, &count, &error);

		text_init(&kept, 0);
		if (matches)
			match_words_write(matches, count, &kept);
		if (!matches != !lines[i].want || (matches &&
				!string_is(text_string(&kept), lines[i].want)))
			fail_msg("'%s': '%s' (%s)", lines[i].words,
				text_string(&kept), error.text);
		if (!matches && !string_is(error.text, lines[i].want_error))
			fail_msg("'%s': %s", lines[i].words, error.text);
		text_release(&kept);
		free(matches);
	}
	world_release(&world);
}

/* What was kept is read again as the same, whatever the register has become. */
static void kept_words_stay(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct text again;
		size_t count;

		if (!lines[i].want)
			continue;
		struct match *matches = match_words_read(lines[i].want, NULL,
			&count, NULL);
		assert_non_null(matches);
		text_init(&again, 0);
		match_words_write(matches, count, &again);
		assert_string_equal(text_string(&again), lines[i].want);
		text_release(&again);
		free(matches);
	}
}

static void words_are_bounded(void **state)
{
	char words[MATCH_WORDS_MAX + 2];
	struct error error;
	size_t count;

	(void)state;
	memset(words, 'x', sizeof words);
	memcpy(words, "kind=*", 6);
	words[MATCH_WORDS_MAX] = '\0';
	struct match *matches = match_words_read(words, NULL, &count, &error);
	assert_non_null(matches);
	assert_int_equal(strlen(matches[0].pattern), MATCH_WORDS_MAX - 5);
	free(matches);
	words[MATCH_WORDS_MAX] = 'x';
	words[MATCH_WORDS_MAX + 1] = '\0';
	assert_null(match_words_read(words, NULL, &count, &error));
	assert_int_equal(error.kind, ERROR_LIMIT);
	/* They are kept written out, and read again after a restart. */
	memcpy(words, "crop=*", 6);
	words[MATCH_WORDS_MAX] = '\0';
	assert_null(match_words_read(words, NULL, &count, &error));
	assert_int_equal(error.kind, ERROR_LIMIT);
	words[MATCH_WORDS_MAX - 7] = '\0';
	matches = match_words_read(words, NULL, &count, &error);
	assert_non_null(matches);
	free(matches);
}

static void a_silence_holds_in_its_time(void **state)
{
	struct silence silence = {.from = 10, .until = 20,
		.ended = INSTANT_MAX};

	(void)state;
	assert_false(silence_holds(&silence, 9));
	assert_true(silence_holds(&silence, 10));
	assert_true(silence_holds(&silence, 19));
	assert_false(silence_holds(&silence, 20));
	silence.ended = 15;
	assert_true(silence_holds(&silence, 14));
	assert_false(silence_holds(&silence, 15));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_read),
		cmocka_unit_test(kept_words_stay),
		cmocka_unit_test(words_are_bounded),
		cmocka_unit_test(a_silence_holds_in_its_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
