/* format: see format.h. */
#include "conf/format.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "core/notify.h"

#define NAMES_TOLD 100	/* of those there are */
#define SUFFIX ".jq"
#define PRELUDE "prelude"

static const char *shipped;	/* the folder */

void formats_found_in(const char *folder)
{
	shipped = folder;
}

/* --- names --------------------------------------------------------------- */

static bool name_is_file(const char *name)
{
	return strchr(name, '/') != NULL || string_ends(name, SUFFIX);
}

struct names {
	const char *items[NAMES_TOLD + 1];	/* ends with NULL */
	size_t count;
};

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those there are, by name. */
static void names_find(struct names *names, struct arena *arena)
{
	DIR *folder = shipped != NULL ? opendir(shipped) : NULL;
	struct dirent *entry;

	memset(names, 0, sizeof *names);
	if (folder == NULL)
		return;
	names->items[names->count++] = FORMAT_PLAIN;
	while ((entry = readdir(folder)) != NULL && names->count < NAMES_TOLD) {
		size_t length = strlen(entry->d_name);

		if (entry->d_name[0] == '.' ||
		    !string_ends(entry->d_name, SUFFIX) ||
		    string_is(entry->d_name, PRELUDE SUFFIX))
			continue;
		names->items[names->count++] = arena_string_n(arena,
			entry->d_name, length - strlen(SUFFIX));
	}
	closedir(folder);
	qsort(names->items, names->count, sizeof *names->items, name_compare);
}

/* What there is instead, and which of it may have been meant. */
static bool format_unknown(struct conf_reader *reader,
	const config_setting_t *setting, const char *name)
{
	struct names names;
	const char *near;
	struct text all;

	names_find(&names, reader->arena);
	if (names.count == 0)
		return conf_fault(reader, setting, "\"%.80s\" is not there, nor "
			"is any format: install pledged completely", name);
	text_init(&all, 0);
	for (size_t i = 0; i < names.count; i++)
		text_addf(&all, "%s%s", i != 0 ? ", " : "", names.items[i]);
	near = string_nearest(name, names.items);
	conf_fault(reader, setting, "\"%.80s\" is none of %s%s%s%s; a format of "
		"your own is a file NAME" SUFFIX, name, text_string(&all),
		near != NULL ? "; nearest is \"" : "", near != NULL ? near : "",
		near != NULL ? "\"" : "");
	text_release(&all);
	return false;
}

/* --- files --------------------------------------------------------------- */

/* The text of a file; NULL with an error that does not name it. */
static const char *program_read(struct conf_reader *reader, const char *path,
	struct error *error)
{
	const char *program = NULL;
	struct text bytes;

	text_init(&bytes, 2 * FORMAT_FILE_MAX);
	if (conf_file_read(path, FORMAT_FILE_MAX, &bytes, error) != 0)
		;
	else if (!utf8_is_valid(text_string(&bytes), bytes.length))
		error_set(error, ERROR_INPUT, "is not text in UTF-8");
	else
		program = conf_shared(reader, text_string(&bytes));
	text_release(&bytes);
	return program;
}

/* The same of one that is shipped; that it is not there is another's to tell. */
static const char *shipped_read(struct conf_reader *reader, const char *name,
	struct error *error)
{
	if (shipped != NULL)
		return program_read(reader, arena_printf(reader->arena,
			"%s/%s" SUFFIX, shipped, name), error);
	error_set(error, ERROR_ABSENT, "is not there");
	return NULL;
}

/* --- what a program declares --------------------------------------------- */

/* false: that is no number of items. */
static bool declare_items(struct channel *channel, const char *value)
{
	char *end;
	unsigned long number = strtoul(value, &end, 10);

	channel->items_most = (size_t)number;
	return *value >= '1' && *value <= '9' && *end == '\0' &&
		number <= WEBHOOK_ITEMS_MAX;
}

