/*
 * register_file: every file of a register, one after another.
 *
 *	names ─list→ files ─scan, parse→ settings ─tables→ lists ─finish→ register
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/conf_text.h"
#include "conf/register_file.h"
#include "conf/register_tables.h"

struct register_reading {
	struct conf_reader *reader;
	register_take *take;
	conf_phrase_visit *salvage;	/* of a file that cannot be read; NULL */
	void *context;
	size_t files;
	bool hosted;		/* the file open holds other keys too */
};

static void reading_fault(struct register_reading *reading, const char *path,
	const char *text)
{
	faults_error(reading->reader->faults, (struct origin){
		conf_file_shown(reading->reader->arena, path), 0, 0}, "%s", text);
}

/* --- what a file that cannot be read still says -------------------------- */

static bool phrase_is(const struct conf_phrase *phrase, const char *list,
	const char *key)
{
	return strlen(list) == phrase->list_length &&
		memcmp(list, phrase->list, phrase->list_length) == 0 &&
		strlen(key) == phrase->key_length &&
		memcmp(key, phrase->key, phrase->key_length) == 0;
}

/*
 * The ids of instruments and indicators of a faulty file: other files refer to
 * them, and shall not be faulted for that. An indicator is monthly until its
 * frequency says otherwise.
 */
static void reading_salvage(void *context, const struct conf_phrase *phrase)
{
	const struct register_reading *reading = context;
	struct register_building *building = reading->context;
	struct register_ *reg = building->reg;
	struct origin origin = {reading->reader->file, phrase->line, 0};
	char *value = arena_string_n(reg->arena, phrase->value,
		phrase->value_length);

	if (phrase_is(phrase, "instruments", "id") && id_is_valid(value, true)) {
		building_instrument(building, origin)->id = value;
	} else if (phrase_is(phrase, "indicators", "id") &&
	    id_is_valid(value, false)) {
		struct indicator *indicator = building_indicator(building,
			origin);

		indicator->id = value;
		indicator->frequency = FREQUENCY_MONTH;
	} else if (phrase_is(phrase, "indicators", "frequency") &&
	    reg->indicator_count != 0) {
		frequency_parse(value,
			&reg->indicators[reg->indicator_count - 1].frequency);
	}
}

/* --- files --------------------------------------------------------------- */

/* Leaves the lists of a register. */
static void config_strip(config_t *config)
{
	config_setting_t *root = config_root_setting(config);

	for (int i = config_setting_length(root); i-- > 0;) {
		const char *name = config_setting_name(
			config_setting_get_elem(root, (unsigned)i));

		if (!conf_table_has(&register_table, name))
			config_setting_remove_elem(root, (unsigned)i);
	}
}

static void reading_parse(struct register_reading *reading, struct text *bytes)
{
	struct conf_reader *reader = reading->reader;
	config_t config;

	if (reader->digest != NULL)
		digest_add(reader->digest, text_string(bytes), bytes->length);
	text_add_char(bytes, '\0');
	if (conf_parse(reader, bytes->data, bytes->length - 1, &config) == 0) {
		if (reading->hosted)
			config_strip(&config);
		reading->take(reader, config_root_setting(&config),
			reading->context);
		config_destroy(&config);
	} else if (reading->salvage != NULL) {
		conf_text_visit(bytes->data, bytes->length - 1,
			reading->salvage, reading);
	}
}

static void reading_file(struct register_reading *reading, const char *path)
{
	struct arena *arena = reading->reader->arena;
	struct error error;
	struct text bytes;

	if (reading->files++ >= REGISTER_FILES_MAX) {
		if (reading->files == REGISTER_FILES_MAX + 1)
			reading_fault(reading, path, "one file too many: a "
				"register has at most 10000");
		return;
	}
	reading->reader->file = conf_file_shown(arena, path);
	reading->reader->folder = conf_file_folder(arena, path);
	text_init(&bytes, 2 * REGISTER_FILE_MAX);
	if (conf_file_read(path, REGISTER_FILE_MAX, &bytes, &error) == 0)
		reading_parse(reading, &bytes);
	else
		reading_fault(reading, path, error.text);
	text_release(&bytes);
}

