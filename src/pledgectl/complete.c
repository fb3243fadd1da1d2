/* complete: see complete.h. */
#include "pledgectl/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/candidates.h"
#include "pledgectl/commands.h"

#define PLACES_MAX 8		/* of a synopsis */

/* --- synopses ------------------------------------------------------------------------- */

struct places {
	struct {
		struct text word;
		bool optional;
	} list[PLACES_MAX];
	size_t count;
	bool repeats;		/* the last */
};

/* One word of a synopsis, brackets and all, unless it belongs to an option. */
static void places_add(struct places *places, const char *word, size_t length,
	bool *of_option)
{
	bool opens = *word == '[', closes = word[length - 1] == ']';
	bool was_option = *of_option;

	word += opens;
	length -= opens;
	while (length > 0 && word[length - 1] == ']')
		length--;
	/* "-m WHY", "[--by KEY]": the option and what stands behind it. */
	*of_option = *word == '-' && !closes;
	if (length >= 3 && strncmp(word, "...", 3) == 0)
		places->repeats = true;
	else if (!was_option && *word != '-' && places->count < PLACES_MAX) {
		text_init(&places->list[places->count].word, 0);
		text_add(&places->list[places->count].word, word, length);
		places->list[places->count++].optional = opens;
	}
}

static void places_read(struct places *places, const char *synopsis)
{
	bool of_option = false;

	while (*synopsis != '\0') {
		size_t length = strcspn(synopsis, " ");

		if (length > 0)
			places_add(places, synopsis, length, &of_option);
		synopsis += length + (synopsis[length] == ' ');
	}
}

/* Offers what the argument of a number may be: where those before it may be left
   out, what comes then, too. */
static void offer_argument(struct completion *completion,
	const struct verb *verb, size_t number)
{
	struct places places = {.count = 0};
	size_t needed = 0;	/* before the place looked at */

	places_read(&places, verb->synopsis + strlen(verb->name));
	if (places.repeats && number >= places.count && places.count > 0)
		number = places.count - 1;
	for (size_t i = 0; i < places.count; i++) {
		if (needed <= number && number <= i)
			offer_place(completion, text_string(&places.list[i].word));
		needed += !places.list[i].optional;
		text_release(&places.list[i].word);
	}
}

/* --- the command line ----------------------------------------------------------------- */

struct line {
	const struct option_row *pending;	/* its value is being typed */
	const char *arguments[4];	/* the first of those that are no option */
	size_t argument_count;
	const char *last;	/* of them */
};

static void line_take(struct line *line, struct completion *completion,
	const char *word)
{
	const struct option_row *row = option_find(word, strcspn(word, "="));
	const char *equals = strchr(word, '=');

	if (line->pending != NULL) {
		if (string_is(line->pending->name, "-s"))
			completion->socket = word;
		line->pending = NULL;
	} else if (row != NULL) {
		line->pending = equals == NULL && !option_is_flag(row) ? row :
			NULL;
	} else if (*word != '-') {
		if (line->argument_count < 4)
			line->arguments[line->argument_count] = word;
		line->argument_count++;
		line->last = word;
	}
}

/* The verb that the arguments begin with, of one word or two; *used: of them. */
static const struct verb *line_verb(const struct line *line, size_t *used)
{
	char name[128];

	*used = 2;
	if (line->argument_count >= 2) {
		snprintf(name, sizeof name, "%s %s", line->arguments[0],
			line->arguments[1]);
		if (verb_find(name) != NULL)
			return verb_find(name);
	}
	*used = 1;
	return line->argument_count >= 1 ? verb_find(line->arguments[0]) : NULL;
}

/* The first words of verbs, or the second words of those that have such a
   first. */
static void offer_verbs(struct completion *completion, const char *first)
{
	for (size_t i = 0; i < verb_count; i++) {
		const char *name = verbs[i].name, *space = strchr(name, ' ');
		size_t length = strcspn(name, " ");
		struct text word;

		if (first != NULL && (space == NULL || strlen(first) != length ||
				strncmp(first, name, length) != 0))
			continue;
		text_init(&word, 0);
		text_add(&word, name, length);
		offer(completion, first != NULL ? space + 1 : text_string(&word),
			first != NULL || space == NULL ? verbs[i].sentence :
			NULL);
		text_release(&word);
	}
}

static void offer_options(struct completion *completion,
	const struct verb *verb)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_rows[i].takes == 0 || verb == NULL ||
				(option_rows[i].takes & verb->takes) != 0)
			offer(completion, option_rows[i].name,
				option_rows[i].sentence);
	offer(completion, "--help", "what there is");
	offer(completion, "--version", NULL);
}

/* What follows the option's name in its synopsis. */
static void offer_value(struct completion *completion,
	const struct option_row *row)
{
	const char *space = strchr(row->synopsis, ' ');

	if (space != NULL)
		offer_place(completion, space + 1);
}

/* "--sort=u" */
static bool offer_joined(struct completion *completion)
{
	const char *word = completion->word, *equals = strchr(word, '=');
	const struct option_row *row = equals == NULL ? NULL :
		option_find(word, (size_t)(equals - word));
	struct text prefix;

	if (row == NULL || option_is_flag(row) || word[1] != '-')
		return false;
	text_init(&prefix, 0);
	text_add(&prefix, word, (size_t)(equals + 1 - word));
	completion->prefix = text_string(&prefix);
	completion->word = equals + 1;
	offer_value(completion, row);
	completion->prefix = "";
	text_release(&prefix);
	return true;
}

static void complete_line(struct completion *completion, const struct line *line)
{
	size_t used;
	const struct verb *verb = line_verb(line, &used);

	completion->verb = verb != NULL ? verb->name : NULL;
	completion->before = line->argument_count > used ? line->last : NULL;
	if (line->pending != NULL) {
		offer_value(completion, line->pending);
		return;
	}
	if (*completion->word == '-') {
		if (!offer_joined(completion))
			offer_options(completion, verb);
		return;
	}
	if (line->argument_count <= 1)
		offer_verbs(completion, line->argument_count == 1 ?
			line->arguments[0] : NULL);
	if (verb != NULL && verb->synopsis != NULL)
		offer_argument(completion, verb, line->argument_count - used);
}

void complete(const char *socket, char **words, size_t count)
{
	struct completion completion = {.socket = socket, .prefix = "",
		.word = count > 0 ? words[count - 1] : ""};
	struct line line = {.pending = NULL};

	/* The last is being typed. */
	for (size_t i = 0; i + 1 < count; i++)
		line_take(&line, &completion, words[i]);
	complete_line(&completion, &line);
	candidates_release(&completion);
}
