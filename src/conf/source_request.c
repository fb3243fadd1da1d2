/*
 * source_request: see source_request.h.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "conf/address.h"
#include "conf/conf_file.h"
#include "conf/conf_value.h"
#include "conf/secret.h"
#include "conf/source_request.h"
#include "core/placeholder.h"

static bool source_is_file(const struct source *source)
{
	return source->url != NULL && string_starts(source->url, "file:");
}

/* --- URL and body ---------------------------------------------------------- */

/* Braces of a URL are those of names, behind the host. */
static const char *braces_fault(const char *url)
{
	const char *path = strstr(url, "://");
	struct placeholder placeholder;

	path = path != NULL ? path + 3 : url;
	if (path != url)
		path += strcspn(path, "/?#");
	for (const char *at = url; *at != '\0'; at++) {
		if (*at != '{' && *at != '}')
			continue;
		if (!placeholder_next(at, &placeholder) || placeholder.from != at)
			return "a brace that is not part of a {name} is written "
				"%7B or %7D";
		if (at < path)
			return "a {name} may stand behind the host only";
		at = placeholder.rest - 1;
	}
	return NULL;
}

/* "file:NAME" is beside the register file; afterwards file: and an absolute
   path. */
static bool source_url_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	const char *wrong = braces_fault(string), *name = string + 5;

	if (wrong == NULL && string_starts(string, "file:")) {
		if (string_starts(name, "///"))
			name += 2;
		else if (string_starts(name, "//"))
			wrong = "file:NAME or file:///PATH is expected";
		if (!conf_name.parse(reader, key, name, NULL, error))
			return false;
	} else if (wrong == NULL) {
		wrong = string_starts(string, "http") ?
			url_fault(string, &schemes_web) :
			"http://, https:// or file: is expected";
	}
	if (wrong != NULL)
		error_set(error, ERROR_INPUT, "%s", wrong);
	else if (target != NULL && string_starts(string, "file:"))
		*(const char **)target = arena_printf(reader->arena, "file:%s",
			conf_file_join(reader->arena, reader->folder, name));
	else if (target != NULL)
		*(const char **)target = arena_string(reader->arena, string);
	return wrong == NULL;
}

char *source_url_moved(const struct conf_reader *reader, const char *string)
{
	const char *name = string + 5;
	struct text url;

	if (!string_starts(string, "file:") || string_starts(name, "//"))
		return mem_string(string);
	text_init(&url, 0);
	text_addf(&url, "file:%s", conf_file_join(reader->arena,
		reader->folder, name));
	return text_take(&url);
}

static bool body_parse(struct conf_reader *reader, const struct conf_key *key,
	const char *string, void *target, struct error *error)
{
	if (strlen(string) <= SOURCE_BODY_MAX)
		return conf_text.parse(reader, key, string, target, error);
	error_set(error, ERROR_LIMIT, "is longer than the %d bytes it may have",
		SOURCE_BODY_MAX);
	return false;
}

/* --- labels over those of a preset ----------------------------------------- */

struct label_list {
	const struct label *items;
	size_t count;
};

static bool labels_have(const struct label_list *list, const char *key)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i].key, key) == 0)
			return true;
	return false;
}

/* Adds what is in more under other names. */
static void labels_merge(struct conf_reader *reader, struct label_list *list,
	const struct label_list *more)
{
	struct label *all = arena_alloc(reader->arena,
		list->count + more->count, sizeof *all);
	size_t count = list->count;

	if (count != 0)
		memcpy(all, list->items, count * sizeof *all);
	for (size_t i = 0; i < more->count; i++)
		if (!labels_have(list, more->items[i].key))
			all[count++] = more->items[i];
	*list = (struct label_list){all, count};
}

/* The labels of a setting into own. */
static bool labels_take(struct conf_reader *reader, const struct conf_key *key,
	const config_setting_t *setting, struct label_list *own)
{
	struct conf_key row = *key;

	row.offset = offsetof(struct label_list, items);
	row.second = offsetof(struct label_list, count);
	return conf_read_as(reader, &conf_labels, &row, setting, own);
}

static void labels_store(struct conf_reader *reader,
	const struct conf_key *key, struct label_list *own, void *object)
{
	const struct label **items = conf_member(object, key->offset);
	size_t *count = conf_member(object, key->second);

	if (object == NULL)
		return;
	labels_merge(reader, own, &(struct label_list){*items, *count});
	*items = own->items;
	*count = own->count;
}

