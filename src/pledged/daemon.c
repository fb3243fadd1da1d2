/* daemon: start, the turns of the loop, stop. See daemon.h. */
#include "pledged/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "base/log.h"
#include "net/listen.h"
#include "pledged/asking.h"
#include "pledged/backup.h"
#include "pledged/channel_health.h"
#include "pledged/checkup.h"
#include "pledged/configuration.h"
#include "pledged/health.h"
#include "pledged/heartbeat.h"
#include "pledged/job.h"
#include "pledged/making.h"
#include "pledged/parcel.h"
#include "pledged/paths.h"
#include "pledged/retention.h"
#include "pledged/verification.h"

/* --- turns ---------------------------------------------------------------- */

static bool daemon_is_behind(const struct daemon *daemon)
{
	return store_pending(daemon->store) > BATCHES_PENDING_MAX;
}

/* Judging waits while the disk is behind, so that nothing piles up, and while
   rows are written down. */
static void daemon_advance(void *context)
{
	struct daemon *daemon = context;
	instant now = loop_now(daemon->loop);

	if (daemon->stopping || daemon_is_behind(daemon) ||
		daemon_is_absorbing(daemon))
		return;
	if (engine_next(daemon->engine) > now)
		return;
	engine_advance(daemon->engine, now, JUDGEMENTS_PER_TURN, &daemon->effects);
	daemon_absorb(daemon, NULL);
}

static void daemon_turn_end(void *context)
{
	struct daemon *daemon = context;

	daemon_advance(daemon);
	if (!daemon->settled && !engine_is_settling(daemon->engine)) {
		daemon->settled = true;
		retention_renew(daemon->retention);
	}
	health_note(daemon);
	daemon_commit(daemon);
	/* While the disk is behind, its next report is what wakes us. */
	loop_wake_at(daemon->loop, daemon_is_behind(daemon) ? INSTANT_MAX
		: engine_next(daemon->engine));
}

static void daemon_on_jump(void *context)
{
	struct daemon *daemon = context;
	instant now = loop_now(daemon->loop);

	if (daemon->stopping)
		return;
	log_notice("the clock has been set: plans are made anew");
	engine_replan(daemon->engine, now, &daemon->effects);
	daemon_absorb(daemon, NULL);
	instant as_of = engine_as_of(daemon->engine, now);
	if (as_of > now)
		log_warning("the clock is %lld s behind what was judged last: "
			"milestones are judged as of then until it has caught up",
			(long long)(as_of - now));
}

static void daemon_collect(void *context)
{
	struct daemon *daemon = context;

	store_collect(daemon->store);
	listeners_wake(daemon);
}

void daemon_stop(struct daemon *daemon, int exit_status)
{
	if (daemon->stopping)
		return;
	daemon->stopping = true;
	daemon->exit_status = exit_status;
	notify_stopping();
	loop_stop(daemon->loop);
}

/* --- signals and the service manager ---------------------------------------- */

static void daemon_on_stop(void *context)
{
	log_notice("stopping");
	daemon_stop(context, 0);
}

static void daemon_on_reload(void *context)
{
	reload_start(context, NULL, NULL);
}

/* A sign of life is only given by a loop that turns over a store that saves. */
static void daemon_on_alive(void *context)
{
	struct daemon *daemon = context;

	if (store_failure(daemon->store)[0] == '\0')
		notify_alive();
}

static void daemon_listen_signals(struct daemon *daemon)
{
	int64_t interval = notify_interval();

	signal(SIGPIPE, SIG_IGN);
	loop_on_signal(daemon->loop, SIGTERM, daemon_on_stop, daemon);
	loop_on_signal(daemon->loop, SIGINT, daemon_on_stop, daemon);
	loop_on_signal(daemon->loop, SIGHUP, daemon_on_reload, daemon);
	if (interval > 0)
		loop_every(daemon->loop, interval, daemon_on_alive, daemon);
}

/* --- start -------------------------------------------------------------------- */

