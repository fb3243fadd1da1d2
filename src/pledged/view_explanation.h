/*
 * view_explanation: an explanation as JSON.
 */
#ifndef PLEDGED_PLEDGED_VIEW_EXPLANATION_H
#define PLEDGED_PLEDGED_VIEW_EXPLANATION_H

#include "base/json.h"
#include "core/explain.h"
#include "store/store.h"

/*
 * The fields "at", "sentence" and "tree" into an object that is open. origins:
 * where each of the explanation's figures came from, in their order.
 */
void view_explanation_fields(struct json *json, const struct register_ *reg,
	uint32_t milestone, const struct explanation *explanation,
	const struct store_origin *origins);

#endif
