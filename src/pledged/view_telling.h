/*
 * view_telling: alerts, what holds them back, and how they are told, as JSON.
 * Each writes fields into an object that is open.
 */
#ifndef PLEDGED_PLEDGED_VIEW_TELLING_H
#define PLEDGED_PLEDGED_VIEW_TELLING_H

#include "base/json.h"
#include "core/engine.h"

/* What is saved of it. */
void view_alert_fields(struct json *json, const struct alert *alert);
/* One channel that has heard of an alert, or is to; an object. */
void view_hearing(struct json *json, const struct hearing_view *hearing);
/* Its state is that of now: ahead, open, ended (by hand) or over. */
void view_silence_fields(struct json *json, const struct silence *silence,
	instant now);
/* Secrets are not shown, and of a receiver's URL only the server. policy: whose
   channel it is. */
void view_channel_fields(struct json *json, const struct policy *policy,
	const struct channel *channel, instant now);
void view_notification_fields(struct json *json,
	const struct notification *notification, const struct delivery *delivery);
/* What it tells, item by item, as a member. */
void view_items(struct json *json, const struct notification *notification);
/* What is said, as a member "body": {"headers": […], "text", "html"}. */
void view_body(struct json *json, const struct text *body);

#endif
