/* origins: see origins.h. */
#include "pledged/origins.h"

#include "base/log.h"
#include "base/mem.h"

static void origins_load(struct daemon *daemon, uint32_t indicator,
	struct store_origin *origins, size_t count)
{
	struct error error;

	if (store_load_origins(daemon->store,
			daemon->reg->indicators[indicator].id, origins, count,
			&error) < 0)
		log_error("origins of figures: %s", error.text);
}

struct store_origin *explanation_origins(struct daemon *daemon,
	struct explanation *explanation)
{
	struct store_origin *origins = mem_new(explanation->figure_count + 1,
		sizeof *origins);

	for (size_t i = 0; i < explanation->figure_count; i++)
		origins[i].of = &explanation->figures[i].observation;
	for (size_t i = 0; i < explanation->node_count; i++) {
		const struct explained *node = &explanation->nodes[i];

		if (node->figures.count > 0)
			origins_load(daemon, node->indicator,
				&origins[node->figures.first],
				node->figures.count);
	}
	for (size_t i = 0; i < explanation->figure_count; i++)
		explanation->figures[i].observation.id = origins[i].id;
	return origins;
}

bool origin_of_latest(struct daemon *daemon, uint32_t indicator,
	const struct zone *zone, struct knowledge known,
	struct store_origin *out)
{
	const struct indicator *of = &daemon->reg->indicators[indicator];

	*out = (struct store_origin){.of = NULL};
	if (of->kind == INDICATOR_FIGURES)
		out->of = series_last(history_series(daemon->history, of->id),
			known.published_by, zone, known);
	if (out->of != NULL)
		origins_load(daemon, indicator, out, 1);
	return out->of != NULL;
}