static bool labels_over_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct label_list own = {NULL, 0};

	if (!labels_take(reader, key, setting, &own))
		return false;
	labels_store(reader, key, &own, object);
	return true;
}

/* --- headers --------------------------------------------------------------- */

static bool word_is_among(const char *word, const char *const *words)
{
	while (*words != NULL && strcasecmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

/* What the transfer says itself: of the connection, of the body's length, and
   the validators of what is known already. */
static const char *const headers_ours[] = {"Host", "Content-Length",
	"Transfer-Encoding", "Connection", "Proxy-Connection", "Keep-Alive",
	"TE", "Trailer", "Upgrade", "Expect", "Accept-Encoding", "Range",
	"If-None-Match", "If-Modified-Since", NULL};

/* What lets whoever knows it in. */
static const char *const headers_secret[] = {"Authorization",
	"Proxy-Authorization", "Cookie", "X-Api-Key", "Api-Key", "ApiKey",
	"X-Auth-Token", "X-Access-Token", "Access-Token", "Auth-Token",
	"Private-Token", "X-Authorization", "Ocp-Apim-Subscription-Key", NULL};

/* RFC 9110, 5.6.2: a token. */
static bool header_name_is_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~");

	return length != 0 && name[length] == '\0';
}

static bool headers_check(struct conf_reader *reader,
	const config_setting_t *setting, const struct label_list *own)
{
	bool good = true;

	if (own->count > SOURCE_HEADERS_MAX)
		return conf_fault(reader, setting, "has %zu headers, at most %d "
			"are possible", own->count, SOURCE_HEADERS_MAX);
	for (size_t i = 0; i < own->count; i++) {
		const char *name = own->items[i].key;
		const struct label_list before = {own->items, i};

		if (!header_name_is_valid(name))
			good = conf_fault_key(reader, setting, name,
				"is no name of a header");
		else if (word_is_among(name, headers_ours))
			good = conf_fault_key(reader, setting, name, "is said by "
				"pledged itself: leave it out");
		else if (labels_have(&before, name))
			good = conf_fault_key(reader, setting, name, "stands "
				"there twice: capitals tell no header from "
				"another");
	}
	return good;
}

static bool headers_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct label_list own = {NULL, 0};

	if (!labels_take(reader, key, setting, &own) ||
	    !headers_check(reader, setting, &own))
		return false;
	labels_store(reader, key, &own, object);
	return true;
}

/* --- parameters ------------------------------------------------------------ */

/* A string that may be empty, or a number as it is written. */
static const char *parameter_value(struct conf_reader *reader,
	const config_setting_t *setting)
{
	char room[DECIMAL_STRING_MAX];
	const char *value = conf_number_string(reader, setting,
		"a string or a number", room);

	for (const char *at = value; at != NULL && *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f) {
			conf_fault(reader, setting,
				"a line break or control character stands in it");
			return NULL;
		}
	return value != NULL ? conf_shared(reader, value) : NULL;
}

static bool parameter_has(const struct parameter *parameter, const char *value)
{
	for (size_t i = 0; i < parameter->value_count; i++)
		if (string_is(parameter->values[i], value))
			return true;
	return false;
}

static bool parameter_add(struct conf_reader *reader,
	const config_setting_t *setting, struct parameter *parameter)
{
	const char *value = parameter_value(reader, setting);

	if (value == NULL)
		return false;
	if (parameter_has(parameter, value))
		return conf_fault(reader, setting, "\"%.80s\" stands there twice",
			value);
	parameter->values[parameter->value_count++] = value;
	return true;
}

/* {name}, and a variable in programs of three languages. */
static bool name_check(struct conf_reader *reader,
	const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);

	if (!placeholder_name_is_valid(name))
		return conf_fault(reader, setting, "a name is a letter and then "
			"letters, digits and _");
	if (string_is(name, "fetched") || string_is(name, "url"))
		return conf_fault(reader, setting, "means something else to "
			"programs: call it otherwise");
	return true;
}

static bool parameter_read(struct conf_reader *reader,
	const config_setting_t *setting, struct parameter *parameter)
{
	bool list = config_setting_is_array(setting) ||
		config_setting_is_list(setting);
	int count = list ? config_setting_length(setting) : 1;
	bool good = name_check(reader, setting);

	if (count == 0 || count > SOURCE_REQUESTS_MAX)
		return conf_fault(reader, setting, "has %d values, 1 to %d are "
			"possible", count, SOURCE_REQUESTS_MAX);
	parameter->name = conf_shared(reader, config_setting_name(setting));
	parameter->values = arena_alloc(reader->arena, (size_t)count,
		sizeof *parameter->values);
	if (!list)
		return parameter_add(reader, setting, parameter) && good;
	for (int i = 0; i < count; i++)
		good &= parameter_add(reader, config_setting_get_elem(setting,
			(unsigned)i), parameter);
	return good;
}

