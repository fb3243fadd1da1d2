/*
 * channels: the tables of `channels` and `routes`, filled into a policy.
 */
#ifndef PLEDGED_CONF_CHANNELS_H
#define PLEDGED_CONF_CHANNELS_H

#include "conf/conf_reader.h"
#include "conf/settings.h"

#define ROUTES_MAX 1000

/* What the reader's context points at while pledged.conf is read. */
struct settings_reading {
	struct settings *settings;
	enum conf_purpose purpose;
	const config_setting_t *channels;	/* NULL: there are none */
	/* put off until all channels are known */
	const config_setting_t *routes;
	const struct conf_key *routes_key;
};

static inline struct settings_reading *settings_reading_of(
	const struct conf_reader *reader)
{
	return reader->context;
}

static inline struct policy *settings_policy_of(
	const struct conf_reader *reader)
{
	return &settings_reading_of(reader)->settings->policy;
}

/* Index of the channel that a setting names; NOT_FOUND after a fault that names
   the nearest. All channels must be known. */
uint32_t channel_named(struct conf_reader *reader,
	const config_setting_t *setting, const char *id);

extern const struct conf_table channels_table, routes_table;
/* Lists of the settings' policy. Of routes only the place is noted … */
extern const struct conf_kind channels_kind, routes_kind;
/* What of a channel needs the others, or the rest of the settings. */
void channels_finish(struct conf_reader *reader);
/* … until this reads them, when all else has been read. */
void routes_finish(struct conf_reader *reader);

/* Overwrites the secrets of a policy. */
void policy_wipe(const struct policy *policy);

#endif
