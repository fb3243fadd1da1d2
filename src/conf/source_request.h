/*
 * source_request: how a source is asked: its URL, body and headers, the
 * parameters and secrets that {name} stands for in them, and what of that may
 * not be.
 *
 * A secret is a file of its own (secret.h), opened only where the settings
 * were read by whoever goes out to sources; what it holds stands in the
 * register and nowhere else, and is wiped with it.
 */
#ifndef PLEDGED_CONF_SOURCE_REQUEST_H
#define PLEDGED_CONF_SOURCE_REQUEST_H

#include "conf/conf_reader.h"
#include "core/register.h"

#define SOURCE_PARAMETERS_MAX 32
#define SOURCE_HEADERS_MAX 32
#define SOURCE_SECRETS_MAX 16
#define SOURCE_BODY_MAX 65536	/* bytes */

extern const struct conf_kind
	source_url_kind,	/* const char *: file: with an absolute path */
	source_body_kind,	/* const char * */
	source_headers_kind,	/* const struct label *, second: size_t */
	source_parameters_kind,	/* const struct parameter *, second: size_t */
	source_secrets_kind,	/* struct source_secret *, second: size_t */
	source_token_kind,	/* const char *: the path of a secret */
	source_labels_kind;	/* const struct label *, second: size_t; over
				   those that are there */

char *source_url_moved(const struct conf_reader *reader, const char *string);
char *source_secret_moved(const struct conf_reader *reader,
	const char *string);

/*
 * Checks a source that has been read. own: what stands in the source; group:
 * that and what its preset says. token: of token_file; NULL: none.
 */
void source_request_close(struct conf_reader *reader,
	const struct conf_group *own, const struct conf_group *group,
	struct source *source, const char *token);

/* Reads its secrets; a fault of each that cannot be. */
void source_secrets_open(struct conf_reader *reader,
	const struct conf_group *group, struct source *source);

#endif
