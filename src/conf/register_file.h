/*
 * register_file: register files into a register.
 *
 * Reads every file and folder the settings name (folders: every *.conf in C
 * order), one by one, letting each go before the next; at most
 * REGISTER_FILES_MAX files of REGISTER_FILE_MAX bytes. The first syntax error
 * of a file ends that file; all else is found together. Before libconfig reads
 * a file its text is searched for numbers that libconfig would change
 * silently (more than 15 significant digits, integers beyond ±2^31-1 without
 * L), NUL bytes, a BOM, trailing commas and duplicate keys.
 */
#ifndef PLEDGED_CONF_REGISTER_FILE_H
#define PLEDGED_CONF_REGISTER_FILE_H

#include "conf/conf_reader.h"
#include "conf/settings.h"
#include "core/register.h"

#define REGISTER_FILES_MAX 10000
#define REGISTER_FILE_MAX ((size_t)64 << 20)

/* Takes the settings of a file, which go when it returns. */
typedef void register_take(struct conf_reader *reader,
	const config_setting_t *root, void *context);

/* Reads every file in turn and hands its settings over; the reader tells its
   names meanwhile. */
void register_files_read(const struct settings *settings,
	struct conf_reader *reader, register_take *take, void *context);

/* A finished register, or NULL with faults. Thread-safe: the daemon builds a
   new one in a helper thread. */
struct register_ *register_load(const struct settings *settings,
	struct faults *faults);
/* The same, and the lists of a register that stand in one more file among keys
   of another kind, which whoever reads those has checked. NULL: none. */
struct register_ *register_load_with(const struct settings *settings,
	const char *host, struct faults *faults);
/* The same with a text that is to be a register file beside a path, and is
   called by a name in faults. Some of its bytes are changed. */
struct register_ *register_load_text(const struct settings *settings,
	const char *path, const char *name, struct text *text,
	struct faults *faults);

#endif
