/*
 * main: argv of pledgectl. Verbs and options are tables.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/terminal.h"
#include "pledgectl/commands.h"
#include "pledgectl/complete.h"
#include "pledgectl/times.h"
#include "pledgectl/verbs.h"

#define SOCKET_DEFAULT "/run/pledged/pledged.sock"

enum accepts { TAKES_AS_OF = 1, TAKES_FILTERS = 2, TAKES_WITHIN = 4, TAKES_ALL = 8,
	TAKES_KEYS = 16, TAKES_BY = 32, TAKES_STATEMENT = 64, TAKES_FIGURES = 128,
	TAKES_KEY = 256, TAKES_EVIDENCE = 512, TAKES_RELEASE = 1024,
	TAKES_FORCE = 2048, TAKES_SAMPLE = 4096, TAKES_FOR = 8192,
	TAKES_TIMES = 16384, TAKES_DEAD = 32768, TAKES_NOTE = 65536,
	TAKES_MATCH = 131072, TAKES_FROM = 262144, TAKES_MONTHS = 524288,
	TAKES_SINCE = 1048576, TAKES_RANGES = 2097152, TAKES_HTML = 4194304 };

#define WORDS_MANY 1000

const struct verb verbs[] = {
	{"status", verb_status, 0, 0, "status",
		"how the daemon and the register stand"},
	{"list", verb_list,
		TAKES_AS_OF | TAKES_FILTERS | TAKES_MATCH | TAKES_WITHIN |
		TAKES_ALL, 2, "list [WHAT [OF]]",
		"what there is: milestones (the default), pledges, indicators, "
		"sources, alerts, silences, channels, outbox, held, "
		"actions, answers SOURCE, observations INDICATOR"},
	{"show", verb_show, TAKES_AS_OF, 2, "show [KIND] ID",
		"one thing whole: a milestone, pledge, indicator, source, "
		"channel, alert, silence or observation"},
	{"explain", verb_explain, TAKES_AS_OF, 1, "explain MILESTONE",
		"what a milestone's answer rests on"},
	{"history", verb_history, 0, 1, "history MILESTONE",
		"every change of its answer, and what caused it"},
	{"due", verb_due,
		TAKES_AS_OF | TAKES_FILTERS | TAKES_MATCH | TAKES_WITHIN, 0,
		"due [--within 30d]", "what falls due, soonest first"},
	{"scorecard", verb_scorecard, TAKES_AS_OF | TAKES_BY, 1,
		"scorecard [--by KEY] [PLEDGES]",
		"how each obligor, sector, ... stands"},
	{"matrix", verb_matrix, TAKES_AS_OF | TAKES_KEYS | TAKES_WITHIN, 1,
		"matrix PLEDGES --rows KEY --cols KEY [--within SPAN]",
		"what is complete, place by measure"},
	{"chart", verb_chart,
		TAKES_AS_OF | TAKES_FILTERS | TAKES_MATCH | TAKES_KEYS | TAKES_BY |
		TAKES_FROM | TAKES_MONTHS | TAKES_FORCE, 2,
		"chart ID|timeline|matrix|scorecard|calendar [PLEDGES]",
		"a picture (SVG) to standard output: the trajectory of a "
		"milestone, or one of many"},
	{"watch", verb_watch, TAKES_MATCH | TAKES_SINCE, 0,
		"watch [--match ...] [--since TIME]",
		"what happens, as it happens"},
	{"monitor", verb_monitor, TAKES_MATCH | TAKES_RANGES, 0,
		"monitor [--warning NAME=RANGE] [--critical NAME=RANGE]",
		"how all stands, as a plugin of Nagios or Icinga tells it"},
	{"ack", verb_ack, TAKES_FOR | TAKES_NOTE | TAKES_KEY, WORDS_MANY,
		"ack ALERT ... -m WHY [--for 7d]",
		"take alerts in hand, by number or by what they are about"},
	{"silence add", verb_silence_add,
		TAKES_FOR | TAKES_TIMES | TAKES_FROM | TAKES_NOTE | TAKES_KEY,
		WORDS_MANY,
		"silence add NAME=VALUE ... -m WHY [--for 1d|--until TIME]",
		"do not be told for a while of alerts that are so"},
	{"silence list", verb_silence_list, TAKES_ALL, 0, "silence list [--all]",
		"the silences there are, and what each holds back"},
	{"silence end", verb_silence_end, TAKES_NOTE | TAKES_KEY, WORDS_MANY,
		"silence end SILENCE ...", "be told again, at once"},
	{"outbox", verb_outbox_list, TAKES_ALL | TAKES_DEAD, 0,
		"outbox [--dead|--all]",
		"messages on their way, or given up"},
	{"outbox list", verb_outbox_list, TAKES_ALL | TAKES_DEAD, 0, NULL, NULL},
	{"outbox show", verb_outbox_show, 0, 1, "outbox show MESSAGE",
		"what one says, and what became of each attempt"},
	{"outbox retry", verb_outbox_retry, TAKES_DEAD | TAKES_KEY, WORDS_MANY,
		"outbox retry MESSAGE ...|--dead", "send now what was given up"},
	{"outbox drop", verb_outbox_drop, TAKES_NOTE | TAKES_KEY, WORDS_MANY,
		"outbox drop MESSAGE ... -m WHY", "never send it"},
	{"channel test", verb_channel_test, TAKES_NOTE, 1, "channel test CHANNEL",
		"send a marked message, and hear what becomes of it"},
	{"poll", verb_poll, TAKES_NOTE, 1, "poll SOURCE", "ask a source now"},
	{"observe", verb_observe, TAKES_FIGURES | TAKES_NOTE | TAKES_KEY | TAKES_EVIDENCE, 3,
		"observe INDICATOR PERIOD VALUE",
		"hand in a figure, or with --file a table"},
	{"accept", verb_accept, TAKES_RELEASE | TAKES_NOTE | TAKES_KEY, WORDS_MANY,
		"accept OBSERVATION ... -m WHY",
		"release figures that are held as implausible"},
	{"attest", verb_attest, TAKES_STATEMENT | TAKES_NOTE | TAKES_KEY | TAKES_EVIDENCE, 2,
		"attest MILESTONE KEY",
		"sign off, or deny, what a benchmark asks people for"},
	{"snapshot", verb_snapshot, TAKES_FORCE, 1, "snapshot SHA-256",
		"the bytes a source answered with, to standard output"},
	{"verify", verb_verify, TAKES_SAMPLE | TAKES_NOTE, 0, "verify [--seal HEX]",
		"whether all that was recorded is as it was recorded"},
	{"backup", verb_backup, TAKES_FORCE, 1, "backup FILE",
		"a whole copy of what the daemon keeps, checked"},
	{"report", verb_report,
		TAKES_AS_OF | TAKES_FILTERS | TAKES_MATCH | TAKES_BY |
		TAKES_HTML, 0, "report [--html FILE]",
		"scorecard, what slipped, and how that was counted; with --html "
		"the whole, to be read, printed and kept"},
	{"export", verb_export, TAKES_AS_OF, 1, "export FOLDER",
		"everything, as tables (CSV) or as one JSON document"},
	{"reload", verb_reload, TAKES_NOTE, 0, "reload",
		"read configuration and register again"},
};

#define VERB_COUNT (sizeof verbs / sizeof *verbs)

const size_t verb_count = VERB_COUNT;

static int usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whoever runs a plugin reads standard output, and 2 means something else. */
static bool is_plugin;

