/*
 * settings: the tables of pledged.conf, and its reading.
 */
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/address.h"
#include "conf/channels.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "conf/import_mapping.h"
#include "conf/register_file.h"
#include "conf/register_tables.h"
#include "conf/settings.h"
#include "conf/test_file.h"

#define SETTINGS_FILE_MAX ((size_t)4 << 20)
#define ROWS_MAX 256
#define YEAR (366 * INT64_C(86400))
#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* --- values of its own --------------------------------------------------- */

/* "0660": as a number libconfig would read it as decimal. */
static bool mode_parse_octal(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	char *end;
	unsigned long mode = strtoul(string, &end, 8);

	(void)reader;
	if (string[0] < '0' || string[0] > '7' || *end != '\0' || mode > 0777) {
		error_set(error, ERROR_INPUT, "\"%.80s\": %s is expected",
			string, key->kind->expected);
		return false;
	}
	if (target != NULL)
		*(unsigned *)target = (unsigned)mode;
	return true;
}

static bool listen_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	const char *wrong = listen_fault(string);

	(void)key;
	if (wrong != NULL) {
		error_set(error, ERROR_INPUT, "\"%.80s\": %s", string, wrong);
		return false;
	}
	if (target != NULL)
		*(const char **)target = arena_string(reader->arena, string);
	return true;
}

static bool heartbeat_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	const char *wrong = url_fault(string, &schemes_web);

	(void)key;
	if (wrong != NULL) {
		error_set(error, ERROR_INPUT, "%s", wrong);
		return false;
	}
	if (target != NULL)
		*(const char **)target = arena_string(reader->arena, string);
	return true;
}

static const struct conf_kind
	octal_kind = {"octal mode", "an octal mode such as \"0660\", in quotes",
		mode_parse_octal, NULL},
	listen_kind = {"loopback address", "ADDRESS:PORT", listen_parse, NULL},
	heartbeat_kind = {"URL", "a URL", heartbeat_parse, NULL};

