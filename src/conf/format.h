/*
 * format: what makes the body of a webhook out of the CloudEvents one: jq
 * programs, shipped with the program or the administrator's own.
 *
 * "slack" is slack.jq in the folder of formats; a name with a slash or with
 * .jq at its end is a file relative to pledged.conf; "cloudevents" is none at
 * all. Before each program stands prelude.jq of the shipped folder, with what
 * formats have in common. In the comment at its head a program may declare,
 * a line each:
 *
 *	#: items 1	at most so many items of a notification in one body
 *	#: token body	the token goes into the body, and into no header
 *
 * Whether jq accepts a program is found where it runs, in a worker.
 */
#ifndef PLEDGED_CONF_FORMAT_H
#define PLEDGED_CONF_FORMAT_H

#include "conf/conf_reader.h"
#include "core/route.h"

#define FORMAT_FILE_MAX ((size_t)64 << 10)	/* bytes */
#define FORMAT_PLAIN "cloudevents"	/* the body as it is, by no program */

/* Where shipped formats are, an absolute path that stays; NULL: nowhere. Said
   once, before anything is read. */
void formats_found_in(const char *folder);

/*
 * Reads the one that a setting names into a channel: format, prelude, program
 * and what it declares. channel NULL: it is only checked. false when it is
 * faulty, or there is none such; that has been told.
 */
bool format_load(struct conf_reader *reader, const config_setting_t *setting,
	struct channel *channel);

#endif
