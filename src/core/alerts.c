/*
 * alerts: those that are open, and their life. Found by number, and by subject,
 * which has at most one of each kind.
 */
#include "core/engine_internal.h"

#include "base/log.h"
#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) log_bug("%s", message)
#include <uthash.h>

struct firing {
	struct alert alert;
	char *by, *note;	/* the alert's */
	size_t position;	/* in items */
	uint32_t milestone;	/* its subject, in the register … */
	uint64_t era;		/* … of this era; 0: not looked for yet */
	struct firing *next;	/* of the same subject */
	UT_hash_handle hh;	/* by number */
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
	struct firing *by_number;
	struct subject *subjects;
	int64_t last_id;
	size_t acknowledged;
	uint64_t era;		/* of the register */
};

struct alerts *alerts_new(int64_t last_id)
{
	struct alerts *alerts = mem_new(1, sizeof(*alerts));
	alerts->in_order = true;
	alerts->era = 1;
	alerts->last_id = last_id;
	return alerts;
}

/* Words that people gave, cut between characters; free() them. */
static char *words_kept(const char *words, size_t most)
{
	size_t length = words ? strlen(words) : 0;
	size_t size = (length < most ? length : most) + 1;
	char *kept = mem_new(1, size);

	string_copy(kept, size, words ? words : "");
	return kept;
}

static void firing_say(struct firing *firing, const char *by, const char *note)
{
	firing->alert.by = firing->by = words_kept(by, ALERT_BY_MAX);
	firing->alert.note = firing->note = words_kept(note, ALERT_NOTE_MAX);
}

static void firing_free(struct firing *firing)
{
	free(firing->alert.subject);
	free(firing->by);
	free(firing->note);
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
	HASH_CLEAR(hh, alerts->by_number);
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

static struct firing *firing_of(const struct alerts *alerts, int64_t id)
{
	struct firing *firing;

	HASH_FIND(hh, alerts->by_number, &id, sizeof(id), firing);
	return firing;
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
	alerts->acknowledged += alert->state == ALERT_ACKNOWLEDGED;
	HASH_ADD(hh, alerts->by_number, alert.id, sizeof(alert->id), firing);

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
	HASH_DEL(alerts->by_number, firing);

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
				alert->kind) || firing_of(alerts, alert->id))
		return;
	struct firing *firing = mem_new(1, sizeof(*firing));
	firing->alert = *alert;
	firing->alert.subject = mem_string(named ? alert->subject : "");
	firing_say(firing, alert->by, alert->note);
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

struct alert *alerts_open(const struct alerts *alerts, int64_t id)
{
	struct firing *firing = firing_of(alerts, id);

	return firing ? &firing->alert : NULL;
}

int64_t alerts_of(const struct alerts *alerts, enum subject_kind subject_kind,
	const char *subject, enum event_kind kind)
{
	struct firing *firing = alerts_find(alerts, subject_kind, subject, kind);

	return firing ? firing->alert.id : 0;
}

size_t alerts_acknowledged(const struct alerts *alerts)
{
	return alerts->acknowledged;
}

void alerts_forget_places(struct alerts *alerts)
{
	alerts->era++;
}

struct route_subject alerts_subject_at(const struct engine *engine,
	size_t index)
{
	const struct alert *alert = alerts_at(engine->alerts, index);
	struct firing *firing = engine->alerts->items[index];

	if (alert->subject_kind != SUBJECT_MILESTONE)
		return engine_alert_subject(engine, alert);
	if (firing->era != engine->alerts->era)
		firing->milestone = register_milestone(engine->reg,
			alert->subject);
	firing->era = engine->alerts->era;
	return (struct route_subject){.reg = engine->reg, .kind = alert->kind,
		.about = SUBJECT_MILESTONE, .severity = alert->severity,
		.milestone = firing->milestone, .source = NOT_FOUND,
		.indicator = NOT_FOUND};
}

