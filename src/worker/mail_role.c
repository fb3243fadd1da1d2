/*
 * mail role: one message to one server by SMTP. In a process of its own, since
 * libcurl waits for the server inside a call. The connection is kept for the
 * next message to the same server.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "worker/picture.h"
#include "worker/protocol.h"
#include "worker/roles.h"

#define CA_BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#define CONNECT_SECONDS 10L
#define ANSWER_LINE 300
#define REFUSALS_MAX 2000	/* bytes of them that are told */

#define TIMEOUT_MAX 600
#define RECIPIENTS_MAX 1000
#define COMMAND_SHOWN 120

enum outcome { OUTCOME_DELIVERED, OUTCOME_LATER, OUTCOME_NEVER,
	OUTCOME_NO_SERVICE };

struct mail {
	char *server, *user, *password, *ca_file, *from, *text, *html, *picture;
	bool starttls;
	long timeout;
	struct curl_slist *recipients;
	size_t recipient_count;
	struct curl_slist *headers;
};

/* What the two sides said. */
struct conversation {
	char command[COMMAND_SHOWN];	/* ours, the last; no secret in it */
	bool data;		/* the message was begun */
	bool sending;		/* … and the server said to go on */
	bool leaving;		/* QUIT was said: what is answered is of no matter */
	char last[ANSWER_LINE];		/* line of the server */
	struct text refusals;	/* "COMMAND: line" of each 4xx and 5xx since MAIL */
	bool for_now;		/* one of them may be different later */
	bool for_all;		/* … whatever is sent till then */
	bool continued;		/* the last of them has a further line to come */
	size_t recipient;	/* of the last RCPT, from 1 */
	bool *left;		/* of each recipient: it was refused */
	size_t recipient_count, left_count;
};

static CURL *curl;	/* kept, with its connection … */
static char *kept_for;	/* … to this server, in this way */

/* --- the request ------------------------------------------------------------ */

static void list_add(struct curl_slist **list, const struct frame_field *field)
{
	char *string = frame_field_string(field);

	*list = curl_slist_append(*list, string);
	free(string);
}

static void take_string(char **place, const struct frame_field *field)
{
	free(*place);
	*place = frame_field_string(field);
}

static void mail_take(struct mail *mail, const struct frame_field *field)
{
	switch (field->tag) {
	case MAIL_SERVER: take_string(&mail->server, field); break;
	case MAIL_USER: take_string(&mail->user, field); break;
	case MAIL_PASSWORD: take_string(&mail->password, field); break;
	case MAIL_CA_FILE: take_string(&mail->ca_file, field); break;
	case MAIL_FROM: take_string(&mail->from, field); break;
	case MAIL_TEXT: take_string(&mail->text, field); break;
	case MAIL_HTML: take_string(&mail->html, field); break;
	case MAIL_PICTURE: take_string(&mail->picture, field); break;
	case MAIL_STARTTLS: mail->starttls = true; break;
	case MAIL_TIMEOUT: mail->timeout = (long)frame_field_int(field); break;
	case MAIL_TO:
		list_add(&mail->recipients, field);
		mail->recipient_count++;
		break;
	case MAIL_HEADER: list_add(&mail->headers, field); break;
	default: break;
	}
}

static void mail_release(struct mail *mail)
{
	if (mail->password != NULL)
		explicit_bzero(mail->password, strlen(mail->password));
	free(mail->server);
	free(mail->user);
	free(mail->password);
	free(mail->ca_file);
	free(mail->from);
	free(mail->text);
	free(mail->html);
	free(mail->picture);
	curl_slist_free_all(mail->recipients);
	curl_slist_free_all(mail->headers);
}

/* A line break in one would be a further command to the server. */
static bool address_is_plain(const char *address)
{
	if (*address == '\0')
		return false;
	for (const unsigned char *c = (const void *)address; *c != '\0'; c++) {
		if (*c <= 0x20 || *c == 0x7f || *c == '<' || *c == '>')
			return false;
	}
	return true;
}

/* "Name: value", where a line break is CRLF and begins a folded line. */
static bool header_is_one(const char *header)
{
	size_t name = strcspn(header, ": \t\r\n");

	if (name == 0 || header[name] != ':')
		return false;
	for (const char *c = header; *c != '\0'; c++) {
		bool folded = c[0] == '\r' && c[1] == '\n' &&
			(c[2] == ' ' || c[2] == '\t');

		if (folded)
			c++;
		else if (*c == '\r' || *c == '\n')
			return false;
	}
	return true;
}

