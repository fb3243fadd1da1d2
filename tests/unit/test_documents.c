/*
 * Documents, polls and what people attest, and how milestones are judged by
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/documents.h"
#include "core/polled.h"
#include "world.h"

/* ---- versions ---------------------------------------------------------------- */

static const struct version_case {
	const char *key, *text;
	instant published, recorded;
	int64_t id;
	enum series_news want;
} versions[] = {
	{"a", "one", 10, 10, 0, SERIES_NEW},
	{"a", "one", 20, 20, 0, SERIES_SAME},
	{"b", "one", 20, 20, 0, SERIES_NEW},
	{"a", "two", 30, 30, 0, SERIES_REVISED},
	{"a", "one", 40, 40, 0, SERIES_REVISED},	/* it went and came back */
	{"a", "old", 5, 50, 0, SERIES_EARLIER},
	{"a", "one", 60, 60, 7, SERIES_REVISED},	/* a row of the store */
	{"a", "one", 60, 60, 7, SERIES_SAME},
};

static void test_versions(void **state)
{
	struct documents documents;
	(void)state;

	documents_init(&documents);
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		const struct version_case *c = &versions[i];
		const struct document document = {.key = c->key, .title = "",
			.url = "", .text = c->text, .source = "s",
			.published = c->published, .recorded = c->recorded,
			.id = c->id};
		const struct document *kept = NULL;

		if (documents_add(&documents, &document, &kept) != c->want)
			fail_msg("version %zu", i);
		assert_true((kept != NULL) == (c->want != SERIES_SAME));
	}
	assert_int_equal(documents.count, 6);
	assert_int_equal(documents.source_count, 1);
	assert_int_equal(documents.sources[0].published, 5);
	documents_release(&documents);
}

static void collect(void *context, const struct document *document,
	instant dated)
{
	struct text *out = context;

	text_addf(out, "%s=%s@%lld ", document->key, document->text,
		(long long)dated);
}

