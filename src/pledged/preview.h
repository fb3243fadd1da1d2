/*
 * preview: the messages of a replay, each as files that its receiver's program
 * could have shown:
 *
 *	FOLDER/0001-2021-01-27T153022Z-desk.txt	an email: headers, text
 *	FOLDER/0001-2021-01-27T153022Z-desk.html	… its HTML
 *	FOLDER/0001-2021-01-27T153022Z-desk.svg		… its picture
 *	FOLDER/0002-2021-01-27T153022Z-hook.json	a webhook's body, before its
 *							format
 *	FOLDER/0003-2021-01-27T153022Z-log.txt	a line of the log
 *
 * What is there already is not written over.
 */
#ifndef PLEDGED_PLEDGED_PREVIEW_H
#define PLEDGED_PLEDGED_PREVIEW_H

#include "pledged/message.h"

struct preview;

/* Makes the folder, unless it is there. NULL with an error. */
struct preview *preview_open(const char *folder, struct error *error);
/* How many messages were written. -1 when something could not be, which error
   says; preview NULL: 0. */
int64_t preview_close(struct preview *preview, struct error *error);
/* After the first that could not be written all others are passed over. */
void preview_add(struct preview *preview,
	const struct message_context *context);

#endif
