/* extract: see extract.h. */
#include "extract/extract.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define FIELD(name) {#name, offsetof(struct extract_row, name)}

const struct extract_field extract_fields[EXTRACT_FIELD_COUNT] = {
	FIELD(indicator), FIELD(period), FIELD(value), FIELD(published),
	FIELD(key), FIELD(title), FIELD(url), FIELD(text),
};

size_t extract_field_find(const char *name)
{
	if (string_is(name, "provisional"))
		return EXTRACT_IS_PROVISIONAL;
	for (size_t i = 0; i < EXTRACT_FIELD_COUNT; i++) {
		if (string_is(extract_fields[i].name, name))
			return i;
	}
	return EXTRACT_NO_FIELD;
}

/* --- rows ---------------------------------------------------------------- */

void extract_row_reject(struct extract_row *row, size_t field, const char *why)
{
	if (row->reject[0] != '\0')
		return;
	if (field < EXTRACT_FIELD_COUNT)
		snprintf(row->reject, sizeof row->reject, "%s: %s",
			extract_fields[field].name, why);
	else
		snprintf(row->reject, sizeof row->reject, "%s", why);
}

void extract_row_set(struct extract_row *row, size_t field, const char *bytes,
	size_t length)
{
	char *place = (char *)row + extract_fields[field].offset;

	if (length > EXTRACT_FIELD_MAX)
		extract_row_reject(row, field, "longer than 64 KiB");
	else if (!utf8_is_valid(bytes, length))
		extract_row_reject(row, field, "not UTF-8, or with a NUL in it");
	else
		*(const char **)(void *)place = bytes;
}

bool extract_says_yes(const char *word)
{
	static const char *const no[] = {"", "0", "0.0", "false", "no", "f", "n"};

	for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
		if (strcasecmp(no[i], word) == 0)
			return false;
	}
	return true;
}

const char extract_too_exact[] = "a number of more than 15 significant digits: "
	"round it, or give it as a string";

const char *extract_number(double value, char out[32])
{
	if (!isfinite(value))
		return "not a finite number";
	snprintf(out, 32, "%.15g", value);
	return strtod(out, NULL) == value ? NULL : extract_too_exact;
}

/* --- formats --------------------------------------------------------------- */

static const struct {
	const char *name;
	extract_format *run;
} formats[] = {
	{"csv", extract_csv},
	{"json", extract_json},
	{"html", extract_html},
	{"xml", extract_xml},
	{"feed", extract_feed},
	{"text", extract_text},
};

void extract_found_init(struct extract_found *found)
{
	text_init(&found->next, EXTRACT_NEXT_MAX);
	found->ttl = found->passed = 0;
}

void extract_found_release(struct extract_found *found)
{
	text_release(&found->next);
}

int extract_found_next(struct extract_found *found, const char *bytes,
	size_t length, struct error *error)
{
	if (length > EXTRACT_NEXT_MAX)
		return error_set(error, ERROR_LIMIT, "next: where the next page is "
			"takes more than %d bytes", EXTRACT_NEXT_MAX);
	bool plain = utf8_is_valid(bytes, length);

	for (size_t i = 0; i < length; i++)
		plain &= (unsigned char)bytes[i] >= ' ' && bytes[i] != 0x7f;
	if (!plain)
		return error_set(error, ERROR_INPUT,
			"next: where the next page is has control characters in it");
	text_clear(&found->next);
	text_add(&found->next, bytes, length);
	return 0;
}

static extract_format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (string_is(formats[i].name, name))
			return formats[i].run;
	}
	return NULL;
}

int extract_run(const struct extract_request *request, extract_take *take,
	void *context, struct extract_found *found, struct error *error)
{
	extract_format *run = format_find(request->format);
	struct extract_found unwanted;

	if (run == NULL)
		return error_set(error, ERROR_INPUT, "there is no format \"%s\"",
			request->format != NULL ? request->format : "");
	if (strlen(request->program) > EXTRACT_PROGRAM_MAX ||
		(request->next != NULL &&
		strlen(request->next) > EXTRACT_PROGRAM_MAX))
		return error_set(error, ERROR_LIMIT,
			"the extraction program is longer than %d bytes",
			EXTRACT_PROGRAM_MAX);
	extract_found_init(&unwanted);
	int status = run(request, take, context,
		found != NULL ? found : &unwanted, error);

	extract_found_release(&unwanted);
	return status;
}

void extract_end(void)
{
	extract_json_end();
}
