/*
 * configuration: pledged.conf and the register it names, read and checked
 * together, and what follows from them for whoever goes out to sources.
 */
#ifndef PLEDGED_PLEDGED_CONFIGURATION_H
#define PLEDGED_PLEDGED_CONFIGURATION_H

#include "conf/settings.h"
#include "core/register.h"
#include "net/fetch.h"
#include "net/pool.h"

/* Bytes of sources' bodies there may be at once, from their arriving to the
   disk: a part of the unit's MemoryHigh, and more than the largest max_body. */
#define SOURCE_BODIES_MAX ((size_t)96 << 20)

struct configuration {
	struct settings *settings;	/* NULL when pledged.conf is faulty */
	struct register_ *reg;		/* NULL when either is */
	struct faults faults;		/* sorted */
};

/* Reads all of it; touches nothing but the files, so that a helper thread may. */
void configuration_read(struct configuration *configuration, const char *path,
	enum conf_purpose purpose);
/* The faults, a line each, on standard error. */
void configuration_tell(const struct configuration *configuration);
/* Releases what has not been taken out (set to NULL) before. */
void configuration_release(struct configuration *configuration);

/* The workers that extract, and the one that fetches, as settings say. */
struct pool *extract_pool_open(struct loop *loop,
	const struct settings *settings, const char *program);
struct fetcher *fetcher_open(struct loop *loop,
	const struct settings *settings);
/* A request for all of a source, without validators. */
struct fetch_request source_request(const struct source *source,
	const struct settings *settings);

#endif
