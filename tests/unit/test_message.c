/*
 * Messages: what they say, in each form, of every kind of event and every
 * reason; that nothing a register or a source says does harm; and that a mail
 * about very many is soon made.
 *
 * "test_message samples FOLDER" writes all samples there, for people to look at
 * and for others to parse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pledged/mime.h"
#include "pledged/told.h"
#include "post.h"


static void render(struct post *post, const struct sample *sample,
	enum channel_type type, struct text *out)
{
	post_at(post, sample->at);
	post->channel.hours.digest.every = sample->digest ? DIGEST_DAILY
		: DIGEST_NONE;
	post_render(post, type, sample->items, sample_items(sample), out);
}

static const struct sample *sample_named(const char *name)
{
	for (size_t i = 0; i < sample_count; i++) {
		if (string_is(samples[i].name, name))
			return &samples[i];
	}
	fail_msg("no sample %s", name);
	return NULL;
}

static void expect_in(const char *where, const char *text, const char *want)
{
	if (want != NULL && strstr(text, want) == NULL)
		fail_msg("%s does not say '%s':\n%s", where, want, text);
}

/* Soft line breaks undone: "word \n" is one line again. */
static char *unflow(const char *text)
{
	struct text out;

	text_init(&out, 0);
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		bool soft = length > 0 && text[length - 1] == ' ' &&
			!(length == 3 && strncmp(text, "-- ", 3) == 0);

		if (*text == ' ' && length > 1)
			text++, length--;	/* stuffed */
		text_add(&out, text, length);
		if (!soft)
			text_add_char(&out, '\n');
		text += length;
		text += *text == '\n';
	}
	return text_take(&out);
}

/* --- what is said ------------------------------------------------------------ */

struct saying {
	const char *sample;
	const char *want_subject, *want_lead;
	const char *want[4], *want_not;
};

static const struct saying sayings[] = {
	{"slipped", "Slipped: Agricultural products in 2020",
		"CN has missed “Agricultural products in 2020”: 27.3bn of "
		"33.5bn USD by 2020-12-31.",
		{"Figure: 27,303,827,703 USD (81.6 % of the target)",
		"Due: 2020-12-31 (28 days ago)",
		"Take it in hand: pledgectl ack 12 -m \"why\" --for 7d\n",
		"Missed by: 6,165,965,153 USD"}, "Reminder"},
	{"slipped-moved", "Slipped: Agricultural products in 2020",
		"The due date of “Agricultural products in 2020” has moved "
		"from 2020-12-31 to 2021-06-30.",
		{"Why: due moved from 2020-12-31 to 2021-06-30: pandemic"},
		"Before:"},
	{"slipped-late", "Slipped: Agricultural products in 2020", NULL,
		{"pledged was not running when it came due, at 2021-01-25 "
		"10:00 UTC"}, NULL},
	{"slipped-undelivered", NULL, NULL,
		{"could not be delivered to the channel director"}, NULL},
	{"slipped-consequences", NULL, NULL,
		{"Leads to: jv.law/adopted, jv.law/in-force, "
		"jv.caps/removed and 10 more"}, NULL},
	{"slipped-acknowledged", "Slipped: Agricultural products in 2020",
		NULL, {"In hand: alice until 2021-02-04 15:30 UTC: "
		"asked the embassy"}, NULL},
	{"slipped-reminder",
		"Reminder (2): Slipped: Agricultural products in 2020", NULL,
		{"It has been so since 2021-01-17 04:59 UTC, and nobody has "
		"acknowledged it."}, NULL},
	{"slipped-escalated",
		"Escalated: Slipped: Agricultural products in 2020", NULL,
		{"It comes to you because nobody has acknowledged it since "},
		NULL},
	{"silence-expiring",
		"Silence ends soon: Slipped: Agricultural products in 2020",
		NULL, {"it is told again then, if it is still so"}, NULL},
	{"silence-ended", "Still off track, the silence has ended: "
		"Agricultural products in 2020",
		"“Agricultural products in 2020” is off track: at 40.9 % of "
		"its path through 2020-04, and due on 2020-12-31.",
		{"To go: 29,396,597,071 USD",
		"Pace: 40.9 %; the path requires 10,6",
		"when due; the target on 2022-08-31, 608 days late"}, NULL},
	{"acknowledgement-expiring", "Acknowledgement ends soon: Slipped: "
		"Agricultural products in 2020", NULL,
		{"alice has it in hand until 2021-01-29 15:30 UTC (“asked the "
		"embassy”); after that it counts as nobody's."}, NULL},
	{"acknowledgement-expired", "Acknowledgement expired: Slipped: "
		"Agricultural products in 2020", NULL,
		{"alice had it in hand until 2021-01-28 15:30 UTC (“asked "
		"the embassy”). It is still so"}, NULL},
	{"resolved", "Resolved (met late): Publish the action plan",
		"CN has met “Publish the action plan” late: on 2020-04-20, 21 "
		"days after it was due.",
		{"This ends the alert “Cannot be verified” of "}, "pledgectl ack"},
	{"withdrawn", "Withdrawn: gone/milestone",
		"“gone/milestone” has been withdrawn: nothing is asked of it "
		"any more.", {"no longer in the register"}, "pledgectl"},
	{"source-withdrawn", "No longer watched: gone",
		"gone is no longer watched.", {NULL}, "works again"},
	{"test", "Test message: channel desk",
		"This is a test of the channel desk: nothing has happened, and "
		"nothing is to be done.", {NULL}, "pledgectl ack"},
	{"approaching", "Deadline approaching: Foreign equity limits: removed",
		"“Foreign equity limits: removed” is due on 2020-12-31 17:00 "
		"America/New_York, in 30 days, and not yet met.", {NULL}, NULL},
	{"recovered", "Resolved (back on track): Agricultural products in 2020",
		NULL, {NULL}, NULL},
	{"agreed", "Resolved (no longer disputed): Foreign equity limits: "
		"removed", "Sources agree again about “Foreign equity limits: "
		"removed”.", {NULL}, "on track"},
	{"data-in-order", "Resolved (in order again): exports.agriculture",
		"Figures of exports.agriculture are in order again.", {NULL},
		"on track"},
	{"source-failing", "Source failing: census", NULL,
		{"Address: https://census.example.org/x.csv"}, "secret"},
	{"unverified", "Cannot be verified: Publish the action plan", NULL,
		{NULL}, NULL},
	{"first-sight", "First look at the register", NULL, {NULL}, NULL},
	{"several", "2 milestones slipped: Economic and Trade Agreement (Phase "
		"One)", "2 milestones slipped in Economic and Trade Agreement "
		"(Phase One).",
		{"Slipped (2)\n\n* Agricultural products in 2020\n",
		"due 2020-12-31 · 27.3bn of 33.5bn USD · CN · alert 12",
		"35 %, at most 20 %", "pledgectl ack NUMBER"}, "Reminder"},
	{"digest", "Digest: 2 milestones slipped, 1 at risk, 1 met late: "
		"Economic and Trade Agreement (Phase One)", NULL,
		{"Reminder 2 · alert 13", "At risk (1)", "Met late (1)",
		"acknowledged by alice"}, NULL},
	{"operator", "1 source failing, 1 indicator overdue", NULL, {NULL},
		NULL},
};

