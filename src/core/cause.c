/*
 * cause: looks for what has happened between two judgements of a milestone,
 * the most telling first: other terms, a decision, a figure; else time alone.
 */
#include "core/cause.h"
#include "core/clauses.h"
#include "core/engine_internal.h"
#include "core/reason.h"
#include "core/standing.h"

#define VINTAGES_MAX 500	/* of a series looked at, latest periods first */

static const char *const cause_names[CAUSE_KIND_COUNT] = {
	[CAUSE_TIME] = "time", [CAUSE_FIRST_SEEN] = "first_seen",
	[CAUSE_FIGURE] = "figure", [CAUSE_REVISION] = "revision",
	[CAUSE_AMENDMENT] = "amendment", [CAUSE_WAIVER] = "waiver",
	[CAUSE_WITHDRAWAL] = "withdrawal", [CAUSE_SUPERSESSION] = "supersession",
	[CAUSE_DOCUMENT] = "document", [CAUSE_ATTESTATION] = "attestation",
	[CAUSE_MILESTONE] = "milestone", [CAUSE_POLL] = "poll",
	[CAUSE_REGISTER] = "register", [CAUSE_CLOCK] = "clock",
};

const char *cause_kind_name(enum cause_kind kind)
{
	return cause_names[kind];
}

/* What is looked at: the change, and what is found of it. */
struct search {
	struct engine *engine;
	const struct change *change;
	const struct milestone *original;
	const struct zone *zone;
	instant since, until;		/* the two judgements */
	struct mark mark;		/* why it was judged, as far as is known */
	enum cause_kind kind;
	struct text *out;
};

/* --- terms and decisions ---------------------------------------------------------- */

static bool search_terms(struct search *search)
{
	const struct milestone_state *before = search->change->before;
	const struct amendment *amendment = milestone_amendment(search->original,
		search->until);

	/* A due date may hang on another milestone. */
	if (before->terms == search->change->milestone->terms &&
	    (before->assessment.due == search->change->after->due ||
	    search->mark.kind == CAUSE_MILESTONE))
		return false;
	search->kind = CAUSE_REGISTER;
	text_add_string(search->out, "the register says something else of it");
	if (amendment == NULL || amendment->decree.at <= search->since)
		return true;
	search->kind = CAUSE_AMENDMENT;
	text_clear(search->out);
	reason_add_decree(search->out, "amended", &amendment->decree);
	return true;
}

/* Whether a decision came into effect, or into the register, since. */
static bool decree_is_new(const struct search *search,
	const struct decree *decree)
{
	return decree_holds(decree, search->until) &&
		(decree->at > search->since || search->mark.kind == CAUSE_REGISTER);
}

static bool search_decrees(struct search *search)
{
	const struct clauses *clauses = search->original->clauses;
	const struct assessment *before = &search->change->before->assessment;
	const struct assessment *after = search->change->after;
	bool over = before->lifecycle != after->lifecycle;

	if (clauses == NULL)
		return false;
	if (over && after->lifecycle == LIFECYCLE_WITHDRAWN) {
		search->kind = CAUSE_WITHDRAWAL;
		reason_add_decree(search->out, "withdrawn", &clauses->withdrawn);
	} else if (over && after->lifecycle == LIFECYCLE_SUPERSEDED) {
		search->kind = CAUSE_SUPERSESSION;
		reason_add_decree(search->out, "superseded",
			&clauses->superseded);
	} else if (before->verdict != after->verdict &&
	    after->verdict == VERDICT_WAIVED &&
	    decree_is_new(search, &clauses->waived)) {
		search->kind = CAUSE_WAIVER;
		reason_add_decree(search->out, "waived", &clauses->waived);
	}
	return search->out->length > 0;
}

/* --- figures ------------------------------------------------------------------------ */

/* What became known of the figures a milestone rests on. */
struct news {
	const struct observation *fresh, *revised;	/* the latest of each */
	const struct observation *before;	/* what the revised one revises */
	uint32_t fresh_of, revised_of;		/* indicators */
	size_t count;
};

/* A figure counts once it is both published and recorded. */
static instant figure_known(const struct observation *figure)
{
	return figure->published > figure->recorded ? figure->published :
		figure->recorded;
}

/* The vintage of the same period that was known before an instant; NULL: none. */
static const struct observation *figure_before(const struct series *series,
	size_t i, instant from)
{
	const struct period period = series->items[i].period;

	while (i-- > 0 && period_equal(series->items[i].period, period))
		if (!series->items[i].quarantine &&
		    figure_known(&series->items[i]) < from)
			return &series->items[i];
	return NULL;
}

static void news_take(struct news *news, const struct observation *figure,
	const struct observation *before, uint32_t indicator)
{
	news->count++;
	if (before == NULL && news->fresh == NULL) {
		news->fresh = figure;
		news->fresh_of = indicator;
	} else if (before != NULL && news->revised == NULL) {
		news->revised = figure;
		news->revised_of = indicator;
		news->before = before;
	}
}

