/*
 * change: what is told of a milestone that stands otherwise than before, why
 * first and then what follows from it.
 */
#include "core/engine_internal.h"

static bool figure_moved(const struct figure *before, const struct figure *after)
{
	return before->known && after->known &&
		!decimal_equal(before->value, after->value);
}

/* A date is compared by day: the same day in another zone is not a move. */
static int due_compare(const struct assessment *before,
	const struct assessment *after)
{
	if (before->due == INSTANT_MAX || after->due == INSTANT_MAX)
		return 0;	/* known at last, or not yet: not moved */
	if (!date_is_none(before->due_date) && !date_is_none(after->due_date))
		return date_compare(after->due_date, before->due_date);
	return after->due < before->due ? -1 : after->due > before->due;
}

static const char *due_text(struct effects *effects, struct date date,
	instant at)
{
	struct text text;

	text_init(&text, 0);
	if (date_is_none(date))
		text_add_instant(&text, at);
	else
		text_add_date(&text, date);
	const char *copy = effects_string(effects, text_string(&text));
	text_release(&text);
	return copy;
}

/* The alert that a status stands for; COUNT: none. */
static enum event_kind status_alert(enum status status)
{
	enum event_kind kind = event_of_change(STATUS_PENDING, status);
	bool raises = kind != EVENT_KIND_COUNT && event_kind_raises(kind);
	return raises ? kind : EVENT_KIND_COUNT;
}

/* What has changed, and by which decision where there is one. */
static void change_reason(const struct change *change, const char *what,
	char reason[REASON_MAX])
{
	const struct amendment *amendment = milestone_amendment(
		change->milestone, change->after->as_of);
	struct text text;

	text_init(&text, 0);
	text_add_string(&text, what);
	if (amendment && amendment->decree.reason)
		text_addf(&text, ": %s", amendment->decree.reason);
	if (amendment && amendment->decree.authority)
		text_addf(&text, " (%s)", amendment->decree.authority);
	reason_copy(reason, text_string(&text));
	text_release(&text);
}

static const struct event *change_tell_due(struct engine *engine,
	const struct change *change, int direction, struct effects *effects)
{
	const struct assessment *before = &change->before->assessment;
	const struct assessment *after = change->after;
	const char *from = due_text(effects, before->due_date, before->due);
	const char *to = due_text(effects, after->due_date, after->due);
	char moved[REASON_MAX], reason[REASON_MAX];

	snprintf(moved, sizeof(moved), "due moved from %s to %s", from, to);
	change_reason(change, moved, reason);
	struct announcement announcement = announcement_of(engine,
		change->index,
		direction > 0 ? EVENT_SLIPPED : EVENT_RESCHEDULED, reason);
	announcement.from = from;
	announcement.to = to;
	announcement.spare = status_alert(after->status);
	announcement.late = late_terms(engine, change);
	return engine_announce(engine, &announcement, change->now, effects);
}

/* What the register says differently: one event for a moved due, one for
   anything else. */
static const struct event *change_tell_terms(struct engine *engine,
	const struct change *change, struct effects *effects)
{
	int direction = due_compare(&change->before->assessment, change->after);

	if (direction != 0)
		return change_tell_due(engine, change, direction, effects);
	if (change->before->terms == change->milestone->terms)
		return NULL;
	char reason[REASON_MAX];

	change_reason(change, milestone_amendment(change->milestone,
		change->after->as_of) ? "amended" :
		"start, benchmark or other terms have changed in the register",
		reason);
	struct announcement announcement = announcement_of(engine,
		change->index, EVENT_MODIFIED, reason);
	announcement.late = late_terms(engine, change);
	return engine_announce(engine, &announcement, change->now, effects);
}

/* `reversed` and `waived` are never revisions. */
static bool verdict_changed(const struct change *change)
{
	enum verdict before = change->before->assessment.verdict;
	enum verdict after = change->after->verdict;

	return before != VERDICT_NONE && before != after &&
		after != VERDICT_REVERSED && after != VERDICT_WAIVED;
}

static void revision_reason(const struct change *change, const char *figures,
	struct text *out)
{
	const struct assessment *before = &change->before->assessment;
	const struct assessment *after = change->after;

	if (figure_moved(&before->target, &after->target)) {
		text_add_string(out, "target ");
		text_add_decimal_grouped(out, before->target.value);
		text_add_string(out, " is now ");
		text_add_decimal_grouped(out, after->target.value);
		text_add_string(out, "; ");
	}
	if (verdict_changed(change))
		text_addf(out, "%s is now %s; ", status_name(before->status),
			status_name(after->status));
	text_addf(out, "revised: %s", figures);
}

/*
 * A verdict that a revision took away leaves no alert behind, where what takes
 * its place does not end it; unless that is blind: missing data ends nothing.
 */
