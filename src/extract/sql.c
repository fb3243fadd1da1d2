/* sql: see sql.h. */
#include "extract/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"

#define STEPS_BETWEEN_CHECKS 100000
#define NAMES_SHOWN 200		/* bytes of a list of columns */

struct program {
	sqlite3 *db;
	const char *table;
	const struct extract_request *request;
	struct error *error;
	sqlite3_stmt *statement;
	int64_t steps_left;
	char refusal[120];	/* "": nothing was asked for in vain */
	int column_of[EXTRACT_FIELD_COUNT];	/* -1: not among the results */
	int provisional;
};

/* --- what a program may do ------------------------------------------------- */

/* 'now' and CURRENT_TIMESTAMP ask the layer below, which knows no program. */
static bool clock_asked;

static int clock_refused(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	(void)vfs;
	*out = 0;
	clock_asked = true;
	return SQLITE_ERROR;
}

static const char *clockless_vfs(void)
{
	static sqlite3_vfs vfs;

	if (vfs.zName == NULL) {
		vfs = *sqlite3_vfs_find(NULL);
		vfs.zName = "clockless";
		vfs.pNext = NULL;
		vfs.xCurrentTimeInt64 = clock_refused;
		sqlite3_vfs_register(&vfs, 0);
	}
	return vfs.zName;
}

static int authorize(void *context, int action, const char *first,
	const char *second, const char *database, const char *trigger)
{
	static const char *const refused[] = {"random", "randomblob",
		"load_extension", "changes", "total_changes", "last_insert_rowid"};
	struct program *program = context;

	(void)first, (void)database, (void)trigger;
	if (action == SQLITE_SELECT || action == SQLITE_READ ||
		action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action != SQLITE_FUNCTION) {
		snprintf(program->refusal, sizeof program->refusal,
			"a program is one SELECT: it changes and opens nothing");
		return SQLITE_DENY;
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (strcasecmp(refused[i], second) != 0)
			continue;
		snprintf(program->refusal, sizeof program->refusal,
			"programs may not use %s()", refused[i]);
		return SQLITE_DENY;
	}
	return SQLITE_OK;
}

static int count_steps(void *context)
{
	struct program *program = context;

	program->steps_left -= STEPS_BETWEEN_CHECKS;
	return program->steps_left < 0;
}

/* --- faults ------------------------------------------------------------------ */

bool sql_name_is_numbered(const char *name)
{
	return (name[0] == 'c' || name[0] == 'C') && name[1] != '\0' &&
		name[1 + strspn(name + 1, "0123456789")] == '\0';
}

/* The columns with names of their own, cut; or how many there are. */
static void add_names(struct text *out, const char *const *names, int count)
{
	size_t start = out->length;

	for (int i = 0; i < count; i++) {
		if (sql_name_is_numbered(names[i]))
			continue;
		text_add_string(out, out->length == start ? "; there are: " : ", ");
		if (out->length > start + NAMES_SHOWN) {
			text_add_string(out, "…");
			return;
		}
		text_add_string(out, names[i]);
	}
	if (out->length == start)
		text_addf(out, "; there are: c1 to c%d", count);
}

/* What the author may have meant by an unknown column, or all there is. */
static void add_columns(struct program *program, const char *wrong,
	struct text *out)
{
	char *sql = sqlite3_mprintf("SELECT * FROM %s", program->table);
	sqlite3_stmt *all = NULL;
	int count = 0;

	if (sqlite3_prepare_v2(program->db, sql, -1, &all, NULL) == SQLITE_OK)
		count = sqlite3_column_count(all);
	const char **names = mem_new((size_t)count + 1, sizeof *names);

	for (int i = 0; i < count; i++)
		names[i] = sqlite3_column_name(all, i);
	const char *nearest = string_nearest(wrong, names);

	if (nearest != NULL)
		text_addf(out, "; did you mean \"%s\"?", nearest);
	else
		add_names(out, names, count);
	free(names);
	sqlite3_finalize(all);
	sqlite3_free(sql);
}