/* What was known at a time, whatever came later. */
static void test_knowledge(void **state)
{
	static const struct {
		struct knowledge known;
		const char *want;
	} cases[] = {
		{{9, INSTANT_MAX}, ""},
		{{10, INSTANT_MAX}, "a=one@10 "},
		{{INSTANT_MAX, 29}, "a=one@10 "},
		{{30, 30}, "a=two@10 "},
		{{INSTANT_MAX, INSTANT_MAX}, "a=two@10 "},
	};
	const struct document first = {.key = "a", .title = "", .url = "",
		.text = "one", .source = "", .published = 10, .recorded = 10};
	struct document second = first;
	struct documents documents;
	(void)state;

	second.text = "two";
	second.published = second.recorded = 30;
	documents_init(&documents);
	documents_add(&documents, &first, NULL);
	documents_add(&documents, &second, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text out;

		text_init(&out, 0);
		documents_visit(&documents, cases[i].known, zone_utc(), collect,
			&out);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
	documents_release(&documents);
}

/* Asked on and on as time goes, it answers as when asked for the first time. */
static void test_advance(void **state)
{
	struct arena *arena = arena_new();
	struct pattern_fault fault;
	const struct pattern *pattern = pattern_compile(arena, "[02468]$",
		&fault);
	struct documents walked;
	(void)state;

	documents_init(&walked);
	for (int i = 0; i < 200; i++) {
		char key[16], title[16];
		const struct document document = {.key = key, .title = title,
			.url = "", .text = "", .source = "",
			.published = 1000 + i * 7919 % 500, .recorded = 0,
			.period = {i % 3 == 0 ? FREQUENCY_POINT :
			FREQUENCY_NONE, 1000 + i * 31 % 700}};

		snprintf(key, sizeof key, "%d", i < 190 ? i : i - 100);
		snprintf(title, sizeof title, "%d", i);
		documents_add(&walked, &document, NULL);
	}
	for (instant at = 990; at < 1510; at += 7) {
		const struct knowledge known = {at, INSTANT_MAX};
		const struct sightings *a, *b;
		struct documents fresh;

		documents_init(&fresh);
		for (size_t i = 0; i < walked.count; i++)
			documents_add(&fresh, walked.items[i], NULL);
		a = documents_sightings(&walked, pattern, known, zone_utc());
		b = documents_sightings(&fresh, pattern, known, zone_utc());
		assert_int_equal(a->count, b->count);
		assert_memory_equal(a->dates, b->dates,
			a->count * sizeof *a->dates);
		assert_int_equal(documents_next(&walked, at, zone_utc()),
			documents_next(&fresh, at, zone_utc()));
		documents_release(&fresh);
	}
	documents_release(&walked);
	arena_free(arena);
}

/* ---- polls -------------------------------------------------------------------- */

#define AT(time) ((struct polled_time){time, time})

static void test_polled(void **state)
{
	struct polled_times polled;
	(void)state;

	polled_init(&polled);
	assert_int_equal(polled_last(&polled, false, (struct knowledge){50, 50}),
		INSTANT_MIN);
	assert_true(polled_add(&polled, AT(10), FETCH_CHANGED, 1, 0));
	assert_true(polled_add(&polled, AT(20), FETCH_UNCHANGED, 0, 0));
	assert_false(polled_add(&polled, AT(30), FETCH_FAILED, 0, 0));
	assert_false(polled_add(&polled, AT(40), FETCH_CHANGED, 1, 1));
	/* The same as what had a fault has it still. */
	assert_false(polled_add(&polled, AT(50), FETCH_UNCHANGED, 0, 0));
	assert_true(polled_add(&polled, AT(60), FETCH_CHANGED, 1, 0));
	/* The clock was set back. */
	assert_true(polled_add(&polled, AT(55), FETCH_UNCHANGED, 0, 0));
	/* Nothing was found: it may be anything but an empty list. */
	assert_true(polled_add(&polled, AT(110), FETCH_CHANGED, 0, 0));
	assert_true(polled_add(&polled, AT(120), FETCH_UNCHANGED, 0, 0));
	static const instant wanted[][2] = {{9, INSTANT_MIN}, {10, 10}, {19, 10},
		{20, 20}, {59, 20}, {60, 60}, {99, 60}, {130, 60}};

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		assert_int_equal(polled_last(&polled, false, (struct knowledge){
			wanted[i][0], INSTANT_MAX}), wanted[i][1]);
		assert_int_equal(polled_last(&polled, false, (struct knowledge){
			INSTANT_MAX, wanted[i][0]}), wanted[i][1]);
	}
	/* … unless the source answers so. */
	assert_int_equal(polled_last(&polled, true, (struct knowledge){
		130, INSTANT_MAX}), 120);
	assert_int_equal(polled_last(&polled, true, (struct knowledge){
		99, INSTANT_MAX}), 60);
	polled_release(&polled);
}

/* One that was still under way is not known yet. */
static void test_polled_under_way(void **state)
{
	struct polled_times polled;
	(void)state;

	polled_init(&polled);
	assert_true(polled_add(&polled, AT(10), FETCH_CHANGED, 1, 0));
	assert_true(polled_add(&polled, (struct polled_time){20, 35},
		FETCH_CHANGED, 1, 0));
	static const instant wanted[][2] = {{19, 10}, {20, 10}, {34, 10}, {35, 20},
		{INSTANT_MAX, 20}};

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		assert_int_equal(polled_last(&polled, false, (struct knowledge){50,
			wanted[i][0]}), wanted[i][1]);
	polled_release(&polled);
}

/* ---- milestones over documents --------------------------------------------------- */

