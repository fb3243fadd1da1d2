/*
 * letter_many: what is said of several items: how many of each kind, and a row
 * each of the first MESSAGE_ITEMS_SHOWN, the worst kinds first. Of the others
 * only the kind and where they belong are looked at.
 */
#include "pledged/letter.h"

#include <stdlib.h>

#include "base/mem.h"

/* What all the items come to, in one pass. */
struct gist {
	size_t counts[WORDING_COUNT];
	enum subject_kind about[WORDING_COUNT];
	enum severity worst[WORDING_COUNT];
	enum tone tones[WORDING_COUNT];
	bool open;			/* some may be acknowledged */
	enum notify_reason reason;	/* of all; NONE: they differ */
	const char *undelivered;	/* likewise; NULL */
	size_t late;
	uint32_t pledge, instrument;	/* of all; NOT_FOUND: there is none */
	bool one_pledge, one_instrument;
};

static void gist_place(struct gist *gist, const struct told *told)
{
	const struct register_ *reg = told->context->reg;
	uint32_t pledge, instrument;

	if (told->milestone == NULL) {
		gist->one_pledge = gist->one_instrument = false;
		return;
	}
	pledge = told->milestone->pledge;
	instrument = reg->pledges[pledge].instrument;
	if (gist->pledge == NOT_FOUND) {
		gist->pledge = pledge;
		gist->instrument = instrument;
	}
	gist->one_pledge &= pledge == gist->pledge;
	gist->one_instrument &= instrument == gist->instrument;
}

/* What is news, first or not, is told alike. */
static enum notify_reason reason_kind(enum notify_reason reason)
{
	return reason_words(reason) != NULL ? reason : REASON_FIRST;
}

static void gist_take(struct gist *gist, const struct told *told,
	bool first)
{
	const struct mention *mention = &told->item->mention;
	enum notify_reason reason = reason_kind(mention->reason);

	gist->counts[told->wording]++;
	gist->about[told->wording] = told->event->subject_kind;
	if (told->event->severity > gist->worst[told->wording])
		gist->worst[told->wording] = told->event->severity;
	if (told_tone(told) > gist->tones[told->wording])
		gist->tones[told->wording] = told_tone(told);
	gist->open |= told_is_open(told) && !told_is_over(told);
	if (first)
		gist->reason = reason;
	else if (gist->reason != reason)
		gist->reason = REASON_NONE;
	if (first)
		gist->undelivered = mention->undelivered;
	else if (!string_is(gist->undelivered, mention->undelivered))
		gist->undelivered = NULL;
	gist->late += told->event->late != INSTANT_MIN;
	gist_place(gist, told);
}

static void gist_make(struct gist *gist,
	const struct message_context *context)
{
	const struct notification *notification = context->notification;

	*gist = (struct gist){.pledge = NOT_FOUND, .instrument = NOT_FOUND,
		.one_pledge = true, .one_instrument = true};
	for (size_t i = 0; i < notification->item_count; i++) {
		struct told told = told_of(context, &notification->items[i]);

		gist_take(gist, &told, i == 0);
	}
}

/* --- subject and first sentence --------------------------------------------- */

/* "12 milestones slipped, 3 at risk" */
static void add_counts(const struct gist *gist, struct text *out)
{
	enum subject_kind before = SUBJECT_NONE;
	bool first = true;

	for (int rank = 0; rank < WORDING_COUNT; rank++) {
		int wording = wording_of_rank(rank);
		enum subject_kind about = gist->about[wording];

		if (gist->counts[wording] == 0)
			continue;
		text_add_string(out, first ? "" : ", ");
		add_wording_count(out, wording, about, gist->counts[wording],
			about != before);
		before = about;
		first = false;
	}
}

/* What all of them are of: the pledge, else the instrument; "": neither. */
static void add_place(const struct gist *gist, const struct register_ *reg,
	struct text *out)
{
	const char *title = NULL;

	if (gist->pledge == NOT_FOUND)
		return;
	if (gist->one_pledge)
		title = pledge_title(&reg->pledges[gist->pledge]);
	else if (gist->one_instrument)
		title = instrument_title(&reg->instruments[gist->instrument]);
	if (title != NULL)
		text_add_line(out, title, NAME_SHOWN);
}

/* What is urgent does not wait for the digest. */
static bool context_is_digest(const struct message_context *context,
	enum severity worst)
{
	const struct hours *hours = &context->channel->hours;

