/* rig: see rig.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

/* --- the store: what a restart finds ------------------------------------- */

static void kept_alert_release(struct alert *alert)
{
	free(alert->subject);
	free((char *)alert->by);
	free((char *)alert->note);
}

/* Items as the store gives them back: without their alerts. */
static struct item *items_copy(const struct item *items, size_t count)
{
	struct item *copies = mem_new(count, sizeof(*copies));

	for (size_t i = 0; i < count; i++) {
		struct event *event = mem_copy(items[i].event, sizeof(*event));

		event->subject = mem_string(event->subject);
		event->from = event->to = NULL;
		copies[i].mention = items[i].mention;
		copies[i].mention.channel = NULL;
		copies[i].mention.group = mem_string(items[i].mention.group);
		copies[i].event = event;
	}
	return copies;
}

static void items_free(struct kept_delivery *kept)
{
	for (size_t i = 0; i < kept->notification.item_count; i++) {
		free((char *)kept->items[i].event->subject);
		free((struct event *)kept->items[i].event);
		free((char *)kept->items[i].mention.group);
	}
	free(kept->items);
}

static void store_release(struct store *store)
{
	history_free(store->history);
	for (size_t i = 0; i < store->alert_count; i++)
		kept_alert_release(&store->alerts[i]);
	free(store->alerts);
	free(store->figures);
	for (size_t i = 0; i < store->delivery_count; i++)
		items_free(&store->deliveries[i]);
	free(store->deliveries);
	tellings_release(&store->tellings);
}

static void store_milestone(struct store *store, const char *id,
	const struct milestone_state *state)
{
	size_t i = 0;

	while (i < store->milestone_count &&
			strcmp(store->milestones[i].id, id) != 0)
		i++;
	assert_true(i < WORLD_MILESTONES_MAX);
	if (i == store->milestone_count)
		store->milestone_count++;
	snprintf(store->milestones[i].id, REGISTER_ID_MAX, "%s", id);
	store->milestones[i].state = *state;
	/* Not kept: an index of a register that may be another by then. */
	store->milestones[i].state.assessment.waiting_indicator = NOT_FOUND;
	store->assessments_saved++;
}

static void store_source(struct store *store, const char *id,
	const struct source_state *state)
{
	size_t i = 0;

	while (i < store->source_count && strcmp(store->sources[i].id, id) != 0)
		i++;
	assert_true(i < KEPT_MAX);
	if (i == store->source_count)
		store->source_count++;
	snprintf(store->sources[i].id, REGISTER_ID_MAX, "%s", id);
	store->sources[i].state = *state;
}

/* Whatever is saved of an alert is the whole of it. Once over, it stays so. */
static void store_alert(struct store *store, const struct alert *alert)
{
	struct alert *kept;

	if (alert->id == (int64_t)store->alert_count + 1) {
		store->alerts = mem_grow(store->alerts, store->alert_count,
			&store->alert_room, sizeof(*store->alerts));
		assert_int_equal(alert->state, ALERT_FIRING);
		kept = &store->alerts[store->alert_count++];
	} else {
		assert_in_range(alert->id, 1, store->alert_count);
		kept = &store->alerts[alert->id - 1];
		assert_true(alert_state_is_open(kept->state));
		assert_string_equal(kept->subject, alert->subject);
		assert_int_equal(kept->kind, alert->kind);
		assert_int_equal(kept->raised_by, alert->raised_by);
		kept_alert_release(kept);
	}
	*kept = *alert;
	kept->subject = mem_string(alert->subject);
	kept->by = mem_string(alert->by);
	kept->note = mem_string(alert->note);
}

static void store_notification(struct store *store,
	const struct notification *notification)
{
	store->deliveries = mem_grow(store->deliveries, store->delivery_count,
		&store->delivery_room, sizeof(*store->deliveries));
	assert_int_equal(notification->id, (int64_t)store->delivery_count + 1);
	struct kept_delivery *kept = &store->deliveries[store->delivery_count++];
	*kept = (struct kept_delivery){.notification = *notification,
		.delivery = {.notification = notification->id,
			.next = notification->created, .at = INSTANT_MIN},
		.items = items_copy(notification->items,
			notification->item_count)};
	kept->notification.items = kept->items;
	snprintf(kept->channel, sizeof(kept->channel), "%s",
		notification->channel);
}

