/* configuration: see configuration.h. */
#include "pledged/configuration.h"

#include <stdio.h>

#include "conf/register_file.h"

void configuration_read(struct configuration *configuration, const char *path,
	enum conf_purpose purpose)
{
	faults_init(&configuration->faults);
	configuration->reg = NULL;
	configuration->settings = settings_load(path, purpose,
		&configuration->faults);
	if (configuration->settings != NULL)
		configuration->reg = register_load(configuration->settings,
			&configuration->faults);
	faults_sort(&configuration->faults);
}

void configuration_tell(const struct configuration *configuration)
{
	struct text text;

	text_init(&text, 0);
	faults_print(&configuration->faults, &text);
	fputs(text_string(&text), stderr);
	text_release(&text);
}

void configuration_release(struct configuration *configuration)
{
	register_free(configuration->reg);
	settings_free(configuration->settings);
	faults_release(&configuration->faults);
}

struct pool *extract_pool_open(struct loop *loop,
	const struct settings *settings, const char *program)
{
	char memory[64], cpu[64];
	const char *options[] = {memory, cpu, NULL};

	snprintf(memory, sizeof memory, "--memory=%lld",
		(long long)settings->workers.memory);
	snprintf(cpu, sizeof cpu, "--cpu=%lld", (long long)settings->workers.cpu);
	return pool_new(loop, &(struct pool_settings){
		.program = program,
		.role = "extract",
		.options = options,
		.max = settings->workers.max,
	});
}

struct fetcher *fetcher_open(struct loop *loop, const struct settings *settings)
{
	return fetcher_new(loop, &(struct fetch_limits){
		.concurrency = settings->polling.concurrency,
		.per_host = settings->polling.per_host,
		.memory = SOURCE_BODIES_MAX,
		.spacing = settings->polling.spacing,
		.user_agent = settings->polling.user_agent,
	});
}

struct fetch_request source_request(const struct source *source,
	const struct settings *settings)
{
	return (struct fetch_request){
		.url = source->url,
		.timeout = source->timeout > 0 ? source->timeout
			: settings->polling.timeout,
		.max_body = (size_t)settings->polling.max_body,
		.allow_private = source->allow_private ||
			settings->polling.allow_private,
		.follow = true,
	};
}
