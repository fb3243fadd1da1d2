/*
 * Random lives: things begin, change and end, somebody has them in hand, they
 * are silenced, under random policies. A plain and slow look at what was told
 * says whether everybody heard what they should, once, in order, and nothing
 * that they should not; and a process that is killed at random tells the same at
 * the same times.
 */
#include "core/engine_internal.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIVES 1000
#define HAPPENINGS 60

/* --- chance -------------------------------------------------------------- */

static uint64_t luck_state;

static uint32_t luck(uint32_t below)
{
	luck_state = luck_state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t)(luck_state >> 33) % below;
}

#define ONE_OF(array) ((array)[luck(COUNT(array))])

/* --- a random policy ----------------------------------------------------- */

enum { DESK, BOSS, HOOK, LOGS, CHANNELS, ROUTES = 3 };

struct random_policy {
	struct policy policy;
	struct channel channels[CHANNELS];
	struct route routes[ROUTES];
	uint32_t lists[ROUTES][2];
	struct match matches[ROUTES];
	struct escalation steps[ROUTES][2];
	uint32_t step_channels[2];
	struct group_key key;
	struct quiet_hours quiet;
};

static void random_hours(struct random_policy *random, struct hours *hours)
{
	if (luck(3) == 0)
		hours->digest = (struct digest_time){.every = DIGEST_DAILY,
			.minute = 480};
	if (luck(3) == 0) {
		hours->quiet = &random->quiet;
		hours->quiet_count = 1;
	}
	hours->has_urgent = luck(2);
	hours->urgent = SEVERITY_CRITICAL;
}

static void random_route(struct random_policy *random, size_t i)
{
	static const struct match matches[] = {
		{MATCH_KIND, NULL, "at_risk"}, {MATCH_SEVERITY, NULL, "critical"},
		{MATCH_OBLIGOR, NULL, "CN"}, {MATCH_KIND, NULL, "s*"}};
	static const int64_t waits[] = {0, 30, 600}, intervals[] = {0, 300, 7200},
		repeats[] = {0, DAY, 3 * DAY};
	struct route *route = &random->routes[i];

	*route = (struct route){.channels = random->lists[i],
		.channel_count = 1 + luck(2), .go_on = luck(2),
		.group_wait = ONE_OF(waits), .group_interval = ONE_OF(intervals),
		.repeat_interval = ONE_OF(repeats)};
	random->lists[i][0] = luck(CHANNELS);
	random->lists[i][1] = (random->lists[i][0] + 1) % CHANNELS;
	if (luck(2)) {
		random->matches[i] = ONE_OF(matches);
		route->matches = &random->matches[i];
		route->match_count = 1;
	}
	if (luck(3) == 0) {
		route->group_by = &random->key;
		route->group_by_count = 1;
	}
	if (luck(3) == 0) {
		random->steps[i][0] = (struct escalation){.after = DAY / 2,
			.channels = &random->step_channels[0], .channel_count = 1};
		random->steps[i][1] = (struct escalation){.after = 2 * DAY,
			.channels = &random->step_channels[1], .channel_count = 1};
		route->steps = random->steps[i];
		route->step_count = 2;
	}
}

static void random_policy(struct random_policy *random)
{
	static const char *const ids[] = {"desk", "boss", "hook", "logs"};
	static const enum channel_type types[] = {CHANNEL_EMAIL, CHANNEL_EMAIL,
		CHANNEL_WEBHOOK, CHANNEL_LOG};

	*random = (struct random_policy){.quiet = {1320, 420, 127},
		.step_channels = {BOSS, HOOK},
		.key = {luck(2) ? MATCH_PLEDGE : MATCH_KIND, NULL}};
	for (int i = 0; i < CHANNELS; i++) {
		random->channels[i] = (struct channel){.id = ids[i],
			.type = types[i], .fallback = NOT_FOUND};
		random_hours(random, &random->channels[i].hours);
	}
	for (size_t i = 0; i < ROUTES; i++)
		random_route(random, i);
	random->policy = (struct policy){random->channels, CHANNELS,
		random->routes, 1 + luck(ROUTES)};
}

/* --- a random life ------------------------------------------------------- */

/* What is true of a milestone while a script is made up. */
enum mood { CALM, AT_RISK, OFF_TRACK, SLIPPED };

