/*
 * row: an extraction's result checked into an observation. See row.h.
 */
#include "core/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define DIGITS_MAX 34

/* Spaces that look like another, or like nothing, and so hide what is wrong. */
static bool code_is_hidden(uint32_t code)
{
	return code == 0xa0 || (code >= 0x2000 && code <= 0x200b) ||
		code == 0x202f || code == 0x3000 || code == 0xfeff;
}

/* What a stranger wrote, cut and made printable for an error text. */
static const char *shown(char out[80], const char *value)
{
	const char *at = value, *end = value + strlen(value);
	struct text text;

	text_init(&text, 0);
	text_add_char(&text, '"');
	while (at < end && at - value < 40 && text.length < 64) {
		const char *from = at;
		uint32_t code = utf8_next(&at, end);
		char one[5] = "";

		memcpy(one, from, (size_t)(at - from));
		if (code_is_hidden(code))
			text_addf(&text, "\\u%04x", code);
		else
			text_add_printable(&text, one);
	}
	text_add_string(&text, at < end ? "\"…" : "\"");
	string_copy(out, 80, text_string(&text));
	text_release(&text);
	return out;
}

static int row_indicator(const struct register_ *reg, uint32_t source,
	const struct row_text *text, struct row *out, struct error *error)
{
	char value[80];

	out->indicator = source == NOT_FOUND ? NOT_FOUND
		: reg->sources[source].indicator;
	if (text->indicator)
		out->indicator = register_indicator(reg, text->indicator);
	else if (out->indicator == NOT_FOUND)
		return error_set(error, ERROR_INPUT, "indicator is missing, "
			"and the source names none");
	if (out->indicator == NOT_FOUND)
		return error_set(error, ERROR_INPUT, "indicator %s is not in "
			"the register", shown(value, text->indicator));
	return 0;
}

static int row_period(const struct indicator *indicator,
	const struct row_text *text, struct row *out, struct error *error)
{
	struct period *period = &out->observation.period;
	char value[80];

	if (!text->period)
		return error_set(error, ERROR_INPUT, "period is missing");
	if (!period_read(text->period, period))
		return error_set(error, ERROR_INPUT, "period %s is not one "
			"(2020, 2020-Q3, 2020-07, 2020-07-15)",
			shown(value, text->period));
	if (indicator->frequency != FREQUENCY_NONE &&
			period->frequency != indicator->frequency)
		return error_set(error, ERROR_INPUT, "period %s is not a %s, as "
			"%s has", shown(value, text->period),
			frequency_name(indicator->frequency), indicator->id);
	return 0;
}

static bool decimal_fits(struct decimal value)
{
	__int128 limit = 1;
	for (int i = 0; i < DIGITS_MAX; i++)
		limit *= 10;
	__int128 coefficient = decimal_normal(value).coefficient;
	return coefficient < limit && coefficient > -limit;
}

static int row_value(const struct row_text *text, struct row *out,
	struct error *error)
{
	struct decimal *number = &out->observation.value;
	char value[80];

	if (!text->value)
		return error_set(error, ERROR_INPUT, "value is missing");
	if (!decimal_read(text->value, number))
		return error_set(error, ERROR_INPUT, "value %s is not a number",
			shown(value, text->value));
	if (!decimal_fits(*number))
		return error_set(error, ERROR_INPUT, "value %s has more than "
			"%d digits", shown(value, text->value), DIGITS_MAX);
	return 0;
}

static int row_published(const struct zone *zone, const struct row_text *text,
	struct row *out, struct error *error)
{
	struct moment moment;
	char value[80];

	out->observation.published = INSTANT_MIN;
	if (!text->published)
		return 0;
	if (!moment_parse(text->published, strlen(text->published), &moment))
		return error_set(error, ERROR_INPUT, "published %s is not a "
			"time (2020-12-31, 2020-12-31T10:00:00Z)",
			shown(value, text->published));
	out->observation.published = moment_instant(&moment, zone);
	return 0;
}