static int database_fault(struct program *program)
{
	static const char unknown[] = "no such column: ";
	struct text said;

	text_init(&said, 0);
	text_add_string(&said, sqlite3_errmsg(program->db));
	if (string_starts(text_string(&said), unknown)) {
		char *wrong = mem_string(text_string(&said) + sizeof unknown - 1);

		add_columns(program, wrong, &said);
		free(wrong);
	}
	error_set(program->error, ERROR_INPUT, "extract: %s", text_string(&said));
	text_release(&said);
	return -1;
}

static int program_fault(struct program *program)
{
	if (clock_asked)
		return error_set(program->error, ERROR_INPUT, "extract: programs "
			"may not use the clock: use :fetched");
	if (program->refusal[0] != '\0')
		return error_set(program->error, ERROR_INPUT, "extract: %s",
			program->refusal);
	if (sqlite3_errcode(program->db) == SQLITE_INTERRUPT)
		return error_set(program->error, ERROR_LIMIT, "extract: the program "
			"takes too long: it was stopped after %lld million steps",
			(long long)((program->request->steps != 0
			? program->request->steps : EXTRACT_STEPS_MAX) / 1000000));
	if (sqlite3_errcode(program->db) == SQLITE_NOMEM)
		return error_set(program->error, ERROR_LIMIT, "extract: the program "
			"needs more memory than there is");
	return database_fault(program);
}

/* --- results ----------------------------------------------------------------- */

static void results_map(struct program *program)
{
	program->provisional = -1;
	for (size_t i = 0; i < EXTRACT_FIELD_COUNT; i++)
		program->column_of[i] = -1;
	for (int c = sqlite3_column_count(program->statement); c-- > 0;) {
		const char *name = sqlite3_column_name(program->statement, c);

		if (strcasecmp(name, "provisional") == 0)
			program->provisional = c;
		for (size_t i = 0; i < EXTRACT_FIELD_COUNT; i++) {
			if (strcasecmp(name, extract_fields[i].name) == 0)
				program->column_of[i] = c;
		}
	}
}

static bool integer_fits(int64_t value)
{
	while (value != 0 && value % 10 == 0)
		value /= 10;
	return value < 1000000000000000 && value > -1000000000000000;
}

static void take_field(struct extract_row *row, size_t field,
	sqlite3_stmt *statement, int column, char number[32])
{
	const char *why = NULL, *text;

	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_NULL:
		return;
	case SQLITE_FLOAT:
		why = extract_number(sqlite3_column_double(statement, column),
			number);
		if (why == NULL)
			extract_row_set(row, field, number, strlen(number));
		break;
	case SQLITE_INTEGER:
		if (!integer_fits(sqlite3_column_int64(statement, column)))
			why = extract_too_exact;
		/* fall through */
	default:
		text = (const char *)sqlite3_column_text(statement, column);
		if (text == NULL && sqlite3_errcode(sqlite3_db_handle(statement))
			== SQLITE_NOMEM)
			why = "too large";
		else if (why == NULL)
			extract_row_set(row, field, text != NULL ? text : "",
				(size_t)sqlite3_column_bytes(statement, column));
	}
	if (why != NULL)
		extract_row_reject(row, field, why);
}

static bool take_result(struct program *program, extract_take *take,
	void *context)
{
	struct extract_row row = {.indicator = NULL};
	char numbers[EXTRACT_FIELD_COUNT][32];

	for (size_t i = 0; i < EXTRACT_FIELD_COUNT; i++) {
		if (program->column_of[i] >= 0)
			take_field(&row, i, program->statement,
				program->column_of[i], numbers[i]);
	}
	if (program->provisional >= 0) {
		const char *word = (const char *)sqlite3_column_text(
			program->statement, program->provisional);

		row.provisional = word != NULL && extract_says_yes(word);
	}
	return take(context, &row);
}

/* --- the run ------------------------------------------------------------------- */

static int statement_prepare(struct program *program)
{
	const char *sql = program->request->program, *tail = "";
	sqlite3_stmt *next = NULL;

	if (sqlite3_prepare_v2(program->db, sql, -1, &program->statement, &tail)
		!= SQLITE_OK)
		return program_fault(program);
	/* What follows may be a comment, which is no statement. */
	bool more = *tail != '\0' && (sqlite3_prepare_v2(program->db, tail, -1,
		&next, NULL) != SQLITE_OK || next != NULL);

	sqlite3_finalize(next);
	if (program->statement == NULL || more ||
		sqlite3_stmt_isexplain(program->statement))
		return error_set(program->error, ERROR_INPUT,
			"extract: one SELECT is wanted, and nothing after it");
	return 0;
}

