/* letter: see letter.h; here, what is said of one item. */
#include "pledged/letter.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "core/forecast.h"
#include "pledged/chart.h"
#include "pledged/view.h"

/* --- the letter ------------------------------------------------------------ */

static void facts_release(struct fact *facts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_release(&facts[i].value);
}

static void letter_row_release(struct letter_row *row)
{
	text_release(&row->name);
	text_release(&row->due);
	text_release(&row->far);
	text_release(&row->state);
	text_release(&row->why);
}

void letter_free(struct letter *letter)
{
	if (letter == NULL)
		return;
	text_release(&letter->subject);
	text_release(&letter->lead);
	for (size_t i = 0; i < letter->note_count; i++)
		text_release(&letter->notes[i]);
	facts_release(letter->facts, letter->fact_count);
	text_release(&letter->picture);
	text_release(&letter->picture_words);
	for (size_t i = 0; i < letter->section_count; i++)
		text_release(&letter->sections[i].heading);
	for (size_t i = 0; i < letter->row_count; i++)
		letter_row_release(&letter->rows[i]);
	free(letter->rows);
	text_release(&letter->rest);
	facts_release(letter->commands, letter->command_count);
	free(letter);
}

struct text *letter_note(struct letter *letter)
{
	if (letter->note_count == LETTER_NOTES_MAX)
		log_bug("more notes than there is room for");
	struct text *note = &letter->notes[letter->note_count++];

	text_init(note, 0);
	return note;
}

static struct text *letter_fact(struct letter *letter, const char *label)
{
	if (letter->fact_count == LETTER_FACTS_MAX)
		log_bug("more facts than there is room for");
	struct fact *fact = &letter->facts[letter->fact_count++];

	fact->label = label;
	text_init(&fact->value, 0);
	return &fact->value;
}

struct text *letter_command(struct letter *letter, const char *label)
{
	if (letter->command_count == LETTER_COMMANDS_MAX)
		log_bug("more commands than there is room for");
	struct fact *command = &letter->commands[letter->command_count++];

	command->label = label;
	text_init(&command->value, 0);
	return &command->value;
}

/* Ids need no quotes; what is left of one that had others is harmless. */
static void add_shell_word(struct text *out, const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/@:=";
	bool plain = *word != '\0' && word[strspn(word, safe)] == '\0';

	if (!plain)
		text_add_char(out, '\'');
	for (const char *c = word; *c != '\0'; c++) {
		if (*c != '\'' && (unsigned char)*c >= 0x20 && *c != 0x7f)
			text_add_char(out, *c);
	}
	if (!plain)
		text_add_char(out, '\'');
}

/* --- facts of a milestone ---------------------------------------------------- */

static void add_amount(const struct told *told, struct text *value,
	struct decimal amount)
{
	const char *unit = view_unit(told->milestone);

	text_add_decimal_grouped(value, amount);
	if (unit == NULL || string_is(unit, "1"))	/* a pure number */
		return;
	text_add_char(value, ' ');
	text_add_line(value, unit, NAME_SHOWN);
}

static void add_percent(struct text *value, struct decimal ratio)
{
	struct decimal percent;

	if (decimal_multiply(ratio, decimal_from_int(100), &percent))
		text_add_decimal(value, decimal_round(percent, 1));
	text_add_string(value, " %");
}

static void tell_what(struct letter *letter, const struct told *told)
{
	const struct register_ *reg = told->context->reg;
	const struct pledge *pledge = milestone_pledge(reg, told->milestone);
	const struct instrument *instrument = milestone_instrument(reg,
		told->milestone);
	struct text *value = letter_fact(letter, "Pledge");

	if (pledge->title != NULL) {
		text_add_line(value, pledge->title, NAME_SHOWN);
		text_add_string(value, "; ");
	}
	text_add_line(value, instrument_title(instrument), NAME_SHOWN);
	if (pledge->cite != NULL) {
		text_add_string(value, ", ");
		text_add_line(value, pledge->cite, NAME_SHOWN);
	}
	if (pledge->obligor != NULL)
		text_add_line(letter_fact(letter, "Obligor"), pledge->obligor,
			NAME_SHOWN);
	if (pledge->owner != NULL)
		text_add_line(letter_fact(letter, "Owner"), pledge->owner,
			NAME_SHOWN);
}

