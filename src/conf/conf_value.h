/*
 * conf_value: the kinds of values that settings take.
 *
 * Where a number may stand a string may, and is exact; a number that libconfig
 * read as a double is taken at 15 significant digits.
 */
#ifndef PLEDGED_CONF_CONF_VALUE_H
#define PLEDGED_CONF_CONF_VALUE_H

#include "base/decimal.h"
#include "conf/conf_reader.h"

/*			kind		target */
extern const struct conf_kind
	conf_text,		/* const char *: any text, not empty */
	conf_name,		/* const char *: one line, shared */
	conf_path,		/* const char *: absolute, from a name relative to the file */
	conf_bool,		/* bool */
	conf_int,		/* int */
	conf_decimal,		/* struct decimal */
	conf_share,		/* struct decimal, above 0 and at most 1 */
	conf_ratio,		/* struct decimal, above 1 */
	conf_duration,		/* struct duration */
	conf_span,		/* struct duration, above 0, none in working days */
	conf_retention,		/* the same, or "forever", which is 0 */
	conf_seconds,		/* int64_t: a duration of fixed length */
	conf_milliseconds,	/* int64_t: "250ms" too */
	conf_size,		/* int64_t: bytes */
	conf_date,		/* struct date */
	conf_char,		/* char: one ASCII character */
	conf_word_kind,		/* int or an enum: one of the row's words */
	conf_strings,		/* const char **, second: size_t; a string is a list of one */
	conf_durations,		/* struct duration *, second: size_t */
	conf_weekdays,		/* unsigned: bit n is weekday n, as date_weekday */
	conf_labels,		/* const struct label *, second: size_t */
	conf_zone,		/* const char * id, second: const struct zone * */
	conf_said,		/* struct said */
	conf_said_number,	/* struct said; a number may stand there */
	conf_inside,		/* a group, into the same object */
	conf_list,		/* groups, through the inside table's open */
	conf_for_each,		/* conf_each: how often its element is read */
	conf_id,		/* const char *: conf_name, of an element */
	conf_id_plain,		/* the same without hyphens */
	conf_anything;		/* checked by nobody */

/* A number as it stands in the file: its string, or what libconfig made of it,
   in room. NULL after the fault that wanted is expected. */
const char *conf_number_string(struct conf_reader *reader,
	const config_setting_t *setting, const char *wanted,
	char room[DECIMAL_STRING_MAX]);

/* Reads "32M", "512K", "1G", "4096"; false: none of them. */
bool size_read(const char *string, int64_t *out);

#endif