static const struct parameter *parameter_find(
	const struct parameter *parameters, size_t count, const char *name,
	size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(parameters[i].name) == length &&
		    memcmp(parameters[i].name, name, length) == 0)
			return &parameters[i];
	return NULL;
}

/* The source's own come first, then what a preset has under other names. */
static void parameters_store(struct conf_reader *reader,
	const struct conf_key *key, struct parameter *own, size_t own_count,
	void *object)
{
	const struct parameter **items = conf_member(object, key->offset);
	size_t *count = conf_member(object, key->second);
	struct parameter *all;
	size_t total = own_count;

	if (object == NULL)
		return;
	all = arena_alloc(reader->arena, own_count + *count, sizeof *all);
	if (own_count != 0)
		memcpy(all, own, own_count * sizeof *all);
	for (size_t i = 0; i < *count; i++)
		if (parameter_find(own, own_count, (*items)[i].name,
		    strlen((*items)[i].name)) == NULL)
			all[total++] = (*items)[i];
	*items = all;
	*count = total;
}

static bool parameters_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct parameter own[SOURCE_PARAMETERS_MAX] = {{0}};
	bool good = true;
	int count;

	if (!config_setting_is_group(setting))
		return conf_fault(reader, setting, "%s is expected",
			key->kind->expected);
	count = config_setting_length(setting);
	if (count > SOURCE_PARAMETERS_MAX)
		return conf_fault(reader, setting, "has %d parameters, at most "
			"%d are possible", count, SOURCE_PARAMETERS_MAX);
	for (int i = 0; i < count; i++)
		good &= parameter_read(reader, config_setting_get_elem(setting,
			(unsigned)i), &own[i]);
	if (good)
		parameters_store(reader, key, own, (size_t)count, object);
	return good;
}

/* --- secrets --------------------------------------------------------------- */

static bool token_parse(struct conf_reader *reader,
	const struct conf_key *key, const char *string, void *target,
	struct error *error)
{
	if (!conf_name.parse(reader, key, string, NULL, error))
		return false;
	if (target != NULL)
		*(const char **)target = secret_path(reader->arena,
			reader->folder, string);
	return true;
}

static bool secrets_read(struct conf_reader *reader,
	const struct conf_key *key, const config_setting_t *setting,
	void *object)
{
	struct label_list files = {NULL, 0};
	struct source_secret *secrets;
	bool good = true;

	if (!labels_take(reader, key, setting, &files))
		return false;
	if (files.count > SOURCE_SECRETS_MAX)
		return conf_fault(reader, setting, "has %zu secrets, at most %d "
			"are possible", files.count, SOURCE_SECRETS_MAX);
	/* Room for that of token_file. */
	secrets = arena_alloc(reader->arena, files.count + 1, sizeof *secrets);
	for (size_t i = 0; i < files.count; i++) {
		const struct label *file = &files.items[i];

		good &= name_check(reader, config_setting_get_elem(setting,
			(unsigned)i));
		if (file->value[0] == '\0')
			good = conf_fault_key(reader, setting, file->key, "is "
				"empty: the name of a file is expected");
		secrets[i] = (struct source_secret){.name = file->key,
			.path = secret_path(reader->arena, reader->folder,
				file->value)};
	}
	if (good && object != NULL) {
		*(struct source_secret **)conf_member(object, key->offset) =
			secrets;
		*(size_t *)conf_member(object, key->second) = files.count;
	}
	return good;
}

char *source_secret_moved(const struct conf_reader *reader, const char *string)
{
	return mem_string(secret_path(reader->arena, reader->folder, string));
}

static const struct source_secret *secret_find(const struct source *source,
	const char *name, size_t length)
{
	for (size_t i = 0; i < source->secret_count; i++)
		if (strlen(source->secrets[i].name) == length &&
		    memcmp(source->secrets[i].name, name, length) == 0)
			return &source->secrets[i];
	return NULL;
}

