/* post: see post.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/frame.h"
#include "base/mem.h"
#include "pledged/chart.h"
#include "post.h"
#include "worker/protocol.h"

static const char *const recipients[] = {"desk@example.org",
	"Zoë@example.org"};

/* --- the register ---------------------------------------------------------- */

static const char *post_title(struct post *post, const char *title)
{
	struct text text;

	text_init(&text, 0);
	text_addf(&text, "%s%s", title, post->hostile != NULL ? post->hostile
		: "");
	const char *copy = arena_string(post->world.reg->arena,
		text_string(&text));

	text_release(&text);
	return copy;
}

static void make_pledge(struct post *post, const char *id, const char *title)
{
	struct pledge *pledge = world_pledge(&post->world, id);

	pledge->title = post_title(post, title);
	pledge->obligor = post->hostile != NULL ? post_title(post, "CN") : "CN";
	pledge->owner = "trade-desk";
	pledge->cite = "Annex 6.1";
}

static void make_purchases(struct post *post)
{
	struct world *world = &post->world;
	struct indicator *exports = world_indicator(world,
		"exports.agriculture", FREQUENCY_MONTH, 40);
	struct milestone *milestone;

	exports->unit = "USD";
	exports->title = post_title(post, "Agricultural products");
	make_pledge(post, "purchases.agriculture",
		"Agricultural products: purchases beyond those of 2017");
	milestone = world_milestone(world, "2020", "2020-12-31",
		"sum(exports.agriculture, 2020) >= "
		"sum(exports.agriculture, 2017) + 12.5e9");
	milestone->title = post_title(post, "Agricultural products in 2020");
	milestone->severity = SEVERITY_CRITICAL;
	milestone->start_said = world_said("2020-01-01", 6);
	milestone->baseline_said = world_said("sum(exports.agriculture, 2017)",
		7);
	milestone->path_said = world_said("seasonal(exports.agriculture, 2017)",
		8);
	world_clauses(world, milestone)->forecast_said = world_said(
		"seasonal(exports.agriculture, 2017)", 9);
}

static void make_reforms(struct post *post)
{
	struct world *world = &post->world;

	world_indicator(world, "ip.plan", FREQUENCY_NONE, 0);
	world_indicator(world, "caps", FREQUENCY_MONTH, 30)->unit = "%";
	make_pledge(post, "ip.action-plan", "Action plan on property rights");
	world_milestone(world, "published", "2020-03-30",
		"last(ip.plan) >= 1")->title = post_title(post,
		"Publish the action plan");
	make_pledge(post, "finance.caps", "Foreign equity limits");
	world_milestone(world, "removed", "2020-12-31T17:00",
		"last(caps) <= 20");
	make_pledge(post, "reform", "Concurrent reform");
	for (int i = 0; i < 200; i++) {
		char name[32];

		snprintf(name, sizeof name, "m%d", i);
		world_milestone(world, arena_string(world->reg->arena, name),
			"2020-06-30", "last(ip.plan) >= 2");
	}
}

static void make_source(struct post *post)
{
	struct register_ *reg = post->world.reg;
	struct source *source = &reg->sources[reg->source_count++];

	source->id = "census";
	source->url = "https://user:secret@census.example.org/x.csv?key=secret";
	source->format = SOURCE_CSV;
	source->extract = "SELECT * FROM data";
	source->indicator_id = "exports.agriculture";
	source->every = 86400;
	source->origin = (struct origin){"test.conf", 3, 0};
}

void post_init(struct post *post, const char *hostile)
{
	memset(post, 0, sizeof *post);
	post->hostile = hostile;
	world_init(&post->world);
	post->world.reg->instruments[0].title = post_title(post,
		"Economic and Trade Agreement (Phase One)");
	post->world.reg->instruments[0].url = "https://example.org/phase-one";
	make_source(post);
	make_purchases(post);
	make_reforms(post);
	world_finish(&post->world);
	world_read(&post->world, "phase-one/exports-monthly.csv", "exports.",
		(struct world_columns){0, 1, 2, 3});
	world_observe(&post->world, "ip.plan", "2020-04-20", "1", "2020-04-20");
	world_observe(&post->world, "caps", "2020-11", "35", "2020-12-10");
	post->channel = (struct channel){.id = "desk",
		.to = (const char **)recipients, .to_count = 1,
		.from = "pledged@example.org", .fallback = NOT_FOUND};
	post_at(post, "2021-01-28");
}

void post_release(struct post *post)
{
	engine_free(post->engine);
	world_release(&post->world);
}

void post_at(struct post *post, const char *time)
{
	struct engine_settings settings = {.first_sight = FIRST_SIGHT_NONE,
		.instance = "0123456789abcdef"};
	struct effects effects;

	engine_free(post->engine);
	post->now = world_time(&post->world, time);
	post->engine = engine_new(post->world.reg, post->world.history,
		&settings);
	effects_init(&effects);
	engine_start(post->engine, post->now - 2 * SETTLE_SECONDS, &effects);
	engine_advance(post->engine, post->now, 0, &effects);
	effects_release(&effects);
}

