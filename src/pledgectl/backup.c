/*
 * backup: a copy of the store, as the daemon makes it, into a file of whoever
 * asks. It gets its name when all of it is on the disk and found to be what the
 * daemon sent, so that what has the name is whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "pledgectl/lists.h"
#include "pledgectl/progress.h"

struct writing {
	const struct request *request;
	struct client *asker;	/* how far it is, while the daemon copies */
	const char *name;	/* "-": standard output */
	char *part;		/* where it is written; NULL: to standard output */
	int fd;
	int fault;		/* errno of a write; 0: none */
	long long bytes;
	struct digest_state *state;
	struct digest digest;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* Whoever breaks it off finds nothing left of it. */
static void catch_interrupts(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_interrupt};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
}

static int tell_file(const char *what, const char *name, int number)
{
	fprintf(stderr, "pledgectl: %s %s: %s\n", what, name, strerror(number));
	return CTL_FAILED;
}

/* --- as it comes ---------------------------------------------------------------- */

static bool writing_take(void *context, const char *bytes, size_t length)
{
	struct writing *writing = context;

	digest_add(writing->state, bytes, length);
	writing->bytes += (long long)length;
	while (length > 0) {
		ssize_t written = write(writing->fd, bytes, length);

		if (written < 0 && errno == EINTR && !interrupted)
			continue;
		if (written < 0) {
			writing->fault = errno;
			return false;
		}
		bytes += written;
		length -= (size_t)written;
	}
	return true;
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
			json_integer_value(json_object_get(json, "done")),
			json_integer_value(json_object_get(json, "total")));
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
	return !interrupted;
}

/* --- the file ------------------------------------------------------------------- */

/* Beside the file it becomes, readable by its owner alone. */
static int writing_open(struct writing *writing)
{
	struct text part;
	struct stat found;

	if (string_is(writing->name, "-")) {
		writing->fd = STDOUT_FILENO;
		return CTL_DONE;
	}
	if (!writing->request->force && lstat(writing->name, &found) == 0) {
		fprintf(stderr, "pledgectl: %s is there already: name another file, "
			"or say --force\n", writing->name);
		return CTL_FAILED;
	}
	text_init(&part, 0);
	text_addf(&part, "%s.XXXXXX", writing->name);
	writing->part = text_take(&part);
	writing->fd = mkostemp(writing->part, O_CLOEXEC);
	if (writing->fd >= 0)
		return CTL_DONE;
	free(writing->part);
	writing->part = NULL;
	return tell_file("cannot create", writing->name, errno);
}

/* What has been written is on the disk, and has its name there. */
static int writing_keep(struct writing *writing)
{
	char *copy = mem_string(writing->name);
	int dir, status = CTL_DONE;

	if (fsync(writing->fd) < 0 || rename(writing->part, writing->name) < 0) {
		status = tell_file("cannot write", writing->name, errno);
	} else {
		free(writing->part);
		writing->part = NULL;
		dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0 || fsync(dir) < 0)
			status = tell_file("cannot sync the folder of",
				writing->name, errno);
		if (dir >= 0)
			close(dir);
	}
	free(copy);
	return status;
}

static int writing_end(struct writing *writing, const struct download *download,
	int status)
{
	if (interrupted) {
		fputs("pledgectl: broken off: nothing was kept\n", stderr);
		return CTL_FAILED;
	}
	if (writing->fault != 0)
		return tell_file("cannot write", writing->name, writing->fault);
	if (status != CTL_DONE)
		return status;
	if (!download->has_digest || memcmp(download->digest.bytes,
	    writing->digest.bytes, DIGEST_SIZE) != 0) {
		fputs("pledgectl: what came is not what the daemon sent: try again\n",
			stderr);
		return CTL_FAILED;
	}
	return writing->part != NULL ? writing_keep(writing) : CTL_DONE;
}

static void writing_release(struct writing *writing)
{
	if (writing->part != NULL)
		unlink(writing->part);
	free(writing->part);
	if (writing->fd > STDERR_FILENO)
		close(writing->fd);
	client_free(writing->asker);
}

/* --- the verb --------------------------------------------------------------------- */

static void print_kept(const struct writing *writing)
{
	char hex[DIGEST_HEX_SIZE];
	json_t *json;

	digest_hex(&writing->digest, hex);
	if (string_is(writing->name, "-"))
		return;
	if (writing->request->form == FORM_TABLE) {
		printf("%s: %lld bytes, SHA-256 %s\n", writing->name,
			writing->bytes, hex);
		return;
	}
	json = json_pack("{s:s, s:I, s:s}", "file", writing->name, "bytes",
		(json_int_t)writing->bytes, "sha256", hex);
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
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
	return no_csv(request);
}

int verb_backup(const struct request *request)
{
	struct writing writing = {.request = request, .fd = -1};
	struct download download = {.take = writing_take, .tick = writing_tick,
		.context = &writing};
	int status = backup_usage(request);

	if (status != CTL_DONE)
		return status;
	writing.name = request->arguments[0];
	catch_interrupts();
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
	writing_release(&writing);
	return status;
}