/* token_file is a secret of that name and the header that says it. */
static void token_take(struct conf_reader *reader,
	const struct conf_group *group, struct source *source,
	const char *token)
{
	static const struct label bearer = {"Authorization", "Bearer {token}"};
	struct label_list headers = {source->headers, source->header_count};

	if (secret_find(source, "token", strlen("token")) != NULL) {
		conf_fault_key(reader, group->setting, "token_file", "stands "
			"beside secret_files.token: one of them is enough");
		return;
	}
	if (labels_have(&headers, bearer.key)) {
		conf_fault_key(reader, group->setting, "token_file", "stands "
			"beside headers.Authorization: one of them is enough, "
			"and secret_files are for what is no bearer token");
		return;
	}
	if (source->secrets == NULL)
		source->secrets = arena_alloc(reader->arena, 1,
			sizeof *source->secrets);
	source->secrets[source->secret_count++] = (struct source_secret){
		.name = "token", .path = token};
	labels_merge(reader, &headers, &(struct label_list){&bearer, 1});
	source->headers = headers.items;
	source->header_count = headers.count;
}

void source_secrets_open(struct conf_reader *reader,
	const struct conf_group *group, struct source *source)
{
	for (size_t i = 0; i < source->secret_count; i++) {
		struct source_secret *secret = &source->secrets[i];
		bool token = conf_given(group, "token_file") &&
			string_is(secret->name, "token");
		struct error error;

		secret->secret = secret_read(reader->arena, secret->path,
			&error);
		if (secret->secret == NULL)
			conf_fault_key(reader, group->setting,
				token ? "token_file" : "secret_files", "%s: %s",
				secret->path, error.text);
	}
}

/* --- what {name} stands for ------------------------------------------------ */

/* The nearest of all names, NULL: none is near. */
static const char *name_nearest(struct conf_reader *reader,
	const struct source *source, const struct placeholder *placeholder)
{
	const char *names[SOURCE_PARAMETERS_MAX * 2 + SOURCE_SECRETS_MAX + 2] =
		{NULL};
	size_t count = 0;

	for (size_t i = 0; i < source->parameter_count; i++)
		names[count++] = source->parameters[i].name;
	for (size_t i = 0; i < source->secret_count; i++)
		names[count++] = source->secrets[i].name;
	return string_nearest(arena_string_n(reader->arena, placeholder->name,
		placeholder->length), names);
}

/* Every name in a text is a parameter or a secret. */
static void names_check(struct conf_reader *reader,
	const struct conf_group *group, const struct source *source,
	const char *key, const char *text)
{
	struct placeholder placeholder;

	for (; text != NULL && placeholder_next(text, &placeholder);
	    text = placeholder.rest) {
		const char *near;

		if (parameter_find(source->parameters, source->parameter_count,
		    placeholder.name, placeholder.length) != NULL ||
		    secret_find(source, placeholder.name, placeholder.length) !=
		    NULL)
			continue;
		near = name_nearest(reader, source, &placeholder);
		conf_fault_key(reader, group->setting, key, "{%.*s} is neither "
			"of parameters nor of secret_files%s%s%s",
			(int)placeholder.length, placeholder.name,
			near != NULL ? ", nearest is \"" : "",
			near != NULL ? near : "", near != NULL ? "\"" : "");
	}
}

static bool text_names_secret(const struct source *source, const char *text)
{
	for (size_t i = 0; i < source->secret_count; i++)
		if (placeholder_stands(text, source->secrets[i].name))
			return true;
	return false;
}

static void headers_close(struct conf_reader *reader,
	const struct conf_group *group, const struct source *source)
{
	for (size_t i = 0; i < source->header_count; i++) {
		const struct label *header = &source->headers[i];
		const char *key = arena_printf(reader->arena, "headers.%s",
			header->key);

		names_check(reader, group, source, key, header->value);
		if (word_is_among(header->key, headers_secret) &&
		    !text_names_secret(source, header->value))
			conf_fault_key(reader, group->setting, key, "lets "
				"whoever reads this file in: put the secret in a "
				"file of its own, name that in secret_files, and "
				"write its {name} here");
	}
}

