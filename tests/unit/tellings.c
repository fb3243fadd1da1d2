/* tellings: see tellings.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tellings.h"

#define GROW(tellings, thing) \
	((tellings)->thing##s = mem_grow((tellings)->thing##s, \
		(tellings)->thing##_count, &(tellings)->thing##_room, \
		sizeof(*(tellings)->thing##s)), \
	&(tellings)->thing##s[(tellings)->thing##_count++])

/* --- release ------------------------------------------------------------- */

static void mention_release(struct mention *mention)
{
	free((char *)mention->channel);
	free((char *)mention->group);
	free((char *)mention->undelivered);
}

static void alert_release(struct alert *alert)
{
	free(alert->subject);
	free((char *)alert->by);
	free((char *)alert->note);
}

static void silence_release(struct silence *silence)
{
	free((char *)silence->words);
	free((char *)silence->by);
	free((char *)silence->note);
	free((char *)silence->ended_by);
}

void tellings_release(struct tellings *tellings)
{
	for (size_t i = 0; i < tellings->event_count; i++) {
		free((char *)tellings->events[i].subject);
		free((char *)tellings->events[i].from);
		free((char *)tellings->events[i].to);
	}
	for (size_t i = 0; i < tellings->alert_count; i++)
		alert_release(&tellings->alerts[i]);
	for (size_t i = 0; i < tellings->mention_count; i++)
		mention_release(&tellings->mentions[i]);
	for (size_t i = 0; i < tellings->hearing_count; i++)
		free((char *)tellings->hearings[i].channel);
	for (size_t i = 0; i < tellings->silence_count; i++)
		silence_release(&tellings->silences[i]);
	for (size_t i = 0; i < tellings->group_count; i++) {
		free(tellings->groups[i].channel);
		free(tellings->groups[i].group);
	}
	free(tellings->events);
	free(tellings->alerts);
	free(tellings->mentions);
	free(tellings->hearings);
	free(tellings->silences);
	free(tellings->groups);
	free(tellings->tolds);
	*tellings = (struct tellings){0};
}

/* --- taking -------------------------------------------------------------- */

static void take_event(struct tellings *tellings, const struct event *event)
{
	struct event *kept = GROW(tellings, event);

	assert_int_equal(event->id, (int64_t)tellings->event_count);
	*kept = *event;
	kept->subject = mem_string(event->subject);
	kept->from = mem_string(event->from);
	kept->to = mem_string(event->to);
}

static void take_alert(struct tellings *tellings, const struct alert *alert)
{
	struct alert *kept;

	if (alert->id > (int64_t)tellings->alert_count) {
		kept = GROW(tellings, alert);
	} else {
		kept = &tellings->alerts[alert->id - 1];
		alert_release(kept);
	}
	*kept = *alert;
	kept->subject = mem_string(alert->subject);
	kept->by = mem_string(alert->by);
	kept->note = mem_string(alert->note);
}