static int usage(const char *format, ...)
{
	FILE *out = is_plugin ? stdout : stderr;
	va_list arguments;

	fputs(is_plugin ? "PLEDGED UNKNOWN: " : "pledgectl: ", out);
	va_start(arguments, format);
	vfprintf(out, format, arguments);
	va_end(arguments);
	fputs(": see pledgectl --help\n", out);
	return is_plugin ? MONITOR_UNKNOWN : CTL_USAGE;
}

/* --- options ------------------------------------------------------------------ */

struct words {		/* option values that are checked after reading */
	const char *form;
	const char *colour;
	const char *match, *warning, *critical;
	const char *zone;
};

const struct option_row option_rows[] = {
	{"-s", 0, IN_REQUEST, offsetof(struct request, socket), "-s SOCKET",
		"default $PLEDGED_SOCKET, else " SOCKET_DEFAULT},
	{"-o", 0, IN_WORDS, offsetof(struct words, form), "-o FORM",
		"table (the default), json, jsonl, csv"},
	{"--as-of", TAKES_AS_OF, IN_REQUEST, offsetof(struct request, as_of),
		"--as-of TIME", "what was known then"},
	{"--recorded-as-of", TAKES_AS_OF, IN_REQUEST,
		offsetof(struct request, recorded_as_of), "--recorded-as-of TIME",
		"what was recorded by then: a past report anew"},
	{"--color", 0, IN_WORDS, offsetof(struct words, colour), "--color WHEN",
		"auto (the default), always, never"},
	{"--zone", 0, IN_WORDS, offsetof(struct words, zone), "--zone ZONE",
		"of times in tables: local (the default), utc, Europe/Berlin, ..."},
	{"--relative", 0, IN_FLAG, offsetof(struct request, relative),
		"--relative", "times in tables as in 3d 4h, 2h ago"},
	{"--absolute", 0, IN_NO_FLAG, offsetof(struct request, relative),
		"--absolute", "times in tables as they are; the default"},
	{"--status", TAKES_FILTERS, IN_REQUEST, offsetof(struct request, status),
		"--status STATUS", "only milestones of this status"},
	{"--match", TAKES_MATCH, IN_WORDS, offsetof(struct words, match),
		"--match NAME=VALUE",
		"milestones, alerts or events, by field or label; VALUE may have "
		"* and ?"},
	{"--warning", TAKES_RANGES, IN_WORDS, offsetof(struct words, warning),
		"--warning NAME=RANGE",
		"of monitor: warn where a number is out of its range, as 0:10"},
	{"--critical", TAKES_RANGES, IN_WORDS, offsetof(struct words, critical),
		"--critical NAME=RANGE", "the same for what is critical"},
	{"--timeout", TAKES_RANGES, IN_REQUEST, offsetof(struct request, timeout),
		"--timeout SECONDS", "of monitor: how long it takes at most; default 10"},
	{"--due-within", TAKES_FILTERS, IN_REQUEST,
		offsetof(struct request, within), "--due-within SPAN",
		"due within 30d, 6mo, ..."},
	{"--within", TAKES_WITHIN, IN_REQUEST, offsetof(struct request, within),
		"--within SPAN", "the same; of a matrix: how far apart at most"},
	{"--sort", TAKES_FILTERS, IN_REQUEST, offsetof(struct request, sort),
		"--sort ORDER", "due, urgency, id"},
	{"--rows", TAKES_KEYS, IN_REQUEST, offsetof(struct request, rows),
		"--rows KEY", "of a matrix: a label, or a field such as pledge"},
	{"--cols", TAKES_KEYS, IN_REQUEST, offsetof(struct request, columns),
		"--cols KEY", "the same for its columns"},
	{"--by", TAKES_BY, IN_REQUEST, offsetof(struct request, by), "--by KEY",
		"of a scorecard: obligor (the default), sector, ..."},
	{"--all", TAKES_ALL, IN_FLAG, offsetof(struct request, all), "--all",
		"what is over or has left, too"},
	{"--dead", TAKES_DEAD, IN_FLAG, offsetof(struct request, dead), "--dead",
		"messages that were given up"},
	{"--for", TAKES_FOR, IN_REQUEST, offsetof(struct request, span),
		"--for SPAN", "how long an acknowledgement or a silence counts"},
	{"--until", TAKES_TIMES, IN_REQUEST, offsetof(struct request, until),
		"--until TIME", "of a silence: when it ends"},
	{"--from", TAKES_FROM, IN_REQUEST, offsetof(struct request, from),
		"--from TIME",
		"when a silence begins, default now; the first month of a calendar"},
	{"--months", TAKES_MONTHS, IN_REQUEST, offsetof(struct request, months),
		"--months N", "of a calendar; default 12"},
	{"--since", TAKES_SINCE, IN_REQUEST, offsetof(struct request, since),
		"--since TIME", "begin there; a time, or how long ago, such as 2h"},
	{"--evidence", TAKES_EVIDENCE, IN_REQUEST,
		offsetof(struct request, evidence), "--evidence URL",
		"where others can see it"},
	{"-m", TAKES_NOTE, IN_REQUEST, offsetof(struct request, note), "-m NOTE",
		"why, in words"},
	{"--on", TAKES_STATEMENT, IN_REQUEST, offsetof(struct request, on),
		"--on DATE", "the day it happened; default today"},
	{"--no", TAKES_STATEMENT, IN_FLAG, offsetof(struct request, no), "--no",
		"it has not happened, or no longer holds"},
	{"--key", TAKES_KEY, IN_REQUEST, offsetof(struct request, key),
		"--key WORD", "the same order again is not done twice"},
	{"--published", TAKES_FIGURES, IN_REQUEST,
		offsetof(struct request, published), "--published TIME",
		"of a figure; default now"},
	{"--provisional", TAKES_FIGURES, IN_FLAG,
		offsetof(struct request, provisional), "--provisional",
		"it will be revised"},
	{"--file", TAKES_FIGURES, IN_REQUEST, offsetof(struct request, file),
		"--file FILE",
		"a CSV of figures or documents, - for standard input"},
	{"--release", TAKES_RELEASE, IN_FLAG, offsetof(struct request, release),
		"--release", "accept all that its release brought, too"},
	{"--force", TAKES_FORCE, IN_FLAG, offsetof(struct request, force),
		"--force",
		"bytes or a picture to a terminal, too; over a file that is there"},
	{"--sample", TAKES_SAMPLE, IN_REQUEST, offsetof(struct request, sample),
		"--sample N", "answers to be read again; default 20"},
	{"--html", TAKES_HTML, IN_REQUEST, offsetof(struct request, html),
		"--html FILE", "of a report: as a document, - for standard output"},
	{"--seal", TAKES_SAMPLE, IN_REQUEST, offsetof(struct request, seal),
		"--seal HEX", "what a verification said before"},
};