static void tell_due(struct letter *letter, const struct told *told)
{
	const struct assessment *a = &told->state->assessment;
	int32_t left = told_days_left(told);
	struct text *value;

	if (left == DAYS_NONE)
		return;
	value = letter_fact(letter, "Due");
	add_due(told, value);
	if (verdict_is_done(a->verdict) || lifecycle_is_over(a->lifecycle))
		return;
	text_add_string(value, " (");
	add_days_left(value, left);
	text_add_char(value, ')');
}

/* "52.1 %; the path requires 14,705,123,456 USD through 2020-07" */
static void tell_pace(struct letter *letter, const struct told *told)
{
	const struct assessment *a = &told->state->assessment;
	struct text *value;

	if (!a->pace.known)
		return;
	value = letter_fact(letter, "Pace");
	add_percent(value, a->pace.value);
	if (!a->required_now.known || period_is_none(a->data_through))
		return;
	text_add_string(value, told_has_floor(told) ? "; the path requires "
		: "; the path allows ");
	add_amount(told, value, view_derived(a->required_now.value,
		a->target.value));
	text_add_string(value, " through ");
	text_add_period(value, a->data_through);
}

static void tell_figures(struct letter *letter, const struct told *told)
{
	const struct assessment *a = &told->state->assessment;
	bool missed = a->verdict != VERDICT_NONE && !verdict_is_done(a->verdict);
	struct text *value;

	if (a->actual.known) {
		value = letter_fact(letter, "Figure");
		add_amount(told, value, view_exact(a->actual.value));
		if (missed && told_has_floor(told) && a->share_of_level.known) {
			text_add_string(value, " (");
			add_percent(value, a->share_of_level.value);
			text_add_string(value, " of the target)");
		}
	}
	if (a->target.known)
		add_amount(told, letter_fact(letter, "Target"),
			view_exact(a->target.value));
	if (a->shortfall.known && decimal_sign(a->shortfall.value) > 0 &&
	    a->verdict != VERDICT_WAIVED)
		add_amount(told, letter_fact(letter, missed ? "Missed by"
			: told_has_floor(told) ? "To go" : "Over by"),
			view_exact(a->shortfall.value));
	if (a->verdict == VERDICT_NONE)
		tell_pace(letter, told);
}

/* "27,335,339,028 USD when due; the target on 2021-03-31, 90 days late"; once it
   was due, the figure is known. */
static void tell_forecast(struct letter *letter, const struct told *told)
{
	const struct assessment *a = &told->state->assessment;
	const struct forecast *forecast = &a->forecast;
	struct decimal expected;
	struct text *value;

	if (forecast->method == FORECAST_NONE || !decimal_from_double(
			forecast->value, FORECAST_DIGITS, &expected))
		return;
	value = letter_fact(letter, "Forecast");
	if (told_days_left(told) >= 0) {
		add_amount(told, value, view_derived(expected,
			a->target.value));
		text_add_string(value, " when due; ");
	}
	if (date_is_none(forecast->date)) {
		text_add_string(value, "the target is not reached");
		return;
	}
	text_add_string(value, "the target on ");
	text_add_date(value, forecast->date);
	if (forecast->slip_days > 0)
		text_addf(value, ", %d day%s late", forecast->slip_days,
			forecast->slip_days == 1 ? "" : "s");
}

/* An address that a reader may follow. */
static bool url_is_web(const char *url)
{
	return url != NULL && (string_starts(url, "https://") ||
		string_starts(url, "http://"));
}

static void add_url(struct letter *letter, const char *label, const char *url)
{
	char *shown;

	if (!url_is_web(url))
		return;
	shown = view_url(url);
	text_add_line(letter_fact(letter, label), shown, LINE_SHOWN);
	free(shown);
}

/* Where its figures come from, as far as the register names it: the source of
   its first input that has one. */
static void tell_evidence(struct letter *letter, const struct told *told)
{
	const struct register_ *reg = told->context->reg;
	const struct pledge *pledge = milestone_pledge(reg, told->milestone);
	const struct instrument *instrument = milestone_instrument(reg,
		told->milestone);
	const struct benchmark *benchmark = told->milestone->benchmark;

	for (uint16_t i = 0; i < benchmark->indicator_count; i++) {
		const struct indicator *input =
			&reg->indicators[benchmark->indicators[i]];

		if (input->source_count == 0)
			continue;
		add_url(letter, "Source",
			reg->sources[input->sources[0]].url);
		break;
	}
	add_url(letter, "Text", pledge->url != NULL ? pledge->url
		: instrument->url);
}