/* --- notifications ----------------------------------------------------------- */

static const char *const followers[] = {"jv.law/adopted", "jv.law/in-force",
	"jv.caps/removed"};

static void make_alert(struct post *post, const struct letter_item *given,
	struct alert *alert)
{
	*alert = (struct alert){.id = given->alert, .kind =
		given->alert_kind != EVENT_APPROACHING ? given->alert_kind
		: given->kind, .severity = given->severity,
		.subject_kind = given->about, .subject = (char *)given->subject,
		.state = given->state, .raised = post->now - 86400 * 12,
		.resolved = INSTANT_MIN, .acknowledged = INSTANT_MIN,
		.until = INSTANT_MIN, .escalation = post->now - 86400 * 12,
		.by = given->by, .note = given->note};
	if (given->until != NULL)
		alert->until = world_time(&post->world, given->until);
	snprintf(alert->reason, sizeof alert->reason, "%s", given->why);
}

static void make_item(struct post *post, const struct letter_item *given,
	struct event *event, struct alert *alert, struct item *item)
{
	*event = (struct event){.id = 100, .time = post->now, .kind = given->kind,
		.severity = given->severity, .subject_kind = given->about,
		.subject = given->subject, .from = given->from, .to = given->to,
		.alert = given->alert, .late = INSTANT_MIN};
	if (given->late != NULL)
		event->late = world_time(&post->world, given->late);
	snprintf(event->reason, sizeof event->reason, "%s", given->why);
	*item = (struct item){.event = event,
		.mention = {.id = 1, .event = event->id, .alert = given->alert,
			.reason = given->reason, .channel = "desk", .group = "",
			.undelivered = given->undelivered,
			.thread = given->thread, .made = post->now},
		.speaks_for = followers,
		.speaks_for_count = given->consequences > 3 ? 3
			: given->consequences,
		.consequences = given->consequences,
		.reminders = given->reminders};
	if (given->alert != 0) {
		make_alert(post, given, alert);
		item->alert = alert;
	}
}

static double seconds_used(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

void post_render(struct post *post, enum channel_type type,
	const struct letter_item *items, size_t count, struct text *out)
{
	struct event *events = mem_new(count, sizeof *events);
	struct alert *alerts = mem_new(count, sizeof *alerts);
	struct item *made = mem_new(count, sizeof *made);
	struct notification notification = {.id = 7, .event = 100,
		.channel = "desk", .group = "audience pledge=p",
		.created = post->now, .items = made, .item_count = count};
	struct message_context context = {.reg = post->world.reg,
		.history = post->world.history, .engine = post->engine,
		.instance = "0123456789abcdef", .notification = &notification,
		.channel = &post->channel};

	post->channel.type = type;
	notification_message_id(context.instance, 7, notification.message_id);
	for (size_t i = 0; i < count; i++)
		make_item(post, &items[i], &events[i], &alerts[i], &made[i]);
	double before = seconds_used();

	message_render(&context, out);
	post->rendering = seconds_used() - before;
	free(events);
	free(alerts);
	free(made);
}

/* --- mails --------------------------------------------------------------------- */

/* "\r\n " is a space again. */
static char *unfold(char *header)
{
	char *to = header;

	for (char *from = header; *from != '\0'; from++) {
		if (*from != '\r' && *from != '\n')
			*to++ = *from;
	}
	*to = '\0';
	return header;
}

void mail_read(struct mail *mail, const struct text *body)
{
	struct frame_reader reader;
	struct frame_field field;

	memset(mail, 0, sizeof *mail);
	frame_reader_init(&reader, body->data, body->length);
	while (frame_next(&reader, &field)) {
		char *value = frame_field_string(&field);

		assert_int_equal(strlen(value), field.length);
		if (field.tag == MAIL_HEADER &&
		    mail->header_count < POST_HEADERS_MAX)
			mail->headers[mail->header_count++] = value;
		else if (field.tag == MAIL_TEXT)
			mail->text = value;
		else if (field.tag == MAIL_HTML)
			mail->html = value;
		else if (field.tag == MAIL_PICTURE)
			mail->picture = value;
		else
			fail_msg("field %d", field.tag);
	}
	assert_false(reader.broken);
}

void mail_release(struct mail *mail)
{
	for (size_t i = 0; i < mail->header_count; i++)
		free(mail->headers[i]);
	free(mail->text);
	free(mail->html);
	free(mail->picture);
}

const char *mail_header(struct mail *mail, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < mail->header_count; i++) {
		if (strncmp(mail->headers[i], name, length) == 0 &&
		    mail->headers[i][length] == ':')
			return unfold(mail->headers[i]) + length + 2;
	}
	return NULL;
}
