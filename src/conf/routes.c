/*
 * routes: which event goes to whom, with what else, and how often.
 */
#include <string.h>

#include "conf/channels.h"
#include "conf/conf_value.h"
#include "core/register.h"

#define MATCH_LABELS_MAX 64
#define YEAR_SECONDS (366 * 86400)

#define ROW(name_, kind_) .name = name_, .kind = &kind_

/* --- what a route looks at ----------------------------------------------- */

/* A pattern is not held against the words that a field can have. */
static bool match_check_word(struct conf_reader *reader,
	const config_setting_t *setting, enum match_field field,
	const char *pattern)
{
	const char *names[MATCH_VALUES_MAX + 1] = {NULL}, *near;

	for (int i = 0; i < MATCH_VALUES_MAX; i++) {
		names[i] = match_field_value(field, i);
		if (names[i] == NULL)
			break;
		if (string_is(names[i], pattern))
			return true;
	}
	if (names[0] == NULL)
		return true;
	near = string_nearest(pattern, names);
	if (near != NULL)
		return conf_fault(reader, setting, "\"%.80s\" is no %s, nearest "
			"is \"%s\"", pattern, match_field_name(field), near);
	return conf_fault(reader, setting, "\"%.80s\" is no %s", pattern,
		match_field_name(field));
}

static bool match_check(struct conf_reader *reader,
	const config_setting_t *setting, enum match_field field)
{
	const char *pattern;
	struct error error;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_fault(reader, setting, "a string is expected");
	pattern = conf_string(reader, setting);
	if (!conf_name.parse(reader, NULL, pattern, NULL, &error))
		return conf_fault(reader, setting, "%s", error.text);
	return strpbrk(pattern, "*?[") != NULL ||
		match_check_word(reader, setting, field, pattern);
}

static void route_add_match(struct conf_reader *reader, struct route *route,
	enum match_field field, const char *label,
	const config_setting_t *setting)
{
	if (route == NULL)
		return;
	route->matches[route->match_count++] = (struct match){
		.field = field,
		.label = label != NULL ? conf_shared(reader, label) : NULL,
		.pattern = conf_shared(reader,
			conf_string(reader, setting)),
	};
}

static bool match_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	enum match_field field;

	if (!match_field_parse(key->name, &field))
		return conf_fault(reader, setting, "is nothing a route can "
			"look at");
	if (!match_check(reader, setting, field))
		return false;
	route_add_match(reader, object, field, NULL, setting);
	return true;
}

static bool match_labels_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	int count;
	bool good = true;

	(void)key;
	if (!config_setting_is_group(setting))
		return conf_fault(reader, setting, "%s is expected",
			conf_labels.expected);
	count = config_setting_length(setting);
	if (count > MATCH_LABELS_MAX)
		return conf_fault(reader, setting, "has %d labels, at most %d "
			"are possible", count, MATCH_LABELS_MAX);
	for (int i = 0; i < count; i++) {
		const config_setting_t *label = config_setting_get_elem(setting,
			(unsigned)i);

		if (match_check(reader, label, MATCH_LABEL))
			route_add_match(reader, object, MATCH_LABEL,
				config_setting_name(label), label);
		else
			good = false;
	}
	return good;
}

static const struct conf_kind
	match_kind = {"pattern", "a string", NULL, match_read},
	match_labels_kind = {"group of patterns", "a group of strings", NULL,
		match_labels_read};

static const struct conf_key match_keys[] = {
	{ROW("channel", match_kind)},
	{ROW("class", match_kind)},
	{ROW("indicator", match_kind)},
	{ROW("instrument", match_kind)},
	{ROW("kind", match_kind)},
	{ROW("labels", match_labels_kind)},
	{ROW("milestone", match_kind)},
	{ROW("obligor", match_kind)},
	{ROW("owner", match_kind)},
	{ROW("place", match_kind)},
	{ROW("pledge", match_kind)},
	{ROW("severity", match_kind)},
	{ROW("source", match_kind)},
};
static const struct conf_table match_table = {CONF_TABLE(match_keys)};

/* --- channels by name ---------------------------------------------------- */

