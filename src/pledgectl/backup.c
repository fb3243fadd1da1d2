/*
 * backup: a copy of the store, as the daemon makes it, into a file of whoever
 * asks. It gets its name when all of it is on the disk and found to be what the
 * daemon sent, so that what has the name is whole.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pledgectl/answer.h"
#include "pledgectl/members.h"
#include "pledgectl/part.h"
#include "pledgectl/progress.h"

struct writing {
	const struct request *request;
	struct client *asker;	/* how far it is, while the daemon copies */
	struct part part;
	struct digest_state *state;
	struct digest digest;
};

/* --- as it comes ---------------------------------------------------------------- */

static bool writing_take(void *context, const char *bytes, size_t length)
{
	struct writing *writing = context;

	digest_add(writing->state, bytes, length);
	return part_take(&writing->part, bytes, length);
}

static void print_copying(const struct writing *writing)
{
	struct text answer;
	json_t *json;

	if (!isatty(STDERR_FILENO))
		return;
	if (client_ask(writing->asker, "GET", "/v1/backup", &answer) == CTL_DONE) {
		json = json_loads(text_string(&answer), 0, NULL);
		progress_print(json_string_value(json_object_get(json, "phase")),
			integer_of(json, "done"), integer_of(json, "total"));
		json_decref(json);
	}
	text_release(&answer);
}

static bool writing_tick(void *context, long long done, long long total)
{
	struct writing *writing = context;

	if (done > 0)
		progress_print("receiving", done, total);
	else
		print_copying(writing);
	return !part_is_interrupted();
}

/* --- the file ------------------------------------------------------------------- */

/* Readable by its owner alone. */
static int writing_open(struct writing *writing)
{
	const char *name = writing->request->arguments[0];
	struct stat found;

	if (!string_is(name, "-") && !writing->request->force &&
			lstat(name, &found) == 0) {
		fprintf(stderr, "pledgectl: %s is there already: name another file, "
			"or say --force\n", name);
		return CTL_FAILED;
	}
	return part_open(&writing->part, name, 0600);
}

static int writing_end(struct writing *writing, const struct download *download,
	int status)
{
	bool same = download->has_digest && memcmp(download->digest.bytes,
		writing->digest.bytes, DIGEST_SIZE) == 0;

	if (status == CTL_DONE && !same && part_is_good(&writing->part)) {
		fputs("pledgectl: what came is not what the daemon sent: try again\n",
			stderr);
		status = CTL_FAILED;
	}
	return part_end(&writing->part, status);
}

/* --- the verb --------------------------------------------------------------------- */

static void print_sentence(const struct request *request,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);

	(void)request;
	print_said(stdout, string_of(json, "file"));
	printf(": %lld bytes, SHA-256 %s\n", integer_of(json, "bytes"),
		string_of(json, "sha256"));
	json_decref(json);
}

static void print_kept(const struct writing *writing)
{
	char hex[DIGEST_HEX_SIZE], *line;
	struct text answer;
	json_t *json;

	digest_hex(&writing->digest, hex);
	if (string_is(writing->part.name, "-"))
		return;
	json = json_pack("{s:s, s:I, s:s}", "file", writing->part.name, "bytes",
		(json_int_t)writing->part.bytes, "sha256", hex);
	line = json_dumps(json, JSON_COMPACT);
	text_init(&answer, 0);
	text_addf(&answer, "%s\n", line);
	answer_print(writing->request, CTL_DONE, &answer, print_sentence);
	free(line);
	json_decref(json);
}

static int backup_usage(const struct request *request)
{
	if (request->argument_count != 1)
		return tell_usage("backup takes a file, - for standard output");
	if (string_is(request->arguments[0], "-") && isatty(STDOUT_FILENO) &&
			!request->force)
		return tell_usage("a backup is no text for a terminal: write it to a "
			"file");
	return CTL_DONE;
}

int verb_backup(const struct request *request)
{
	struct writing writing = {.request = request};
	struct download download = {.take = writing_take, .tick = writing_tick,
		.context = &writing};
	int status = backup_usage(request);

	if (status != CTL_DONE)
		return status;
	writing.asker = client_new(request->socket);
	status = writing.asker == NULL ? CTL_FAILED : writing_open(&writing);
	if (status == CTL_DONE) {
		writing.state = digest_new();
		status = client_download(request->client, "/v1/backup", &download);
		digest_finish(writing.state, &writing.digest);
		progress_end();
		status = writing_end(&writing, &download, status);
	}
	if (status == CTL_DONE)
		print_kept(&writing);
	client_free(writing.asker);
	return status;
}
