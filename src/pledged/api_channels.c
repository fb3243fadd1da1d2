/*
 * api_channels: how people are reached, whether they are, and when; and a message
 * to try one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/channel_health.h"
#include "pledged/columns.h"
#include "pledged/selection.h"
#include "pledged/view.h"
#include "pledged/view_telling.h"

/* Dead messages counted; more are shown as so many. */
#define DEAD_COUNTED 10000
/* How long a test waits at most for what becomes of it, in seconds. */
#define TEST_WAIT_MAX 35

/* --- the list --------------------------------------------------------------------- */

/* What waits for each channel of the policy, and what was given up. */
struct piles {
	const struct policy *policy;
	size_t pending[CHANNELS_MAX], dead[CHANNELS_MAX];
};

static void pile_add(const struct piles *piles, size_t *counts,
	const char *channel)
{
	uint32_t index = policy_channel(piles->policy, channel);

	if (index < CHANNELS_MAX)
		counts[index]++;
}

static void take_dead(void *context, const struct notification *notification,
	const struct delivery *delivery)
{
	struct piles *piles = context;

	(void)delivery;
	pile_add(piles, piles->dead, notification->channel);
}

static int piles_count(struct piles *piles, struct daemon *daemon,
	struct error *error)
{
	size_t count = engine_outbox_pending(daemon->engine);

	for (size_t i = 0; i < count; i++) {
		const char *channel;

		if (engine_outbox(daemon->engine, i, &channel) != NULL)
			pile_add(piles, piles->pending, channel);
	}
	return store_load_deliveries(daemon->store, STORE_DEAD, 0, DEAD_COUNTED,
		take_dead, piles, error);
}

static void put_channel(struct json *json, struct daemon *daemon,
	const struct piles *piles, uint32_t index)
{
	const struct channel *channel = &piles->policy->channels[index];
	struct channel_health health;

	channel_health_of(daemon->channels_health, channel->id, &health);
	json_object(json);
	view_channel_fields(json, piles->policy, channel,
		loop_now(daemon->loop));
	json_put_instant(json, "last_attempt", health.last_attempt);
	json_put_instant(json, "last_success", health.last_success);
	json_put_instant(json, "failing_since", health.failing_since);
	view_said(json, "answer", health.answer);
	json_put_int(json, "pending", (int64_t)piles->pending[index]);
	json_put_int(json, "dead", (int64_t)piles->dead[index]);
	json_object_end(json);
}

static uint32_t find_channel(const struct daemon *daemon, const char *id)
{
	return policy_channel(&daemon->settings->policy, id);
}

static const struct channel *channel_of(const struct selection_item *of)
{
	return &of->daemon->settings->policy.channels[
		*(const uint32_t *)of->item];
}

static const char *channel_id(const struct selection_item *of)
{
	return channel_of(of)->id;
}

static const char *type_word(int number)
{
	return number == CHANNEL_TYPE_COUNT ? NULL :
		channel_type_name((enum channel_type)number);
}

static const char *channel_type(const struct selection_item *of)
{
	return channel_type_name(channel_of(of)->type);
}

static const char *channel_failing(const struct selection_item *of)
{
	struct channel_health health;

	channel_health_of(of->daemon->channels_health, channel_of(of)->id,
		&health);
	return selection_bool(health.failing_since != INSTANT_MIN);
}

static const struct selection_field filters[] = {
	{.name = "id", .value = channel_id},
	{.name = "type", .value = channel_type, .word = type_word},
	{.name = "failing", .value = channel_failing,
		.word = selection_bool_word},
	{.name = NULL},
};

static int channel_compare(const void *a, const void *b)
{
	return strcmp((*(const struct channel *const *)a)->id,
		(*(const struct channel *const *)b)->id);
}

/* Those behind a page, in the order of their ids. */
static size_t channels_behind(const struct policy *policy, const char *cursor,
	const struct channel *out[CHANNELS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < policy->channel_count; i++)
		if (cursor == NULL || strcmp(policy->channels[i].id, cursor) > 0)
			out[count++] = &policy->channels[i];
	qsort(out, count, sizeof *out, channel_compare);
	return count;
}

static void list_channels(struct list *list, struct daemon *daemon,
	const struct piles *piles, const struct selection *selection)
{
	const struct channel *channels[CHANNELS_MAX];
	size_t count = channels_behind(piles->policy, list->cursor, channels);

	for (size_t i = 0; i < count; i++) {
		uint32_t index = (uint32_t)(channels[i] -
			piles->policy->channels);

		if (!selection_accepts(selection, daemon, &index))
			continue;
		if (!list_has_room(list))
			break;
		put_channel(&list->reply.json, daemon, piles, index);
		list_wrote(list, channels[i]->id);
	}
}

