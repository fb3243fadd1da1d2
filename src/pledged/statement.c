/* statement: see statement.h. Read by jansson, whose names base/json.h has too. */
#include "pledged/statement.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"

static int statement_fault(struct error *error, const char *key,
	const char *what)
{
	return error_set(error, ERROR_INPUT, "%s: %s", key, what);
}

static int read_string(const json_t *value, const char *key, size_t most,
	const char **out, struct error *error)
{
	if (!json_is_string(value))
		return statement_fault(error, key, "a text is expected");
	if (json_string_length(value) > most)
		return error_set(error, ERROR_LIMIT, "%s: longer than %zu bytes",
			key, most);
	*out = json_string_value(value);
	return 0;
}

static int read_on(const json_t *value, struct attestation *out,
	struct error *error)
{
	const char *text = json_string_value(value);
	struct moment moment;

	if (text == NULL || strlen(text) != strlen("2020-12-31") ||
	    !moment_parse(text, strlen(text), &moment))
		return statement_fault(error, "on", "a date is expected "
			"(2020-12-31)");
	out->on = moment.local.date;
	return 0;
}

static int read_member(const char *key, const json_t *value,
	struct attestation *out, struct error *error)
{
	if (string_is(key, "key"))
		return read_string(value, key, ATTESTATION_KEY_MAX, &out->key,
			error);
	if (string_is(key, "evidence"))
		return read_string(value, key, ATTESTATION_EVIDENCE_MAX,
			&out->evidence, error);
	if (string_is(key, "note"))
		return read_string(value, key, ATTESTATION_NOTE_MAX, &out->note,
			error);
	if (string_is(key, "on"))
		return read_on(value, out, error);
	if (!string_is(key, "attested"))
		return error_set(error, ERROR_INPUT, "there is no member \"%.80s\" "
			"here: key, attested, on, evidence, note", key);
	if (!json_is_boolean(value))
		return statement_fault(error, key, "true or false is expected");
	out->yes = json_is_true(value);
	return 0;
}

static int read_members(json_t *body, struct attestation *out,
	struct error *error)
{
	const char *key;
	json_t *value;

	json_object_foreach(body, key, value)
		if (read_member(key, value, out, error) < 0)
			return -1;
	if (out->key == NULL)
		return statement_fault(error, "key", "is missing");
	if (json_object_get(body, "attested") == NULL)
		return statement_fault(error, "attested", "is missing: true or "
			"false");
	if (out->yes && *out->evidence == '\0')
		return statement_fault(error, "evidence", "is missing: where can "
			"others see that it happened?");
	return 0;
}

/* NULL: it is none, and error says why. */
static json_t *read_object(const char *bytes, size_t length,
	struct error *error)
{
	json_error_t fault = {.text = ""};
	json_t *body = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &fault);

	if (json_is_object(body))
		return body;
	json_decref(body);
	error_set(error, ERROR_INPUT, "the body is not a JSON object%s%s",
		fault.text[0] != '\0' ? ": " : "", fault.text);
	return NULL;
}

int statement_read(struct statement *out, const char *bytes, size_t length,
	struct error *error)
{
	*out = (struct statement){.body = read_object(bytes, length, error),
		.attestation = {.evidence = "", .note = ""}};
	return out->body == NULL ? -1 :
		read_members(out->body, &out->attestation, error);
}

void statement_release(struct statement *statement)
{
	json_decref(statement->body);
}

/* --- acceptance ------------------------------------------------------------- */

static int accept_member(const char *key, const json_t *value,
	struct acceptance *out, struct error *error)
{
	if (string_is(key, "note"))
		return read_string(value, key, ATTESTATION_NOTE_MAX, &out->note,
			error);
	if (!string_is(key, "release"))
		return error_set(error, ERROR_INPUT, "there is no member \"%.80s\" "
			"here: note, release", key);
	if (!json_is_boolean(value))
		return statement_fault(error, key, "true or false is expected");
	out->release = json_is_true(value);
	return 0;
}

int acceptance_read(struct acceptance *out, const char *bytes, size_t length,
	struct error *error)
{
	const char *key;
	json_t *value;

	*out = (struct acceptance){.body = read_object(bytes, length, error),
		.note = ""};
	if (out->body == NULL)
		return -1;
	json_object_foreach((json_t *)out->body, key, value)
		if (accept_member(key, value, out, error) < 0)
			return -1;
	return *out->note != '\0' ? 0 : statement_fault(error, "note", "is "
		"missing: what makes the figure plausible?");
}

void acceptance_release(struct acceptance *acceptance)
{
	json_decref(acceptance->body);
}
