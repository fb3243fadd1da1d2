/*
 * conf_file: the files a configuration consists of.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/conf_file.h"

#define READ_PIECE ((size_t)256 << 10)

static int conf_file_fail(struct error *error)
{
	return error_set(error, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
		"%s", strerror(errno));
}

static int conf_file_too_large(struct error *error, size_t most)
{
	return error_set(error, ERROR_LIMIT,
		"is larger than the %zu bytes it may have", most);
}

int conf_file_read_open(int fd, size_t most, struct text *out,
	struct error *error)
{
	char *piece = mem_new(READ_PIECE, 1);
	size_t before = out->length;
	ssize_t count;

	while ((count = read(fd, piece, READ_PIECE)) != 0) {
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			break;
		text_add(out, piece, (size_t)count);
		if (out->cut || out->length - before > most)
			break;
	}
	free(piece);
	if (count < 0)
		return conf_file_fail(error);
	return count == 0 ? 0 : conf_file_too_large(error, most);
}

int conf_file_read(const char *path, size_t most, struct text *out,
	struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	int result;

	if (fd < 0)
		return conf_file_fail(error);
	if (fstat(fd, &status) != 0)
		result = conf_file_fail(error);
	else if (S_ISDIR(status.st_mode))
		result = error_set(error, ERROR_INPUT, "is a folder");
	else if (!S_ISREG(status.st_mode))
		result = error_set(error, ERROR_INPUT, "is not a regular file");
	else if ((uint64_t)status.st_size > most)
		result = conf_file_too_large(error, most);
	else
		result = conf_file_read_open(fd, most, out, error);
	close(fd);
	return result;
}

/* --- names --------------------------------------------------------------- */

char *conf_file_join(struct arena *arena, const char *folder,
	const char *name)
{
	while (string_starts(name, "./"))
		name += 2;
	if (name[0] == '/')
		return arena_string(arena, name);
	if (name[0] == '\0' || string_is(name, "."))
		return arena_string(arena, folder);
	return arena_printf(arena, "%s%s%s", folder,
		string_ends(folder, "/") ? "" : "/", name);
}

char *conf_file_absolute(struct arena *arena, const char *name)
{
	char here[PATH_MAX];

	if (name[0] == '/' || getcwd(here, sizeof here) == NULL)
		return arena_string(arena, name);
	return conf_file_join(arena, here, name);
}

char *conf_file_folder(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return arena_string(arena, ".");
	if (slash == path)
		return arena_string(arena, "/");
	return arena_string_n(arena, path, (size_t)(slash - path));
}

char *conf_file_shown(struct arena *arena, const char *path)
{
	char here[PATH_MAX];
	size_t length;

	if (getcwd(here, sizeof here) == NULL || string_is(here, "/"))
		return arena_string(arena, path);
	length = strlen(here);
	if (string_starts(path, here) && path[length] == '/' &&
	    path[length + 1] != '\0')
		path += length + 1;
	return arena_string(arena, path);
}

/* --- folders ------------------------------------------------------------- */

static int path_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *path_join(const char *folder, const char *name)
{
	struct text path;

	text_init(&path, 0);
	text_add_string(&path, folder);
	if (!string_ends(folder, "/"))
		text_add_char(&path, '/');
	text_add_string(&path, name);
	return text_take(&path);
}

static int conf_folder_fill(DIR *entries, const char *path,
	struct conf_folder *folder, struct error *error)
{
	size_t capacity = 0;

	for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
		if (entry->d_name[0] == '.' ||
		    !string_ends(entry->d_name, ".conf"))
			continue;
		if (folder->count == CONF_FOLDER_MAX)
			return error_set(error, ERROR_LIMIT,
				"holds more than %d files", CONF_FOLDER_MAX);
		folder->paths = mem_grow(folder->paths, folder->count,
			&capacity, sizeof *folder->paths);
		folder->paths[folder->count++] = path_join(path, entry->d_name);
	}
	if (folder->count != 0)
		qsort(folder->paths, folder->count, sizeof *folder->paths,
			path_compare);
	return 1;
}

int conf_folder_list(const char *path, struct conf_folder *folder,
	struct error *error)
{
	DIR *entries = opendir(path);
	int result;

	*folder = (struct conf_folder){0};
	if (entries == NULL)
		return errno == ENOTDIR ? 0 : conf_file_fail(error);
	result = conf_folder_fill(entries, path, folder, error);
	closedir(entries);
	if (result < 0)
		conf_folder_release(folder);
	return result;
}

void conf_folder_release(struct conf_folder *folder)
{
	for (size_t i = 0; i < folder->count; i++)
		free(folder->paths[i]);
	free(folder->paths);
	*folder = (struct conf_folder){0};
}
