/* selection: see selection.h. */
#include "pledged/selection.h"

#include <string.h>

#include "pledged/filters.h"

/* A word that there is not selects nothing, which is no answer. */
static int word_check(const struct selection_field *field, const char *value,
	struct error *error)
{
	struct text words;
	int i = 0;

	if (field->word == NULL || strpbrk(value, "*?[") != NULL)
		return 0;
	text_init(&words, 0);
	for (; field->word(i) != NULL && !string_is(field->word(i), value); i++)
		text_addf(&words, "%s%s", i > 0 ? ", " : "", field->word(i));
	if (field->word(i) == NULL)
		error_set(error, ERROR_INPUT, "%s: \"%.80s\" is none: %s",
			field->name, value, text_string(&words));
	text_release(&words);
	return field->word(i) == NULL ? -1 : 0;
}

static bool field_is_named(const struct selection_field *field,
	const char *name)
{
	return string_ends(field->name, ".") ?
		string_starts(name, field->name) : string_is(field->name, name);
}

struct taking {
	struct selection *selection;
	const struct selection_field *fields;
};

static int term_take(void *context, const char *name, const char *value,
	const struct zone *zone, struct error *error)
{
	const struct taking *taking = context;
	const struct selection_field *fields = taking->fields;
	struct selection *selection = taking->selection;

	(void)zone;
	while (fields->name != NULL && !field_is_named(fields, name))
		fields++;
	if (fields->name == NULL)
		return 0;
	if (fields->value == NULL && fields->has == NULL)
		return 1;
	if (selection->count == SELECTION_TERMS_MAX)
		return error_set(error, ERROR_LIMIT, "more than %d filters",
			SELECTION_TERMS_MAX);
	selection->terms[selection->count++] = (struct selection_term){
		fields, name + strlen(fields->name), value};
	return word_check(fields, value, error) < 0 ? -1 : 1;
}

int selection_read(struct selection *selection, const struct daemon *daemon,
	const struct selection_field *fields, struct server_request *request,
	struct error *error)
{
	struct taking taking = {selection, fields};

	selection->count = 0;
	return filters_read(daemon, request, &(struct filters){WORDS_OF_LIST,
		false, term_take, &taking}, error);
}

static bool terms_are_alike(const struct selection_term *a,
	const struct selection_term *b)
{
	return a->field == b->field && string_is(a->key, b->key);
}

static bool term_accepts(const struct selection_term *term,
	const struct daemon *daemon, const void *item)
{
	struct selection_item of = {daemon, item, term->key};
	const char *value;

	if (term->field->has != NULL)
		return term->field->has(&of, term->pattern);
	value = term->field->value(&of);
	return value != NULL && string_matches(value, term->pattern);
}

/* Of terms that are alike the first stands for all. */
static bool term_is_first(const struct selection *selection, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (terms_are_alike(&selection->terms[i],
				&selection->terms[place]))
			return false;
	return true;
}

static bool terms_accept(const struct selection *selection, size_t first,
	const struct daemon *daemon, const void *item)
{
	for (size_t i = first; i < selection->count; i++)
		if (terms_are_alike(&selection->terms[first],
				&selection->terms[i]) &&
		    term_accepts(&selection->terms[i], daemon, item))
			return true;
	return false;
}

bool selection_accepts(const struct selection *selection,
	const struct daemon *daemon, const void *item)
{
	for (size_t i = 0; i < selection->count; i++)
		if (term_is_first(selection, i) &&
		    !terms_accept(selection, i, daemon, item))
			return false;
	return true;
}

const char *selection_bool_word(int number)
{
	static const char *const words[] = {"true", "false", NULL};

	return words[number];
}

const char *selection_bool(bool so)
{
	return selection_bool_word(!so);
}
