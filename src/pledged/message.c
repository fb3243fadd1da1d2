/* message: see message.h. */
#include "pledged/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/frame.h"
#include "core/forecast.h"
#include "pledged/view.h"
#include "worker/protocol.h"

/* --- words ------------------------------------------------------------- */

/* What each kind is called in a subject line and at the head of a text. */
static const char *const headlines[EVENT_KIND_COUNT] = {
	[EVENT_APPROACHING] = "Deadline approaching",
	[EVENT_AT_RISK] = "At risk",
	[EVENT_OFF_TRACK] = "Off track",
	[EVENT_RECOVERED] = "Back on track",
	[EVENT_SLIPPED] = "Slipped",
	[EVENT_BREACHED] = "Breached",
	[EVENT_REVERSED] = "Reversed",
	[EVENT_MET] = "Met",
	[EVENT_MET_LATE] = "Met late",
	[EVENT_PARTLY_MET] = "Partly met",
	[EVENT_WAIVED] = "Waived",
	[EVENT_UNVERIFIED] = "Cannot be verified",
	[EVENT_DISPUTED] = "Disputed",
	[EVENT_REVISED] = "Figures revised",
	[EVENT_RESCHEDULED] = "Rescheduled",
	[EVENT_MODIFIED] = "Terms modified",
	[EVENT_WITHDRAWN] = "Withdrawn",
	[EVENT_SUPERSEDED] = "Superseded",
	[EVENT_FIRST_SIGHT] = "First look at the register",
	[EVENT_SOURCE_FAILING] = "Source failing",
	[EVENT_SOURCE_UNREADABLE] = "Source cannot be read",
	[EVENT_SOURCE_RECOVERED] = "Source works again",
	[EVENT_DATA_STALE] = "Figures overdue",
	[EVENT_DATA_QUARANTINED] = "Figures held back",
	[EVENT_NEW_DOCUMENT] = "New document",
	[EVENT_SOURCE_MOVED] = "Source has moved",
	[EVENT_OFFLINE] = "This machine is offline",
	[EVENT_ONLINE] = "This machine is online again",
	[EVENT_DELIVERY_FAILED] = "Messages cannot be delivered",
	[EVENT_DELIVERY_RECOVERED] = "Messages are delivered again",
	[EVENT_CHANNEL_TEST] = "Test message",
};

static const struct milestone *context_milestone(
	const struct message_context *context)
{
	return context->milestone_index == NOT_FOUND ? NULL
		: milestone_at(
			&context->reg->milestones[context->milestone_index],
			context->event->time);
}

/* A milestone's own title says what it is; without one, the pledge's and the
   milestone's name together do. */
static void add_name(const struct message_context *context, struct text *out)
{
	const struct milestone *milestone = context_milestone(context);

	if (milestone == NULL) {
		if (context->event->subject != NULL)
			text_add_string(out, context->event->subject);
		return;
	}
	const struct pledge *pledge = milestone_pledge(context->reg, milestone);

	if (milestone->title != NULL)
		text_add_string(out, milestone->title);
	else
		text_addf(out, "%s: %s", pledge->title != NULL ? pledge->title
			: pledge->id, milestone->name);
}

void message_headline(const struct message_context *context, struct text *out)
{
	text_add_string(out, headlines[context->event->kind]);
	if (context->event->subject == NULL)
		return;
	text_add_string(out, ": ");
	add_name(context, out);
}

/* --- facts: what a person needs to act --------------------------------- */

#define FACTS_MAX 16

struct facts {
	const char *labels[FACTS_MAX];
	struct text values[FACTS_MAX];
	size_t count;
};

static struct text *facts_add(struct facts *facts, const char *label)
{
	if (facts->count == FACTS_MAX)
		abort();	/* more labels than the room stated above */
	facts->labels[facts->count] = label;
	text_init(&facts->values[facts->count], 4096);
	return &facts->values[facts->count++];
}

static void facts_release(struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		text_release(&facts->values[i]);
}

static void text_add_amount(struct text *value, struct decimal amount,
	const char *unit)
{
	text_add_decimal_grouped(value, amount);
	if (unit != NULL && !string_is(unit, "1"))	/* a pure number */
		text_addf(value, " %s", unit);
}

