/* import_value: dates by their forms, numbers by their marks, ids by letters. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/decimal.h"
#include "base/moment.h"
#include "conf/import_value.h"

#define SHOWN 80	/* bytes of a cell in a fault */

/* --- dates ----------------------------------------------------------------- */

static const char *const english[] = {"january", "february", "march", "april",
	"may", "june", "july", "august", "september", "october", "november",
	"december"};

#define UNSAID (-1)

/* What was found of a date, or UNSAID. */
struct date_parts {
	int year, month, day, quarter, half;
};

/* One to most digits as a number. */
static bool digits_take(const char **cursor, int least, int most, int *out)
{
	int count = 0;

	*out = 0;
	while (count < most && isdigit((unsigned char)**cursor)) {
		*out = *out * 10 + (*(*cursor)++ - '0');
		count++;
	}
	return count >= least;
}

/* Bytes two strings begin with alike, capitals of ASCII or not. */
static size_t alike(const char *a, const char *b)
{
	size_t length = 0;

	while (a[length] != '\0' && tolower((unsigned char)a[length]) ==
	    tolower((unsigned char)b[length]))
		length++;
	return length;
}

/* The whole name of a month, or three letters of it and more. */
static bool month_take(const struct import_column *column, const char **cursor,
	int *out)
{
	const char *const *names = column->months != NULL ?
		(const char *const *)column->months : english;
	size_t best = 0;

	for (int i = 0; i < 12; i++) {
		size_t same = alike(*cursor, names[i]);

		if (same > best && (same >= 3 || names[i][same] == '\0')) {
			best = same;
			*out = i + 1;
		}
	}
	*cursor += best;
	if (best != 0 && **cursor == '.')
		++*cursor;
	return best != 0;
}

static bool token_take(const struct import_column *column, char token,
	const char **cursor, struct date_parts *parts)
{
	bool good = false;

	switch (token) {
	case 'd':
		good = digits_take(cursor, 1, 2, &parts->day);
		break;
	case 'm':
		good = digits_take(cursor, 1, 2, &parts->month);
		break;
	case 'b':
		good = month_take(column, cursor, &parts->month);
		break;
	case 'y':
		good = digits_take(cursor, 2, 2, &parts->year);
		parts->year += 2000;
		break;
	case 'Y':
		good = digits_take(cursor, 4, 4, &parts->year);
		break;
	case 'q':
		good = digits_take(cursor, 1, 1, &parts->quarter);
		break;
	case 's':
		good = digits_take(cursor, 1, 1, &parts->half);
		break;
	default:
		break;
	}
	return good;
}

static bool form_match(const struct import_column *column, const char *form,
	const char *cell, struct date_parts *parts)
{
	*parts = (struct date_parts){UNSAID, UNSAID, UNSAID, UNSAID, UNSAID};
	for (; *form != '\0'; form++) {
		if (*form == '%') {
			if (!token_take(column, *++form, &cell, parts))
				return false;
		} else if (tolower((unsigned char)*form) !=
		    tolower((unsigned char)*cell++)) {
			return false;
		}
	}
	return *cell == '\0';
}

static bool part_is_good(int part, int most)
{
	return part == UNSAID || (part >= 1 && part <= most);
}

static bool parts_add(const struct date_parts *parts, struct text *out)
{
	if (!part_is_good(parts->year, 9999) || !part_is_good(parts->month, 12) ||
	    !part_is_good(parts->quarter, 4) || !part_is_good(parts->half, 2) ||
	    (parts->day != UNSAID && !date_is_valid(parts->year, parts->month,
	    parts->day)))
		return false;
	text_addf(out, "%04d", parts->year);
	if (parts->month != UNSAID)
		text_addf(out, "-%02d", parts->month);
	if (parts->day != UNSAID)
		text_addf(out, "-%02d", parts->day);
	if (parts->quarter != UNSAID)
		text_addf(out, "-Q%d", parts->quarter);
	if (parts->half != UNSAID)
		text_addf(out, "-H%d", parts->half);
	return true;
}