/* Of each period the latest vintage. What comes in this very call may bear the
   second of the last judgement, and so may what it revises. */
static void news_look(const struct search *search, uint32_t indicator,
	struct news *news)
{
	const struct engine *engine = search->engine;
	const struct series *series = history_series(engine->history,
		engine->reg->indicators[indicator].id);
	enum touch touch = search->since == search->until ?
		engine->touches[indicator] : TOUCH_NONE;
	instant from = search->since + (touch == TOUCH_NONE ? 1 : 0);
	instant until = from + (touch == TOUCH_REVISED ? 1 : 0);
	size_t stop = series->count > VINTAGES_MAX ?
		series->count - VINTAGES_MAX : 0;
	struct period taken = PERIOD_NONE;

	for (size_t i = series->count; i-- > stop;) {
		const struct observation *figure = &series->items[i];
		const struct observation *before;
		instant known = figure_known(figure);

		if (figure->quarantine || known < from ||
		    known > search->until || period_equal(figure->period, taken))
			continue;
		taken = figure->period;
		before = figure_before(series, i, until);
		if (before != NULL || touch != TOUCH_REVISED)
			news_take(news, figure, before, indicator);
	}
}

/* Who says so, of what is judged in the call that brings it. */
static void news_tell_people(const struct search *search,
	const struct observation *figure)
{
	const struct engine *engine = search->engine;

	if (engine->stated != NULL && engine->stated->by != NULL &&
	    figure->recorded == search->until)
		text_addf(search->out, ", %s by %s", engine->accepting ?
			"accepted" : "observed", engine->stated->by);
}

static void news_tell(const struct search *search, const struct news *news)
{
	const struct observation *figure =
		news->fresh != NULL ? news->fresh : news->revised;
	uint32_t indicator = news->fresh != NULL ? news->fresh_of :
		news->revised_of;

	text_addf(search->out, "%s ",
		search->engine->reg->indicators[indicator].id);
	text_add_period(search->out, figure->period);
	text_add_string(search->out, " = ");
	text_add_decimal_short(search->out, figure->value);
	if (news->fresh == NULL) {
		text_add_string(search->out, ", before ");
		text_add_decimal_short(search->out, news->before->value);
	}
	text_add_string(search->out, ", published ");
	text_add_date(search->out, zone_date(search->zone, figure->published));
	news_tell_people(search, figure);
	if (news->count > 1)
		text_addf(search->out, "; and %zu more", news->count - 1);
}

/* Figures of periods further back than are looked at are told by name alone. */
static bool news_are_touched(struct search *search,
	const struct benchmark *benchmark)
{
	for (size_t i = 0; i < benchmark->indicator_count; i++) {
		uint32_t indicator = benchmark->indicators[i];
		enum touch touch = search->engine->touches[indicator];

		if (touch == TOUCH_NONE)
			continue;
		search->kind = touch == TOUCH_NEW ? CAUSE_FIGURE :
			CAUSE_REVISION;
		text_addf(search->out, "figures of %s",
			search->engine->reg->indicators[indicator].id);
		return true;
	}
	return false;
}

static bool search_figures(struct search *search)
{
	const struct benchmark *benchmark = search->change->milestone->benchmark;
	const struct benchmark *baseline = search->change->milestone->baseline;
	struct news news = {.count = 0};

	for (size_t i = 0; i < benchmark->indicator_count; i++)
		news_look(search, benchmark->indicators[i], &news);
	for (size_t i = 0; baseline != NULL && news.count == 0 &&
	    i < baseline->indicator_count; i++)
		news_look(search, baseline->indicators[i], &news);
	if (news.count == 0)
		return news_are_touched(search, benchmark);
	search->kind = news.fresh != NULL ? CAUSE_FIGURE : CAUSE_REVISION;
	news_tell(search, &news);
	return true;
}

/* --- what is no figure -------------------------------------------------------------- */

/* Whether what was published at one time and recorded at another is new. */
static bool search_learned(const struct search *search, instant published,
	instant recorded)
{
	instant known = published > recorded ? published : recorded;

	return known <= search->until && (known > search->since ||
		known == search->until);
}

static bool search_statements(struct search *search)
{
	const struct knowledge known = {search->until, INSTANT_MAX};
	const struct attestation *next, *found = NULL;
	struct statements statements;
	struct statement_walk walk;

	if (!search->change->milestone->benchmark->uses_people)
		return false;
	milestone_statements(search->original, search->engine->history,
		&statements);
	statements_walk(&walk, &statements, NULL, known);
	while ((next = statement_next(&walk)) != NULL)
		if (search_learned(search, next->at, next->recorded))
			found = next;
	if (found == NULL)
		return false;
	search->kind = CAUSE_ATTESTATION;
	text_addf(search->out, "%s %s %s, of ", found->by,
		found->yes ? "attests" : "denies", found->key);
	text_add_date(search->out, found->on);
	return true;
}