static void store_figure(struct store *store, const char *indicator,
	const char *source, const struct observation *observation)
{
	store->figures = mem_grow(store->figures, store->figure_count,
		&store->figure_room, sizeof(*store->figures));
	struct kept_figure *kept = &store->figures[store->figure_count++];
	snprintf(kept->indicator, sizeof(kept->indicator), "%s", indicator);
	snprintf(kept->source, sizeof(kept->source), "%s", source);
	kept->observation = *observation;
}

static struct history *kept_history(void *kept)
{
	return ((const struct store *)kept)->history;
}

static int kept_documents(void *kept, const char *indicator,
	struct documents *documents)
{
	const struct documents *from = history_documents(kept_history(kept),
		indicator);

	for (size_t i = 0; i < from->count; i++)
		documents_add(documents, from->items[i], NULL);
	return 0;
}

static int kept_attestations(void *kept, const char *milestone,
	struct attestations *attestations)
{
	const struct attestations *from = history_attestations(kept_history(kept),
		milestone);

	for (size_t i = 0; i < from->count; i++)
		attestations_add(attestations, from->items[i]);
	return 0;
}

static int kept_polled(void *kept, const char *source,
	struct polled_times *polled)
{
	const struct polled_times *from = history_polled(kept_history(kept),
		source);

	for (size_t i = 0, found = 0; i < from->all.count; i++) {
		bool rows = found < from->found.count &&
			from->found.items[found].started ==
			from->all.items[i].started;

		polled_add(polled, from->all.items[i], FETCH_CHANGED, rows, 0);
		found += rows;
	}
	polled->faulty = from->faulty;
	polled->empty = from->empty;
	return 0;
}

/* As the store gives them: when first asked for, each with its id. */
static int kept_series(void *kept, const char *indicator,
	struct series *series)
{
	const struct store *store = kept;

	for (size_t i = 0; i < store->figure_count; i++) {
		struct observation figure = store->figures[i].observation;

		if (strcmp(store->figures[i].indicator, indicator) != 0)
			continue;
		figure.id = (int64_t)i + 1;
		series_add(series, &figure, NULL);
	}
	return 0;
}

static const struct history_loads kept_loads = {
	kept_documents, kept_attestations, kept_polled
};

/* --- the rig ------------------------------------------------------------- */

static struct channel channels[] = {{.id = "desk", .fallback = NOT_FOUND},
	{.id = "ops", .fallback = NOT_FOUND}};
static struct match operator_only[] = {{MATCH_CLASS, NULL, "operator"}};
static uint32_t to_desk[] = {0}, to_ops[] = {1};
static struct route routes[] = {
	{operator_only, 1, to_ops, 1, false, .origin = {0}},
	{NULL, 0, to_desk, 1, false, .origin = {0}},
};
const struct policy rig_policy = {channels, 2, routes, 2};

void rig_init(struct rig *rig, enum first_sight first_sight)
{
	memset(rig, 0, sizeof(*rig));
	world_init(&rig->world);
	rig->present = &rig->world;
	rig->history = history_new(NULL, NULL);
	rig->store.history = history_new(NULL, NULL);
	rig->settings = (struct engine_settings){.first_sight = first_sight,
		.polling = {.every = DAY, .min_every = 60}, .policy = &rig_policy,
		.instance = "0123456789abcdef"};
	effects_init(&rig->effects);
	text_init(&rig->log, 0);
	text_init(&rig->causes, 0);
}

void rig_release(struct rig *rig)
{
	engine_free(rig->engine);
	effects_release(&rig->effects);
	history_free(rig->history);
	store_release(&rig->store);
	text_release(&rig->log);
	text_release(&rig->causes);
	free(rig->sends);
	if (rig->next_world.reg)
		world_release(&rig->next_world);
	world_release(&rig->world);
}

struct source *rig_source(struct world *world, const char *id)
{
	struct source *source =
		&world->reg->sources[world->reg->source_count++];
	*source = (struct source){.id = id, .url = "http://s/", .extract = "."};
	return source;
}