static size_t mention_find(const struct tellings *tellings, int64_t id)
{
	size_t low = 0, high = tellings->mention_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (tellings->mentions[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tellings->mention_count &&
		tellings->mentions[low].id == id ? low : SIZE_MAX;
}

static void mention_number(struct tellings *tellings, int64_t id)
{
	if (id > tellings->last_mention)
		tellings->last_mention = id;
}

static void take_mention(struct tellings *tellings,
	const struct mention *mention)
{
	assert_int_equal(mention_find(tellings, mention->id), SIZE_MAX);
	assert_in_range(mention->event, 1, tellings->event_count);
	assert_true(mention->alert <= (int64_t)tellings->alert_count);
	assert_non_null(mention->group);
	size_t at = tellings->mention_count;
	GROW(tellings, mention);
	for (; at > 0 && tellings->mentions[at - 1].id > mention->id; at--)
		tellings->mentions[at] = tellings->mentions[at - 1];
	struct mention *kept = &tellings->mentions[at];
	*kept = *mention;
	kept->channel = mem_string(mention->channel);
	kept->group = mem_string(mention->group);
	kept->undelivered = mem_string(mention->undelivered);
	mention_number(tellings, mention->id);
	tellings->mentions_saved++;
}

static void mention_end(struct tellings *tellings, int64_t id)
{
	size_t at = mention_find(tellings, id);

	if (at == SIZE_MAX)
		fail_msg("mention %lld does not wait", (long long)id);
	mention_release(&tellings->mentions[at]);
	memmove(&tellings->mentions[at], &tellings->mentions[at + 1],
		(--tellings->mention_count - at) * sizeof(*tellings->mentions));
}

static void take_hearing(struct tellings *tellings,
	const struct mention *mention, const struct notification *notification)
{
	int64_t thread = mention->thread ? mention->thread : notification->id;
	struct hearing *kept = NULL;

	for (size_t i = 0; i < tellings->hearing_count && !kept; i++) {
		if (tellings->hearings[i].alert == mention->alert &&
				string_is(tellings->hearings[i].channel,
				notification->channel))
			kept = &tellings->hearings[i];
	}
	if (!kept) {
		kept = GROW(tellings, hearing);
		*kept = (struct hearing){.alert = mention->alert,
			.channel = mem_string(notification->channel),
			.thread = thread};
	}
	kept->thread = thread < kept->thread ? thread : kept->thread;
	kept->told = notification->created;
	kept->reminders += mention->reason == REASON_REMINDER;
}

static void take_group(struct tellings *tellings,
	const struct notification *notification)
{
	for (size_t i = 0; i < tellings->group_count; i++) {
		struct heard_group *group = &tellings->groups[i];

		if (string_is(group->channel, notification->channel) &&
				string_is(group->group, notification->group)) {
			group->told = notification->created;
			return;
		}
	}
	*GROW(tellings, group) = (struct heard_group){
		mem_string(notification->channel),
		mem_string(notification->group), notification->created};
}

static void log_item(struct text *log, const struct item *item)
{
	text_addf(log, "%s %s", notify_reason_name(item->mention.reason),
		event_kind_name(item->event->kind));
	if (item->event->subject)
		text_addf(log, " %s", item->event->subject);
	if (item->mention.reason == REASON_RESOLVED && item->alert)
		text_addf(log, " of %s", event_kind_name(item->alert->kind));
	if (item->reminders)
		text_addf(log, " (%d)", item->reminders);
	if (item->mention.undelivered)
		text_addf(log, " from %s", item->mention.undelivered);
	for (size_t i = 0; i < item->speaks_for_count; i++)
		text_addf(log, "%s%s", i ? ", " : " (for ", item->speaks_for[i]);
	if (item->consequences > item->speaks_for_count)
		text_addf(log, " and %zu", item->consequences -
			item->speaks_for_count);
	if (item->consequences)
		text_add_char(log, ')');
}

static void take_item(struct tellings *tellings, const struct item *item,
	const struct notification *notification)
{
	const struct mention *mention = &item->mention;

	assert_non_null(item->event);
	assert_int_equal(item->event->id, mention->event);
	if (item->saved)
		mention_end(tellings, mention->id);
	else
		assert_int_equal(mention_find(tellings, mention->id), SIZE_MAX);
	mention_number(tellings, mention->id);
	if (item->alert)
		assert_int_equal(item->alert->id, mention->alert);
	if (mention->alert && !tellings->forgets)
		take_hearing(tellings, mention, notification);
	struct told_item *told = GROW(tellings, told);
	*told = (struct told_item){.at = notification->created,
		.notification = notification->id, .mention = mention->id,
		.event = mention->event, .alert = mention->alert,
		.thread = mention->thread, .reason = mention->reason,
		.severity = item->alert ? item->alert->severity :
			item->event->severity};
	snprintf(told->channel, sizeof(told->channel), "%s",
		notification->channel);
}

static void take_notification(struct tellings *tellings,
	const struct notification *notification)
{
	assert_true(notification->item_count > 0);
	assert_non_null(notification->group);
	if (!tellings->forgets)
		take_group(tellings, notification);
	for (size_t i = 0; i < notification->item_count; i++)
		take_item(tellings, &notification->items[i], notification);
	if (!tellings->log)
		return;
	int64_t since = notification->created - tellings->base;
	text_addf(tellings->log, "%lld %02lld:%02lld:%02lld %s: ",
		(long long)(since / 86400), (long long)(since / 3600 % 24),
		(long long)(since / 60 % 60), (long long)(since % 60),
		notification->channel);
	for (size_t i = 0; i < notification->item_count; i++) {
		text_add_string(tellings->log, i ? "; " : "");
		log_item(tellings->log, &notification->items[i]);
	}
	text_add_char(tellings->log, '\n');
}

static void take_silence(struct tellings *tellings,
	const struct silence *silence)
{
	struct silence *kept;

	if (silence->id > (int64_t)tellings->silence_count) {
		kept = GROW(tellings, silence);
		assert_int_equal(silence->id, (int64_t)tellings->silence_count);
	} else {
		kept = &tellings->silences[silence->id - 1];
		assert_int_equal(kept->ended, INSTANT_MAX);
		silence_release(kept);
	}
	*kept = *silence;
	kept->words = mem_string(silence->words);
	kept->by = mem_string(silence->by);
	kept->note = mem_string(silence->note);
	kept->ended_by = mem_string(silence->ended_by);
}

void tellings_take(struct tellings *tellings, const struct effect *effect)
{
	if (effect->kind == EFFECT_EVENT)
		take_event(tellings, effect->as.event);
	if (effect->kind == EFFECT_ALERT)
		take_alert(tellings, effect->as.alert);
	if (effect->kind == EFFECT_MENTION)
		take_mention(tellings, effect->as.mention);
	if (effect->kind == EFFECT_NOTIFY)
		take_notification(tellings, &effect->as.notification);
	if (effect->kind == EFFECT_SILENCE)
		take_silence(tellings, effect->as.silence);
	if (effect->kind == EFFECT_DROP) {
		assert_non_null(effect->reason);
		mention_end(tellings, effect->number);
		tellings->mentions_dropped++;
	}
}

/* --- a restart ----------------------------------------------------------- */

void tellings_settings(const struct tellings *tellings,
	struct engine_settings *settings)
{
	settings->last_mention = tellings->last_mention;
	settings->last_silence = (int64_t)tellings->silence_count;
}

/* Backwards where the order is said not to matter. */
void tellings_restore(const struct tellings *tellings, struct engine *engine)
{
	for (size_t i = tellings->mention_count; i-- > 0;) {
		const struct mention *mention = &tellings->mentions[i];
		const struct alert *alert = mention->alert ?
			&tellings->alerts[mention->alert - 1] : NULL;

		engine_restore_mention(engine, mention,
			&tellings->events[mention->event - 1]);
		if (alert && !alert_state_is_open(alert->state))
			engine_restore_alert(engine, alert);
	}
	for (size_t i = tellings->hearing_count; i-- > 0;) {
		const struct hearing *hearing = &tellings->hearings[i];

		if (alert_state_is_open(
				tellings->alerts[hearing->alert - 1].state))
			engine_restore_hearing(engine, hearing);
	}
	for (size_t i = 0; i < tellings->group_count; i++)
		engine_restore_group(engine, tellings->groups[i].channel,
			tellings->groups[i].group, tellings->groups[i].told);
	for (size_t i = tellings->silence_count; i-- > 0;)
		engine_restore_silence(engine, &tellings->silences[i]);
}
