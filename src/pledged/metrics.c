/*
 * metrics: GET /metrics, how the daemon is and how milestones stand, for
 * monitors. One table; how many samples a metric has is bounded by words of
 * ours, by CHANNELS_MAX, or by SOURCES_LISTED.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pledged/accept.h"
#include "pledged/api.h"
#include "pledged/backup.h"
#include "pledged/exposition.h"
#include "pledged/health.h"

#define SOURCES_LISTED 1000

/* --- the daemon ------------------------------------------------------------- */

static void metric_version(struct exposition *out, const struct daemon *daemon)
{
	(void)daemon;
	exposition_sample(out, 1, "version", PACKAGE_VERSION, NULL);
}

static void metric_register(struct exposition *out, const struct daemon *daemon)
{
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&daemon->reg->digest, hex);
	exposition_sample(out, 1, "digest", hex, NULL);
}

static int64_t count_loaded(const struct daemon *daemon)
{
	return daemon->reloaded;
}

static int64_t count_settling(const struct daemon *daemon)
{
	return engine_is_settling(daemon->engine);
}

static int64_t count_healthy(const struct daemon *daemon)
{
	struct health health = health_of(daemon);
	char words[HEALTH_WORDS_MAX];

	return health_is_good(&health, words);
}

static int64_t count_offline(const struct daemon *daemon)
{
	return health_of(daemon).offline;
}

static int64_t count_behind(const struct daemon *daemon)
{
	return health_of(daemon).behind;
}

static int64_t count_requests(const struct daemon *daemon)
{
	return daemon->activity.requests;
}

static int64_t count_connections(const struct daemon *daemon)
{
	return (int64_t)server_connections(daemon->server);
}

static void metric_workers(struct exposition *out, const struct daemon *daemon)
{
	exposition_sample(out, (int64_t)pool_active(daemon->extract), "role",
		"extract", NULL);
	exposition_sample(out, (int64_t)pool_active(daemon->formats), "role",
		"format", NULL);
	exposition_sample(out, (int64_t)pool_active(daemon->mail), "role", "mail",
		NULL);
}

/* --- the store ---------------------------------------------------------------- */

static void metric_store(struct exposition *out, const struct daemon *daemon)
{
	static const struct { const char *word, *file; } files[] = {
		{"database", "pledged.db"}, {"log", "pledged.db-wal"},
	};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct text path;
		struct stat found;

		text_init(&path, 0);
		text_addf(&path, "%s/%s", daemon->settings->state_dir,
			files[i].file);
		if (stat(text_string(&path), &found) == 0)
			exposition_sample(out, (int64_t)found.st_size, "file",
				files[i].word, NULL);
		text_release(&path);
	}
}

static int64_t count_pending(const struct daemon *daemon)
{
	return (int64_t)store_pending(daemon->store);
}

static void metric_backup(struct exposition *out, const struct daemon *daemon)
{
	if (backup_last_good(daemon) != INSTANT_MIN)
		exposition_sample(out, backup_last_good(daemon), NULL);
}

/* --- what is watched -------------------------------------------------------------- */

static int64_t count_pledges(const struct daemon *daemon)
{
	return (int64_t)daemon->reg->pledge_count;
}

static void metric_milestones(struct exposition *out,
	const struct daemon *daemon)
{
	int64_t counts[STATUS_COUNT][SEVERITY_COUNT] = {{0}};

	for (uint32_t i = 0; i < daemon->reg->milestone_count; i++) {
		const struct milestone_state *state =
			engine_milestone(daemon->engine, i);

		if (state->since != INSTANT_MIN)
			counts[state->assessment.status]
				[daemon->reg->milestones[i].severity]++;
	}
	for (int status = 0; status < STATUS_COUNT; status++)
		for (int severity = 0; severity < SEVERITY_COUNT; severity++)
			exposition_sample(out, counts[status][severity], "status",
				status_name((enum status)status), "severity",
				severity_name((enum severity)severity), NULL);
}

static int64_t count_assessments(const struct daemon *daemon)
{
	return daemon->activity.effects[EFFECT_ASSESSMENT];
}