static void log_event(struct rig *rig, const struct event *event)
{
	if (rig->log_times) {
		text_add_instant(&rig->log, event->time);
		text_addf(&rig->log, " %lld %lld ", (long long)event->id,
			(long long)event->alert);
	}
	text_addf(&rig->log, "%s", event_kind_name(event->kind));
	if (event->subject)
		text_addf(&rig->log, " %s", event->subject);
	if (event->from || event->to)
		text_addf(&rig->log, " %s>%s", event->from ? event->from : "",
			event->to ? event->to : "");
	if (event->late != INSTANT_MIN) {
		text_add_string(&rig->log, " (late: ");
		text_add_instant(&rig->log, event->late);
		text_add_char(&rig->log, ')');
	}
	text_add_char(&rig->log, '\n');
	if (rig->log_reasons)
		text_addf(&rig->log, "  %s\n", event->reason);
	assert_int_equal(event->id, rig->store.last_event + 1);
	rig->store.last_event = event->id;
	assert_true(event->reason[0] != '\0');
}

static void log_alert(struct rig *rig, const struct alert *alert)
{
	static const char signs[] = {[ALERT_FIRING] = '~',
		[ALERT_ACKNOWLEDGED] = '=', [ALERT_RESOLVED] = '-',
		[ALERT_WITHDRAWN] = '/'};
	bool fresh = alert->id > (int64_t)rig->store.alert_count;

	text_addf(&rig->log, "%c%s %s\n", fresh ? '+' : signs[alert->state],
		event_kind_name(alert->kind), alert->subject);
}

static void perform_notify(struct rig *rig, const struct effect *effect)
{
	const struct notification *notification = &effect->as.notification;

	assert_non_null(effect->cause);
	assert_int_equal(effect->cause->id, notification->event);
	for (size_t i = 0; i < notification->item_count; i++)
		text_addf(&rig->log, "!%s %s\n", notification->channel,
			event_kind_name(notification->items[i].event->kind));
	store_notification(&rig->store, notification);
}

static void perform_send(struct rig *rig, const struct effect *effect)
{
	const struct kept_delivery *kept =
		&rig->store.deliveries[effect->number - 1];

	assert_string_equal(kept->channel, effect->channel);
	assert_int_equal(kept->delivery.state, DELIVERY_PENDING);
	rig->sends = mem_grow(rig->sends, rig->send_count, &rig->send_room,
		sizeof(*rig->sends));
	rig->sends[rig->send_count++] = effect->number;
}

/* Status, cause and words, where the status or the figure is another. */
static void log_cause(struct rig *rig, const struct effect *effect)
{
	const struct assessment *after = &effect->as.milestone->assessment;
	const struct cause *because = effect->because;

	for (size_t i = 0; i < rig->store.milestone_count; i++) {
		const struct assessment *before =
			&rig->store.milestones[i].state.assessment;
		if (string_is(rig->store.milestones[i].id, effect->subject) &&
				before->status == after->status &&
				before->lifecycle == after->lifecycle &&
				decimal_equal(before->actual.value,
					after->actual.value))
			return;
	}
	assert_non_null(because);
	assert_true(because->text[0] != '\0');
	text_addf(&rig->causes, "%s %s: %s: %s\n", effect->subject,
		status_name(after->status), cause_kind_name(because->kind),
		because->text);
}