static const struct turn {
	const char *kind;
	enum mood from, to;
} turns[] = {
	{"at_risk", CALM, AT_RISK}, {"off_track", CALM, OFF_TRACK},
	{"slipped", CALM, SLIPPED}, {"off_track", AT_RISK, OFF_TRACK},
	{"slipped", AT_RISK, SLIPPED}, {"recovered", AT_RISK, CALM},
	{"met", AT_RISK, CALM}, {"at_risk", OFF_TRACK, AT_RISK},
	{"slipped", OFF_TRACK, SLIPPED}, {"recovered", OFF_TRACK, CALM},
	{"met_late", SLIPPED, CALM}, {"withdrawn", SLIPPED, CALM},
	{"rescheduled", CALM, CALM}, {"modified", AT_RISK, AT_RISK},
	{"modified", SLIPPED, SLIPPED}, {"slipped", SLIPPED, SLIPPED},
};

static const char *const subjects[] = {"p/a", "p/b", "p/c", "q/d"};

struct life {
	struct text script;
	int64_t now;		/* seconds since the base */
	enum mood moods[COUNT(subjects)];
	int64_t open[COUNT(subjects)];	/* alert; 0: none */
	int64_t acknowledged[COUNT(subjects)];	/* the alert last */
	int64_t alerts, silences;
	int64_t until[HAPPENINGS + 1];	/* of each silence */
};

static void life_line(struct life *life, const char *words)
{
	text_addf(&life->script, "%lld %02lld:%02lld:%02lld %s\n",
		(long long)(life->now / 86400),
		(long long)(life->now / 3600 % 24),
		(long long)(life->now / 60 % 60), (long long)(life->now % 60),
		words);
}

static void life_turn(struct life *life)
{
	size_t subject = luck(COUNT(subjects));
	const struct turn *turn = &ONE_OF(turns);
	char words[64];

	if (turn->from != life->moods[subject])
		return;
	if (turn->to == CALM)
		life->open[subject] = 0;
	else if (turn->to != turn->from)
		life->open[subject] = ++life->alerts;
	life->moods[subject] = turn->to;
	snprintf(words, sizeof(words), "%s %s", turn->kind, subjects[subject]);
	life_line(life, words);
}

static void life_acknowledge(struct life *life)
{
	static const char *const spans[] = {"1h", "1d", "5d"};
	size_t subject = luck(COUNT(subjects));
	int64_t alert = life->open[subject];
	char words[64];

	/* Once: of one taken in hand again nobody knows that it was before, and so
	   whether a silence is said to have ended over it may differ after a
	   restart. */
	if (!alert || life->acknowledged[subject] == alert)
		return;
	life->acknowledged[subject] = alert;
	snprintf(words, sizeof(words), "ack %lld %s", (long long)alert,
		ONE_OF(spans));
	life_line(life, words);
}

static void life_silence(struct life *life)
{
	static const struct { const char *word; int64_t seconds; } spans[] = {
		{"10m", 600}, {"5h", 5 * 3600}, {"2d", 2 * DAY}};
	static const char *const what[] = {"obligor=CN", "p/b", "kind=at_risk",
		"severity=warning kind=s*"};
	size_t span = luck(COUNT(spans));
	char words[80];

	life->until[++life->silences] = life->now + spans[span].seconds;
	snprintf(words, sizeof(words), "silence %s %s", spans[span].word,
		ONE_OF(what));
	life_line(life, words);
}

static void life_unsilence(struct life *life)
{
	int64_t silence = life->silences ? 1 + luck((uint32_t)life->silences) : 0;
	char words[32];

	if (!silence || life->until[silence] <= life->now)
		return;
	life->until[silence] = life->now;
	snprintf(words, sizeof(words), "end %lld", (long long)silence);
	life_line(life, words);
}

static void random_life(struct life *life)
{
	static const int64_t gaps[] = {0, 1, 5, 40, 600, 3 * 3600, 9 * 3600, DAY};

	*life = (struct life){0};
	text_init(&life->script, 0);
	for (int i = 0; i < HAPPENINGS; i++) {
		uint32_t what = luck(12);

		life->now += ONE_OF(gaps) + luck(30);
		if (what < 9)
			life_turn(life);
		else if (what == 9)
			life_acknowledge(life);
		else if (what == 10)
			life_silence(life);
		else
			life_unsilence(life);
	}
	life->now += 60 * DAY;
	life_line(life, "up");
}