static void metric_events(struct exposition *out, const struct daemon *daemon)
{
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++)
		exposition_sample(out, daemon->activity.events[kind], "kind",
			event_kind_name((enum event_kind)kind), NULL);
}

/* --- sources ------------------------------------------------------------------------ */

static void metric_sources(struct exposition *out, const struct daemon *daemon)
{
	int64_t counts[FETCH_OUTCOME_COUNT] = {0}, never = 0;

	for (uint32_t i = 0; i < daemon->reg->source_count; i++) {
		const struct source_state *state = engine_source(daemon->engine, i);

		if (state->last_attempt == INSTANT_MIN)
			never++;
		else
			counts[state->outcome]++;
	}
	for (int outcome = 0; outcome < FETCH_OUTCOME_COUNT; outcome++)
		exposition_sample(out, counts[outcome], "outcome",
			fetch_outcome_name((enum fetch_outcome)outcome), NULL);
	exposition_sample(out, never, "outcome", "never_asked", NULL);
}

static uint32_t sources_listed(const struct daemon *daemon)
{
	return daemon->reg->source_count < SOURCES_LISTED ?
		(uint32_t)daemon->reg->source_count : SOURCES_LISTED;
}

static void metric_failures(struct exposition *out, const struct daemon *daemon)
{
	for (uint32_t i = 0; i < sources_listed(daemon); i++)
		exposition_sample(out, engine_source(daemon->engine, i)->failures,
			"source", daemon->reg->sources[i].id, NULL);
}

static void metric_success(struct exposition *out, const struct daemon *daemon)
{
	for (uint32_t i = 0; i < sources_listed(daemon); i++) {
		const struct source_state *state = engine_source(daemon->engine, i);

		if (state->last_success != INSTANT_MIN)
			exposition_sample(out, state->last_success, "source",
				daemon->reg->sources[i].id, NULL);
	}
}

static int64_t count_unlisted(const struct daemon *daemon)
{
	return (int64_t)daemon->reg->source_count - sources_listed(daemon);
}

static void metric_polls(struct exposition *out, const struct daemon *daemon)
{
	for (int outcome = 0; outcome < FETCH_OUTCOME_COUNT; outcome++)
		exposition_sample(out, daemon->activity.polls[outcome], "outcome",
			fetch_outcome_name((enum fetch_outcome)outcome), NULL);
}

static int64_t count_observations(const struct daemon *daemon)
{
	return daemon->activity.effects[EFFECT_OBSERVATION];
}

static int64_t count_documents(const struct daemon *daemon)
{
	return daemon->activity.effects[EFFECT_DOCUMENT];
}

/* --- what people are told --------------------------------------------------------------- */

static void metric_alerts(struct exposition *out, const struct daemon *daemon)
{
	int64_t counts[EVENT_CLASS_COUNT][SEVERITY_COUNT] = {{0}};

	for (size_t i = 0; i < engine_alert_count(daemon->engine); i++) {
		const struct alert *alert = engine_alert(daemon->engine, i);

		counts[event_class(alert->kind, alert->subject_kind)]
			[alert->severity]++;
	}
	for (int class = 0; class < EVENT_CLASS_COUNT; class++)
		for (int severity = 0; severity < SEVERITY_COUNT; severity++)
			exposition_sample(out, counts[class][severity], "class",
				event_class_name((enum event_class)class),
				"severity",
				severity_name((enum severity)severity), NULL);
}

static int64_t count_acknowledged(const struct daemon *daemon)
{
	return (int64_t)engine_alerts_acknowledged(daemon->engine);
}

static int64_t count_silences(const struct daemon *daemon)
{
	return (int64_t)engine_silence_count(daemon->engine);
}

static int64_t count_outbox(const struct daemon *daemon)
{
	return (int64_t)engine_outbox_pending(daemon->engine);
}

static int64_t count_notifications(const struct daemon *daemon)
{
	return daemon->activity.effects[EFFECT_NOTIFY];
}

static void metric_deliveries(struct exposition *out,
	const struct daemon *daemon)
{
	for (int state = 0; state < DELIVERY_STATE_COUNT; state++)
		exposition_sample(out, daemon->activity.deliveries[state], "state",
			delivery_state_name((enum delivery_state)state), NULL);
}

