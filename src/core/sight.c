/*
 * sight: milestones that are decided, or in danger, when they are first seen.
 * People new to a register must not be flooded with what is long past.
 */
#include "core/engine_internal.h"

static const char *const first_sight_names[] = {
	[FIRST_SIGHT_SUMMARY] = "summary",
	[FIRST_SIGHT_EACH] = "each",
	[FIRST_SIGHT_NONE] = "none",
};

const char *first_sight_name(enum first_sight value)
{
	return first_sight_names[value];
}

bool first_sight_parse(const char *word, enum first_sight *out)
{
	for (int i = 0; i <= FIRST_SIGHT_NONE; i++) {
		if (string_is(word, first_sight_names[i])) {
			*out = (enum first_sight)i;
			return true;
		}
	}
	return false;
}

static void sight_count(struct sight *sight, enum status status,
	enum severity severity)
{
	sight->counts[status]++;
	sight->total++;
	if (severity > sight->severity)
		sight->severity = severity;
}

const struct event *sight_take(struct engine *engine,
	const struct change *change, struct effects *effects)
{
	enum status status = change->after->status;
	enum event_kind kind = event_of_change(STATUS_PENDING, status);
	struct text reason;

	damping_told(engine, change);
	if (kind == EVENT_KIND_COUNT || kind == EVENT_RECOVERED)
		return approach_take(engine, change, effects);
	text_init(&reason, 0);
	assessment_reason(engine->reg, change->index, change->after, &reason);
	struct announcement announcement = announcement_of(engine,
		change->index, kind, text_string(&reason));
	announcement.to = status_name(status);
	announcement.quiet = engine->settings.first_sight != FIRST_SIGHT_EACH;
	const struct event *event = engine_announce(engine, &announcement,
		change->now, effects);
	text_release(&reason);
	if (engine->settings.first_sight == FIRST_SIGHT_SUMMARY)
		sight_count(&engine->sight, status, announcement.severity);
	approach_take(engine, change, effects);
	return event;
}

/* "12 milestones were already decided when first seen: 5 not_met, 4 met, 3
   unverified": the most frequent first. */
static void sight_reason(const struct sight *sight, struct text *out)
{
	size_t counts[STATUS_COUNT];
	size_t danger = sight->counts[STATUS_AT_RISK] +
		sight->counts[STATUS_OFF_TRACK];

	text_addf(out, "%zu milestone%s already %s when first seen",
		sight->total, sight->total == 1 ? " was" : "s were",
		danger == 0 ? "decided" : danger == sight->total ? "in danger" :
		"decided or in danger");
	memcpy(counts, sight->counts, sizeof(counts));
	for (const char *between = ": ";; between = ", ") {
		size_t most = 0;
		for (size_t i = 1; i < STATUS_COUNT; i++)
			most = counts[i] > counts[most] ? i : most;
		if (counts[most] == 0)
			break;
		text_addf(out, "%s%zu %s", between, counts[most],
			status_name((enum status)most));
		counts[most] = 0;
	}
}

void sight_finish(struct engine *engine, instant now, struct effects *effects)
{
	if (engine->settling || engine->unseen > 0 || engine->sight.total == 0)
		return;
	struct text reason;
	text_init(&reason, 0);
	sight_reason(&engine->sight, &reason);
	struct announcement announcement = announcement_about(engine,
		SUBJECT_NONE, NULL, EVENT_FIRST_SIGHT, text_string(&reason));
	announcement.severity = engine->sight.severity;
	engine_announce(engine, &announcement, now, effects);
	text_release(&reason);
	engine->sight = (struct sight){0};
}
