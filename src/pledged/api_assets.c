/*
 * api_assets: the files that are part of the program. A client asks each time
 * whether what it has is still so, and is told by a few bytes that it is.
 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "pledged/api.h"
#include "pledged/asset.h"

static void reply_asset(struct server_request *request, const struct asset *asset)
{
	const char *known = server_request_header(request, "If-None-Match");
	char hex[DIGEST_HEX_SIZE], tag[DIGEST_HEX_SIZE + 16];
	struct digest digest;
	struct text body;

	digest_sha256(asset->bytes, asset->length, &digest);
	digest_hex(&digest, hex);
	snprintf(tag, sizeof tag, "ETag: \"%s\"", hex);
	const char *const headers[] = {tag, "Cache-Control: no-cache",
		"Content-Security-Policy: default-src 'none'", NULL};

	text_init(&body, 0);
	if (known != NULL && strstr(known, hex) != NULL) {
		server_reply(request, 304, NULL, headers, NULL);
		return;
	}
	text_add(&body, asset->bytes, asset->length);
	server_reply(request, 200, asset->type, headers, &body);
}

void get_openapi(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)daemon;
	(void)rest;
	reply_asset(request, asset_find("openapi.json"));
}

void get_asset(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	const struct asset *asset = asset_find(rest);

	(void)daemon;
	if (asset != NULL)
		reply_asset(request, asset);
	else
		reply_problem(request, 404, "there is no asset \"%s\"", rest);
}