static int daemon_read_files(struct daemon *daemon)
{
	struct configuration configuration;

	configuration_read(&configuration, daemon->conf_path, CONF_DAEMON);
	configuration_tell(&configuration);
	daemon->settings = configuration.settings;
	daemon->reg = configuration.reg;
	faults_release(&configuration.faults);
	if (daemon->reg != NULL)
		return 0;
	log_error("not started: the configuration has faults");
	return EX_CONFIG;
}

static int daemon_open_store(struct daemon *daemon)
{
	struct error error;

	if (daemon->settings->state_dir == NULL) {
		log_error("%s: state_dir is not set, and neither is "
			"STATE_DIRECTORY: say where the register's history is kept",
			daemon->conf_path);
		return EX_CONFIG;
	}
	daemon->store = store_open(daemon->settings->state_dir, &error);
	if (daemon->store != NULL) {
		daemon->history = history_new(store_load_series, daemon->store);
		history_load_by(daemon->history, &store_loads);
		return 0;
	}
	log_error("%s", error.text);
	return daemon_store_fault(&error);
}

static int daemon_open_workers(struct daemon *daemon)
{
	char *program = paths_worker();

	if (program == NULL)
		return EX_UNAVAILABLE;
	daemon->extract = extract_pool_open(daemon->loop, daemon->settings,
		program);
	daemon->formats = extract_pool_open(daemon->loop, daemon->settings,
		program);
	daemon->mail = pool_new(daemon->loop, &(struct pool_settings){
		.program = program,
		.role = "mail",
		.max = MAILS_UNDER_WAY_MAX,
	});
	daemon->parcels = parcels_new();
	daemon->fetcher = fetcher_open(daemon->loop, daemon->settings);
	daemon->asker = asker_new(daemon->loop, daemon->fetcher, daemon->extract);
	daemon->sender = fetcher_new(daemon->loop, &(struct fetch_limits){
		.concurrency = SENDINGS_MAX,
		.per_host = SENDINGS_MAX,
		.user_agent = daemon->settings->polling.user_agent,
	});
	free(program);
	return 0;
}

/* A socket that the service manager handed over, and which of ours it stands in
   for: a TCP one is never the administrators', whatever its name. */
static int daemon_adopt(struct daemon *daemon, int index, bool *have_admin,
	bool *have_web, struct error *error)
{
	const char *name;
	int fd = notify_socket(index, &name);

	if (server_listen_fd(daemon->server, fd, error) < 0)
		return -1;
	if (string_is(name, "web") || !socket_is_unix(fd))
		*have_web = true;
	else
		*have_admin = true;
	return 0;
}

/* Sockets by name from the service manager; those it did not hand over are
   opened here. */
static int daemon_listen(struct daemon *daemon)
{
	const struct settings *settings = daemon->settings;
	bool have_admin = false, have_web = false;
	int handed = notify_sockets();
	struct error error;

	daemon->server = server_new(daemon->loop, api_handle, daemon);
	for (int i = 0; i < handed; i++)
		if (daemon_adopt(daemon, i, &have_admin, &have_web, &error) < 0)
			goto refused;
	if (!have_admin && settings->admin.socket != NULL &&
		server_listen_unix(daemon->server, settings->admin.socket,
			settings->admin.mode, settings->admin.group, &error) < 0)
		goto refused;
	if (!have_web && settings->web.listen != NULL &&
		server_listen_tcp(daemon->server, settings->web.listen, &error) < 0)
		goto refused;
	return 0;

refused:
	log_error("%s", error.text);
	return error.kind == ERROR_DENIED ? EX_NOPERM : EX_UNAVAILABLE;
}

