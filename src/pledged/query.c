/* query: see query.h. */
#include "pledged/query.h"

#include <string.h>

static const struct {
	const char *name;
	enum query_field field;
} query_names[] = {
	{"status", QUERY_STATUS},
	{"id", QUERY_ID},
	{"pledge", QUERY_PLEDGE},
	{"series", QUERY_SERIES},
	{"instrument", QUERY_INSTRUMENT},
	{"obligor", QUERY_OBLIGOR},
	{"owner", QUERY_OWNER},
	{"severity", QUERY_SEVERITY},
	{"due_before", QUERY_DUE_BEFORE},
	{"due_after", QUERY_DUE_AFTER},
};

static int term_read(struct query_term *term, const char *name,
	const struct zone *zone, struct error *error)
{
	struct moment moment;

	switch (term->field) {
	case QUERY_STATUS:
		if (status_parse(term->pattern, &term->status))
			return 1;
		return error_set(error, ERROR_INPUT, "status: there is no status "
			"\"%s\"", term->pattern);
	case QUERY_DUE_BEFORE:
	case QUERY_DUE_AFTER:
		if (!moment_parse(term->pattern, strlen(term->pattern), &moment))
			return error_set(error, ERROR_INPUT, "%s: \"%s\" is not a "
				"date or time (2020-12-31, 2020-12-31T23:59:59Z)",
				name, term->pattern);
		term->at = moment_instant(&moment, zone);
		return 1;
	default:
		return 1;
	}
}

int query_add(struct query *query, const char *name, const char *value,
	const struct zone *zone, struct error *error)
{
	struct query_term term = {.name = name, .pattern = value};
	bool known = false;

	if (string_starts(name, "label.")) {
		term.field = QUERY_LABEL;
		term.label = name + strlen("label.");
		known = true;
	}
	for (size_t i = 0; i < sizeof query_names / sizeof *query_names; i++) {
		if (string_is(query_names[i].name, name)) {
			term.field = query_names[i].field;
			known = true;
		}
	}
	if (!known)
		return 0;
	if (query->count == QUERY_TERMS_MAX)
		return error_set(error, ERROR_LIMIT, "more than %d filters",
			QUERY_TERMS_MAX);
	if (term_read(&term, name, zone, error) < 0)
		return -1;
	query->terms[query->count++] = term;
	return 1;
}

static bool text_accepts(const struct query_term *term, const char *value)
{
	return value != NULL && string_matches(value, term->pattern);
}

static bool term_accepts(const struct query_term *term,
	const struct register_ *reg, const struct milestone *milestone,
	const struct assessment *answer)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);

	switch (term->field) {
	case QUERY_STATUS:
		return answer->status == term->status;
	case QUERY_ID:
		return text_accepts(term, milestone->id);
	case QUERY_PLEDGE:
		return text_accepts(term, pledge->id);
	case QUERY_SERIES:
		return milestone->instance != NULL && text_accepts(term,
			milestone->instance->recurrence->id);
	case QUERY_INSTRUMENT:
		return text_accepts(term, milestone_instrument(reg, milestone)->id);
	case QUERY_OBLIGOR:
		return text_accepts(term, pledge->obligor);
	case QUERY_OWNER:
		return text_accepts(term, pledge->owner);
	case QUERY_SEVERITY:
		return text_accepts(term, severity_name(milestone->severity));
	case QUERY_DUE_BEFORE:
		return answer->due <= term->at;
	case QUERY_DUE_AFTER:
		return answer->due != INSTANT_MAX && answer->due >= term->at;
	case QUERY_LABEL:
		return text_accepts(term,
			milestone_label(reg, milestone, term->label));
	}
	return false;
}

static bool terms_are_alike(const struct query_term *a,
	const struct query_term *b)
{
	return a->field == b->field && string_is(a->label, b->label) &&
		a->field != QUERY_DUE_BEFORE && a->field != QUERY_DUE_AFTER;
}

bool query_accepts(const struct query *query, const struct register_ *reg,
	uint32_t index, const struct assessment *answer)
{
	const struct milestone *milestone = milestone_at(
		&reg->milestones[index], answer->as_of);

	for (size_t i = 0; i < query->count; i++) {
		bool accepted = false;

		for (size_t k = 0; k < query->count && !accepted; k++) {
			accepted = terms_are_alike(&query->terms[i],
				&query->terms[k]) || i == k ?
				term_accepts(&query->terms[k], reg, milestone,
					answer) : false;
		}
		if (!accepted)
			return false;
	}
	return true;
}
