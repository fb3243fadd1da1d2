/*
 * What a copy of the store promises: it is whole, as of one moment, while
 * others go on writing; its bytes are those of its digest; and nothing is left
 * of one that is stopped, or that nobody takes. And what else is read for the
 * feeds: events from the newest on, and how often terms were changed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "fault_vfs.h"
#include "store_folder.h"

static void add_event(struct store_batch *batch, int64_t id,
	enum event_kind kind, const char *subject, const char *from)
{
	struct event event = { .id = id, .time = T0 + id, .kind = kind,
		.severity = SEVERITY_WARNING, .subject_kind = SUBJECT_MILESTONE,
		.subject = subject, .from = from, .to = "x",
		.late = INSTANT_MIN, .reason = "why" };

	store_add_event(batch, &event);
}

static void add_events(struct store *store, int64_t from, int64_t to)
{
	struct store_batch *batch = store_batch_new(store);

	for (int64_t id = from; id <= to; id++)
		add_event(batch, id, EVENT_SLIPPED, "p/a", "at_risk");
	commit_well(store, batch);
}

/* What a folder has beside the store and its lock. */
static size_t strangers(const struct folder *folder)
{
	DIR *dir = opendir(folder->path);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.' &&
			strncmp(entry->d_name, "pledged.db", 10) != 0 &&
			strcmp(entry->d_name, "lock") != 0;
	closedir(dir);
	return count;
}

/* Puts the copy in the place of the store, as somebody does who restores it. */
static void restore(const struct folder *folder, const struct store_copy *copy)
{
	char *bytes = malloc((size_t)copy->bytes);
	struct digest digest;
	FILE *file;

	assert_int_equal(pread(copy->fd, bytes, (size_t)copy->bytes, 0),
		copy->bytes);
	digest_sha256(bytes, (size_t)copy->bytes, &digest);
	assert_memory_equal(digest.bytes, copy->digest.bytes, DIGEST_SIZE);
	folder_empty(folder);
	file = fopen(folder->db, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, (size_t)copy->bytes, file),
		copy->bytes);
	fclose(file);
	free(bytes);
}

static bool note_phase(void *context, const char *phase, int64_t done,
	int64_t total)
{
	char *phases = context;

	assert_true(done >= 0 && total >= 0);
	if (strstr(phases, phase) == NULL) {
		strncat(phases, phase, 200 - strlen(phases));
		strncat(phases, " ", 200 - strlen(phases));
	}
	return true;
}

static void test_copy_is_whole(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct store_verified before, after;
	struct store_copy copy;
	struct error error = { 0 };
	char instance[40], phases[201] = "";

	add_events(store, 1, 2000);
	assert_int_equal(store_verify(folder->path, NULL, &before, &error), 0);
	snprintf(instance, sizeof instance, "%s", store_instance(store));
	if (store_copy(folder->path, note_phase, phases, &copy, &error) != 0)
		fail_msg("%s", error.text);
	assert_non_null(strstr(phases, "hashing"));
	assert_int_equal(strangers(folder), 0);
	/* What comes later is not in it. */
	add_events(store, 2001, 2001);
	store_close(store);
	restore(folder, &copy);
	close(copy.fd);
	store = open_store(folder);
	assert_string_equal(store_instance(store), instance);
	assert_int_equal(store_verify(folder->path, NULL, &after, &error), 0);
	/* Seals are not counted among what they seal. */
	assert_true(after.facts == before.facts && after.seal == before.seal);
	assert_memory_equal(&after.digest, &before.digest, sizeof after.digest);
	add_events(store, 2001, 2002);
	store_close(store);
	assert_state_follows(folder);
}

