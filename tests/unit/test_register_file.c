/*
 * Register files: what is read, what is told, and that no bytes do harm.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/preset.h"
#include "conf_golden.h"

#define MUTATIONS 1000

static void test_listings(void **state)
{
	(void)state;
	golden_check("calendar");
	golden_check("calendar-faults");
	golden_check("valid");
	golden_check("syntax");
	golden_check("register");
	golden_check("each");
	golden_check("each-values");
	golden_check("instances");
	golden_check("unsupported");
	golden_check("attested");
	golden_check("recurring");
	golden_check("sources");
	golden_check("sources-faults");
}

struct world {
	struct settings *settings;
	struct register_ *reg;
};

static int world_make(void **state)
{
	struct world *world = mem_new(1, sizeof *world);
	struct faults faults;

	faults_init(&faults);
	world->settings = settings_load("valid/pledged.conf", CONF_OFFLINE,
		&faults);
	world->reg = register_load(world->settings, &faults);
	faults_release(&faults);
	*state = world;
	return world->reg == NULL;
}

static int world_drop(void **state)
{
	struct world *world = *state;

	register_free(world->reg);
	settings_free(world->settings);
	free(world);
	return 0;
}

static bool number_is(struct decimal value, const char *text)
{
	struct decimal want;

	return decimal_read(text, &want) && decimal_equal(value, want);
}

static void test_instruments(void **state)
{
	const struct register_ *reg = ((struct world *)*state)->reg;
	const struct instrument *one = &reg->instruments[0];

	assert_int_equal(reg->instrument_count, 2);
	assert_string_equal(one->id, "phase-one");
	assert_int_equal(one->party_count, 2);
	assert_string_equal(one->parties[1], "CN");
	assert_int_equal(one->in_force.day, 14);
	assert_int_equal(one->signed_on.month, 1);
	assert_string_equal(zone_name(one->zone), "America/New_York");
	assert_int_equal(one->origin.line, 3);
	assert_string_equal(one->origin.file, "valid/register.d/10-base.conf");
	/* without one of its own: that of the settings */
	assert_string_equal(zone_name(reg->instruments[1].zone),
		"Europe/Berlin");
}

static void test_indicators(void **state)
{
	const struct register_ *reg = ((struct world *)*state)->reg;
	const struct indicator *one = &reg->indicators[0];
	const struct indicator *two = &reg->indicators[1];
	const struct indicator *three = &reg->indicators[2];

	assert_int_equal(reg->indicator_count, 3);
	assert_int_equal(one->frequency, FREQUENCY_MONTH);
	assert_int_equal(one->lag.count, 40);
	assert_int_equal(one->lag.unit, DURATION_DAY);
	assert_true(one->has_min && !one->has_max);
	assert_int_equal(decimal_sign(one->min), 0);
	assert_true(two->cumulative);
	assert_true(number_is(two->min, "-12345678901234567.25"));
	assert_true(number_is(two->max, "1500000000000"));
	assert_int_equal(three->frequency, FREQUENCY_NONE);
	assert_true(!three->has_min && three->has_max);
	assert_true(number_is(three->max, "99999999999"));
}

static void test_sources(void **state)
{
	const struct register_ *reg = ((struct world *)*state)->reg;
	const struct source *one = &reg->sources[0];
	const struct source *two = &reg->sources[1];

	assert_int_equal(reg->source_count, 3);
	assert_true(string_starts(one->url, "file:/"));
	assert_true(string_ends(one->url, "/valid/register.d/census.csv"));
	assert_int_equal(one->format, SOURCE_CSV);
	assert_string_equal(one->extract,
		"SELECT 'a' AS indicator, period FROM data");
	assert_int_equal(one->every, 86400);
	assert_int_equal(one->timeout, 20);
	assert_int_equal(one->csv_delimiter, '\t');
	assert_int_equal(one->csv_decimal, ',');
	assert_int_equal(one->csv_thousands, '.');
	assert_true(one->csv_no_header);
	assert_string_equal(one->encoding, "GB18030");
	assert_int_equal(one->csv_columns_as_count, 2);
	assert_string_equal(one->csv_columns_as[0].value, "text");
	assert_int_equal(two->format, SOURCE_JSON);
	assert_true(two->allow_private);
	assert_int_equal(two->indicator, 2);
	assert_int_equal(two->every, 0);
	assert_false(two->csv_no_header);
	assert_string_equal(reg->sources[2].url, "file:/srv/data.csv");
	assert_int_equal(reg->sources[2].indicator, NOT_FOUND);
}

