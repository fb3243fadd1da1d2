/*
 * main: argv. Verbs and options are tables; help and checks come from them.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"
#include "conf/format.h"
#include "conf/preset.h"
#include "pledged/command.h"
#include "pledged/paths.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif

enum accepts {		/* which options a verb takes */
	TAKES_AS_OF = 1, TAKES_SPAN = 2, TAKES_FETCH = 4, TAKES_STRICT = 8,
	TAKES_OUTPUT = 16, TAKES_ARGUMENTS = 32, TAKES_AGAINST = 64,
	REFUSES_CONF = 128,	/* its files name their own */
	TAKES_FILE = 256, TAKES_SUBJECT = 512
};

static const struct verb {
	const char *name;
	int (*run)(const struct options *);
	unsigned takes;
	const char *outputs;	/* of -o, the default first */
	const char *synopsis;
	const char *sentence;
} verbs[] = {
	{"run", command_run, 0, "",
		"run", "watch, in the foreground (the default)"},
	{"check", command_check, TAKES_STRICT, "",
		"check [--strict]",
		"validate configuration and register; --strict: warnings count"},
	{"expand", command_expand, 0, "",
		"expand",
		"the register with everything in it that for_each makes"},
	{"assess", command_assess,
		TAKES_AS_OF | TAKES_FETCH | TAKES_OUTPUT | TAKES_ARGUMENTS,
		"table json jsonl csv",
		"assess [--as-of TIME] [--fetch] [-o table|json|jsonl|csv] [ID...]",
		"judge once, without a daemon"},
	{"replay", command_replay,
		TAKES_SPAN | TAKES_FETCH | TAKES_OUTPUT | TAKES_AGAINST,
		"table jsonl",
		"replay --from TIME --to TIME [--against FILE|--messages FOLDER] "
		"[--fetch] [-o table|jsonl]",
		"every event in between, on a virtual clock; --against: what "
		"would have been different; --messages: what people would "
		"have been sent"},
	{"test", command_test, TAKES_OUTPUT | TAKES_ARGUMENTS | REFUSES_CONF,
		"text tap junit",
		"test [-o text|tap|junit] FILE...",
		"run register tests, pledged-test(5)"},
	{"source", command_source,
		TAKES_FILE | TAKES_OUTPUT | TAKES_ARGUMENTS,
		"table json jsonl csv",
		"source test [--file RAW] [-o table|json|jsonl|csv] [--limit N] [ID]",
		"ask a source once, or read a file as its answer, and show what "
		"comes of it"},
	{"routes", command_routes, TAKES_SUBJECT | TAKES_OUTPUT,
		"table json csv",
		"routes --for MILESTONE|KEY=PATTERN... [-o table|json|csv]",
		"who would be told, by which route, and when"},
	{"import", command_import, TAKES_ARGUMENTS | REFUSES_CONF, "",
		"import MAPPING TABLE",
		"a register from a table of commitments, pledged-import(5)"},
	{"rebuild", command_rebuild, 0, "",
		"rebuild",
		"make the state tables anew from the facts; not while it runs"},
};

#define VERB_COUNT (sizeof verbs / sizeof *verbs)

static void print_help(void)
{
	puts("pledged: keeps promises honest\n\nusage: pledged [-c FILE] VERB ...\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		printf("  pledged %s%s\n      %s\n",
			verbs[i].takes & REFUSES_CONF ? "" : "[-c FILE] ",
			verbs[i].synopsis, verbs[i].sentence);
	puts("\n  -c FILE        configuration, default "
		SYSCONFDIR "/pledged/pledged.conf\n"
		"  --version      version\n"
		"  --help         this\n\n"
		"A TIME is a date (its end, in the configured zone) or RFC 3339.\n"
		"Manuals: pledged(8), pledged.conf(5), pledged-register(5), "
		"pledged-benchmark(7),\npledged-test(5), pledged-import(5)");
}

static int usage(const struct verb *verb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int usage(const struct verb *verb, const char *format, ...)
{
	va_list arguments;

	fputs("pledged: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs(": see pledged --help\n", stderr);
	return verb != NULL && verb->run == command_run ? EX_USAGE : EXIT_USAGE;
}

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (string_is(verbs[i].name, name))
			return &verbs[i];
	}
	return NULL;
}

static bool output_read(const struct verb *verb, const char *word,
	enum output *out)
{
	static const char *const words[] = {
		[OUTPUT_TABLE] = "table", [OUTPUT_JSON] = "json",
		[OUTPUT_JSONL] = "jsonl", [OUTPUT_CSV] = "csv",
		[OUTPUT_TEXT] = "text", [OUTPUT_TAP] = "tap",
		[OUTPUT_JUNIT] = "junit",
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!string_is(words[i], word))
			continue;
		const char *place = strstr(verb->outputs, word);

		*out = (enum output)i;
		return place != NULL && (place[strlen(word)] == ' ' ||
			place[strlen(word)] == '\0');
	}
	return false;
}

