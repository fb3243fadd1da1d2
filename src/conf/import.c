/* import: see import.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/import.h"
#include "conf/import_make.h"
#include "conf/import_write.h"
#include "conf/register_file.h"

#undef config_setting_get_string

#define MADE "\n"		/* the text made, in faults: no file's name */
#define CELLS_SHOWN 4		/* in a fault */
#define CELL_SHOWN 80		/* bytes of one */
#define FAULT_KEY_MAX 64	/* bytes of the key that a fault names */
#define LINES_SHOWN 20		/* of rows left out, in the head */

struct importing {
	struct import *import;
	struct import_mapping *mapping;
	struct import_table *table;
	struct arena *arena;		/* of the pass */
	struct made_all made;
	struct import_lines lines;
	struct faults *faults;
	import_told *tell;
	void *context;
	size_t marked;			/* rows, by the check of this pass */
	bool broken;			/* the mapping is at fault */
};

/* --- places ---------------------------------------------------------------- */

/* Behind "pledges[3].milestones[0].due: " without the numbers of elements,
   which stand for nothing that anybody wrote. */
static void text_add_path(struct text *out, const char *text)
{
	const char *end = strstr(text, ": ");
	size_t path = end != NULL ? strspn(text, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]") : 0;

	if (end != NULL && text + path == end)
		for (; text < end; text++) {
			if (*text == '[')
				text += strcspn(text, "]");
			else
				text_add_char(out, *text);
		}
	text_add_string(out, text);
}

/* The key that a fault names: one that is missing, or the last before its
   first ": ". */
static void fault_key(const char *text, char name[FAULT_KEY_MAX])
{
	const char *missing = strstr(text, "the key \""), *end, *from;

	if (missing != NULL) {
		from = missing + strlen("the key \"");
		end = from + strcspn(from, "\"");
	} else {
		end = strstr(text, ": ");
		for (from = end; from != NULL && from > text &&
		    strchr(". ", from[-1]) == NULL;)
			from--;
	}
	name[0] = '\0';
	if (end != NULL && end - from < FAULT_KEY_MAX) {
		memcpy(name, from, (size_t)(end - from));
		name[end - from] = '\0';
	}
}

/* The setting that a fault is about: the line's own, or a key of it. */
static const config_setting_t *fault_setting(const struct import_line *line,
	const char *text)
{
	const config_setting_t *member = NULL;
	char name[FAULT_KEY_MAX];

	fault_key(text, name);
	if (config_setting_is_group(line->from) && name[0] != '\0')
		member = config_setting_get_member(line->from, name);
	return member != NULL ? member : line->from;
}

static void cell_add(const struct importing *importing,
	const struct import_row *row, const struct import_column *column,
	struct text *out)
{
	const char *cell = row->cells[column->place];

	text_add_cell(out, column->place, row->place.row);
	text_addf(out, " \"%.60s\" is ", importing->table->header[column->place]);
	if (cell[0] == '\0')
		text_add_string(out, "empty");
	else
		text_addf(out, "\"%.*s\"", CELL_SHOWN, cell);
}

/* " (C12 "Completion date" is "31.13.2024", …": what a value is made of. */
static void cells_add(const struct importing *importing,
	const struct import_row *row, const config_setting_t *setting,
	size_t *count, struct text *out)
{
	const char *cursor = config_setting_get_string(setting), *name;
	int elements = config_setting_is_array(setting) ?
		config_setting_length(setting) : 0;
	size_t length;

	while (cursor != NULL && *count < CELLS_SHOWN &&
	    (name = import_name_next(&cursor, &length)) != NULL) {
		text_add_string(out, (*count)++ == 0 ? " (" : ", ");
		cell_add(importing, row, import_column_find(
			importing->mapping, name, length), out);
	}
	for (int i = 0; i < elements; i++)
		cells_add(importing, row, config_setting_get_elem(setting,
			(unsigned)i), count, out);
}

/* A fault of the text as one of the row or of the mapping that it comes of. */
static void fault_move(struct importing *importing, struct fault *fault)
{
	const struct import_lines *lines = &importing->lines;
	struct import_line nowhere = {NULL, 0};
	const struct import_line *line = fault->line > 0 &&
		(size_t)fault->line <= lines->count ?
		&lines->items[fault->line - 1] : &nowhere;
	bool of_row = line->from != NULL && import_speaks(line->from);
	struct import_row *row = of_row ? &importing->table->rows[line->row] :
		NULL;
	struct text text;
	size_t cells = 0;

	text_init(&text, 0);
	text_add_path(&text, fault->text);
	if (of_row)
		cells_add(importing, row, fault_setting(line, fault->text),
			&cells, &text);
	text_add_string(&text, cells != 0 ? ")" : "");
	free(fault->file);
	free(fault->text);
	fault->text = text_take(&text);
	fault->file = mem_string(of_row ? importing->table->file :
		importing->mapping->file);
	fault->column = 0;
	fault->line = of_row ? row->place.line : line->from == NULL ? 0 :
		(int)config_setting_source_line(line->from);
	if (fault->level != FAULT_ERROR)
		return;
	importing->broken |= !of_row;
	importing->marked += of_row && !row->left_out;
	if (of_row)
		row->left_out = true;
}

