/*
 * preset: settings that sources begin with: files of one source's settings,
 * shipped with the program or the administrator's own.
 *
 * "worldbank" is worldbank.conf in the folder of presets; a name with a slash
 * or with .conf at its end is a file relative to the register file. A preset
 * is parsed once for all sources of a register, and its bytes are part of what
 * the register was read from. What is wrong in it is told with its own name
 * and line, once.
 */
#ifndef PLEDGED_CONF_PRESET_H
#define PLEDGED_CONF_PRESET_H

#include "conf/conf_reader.h"

#define PRESET_FILE_MAX ((size_t)256 << 10)	/* bytes */
#define PRESETS_MAX 1000			/* of one register */
#define PRESET_DEPTH_MAX 4		/* presets that begin with one another */

/* Where shipped presets are, an absolute path that stays; NULL: nowhere. Said
   once, before anything is read. */
void presets_found_in(const char *folder);

struct preset;

/* Those opened so far; begins as NULL. */
void presets_release(struct preset *presets);

/*
 * Reads the settings of the one that a setting names into an object, by a table
 * that has the key preset: first those of the preset that it begins with. false
 * when it is faulty, or there is none such; that has been told.
 */
bool preset_read(struct conf_reader *reader, struct preset **presets,
	const config_setting_t *setting, const struct conf_table *table,
	void *object);

/* How it is written in a file of another folder; free() it. */
char *preset_moved(const struct conf_reader *reader, const char *name);

#endif
