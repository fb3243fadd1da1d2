/*
 * channel_hours: see channel_hours.h.
 */
#include "conf/channel_hours.h"

#include "conf/conf_value.h"
#include "conf/zones.h"
#include "core/hours.h"

#define WEEK 0x7fu

/* --- digests ------------------------------------------------------------- */

static bool digest_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	struct digest_time digest;

	(void)key;
	if (!digest_time_read(string, &digest, error))
		return false;
	if (digest.zone_id != NULL) {
		digest.zone_id = conf_shared(reader, digest.zone_id);
		digest.zone = zones_find(digest.zone_id, error);
		if (digest.zone == NULL)
			return false;
	}
	if (target != NULL)
		*(struct digest_time *)target = digest;
	return true;
}

const struct conf_kind conf_digest = {"digest time",
	"a time such as \"daily 08:00\" or \"weekly mon 08:00 Europe/Brussels\"",
	digest_parse, NULL};

/* --- quiet hours ----------------------------------------------------------- */

static bool minute_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	int minute;

	(void)reader;
	if (!minute_read(string, &minute)) {
		error_set(error, ERROR_INPUT, "\"%.80s\": %s is expected",
			string, key->kind->expected);
		return false;
	}
	if (target != NULL)
		*(int *)target = minute;
	return true;
}

static const struct conf_kind minute_kind = {"time of day",
	"a time of day such as \"22:00\"", minute_parse, NULL};

static bool days_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct quiet_hours *quiet = object;
	struct conf_key row = *key;
	unsigned days = 0;

	row.offset = 0;
	if (!conf_read_as(reader, &conf_weekdays, &row, setting, &days))
		return false;
	if (quiet != NULL)
		quiet->days = (uint8_t)days;
	return true;
}

static const struct conf_kind days_kind = {"list of strings",
	"a list of weekdays [ \"sat\", \"sun\" ]", NULL, days_read};

#define AT(member) .offset = offsetof(struct quiet_hours, member)
#define ROW(name_, kind_) .name = name_, .kind = &kind_

static const struct conf_key quiet_keys[] = {
	{ROW("days", days_kind), .least = 1, .most = 7},
	{ROW("from", minute_kind), AT(from), .standing = CONF_REQUIRED},
	{ROW("to", minute_kind), AT(to), .standing = CONF_REQUIRED},
};

static void *quiet_open(struct conf_reader *reader, void *parent,
	const config_setting_t *setting)
{
	struct hours *hours = parent;
	struct quiet_hours *quiet =
		(struct quiet_hours *)&hours->quiet[hours->quiet_count++];

	(void)reader, (void)setting;
	quiet->days = WEEK;
	return quiet;
}

const struct conf_table quiet_table = {CONF_TABLE(quiet_keys),
	.open = quiet_open};

static bool quiet_read(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, void *object)
{
	struct hours *hours = conf_member(object, key->offset);
	int count = config_setting_length(setting);

	if (count > QUIET_HOURS_MAX)
		return conf_fault(reader, setting, "has %d elements, at most "
			"%d are possible", count, QUIET_HOURS_MAX);
	if (hours != NULL && config_setting_is_list(setting))
		hours->quiet = arena_alloc(reader->arena, (size_t)count + 1,
			sizeof *hours->quiet);
	return conf_read_as(reader, &conf_list, key, setting, hours);
}

const struct conf_kind conf_quiet = {"list of groups", "a list of groups "
	"( { from = \"22:00\"; to = \"07:00\"; } )", NULL, quiet_read};
