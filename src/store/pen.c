/*
 * pen: values to the columns of a record.
 */
#include <string.h>

#include "store/pen.h"

void pen_begin(struct pen *pen, struct store_batch *batch,
	enum fact fact)
{
	*pen = (struct pen){ .batch = batch, .at = batch->entries.length,
		.entry = { .fact = fact, .payload = PAYLOAD_NONE } };
	text_add(&batch->entries, &pen->entry, sizeof pen->entry);
	record_begin(&pen->record, &batch->entries);
}

void pen_end(struct pen *pen)
{
	pen->entry.length = record_end(&pen->record);
	if (!pen->batch->entries.cut)
		memcpy(pen->batch->entries.data + pen->at, &pen->entry,
			sizeof pen->entry);
}

void pen_int(struct pen *pen, int64_t number)
{
	record_int(&pen->record, number);
}

void pen_int_unless(struct pen *pen, int64_t number, int64_t none)
{
	if (number == none)
		record_null(&pen->record);
	else
		record_int(&pen->record, number);
}

void pen_instant(struct pen *pen, instant at)
{
	pen_int_unless(pen, at, INSTANT_MIN);
}

void pen_string(struct pen *pen, const char *string)
{
	if (string == NULL || *string == '\0')
		record_null(&pen->record);
	else
		record_text(&pen->record, string, strlen(string));
}

static void pen_scratch(struct pen *pen)
{
	record_text(&pen->record, pen->batch->scratch.data,
		pen->batch->scratch.length);
	text_clear(&pen->batch->scratch);
}

void pen_decimal(struct pen *pen, struct decimal value)
{
	char digits[DECIMAL_STRING_MAX];
	size_t length = decimal_print(value, digits);

	record_text(&pen->record, digits, length);
}

void pen_figure(struct pen *pen, const struct figure *figure)
{
	if (figure->known)
		pen_decimal(pen, figure->value);
	else
		record_null(&pen->record);
}

void pen_date(struct pen *pen, struct date date)
{
	if (date_is_none(date)) {
		record_null(&pen->record);
		return;
	}
	text_add_date(&pen->batch->scratch, date);
	pen_scratch(pen);
}

void pen_period(struct pen *pen, struct period period)
{
	if (period_is_none(period)) {
		record_null(&pen->record);
		return;
	}
	text_add_period(&pen->batch->scratch, period);
	pen_scratch(pen);
}

void pen_digest(struct pen *pen, const struct digest *digest)
{
	if (digest != NULL)
		record_blob(&pen->record, digest->bytes, sizeof digest->bytes);
	else
		record_null(&pen->record);
}
