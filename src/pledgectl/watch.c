/*
 * watch: what happens, line by line, until nobody reads it any more. When the
 * daemon goes away it is waited for, and what happened meanwhile comes first.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/moment.h"
#include "pledgectl/lists.h"
#include "pledgectl/times.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)	/* of one event */
#define NAP_FIRST 100		/* milliseconds until it is asked again … */
#define NAP_LAST 2000		/* … each time twice as many, up to these */

static const struct list_column watch_columns[] = {
	{"TIME", "time", CELL_TIME, false},
	{"SEVERITY", "severity", CELL_STATUS, false},
	{"KIND", "kind", CELL_STATUS, false},
	{"SUBJECT", "subject", CELL_TEXT, true},
	{"REASON", "reason", CELL_TEXT, true},
	{NULL, NULL, CELL_TEXT, false},
};

/* How wide each is at least, so that the lines of most stand below each other;
   times are as wide as any other. */
static const size_t watch_widths[] = {0, 8, 14, 32, 0};
#define SOME_TIME "2020-12-31T23:59:59Z"

static const char *const watch_members[] = {"event", "time", "class",
	"severity", "kind", "subject", "from", "to", "alert", "reason", NULL};

struct watch {
	const struct request *request;
	struct grid *grid;
	struct text line;	/* of the stream, so far */
	struct text data;	/* of the event, so far */
	char id[24];		/* of the block, so far */
	char last[24];		/* of the last one that is through; "": none yet */
	bool reached;		/* the daemon has answered: once … */
	bool heard;		/* … and this time */
	bool left;		/* what we write is not taken any more */
};

/* Every line is out already, and who read them has had enough. */
static void end_well(int number)
{
	(void)number;
	_exit(CTL_DONE);
}

/* --- one event ------------------------------------------------------------------ */

/* What it is about is a member by the name of its kind: "subject" is that, too. */
static void add_subject(json_t *event)
{
	static const char *const kinds[] = {"milestone", "source", "indicator",
		"channel"};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		json_t *subject = json_object_get(event, kinds[i]);

		if (json_is_string(subject))
			json_object_set(event, "subject", subject);
	}
}

static void add_row(struct watch *watch, const struct item *item,
	struct text *out)
{
	list_row(watch->grid, watch->request, item, watch_columns);
	grid_print_rows(watch->grid, out, watch->request->width,
		watch->request->colour);
}

static void add_record(const struct item *item, struct text *out)
{
	for (size_t i = 0; watch_members[i] != NULL; i++) {
		const json_t *value = json_object_get(item->json,
			watch_members[i]);

		if (i > 0)
			text_add_char(out, ',');
		if (json_is_string(value))
			text_add_csv(out, json_string_value(value));
		else if (json_is_integer(value))
			text_addf(out, "%lld",
				(long long)json_integer_value(value));
	}
	text_add_char(out, '\n');
}

/* A line whole, and at once: whoever ends us has not half of one. */
static void put_out(struct watch *watch, const struct text *out)
{
	fwrite(text_string(out), 1, out->length, stdout);
	if (fflush(stdout) == 0)
		return;
	if (errno == EPIPE)
		end_well(SIGPIPE);
	watch->left = true;
}

static void put_event(struct watch *watch)
{
	struct item item = {.raw = slice_of(text_string(&watch->data))};
	struct text out;

	text_init(&out, 0);
	if (watch->request->form == FORM_JSONL) {
		text_addf(&out, "%s\n", text_string(&watch->data));
	} else {
		item.json = json_loads(text_string(&watch->data), 0, NULL);
		add_subject(item.json);
		if (watch->request->form == FORM_CSV)
			add_record(&item, &out);
		else
			add_row(watch, &item, &out);
		json_decref(item.json);
	}
	put_out(watch, &out);
	text_release(&out);
}

static size_t time_width(const struct request *request)
{
	struct text some;
	size_t width;

	text_init(&some, 0);
	add_time(&some, request, SOME_TIME);
	width = some.length;
	text_release(&some);
	return width;
}

static void put_titles(struct watch *watch)
{
	struct text out;

	text_init(&out, 0);
	for (size_t i = 0; watch_columns[i].title != NULL; i++) {
		grid_column(watch->grid, watch_columns[i].title, GRID_LEFT,
			watch_columns[i].shrink);
		grid_at_least(watch->grid, watch_columns[i].cell == CELL_TIME ?
			time_width(watch->request) : watch_widths[i]);
	}
	if (watch->request->form == FORM_TABLE)
		grid_print(watch->grid, &out, watch->request->width,
			watch->request->colour);
	for (size_t i = 0; watch->request->form == FORM_CSV &&
	    watch_members[i] != NULL; i++)
		text_addf(&out, "%s%s", watch_members[i],
			watch_members[i + 1] == NULL ? "\n" : ",");
	put_out(watch, &out);
	text_release(&out);
}