void get_channels(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct piles piles = {.policy = &daemon->settings->policy};
	struct selection selection;
	struct error error;
	struct list list;

	(void)rest;
	if (selection_read(&selection, daemon, filters, request, &error) < 0) {
		reply_refusal(request, &error);
		return;
	}
	if (!list_begin(&list, request))
		return;
	list_as_table(&list, daemon, columns_channel);
	if (piles_count(&piles, daemon, &error) < 0) {
		reply_drop(&list.reply);
		reply_unreadable(request, &error);
		return;
	}
	list_channels(&list, daemon, &piles, &selection);
	list_end(&list);
}

/* 404, with those that there are. */
static void reply_no_channel(const struct daemon *daemon,
	struct server_request *request, const char *id)
{
	const struct policy *policy = &daemon->settings->policy;
	const char *names[CHANNELS_MAX + 1] = {NULL};

	for (size_t i = 0; i < policy->channel_count && i < CHANNELS_MAX; i++)
		names[i] = policy->channels[i].id;
	const char *nearest = string_nearest(id, names);

	if (nearest != NULL)
		reply_problem(request, 404, "there is no channel \"%s\", did you "
			"mean \"%s\"?", id, nearest);
	else
		reply_problem(request, 404, "there is no channel \"%s\": "
			"/v1/channels lists them", id);
}

void get_channel(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct piles piles = {.policy = &daemon->settings->policy};
	uint32_t index = find_channel(daemon, rest);
	struct error error;
	struct reply reply;

	if (index == NOT_FOUND) {
		reply_no_channel(daemon, request, rest);
	} else if (piles_count(&piles, daemon, &error) < 0) {
		reply_unreadable(request, &error);
	} else {
		reply_begin(&reply);
		put_channel(&reply.json, daemon, &piles, index);
		reply_send(&reply, request, 200);
	}
}

/* --- a test ------------------------------------------------------------------------ */

struct test {
	struct server_request *request;
	char *channel;
	int64_t notification;
	int64_t wait;		/* seconds */
};

static void test_free(struct test *test)
{
	free(test->channel);
	free(test);
}

static void test_reply(const struct test *test, const char *answer)
{
	struct reply reply;

	reply_begin(&reply);
	json_object(&reply.json);
	json_put_string(&reply.json, "channel", test->channel);
	json_put_int(&reply.json, "notification", test->notification);
	json_put_bool(&reply.json, "delivered", true);
	view_said(&reply.json, "answer", answer);
	json_object_end(&reply.json);
	reply_send(&reply, test->request, 200);
}

static void test_over(void *context, bool over, enum delivery_outcome outcome,
	const char *answer)
{
	struct test *test = context;

	if (!over)
		reply_problem(test->request, 504, "%s has not answered within "
			"%" PRId64 " seconds: pledgectl outbox show %" PRId64
			" tells what becomes of it", test->channel, test->wait,
			test->notification);
	else if (outcome == DELIVERED)
		test_reply(test, answer);
	else
		reply_problem(test->request, 502, "message %" PRId64 " did not "
			"reach %s: %s%s", test->notification, test->channel,
			answer, outcome != FAILED_FOR_GOOD ?
			" (it is tried again)" : "");
	test_free(test);
}

static void channel_test(struct daemon *daemon, struct server_request *request,
	const char *id, int64_t wait)
{
	char *who = access_name(server_request_peer(request));
	struct test *test = mem_new(1, sizeof *test);

	test->request = request;
	test->channel = mem_string(id);
	test->wait = wait;
	test->notification = engine_test_channel(daemon->engine, id, who,
		loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, NULL);
	daemon_record(daemon, who, "test", id, note_asked(request), NULL, NULL);
	channel_health_wait(daemon, test->notification, wait, test_over, test);
	free(who);
}

void post_channel(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/test");
	const char *wait = server_request_query(request, "wait");
	int64_t seconds = wait != NULL ? rest_number(wait) : TEST_WAIT_MAX;

	if (id == NULL)
		reply_problem(request, 404, "there is no such order: "
			"POST /v1/channels/{id}/test");
	else if (find_channel(daemon, id) == NOT_FOUND)
		reply_no_channel(daemon, request, id);
	else if (seconds < 1 || seconds > TEST_WAIT_MAX)
		reply_problem(request, 400, "wait: a whole number of seconds from "
			"1 to %d", TEST_WAIT_MAX);
	else
		channel_test(daemon, request, id, seconds);
	free(id);
}