/* What a program may ask for by ":name"; NULL: there is none. */
static const char *parameter_value(const struct extract_request *request,
	const char *name)
{
	if (string_is(name, "fetched"))
		return request->fetched;
	if (string_is(name, "url"))
		return request->url != NULL ? request->url : "";
	for (size_t i = 0; i < request->parameters.count; i++) {
		if (string_is(request->parameters.items[i].name, name))
			return request->parameters.items[i].value;
	}
	return NULL;
}

static int parameter_fault(struct program *program, const char *name)
{
	const struct extract_pairs *own = &program->request->parameters;
	struct text known;

	text_init(&known, 0);
	for (size_t i = 0; i < own->count; i++)
		text_addf(&known, ", :%s", own->items[i].name);
	error_set(program->error, ERROR_INPUT, "extract: there is no parameter "
		"%s, only :fetched, :url%.200s", name != NULL ? name : "?",
		text_string(&known));
	text_release(&known);
	return -1;
}

static int parameters_bind(struct program *program)
{
	int count = sqlite3_bind_parameter_count(program->statement);

	for (int i = 1; i <= count; i++) {
		const char *name =
			sqlite3_bind_parameter_name(program->statement, i);
		/* "?1" is a number, not a name. */
		const char *value = name != NULL && name[0] != '?'
			? parameter_value(program->request, name + 1) : NULL;

		if (value == NULL)
			return parameter_fault(program, name);
		sqlite3_bind_text(program->statement, i, value, -1, SQLITE_STATIC);
	}
	return 0;
}

static int statement_run(struct program *program, extract_take *take,
	void *context)
{
	int step;

	results_map(program);
	while ((step = sqlite3_step(program->statement)) == SQLITE_ROW) {
		if (!take_result(program, take, context))
			return error_set(program->error, ERROR_LIMIT,
				"extract: there are too many results");
	}
	return step == SQLITE_DONE && !clock_asked ? 0 : program_fault(program);
}

int sql_run(sqlite3 *db, const char *table,
	const struct extract_request *request, extract_take *take,
	void *context, struct error *error)
{
	struct program program = {.db = db, .table = table, .request = request,
		.error = error, .steps_left = request->steps != 0
			? request->steps : EXTRACT_STEPS_MAX};

	clock_asked = false;
	sqlite3_set_authorizer(db, authorize, &program);
	sqlite3_progress_handler(db, STEPS_BETWEEN_CHECKS, count_steps, &program);
	int status = statement_prepare(&program);

	if (status == 0)
		status = parameters_bind(&program);
	if (status == 0)
		status = statement_run(&program, take, context);
	sqlite3_finalize(program.statement);
	sqlite3_set_authorizer(db, NULL, NULL);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	return status;
}

int sql_open(sqlite3 **db, struct error *error)
{
	static const struct { int id, value; } limits[] = {
		{SQLITE_LIMIT_LENGTH, 64 << 20},
		{SQLITE_LIMIT_SQL_LENGTH, 1 << 20},
		{SQLITE_LIMIT_EXPR_DEPTH, 200},
		{SQLITE_LIMIT_COMPOUND_SELECT, 50},
		{SQLITE_LIMIT_ATTACHED, 0},
	};

	if (sqlite3_open_v2(":memory:", db, SQLITE_OPEN_READWRITE |
			SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			clockless_vfs()) != SQLITE_OK)
		return error_set(error, ERROR_SYSTEM, "no database in memory: %s",
			sqlite3_errmsg(*db));
	/* "valeu" is a wrong column, never a text that happens to be quoted so. */
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_exec(*db, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		sqlite3_limit(*db, limits[i].id, limits[i].value);
	/* Its first use declares a table, which no program may. */
	sqlite3_exec(*db, "SELECT 1 FROM json_each('[]')", NULL, NULL, NULL);
	return 0;
}