/* The same life, and restarts in between. */
static void life_shaken(const struct life *life, struct text *out)
{
	const char *line = text_string(&life->script);
	long long before = 0;

	text_init(out, 0);
	for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
		long long day, hour, minute, second;

		assert_int_equal(sscanf(line, "%lld %lld:%lld:%lld", &day, &hour,
			&minute, &second), 4);
		long long at = day * 86400 + hour * 3600 + minute * 60 + second;
		for (int i = 0; i < 3 && at > before; i++) {
			before += luck((uint32_t)(at - before) + 1);
			if (luck(3) == 0)
				text_addf(out, "%lld %02lld:%02lld:%02lld "
					"kill\n", before / 86400, before / 3600
					% 24, before / 60 % 60, before % 60);
		}
		text_add(out, line, (size_t)(end - line) + 1);
		before = at;
	}
}

/* --- what should have been told ------------------------------------------ */

struct oracle {
	const struct tellings *all;
	const struct policy *policy;
	const struct register_ *reg;
	const char *script;
	uint64_t seed;
	size_t faults;
};

static void oracle_fault(struct oracle *oracle, const char *what,
	const char *channel, int64_t alert)
{
	if (oracle->faults++ == 0)
		fprintf(stderr, "life %llu:\n%stold:\n%s",
			(unsigned long long)oracle->seed, oracle->script,
			text_string(oracle->all->log));
	print_error("%s: alert %lld, %s\n", what, (long long)alert, channel);
}

static struct route_subject alert_subject(const struct oracle *oracle,
	const struct alert *alert)
{
	return (struct route_subject){.reg = oracle->reg, .kind = alert->kind,
		.about = SUBJECT_MILESTONE, .severity = alert->severity,
		.milestone = register_milestone(oracle->reg, alert->subject),
		.source = NOT_FOUND, .indicator = NOT_FOUND};
}

static bool routed(const struct oracle *oracle, const struct alert *alert,
	uint32_t channel)
{
	const struct route_subject subject = alert_subject(oracle, alert);
	struct choice choices[CHANNELS_MAX];
	size_t count = policy_select(oracle->policy, &subject, choices);

	for (size_t i = 0; i < count; i++) {
		if (choices[i].channel == channel)
			return true;
	}
	return false;
}

static bool is_ending(enum notify_reason reason)
{
	return reason == REASON_RESOLVED || reason == REASON_WITHDRAWN;
}

/* p/c waits for p/a: while that is missed, it is told in its place. */
static bool held_by_cause(const struct tellings *all, const struct alert *alert)
{
	for (size_t i = 0; i < all->alert_count; i++) {
		const struct alert *cause = &all->alerts[i];

		if (alert_state_is_open(cause->state) &&
				cause->kind == EVENT_SLIPPED &&
				string_is(cause->subject, "p/a") &&
				string_is(alert->subject, "p/c"))
			return true;
	}
	return false;
}

/* One subject and one channel: what was told, one after the other. Whoever has
   heard is told of the end, and nobody else; each word once. */
static void check_story(struct oracle *oracle, const char *subject,
	uint32_t channel)
{
	const struct tellings *all = oracle->all;
	const char *id = oracle->policy->channels[channel].id;
	const struct told_item *last = NULL;
	int64_t heard = 0;	/* the alert that was told last and not its end */

	for (size_t i = 0; i < all->told_count; i++) {
		const struct told_item *item = &all->tolds[i];
		const struct alert *alert = item->alert ?
			&all->alerts[item->alert - 1] : NULL;

		if (!alert || !string_is(item->channel, id) ||
				!string_is(alert->subject, subject))
			continue;
		if (last && item->at < last->at)
			oracle_fault(oracle, "out of order", id, item->alert);
		if (heard && item->alert < heard)
			oracle_fault(oracle, "an older alert", id, item->alert);
		if (item->reason == REASON_FIRST && heard && last->reason !=
				REASON_SILENCE_EXPIRING)
			oracle_fault(oracle, "first again", id, item->alert);
		if (item->reason == REASON_CHANGED && !heard)
			oracle_fault(oracle, "changed from nothing", id,
				item->alert);
		if (is_ending(item->reason) && !heard)
			oracle_fault(oracle, "an end without a beginning", id,
				item->alert);
		if (!is_ending(item->reason) && !alert_state_is_open(alert->state)
				&& item->at > alert->resolved)
			oracle_fault(oracle, "after its end", id, item->alert);
		if ((item->thread != 0) != (heard != 0))
			oracle_fault(oracle, "another thread", id, item->alert);
		heard = is_ending(item->reason) ? 0 : item->alert;
		last = item;
	}
	for (size_t i = 0; i < all->alert_count; i++) {
		const struct alert *alert = &all->alerts[i];
		bool open = alert_state_is_open(alert->state);

		if (!string_is(alert->subject, subject))
			continue;
		if (open && heard != alert->id && routed(oracle, alert, channel)
				&& !held_by_cause(all, alert))
			oracle_fault(oracle, "never told", id, alert->id);
		if (!open && heard == alert->id && !held_by_cause(all, alert))
			oracle_fault(oracle, "its end was never told", id,
				alert->id);
	}
}