#define OPTION_COUNT (sizeof option_rows / sizeof *option_rows)

const size_t option_count = OPTION_COUNT;

#define HELP_COLUMN 28	/* where sentences begin */
#define HELP_WIDTH 80

/* What is longer than its column stands on a line of its own; sentences are
   broken at spaces. */
static void print_help_line(const char *what, const char *sentence)
{
	size_t used = HELP_COLUMN;

	printf("  %-*s", HELP_COLUMN - 2, what);
	if (strlen(what) > HELP_COLUMN - 4)
		printf("\n%*s", HELP_COLUMN, "");
	while (*sentence != '\0') {
		size_t length = strcspn(sentence, " ");

		if (used > HELP_COLUMN && used + 1 + length > HELP_WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			used = HELP_COLUMN;
		} else if (used > HELP_COLUMN) {
			putchar(' ');
			used++;
		}
		printf("%.*s", (int)length, sentence);
		used += length;
		sentence += length + (sentence[length] == ' ');
	}
	putchar('\n');
}

static void print_help(void)
{
	puts("pledgectl: asks pledged\n\nusage: pledgectl [options] VERB ...\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (verbs[i].synopsis != NULL)
			print_help_line(verbs[i].synopsis, verbs[i].sentence);
	putchar('\n');
	for (size_t i = 0; i < OPTION_COUNT; i++)
		print_help_line(option_rows[i].synopsis,
			option_rows[i].sentence);
	puts("\nexit status: 0 done, 1 failed, 2 usage, 3 daemon not running,\n"
		"4 not permitted, 5 no such thing");
}

const struct option_row *option_find(const char *name, size_t length)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strlen(option_rows[i].name) == length &&
				strncmp(option_rows[i].name, name, length) == 0)
			return &option_rows[i];
	return NULL;
}