static void test_pledges(void **state)
{
	const struct register_ *reg = ((struct world *)*state)->reg;
	const struct pledge *pledge = &reg->pledges[0];
	const struct milestone *one = &reg->milestones[0];
	const struct milestone *two = &reg->milestones[1];

	assert_int_equal(reg->pledge_count, 1);
	assert_string_equal(pledge->obligor, "CN");
	assert_string_equal(pledge->owner, "trade-desk");
	assert_string_equal(pledge->cite, "Annex 6.1");
	assert_int_equal(pledge->milestone_count, 3);
	assert_string_equal(one->id, "purchases.agriculture/2020");
	assert_string_equal(one->name, "2020");
	assert_int_equal(one->severity, SEVERITY_CRITICAL);
	assert_int_equal(one->mode, MODE_BY);
	assert_true(number_is(one->at_risk, "0.85"));
	assert_true(number_is(one->weight, "2.5"));
	assert_int_equal(one->grace.count, 30);
	assert_true(one->has_lag);
	assert_string_equal(milestone_label(reg, one, "sector"), "food");
	assert_string_equal(milestone_label(reg, two, "sector"), "agriculture");
	assert_int_equal(one->path->kind, PATH_SEASONAL);
	assert_int_equal(one->benchmark_said.line, 4);
	assert_int_equal(two->mode, MODE_AT);
	assert_int_equal(two->severity, SEVERITY_WARNING);
	assert_true(number_is(two->at_risk, "0.9"));
	assert_true(number_is(two->weight, "1"));
	assert_string_equal(two->baseline_said.text, "-0.1");
	assert_int_equal(two->path->kind, PATH_TABLE);
	assert_int_equal(two->path->point_count, 2);
	assert_true(number_is(two->path->points[0].value, "15000000000"));
	assert_true(number_is(two->path->points[1].value, "30000000000.01"));
}

static void test_clauses(void **state)
{
	const struct register_ *reg = ((struct world *)*state)->reg;
	const struct milestone *milestone = &reg->milestones[2];
	const struct clauses *clauses = milestone->clauses;
	const struct milestone *amended;

	assert_int_equal(reg->milestones[0].clauses->forecast,
		FORECAST_SEASONAL);
	assert_null(reg->milestones[1].clauses);
	assert_true(number_is(clauses->partial, "0.8"));
	assert_true(clauses->has_cure && clauses->cure.count == 6);
	assert_true(clauses->has_sustain && clauses->sustain_forever);
	assert_int_equal(clauses->waived.kind, WAIVER_APPLICABILITY);
	assert_string_equal(clauses->waived.reason, "drought");
	assert_string_equal(clauses->waived.authority, "Board");
	assert_int_equal(clauses->withdrawn.on.year, 2023);
	assert_string_equal(clauses->superseded.by,
		"purchases.agriculture/level");
	assert_int_equal(clauses->superseded.line, 17);
	assert_int_equal(clauses->amendment_count, 2);
	amended = clauses->amendments[0].milestone;
	assert_int_equal(amended->due_date.year, 2022);
	assert_null(amended->title);
	assert_string_equal(clauses->amendments[0].decree.authority, "Council");
	amended = clauses->amendments[1].milestone;
	assert_int_equal(amended->due_date.year, 2022);
	assert_string_equal(amended->title, "Less");
	assert_int_equal(amended->benchmark_said.line, 14);
	assert_int_equal(milestone->due_date.year, 2021);
}

/* The words of the tables are those of the core. */
static void test_words(void **state)
{
	static const char *const texts[] = {"info", "warning", "critical"};
	enum severity severity;
	enum milestone_mode mode;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(severity_parse(texts[i], &severity));
		assert_int_equal(severity, i);
	}
	assert_true(mode_parse("by", &mode) && mode == MODE_BY);
	assert_true(mode_parse("at", &mode) && mode == MODE_AT);
	assert_true(mode_parse("throughout", &mode) &&
		mode == MODE_THROUGHOUT);
}

/* --- names ----------------------------------------------------------------------- */

static void test_names(void **state)
{
	static const char conf[] = "register = [ \"none.conf\", \".\" , "
		"\"/dev/null\" ];";
	char *listing;

	(void)state;
	listing = golden_listing(golden_file("pledged.txt", conf,
		sizeof conf - 1, 0644), CONF_OFFLINE);
	assert_non_null(strstr(listing, "none.conf: No such file"));
	assert_non_null(strstr(listing, "holds no *.conf file "
		"[register-empty]"));
	assert_non_null(strstr(listing, "/dev/null: is not a regular file"));
	free(listing);
	golden_clean();
}