static void gazettes(struct world *world)
{
	struct register_ *reg;

	world_init(world);
	reg = world->reg;
	world_documents(world, "gz", 0);
	world_documents(world, "two", 0);
	reg->sources[reg->source_count++] = (struct source){.id = "a",
		.indicator_id = "gz", .every = 86400};
	reg->sources[reg->source_count++] = (struct source){.id = "b",
		.indicator_id = "two", .every = 86400};
	reg->sources[reg->source_count++] = (struct source){.id = "c",
		.indicator_id = "two", .every = 86400};
	world_milestone(world, "law", "2020-06-30", "exists(gz, \"law\")");
	world_milestone(world, "clean", "2020-06-30", "not exists(gz, \"ban\")")
		->mode = MODE_THROUGHOUT;
	world_milestone(world, "many", "2020-12-31", "count(gz, 2020-Q2) >= 2");
	world_milestone(world, "both", "2020-06-30", "exists(two)");
	world_finish(world);
}

static const struct judged_case {
	const char *milestone, *as_of;
	enum status want;
	enum assurance want_knowledge;
} judged[] = {
	{"p/law", "2020-02-20", STATUS_PENDING, KNOWLEDGE_NO_DATA},
	{"p/law", "2020-03-02", STATUS_PENDING, KNOWLEDGE_ASSESSED},
	{"p/law", "2020-05-20", STATUS_MET, KNOWLEDGE_ASSESSED},
	{"p/clean", "2020-03-02", STATUS_PENDING, KNOWLEDGE_ASSESSED},
	/* No poll after the due date yet: of its last days nothing is known. */
	{"p/clean", "2020-07-01", STATUS_AWAITING_DATA, KNOWLEDGE_STALE},
	{"p/clean", "2020-07-02T10:00:00Z", STATUS_UNVERIFIED, KNOWLEDGE_STALE},
	{"p/clean", "2020-07-02", STATUS_MET, KNOWLEDGE_ASSESSED},
	{"p/many", "2020-06-20", STATUS_PENDING, KNOWLEDGE_STALE},
	{"p/many", "2020-07-02", STATUS_NOT_MET, KNOWLEDGE_ASSESSED},
	/* Both sources must have been read. */
	{"p/both", "2020-07-02", STATUS_UNVERIFIED, KNOWLEDGE_NO_DATA},
	{"p/both", "2020-07-03T12:00:00Z", STATUS_NOT_MET, KNOWLEDGE_ASSESSED},
};

static void test_documents(void **state)
{
	struct world world;
	(void)state;

	gazettes(&world);
	world_polled(&world, "a", "2020-03-01T12:00:00Z");
	world_document(&world, "gz", "n1", "2020-05-10", "The new law",
		"2020-05-12");
	world_polled(&world, "a", "2020-05-12T12:00:00Z");
	world_polled(&world, "a", "2020-07-02T12:00:00Z");
	world_polled(&world, "b", "2020-07-01T12:00:00Z");
	world_polled(&world, "c", "2020-07-03T12:00:00Z");
	for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
		const struct judged_case *c = &judged[i];
		struct assessment got = world_assess(&world, c->milestone,
			c->as_of);

		if (got.status != c->want || got.knowledge != c->want_knowledge)
			fail_msg("%s as of %s: %s, %s", c->milestone, c->as_of,
				status_name(got.status),
				assurance_name(got.knowledge));
	}
	struct assessment law = world_assess(&world, "p/law", "2020-12-31");

	assert_int_equal(date_compare(law.event_date,
		(struct date){2020, 5, 10}), 0);
	law = world_assess(&world, "p/clean", "2020-07-01");
	assert_string_equal(world_reason(&world, "p/clean", &law),
		"gz was not read past 2020-06-30 yet: not exists(gz, \"ban\")");
	world_release(&world);
}

/* When time alone changes the answer is told. */
static void test_wakes(void **state)
{
	struct world world;
	(void)state;

	gazettes(&world);
	world_polled(&world, "a", "2020-03-01T12:00:00Z");
	world_document(&world, "gz", "n1", "2020-04-10", "x", "2020-03-20");
	struct assessment got = world_assess(&world, "p/law", "2020-03-01");

	/* Two polls missed; before it, the document is published. */
	assert_int_equal(got.next, world_time(&world, "2020-03-03T12:00:01Z"));
	got = world_assess(&world, "p/law", "2020-03-10");
	assert_int_equal(got.next, world_time(&world, "2020-03-20"));
	got = world_assess(&world, "p/law", "2020-03-21");
	assert_int_equal(got.next, world_time(&world, "2020-04-10"));
	got = world_assess(&world, "p/many", "2020-04-11");
	assert_int_equal(got.next, world_time(&world, "2020-06-30") + 1);
	world_release(&world);
}

