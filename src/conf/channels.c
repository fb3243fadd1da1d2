/*
 * channels: how people are reached, and which event goes to whom.
 */
#include <string.h>

#include "base/digest.h"
#include "conf/address.h"
#include "conf/channels.h"
#include "conf/conf_value.h"
#include "conf/format.h"
#include "conf/secret.h"
#include "core/register.h"

#define MATCH_LABELS_MAX 64
#define WHSEC "whsec_"
#define WHSEC_LEAST 16	/* bytes of the key */

static struct settings_reading *reading_of(const struct conf_reader *reader)
{
	return reader->context;
}

static struct policy *policy_of(const struct conf_reader *reader)
{
	return &reading_of(reader)->settings->policy;
}

/* --- values of channels -------------------------------------------------- */

static bool address_store(struct conf_reader *reader, const char *string,
	const char *wrong, void *target, struct error *error)
{
	if (wrong != NULL) {
		error_set(error, ERROR_INPUT, "%s", wrong);
		return false;
	}
	if (target != NULL)
		*(const char **)target = arena_string(reader->arena, string);
	return true;
}

static bool mail_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	(void)key;
	return address_store(reader, string, mail_address_fault(string),
		target, error);
}

static bool server_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	(void)key;
	return address_store(reader, string, server_fault(string,
		&schemes_mail), target, error);
}

static bool hook_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	(void)key;
	return address_store(reader, string, url_fault(string, &schemes_web),
		target, error);
}

static bool recipients_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct channel room = {0}, *channel = object != NULL ? object : &room;

	if (!conf_read_as(reader, &conf_strings, key, setting, channel))
		return false;
	for (size_t i = 0; i < channel->to_count; i++) {
		const char *wrong = mail_address_fault(channel->to[i]);

		if (wrong != NULL)
			return conf_fault(reader, setting, "\"%.80s\": %s",
				channel->to[i], wrong);
	}
	return true;
}

/* Offline the file is left alone: it may not even be there. */
static bool secret_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	char *path = secret_path(reader->arena, reader->folder, string);

	(void)key;
	if (target == NULL || reading_of(reader)->purpose != CONF_DAEMON)
		return true;
	*(const char **)target = secret_read(reader->arena, path, error);
	if (*(const char **)target == NULL)
		error_prefix(error, "%s", path);
	return *(const char **)target != NULL;
}

static bool format_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	(void)key;
	return format_load(reader, setting, object);
}

static const struct conf_kind
	mail_kind = {"mail address", "a mail address", mail_parse, NULL},
	server_kind = {"URL", "a URL", server_parse, NULL},
	hook_kind = {"URL", "a URL", hook_parse, NULL},
	recipients_kind = {"list of mail addresses",
		"a list of mail addresses [ \"…\" ]", NULL, recipients_read},
	secret_kind = {"secret file", "the name of a file", secret_parse, NULL},
	format_kind = {"string", "a string", NULL, format_read};

static const struct conf_word channel_words[] = {
	{"log", CHANNEL_LOG, CONF_OPTIONAL},
	{"email", CHANNEL_EMAIL, CONF_OPTIONAL},
	{"webhook", CHANNEL_WEBHOOK, CONF_OPTIONAL},
	{0},
};

/* --- one channel --------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct channel, member)
#define ROW(name_, kind_) .name = name_, .kind = &kind_

static const struct conf_key channel_keys[] = {
	{ROW("allow_private", conf_bool), AT(allow_private),
		.fallback = "false"},
	{ROW("ca_file", conf_path), AT(ca_file)},
	{ROW("format", format_kind), .fallback = "cloudevents"},
	{ROW("from", mail_kind), AT(from)},
	{ROW("id", conf_name), AT(id), .standing = CONF_REQUIRED},
	{ROW("password_file", secret_kind), AT(password)},
	{ROW("secret_file", secret_kind), AT(secret)},
	{ROW("server", server_kind), AT(server)},
	/* true: a server at smtp:// that offers no TLS is sent nothing */
	{ROW("starttls", conf_bool), AT(starttls), .fallback = "true"},
	{ROW("timeout", conf_seconds), AT(timeout), .fallback = "30s",
		.least = 1, .most = 600},
	{ROW("to", recipients_kind), AT(to),
		.second = offsetof(struct channel, to_count),
		.least = 1, .most = RECIPIENTS_MAX},
	{ROW("type", conf_word_kind), AT(type), .standing = CONF_REQUIRED,
		.words = channel_words},
	{ROW("url", hook_kind), AT(url)},
	{ROW("user", conf_name), AT(user)},
};

