/*
 * tell: what is to be told to the disk, and back from it.
 *
 *	tell told DIR COUNT TURN       COUNT events that each raise an alert, told
 *	                               in a notification of its own; TURN of them
 *	                               a commit
 *	tell waiting DIR COUNT TURN    the same as mentions that wait
 *
 * Prints: seconds to save it, seconds to load what a restart wants of it.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "store/store.h"

#define NOW ((instant)1700000000)
#define BODY_SIZE 1500	/* bytes, about a webhook's */
#define GROUPS 100

static void committed(void *context, bool good)
{
	if (!good)
		bench_fail("a batch was not committed");
	*(size_t *)context += 1;
}

static struct event event_make(size_t i, char subject[32])
{
	struct event event = {.id = (int64_t)i + 1, .time = NOW,
		.kind = EVENT_SLIPPED, .severity = SEVERITY_CRITICAL,
		.subject_kind = SUBJECT_MILESTONE, .subject = subject,
		.from = "at_risk", .to = "not_met", .alert = (int64_t)i + 1,
		.late = INSTANT_MIN,
		.reason = "sum(exports.agriculture, 2020) = 27.3bn, needs >= "
			"33.5bn"};

	snprintf(subject, 32, "p%zu/m", i);
	return event;
}

static struct mention mention_make(size_t i, char group[64])
{
	snprintf(group, 64, "audience pledge=p%zu", i % GROUPS);
	return (struct mention){.id = (int64_t)i + 1, .event = (int64_t)i + 1,
		.alert = (int64_t)i + 1, .reason = REASON_FIRST,
		.channel = "desk", .group = group, .made = NOW};
}

static void alert_add(struct store_batch *batch, const struct event *event)
{
	struct alert alert = {.id = event->alert, .kind = event->kind,
		.severity = event->severity,
		.subject_kind = event->subject_kind,
		.subject = (char *)event->subject, .raised = NOW,
		.resolved = INSTANT_MIN, .raised_by = event->id,
		.acknowledged = INSTANT_MIN, .until = INSTANT_MIN,
		.escalation = NOW};

	store_add_alert(batch, &alert);
}

static void tell_one(struct store_batch *batch, size_t i)
{
	static char body[BODY_SIZE];
	char subject[32], group[64];
	const struct event event = event_make(i, subject);
	const struct item item = {.mention = mention_make(i, group),
		.event = &event};
	struct notification notification = {.id = (int64_t)i + 1,
		.event = event.id, .alert = event.alert, .channel = "desk",
		.group = group, .created = NOW, .items = &item,
		.item_count = 1};

	memset(body, 'x', sizeof body);
	snprintf(notification.message_id, sizeof notification.message_id,
		"msg_%024zu", i);
	store_add_event(batch, &event);
	alert_add(batch, &event);
	store_add_notification(batch, &notification, body, sizeof body);
}

static void wait_one(struct store_batch *batch, size_t i)
{
	char subject[32], group[64];
	const struct event event = event_make(i, subject);
	const struct mention mention = mention_make(i, group);

	store_add_event(batch, &event);
	alert_add(batch, &event);
	store_add_mention(batch, &mention);
}

static void see_delivery(void *context, const struct notification *notification,
	const struct delivery *delivery)
{
	(void)delivery;
	*(size_t *)context += notification->item_count;
}

static void see_mention(void *context, const struct mention *mention,
	const struct event *event)
{
	(void)mention, (void)event;
	*(size_t *)context += 1;
}

static void see_hearing(void *context, const struct hearing *hearing)
{
	(void)hearing;
	*(size_t *)context += 1;
}

static void load(struct store *store, size_t count)
{
	size_t items = 0, mentions = 0, hearings = 0;
	double start = bench_seconds();
	struct error error;

	if (store_load_pending(store, see_delivery, &items, &error) < 0 ||
		store_load_mentions(store, see_mention, &mentions, &error) < 0 ||
		store_load_hearings(store, see_hearing, &hearings, &error) < 0)
		bench_fail("%s", error.text);
	printf("%.6f\n", bench_seconds() - start);
	if (items + mentions != count || hearings != items)
		bench_fail("%zu items, %zu mentions and %zu hearings of %zu",
			items, mentions, hearings, count);
}

int main(int argc, char **argv)
{
	size_t count, turn, batches = 0, done = 0;
	double start = bench_seconds();
	struct error error;
	struct store *store;
	bool waiting;

	if (argc != 5)
		bench_fail("usage: tell told|waiting DIR COUNT TURN");
	waiting = strcmp(argv[1], "waiting") == 0;
	count = bench_number(argv[3]);
	turn = bench_number(argv[4]);
	store = store_open(argv[2], &error);
	if (store == NULL)
		bench_fail("%s", error.text);
	for (size_t i = 0; i < count; i += turn, batches++) {
		struct store_batch *batch = store_batch_new(store);

		for (size_t k = i; k < count && k < i + turn; k++)
			(waiting ? wait_one : tell_one)(batch, k);
		store_commit(store, batch, committed, &done);
	}
	while (done < batches) {
		struct pollfd ready = {.fd = store_fd(store), .events = POLLIN};

		poll(&ready, 1, -1);
		store_collect(store);
	}
	printf("%.6f ", bench_seconds() - start);
	load(store, count);
	store_close(store);
	return 0;
}
