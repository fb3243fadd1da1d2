/* part: see part.h. */
#include "pledgectl/part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "pledgectl/client.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* The second time it ends the program at once. */
static void catch_interrupts(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_interrupt,
		.sa_flags = SA_RESETHAND};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
}

bool part_is_interrupted(void)
{
	return interrupted != 0;
}

static int tell_fault(const char *what, const char *name, int number)
{
	fprintf(stderr, "pledgectl: cannot %s %s: %s\n", what, name,
		strerror(number));
	return CTL_FAILED;
}

/* As a file is made that nobody has said anything about. */
static mode_t mode_usual(mode_t mode)
{
	mode_t mask = umask(0);

	umask(mask);
	return mode & ~mask;
}

/* --- a file ----------------------------------------------------------------------- */

/* A device, a pipe or a folder that has the name would be put aside for the file,
   /dev/null too. A link is: what it leads to is somebody else's choice. */
static bool name_is_of_file(const char *name)
{
	struct stat found;

	if (stat(name, &found) < 0 || S_ISREG(found.st_mode))
		return true;
	fprintf(stderr, "pledgectl: %s is no file: name one, or - for standard "
		"output\n", name);
	return false;
}

int part_open(struct part *part, const char *name, mode_t mode)
{
	struct text path;

	*part = (struct part){.name = name, .fd = STDOUT_FILENO};
	catch_interrupts();
	if (string_is(name, "-"))
		return CTL_DONE;
	if (!name_is_of_file(name))
		return CTL_FAILED;
	text_init(&path, 0);
	text_addf(&path, "%s.XXXXXX", name);
	part->path = text_take(&path);
	part->fd = mkostemp(part->path, O_CLOEXEC);
	if (part->fd >= 0 && fchmod(part->fd, mode_usual(mode)) == 0)
		return CTL_DONE;
	tell_fault("create", name, errno);
	if (part->fd >= 0)
		unlink(part->path);
	free(part->path);
	part->path = NULL;
	return CTL_FAILED;
}

bool part_take(void *context, const char *bytes, size_t length)
{
	struct part *part = context;

	part->bytes += (long long)length;
	while (length > 0 && !interrupted) {
		ssize_t written = write(part->fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			part->fault = errno;
			return false;
		}
		bytes += written;
		length -= (size_t)written;
	}
	return !interrupted;
}

/* What has been given its name keeps it if the machine stops. */
static int sync_folder_of(const char *name)
{
	char *copy = mem_string(name);
	int dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = dir < 0 ? -1 : fsync(dir);

	if (dir >= 0)
		close(dir);
	free(copy);
	return result;
}

bool part_is_good(const struct part *part)
{
	return interrupted == 0 && part->fault == 0;
}

static int part_judge(const struct part *part, int status)
{
	if (interrupted) {
		fputs("pledgectl: broken off: nothing was kept\n", stderr);
		return CTL_FAILED;
	}
	if (part->fault != 0)
		return tell_fault("write", part->name, part->fault);
	return status;
}

int part_end(struct part *part, int status)
{
	status = part_judge(part, status);
	if (part->path == NULL)
		return status;
	if (status == CTL_DONE && (fsync(part->fd) < 0 ||
			rename(part->path, part->name) < 0 ||
			sync_folder_of(part->name) < 0))
		status = tell_fault("write", part->name, errno);
	close(part->fd);
	if (status != CTL_DONE)
		unlink(part->path);
	free(part->path);
	part->path = NULL;
	return status;
}

/* --- a folder --------------------------------------------------------------------- */

static bool folder_is_empty(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	if (folder == NULL)
		return false;
	while ((entry = readdir(folder)) != NULL)
		count += !string_is(entry->d_name, ".") &&
			!string_is(entry->d_name, "..");
	closedir(folder);
	return count == 0;
}

/* rename puts a folder in the place of an empty one alone: that what is there is
   not would be found out only when the work is done. */
static int name_is_free(const char *name)
{
	struct stat found;

	if (lstat(name, &found) < 0 || (S_ISDIR(found.st_mode) &&
			folder_is_empty(name)))
		return CTL_DONE;
	fprintf(stderr, "pledgectl: %s is there already: name a folder that is "
		"not\n", name);
	return CTL_FAILED;
}

int part_open_folder(struct part *part, const char *name)
{
	struct text path;

	*part = (struct part){.name = name, .fd = -1};
	catch_interrupts();
	if (name_is_free(name) != CTL_DONE)
		return CTL_FAILED;
	text_init(&path, 0);
	text_addf(&path, "%s.XXXXXX", name);
	part->path = text_take(&path);
	if (mkdtemp(part->path) != NULL && chmod(part->path, mode_usual(0777)) == 0)
		return CTL_DONE;
	tell_fault("create", name, errno);
	free(part->path);
	part->path = NULL;
	return CTL_FAILED;
}

int part_open_within(struct part *part, const struct part *folder,
	const char *name)
{
	struct text path;

	text_init(&path, 0);
	text_addf(&path, "%s/%s", folder->path, name);
	*part = (struct part){.name = name, .path = text_take(&path)};
	part->fd = open(part->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (part->fd >= 0)
		return CTL_DONE;
	tell_fault("create", part->path, errno);
	free(part->path);
	part->path = NULL;
	return CTL_FAILED;
}

int part_end_within(struct part *part, int status)
{
	status = part_judge(part, status);
	if (part->path == NULL)
		return status;
	if (fsync(part->fd) < 0 && status == CTL_DONE)
		status = tell_fault("write", part->path, errno);
	close(part->fd);
	free(part->path);
	part->path = NULL;
	return status;
}

/* It holds files alone: what part_open_within has made. */
static void folder_remove(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder != NULL)
		closedir(folder);
	rmdir(path);
}

int part_end_folder(struct part *part, int status)
{
	if (part->path == NULL)
		return status;
	if (status == CTL_DONE && (rename(part->path, part->name) < 0 ||
			sync_folder_of(part->name) < 0))
		status = tell_fault("write", part->name, errno);
	if (status != CTL_DONE)
		folder_remove(part->path);
	free(part->path);
	part->path = NULL;
	return status;
}