/* ---- people ------------------------------------------------------------------------ */

static struct registered *say(struct world *world, const char *milestone,
	const char *key, const char *by, struct date on)
{
	struct register_ *reg = world->reg;
	struct registered *item;

	if (reg->registered == NULL)
		reg->registered = arena_alloc(reg->arena, WORLD_THINGS_MAX,
			sizeof *reg->registered);
	item = &reg->registered[reg->registered_count++];
	*item = (struct registered){.milestone = milestone,
		.origin = {"test.conf", 9, 0},
		.attestation = {.key = key, .by = by, .evidence = "",
			.note = "", .on = on}};
	return item;
}

static void people(struct world *world)
{
	world_init(world);
	world_milestone(world, "law", "2020-06-30", "attested(\"adopted\")");
	world_milestone(world, "pair", "2020-06-30", "attested(\"adopted\", 2)")
		->clauses = NULL;
	world_clauses(world, &world->reg->milestones[0])->has_sustain = true;
	world_clauses(world, &world->reg->milestones[0])->sustain_forever = true;
	say(world, "p/pair", "adopted", "anna", (struct date){2020, 5, 1});
	world_finish(world);
}

static void test_attestations(void **state)
{
	struct world world;
	struct assessment got;
	(void)state;

	people(&world);
	got = world_assess(&world, "p/law", "2020-07-10");
	assert_int_equal(got.status, STATUS_UNVERIFIED);
	assert_int_equal(got.knowledge, KNOWLEDGE_NO_DATA);
	assert_string_equal(world_reason(&world, "p/law", &got),
		"nobody has attested it: attested(\"adopted\")");
	world_attest(&world, "p/law", "adopted", "anna", true, "2020-03-04",
		"2020-03-10");
	got = world_assess(&world, "p/law", "2020-03-09");
	assert_int_equal(got.status, STATUS_PENDING);
	got = world_assess(&world, "p/law", "2020-03-10");
	assert_int_equal(got.status, STATUS_MET);
	assert_int_equal(date_compare(got.event_date,
		(struct date){2020, 3, 4}), 0);
	world_attest(&world, "p/law", "adopted", "anna", false, "2020-08-01",
		"2020-08-02");
	got = world_assess(&world, "p/law", "2020-08-02");
	assert_int_equal(got.status, STATUS_REVERSED);
	/* The second of two, one in the register, one to the daemon. */
	got = world_assess(&world, "p/pair", "2020-06-01");
	assert_int_equal(got.status, STATUS_PENDING);
	world_attest(&world, "p/pair", "adopted", "anna", true, "2020-05-02",
		"2020-06-02");
	got = world_assess(&world, "p/pair", "2020-06-02");
	assert_int_equal(got.status, STATUS_PENDING);
	world_attest(&world, "p/pair", "adopted", "ben", true, "2020-05-20",
		"2020-06-03");
	got = world_assess(&world, "p/pair", "2020-06-03");
	assert_int_equal(got.status, STATUS_MET);
	assert_int_equal(date_compare(got.event_date,
		(struct date){2020, 5, 20}), 0);
	world_attest(&world, "p/pair", "adopted", "carl", false, "2020-05-20",
		"2020-06-04");
	got = world_assess(&world, "p/pair", "2020-06-04");
	assert_int_equal(got.status, STATUS_PENDING);
	assert_int_equal(got.knowledge, KNOWLEDGE_DISPUTED);
	assert_string_equal(world_reason(&world, "p/pair", &got),
		"some say yes and some say no: attested(\"adopted\", 2)");
	world_release(&world);
}