static void expect_saying(struct post *post, const struct saying *saying)
{
	struct text body;
	struct mail mail;
	char *text;

	text_init(&body, 0);
	render(post, sample_named(saying->sample), CHANNEL_EMAIL, &body);
	mail_read(&mail, &body);
	text = unflow(mail.text);
	if (saying->want_subject != NULL)
		assert_string_equal(mail_header(&mail, "Subject"),
			saying->want_subject);
	if (saying->want_lead != NULL &&
	    (!string_starts(text, saying->want_lead) ||
	     text[strlen(saying->want_lead)] != '\n'))
		fail_msg("%s begins otherwise:\n%s", saying->sample, text);
	for (size_t i = 0; i < 4; i++)
		expect_in(saying->sample, text, saying->want[i]);
	if (saying->want_not != NULL && strstr(text, saying->want_not) != NULL)
		fail_msg("%s says '%s':\n%s", saying->sample, saying->want_not,
			text);
	free(text);
	mail_release(&mail);
	text_release(&body);
}

static void test_sayings(void **state)
{
	struct post post;

	(void)state;
	post_init(&post, NULL);
	for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++)
		expect_saying(&post, &sayings[i]);
	post_release(&post);
}

/* Every kind and every reason has its sample, and every kind its place. */
static void test_all_are_said(void **state)
{
	bool kinds[EVENT_KIND_COUNT] = {false}, reasons[REASON_COUNT] = {false};
	bool ranks[WORDING_COUNT] = {false};

	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		kinds[samples[i].items[0].kind] = true;
		reasons[samples[i].items[0].reason] = true;
	}
	for (int i = 0; i < EVENT_KIND_COUNT; i++) {
		if (!kinds[i])
			fail_msg("no sample of %s",
				event_kind_name((enum event_kind)i));
	}
	for (int i = REASON_FIRST; i < REASON_COUNT; i++) {
		if (!reasons[i])
			fail_msg("no sample of %s",
				notify_reason_name((enum notify_reason)i));
	}
	for (int i = 0; i < WORDING_COUNT; i++)
		ranks[wording_of_rank(i)] = true;
	for (int i = 0; i < WORDING_COUNT; i++)
		assert_true(ranks[i]);
}