static void metric_channels(struct exposition *out, const struct daemon *daemon)
{
	const struct policy *policy = &daemon->settings->policy;
	bool failing[CHANNELS_MAX] = {false};

	for (size_t i = 0; i < engine_alert_count(daemon->engine); i++) {
		const struct alert *alert = engine_alert(daemon->engine, i);
		uint32_t channel = alert->kind != EVENT_DELIVERY_FAILED ?
			NOT_FOUND : policy_channel(policy, alert->subject);

		if (channel != NOT_FOUND)
			failing[channel] = true;
	}
	for (size_t i = 0; i < policy->channel_count; i++)
		exposition_sample(out, failing[i], "channel",
			policy->channels[i].id, NULL);
}

/* --- the process ------------------------------------------------------------------------- */

static int64_t milliseconds(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

static void metric_cpu(struct exposition *out, const struct daemon *daemon)
{
	struct rusage used;

	(void)daemon;
	if (getrusage(RUSAGE_SELF, &used) == 0)
		exposition_thousandths(out, milliseconds(used.ru_utime) +
			milliseconds(used.ru_stime), NULL);
}

static void metric_memory(struct exposition *out, const struct daemon *daemon)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long long size, resident;

	(void)daemon;
	if (file == NULL)
		return;
	if (fscanf(file, "%lld %lld", &size, &resident) == 2)
		exposition_sample(out, resident * sysconf(_SC_PAGESIZE), NULL);
	fclose(file);
}

static void metric_files(struct exposition *out, const struct daemon *daemon)
{
	DIR *dir = opendir("/proc/self/fd");
	int64_t count = -1;	/* its own is not counted */

	(void)daemon;
	if (dir == NULL)
		return;
	for (struct dirent *entry = readdir(dir); entry != NULL;
			entry = readdir(dir))
		count += entry->d_name[0] != '.';
	closedir(dir);
	exposition_sample(out, count, NULL);
}

static void metric_files_max(struct exposition *out, const struct daemon *daemon)
{
	struct rlimit limit;

	(void)daemon;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		exposition_sample(out, (int64_t)limit.rlim_cur, NULL);
}

static int64_t count_started(const struct daemon *daemon)
{
	return daemon->started;
}

/* --- the table ----------------------------------------------------------------------------- */