/* Requests that differ in nothing would be one, asked often. */
static void parameters_close(struct conf_reader *reader,
	const struct conf_group *group, const struct source *source)
{
	size_t requests = 1;

	for (size_t i = 0; i < source->parameter_count; i++) {
		const struct parameter *parameter = &source->parameters[i];

		if (secret_find(source, parameter->name,
		    strlen(parameter->name)) != NULL)
			conf_fault_key(reader, group->setting, "parameters",
				"\"%s\" is of parameters and of secret_files",
				parameter->name);
		if (parameter->value_count > 1 &&
		    !placeholder_stands(source->url, parameter->name) &&
		    !placeholder_stands(source->body, parameter->name))
			conf_fault_key(reader, group->setting, "parameters",
				"\"%s\" has several values, so {%s} has to stand "
				"in url or body", parameter->name,
				parameter->name);
		if (requests <= SOURCE_REQUESTS_MAX)
			requests *= parameter->value_count;
	}
	if (requests > SOURCE_REQUESTS_MAX)
		conf_fault_key(reader, group->setting, "parameters", "make more "
			"than the %d requests a poll may have",
			SOURCE_REQUESTS_MAX);
}

/* What is said to a server, where there is none. A preset may say it all the
   same: it does not know where its answers are kept. */
static void file_close(struct conf_reader *reader,
	const struct conf_group *own, struct source *source)
{
	static const char *const keys[] = {"body", "headers", "secret_files",
		"token_file"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (conf_given(own, keys[i]))
			conf_fault_key(reader, own->setting, keys[i], "does not "
				"belong to a file: there is no server to say it "
				"to");
	if (string_is(source->next, "link"))
		conf_fault_key(reader, own->setting, "next", "\"link\" is a "
			"header of http, which a file has none of");
	source->headers = NULL;
	source->header_count = 0;
	source->body = NULL;
}

/* --- a key where everybody sees it ----------------------------------------- */

static const char *const query_secret[] = {"key", "api_key", "apikey",
	"api-key", "token", "access_token", "auth_token", "registrationkey",
	"subscription-key", "password", NULL};

/* One of a query: the name up to =, the value up to &. */
static bool query_tells(const char *query, size_t length)
{
	const char *equals = memchr(query, '=', length);
	size_t name = equals != NULL ? (size_t)(equals - query) : length;

	if (equals == NULL || name + 1 == length || equals[1] == '{')
		return false;
	for (size_t i = 0; query_secret[i] != NULL; i++)
		if (strlen(query_secret[i]) == name &&
		    strncasecmp(query_secret[i], query, name) == 0)
			return true;
	return false;
}

static void query_close(struct conf_reader *reader,
	const struct conf_group *group, const struct source *source)
{
	const char *at = source->url != NULL ? strchr(source->url, '?') : NULL;

	while (at != NULL && *at != '\0' && *at != '#') {
		size_t length = strcspn(++at, "&#");

		if (query_tells(at, length)) {
			conf_warn(reader, config_setting_get_member(
				group->setting, "url"), "secret-in-url",
				"\"%.*s\" looks like a secret that everybody "
				"sees who reads this file: name a file in "
				"secret_files and write its {name} here",
				(int)strcspn(at, "="), at);
			return;
		}
		at += length;
	}
}

/* --- all of it ------------------------------------------------------------- */

/* Whether a key is absent or good: what is faulty has been told already. */
static bool key_is_known(const struct conf_group *group, const char *key)
{
	return conf_given(group, key) == conf_taken(group, key);
}

void source_request_close(struct conf_reader *reader,
	const struct conf_group *own, const struct conf_group *group,
	struct source *source, const char *token)
{
	bool file = source_is_file(source);

	if (file)
		file_close(reader, own, source);
	else if (token != NULL)
		token_take(reader, group, source, token);
	if (!key_is_known(group, "parameters") ||
	    !key_is_known(group, "secret_files") ||
	    !key_is_known(group, "token_file"))
		return;
	parameters_close(reader, group, source);
	names_check(reader, group, source, "url", source->url);
	if (file)
		return;
	names_check(reader, group, source, "body", source->body);
	headers_close(reader, group, source);
	query_close(reader, group, source);
}

const struct conf_kind
	source_url_kind = {"URL", "a URL", source_url_parse, NULL},
	source_body_kind = {"text", "a string", body_parse, NULL},
	source_headers_kind = {"group of strings",
		"a group of strings { Accept = \"…\"; }", NULL, headers_read},
	source_parameters_kind = {"group of values",
		"a group of values { country = [ \"FR\", \"DE\" ]; }", NULL,
		parameters_read},
	source_secrets_kind = {"group of secret files",
		"a group of file names { key = \"…\"; }", NULL, secrets_read},
	source_token_kind = {"secret file", "the name of a file", token_parse,
		NULL},
	source_labels_kind = {"group of strings",
		"a group of strings { name = \"…\"; }", NULL, labels_over_read};
