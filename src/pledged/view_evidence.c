/* view_evidence: see view_evidence.h. */
#include "pledged/view_evidence.h"

#include "pledged/view.h"

void view_vintage_fields(struct json *json, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	view_observation_fields(json, observation);
	json_put_string(json, "indicator", indicator);
	json_put_string(json, "source", how->source);
	view_digest(json, "snapshot", how->snapshot);
	json_put_string(json, "by", how->by);
	json_put_string(json, "note", how->note);
	json_put_string(json, "evidence", how->evidence);
	view_number(json, "accepts", how->accepts);
}

void view_vintage(struct json *json, const char *indicator,
	const struct observation *observation, const struct store_observed *how)
{
	json_object(json);
	view_vintage_fields(json, indicator, observation, how);
	json_object_end(json);
}

/* The URL is whole: it is what was asked, and holds {name} for secrets. */
void view_answer(struct json *json, const struct store_answer *stored)
{
	const struct poll_answer *answer = &stored->answer;

	json_object(json);
	json_put_int(json, "id", stored->id);
	json_put_instant(json, "time", answer->at);
	view_said(json, "url", answer->url);
	json_key(json, "parameters");
	json_raw(json, answer->parameters[0] != '\0' ? answer->parameters : "{}");
	view_number(json, "status", answer->http_status);
	view_said(json, "etag", answer->etag);
	view_said(json, "last_modified", answer->last_modified);
	view_said(json, "media_type", answer->media_type);
	json_put_int(json, "bytes", answer->bytes);
	view_digest(json, "sha256", &answer->body);
	view_digest(json, "program", stored->has_program ? &stored->program : NULL);
	json_put_int(json, "rows", (int64_t)answer->rows);
	json_put_bool(json, "kept", stored->has_bytes);
	json_object_end(json);
}