/* --- headers ------------------------------------------------------------------ */

static void expect_headers(struct mail *mail, const char *const want[][2])
{
	for (size_t i = 0; want[i][0] != NULL; i++) {
		const char *is = mail_header(mail, want[i][0]);

		if (!string_is(is, want[i][1]))
			fail_msg("%s: %s, not %s", want[i][0], is != NULL ? is
				: "(none)", want[i][1] != NULL ? want[i][1]
				: "(none)");
	}
}

static void id_of(int64_t thread, char out[64])
{
	char id[40];

	notification_message_id("0123456789abcdef", thread, id);
	snprintf(out, 64, "<%s@example.org>", id);
}

static void test_headers(void **state)
{
	struct post post;
	struct text body;
	struct mail mail;
	char own[64], three[64], four[64], both[160];

	(void)state;
	id_of(7, own);
	id_of(3, three);
	id_of(4, four);
	snprintf(both, sizeof both, "%s %s", three, four);
	post_init(&post, NULL);
	text_init(&body, 0);
	render(&post, sample_named("slipped-reminder"), CHANNEL_EMAIL, &body);
	mail_read(&mail, &body);
	expect_headers(&mail, (const char *const[][2]){
		{"From", "pledged <pledged@example.org>"},
		{"To", "desk@example.org"}, {"Message-ID", own},
		{"In-Reply-To", three}, {"References", three},
		{"Date", "Fri, 29 Jan 2021 04:59:59 +0000"},
		{"Auto-Submitted", "auto-generated"},
		{"List-Id", "pledged alerts <desk.pledged.example.org>"},
		{"X-Pledged-Class", "audience"},
		{"X-Pledged-Severity", "critical"},
		{"X-Pledged-Kind", "slipped"}, {"X-Pledged-Reason", "reminder"},
		{"X-Pledged-Subject", "purchases.agriculture/2020"},
		{"Importance", "high"}, {"List-Unsubscribe", NULL},
		{NULL, NULL}});
	mail_release(&mail);

	text_clear(&body);
	render(&post, sample_named("digest"), CHANNEL_EMAIL, &body);
	mail_read(&mail, &body);
	expect_headers(&mail, (const char *const[][2]){{"Message-ID", own},
		{"In-Reply-To", NULL}, {"References", both},
		{"X-Pledged-Kind", "slipped, met_late, at_risk"},
		{"X-Pledged-Reason", "first, reminder, resolved"},
		{"X-Pledged-Subject", NULL}, {NULL, NULL}});
	mail_release(&mail);
	text_release(&body);
	post_release(&post);
}

/* --- webhook and log ----------------------------------------------------------- */

static void expect_body(struct post *post, const char *sample,
	enum channel_type type, const char *const *want)
{
	struct text body;

	text_init(&body, 0);
	render(post, sample_named(sample), type, &body);
	for (size_t i = 0; want[i] != NULL; i++)
		expect_in(sample, text_string(&body), want[i]);
	text_release(&body);
}

static void test_webhooks(void **state)
{
	struct post post;

	(void)state;
	post_init(&post, NULL);
	expect_body(&post, "slipped-acknowledged", CHANNEL_WEBHOOK,
		(const char *const[]){"\"type\":\"org.pledged.milestone.slipped\"",
		"\"subject\":\"purchases.agriculture/2020\"",
		"\"told_as\":\"changed\"", "\"state\":\"acknowledged\"",
		"\"acknowledged\":{\"by\":\"alice\",\"until\":"
		"\"2021-02-04T15:30:00Z\",\"note\":\"asked the embassy\"}",
		"\"consequences\":[],\"consequence_count\":0",
		"\"undelivered\":null", "\"late\":null", "\"assessment\":{", NULL});
	expect_body(&post, "source-failing", CHANNEL_WEBHOOK,
		(const char *const[]){"\"type\":\"org.pledged.source.failing\"",
		"\"told_as\":\"first\"", "\"thread\":\"msg_", NULL});
	expect_body(&post, "slipped-late", CHANNEL_WEBHOOK,
		(const char *const[]){"\"late\":\"2021-01-25T10:00:00Z\"", NULL});
	expect_body(&post, "digest", CHANNEL_WEBHOOK,
		(const char *const[]){"\"type\":\"org.pledged.notification\"",
		"\"data\":{\"count\":4,\"group\":\"audience pledge=p\","
		"\"items\":[{\"event\":100,", "\"reminder\":2", NULL});
	post_release(&post);
}

