/* web_telling: what people are told of, and what becomes of messages. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pledged/channel_health.h"
#include "pledged/told.h"
#include "pledged/web.h"

#define ROWS 100		/* on a page */

/* --- alerts -------------------------------------------------------------------------- */

static void put_severity(struct html *html, enum severity severity)
{
	static const enum hue hues[] = {[SEVERITY_INFO] = HUE_IDLE,
		[SEVERITY_WARNING] = HUE_LATE, [SEVERITY_CRITICAL] = HUE_BAD};
	static const char *const signs[] = {[SEVERITY_INFO] = "i",
		[SEVERITY_WARNING] = "!", [SEVERITY_CRITICAL] = "‼"};

	part_badge(html, hues[severity], signs[severity],
		severity_name(severity));
}

static void put_subject(struct page *page, const struct alert *alert)
{
	const struct register_ *reg = page->sheet.daemon->reg;
	uint32_t milestone = alert->subject_kind == SUBJECT_MILESTONE ?
		register_milestone(reg, alert->subject) : NOT_FOUND;

	html_textf(&page->html, "%s: ", wording_headline((int)alert->kind));
	if (milestone != NOT_FOUND)
		part_milestone(&page->sheet, milestone);
	else if (alert->subject_kind == SUBJECT_SOURCE)
		part_link(&page->sheet, SHEET_SOURCE, alert->subject,
			alert->subject);
	else
		html_text(&page->html, alert->subject);
	html_element(&page->html, "span", alert->reason, "class", "by", NULL);
}

static void put_in_hand(struct page *page, const struct alert *alert)
{
	const struct zone *zone = page->sheet.daemon->settings->zone;
	struct html *html = &page->html;

	if (alert->state != ALERT_ACKNOWLEDGED) {
		html_text(html, "nobody");
		return;
	}
	html_textf(html, "%s until ", alert->by);
	part_time(html, alert->until, zone);
	html_textf(html, ": %s", alert->note);
}

static void put_hearings(struct page *page, const struct alert *alert)
{
	struct hearing_view hearings[CHANNELS_MAX];
	size_t count = engine_alert_hearings(page->sheet.daemon->engine,
		alert->id, hearings);

	for (size_t i = 0; i < count; i++)
		html_textf(&page->html, "%s%s%s", i > 0 ? ", " : "",
			hearings[i].channel, hearings[i].told == INSTANT_MIN ?
			" (waits)" : "");
	if (count == 0)
		html_text(&page->html, "nobody");
}

static void put_alert(struct page *page, struct part_table *table,
	const struct alert *alert)
{
	part_row_open(table);
	part_cell_open(table);
	put_severity(&page->html, alert->severity);
	part_cell_close(table);
	part_cell_open(table);
	put_subject(page, alert);
	part_cell_close(table);
	part_cell_open(table);
	part_time(&page->html, alert->raised,
		page->sheet.daemon->settings->zone);
	part_cell_close(table);
	part_cell_open(table);
	put_in_hand(page, alert);
	part_cell_close(table);
	part_cell_open(table);
	put_hearings(page, alert);
	part_cell_close(table);
	part_cell_open(table);
	html_textf(&page->html, "%" PRId64, alert->id);
	part_cell_close(table);
	part_row_close(table);
}

/* The newest first. */
static void put_alerts(struct page *page, size_t number)
{
	static const struct part_column columns[] = {
		{"Severity", "how", false}, {"Alert", "what", true},
		{"Since", "when", false}, {"In hand of", "hand", false},
		{"Who has heard", "hand", false}, {"Number", "number", false},
	};
	const struct engine *engine = page->sheet.daemon->engine;
	size_t count = engine_alert_count(engine);
	size_t first = (number - 1) * ROWS;
	struct part_table table;
	struct text caption;

	text_init(&caption, 0);
	text_add_count(&caption, count, "alert");
	text_addf(&caption, " open, %zu in hand",
		engine_alerts_acknowledged(engine));
	part_table_open(&table, &page->html, columns, 6, text_string(&caption),
		"alerts");
	text_release(&caption);
	for (size_t i = first; i < count && i < first + ROWS; i++)
		put_alert(page, &table, engine_alert(engine, count - 1 - i));
	part_table_close(&table);
	page_put_pager(page, number, count > first + ROWS);
}

void web_alerts(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct page page = {.sent = 0};
	size_t number;

	(void)rest;
	if (!page_begin_list(&page, daemon, request, &number))
		return;
	page_open_now(&page, "/alerts", "Alerts",
		"Which alerts are open is known as of now only");
	page_form_open(&page, "/alerts");
	page_form_close(&page);
	if (engine_alert_count(daemon->engine) == 0)
		html_element(&page.html, "p", "No alert is open.", "class",
			"none", NULL);
	else
		put_alerts(&page, number);
	page_close(&page);
	page_send(&page, 200);
}

/* --- channels ------------------------------------------------------------------------- */

static void put_channel_health(struct page *page,
	const struct channel_health *health)
{
	const struct zone *zone = page->sheet.daemon->settings->zone;
	struct html *html = &page->html;

	if (health->failing_since == INSTANT_MIN) {
		html_text(html, health->answer);
		return;
	}
	html_text(html, "fails since ");
	part_time(html, health->failing_since, zone);
	html_textf(html, ": %s", health->answer);
}

