/* inquiry: see inquiry.h. */
#include "pledged/inquiry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "conf/secret.h"
#include "core/placeholder.h"

#define URL_ROOM 8192		/* bytes of a URL */
#define BODY_ROOM ((size_t)1 << 20)
#define HEADER_ROOM 16384	/* bytes of one */
#define NAMED_VALUE_MAX 40	/* bytes of a value where requests are told apart */

/* --- the parameters of a request ----------------------------------------- */

size_t inquiry_count(const struct source *source)
{
	size_t count = 1;

	for (size_t i = 0; i < source->parameter_count; i++)
		count *= source->parameters[i].value_count;
	return count;
}

/* The last parameter changes fastest. */
const char *inquiry_value(const struct source *source, size_t number,
	size_t parameter)
{
	for (size_t i = source->parameter_count - 1; i > parameter; i--)
		number /= source->parameters[i].value_count;
	return source->parameters[parameter].values[
		number % source->parameters[parameter].value_count];
}

static void add_parameters(const struct source *source, size_t number,
	struct text *out)
{
	struct json json;

	json_init(&json, out);
	json_object(&json);
	for (size_t i = 0; i < source->parameter_count; i++)
		json_put_string(&json, source->parameters[i].name,
			inquiry_value(source, number, i));
	json_object_end(&json);
}

static void add_named(const struct source *source, size_t number,
	struct text *out)
{
	for (size_t i = 0; i < source->parameter_count; i++) {
		char value[NAMED_VALUE_MAX];

		if (source->parameters[i].value_count < 2)
			continue;
		string_copy(value, sizeof value,
			inquiry_value(source, number, i));
		if (out->length > 0)
			text_add_string(out, ", ");
		text_addf(out, "%s=", source->parameters[i].name);
		text_add_printable(out, value);
	}
}

/* --- how a value stands in a text ------------------------------------------ */

typedef void add_value(struct text *out, const char *value);

static void add_text(struct text *out, const char *value)
{
	text_add_string(out, value);
}

static void add_percent(struct text *out, const char *value)
{
	text_add_percent(out, value, "");
}

/* Without the quotes: the body has them. */
static void add_json(struct text *out, const char *value)
{
	struct text quoted;
	struct json json;

	text_init(&quoted, 0);
	json_init(&json, &quoted);
	json_string(&json, value);
	text_add(out, quoted.data + 1, quoted.length - 2);
	inquiry_wipe(&quoted);
}

static bool contains_word(const char *string, const char *word)
{
	size_t length = strlen(word);

	for (; *string != '\0'; string++)
		if (strncasecmp(string, word, length) == 0)
			return true;
	return false;
}

static const char *content_type(const struct source *source)
{
	for (size_t i = 0; i < source->header_count; i++)
		if (strcasecmp(source->headers[i].key, "Content-Type") == 0)
			return source->headers[i].value;
	return NULL;
}

/* Media types of bodies, how values stand in them, and what a body without a
   Content-Type begins with that is of it. The last is what is left. */
static const struct media {
	const char *word;
	const char *type;
	const char *begins;
	add_value *add;
} medias[] = {
	{"json", "application/json", "{[", add_json},
	{"xml", "application/xml", "<", text_add_html},
	{"x-www-form-urlencoded", "application/x-www-form-urlencoded", "",
		add_percent},
};
#define MEDIA_COUNT (sizeof medias / sizeof *medias)

/* NULL: the header names another. */
static const struct media *body_media(const struct source *source)
{
	const char *type = content_type(source);
	char first = *string_skip_space(source->body);

	for (size_t i = 0; i < MEDIA_COUNT; i++)
		if (type != NULL ? contains_word(type, medias[i].word) :
		    first != '\0' && strchr(medias[i].begins, first) != NULL)
			return &medias[i];
	return type == NULL ? &medias[MEDIA_COUNT - 1] : NULL;
}

/* --- filling in ------------------------------------------------------------- */

struct filling {
	const struct source *source;
	size_t number;
	bool secrets;		/* to be filled in too */
	bool *secret;		/* set when one was wanted */
	struct error *error;
};

static const struct parameter *named_parameter(const struct source *source,
	const struct placeholder *placeholder, size_t *index)
{
	for (*index = 0; *index < source->parameter_count; ++*index)
		if (placeholder_is(placeholder, source->parameters[*index].name))
			return &source->parameters[*index];
	return NULL;
}