static enum event_kind revision_ends(const struct change *change)
{
	enum status before = change->before->assessment.status;
	enum status after = change->after->status;
	enum event_kind alert = status_alert(before);
	enum event_kind follows = event_of_change(before, after);
	bool blind = after == STATUS_AWAITING_DATA ||
		after == STATUS_UNVERIFIED ||
		change->after->knowledge == KNOWLEDGE_NO_DATA;

	if (!verdict_changed(change) || alert == EVENT_KIND_COUNT || blind ||
			alert == status_alert(after))
		return EVENT_KIND_COUNT;
	return follows == EVENT_KIND_COUNT || !event_kind_ends(follows, alert) ?
		alert : EVENT_KIND_COUNT;
}

/* Whether what moved was moved by a revision: its figures are found, so a
   target that moves with its window, or is first known, is none. */
static const struct event *change_tell_revision(struct engine *engine,
	const struct change *change, struct effects *effects)
{
	const struct assessment *before = &change->before->assessment;
	const struct event *event = NULL;
	struct text figures, reason;

	if (change->before->terms != change->milestone->terms ||
			lifecycle_is_over(change->after->lifecycle))
		return NULL;
	if (!verdict_changed(change) &&
			!figure_moved(&before->target, &change->after->target))
		return NULL;
	text_init(&figures, 0);
	text_init(&reason, 0);
	if (revision_find(engine, change->milestone, change->since,
			change->after->as_of, &figures)) {
		if (verdict_changed(change))
			accounts_overturned(engine, change->index, before->status,
				change->after->status);
		revision_reason(change, text_string(&figures), &reason);
		struct announcement announcement = announcement_of(engine,
			change->index, EVENT_REVISED, text_string(&reason));
		announcement.from = status_name(before->status);
		announcement.to = status_name(change->after->status);
		announcement.besides = revision_ends(change);
		event = engine_announce(engine, &announcement, change->now,
			effects);
	}
	text_release(&figures);
	text_release(&reason);
	return event;
}

static const struct event *change_tell_status(struct engine *engine,
	const struct change *change, struct effects *effects)
{
	struct telling_of_change telling = damping_take(engine, change);
	struct text reason;

	if (telling.kind == EVENT_KIND_COUNT)
		return NULL;
	text_init(&reason, 0);
	assessment_reason(engine->reg, change->index, change->after, &reason);
	damping_say(engine, change, &reason);
	struct announcement announcement = announcement_of(engine,
		change->index, telling.kind, text_string(&reason));
	announcement.from = status_name(telling.from);
	announcement.to = status_name(telling.to);
	announcement.late = telling.due != INSTANT_MIN ?
		late_since(telling.due, change->now) :
		late_status(engine, change, telling.to);
	const struct event *event = engine_announce(engine, &announcement,
		change->now, effects);
	damping_told(engine, change);
	text_release(&reason);
	return event;
}

/* Whether it is known that sources agree which were told to differ. What can no
   longer be compared, for want of figures, ends nothing. */
static bool sources_agree(const struct engine *engine,
	const struct change *change)
{
	const struct assessment *after = change->after;

	return after->knowledge != KNOWLEDGE_DISPUTED &&
		after->knowledge != KNOWLEDGE_NO_DATA && !after->dispute.blind &&
		alerts_fires(engine->alerts, SUBJECT_MILESTONE,
			engine->reg->milestones[change->index].id,
			EVENT_DISPUTED);
}

/* Sources that differ, once; and that they agree again. */
const struct event *change_tell_dispute(struct engine *engine,
	const struct change *change, bool quiet, struct effects *effects)
{
	enum assurance after = change->after->knowledge;
	struct text reason;

	if (lifecycle_is_over(change->after->lifecycle) ||
	    (after != KNOWLEDGE_DISPUTED && !sources_agree(engine, change)))
		return NULL;
	text_init(&reason, 0);
	assessment_dispute(engine->reg, change->index, change->after, &reason);
	struct announcement announcement = announcement_of(engine,
		change->index, EVENT_DISPUTED, text_string(&reason));
	if (after != KNOWLEDGE_DISPUTED) {
		announcement.kind = EVENT_RECOVERED;
		announcement.reason = "sources agree again";
		announcement.agreed = true;
	}
	announcement.quiet = quiet;
	const struct event *event = engine_announce(engine, &announcement,
		change->now, effects);
	text_release(&reason);
	return event;
}

/* Why first, then what follows from it. Returns the last event made. */
const struct event *change_tell(struct engine *engine,
	const struct change *change, struct effects *effects)
{
	const struct event *terms = change_tell_terms(engine, change, effects);
	const struct event *revision = change_tell_revision(engine, change,
		effects);
	const struct event *status = change_tell_status(engine, change, effects);
	const struct event *dispute = change_tell_dispute(engine, change, false,
		effects);
	const struct event *approach = approach_take(engine, change, effects);

	return status ? status : dispute ? dispute : revision ? revision :
		terms ? terms : approach;
}
