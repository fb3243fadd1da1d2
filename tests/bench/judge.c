/*
 * judge: how many milestones are judged in a second.
 *
 *	judge thresholds N    "last(x) >= 1" over one figure in N milestones, and
 *	                      beside it SQLite looking up the same figure
 *	judge windows N       "sum(x, 12mo) >= 12" at the end of every month of
 *	                      the last year, and beside it SQLite summing twelve
 *	                      rows once
 *
 * Prints: ours a second, SQLite's a second, how many were met.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "made.h"

#define PASSES 5

struct work {
	const char *name;
	struct made_kind kind;
	const char *query;
};

static const struct work works[] = {
	{"thresholds", {"last", "", 1, FREQUENCY_NONE, 1},
		"SELECT value FROM figure WHERE indicator = ?1 AND period <= ?2 "
		"ORDER BY period DESC LIMIT 1"},
	{"windows", {"sum", ", 12mo", 12, FREQUENCY_MONTH, MADE_MONTHS},
		"SELECT sum(value) FROM figure WHERE indicator = ?1 "
		"AND period > ?2 - 12 AND period <= ?2"},
};

/* --- ours ---------------------------------------------------------------- */

/* Time passes by an hour from one pass to the next. */
static double judge_ours(const struct made *made, size_t *met)
{
	double times[PASSES];

	for (size_t pass = 0; pass < PASSES; pass++) {
		struct knowledge known = {MADE_NOW + (instant)pass * 3600,
			INSTANT_MAX};
		double start = bench_seconds();

		*met = 0;
		for (uint32_t i = 0; i < made->reg->milestone_count; i++) {
			struct assessment assessment;

			milestone_assess(made->reg, made->history, i, known,
				&assessment);
			*met += assessment.verdict == VERDICT_MET;
		}
		times[pass] = bench_seconds() - start;
	}
	return (double)made->reg->milestone_count / bench_median(times, PASSES);
}

/* --- SQLite's ------------------------------------------------------------- */

static sqlite3_stmt *statement_make(sqlite3 *database, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
		bench_fail("%s", sqlite3_errmsg(database));
	return statement;
}

static void figures_insert(sqlite3 *database, const struct made *made)
{
	sqlite3_stmt *insert;

	sqlite3_exec(database, "CREATE TABLE figure (indicator INTEGER, "
		"period INTEGER, value INTEGER, "
		"PRIMARY KEY (indicator, period)) WITHOUT ROWID; BEGIN",
		NULL, NULL, NULL);
	insert = statement_make(database, "INSERT INTO figure VALUES (?, ?, ?)");
	for (size_t i = 0; i < made->reg->indicator_count; i++)
		for (int month = 0; month < MADE_MONTHS; month++) {
			struct observation figure = made_figure(i, month, 0);

			sqlite3_bind_int64(insert, 1, (int64_t)i);
			sqlite3_bind_int64(insert, 2, figure.period.number);
			sqlite3_bind_int64(insert, 3,
				(int64_t)figure.value.coefficient);
			sqlite3_step(insert);
			sqlite3_reset(insert);
		}
	sqlite3_finalize(insert);
	sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
}

static double judge_bare(const struct made *made, const char *query)
{
	int64_t last = made_figure(0, MADE_MONTHS - 1, 0).period.number;
	sqlite3 *database;
	sqlite3_stmt *select;
	double start, seconds;
	int64_t met = 0;

	sqlite3_open(":memory:", &database);
	figures_insert(database, made);
	select = statement_make(database, query);
	start = bench_seconds();
	for (size_t i = 0; i < made->reg->milestone_count; i++) {
		sqlite3_bind_int64(select, 1, (int64_t)(i / MADE_SHARE));
		sqlite3_bind_int64(select, 2, last);
		if (sqlite3_step(select) == SQLITE_ROW)
			met += sqlite3_column_int64(select, 0) >= 1;
		sqlite3_reset(select);
	}
	seconds = bench_seconds() - start;
	sqlite3_finalize(select);
	sqlite3_close(database);
	if (met == 0)
		bench_fail("SQLite found nothing");
	return (double)made->reg->milestone_count / seconds;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof works / sizeof works[0]; i++) {
		size_t met;
		double ours;
		struct made made;

		if (strcmp(works[i].name, argv[1]) != 0)
			continue;
		made_init(&made, bench_number(argv[2]), &works[i].kind);
		ours = judge_ours(&made, &met);
		printf("%.0f %.0f %zu\n", ours,
			judge_bare(&made, works[i].query), met);
		made_release(&made);
		return 0;
	}
	bench_fail("usage: judge thresholds|windows N");
}