/* NULL, or why the request cannot be carried out. */
static const char *mail_fault(const struct mail *mail)
{
	if (mail->server == NULL || mail->from == NULL)
		return "the request names no server or no sender";
	if (mail->recipient_count == 0 || mail->recipient_count > RECIPIENTS_MAX)
		return "there are no recipients, or too many";
	if (!address_is_plain(mail->from))
		return "the sender is no plain address";
	for (struct curl_slist *to = mail->recipients; to != NULL; to = to->next) {
		if (!address_is_plain(to->data))
			return "a recipient is no plain address";
	}
	for (struct curl_slist *one = mail->headers; one != NULL; one = one->next) {
		if (!header_is_one(one->data))
			return "a header is not one header";
	}
	if (mail->text == NULL && mail->html == NULL)
		return "there is nothing in the message";
	return NULL;
}

/* --- the message -------------------------------------------------------------- */

/* Lines of mail end with CRLF, before any encoder sees them. */
static void part_add(curl_mime *mime, const char *type, const char *text)
{
	curl_mimepart *part = curl_mime_addpart(mime);
	struct text lines;

	text_init(&lines, 0);
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\n')
			text_add_char(&lines, '\r');
		if (*c != '\r')
			text_add_char(&lines, *c);
	}
	curl_mime_data(part, text_string(&lines), lines.length);
	curl_mime_type(part, type);
	curl_mime_encoder(part, "quoted-printable");
	text_release(&lines);
}

/* HTML that shows a picture, and the picture (RFC 2387). */
static void related_add(curl_mime *mime, const char *html,
	const struct text *picture)
{
	curl_mime *parts = curl_mime_init(curl);
	curl_mimepart *whole = curl_mime_addpart(mime), *part;
	struct curl_slist *headers = curl_slist_append(NULL,
		"Content-ID: <trajectory@pledged>");

	part_add(parts, "text/html; charset=utf-8", html);
	part = curl_mime_addpart(parts);
	curl_mime_data(part, picture->data, picture->length);
	curl_mime_type(part, "image/png");
	curl_mime_encoder(part, "base64");
	headers = curl_slist_append(headers,
		"Content-Disposition: inline; filename=\"trajectory.png\"");
	curl_mime_headers(part, headers, 1);
	curl_mime_subparts(whole, parts);
	curl_mime_type(whole, "multipart/related; type=\"text/html\"");
}

/* The parts of the whole, which is multipart/alternative: the best comes last. */
static curl_mime *mail_mime(const struct mail *mail)
{
	curl_mime *mime = curl_mime_init(curl);
	struct text picture;

	if (mail->text != NULL)
		part_add(mime, "text/plain; charset=utf-8; format=flowed",
			mail->text);
	text_init(&picture, 0);
	if (mail->html != NULL && mail->picture != NULL &&
	    picture_render(mail->picture, strlen(mail->picture), &picture))
		related_add(mime, mail->html, &picture);
	else if (mail->html != NULL)
		part_add(mime, "text/html; charset=utf-8", mail->html);
	text_release(&picture);
	return mime;
}

/* --- the conversation ------------------------------------------------------------ */

static void recipient_refused(struct conversation *talk)
{
	if (talk->recipient == 0 || talk->recipient > talk->recipient_count)
		return;
	talk->left[talk->recipient - 1] = true;
	talk->left_count++;
}

/* Nothing of what was said counts: it did no harm. */
static void conversation_forget(struct conversation *talk)
{
	text_clear(&talk->refusals);
	talk->for_now = talk->for_all = talk->continued = false;
	talk->recipient = talk->left_count = 0;
	memset(talk->left, 0, talk->recipient_count * sizeof *talk->left);
}

static void refusal_add(struct conversation *talk, const char *line)
{
	struct text *refusals = &talk->refusals;
	bool ours = string_starts(talk->command, "MAIL") ||
		string_starts(talk->command, "RCPT") ||
		string_starts(talk->command, "DATA");

	if (!talk->continued && string_starts(talk->command, "RCPT"))
		recipient_refused(talk);
	if (talk->continued)
		text_addf(refusals, " %s", line);
	else
		text_addf(refusals, "%s%s: %s", refusals->length > 0 ? "; " : "",
			talk->command, line);
	talk->continued = strlen(line) > 3 && line[3] == '-';
	/*
	 * 4yz is for now, 5yz for good (RFC 5321 4.2.1). But who we are and how
	 * we may talk (the greeting, TLS, 53z) is for the administrator to mend,
	 * and the message waits for that.
	 */
	bool for_all = !ours || string_starts(line, "53");

	talk->for_now |= for_all || line[0] == '4';
	talk->for_all |= for_all || string_starts(line, "421");
}

