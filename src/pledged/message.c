/* message: see message.h. */
#include "pledged/message_forms.h"

void message_render(const struct message_context *context, struct text *out)
{
	static void (*const render[])(const struct message_context *,
		struct text *) = {
		[CHANNEL_LOG] = message_add_log,
		[CHANNEL_EMAIL] = message_add_mail,
		[CHANNEL_WEBHOOK] = message_add_webhook,
	};

	render[context->channel->type](context, out);
}