/* Which types of channel a key belongs to, and which cannot be without. */
static const struct channel_rule {
	const char *key;
	unsigned may, must;
} channel_rules[] = {
#define EMAIL (1u << CHANNEL_EMAIL)
#define WEBHOOK (1u << CHANNEL_WEBHOOK)
	{"to", EMAIL, EMAIL},
	{"from", EMAIL, EMAIL},
	{"server", EMAIL, EMAIL},
	{"starttls", EMAIL, 0},
	{"user", EMAIL, 0},
	{"password_file", EMAIL, 0},
	{"url", WEBHOOK, WEBHOOK},
	{"secret_file", WEBHOOK, 0},
	{"format", WEBHOOK, 0},
	{"ca_file", EMAIL | WEBHOOK, 0},
	{"allow_private", EMAIL | WEBHOOK, 0},
	{"timeout", EMAIL | WEBHOOK, 0},
};

static void *channel_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct policy *policy = parent;
	struct channel *channel = &policy->channels[policy->channel_count++];

	channel->origin = conf_origin(reader, setting);
	conf_defaults(reader, &channels_table, channel);
	channel->format = FORMAT_PLAIN;
	return channel;
}

static void channel_check_type(struct conf_reader *reader,
	const struct conf_group *group, const struct channel *channel)
{
	unsigned type = 1u << channel->type;
	const char *word = channel_type_name(channel->type);

	for (size_t i = 0; i < sizeof channel_rules / sizeof channel_rules[0];
	    i++) {
		const struct channel_rule *rule = &channel_rules[i];
		bool given = conf_given(group, rule->key);

		if (given && (rule->may & type) == 0)
			conf_fault_key(reader, group->setting, rule->key,
				"does not belong to a channel of type \"%s\"",
				word);
		else if (!given && (rule->must & type) != 0)
			conf_fault(reader, group->setting, "the key \"%s\" is "
				"missing, which type \"%s\" needs", rule->key,
				word);
	}
}

static void channel_check_id(struct conf_reader *reader,
	const struct conf_group *group, const struct policy *policy,
	const struct channel *channel)
{
	if (channel->id == NULL)
		return;
	if (!id_is_valid(channel->id, true))
		conf_fault_key(reader, group->setting, "id", "\"%s\": letters, "
			"digits, '.', '_' and '-', at most 100 of them",
			channel->id);
	for (size_t i = 0; &policy->channels[i] < channel; i++)
		if (string_is(policy->channels[i].id, channel->id)) {
			conf_fault_key(reader, group->setting, "id", "\"%s\" is "
				"already the channel of line %d", channel->id,
				policy->channels[i].origin.line);
			return;
		}
}

static void channel_check_login(struct conf_reader *reader,
	const struct conf_group *group, const struct channel *channel)
{
	bool user = conf_given(group, "user");
	bool password = conf_given(group, "password_file");

	if (user != password)
		conf_fault(reader, group->setting, "the key \"%s\" is missing, "
			"which belongs to \"%s\"", user ? "password_file" :
			"user", user ? "user" : "password_file");
	if (user && channel->server != NULL && !channel->starttls &&
	    string_starts(channel->server, "smtp://") &&
	    !url_is_loopback(channel->server))
		conf_warn(reader, group->setting, "password-in-clear",
			"without TLS the password crosses the network in "
			"clear: use smtps:// or leave starttls at true");
}

/* Standard Webhooks: "whsec_" and the key in base64. */
static bool whsec_is_valid(const char *secret)
{
	struct text key;
	bool valid;

	text_init(&key, SECRET_MAX);
	valid = string_starts(secret, WHSEC) && text_add_base64_decoded(&key,
		secret + strlen(WHSEC), strlen(secret) - strlen(WHSEC)) &&
		key.length >= WHSEC_LEAST;
	if (key.data != NULL)
		explicit_bzero(key.data, key.capacity);
	text_release(&key);
	return valid;
}