static void perform(struct rig *rig, const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_FETCHED:
		store_source(&rig->store, effect->subject, effect->source_state);
		polled_add(history_polled(rig->store.history, effect->subject),
			(struct polled_time){effect->as.report->started,
			effect->as.report->finished},
			effect->as.report->outcome, effect->as.report->rows,
			effect->as.report->rejected);
		break;
	case EFFECT_DOCUMENT:
		documents_add(history_documents(rig->store.history,
			effect->subject), effect->as.document, NULL);
		break;
	case EFFECT_ATTESTATION:
		attestations_add(history_attestations(rig->store.history,
			effect->subject), effect->as.attestation);
		break;
	case EFFECT_OBSERVATION:
		store_figure(&rig->store, effect->subject,
			effect->source == NOT_FOUND ? "" :
			rig->present->reg->sources[effect->source].id,
			&effect->as.observation);
		break;
	case EFFECT_ASSESSMENT:
		assert_non_null(effect->reason);
		log_cause(rig, effect);
		store_milestone(&rig->store, effect->subject,
			effect->as.milestone);
		break;
	case EFFECT_EVENT:
		log_event(rig, effect->as.event);
		break;
	case EFFECT_ALERT:
		log_alert(rig, effect->as.alert);
		store_alert(&rig->store, effect->as.alert);
		break;
	case EFFECT_NOTIFY:
		perform_notify(rig, effect);
		break;
	case EFFECT_DELIVERY:
		rig->store.deliveries[effect->as.delivery->notification - 1]
			.delivery = *effect->as.delivery;
		break;
	case EFFECT_FETCH:
		assert_true(rig->fetch_count < FETCHES_KEPT);
		rig->fetches[rig->fetch_count++] = effect->index;
		break;
	case EFFECT_SEND:
		perform_send(rig, effect);
		break;
	case EFFECT_MENTION:
	case EFFECT_DROP:
	case EFFECT_SILENCE:
		break;
	case EFFECT_KIND_COUNT:
		fail();
	}
	tellings_take(&rig->store.tellings, effect);
}

/* Whom it was told is left out. */
static void log_events_only(struct text *log)
{
	char *lines = text_take(log);

	for (char *line = lines, *end; *line; line = end) {
		end = strchr(line, '\n') + 1;
		if (*line != '!')
			text_add(log, line, (size_t)(end - line));
	}
	free(lines);
}

void rig_perform(struct rig *rig)
{
	for (size_t i = 0; i < rig->effects.count; i++)
		perform(rig, &rig->effects.items[i]);
	if (rig->only_events && rig->effects.count > 0)
		log_events_only(&rig->log);
	effects_clear(&rig->effects);
}

void rig_answer_fetch(struct rig *rig, uint32_t source)
{
	static struct row rows[ROWS_MAX];
	struct fetch_report report = {.started = rig->now, .finished = rig->now,
		.outcome = FETCH_UNCHANGED, .retry_after = -1, .max_age = -1};
	size_t count = 0;

	if (rig->publish)
		count = rig->publish(rig, source, rows, &report);
	report.rows = count;
	engine_fetched(rig->engine, source, &report, rows, count, rig->now,
		&rig->effects);
	rig_perform(rig);
}

void rig_answer_send(struct rig *rig, int64_t id)
{
	enum delivery_outcome outcome = rig->receive ? rig->receive(rig, id)
		: DELIVERED;
	engine_delivered(rig->engine, id, outcome, -1, "answer", rig->now,
		&rig->effects);
	rig_perform(rig);
}

void rig_work(struct rig *rig)
{
	for (;;) {
		if (rig->fetch_count > 0 && !rig->hold_fetches) {
			uint32_t source = rig->fetches[0];
			memmove(rig->fetches, rig->fetches + 1,
				--rig->fetch_count * sizeof(*rig->fetches));
			rig_answer_fetch(rig, source);
		} else if (rig->send_count > 0 && !rig->hold_sends) {
			int64_t id = rig->sends[0];
			memmove(rig->sends, rig->sends + 1,
				--rig->send_count * sizeof(*rig->sends));
			rig_answer_send(rig, id);
		} else if (engine_next(rig->engine) <= rig->now) {
			engine_advance(rig->engine, rig->now, rig->budget,
				&rig->effects);
			rig_perform(rig);
		} else {
			return;
		}
	}
}

void rig_to(struct rig *rig, instant to)
{
	rig_work(rig);
	for (instant next; (next = engine_next(rig->engine)) <= to;) {
		rig->now = next;
		rig_work(rig);
	}
	rig->now = to;
}

void rig_until(struct rig *rig, const char *time)
{
	rig_to(rig, world_time(rig->present, time));
}

void rig_start(struct rig *rig, const char *time)
{
	if (time)
		rig->now = world_time(rig->present, time);
	rig->engine = engine_new(rig->present->reg, rig->history,
		&rig->settings);
	engine_start(rig->engine, rig->now, &rig->effects);
	rig_perform(rig);
	rig_work(rig);
}

