/*
 * columns: what lists are as tables: for each kind of object the members that
 * stand in columns, in their order, those within another by their path. A name
 * that ends in ".*" stands for several columns:
 *
 *	labels.*	one a label of the register, as "label.sector"
 *	by_status.*	one a status, below whatever path
 *
 * A test holds them against the objects that view.h and its like make.
 */
#ifndef PLEDGED_PLEDGED_COLUMNS_H
#define PLEDGED_PLEDGED_COLUMNS_H

#include "base/tabular.h"
#include "core/register.h"

/* Of a register with more labels, they are one column of JSON. */
#define COLUMNS_LABELS_MAX 256

/* Each ends with NULL. */
extern const char *const columns_milestone[], *const columns_pledge[],
	*const columns_indicator[], *const columns_source[],
	*const columns_alert[], *const columns_silence[],
	*const columns_channel[], *const columns_notification[],
	*const columns_vintage[], *const columns_held[],
	*const columns_document[], *const columns_answer[],
	*const columns_change[], *const columns_group[], *const columns_cell[];

/* Gives a table all of them. */
void columns_add(struct tabular *tabular, const char *const *columns,
	const struct register_ *reg);

#endif