/* --- tables -------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct settings, member)
#define COUNT(member) .second = offsetof(struct settings, member)
#define ROW(name_, kind_) .name = name_, .kind = &kind_
#define RANGE(from, to) .least = from, .most = to

static const struct conf_word first_sight_words[] = {
	{"summary", FIRST_SIGHT_SUMMARY},
	{"each", FIRST_SIGHT_EACH},
	{"none", FIRST_SIGHT_NONE},
	{0},
};

static const struct conf_key admin_keys[] = {
	{ROW("admins", conf_strings), AT(admin.admins),
		COUNT(admin.admin_count), .fallback = "root"},
	{ROW("group", conf_name), AT(admin.group)},
	{ROW("mode", octal_kind), AT(admin.mode), .fallback = "0660"},
	{ROW("socket", conf_path), AT(admin.socket)},
};

static const struct conf_key alerts_keys[] = {
	{ROW("acknowledge_for", conf_seconds), AT(alerts.acknowledge_for),
		.fallback = "7d", RANGE(60, 10 * YEAR)},
	{ROW("acknowledge_most", conf_seconds), AT(alerts.acknowledge_most),
		.fallback = "90d", RANGE(60, 10 * YEAR)},
	{ROW("silence_for", conf_seconds), AT(alerts.silence_for),
		.fallback = "1d", RANGE(60, 10 * YEAR)},
	{ROW("silence_most", conf_seconds), AT(alerts.silence_most),
		.fallback = "90d", RANGE(60, 10 * YEAR)},
};

static const struct conf_key heartbeat_keys[] = {
	{ROW("every", conf_seconds), AT(heartbeat.every), .fallback = "5m",
		RANGE(1, YEAR)},
	{ROW("url", heartbeat_kind), AT(heartbeat.url),
		.standing = CONF_REQUIRED},
};

static const struct conf_key polling_keys[] = {
	{ROW("allow_private", conf_bool), AT(polling.allow_private),
		.fallback = "false"},
	{ROW("concurrency", conf_int), AT(polling.concurrency),
		.fallback = "64", RANGE(1, 1024)},
	{ROW("every", conf_seconds), AT(polling.every), .fallback = "6h",
		RANGE(1, YEAR)},
	{ROW("max_body", conf_size), AT(polling.max_body), .fallback = "32M",
		RANGE(KIB, GIB)},
	{ROW("min_every", conf_seconds), AT(polling.min_every),
		.fallback = "15m", RANGE(1, YEAR)},
	{ROW("per_host", conf_int), AT(polling.per_host), .fallback = "2",
		RANGE(1, 64)},
	{ROW("retention", conf_retention), AT(polling.retention),
		.fallback = "forever"},
	{ROW("spacing", conf_milliseconds), AT(polling.spacing),
		.fallback = "250ms", RANGE(0, 60000)},
	{ROW("timeout", conf_seconds), AT(polling.timeout), .fallback = "30s",
		RANGE(1, 600)},
	{ROW("user_agent", conf_name), AT(polling.user_agent),
		.fallback = "pledged"},
};

static const struct conf_key web_keys[] = {
	{ROW("listen", listen_kind), AT(web.listen),
		.standing = CONF_REQUIRED},
};

static const struct conf_key workers_keys[] = {
	{ROW("cpu", conf_seconds), AT(workers.cpu), .fallback = "10s",
		RANGE(1, 600)},
	{ROW("max", conf_int), AT(workers.max), .fallback = "2",
		RANGE(1, 64)},
	{ROW("memory", conf_size), AT(workers.memory), .fallback = "256M",
		RANGE(32 * MIB, 16 * GIB)},
	{ROW("timeout", conf_seconds), AT(workers.timeout), .fallback = "20s",
		RANGE(1, 600)},
};

static const struct conf_table
	admin_table = {CONF_TABLE(admin_keys)},
	alerts_table = {CONF_TABLE(alerts_keys)},
	heartbeat_table = {CONF_TABLE(heartbeat_keys)},
	polling_table = {CONF_TABLE(polling_keys)},
	web_table = {CONF_TABLE(web_keys)},
	workers_table = {CONF_TABLE(workers_keys)};

static const struct conf_key top_keys[] = {
	{ROW("admin", conf_inside), .inside = &admin_table},
	{ROW("alerts", conf_inside), .inside = &alerts_table},
	{ROW("channels", channels_kind), .inside = &channels_table},
	{ROW("first_sight", conf_word_kind), AT(first_sight),
		.fallback = "summary", .words = first_sight_words},
	{ROW("heartbeat", conf_inside), .inside = &heartbeat_table},
	{ROW("polling", conf_inside), .inside = &polling_table},
	{ROW("register", conf_strings), AT(registers), COUNT(register_count),
		.fallback = "register.d", RANGE(1, 1000)},
	{ROW("routes", routes_kind), .inside = &routes_table},
	{ROW("state_dir", conf_path), AT(state_dir)},
	{ROW("timezone", conf_zone), AT(zone_id), COUNT(zone),
		.fallback = "UTC"},
	{ROW("web", conf_inside), .inside = &web_table},
	{ROW("workers", conf_inside), .inside = &workers_table},
};

/* --- checks between settings --------------------------------------------- */

#define NAMES_ROOM 16384	/* bytes for one entry of the user database */

static bool user_exists(const char *name)
{
	char *room = mem_new(NAMES_ROOM, 1);
	struct passwd entry, *found = NULL;
	int result = getpwnam_r(name, &entry, room, NAMES_ROOM, &found);

	free(room);
	return result != 0 || found != NULL;
}

static bool group_exists(const char *name)
{
	char *room = mem_new(NAMES_ROOM, 1);
	struct group entry, *found = NULL;
	int result = getgrnam_r(name, &entry, room, NAMES_ROOM, &found);

	free(room);
	return result != 0 || found != NULL;
}

