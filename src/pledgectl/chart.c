/*
 * chart: pictures that the daemon draws, written as they come.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pledgectl/verbs.h"

/* What a picture may be asked by, besides the time. */
enum { BY_FILTERS = 1, BY_PLEDGES = 2, BY_KEYS = 4, BY_GROUP = 8, BY_MONTHS = 16 };

static const struct picture {
	const char *name;
	unsigned by;
} pictures[] = {
	{"timeline", BY_FILTERS},
	{"matrix", BY_PLEDGES | BY_KEYS},
	{"scorecard", BY_PLEDGES | BY_GROUP},
	{"calendar", BY_FILTERS | BY_MONTHS},
	{NULL, 0},		/* of a milestone */
};

/* The last: no other is called so. */
static const struct picture *picture_find(const char *name)
{
	const struct picture *picture = pictures;

	while (picture->name != NULL && !string_is(picture->name, name))
		picture++;
	return picture;
}

/* The first option or word that this picture does not go by; NULL: none. */
static const char *picture_stranger(const struct picture *picture,
	const struct request *request)
{
	const struct {
		const char *name;
		bool given;
		unsigned by;
	} options[] = {
		{"--status", request->status != NULL, BY_FILTERS},
		{"--match", request->match_count > 0, BY_FILTERS},
		{"--due-within", request->within != NULL, BY_FILTERS},
		{"--sort", request->sort != NULL, 0},
		{"--rows", request->rows != NULL, BY_KEYS},
		{"--cols", request->columns != NULL, BY_KEYS},
		{"--by", request->by != NULL, BY_GROUP},
		{"--from", request->from != NULL, BY_MONTHS},
		{"--months", request->months != NULL, BY_MONTHS},
		{"a second word", request->argument_count > 1, BY_PLEDGES},
		{"-o", request->form != FORM_TABLE, 0},
	};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (options[i].given && (options[i].by & picture->by) == 0)
			return options[i].name;
	return NULL;
}

static void add_given(struct text *query, const char *name, const char *value)
{
	if (value != NULL)
		client_add_parameter(query, name, value);
}

static int build_query(const struct picture *picture,
	const struct request *request, struct text *query)
{
	if (picture->by & BY_KEYS && (request->rows == NULL ||
			request->columns == NULL))
		return tell_usage("chart matrix needs --rows and --cols");
	if (request->argument_count > 1)
		client_add_parameter(query, "pledge", request->arguments[1]);
	add_given(query, "rows", request->rows);
	add_given(query, "cols", request->columns);
	add_given(query, "by", request->by);
	add_given(query, "from", request->from);
	add_given(query, "months", request->months);
	return query_add_filters(request, request->within, query);
}

static void add_path(struct text *path, const struct picture *picture,
	const char *word, const struct text *query)
{
	text_add_string(path, "/v1/");
	if (picture->name == NULL) {
		text_add_string(path, "milestones/");
		client_add_escaped(path, word);
		text_add_string(path, "/chart");
	} else {
		text_add_string(path, picture->name);
	}
	text_addf(path, ".svg%s%s", query->length > 0 ? "?" : "",
		text_string(query));
}

static bool write_piece(void *context, const char *bytes, size_t length)
{
	(void)context;
	return fwrite(bytes, 1, length, stdout) == length;
}

static int picture_get(const struct picture *picture,
	const struct request *request)
{
	struct text path, query;
	int status;

	text_init(&path, 65536);
	text_init(&query, 65536);
	status = build_query(picture, request, &query);
	if (status == CTL_DONE) {
		add_path(&path, picture, request->arguments[0], &query);
		status = client_read(request->client, text_string(&path), NULL,
			write_piece, NULL);
	}
	text_release(&query);
	text_release(&path);
	return status;
}

int verb_chart(const struct request *request)
{
	const struct picture *picture;
	const char *stranger;
	char said[128];

	if (request->argument_count == 0)
		return tell_usage("chart takes a milestone's id, or timeline, "
			"matrix, scorecard or calendar");
	picture = picture_find(request->arguments[0]);
	stranger = picture_stranger(picture, request);
	if (stranger != NULL) {
		snprintf(said, sizeof said, "the picture of a %s does not go by %s",
			picture->name != NULL ? picture->name : "milestone",
			stranger);
		return tell_usage(said);
	}
	if (isatty(STDOUT_FILENO) && !request->force)
		return tell_usage("a picture is for a program that shows it: write "
			"it to a file with >, or say --force");
	return picture_get(picture, request);
}