static void add_figure_fact(struct facts *facts, const char *label,
	const struct figure *figure, struct decimal shown, const char *unit)
{
	if (figure->known)
		text_add_amount(facts_add(facts, label), shown, unit);
}

static void add_pace_fact(struct facts *facts, const struct assessment *a)
{
	if (!a->pace.known)
		return;
	struct decimal percent;
	struct text *value = facts_add(facts, "Pace");

	if (decimal_multiply(a->pace.value, decimal_from_int(100), &percent))
		text_add_decimal(value, decimal_round(percent, 1));
	text_add_string(value, " % of what the path requires");
	if (period_is_none(a->data_through))
		return;
	text_add_string(value, " through ");
	text_add_period(value, a->data_through);
}

/* "27,335,339,028 USD expected when due; the benchmark is expected to hold on
   2021-03-31 (90 days late)" */
static void add_forecast_fact(struct facts *facts, const struct assessment *a,
	const char *unit)
{
	const struct forecast *forecast = &a->forecast;
	struct decimal expected;

	if (forecast->method == FORECAST_NONE || !decimal_from_double(
			forecast->value, FORECAST_DIGITS, &expected))
		return;
	struct text *value = facts_add(facts, "Forecast");

	text_add_amount(value, view_derived(expected, a->target.value), unit);
	text_add_string(value, " expected when due; ");
	if (date_is_none(forecast->date)) {
		text_add_string(value, "the benchmark is not expected to hold");
		return;
	}
	text_add_string(value, "the benchmark is expected to hold on ");
	text_add_date(value, forecast->date);
	if (forecast->slip_days > 0)
		text_addf(value, " (%d days late)", forecast->slip_days);
}

static void add_due_fact(struct facts *facts, const struct register_ *reg,
	const struct milestone *milestone, const struct assessment *a)
{
	struct text *value = facts_add(facts, "Due");

	if (!date_is_none(a->due_date))
		text_add_date(value, a->due_date);
	else
		text_add_instant_zone(value, a->due,
			milestone_zone(reg, milestone));
	if (a->days_late != DAYS_NONE)
		text_addf(value, " (fulfilled %d days late)", a->days_late);
	else if (a->days_overdue != DAYS_NONE && a->days_overdue > 0)
		text_addf(value, " (%d days overdue)", a->days_overdue);
}

static void add_milestone_facts(struct facts *facts,
	const struct message_context *context)
{
	const struct register_ *reg = context->reg;
	const struct milestone *milestone = context_milestone(context);
	const struct pledge *pledge = milestone_pledge(reg, milestone);
	const struct instrument *instrument = milestone_instrument(reg, milestone);
	const struct assessment *a = &context->milestone->assessment;
	const char *unit = view_unit(milestone);

	text_addf(facts_add(facts, "Instrument"), "%s%s%s",
		instrument->title != NULL ? instrument->title : instrument->id,
		pledge->cite != NULL ? ", " : "",
		pledge->cite != NULL ? pledge->cite : "");
	if (pledge->title != NULL && milestone->title != NULL)
		text_add_string(facts_add(facts, "Pledge"), pledge->title);
	if (pledge->obligor != NULL)
		text_add_string(facts_add(facts, "Obligor"), pledge->obligor);
	add_due_fact(facts, reg, milestone, a);
	add_figure_fact(facts, "Figure", &a->actual, a->actual.value, unit);
	add_figure_fact(facts, "Target", &a->target, a->target.value, unit);
	add_figure_fact(facts, "Shortfall", &a->shortfall, a->shortfall.value, unit);
	add_pace_fact(facts, a);
	add_forecast_fact(facts, a, unit);
	text_add_string(facts_add(facts, "Benchmark"), milestone->benchmark->text);
	if (pledge->url != NULL || instrument->url != NULL)
		text_add_string(facts_add(facts, "Evidence"),
			pledge->url != NULL ? pledge->url : instrument->url);
}