/* --- options ------------------------------------------------------------- */

static const struct option_row {
	const char *name;
	unsigned takes;		/* 0: every verb */
	bool valued;
	size_t offset;		/* in struct options: a string or a flag */
} option_rows[] = {
	{"-c", 0, true, offsetof(struct options, conf)},
	{"-o", TAKES_OUTPUT, true, offsetof(struct options, output)},
	{"--as-of", TAKES_AS_OF, true, offsetof(struct options, as_of)},
	{"--from", TAKES_SPAN, true, offsetof(struct options, from)},
	{"--to", TAKES_SPAN, true, offsetof(struct options, to)},
	{"--against", TAKES_AGAINST, true, offsetof(struct options, against)},
	{"--messages", TAKES_AGAINST, true, offsetof(struct options, messages)},
	{"--fetch", TAKES_FETCH, false, offsetof(struct options, fetch)},
	{"--file", TAKES_FILE, true, offsetof(struct options, file)},
	{"--limit", TAKES_FILE, true, offsetof(struct options, limit)},
	{"--for", TAKES_SUBJECT, true, offsetof(struct options, subject)},
	{"--strict", TAKES_STRICT, false, offsetof(struct options, strict)},
};

static const struct option_row *option_find(const char *word, size_t *length)
{
	for (size_t i = 0; i < sizeof option_rows / sizeof *option_rows; i++) {
		const char *name = option_rows[i].name;

		*length = strlen(name);
		if (string_is(word, name) || (option_rows[i].valued &&
			name[1] == '-' && string_starts(word, name) &&
			word[*length] == '='))
			return &option_rows[i];
	}
	return NULL;
}

static bool option_set(struct options *options, const struct verb *verb,
	const struct option_row *row, const char *value)
{
	char *place = (char *)options + row->offset;

	if (row->takes == TAKES_OUTPUT)
		return output_read(verb, value, &options->output);
	if (row->valued)
		*(const char **)(void *)place = value;
	else
		*(bool *)place = true;
	return true;
}

static bool verb_takes(const struct verb *verb, const struct option_row *row)
{
	return row->takes == 0 ? !(verb->takes & REFUSES_CONF) :
		(verb->takes & row->takes) != 0;
}

/* The verb is the first word that is neither an option nor its value. */
static const struct verb *verb_choose(int argc, char **argv, const char **word)
{
	size_t length;

	for (int i = 1; i < argc; i++) {
		const struct option_row *row = option_find(argv[i], &length);

		if (row != NULL && row->valued && argv[i][length] == '\0')
			i++;
		else if (argv[i][0] != '-') {
			*word = argv[i];
			return verb_find(argv[i]);
		}
	}
	*word = "run";
	return verb_find("run");
}

static int options_read(struct options *options, const struct verb *verb,
	const char *verb_word, int argc, char **argv)
{
	bool verb_seen = false;
	size_t length;

	for (int i = 1; i < argc; i++) {
		const struct option_row *row = option_find(argv[i], &length);
		const char *value = NULL;

		if (argv[i][0] != '-') {
			if (!verb_seen && string_is(argv[i], verb_word)) {
				verb_seen = true;
				continue;
			}
			if (!(verb->takes & TAKES_ARGUMENTS))
				return usage(verb, "\"%s\" is one word too many",
					argv[i]);
			options->arguments[options->argument_count++] = argv[i];
			continue;
		}
		if (row == NULL || !verb_takes(verb, row))
			return usage(verb, "there is no option %s here", argv[i]);
		if (row->valued && argv[i][length] == '=')
			value = argv[i] + length + 1;
		else if (row->valued && i + 1 < argc)
			value = argv[++i];
		else if (row->valued)
			return usage(verb, "%s needs a value", argv[i]);
		if (!option_set(options, verb, row, value))
			return usage(verb, "-o takes one of: %s", verb->outputs);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = {.conf = SYSCONFDIR "/pledged/pledged.conf"};
	const char *word;

	if (!terminal_fill_closed())
		return EX_OSERR;
	for (int i = 1; i < argc; i++) {
		if (string_is(argv[i], "--help") || string_is(argv[i], "-h")) {
			print_help();
			return EXIT_DONE;
		}
		if (string_is(argv[i], "--version")) {
			puts("pledged " PACKAGE_VERSION);
			return EXIT_DONE;
		}
	}
	log_init("pledged", LOG_LEVEL_NOTICE);
	presets_found_in(paths_presets());
	formats_found_in(paths_formats());
	const struct verb *verb = verb_choose(argc, argv, &word);

	if (verb == NULL)
		return usage(NULL, "there is no verb \"%s\"", word);
	options.arguments = calloc((size_t)argc + 1, sizeof *options.arguments);
	if (options.arguments == NULL)
		return EX_OSERR;
	int status = options_read(&options, verb, word, argc, argv);

	if (status == 0)
		status = verb->run(&options);
	free(options.arguments);
	return status;
}