/* A name may be made later than the configuration: only a warning. */
static void admin_check_name(struct conf_reader *reader,
	const struct conf_group *group, const char *key, const char *name)
{
	bool is_group = name[0] == '@' || string_is(key, "group");
	const char *plain = name + (name[0] == '@');

	if (is_group ? group_exists(plain) : user_exists(plain))
		return;
	conf_warn(reader, config_setting_get_member(
		config_setting_get_member(group->setting, "admin"), key),
		"unknown-user", "there is no %s \"%s\" on this machine",
		is_group ? "group" : "user", plain);
}

static void admin_check(struct conf_reader *reader,
	const struct conf_group *group, const struct settings *settings)
{
	const config_setting_t *admin = config_setting_get_member(
		group->setting, "admin");

	if (admin == NULL || !config_setting_is_group(admin))
		return;
	if (config_setting_get_member(admin, "admins") != NULL)
		for (size_t i = 0; i < settings->admin.admin_count; i++)
			admin_check_name(reader, group, "admins",
				settings->admin.admins[i]);
	if (settings->admin.group != NULL)
		admin_check_name(reader, group, "group",
			settings->admin.group);
}

/* What is taken without being said must be possible to say. */
static void alerts_check(struct conf_reader *reader,
	const struct conf_group *group, const struct settings *settings)
{
	if (settings->alerts.acknowledge_for > settings->alerts.acknowledge_most)
		conf_fault(reader, group->setting, "alerts.acknowledge_for: is "
			"longer than alerts.acknowledge_most");
	if (settings->alerts.silence_for > settings->alerts.silence_most)
		conf_fault(reader, group->setting, "alerts.silence_for: is "
			"longer than alerts.silence_most");
}

/* The first folder of $STATE_DIRECTORY, which systemd parts by colons. */
static const char *state_dir_given(struct arena *arena)
{
	const char *folders = getenv("STATE_DIRECTORY");

	if (folders == NULL || folders[0] != '/')
		return NULL;
	return arena_string_n(arena, folders, strcspn(folders, ":"));
}

/* Faulty names of register files are none. */
static void settings_finish(struct conf_reader *reader,
	const struct conf_group *group, struct settings *settings)
{
	const struct settings_reading *reading = reader->context;

	if (settings->state_dir == NULL)
		settings->state_dir = state_dir_given(settings->arena);
	if (settings->state_dir == NULL && reading->purpose == CONF_DAEMON)
		faults_error(reader->faults, (struct origin){reader->file, 0, 0},
			"state_dir: is missing, and $STATE_DIRECTORY is not "
			"set: name the folder where state is kept");
	if (conf_given(group, "register") && !conf_taken(group, "register"))
		settings->register_count = 0;
	for (size_t i = 0; i < settings->register_count; i++)
		settings->registers[i] = conf_file_join(settings->arena,
			reader->folder, settings->registers[i]);
}

static void settings_close(struct conf_reader *reader,
	const struct conf_group *group, void *parent, void *object)
{
	const struct settings_reading *reading = reader->context;
	struct settings *settings = object;

	(void)parent;
	channels_finish(reader);
	routes_finish(reader);
	if (settings->polling.every < settings->polling.min_every)
		conf_fault(reader, group->setting, "polling.every: is shorter "
			"than polling.min_every");
	alerts_check(reader, group, settings);
	if (reading->purpose == CONF_DAEMON)
		admin_check(reader, group, settings);
	settings_finish(reader, group, settings);
}

static const struct conf_table top_table = {CONF_TABLE(top_keys),
	.close = settings_close};

/* --- loading ------------------------------------------------------------- */

/* false: the file could not be parsed. */
static bool settings_read(struct conf_reader *reader,
	struct settings *settings, struct text *bytes,
	enum conf_purpose purpose)
{
	struct settings_reading reading = {.settings = settings,
		.purpose = purpose};
	config_t config;