/* --- facts of any item ------------------------------------------------------- */

/* What was told last about it is nearer than what was told first. */
static const char *told_reason(const struct told *told)
{
	enum notify_reason reason = told->item->mention.reason;
	bool news = reason == REASON_FIRST || reason == REASON_CHANGED;

	return told_is_open(told) && !news && *told->item->alert->reason != '\0' ?
		told->item->alert->reason : told->event->reason;
}

static void tell_why(struct letter *letter, const struct told *told)
{
	const char *from = told->event->from;
	struct text *value;
	enum status before;

	if (strcasestr(text_string(&letter->lead), told_reason(told)) == NULL)
		text_add_line(letter_fact(letter, "Why"), told_reason(told),
			LINE_SHOWN);
	if (from == NULL || !status_parse(from, &before) ||
	    told->event->kind == EVENT_REVISED ||
	    string_is(from, told->event->to))
		return;
	value = letter_fact(letter, "Before");
	for (const char *c = from; *c != '\0'; c++)
		text_add_char(value, *c == '_' ? ' ' : *c);
}

static void tell_operator_facts(struct letter *letter, const struct told *told)
{
	const struct register_ *reg = told->context->reg;
	const struct event *event = told->event;
	uint32_t index;

	if (event->subject_kind == SUBJECT_INDICATOR) {
		index = register_indicator(reg, event->subject);
		if (index != NOT_FOUND && reg->indicators[index].title != NULL)
			text_add_line(letter_fact(letter, "Indicator"),
				reg->indicators[index].title, NAME_SHOWN);
	}
	if (event->subject_kind == SUBJECT_SOURCE) {
		index = register_source(reg, event->subject);
		if (index != NOT_FOUND) {
			char *url = view_url(reg->sources[index].url);

			text_add_line(letter_fact(letter, "Address"), url,
				LINE_SHOWN);
			free(url);
		}
	}
}

static void tell_acknowledged(struct letter *letter, const struct told *told)
{
	const struct alert *alert = told->item->alert;

	if (alert == NULL || alert->state != ALERT_ACKNOWLEDGED ||
	    told->item->mention.reason == REASON_ACKNOWLEDGEMENT_EXPIRING)
		return;
	struct text *value = letter_fact(letter, "In hand");

	text_add_line(value, alert->by != NULL && *alert->by != '\0' ? alert->by
		: "somebody", NAME_SHOWN);
	if (alert->until != INSTANT_MIN && alert->until != INSTANT_MAX) {
		text_add_string(value, " until ");
		add_time(told->context, value, alert->until);
	}
	if (alert->note != NULL && *alert->note != '\0') {
		text_add_string(value, ": ");
		text_add_line(value, alert->note, LINE_SHOWN);
	}
}

static void tell_consequences(struct letter *letter, const struct told *told)
{
	const struct item *item = told->item;
	struct text *value;

	if (item->consequences == 0)
		return;
	bool silence = item->mention.reason == REASON_SILENCE_EXPIRING;

	value = letter_fact(letter, silence ? "With it" : "Leads to");
	for (size_t i = 0; i < item->speaks_for_count; i++) {
		text_add_string(value, i > 0 ? ", " : "");
		text_add_line(value, item->speaks_for[i], NAME_SHOWN);
	}
	if (item->consequences > item->speaks_for_count)
		text_addf(value, " and %zu more",
			item->consequences - item->speaks_for_count);
	text_add_string(value, silence ? "; silenced until then, too"
		: "; not told separately");
}

static void tell_circumstances(struct letter *letter, const struct told *told)
{
	const struct item *item = told->item;
	struct text occasion;

	text_init(&occasion, 0);
	add_occasion(told, &occasion);
	if (occasion.length > 0)
		text_add_string(letter_note(letter), text_string(&occasion));
	text_release(&occasion);
	if (told->event->late != INSTANT_MIN) {
		struct text *note = letter_note(letter);

		text_add_string(note, "This is late: pledged was not running "
			"when it came due, at ");
		add_time(told->context, note, told->event->late);
		text_add_char(note, '.');
	}
	if (item->mention.undelivered != NULL) {
		struct text *note = letter_note(letter);

		text_add_string(note, "It could not be delivered to the channel ");
		text_add_line(note, item->mention.undelivered, NAME_SHOWN);
		text_add_string(note, ", so it comes here.");
	}
}

