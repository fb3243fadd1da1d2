/*
 * gathering: documents taken in, what polls tell of their absence, and what
 * people attest.
 */
#include <string.h>

#include "core/documents.h"
#include "core/engine_internal.h"
#include "core/polled.h"

/* Whether it has given documents of an indicator before. */
static bool source_has_given(const struct documents *documents, const char *id)
{
	for (size_t i = 0; i < documents->source_count; i++)
		if (strcmp(documents->sources[i].id, id) == 0)
			return true;
	return false;
}

/* What a source lists when it is first read is no news; so is what one lists of an
   indicator that it neither names nor has given before. People know what they
   bring. */
static bool document_is_news(const struct bringing *by, uint32_t indicator,
	const struct documents *documents)
{
	const struct source *source;

	if (by->source == NOT_FOUND || by->first)
		return false;
	source = &by->engine->reg->sources[by->source];
	return source->indicator == indicator ||
		source_has_given(documents, source->id);
}

void gather_document(const struct bringing *by, const struct row *row)
{
	struct engine *engine = by->engine;
	const char *id = engine->reg->indicators[row->indicator].id;
	struct documents *documents = history_documents(engine->history, id);
	bool is_news = document_is_news(by, row->indicator, documents);
	struct document document = *row->document;
	const struct document *kept;
	struct effect *effect;

	document.source = by->source == NOT_FOUND ? "" :
		engine->reg->sources[by->source].id;
	document.period = row->observation.period;
	document.published = row->observation.published;
	document.published_assumed = row->observation.published_assumed;
	document.recorded = engine_as_of(engine, by->now);
	enum series_news news = documents_add(documents, &document, &kept);

	if (news == SERIES_SAME)
		return;
	polls_touch(engine, row->indicator, news);
	if (news == SERIES_NEW && is_news)
		account_document(by, row->indicator, kept);
	effect = effects_add(by->effects, EFFECT_DOCUMENT);
	effect->index = row->indicator;
	effect->subject = id;
	effect->source = by->source;
	effect->answer = row->answer;
	effect->as.document = kept;
}

/* Whether a source gives the documents of an indicator; also while no milestone
   asks of it, since one may again after a reload. */
static bool source_gives(const struct engine *engine, uint32_t source,
	uint32_t index)
{
	const struct indicator *indicator = &engine->reg->indicators[index];
	const struct documents *documents;

	if (indicator->kind != INDICATOR_DOCUMENTS)
		return false;
	if (engine->reg->sources[source].indicator == index)
		return true;
	documents = history_documents(engine->history, indicator->id);
	return source_has_given(documents, engine->reg->sources[source].id);
}

void gather_polled(struct engine *engine, uint32_t source,
	const struct fetch_report *report)
{
	const struct register_ *reg = engine->reg;
	struct polled_times *polled = NULL;
	bool good = false;

	for (uint32_t i = 0; i < reg->indicator_count; i++) {
		if (!source_gives(engine, source, i))
			continue;
		if (!polled) {
			polled = history_polled(engine->history,
				reg->sources[source].id);
			good = polled_add(polled, (struct polled_time){
				report->started, report->finished},
				report->outcome, report->rows, report->rejected);
		}
		if (good)
			polls_touch(engine, i, SERIES_NEW);
	}
}

enum attest_outcome engine_attest(struct engine *engine, uint32_t milestone,
	const struct attestation *attestation, instant now,
	struct effects *effects)
{
	const char *id = engine->reg->milestones[milestone].id;
	struct attestations *all = history_attestations(engine->history, id);
	struct attestation said = *attestation;
	const struct attestation *kept;
	struct effect *effect;

	engine->asked = now;
	said.id = 0;
	said.at = said.recorded = engine_as_of(engine, now);
	kept = attestations_add(all, &said);
	if (!kept)
		return all->count < ATTESTATIONS_MAX ? ATTESTED_AGAIN :
			ATTESTED_TOO_MANY;
	effect = effects_add(effects, EFFECT_ATTESTATION);
	effect->index = milestone;
	effect->subject = id;
	effect->as.attestation = kept;
	watch_mark(engine, milestone);
	watch_judge(engine, now, INSTANT_MIN, JUDGED_AT_ONCE, effects);
	watch_save_waiting(engine, milestone, now, effects);
	telling_advance(engine, now, effects);
	return ATTESTED;
}