/* Said again to the letter, it is no other statement. */
static void test_repetition(void **state)
{
	struct world world;
	const struct attestations *all;
	(void)state;

	people(&world);
	for (int i = 0; i < 3; i++)
		world_attest(&world, "p/law", "adopted", "anna", true,
			"2020-03-04", "2020-03-10");
	all = history_attestations(world.history, "p/law");
	assert_int_equal(all->count, 1);
	world_attest(&world, "p/law", "adopted", "anna", false, "2020-03-04",
		"2020-03-10");
	world_attest(&world, "p/law", "adopted", "anna", true, "2020-03-04",
		"2020-03-10");
	assert_int_equal(all->count, 3);
	assert_int_equal(world_assess(&world, "p/law", "2020-03-10").status,
		STATUS_MET);
	world_release(&world);
}

/* What was said in the same second before a restart was said before. */
static void test_same_second(void **state)
{
	struct attestation said = {.key = "k", .by = "anna", .evidence = "",
		.note = "", .yes = true, .on = {2020, 3, 4}, .at = 10,
		.recorded = 10, .id = 7};
	struct attestations all;
	(void)state;

	attestations_init(&all);
	attestations_add(&all, &said);
	said.id = 0;
	said.yes = false;
	assert_non_null(attestations_add(&all, &said));
	assert_true(all.items[0]->yes);
	assert_false(all.items[1]->yes);
	assert_null(attestations_add(&all, &said));
	attestations_release(&all);
}

static const struct fault_case {
	const char *milestone, *key, *at;
	const char *want;
} faults[] = {
	{"p/lax", "adopted", NULL, "there is no milestone 'p/lax', did you mean "
		"'p/law'?"},
	{"p/law", "adoptd", NULL, "the benchmark of p/law does not ask for "
		"'adoptd', did you mean 'adopted'?"},
	{"p/plain", "adopted", NULL, "the benchmark of p/plain does not ask for "
		"'adopted'; it would as attested(\"adopted\")"},
	{"p/law", "adopted", "2020-02-30", "'2020-02-30' is no date or time"},
	{"p/law", "adopted", "2020-03-03", "on: is after at"},
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		const struct fault_case *c = &faults[i];
		struct world world;
		size_t at;

		world_init(&world);
		world_indicator(&world, "x", FREQUENCY_MONTH, 0);
		world_milestone(&world, "law", "2020-06-30",
			"attested(\"adopted\")");
		world_milestone(&world, "plain", "2020-06-30", "last(x) > 1");
		say(&world, c->milestone, c->key, "anna",
			(struct date){2020, 3, 4})->at_said =
			world_said(c->at, 9);
		assert_int_equal(register_finish(world.reg, &world.faults), -1);
		at = world_fault(&world, c->want);
		if (at == SIZE_MAX)
			fail_msg("no '%s', but '%s'", c->want,
				world.faults.items[0].text);
		assert_int_equal(world.faults.items[at].line, 9);
		world_release(&world);
	}
}

/* Texts have no figures' settings. */
static void test_indicator_faults(void **state)
{
	struct world world;
	struct indicator *indicator;
	(void)state;

	world_init(&world);
	indicator = world_documents(&world, "gz", 0);
	indicator->frequency = FREQUENCY_MONTH;
	indicator->unit = "USD";
	assert_int_equal(register_finish(world.reg, &world.faults), -1);
	assert_int_not_equal(world_fault(&world, "frequency: does not go with "
		"kind"), SIZE_MAX);
	assert_int_not_equal(world_fault(&world, "unit: does not go with kind"),
		SIZE_MAX);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_knowledge),
		cmocka_unit_test(test_advance),
		cmocka_unit_test(test_polled),
		cmocka_unit_test(test_polled_under_way),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_wakes),
		cmocka_unit_test(test_attestations),
		cmocka_unit_test(test_repetition),
		cmocka_unit_test(test_same_second),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_indicator_faults),
	};

	return cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