/* The latest that was taken in; NULL: none is new. */
static const struct document *documents_news(const struct search *search,
	const struct documents *documents)
{
	size_t stop = documents->count > VINTAGES_MAX ?
		documents->count - VINTAGES_MAX : 0;

	for (size_t i = documents->count; i-- > stop;)
		if (search_learned(search, documents->items[i]->published,
		    documents->items[i]->recorded))
			return documents->items[i];
	return NULL;
}

static bool search_documents(struct search *search)
{
	const struct benchmark *benchmark = search->change->milestone->benchmark;
	const struct engine *engine = search->engine;

	for (size_t i = 0; i < benchmark->indicator_count; i++) {
		uint32_t number = benchmark->indicators[i];
		const struct indicator *indicator =
			&engine->reg->indicators[number];
		const struct document *found;

		if (indicator->kind != INDICATOR_DOCUMENTS)
			continue;
		found = documents_news(search, history_documents(engine->history,
			indicator->id));
		if (found == NULL && engine->touches[number] == TOUCH_NONE)
			continue;
		search->kind = found != NULL ? CAUSE_DOCUMENT : CAUSE_POLL;
		text_add_string(search->out, indicator->id);
		if (found == NULL)
			text_add_string(search->out, " was read");
		else
			text_addf(search->out, ": %s", *found->title != '\0' ?
				found->title : found->key);
		return true;
	}
	return false;
}

/* "p/law is met" */
static bool search_others(struct search *search)
{
	const struct engine *engine = search->engine;
	uint32_t other = search->mark.milestone;

	if (search->mark.kind != CAUSE_MILESTONE)
		return false;
	search->kind = CAUSE_MILESTONE;
	text_addf(search->out, "%s is %s", engine->reg->milestones[other].id,
		status_name(engine->milestones[other]->state.assessment.status));
	return true;
}

/* --- nothing but time ----------------------------------------------------------------- */

/* Whether an instant was the last of something between the two judgements. */
static bool search_passed(const struct search *search, instant last)
{
	return last >= search->since && last < search->until;
}

/* "exports.energy 2020-12 has ended", or its figure is overdue. */
static void tell_awaited(const struct search *search)
{
	const struct assessment *after = search->change->after;
	const struct indicator *indicator;

	if (after->waiting_indicator == NOT_FOUND) {
		text_add_string(search->out, "time has passed");
		return;
	}
	indicator = &search->engine->reg->indicators[after->waiting_indicator];
	text_addf(search->out, "%s ", indicator->id);
	text_add_period(search->out, after->waiting_for);
	text_add_string(search->out, search_passed(search, figure_expected(
		indicator, after->waiting_for, search->zone)) ?
		" is overdue" : " is waited for");
}

static void search_time(struct search *search)
{
	const struct assessment *after = search->change->after;
	const struct {
		instant last;
		const char *words;
	} passed[] = {
		{after->lag_end > after->grace_end ? after->lag_end :
			INSTANT_MIN, "the time for its data is over"},
		{after->grace_end > after->due ? after->grace_end :
			INSTANT_MIN, "the grace period is over"},
		{after->due, "the due date has passed"},
		{after->start > INSTANT_MIN ? after->start - 1 : INSTANT_MIN,
			"it has started"},
	};

	search->kind = search->mark.kind;
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		if (search_passed(search, passed[i].last)) {
			search->kind = CAUSE_TIME;
			text_add_string(search->out, passed[i].words);
			return;
		}
	if (search->kind == CAUSE_CLOCK)
		text_add_string(search->out, "the clock was set");
	else if (search->kind == CAUSE_REGISTER)
		text_add_string(search->out, "the register was read again");
	else
		tell_awaited(search);
}

/* --- the whole -------------------------------------------------------------------------- */

void cause_find(struct engine *engine, const struct change *change,
	struct mark mark, struct cause *out)
{
	struct text text;
	struct search search = {.engine = engine, .change = change,
		.original = &engine->reg->milestones[change->index],
		.zone = milestone_zone(engine->reg, change->milestone),
		.since = change->since,
		.until = change->after->as_of, .mark = mark, .out = &text};

	text_init(&text, 0);
	if (!change->before->announced) {
		search.kind = CAUSE_FIRST_SEEN;
		text_add_string(&text, "first judged");
	} else if (!search_terms(&search) && !search_decrees(&search) &&
	    !search_statements(&search) && !search_documents(&search) &&
	    !search_figures(&search) && !search_others(&search)) {
		search_time(&search);
	}
	out->kind = search.kind;
	string_copy(out->text, sizeof out->text, text_string(&text));
	text_release(&text);
}
