/*
 * New documents: told from the second good answer of a source on, an event for
 * each indicator and poll.
 */
#include "rig.h"

/* "gz" is named by its source, and "other" is not. */
static void news_init(struct rig *rig)
{
	rig_init(rig, FIRST_SIGHT_EACH);
	rig->only_events = true;
	world_documents(&rig->world, "gz", 0);
	world_documents(&rig->world, "other", 0);
	rig_source(&rig->world, "a")->indicator_id = "gz";
	world_finish(&rig->world);
	rig->log_reasons = true;
	rig->hold_fetches = true;
	rig_start(rig, "2020-03-01T12:00:00Z");
	rig->fetch_count = 0;
}

struct listed {
	const char *indicator, *key, *title, *url;
};

/* A poll that finds these; a key NULL ends them. */
static void poll_outcome(struct rig *rig, const struct listed *listed,
	enum fetch_outcome outcome)
{
	struct row rows[16] = {{0}};
	struct fetch_report report = {.started = rig->now,
		.finished = rig->now, .outcome = outcome, .retry_after = -1,
		.max_age = -1};
	size_t count = 0;

	for (; listed && listed->key; listed++, count++) {
		const struct document document = {.key = listed->key,
			.title = listed->title, .url = listed->url, .text = "",
			.source = ""};
		rows[count] = (struct row){.indicator = register_indicator(
			rig->present->reg, listed->indicator)};
		assert_true(period_read("2020-02-20",
			&rows[count].observation.period));
		rows[count].observation.published = rig->now;
		rows[count].document = document_copy(&document);
	}
	report.rows = count;
	engine_fetched(rig->engine, 0, &report, rows, count, rig->now,
		&rig->effects);
	rig_perform(rig);
	for (size_t i = 0; i < count; i++)
		row_release(&rows[i]);
	rig_work(rig);
	rig->fetch_count = 0;
	rig->now += DAY;
}

static void poll(struct rig *rig, const struct listed *listed)
{
	poll_outcome(rig, listed, listed ? FETCH_CHANGED : FETCH_UNCHANGED);
}

static void test_told(void **state)
{
	static const struct listed first[] = {
		{"gz", "1", "Old", ""}, {"gz", "2", "Older", ""}, {0}};
	static const struct listed second[] = {
		{"gz", "1", "Old", ""},
		{"gz", "3", "A law on  foreign\n investment", "https://g.cn/3"},
		{0}};
	static const struct listed revised[] = {
		{"gz", "3", "A law, corrected", "https://g.cn/3"}, {0}};
	static const struct listed many[] = {
		{"gz", "4", "Four", "https://g.cn/4"}, {"gz", "5", "Five", ""},
		{"gz", "6", "", ""}, {"gz", "7", "Seven", ""},
		{"gz", "8", "Eight", ""}, {"gz", "1", "Old", ""}, {0}};
	struct rig rig;
	(void)state;

	news_init(&rig);
	poll_outcome(&rig, NULL, FETCH_FAILED);
	poll(&rig, first);
	rig_expect(&rig, "");
	rig_restart(&rig);
	rig.fetch_count = 0;
	poll(&rig, NULL);
	poll(&rig, second);
	rig_expect(&rig, "new_document gz\n"
		"  1 new document: A law on foreign investment "
		"https://g.cn/3\n");
	poll(&rig, second);
	poll(&rig, revised);
	rig_expect(&rig, "");
	poll(&rig, many);
	rig_expect(&rig, "new_document gz\n"
		"  5 new documents: Four https://g.cn/4; Five; 6; and 2 more\n");
	rig_release(&rig);
}

/* A source that was read before and listed nothing has news when it does; what it
   lists of an indicator that it does not name has, once it is known to. */
static void test_first(void **state)
{
	static const struct listed none[] = {{0}};
	static const struct listed both[] = {
		{"gz", "1", "One", ""}, {"other", "1", "One", ""}, {0}};
	static const struct listed more[] = {
		{"gz", "2", "Two", ""}, {"other", "2", "Two", ""}, {0}};
	struct rig rig;
	(void)state;

	news_init(&rig);
	poll(&rig, none);
	poll(&rig, both);
	rig_expect(&rig, "new_document gz\n  1 new document: One\n");
	rig_restart(&rig);
	rig.fetch_count = 0;
	poll(&rig, more);
	rig_expect(&rig, "new_document gz\n  1 new document: Two\n"
		"new_document other\n  1 new document: Two\n");
	rig_release(&rig);
}

/* Another program may give the same documents other keys. */
static void test_another_program(void **state)
{
	static const struct listed before[] = {{"gz", "1", "One", ""}, {0}};
	static const struct listed after[] = {{"gz", "g-1", "One", ""}, {0}};
	static const struct listed news[] = {{"gz", "g-2", "Two", ""}, {0}};
	struct rig rig;
	(void)state;

	news_init(&rig);
	poll(&rig, before);
	world_init(&rig.next_world);
	world_documents(&rig.next_world, "gz", 0);
	rig_source(&rig.next_world, "a")->indicator_id = "gz";
	rig.next_world.reg->sources[0].extract = ".[]";
	world_finish(&rig.next_world);
	rig.present = &rig.next_world;
	engine_reload(rig.engine, rig.next_world.reg, &rig.settings, rig.now,
		&rig.effects);
	rig_perform(&rig);
	poll(&rig, after);
	rig_expect(&rig, "");
	poll(&rig, news);
	rig_expect(&rig, "new_document gz\n  1 new document: Two\n");
	rig_release(&rig);
}

/* Titles are others' words: on one line, cut, and harmless. */
static void test_titles(void **state)
{
	static const struct listed none[] = {{0}};
	char title[400], url[300];
	const struct listed long_one[] = {
		{"gz", "1", title, url}, {"gz", "2", "Bell\a", ""}, {0}};
	struct rig rig;
	(void)state;

	memset(title, 0, sizeof(title));
	for (int i = 0; i < 50; i++)
		memcpy(title + 3 * i, "法", 3);
	memset(url, 'u', sizeof(url));
	url[sizeof(url) - 1] = '\0';
	news_init(&rig);
	poll(&rig, none);
	poll(&rig, long_one);
	rig_expect(&rig, "new_document gz\n  2 new documents: "
		"法法法法法法法法法法法法法法法法法法法法法法法法法法…; "
		"Bell\\x07\n");
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_another_program),
		cmocka_unit_test(test_titles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