static void put_channel(struct page *page, struct part_table *table,
	const struct channel *channel)
{
	struct daemon *daemon = page->sheet.daemon;
	const struct zone *zone = daemon->settings->zone;
	struct channel_health health;
	bool fails;

	channel_health_of(daemon->channels_health, channel->id, &health);
	fails = health.failing_since != INSTANT_MIN &&
		health.last_attempt != INSTANT_MIN;
	part_row_open(table);
	part_cell_open(table);
	if (fails)
		part_badge(&page->html, HUE_BAD, "✗", "fails");
	else if (health.last_success != INSTANT_MIN)
		part_badge(&page->html, HUE_GOOD, "✓", "works");
	else
		part_badge(&page->html, HUE_IDLE, "·", "not used yet");
	part_cell_close(table);
	part_cell(table, channel->id);
	part_cell(table, channel_type_name(channel->type));
	part_cell_open(table);
	part_time(&page->html, health.last_success, zone);
	part_cell_close(table);
	part_cell_open(table);
	put_channel_health(page, &health);
	part_cell_close(table);
	part_row_close(table);
}

static void put_channels(struct page *page)
{
	static const struct part_column columns[] = {
		{"State", "how", false}, {"Channel", "what", true},
		{"Type", NULL, false}, {"Last delivered", NULL, false},
		{"Last answer", "why", false},
	};
	const struct policy *policy = &page->sheet.daemon->settings->policy;
	struct part_table table;

	page_section_open(page, "channels", "Channels");
	part_table_open(&table, &page->html, columns, 5, "How people are reached",
		"channels");
	for (size_t i = 0; i < policy->channel_count; i++)
		put_channel(page, &table, &policy->channels[i]);
	part_table_close(&table);
	page_section_close(page);
}

/* --- messages ------------------------------------------------------------------------ */

struct messages {
	struct page *page;
	struct part_table table;
	size_t count;
	int64_t last;
};

static void put_delivery(struct messages *messages,
	const struct notification *notification, const struct delivery *delivery)
{
	static const struct {
		enum hue hue;
		const char *sign, *words;
	} looks[] = {
		[DELIVERY_PENDING] = {HUE_LATE, "…", "on its way"},
		[DELIVERY_DELIVERED] = {HUE_GOOD, "✓", "delivered"},
		[DELIVERY_DEAD] = {HUE_BAD, "✗", "given up"},
		[DELIVERY_DROPPED] = {HUE_OUT, "–", "dropped"},
	};
	struct page *page = messages->page;
	struct part_table *table = &messages->table;
	const struct zone *zone = page->sheet.daemon->settings->zone;

	part_row_open(table);
	part_cell_open(table);
	part_badge(&page->html, looks[delivery->state].hue,
		looks[delivery->state].sign, looks[delivery->state].words);
	part_cell_close(table);
	part_cell_open(table);
	html_textf(&page->html, "%" PRId64 " to %s", notification->id,
		notification->channel);
	part_cell_close(table);
	part_cell_open(table);
	part_time(&page->html, notification->created, zone);
	part_cell_close(table);
	part_cell_open(table);
	html_textf(&page->html, "%d", delivery->attempts);
	part_cell_close(table);
	part_cell_open(table);
	if (delivery->state == DELIVERY_PENDING)
		part_time(&page->html, delivery->next, zone);
	part_cell_close(table);
	part_cell(table, delivery->answer);
	part_row_close(table);
}

static void take_message(void *context, const struct notification *notification,
	const struct delivery *delivery)
{
	struct messages *messages = context;

	if (messages->count++ == ROWS)
		return;
	messages->last = notification->id;
	put_delivery(messages, notification, delivery);
}

static enum store_deliveries which_of(const struct page *page)
{
	const char *state = page_parameter(page, "state");

	return string_is(state, "pending") ? STORE_PENDING :
		string_is(state, "dead") ? STORE_DEAD : STORE_ALL;
}

static void put_older(struct page *page, const struct messages *messages)
{
	struct text href;

	if (messages->count <= ROWS)
		return;
	text_init(&href, 0);
	text_addf(&href, "?before=%" PRId64, messages->last);
	add_parameters_but(&href, page->request, "before", '&');
	html_open(&page->html, "p", "class", "more", NULL);
	html_element(&page->html, "a", "Older", "href", text_string(&href), NULL);
	html_close(&page->html, "p");
	text_release(&href);
}

static int put_messages(struct page *page, int64_t before, struct error *error)
{
	static const struct part_column columns[] = {
		{"State", "how", false}, {"Message", "what", true},
		{"Made", NULL, false}, {"Attempts", "number", false},
		{"Next", NULL, false}, {"Last answer", "why", false},
	};
	struct messages messages = {.page = page};
	int loaded;

	page_section_open(page, "messages", "Messages");
	part_table_open(&messages.table, &page->html, columns, 6,
		"Messages, the newest first", "messages");
	loaded = store_load_deliveries(page->sheet.daemon->store,
		which_of(page), before, ROWS + 1, take_message, &messages, error);
	part_table_close(&messages.table);
	put_older(page, &messages);
	page_section_close(page);
	return loaded;
}

static void put_deliveries_form(struct page *page)
{
	static const char *const states[] = {"all", "pending", "dead", NULL};
	static const char *const words[] = {"all", "on their way", "given up",
		NULL};

	page_form_open(page, "/deliveries");
	page_choice(page, "state", "Messages",
		&(struct page_words){states, words, states[0]});
	page_form_close(page);
}

void web_deliveries(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct page page = {.sent = 0};
	struct error error;
	int64_t before = 0;

	(void)rest;
	if (!page_begin(&page, daemon, request))
		return;
	if (page_parameter(&page, "before") != NULL)
		before = rest_number(page_parameter(&page, "before"));
	if (page_parameter(&page, "state") == NULL)
		text_add_string(&page.selected, "state=all");
	page_open_now(&page, "/deliveries", "Deliveries",
		"What became of messages is known as of now only");
	put_deliveries_form(&page);
	put_channels(&page);
	if (put_messages(&page, before, &error) < 0) {
		page_release(&page);
		reply_unreadable(request, &error);
		return;
	}
	page_close(&page);
	page_send(&page, 200);
}