/* By a silence that was made before. */
static bool silenced(const struct oracle *oracle, const struct alert *alert,
	instant at)
{
	const struct route_subject subject = alert_subject(oracle, alert);
	bool found = false;

	for (size_t i = 0; i < oracle->all->silence_count; i++) {
		const struct silence *silence = &oracle->all->silences[i];
		size_t count;
		struct match *matches = match_words_read(silence->words, NULL,
			&count, NULL);

		found |= silence_holds(silence, at) && silence->from < at &&
			matches_hold(matches, count, &subject);
		free(matches);
	}
	return found;
}

/* Whether a channel may be spoken to at a time, in words of its own. */
static void check_hours(struct oracle *oracle, const struct told_item *item)
{
	uint32_t channel = policy_channel(oracle->policy, item->channel);
	const struct hours *hours = &oracle->policy->channels[channel].hours;
	instant since = item->at - oracle->all->base;
	int64_t minute = since / 60 % 1440;
	bool urgent = hours->has_urgent && (item->severity ==
		SEVERITY_CRITICAL || item->reason == REASON_ESCALATED);

	if (oracle->policy->channels[channel].type == CHANNEL_LOG || urgent)
		return;
	if (hours->quiet_count && (minute >= 1320 || minute < 420))
		oracle_fault(oracle, "in quiet hours", item->channel,
			item->alert);
	/* A group's pace, at most two hours, may follow. */
	if (hours->digest.every && (minute < 480 || minute > 480 + 130))
		oracle_fault(oracle, "out of its digest", item->channel,
			item->alert);
}

/* A reminder: somebody heard an interval ago, and nobody has it in hand. */
static void check_reminder(struct oracle *oracle, size_t at)
{
	const struct told_item *item = &oracle->all->tolds[at];
	instant before = INSTANT_MIN;

	for (size_t i = 0; i < at; i++) {
		const struct told_item *other = &oracle->all->tolds[i];

		if (other->alert == item->alert &&
				string_is(other->channel, item->channel))
			before = other->at;
	}
	if (before == INSTANT_MIN || item->at - before < DAY)
		oracle_fault(oracle, "reminded too soon", item->channel,
			item->alert);
}

/* Each event is told a channel at most once as news, and each mention once. */
static void check_once(struct oracle *oracle, size_t at)
{
	const struct told_item *item = &oracle->all->tolds[at];
	bool news = item->reason == REASON_FIRST || item->reason ==
		REASON_CHANGED || is_ending(item->reason);

	for (size_t i = 0; i < at; i++) {
		const struct told_item *other = &oracle->all->tolds[i];

		if (other->mention == item->mention || (news &&
				other->event == item->event &&
				other->reason == item->reason &&
				string_is(other->channel, item->channel)))
			oracle_fault(oracle, "twice", item->channel,
				item->alert);
	}
}

/* News without an alert comes to all that it is routed to, unless a silence over
   it came before it was told. */
static void check_news(struct oracle *oracle, const struct event *event)
{
	const struct alert as_if = {.kind = event->kind,
		.severity = event->severity, .subject = (char *)event->subject};
	bool hushed = false;

	for (size_t i = 0; i < oracle->all->silence_count; i++) {
		instant from = oracle->all->silences[i].from;
		instant at = later(event->time, from);

		hushed |= from < event->time + 5 * DAY && (silenced(oracle,
			&as_if, at) || silenced(oracle, &as_if, at + 1));
	}
	for (uint32_t c = 0; c < CHANNELS && !hushed; c++) {
		size_t told = 0;

		for (size_t i = 0; i < oracle->all->told_count; i++)
			told += oracle->all->tolds[i].event == event->id &&
				string_is(oracle->all->tolds[i].channel,
				oracle->policy->channels[c].id);
		if (routed(oracle, &as_if, c) && told != 1)
			oracle_fault(oracle, "news not told once",
				oracle->policy->channels[c].id, -event->id);
	}
}