/* Of a word that is an option: "--sort=due" has its value with it. */
static size_t option_length(const char *word)
{
	return word[1] == '-' ? strcspn(word, "=") : strlen(word);
}

/* Of an option that may be given more than once. */
static int word_keep(const char *name, const char **word, const char **list,
	size_t *count)
{
	if (*word == NULL)
		return 0;
	if (*count == MATCHES_MAX)
		return usage("more than %d times %s", MATCHES_MAX, name);
	list[(*count)++] = *word;
	*word = NULL;
	return 0;
}

static int option_set(struct request *request, struct words *words,
	const struct option_row *row, const char *value)
{
	char *place = row->place == IN_WORDS ? (char *)words : (char *)request;

	place += row->offset;
	if (option_is_flag(row))
		*(bool *)place = row->place == IN_FLAG;
	else
		*(const char **)(void *)place = value;
	int status = word_keep(row->name, &words->match, request->matches,
		&request->match_count);

	if (status == 0)
		status = word_keep(row->name, &words->warning, request->warnings,
			&request->warning_count);
	return status != 0 ? status : word_keep(row->name, &words->critical,
		request->criticals, &request->critical_count);
}

static int words_read(struct request *request, const struct words *words)
{
	static const char *const forms[] = {"table", "json", "jsonl", "csv"};
	const char *colour = words->colour != NULL ? words->colour : "auto";
	bool known = words->form == NULL;
	struct error error;

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
	if (times_begin(request, words->zone, &error) < 0)
		return usage("--zone: %s", error.text);
	return 0;
}

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (string_is(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

/* What may stand behind the first word, as "add, list, end"; "": nothing. */
static void verb_second_words(const char *first, struct text *out)
{
	size_t length = strlen(first);

	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (string_starts(verbs[i].name, first) &&
				verbs[i].name[length] == ' ')
			text_addf(out, "%s%s", out->length > 0 ? ", " : "",
				verbs[i].name + length + 1);
	}
}

static int usage_unknown(const char *what, const char *word,
	const char *const *names)
{
	const char *nearest = string_nearest(word, names);

	return nearest != NULL ? usage("there is no %s %s, did you mean %s?", what,
		word, nearest) : usage("there is no %s %s", what, word);
}

static int verb_unknown(const char *word)
{
	const char *names[VERB_COUNT + 1] = {NULL};

	for (size_t i = 0; i < VERB_COUNT; i++)
		names[i] = verbs[i].name;
	return usage_unknown("verb", word, names);
}

static int option_unknown(const char *word)
{
	const char *names[OPTION_COUNT + 1] = {NULL};

	for (size_t i = 0; i < OPTION_COUNT; i++)
		names[i] = option_rows[i].name;
	return usage_unknown("option", word, names);
}

/* The verb that the words begin with, which are then left out of them. */
static int verb_take(struct request *request, const struct verb **verb)
{
	char **words = request->arguments;
	struct text both, seconds;
	int status = CTL_DONE;

	if (request->argument_count == 0)
		return usage("a verb is needed, such as status");
	text_init(&both, 0);
	text_init(&seconds, 0);
	verb_second_words(words[0], &seconds);
	text_addf(&both, "%s %s", words[0],
		request->argument_count > 1 ? words[1] : "");
	*verb = verb_find(text_string(&both));
	size_t taken = *verb != NULL ? 2 : 1;

	if (*verb == NULL)
		*verb = verb_find(words[0]);
	if (seconds.length > 0 && (*verb == NULL ||
			(taken == 1 && request->argument_count > 1)))
		status = usage("%s takes one of %s", words[0],
			text_string(&seconds));
	else if (*verb == NULL)
		status = verb_unknown(words[0]);
	request->arguments += taken;
	request->argument_count -= status == CTL_DONE ? taken : 0;
	text_release(&both);
	text_release(&seconds);
	return status;
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
	struct words words = {.form = NULL};
	unsigned seen = 0;
	const char *last = "";

	for (int i = 1; i < argc; i++) {
		if (!word_is_option(argv[i])) {
			request->arguments[request->argument_count++] = argv[i];
			continue;
		}
		size_t length = option_length(argv[i]);
		const struct option_row *row = option_find(argv[i], length);
		const char *value = NULL;

		if (row == NULL)
			return option_unknown(argv[i]);
		if (argv[i][length] == '=')
			value = argv[i] + length + 1;
		else if (!option_is_flag(row) && ++i < argc)
			value = argv[i];
		else if (!option_is_flag(row))
			return usage("%s needs a value", row->name);
		if (row->takes != 0) {
			seen |= row->takes;
			last = row->name;
		}
		int status = option_set(request, &words, row, value);

		if (status != 0)
			return status;
	}
	int status = verb_take(request, verb);

	if (status != CTL_DONE)
		return status;
	if (seen & ~(*verb)->takes)
		return usage("%s does not take %s", (*verb)->name, last);
	if (request->argument_count > (*verb)->words)
		return usage("%s: \"%s\" is one word too many", (*verb)->name,
			request->arguments[(*verb)->words]);
	return words_read(request, &words);
}

/* Does what the command line says, with room for its words in the request. */
static int request_run(struct request *request, int argc, char **argv)
{
	const struct verb *verb = NULL;
	int status = request_read(request, &verb, argc, argv);

	if (status == CTL_DONE) {
		request->client = client_new(request->socket);
		status = request->client == NULL ? CTL_FAILED : verb->run(request);
		client_free(request->client);
	}
	times_end(request);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == CTL_DONE) {
		perror("pledgectl: standard output");
		status = CTL_FAILED;
	}
	return status;
}

/* What needs no daemon, wherever it stands. */
static bool is_about_itself(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		is_plugin |= string_is(argv[i], "monitor");
		if (string_is(argv[i], "--help") || string_is(argv[i], "-h"))
			print_help();
		else if (string_is(argv[i], "--version"))
			puts("pledgectl " PACKAGE_VERSION);
		else
			continue;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	const char *socket = getenv("PLEDGED_SOCKET");
	struct request request = {
		.socket = socket != NULL && *socket != '\0' ? socket : SOCKET_DEFAULT,
	};

	if (!terminal_fill_closed())
		return CTL_FAILED;
	/* Behind it are words of another command line, whatever they are. */
	if (argc > 1 && string_is(argv[1], "complete")) {
		complete(request.socket, argv + 2, (size_t)argc - 2);
		return CTL_DONE;
	}
	if (is_about_itself(argc, argv))
		return CTL_DONE;
	request.arguments = mem_new((size_t)argc + 1, sizeof *request.arguments);
	char **words = request.arguments;
	int status = request_run(&request, argc, argv);

	free(words);
	return status;
}
