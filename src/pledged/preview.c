/* preview: see preview.h. */
#include "pledged/preview.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/frame.h"
#include "base/mem.h"
#include "worker/protocol.h"

struct preview {
	char *folder;
	int64_t count;
	bool failed;
	struct error error;	/* of the first that failed */
};

struct preview *preview_open(const char *folder, struct error *error)
{
	struct preview *preview;

	if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
		error_set(error, ERROR_SYSTEM, "%s: %s", folder,
			strerror(errno));
		return NULL;
	}
	preview = mem_new(1, sizeof *preview);
	preview->folder = mem_string(folder);
	return preview;
}

int64_t preview_close(struct preview *preview, struct error *error)
{
	int64_t count;

	if (preview == NULL)
		return 0;
	count = preview->failed ? -1 : preview->count;
	if (preview->failed && error != NULL)
		*error = preview->error;
	free(preview->folder);
	free(preview);
	return count;
}

/* --- one message ------------------------------------------------------------- */

/* "FOLDER/0001-2021-01-27T153022Z-desk": without colons, which some systems do
   not take. */
static void add_path(const struct preview *preview,
	const struct notification *notification, struct text *out)
{
	struct text at;

	text_init(&at, 0);
	text_add_instant(&at, notification->created);
	text_addf(out, "%s/%04lld-", preview->folder,
		(long long)preview->count);
	for (const char *c = text_string(&at); *c != '\0'; c++)
		if (*c != ':')
			text_add_char(out, *c);
	text_addf(out, "-%s", notification->channel);
	text_release(&at);
}

static void preview_write(struct preview *preview, const struct text *path,
	const char *ending, const void *bytes, size_t length)
{
	struct text name;
	FILE *file;

	if (preview->failed)
		return;
	text_init(&name, 0);
	text_addf(&name, "%s%s", text_string(path), ending);
	file = fopen(text_string(&name), "wx");
	if (file == NULL || fwrite(bytes, 1, length, file) != length ||
	    fflush(file) != 0) {
		error_set(&preview->error, ERROR_SYSTEM, "%s: %s",
			text_string(&name), strerror(errno));
		preview->failed = true;
	}
	if (file != NULL)
		fclose(file);
	text_release(&name);
}

/* A folded header stays so; its line breaks become those of a text file. */
static void add_header(struct text *out, const struct frame_field *field)
{
	for (size_t i = 0; i < field->length; i++)
		if (field->bytes[i] != '\r')
			text_add_char(out, (char)field->bytes[i]);
	text_add_char(out, '\n');
}

static void preview_mail(struct preview *preview, const struct text *path,
	const struct text *body)
{
	struct frame_reader reader;
	struct frame_field field;
	struct text whole;

	text_init(&whole, 0);
	frame_reader_init(&reader, body->data, body->length);
	while (frame_next(&reader, &field)) {
		if (field.tag == MAIL_HEADER) {
			add_header(&whole, &field);
		} else if (field.tag == MAIL_TEXT) {
			text_add_char(&whole, '\n');
			text_add(&whole, field.bytes, field.length);
		} else if (field.tag == MAIL_HTML) {
			preview_write(preview, path, ".html", field.bytes,
				field.length);
		} else if (field.tag == MAIL_PICTURE) {
			preview_write(preview, path, ".svg", field.bytes,
				field.length);
		}
	}
	preview_write(preview, path, ".txt", whole.data, whole.length);
	text_release(&whole);
}

void preview_add(struct preview *preview,
	const struct message_context *context)
{
	struct text body, path;

	if (preview->failed)
		return;
	preview->count++;
	text_init(&body, 0);
	text_init(&path, 0);
	message_render(context, &body);
	add_path(preview, context->notification, &path);
	if (context->channel->type == CHANNEL_EMAIL)
		preview_mail(preview, &path, &body);
	else
		preview_write(preview, &path,
			context->channel->type == CHANNEL_WEBHOOK ? ".json" :
			".txt", body.data, body.length);
	text_release(&path);
	text_release(&body);
}