static const struct measured {
	struct metric metric;
	int64_t (*count)(const struct daemon *daemon);	/* one sample; NULL: … */
	void (*write)(struct exposition *out, const struct daemon *daemon);
} measured[] = {
	{{"pledged_build_info", METRIC_INFO, "", "Version of the daemon."},
		NULL, metric_version},
	{{"pledged_register_info", METRIC_INFO, "",
		"Digest of the register in force."}, NULL, metric_register},
	{{"pledged_register_loaded_timestamp_seconds", METRIC_GAUGE, "seconds",
		"When the register in force was read."}, count_loaded, NULL},
	{{"pledged_settling", METRIC_GAUGE, "",
		"Whether first polls are still awaited."}, count_settling, NULL},
	{{"pledged_healthy", METRIC_GAUGE, "", "What /healthz says."},
		count_healthy, NULL},
	{{"pledged_offline", METRIC_GAUGE, "",
		"Whether this machine reaches nobody."}, count_offline, NULL},
	{{"pledged_behind_seconds", METRIC_GAUGE, "seconds",
		"How long something has been due in vain."}, count_behind, NULL},
	{{"pledged_requests_total", METRIC_COUNTER, "",
		"HTTP requests since the start."}, count_requests, NULL},
	{{"pledged_connections", METRIC_GAUGE, "", "HTTP connections."},
		count_connections, NULL},
	{{"pledged_workers", METRIC_GAUGE, "", "Worker processes by role."},
		NULL, metric_workers},
	{{"pledged_store_bytes", METRIC_GAUGE, "bytes",
		"Size of the store and of its log."}, NULL, metric_store},
	{{"pledged_store_pending_batches", METRIC_GAUGE, "",
		"Batches on their way to the disk."}, count_pending, NULL},
	{{"pledged_backup_timestamp_seconds", METRIC_GAUGE, "seconds",
		"When the last backup since the start was ordered that was taken "
		"whole."}, NULL, metric_backup},
	{{"pledged_pledges", METRIC_GAUGE, "", "Pledges in the register."},
		count_pledges, NULL},
	{{"pledged_milestones", METRIC_GAUGE, "",
		"Milestones judged, by status and severity."}, NULL, metric_milestones},
	{{"pledged_assessments_total", METRIC_COUNTER, "",
		"Answers of milestones that were saved."}, count_assessments, NULL},
	{{"pledged_events_total", METRIC_COUNTER, "", "Events by kind."},
		NULL, metric_events},
	{{"pledged_sources", METRIC_GAUGE, "",
		"Sources by the outcome of their last poll."}, NULL, metric_sources},
	{{"pledged_source_failures", METRIC_GAUGE, "",
		"Polls of a source that failed in a row."}, NULL, metric_failures},
	{{"pledged_source_success_timestamp_seconds", METRIC_GAUGE, "seconds",
		"Last good poll of a source."}, NULL, metric_success},
	{{"pledged_sources_unlisted", METRIC_GAUGE, "",
		"Sources without samples of their own, being too many."},
		count_unlisted, NULL},
	{{"pledged_polls_total", METRIC_COUNTER, "",
		"Polls that have ended, by outcome."}, NULL, metric_polls},
	{{"pledged_observations_total", METRIC_COUNTER, "",
		"Figures that were taken in."}, count_observations, NULL},
	{{"pledged_documents_total", METRIC_COUNTER, "",
		"Documents that were taken in."}, count_documents, NULL},
	{{"pledged_alerts", METRIC_GAUGE, "",
		"Open alerts by class and severity."}, NULL, metric_alerts},
	{{"pledged_alerts_acknowledged", METRIC_GAUGE, "",
		"Open alerts that somebody has in hand."}, count_acknowledged, NULL},
	{{"pledged_silences", METRIC_GAUGE, "", "Silences that are not over."},
		count_silences, NULL},
	{{"pledged_outbox", METRIC_GAUGE, "",
		"Notifications on their way to a channel."}, count_outbox, NULL},
	{{"pledged_notifications_total", METRIC_COUNTER, "",
		"Notifications that were made."}, count_notifications, NULL},
	{{"pledged_deliveries_total", METRIC_COUNTER, "",
		"Attempts at deliveries and orders about them, by where they left "
		"the notification."}, NULL, metric_deliveries},
	{{"pledged_channel_failing", METRIC_GAUGE, "",
		"Whether messages to a channel cannot be delivered."},
		NULL, metric_channels},
	{{"process_cpu_seconds_total", METRIC_COUNTER, "seconds",
		"Processor time of the daemon without its workers."}, NULL, metric_cpu},
	{{"process_resident_memory_bytes", METRIC_GAUGE, "bytes",
		"Memory of the daemon without its workers."}, NULL, metric_memory},
	{{"process_open_fds", METRIC_GAUGE, "", "Open descriptors."},
		NULL, metric_files},
	{{"process_max_fds", METRIC_GAUGE, "",
		"Descriptors that may be open."}, NULL, metric_files_max},
	{{"process_start_time_seconds", METRIC_GAUGE, "seconds",
		"When the daemon started."}, count_started, NULL},
};

void get_metrics(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const char *const headers[] = {"Vary: Accept", NULL};
	const char *accept = server_request_header(request, "Accept");
	struct text body;
	struct exposition out = {.out = &body, .open = accept != NULL &&
		accept_quality(accept, "application/openmetrics-text") >
		accept_quality(accept, "text/plain")};

	(void)rest;
	text_init(&body, 0);
	for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
		const struct measured *row = &measured[i];

		exposition_metric(&out, &row->metric);
		if (row->count != NULL)
			exposition_sample(&out, row->count(daemon), NULL);
		else
			row->write(&out, daemon);
	}
	exposition_end(&out);
	server_reply(request, 200, exposition_type(&out), headers, &body);
}