static void channel_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	const struct channel *channel = object;

	channel_check_id(reader, group, parent, channel);
	if (!conf_taken(group, "type"))
		return;
	channel_check_type(reader, group, channel);
	if (channel->type == CHANNEL_EMAIL)
		channel_check_login(reader, group, channel);
	if (channel->secret != NULL && !whsec_is_valid(channel->secret))
		conf_fault_key(reader, group->setting, "secret_file",
			"holds no secret of the form whsec_BASE64 with at "
			"least %d bytes", WHSEC_LEAST);
}

const struct conf_table channels_table = {CONF_TABLE(channel_keys),
	.open = channel_open, .close = channel_close};

static bool channels_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct policy *policy = policy_of(reader);

	(void)object;
	if (config_setting_is_list(setting)) {
		int count = config_setting_length(setting);

		if (count > CHANNELS_MAX)
			return conf_fault(reader, setting, "has %d elements, "
				"at most %d are possible", count, CHANNELS_MAX);
		policy->channels = arena_alloc(reader->arena, (size_t)count,
			sizeof *policy->channels);
	}
	return conf_read_as(reader, &conf_list, key, setting, policy);
}

const struct conf_kind channels_kind = {"list of groups",
	"a list of groups ( { … }, { … } )", NULL, channels_read};

/* --- what a route looks at ----------------------------------------------- */

/* The words a field can have; a pattern is not held against them. */
static const char *severity_word(int number)
{
	return number <= SEVERITY_CRITICAL ?
		severity_name((enum severity)number) : NULL;
}

static const char *class_word(int number)
{
	return number <= CLASS_OPERATOR ?
		event_class_name((enum event_class)number) : NULL;
}

static const char *kind_word(int number)
{
	return number < EVENT_KIND_COUNT ?
		event_kind_name((enum event_kind)number) : NULL;
}

static const struct match_words {
	enum match_field field;
	const char *(*word)(int number);
} match_words[] = {
	{MATCH_SEVERITY, severity_word},
	{MATCH_CLASS, class_word},
	{MATCH_KIND, kind_word},
};

static bool match_check_word(struct conf_reader *reader,
	const config_setting_t *setting, const struct match_words *words,
	const char *pattern)
{
	const char *names[CONF_TABLE_KEYS_MAX + 1] = {NULL}, *near;

	for (int i = 0; i < CONF_TABLE_KEYS_MAX; i++) {
		names[i] = words->word(i);
		if (names[i] == NULL)
			break;
		if (string_is(names[i], pattern))
			return true;
	}
	near = string_nearest(pattern, names);
	if (near != NULL)
		return conf_fault(reader, setting, "\"%.80s\" is no %s, nearest "
			"is \"%s\"", pattern, match_field_name(words->field),
			near);
	return conf_fault(reader, setting, "\"%.80s\" is no %s", pattern,
		match_field_name(words->field));
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
	if (strpbrk(pattern, "*?[") != NULL)
		return true;
	for (size_t i = 0; i < sizeof match_words / sizeof match_words[0]; i++)
		if (match_words[i].field == field)
			return match_check_word(reader, setting,
				&match_words[i], pattern);
	return true;
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
	{ROW("class", match_kind)},
	{ROW("instrument", match_kind)},
	{ROW("kind", match_kind)},
	{ROW("labels", match_labels_kind)},
	{ROW("milestone", match_kind)},
	{ROW("obligor", match_kind)},
	{ROW("owner", match_kind)},
	{ROW("pledge", match_kind)},
	{ROW("severity", match_kind)},
	{ROW("source", match_kind)},
};
static const struct conf_table match_table = {CONF_TABLE(match_keys)};

/* --- one route ----------------------------------------------------------- */

static bool route_add_channel(struct conf_reader *reader, struct route *route,
	const config_setting_t *setting, const char *id)
{
	const struct policy *policy = policy_of(reader);
	const char *names[CHANNELS_MAX + 1] = {NULL}, *near;
	uint32_t channel = policy_channel(policy, id);
	size_t count = 0;

	if (channel != NOT_FOUND) {
		route->channels[route->channel_count++] = channel;
		return true;
	}
	for (size_t i = 0; i < policy->channel_count; i++)
		if (policy->channels[i].id != NULL)
			names[count++] = policy->channels[i].id;
	near = string_nearest(id, names);
	if (near != NULL)
		return conf_fault(reader, setting, "there is no channel "
			"\"%.80s\", nearest is \"%s\"", id, near);
	return conf_fault(reader, setting, "there is no channel \"%.80s\"", id);
}

