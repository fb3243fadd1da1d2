/*
 * asset: files of src/pledged/web that are part of the program: style sheets,
 * scripts, pictures and documents that the HTTP interface serves as they are.
 */
#ifndef PLEDGED_PLEDGED_ASSET_H
#define PLEDGED_PLEDGED_ASSET_H

#include <stddef.h>

struct asset {
	const char *name;	/* "icon.svg" */
	const char *type;	/* "image/svg+xml" */
	const char *bytes;	/* a NUL stands behind them */
	size_t length;
};

/* NULL: there is none of this name. */
const struct asset *asset_find(const char *name);

#endif