static void faults_place(struct importing *importing, struct faults *faults)
{
	for (size_t i = 0; i < faults->count; i++) {
		if (string_is(faults->items[i].file, MADE))
			fault_move(importing, &faults->items[i]);
		else if (faults->items[i].level == FAULT_ERROR)
			importing->broken = true;
	}
	importing->broken |= faults->dropped > 0;
}

/* --- a pass ---------------------------------------------------------------- */

static void head_write(struct importing *importing)
{
	struct text *out = &importing->import->text;
	struct import_lines *lines = &importing->lines;
	const struct import_table *table = importing->table;
	char hex[DIGEST_HEX_SIZE];
	size_t shown = 0;

	import_write_comment(out, lines, "Made by pledged import of %s and %s: "
		"better changed there than here.", importing->mapping->file,
		table->file);
	digest_hex(&importing->mapping->digest, hex);
	import_write_comment(out, lines, "mapping %s", hex);
	digest_hex(&table->digest, hex);
	import_write_comment(out, lines, "table   %s", hex);
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].left_out && ++shown <= LINES_SHOWN)
			import_write_comment(out, lines,
				"left out: row %d, line %d",
				table->rows[i].place.row,
				table->rows[i].place.line);
	if (shown > LINES_SHOWN)
		import_write_comment(out, lines, "left out: %zu more rows",
			shown - LINES_SHOWN);
}

/* Reads what is made as the register it is to be. */
static void text_check(struct importing *importing, struct faults *faults)
{
	const struct import_mapping *mapping = importing->mapping;
	struct settings *settings = settings_default(mapping->path);
	struct text copy;

	settings->registers = mapping->registers;
	settings->register_count = mapping->register_count;
	text_init(&copy, 2 * REGISTER_FILE_MAX);
	text_add(&copy, text_string(&importing->import->text),
		importing->import->text.length);
	register_free(register_load_text(settings, mapping->path, MADE, &copy,
		faults));
	text_release(&copy);
	settings_free(settings);
}

static void text_make(struct importing *importing, struct faults *faults)
{
	struct text *out = &importing->import->text;

	text_clear(out);
	importing->lines.count = 0;
	head_write(importing);
	import_write(&importing->made.root, out, &importing->lines);
	if (out->cut) {
		faults_error(faults, (struct origin){importing->table->file, 0,
			0}, "gives a register of more than %zu MiB: divide it",
			REGISTER_FILE_MAX >> 20);
		importing->broken = true;
		return;
	}
	text_check(importing, faults);
	faults_place(importing, faults);
}

/* Rows at fault are found in two steps: those whose cells cannot be read, then
   those that no register takes. false: nothing is at fault any more. */
static bool pass_run(struct importing *importing)
{
	struct faults faults;
	bool again;

	faults_init(&faults);
	importing->arena = arena_new();
	importing->marked = import_make(importing->mapping, importing->table,
		importing->arena, &importing->made, importing->tell,
		importing->context, &faults);
	importing->broken = faults.dropped > 0;
	if (importing->marked == 0)
		text_make(importing, &faults);
	again = importing->marked > 0 || importing->broken;
	if (again)	/* doubts are told of what is written */
		faults_drop_warnings(&faults);
	faults_move(importing->faults, &faults);
	arena_free(importing->arena);
	return again;
}

/* --- the whole ------------------------------------------------------------- */

static bool import_passes(struct importing *importing)
{
	struct origin origin = {importing->table->file, 0, 0};

	for (int i = 0; i < IMPORT_PASSES_MAX; i++) {
		if (!pass_run(importing))
			return true;
		if (importing->broken)
			return false;
	}
	faults_error(importing->faults, origin, "without the rows at fault "
		"others are, %d times over: mend those told first",
		IMPORT_PASSES_MAX);
	return false;
}

static void import_count(struct importing *importing)
{
	struct import *import = importing->import;
	const struct import_table *table = importing->table;

	import->rows = table->count;
	for (size_t i = 0; i < table->count; i++)
		import->left_out += table->rows[i].left_out;
	import->silent = importing->made.silent;
	import->pledges = importing->made.pledges;
	import->milestones = importing->made.milestones;
}

/* Nothing is made of a table whose every row is left out or says nothing. */
static bool import_is_something(struct importing *importing)
{
	if (importing->made.root.first != NULL)
		return true;
	faults_error(importing->faults, (struct origin){importing->table->file,
		0, 0}, "no row of it says anything that the mapping asks for");
	return false;
}

bool import_run(struct import *import, const char *mapping, const char *table,
	import_told *tell, void *context, struct faults *faults)
{
	struct importing importing = {.import = import, .faults = faults,
		.tell = tell, .context = context};
	struct origin place;
	struct error error;
	bool good = false;

	*import = (struct import){0};
	text_init(&import->text, REGISTER_FILE_MAX);
	importing.mapping = import_mapping_load(mapping, faults);
	if (importing.mapping == NULL)
		return false;
	importing.table = import_table_read(importing.mapping->arena, table,
		&importing.mapping->form, &place, &error);
	if (importing.table == NULL)
		faults_error(faults, place, "%s", error.text);
	else if (import_mapping_place(importing.mapping, importing.table,
	    faults) == 0)
		good = import_passes(&importing) &&
			import_is_something(&importing);
	if (importing.table != NULL)
		import_count(&importing);
	free(importing.lines.items);
	import_mapping_free(importing.mapping);
	return good;
}

void import_release(struct import *import)
{
	text_release(&import->text);
}