	reader->context = &reading;
	conf_defaults(reader, &top_table, settings);
	digest_sha256(text_string(bytes), bytes->length, &settings->digest);
	text_add_char(bytes, '\0');
	if (conf_parse(reader, bytes->data, bytes->length - 1, &config) != 0)
		return false;
	conf_read(reader, &top_table, config_root_setting(&config), settings);
	config_destroy(&config);
	return true;
}

struct settings *settings_load(const char *path, enum conf_purpose purpose,
	struct faults *faults)
{
	struct settings *settings = mem_new(1, sizeof *settings);
	size_t errors = faults->errors;
	struct conf_reader reader;
	struct error error;
	struct text bytes;
	bool parsed = false;

	settings->arena = arena_new();
	settings->purpose = purpose;
	settings->file = conf_file_absolute(settings->arena, path);
	conf_reader_init(&reader, settings->arena, faults);
	reader.file = conf_file_shown(settings->arena, settings->file);
	reader.folder = conf_file_folder(settings->arena, settings->file);
	text_init(&bytes, 2 * SETTINGS_FILE_MAX);
	if (conf_file_read(settings->file, SETTINGS_FILE_MAX, &bytes,
	    &error) == 0)
		parsed = settings_read(&reader, settings, &bytes, purpose);
	else
		faults_error(faults, (struct origin){reader.file, 0, 0}, "%s",
			error.text);
	text_release(&bytes);
	conf_reader_release(&reader);
	if (faults->errors == errors)
		return settings;
	if (parsed)
		register_free(register_load(settings, faults));
	settings_free(settings);
	return NULL;
}

struct settings *settings_default(const char *path)
{
	struct settings *settings = mem_new(1, sizeof *settings);
	struct settings_reading reading = {.settings = settings};
	struct conf_reader reader;
	struct faults faults;

	faults_init(&faults);
	settings->arena = arena_new();
	settings->file = conf_file_absolute(settings->arena, path);
	conf_reader_init(&reader, settings->arena, &faults);
	reader.context = &reading;
	conf_defaults(&reader, &top_table, settings);
	settings->register_count = 0;
	conf_reader_release(&reader);
	faults_release(&faults);
	return settings;
}

void settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	policy_wipe(&settings->policy);
	arena_free(settings->arena);
	free(settings);
}

/* --- rows for the manual ------------------------------------------------- */

struct rows {
	const struct conf_table *table;
	struct conf_row rows[ROWS_MAX];
	struct settings_key keys[ROWS_MAX + 1];
};

static struct rows settings_rows = {.table = &top_table};
static struct rows register_rows = {.table = &register_table};
static struct rows test_rows = {.table = &test_table};
static struct rows import_rows = {.table = &import_table_of_keys};
static pthread_once_t rows_once = PTHREAD_ONCE_INIT;

static void rows_fill(struct rows *rows)
{
	size_t count = conf_rows(rows->table, rows->rows, ROWS_MAX);

	for (size_t i = 0; i < count; i++)
		rows->keys[i] = (struct settings_key){
			.path = rows->rows[i].path,
			.type = rows->rows[i].key->kind->name,
			.fallback = rows->rows[i].key->fallback,
		};
}

static void rows_make(void)
{
	rows_fill(&settings_rows);
	rows_fill(&register_rows);
	rows_fill(&test_rows);
	rows_fill(&import_rows);
}

const struct settings_key *settings_keys(void)
{
	pthread_once(&rows_once, rows_make);
	return settings_rows.keys;
}

const struct settings_key *register_keys(void)
{
	pthread_once(&rows_once, rows_make);
	return register_rows.keys;
}

const struct settings_key *import_mapping_keys(void)
{
	pthread_once(&rows_once, rows_make);
	return import_rows.keys;
}

const struct settings_key *test_file_keys(void)
{
	pthread_once(&rows_once, rows_make);
	return test_rows.keys;
}
