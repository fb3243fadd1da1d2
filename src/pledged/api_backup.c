/*
 * api_backup: an administrator has the store copied, and gets the copy as the
 * answer; whoever can connect sees how far that is. See backup.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/api.h"
#include "pledged/backup.h"
#include "pledged/job.h"

#define BACKUP_PIECE ((size_t)128 << 10)

enum stage { STAGE_COPYING, STAGE_SENDING, STAGE_DONE, STAGE_FAILED };

struct backup {
	struct daemon *daemon;
	struct server_request *request;	/* until it is answered */
	enum stage stage;
	struct job *job;		/* NULL: none */
	char *dir, *who;
	instant begun, ended;
	instant last_good;		/* of this one and those before */
	int copied;			/* what store_copy returned */
	struct store_copy copy;
	int64_t sent;
	struct error error;		/* FAILED: why */
};

static bool backup_is_running(const struct backup *backup)
{
	return backup != NULL && (backup->stage == STAGE_COPYING ||
		backup->stage == STAGE_SENDING);
}

instant backup_last_good(const struct daemon *daemon)
{
	return daemon->backup != NULL ? daemon->backup->last_good : INSTANT_MIN;
}

static void backup_close(struct backup *backup)
{
	if (backup->copy.fd >= 0)
		close(backup->copy.fd);
	backup->copy.fd = -1;
}

void backup_free(struct backup *backup)
{
	if (backup == NULL)
		return;
	backup_close(backup);
	free(backup->dir);
	free(backup->who);
	free(backup);
}

static void backup_end(struct backup *backup, enum stage stage)
{
	backup_close(backup);
	backup->stage = stage;
	backup->ended = loop_now(backup->daemon->loop);
	if (stage == STAGE_DONE) {
		backup->last_good = backup->begun;
		log_notice("backup: %lld bytes for %s", (long long)backup->copy.bytes,
			backup->who);
	} else {
		log_error("backup for %s: %s", backup->who, backup->error.text);
	}
}

/* Before anything of it was sent. */
static void backup_refuse(struct backup *backup, int status)
{
	reply_problem(backup->request, status, "%s", backup->error.text);
	backup_end(backup, STAGE_FAILED);
}

/* --- sending ------------------------------------------------------------------ */

static enum stream_step backup_next(void *context, struct text *piece)
{
	struct backup *backup = context;
	char *bytes = mem_new(BACKUP_PIECE, 1);
	ssize_t length = pread(backup->copy.fd, bytes, BACKUP_PIECE,
		(off_t)backup->sent);

	if (length < 0)
		error_set(&backup->error, ERROR_SYSTEM, "the copy cannot be read: "
			"%s", strerror(errno));
	if (length > 0)
		text_add(piece, bytes, (size_t)length);
	free(bytes);
	if (length <= 0)
		return STREAM_BREAK;
	backup->sent += length;
	return backup->sent == backup->copy.bytes ? STREAM_END : STREAM_MORE;
}

static void backup_gone(void *context)
{
	struct backup *backup = context;

	backup->request = NULL;
	if (backup->sent < backup->copy.bytes && backup->error.text[0] == '\0')
		error_set(&backup->error, ERROR_SYSTEM, "whoever asked for it has "
			"left before it was whole");
	backup_end(backup, backup->error.text[0] == '\0' ? STAGE_DONE :
		STAGE_FAILED);
}

/* "Repr-Digest: sha-256=:…:" (RFC 9530), by which its reader knows it whole. */
static void add_digest_header(struct text *out, const struct digest *digest)
{
	text_add_string(out, "Repr-Digest: sha-256=:");
	text_add_base64(out, digest->bytes, DIGEST_SIZE);
	text_add_char(out, ':');
}

static void backup_send(struct backup *backup)
{
	static const struct stream_source source = {backup_next, backup_gone};
	struct date day = zone_date(zone_utc(), backup->begun);
	char name[80], length[48];
	struct text digest;

	snprintf(name, sizeof name, "Content-Disposition: attachment; "
		"filename=\"pledged-%04d-%02d-%02d.db\"", day.year, day.month,
		day.day);
	snprintf(length, sizeof length, "Content-Length: %lld",
		(long long)backup->copy.bytes);
	text_init(&digest, 0);
	add_digest_header(&digest, &backup->copy.digest);
	const char *const headers[] = {name, length, text_string(&digest), NULL};

	backup->stage = STAGE_SENDING;
	server_stream(backup->request, 200, "application/vnd.sqlite3", headers,
		&source, backup);
	text_release(&digest);
}