void rig_restart(struct rig *rig)
{
	struct store *store = &rig->store;

	engine_free(rig->engine);
	history_free(rig->history);
	rig->fetch_count = rig->send_count = 0;
	rig->history = history_new(kept_series, store);
	history_load_by(rig->history, &kept_loads);
	rig->settings.last_event = store->last_event;
	rig->settings.last_alert = (int64_t)store->alert_count;
	rig->settings.last_notification = (int64_t)store->delivery_count;
	tellings_settings(&store->tellings, &rig->settings);
	rig->engine = engine_new(rig->present->reg, rig->history,
		&rig->settings);
	for (size_t i = 0; i < store->figure_count; i++) {
		const struct kept_figure *figure = &store->figures[i];

		if (!figure->observation.quarantine)
			engine_restore_supply(rig->engine, figure->indicator,
				figure->source[0] ? figure->source : NULL,
				figure->observation.period);
	}
	for (size_t i = 0; i < store->milestone_count; i++)
		engine_restore_milestone(rig->engine, store->milestones[i].id,
			&store->milestones[i].state);
	for (size_t i = 0; i < store->source_count; i++)
		engine_restore_source(rig->engine, store->sources[i].id,
			&store->sources[i].state);
	for (size_t i = 0; i < store->alert_count; i++) {
		if (alert_state_is_open(store->alerts[i].state))
			engine_restore_alert(rig->engine, &store->alerts[i]);
	}
	for (size_t i = store->delivery_count; i-- > 0;) {
		struct kept_delivery *kept = &store->deliveries[i];
		kept->notification.channel = kept->channel;
		if (kept->delivery.state == DELIVERY_PENDING)
			engine_restore_delivery(rig->engine,
				&kept->notification, &kept->delivery);
	}
	tellings_restore(&store->tellings, rig->engine);
	engine_start(rig->engine, rig->now, &rig->effects);
	rig_perform(rig);
	rig_work(rig);
}

struct row rig_row(const struct rig *rig, const char *indicator,
	const char *period, const char *value, const char *published)
{
	struct row row = {.indicator = register_indicator(rig->present->reg,
		indicator)};

	if (row.indicator == NOT_FOUND ||
			!period_read(period, &row.observation.period) ||
			!decimal_read(value, &row.observation.value))
		fail_msg("no row: %s %s %s", indicator, period, value);
	row.observation.published = world_time(rig->present, published);
	return row;
}

void rig_take_row(struct rig *rig, const struct row *row)
{
	const struct fetch_report report = {.started = rig->now,
		.finished = rig->now, .outcome = FETCH_CHANGED,
		.retry_after = -1, .max_age = -1, .rows = 1};

	engine_fetched(rig->engine, 0, &report, row, 1, rig->now,
		&rig->effects);
	rig_perform(rig);
	rig_work(rig);
}

void rig_feed(struct rig *rig, const char *indicator,
	const char *period, const char *value, const char *published)
{
	const struct row row = rig_row(rig, indicator, period, value, published);
	rig_take_row(rig, &row);
}

void rig_expect(struct rig *rig, const char *want)
{
	if (strcmp(text_string(&rig->log), want) != 0)
		fail_msg("announced:\n%swanted:\n%s", text_string(&rig->log),
			want);
	text_clear(&rig->log);
}

void rig_expect_causes(struct rig *rig, const char *want)
{
	if (strcmp(text_string(&rig->causes), want) != 0)
		fail_msg("causes:\n%swanted:\n%s", text_string(&rig->causes),
			want);
	text_clear(&rig->causes);
}

enum status rig_status(const struct rig *rig, const char *milestone)
{
	return engine_milestone(rig->engine, register_milestone(
		rig->present->reg, milestone))->assessment.status;
}

void deal_init(struct rig *rig, enum first_sight first_sight)
{
	rig_init(rig, first_sight);
	world_indicator(&rig->world, "x", FREQUENCY_MONTH, 40);
	world_indicator(&rig->world, "done", FREQUENCY_NONE, 0);
	rig_source(&rig->world, "s");
	world_milestone(&rig->world, "law", "2020-12-31", "last(done) >= 1")
		->grace = (struct duration){30, DURATION_DAY};
	struct milestone *sum = world_milestone(&rig->world, "sum",
		"2020-12-31", "sum(x, 2020) >= 100");
	sum->start_said = world_said("2020-01-01", 1);
	sum->path_said = world_said("linear", 1);
}
