/*
 * api_evidence: what sources answered, and how it was read. The bytes of
 * strangers leave as a download and nothing else: no browser shows them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/job.h"
#include "pledged/view_evidence.h"

/* --- bodies ---------------------------------------------------------------- */

/* A body is unpacked in a helper thread, since large ones take a while. */
struct fetching {
	struct daemon *daemon;
	struct server_request *request;
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];
	struct text bytes;
	int found;		/* what the store said */
	struct error error;
};

static void fetching_read(struct job *job, void *context)
{
	struct fetching *fetching = context;

	(void)job;
	fetching->found = store_load_snapshot(fetching->daemon->store,
		&fetching->digest, &fetching->bytes, &fetching->error);
}

static void reply_body(struct fetching *fetching)
{
	char name[160], tag[80];
	const char *const headers[] = {name, tag,
		"Content-Security-Policy: sandbox; default-src 'none'",
		"X-Content-Type-Options: nosniff",
		"Cache-Control: private, max-age=31536000, immutable", NULL};

	snprintf(name, sizeof name,
		"Content-Disposition: attachment; filename=\"%s.bin\"",
		fetching->hex);
	snprintf(tag, sizeof tag, "ETag: \"%s\"", fetching->hex);
	server_reply(fetching->request, 200, "application/octet-stream", headers,
		&fetching->bytes);
}

static void fetching_reply(void *context, bool cancelled)
{
	struct fetching *fetching = context;

	if (cancelled) {
		reply_problem(fetching->request, 503, "pledged is stopping");
	} else if (fetching->found == 0) {
		reply_body(fetching);
	} else if (fetching->error.kind == ERROR_ABSENT) {
		reply_problem(fetching->request, 404, "%s", fetching->error.text);
	} else {
		reply_unreadable(fetching->request, &fetching->error);
	}
	text_release(&fetching->bytes);
	free(fetching);
}

static void reply_unchanged(struct server_request *request, const char *hex)
{
	char tag[80];
	const char *const headers[] = {tag, NULL};

	snprintf(tag, sizeof tag, "ETag: \"%s\"", hex);
	server_reply(request, 304, NULL, headers, NULL);
}

/* false: it is no SHA-256, which was answered. */
static bool digest_asked(struct server_request *request, const char *rest,
	struct digest *digest)
{
	if (strlen(rest) == 2 * DIGEST_SIZE && digest_from_hex(rest, digest))
		return true;
	reply_problem(request, 404, "a SHA-256 is expected, %d hexadecimal digits",
		2 * DIGEST_SIZE);
	return false;
}

void get_snapshot(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct fetching *fetching;
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];

	if (!digest_asked(request, rest, &digest))
		return;
	digest_hex(&digest, hex);
	if (request_knows(request, hex)) {
		reply_unchanged(request, hex);
		return;
	}
	fetching = mem_new(1, sizeof *fetching);
	fetching->daemon = daemon;
	fetching->request = request;
	fetching->digest = digest;
	memcpy(fetching->hex, hex, sizeof hex);
	text_init(&fetching->bytes, STORE_SNAPSHOT_MAX);
	if (job_start(daemon->reading, fetching_read, fetching_reply,
	    fetching) != NULL)
		return;
	reply_problem(request, 503, "too many are being read: try again later");
	free(fetching);
}

/* --- how they were read ------------------------------------------------------- */

void get_definition(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct digest digest;
	struct reply reply;
	struct error error;

	if (!digest_asked(request, rest, &digest))
		return;
	reply_begin(&reply);
	if (store_load_definition(daemon->store, &digest, &reply.body,
	    &error) == 0) {
		reply_send(&reply, request, 200);
		return;
	}
	reply_drop(&reply);
	if (error.kind == ERROR_ABSENT) {
		reply_problem(request, 404, "no answer of a source was read by "
			"such a definition: /v1/sources/{id}/answers tells those "
			"that were, as program");
		return;
	}
	reply_unreadable(request, &error);
}

/* --- who was asked what, when --------------------------------------------------- */

static void item_answer(void *context, const struct store_answer *answer)
{
	struct numbered_list *numbered = context;

	if (!list_has_room(&numbered->list))
		return;
	view_answer(&numbered->list.reply.json, answer);
	numbered_wrote(numbered, answer->id);
}

static void list_answers(struct daemon *daemon, struct server_request *request,
	const char *source)
{
	struct numbered_list numbered;
	int loaded;

	if (!numbered_begin(&numbered, request))
		return;
	list_as_table(&numbered.list, daemon, columns_answer);
	loaded = store_load_answers(daemon->store, source, numbered.cursor,
		numbered_rows(&numbered), item_answer, &numbered, &numbered.error);
	if (loaded == 0 && numbered.list.count == 0 &&
	    register_source(daemon->reg, source) == NOT_FOUND) {
		reply_drop(&numbered.list.reply);
		reply_problem(request, 404, "there is and was no source \"%s\": "
			"/v1/sources lists them", source);
		return;
	}
	numbered_end(&numbered, loaded);
}

/* Also of one that has left the register. */
void get_answers(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/answers");

	list_answers(daemon, request, id);
	free(id);
}
