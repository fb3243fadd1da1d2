/*
 * reload: clone, check, swap, free. A helper thread reads the files into a new
 * set of settings and a new register; the loop swaps them in when they are
 * faultless. A faulty file changes nothing and is reported whole.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/configuration.h"
#include "pledged/daemon.h"
#include "pledged/heartbeat.h"
#include "pledged/retention.h"

#define RELOAD_REFUSED	"; the last reload was refused, the log says why"

struct asker {
	reload_fn *fn;
	void *context;
};

struct askers {
	struct asker *items;
	size_t count, capacity;
};

struct reload {
	struct daemon *daemon;
	pthread_t thread;
	struct configuration found;	/* by the thread … */
	struct access_ *access;		/* … as looking up users may block */
	struct askers askers;
	/* Asked for once more while it ran: what it has read by then may be old,
	   so that these are answered after another round. */
	bool again;
	struct askers later;
};

static void reload_begin(struct daemon *daemon, struct reload *reload);

static void reload_free(struct reload *reload)
{
	configuration_release(&reload->found);
	access_free(reload->access);
	free(reload->askers.items);
	free(reload->later.items);
	free(reload);
}

static void askers_add(struct askers *askers, reload_fn *fn, void *context)
{
	askers->items = mem_grow(askers->items, askers->count, &askers->capacity,
		sizeof *askers->items);
	askers->items[askers->count++] = (struct asker){fn, context};
}

static void askers_answer(struct askers *askers, bool done, const char *report)
{
	for (size_t i = 0; i < askers->count; i++)
		askers->items[i].fn(askers->items[i].context, done, report);
	askers->count = 0;
}

/* --- the old ones go in a thread of their own ------------------------------ */

struct leftovers {
	struct settings *settings;
	struct register_ *reg;
};

static void *leftovers_free(void *context)
{
	struct leftovers *leftovers = context;

	register_free(leftovers->reg);
	settings_free(leftovers->settings);
	free(leftovers);
	return NULL;
}

static void leftovers_leave(struct settings *settings, struct register_ *reg)
{
	struct leftovers *leftovers = mem_new(1, sizeof *leftovers);
	pthread_t thread;

	*leftovers = (struct leftovers){settings, reg};
	if (pthread_create(&thread, NULL, leftovers_free, leftovers) == 0)
		pthread_detach(thread);
	else
		leftovers_free(leftovers);
}

/* --- the swap ----------------------------------------------------------------- */

static void warn_fixed(const char *key, const char *old, const char *new)
{
	if (!string_is(old, new))
		log_warning("%s has changed: it takes effect at the next start", key);
}

static void reload_swap(struct daemon *daemon, struct reload *reload)
{
	struct configuration *new = &reload->found;
	struct settings *old_settings = daemon->settings;
	struct register_ *old_reg = daemon->reg;

	warn_fixed("state_dir", old_settings->state_dir,
		new->settings->state_dir);
	warn_fixed("admin.socket", old_settings->admin.socket,
		new->settings->admin.socket);
	warn_fixed("web.listen", old_settings->web.listen,
		new->settings->web.listen);
	warn_fixed("polling.user_agent", old_settings->polling.user_agent,
		new->settings->polling.user_agent);
	if (old_settings->polling.concurrency != new->settings->polling.concurrency ||
		old_settings->polling.per_host != new->settings->polling.per_host ||
		old_settings->workers.max != new->settings->workers.max ||
		old_settings->workers.memory != new->settings->workers.memory ||
		old_settings->workers.cpu != new->settings->workers.cpu)
		log_warning("polling.concurrency, polling.per_host or workers has "
			"changed: it takes effect at the next start");
	daemon->settings = new->settings;
	daemon->reg = new->reg;
	new->settings = NULL;
	new->reg = NULL;
	access_free(daemon->access);
	daemon->access = reload->access;
	reload->access = NULL;
	struct engine_settings settings = daemon_engine_settings(daemon);

	engine_reload(daemon->engine, daemon->reg, &settings,
		loop_now(daemon->loop), &daemon->effects);
	daemon_absorb(daemon, NULL);
	polling_reloaded(daemon);
	actions_reloaded(daemon);
	if (daemon->settled)
		retention_renew(daemon->retention);
	heartbeat_renew(daemon->heartbeat);
	daemon->reloaded = loop_now(daemon->loop);
	leftovers_leave(old_settings, old_reg);
}