static bool declare_token(struct channel *channel, const char *value)
{
	channel->token_in_body = string_is(value, "body");
	return channel->token_in_body || string_is(value, "header");
}

static const struct declaration {
	const char *name;
	bool (*take)(struct channel *channel, const char *value);
	const char *expected;
} declarations[] = {
	{"items", declare_items, "a number from 1 to 500"},
	{"token", declare_token, "\"header\" or \"body\""},
};

static bool declaration_take(struct conf_reader *reader,
	const config_setting_t *setting, struct channel *channel, char *line)
{
	char *rest = line, *name = strsep(&rest, " \t");
	const char *value = rest != NULL ? string_skip_space(rest) : "";

	for (size_t i = 0; i < sizeof declarations / sizeof *declarations; i++) {
		const struct declaration *declaration = &declarations[i];

		if (!string_is(name, declaration->name))
			continue;
		return declaration->take(channel, value) ||
			conf_fault(reader, setting, "its program declares \"#: "
				"%.20s %.40s\": %s is expected", name, value,
				declaration->expected);
	}
	return conf_fault(reader, setting, "its program declares \"#: %.40s\", "
		"which is neither \"items\" nor \"token\"", name);
}

/* What a line of the comment declares, for the arena; NULL: nothing. */
static char *line_declared(struct arena *arena, const char *line, size_t length)
{
	const char *from = string_skip_space(line + 2);

	if (length < 2 || line[1] != ':')
		return NULL;
	while (line + length > from && strchr(" \t\r", line[length - 1]) != NULL)
		length--;
	return line + length > from ? arena_string_n(arena, from,
		(size_t)(line + length - from)) : NULL;
}

/* In the comment at the head. */
static bool declarations_take(struct conf_reader *reader,
	const config_setting_t *setting, struct channel *channel)
{
	const char *line = channel->program;

	while (*line == '#') {
		size_t length = strcspn(line, "\n");
		char *said = line_declared(reader->arena, line, length);

		if (said != NULL &&
		    !declaration_take(reader, setting, channel, said))
			return false;
		line += length + (line[length] == '\n');
	}
	return true;
}

/* --- the whole ----------------------------------------------------------- */

static bool program_load(struct conf_reader *reader,
	const config_setting_t *setting, struct channel *channel)
{
	const char *name = channel->format;
	bool own = name_is_file(name);
	const char *path = own ?
		conf_file_join(reader->arena, reader->folder, name) : NULL;
	struct error error;

	channel->program = own ? program_read(reader, path, &error)
		: shipped_read(reader, name, &error);
	if (channel->program == NULL && error.kind == ERROR_ABSENT && !own)
		return format_unknown(reader, setting, name);
	if (channel->program == NULL)
		return conf_fault(reader, setting, "%s: %s", own ?
			conf_file_shown(reader->arena, path) : name, error.text);
	channel->prelude = shipped_read(reader, PRELUDE, &error);
	if (channel->prelude == NULL)
		return conf_fault(reader, setting, PRELUDE SUFFIX ", which goes "
			"before every format: %s: install pledged completely",
			error.text);
	return declarations_take(reader, setting, channel);
}

bool format_load(struct conf_reader *reader, const config_setting_t *setting,
	struct channel *channel)
{
	struct channel read = {0};
	struct error error;
	const char *name;

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_fault(reader, setting, "a string is expected");
	name = conf_string(reader, setting);
	if (name == NULL)
		return false;
	if (!conf_name.parse(reader, NULL, name, &read.format, &error))
		return conf_fault(reader, setting, "%s", error.text);
	if (string_is(name, PRELUDE))
		return format_unknown(reader, setting, name);
	if (!string_is(name, FORMAT_PLAIN) && !program_load(reader, setting, &read))
		return false;
	if (channel == NULL)
		return true;
	channel->format = read.format;
	channel->prelude = read.prelude;
	channel->program = read.program;
	channel->items_most = read.items_most;
	channel->token_in_body = read.token_in_body;
	return true;
}
