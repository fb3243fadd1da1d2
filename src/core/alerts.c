/*
 * alerts: what is announced, and which alerts it raises and ends. Firing
 * alerts are found by subject; a subject has at most one of each kind.
 */
#include "core/engine_internal.h"

#include "base/log.h"
#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) log_bug("%s", message)
#include <uthash.h>

struct firing {
	struct alert alert;
	size_t position;	/* in items */
	struct firing *next;	/* of the same subject */
};

struct subject {
	char *key;		/* a letter for the kind, then the id */
	struct firing *first;
	UT_hash_handle hh;
};

struct alerts {
	struct firing **items;
	size_t count;
	size_t capacity;
	bool in_order;		/* of id */
	struct subject *subjects;
	int64_t last_id;
};

struct alerts *alerts_new(int64_t last_id)
{
	struct alerts *alerts = mem_new(1, sizeof(*alerts));
	alerts->in_order = true;
	alerts->last_id = last_id;
	return alerts;
}

static void firing_free(struct firing *firing)
{
	free(firing->alert.subject);
	free((char *)firing->alert.by);
	free((char *)firing->alert.note);
	free(firing);
}

void alerts_free(struct alerts *alerts)
{
	struct subject *subject, *next;

	if (!alerts)
		return;
	HASH_ITER(hh, alerts->subjects, subject, next) {
		HASH_DEL(alerts->subjects, subject);
		free(subject->key);
		free(subject);
	}
	for (size_t i = 0; i < alerts->count; i++)
		firing_free(alerts->items[i]);
	free(alerts->items);
	free(alerts);
}

/* --- by subject ---------------------------------------------------------- */

#define KEY_MAX (REGISTER_ID_MAX + 2)

static size_t subject_key(char key[KEY_MAX], enum subject_kind kind,
	const char *subject)
{
	int length = snprintf(key, KEY_MAX, "%c%s", 'a' + (int)kind,
		subject ? subject : "");
	return length < KEY_MAX ? (size_t)length : KEY_MAX - 1;
}

static struct subject *alerts_subject(const struct alerts *alerts,
	enum subject_kind kind, const char *id)
{
	struct subject *subject = NULL;
	char key[KEY_MAX];

	size_t length = subject_key(key, kind, id);
	HASH_FIND(hh, alerts->subjects, key, length, subject);
	return subject;
}

static struct firing *alerts_find(const struct alerts *alerts,
	enum subject_kind kind, const char *id, enum event_kind alert)
{
	struct subject *subject = alerts_subject(alerts, kind, id);
	struct firing *firing = subject ? subject->first : NULL;

	while (firing && firing->alert.kind != alert)
		firing = firing->next;
	return firing;
}

static void alerts_insert(struct alerts *alerts, struct firing *firing)
{
	const struct alert *alert = &firing->alert;
	struct subject *subject = alerts_subject(alerts, alert->subject_kind,
		alert->subject);

	if (!subject) {
		char key[KEY_MAX];
		size_t length = subject_key(key, alert->subject_kind,
			alert->subject);
		subject = mem_new(1, sizeof(*subject));
		subject->key = mem_string_n(key, length);
		HASH_ADD_KEYPTR(hh, alerts->subjects, subject->key, length,
			subject);
	}
	firing->next = subject->first;
	subject->first = firing;

	alerts->items = mem_grow(alerts->items, alerts->count,
		&alerts->capacity, sizeof(*alerts->items));
	if (alerts->count && alerts->items[alerts->count - 1]->alert.id > alert->id)
		alerts->in_order = false;
	firing->position = alerts->count;
	alerts->items[alerts->count++] = firing;
}

/* Takes an alert out; its subject stays known until the last has gone. */
static void alerts_remove(struct alerts *alerts, struct firing *firing)
{
	struct subject *subject = alerts_subject(alerts,
		firing->alert.subject_kind, firing->alert.subject);
	struct firing **link = &subject->first;

	while (*link != firing)
		link = &(*link)->next;
	*link = firing->next;
	if (!subject->first) {
		HASH_DEL(alerts->subjects, subject);
		free(subject->key);
		free(subject);
	}

	struct firing *last = alerts->items[--alerts->count];
	if (last != firing) {
		alerts->items[firing->position] = last;
		last->position = firing->position;
		alerts->in_order = false;
	}
}

void alerts_restore(struct alerts *alerts, const struct alert *alert)
{
	bool named = alert->subject && alert->subject[0];

	if (!alert_state_is_open(alert->state) ||
			named == (alert->subject_kind == SUBJECT_NONE) ||
			alerts_find(alerts, alert->subject_kind, alert->subject,
				alert->kind))
		return;
	struct firing *firing = mem_new(1, sizeof(*firing));
	firing->alert = *alert;
	firing->alert.subject = mem_string(named ? alert->subject : "");
	firing->alert.by = mem_string(alert->by ? alert->by : "");
	firing->alert.note = mem_string(alert->note ? alert->note : "");
	if (alert->id > alerts->last_id)
		alerts->last_id = alert->id;
	alerts_insert(alerts, firing);
}

