/* origins: see origins.h. */
#include "pledged/origins.h"

#include "base/log.h"
#include "base/mem.h"

struct store_origin *explanation_origins(struct daemon *daemon,
	struct explanation *explanation)
{
	struct store_origin *origins = mem_new(explanation->figure_count + 1,
		sizeof *origins);
	struct error error;

	for (size_t i = 0; i < explanation->figure_count; i++)
		origins[i].of = &explanation->figures[i].observation;
	for (size_t i = 0; i < explanation->node_count; i++) {
		const struct explained *node = &explanation->nodes[i];

		if (node->figures.count > 0 && store_load_origins(daemon->store,
		    daemon->reg->indicators[node->indicator].id,
		    &origins[node->figures.first], node->figures.count,
		    &error) < 0)
			log_error("origins of figures: %s", error.text);
	}
	for (size_t i = 0; i < explanation->figure_count; i++)
		explanation->figures[i].observation.id = origins[i].id;
	return origins;
}
