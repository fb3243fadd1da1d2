/*
 * conf_file: the files a configuration consists of: names, bytes, folders.
 *
 * Only regular files are read, each at once and up to a stated size; a FIFO or
 * a device never makes the reader wait.
 */
#ifndef PLEDGED_CONF_CONF_FILE_H
#define PLEDGED_CONF_CONF_FILE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* The whole file, at the end of out. -1 with an error that does not repeat
   the path. */
int conf_file_read(const char *path, size_t most, struct text *out,
	struct error *error);
/* The same from an open regular file. */
int conf_file_read_open(int fd, size_t most, struct text *out,
	struct error *error);

/* folder/name, or name alone when it is absolute. */
char *conf_file_join(struct arena *arena, const char *folder,
	const char *name);
/* Absolute form of a name relative to the working directory. */
char *conf_file_absolute(struct arena *arena, const char *name);
/* The folder a file stands in, without the last slash ("/" for the root). */
char *conf_file_folder(struct arena *arena, const char *path);
/* How a file is called in messages: relative to the working directory where
   it stands below it (and that is not the root), else absolute. */
char *conf_file_shown(struct arena *arena, const char *path);

#define CONF_FOLDER_MAX 10000	/* *.conf files in one folder */

struct conf_folder {
	char **paths;		/* in C order of their names */
	size_t count;
};

/* 1: a folder, listed; 0: something else; -1 with an error. Names that begin
   with a dot are passed over. */
int conf_folder_list(const char *path, struct conf_folder *folder,
	struct error *error);
void conf_folder_release(struct conf_folder *folder);

#endif
