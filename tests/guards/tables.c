/*
 * tables: prints the rows that manuals must have, for tests/guards/documented.
 * One a line, parted by tabs: what it is, its name, and what else is said.
 */
#include <stdio.h>

#include "conf/settings.h"
#include "core/event.h"
#include "core/lint.h"

static void print_keys(const char *what, const struct settings_key *keys)
{
	for (; keys->path != NULL; keys++)
		printf("%s\t%s\t%s\t%s\n", what, keys->path, keys->type,
			keys->fallback != NULL ? keys->fallback : "");
}

static void print_functions(void)
{
	const struct function_help *help = expression_functions();

	for (; help->name != NULL; help++)
		printf("function\t%s\n", help->signature);
}

static void print_axes(void)
{
	for (int i = 0; i <= LIFECYCLE_WITHDRAWN; i++)
		printf("axis\t%s\n", lifecycle_name((enum lifecycle)i));
	for (int i = 0; i <= VERDICT_WAIVED; i++)
		printf("axis\t%s\n", verdict_name((enum verdict)i));
	for (int i = 0; i <= PROGRESS_DUE; i++)
		printf("axis\t%s\n", progress_name((enum progress)i));
	for (int i = 0; i <= KNOWLEDGE_DISPUTED; i++)
		printf("axis\t%s\n", assurance_name((enum assurance)i));
}

static void print_lints(void)
{
	for (const char *const *id = lint_ids(); *id != NULL; id++)
		printf("lint\t%s\n", *id);
}

int main(void)
{
	print_keys("setting", settings_keys());
	print_keys("register", register_keys());
	print_keys("test", test_file_keys());
	print_keys("import", import_mapping_keys());
	print_lints();
	print_functions();
	for (int i = 0; i < EVENT_KIND_COUNT; i++)
		printf("event\t%s\n", event_kind_name((enum event_kind)i));
	for (int i = 0; i < STATUS_COUNT; i++)
		printf("status\t%s\n", status_name((enum status)i));
	print_axes();
	return 0;
}