/* --- copying ------------------------------------------------------------------ */

static bool backup_progress(void *context, const char *phase, int64_t done,
	int64_t total)
{
	job_tell(context, phase, done, total);
	return !job_is_cancelled(context);
}

static void backup_work(struct job *job, void *context)
{
	struct backup *backup = context;

	backup->copied = store_copy(backup->dir, backup_progress, job,
		&backup->copy, &backup->error);
}

static void backup_copied(void *context, bool cancelled)
{
	struct backup *backup = context;

	backup->job = NULL;
	if (cancelled || backup->copied > 0) {
		error_set(&backup->error, ERROR_SYSTEM, "pledged is stopping");
		backup_refuse(backup, 503);
	} else if (backup->copied < 0) {
		backup_refuse(backup, backup->error.kind == ERROR_LIMIT ? 507 : 500);
	} else {
		backup_send(backup);
	}
}

static void backup_recorded(void *context, bool committed)
{
	struct backup *backup = context;

	if (!committed) {
		error_set(&backup->error, ERROR_SYSTEM, "it could not be saved that "
			"this was ordered");
		backup_refuse(backup, 503);
		return;
	}
	backup->job = job_start(backup->daemon->checking, backup_work,
		backup_copied, backup);
	if (backup->job == NULL) {
		error_set(&backup->error, ERROR_SYSTEM, "no thread can be had for it "
			"now: try again later");
		backup_refuse(backup, 503);
	}
}

static struct backup *backup_new(struct daemon *daemon,
	struct server_request *request)
{
	struct backup *backup = mem_new(1, sizeof *backup);

	*backup = (struct backup){
		.daemon = daemon,
		.request = request,
		.dir = mem_string(daemon->settings->state_dir),
		.who = access_name(server_request_peer(request)),
		.begun = loop_now(daemon->loop),
		.ended = INSTANT_MIN,
		.last_good = backup_last_good(daemon),
		.copy = {.fd = -1},
	};
	return backup;
}

void post_backup(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct backup *backup;

	(void)rest;
	if (backup_is_running(daemon->backup)) {
		reply_problem(request, 409, "a backup is under way: GET /v1/backup "
			"tells how far it is");
		return;
	}
	backup = backup_new(daemon, request);
	backup_free(daemon->backup);
	daemon->backup = backup;
	daemon_record(daemon, backup->who, "backup", NULL, NULL, backup_recorded,
		backup);
}

/* --- for whoever asks ----------------------------------------------------------- */

static struct job_progress backup_now(const struct backup *backup)
{
	if (backup->job != NULL)
		return job_progress(backup->job);
	if (backup->stage == STAGE_SENDING)
		return (struct job_progress){"sending", backup->sent,
			backup->copy.bytes};
	return (struct job_progress){NULL, 0, 0};
}

static void put_backup(struct json *json, const struct backup *backup)
{
	static const char *const states[] = {
		[STAGE_COPYING] = "copying", [STAGE_SENDING] = "sending",
		[STAGE_DONE] = "done", [STAGE_FAILED] = "failed",
	};
	struct job_progress progress = backup_now(backup);
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&backup->copy.digest, hex);
	json_put_string(json, "state", states[backup->stage]);
	json_put_string(json, "by", backup->who);
	json_put_instant(json, "begun", backup->begun);
	json_put_instant(json, "ended", backup->ended);
	json_put_string(json, "phase", progress.phase);
	json_put_int(json, "done", progress.done);
	json_put_int(json, "total", progress.total);
	json_put_int(json, "bytes", backup->copy.bytes);
	json_put_string(json, "sha256", backup->copy.bytes > 0 ? hex : NULL);
	json_put_string(json, "fault", backup->stage == STAGE_FAILED ?
		backup->error.text : NULL);
}

void get_backup(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct reply reply;

	(void)rest;
	if (daemon->backup == NULL) {
		reply_problem(request, 404, "no backup has been made since the "
			"start: POST /v1/backup makes one");
		return;
	}
	reply_begin(&reply);
	json_object(&reply.json);
	put_backup(&reply.json, daemon->backup);
	json_object_end(&reply.json);
	reply_send(&reply, request, 200);
}
