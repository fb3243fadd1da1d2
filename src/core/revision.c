/*
 * revision: which figures were revised between two judgements. Asked only
 * when a target has moved or a verdict has changed, which is rare.
 */
#include "core/engine_internal.h"

#define VINTAGES_MAX 100000	/* looked at, latest periods first */
#define PERIODS_NAMED 3

struct revision {
	instant since, now;
	instant from;		/* known in [from, now] is new */
	size_t budget;
	struct text *out;
	size_t found;		/* over all indicators */
};

/* A figure counts once it is both published and recorded. */
static instant observation_known(const struct observation *observation)
{
	return observation->published > observation->recorded
		? observation->published : observation->recorded;
}

/* Whether items[i] became known in the time asked about and says something
   else than what was known of its period before. */
static bool vintage_revises(const struct series *series, size_t i,
	const struct revision *revision)
{
	const struct observation *item = &series->items[i];
	instant known = observation_known(item);

	if (item->quarantine || known < revision->from || known > revision->now)
		return false;
	while (i-- > 0 && period_equal(series->items[i].period, item->period)) {
		const struct observation *before = &series->items[i];
		if (before->quarantine || observation_known(before) >= known)
			continue;
		return !decimal_equal(before->value, item->value);
	}
	return false;
}

static instant document_known(const struct document *document)
{
	return document->published > document->recorded ? document->published :
		document->recorded;
}

/* Versions of documents that took the place of others in the time asked
   about. */
static void revision_look_documents(struct revision *revision,
	struct engine *engine, uint32_t indicator)
{
	const char *id = engine->reg->indicators[indicator].id;
	const struct documents *documents = history_documents(engine->history,
		id);
	size_t here = 0;

	for (size_t i = documents->count; i-- > 0 && revision->budget > 0;) {
		const struct document *item = documents->items[i];
		instant known = document_known(item);

		revision->budget--;
		if (known < revision->from || known > revision->now ||
				!documents_before(documents, item) ||
				here++ >= PERIODS_NAMED)
			continue;
		text_addf(revision->out, "%s%s %s",
			revision->found + here > 1 ? "; " : "", id, item->key);
	}
	revision->found += here;
}

static void revision_name(struct revision *revision, const char *indicator,
	struct period period, size_t of_indicator)
{
	if (of_indicator == 0) {
		text_addf(revision->out, "%s%s ", revision->found ? "; " : "",
			indicator);
		text_add_period(revision->out, period);
	} else if (of_indicator < PERIODS_NAMED) {
		text_add_string(revision->out, ", ");
		text_add_period(revision->out, period);
	}
}

static void revision_look(struct revision *revision, struct engine *engine,
	uint32_t indicator)
{
	const char *id = engine->reg->indicators[indicator].id;
	const struct series *series;
	struct period last = PERIOD_NONE;
	size_t here = 0;

	/* What is revised in this very call may have come in the same second
	   as the last judgement; nothing else in that second is new. */
	revision->from = revision->since +
		(engine->touches[indicator] == TOUCH_REVISED ? 0 : 1);
	if (engine->reg->indicators[indicator].kind == INDICATOR_DOCUMENTS) {
		revision_look_documents(revision, engine, indicator);
		return;
	}
	series = history_series(engine->history, id);
	for (size_t i = series->count; i-- > 0 && revision->budget > 0;) {
		revision->budget--;
		const struct period period = series->items[i].period;
		if (period_equal(period, last) ||
				!vintage_revises(series, i, revision))
			continue;
		revision_name(revision, id, period, here++);
		last = period;
	}
	if (here > PERIODS_NAMED)
		text_addf(revision->out, " and %zu more", here - PERIODS_NAMED);
	revision->found += here;
}

static bool benchmark_has(const struct benchmark *benchmark, uint32_t indicator)
{
	for (size_t i = 0; i < benchmark->indicator_count; i++) {
		if (benchmark->indicators[i] == indicator)
			return true;
	}
	return false;
}

bool milestone_uses(const struct milestone *milestone, uint32_t indicator)
{
	return benchmark_has(milestone->benchmark, indicator) ||
		(milestone->baseline &&
		benchmark_has(milestone->baseline, indicator));
}

/* Statements of people are revisions of what was known as figures are. */
static void revision_look_people(struct revision *revision,
	struct engine *engine, const struct milestone *milestone)
{
	const struct attestation *said;
	struct statements statements;
	struct statement_walk walk;

	milestone_statements(milestone, engine->history, &statements);
	statements_walk(&walk, &statements, NULL,
		(struct knowledge){revision->now, INSTANT_MAX});
	while ((said = statement_next(&walk)) != NULL) {
		if (said->at < revision->since ||
				revision->found >= PERIODS_NAMED)
			continue;
		text_addf(revision->out, "%s%s says %s to \"%s\"",
			revision->found++ ? "; " : "", said->by,
			said->yes ? "yes" : "no", said->key);
	}
}

bool revision_find(struct engine *engine, const struct milestone *milestone,
	instant since, instant now, struct text *out)
{
	const struct benchmark *benchmark = milestone->benchmark;
	const struct benchmark *baseline = milestone->baseline;
	struct revision revision = {.since = since, .now = now,
		.budget = VINTAGES_MAX, .out = out};

	for (size_t i = 0; i < benchmark->indicator_count; i++)
		revision_look(&revision, engine, benchmark->indicators[i]);
	for (size_t i = 0; baseline && i < baseline->indicator_count; i++) {
		if (!benchmark_has(benchmark, baseline->indicators[i]))
			revision_look(&revision, engine,
				baseline->indicators[i]);
	}
	if (benchmark->uses_people)
		revision_look_people(&revision, engine, milestone);
	return revision.found > 0;
}
