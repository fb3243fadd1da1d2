/*
 * main: argv of pledgectl. Verbs and options are tables.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/terminal.h"
#include "pledgectl/verbs.h"

#define SOCKET_DEFAULT "/run/pledged/pledged.sock"

enum accepts { TAKES_AS_OF = 1, TAKES_FILTERS = 2, TAKES_WITHIN = 4, TAKES_ALL = 8,
	TAKES_KEYS = 16, TAKES_BY = 32, TAKES_STATEMENT = 64, TAKES_FIGURES = 128,
	TAKES_WORDS = 256, TAKES_EVIDENCE = 512, TAKES_RELEASE = 1024,
	TAKES_FORCE = 2048, TAKES_SAMPLE = 4096 };

#define WORDS_MANY 1000

static const struct verb {
	const char *name;
	int (*run)(const struct request *);
	unsigned takes;
	size_t words;		/* behind the verb, at most */
	const char *synopsis;
	const char *sentence;
} verbs[] = {
	{"status", verb_status, 0, 0, "status",
		"how the daemon and the register stand"},
	{"list", verb_list,
		TAKES_AS_OF | TAKES_FILTERS | TAKES_WITHIN | TAKES_ALL, 2,
		"list [milestones|pledges|indicators|sources|alerts|channels|outbox"
		"|held|answers SOURCE]",
		"what there is; milestones by default"},
	{"show", verb_show, TAKES_AS_OF, 1, "show ID", "one milestone whole"},
	{"explain", verb_explain, TAKES_AS_OF, 1, "explain ID",
		"what a milestone's answer rests on"},
	{"history", verb_history, 0, 1, "history ID",
		"every change of its answer, and what caused it"},
	{"due", verb_due, TAKES_AS_OF | TAKES_FILTERS | TAKES_WITHIN, 0,
		"due [--within 30d]", "what falls due, soonest first"},
	{"scorecard", verb_scorecard, TAKES_AS_OF | TAKES_BY, 1,
		"scorecard [--by KEY] [PLEDGES]",
		"how each obligor, sector, ... stands"},
	{"matrix", verb_matrix, TAKES_AS_OF | TAKES_KEYS | TAKES_WITHIN, 1,
		"matrix PLEDGES --rows KEY --cols KEY [--within SPAN]",
		"what is complete, place by measure"},
	{"poll", verb_poll, 0, 1, "poll SOURCE", "ask a source now"},
	{"observe", verb_observe, TAKES_FIGURES | TAKES_WORDS | TAKES_EVIDENCE, 3,
		"observe INDICATOR PERIOD VALUE",
		"hand in a figure, or with --file a table"},
	{"accept", verb_accept, TAKES_RELEASE | TAKES_WORDS, WORDS_MANY,
		"accept NUMBER ... -m WHY",
		"release figures that are held as implausible"},
	{"attest", verb_attest, TAKES_STATEMENT | TAKES_WORDS | TAKES_EVIDENCE, 2,
		"attest MILESTONE KEY",
		"sign off, or deny, what a benchmark asks people for"},
	{"snapshot", verb_snapshot, TAKES_FORCE, 1, "snapshot SHA-256",
		"the bytes a source answered with, to standard output"},
	{"verify", verb_verify, TAKES_SAMPLE, 0, "verify [--seal HEX]",
		"whether all that was recorded is as it was recorded"},
	{"reload", verb_reload, 0, 0, "reload",
		"read configuration and register again"},
};

#define VERB_COUNT (sizeof verbs / sizeof *verbs)