	return hours->digest.every != DIGEST_NONE &&
		!(hours->has_urgent && worst >= hours->urgent);
}

static void tell_subject(struct letter *letter, const struct gist *gist,
	const struct message_context *context)
{
	struct text subject, counts, place;

	text_init(&subject, 0);
	text_init(&counts, 0);
	text_init(&place, 0);
	add_counts(gist, &counts);
	add_place(gist, context->reg, &place);
	if (context_is_digest(context, letter->severity))
		text_add_string(&subject, "Digest: ");
	if (gist->reason != REASON_NONE && reason_words(gist->reason) != NULL)
		text_addf(&subject, "%s: ", reason_words(gist->reason));
	text_add_string(&subject, text_string(&counts));
	if (place.length > 0)
		text_addf(&subject, ": %s", text_string(&place));
	text_add_line(&letter->subject, text_string(&subject),
		LETTER_SUBJECT_MAX);
	text_addf(&letter->lead, "%s%s%s.", text_string(&counts),
		place.length > 0 ? " in " : "", text_string(&place));
	text_release(&subject);
	text_release(&counts);
	text_release(&place);
}

/* Of all of them; of single ones the rows tell it. */
static const char *const occasions[REASON_COUNT] = {
	[REASON_REMINDER] = "This is a reminder: it has been so for long, and "
		"nobody has acknowledged it.",
	[REASON_ESCALATED] = "This comes to you because nobody has acknowledged "
		"it.",
	[REASON_SILENCE_EXPIRING] = "A silence over these ends soon; they are "
		"told again after that, if nothing changes.",
	[REASON_SILENCE_ENDED] = "These were silenced until now, and are still "
		"so.",
	[REASON_ACKNOWLEDGEMENT_EXPIRING] = "Who has these in hand has said so "
		"until a time that comes soon; after that they count as "
		"nobody's.",
	[REASON_ACKNOWLEDGEMENT_EXPIRED] = "Who had these in hand had said so "
		"until now. They are still so, and now nobody's.",
	[REASON_RESOLVED] = "This ends what was told before.",
};

static void tell_notes(struct letter *letter, const struct gist *gist,
	size_t count)
{
	if (occasions[gist->reason] != NULL)
		text_add_string(letter_note(letter), occasions[gist->reason]);
	if (gist->late > 0) {
		struct text *note = letter_note(letter);

		if (gist->late == count)
			text_add_string(note, "All of it is");
		else
			text_addf(note, "%zu of it %s", gist->late,
				gist->late == 1 ? "is" : "are");
		text_add_string(note, " late: pledged was not running when it "
			"came due.");
	}
	if (gist->undelivered != NULL) {
		struct text *note = letter_note(letter);

		text_add_string(note, "It could not be delivered to the channel ");
		text_add_line(note, gist->undelivered, NAME_SHOWN);
		text_add_string(note, ", so it comes here.");
	}
}

/* --- rows ---------------------------------------------------------------------- */

static void row_separate(struct letter_row *row)
{
	if (row->state.length > 0)
		text_add_string(&row->state, " · ");
}

static void row_tell_reason(struct letter_row *row, const struct told *told,
	const struct gist *gist)
{
	const struct mention *mention = &told->item->mention;
	const char *reason = reason_words(mention->reason);

	if (gist->reason == REASON_NONE && reason != NULL) {
		row_separate(row);
		text_add_string(&row->state, reason);
		if (mention->reason == REASON_REMINDER &&
		    told->item->reminders > 0)
			text_addf(&row->state, " %d", told->item->reminders);
	}
	if (told->event->late != INSTANT_MIN) {
		row_separate(row);
		text_add_string(&row->state, "late: came due ");
		add_time(told->context, &row->state, told->event->late);
	}
	if (mention->undelivered != NULL && gist->undelivered == NULL) {
		row_separate(row);
		text_add_string(&row->state, "not delivered to ");
		text_add_line(&row->state, mention->undelivered, NAME_SHOWN);
	}
}

static void row_tell_far(struct letter_row *row, const struct told *told)
{
	const struct assessment *a = &told->state->assessment;
	int32_t left = told_days_left(told);

	if (a->days_late != DAYS_NONE && a->days_late > 0)
		text_addf(&row->far, "%d day%s late", a->days_late,
			a->days_late == 1 ? "" : "s");
	else if (verdict_is_done(a->verdict) || add_share(told, &row->far))
		return;
	else if (left != DAYS_NONE)
		add_days_left(&row->far, left);
}

