/*
 * channels: how people are reached.
 */
#include <string.h>

#include "base/digest.h"
#include "conf/address.h"
#include "conf/channel_hours.h"
#include "conf/channels.h"
#include "conf/conf_value.h"
#include "conf/format.h"
#include "conf/secret.h"
#include "core/register.h"

#define WHSEC "whsec_"
#define WHSEC_LEAST 16	/* bytes of the key */

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
	if (target == NULL || settings_reading_of(reader)->purpose != CONF_DAEMON)
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

/* Found when all channels are known. */
static bool fallback_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	(void)object;
	return conf_read_as(reader, &conf_name, key, setting, NULL);
}

static const struct conf_kind
	fallback_kind = {"string", "a string", NULL, fallback_read},
	format_kind = {"string", "a string", NULL, format_read},
	mail_kind = {"mail address", "a mail address", mail_parse, NULL},
	server_kind = {"URL", "a URL", server_parse, NULL},
	hook_kind = {"URL", "a URL", hook_parse, NULL},
	recipients_kind = {"list of mail addresses",
		"a list of mail addresses [ \"…\" ]", NULL, recipients_read},
	secret_kind = {"secret file", "the name of a file", secret_parse, NULL};

static const struct conf_word channel_words[] = {
	{"log", CHANNEL_LOG},
	{"email", CHANNEL_EMAIL},
	{"webhook", CHANNEL_WEBHOOK},
	{0},
};

static const struct conf_word urgent_words[] = {
	{"info", SEVERITY_INFO},
	{"warning", SEVERITY_WARNING},
	{"critical", SEVERITY_CRITICAL},
	{0},
};

/* --- one channel --------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct channel, member)
#define ROW(name_, kind_) .name = name_, .kind = &kind_

static const struct conf_key channel_keys[] = {
	{ROW("allow_private", conf_bool), AT(allow_private),
		.fallback = "false"},
	{ROW("ca_file", conf_path), AT(ca_file)},
	{ROW("digest", conf_digest), AT(hours.digest)},
	{ROW("fallback", fallback_kind)},
	{ROW("format", format_kind), .fallback = FORMAT_PLAIN},
	{ROW("from", mail_kind), AT(from)},
	{ROW("id", conf_name), AT(id), .standing = CONF_REQUIRED},
	{ROW("parameters", conf_labels), AT(parameters),
		.second = offsetof(struct channel, parameter_count)},
	{ROW("password_file", secret_kind), AT(password)},
	{ROW("quiet", conf_quiet), AT(hours), .inside = &quiet_table},
	{ROW("secret_before_file", secret_kind), AT(secret_before)},
	{ROW("secret_file", secret_kind), AT(secret)},
	{ROW("server", server_kind), AT(server)},
	/* true: a server at smtp:// that offers no TLS is sent nothing */
	{ROW("starttls", conf_bool), AT(starttls), .fallback = "true"},
	{ROW("timeout", conf_seconds), AT(timeout), .fallback = "30s",
		.least = 1, .most = 600},
	{ROW("timezone", conf_zone), AT(zone_id),
		.second = offsetof(struct channel, hours.zone)},
	{ROW("to", recipients_kind), AT(to),
		.second = offsetof(struct channel, to_count),
		.least = 1, .most = RECIPIENTS_MAX},
	{ROW("token_file", secret_kind), AT(token)},
	{ROW("type", conf_word_kind), AT(type), .standing = CONF_REQUIRED,
		.words = channel_words},
	{ROW("urgent", conf_word_kind), AT(hours.urgent),
		.words = urgent_words},
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
	{"secret_before_file", WEBHOOK, 0},
	{"format", WEBHOOK, 0},
	{"parameters", WEBHOOK, 0},
	{"token_file", WEBHOOK, 0},
	{"fallback", EMAIL | WEBHOOK, 0},
	{"digest", EMAIL | WEBHOOK, 0},
	{"quiet", EMAIL | WEBHOOK, 0},
	{"urgent", EMAIL | WEBHOOK, 0},
	{"timezone", EMAIL | WEBHOOK, 0},
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
	channel->fallback = NOT_FOUND;
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

static void channel_check_secret(struct conf_reader *reader,
	const struct conf_group *group, const char *key, const char *secret)
{
	if (secret != NULL && !whsec_is_valid(secret))
		conf_fault_key(reader, group->setting, key,
			"holds no secret of the form whsec_BASE64 with at "
			"least %d bytes", WHSEC_LEAST);
}

static void channel_check_hours(struct conf_reader *reader,
	const struct conf_group *group, struct channel *channel)
{
	bool waits = conf_given(group, "digest") || conf_given(group, "quiet");

	channel->hours.has_urgent = conf_given(group, "urgent");
	if (channel->hours.has_urgent && !waits)
		conf_warn(reader, config_setting_get_member(group->setting,
			"urgent"), "urgent-alone", "has no effect: there are "
			"neither digest nor quiet hours that would hold back");
}

static void channel_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	struct channel *channel = object;

	channel_check_id(reader, group, parent, channel);
	if (!conf_taken(group, "type"))
		return;
	channel_check_type(reader, group, channel);
	if (channel->type == CHANNEL_EMAIL)
		channel_check_login(reader, group, channel);
	channel_check_secret(reader, group, "secret_file", channel->secret);
	channel_check_secret(reader, group, "secret_before_file",
		channel->secret_before);
	if (conf_given(group, "secret_before_file") &&
	    !conf_given(group, "secret_file"))
		conf_fault_key(reader, group->setting, "secret_before_file",
			"is the secret that secret_file takes the place of, "
			"which is missing");
	channel_check_hours(reader, group, channel);
}

const struct conf_table channels_table = {CONF_TABLE(channel_keys),
	.open = channel_open, .close = channel_close};

static bool channels_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct policy *policy = settings_policy_of(reader);

	(void)object;
	settings_reading_of(reader)->channels = setting;
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

/* --- what needs all of them ------------------------------------------------ */

/* Where nothing is heard that the channel itself could not be brought. */
static void channel_find_fallback(struct conf_reader *reader,
	const config_setting_t *setting, struct channel *channel)
{
	const config_setting_t *name = config_setting_get_member(setting,
		"fallback");

	if (name == NULL || config_setting_type(name) != CONFIG_TYPE_STRING)
		return;
	channel->fallback = channel_named(reader, name,
		conf_string(reader, name));
	if (channel->fallback != NOT_FOUND && channel ==
	    &settings_policy_of(reader)->channels[channel->fallback])
		conf_fault(reader, name, "is the channel itself");
}

void channels_finish(struct conf_reader *reader)
{
	const config_setting_t *channels = settings_reading_of(reader)->channels;
	struct policy *policy = settings_policy_of(reader);

	for (size_t i = 0; i < policy->channel_count; i++) {
		struct channel *channel = &policy->channels[i];

		if (channel->hours.zone == NULL)
			channel->hours.zone =
				settings_reading_of(reader)->settings->zone;
		channel_find_fallback(reader, config_setting_get_elem(channels,
			(unsigned)i), channel);
	}
}

void policy_wipe(const struct policy *policy)
{
	for (size_t i = 0; i < policy->channel_count; i++) {
		secret_wipe((char *)policy->channels[i].password);
		secret_wipe((char *)policy->channels[i].secret);
		secret_wipe((char *)policy->channels[i].secret_before);
		secret_wipe((char *)policy->channels[i].token);
	}
}
