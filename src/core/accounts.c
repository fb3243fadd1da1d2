/*
 * accounts: what a call has brought of each indicator, and what is told of it:
 * figures that are held, or are held no more, and figures that are revised.
 */
#include <stdlib.h>

#include "core/engine_internal.h"

#define FIGURES_NAMED 3		/* of an indicator, in a reason */
#define VERDICTS_NAMED 5
#define DOCUMENTS_NAMED 3
#define TITLE_SAID_MAX 80	/* bytes of a title in a reason */
#define URL_SAID_MAX 120	/* a longer one is left out */

/* --- what a call brings of an indicator --------------------------------------- */

void polls_touch(struct engine *engine, uint32_t indicator,
	enum series_news news)
{
	enum touch touch = news == SERIES_REVISED ? TOUCH_REVISED : TOUCH_NEW;

	if (engine->touches[indicator] == TOUCH_NONE)
		engine->touched[engine->touched_count++] = indicator;
	if (touch > engine->touches[indicator])
		engine->touches[indicator] = touch;
}

static struct account *account_of(struct engine *engine, uint32_t indicator)
{
	struct account *account = engine->accounts[indicator];

	if (account)
		return account;
	account = mem_new(1, sizeof(*account));
	text_init(&account->held_words, 0);
	text_init(&account->revised_words, 0);
	text_init(&account->document_words, 0);
	return engine->accounts[indicator] = account;
}

static void account_close(struct engine *engine, uint32_t indicator)
{
	struct account **account = &engine->accounts[indicator];

	text_release(&(*account)->held_words);
	text_release(&(*account)->revised_words);
	text_release(&(*account)->document_words);
	free(*account);
	*account = NULL;
}

void account_hold(const struct bringing *by, uint32_t indicator,
	const struct observation *figure, const struct jump *jump)
{
	struct account *account = account_of(by->engine, indicator);
	struct text *out = &account->held_words;

	if (figure->quarantine == QUARANTINE_RELEASE || account->held++ > 0)
		return;
	if (figure->quarantine == QUARANTINE_JUMP) {
		jump_tell(&by->engine->reg->indicators[indicator], figure,
			jump, out);
		return;
	}
	text_add_period(out, figure->period);
	text_add_string(out, ": ");
	text_add_decimal(out, figure->value);
	text_addf(out, " is %s: held until accepted",
		quarantine_words(figure->quarantine));
}

/* What was known before this call and is another figure now. A register test
   gives figures that nobody has published; of them only verdicts are told. */
void account_revise(const struct bringing *by, uint32_t indicator,
	const struct observation *figure, const struct observation *before)
{
	struct account *account;
	struct text *out;

	if ((by->source == NOT_FOUND && !by->stated) ||
	    figure->published > figure->recorded ||
	    before->recorded >= figure->recorded ||
	    decimal_equal(before->value, figure->value))
		return;
	account = account_of(by->engine, indicator);
	out = &account->revised_words;
	if (account->revised++ >= FIGURES_NAMED)
		return;
	text_add_string(out, account->revised > 1 ? "; " : "");
	text_add_period(out, figure->period);
	text_add_string(out, " = ");
	text_add_decimal(out, figure->value);
	text_add_string(out, ", before ");
	text_add_decimal(out, before->value);
}

/* A title on one line, cut between characters; whoever wrote it is not us. */
static void text_add_title(struct text *out, const char *title)
{
	char cut[TITLE_SAID_MAX + 1];
	struct text line;

	text_init(&line, 0);
	for (const char *at = string_skip_space(title); *at;) {
		size_t length = strcspn(at, " \t\r\n");

		text_add_string(&line, line.length > 0 ? " " : "");
		text_add(&line, at, length);
		at = string_skip_space(at + length);
	}
	string_copy(cut, sizeof(cut), text_string(&line));
	text_add_printable(out, cut);
	if (strlen(cut) < line.length)
		text_add_string(out, "…");
	text_release(&line);
}

void account_document(const struct bringing *by, uint32_t indicator,
	const struct document *document)
{
	struct account *account = account_of(by->engine, indicator);
	struct text *out = &account->document_words;

	if (account->documents++ >= DOCUMENTS_NAMED)
		return;
	text_add_string(out, account->documents > 1 ? "; " : "");
	text_add_title(out, document->title[0] ? document->title :
		document->key);
	if (account->documents == 1 && document->url[0] &&
	    strlen(document->url) <= URL_SAID_MAX) {
		text_add_char(out, ' ');
		text_add_printable(out, document->url);
	}
}

/* --- telling -------------------------------------------------------------------- */

void indicator_announce(const struct bringing *by, uint32_t indicator,
	enum event_kind kind, const char *reason, bool quiet)
{
	struct engine *engine = by->engine;
	struct announcement announcement = announcement_about(engine,
		SUBJECT_INDICATOR, engine->reg->indicators[indicator].id, kind,
		reason);

	if (by->source != NOT_FOUND)
		announcement.source = by->source;
	announcement.quiet = quiet;
	announcement.spare = EVENT_DATA_STALE;
	engine_announce(engine, &announcement, by->now, by->effects);
}

/* Whether the last word on any period is one that is not used. */
static bool series_is_quarantined(const struct series *series)
{
	for (size_t i = 0; i < series->count; i++) {
		bool last = i + 1 == series->count || !period_equal(
			series->items[i].period, series->items[i + 1].period);
		if (last && series->items[i].quarantine)
			return true;
	}
	return false;
}