static void forms_add(const struct import_column *column, struct text *out)
{
	for (size_t i = 0; i < column->form_count; i++)
		text_addf(out, "%s\"%s\"", i == 0 ? "" :
			i + 1 < column->form_count ? ", " : " or ",
			column->forms[i]);
}

static bool date_value(const struct import_column *column, const char *cell,
	struct text *out, struct error *error)
{
	struct date_parts parts;
	struct text forms;
	bool seen = false;

	for (size_t i = 0; i < column->form_count; i++) {
		if (!form_match(column, column->forms[i], cell, &parts))
			continue;
		seen = true;
		if (parts_add(&parts, out))
			return true;
	}
	if (seen) {
		error_set(error, ERROR_INPUT, "\"%.*s\": there is no such day",
			SHOWN, cell);
		return false;
	}
	text_init(&forms, 0);
	forms_add(column, &forms);
	error_set(error, ERROR_INPUT, "\"%.*s\" is no date of the form %s",
		SHOWN, cell, text_string(&forms));
	text_release(&forms);
	return false;
}

/* Of the tokens of a form which there are, a bit each. */
enum { HAS_DAY = 1, HAS_MONTH = 2, HAS_YEAR = 4, HAS_QUARTER = 8, HAS_HALF = 16 };

bool import_form_is_valid(const char *form)
{
	static const char tokens[] = "dmbyYqs";
	static const unsigned bits[] = {HAS_DAY, HAS_MONTH, HAS_MONTH, HAS_YEAR,
		HAS_YEAR, HAS_QUARTER, HAS_HALF};
	unsigned has = 0;

	for (; *form != '\0'; form++) {
		const char *token;

		if (*form != '%')
			continue;
		token = form[1] != '\0' ? strchr(tokens, *++form) : NULL;
		if (token == NULL || (has & bits[token - tokens]) != 0)
			return false;
		has |= bits[token - tokens];
	}
	return has == (HAS_YEAR | HAS_MONTH | HAS_DAY) ||
		has == (HAS_YEAR | HAS_MONTH) || has == HAS_YEAR ||
		has == (HAS_YEAR | HAS_QUARTER) || has == (HAS_YEAR | HAS_HALF);
}

/* --- numbers --------------------------------------------------------------- */

/* A mark of thousands stands behind a digit and before three of them. */
static bool mark_is_good(const char *cell, size_t at)
{
	return at > 0 && isdigit((unsigned char)cell[at - 1]) &&
		isdigit((unsigned char)cell[at + 1]) &&
		isdigit((unsigned char)cell[at + 2]) &&
		isdigit((unsigned char)cell[at + 3]) &&
		!isdigit((unsigned char)cell[at + 4]);
}

static bool number_value(const struct import_form *form, const char *cell,
	struct text *out, struct error *error)
{
	struct decimal unused;
	struct text plain;
	bool good = true, whole = true;

	text_init(&plain, 0);
	for (size_t i = 0; cell[i] != '\0'; i++) {
		whole &= cell[i] != form->decimal;
		if (cell[i] == form->decimal)
			text_add_char(&plain, '.');
		else if (form->thousands != 0 && cell[i] == form->thousands)
			good &= whole && mark_is_good(cell, i);
		else
			text_add_char(&plain, cell[i] != '.' ? cell[i] : '!');
	}
	good = good && decimal_read(text_string(&plain), &unused);
	if (good)
		text_add_string(out, text_string(&plain));
	else
		error_set(error, ERROR_INPUT, "\"%.*s\" is no number with "
			"'%c' before its decimals%s%.1s%s", SHOWN, cell,
			form->decimal, form->thousands != 0 ? " and '" : "",
			&form->thousands,
			form->thousands != 0 ? "' between thousands" : "");
	text_release(&plain);
	return good;
}

/* --- ids ------------------------------------------------------------------- */

/* U+00C0 to U+017F without their marks; '-': no letter, or two. */
static const char folded[] =
	"AAAAAA-CEEEEIIIIDNOOOOO-OUUUUY--aaaaaa-ceeeeiiiidnooooo-ouuuuy-y"
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi--JjKk-LlLlLlL"
	"lLlNnNnNn---OoOoOo--RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZz-";