uint32_t channel_named(struct conf_reader *reader,
	const config_setting_t *setting, const char *id)
{
	const struct policy *policy = settings_policy_of(reader);
	const char *names[CHANNELS_MAX + 1] = {NULL}, *near;
	uint32_t channel = policy_channel(policy, id);
	size_t count = 0;

	if (channel != NOT_FOUND)
		return channel;
	for (size_t i = 0; i < policy->channel_count; i++)
		if (policy->channels[i].id != NULL)
			names[count++] = policy->channels[i].id;
	near = string_nearest(id, names);
	if (near != NULL)
		conf_fault(reader, setting, "there is no channel \"%.80s\", "
			"nearest is \"%s\"", id, near);
	else
		conf_fault(reader, setting, "there is no channel \"%.80s\"",
			id);
	return NOT_FOUND;
}

struct string_list {
	const char **items;
	size_t count;
};

static bool string_list_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	struct string_list *list)
{
	struct conf_key row = *key;

	row.offset = offsetof(struct string_list, items);
	row.second = offsetof(struct string_list, count);
	return conf_read_as(reader, &conf_strings, &row, setting, list);
}

/* A list of channels, into indices at the row's offset and their count. */
static bool channel_list_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct string_list list = {0};
	uint32_t *channels;
	size_t count = 0;

	if (!string_list_read(reader, key, setting, &list))
		return false;
	channels = arena_alloc(reader->arena, list.count, sizeof *channels);
	for (size_t i = 0; i < list.count; i++) {
		uint32_t channel = channel_named(reader, setting,
			list.items[i]);

		if (channel != NOT_FOUND)
			channels[count++] = channel;
	}
	if (object != NULL) {
		*(uint32_t **)conf_member(object, key->offset) = channels;
		*(size_t *)conf_member(object, key->second) = count;
	}
	return count == list.count;
}

static const struct conf_kind channel_list_kind = {"list of channels",
	"a list of channels [ \"…\" ]", NULL, channel_list_read};

/* --- what it groups by --------------------------------------------------- */

#define LABELS_PREFIX "labels."

/* "pledge", "labels.sector". */
static bool group_key_take(struct conf_reader *reader,
	const config_setting_t *setting, const char *word,
	struct group_key *out)
{
	const char *names[MATCH_FIELD_COUNT + 1] = {NULL}, *near;
	size_t count = 0;

	if (string_starts(word, LABELS_PREFIX) &&
	    word[strlen(LABELS_PREFIX)] != '\0') {
		*out = (struct group_key){MATCH_LABEL, conf_shared(reader,
			word + strlen(LABELS_PREFIX))};
		return true;
	}
	out->label = NULL;
	if (match_field_parse(word, &out->field) && out->field != MATCH_LABEL)
		return true;
	for (int i = 0; i < MATCH_FIELD_COUNT; i++)
		if (i != MATCH_LABEL)
			names[count++] = match_field_name((enum match_field)i);
	near = string_nearest(word, names);
	if (near != NULL)
		return conf_fault(reader, setting, "\"%.80s\" is nothing to "
			"group by, nearest is \"%s\"; a label is written "
			LABELS_PREFIX "KEY", word, near);
	return conf_fault(reader, setting, "\"%.80s\" is nothing to group by; "
		"a label is written " LABELS_PREFIX "KEY", word);
}

static bool group_by_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct string_list list = {0};
	struct route *route = object;
	struct group_key *keys;
	bool good = true;

	if (!string_list_read(reader, key, setting, &list))
		return false;
	keys = arena_alloc(reader->arena, list.count + 1, sizeof *keys);
	for (size_t i = 0; i < list.count; i++)
		good &= group_key_take(reader, setting, list.items[i],
			&keys[i]);
	if (route != NULL) {
		route->group_by = keys;
		route->group_by_count = list.count;
	}
	return good;
}

static const struct conf_kind group_by_kind = {"list of fields",
	"a list of fields [ \"pledge\", \"labels.sector\" ]", NULL,
	group_by_read};

/* --- whom it reaches when nobody takes it ---------------------------------- */

#define AT(member) .offset = offsetof(struct escalation, member)

static const struct conf_key escalate_keys[] = {
	{ROW("after", conf_seconds), AT(after), .standing = CONF_REQUIRED,
		.least = 1, .most = YEAR_SECONDS},
	{ROW("channels", channel_list_kind), AT(channels),
		.second = offsetof(struct escalation, channel_count),
		.standing = CONF_REQUIRED, .least = 1, .most = CHANNELS_MAX},
};

static void *escalate_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct route *route = parent;

	(void)reader, (void)setting;
	return &route->steps[route->step_count++];
}

