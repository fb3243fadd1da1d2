/*
 * report_form: a report written down, part after part, as its reader takes it.
 * A form is a list of parts; each part is called until it has nothing to add,
 * and adds some milliseconds' worth at a time.
 */
#ifndef PLEDGED_PLEDGED_REPORT_FORM_H
#define PLEDGED_PLEDGED_REPORT_FORM_H

#include "base/json.h"
#include "pledged/parts.h"
#include "pledged/portion.h"
#include "pledged/report.h"

#define REPORT_ROWS 100		/* of a table, written at once */

struct report_writing {
	const struct report *report;
	struct portion portion;
	struct html html;	/* of one form, as the next of the other */
	struct part_table table;	/* the one that is open */
	struct json json;
	size_t part;
	size_t list;		/* of report_lists */
	size_t place;		/* within the part or the list; 0 at its begin */
	bool opened;		/* a table, or a section, that the next call closes */
	size_t told;		/* rows so far */
};

/* Whether the part is through; then the next begins with place 0, and so on. */
typedef bool report_part(struct report_writing *writing);

struct report_form {
	const char *type;
	const char *const *(*headers)(void);	/* NULL: it has none */
	report_part *const *parts;	/* NULL at the end */
};
extern const struct report_form report_html, report_json;

void report_writing_init(struct report_writing *writing,
	const struct report *report);
void report_writing_release(struct report_writing *writing);
/* Adds one piece of it. Whether it was the last. */
bool report_write(struct report_writing *writing, const struct report_form *form,
	struct text *piece);

#endif
