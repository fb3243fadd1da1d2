/*
 * file: regular files only, opened so that nothing waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "net/file.h"

#define FILE_SETTLED_SECONDS 2	/* no file system's times are coarser */

static bool file_errno_is_local(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOMEM || number == EIO;
}

static int file_fault(struct file *file, struct error *error, const char *what)
{
	int number = errno;

	file->local_fault = file_errno_is_local(number);
	file_close(file);
	if (number == EACCES || number == EPERM)
		return error_set(error, ERROR_DENIED, "%s: permission denied; "
			"the daemon's user must be able to read it", file->path);
	return error_set(error, number == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
		"%s: %s: %s", file->path, what, strerror(number));
}

static int file_too_large(struct file *file, struct error *error)
{
	file_close(file);
	return error_set(error, ERROR_LIMIT, "%s: larger than %zu bytes (max_body)",
		file->path, file->max);
}

int file_open(struct file *file, const char *path, size_t max,
	struct error *error)
{
	*file = (struct file){.fd = -1, .path = path, .max = max};
	file->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &file->opened) < 0)
		return file_fault(file, error, "cannot be opened");
	if (!S_ISREG(file->opened.st_mode)) {
		file_close(file);
		return error_set(error, ERROR_INPUT, "%s: not a regular file", path);
	}
	if (file->opened.st_size > 0 && (uintmax_t)file->opened.st_size > max)
		return file_too_large(file, error);
	return 0;
}

void file_close(struct file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

void file_validator(const struct file *file, instant now,
	char out[FILE_VALIDATOR_MAX])
{
	const struct stat *s = &file->opened;

	out[0] = '\0';
	if (s->st_ctim.tv_sec > now - FILE_SETTLED_SECONDS)
		return;
	snprintf(out, FILE_VALIDATOR_MAX, "\"%jx-%jx.%lx-%jx.%lx-%jx\"",
		(uintmax_t)s->st_size,
		(uintmax_t)s->st_mtim.tv_sec, (unsigned long)s->st_mtim.tv_nsec,
		(uintmax_t)s->st_ctim.tv_sec, (unsigned long)s->st_ctim.tv_nsec,
		(uintmax_t)s->st_ino);
}

static bool file_times_equal(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Half of an old and half of a new file would be no evidence of anything. */
static int file_end(struct file *file, struct error *error)
{
	struct stat now;

	if (fstat(file->fd, &now) < 0)
		return file_fault(file, error, "cannot be read");
	bool same = now.st_size == file->opened.st_size &&
		file_times_equal(&now.st_mtim, &file->opened.st_mtim);
	file_close(file);
	if (!same)
		return error_set(error, ERROR_SYSTEM, "%s: changed while it was read; "
			"put new versions in place by renaming", file->path);
	return 0;
}

int file_read(struct file *file, struct text *body, struct error *error)
{
	static char piece[FILE_PIECE];
	ssize_t got;

	do
		got = read(file->fd, piece, sizeof piece);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return file_fault(file, error, "cannot be read");
	if (got == 0)
		return file_end(file, error);
	if ((size_t)got > file->max - body->length)
		return file_too_large(file, error);
	text_add(body, piece, (size_t)got);
	return 1;
}
