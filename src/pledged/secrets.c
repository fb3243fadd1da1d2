/* secrets: see secrets.h. */
#include "pledged/secrets.h"

#include <string.h>

#include "base/digest.h"

/* Bytes from which on something is hidden: what is shorter is like any word. */
#define SECRET_LEAST 4
#define PIECE_LEAST 10		/* of a URL; and of parameters */

static void bytes_hide(struct text *text, const char *secret, size_t length)
{
	const char *from = text_string(text), *end = from + text->length;
	const char *found = memmem(from, text->length, secret, length);
	struct text rest;

	if (found == NULL)
		return;
	text_init(&rest, 0);
	while (found != NULL) {
		text_add(&rest, from, (size_t)(found - from));
		text_add_string(&rest, "…");
		from = found + length;
		found = memmem(from, (size_t)(end - from), secret, length);
	}
	text_add(&rest, from, (size_t)(end - from));
	text_release(text);
	*text = rest;
}

static void string_hide(struct text *text, const char *secret)
{
	size_t length = secret != NULL ? strlen(secret) : 0;

	if (length >= SECRET_LEAST)
		bytes_hide(text, secret, length);
}

/* In base64, as some servers repeat it. */
static void encoded_hide(struct text *text, const char *bytes, size_t length)
{
	struct text encoded;

	text_init(&encoded, 0);
	text_add_base64(&encoded, bytes, length);
	bytes_hide(text, text_string(&encoded), encoded.length);
	explicit_bzero(encoded.data, encoded.capacity);
	text_release(&encoded);
}

static void token_hide(struct text *text, const char *token)
{
	string_hide(text, token);
	if (token != NULL)
		encoded_hide(text, token, strlen(token));
}

/* By itself, and with the user as PLAIN sends it (RFC 4616). */
static void login_hide(struct text *text, const struct channel *channel)
{
	const char *user = channel->user != NULL ? channel->user : "";
	struct text login;

	if (channel->password == NULL)
		return;
	text_init(&login, 0);
	text_addf(&login, "%c%s%c%s", '\0', user, '\0', channel->password);
	encoded_hide(text, login.data, login.length);
	explicit_bzero(login.data, login.capacity);
	text_release(&login);
	token_hide(text, channel->password);
}

/* Of many receivers the path, or a piece of it, is the secret. */
static void url_hide(struct text *text, const char *url)
{
	const char *host = url != NULL ? strstr(url, "://") : NULL;
	const char *path = host != NULL ? strpbrk(host + 3, "/?") : NULL;

	if (path == NULL)
		return;
	size_t length = strcspn(path, "?#");

	string_hide(text, path);
	if (length >= SECRET_LEAST)
		bytes_hide(text, path, length);
	string_hide(text, path[length] != '\0' ? path + length + 1 : NULL);
	for (const char *piece = path; *piece != '\0'; piece += length) {
		piece += strspn(piece, "/?&=#");
		length = strcspn(piece, "/?&=#");
		if (length >= PIECE_LEAST)
			bytes_hide(text, piece, length);
	}
}

void secrets_hide(struct text *text, const struct channel *channel)
{
	token_hide(text, channel->token);
	string_hide(text, channel->secret);
	string_hide(text, channel->secret_before);
	login_hide(text, channel);
	url_hide(text, channel->url);
	for (size_t i = 0; i < channel->parameter_count; i++)
		if (strlen(channel->parameters[i].value) >= PIECE_LEAST)
			string_hide(text, channel->parameters[i].value);
}

void answer_make(char answer[DELIVERY_ANSWER_MAX],
	const struct channel *channel, struct text *said)
{
	struct text shown;

	secrets_hide(said, channel);
	text_init(&shown, 0);
	text_add_printable(&shown, text_string(said));
	string_copy(answer, DELIVERY_ANSWER_MAX, text_string(&shown));
	text_release(&shown);
}