static void test_log_lines(void **state)
{
	struct post post;
	const char *line = "<3>slipped", *plain = "slipped";

	(void)state;
	post_init(&post, NULL);
	expect_body(&post, "slipped-reminder", CHANNEL_LOG,
		(const char *const[]){"<3>slipped purchases.agriculture/2020 "
		"(awaiting_data -> not_met): sum(exports.agriculture, 2020) = "
		"27.3bn, needs >= 33.5bn [reminder, msg_", NULL});
	expect_body(&post, "digest", CHANNEL_LOG, (const char *const[]){
		"\n<4>slipped finance.caps/removed (due -> not_met): ",
		"\n<5>met_late ip.action-plan/published ", NULL});
	post_release(&post);
	assert_int_equal(message_log_priority(&line), 3);
	assert_string_equal(line, "slipped");
	assert_int_equal(message_log_priority(&plain), 5);
	assert_string_equal(plain, "slipped");
}

/* --- flowed text ---------------------------------------------------------------- */

static void test_flowed(void **state)
{
	static const struct {
		const char *paragraph, *want;
	} cases[] = {
		{"", "\n"}, {"one", "one\n"}, {"two  words ", "two words\n"},
		{"> quoted", " > quoted\n"}, {"From here", " From here\n"},
		{"Fromage", "Fromage\n"},
		{"aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa "
		"aaaaaaaaa aaaaaaa b", "aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa "
		"aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaa \nb\n"},
		{"协协协协协协协协协协协协协协协协协协协协 "
		"协协协协协协协协协协协协协协协协协协协协",
		"协协协协协协协协协协协协协协协协协协协协 \n"
		"协协协协协协协协协协协协协协协协协协协协\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text out;

		text_init(&out, 0);
		mime_flowed(&out, cases[i].paragraph);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

/* No line is longer than it may be, unless it is one word. */
static void expect_narrow(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		char *line = mem_string_n(text, length);
		const char *word = line + (*line == ' ');

		if (utf8_columns(line) > FLOWED_COLUMNS &&
		    word[strcspn(word, " ")] != '\0' &&
		    word[strcspn(word, " ") + 1] != '\0')
			fail_msg("too long: %s", line);
		free(line);
		text += length;
		text += *text == '\n';
	}
}

/* --- what does harm ------------------------------------------------------------- */

static char *long_title(void)
{
	struct text title;

	text_init(&title, 0);
	text_add_char(&title, ' ');
	while (title.length < 10000)
		text_add_string(&title, "a\"<&");
	return text_take(&title);
}

static void expect_one_header(const char *header)
{
	for (const char *c = header; *c != '\0'; c++) {
		if (c[0] == '\r' && c[1] == '\n' && c[2] == ' ')
			c += 2;
		else if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			fail_msg("a header holds %02x: %s", (unsigned char)*c,
				header);
	}
}

static void expect_clean(const char *where, const char *text)
{
	const char *cursor = text, *end = text + strlen(text);

	assert_true(utf8_is_valid(text, strlen(text)));
	while (cursor < end) {
		uint32_t code = utf8_next(&cursor, end);

		if ((code < 0x20 && code != '\n') || code == 0x7f ||
		    (code >= 0x80 && code < 0xa0) ||
		    (code >= 0x2028 && code <= 0x202e) ||
		    (code >= 0x2066 && code <= 0x2069))
			fail_msg("%s holds U+%04X", where, code);
	}
}

static void expect_harmless(struct post *post, const struct sample *sample)
{
	struct text body;
	struct mail mail;

	text_init(&body, 0);
	render(post, sample, CHANNEL_EMAIL, &body);
	mail_read(&mail, &body);
	for (size_t i = 0; i < mail.header_count; i++)
		expect_one_header(mail.headers[i]);
	assert_true(strlen(mail_header(&mail, "Subject")) < 1000);
	expect_clean("text", mail.text);
	expect_clean("html", mail.html);
	expect_narrow(mail.text);
	assert_null(strstr(mail.html, "<b>"));
	assert_null(strstr(mail.html, "]]>"));
	assert_non_null(strstr(mail.html, "</html>\n"));
	assert_true(strlen(mail.html) < MESSAGE_MAIL_MAX);
	mail_release(&mail);
	text_clear(&body);
	render(post, sample, CHANNEL_LOG, &body);
	size_t lines = 1;

	for (size_t i = 0; i < body.length; i++)
		lines += body.data[i] == '\n';
	assert_int_equal(lines, sample_items(sample));
	expect_clean("log", text_string(&body));
	text_release(&body);
}

static void test_nothing_does_harm(void **state)
{
	char *very_long = long_title();
	const char *hostile[] = {
		" \r\nBcc: thief@example.org\r\n\r\nbody", " =?utf-8?q?=0ABcc:?=",
		" \xe2\x80\xaetxt.exe\xe2\x81\xa6 \xe2\x80\xa8new line",
		" \xff\xfe\xc0\x80 broken", " <b>x</b> & \"'><script>]]>--> </td>",
		" 😀👩‍👩‍👧 协议", " \x01\x1b[31m\x7f\xc2\x9b tab\tend ", " -- \n.\n",
		very_long,
	};

	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		struct post post;

		post_init(&post, hostile[i]);
		for (size_t k = 0; k < sample_count; k++)
			expect_harmless(&post, &samples[k]);
		post_release(&post);
	}
	free(very_long);
}

/* --- many -------------------------------------------------------------------------- */

static struct letter_item *many_items(size_t count)
{
	static char ids[200][32];
	struct letter_item *items = mem_new(count, sizeof *items);

	for (size_t i = 0; i < 200; i++)
		snprintf(ids[i], sizeof ids[i], "reform/m%zu", i);
	for (size_t i = 0; i < count; i++) {
		items[i] = sample_named("slipped")->items[0];
		items[i].subject = ids[i % 200];
		items[i].alert = (int64_t)i + 1;
		if (i >= count - 10)
			items[i].kind = EVENT_BREACHED;
	}
	return items;
}

static void test_many(void **state)
{
	struct letter_item *items = many_items(NOTIFICATION_ITEMS_MAX);
	struct post post;
	struct text body;
	struct mail mail;

	(void)state;
	post_init(&post, NULL);
	text_init(&body, 0);
	post_render(&post, CHANNEL_EMAIL, items, NOTIFICATION_ITEMS_MAX, &body);
	print_message("a mail about %d: %.1f ms, %zu bytes\n",
		NOTIFICATION_ITEMS_MAX, post.rendering * 1e3, body.length);
	mail_read(&mail, &body);
	assert_string_equal(mail_header(&mail, "Subject"),
		"10 milestones breached, 2490 slipped: Concurrent reform");
	expect_in("text", mail.text, "\nBreached (10)\n");
	expect_in("text", mail.text, "\nSlipped (2490)\n");
	expect_in("text", mail.text, "\n2400 more are not shown.\n");
	size_t shown = 0;

	for (const char *at = mail.text; (at = strstr(at, "\n* ")) != NULL; at++)
		shown++;
	assert_int_equal(shown, MESSAGE_ITEMS_SHOWN);
	mail_release(&mail);
	text_clear(&body);
	post_render(&post, CHANNEL_WEBHOOK, items, WEBHOOK_ITEMS_MAX, &body);
	print_message("a webhook about %d: %.1f ms, %zu bytes\n",
		WEBHOOK_ITEMS_MAX, post.rendering * 1e3, body.length);
	text_release(&body);
	free(items);
	post_release(&post);
}

/* --- samples ------------------------------------------------------------------------ */

static void sample_write(struct post *post, const struct sample *sample,
	const char *folder, enum channel_type type, const char *ending)
{
	struct text body, path;
	FILE *file;

	text_init(&body, 0);
	text_init(&path, 0);
	render(post, sample, type, &body);
	text_addf(&path, "%s/%s.%s", folder, sample->name, ending);
	file = fopen(text_string(&path), "w");
	if (file == NULL || fwrite(body.data, 1, body.length, file) !=
			body.length || fclose(file) != 0) {
		perror(text_string(&path));
		exit(1);
	}
	text_release(&body);
	text_release(&path);
}

static int samples_write(const char *folder, const char *hostile)
{
	struct post post;

	post_init(&post, hostile);
	for (size_t i = 0; i < sample_count; i++) {
		sample_write(&post, &samples[i], folder, CHANNEL_EMAIL, "mail");
		sample_write(&post, &samples[i], folder, CHANNEL_WEBHOOK, "json");
		sample_write(&post, &samples[i], folder, CHANNEL_LOG, "log");
	}
	post_release(&post);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sayings),
		cmocka_unit_test(test_all_are_said),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_webhooks),
		cmocka_unit_test(test_log_lines),
		cmocka_unit_test(test_flowed),
		cmocka_unit_test(test_nothing_does_harm),
		cmocka_unit_test(test_many),
	};

	if (argc > 2 && strcmp(argv[1], "samples") == 0)
		return samples_write(argv[2], argc > 3 ? argv[3] : NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