static const struct {
	uint32_t code;
	const char *letters;
} doubled[] = {
	{0xc6, "ae"}, {0xdf, "ss"}, {0xe6, "ae"}, {0x132, "ij"}, {0x133, "ij"},
	{0x152, "oe"}, {0x153, "oe"},
};

static void letters_add(uint32_t code, struct text *out)
{
	for (size_t i = 0; i < sizeof doubled / sizeof *doubled; i++)
		if (doubled[i].code == code) {
			text_add_string(out, doubled[i].letters);
			return;
		}
	if (code < 0x80 && (isalnum((int)code) || code == '.' || code == '_'))
		text_add_char(out, (char)tolower((int)code));
	else if (code >= 0xc0 && code < 0x180 && folded[code - 0xc0] != '-')
		text_add_char(out, (char)tolower(folded[code - 0xc0]));
	else if (out->length > 0 && out->data[out->length - 1] != '-')
		text_add_char(out, '-');
}

/* Ends at a hyphen where it is too long, and never with one. */
static size_t id_length(const struct text *id)
{
	size_t length = id->length;

	if (length > IMPORT_ID_MAX) {
		length = IMPORT_ID_MAX;
		while (length > IMPORT_ID_MAX / 2 && id->data[length] != '-')
			length--;
		if (length == IMPORT_ID_MAX / 2)
			length = IMPORT_ID_MAX;
	}
	while (length > 0 && id->data[length - 1] == '-')
		length--;
	return length;
}

static bool id_value(const char *cell, struct text *out, struct error *error)
{
	const char *cursor = cell, *end = cell + strlen(cell);
	struct text id;
	bool good;

	text_init(&id, 0);
	while (cursor < end)
		letters_add(utf8_next(&cursor, end), &id);
	good = id_length(&id) != 0;
	text_add(out, text_string(&id), id_length(&id));
	text_release(&id);
	if (!good)
		error_set(error, ERROR_INPUT, "\"%.*s\" has no letter or digit "
			"that an id may have", SHOWN, cell);
	return good;
}

/* --- choices --------------------------------------------------------------- */

static const struct import_choice *choice_find(
	const struct import_column *column, const char *cell)
{
	for (size_t i = 0; i < column->choice_count; i++)
		for (size_t j = 0; j < column->choices[i].from_count; j++)
			if (strcasecmp(column->choices[i].from[j], cell) == 0)
				return &column->choices[i];
	return NULL;
}

static bool choice_value(const struct import_column *column, const char *cell,
	struct text *out, struct error *error)
{
	const struct import_choice *choice = choice_find(column, cell);
	const char *names[64], *near;
	size_t count = 0;

	if (choice != NULL || column->otherwise != NULL) {
		text_add_string(out, choice != NULL ? choice->to :
			column->otherwise);
		return true;
	}
	for (size_t i = 0; i < column->choice_count; i++)
		for (size_t j = 0; j < column->choices[i].from_count &&
		    count < 63; j++)
			names[count++] = column->choices[i].from[j];
	names[count] = NULL;
	near = string_nearest(cell, names);
	error_set(error, ERROR_INPUT, "\"%.*s\" is none of the values of the "
		"mapping%s%.80s%s", SHOWN, cell, near != NULL ?
		", nearest is \"" : "", near != NULL ? near : "",
		near != NULL ? "\"" : "; otherwise would take any");
	return false;
}

/* --- the whole ------------------------------------------------------------- */

bool import_value(const struct import_column *column,
	const struct import_form *form, const char *cell, struct text *out,
	struct error *error)
{
	bool good = true;

	if (cell[0] == '\0') {
		text_add_string(out, column->fallback != NULL ?
			column->fallback : "");
	} else if (column->otherwise != NULL || (column->choice_count != 0 &&
	    (column->as == IMPORT_TEXT || choice_find(column, cell) != NULL))) {
		good = choice_value(column, cell, out, error);
	} else if (column->as == IMPORT_DATE) {
		good = date_value(column, cell, out, error);
	} else if (column->as == IMPORT_NUMBER) {
		good = number_value(form, cell, out, error);
	} else if (column->as == IMPORT_ID) {
		good = id_value(cell, out, error);
	} else {
		text_add_string(out, cell);
	}
	return good;
}