static void print_help(void)
{
	puts("pledgectl: asks pledged\n\nusage: pledgectl [options] VERB ...\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		printf("  %-20s %s\n", verbs[i].synopsis, verbs[i].sentence);
	puts("\n  -s SOCKET            default $PLEDGED_SOCKET, else "
		SOCKET_DEFAULT "\n"
		"  -o FORM              table (the default), json, jsonl, csv\n"
		"  --as-of TIME         what was known then\n"
		"  --recorded-as-of TIME  what was recorded by then: a past report anew\n"
		"  --color WHEN         auto (the default), always, never\n"
		"  --status STATUS      only milestones of this status\n"
		"  --match NAME=VALUE   by field or label; VALUE may have * and ?\n"
		"  --due-within SPAN    due within 30d, 6mo, ...\n"
		"  --sort ORDER         due, urgency, id\n"
		"  --rows KEY           of a matrix: a label, or a field such as pledge\n"
		"  --cols KEY           the same for its columns\n"
		"  --by KEY             of a scorecard: obligor (the default), sector, ...\n"
		"  --all                alerts and messages that are closed, too\n"
		"  --evidence URL       where others can see it\n"
		"  -m NOTE              in words\n"
		"  --on DATE            the day it happened; default today\n"
		"  --no                 it has not happened, or no longer holds\n"
		"  --key KEY            the same order again is not done twice\n"
		"  --published TIME     of a figure; default now\n"
		"  --provisional        it will be revised\n"
		"  --file FILE          a CSV of figures or documents, - for standard input\n"
		"  --release            accept all that its release brought, too\n"
		"  --force              bytes to a terminal, too\n"
		"  --sample N           answers to be read again; default 20\n"
		"  --seal HEX           what a verification said before\n\n"
		"exit status: 0 done, 1 failed, 2 usage, 3 daemon not running,\n"
		"4 not permitted, 5 no such thing");
}

static int usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int usage(const char *format, ...)
{
	va_list arguments;

	fputs("pledgectl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs(": see pledgectl --help\n", stderr);
	return CTL_USAGE;
}

/* --- options ------------------------------------------------------------------ */

struct words {		/* option values that are checked after reading */
	const char *form;
	const char *colour;
	const char *match;
};

enum place { IN_REQUEST, IN_WORDS, IN_FLAG };

static const struct option_row {
	const char *name;
	unsigned takes;		/* 0: every verb */
	enum place place;
	size_t offset;
} option_rows[] = {
	{"-s", 0, IN_REQUEST, offsetof(struct request, socket)},
	{"-o", 0, IN_WORDS, offsetof(struct words, form)},
	{"--color", 0, IN_WORDS, offsetof(struct words, colour)},
	{"--as-of", TAKES_AS_OF, IN_REQUEST, offsetof(struct request, as_of)},
	{"--recorded-as-of", TAKES_AS_OF, IN_REQUEST,
		offsetof(struct request, recorded_as_of)},
	{"--status", TAKES_FILTERS, IN_REQUEST, offsetof(struct request, status)},
	{"--match", TAKES_FILTERS, IN_WORDS, offsetof(struct words, match)},
	{"--due-within", TAKES_FILTERS, IN_REQUEST,
		offsetof(struct request, within)},
	{"--within", TAKES_WITHIN, IN_REQUEST, offsetof(struct request, within)},
	{"--rows", TAKES_KEYS, IN_REQUEST, offsetof(struct request, rows)},
	{"--cols", TAKES_KEYS, IN_REQUEST, offsetof(struct request, columns)},
	{"--by", TAKES_BY, IN_REQUEST, offsetof(struct request, by)},
	{"--sort", TAKES_FILTERS, IN_REQUEST, offsetof(struct request, sort)},
	{"--all", TAKES_ALL, IN_FLAG, offsetof(struct request, all)},
	{"--no", TAKES_STATEMENT, IN_FLAG, offsetof(struct request, no)},
	{"--on", TAKES_STATEMENT, IN_REQUEST, offsetof(struct request, on)},
	{"--evidence", TAKES_EVIDENCE, IN_REQUEST,
		offsetof(struct request, evidence)},
	{"-m", TAKES_WORDS, IN_REQUEST, offsetof(struct request, note)},
	{"--key", TAKES_WORDS, IN_REQUEST, offsetof(struct request, key)},
	{"--published", TAKES_FIGURES, IN_REQUEST,
		offsetof(struct request, published)},
	{"--provisional", TAKES_FIGURES, IN_FLAG,
		offsetof(struct request, provisional)},
	{"--file", TAKES_FIGURES, IN_REQUEST, offsetof(struct request, file)},
	{"--release", TAKES_RELEASE, IN_FLAG, offsetof(struct request, release)},
	{"--force", TAKES_FORCE, IN_FLAG, offsetof(struct request, force)},
	{"--sample", TAKES_SAMPLE, IN_REQUEST, offsetof(struct request, sample)},
	{"--seal", TAKES_SAMPLE, IN_REQUEST, offsetof(struct request, seal)},
};

static const struct option_row *option_find(const char *word, size_t *length)
{
	for (size_t i = 0; i < sizeof option_rows / sizeof *option_rows; i++) {
		*length = strlen(option_rows[i].name);
		if (string_is(word, option_rows[i].name) ||
			(option_rows[i].name[1] == '-' &&
				string_starts(word, option_rows[i].name) &&
				word[*length] == '='))
			return &option_rows[i];
	}
	return NULL;
}

static int option_set(struct request *request, struct words *words,
	const struct option_row *row, const char *value)
{
	char *place = row->place == IN_WORDS ? (char *)words : (char *)request;

	place += row->offset;
	if (row->place == IN_FLAG)
		*(bool *)place = true;
	else
		*(const char **)(void *)place = value;
	if (words->match == NULL)
		return 0;
	if (request->match_count == MATCHES_MAX)
		return usage("more than %d times --match", MATCHES_MAX);
	request->matches[request->match_count++] = words->match;
	words->match = NULL;
	return 0;
}

static int words_read(struct request *request, const struct words *words)
{
	static const char *const forms[] = {"table", "json", "jsonl", "csv"};
	const char *colour = words->colour != NULL ? words->colour : "auto";
	bool known = words->form == NULL;

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (string_is(forms[i], words->form)) {
			request->form = (enum form)i;
			known = true;
		}
	}
	if (!known)
		return usage("-o takes table, json, jsonl or csv");
	if (string_is(colour, "auto"))
		request->colour = terminal_colour();
	else if (string_is(colour, "always"))
		request->colour = true;
	else if (!string_is(colour, "never"))
		return usage("--color takes auto, always or never");
	if (request->sort != NULL && !string_is(request->sort, "due") &&
		!string_is(request->sort, "urgency") &&
		!string_is(request->sort, "id"))
		return usage("--sort takes due, urgency or id");
	request->width = terminal_width();
	return 0;
}

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (string_is(verbs[i].name, name))
			return &verbs[i];
	}
	return NULL;
}

