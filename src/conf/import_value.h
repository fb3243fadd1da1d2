/* import_value: the text of a cell as a register writes it. */
#ifndef PLEDGED_CONF_IMPORT_VALUE_H
#define PLEDGED_CONF_IMPORT_VALUE_H

#include "conf/import_mapping.h"

/* Longest id that is made of a text, cut between words. */
#define IMPORT_ID_MAX 64

/*
 * Adds what a cell means by its column. Nothing is added for an empty cell
 * without a fallback, and where a choice gives nothing. false with an error.
 */
bool import_value(const struct import_column *column,
	const struct import_form *form, const char *cell, struct text *out,
	struct error *error);

/* Whether a form of dates is one: a year, and what it takes to be a period. */
bool import_form_is_valid(const char *form);

#endif
