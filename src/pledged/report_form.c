/* report_form: see report_form.h. */
#include "pledged/report_form.h"

void report_writing_init(struct report_writing *writing,
	const struct report *report)
{
	*writing = (struct report_writing){.report = report};
	portion_init(&writing->portion);
	html_init(&writing->html, &writing->portion.made);
	json_init(&writing->json, &writing->portion.made);
}

void report_writing_release(struct report_writing *writing)
{
	portion_release(&writing->portion);
}

static void report_make(struct report_writing *writing,
	const struct report_form *form)
{
	portion_begin(&writing->portion);
	if (!form->parts[writing->part](writing))
		return;
	writing->part++;
	writing->list = writing->place = writing->told = 0;
	writing->opened = false;
}

bool report_write(struct report_writing *writing, const struct report_form *form,
	struct text *piece)
{
	if (portion_is_taken(&writing->portion))
		report_make(writing, form);
	portion_take(&writing->portion, piece);
	return portion_is_taken(&writing->portion) &&
		form->parts[writing->part] == NULL;
}