/* Room that is not used any more does not come along. */
static void test_copy_is_small(void **state)
{
	const struct folder *folder = *state;
	struct store *store;
	struct store_copy copy;
	struct error error = { 0 };
	struct stat file;

	store_close(open_store(folder));
	raw_run(folder, "CREATE TABLE ballast(x); INSERT INTO ballast "
		"VALUES(zeroblob(4000000)); DROP TABLE ballast;");
	store = open_store(folder);
	assert_int_equal(store_copy(folder->path, NULL, NULL, &copy, &error), 0);
	assert_int_equal(stat(folder->db, &file), 0);
	assert_true(file.st_size > 4000000);
	assert_true(copy.bytes < 1000000);
	assert_int_equal(fstat(copy.fd, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	assert_int_equal(file.st_size, copy.bytes);
	assert_int_equal(file.st_nlink, 0);
	close(copy.fd);
	store_close(store);
}

static bool stop_at(void *context, const char *phase, int64_t done,
	int64_t total)
{
	(void)done;
	(void)total;
	return strcmp(context, phase) != 0;
}

static void test_copy_stops(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct store_copy copy;
	struct error error = { 0 };
	static const char *const phases[] = { "copying", "hashing" };

	add_events(store, 1, 20000);	/* enough to be looked at between */
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(store_copy(folder->path, stop_at,
			(void *)(uintptr_t)phases[i], &copy, &error), 1);
		assert_int_equal(copy.fd, -1);
		assert_int_equal(strangers(folder), 0);
	}
	store_close(store);
}

/* One that a killed process left is in nobody's way. */
static void test_copy_over_a_leftover(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct store_copy copy;
	struct error error = { 0 };
	char path[96];
	FILE *file;

	snprintf(path, sizeof path, "%s/copy.db", folder->path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("half of it", file);
	fclose(file);
	assert_int_equal(store_copy(folder->path, NULL, NULL, &copy, &error), 0);
	close(copy.fd);
	/* A link is not followed, but taken away. */
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(store_copy(folder->path, NULL, NULL, &copy, &error), 0);
	close(copy.fd);
	assert_int_equal(strangers(folder), 0);
	store_close(store);
}

static void test_copy_of_damage(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct store_copy copy;
	struct error error = { 0 };

	add_events(store, 1, 2000);
	store_close(store);
	int fd = open(folder->db, O_WRONLY);

	for (off_t at = 8192; at < 60000; at += 4096)
		assert_int_equal(pwrite(fd, "damage", 6, at), 6);
	close(fd);
	assert_int_equal(store_copy(folder->path, NULL, NULL, &copy, &error), -1);
	assert_non_null(strstr(error.text, "damaged"));
	assert_int_equal(copy.fd, -1);
	assert_int_equal(strangers(folder), 0);
}

/* --- events ------------------------------------------------------------------------ */

static void see_event(void *context, const struct event *event)
{
	struct seen *seen = context;

	seen->ids[seen->count++] = event->id;
}

static void test_events_before(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct error error = { 0 };
	struct seen seen = { .count = 0 };

	add_events(store, 1, 9);
	assert_int_equal(store_load_events_before(store, 0, 3, see_event, &seen,
		&error), 0);
	assert_seen(&seen, "9 8 7");
	seen.count = 0;
	assert_int_equal(store_load_events_before(store, 4, 0, see_event, &seen,
		&error), 0);
	assert_seen(&seen, "3 2 1");
	store_close(store);
}

static void see_moves(void *context, const struct store_moves *moves)
{
	char *seen = context;

	snprintf(seen + strlen(seen), 100 - strlen(seen), "%s:%lld@%lld ",
		moves->milestone, (long long)moves->count,
		(long long)(moves->last - T0));
}

static void test_moves(void **state)
{
	const struct folder *folder = *state;
	struct store *store = open_store(folder);
	struct store_batch *batch = store_batch_new(store);
	struct error error = { 0 };
	char seen[100] = "";

	add_event(batch, 1, EVENT_SLIPPED, "p/a", "at_risk");
	add_event(batch, 2, EVENT_SLIPPED, "p/a", "2020-12-31");
	add_event(batch, 3, EVENT_MODIFIED, "p/b", NULL);
	add_event(batch, 4, EVENT_MET, "p/a", "pending");
	add_event(batch, 5, EVENT_RESCHEDULED, "p/a", "2021-02-14");
	commit_well(store, batch);
	assert_int_equal(store_load_moves(store, T0 + 5, see_moves, seen, &error),
		0);
	assert_string_equal(seen, "p/a:2@5 p/b:1@3 ");
	*seen = '\0';
	assert_int_equal(store_load_moves(store, T0 + 2, see_moves, seen, &error),
		0);
	assert_string_equal(seen, "p/a:1@2 ");
	store_close(store);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(test_copy_is_whole),
		IN_FOLDER(test_copy_is_small),
		IN_FOLDER(test_copy_stops),
		IN_FOLDER(test_copy_over_a_leftover),
		IN_FOLDER(test_copy_of_damage),
		IN_FOLDER(test_events_before),
		IN_FOLDER(test_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
