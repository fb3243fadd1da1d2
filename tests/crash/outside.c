/*
 * outside: sources, receivers and people, and what receivers have of us. What
 * they do follows from the time and from what something is about, never from a
 * number of ours, so that a process that was killed meets the same world.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "crash.h"

/* 2020-01-01T00:00:00Z, and days from then on. */
#define BEGIN INT64_C(1577836800)
#define ON(day, hour) (BEGIN + (day) * DAY + (hour) * HOUR)

const instant tale_start = ON(0, 6), tale_reload = ON(253, 11),
	tale_end = ON(475, 12);

static uint64_t luck(const char *what, uint64_t number)
{
	uint64_t seed[] = {hash_string(what), number};
	return hash_bytes(seed, sizeof(seed));
}

/* --- sources ---------------------------------------------------------------- */

static bool row_add(const struct register_ *reg, uint32_t source,
	const struct row_text *text, struct row rows[ROWS_MAX], size_t *count)
{
	struct error error;

	crash_check(*count < ROWS_MAX);
	if (row_check(reg, source, reg->instruments[0].zone, text,
			&rows[*count], &error) < 0)
		crash_fail("%s", error.text);
	++*count;
	return true;
}

/* Figures of a month: about ten, now and then revised, once absurd. */
static void figure_add(const struct register_ *reg, uint32_t source, int month,
	bool revised, instant published, struct row rows[ROWS_MAX],
	size_t *count)
{
	const char *id = reg->sources[source].id;
	char indicator[16], period[16], value[16], time[32];
	struct text text;

	snprintf(indicator, sizeof(indicator), "x.%s", id + 2);
	snprintf(period, sizeof(period), "2020-%02d", month);
	uint64_t lot = luck(indicator, (uint64_t)month * 2 + revised);
	int tenths = 70 + (int)(lot % 58);
	if (id[2] == '5' && month == 6 && !revised)
		tenths = 700;
	snprintf(value, sizeof(value), "%d.%d", tenths / 10, tenths % 10);
	text_init(&text, 0);
	text_add_instant(&text, published);
	snprintf(time, sizeof(time), "%s", text_string(&text));
	text_release(&text);
	row_add(reg, source, &(struct row_text){.indicator = indicator,
		.period = period, .value = value, .published = time}, rows,
		count);
}

static size_t figures(const struct register_ *reg, uint32_t source, instant now,
	struct row rows[ROWS_MAX])
{
	const char *id = reg->sources[source].id;
	size_t count = 0;

	for (int month = 1; month <= 12; month++) {
		instant published = ON(month * 30 + 13 + id[2] % 4, 6);

		if (id[2] == '6' && month == 7)
			published += 50 * DAY;		/* nobody asks for it */
		if (published <= now)
			figure_add(reg, source, month, false, published, rows,
				&count);
		published += 24 * DAY;
		if (luck(id, (uint64_t)month) % 3 == 0 && published <= now)
			figure_add(reg, source, month, true, published, rows,
				&count);
	}
	return count;
}

static size_t notices(const struct register_ *reg, uint32_t source, instant now,
	struct row rows[ROWS_MAX])
{
	size_t count = 0;

	for (int i = 0; i < 12; i++) {
		char key[16], period[16];
		instant published = ON(20 + i * 37, 6);

		if (published > now)
			break;
		snprintf(key, sizeof(key), "n%d", i);
		snprintf(period, sizeof(period), "2020-%02d-10", i + 1);
		row_add(reg, source, &(struct row_text){.key = key,
			.period = period, .title = i == 9 ? "A law on exports"
			: "A notice"}, rows, &count);
	}
	return count;
}

size_t outside_answer(const struct register_ *reg, uint32_t source,
	instant now, struct row rows[ROWS_MAX], struct fetch_report *report)
{
	const char *id = reg->sources[source].id;

	if (strcmp(id, "notices") == 0)
		return notices(reg, source, now, rows);
	if (id[2] == '4' && now >= ON(121, 0) && now < ON(171, 0)) {
		report->outcome = FETCH_FAILED;
		report->http_status = 500;
		snprintf(report->error, sizeof(report->error),
			"HTTP status 500");
		return 0;
	}
	return figures(reg, source, now, rows);
}

/* --- people ---------------------------------------------------------------- */

static bool attest(struct daemon *daemon, const struct deed *deed, instant now)
{
	struct attestation said = {.key = deed->words, .by = "anna",
		.yes = true, .evidence = "https://e.example.org/", .note = ""};
	uint32_t milestone = register_milestone(daemon->reg, deed->subject);

	said.on = zone_date(daemon->reg->instruments[0].zone, now - DAY);
	return engine_attest(daemon->engine, milestone, &said, now,
		&daemon->effects) == ATTESTED;
}

