/*
 * waiting: mentions that wait, and what they share: the channels that they are
 * for, the events that they tell of, and the subjects whose end they tell.
 */
#include "core/telling_internal.h"

/* --- receivers ----------------------------------------------------------- */

struct receiver *receiver_of(struct engine *engine, const char *id)
{
	struct telling *telling = engine->telling;
	const struct policy *policy = engine->settings.policy;
	struct receiver *receiver;

	HASH_FIND_STR(telling->receivers, id, receiver);
	if (receiver)
		return receiver;
	receiver = mem_new(1, sizeof(*receiver));
	receiver->id = mem_string(id);
	receiver->index = policy ? policy_channel(policy, id) : NOT_FOUND;
	HASH_ADD_KEYPTR(hh, telling->receivers, receiver->id,
		strlen(receiver->id), receiver);
	return receiver;
}

void receivers_free(struct telling *telling)
{
	struct receiver *receiver, *next;

	HASH_ITER(hh, telling->receivers, receiver, next) {
		HASH_DEL(telling->receivers, receiver);
		free(receiver->id);
		free(receiver);
	}
}

/* --- events -------------------------------------------------------------- */

struct kept_event *event_keep(struct telling *telling,
	const struct event *event)
{
	struct kept_event *kept;

	HASH_FIND(hh, telling->kept, &event->id, sizeof(event->id), kept);
	if (!kept) {
		kept = mem_new(1, sizeof(*kept));
		kept->event = *event;
		kept->event.subject = mem_string(event->subject);
		kept->event.from = mem_string(event->from);
		kept->event.to = mem_string(event->to);
		HASH_ADD(hh, telling->kept, event.id, sizeof(kept->event.id),
			kept);
	}
	kept->uses++;
	return kept;
}

const char *string_copied(struct effects *effects, const char *string)
{
	return string ? effects_string(effects, string) : NULL;
}

/* A copy for all who hear of it in this call. */
const struct event *event_copied(struct telling *telling,
	struct kept_event *kept, struct effects *effects)
{
	if (kept->copy && kept->call == telling->call)
		return kept->copy;
	struct event *copy = effects_event(effects);
	*copy = kept->event;
	copy->subject = string_copied(effects, kept->event.subject);
	copy->from = string_copied(effects, kept->event.from);
	copy->to = string_copied(effects, kept->event.to);
	kept->copy = copy;
	kept->call = telling->call;
	return copy;
}

static void event_free(struct kept_event *kept)
{
	free((char *)kept->event.subject);
	free((char *)kept->event.from);
	free((char *)kept->event.to);
	free(kept);
}

static void event_leave(struct telling *telling, struct kept_event *kept)
{
	if (--kept->uses > 0)
		return;
	HASH_DEL(telling->kept, kept);
	event_free(kept);
}

/* --- mentions that wait -------------------------------------------------- */

void alert_discard(struct alert *alert)
{
	if (!alert)
		return;
	free(alert->subject);
	free((char *)alert->by);
	free((char *)alert->note);
	free(alert);
}

struct alert *alert_keep(const struct alert *alert)
{
	struct alert *copy = mem_new(1, sizeof(*copy));

	*copy = *alert;
	copy->subject = mem_string(alert->subject ? alert->subject : "");
	copy->by = mem_string(alert->by ? alert->by : "");
	copy->note = mem_string(alert->note ? alert->note : "");
	return copy;
}

void waiting_add(struct telling *telling, struct group *group,
	struct waiting *waiting)
{
	telling->news++;
	waiting->group = group;
	waiting->mention.channel = group->receiver->id;
	waiting->mention.group = group->name;
	DL_APPEND(group->first, waiting);
	group->count++;
	if (!waiting->saved)
		DL_APPEND2(telling->fresh, waiting, fresh_prev, fresh_next);
}

static void matter_key(const struct alert *alert, struct text *out)
{
	text_init(out, 0);
	text_addf(out, "%d%s", (int)alert->subject_kind,
		alert->subject ? alert->subject : "");
}

struct matter *matter_find(const struct telling *telling,
	const struct alert *alert)
{
	struct matter *matter;
	struct text key;

	matter_key(alert, &key);
	HASH_FIND(hh, telling->matters, text_string(&key), key.length, matter);
	text_release(&key);
	return matter;
}

void waiting_close(struct telling *telling, struct waiting *waiting,
	const struct alert *ended)
{
	struct matter *matter = matter_find(telling, ended);

	if (!matter) {
		struct text key;

		matter_key(ended, &key);
		size_t length = key.length;
		matter = mem_new(1, sizeof(*matter));
		matter->key = text_take(&key);
		HASH_ADD_KEYPTR(hh, telling->matters, matter->key, length,
			matter);
	}
	waiting->ended = alert_keep(ended);
	waiting->matter = matter;
	DL_APPEND2(matter->endings, waiting, end_prev, end_next);
}

static void matter_leave(struct telling *telling, struct waiting *waiting)
{
	struct matter *matter = waiting->matter;

	DL_DELETE2(matter->endings, waiting, end_prev, end_next);
	if (matter->endings)
		return;
	HASH_DEL(telling->matters, matter);
	free(matter->key);
	free(matter);
}

static void waiting_free(struct telling *telling, struct waiting *waiting)
{
	event_leave(telling, waiting->kept);
	alert_discard(waiting->ended);
	free((char *)waiting->mention.undelivered);
	free(waiting);
}

/* Out of its group, of which who looks goes on behind it. */
static void waiting_part(struct waiting *waiting)
{
	struct group *group = waiting->group;

	if (group->look == waiting)
		group->look = waiting->next;
	DL_DELETE(group->first, waiting);
}

void waiting_remove(struct telling *telling, struct waiting *waiting)
{
	if (waiting->ear)
		waiting->ear->waiting = NULL;
	if (waiting->cause)
		DL_DELETE2(waiting->cause->kin, waiting, kin_prev, kin_next);
	if (waiting->matter)
		matter_leave(telling, waiting);
	if (!waiting->saved)
		DL_DELETE2(telling->fresh, waiting, fresh_prev, fresh_next);
	waiting_part(waiting);
	waiting->group->count--;
	waiting_free(telling, waiting);
}

static void number_drop(int64_t number, const char *why,
	struct effects *effects)
{
	struct effect *effect = effects_add(effects, EFFECT_DROP);

	effect->number = number;
	effect->reason = effects_string(effects, why);
}

void former_drop(struct waiting *waiting, struct effects *effects)
{
	if (waiting->former)
		number_drop(waiting->former, "its cause is over: it waits anew",
			effects);
	waiting->former = 0;
}

void waiting_drop(struct telling *telling, struct waiting *waiting,
	const char *why, struct effects *effects)
{
	former_drop(waiting, effects);
	if (waiting->saved)
		number_drop(waiting->mention.id, why, effects);
	waiting_remove(telling, waiting);
}

void waiting_renew(struct telling *telling, struct waiting *waiting,
	instant now)
{
	waiting->since = waiting->mention.made = now;
	if (!waiting->saved)
		return;
	waiting->former = waiting->mention.id;
	waiting->mention.id = ++telling->last_mention;
	waiting->saved = waiting->restored = false;
	DL_APPEND2(telling->fresh, waiting, fresh_prev, fresh_next);
	waiting_part(waiting);
	DL_APPEND(waiting->group->first, waiting);
}