static void reload_log_faults(const struct text *report)
{
	const char *line = text_string(report);

	while (*line != '\0') {
		size_t length = strcspn(line, "\n");

		log_error("%.*s", (int)length, line);
		line += length;
		line += *line == '\n';
	}
}

static void reload_again(struct daemon *daemon, struct reload *reload)
{
	struct askers answered = reload->askers;

	reload->again = false;
	reload->askers = reload->later;
	reload->later = answered;
	configuration_release(&reload->found);
	reload_begin(daemon, reload);
}

static void reload_finished(void *context)
{
	struct reload *reload = context;
	struct daemon *daemon = reload->daemon;
	struct text report;

	if (!daemon_is_whole(daemon)) {
		loop_post(daemon->loop, reload_finished, reload);
		return;
	}
	pthread_join(reload->thread, NULL);
	text_init(&report, 0);
	faults_print(&reload->found.faults, &report);
	if (reload->found.reg != NULL && !daemon->stopping) {
		reload_swap(daemon, reload);
		daemon_tell_register(daemon, "reloaded:");
		daemon_tell_ready(daemon, "");
		askers_answer(&reload->askers, true, text_string(&report));
	} else {
		reload_log_faults(&report);
		log_error("not reloaded: the configuration in force stays");
		daemon_tell_ready(daemon, RELOAD_REFUSED);
		askers_answer(&reload->askers, false, text_string(&report));
	}
	text_release(&report);
	if (reload->again && !daemon->stopping) {
		reload_again(daemon, reload);
		return;
	}
	askers_answer(&reload->later, false, "pledged is stopping\n");
	daemon->reload = NULL;
	reload_free(reload);
}

/* --- the thread ------------------------------------------------------------------ */

static void *reload_work(void *context)
{
	struct reload *reload = context;

	configuration_read(&reload->found, reload->daemon->conf_path, CONF_DAEMON);
	if (reload->found.reg != NULL)
		reload->access = access_new(reload->found.settings);
	loop_post(reload->daemon->loop, reload_finished, reload);
	return NULL;
}

static void reload_begin(struct daemon *daemon, struct reload *reload)
{
	memset(&reload->found, 0, sizeof reload->found);
	access_free(reload->access);
	reload->access = NULL;
	notify_reloading();
	if (pthread_create(&reload->thread, NULL, reload_work, reload) == 0)
		return;
	log_error("not reloaded: no thread can be started now");
	askers_answer(&reload->askers, false,
		"no thread can be started now, try again\n");
	daemon->reload = NULL;
	daemon_tell_ready(daemon, RELOAD_REFUSED);
	reload_free(reload);
}

void reload_start(struct daemon *daemon, reload_fn *fn, void *context)
{
	struct reload *reload = daemon->reload;
	bool running = reload != NULL;

	if (!running) {
		reload = mem_new(1, sizeof *reload);
		reload->daemon = daemon;
		daemon->reload = reload;
	}
	if (fn != NULL)
		askers_add(running ? &reload->later : &reload->askers, fn, context);
	if (running)
		reload->again = true;
	else
		reload_begin(daemon, reload);
}

/* At the end: the thread is waited for, what it found is dropped. */
void reload_stop(struct daemon *daemon)
{
	struct reload *reload = daemon->reload;

	if (reload == NULL)
		return;
	pthread_join(reload->thread, NULL);
	askers_answer(&reload->askers, false, "pledged is stopping\n");
	askers_answer(&reload->later, false, "pledged is stopping\n");
	reload_free(reload);
	daemon->reload = NULL;
}
