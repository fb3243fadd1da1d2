/* import: a register from a table of commitments, for standard output. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "conf/import.h"
#include "pledged/command.h"

/* How far it is, on one line of a terminal. */
struct telling {
	bool wanted;
	size_t width;	/* of what stands there */
};

static void progress_show(struct telling *telling, const char *text)
{
	size_t width = strlen(text);

	if (!telling->wanted)
		return;
	fprintf(stderr, "\r%s%*s", text, telling->width > width ?
		(int)(telling->width - width) : 0, "");
	if (width == 0)
		fputc('\r', stderr);
	telling->width = width;
}

static void progress_tell(void *context, size_t done, size_t total)
{
	char text[80];

	snprintf(text, sizeof text, "pledged: row %zu of %zu", done, total);
	progress_show(context, text);
}

static void faults_tell(struct faults *faults)
{
	struct text text;

	text_init(&text, 0);
	faults_sort(faults);
	faults_print(faults, &text);
	fputs(text_string(&text), stderr);
	text_release(&text);
}

static void import_tell(const char *table, const struct import *import)
{
	struct text text;

	text_init(&text, 0);
	text_add_count(&text, import->rows, "row");
	text_add_string(&text, ": ");
	text_add_count(&text, import->milestones, "milestone");
	text_add_string(&text, " of ");
	text_add_count(&text, import->pledges, "pledge");
	if (import->left_out > 0)
		text_addf(&text, "; left out, with errors: %zu", import->left_out);
	if (import->silent > 0)
		text_addf(&text, "; saying nothing: %zu", import->silent);
	fprintf(stderr, "%s: %s\n", table, text_string(&text));
	text_release(&text);
}

static bool import_print(const struct import *import)
{
	const struct text *text = &import->text;

	if (fwrite(text_string(text), 1, text->length, stdout) == text->length &&
	    fflush(stdout) == 0)
		return true;
	perror("pledged: standard output");
	return false;
}

int command_import(const struct options *options)
{
	struct telling telling = {isatty(STDERR_FILENO) != 0, 0};
	struct faults faults;
	struct import import;
	int status = EXIT_FAILED;

	if (options->argument_count != 2) {
		fputs("pledged: import needs a MAPPING and a TABLE: see "
			"pledged-import(5)\n", stderr);
		return EXIT_USAGE;
	}
	faults_init(&faults);
	bool made = import_run(&import, options->arguments[0],
		options->arguments[1], progress_tell, &telling, &faults);

	progress_show(&telling, "");
	faults_tell(&faults);
	if (!made)
		fprintf(stderr, "pledged: nothing is written\n");
	else if (import_print(&import)) {
		import_tell(options->arguments[1], &import);
		status = import.left_out > 0 ? EXIT_WARNED : EXIT_DONE;
	}
	import_release(&import);
	faults_release(&faults);
	return status;
}
