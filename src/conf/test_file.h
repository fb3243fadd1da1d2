/*
 * test_file: a file of register tests, pledged-test(5).
 *
 *	file ─parse→ settings ─tables→ sayings ┐
 *	     ─lists of a register→ register ───┴─check→ tests
 *
 * Every fault is found and told together with those of the register, each with
 * file and line: unknown keys and ids with the nearest, words that no answer
 * has, times and periods that are none.
 */
#ifndef PLEDGED_CONF_TEST_FILE_H
#define PLEDGED_CONF_TEST_FILE_H

#include "conf/conf_reader.h"
#include "conf/settings.h"
#include "core/aspect.h"
#include "core/event.h"
#include "core/row.h"

#define TEST_FILE_MAX ((size_t)16 << 20)
#define TEST_LIST_MAX 100000	/* elements of one list */

struct sayings {
	struct said *items;	/* each with its own line */
	size_t count;
};

/* What becomes known, or of a source, from a time on. */
struct test_given {
	int line;
	struct said at, published;
	const char *indicator;
	const char *source;
	const char *fails;		/* the error of a source */
	bool answers;			/* a source that failed */
	bool provisional;
	struct sayings figures;		/* "2020-01 = 5", "x 2020-01 = 5" */
	struct said first;		/* the period of the first of values */
	struct sayings values;
	struct said observations;	/* a table of figures, absolute */
	/* as checked */
	instant when;
	struct row *rows;
	size_t row_count, row_room;
	uint32_t source_index;		/* NOT_FOUND: figures alone */
};

/* An event, or an alert: without a time. */
struct test_event {
	int line;
	struct moment time;
	enum event_kind kind;
	const char *subject;
};

struct test_expect {
	int line;
	struct said at, from, to;
	struct said milestone;		/* id or pattern; text NULL: none */
	struct said wanted[ASPECT_COUNT]; /* text NULL: nothing is */
	bool has_alerts, has_events;
	struct sayings alert_sayings, event_sayings;
	/* as checked */
	instant when;			/* of the answer and the alerts */
	instant since, until;		/* of the events, both included */
	struct test_event *alerts;
	struct test_event *events;
};

struct test {
	const char *name;
	int line;
	struct said from, to;
	struct test_given *givens;
	size_t given_count;
	struct test_expect *expects;
	size_t expect_count;
	/* as checked */
	instant begins, ends;
};

struct test_file {
	struct arena *arena;
	const char *path;		/* absolute */
	const char *shown;		/* in messages */
	const char *conf;		/* of pledged.conf; NULL: none */
	const char **registers;
	size_t register_count;
	const char *zone_id;
	const struct zone *zone;	/* NULL: as conf says, else UTC */
	enum first_sight first_sight;
	bool fetches;			/* file: sources are read */
	struct test *tests;
	size_t count;
	/* taken out (set to NULL) by whoever runs them */
	struct settings *settings;
	struct register_ *reg;
};

/* Reads a file with the register it is about. NULL when there were errors. */
struct test_file *test_file_load(const char *path, struct faults *faults);
void test_file_free(struct test_file *file);

/* What a test file says beside a register, for its manual. */
extern const struct conf_table test_table;

#endif
