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

#ifndef PKGDATADIR
#define PKGDATADIR "/usr/share/pledged"
#endif

/* Beside the program (a build tree), then where a moved install has them, then
   where the install puts them. */
static const char *const worker_places[] = {
	"pledged-worker",
	"../libexec/pledged/pledged-worker",
	PKGLIBEXECDIR "/pledged-worker",
	NULL,
};
static const char *const presets_places[] = {
	"presets",
	"../share/pledged/presets",
	PKGDATADIR "/presets",
	NULL,
};
static const char *const formats_places[] = {
	"formats",
	"../share/pledged/formats",
	PKGDATADIR "/formats",
	NULL,
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

/* The first of the places that can be used in that way; free() it. */
static char *place_find(const char *const *places, int way)
{
	char folder[PATH_MAX];
	bool known = program_folder(folder);
	struct text path;

	text_init(&path, 2 * PATH_MAX);
	for (; *places != NULL; places++) {
		text_clear(&path);
		if (**places == '/')
			text_add_string(&path, *places);
		else if (known)
			text_addf(&path, "%s/%s", folder, *places);
		else
			continue;
		if (access(text_string(&path), way) == 0)
			return text_take(&path);
	}
	text_release(&path);
	return NULL;
}

char *paths_worker(void)
{
	char *path = place_find(worker_places, X_OK);

	if (path == NULL)
		log_error("pledged-worker is neither beside this program nor in "
			"%s: install pledged completely", PKGLIBEXECDIR);
	return path;
}

const char *paths_presets(void)
{
	static char *path;

	if (path == NULL)
		path = place_find(presets_places, R_OK | X_OK);
	return path;
}

const char *paths_formats(void)
{
	static char *path;

	if (path == NULL)
		path = place_find(formats_places, R_OK | X_OK);
	return path;
}
