/*
 * match_words: what is looked at, as words on one line. See silence.h.
 */
#include "core/silence.h"

#include "base/mem.h"
#include "core/register_index.h"

/* One word of the line: KEY=PATTERN, or VALUE alone. */
struct word {
	const char *text;	/* all of it, as it stands */
	size_t length;
	size_t key_length;	/* 0: it is a value alone */
	const char *value;	/* without its quotes */
	size_t value_length;
};

/* The matches, and behind them their strings. */
struct reading {
	const struct register_ *reg;
	struct match *matches;
	size_t count;
	char *strings;
	struct error *error;
};

/* --- parting the line ---------------------------------------------------- */

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* Where a pattern ends, which may stand in quotes; NULL: they are left open. */
static const char *value_end(struct word *word, const char *start)
{
	if (*start != '"') {
		word->value = start;
		word->value_length = strcspn(start, " ");
		return start + word->value_length;
	}
	word->value = start + 1;
	word->value_length = strcspn(start + 1, "\"");
	const char *end = word->value + word->value_length;
	return *end == '"' ? end + 1 : NULL;
}

/* The word at *cursor, which is moved on behind it. */
static bool word_read(const char **cursor, struct word *word,
	struct error *error)
{
	const char *start = *cursor;
	size_t key = strcspn(start, "= \"");

	*word = (struct word){.text = start,
		.key_length = start[key] == '=' ? key : 0};
	const char *end = value_end(word, start[key] == '=' ? start + key + 1 :
		start);
	if (!end) {
		error_set(error, ERROR_INPUT, "%.80s: the quotes are not closed",
			start);
		return false;
	}
	word->length = (size_t)(end - start);
	if (*end && *end != ' ')
		error_set(error, ERROR_INPUT, "%.80s: a space is missing behind "
			"the quotes", start);
	else if (start[0] == '=')
		error_set(error, ERROR_INPUT, "%.*s: what shall match is "
			"missing before '='", (int)word->length, start);
	else if (word->value_length == 0)
		error_set(error, ERROR_INPUT, "%.*s: a pattern is missing; '*' "
			"is any", (int)word->length, start);
	*cursor = string_skip_space(end);
	return (!*end || *end == ' ') && start[0] != '=' && word->value_length;
}

/* --- what a word means --------------------------------------------------- */

static const char *reading_string(struct reading *reading, const char *bytes,
	size_t length)
{
	char *string = reading->strings;

	memcpy(string, bytes, length);
	string[length] = '\0';
	reading->strings += length + 1;
	return string;
}

/* Whether a word is among some, of which NULL is the last; else the nearest, or
   NULL. */
static bool words_have(const char *const *words, const char *word,
	const char **near)
{
	for (size_t i = 0; words[i]; i++) {
		if (string_is(words[i], word))
			return true;
	}
	*near = string_nearest(word, words);
	return false;
}

/* Whether a field can have a value; a pattern is not held against its words. */
static bool field_takes(enum match_field field, const char *value,
	const char **near)
{
	const char *words[MATCH_VALUES_MAX + 1] = {NULL};

	for (int i = 0; i < MATCH_VALUES_MAX; i++)
		words[i] = match_field_value(field, i);
	return !words[0] || strpbrk(value, "*?[") ||
		words_have(words, value, near);
}

/* Whether a key is a field; else the nearest. */
static bool key_is_field(const char *key, const char **near)
{
	const char *words[MATCH_LABEL + 1] = {NULL};

	for (int i = 0; i < MATCH_LABEL; i++)
		words[i] = match_field_name((enum match_field)i);
	return words_have(words, key, near);
}

static void error_near(struct error *error, const char *near)
{
	size_t length = strlen(error->text);

	if (near)
		snprintf(error->text + length, sizeof(error->text) - length,
			"; did you mean '%s'?", near);
}

static bool value_check(struct reading *reading, const struct match *match)
{
	const char *near;

	if (field_takes(match->field, match->pattern, &near))
		return true;
	error_set(reading->error, ERROR_INPUT, "%s=%.80s: there is no such %s",
		match_field_name(match->field), match->pattern,
		match_field_name(match->field));
	error_near(reading->error, near);
	return false;
}

/* --- labels -------------------------------------------------------------- */

static bool labels_have(const struct label *labels, size_t count,
	const char *key)
{
	for (size_t i = 0; i < count; i++) {
		if (string_is(labels[i].key, key))
			return true;
	}
	return false;
}

static bool register_has_label(const struct register_ *reg, const char *key)
{
	for (size_t i = 0; i < reg->pledge_count; i++) {
		if (labels_have(reg->pledges[i].labels,
				reg->pledges[i].label_count, key))
			return true;
	}
	for (size_t i = 0; i < reg->source_count; i++) {
		if (labels_have(reg->sources[i].labels,
				reg->sources[i].label_count, key))
			return true;
	}
	for (size_t i = 0; i < reg->milestone_count; i++) {
		if (labels_have(reg->milestones[i].labels,
				reg->milestones[i].label_count, key))
			return true;
	}
	return false;
}

/* "labels.sector" says itself that it is one; "sector" is, where something has
   it, or nothing is known of that and it is near no field. */
static const char *label_key(const struct reading *reading, const char *key)
{
	const char *near;

	if (string_starts(key, "labels."))
		return key + strlen("labels.");
	if (string_starts(key, "label."))
		return key + strlen("label.");
	if (reading->reg)
		return register_has_label(reading->reg, key) ? key : NULL;
	key_is_field(key, &near);
	return near ? NULL : key;
}

/* --- one word ------------------------------------------------------------ */