static size_t take_line(char *bytes, size_t size, size_t count, void *context)
{
	struct conversation *talk = context;
	size_t length = size * count, used = 0;

	if (talk->leaving)
		return length;
	for (size_t i = 0; i < length && used < ANSWER_LINE - 1; i++) {
		if ((unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7f)
			talk->last[used++] = bytes[i];
	}
	talk->last[used] = '\0';
	talk->sending |= string_starts(talk->last, "354");
	if (talk->last[0] == '4' || talk->last[0] == '5')
		refusal_add(talk, talk->last);
	return length;
}

/* Whether a line that goes out is that command, of which talk takes note: all
   of MAIL and RCPT, of others the verb, since what belongs to AUTH is not
   kept. */
static bool command_is(struct conversation *talk, const char *line,
	size_t length, const char *verb)
{
	size_t verb_length = strlen(verb);
	bool whole = verb[verb_length - 1] == ':';

	if (length <= verb_length || memcmp(line, verb, verb_length) != 0)
		return false;
	const char *end = memchr(line, '\r', length);

	if (whole)
		verb_length = end != NULL ? (size_t)(end - line) : length;
	snprintf(talk->command, sizeof talk->command, "%.*s", (int)verb_length,
		line);
	return true;
}

static int take_command(CURL *handle, curl_infotype type, char *bytes,
	size_t length, void *context)
{
	static const char *const verbs[] = {"EHLO", "HELO", "STARTTLS", "AUTH"};
	struct conversation *talk = context;

	(void)handle;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		command_is(talk, bytes, length, verbs[i]);
	if (command_is(talk, bytes, length, "MAIL FROM:"))
		conversation_forget(talk);
	else if (command_is(talk, bytes, length, "RCPT TO:"))
		talk->recipient++;
	else if (command_is(talk, bytes, length, "DATA"))
		talk->data = true;
	else if (length > 4 && memcmp(bytes, "QUIT", 4) == 0)
		talk->leaving = true;
	return 0;
}

static size_t drop(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes, (void)context;
	return size * count;
}

static bool name_is_of_a_domain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

	return strchr(name, '.') != NULL && *name != '.' &&
		name[strspn(name, letters)] == '\0';
}

/*
 * Who says EHLO: this machine, by its whole name (RFC 5321 4.1.1.1), or where
 * it has none, in the name of the sender's domain: servers refuse half a name.
 * curl takes it from behind the server.
 */
static void add_greeting_name(struct text *url, const struct mail *mail)
{
	const char *at = strrchr(mail->from, '@');
	char host[256] = "";

	if (gethostname(host, sizeof host - 1) == 0 && name_is_of_a_domain(host))
		text_addf(url, "/%s", host);
	else if (at != NULL && name_is_of_a_domain(at + 1))
		text_addf(url, "/%s", at + 1);
}

static void curl_prepare_server(const struct mail *mail)
{
	struct text url;

	text_init(&url, 0);
	text_add_string(&url, mail->server);
	add_greeting_name(&url, mail);
	curl_easy_setopt(curl, CURLOPT_URL, text_string(&url));
	text_release(&url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, mail->timeout);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, mail->timeout);
	curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(mail->starttls
		? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_CAINFO,
		mail->ca_file != NULL ? mail->ca_file : CA_BUNDLE);
	if (mail->user != NULL) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD,
			mail->password != NULL ? mail->password : "");
	}
}

static void curl_prepare(const struct mail *mail, curl_mime *mime,
	struct conversation *talk, char said[CURL_ERROR_SIZE])
{
	curl_easy_reset(curl);
	curl_prepare_server(mail);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, mail->recipients);
	/* One refused address does not keep the mail from the others. */
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, mail->headers);
	curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, talk);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, take_command);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, talk);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said);
}

/* Without a farewell, for which curl would wait two minutes. */
static void curl_let_go(void)
{
	curl_socket_t kept = CURL_SOCKET_BAD;

	if (curl == NULL)
		return;
	curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &kept);
	if (kept != CURL_SOCKET_BAD)
		shutdown(kept, SHUT_RDWR);
	curl_easy_cleanup(curl);
	curl = NULL;
}

/* A handle, whose connection is one that this mail may go over. */
static void curl_keep_for(const struct mail *mail)
{
	struct text way;

	text_init(&way, 0);
	text_addf(&way, "%s\n%d\n%s\n%s", mail->server, mail->starttls,
		mail->user != NULL ? mail->user : "",
		mail->ca_file != NULL ? mail->ca_file : "");
	if (!string_is(kept_for, text_string(&way)))
		curl_let_go();
	if (curl == NULL)
		curl = curl_easy_init();
	free(kept_for);
	kept_for = text_take(&way);
	text_release(&way);
}

/* A kept connection may have ended unseen. Before the message is begun nothing
   is lost or doubled by another try. */
static CURLcode curl_send(struct conversation *talk)
{
	CURLcode code = curl_easy_perform(curl);
	long connects = 1;

	curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
	if (code == CURLE_OK || connects > 0 || talk->data)
		return code;
	conversation_forget(talk);
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	return curl_easy_perform(curl);
}

