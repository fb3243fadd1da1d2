/*
 * conf_golden: listings of faults, expected and found.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/conf_file.h"
#include "conf/register_expand.h"
#include "conf_golden.h"

#define LISTING_MAX ((size_t)1 << 20)

static char folder[64];
static char file_path[192];
static char files[64][192];
static size_t file_count;

void golden_enter(void)
{
	const char *top = getenv("SRCDIR");

	if (top != NULL)
		assert_int_equal(chdir(top), 0);
	assert_int_equal(chdir("tests/data/conf"), 0);
}

char *golden_listing(const char *path, enum conf_purpose purpose)
{
	struct faults faults;
	struct settings *settings;
	struct text out;

	faults_init(&faults);
	settings = settings_load(path, purpose, &faults);
	if (settings != NULL)
		register_free(register_load(settings, &faults));
	settings_free(settings);
	faults_sort(&faults);
	text_init(&out, LISTING_MAX);
	faults_print(&faults, &out);
	faults_release(&faults);
	return text_take(&out);
}

static bool expand_take(void *context, const char *bytes, size_t length)
{
	text_add(context, bytes, length);
	return true;
}

void golden_expanded(const char *path, struct text *out)
{
	struct settings *settings;
	struct faults faults;

	faults_init(&faults);
	settings = settings_load(path, CONF_OFFLINE, &faults);
	text_init(out, 0);
	assert_int_equal(register_expand(settings, expand_take, out, &faults),
		0);
	settings_free(settings);
	faults_release(&faults);
}

static void golden_write(const char *path, const char *listing)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(listing, file);
	assert_int_equal(fclose(file), 0);
}

struct register_ *golden_register(const char *path, enum conf_purpose purpose)
{
	struct settings *settings;
	struct register_ *reg;
	struct faults faults;

	faults_init(&faults);
	settings = settings_load(path, purpose, &faults);
	reg = register_load(settings, &faults);
	if (reg == NULL)
		fail_msg("%s: %s", path, faults.items[0].text);
	settings_free(settings);
	faults_release(&faults);
	return reg;
}

void golden_check(const char *name)
{
	char path[128], expected[128];
	struct error error;
	struct text want;
	char *listing;

	snprintf(path, sizeof path, "%s/pledged.conf", name);
	snprintf(expected, sizeof expected, "%s.expected", name);
	listing = golden_listing(path, CONF_OFFLINE);
	if (getenv("GOLDEN_UPDATE") != NULL)
		golden_write(expected, listing);
	text_init(&want, LISTING_MAX);
	assert_int_equal(conf_file_read(expected, LISTING_MAX, &want, &error),
		0);
	assert_string_equal(listing, text_string(&want));
	text_release(&want);
	free(listing);
}

const char *golden_file(const char *name, const void *bytes, size_t length,
	unsigned mode)
{
	int fd;

	if (folder[0] == '\0') {
		snprintf(folder, sizeof folder, "/tmp/pledged-conf-XXXXXX");
		assert_non_null(mkdtemp(folder));
	}
	snprintf(file_path, sizeof file_path, "%s/%s", folder, name);
	unlink(file_path);
	fd = open(file_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	for (size_t i = 0; i < file_count; i++)
		if (strcmp(files[i], file_path) == 0)
			return file_path;
	assert_true(file_count < sizeof files / sizeof files[0]);
	memcpy(files[file_count++], file_path, sizeof file_path);
	return file_path;
}

void golden_clean(void)
{
	for (size_t i = 0; i < file_count; i++)
		unlink(files[i]);
	file_count = 0;
	if (folder[0] != '\0')
		rmdir(folder);
	folder[0] = '\0';
}

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

void golden_mutate(char *bytes, size_t *length, uint64_t *seed)
{
	static const char letters[] = "{}()[],;=:\"\\#/*\n\0@x_-+.0919eEL\xef\xff";
	int count = 1 + (int)(random_next(seed) % 6);

	while (count-- > 0) {
		size_t at = random_next(seed) % *length;
		size_t from = random_next(seed) % *length;
		size_t span = random_next(seed) % 12;

		switch (random_next(seed) % 3) {
		case 0:
			bytes[at] = letters[random_next(seed) %
				(sizeof letters - 1)];
			break;
		case 1:
			if (at + span < *length) {
				memmove(bytes + at, bytes + at + span,
					*length - at - span);
				*length -= span;
			}
			break;
		default:
			if (at + span <= *length && from + span <= *length)
				memmove(bytes + at, bytes + from, span);
		}
	}
}
