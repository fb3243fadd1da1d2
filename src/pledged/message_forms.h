/* message_forms: a message in each of the forms that channels take. */
#ifndef PLEDGED_PLEDGED_MESSAGE_FORMS_H
#define PLEDGED_PLEDGED_MESSAGE_FORMS_H

#include "pledged/message.h"

void message_add_log(const struct message_context *context, struct text *out);
void message_add_mail(const struct message_context *context, struct text *out);
void message_add_webhook(const struct message_context *context,
	struct text *out);

#endif
