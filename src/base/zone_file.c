/* zone_file: see zone_file.h. */
#include "base/zone_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define ZONE_NAME_MAX 64
#define ZONE_FILE_MAX ((size_t)256 << 10)

/* "Area/Place": letters, digits and _ + - between slashes; so no name leads
   out of the folder. */
static bool zone_name_is_valid(const char *name)
{
	bool between = true;	/* at the start of a part */

	if (strlen(name) > ZONE_NAME_MAX)
		return false;
	for (; *name != '\0'; name++) {
		bool letter = (*name >= 'a' && *name <= 'z') ||
			(*name >= 'A' && *name <= 'Z') ||
			(*name >= '0' && *name <= '9') ||
			*name == '_' || *name == '+' || *name == '-';

		if (!letter && (*name != '/' || between))
			return false;
		between = *name == '/';
	}
	return !between;
}

/* All of an open file. NULL, or why there is none. */
static const char *zone_bytes(int fd, struct text *bytes)
{
	struct stat status;
	char piece[4096];
	ssize_t count;

	if (fd < 0 || fstat(fd, &status) != 0)
		return strerror(errno);
	if (!S_ISREG(status.st_mode))
		return "is not a regular file";
	while ((count = read(fd, piece, sizeof piece)) != 0) {
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return strerror(errno);
		text_add(bytes, piece, (size_t)count);
		if (bytes->cut)
			return "is larger than 256 KiB";
	}
	return NULL;
}

struct zone *zone_file_read(const char *path, const char *name,
	struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct zone *zone = NULL;
	struct text bytes;

	text_init(&bytes, ZONE_FILE_MAX);
	const char *why = zone_bytes(fd, &bytes);

	if (why == NULL)
		zone = zone_new(name, text_string(&bytes), bytes.length, error);
	else
		error_set(error, ERROR_SYSTEM, "there is no time zone \"%s\" (%s: "
			"%s)", name, path, why);
	text_release(&bytes);
	if (fd >= 0)
		close(fd);
	return zone;
}

struct zone *zone_named(const char *name, struct error *error)
{
	const char *folder = secure_getenv("TZDIR");
	struct text path;

	if (!zone_name_is_valid(name)) {
		error_set(error, ERROR_INPUT, "\"%s\" is no name of a time "
			"zone, such as \"Europe/Berlin\"", name);
		return NULL;
	}
	text_init(&path, 0);
	text_addf(&path, "%s/%s", folder != NULL && folder[0] == '/' ?
		folder : ZONE_FOLDER, name);
	struct zone *zone = zone_file_read(text_string(&path), name, error);

	text_release(&path);
	return zone;
}