static void reading_name(struct register_reading *reading, const char *path)
{
	struct arena *arena = reading->reader->arena;
	struct conf_folder folder;
	struct error error;
	int is_folder = conf_folder_list(path, &folder, &error);

	if (is_folder < 0) {
		reading_fault(reading, path, error.text);
		return;
	}
	if (is_folder == 0) {
		reading_file(reading, path);
		return;
	}
	if (folder.count == 0)
		faults_warning(reading->reader->faults, (struct origin){
			conf_file_shown(arena, path), 0, 0}, "register-empty",
			"this folder of the register holds no *.conf file");
	for (size_t i = 0; i < folder.count; i++)
		reading_file(reading, folder.paths[i]);
	conf_folder_release(&folder);
}

/* --- the register -------------------------------------------------------- */

/* The lists have their final size: what was too much goes back, and the arena
   frees the rest with everything else. */
static void *list_settle(struct arena *arena, void *list, size_t count,
	size_t size)
{
	if (list == NULL)
		return NULL;
	list = mem_resize(list, count != 0 ? count : 1, size);
	arena_adopt(arena, list);
	return list;
}

#define SETTLE(reg, list, count) \
	((reg)->list = list_settle((reg)->arena, (reg)->list, (reg)->count, \
		sizeof *(reg)->list))

static void register_settle(struct register_ *reg)
{
	SETTLE(reg, calendars, calendar_count);
	SETTLE(reg, instruments, instrument_count);
	SETTLE(reg, indicators, indicator_count);
	SETTLE(reg, sources, source_count);
	SETTLE(reg, pledges, pledge_count);
	SETTLE(reg, milestones, milestone_count);
	SETTLE(reg, registered, registered_count);
}

static void files_read(struct register_reading *reading,
	const struct settings *settings)
{
	for (size_t i = 0; i < settings->register_count; i++)
		reading_name(reading, settings->registers[i]);
}

void register_files_read(const struct settings *settings,
	struct conf_reader *reader, register_take *take, void *context)
{
	struct register_reading reading = {.reader = reader, .take = take,
		.context = context};

	files_read(&reading, settings);
}

static void register_take_file(struct conf_reader *reader,
	const config_setting_t *root, void *context)
{
	conf_read(reader, &register_table, root, context);
}

/* What is read beside the files that settings name. */
struct register_guest {
	const char *path;	/* NULL: nothing */
	const char *name;	/* of a text, in faults */
	struct text *text;	/* NULL: the file itself, keys of others in it */
};

static void guest_read(struct register_reading *reading,
	const struct register_guest *guest)
{
	struct conf_reader *reader = reading->reader;

	if (guest->text != NULL) {
		reader->file = arena_string(reader->arena, guest->name);
		reader->folder = conf_file_folder(reader->arena, guest->path);
		reading_parse(reading, guest->text);
	} else if (guest->path != NULL) {
		reading->hosted = true;
		reading_file(reading, guest->path);
	}
}

static struct register_ *register_build(const struct settings *settings,
	const struct register_guest *guest, struct faults *faults)
{
	struct register_building *building = mem_new(1, sizeof *building);
	struct conf_reader reader;
	struct register_reading reading = {.reader = &reader,
		.take = register_take_file, .salvage = reading_salvage,
		.context = building};
	size_t errors = faults->errors;
	struct register_ *reg;

	conf_reader_init(&reader, NULL, faults);
	register_building_init(building, &reader, settings);
	reader.digest = digest_new();
	files_read(&reading, settings);
	guest_read(&reading, guest);
	reg = building->reg;
	digest_finish(reader.digest, &reg->digest);
	conf_reader_release(&reader);
	presets_release(building->presets);
	free(building);
	register_settle(reg);
	/* Elements without their table are missed by thousands of others. */
	if (!reader.unmade)
		register_finish(reg, faults);
	if (faults->errors == errors)
		return reg;
	register_free(reg);
	return NULL;
}

struct register_ *register_load(const struct settings *settings,
	struct faults *faults)
{
	return register_build(settings, &(struct register_guest){0}, faults);
}

struct register_ *register_load_with(const struct settings *settings,
	const char *host, struct faults *faults)
{
	return register_build(settings, &(struct register_guest){.path = host},
		faults);
}

struct register_ *register_load_text(const struct settings *settings,
	const char *path, const char *name, struct text *text,
	struct faults *faults)
{
	return register_build(settings, &(struct register_guest){path, name,
		text}, faults);
}
