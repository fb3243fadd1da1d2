/* report_form: see report_form.h. */
#include "pledged/report_form.h"

static void writing_begin(struct report_writing *writing, struct text *piece)
{
	if (writing->begun) {
		writing->html.out = writing->json.out = piece;
		return;
	}
	html_init(&writing->html, piece);
	json_init(&writing->json, piece);
	writing->begun = true;
}

bool report_write(struct report_writing *writing, const struct report_form *form,
	struct text *piece)
{
	writing_begin(writing, piece);
	if (form->parts[writing->part](writing)) {
		writing->part++;
		writing->list = writing->place = writing->told = 0;
		writing->opened = false;
	}
	return form->parts[writing->part] == NULL;
}
