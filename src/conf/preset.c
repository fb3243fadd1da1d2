/*
 * preset: a list of parsed files, which go with the register being read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "conf/preset.h"

#define NAMES_TOLD 100	/* of those there are */

struct preset {
	const char *path;
	const char *file;	/* as shown in messages */
	config_t config;
	bool parsed, faulty;
	struct preset *next;
};

static const char *shipped;	/* the folder */

void presets_found_in(const char *folder)
{
	shipped = folder;
}

void presets_release(struct preset *presets)
{
	while (presets != NULL) {
		struct preset *next = presets->next;

		if (presets->parsed)
			config_destroy(&presets->config);
		free(presets);
		presets = next;
	}
}

/* --- names ----------------------------------------------------------------- */

static bool name_is_file(const char *name)
{
	return strchr(name, '/') != NULL || string_ends(name, ".conf");
}

char *preset_moved(const struct conf_reader *reader, const char *name)
{
	return mem_string(name_is_file(name) ? conf_file_join(reader->arena,
		reader->folder, name) : name);
}

/* What there is instead, and which of it may have been meant. */
static bool preset_unknown(struct conf_reader *reader,
	const config_setting_t *setting, const char *name)
{
	const char *names[NAMES_TOLD + 1] = {NULL}, *near;
	struct conf_folder folder = {0};
	struct error error;
	struct text all;

	if (shipped == NULL || conf_folder_list(shipped, &folder, &error) != 1)
		return conf_fault(reader, setting, "\"%.80s\" is not there, nor "
			"is any preset: install pledged completely", name);
	text_init(&all, 0);
	for (size_t i = 0; i < folder.count && i < NAMES_TOLD; i++) {
		const char *base = strrchr(folder.paths[i], '/') + 1;

		names[i] = arena_string_n(reader->arena, base,
			strlen(base) - strlen(".conf"));
		text_addf(&all, "%s%s", i != 0 ? ", " : "", names[i]);
	}
	near = string_nearest(name, names);
	conf_fault(reader, setting, "\"%.80s\" is none of %s%s%s%s; a preset of "
		"your own is a file NAME.conf", name, text_string(&all),
		near != NULL ? "; nearest is \"" : "", near != NULL ? near : "",
		near != NULL ? "\"" : "");
	text_release(&all);
	conf_folder_release(&folder);
	return false;
}

/* --- files ----------------------------------------------------------------- */

static bool preset_parse(struct conf_reader *reader, struct preset *preset,
	struct text *bytes)
{
	const char *file = reader->file;

	if (reader->digest != NULL)
		digest_add(reader->digest, text_string(bytes), bytes->length);
	text_add_char(bytes, '\0');
	reader->file = preset->file;
	preset->parsed = conf_parse(reader, bytes->data, bytes->length - 1,
		&preset->config) == 0;
	reader->file = file;
	return preset->parsed;
}

static bool preset_load(struct conf_reader *reader,
	const config_setting_t *setting, const char *name,
	struct preset *preset)
{
	struct error error;
	struct text bytes;
	bool good;

	text_init(&bytes, 2 * PRESET_FILE_MAX);
	good = conf_file_read(preset->path, PRESET_FILE_MAX, &bytes, &error)
		== 0;
	if (!good && error.kind == ERROR_ABSENT && !name_is_file(name))
		preset_unknown(reader, setting, name);
	else if (!good)
		conf_fault(reader, setting, "%s: %s", preset->file,
			error.text);
	else
		good = preset_parse(reader, preset, &bytes);
	text_release(&bytes);
	return good;
}

static const char *preset_path(struct conf_reader *reader, const char *name)
{
	if (name_is_file(name))
		return conf_file_join(reader->arena, reader->folder, name);
	return arena_printf(reader->arena, "%s/%s.conf",
		shipped != NULL ? shipped : "/nonexistent", name);
}

static struct preset *preset_find(struct conf_reader *reader, struct preset **presets,
	const config_setting_t *setting)
{
	const char *name = conf_string(reader, setting), *path;
	struct preset *preset;
	struct error error;
	size_t count = 0;

	if (name == NULL || !conf_name.parse(reader, NULL, name, &name, &error))
		return NULL;	/* the row says what is wrong with it */
	path = preset_path(reader, name);
	for (preset = *presets; preset != NULL; preset = preset->next, count++)
		if (string_is(preset->path, path))
			return preset->faulty ? NULL : preset;
	if (count == PRESETS_MAX) {
		conf_fault(reader, setting, "is one of more than %d presets",
			PRESETS_MAX);
		return NULL;
	}
	preset = mem_new(1, sizeof *preset);
	preset->path = path;
	preset->file = conf_file_shown(reader->arena, path);
	preset->faulty = !preset_load(reader, setting, name, preset);
	preset->next = *presets;
	*presets = preset;
	return preset->faulty ? NULL : preset;
}

static bool preset_read_within(struct conf_reader *reader,
	struct preset **presets, const config_setting_t *setting,
	const struct conf_table *table, void *object, size_t depth);

/* What it begins with, then its own. */
static bool preset_walk(struct conf_reader *reader, struct preset **presets,
	const config_setting_t *root, const struct conf_table *table,
	void *object, size_t depth)
{
	const config_setting_t *base = config_setting_get_member(root, "preset");
	size_t errors = reader->errors;

	if (base != NULL && !preset_read_within(reader, presets, base, table,
	    object, depth + 1))
		return false;
	conf_read(reader, table, root, object);
	return reader->errors == errors;
}

/* Names of an instance stand for something in the register alone. */
static bool preset_read_within(struct conf_reader *reader,
	struct preset **presets, const config_setting_t *setting,
	const struct conf_table *table, void *object, size_t depth)
{
	struct preset *preset = preset_find(reader, presets, setting);
	const char *file = reader->file, *folder = reader->folder;
	struct conf_each *each = reader->each;

	if (preset == NULL)
		return false;
	if (depth == PRESET_DEPTH_MAX)
		return conf_fault(reader, setting, "begins with one preset too "
			"many: %d may stand behind one another",
			PRESET_DEPTH_MAX);
	reader->file = preset->file;
	reader->folder = conf_file_folder(reader->arena, preset->path);
	reader->each = NULL;
	preset->faulty = !preset_walk(reader, presets,
		config_root_setting(&preset->config), table, object, depth);
	reader->file = file;
	reader->folder = folder;
	reader->each = each;
	return !preset->faulty;
}

bool preset_read(struct conf_reader *reader, struct preset **presets,
	const config_setting_t *setting, const struct conf_table *table,
	void *object)
{
	return preset_read_within(reader, presets, setting, table, object, 0);
}