/* --- calendars --------------------------------------------------------------------- */

static void test_calendars(void **state)
{
	struct register_ *reg = golden_register("calendar/pledged.conf", CONF_OFFLINE);
	const struct calendar *cn = &reg->calendars[0];
	const struct calendar *list = &reg->calendars[1];

	(void)state;
	assert_int_equal(reg->calendar_count, 4);
	assert_int_equal(cn->weekend, 1 << 5 | 1 << 6);
	assert_int_equal(cn->roll, ROLL_FORWARD);
	assert_int_equal(cn->working.count, 1);
	/* ten days, and the first of the year in 2020 to 2199 */
	assert_int_equal(cn->holidays.count, 10 + 180);
	assert_int_equal(cn->first_year, 2020);
	assert_int_equal(cn->last_year, 2020);
	assert_int_equal(list->weekend, 1 << 5 | 1 << 6);
	assert_int_equal(list->roll, ROLL_MODIFIED_FORWARD);
	assert_int_equal(list->holidays.count, cn->holidays.count);
	assert_int_equal(reg->calendars[2].weekend, 1 << 4 | 1 << 5);
	assert_int_equal(reg->calendars[3].weekend, 0);
	assert_ptr_equal(reg->instruments[0].calendar, cn);
	assert_ptr_equal(reg->pledges[0].calendar, cn);
	assert_ptr_equal(reg->pledges[1].calendar, list);
	assert_true(reg->milestones[1].clauses->has_roll);
	assert_int_equal(reg->milestones[0].due_date.day, 27);
	assert_int_equal(reg->milestones[1].due_date.day, 28);
	register_free(reg);
}

static void ics_write(const char *day)
{
	char bytes[200];
	int length = snprintf(bytes, sizeof bytes, "BEGIN:VCALENDAR\n"
		"BEGIN:VEVENT\nDTSTART:%s\nEND:VEVENT\nEND:VCALENDAR\n", day);

	golden_file("c.ics", bytes, (size_t)length, 0644);
}

/* A register is another one when a file that it names is. */
static void test_calendar_digest(void **state)
{
	static const char conf[] = "register = [ \"a.conf\" ];";
	static const char calendars[] = "calendars = ( { id = \"c\"; "
		"holidays = [\"c.ics\"]; } );";
	struct digest digests[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct register_ *reg;

		ics_write(i < 2 ? "20200501" : "20200502");
		golden_file("a.conf", calendars, sizeof calendars - 1, 0644);
		reg = golden_register(golden_file("pledged.conf", conf,
			sizeof conf - 1, 0644), CONF_OFFLINE);
		digests[i] = reg->digest;
		register_free(reg);
	}
	assert_memory_equal(&digests[0], &digests[1], sizeof *digests);
	assert_memory_not_equal(&digests[0], &digests[2], sizeof *digests);
	golden_clean();
}

/* --- written once, read many times -------------------------------------------- */

static void test_instances(void **state)
{
	struct register_ *reg = golden_register("instances/pledged.conf", CONF_OFFLINE);
	const struct milestone *milestone;

	(void)state;
	assert_int_equal(reg->instrument_count, 2);
	assert_int_equal(reg->instruments[1].in_force.year, 2022);
	assert_int_equal(reg->indicator_count, 3);
	assert_string_equal(reg->indicators[0].title, "In Beijing");
	assert_string_equal(reg->indicators[1].title,
		"In Hu \"nan\"\n\nprovince");
	assert_string_equal(reg->indicators[2].title, "In ${code}, \\ here");
	assert_true(number_is(reg->indicators[2].max, "1000"));
	assert_int_equal(reg->source_count, 4);
	assert_true(string_ends(reg->sources[1].url,
		"/instances/register.d/hn.csv"));
	assert_string_equal(reg->sources[1].extract,
		"SELECT '${code}' AS a, '$$ $fetched hn' FROM data");
	/* where no name is bound, nothing is one */
	assert_string_equal(reg->sources[3].extract,
		"SELECT '${code} $${code}' FROM data");
	assert_int_equal(reg->pledge_count, 7);
	assert_int_equal(reg->milestone_count, 6 * 3 + 1);
	assert_string_equal(reg->pledges[1].id, "p-bj-cars");
	assert_string_equal(reg->pledges[2].id, "p-hn-steel");
	milestone = &reg->milestones[3 * 3 + 1];
	assert_string_equal(milestone->id, "p-hn-cars/regulation");
	assert_true(number_is(milestone->weight, "3"));
	assert_string_equal(milestone->benchmark->text,
		"last(x.hn)\n          >= 3");
	assert_true(number_is(milestone->path->points[1].value, "3"));
	assert_string_equal(milestone_label(reg, milestone, "sector"), "cars");
	assert_int_equal(milestone->origin.line, 6);
	register_free(reg);
}