/* What somebody types who wants to know more. */
static void add_where_to_look(struct facts *facts, const struct event *event)
{
	struct text *out;

	if (event->subject == NULL)
		return;
	out = facts_add(facts, "To look closer");
	if (event->subject_kind == SUBJECT_MILESTONE)
		text_addf(out, "pledgectl show '%s'", event->subject);
	else if (event->kind == EVENT_DATA_QUARANTINED)
		text_addf(out, "pledgectl list held  (%s)", event->subject);
	else
		text_addf(out, "pledgectl list sources  (%s)", event->subject);
}

static void facts_gather(struct facts *facts,
	const struct message_context *context)
{
	const struct event *event = context->event;

	text_add_string(facts_add(facts, "Why"), event->reason);
	if (context->milestone != NULL && context_milestone(context) != NULL)
		add_milestone_facts(facts, context);
	if (context->source_index != NOT_FOUND) {
		char *url = view_url(context->reg->sources[context->source_index].url);

		text_add_string(facts_add(facts, "Source"), url);
		free(url);
	}
	if (event->from != NULL && event->to != NULL)
		text_addf(facts_add(facts, "Status"), "%s (was %s)",
			event->to, event->from);
	add_where_to_look(facts, event);
}

/* --- email -------------------------------------------------------------- */

static void put_header(struct text *out, const char *name, const char *value)
{
	struct text header;

	text_init(&header, 65536);
	mime_header(&header, name, value);
	frame_put(out, MAIL_HEADER, header.data, header.length);
	text_release(&header);
}

static void put_header_text(struct text *out, const char *name,
	struct text *value)
{
	put_header(out, name, text_string(value));
	text_clear(value);
}

/*
 * One thread an alert: the message of the event that raised it bears the
 * thread's id, the later ones refer to it.
 */
static void put_thread_headers(struct text *out,
	const struct message_context *context)
{
	const struct event *event = context->event;
	const char *domain = mime_domain(context->channel->from);
	bool first = event->alert == 0 || event_kind_raises(event->kind);
	struct text thread, id;

	text_init(&thread, 1024);
	text_init(&id, 1024);
	text_addf(&thread, "<alert-%lld.%s.%s@%s>", (long long)event->alert,
		context->channel->id, context->instance, domain);
	if (event->alert != 0 && first)
		text_add_string(&id, text_string(&thread));
	else
		text_addf(&id, "<%s@%s>", context->notification->message_id, domain);
	put_header_text(out, "Message-ID", &id);
	if (!first) {
		put_header(out, "In-Reply-To", text_string(&thread));
		put_header(out, "References", text_string(&thread));
	}
	text_release(&thread);
	text_release(&id);
}

static void put_mail_headers(struct text *out,
	const struct message_context *context)
{
	const struct channel *channel = context->channel;
	struct text value;

	text_init(&value, 65536);
	text_addf(&value, "pledged <%s>", channel->from);
	put_header_text(out, "From", &value);
	for (size_t i = 0; i < channel->to_count; i++)
		text_addf(&value, "%s%s", i > 0 ? ", " : "", channel->to[i]);
	put_header_text(out, "To", &value);
	message_headline(context, &value);
	put_header_text(out, "Subject", &value);
	mime_date(&value, context->event->time);
	put_header_text(out, "Date", &value);
	put_thread_headers(out, context);
	put_header(out, "Auto-Submitted", "auto-generated");
	text_addf(&value, "pledged alerts <%s.pledged.%s>", channel->id,
		mime_domain(channel->from));
	put_header_text(out, "List-Id", &value);
	put_header(out, "X-Pledged-Id", context->notification->message_id);
	text_release(&value);
}

static void mail_text(const struct message_context *context,
	const struct facts *facts, struct text *out)
{
	message_headline(context, out);
	text_add_string(out, ".\n\n");
	for (size_t i = 0; i < facts->count; i++)
		text_addf(out, "%-15s %s\n", facts->labels[i],
			text_string(&facts->values[i]));
	text_addf(out, "\n-- \npledged, %s\n", context->notification->message_id);
}

