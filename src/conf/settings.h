/*
 * settings: pledged.conf, read and checked whole.
 *
 * Every fault of the file is found and reported together, each with file and
 * line; an unknown key names the nearest known one. Keys are rows of one table
 * (settings_keys), from which the check, the defaults and the manual's list
 * come. Secrets come from *_file settings, must not be readable by others,
 * and stand in no output.
 */
#ifndef PLEDGED_CONF_SETTINGS_H
#define PLEDGED_CONF_SETTINGS_H

#include "base/arena.h"
#include "base/error.h"
#include "core/engine.h"
#include "core/route.h"

enum conf_purpose {
	CONF_OFFLINE,	/* assess, replay, check: secrets are not opened,
			   state_dir and admin may be absent */
	CONF_FETCH,	/* the same, but sources are asked over the network:
			   their secrets are opened, those of channels are not */
	CONF_DAEMON	/* run */
};

struct settings {
	struct arena *arena;
	const char *file;		/* as opened, absolute */
	enum conf_purpose purpose;	/* for which it was read */
	const char *state_dir;		/* NULL: $STATE_DIRECTORY, else none */
	const char **registers;		/* files and folders, absolute */
	size_t register_count;
	const char *zone_id;
	const struct zone *zone;	/* owned by the zone table, see zones.h */
	enum first_sight first_sight;

	struct {
		const char *socket;	/* NULL: none */
		unsigned mode;		/* 0660 */
		const char *group;	/* NULL: as it comes */
		const char **admins;	/* "user", "@group" */
		size_t admin_count;
	} admin;
	struct {
		const char *listen;	/* "127.0.0.1:8470"; NULL: no TCP at all */
	} web;
	struct {
		int concurrency;	/* transfers at once */
		int per_host;
		int64_t every, min_every, timeout;	/* seconds */
		int64_t spacing;	/* milliseconds between the starts of
					   requests to one host */
		int64_t max_body;	/* bytes */
		struct duration retention;	/* of sources that say none;
						   0: for ever */
		const char *user_agent;
		bool allow_private;
	} polling;
	struct {
		int max;		/* extract workers at once */
		int64_t memory;		/* bytes each */
		int64_t cpu;		/* seconds a request */
		int64_t timeout;	/* wall-clock seconds a request */
	} workers;

	struct {			/* seconds */
		int64_t acknowledge_for, acknowledge_most;
		int64_t silence_for, silence_most;
	} alerts;
	struct {
		const char *url;	/* NULL: none */
		int64_t every;		/* seconds */
	} heartbeat;

	struct policy policy;
	struct digest digest;		/* of the file's bytes */
};

/*
 * Reads the file. NULL when there were errors (in faults); those of the
 * register are then added, so that one run tells everything.
 */
struct settings *settings_load(const char *path, enum conf_purpose purpose,
	struct faults *faults);
/* Those of a file that says nothing, for whoever needs no pledged.conf; without
   register files. path: what relative names are relative to stands there. */
struct settings *settings_default(const char *path);
void settings_free(struct settings *settings); /* wipes the secrets */

/* One row a setting, for the manual and the guard that every one is
   documented. Ends with a NULL path. */
struct settings_key {
	const char *path;	/* "polling.every", "channels[].type" */
	const char *type;	/* "duration", "size", "string", … */
	const char *fallback;	/* the default, as one would write it */
};
const struct settings_key *settings_keys(void);
/* The same for register files: "pledges[].milestones[].due", … */
const struct settings_key *register_keys(void);
/* The same for test files, without the lists of a register they may hold. */
const struct settings_key *test_file_keys(void);
/* The same for the mappings of pledged import. */
const struct settings_key *import_mapping_keys(void);

#endif
