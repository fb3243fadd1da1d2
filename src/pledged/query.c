/* query: see query.h. */
#include "pledged/query.h"

#include <string.h>

static const struct {
	const char *name;
	enum query_field field;
} query_names[] = {
	{"status", QUERY_STATUS},
	{"knowledge", QUERY_KNOWLEDGE},
	{"id", QUERY_ID},
	{"pledge", QUERY_PLEDGE},
	{"series", QUERY_SERIES},
	{"instrument", QUERY_INSTRUMENT},
	{"obligor", QUERY_OBLIGOR},
	{"owner", QUERY_OWNER},
	{"severity", QUERY_SEVERITY},
	{"due_before", QUERY_DUE_BEFORE},
	{"due_after", QUERY_DUE_AFTER},
	{"due_within", QUERY_DUE_WITHIN},
};

static int within_read(struct query_term *term, instant now,
	const struct zone *zone, struct error *error)
{
	struct duration duration;

	if (!duration_read(term->pattern, &duration) ||
	    !zone_add(zone, now, duration, &term->at))
		return error_set(error, ERROR_INPUT, "due_within: \"%.80s\" is "
			"not a number and a unit, such as 30d or 6mo",
			term->pattern);
	return 1;
}

static int knowledge_word_read(struct query_term *term, struct error *error)
{
	if (assurance_parse(term->pattern, &term->knowledge))
		return 1;
	return error_set(error, ERROR_INPUT, "knowledge: \"%.80s\" is none: "
		"assessed, provisional, no_data, stale, disputed",
		term->pattern);
}

static int term_read(struct query_term *term, const char *name, instant now,
	const struct zone *zone, struct error *error)
{
	struct moment moment;

	switch (term->field) {
	case QUERY_STATUS:
		if (status_parse(term->pattern, &term->status))
			return 1;
		return error_set(error, ERROR_INPUT, "status: there is no status "
			"\"%s\"", term->pattern);
	case QUERY_KNOWLEDGE:
		return knowledge_word_read(term, error);
	case QUERY_DUE_BEFORE:
	case QUERY_DUE_AFTER:
		if (!moment_parse(term->pattern, strlen(term->pattern), &moment))
			return error_set(error, ERROR_INPUT, "%s: \"%s\" is not a "
				"date or time (2020-12-31, 2020-12-31T23:59:59Z)",
				name, term->pattern);
		term->at = moment_instant(&moment, zone);
		return 1;
	case QUERY_DUE_WITHIN:
		return within_read(term, now, zone, error);
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
	if (!known || (term.field == QUERY_DUE_WITHIN && query->now == 0))
		return 0;
	if (query->count == QUERY_TERMS_MAX)
		return error_set(error, ERROR_LIMIT, "more than %d filters",
			QUERY_TERMS_MAX);
	if (term_read(&term, name, query->now, zone, error) < 0)
		return -1;
	query->terms[query->count++] = term;
	return 1;
}

static bool text_accepts(const struct query_term *term, const char *value)
{
	return value != NULL && string_matches(value, term->pattern);
}

/* What a pledge says for all its milestones. */
static bool field_is_of_pledge(enum query_field field)
{
	return field == QUERY_PLEDGE || field == QUERY_INSTRUMENT ||
		field == QUERY_OBLIGOR || field == QUERY_OWNER;
}

static const char *pledge_value(const struct register_ *reg,
	const struct pledge *pledge, enum query_field field)
{
	switch (field) {
	case QUERY_PLEDGE: return pledge->id;
	case QUERY_INSTRUMENT: return reg->instruments[pledge->instrument].id;
	case QUERY_OBLIGOR: return pledge->obligor;
	case QUERY_OWNER: return pledge->owner;
	default: return NULL;
	}
}

/* What is judged: a milestone with its answer, or a pledge alone. */
struct subject {
	const struct register_ *reg;
	const struct pledge *pledge;
	const struct milestone *milestone;	/* NULL: of the pledge alone */
	const struct assessment *answer;
	instant now;
};

static bool milestone_accepts(const struct query_term *term,
	const struct subject *subject)
{
	const struct milestone *milestone = subject->milestone;
	const struct assessment *answer = subject->answer;

	switch (term->field) {
	case QUERY_STATUS:
		return answer->status == term->status;
	case QUERY_KNOWLEDGE:
		return answer->knowledge == term->knowledge;
	case QUERY_ID:
		return text_accepts(term, milestone->id);
	case QUERY_SERIES:
		return milestone->instance != NULL && text_accepts(term,
			milestone->instance->recurrence->id);
	case QUERY_SEVERITY:
		return text_accepts(term, severity_name(milestone->severity));
	case QUERY_DUE_BEFORE:
		return answer->due <= term->at;
	case QUERY_DUE_AFTER:
		return answer->due != INSTANT_MAX && answer->due >= term->at;
	case QUERY_DUE_WITHIN:
		return answer->due >= subject->now && answer->due <= term->at;
	case QUERY_LABEL:
		return text_accepts(term,
			milestone_label(subject->reg, milestone, term->label));
	default:
		return false;
	}
}

/* Of a pledge alone, what its milestones would have to be is left open. */
static bool term_accepts(const struct query_term *term,
	const struct subject *subject)
{
	if (field_is_of_pledge(term->field))
		return text_accepts(term, pledge_value(subject->reg,
			subject->pledge, term->field));
	return subject->milestone == NULL || milestone_accepts(term, subject);
}

static bool terms_are_alike(const struct query_term *a,
	const struct query_term *b)
{
	return a->field == b->field && string_is(a->label, b->label) &&
		a->field != QUERY_DUE_BEFORE && a->field != QUERY_DUE_AFTER;
}

/* Of terms that are alike the first stands for all. */
static bool term_is_first(const struct query *query, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (terms_are_alike(&query->terms[i], &query->terms[place]))
			return false;
	return true;
}

static bool terms_accept(const struct query *query, size_t first,
	const struct subject *subject)
{
	for (size_t i = first; i < query->count; i++)
		if ((i == first || terms_are_alike(&query->terms[first],
				&query->terms[i])) &&
		    term_accepts(&query->terms[i], subject))
			return true;
	return false;
}

static bool subject_accepted(const struct query *query,
	const struct subject *subject)
{
	for (size_t i = 0; i < query->count; i++)
		if (term_is_first(query, i) && !terms_accept(query, i, subject))
			return false;
	return true;
}

bool query_accepts(const struct query *query, const struct register_ *reg,
	uint32_t index, const struct assessment *answer)
{
	const struct milestone *milestone = milestone_at(
		&reg->milestones[index], answer->as_of);

	return subject_accepted(query, &(struct subject){reg,
		milestone_pledge(reg, milestone), milestone, answer,
		query->now});
}

bool query_accepts_pledge(const struct query *query,
	const struct register_ *reg, const struct pledge *pledge)
{
	return subject_accepted(query, &(struct subject){.reg = reg,
		.pledge = pledge});
}

bool query_asks_milestones(const struct query *query)
{
	for (size_t i = 0; i < query->count; i++)
		if (!field_is_of_pledge(query->terms[i].field))
			return true;
	return false;
}