static void mail_html(const struct message_context *context,
	const struct facts *facts, struct text *out)
{
	struct text headline;

	text_init(&headline, 65536);
	message_headline(context, &headline);
	text_add_string(out, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
		"<meta charset=\"utf-8\"><title>");
	text_add_html(out, text_string(&headline));
	text_add_string(out, "</title></head>\n<body style=\"font-family:sans-serif;"
		"max-width:40em\">\n<p style=\"font-size:1.2em\"><strong>");
	text_add_html(out, text_string(&headline));
	text_add_string(out, "</strong></p>\n<table>\n");
	for (size_t i = 0; i < facts->count; i++) {
		text_add_string(out, "<tr><th style=\"text-align:left;"
			"vertical-align:top;padding-right:1em\">");
		text_add_html(out, facts->labels[i]);
		text_add_string(out, "</th><td>");
		text_add_html(out, text_string(&facts->values[i]));
		text_add_string(out, "</td></tr>\n");
	}
	text_addf(out, "</table>\n<p><small>pledged, %s</small></p>\n</body></html>\n",
		context->notification->message_id);
	text_release(&headline);
}

static void render_email(const struct message_context *context, struct text *out)
{
	struct facts facts = {.count = 0};
	struct text part;

	facts_gather(&facts, context);
	put_mail_headers(out, context);
	text_init(&part, 0);
	mail_text(context, &facts, &part);
	frame_put(out, MAIL_TEXT, part.data, part.length);
	text_clear(&part);
	mail_html(context, &facts, &part);
	frame_put(out, MAIL_HTML, part.data, part.length);
	text_release(&part);
	facts_release(&facts);
}

/* --- webhook -------------------------------------------------------------- */

/* "org.pledged.milestone.slipped": kinds that begin with their subject do
   not say it twice. */
static void add_type(const struct event *event, struct text *out)
{
	const char *kind = event_kind_name(event->kind);
	const char *subject = event->subject_kind == SUBJECT_NONE ? "register"
		: subject_kind_name(event->subject_kind);
	size_t length = strlen(subject);

	if (string_starts(kind, subject) && kind[length] == '_')
		kind += length + 1;
	text_addf(out, "org.pledged.%s.%s", subject, kind);
}

static void render_webhook(const struct message_context *context,
	struct text *out)
{
	const struct event *event = context->event;
	struct text word;
	struct json json;

	text_init(&word, 1024);
	json_init(&json, out);
	json_object(&json);
	json_put_string(&json, "specversion", "1.0");
	json_put_string(&json, "id", context->notification->message_id);
	text_addf(&word, "urn:pledged:%s", context->instance);
	json_put_string(&json, "source", text_string(&word));
	text_clear(&word);
	add_type(event, &word);
	json_put_string(&json, "type", text_string(&word));
	if (event->subject != NULL)
		json_put_string(&json, "subject", event->subject);
	json_put_instant(&json, "time", event->time);
	json_put_string(&json, "datacontenttype", "application/json");
	json_key(&json, "data");
	json_object(&json);
	view_event_fields(&json, event);
	text_clear(&word);
	message_headline(context, &word);
	json_put_string(&json, "headline", text_string(&word));
	if (context->milestone != NULL && context->milestone_index != NOT_FOUND) {
		json_key(&json, "assessment");
		view_milestone(&json, context->reg, context->milestone_index,
			&context->milestone->assessment, context->milestone->since);
	}
	json_object_end(&json);
	json_object_end(&json);
	text_release(&word);
}

/* --- log ------------------------------------------------------------------- */

static void render_log(const struct message_context *context, struct text *out)
{
	const struct event *event = context->event;

	text_addf(out, "%s", event_kind_name(event->kind));
	if (event->subject != NULL)
		text_addf(out, " %s", event->subject);
	if (event->from != NULL && event->to != NULL)
		text_addf(out, " (%s -> %s)", event->from, event->to);
	text_addf(out, ": %s [%s]", event->reason,
		context->notification->message_id);
}

void message_render(const struct message_context *context, struct text *out)
{
	static void (*const render[])(const struct message_context *,
		struct text *) = {
		[CHANNEL_LOG] = render_log,
		[CHANNEL_EMAIL] = render_email,
		[CHANNEL_WEBHOOK] = render_webhook,
	};

	render[context->channel->type](context, out);
}