static void assert_same(const struct register_ *a, const struct register_ *b)
{
	assert_int_equal(a->milestone_count, b->milestone_count);
	for (size_t i = 0; i < a->milestone_count; i++) {
		assert_string_equal(a->milestones[i].id, b->milestones[i].id);
		assert_int_equal(a->milestones[i].terms, b->milestones[i].terms);
		assert_true(decimal_equal(a->milestones[i].weight,
			b->milestones[i].weight));
	}
	assert_int_equal(a->source_count, b->source_count);
	for (size_t i = 0; i < a->source_count; i++) {
		assert_string_equal(a->sources[i].url, b->sources[i].url);
		assert_string_equal(a->sources[i].extract, b->sources[i].extract);
	}
	assert_int_equal(a->indicator_count, b->indicator_count);
	for (size_t i = 0; i < a->indicator_count; i++)
		assert_true(string_is(a->indicators[i].title,
			b->indicators[i].title));
	for (size_t i = 0; i < a->pledge_count; i++)
		assert_true(string_is(a->pledges[i].title, b->pledges[i].title));
}

/* What is written reads as the same register, and expands to itself. */
static void test_expand(void **state)
{
	static const char conf[] = "register = [ \"a.conf\" ];"
		"timezone = \"Europe/Berlin\";";
	static const char *const names[] = {"instances/pledged.conf",
		"valid/pledged.conf"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct register_ *reg = golden_register(names[i], CONF_OFFLINE), *again;
		struct text text;

		golden_expanded(names[i], &text);
		assert_null(strstr(text_string(&text), "for_each"));
		golden_file("a.conf", text.data, text.length, 0644);
		again = golden_register(golden_file("pledged.conf", conf,
			sizeof conf - 1, 0644), CONF_OFFLINE);
		assert_same(reg, again);
		register_free(again);
		register_free(reg);
		text_release(&text);
		golden_clean();
	}
}

/* Each value says where it comes from. */
static void test_expand_origins(void **state)
{
	static const char *const lines[] = {
		"\t\tid = \"x.hn\";  // instances/register.d/10-base.conf:3, "
		"instances/register.d/places.csv:4\n",
		"\t\tid = \"p-sh-cars\";  // instances/register.d/20-pledges.conf:3,"
		" instances/register.d/places.csv:7, "
		"instances/register.d/20-pledges.conf:2\n",
		"\t\tobligor = \"CN\";  // instances/register.d/20-pledges.conf:3\n",
		"\t\t\t\tbaseline = 12500000000.0;  "
		"// instances/register.d/20-pledges.conf:11\n",
		"\t\ttitle = \"\\t\\\"${not}\\\" a name\";  //",
	};
	struct text text;

	(void)state;
	golden_expanded("instances/pledged.conf", &text);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (strstr(text_string(&text), lines[i]) == NULL)
			fail_msg("not there: %s", lines[i]);
	text_release(&text);
}

static void test_instance_limits(void **state)
{
	static const char conf[] = "register = [ \"a.conf\" ];";
	static const char wide[] = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,"
		"w,x,y,z,A,B,C,D,E,F,G,H,I,J,K,L,M,N,O,P,Q,R,S,T,U,V,W,X,Y,Z,"
		"1,2,3,4,5,6,7,8,9,0,11,12,13\n";
	static const struct {
		const char *elements, *want;
	} cases[] = {
		{"{ for_each = { a = \"t.csv\"; b = \"t.csv\"; c = [ 1, 2 ]; };"
			" id = \"x\"; }", "a.conf:1: indicators[0].for_each: makes "
			"more than the 100000 instances there may be of one "
			"element\n"},
		{"{ for_each = \"t.csv\"; id = \"x${a}\"; title = \"${b}${b}${b}"
			"${b}${b}${b}${b}\"; }", "a.conf:1: indicators[0].title: "
			"is longer than the 65536 bytes it may have with its "
			"names replaced"},
		{"{ for_each = \"wide.csv\"; id = \"x\"; }",
			"wide.csv:1: has more than 64 columns"},
	};
	struct text table;

	(void)state;
	text_init(&table, 0);
	text_add_string(&table, "a,b\n");
	for (int i = 0; i < 300; i++) {
		text_addf(&table, "%d,", i);
		for (int j = 0; i == 0 && j < 10000; j++)
			text_add_char(&table, 'b');
		text_add_char(&table, '\n');
	}
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct text text;
		char *listing;

		text_init(&text, 0);
		text_addf(&text, "indicators = ( %s );\n", cases[i].elements);
		golden_file("t.csv", table.data, table.length, 0644);
		golden_file("wide.csv", wide, sizeof wide - 1, 0644);
		golden_file("a.conf", text.data, text.length, 0644);
		listing = golden_listing(golden_file("pledged.conf", conf,
			sizeof conf - 1, 0644), CONF_OFFLINE);
		if (strstr(listing, cases[i].want) == NULL)
			fail_msg("%s", listing);
		free(listing);
		text_release(&text);
	}
	text_release(&table);
	golden_clean();
}

