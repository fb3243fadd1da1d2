/* voices: see voices.h. */
#include "pledged/voices.h"

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

static void take_figures(struct voices *voices,
	const struct explanation *explanation, const struct explained *node,
	const struct store_origin *origins)
{
	for (size_t i = node->figures.first;
	    i < node->figures.first + node->figures.count; i++) {
		const struct explained_figure *figure = &explanation->figures[i];

		if (!figure->used)
			continue;
		voice_add(voices, VOICE_SOURCE, origins[i].source);
		voice_add(voices, VOICE_PERSON, origins[i].by);
		voices->latest = later(voices->latest,
			figure->observation.published);
	}
}

static void take_witnesses(struct voices *voices,
	const struct explanation *explanation, const struct explained *node)
{
	for (size_t i = node->witnesses.first;
	    i < node->witnesses.first + node->witnesses.count; i++)
		if (explanation->witnesses[i].kind == WITNESS_ATTESTATION)
			voice_add(voices, VOICE_PERSON,
				explanation->witnesses[i].id);
}

/* Documents do not say who listed them: it is who the indicator names. */
static void take_named(struct voices *voices, const struct register_ *reg,
	const struct explained *node)
{
	const struct indicator *indicator = &reg->indicators[node->indicator];
	bool there = node->witnesses.count > 0;

	for (size_t i = 0; i < indicator->source_count; i++)
		voice_add(voices, there ? VOICE_SOURCE : VOICE_EXPECTED,
			reg->sources[indicator->sources[i]].id);
}

void voices_take(struct voices *voices, const struct register_ *reg,
	const struct explanation *explanation,
	const struct store_origin *origins)
{
	*voices = (struct voices){.latest = INSTANT_MIN};
	for (size_t i = 0; i < explanation->node_count; i++) {
		const struct explained *node = &explanation->nodes[i];

		take_figures(voices, explanation, node, origins);
		take_witnesses(voices, explanation, node);
		if (node->indicator != NOT_FOUND && node->figures.count == 0)
			take_named(voices, reg, node);
	}
}