/* --- the stream ------------------------------------------------------------------- */

/* Whether there is somebody at the other end: a pipe's reader may have gone
   while nothing happened. */
static bool output_is_read(void)
{
	struct pollfd output = {.fd = STDOUT_FILENO};

	return poll(&output, 1, 0) <= 0 ||
		(output.revents & (POLLERR | POLLHUP)) == 0;
}

/* The value of a line "name: value"; NULL: it has another name. */
static const char *line_value(const char *line, const char *name)
{
	size_t length = strlen(name);

	if (!string_starts(line, name) || line[length] != ':')
		return NULL;
	return line + length + 1 + (line[length + 1] == ' ');
}

/* An empty line ends a block, whose id counts now that it has been shown. */
static void take_line(struct watch *watch, const char *line)
{
	const char *value;

	if (*line == '\0') {
		if (watch->data.length > 0)
			put_event(watch);
		text_clear(&watch->data);
		string_copy(watch->last, sizeof watch->last, watch->id);
		watch->left |= !output_is_read();
	} else if ((value = line_value(line, "data")) != NULL) {
		text_add_string(&watch->data, value);
	} else if ((value = line_value(line, "id")) != NULL) {
		string_copy(watch->id, sizeof watch->id, value);
	}
}

static bool watch_take(void *context, const char *bytes, size_t length)
{
	struct watch *watch = context;

	if (length == 0)
		watch->left |= !output_is_read();
	else if (!watch->reached)
		put_titles(watch);
	watch->reached = watch->heard = true;
	for (size_t i = 0; i < length && !watch->left; i++) {
		if (bytes[i] != '\n') {
			text_add_char(&watch->line, bytes[i]);
			continue;
		}
		take_line(watch, text_string(&watch->line));
		text_clear(&watch->line);
	}
	return !watch->left;
}

/* Once; what was begun and not ended comes again whole. */
static int watch_follow(struct watch *watch, const struct text *query)
{
	struct text path;
	int status;

	text_init(&path, 65536);
	text_addf(&path, "/v1/events%s%s", query->length > 0 ? "?" : "",
		text_string(query));
	if (watch->last[0] != '\0')
		text_addf(&path, "%clast_event_id=%s",
			query->length > 0 ? '&' : '?', watch->last);
	text_clear(&watch->line);
	text_clear(&watch->data);
	watch->heard = false;
	status = client_follow(watch->request->client, text_string(&path),
		"text/event-stream", watch_take, watch, !watch->reached);
	text_release(&path);
	return status;
}

static void nap(long milliseconds)
{
	const struct timespec span = {milliseconds / 1000,
		milliseconds % 1000 * 1000000};

	nanosleep(&span, NULL);
}

static int watch_run(struct watch *watch, const struct text *query)
{
	long wait = NAP_FIRST;

	for (;;) {
		int status = watch_follow(watch, query);

		if (watch->left || !watch->reached ||
		    (status != CTL_AWAY && status != CTL_DONE))
			return status;
		if (watch->heard) {
			fputs("pledgectl: the daemon is away: waiting for it\n",
				stderr);
			wait = NAP_FIRST;
		}
		nap(wait);
		wait = wait * 2 < NAP_LAST ? wait * 2 : NAP_LAST;
	}
}

/* --- the verb --------------------------------------------------------------------- */

/* "2h": so long ago. */
static void query_add_since(const struct request *request, struct text *query)
{
	struct duration ago;
	struct text word;
	instant since;

	if (request->since == NULL)
		return;
	text_init(&word, 0);
	text_add_string(&word, request->since);
	if (duration_read(request->since, &ago)) {
		ago.count = -ago.count;
		text_clear(&word);
		if (zone_add(zone_utc(), (instant)time(NULL), ago, &since))
			text_add_instant(&word, since);
	}
	client_add_parameter(query, "since", text_string(&word));
	text_release(&word);
}

int verb_watch(const struct request *request)
{
	struct watch watch = {.request = request, .grid = grid_new()};
	struct text query;
	int status = CTL_DONE;

	if (request->form == FORM_JSON)
		status = tell_usage("watch has no end, and so is no JSON document: "
			"-o jsonl has one on each line");
	text_init(&query, 65536);
	text_init(&watch.line, LINE_MAX_BYTES);
	text_init(&watch.data, LINE_MAX_BYTES);
	query_add_since(request, &query);
	if (status == CTL_DONE)
		status = query_add_matches(request, "events", &query);
	if (status == CTL_DONE) {
		signal(SIGINT, end_well);
		signal(SIGTERM, end_well);
		signal(SIGPIPE, SIG_IGN);
		status = watch_run(&watch, &query);
	}
	text_release(&watch.data);
	text_release(&watch.line);
	text_release(&query);
	grid_free(watch.grid);
	return status;
}