static bool route_channels_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct { const char **ids; size_t count; } list = {NULL, 0};
	struct conf_key row = *key;
	struct route *route = object;
	bool good = true;

	row.offset = 0;
	row.second = sizeof list.ids;
	if (!conf_read_as(reader, &conf_strings, &row, setting, &list))
		return false;
	if (route == NULL)
		return true;
	route->channels = arena_alloc(reader->arena, list.count,
		sizeof *route->channels);
	for (size_t i = 0; i < list.count; i++)
		good &= route_add_channel(reader, route, setting, list.ids[i]);
	return good;
}

static const struct conf_kind route_channels_kind = {"list of channels",
	"a list of channels [ \"…\" ]", NULL, route_channels_read};

static const struct conf_key escalate_keys[] = {
	{ROW("after", conf_duration), .standing = CONF_REQUIRED},
	{ROW("channels", conf_strings), .standing = CONF_REQUIRED,
		.least = 1, .most = CHANNELS_MAX},
};
static const struct conf_table escalate_table = {CONF_TABLE(escalate_keys)};

#undef AT
#define AT(member) .offset = offsetof(struct route, member)

static const struct conf_key route_keys[] = {
	{ROW("channels", route_channels_kind), .standing = CONF_REQUIRED,
		.least = 1, .most = CHANNELS_MAX},
	{ROW("continue", conf_bool), AT(go_on), .fallback = "false"},
	{ROW("escalate", conf_list), .standing = CONF_NO_EFFECT,
		.inside = &escalate_table},
	{ROW("group_by", conf_strings), .standing = CONF_NO_EFFECT},
	{ROW("group_interval", conf_seconds), .standing = CONF_NO_EFFECT,
		.most = 366 * 86400},
	{ROW("group_wait", conf_seconds), .standing = CONF_NO_EFFECT,
		.most = 366 * 86400},
	{ROW("match", conf_inside), .inside = &match_table},
	{ROW("repeat_interval", conf_seconds), .standing = CONF_NO_EFFECT,
		.most = 366 * 86400},
};

static void *route_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct policy *policy = parent;
	struct route *route = &policy->routes[policy->route_count++];

	route->origin = conf_origin(reader, setting);
	route->matches = arena_alloc(reader->arena,
		MATCH_FIELD_COUNT + MATCH_LABELS_MAX, sizeof *route->matches);
	return route;
}

const struct conf_table routes_table = {CONF_TABLE(route_keys),
	.open = route_open};

static bool routes_note(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	(void)object;
	reading_of(reader)->routes = setting;
	reading_of(reader)->routes_key = key;
	return true;
}

const struct conf_kind routes_kind = {"list of groups",
	"a list of groups ( { … }, { … } )", NULL, routes_note};

/* An event that no route takes is one that nobody hears of. */
static void routes_check_gap(struct conf_reader *reader)
{
	const struct policy *policy = policy_of(reader);
	struct origin origin = {reader->file, 0, 0};

	if (policy->channel_count == 0)
		return;
	for (size_t i = 0; i < policy->route_count; i++)
		if (policy->routes[i].match_count == 0)
			return;
	if (reading_of(reader)->routes != NULL)
		origin = conf_origin(reader, reading_of(reader)->routes);
	faults_warning(reader->faults, origin, "route-gap", "routes: none takes "
		"everything, so some events reach nobody: end with "
		"{ channels = [ … ]; }");
}

void routes_finish(struct conf_reader *reader)
{
	const config_setting_t *routes = reading_of(reader)->routes;
	struct policy *policy = policy_of(reader);
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
			reading_of(reader)->routes_key, routes, policy);
	if (reader->faults->errors == errors)
		routes_check_gap(reader);
}

void policy_wipe(const struct policy *policy)
{
	for (size_t i = 0; i < policy->channel_count; i++) {
		secret_wipe((char *)policy->channels[i].password);
		secret_wipe((char *)policy->channels[i].secret);
	}
}