/* Room for the sockets of all transfers beside our own files. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
		limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int daemon_open(struct daemon *daemon)
{
	int status;

	raise_file_limit();
	status = daemon_read_files(daemon);
	if (status != 0)
		return status;
	daemon->loop = loop_new();
	daemon->started = daemon->reloaded = loop_now(daemon->loop);
	daemon->checking = runner_new(daemon->loop);
	daemon->reading = runner_new(daemon->loop);
	status = daemon_open_store(daemon);
	if (status != 0)
		return status;
	daemon->retention = retention_new(daemon);
	daemon->channels_health = channel_health_new(daemon->store);
	if (store_was_unclean(daemon->store)) {
		log_notice("the last process was not stopped in good order: "
			"going on from what was saved");
		daemon->checkup = checkup_new(daemon);
	}
	daemon->access = access_new(daemon->settings);
	status = daemon_restore(daemon);
	if (status == 0)
		status = daemon_open_workers(daemon);
	if (status == 0)
		status = daemon_listen(daemon);
	return status;
}

static void daemon_add_register(const struct daemon *daemon, struct text *text)
{
	text_add_count(text, daemon->reg->milestone_count, "milestone");
	text_add_string(text, " of ");
	text_add_count(text, daemon->reg->pledge_count, "pledge");
	text_add_string(text, " by ");
	text_add_count(text, daemon->reg->source_count, "source");
}

void daemon_tell_register(const struct daemon *daemon, const char *doing)
{
	struct text text;

	text_init(&text, 0);
	daemon_add_register(daemon, &text);
	log_notice("%s %s", doing, text_string(&text));
	text_release(&text);
}

void daemon_tell_ready(const struct daemon *daemon, const char *more)
{
	struct text text;

	text_init(&text, 0);
	text_add_string(&text, "watching ");
	daemon_add_register(daemon, &text);
	text_add_string(&text, more);
	notify_ready(text_string(&text));
	text_release(&text);
}

static void daemon_go(struct daemon *daemon)
{
	daemon->turn = turn_new(daemon);
	loop_watch_fd(daemon->loop, store_fd(daemon->store), daemon_collect, daemon);
	loop_on_wake(daemon->loop, daemon_advance, daemon);
	loop_on_jump(daemon->loop, daemon_on_jump, daemon);
	loop_on_turn_end(daemon->loop, daemon_turn_end, daemon);
	daemon_listen_signals(daemon);
	engine_start(daemon->engine, loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, NULL);
	daemon_turn_end(daemon);
	daemon_tell_ready(daemon, "");
	daemon_tell_register(daemon, "watching");
	daemon->heartbeat = heartbeat_new(daemon);
	loop_run(daemon->loop);
}

/* --- stop ------------------------------------------------------------------------ */

static void daemon_close(struct daemon *daemon)
{
	/* Whoever waits for a reload, a job or a commit is answered first. */
	reload_stop(daemon);
	reports_stop(daemon);
	channel_health_stop(daemon);
	runner_stop(daemon->checking);
	runner_stop(daemon->reading);
	makings_stop(daemon);
	if (daemon->turn != NULL)
		daemon_commit(daemon);
	store_close(daemon->store);
	server_free(daemon->server);
	heartbeat_free(daemon->heartbeat);
	fetcher_free(daemon->fetcher);
	fetcher_free(daemon->sender);
	pool_free(daemon->extract);
	asker_free(daemon->asker);
	pool_free(daemon->mail);
	pool_free(daemon->formats);
	actions_stop(daemon);
	polling_stop(daemon);
	delivery_stop(daemon);
	parcels_free(daemon->parcels);
	turn_free(daemon->turn);
	engine_free(daemon->engine);
	history_free(daemon->history);
	effects_release(&daemon->effects);
	verification_free(daemon->verification);
	backup_free(daemon->backup);
	retention_free(daemon->retention);
	channel_health_free(daemon->channels_health);
	checkup_free(daemon->checkup);
	access_free(daemon->access);
	runner_free(daemon->checking);
	runner_free(daemon->reading);
	register_free(daemon->reg);
	settings_free(daemon->settings);
	loop_free(daemon->loop);
}

int daemon_run(const char *conf_path)
{
	struct daemon daemon = {.conf_path = conf_path, .due_since = -1};

	effects_init(&daemon.effects);
	daemon.exit_status = daemon_open(&daemon);
	if (daemon.exit_status == 0)
		daemon_go(&daemon);
	daemon_close(&daemon);
	return daemon.exit_status;
}