/* --- the answer -------------------------------------------------------------------- */

static void answer_begin(struct text *answer, enum outcome outcome,
	const char *words)
{
	frame_begin(answer);
	frame_put_int(answer, MAIL_OUTCOME, outcome);
	frame_put_string(answer, MAIL_ANSWER, words);
}

static void answer_put(struct text *answer, enum outcome outcome,
	const char *words)
{
	answer_begin(answer, outcome, words);
	frame_end(answer);
}

/* The message is with those that were taken, and yet to come to the others,
   for whom this has failed. */
static void answer_partly(struct text *answer, const struct mail *mail,
	const struct conversation *talk)
{
	const struct curl_slist *to = mail->recipients;
	struct text words;

	text_init(&words, 0);
	text_addf(&words, "%s; delivered to %zu of %zu: %s", talk->last,
		mail->recipient_count - talk->left_count, mail->recipient_count,
		text_string(&talk->refusals));
	answer_begin(answer, talk->for_now ? OUTCOME_LATER : OUTCOME_NEVER,
		text_string(&words));
	for (size_t i = 0; to != NULL; i++, to = to->next) {
		if (talk->left[i])
			frame_put_string(answer, MAIL_LEFT, to->data);
	}
	frame_end(answer);
	text_release(&words);
}

/* What the server owed an answer to. */
static const char *conversation_phase(const struct conversation *talk)
{
	if (talk->sending)
		return "the message, which it may have taken";
	return string_is(talk->command, "connection") ? "us" : talk->command;
}

/* What ended without an answer, in our words where curl's say less. */
static void failure_words(struct text *words, const struct conversation *talk,
	CURLcode code, const char *said, long timeout)
{
	curl_off_t connected = 0;

	curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME_T, &connected);
	bool gone = code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
		code == CURLE_GOT_NOTHING;

	if (connected > 0 && code == CURLE_OPERATION_TIMEDOUT)
		text_addf(words, "the server gave no answer to %s within %ld s",
			conversation_phase(talk), timeout);
	else if (connected > 0 && gone)
		text_addf(words, "the server hung up without an answer to %s",
			conversation_phase(talk));
	else if (code == CURLE_USE_SSL_FAILED)
		text_add_string(words, "the server offers no STARTTLS, which is "
			"required: nothing was sent in clear");
	else
		text_add_string(words, *said != '\0' ? said
			: curl_easy_strerror(code));
}

static void answer_failed(struct text *answer, const struct conversation *talk,
	CURLcode code, const char *said, long timeout)
{
	struct text words;

	if (talk->refusals.length > 0) {
		answer_put(answer, talk->for_all ? OUTCOME_NO_SERVICE
			: talk->for_now ? OUTCOME_LATER : OUTCOME_NEVER,
			text_string(&talk->refusals));
		return;
	}
	text_init(&words, 0);
	failure_words(&words, talk, code, said, timeout);
	answer_put(answer, OUTCOME_NO_SERVICE, text_string(&words));
	text_release(&words);
}

static void mail_send(struct mail *mail, struct text *answer)
{
	struct conversation talk = {.command = "connection",
		.recipient_count = mail->recipient_count,
		.left = mem_new(mail->recipient_count, sizeof *talk.left)};
	char said[CURL_ERROR_SIZE] = "";

	text_init(&talk.refusals, REFUSALS_MAX);
	curl_keep_for(mail);
	curl_mime *mime = mail_mime(mail);

	/* curl adds the boundary. */
	mail->headers = curl_slist_append(mail->headers,
		"Content-Type: multipart/alternative");
	curl_prepare(mail, mime, &talk, said);
	CURLcode code = curl_send(&talk);

	if (code == CURLE_OK && talk.left_count == 0)
		answer_put(answer, OUTCOME_DELIVERED, talk.last);
	else if (code == CURLE_OK)
		answer_partly(answer, mail, &talk);
	else
		answer_failed(answer, &talk, code, said, mail->timeout);
	/* Nothing of this mail outlives it. */
	curl_easy_reset(curl);
	curl_mime_free(mime);
	text_release(&talk.refusals);
	free(talk.left);
}

void mail_answer(const void *payload, size_t length, struct text *answer)
{
	struct mail mail = {.timeout = 60};
	struct frame_reader reader;
	struct frame_field field;

	frame_reader_init(&reader, payload, length);
	while (frame_next(&reader, &field))
		mail_take(&mail, &field);
	if (mail.timeout < 1 || mail.timeout > TIMEOUT_MAX)
		mail.timeout = TIMEOUT_MAX;
	const char *fault = reader.broken ? "the request is broken"
		: mail_fault(&mail);

	if (fault != NULL)
		answer_put(answer, OUTCOME_NEVER, fault);
	else
		mail_send(&mail, answer);
	mail_release(&mail);
}
