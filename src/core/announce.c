/*
 * announce: events, the alerts that they raise and end, and how they are handed
 * on to be told.
 */
#include "core/engine_internal.h"

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
		.besides = EVENT_KIND_COUNT,
		.late = INSTANT_MIN,
	};
}

/* The source that what is said of a subject concerns: itself, or the only one
   that supplies an indicator. */
static uint32_t subject_source(const struct engine *engine,
	enum subject_kind about, const char *subject)
{
	const struct supply_list *sources;
	uint32_t indicator;

	if (about == SUBJECT_SOURCE)
		return register_source(engine->reg, subject);
	if (about != SUBJECT_INDICATOR)
		return NOT_FOUND;
	indicator = register_indicator(engine->reg, subject);
	if (indicator == NOT_FOUND)
		return NOT_FOUND;
	sources = supply_sources(engine->supply, indicator);
	return sources->count == 1 ? sources->items[0] : NOT_FOUND;
}

struct announcement announcement_about(const struct engine *engine,
	enum subject_kind about, const char *subject, enum event_kind kind,
	const char *reason)
{
	return (struct announcement){
		.kind = kind,
		.severity = event_kind_raises(kind) ? SEVERITY_WARNING
			: SEVERITY_INFO,
		.subject_kind = about,
		.subject = subject,
		.reg = engine->reg,
		.milestone = NOT_FOUND,
		.source = subject_source(engine, about, subject),
		.reason = reason,
		.spare = EVENT_KIND_COUNT,
		.besides = EVENT_KIND_COUNT,
		.late = INSTANT_MIN,
	};
}

/* --- what it ends -------------------------------------------------------- */

/* Whether an event of this kind would end this alert. */
static bool announcement_ends(const struct announcement *announcement,
	const struct alert *alert)
{
	bool recovery = announcement->kind == EVENT_RECOVERED;
	bool dispute = alert->kind == EVENT_DISPUTED;

	if (alert->kind == announcement->besides)
		return true;
	if (recovery && dispute != announcement->agreed)
		return false;
	return event_kind_ends(announcement->kind, alert->kind) &&
		alert->kind != announcement->spare;
}

static int number_compare(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;

	return (one > two) - (one < two);
}

/* The alerts of its subject that an announcement ends, the oldest first. */
static size_t announcement_ended(const struct alerts *alerts,
	const struct announcement *announcement, int64_t out[EVENT_KIND_COUNT])
{
	const struct alert *about[EVENT_KIND_COUNT];
	size_t count = 0, open = alerts_about(alerts,
		announcement->subject_kind, announcement->subject, about);

	for (size_t i = 0; i < open; i++)
		if (announcement_ends(announcement, about[i]))
			out[count++] = about[i]->id;
	qsort(out, count, sizeof(*out), number_compare);
	return count;
}

static bool announcement_is_idle(const struct alerts *alerts,
	const struct announcement *announcement)
{
	int64_t ended[EVENT_KIND_COUNT];

	if (event_kind_stands(announcement->kind))
		return alerts_fires(alerts, announcement->subject_kind,
			announcement->subject, announcement->kind);
	return event_kind_answers(announcement->kind) &&
		announcement_ended(alerts, announcement, ended) == 0;
}

/* --- the event ----------------------------------------------------------- */

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
	event->late = announcement->late;
	reason_copy(event->reason, announcement->reason);
	effects_add(effects, EFFECT_EVENT)->as.event = event;
	return event;
}

/* What nobody asks about any more is not resolved by that. */
static enum alert_input announcement_input(
	const struct announcement *announcement)
{
	return announcement->leaves || announcement->kind == EVENT_WITHDRAWN ||
		announcement->kind == EVENT_SUPERSEDED ? ALERT_WITHDRAW :
		ALERT_RESOLVE;
}

static void event_end(struct engine *engine, struct event *event,
	const struct announcement *announcement, struct tiding *tiding,
	struct effects *effects)
{
	enum alert_input input = announcement_input(announcement);
	int64_t ids[EVENT_KIND_COUNT];
	size_t count = announcement_ended(engine->alerts, announcement, ids);
	const struct alert **ended = effects_block(effects,
		(count + 1) * sizeof(*ended));
	enum notify_reason reason;

	for (size_t i = 0; i < count; i++) {
		alerts_open(engine->alerts, ids[i])->resolved_by = event->id;
		ended[i] = alerts_step(engine->alerts, ids[i], input,
			event->time, &reason, effects);
		event->alert = ids[i];
	}
	tiding->ended = ended;
	tiding->ended_count = count;
}

/* Raises the alert of the event's kind; one that fires already is told
   otherwise. */
static void event_raise(struct engine *engine, struct event *event,
	struct tiding *tiding, struct effects *effects)
{
	struct alerts *alerts = engine->alerts;
	int64_t id = alerts_of(alerts, event->subject_kind, event->subject,
		event->kind);
	struct alert *alert = alerts_open(alerts, id);
	enum notify_reason reason;

