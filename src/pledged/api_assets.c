/*
 * api_assets: the files that are part of the program. A client asks each time
 * whether what it has is still so, and is told by a few bytes that it is.
 */
#include "pledged/api.h"
#include "pledged/asset.h"

static void reply_asset(struct server_request *request, const struct asset *asset)
{
	static const char *const more[] = {
		"Content-Security-Policy: default-src 'none'", NULL};
	struct text body;

	text_init(&body, 0);
	text_add(&body, asset->bytes, asset->length);
	reply_tagged(request, asset->type, more, &body);
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

void get_openapi(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	(void)daemon;
	(void)rest;
	reply_asset(request, asset_find("openapi.json"));
}
