/* voices: see voices.h. */
#include "pledged/voices.h"

#include "pledged/origins.h"

struct listening {
	struct voices *voices;
	struct daemon *daemon;
	struct knowledge known;
	const struct explanation *explanation;
};

static void voice_add(struct voices *voices, enum voice_kind kind,
	const char *name)
{
	if (name == NULL || *name == '\0')
		return;
	for (size_t i = 0; i < voices->count; i++)
		if (voices->items[i].kind == kind &&
				string_is(voices->items[i].name, name))
			return;
	if (voices->count == VOICES_MAX) {
		voices->more = true;
		return;
	}
	struct voice *voice = &voices->items[voices->count++];

	voice->kind = kind;
	string_copy(voice->name, sizeof voice->name, name);
}

static void take_origin(struct voices *voices, const struct store_origin *origin,
	instant published)
{
	voice_add(voices, VOICE_SOURCE, origin->source);
	voice_add(voices, VOICE_PERSON, origin->by);
	voices->latest = later(voices->latest, published);
}

static void take_figures(const struct listening *listening,
	const struct explained *node, const struct store_origin *origins)
{
	for (size_t i = node->figures.first;
	    i < node->figures.first + node->figures.count; i++) {
		const struct explained_figure *figure =
			&listening->explanation->figures[i];

		if (figure->used)
			take_origin(listening->voices, &origins[i],
				figure->observation.published);
	}
}

/* What was said last, before what is waited for; else who is to say it. */
static void take_latest(const struct listening *listening,
	const struct explained *node)
{
	struct daemon *daemon = listening->daemon;
	const struct indicator *indicator =
		&daemon->reg->indicators[node->indicator];
	struct store_origin origin;

	if (origin_of_latest(daemon, node->indicator, milestone_zone(daemon->reg,
			listening->explanation->milestone), listening->known,
			&origin)) {
		take_origin(listening->voices, &origin, origin.of->published);
		return;
	}
	for (size_t i = 0; i < indicator->source_count; i++)
		voice_add(listening->voices, VOICE_EXPECTED,
			daemon->reg->sources[indicator->sources[i]].id);
}

/* Documents do not tell who listed them: it is who names their indicator. */
static void take_documents(const struct listening *listening,
	const struct expression *expression)
{
	const struct register_ *reg = listening->daemon->reg;
	const struct indicator *indicator =
		&reg->indicators[expression->indicator];

	for (size_t i = 0; i < indicator->source_count; i++)
		voice_add(listening->voices, VOICE_SOURCE,
			reg->sources[indicator->sources[i]].id);
}

static void take_witnesses(const struct listening *listening,
	const struct explained *node)
{
	for (size_t i = node->witnesses.first;
	    i < node->witnesses.first + node->witnesses.count; i++) {
		const struct witness *witness =
			&listening->explanation->witnesses[i];

		if (witness->kind == WITNESS_ATTESTATION)
			voice_add(listening->voices, VOICE_PERSON, witness->id);
		else if (witness->kind == WITNESS_MILESTONE)
			voice_add(listening->voices, VOICE_MILESTONES,
				"other milestones");
	}
}

void voices_take(struct voices *voices, struct daemon *daemon,
	struct knowledge known, const struct explanation *explanation,
	const struct store_origin *origins)
{
	const struct listening listening = {voices, daemon, known, explanation};

	*voices = (struct voices){.latest = INSTANT_MIN};
	for (size_t i = 0; i < explanation->node_count; i++) {
		const struct explained *node = &explanation->nodes[i];

		take_figures(&listening, node, origins);
		take_witnesses(&listening, node);
		if (expression_is_of_documents(node->expression))
			take_documents(&listening, node->expression);
		else if (node->indicator != NOT_FOUND &&
		    node->figures.count == 0)
			take_latest(&listening, node);
	}
}