static bool pair_take(struct reading *reading, const struct word *word)
{
	const char *key = reading_string(reading, word->text, word->key_length);
	struct match *match = &reading->matches[reading->count++];
	const char *near;

	match->pattern = reading_string(reading, word->value,
		word->value_length);
	if (key_is_field(key, &near)) {
		match_field_parse(key, &match->field);
		return value_check(reading, match);
	}
	match->field = MATCH_LABEL;
	match->label = label_key(reading, key);
	if (match->label && match->label[0])
		return true;
	error_set(reading->error, ERROR_INPUT, "%.*s: there is no field%s "
		"'%.80s'", (int)word->length, word->text,
		reading->reg ? " and no label" : "", key);
	error_near(reading->error, near);
	return false;
}

static const struct {
	enum match_field field;
	enum thing_kind kind;
	uint32_t (*find)(const struct register_ *reg, const char *id);
} named[] = {
	{MATCH_MILESTONE, THING_MILESTONE, register_milestone},
	{MATCH_PLEDGE, THING_PLEDGE, register_pledge},
	{MATCH_SOURCE, THING_SOURCE, register_source},
	{MATCH_INDICATOR, THING_INDICATOR, register_indicator},
	{MATCH_INSTRUMENT, THING_INSTRUMENT, register_instrument},
};
#define NAMED_COUNT (sizeof(named) / sizeof(named[0]))

static void error_unnamed(const struct reading *reading, const char *id)
{
	const char *near = NULL;

	error_set(reading->error, ERROR_INPUT, "%.80s: there is no milestone, "
		"pledge, source, indicator or instrument of this id, and no "
		"'=', as in obligor=CN", id);
	for (size_t i = 0; reading->reg && !near && i < NAMED_COUNT; i++)
		near = thing_nearest(reading->reg, named[i].kind, id, NULL);
	error_near(reading->error, near);
}

/* An id alone, by what it is; of two things of one id none is guessed. */
static bool id_take(struct reading *reading, const struct word *word)
{
	struct match *match = &reading->matches[reading->count++];
	bool found = false;

	match->pattern = reading_string(reading, word->value,
		word->value_length);
	for (size_t i = 0; reading->reg && i < NAMED_COUNT; i++) {
		if (named[i].find(reading->reg, match->pattern) == NOT_FOUND)
			continue;
		if (found) {
			error_set(reading->error, ERROR_INPUT, "%.80s is the id "
				"of several things: write %s=%.80s or %s=%.80s",
				match->pattern, match_field_name(match->field),
				match->pattern, match_field_name(named[i].field),
				match->pattern);
			return false;
		}
		match->field = named[i].field;
		found = true;
	}
	if (!found)
		error_unnamed(reading, match->pattern);
	return found;
}

/* --- the line ------------------------------------------------------------ */

/* No more words than this are in a line that is taken. */
static bool line_check(const char *words, struct error *error)
{
	if (strlen(words) > MATCH_WORDS_MAX) {
		error_set(error, ERROR_LIMIT, "longer than %d bytes",
			MATCH_WORDS_MAX);
		return false;
	}
	for (const char *c = words; *c; c++) {
		if (is_control(*c)) {
			error_set(error, ERROR_INPUT, "a control character "
				"stands in it");
			return false;
		}
	}
	if (*string_skip_space(words))
		return true;
	error_set(error, ERROR_INPUT, "it is empty: say what shall match, as in "
		"obligor=CN kind=at_risk");
	return false;
}

static bool line_read(struct reading *reading, const char *words)
{
	const char *cursor = string_skip_space(words);
	struct word word;

	while (*cursor) {
		if (reading->count == SILENCE_MATCHES_MAX) {
			error_set(reading->error, ERROR_LIMIT, "%.80s: more than "
				"%d words", cursor, SILENCE_MATCHES_MAX);
			return false;
		}
		if (!word_read(&cursor, &word, reading->error))
			return false;
		if (!(word.key_length ? pair_take : id_take)(reading, &word))
			return false;
	}
	return true;
}

/* Written out they are longer, and are to be read again. */
static bool meaning_check(const struct reading *reading)
{
	struct text out;

	text_init(&out, 0);
	match_words_write(reading->matches, reading->count, &out);
	bool fits = out.length <= MATCH_WORDS_MAX;
	if (!fits)
		error_set(reading->error, ERROR_LIMIT, "longer than %d bytes "
			"with each field written out, as in milestone=ID or "
			"labels.KEY=VALUE", MATCH_WORDS_MAX);
	text_release(&out);
	return fits;
}

struct match *match_words_read(const char *words, const struct register_ *reg,
	size_t *count, struct error *error)
{
	size_t size = SILENCE_MATCHES_MAX * sizeof(struct match);
	struct error ignored;

	if (!error)
		error = &ignored;
	if (!line_check(words, error))
		return NULL;
	/* Each word gives its two halves, each with a NUL. */
	char *block = mem_new(1, size + strlen(words) + 2 * SILENCE_MATCHES_MAX);
	struct reading reading = {.reg = reg, .strings = block + size,
		.matches = (struct match *)(void *)block, .error = error};
	if (!line_read(&reading, words) || !meaning_check(&reading)) {
		free(block);
		return NULL;
	}
	*count = reading.count;
	return reading.matches;
}

void match_words_write(const struct match *matches, size_t count,
	struct text *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct match *match = &matches[i];
		const char *quote = strchr(match->pattern, ' ') ? "\"" : "";

		text_addf(out, "%s%s%s%s=%s%s%s", i ? " " : "",
			match_field_name(match->field), match->label ? "." : "",
			match->label ? match->label : "", quote, match->pattern,
			quote);
	}
}
