/*
 * api_assets: the files that are part of the program. A client asks each time
 * whether what it has is still so, and is told by a few bytes that it is.
 */
#include "pledged/api.h"
#include "pledged/asset.h"

void get_asset(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const char *const more[] = {
		"Content-Security-Policy: default-src 'none'", NULL};
	const struct asset *asset = asset_find(rest);
	struct text body;

	(void)daemon;
	if (asset == NULL) {
		reply_problem(request, 404, "there is no asset \"%s\"", rest);
		return;
	}
	text_init(&body, 0);
	text_add(&body, asset->bytes, asset->length);
	reply_tagged(request, asset->type, more, &body);
}
