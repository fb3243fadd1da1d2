/*
 * load: the time and memory of reading a register, as the daemon does it and
 * as the bare library does.
 *
 *	load ours CONF        settings_load and register_load
 *	load bare FILE…       config_read_file, one file after another
 *
 * Prints: seconds, peak KiB, milestones.
 */
#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "conf/register_file.h"
#include "conf/settings.h"

static void faults_tell(const struct faults *faults)
{
	struct text text;

	text_init(&text, 0);
	faults_print(faults, &text);
	fputs(text_string(&text), stderr);
	text_release(&text);
}

static size_t load_ours(const char *path)
{
	struct register_ *reg = NULL;
	struct settings *settings;
	struct faults faults;
	size_t count = 0;

	faults_init(&faults);
	settings = settings_load(path, CONF_OFFLINE, &faults);
	if (settings != NULL)
		reg = register_load(settings, &faults);
	if (reg == NULL)
		faults_tell(&faults);
	else
		count = reg->milestone_count;
	faults_release(&faults);
	return count;
}

static size_t file_count(const config_t *config)
{
	const config_setting_t *pledges = config_lookup(config, "pledges");
	size_t count = 0;

	for (int i = 0; pledges != NULL &&
	    i < config_setting_length(pledges); i++)
		count += (size_t)config_setting_length(
			config_setting_get_member(
			config_setting_get_elem(pledges, (unsigned)i),
			"milestones"));
	return count;
}

static size_t load_bare(char **paths)
{
	size_t count = 0;

	for (; *paths != NULL; paths++) {
		config_t config;

		config_init(&config);
		if (config_read_file(&config, *paths) != CONFIG_TRUE)
			bench_fail("%s:%d: %s", *paths,
				config_error_line(&config),
				config_error_text(&config));
		count += file_count(&config);
		config_destroy(&config);
	}
	return count;
}

int main(int argc, char **argv)
{
	double start = bench_seconds();
	size_t count;

	if (argc < 3)
		bench_fail("usage: load ours CONF | load bare FILE...");
	count = strcmp(argv[1], "ours") == 0 ? load_ours(argv[2]) :
		load_bare(argv + 2);
	if (count == 0)
		bench_fail("no milestone was read");
	printf("%.6f %ld %zu\n", bench_seconds() - start, bench_peak(), count);
	return 0;
}
