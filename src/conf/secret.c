/*
 * secret: files of passwords and keys.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "conf/conf_file.h"
#include "conf/secret.h"

static const char *credentials_folder(void)
{
	const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");

	return folder != NULL && folder[0] == '/' ? folder : NULL;
}

char *secret_path(struct arena *arena, const char *folder, const char *name)
{
	const char *credentials = credentials_folder();

	return conf_file_join(arena, credentials != NULL ? credentials : folder,
		name);
}

static bool path_is_credential(const char *path)
{
	const char *folder = credentials_folder();
	size_t length = folder != NULL ? strlen(folder) : 0;

	return folder != NULL && string_starts(path, folder) &&
		(path[length] == '/' || string_ends(folder, "/")) &&
		strstr(path, "/../") == NULL;
}

static int secret_check(const char *path, int fd, struct error *error)
{
	mode_t refused = path_is_credential(path) ? 037 : 077;
	struct stat status;

	if (fstat(fd, &status) != 0)
		return error_set(error, ERROR_SYSTEM, "%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return error_set(error, ERROR_INPUT, "is not a regular file");
	if ((status.st_mode & refused) != 0)
		return error_set(error, ERROR_DENIED, "may be read or changed "
			"by others (mode %04o): chmod 600",
			(unsigned)(status.st_mode & 07777));
	if (status.st_size > SECRET_MAX)
		return error_set(error, ERROR_LIMIT,
			"is larger than %d bytes", SECRET_MAX);
	return 0;
}

/* One line of bytes; the newline at its end is not part of it. */
static char *secret_take(struct arena *arena, const struct text *bytes,
	struct error *error)
{
	const char *data = text_string(bytes);
	size_t length = bytes->length;

	if (length != 0 && data[length - 1] == '\n')
		length--;
	if (length != 0 && data[length - 1] == '\r')
		length--;
	if (length == 0) {
		error_set(error, ERROR_INPUT, "is empty");
		return NULL;
	}
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)data[i] < ' ' || data[i] == 0x7f) {
			error_set(error, ERROR_INPUT, "holds more than one "
				"line, or a control character");
			return NULL;
		}
	return arena_string_n(arena, data, length);
}

char *secret_read(struct arena *arena, const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
		O_NOCTTY);
	struct text bytes;
	char *secret = NULL;

	if (fd < 0) {
		error_set(error, ERROR_SYSTEM, "%s", errno == ELOOP ?
			"is a symbolic link" : strerror(errno));
		return NULL;
	}
	text_init(&bytes, 2 * SECRET_MAX);
	if (secret_check(path, fd, error) == 0 &&
	    conf_file_read_open(fd, SECRET_MAX, &bytes, error) == 0)
		secret = secret_take(arena, &bytes, error);
	if (bytes.data != NULL)
		explicit_bzero(bytes.data, bytes.capacity);
	text_release(&bytes);
	close(fd);
	return secret;
}

void secret_wipe(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
}
