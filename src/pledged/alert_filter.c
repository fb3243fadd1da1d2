/* alert_filter: see alert_filter.h. */
#include "pledged/alert_filter.h"

#include <string.h>

static bool value_is_pattern(const char *value)
{
	return strpbrk(value, "*?[") != NULL;
}

/* A kind or severity that there is not selects nothing, which is no answer. */
static int value_check(enum match_field field, const char *value,
	struct error *error)
{
	const char *names[EVENT_KIND_COUNT + 1] = {NULL};
	enum event_kind kind;
	enum severity severity;

	if (value_is_pattern(value))
		return 0;
	if (field == MATCH_SEVERITY && !severity_parse(value, &severity))
		return error_set(error, ERROR_INPUT, "severity: \"%s\" is none: "
			"info, warning, critical", value);
	if (field != MATCH_KIND || event_kind_parse(value, &kind))
		return 0;
	for (int i = 0; i < EVENT_KIND_COUNT; i++)
		names[i] = event_kind_name((enum event_kind)i);
	const char *nearest = string_nearest(value, names);

	return error_set(error, ERROR_INPUT, "kind: there is no kind \"%s\"%s%s%s",
		value, nearest != NULL ? ", did you mean \"" : "",
		nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

int alert_filter_add(struct alert_filter *filter, const char *name,
	const char *value, struct error *error)
{
	struct alert_term term = {.match = {.pattern = value}};

	if (string_is(name, "subject")) {
		term.subject = true;
	} else if (string_starts(name, "label.")) {
		term.match.field = MATCH_LABEL;
		term.match.label = name + strlen("label.");
	} else if (!match_field_parse(name, &term.match.field) ||
			term.match.field == MATCH_LABEL) {
		return 0;
	}
	if (filter->count == ALERT_TERMS_MAX)
		return error_set(error, ERROR_LIMIT, "more than %d filters",
			ALERT_TERMS_MAX);
	if (!term.subject && value_check(term.match.field, value, error) < 0)
		return -1;
	filter->terms[filter->count++] = term;
	return 1;
}

/* What an alert is about is known also when it has left the register. */
static bool subject_is_field(const struct alert *alert, enum match_field field)
{
	switch (field) {
	case MATCH_MILESTONE: return alert->subject_kind == SUBJECT_MILESTONE;
	case MATCH_SOURCE: return alert->subject_kind == SUBJECT_SOURCE;
	case MATCH_INDICATOR: return alert->subject_kind == SUBJECT_INDICATOR;
	case MATCH_CHANNEL: return alert->subject_kind == SUBJECT_CHANNEL;
	default: return false;
	}
}

static bool term_accepts(const struct alert_term *term,
	const struct route_subject *subject, const struct alert *alert)
{
	if (term->subject || subject_is_field(alert, term->match.field))
		return string_matches(alert->subject, term->match.pattern);
	return matches_hold(&term->match, 1, subject);
}

static bool terms_are_alike(const struct alert_term *a,
	const struct alert_term *b)
{
	return a->subject == b->subject && a->match.field == b->match.field &&
		string_is(a->match.label, b->match.label);
}

/* Of terms that are alike the first stands for all. */
static bool term_is_first(const struct alert_filter *filter, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (terms_are_alike(&filter->terms[i], &filter->terms[place]))
			return false;
	return true;
}

static bool terms_accept(const struct alert_filter *filter, size_t first,
	const struct route_subject *subject, const struct alert *alert)
{
	for (size_t i = first; i < filter->count; i++)
		if (terms_are_alike(&filter->terms[first], &filter->terms[i]) &&
		    term_accepts(&filter->terms[i], subject, alert))
			return true;
	return false;
}

bool alert_filter_accepts(const struct alert_filter *filter,
	const struct engine *engine, const struct alert *alert)
{
	if (filter->count == 0)
		return true;
	struct route_subject subject = engine_alert_subject(engine, alert);

	for (size_t i = 0; i < filter->count; i++)
		if (term_is_first(filter, i) &&
		    !terms_accept(filter, i, &subject, alert))
			return false;
	return true;
}
