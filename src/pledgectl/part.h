/*
 * part: a file, or a folder of files, that has its name only when it is whole.
 * Until then it stands beside it under a name of its own, and whatever goes
 * wrong, or breaks it off, leaves nothing of it.
 */
#ifndef PLEDGED_PLEDGECTL_PART_H
#define PLEDGED_PLEDGECTL_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct part {
	const char *name;	/* what it will be called; "-": standard output */
	char *path;		/* what it is called; NULL: it is standard output */
	int fd;			/* of a file */
	int fault;		/* errno of a write; 0: none */
	long long bytes;
};

/* Begins a file, whose name a file or a link may have: it takes their place. mode: less
   what the process leaves out of all. A client status, after telling what is
   wrong, as of all below. */
int part_open(struct part *part, const char *name, mode_t mode);
/* A client_take; its context is the part. */
bool part_take(void *context, const char *bytes, size_t length);
/* Whether all that was taken is written, and nobody has broken it off. */
bool part_is_good(const struct part *part);
/* status: how it went so far. When well, it is given its name. */
int part_end(struct part *part, int status);

/* Begins a folder, whose name must not be taken, but by an empty one. */
int part_open_folder(struct part *part, const char *name);
/* Begins a file within it, and ends it. */
int part_open_within(struct part *part, const struct part *folder,
	const char *name);
int part_end_within(struct part *part, int status);
int part_end_folder(struct part *part, int status);

/* Whether somebody has broken it off. */
bool part_is_interrupted(void);

#endif
