/*
 * extract: bytes of a source and a program in a language its author knows,
 * into rows of text. Pure: no clock, no chance, no files, no environment;
 * meant to run where a fault costs one process. What encoding the bytes are in
 * is decided as in extract/decode.h, whatever the format.
 *
 * Limits: EXTRACT_PROGRAM_MAX bytes of program, EXTRACT_COLUMNS_MAX columns of
 * CSV, EXTRACT_FIELD_MAX bytes a field, EXTRACT_STEPS_MAX steps of SQL; those of
 * XPath are in extract/paths.h, of XML and HTML in extract/tree.h, of patterns
 * in core/pattern.h. Rows are counted by the taker, and the memory and CPU of
 * what has no limit of its own (jq; a pattern tried in very many places) by
 * whoever runs the process.
 */
#ifndef PLEDGED_EXTRACT_EXTRACT_H
#define PLEDGED_EXTRACT_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define EXTRACT_PROGRAM_MAX 65536
#define EXTRACT_COLUMNS_MAX 500
#define EXTRACT_FIELD_MAX 65536
#define EXTRACT_STEPS_MAX 500000000	/* some seconds; the same everywhere */
#define EXTRACT_REJECT_MAX 120
#define EXTRACT_NEXT_MAX 4096	/* bytes of where the next page is */

struct extract_column_as {	/* overrides how a column of CSV is typed */
	char *name;
	bool number;
};

struct extract_pair {
	char *name;
	char *value;
};

struct extract_pairs {
	struct extract_pair *items;
	size_t count;
};

struct extract_request {
	const char *format;	/* "csv" "json" "html" "xml" "feed" "text" */
	const char *program;	/* SELECT, jq, PCRE2; the XPath of rows */
	const char *fetched;	/* RFC 3339, what programs see as the time */
	const char *url;	/* what was asked, likewise; NULL: "" */
	const void *body;
	size_t length;
	const char *encoding;	/* whatever the answer says; NULL: see charset */
	const char *charset;	/* the server's word; NULL: none */
	struct extract_pairs parameters;	/* variables of the programs */
	struct extract_pairs columns;		/* field → XPath */
	struct extract_pairs namespaces;	/* prefix → URI */
	const char *match;	/* of a feed; NULL: all */
	const char *next;	/* program for the next page; NULL: none */
	char csv_delimiter;	/* 0: comma */
	char csv_decimal;	/* 0: point */
	char csv_thousands;	/* 0: none */
	bool csv_no_header;
	struct extract_column_as *columns_as;
	size_t columns_as_count;
	int64_t steps;		/* of an SQL program, or of all XPaths; 0: the
				   most there may be */
};

/* One result. NULL: the field was absent or null. Valid during the call. */
struct extract_row {
	const char *indicator, *period, *value, *published;
	const char *key, *title, *url, *text;
	bool provisional;
	char reject[EXTRACT_REJECT_MAX];	/* why it is none; "": it is one */
};

/* The fields by name, for formats that look them up. */
#define EXTRACT_FIELD_COUNT 8
extern const struct extract_field {
	const char *name;
	size_t offset;		/* in struct extract_row */
} extract_fields[EXTRACT_FIELD_COUNT];

/* What "provisional" is in the place of a field's number. */
#define EXTRACT_IS_PROVISIONAL EXTRACT_FIELD_COUNT
#define EXTRACT_NO_FIELD SIZE_MAX
#define EXTRACT_FIELDS_SAID "indicator, period, value, published, " \
	"provisional, key, title, url and text"
/* The number of a field by its name, or one of these. */
size_t extract_field_find(const char *name);

/* Makes bytes, which end in a NUL not counted, a field of a row; or rejects
   the row, since they are too long or no text. */
void extract_row_set(struct extract_row *row, size_t field, const char *bytes,
	size_t length);
/* The first reason stays. field EXTRACT_FIELD_COUNT: the row as a whole. */
void extract_row_reject(struct extract_row *row, size_t field, const char *why);
/* Whether a word says yes: not empty, 0, false, no, f, n. */
bool extract_says_yes(const char *word);

/* Takes a row; false: no more are wanted, which is a fault of the program. */
typedef bool extract_take(void *context, const struct extract_row *row);

/* What an answer says beside its rows. */
struct extract_found {
	struct text next;	/* URL of the next page, relative to url; or
				   parameters of its query, each behind a '&' and
				   percent-encoded, "&page=2&limit=50"; empty: this
				   is the last */
	int64_t ttl;		/* seconds, of a feed; 0: not said */
	int64_t passed;		/* items that match left out */
};
void extract_found_init(struct extract_found *found);
void extract_found_release(struct extract_found *found);
/* Takes where the next page is from what a program gave; -1: that is no URL of
   at most EXTRACT_NEXT_MAX bytes. */
int extract_found_next(struct extract_found *found, const char *bytes,
	size_t length, struct error *error);

/* Runs a request; found may be NULL. -1 with what is wrong and where when the
   program or the bytes are at fault. Compiled programs are kept for the next
   request. */
int extract_run(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error);
/* Lets go of what was kept. */
void extract_end(void);

/* One format each; used by extract_run. */
typedef int extract_format(const struct extract_request *request,
	extract_take *take, void *context, struct extract_found *found,
	struct error *error);
extract_format extract_csv, extract_json, extract_html, extract_xml,
	extract_feed, extract_text;
void extract_json_end(void);

/*
 * A binary number as text at 15 significant digits into out[32]. NULL; or why
 * not: it is not finite, or has more, which a binary number does not keep.
 */
const char *extract_number(double value, char out[32]);
extern const char extract_too_exact[];

#endif