size_t alerts_count(const struct alerts *alerts)
{
	return alerts->count;
}

static int firing_compare(const void *a, const void *b)
{
	int64_t one = (*(struct firing *const *)a)->alert.id;
	int64_t two = (*(struct firing *const *)b)->alert.id;
	return one < two ? -1 : one > two;
}

const struct alert *alerts_at(struct alerts *alerts, size_t index)
{
	if (index >= alerts->count)
		return NULL;
	if (!alerts->in_order) {
		qsort(alerts->items, alerts->count, sizeof(*alerts->items),
			firing_compare);
		for (size_t i = 0; i < alerts->count; i++)
			alerts->items[i]->position = i;
		alerts->in_order = true;
	}
	return &alerts->items[index]->alert;
}

bool alerts_fires(const struct alerts *alerts, enum subject_kind subject_kind,
	const char *subject, enum event_kind kind)
{
	return alerts_find(alerts, subject_kind, subject, kind) != NULL;
}

/* --- announcing ---------------------------------------------------------- */

void reason_copy(char out[REASON_MAX], const char *reason)
{
	size_t length = strlen(reason);

	if (length < REASON_MAX) {
		memcpy(out, reason, length + 1);
		return;
	}
	length = REASON_MAX - sizeof("…");
	while (length > 0 && ((unsigned char)reason[length] & 0xc0) == 0x80)
		length--;
	memcpy(out, reason, length);
	memcpy(out + length, "…", sizeof("…"));
}

struct announcement announcement_of(const struct engine *engine,
	uint32_t milestone, enum event_kind kind, const char *reason)
{
	const struct milestone *subject = &engine->reg->milestones[milestone];
	return (struct announcement){
		.kind = kind,
		.severity = subject->severity,
		.subject_kind = SUBJECT_MILESTONE,
		.subject = subject->id,
		.reg = engine->reg,
		.milestone = milestone,
		.source = NOT_FOUND,
		.reason = reason,
		.spare = EVENT_KIND_COUNT,
	};
}

static struct firing *alert_raise(struct alerts *alerts,
	const struct event *event, struct effects *effects)
{
	struct firing *firing = mem_new(1, sizeof(*firing));
	struct alert *alert = &firing->alert;

	alert->id = ++alerts->last_id;
	alert->kind = event->kind;
	alert->severity = event->severity;
	alert->subject_kind = event->subject_kind;
	alert->subject = mem_string(event->subject ? event->subject : "");
	alert->state = ALERT_FIRING;
	alert->raised = event->time;
	alert->resolved = alert->acknowledged = alert->until = INSTANT_MIN;
	alert->escalation = event->time;
	alert->raised_by = event->id;
	memcpy(alert->reason, event->reason, sizeof(alert->reason));
	alerts_insert(alerts, firing);
	effects_add(effects, EFFECT_ALERT)->as.alert =
		effects_alert(effects, alert);
	return firing;
}

static void alert_end(struct alerts *alerts, struct firing *firing,
	const struct event *event, struct effects *effects)
{
	firing->alert.state = ALERT_RESOLVED;
	firing->alert.resolved = event->time;
	firing->alert.resolved_by = event->id;
	effects_add(effects, EFFECT_ALERT)->as.alert =
		effects_alert(effects, &firing->alert);
	alerts_remove(alerts, firing);
	firing_free(firing);
}

/* Whether an event of this kind would end this alert. */
static bool announcement_ends(const struct announcement *announcement,
	const struct alert *alert)
{
	bool recovery = announcement->kind == EVENT_RECOVERED;
	bool dispute = alert->kind == EVENT_DISPUTED;

	if (recovery && dispute != announcement->agreed)
		return false;
	return event_kind_ends(announcement->kind, alert->kind) &&
		alert->kind != announcement->spare;
}

/* The oldest alert of the subject that the event will end. */
static struct firing *alerts_ended(const struct alerts *alerts,
	const struct announcement *announcement)
{
	struct subject *subject = alerts_subject(alerts,
		announcement->subject_kind, announcement->subject);
	struct firing *oldest = NULL;

	for (struct firing *firing = subject ? subject->first : NULL; firing;
			firing = firing->next) {
		if (announcement_ends(announcement, &firing->alert) &&
				(!oldest || firing->alert.id < oldest->alert.id))
			oldest = firing;
	}
	return oldest;
}

static bool announcement_is_idle(const struct alerts *alerts,
	const struct announcement *announcement)
{
	if (event_kind_stands(announcement->kind))
		return alerts_fires(alerts, announcement->subject_kind,
			announcement->subject, announcement->kind);
	if (announcement->kind == EVENT_RECOVERED ||
			announcement->kind == EVENT_SOURCE_RECOVERED ||
			announcement->kind == EVENT_ONLINE)
		return !alerts_ended(alerts, announcement);
	return false;
}