static void row_tell_milestone(struct letter_row *row, const struct told *told)
{
	const struct pledge *pledge = milestone_pledge(told->context->reg,
		told->milestone);

	if (pledge->obligor != NULL) {
		row_separate(row);
		text_add_line(&row->state, pledge->obligor, NAME_SHOWN);
	}
	if (told->state == NULL)
		return;
	if (told_days_left(told) != DAYS_NONE)
		text_add_date(&row->due, told_due_date(told));
	row_tell_far(row, told);
}

static void row_tell_alert(struct letter_row *row, const struct told *told)
{
	const struct alert *alert = told->item->alert;

	if (!told_is_open(told) || told_is_over(told))
		return;
	row_separate(row);
	text_addf(&row->state, "alert %lld", (long long)alert->id);
	if (alert->state == ALERT_ACKNOWLEDGED && alert->by != NULL) {
		text_add_string(&row->state, ", acknowledged by ");
		text_add_line(&row->state, alert->by, NAME_SHOWN);
	}
	if (told->item->consequences > 0 &&
	    told->item->mention.reason != REASON_SILENCE_EXPIRING)
		text_addf(&row->state, ", with %zu that follow%s from it",
			told->item->consequences,
			told->item->consequences == 1 ? "s" : "");
}

static void row_make(struct letter_row *row, const struct told *told,
	const struct gist *gist)
{
	text_init(&row->name, 0);
	text_init(&row->due, 0);
	text_init(&row->far, 0);
	text_init(&row->state, 0);
	text_init(&row->why, 0);
	add_name(told, &row->name);
	if (row->name.length == 0)
		text_add_string(&row->name, wording_headline(told->wording));
	if (told->milestone != NULL)
		row_tell_milestone(row, told);
	row_tell_reason(row, told, gist);
	row_tell_alert(row, told);
	text_add_line(&row->why, told->event->reason, LINE_SHOWN);
}

static void tell_section(struct letter *letter, const struct gist *gist,
	int wording, const struct message_context *context)
{
	const struct notification *notification = context->notification;
	struct section *section = &letter->sections[letter->section_count++];
	size_t count = gist->counts[wording];

	section->severity = gist->worst[wording];
	section->tone = gist->tones[wording];
	section->about = gist->about[wording] == SUBJECT_NONE ? "register" :
		subject_kind_name(gist->about[wording]);
	text_init(&section->heading, 0);
	text_addf(&section->heading, "%s (%zu)", wording_headline(wording),
		count);
	for (size_t i = 0; i < notification->item_count && letter->row_count <
			MESSAGE_ITEMS_SHOWN && section->row_count < count; i++) {
		const struct item *item = &notification->items[i];

		if (item_wording(item) != wording)
			continue;
		struct told told = told_of(context, item);

		row_make(&letter->rows[letter->row_count++], &told, gist);
		section->row_count++;
	}
}

static void tell_rows(struct letter *letter, const struct gist *gist,
	const struct message_context *context)
{
	size_t count = context->notification->item_count;

	letter->rows = mem_new(MESSAGE_ITEMS_SHOWN, sizeof *letter->rows);
	for (int rank = 0; rank < WORDING_COUNT && letter->row_count <
			MESSAGE_ITEMS_SHOWN; rank++) {
		int wording = wording_of_rank(rank);

		if (gist->counts[wording] > 0)
			tell_section(letter, gist, wording, context);
	}
	if (count > letter->row_count)
		text_addf(&letter->rest, "%zu more are not shown.",
			count - letter->row_count);
}

static void tell_many_commands(struct letter *letter,
	const struct gist *gist)
{
	text_add_string(letter_command(letter, "See what is open"),
		"pledgectl list alerts");
	if (gist->open)
		text_add_string(letter_command(letter, "Take one in hand"),
			"pledgectl ack NUMBER -m \"why\" --for 7d");
}

void letter_tell_many(struct letter *letter,
	const struct message_context *context)
{
	struct gist gist;

	gist_make(&gist, context);
	for (int i = 0; i < WORDING_COUNT; i++) {
		if (gist.worst[i] > letter->severity)
			letter->severity = gist.worst[i];
		if (gist.tones[i] > letter->tone)
			letter->tone = gist.tones[i];
	}
	tell_subject(letter, &gist, context);
	tell_notes(letter, &gist, context->notification->item_count);
	tell_rows(letter, &gist, context);
	tell_many_commands(letter, &gist);
}