/* "-1" is a word, and no option. */
static bool word_is_option(const char *word)
{
	return word[0] == '-' && strchr("0123456789.", word[1]) == NULL;
}

/* Reads argv; the options seen are kept to be held against the verb's. */
static int request_read(struct request *request, const struct verb **verb,
	int argc, char **argv)
{
	struct words words = {NULL, NULL, NULL};
	unsigned seen = 0;
	const char *last = "";

	for (int i = 1; i < argc; i++) {
		size_t length;

		if (!word_is_option(argv[i])) {
			if (*verb != NULL) {
				request->arguments[request->argument_count++] =
					argv[i];
				continue;
			}
			*verb = verb_find(argv[i]);
			if (*verb == NULL)
				return usage("there is no verb \"%s\"", argv[i]);
			continue;
		}
		const struct option_row *row = option_find(argv[i], &length);
		const char *value = NULL;

		if (row == NULL)
			return usage("there is no option %s", argv[i]);
		if (argv[i][length] == '=')
			value = argv[i] + length + 1;
		else if (row->place != IN_FLAG && ++i < argc)
			value = argv[i];
		else if (row->place != IN_FLAG)
			return usage("%s needs a value", row->name);
		if (row->takes != 0) {
			seen |= row->takes;
			last = row->name;
		}
		int status = option_set(request, &words, row, value);

		if (status != 0)
			return status;
	}
	if (*verb == NULL)
		return usage("a verb is needed, such as status");
	if (seen & ~(*verb)->takes)
		return usage("%s does not take %s", (*verb)->name, last);
	if (request->argument_count > (*verb)->words)
		return usage("%s: \"%s\" is one word too many", (*verb)->name,
			request->arguments[(*verb)->words]);
	return words_read(request, &words);
}

int main(int argc, char **argv)
{
	const char *socket = getenv("PLEDGED_SOCKET");
	struct request request = {
		.socket = socket != NULL && *socket != '\0' ? socket : SOCKET_DEFAULT,
	};
	const struct verb *verb = NULL;

	if (!terminal_fill_closed())
		return CTL_FAILED;
	for (int i = 1; i < argc; i++) {
		if (string_is(argv[i], "--help") || string_is(argv[i], "-h")) {
			print_help();
			return CTL_DONE;
		}
		if (string_is(argv[i], "--version")) {
			puts("pledgectl " PACKAGE_VERSION);
			return CTL_DONE;
		}
	}
	request.arguments = calloc((size_t)argc + 1, sizeof *request.arguments);
	if (request.arguments == NULL)
		return CTL_FAILED;
	int status = request_read(&request, &verb, argc, argv);

	if (status == CTL_DONE) {
		request.client = client_new(request.socket);
		status = request.client == NULL ? CTL_FAILED : verb->run(&request);
		client_free(request.client);
	}
	free(request.arguments);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == CTL_DONE) {
		perror("pledgectl: standard output");
		status = CTL_FAILED;
	}
	return status;
}
