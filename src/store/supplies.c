/*
 * supplies: a direct-mapped table of what is known; what collides in it is moved
 * on at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "core/period.h"
#include "store/database.h"
#include "store/supplies.h"

#define SUPPLY_CACHED 4096	/* entries */
#define PERIOD_TEXT_MAX 40

/* Where they stand among the values, as in fact_tables. */
enum { AT_INDICATOR = 1, AT_SOURCE = 2, AT_PERIOD = 4, AT_QUARANTINED = 10 };

struct supplied {
	int64_t indicator, source;	/* 0: free; 0: people */
	struct period last;
	char text[PERIOD_TEXT_MAX];	/* of it, as it was written */
	bool unsettled;			/* the table does not know yet */
};

struct supplies {
	struct supplied items[SUPPLY_CACHED];
	uint16_t unsettled[SUPPLY_CACHED];	/* items that are, or were */
	size_t unsettled_count;
};

struct supplies *supplies_new(void)
{
	return mem_new(1, sizeof(struct supplies));
}

void supplies_free(struct supplies *supply)
{
	free(supply);
}

static int supplied_settle(struct supplied *item, sqlite3_stmt *statement,
	struct error *error)
{
	if (!item->unsettled)
		return 0;
	item->unsettled = false;
	sqlite3_bind_int64(statement, AT_INDICATOR + 1, item->indicator);
	sqlite3_bind_int64(statement, AT_SOURCE + 1, item->source);
	sqlite3_bind_text(statement, AT_PERIOD + 1, item->text, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, AT_QUARANTINED + 1, 0);
	return database_step(statement, error);
}

static void supplied_move(struct supplies *supply, struct supplied *item,
	struct period last, const struct field *text)
{
	item->last = last;
	memcpy(item->text, text->bytes, text->length);
	item->text[text->length] = '\0';
	if (item->unsettled)
		return;
	item->unsettled = true;
	supply->unsettled[supply->unsettled_count++] =
		(uint16_t)(item - supply->items);
}

/* Makes room for another, which may be new to the table. */
static int supplied_replace(struct supplies *supply, struct supplied *item,
	int64_t indicator, int64_t source, sqlite3_stmt *statement,
	struct error *error)
{
	if (supply->unsettled_count == SUPPLY_CACHED &&
	    supplies_settle(supply, statement, error) < 0)
		return -1;
	if (supplied_settle(item, statement, error) < 0)
		return -1;
	item->indicator = indicator;
	item->source = source;
	item->last = PERIOD_NONE;
	return 0;
}

int supplies_note(struct supplies *supply, const struct field *values,
	sqlite3_stmt *statement, struct error *error)
{
	const struct field *text = &values[AT_PERIOD];
	int64_t key[] = { values[AT_INDICATOR].number, values[AT_SOURCE].number };
	struct supplied *item =
		&supply->items[hash_bytes(key, sizeof key) % SUPPLY_CACHED];
	struct period period;

	if (values[AT_QUARANTINED].number != 0 || text->tag != FIELD_TEXT ||
	    text->length >= PERIOD_TEXT_MAX || !period_parse(
	    (const char *)text->bytes, text->length, &period))
		return 0;
	if ((item->indicator != key[0] || item->source != key[1]) &&
	    supplied_replace(supply, item, key[0], key[1], statement, error) < 0)
		return -1;
	if (period_is_none(item->last) || period_compare(period, item->last) > 0)
		supplied_move(supply, item, period, text);
	return 0;
}

int supplies_settle(struct supplies *supply, sqlite3_stmt *statement,
	struct error *error)
{
	for (size_t i = 0; i < supply->unsettled_count; i++)
		if (supplied_settle(&supply->items[supply->unsettled[i]],
		    statement, error) < 0)
			return -1;
	supply->unsettled_count = 0;
	return 0;
}
