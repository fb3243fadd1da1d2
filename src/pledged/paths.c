/* paths: see paths.h. */
#include "pledged/paths.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

#ifndef PKGLIBEXECDIR
#define PKGLIBEXECDIR "/usr/libexec/pledged"
#endif

/* Beside the program (a build tree), then where the install puts it. */
static const char *const worker_places[] = {
	"pledged-worker",
	"../libexec/pledged/pledged-worker",
};

/* The folder of the running program, without a slash at its end. */
static bool program_folder(char folder[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);

	if (length <= 0)
		return false;
	folder[length] = '\0';
	char *slash = strrchr(folder, '/');

	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

char *paths_worker(void)
{
	char folder[PATH_MAX];
	struct text path;

	text_init(&path, 2 * PATH_MAX);
	if (program_folder(folder)) {
		for (size_t i = 0; i < sizeof worker_places / sizeof *worker_places; i++) {
			text_clear(&path);
			text_addf(&path, "%s/%s", folder, worker_places[i]);
			if (access(text_string(&path), X_OK) == 0)
				return text_take(&path);
		}
	}
	text_clear(&path);
	text_add_string(&path, PKGLIBEXECDIR "/pledged-worker");
	if (access(text_string(&path), X_OK) == 0)
		return text_take(&path);
	text_release(&path);
	log_error("pledged-worker is neither beside this program nor in %s: "
		"install pledged completely", PKGLIBEXECDIR);
	return NULL;
}