static bool acknowledge(struct daemon *daemon, const struct deed *deed,
	instant now)
{
	const struct stated stated = {.by = "anna", .note = deed->words};

	for (size_t i = 0; i < engine_alert_count(daemon->engine); i++) {
		const struct alert *alert = engine_alert(daemon->engine, i);

		if (strcmp(alert->subject, deed->subject) != 0 ||
				alert->state == ALERT_ACKNOWLEDGED)
			continue;
		engine_acknowledge(daemon->engine, alert->id, &stated,
			deed->at + 5 * DAY + 777, now, &daemon->effects);
		return true;
	}
	return false;
}

static const struct silence *silence_of(const struct daemon *daemon,
	const char *words)
{
	for (size_t i = 0; i < engine_silence_count(daemon->engine); i++) {
		const struct silence *silence =
			engine_silence_at(daemon->engine, i);
		if (strcmp(silence->words, words) == 0)
			return silence;
	}
	return NULL;
}

static bool silence(struct daemon *daemon, const struct deed *deed, instant now)
{
	const struct silence draft = {.words = deed->subject, .from = deed->at,
		.until = deed->at + 12 * DAY, .by = "anna",
		.note = deed->words, .ended = INSTANT_MAX};

	if (silence_of(daemon, deed->subject))
		return false;
	engine_silence(daemon->engine, &draft, now, &daemon->effects);
	return true;
}

static bool unsilence(struct daemon *daemon, const struct deed *deed,
	instant now)
{
	const struct silence *silence = silence_of(daemon, deed->subject);

	if (!silence)
		return false;
	return engine_end_silence(daemon->engine, silence->id, "anna", now,
		&daemon->effects);
}

static bool observe(struct daemon *daemon, const struct deed *deed, instant now)
{
	const struct stated stated = {.by = "anna", .note = "by telephone"};
	struct row rows[ROWS_MAX];
	size_t count = 0;
	char time[32];
	struct text text;

	text_init(&text, 0);
	text_add_instant(&text, deed->at);
	snprintf(time, sizeof(time), "%s", text_string(&text));
	text_release(&text);
	row_add(daemon->reg, NOT_FOUND, &(struct row_text){
		.indicator = deed->subject, .period = "2020-07",
		.value = deed->words, .published = time}, rows, &count);
	engine_observed(daemon->engine, rows, count, &stated, now,
		&daemon->effects);
	row_release(&rows[0]);
	return true;
}

/* By time, which nothing else goes by: two things at one instant have no order
   that could be kept. */
#define AT(day, hour) (ON(day, hour) + 1234)
const struct deed deeds[] = {
	{AT(100, 13), acknowledge, "floor-5/kept", "I ask them"},
	{AT(110, 13), silence, "obligor=CN kind=at_risk", "we negotiate"},
	{AT(145, 13), attest, "reports/quarterly@2020-Q1", "filed"},
	{AT(180, 13), acknowledge, "exports-1/2020", "known"},
	{AT(190, 13), silence, "exports-2/2020", "a new figure is to come"},
	{AT(196, 13), unsilence, "exports-2/2020", ""},
	{AT(215, 13), attest, "reports/quarterly@2020-Q2", "filed"},
	{AT(222, 13), observe, "x.3", "14.5"},
	{AT(330, 13), acknowledge, "reports/quarterly@2020-Q3", "on its way"},
	{AT(365, 13), attest, "reports/quarterly@2020-Q3", "filed"},
	{AT(420, 13), silence, "class=audience", "holidays"},
};
const size_t deed_count = sizeof(deeds) / sizeof(deeds[0]);

/* --- receivers -------------------------------------------------------------- */

void outside_init(struct outside *outside)
{
	memset(outside, 0, sizeof(*outside));
	text_init(&outside->faults, 0);
}

void outside_release(struct outside *outside)
{
	for (size_t i = 0; i < outside->told_count; i++)
		free(outside->told[i]);
	free(outside->told);
	free(outside->messages);
	text_release(&outside->faults);
}

struct reading {		/* of a notification out of the store */
	char *lines[ROWS_MAX];
	size_t count;
	char subject[128];	/* of its first item */
};