static void escalate_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	const struct route *route = parent;
	const struct escalation *step = object;

	if (conf_taken(group, "after") && step > route->steps &&
	    step[-1].after >= step->after)
		conf_fault_key(reader, group->setting, "after",
			"must be later than that of the step before it");
}

static const struct conf_table escalate_table = {CONF_TABLE(escalate_keys),
	.open = escalate_open, .close = escalate_close};

static bool escalate_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct route *route = object;
	int count = config_setting_length(setting);

	if (count > ESCALATIONS_MAX)
		return conf_fault(reader, setting, "has %d steps, at most %d "
			"are possible", count, ESCALATIONS_MAX);
	if (route != NULL && config_setting_is_list(setting))
		route->steps = arena_alloc(reader->arena, (size_t)count + 1,
			sizeof *route->steps);
	return conf_read_as(reader, &conf_list, key, setting, route);
}

static const struct conf_kind escalate_kind = {"list of groups",
	"a list of groups ( { after = \"3d\"; channels = [ \"…\" ]; } )",
	NULL, escalate_read};

/* --- one route ----------------------------------------------------------- */

#undef AT
#define AT(member) .offset = offsetof(struct route, member)

static const struct conf_key route_keys[] = {
	{ROW("channels", channel_list_kind), AT(channels),
		.second = offsetof(struct route, channel_count),
		.standing = CONF_REQUIRED, .least = 1, .most = CHANNELS_MAX},
	{ROW("continue", conf_bool), AT(go_on), .fallback = "false"},
	{ROW("escalate", escalate_kind), .inside = &escalate_table},
	{ROW("group_by", group_by_kind), .most = GROUP_BY_MAX},
	{ROW("group_interval", conf_seconds), AT(group_interval),
		.fallback = "5m", .most = GROUP_INTERVAL_MAX},
	{ROW("group_wait", conf_seconds), AT(group_wait), .fallback = "30s",
		.most = GROUP_WAIT_MAX},
	{ROW("match", conf_inside), .inside = &match_table},
	/* absent or "0s": nothing reminds */
	{ROW("repeat_interval", conf_seconds), AT(repeat_interval),
		.most = YEAR_SECONDS},
};

static void *route_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct policy *policy = parent;
	struct route *route = &policy->routes[policy->route_count++];

	route->origin = conf_origin(reader, setting);
	route->matches = arena_alloc(reader->arena,
		MATCH_FIELD_COUNT + MATCH_LABELS_MAX, sizeof *route->matches);
	conf_defaults(reader, &routes_table, route);
	return route;
}

const struct conf_table routes_table = {CONF_TABLE(route_keys),
	.open = route_open};

static bool routes_note(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	(void)object;
	settings_reading_of(reader)->routes = setting;
	settings_reading_of(reader)->routes_key = key;
	return true;
}

const struct conf_kind routes_kind = {"list of groups",
	"a list of groups ( { … }, { … } )", NULL, routes_note};

/* An event that no route takes is one that nobody hears of. */
static void routes_check_gap(struct conf_reader *reader)
{
	const struct policy *policy = settings_policy_of(reader);
	struct origin origin = {reader->file, 0, 0};

	if (policy->channel_count == 0)
		return;
	for (size_t i = 0; i < policy->route_count; i++)
		if (policy->routes[i].match_count == 0)
			return;
	if (settings_reading_of(reader)->routes != NULL)
		origin = conf_origin(reader, settings_reading_of(reader)->routes);
	faults_warning(reader->faults, origin, "route-gap", "routes: none takes "
		"everything, so some events reach nobody: end with "
		"{ channels = [ … ]; }");
}

void routes_finish(struct conf_reader *reader)
{
	const config_setting_t *routes = settings_reading_of(reader)->routes;
	struct policy *policy = settings_policy_of(reader);
	size_t errors = reader->faults->errors;

	if (routes != NULL && config_setting_is_list(routes)) {
		int count = config_setting_length(routes);

		if (count > ROUTES_MAX) {
			conf_fault(reader, routes, "has %d elements, at most "
				"%d are possible", count, ROUTES_MAX);
			return;
		}
		policy->routes = arena_alloc(reader->arena, (size_t)count,
			sizeof *policy->routes);
	}
	if (routes != NULL)
		conf_read_as(reader, &conf_list,
			settings_reading_of(reader)->routes_key, routes, policy);
	if (reader->faults->errors == errors)
		routes_check_gap(reader);
}

