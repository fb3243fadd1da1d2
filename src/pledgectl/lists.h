/*
 * lists: what the daemon can list, and which of it a table shows.
 */
#ifndef PLEDGED_PLEDGECTL_LISTS_H
#define PLEDGED_PLEDGECTL_LISTS_H

#include <jansson.h>

#include "base/grid.h"
#include "base/slice.h"
#include "pledgectl/verbs.h"

enum cell {
	CELL_TEXT, CELL_STATUS, CELL_NUMBER, CELL_SHORT, CELL_DAY, CELL_TIME,
	CELL_BOOL, CELL_SHARE,
	CELL_ID,		/* cut in its midst */
	CELL_STANDING,		/* of an alert: who has it, or what holds it back */
	CELL_WORKING		/* of a channel: whether it works, and when */
};

struct list_column {
	const char *title;
	const char *key;
	enum cell cell;
	bool shrink;
};

struct list_kind {
	const char *name;	/* "milestones" */
	const struct list_column *columns;	/* ends with a NULL title */
};

/* Of a milestone's changes. */
extern const struct list_column history_columns[];

/* NULL: there is no such list. */
const struct list_kind *list_kind_find(const char *name);
/* "milestones, pledges, …" for messages. */
const char *const *list_kind_names(void);

struct item {
	struct slice raw;	/* as the daemon wrote it */
	json_t *json;
};

struct items {
	struct item *list;
	size_t count, capacity;
	struct text *pages;	/* what the slices point into */
	size_t page_count, page_capacity;
};

/* All pages of a list at a path below /v1/; query is "" or "a=b&…". A client
   status. */
int items_get(struct items *items, const struct request *request,
	const char *list, const char *query);
/* The elements of an array within an answer, which is taken over. */
void items_take(struct items *items, struct text *answer, struct slice array);
/* Leaves out the instances of series that have not started, but for the first
   few of them. Returns how many went. */
size_t items_drop_ahead(struct items *items, size_t keep);
/* One more, which is the whole of an answer; that is taken over. */
void items_add(struct items *items, struct text *answer);
/* Gives an order, whose answer is one more. body is taken over; NULL: what
   should be in it is not UTF-8. A client status. */
int item_post(const struct request *request, const char *path, json_t *body,
	struct items *items);
void items_release(struct items *items);
/* "due", "urgency" or "id" of milestones; "standing": alerts, those first that
   somebody must do something about. */
void items_sort(struct items *items, const char *order);
/* Writes them to standard output in the form asked for. */
void items_print(const struct items *items, const struct request *request,
	const struct list_kind *kind);

/* Writes a table to standard output, as wide as that is. */
void grid_show(const struct grid *grid, const struct request *request);
/* A row of a table that has these columns. */
void list_row(struct grid *grid, const struct request *request,
	const struct item *item, const struct list_column *columns);

/* A member that is a time, as add_time (times.h); nothing where it has none. */
void add_time_of(struct text *out, const struct request *request,
	const json_t *object, const char *key);
/* A share as a percentage, rounded down: "41%". */
void add_percent(struct text *out, const json_t *share);
/* The style of a status word. */
enum grid_style status_style(const char *status);
/* The statuses of milestones by number, most urgent first; NULL behind the
   last. */
const char *milestone_status(size_t number);

#endif