static void read_items(void *context, const struct notification *notification,
	const struct delivery *delivery)
{
	struct reading *reading = context;

	(void)delivery;
	for (size_t i = 0; i < notification->item_count; i++) {
		const struct item *item = &notification->items[i];
		const struct event *event = item->event;
		const char *subject = event->subject ? event->subject : "-";
		char line[512];

		crash_check(reading->count < ROWS_MAX);
		if (i == 0)
			snprintf(reading->subject, sizeof(reading->subject),
				"%s", subject);
		snprintf(line, sizeof(line), "%s %s %s %s>%s %s%s%s",
			notification->channel, event_kind_name(event->kind),
			subject, event->from ? event->from : "",
			event->to ? event->to : "",
			notify_reason_name(item->mention.reason),
			item->mention.undelivered ? " for " : "",
			item->mention.undelivered ? item->mention.undelivered
			: "");
		reading->lines[reading->count++] = mem_string(line);
	}
}

static struct message *message_of(struct outside *outside, const char *id,
	uint64_t body)
{
	for (size_t i = 0; i < outside->message_count; i++) {
		struct message *message = &outside->messages[i];

		if (strcmp(message->id, id) != 0)
			continue;
		if (message->body != body)
			text_addf(&outside->faults, "%s says two things\n", id);
		return message;
	}
	outside->messages = mem_grow(outside->messages, outside->message_count,
		&outside->message_room, sizeof(*outside->messages));
	struct message *message = &outside->messages[outside->message_count++];
	*message = (struct message){.body = body};
	snprintf(message->id, sizeof(message->id), "%s", id);
	return message;
}

/* What becomes of a message at a receiver; *takes: whether it is kept there. */
static enum delivery_outcome receive(const struct message *message,
	const char *channel, const char *subject, instant now, bool *takes)
{
	bool mail = strcmp(channel, "hook") != 0;
	uint64_t lot = luck(subject, 7);

	*takes = false;
	if (strcmp(channel, "hook") == 0 &&
			((now >= ON(75, 0) && now < ON(75, 20)) ||
			(now >= ON(212, 0) && now < ON(218, 20))))
		return FAILED_FOR_ALL;
	if (strcmp(channel, "ops") == 0 && now >= ON(243, 0) &&
			now < ON(244, 6))
		return FAILED_FOR_ALL;
	if (strcmp(channel, "desk") == 0 && strncmp(subject, "exports-3/", 10)
			== 0)
		return FAILED_FOR_GOOD;
	if (strcmp(channel, "boss") == 0 && message->times == 1)
		return FAILED_FOR_NOW;		/* greylisting */
	*takes = true;
	/* Its yes does not reach us. */
	return !mail && lot % 3 == 0 && message->times == 1 ? FAILED_FOR_NOW
		: DELIVERED;
}

static void reading_take(struct outside *outside, struct reading *reading,
	bool takes)
{
	for (size_t i = 0; i < reading->count; i++) {
		if (!takes) {
			free(reading->lines[i]);
			continue;
		}
		outside->told = mem_grow(outside->told, outside->told_count,
			&outside->told_room, sizeof(*outside->told));
		outside->told[outside->told_count++] = reading->lines[i];
	}
}

enum delivery_outcome outside_receive(struct outside *outside,
	struct store *store, int64_t notification, const char *channel,
	instant now)
{
	struct reading reading = {.count = 0};
	char id[40];
	struct error error;
	struct text body;
	bool takes;

	text_init(&body, 0);
	if (store_load_body(store, notification, id, &body, &error) < 0 ||
			store_load_delivery(store, notification, read_items,
				&reading, &error) < 0) {
		text_addf(&outside->faults, "sent before it was saved: %s\n",
			error.text);
		text_release(&body);
		return FAILED_FOR_NOW;
	}
	struct message *message = message_of(outside, id,
		hash_bytes(body.data, body.length));
	message->times++;
	enum delivery_outcome outcome = receive(message, channel,
		reading.subject, now, &takes);
	reading_take(outside, &reading, takes && !message->taken);
	message->taken |= takes;
	text_release(&body);
	return outcome;
}

/* --- comparing -------------------------------------------------------------- */

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void outside_sort(struct outside *outside)
{
	if (outside->told_count > 0)
		qsort(outside->told, outside->told_count,
			sizeof(*outside->told), line_compare);
}

bool outside_same(const struct outside *expected, const struct outside *found,
	struct text *out)
{
	size_t i = 0, j = 0;

	while (i < expected->told_count || j < found->told_count) {
		int order = i == expected->told_count ? 1
			: j == found->told_count ? -1
			: strcmp(expected->told[i], found->told[j]);
		if (order < 0)
			text_addf(out, "missing: %s\n", expected->told[i]);
		if (order > 0)
			text_addf(out, "needless: %s\n", found->told[j]);
		i += order <= 0;
		j += order >= 0;
	}
	text_add_string(out, text_string(&found->faults));
	return out->length == 0;
}
