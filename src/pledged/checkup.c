/* checkup: see checkup.h. */
#include "pledged/checkup.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/job.h"

enum finding { FINDING_NONE, FINDING_SOUND, FINDING_DAMAGED, FINDING_UNKNOWN };

struct checkup {
	char *dir;
	int checked;		/* what store_check returned */
	enum finding finding;	/* NONE: it runs */
	struct error error;
};

static bool checkup_progress(void *context, const char *table, int64_t done,
	int64_t total)
{
	(void)table;
	job_tell(context, "checking the store", done, total);
	return !job_is_cancelled(context);
}

static void checkup_work(struct job *job, void *context)
{
	struct checkup *checkup = context;

	checkup->checked = store_check(checkup->dir, checkup_progress, job,
		&checkup->error);
}

static void checkup_done(void *context, bool cancelled)
{
	struct checkup *checkup = context;

	if (cancelled || checkup->checked > 0) {
		checkup->finding = FINDING_UNKNOWN;
		error_set(&checkup->error, ERROR_SYSTEM, "it was broken off");
	} else if (checkup->checked < 0) {
		checkup->finding = FINDING_DAMAGED;
		log_error("the store is damaged: %s: stop pledged and bring back a "
			"backup", checkup->error.text);
	} else {
		checkup->finding = FINDING_SOUND;
		log_notice("the store is sound");
	}
}

struct checkup *checkup_new(struct daemon *daemon)
{
	struct checkup *checkup = mem_new(1, sizeof *checkup);

	checkup->dir = mem_string(daemon->settings->state_dir);
	if (job_start(daemon->checking, checkup_work, checkup_done,
	    checkup) == NULL) {
		checkup->finding = FINDING_UNKNOWN;
		error_set(&checkup->error, ERROR_SYSTEM, "no thread can be had for "
			"it");
	}
	return checkup;
}

void checkup_free(struct checkup *checkup)
{
	if (checkup == NULL)
		return;
	free(checkup->dir);
	free(checkup);
}

void checkup_view(const struct checkup *checkup, struct json *json)
{
	static const char *const words[] = {
		[FINDING_NONE] = "running", [FINDING_SOUND] = "sound",
		[FINDING_DAMAGED] = "damaged", [FINDING_UNKNOWN] = "unknown",
	};
	bool faulty = checkup != NULL && checkup->finding >= FINDING_DAMAGED;

	json_object(json);
	json_put_string(json, "check", checkup == NULL ? "not_needed" :
		words[checkup->finding]);
	json_put_string(json, "fault", faulty ? checkup->error.text : NULL);
	json_object_end(json);
}