/* --- bytes that mean harm ---------------------------------------------------------- */

static void mutations_run(const char *seed_file, const char *name,
	uint64_t seed)
{
	static const char conf[] = "register = [ \"m.conf\" ];";
	struct error error;
	struct text good;

	text_init(&good, 0);
	assert_int_equal(conf_file_read(seed_file, 1 << 20, &good, &error), 0);
	for (int i = 0; i < MUTATIONS; i++) {
		char *bytes = mem_copy(good.data, good.length), *listing;
		const char *path;
		size_t length = good.length;

		golden_mutate(bytes, &length, &seed);
		path = golden_file(name, bytes, length, 0644);
		if (!string_is(name, "pledged.conf"))
			path = golden_file("pledged.conf", conf,
				sizeof conf - 1, 0644);
		listing = golden_listing(path, CONF_OFFLINE);
		assert_true(utf8_is_valid(listing, strlen(listing)));
		free(listing);
		free(bytes);
	}
	text_release(&good);
	golden_clean();
}

/* A table with a few bytes changed, under a register that uses all of it. */
static void test_table_mutations(void **state)
{
	static const char conf[] = "register = [ \"a.conf\" ];";
	static const char reg[] = "indicators = ( { for_each = { a = \"t.csv\";"
		" b = [ 1, 2 ]; }; id = \"x.${a.code}.${b}\"; title = \"${a.name}"
		" $${x}\"; max = \"${a.target}\"; } );";
	uint64_t seed = 6;
	struct error error;
	struct text good;

	(void)state;
	text_init(&good, 0);
	assert_int_equal(conf_file_read("instances/register.d/places.csv",
		1 << 20, &good, &error), 0);
	golden_file("a.conf", reg, sizeof reg - 1, 0644);
	for (int i = 0; i < MUTATIONS; i++) {
		char *bytes = mem_copy(good.data, good.length), *listing;
		size_t length = good.length;

		golden_mutate(bytes, &length, &seed);
		golden_file("t.csv", bytes, length, 0644);
		listing = golden_listing(golden_file("pledged.conf", conf,
			sizeof conf - 1, 0644), CONF_OFFLINE);
		assert_true(utf8_is_valid(listing, strlen(listing)));
		free(listing);
		free(bytes);
	}
	text_release(&good);
	golden_clean();
}

static void test_mutations(void **state)
{
	(void)state;
	mutations_run("valid/register.d/10-base.conf", "m.conf", 1);
	mutations_run("valid/register.d/20-pledges.conf", "m.conf", 2);
	mutations_run("unsupported/register.d/a.conf", "m.conf", 3);
	mutations_run("valid/pledged.conf", "pledged.conf", 4);
	mutations_run("calendar/register.d/10-good.conf", "m.conf", 5);
	mutations_run("instances/register.d/20-pledges.conf", "m.conf", 6);
	mutations_run("attested/register.d/a.conf", "m.conf", 7);
	mutations_run("sources/register.d/a.conf", "m.conf", 8);
	mutations_run("sources-faults/register.d/a.conf", "m.conf", 9);
}

static int enter(void **state)
{
	(void)state;
	golden_enter();
	presets_found_in("../../../etc/presets");
	return 0;
}

#define WORLD(test) cmocka_unit_test_setup_teardown(test, world_make, world_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listings),
		WORLD(test_instruments),
		WORLD(test_indicators),
		WORLD(test_sources),
		WORLD(test_pledges),
		WORLD(test_clauses),
		cmocka_unit_test(test_calendars),
		cmocka_unit_test(test_calendar_digest),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_instances),
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_expand_origins),
		cmocka_unit_test(test_instance_limits),
		cmocka_unit_test(test_table_mutations),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