	tiding->reason = REASON_FIRST;
	if (alert) {
		alert->severity = event->severity;
		memcpy(alert->reason, event->reason, sizeof(alert->reason));
		tiding->raised = alerts_step(alerts, id, ALERT_CHANGE,
			event->time, &tiding->reason, effects);
	} else {
		id = alerts_raise(alerts, event);
		tiding->raised = alerts_step(alerts, id, ALERT_RAISE,
			event->time, &reason, effects);
	}
	event->alert = id;
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

/* After it is told: whoever hears of an end must still be known to have heard
   of the beginning. */
static void tiding_changed(struct engine *engine, const struct tiding *tiding,
	instant now)
{
	for (size_t i = 0; i < tiding->ended_count; i++) {
		telling_alert_changed(engine, tiding->ended[i]->id, now);
		inhibit_changed(engine, tiding->ended[i], now);
	}
	if (!tiding->raised)
		return;
	telling_alert_changed(engine, tiding->raised->id, now);
	if (tiding->reason == REASON_FIRST)
		inhibit_changed(engine, tiding->raised, now);
}

/* The event carries the alert it is about: its own, else the newest it ends. */
const struct event *engine_announce(struct engine *engine,
	const struct announcement *announcement, instant now,
	struct effects *effects)
{
	struct tiding tiding = {.subject = announcement_subject(announcement),
		.answers = event_kind_answers(announcement->kind)};

	if (announcement_is_idle(engine->alerts, announcement))
		return NULL;
	struct event *event = event_make(engine, announcement, now, effects);
	tiding.event = event;
	event_end(engine, event, announcement, &tiding, effects);
	if (event_kind_raises(event->kind))
		event_raise(engine, event, &tiding, effects);
	if (!announcement->quiet)
		tell(engine, &tiding, now, effects);
	tiding_changed(engine, &tiding, now);
	return event;
}

struct route_subject engine_alert_subject(const struct engine *engine,
	const struct alert *alert)
{
	const struct register_ *reg = engine->reg;
	enum subject_kind about = alert->subject_kind;

	return (struct route_subject){
		.reg = reg,
		.kind = alert->kind,
		.about = about,
		.severity = alert->severity,
		.milestone = about == SUBJECT_MILESTONE ?
			register_milestone(reg, alert->subject) : NOT_FOUND,
		.source = subject_source(engine, about, alert->subject),
		.indicator = about == SUBJECT_INDICATOR ?
			register_indicator(reg, alert->subject) : NOT_FOUND,
		.channel = about == SUBJECT_CHANNEL ? alert->subject : NULL,
	};
}

/* --- leaving ------------------------------------------------------------- */

struct leaver {
	enum subject_kind kind;
	const char *id;			/* owned by the effects */
};

/* By which event the alerts of a subject end that is asked about no more. */
static const struct {
	enum event_kind kind;
	const char *reason;
} farewells[] = {
	[SUBJECT_NONE] = {EVENT_KIND_COUNT, NULL},	/* this machine stays */
	[SUBJECT_MILESTONE] = {EVENT_WITHDRAWN,
		"it is no longer in the register"},
	[SUBJECT_SOURCE] = {EVENT_SOURCE_RECOVERED,
		"it is no longer in the register"},
	[SUBJECT_INDICATOR] = {EVENT_RECOVERED,
		"it is no longer in the register"},
	[SUBJECT_CHANNEL] = {EVENT_DELIVERY_RECOVERED,
		"it is no longer configured"},
};

static bool subject_has_left(const struct engine *engine,
	const struct alert *alert)
{
	const struct policy *policy = engine->settings.policy;

	switch (alert->subject_kind) {
	case SUBJECT_MILESTONE:
		return register_milestone(engine->reg, alert->subject) ==
			NOT_FOUND;
	case SUBJECT_SOURCE:
		return register_source(engine->reg, alert->subject) ==
			NOT_FOUND;
	case SUBJECT_INDICATOR:
		return register_indicator(engine->reg, alert->subject) ==
			NOT_FOUND;
	case SUBJECT_CHANNEL:
		return !policy || policy_channel(policy, alert->subject) ==
			NOT_FOUND;
	case SUBJECT_NONE:
		break;
	}
	return false;
}

static void leaver_announce(struct engine *engine, const struct leaver *leaver,
	const struct register_ *before, instant now, struct effects *effects)
{
	struct announcement announcement = announcement_about(engine,
		leaver->kind, leaver->id, farewells[leaver->kind].kind,
		farewells[leaver->kind].reason);
	const struct alert *about[EVENT_KIND_COUNT];

	if (alerts_about(engine->alerts, leaver->kind, leaver->id, about) == 0)
		return;
	announcement.reg = before;
	announcement.leaves = true;
	announcement.source = leaver->kind == SUBJECT_SOURCE ?
		register_source(before, leaver->id) : NOT_FOUND;
	engine_announce(engine, &announcement, now, effects);
}

/* Whom they are about is noted first: an announcement ends all of a subject. */
void alerts_leave(struct engine *engine, const struct register_ *before,
	instant now, struct effects *effects)
{
	struct alerts *alerts = engine->alerts;
	size_t open = alerts_count(alerts), count = 0;
	struct leaver *leavers = mem_new(open + 1, sizeof(*leavers));

	for (size_t i = 0; i < open; i++) {
		const struct alert *alert = alerts_at(alerts, i);

		if (subject_has_left(engine, alert))
			leavers[count++] = (struct leaver){alert->subject_kind,
				effects_string(effects, alert->subject)};
	}
	for (size_t i = 0; i < count; i++)
		leaver_announce(engine, &leavers[i], before, now, effects);
	free(leavers);
}