static const struct source_secret *named_secret(const struct source *source,
	const struct placeholder *placeholder)
{
	for (size_t i = 0; i < source->secret_count; i++)
		if (placeholder_is(placeholder, source->secrets[i].name))
			return &source->secrets[i];
	return NULL;
}

/* -1: it is needed and not there. */
static int fill_secret(const struct filling *filling,
	const struct source_secret *secret, const struct placeholder *placeholder,
	add_value *add, struct text *out)
{
	*filling->secret = true;
	if (!filling->secrets) {
		text_add(out, placeholder->from,
			(size_t)(placeholder->rest - placeholder->from));
		return 0;
	}
	if (secret->secret == NULL)
		return error_set(filling->error, ERROR_DENIED, "the secret {%s} "
			"has not been read from %s", secret->name, secret->path);
	add(out, secret->secret);
	return 0;
}

/* Adds a text with the values in it; what is no name of ours stays. */
static int fill(const struct filling *filling, const char *string,
	add_value *add, struct text *out)
{
	struct placeholder placeholder;
	size_t index;

	while (placeholder_next(string, &placeholder)) {
		const struct source_secret *secret =
			named_secret(filling->source, &placeholder);

		text_add(out, string, (size_t)(placeholder.from - string));
		string = placeholder.rest;
		if (secret != NULL) {
			if (fill_secret(filling, secret, &placeholder, add, out) < 0)
				return -1;
		} else if (named_parameter(filling->source, &placeholder, &index)
			!= NULL) {
			add(out, inquiry_value(filling->source, filling->number,
				index));
		} else {
			text_add(out, placeholder.from,
				(size_t)(placeholder.rest - placeholder.from));
		}
	}
	text_add_string(out, string);
	return out->cut ? error_set(filling->error, ERROR_LIMIT, "with its "
		"parameters the URL, the body or a header is longer than "
		"pledged sends") : 0;
}

bool inquiry_is_fixed(const struct source *source)
{
	struct placeholder placeholder;
	size_t index;
	const char *rest = source->url;

	while (placeholder_next(rest, &placeholder)) {
		if (named_secret(source, &placeholder) != NULL ||
		    named_parameter(source, &placeholder, &index) != NULL)
			return false;
		rest = placeholder.rest;
	}
	return true;
}

/* --- an inquiry ---------------------------------------------------------------- */

static int fill_header(struct inquiry *inquiry, const struct filling *filling,
	const struct label *header)
{
	struct text line;

	text_init(&line, HEADER_ROOM);
	text_addf(&line, "%s: ", header->key);
	int status = fill(filling, header->value, add_text, &line);

	inquiry->headers[inquiry->header_count++] = text_take(&line);
	return status;
}

static int fill_headers(struct inquiry *inquiry, const struct filling *filling)
{
	const struct source *source = filling->source;

	inquiry->headers = mem_new(source->header_count + 2,
		sizeof *inquiry->headers);
	for (size_t i = 0; i < source->header_count; i++)
		if (fill_header(inquiry, filling, &source->headers[i]) < 0)
			return -1;
	return 0;
}

static int fill_body(struct inquiry *inquiry, const struct filling *filling)
{
	const struct source *source = filling->source;
	const struct media *media;

	if (source->body == NULL)
		return 0;
	inquiry->post = true;
	media = body_media(source);
	if (media != NULL && content_type(source) == NULL) {
		struct label said = {"Content-Type", media->type};

		if (fill_header(inquiry, filling, &said) < 0)
			return -1;
	}
	return fill(filling, source->body, media != NULL ? media->add : add_text,
		&inquiry->body);
}

static int fill_url(struct inquiry *inquiry, struct filling filling)
{
	const char *url = filling.source->url;
	add_value *add = string_starts(url, "file:") ? add_text : add_percent;

	if (fill(&filling, url, add, &inquiry->url) < 0)
		return -1;
	filling.secrets = false;
	return fill(&filling, url, add, &inquiry->shown);
}