static struct event *event_make(struct engine *engine,
	const struct announcement *announcement, instant now,
	struct effects *effects)
{
	struct event *event = effects_event(effects);

	event->id = ++engine->last_event;
	event->time = now;
	event->kind = announcement->kind;
	event->severity = announcement->severity;
	event->subject_kind = announcement->subject_kind;
	event->subject = announcement->subject;
	event->from = announcement->from;
	event->to = announcement->to;
	event->late = INSTANT_MIN;
	reason_copy(event->reason, announcement->reason);
	effects_add(effects, EFFECT_EVENT)->as.event = event;
	return event;
}

/* Raises the event's alert unless it fires already, and ends those it
   answers. The event carries the alert it is about: its own, else one it
   ends. */
static void event_take(struct engine *engine, struct event *event,
	const struct announcement *announcement, struct effects *effects)
{
	struct alerts *alerts = engine->alerts;
	struct firing *firing;

	while ((firing = alerts_ended(alerts, announcement))) {
		if (firing->alert.id > event->alert)
			event->alert = firing->alert.id;
		alert_end(alerts, firing, event, effects);
	}
	if (!event_kind_raises(event->kind))
		return;
	firing = alerts_find(alerts, event->subject_kind, event->subject,
		event->kind);
	if (!firing)
		firing = alert_raise(alerts, event, effects);
	event->alert = firing->alert.id;
}

static struct route_subject announcement_subject(
	const struct announcement *announcement)
{
	enum subject_kind about = announcement->subject_kind;

	return (struct route_subject){
		.reg = announcement->reg,
		.kind = announcement->kind,
		.about = about,
		.severity = announcement->severity,
		.milestone = announcement->milestone,
		.source = announcement->source,
		.indicator = about == SUBJECT_INDICATOR ? register_indicator(
			announcement->reg, announcement->subject) : NOT_FOUND,
		.channel = about == SUBJECT_CHANNEL ? announcement->subject : NULL,
	};
}

const struct event *engine_announce(struct engine *engine,
	const struct announcement *announcement, instant now,
	struct effects *effects)
{
	if (announcement_is_idle(engine->alerts, announcement))
		return NULL;
	struct event *event = event_make(engine, announcement, now, effects);
	event_take(engine, event, announcement, effects);
	if (!announcement->quiet)
		tell(engine, &(struct tiding){.event = event,
			.subject = announcement_subject(announcement)}, now,
			effects);
	return event;
}

void engine_resolve(struct engine *engine, const struct event *event,
	enum event_kind kind, struct effects *effects)
{
	struct firing *firing = alerts_find(engine->alerts,
		event->subject_kind, event->subject, kind);
	if (firing)
		alert_end(engine->alerts, firing, event, effects);
}

/* --- leaving ------------------------------------------------------------- */

struct leaver {
	enum subject_kind kind;
	const char *id;			/* owned by the effects */
};

static bool subject_has_left(const struct register_ *reg,
	const struct alert *alert)
{
	return (alert->subject_kind == SUBJECT_SOURCE &&
		register_source(reg, alert->subject) == NOT_FOUND) ||
		(alert->subject_kind == SUBJECT_INDICATOR &&
		register_indicator(reg, alert->subject) == NOT_FOUND);
}

static void leaver_announce(struct engine *engine, const struct leaver *leaver,
	const struct register_ *before, instant now, struct effects *effects)
{
	bool is_source = leaver->kind == SUBJECT_SOURCE;

	engine_announce(engine, &(struct announcement){
		.kind = is_source ? EVENT_SOURCE_RECOVERED : EVENT_RECOVERED,
		.severity = SEVERITY_INFO,
		.subject_kind = leaver->kind,
		.subject = leaver->id,
		.reg = before,
		.milestone = NOT_FOUND,
		.source = is_source ? register_source(before, leaver->id) :
			NOT_FOUND,
		.reason = "it is no longer in the register",
		.spare = EVENT_KIND_COUNT,
	}, now, effects);
}

/* Whom they are about is noted first: an announcement ends all of a subject. */
void alerts_leave(struct engine *engine, const struct register_ *before,
	instant now, struct effects *effects)
{
	struct alerts *alerts = engine->alerts;
	struct leaver *leavers = mem_new(alerts->count + 1, sizeof(*leavers));
	size_t count = 0;

	for (size_t i = 0; i < alerts->count; i++) {
		const struct alert *alert = alerts_at(alerts, i);

		if (subject_has_left(engine->reg, alert))
			leavers[count++] = (struct leaver){alert->subject_kind,
				effects_string(effects, alert->subject)};
	}
	for (size_t i = 0; i < count; i++)
		leaver_announce(engine, &leavers[i], before, now, effects);
	free(leavers);
}
