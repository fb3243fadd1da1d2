/*
 * route: matching an event against the routes. See route.h.
 */
#include "core/route.h"

static const char *const field_names[MATCH_FIELD_COUNT] = {
	[MATCH_SEVERITY] = "severity",
	[MATCH_CLASS] = "class",
	[MATCH_KIND] = "kind",
	[MATCH_OBLIGOR] = "obligor",
	[MATCH_OWNER] = "owner",
	[MATCH_INSTRUMENT] = "instrument",
	[MATCH_PLEDGE] = "pledge",
	[MATCH_MILESTONE] = "milestone",
	[MATCH_SOURCE] = "source",
	[MATCH_INDICATOR] = "indicator",
	[MATCH_CHANNEL] = "channel",
	[MATCH_PLACE] = "place",
	[MATCH_LABEL] = "labels",
};

static const char *const type_names[] = {
	[CHANNEL_LOG] = "log",
	[CHANNEL_EMAIL] = "email",
	[CHANNEL_WEBHOOK] = "webhook",
};

const char *match_field_name(enum match_field field)
{
	return field_names[field];
}

bool match_field_parse(const char *word, enum match_field *out)
{
	for (int i = 0; i < MATCH_FIELD_COUNT; i++) {
		if (string_is(word, field_names[i])) {
			*out = (enum match_field)i;
			return true;
		}
	}
	return false;
}

const char *match_field_value(enum match_field field, int number)
{
	switch (field) {
	case MATCH_SEVERITY:
		return number <= SEVERITY_CRITICAL ?
			severity_name((enum severity)number) : NULL;
	case MATCH_CLASS:
		return number <= CLASS_OPERATOR ?
			event_class_name((enum event_class)number) : NULL;
	case MATCH_KIND:
		return number < EVENT_KIND_COUNT ?
			event_kind_name((enum event_kind)number) : NULL;
	default:
		return NULL;
	}
}

const char *channel_type_name(enum channel_type type)
{
	return type_names[type];
}

bool channel_type_parse(const char *word, enum channel_type *out)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(*type_names); i++) {
		if (string_is(word, type_names[i])) {
			*out = (enum channel_type)i;
			return true;
		}
	}
	return false;
}

uint32_t policy_channel(const struct policy *policy, const char *id)
{
	for (size_t i = 0; i < policy->channel_count; i++) {
		if (string_is(policy->channels[i].id, id))
			return (uint32_t)i;
	}
	return NOT_FOUND;
}

/* --- what a field of an event says: NULL, nothing ------------------------ */

typedef const char *field_reader(const struct route_subject *subject,
	const struct match *match);

static const struct milestone *subject_milestone(
	const struct route_subject *subject)
{
	if (subject->milestone == NOT_FOUND)
		return NULL;
	return &subject->reg->milestones[subject->milestone];
}

static const struct pledge *subject_pledge(const struct route_subject *subject)
{
	const struct milestone *milestone = subject_milestone(subject);
	return milestone ? milestone_pledge(subject->reg, milestone) : NULL;
}

static const char *field_severity(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	return severity_name(subject->severity);
}

static const char *field_class(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	return event_class_name(event_class(subject->kind,
		subject->about));
}

static const char *field_kind(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	return event_kind_name(subject->kind);
}

static const char *field_obligor(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	const struct pledge *pledge = subject_pledge(subject);
	return pledge ? pledge->obligor : NULL;
}

static const char *field_owner(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	const struct pledge *pledge = subject_pledge(subject);
	return pledge ? pledge->owner : NULL;
}

static const char *field_instrument(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	const struct milestone *milestone = subject_milestone(subject);
	if (!milestone)
		return NULL;
	return milestone_instrument(subject->reg, milestone)->id;
}

static const char *field_pledge(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	const struct pledge *pledge = subject_pledge(subject);
	return pledge ? pledge->id : NULL;
}

static const char *field_milestone(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	const struct milestone *milestone = subject_milestone(subject);
	return milestone ? milestone->id : NULL;
}

static const char *field_source(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	if (subject->source == NOT_FOUND)
		return NULL;
	return subject->reg->sources[subject->source].id;
}

static const char *field_indicator(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	if (subject->indicator == NOT_FOUND)
		return NULL;
	return subject->reg->indicators[subject->indicator].id;
}

static const char *field_channel(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	return subject->channel;
}

/* What is about a source has the labels of the source. */
static const char *subject_label(const struct route_subject *subject,
	const char *key)
{
	const struct milestone *milestone = subject_milestone(subject);
	if (milestone)
		return milestone_label(subject->reg, milestone, key);
	if (subject->source == NOT_FOUND)
		return NULL;
	return source_label(&subject->reg->sources[subject->source], key);
}

static const char *field_label(const struct route_subject *subject,
	const struct match *match)
{
	return subject_label(subject, match->label);
}

static const char *field_place(const struct route_subject *subject,
	const struct match *match)
{
	(void)match;
	return subject_label(subject, "place");
}

static field_reader *const field_readers[MATCH_FIELD_COUNT] = {
	[MATCH_SEVERITY] = field_severity,
	[MATCH_CLASS] = field_class,
	[MATCH_KIND] = field_kind,
	[MATCH_OBLIGOR] = field_obligor,
	[MATCH_OWNER] = field_owner,
	[MATCH_INSTRUMENT] = field_instrument,
	[MATCH_PLEDGE] = field_pledge,
	[MATCH_MILESTONE] = field_milestone,
	[MATCH_SOURCE] = field_source,
	[MATCH_INDICATOR] = field_indicator,
	[MATCH_CHANNEL] = field_channel,
	[MATCH_PLACE] = field_place,
	[MATCH_LABEL] = field_label,
};

/* --- routes -------------------------------------------------------------- */

/* What an event does not have, no pattern matches, not even "*". */
static bool match_holds(const struct match *match,
	const struct route_subject *subject)
{
	const char *value = field_readers[match->field](subject, match);
	return value && string_matches(value, match->pattern);
}

bool matches_hold(const struct match *matches, size_t count,
	const struct route_subject *subject)
{
	for (size_t i = 0; i < count; i++) {
		if (!match_holds(&matches[i], subject))
			return false;
	}
	return true;
}

size_t policy_select(const struct policy *policy,
	const struct route_subject *subject, struct choice out[CHANNELS_MAX])
{
	bool chosen[CHANNELS_MAX] = {false};
	size_t count = 0;

	for (size_t i = 0; i < policy->route_count; i++) {
		const struct route *route = &policy->routes[i];
		if (!matches_hold(route->matches, route->match_count, subject))
			continue;
		for (size_t j = 0; j < route->channel_count; j++) {
			uint32_t channel = route->channels[j];
			if (channel >= CHANNELS_MAX || chosen[channel])
				continue;
			chosen[channel] = true;
			out[count++] = (struct choice){channel, (uint32_t)i};
		}
		if (!route->go_on)
			break;
	}
	return count;
}

void route_group(const struct route *route,
	const struct route_subject *subject, struct text *out)
{
	text_add_string(out, event_class_name(event_class(subject->kind,
		subject->about)));
	for (size_t i = 0; i < route->group_by_count; i++) {
		const struct group_key *key = &route->group_by[i];
		const struct match match = {key->field, key->label, NULL};
		const char *value = field_readers[key->field](subject, &match);

		text_addf(out, " %s=%s", key->label ? key->label :
			match_field_name(key->field), value ? value : "");
	}
}