int inquiry_make(struct inquiry *inquiry, const struct source *source,
	size_t number, bool secrets, struct error *error)
{
	struct filling filling = {
		.source = source,
		.number = number,
		.secrets = secrets,
		.secret = &inquiry->secret,
		.error = error,
	};

	*inquiry = (struct inquiry){.post = false};
	text_init(&inquiry->url, URL_ROOM);
	text_init(&inquiry->shown, URL_ROOM);
	text_init(&inquiry->body, BODY_ROOM);
	text_init(&inquiry->parameters, 0);
	text_init(&inquiry->named, 0);
	add_parameters(source, number, &inquiry->parameters);
	add_named(source, number, &inquiry->named);
	return fill_url(inquiry, filling) < 0 ||
		fill_headers(inquiry, &filling) < 0 ||
		fill_body(inquiry, &filling) < 0 ? -1 : 0;
}

void inquiry_wipe(struct text *text)
{
	if (text->data != NULL)
		explicit_bzero(text->data, text->capacity);
	text_release(text);
}

void inquiry_release(struct inquiry *inquiry)
{
	inquiry_wipe(&inquiry->url);
	inquiry_wipe(&inquiry->body);
	text_release(&inquiry->shown);
	text_release(&inquiry->parameters);
	text_release(&inquiry->named);
	for (size_t i = 0; i < inquiry->header_count; i++) {
		secret_wipe(inquiry->headers[i]);
		free(inquiry->headers[i]);
	}
	free(inquiry->headers);
	inquiry->headers = NULL;
	inquiry->header_count = 0;
}

/* --- secrets in what strangers say ------------------------------------------------ */

/* So much of a secret at the end of a text is one that was cut. */
#define SECRET_PART_MIN 8

/* How else a byte stands in an address, a string of JSON or a text of XML. */
static const struct {
	char byte;
	const char *form;
} byte_forms[] = {
	{' ', "+"}, {'"', "\\\""}, {'\\', "\\\\"}, {'/', "\\/"}, {'&', "&amp;"},
	{'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
};

/* The length of an encoded byte that a string begins with; 0: it does not. */
static size_t byte_encoded(const char *at, char byte)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char code = (unsigned char)byte;

	if (*at == '%' && (at[1] | 0x20) == (digits[code >> 4] | 0x20) &&
	    (at[2] | 0x20) == (digits[code & 15] | 0x20))
		return 3;
	for (size_t i = 0; i < sizeof byte_forms / sizeof *byte_forms; i++)
		if (byte == byte_forms[i].byte &&
		    string_starts(at, byte_forms[i].form))
			return strlen(byte_forms[i].form);
	return 0;
}

/* Of one that may be either, as in a secret with a percent sign, encoded says
   what it is taken for. */
static size_t byte_length(const char *at, char byte, bool encoded)
{
	size_t length = encoded || *at != byte ? byte_encoded(at, byte) : 1;

	return length == 0 && *at == byte ? 1 : length;
}

/* The length of a secret that a string begins with, whatever of it is encoded,
   or of the part of one that it ends with; 0: it does not. */
static size_t secret_length(const char *string, const char *secret, bool encoded)
{
	const char *at = string, *byte = secret;

	for (; *byte != '\0' && *at != '\0'; byte++) {
		size_t length = byte_length(at, *byte, encoded);

		if (length == 0)
			return 0;
		at += length;
	}
	return *byte == '\0' || byte - secret >= SECRET_PART_MIN ?
		(size_t)(at - string) : 0;
}

static const struct source_secret *secret_at(const struct source *source,
	const char *string, size_t *length)
{
	for (size_t i = 0; i < source->secret_count; i++) {
		const char *secret = source->secrets[i].secret;

		if (secret == NULL)
			continue;
		*length = secret_length(string, secret, false);
		if (*length == 0)
			*length = secret_length(string, secret, true);
		if (*length > 0)
			return &source->secrets[i];
	}
	return NULL;
}

bool inquiry_betrays(const struct source *source, const char *string)
{
	size_t length;

	for (; source->secret_count > 0 && *string != '\0'; string++)
		if (secret_at(source, string, &length) != NULL)
			return true;
	return false;
}

void inquiry_hide(const struct source *source, const char *string,
	struct text *out)
{
	const struct source_secret *secret;
	size_t length;

	while (*string != '\0') {
		secret = source->secret_count == 0 ? NULL :
			secret_at(source, string, &length);
		if (secret == NULL) {
			text_add_char(out, *string++);
			continue;
		}
		text_addf(out, "{%s}", secret->name);
		string += length;
	}
}