static void indicator_eased(const struct bringing *by, uint32_t indicator)
{
	struct engine *engine = by->engine;
	const char *id = engine->reg->indicators[indicator].id;
	struct text reason;

	if (!alerts_fires(engine->alerts, SUBJECT_INDICATOR, id,
	    EVENT_DATA_QUARANTINED) || series_is_quarantined(
	    history_series(engine->history, id)))
		return;
	text_init(&reason, 0);
	if (by->accepts != 0)
		text_addf(&reason, "what was held was accepted%s%s",
			by->stated && by->stated->by ? " by " : "",
			by->stated && by->stated->by ?
			by->stated->by : "");
	else
		text_add_string(&reason, "a plausible figure has taken the "
			"place of the one that was held");
	indicator_announce(by, indicator, EVENT_RECOVERED,
		text_string(&reason), false);
	text_release(&reason);
}

/* Of each indicator what is held, or that nothing is any more. */
void accounts_tell_held(const struct bringing *by)
{
	struct engine *engine = by->engine;

	for (size_t i = 0; i < engine->touched_count; i++) {
		uint32_t indicator = engine->touched[i];
		struct account *account = engine->accounts[indicator];

		if (!account || account->held == 0) {
			indicator_eased(by, indicator);
			continue;
		}
		if (account->held > 1)
			text_addf(&account->held_words, "; and %zu more",
				account->held - 1);
		indicator_announce(by, indicator, EVENT_DATA_QUARANTINED,
			text_string(&account->held_words), false);
	}
}

void accounts_tell_documents(const struct bringing *by)
{
	struct engine *engine = by->engine;

	for (size_t i = 0; i < engine->touched_count; i++) {
		uint32_t indicator = engine->touched[i];
		struct account *account = engine->accounts[indicator];
		struct text reason;

		if (!account || account->documents == 0)
			continue;
		text_init(&reason, 0);
		text_add_count(&reason, account->documents, "new document");
		text_addf(&reason, ": %s", text_string(&account->document_words));
		if (account->documents > DOCUMENTS_NAMED)
			text_addf(&reason, "; and %zu more",
				account->documents - DOCUMENTS_NAMED);
		indicator_announce(by, indicator, EVENT_NEW_DOCUMENT,
			text_string(&reason), false);
		account->documents = 0;
		text_release(&reason);
	}
}

static void overturned_tell(const struct engine *engine, uint32_t indicator,
	struct text *out)
{
	size_t found = 0;

	for (size_t i = 0; i < engine->overturned_count; i++) {
		const struct overturned *one = &engine->overturned[i];
		const struct milestone *milestone =
			&engine->reg->milestones[one->milestone];

		if (!milestone_uses(milestone, indicator) ||
		    found++ >= VERDICTS_NAMED)
			continue;
		text_addf(out, "%s%s from %s to %s", found > 1 ? ", " :
			"; verdicts changed: ", milestone->id,
			status_name(one->from), status_name(one->to));
	}
	if (found > VERDICTS_NAMED)
		text_addf(out, " and %zu more", found - VERDICTS_NAMED);
}

/* One event of an indicator whose figures are others than before. */
static void revision_tell(struct engine *engine, uint32_t indicator,
	instant now, struct effects *effects)
{
	const struct bringing by = {.engine = engine, .source = NOT_FOUND,
		.now = now, .effects = effects};
	const struct account *account = engine->accounts[indicator];
	struct text reason;

	text_init(&reason, 0);
	text_add_count(&reason, account->revised, "figure");
	text_addf(&reason, " revised: %s",
		text_string(&account->revised_words));
	if (account->revised > FIGURES_NAMED)
		text_addf(&reason, "; and %zu more",
			account->revised - FIGURES_NAMED);
	overturned_tell(engine, indicator, &reason);
	indicator_announce(&by, indicator, EVENT_REVISED,
		text_string(&reason), false);
	text_release(&reason);
}

/* What was held has been told of; what is revised waits for its turn, in which
   it may be revised once more. */
void accounts_queue(struct engine *engine)
{
	for (size_t i = 0; i < engine->touched_count; i++) {
		uint32_t indicator = engine->touched[i];
		struct account *account = engine->accounts[indicator];

		if (!account)
			continue;
		account->held = 0;
		text_clear(&account->held_words);
		text_clear(&account->document_words);
		if (account->revised == 0) {
			account_close(engine, indicator);
		} else if (!account->queued) {
			account->queued = true;
			queue_push(&engine->revised, indicator);
		}
	}
}

void accounts_forget(struct engine *engine)
{
	uint32_t indicator;

	while (queue_pop(&engine->revised, &indicator))
		account_close(engine, indicator);
}

void accounts_tell_revised(struct engine *engine, instant now, size_t budget,
	struct effects *effects)
{
	uint32_t indicator;

	for (size_t i = 0; (budget == 0 || i < budget) &&
	    queue_pop(&engine->revised, &indicator); i++) {
		revision_tell(engine, indicator, now, effects);
		account_close(engine, indicator);
	}
	if (engine->revised.count == 0)
		engine->overturned_count = 0;
}

void accounts_overturned(struct engine *engine, uint32_t milestone,
	enum status from, enum status to)
{
	engine->overturned = mem_grow(engine->overturned,
		engine->overturned_count, &engine->overturned_capacity,
		sizeof(*engine->overturned));
	engine->overturned[engine->overturned_count++] =
		(struct overturned){milestone, from, to};
}
