/*
 * pen: one fact at the end of a batch, column by column in the order of
 * fact_tables. Absent things (no instant, no figure, no word) are NULL.
 */
#ifndef PLEDGED_STORE_PEN_H
#define PLEDGED_STORE_PEN_H

#include "store/batch.h"
#include "store/record.h"

struct pen {
	struct store_batch *batch;
	struct record record;
	struct entry entry;
	size_t at;	/* of the entry */
};

void pen_begin(struct pen *pen, struct store_batch *batch, enum fact fact);
void pen_end(struct pen *pen);

void pen_int(struct pen *pen, int64_t number);
void pen_int_unless(struct pen *pen, int64_t number, int64_t none);
void pen_instant(struct pen *pen, instant at);	/* INSTANT_MIN: none */
void pen_string(struct pen *pen, const char *string);	/* NULL, "": none */
void pen_decimal(struct pen *pen, struct decimal value);
void pen_figure(struct pen *pen, const struct figure *figure);
void pen_date(struct pen *pen, struct date date);
void pen_period(struct pen *pen, struct period period);
void pen_digest(struct pen *pen, const struct digest *digest); /* NULL: none */

#endif
