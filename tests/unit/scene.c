/* scene: see scene.h. */
#include "core/engine_internal.h"
#include "scene.h"

#define HOUR INT64_C(3600)

void scene_init(struct scene *scene, const struct policy *policy)
{
	struct rig *rig = &scene->rig;

	rig_init(rig, FIRST_SIGHT_EACH);
	rig->world.reg->zone = zone_utc();
	rig->world.reg->instruments[0].zone = zone_utc();
	rig->world.reg->pledges[0].obligor = "CN";
	world_indicator(&rig->world, "x", FREQUENCY_MONTH, 40);
	world_indicator(&rig->world, "y", FREQUENCY_MONTH, 40);
	rig_source(&rig->world, "s")->indicator_id = "x";
	rig_source(&rig->world, "t")->indicator_id = "y";
	world_milestone(&rig->world, "a", "2030-12-31", "attested(\"a\")")
		->severity = SEVERITY_CRITICAL;
	world_milestone(&rig->world, "b", "2031-12-31", "attested(\"b\")")
		->severity = SEVERITY_WARNING;
	world_milestone(&rig->world, "c", "2032-12-31",
		"attested(\"c\") and met(\"p/a\")")->severity = SEVERITY_WARNING;
	world_pledge(&rig->world, "q")->obligor = "US";
	world_milestone(&rig->world, "d", "2030-06-30", "attested(\"d\")")
		->severity = SEVERITY_WARNING;
	for (size_t i = 0; i < scene->more; i++) {
		world_milestone(&rig->world, arena_printf(
			rig->world.reg->arena, "m%zu", i), "2030-06-30",
			"attested(\"m\")");
	}
	world_finish(&rig->world);
	rig->settings.policy = policy;
	rig->settings.polling.every = 4000 * DAY;
	text_init(&scene->told, 0);
	rig->store.tellings.log = &scene->told;
	rig->store.tellings.base = world_time(&rig->world,
		"2020-03-02T00:00:00Z");
	rig->now = rig->store.tellings.base;
	rig_start(rig, NULL);
	rig_work(rig);
}

void scene_release(struct scene *scene)
{
	text_release(&scene->told);
	rig_release(&scene->rig);
}

static enum subject_kind subject_kind_of(const struct rig *rig,
	const char *subject)
{
	const struct register_ *reg = rig->present->reg;

	return register_milestone(reg, subject) != NOT_FOUND ? SUBJECT_MILESTONE
		: register_source(reg, subject) != NOT_FOUND ? SUBJECT_SOURCE
		: register_indicator(reg, subject) != NOT_FOUND ?
		SUBJECT_INDICATOR : SUBJECT_NONE;
}

/* Something happens, as any input of the engine would have it. */
static void happen(struct rig *rig, enum event_kind kind, const char *subject)
{
	struct engine *engine = rig->engine;
	enum subject_kind about = subject_kind_of(rig, subject);
	struct announcement announcement = about == SUBJECT_MILESTONE ?
		announcement_of(engine, register_milestone(rig->present->reg,
		subject), kind, "it happened") :
		announcement_about(engine, about, about == SUBJECT_NONE ? NULL :
		subject, kind, "it happened");

	engine->asked = rig->now;
	engine_announce(engine, &announcement, rig->now, &rig->effects);
}

static void end_call(struct rig *rig)
{
	telling_advance(rig->engine, rig->now, &rig->effects);
	rig_perform(rig);
	rig_work(rig);
}

static int64_t seconds_of(const char *word)
{
	struct duration duration;
	int64_t seconds = 0;

	if (!duration_read(word, &duration) ||
			!duration_seconds(duration, &seconds))
		fail_msg("no duration: %s", word);
	return seconds;
}

static void silence_words(struct rig *rig, const char *word, const char *words)
{
	const struct silence silence = {.words = words, .from = INSTANT_MIN,
		.until = rig->now + seconds_of(word), .by = "ada",
		.note = "maintenance"};

	assert_true(engine_silence(rig->engine, &silence, rig->now,
		&rig->effects) > 0);
}

static void attest(struct rig *rig, const char *key)
{
	char id[REGISTER_ID_MAX];

	snprintf(id, sizeof(id), "%s/%s", strcmp(key, "d") == 0 ? "q" : "p", key);
	const struct attestation attestation = {.key = key, .by = "ada",
		.yes = true, .on = zone_date(zone_utc(), rig->now),
		.evidence = "", .note = ""};
	assert_int_equal(engine_attest(rig->engine, register_milestone(
		rig->present->reg, id), &attestation, rig->now, &rig->effects),
		ATTESTED);
}

static void command(struct scene *scene, char *words)
{
	struct rig *rig = &scene->rig;
	static const struct stated stated = {"ada", "mine", NULL};
	char *rest = strchr(words, ' ');
	enum event_kind kind;

	if (rest)
		*rest++ = '\0';
	char *second = rest ? strchr(rest, ' ') : NULL;
	if (strcmp(words, "and") == 0) {	/* in the same call as the next */
		char *about = second;
		*about++ = '\0';
		assert_true(event_kind_parse(rest, &kind));
		happen(rig, kind, about);
		return;
	}
	if (event_kind_parse(words, &kind)) {
		happen(rig, kind, rest ? rest : "");
	} else if (strcmp(words, "ack") == 0) {
		assert_true(engine_acknowledge(rig->engine, atoll(rest),
			&stated, rig->now + seconds_of(second + 1), rig->now,
			&rig->effects));
	} else if (strcmp(words, "silence") == 0) {
		*second++ = '\0';
		silence_words(rig, rest, second);
	} else if (strcmp(words, "end") == 0) {
		assert_true(engine_end_silence(rig->engine, atoll(rest), "bob",
			rig->now, &rig->effects));
	} else if (strcmp(words, "attest") == 0) {
		attest(rig, rest);
	} else if (strcmp(words, "policy") == 0) {
		rig->settings.policy = scene->policy_named(rest);
		engine_reload(rig->engine, rig->present->reg, &rig->settings,
			rig->now, &rig->effects);
	} else if (strcmp(words, "back") == 0) {
		rig->now -= seconds_of(rest);
		engine_replan(rig->engine, rig->now, &rig->effects);
	} else if (strcmp(words, "kill") == 0) {
		rig_restart(rig);
	} else if (strcmp(words, "up") != 0) {
		fail_msg("no command: %s", words);
	}
	end_call(rig);
}

/* "D hh:mm:ss": since the base. Returns what follows. */
static char *time_read(const struct rig *rig, char *line, instant *out)
{
	long long day, hours, minutes, seconds;
	int length = 0;

	assert_int_equal(sscanf(line, "%lld %lld:%lld:%lld %n", &day, &hours,
		&minutes, &seconds, &length), 4);
	*out = rig->store.tellings.base + day * DAY + hours * HOUR +
		minutes * 60 + seconds;
	return line + length;
}

void scene_play(struct scene *scene, const char *script, bool kills)
{
	struct rig *rig = &scene->rig;
	char *copy = mem_string(script);
	bool down = false, together = false;

	for (char *line = copy, *next; *line; line = next) {
		instant at;

		next = strchr(line, '\n');
		*next++ = '\0';
		char *words = time_read(rig, line, &at);
		if (down) {
			rig->now = at;
			rig_restart(rig);
		} else if (!together) {
			rig_to(rig, at);
		}
		together = string_starts(words, "and ");
		down = strcmp(words, "down") == 0;
		if (!down)
			command(scene, words);
		if (kills && !down && !together)
			rig_restart(rig);
	}
	free(copy);
}