bool alerts_fires(const struct alerts *alerts, enum subject_kind subject_kind,
	const char *subject, enum event_kind kind)
{
	return alerts_of(alerts, subject_kind, subject, kind) != 0;
}

size_t alerts_about(const struct alerts *alerts, enum subject_kind subject_kind,
	const char *id, const struct alert *out[EVENT_KIND_COUNT])
{
	struct subject *subject = alerts_subject(alerts, subject_kind, id);
	size_t count = 0;

	for (struct firing *firing = subject ? subject->first : NULL; firing;
			firing = firing->next)
		out[count++] = &firing->alert;
	return count;
}

/* --- their life ---------------------------------------------------------- */

int64_t alerts_raise(struct alerts *alerts, const struct event *event)
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
	firing_say(firing, "", "");
	alerts_insert(alerts, firing);
	return alert->id;
}

/* What a step leaves behind besides the state. Returns whether that is to be
   saved, be the state another or not. */
static bool firing_keep(struct firing *firing, enum alert_input input,
	const struct alert_step *step, instant now)
{
	struct alert *alert = &firing->alert;
	bool other = step->state != alert->state;

	switch (input) {
	case ALERT_RAISE:
	case ALERT_CHANGE:
	case ALERT_ACKNOWLEDGE:
		return true;
	case ALERT_ESCALATE:
		alert->escalated += step->reason == REASON_ESCALATED;
		return step->reason == REASON_ESCALATED;
	case ALERT_EXPIRE:
		if (other) {
			alert->escalated = 0;
			alert->escalation = now;
		}
		return other;
	case ALERT_RESOLVE:
	case ALERT_WITHDRAW:
		if (other)
			alert->resolved = now;
		return other;
	case ALERT_REMIND:
	case ALERT_UNSILENCE:
	case ALERT_INPUT_COUNT:
		break;
	}
	return other;
}

const struct alert *alerts_step(struct alerts *alerts, int64_t id,
	enum alert_input input, instant now, enum notify_reason *reason,
	struct effects *effects)
{
	struct firing *firing = firing_of(alerts, id);
	const struct alert *copy = NULL;
	struct alert_step step;

	*reason = REASON_NONE;
	if (!firing)
		return NULL;
	step = alert_step(firing->alert.state, input);
	bool saved = firing_keep(firing, input, &step, now);
	alerts->acknowledged -= firing->alert.state == ALERT_ACKNOWLEDGED;
	firing->alert.state = step.state;
	alerts->acknowledged += firing->alert.state == ALERT_ACKNOWLEDGED;
	*reason = step.reason;
	if (saved) {
		copy = effects_alert(effects, &firing->alert);
		effects_add(effects, EFFECT_ALERT)->as.alert = copy;
	}
	if (!alert_state_is_open(step.state)) {
		alerts_remove(alerts, firing);
		firing_free(firing);
	}
	return copy;
}

enum notify_reason alert_take(struct engine *engine, int64_t id,
	enum alert_input input, instant now, struct effects *effects)
{
	enum notify_reason reason;
	const struct alert *copy = alerts_step(engine->alerts, id, input, now,
		&reason, effects);

	if (copy)
		telling_alert_changed(engine, id, now);
	if (copy && !alert_state_is_open(copy->state))
		inhibit_changed(engine, copy, now);
	return reason;
}

bool engine_acknowledge(struct engine *engine, int64_t id,
	const struct stated *stated, instant until, instant now,
	struct effects *effects)
{
	struct firing *firing = firing_of(engine->alerts, id);

	engine->asked = now;
	if (!firing)
		return false;
	free(firing->by);
	free(firing->note);
	firing_say(firing, stated ? stated->by : NULL,
		stated ? stated->note : NULL);
	firing->alert.acknowledged = now;
	firing->alert.until = until;
	alert_take(engine, id, ALERT_ACKNOWLEDGE, now, effects);
	telling_advance(engine, now, effects);
	return true;
}