static void check_life(struct oracle *oracle)
{
	const struct tellings *all = oracle->all;

	for (size_t i = 0; i < COUNT(subjects); i++) {
		for (uint32_t channel = 0; channel < CHANNELS; channel++)
			check_story(oracle, subjects[i], channel);
	}
	for (size_t i = 0; i < all->told_count; i++) {
		const struct told_item *item = &all->tolds[i];

		check_once(oracle, i);
		check_hours(oracle, item);
		if (item->reason == REASON_REMINDER)
			check_reminder(oracle, i);
		if (item->alert && item->reason != REASON_SILENCE_EXPIRING &&
				silenced(oracle, &all->alerts[item->alert - 1],
				item->at))
			oracle_fault(oracle, "silenced", item->channel,
				item->alert);
	}
	for (size_t i = 0; i < all->event_count; i++) {
		if (all->events[i].kind == EVENT_RESCHEDULED ||
				all->events[i].kind == EVENT_MODIFIED)
			check_news(oracle, &all->events[i]);
	}
	for (size_t i = 0; i < all->mention_count; i++) {
		const struct mention *mention = &all->mentions[i];

		if (!mention->alert || !held_by_cause(all,
				&all->alerts[mention->alert - 1]))
			oracle_fault(oracle, "it waits still", mention->channel,
				mention->alert);
	}
}

/* --- the tests ----------------------------------------------------------- */

static const struct random_policy *played;

static const struct policy *policy_played(const char *name)
{
	(void)name;
	return &played->policy;
}

static void life_play(struct scene *scene, const struct random_policy *random,
	const char *script)
{
	played = random;
	*scene = (struct scene){.policy_named = policy_played};
	scene_init(scene, &random->policy);
	scene_play(scene, script, false);
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of a log in order of what they say: at one time one channel may be
   told before another or after it. */
static char *lines_sorted(const struct text *log)
{
	char *copy = mem_string(text_string(log));
	char **lines = mem_new(log->length + 1, sizeof(*lines));
	size_t count = 0;
	struct text sorted;

	for (char *line = copy, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		lines[count++] = line;
	}
	qsort(lines, count, sizeof(*lines), line_compare);
	text_init(&sorted, 0);
	for (size_t i = 0; i < count; i++)
		text_addf(&sorted, "%s\n", lines[i]);
	free(lines);
	free(copy);
	return text_take(&sorted);
}

static bool same_lines(const struct text *a, const struct text *b)
{
	char *one = lines_sorted(a), *two = lines_sorted(b);
	bool same = strcmp(one, two) == 0;

	free(one);
	free(two);
	return same;
}

static size_t life_check(uint64_t seed, size_t *told)
{
	struct random_policy random;
	struct scene calm, shaken;
	struct life life;
	struct text kills;

	luck_state = seed * 7919;
	random_policy(&random);
	random_life(&life);
	life_shaken(&life, &kills);
	life_play(&calm, &random, text_string(&life.script));
	struct oracle oracle = {&calm.rig.store.tellings, &random.policy,
		calm.rig.world.reg, text_string(&life.script), seed, 0};
	check_life(&oracle);
	*told += oracle.all->told_count;
	life_play(&shaken, &random, text_string(&kills));
	if (oracle.faults == 0 && !same_lines(&calm.told, &shaken.told)) {
		fprintf(stderr, "life %llu:\n%stold:\n%sand killed:\n%s",
			(unsigned long long)seed, text_string(&kills),
			text_string(&calm.told), text_string(&shaken.told));
		oracle.faults++;
	}
	scene_release(&calm);
	scene_release(&shaken);
	text_release(&life.script);
	text_release(&kills);
	return oracle.faults;
}

static void test_lives(void **state)
{
	const char *given = getenv("LIVES_FROM");
	uint64_t first = given ? strtoull(given, NULL, 10) : 1;
	size_t bad = 0, told = 0;
	(void)state;

	for (uint64_t seed = first; seed <= first + LIVES; seed++) {
		bad += life_check(seed, &told) != 0;
		if (bad)
			break;
	}
	assert_int_equal(bad, 0);
	assert_true(told > LIVES * 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