/* --- what can be done ---------------------------------------------------------- */

static void tell_where_to_look(struct letter *letter, const struct told *told)
{
	const struct event *event = told->event;

	if (told->milestone != NULL) {
		struct text *out = letter_command(letter, "How it was judged");

		text_add_string(out, "pledgectl explain ");
		add_shell_word(out, event->subject);
	} else if (event->kind == EVENT_DATA_QUARANTINED) {
		text_add_string(letter_command(letter, "See what is held"),
			"pledgectl list held");
	} else if (event->kind == EVENT_DELIVERY_FAILED) {
		text_add_string(letter_command(letter, "See what waits"),
			"pledgectl outbox");
	} else if (told_tone(told) == TONE_BAD) {
		text_add_string(letter_command(letter, "See all sources"),
			"pledgectl list sources");
	}
}

/* As silences are given: FIELD=PATTERN, of a milestone its id alone. */
static void add_silence(const struct event *event, struct text *out)
{
	text_add_string(out, "pledgectl silence add ");
	if (event->subject_kind != SUBJECT_MILESTONE)
		text_addf(out, "%s=", subject_kind_name(event->subject_kind));
	add_shell_word(out, event->subject);
	text_add_string(out, " -m \"why\" --for 7d");
}

static void tell_commands(struct letter *letter, const struct told *told)
{
	struct text *out;

	tell_where_to_look(letter, told);
	if (!told_is_open(told) || told_is_over(told))
		return;
	out = letter_command(letter, told->item->alert->state ==
		ALERT_ACKNOWLEDGED ? "Keep it in hand" : "Take it in hand");
	text_addf(out, "pledgectl ack %lld -m \"why\" --for 7d",
		(long long)told->item->alert->id);
	if (told->event->subject != NULL)
		add_silence(told->event, letter_command(letter, "Not now"));
}

static void tell_picture(struct letter *letter, const struct told *told)
{
	const struct message_context *context = told->context;
	struct knowledge known = {.recorded_by = INSTANT_MAX};

	if (context->history == NULL || told->state == NULL ||
	    lifecycle_is_over(told->state->assessment.lifecycle))
		return;
	known.published_by = told->state->assessment.as_of;
	letter->has_picture = chart_trajectory(context->reg, context->history,
		told->index, known, CHART_FILE, &letter->picture,
		&letter->picture_words);
}

static void letter_tell_one(struct letter *letter, const struct told *told)
{
	struct text subject;

	text_init(&subject, 0);
	add_subject_line(told, &subject);
	text_add_line(&letter->subject, text_string(&subject),
		LETTER_SUBJECT_MAX);
	text_release(&subject);
	add_lead(told, &letter->lead);
	letter->severity = told->event->severity;
	letter->tone = told_tone(told);
	tell_circumstances(letter, told);
	if (told->event->kind != EVENT_CHANNEL_TEST)
		tell_why(letter, told);
	if (told->milestone != NULL && told->state != NULL) {
		tell_due(letter, told);
		tell_figures(letter, told);
		tell_forecast(letter, told);
		tell_what(letter, told);
		tell_evidence(letter, told);
	}
	tell_operator_facts(letter, told);
	tell_acknowledged(letter, told);
	tell_consequences(letter, told);
	tell_commands(letter, told);
	tell_picture(letter, told);
}

struct letter *letter_new(const struct message_context *context)
{
	const struct notification *notification = context->notification;
	struct letter *letter = mem_new(1, sizeof *letter);

	text_init(&letter->subject, 0);
	text_init(&letter->lead, 0);
	text_init(&letter->picture, 0);
	text_init(&letter->picture_words, 0);
	text_init(&letter->rest, 0);
	if (notification->item_count == 1) {
		struct told told = told_of(context, notification->items);

		letter_tell_one(letter, &told);
	} else {
		letter_tell_many(letter, context);
	}
	return letter;
}
