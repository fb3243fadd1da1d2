/*
 * file: a regular file read in pieces, so that neither a FIFO, a device nor
 * a large file holds up the loop.
 */
#ifndef PLEDGED_NET_FILE_H
#define PLEDGED_NET_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/moment.h"
#include "base/text.h"

#define FILE_PIECE ((size_t)1 << 18)
#define FILE_VALIDATOR_MAX 256

struct file {
	int fd;			/* -1: not open */
	const char *path;	/* the caller's */
	size_t max;		/* bytes */
	struct stat opened;	/* as it was then */
	bool local_fault;	/* the failure was this machine's */
};

/* Opens path for reading. -1: no regular file, too large, not permitted … */
int file_open(struct file *file, const char *path, size_t max,
	struct error *error);
void file_close(struct file *file);

/* Size, times and inode in one word; "" when it was changed so lately that
   another change could leave all of them as they are. */
void file_validator(const struct file *file, instant now,
	char out[FILE_VALIDATOR_MAX]);

/* Adds the next piece to body. 1: there is more; 0: that was all, and the file
   did not change meanwhile; -1: failed. */
int file_read(struct file *file, struct text *body, struct error *error);

#endif