static bool outside_domain(const struct indicator *indicator,
	struct decimal value)
{
	return (indicator->has_min && decimal_compare(value, indicator->min) < 0) ||
		(indicator->has_max && decimal_compare(value, indicator->max) > 0);
}

/* --- documents ---------------------------------------------------------------- */

static int document_field(const char *name, const char *field, size_t most,
	struct error *error)
{
	if (field == NULL)
		return 0;
	if (strlen(field) > most)
		return error_set(error, ERROR_LIMIT, "%s is longer than %zu bytes",
			name, most);
	if (!utf8_is_valid(field, strlen(field)))
		return error_set(error, ERROR_INPUT, "%s is not UTF-8", name);
	return 0;
}

static const char *given(const char *field)
{
	return field != NULL && field[0] != '\0' ? field : NULL;
}

static int document_check(const struct row_text *text, const char *key,
	struct error *error)
{
	char value[80];
	struct period period;

	if (key == NULL)
		return error_set(error, ERROR_INPUT, "key, url and title are "
			"missing: nothing tells this document from another");
	if (given(text->title) == NULL && given(text->text) == NULL)
		return error_set(error, ERROR_INPUT, "title and text are missing");
	if (document_field("key (or what stands for it)", key,
	    DOCUMENT_KEY_MAX, error) < 0 ||
	    document_field("title", text->title, SIZE_MAX, error) < 0 ||
	    document_field("url", text->url, DOCUMENT_URL_MAX, error) < 0 ||
	    document_field("text", text->text, DOCUMENT_TEXT_MAX, error) < 0)
		return -1;
	if (given(text->period) != NULL && !period_read(text->period, &period))
		return error_set(error, ERROR_INPUT, "period %s is not one "
			"(2020-07-15, 2020-07, an RFC 3339 time)",
			shown(value, text->period));
	return 0;
}

static int row_document(const struct row_text *text, struct row *out,
	struct error *error)
{
	const char *key = given(text->key);
	char title[DOCUMENT_TITLE_MAX + 1] = "";
	struct document document = {.title = title, .url = "", .text = "",
		.source = ""};

	if (key == NULL)
		key = given(text->url);
	if (key == NULL)
		key = given(text->title);
	if (document_check(text, key, error) < 0)
		return -1;
	document.key = key;
	if (given(text->title) != NULL)
		string_copy(title, sizeof title, text->title);
	if (given(text->url) != NULL)
		document.url = text->url;
	if (given(text->text) != NULL)
		document.text = text->text;
	if (given(text->period) != NULL)
		period_read(text->period, &document.period);
	out->observation.period = document.period;
	out->document = document_copy(&document);
	return 0;
}

void row_release(struct row *row)
{
	free(row->document);
	row->document = NULL;
}

/* --- the row ------------------------------------------------------------------ */

int row_check(const struct register_ *reg, uint32_t source,
	const struct zone *zone, const struct row_text *text, struct row *out,
	struct error *error)
{
	*out = (struct row){.observation = {
		.provisional = text->provisional}};
	if (row_indicator(reg, source, text, out, error) < 0)
		return -1;
	const struct indicator *indicator = &reg->indicators[out->indicator];
	if (indicator->kind == INDICATOR_DOCUMENTS)
		return row_published(zone, text, out, error) < 0 ? -1 :
			row_document(text, out, error);
	if (row_period(indicator, text, out, error) < 0 ||
			row_value(text, out, error) < 0 ||
			row_published(zone, text, out, error) < 0)
		return -1;
	if (outside_domain(indicator, out->observation.value))
		out->observation.quarantine = QUARANTINE_DOMAIN;
	return 0;
}

instant row_published_assumed(const struct indicator *indicator,
	struct period period, const struct zone *zone)
{
	instant end = period_end(period, zone);
	instant known;
	return zone_add(zone, end, indicator->lag, &known) ? known : end;
}
