/*
 * api_badges: how a milestone stands, or a pledge by its milestones, as a small
 * picture for a page elsewhere.
 */
#include <stdlib.h>

#include "core/register_index.h"
#include "core/rollup.h"
#include "pledged/api.h"
#include "pledged/badge.h"

#define JUDGED_MAX 2000		/* of one pledge, when asked as of another time */

/* label: unless the request says otherwise. */
static void reply_badge(struct server_request *request, struct badge *badge)
{
	static const char *const more[] = {
		"Content-Security-Policy: default-src 'none'", NULL};
	const char *label = server_request_query(request, "label");
	struct text svg;

	if (label != NULL)
		badge->label = label;
	text_init(&svg, 0);
	badge_draw(badge, &svg);
	reply_tagged(request, "image/svg+xml", more, &svg);
}

static struct badge badge_of_status(const char *label, enum status status)
{
	const struct look *look = status_look(status);

	return (struct badge){label, look->words, look->sign, look->hue};
}

void get_milestone_badge(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct question question;
	struct assessment room;
	instant since;
	uint32_t index = milestone_asked_of(daemon, request, rest, "/badge.svg",
		&question);

	if (index == NOT_FOUND)
		return;
	const struct assessment *answer = question_answer(&question, daemon, index,
		&room, &since);
	struct badge badge = badge_of_status(milestone_title(daemon->reg,
		milestone_at(&daemon->reg->milestones[index], answer->as_of)),
		answer->status);

	reply_badge(request, &badge);
}

/* --- pledges ---------------------------------------------------------------- */

struct standing {
	unsigned required, met, missed;
	enum status worst;	/* of those required; COUNT: none is */
};

static struct standing pledge_standing(struct daemon *daemon,
	const struct pledge *pledge, const struct question *question)
{
	struct standing standing = {.worst = STATUS_COUNT};

	for (uint32_t i = 0; i < pledge->milestone_count; i++) {
		struct assessment room;
		instant since;
		enum status status = question_answer(question, daemon,
			pledge->first_milestone + i, &room, &since)->status;
		enum rollup_class class = rollup_class(status);

		if (class == ROLLUP_OUT)
			continue;
		standing.required++;
		standing.met += class == ROLLUP_MET;
		standing.missed += class == ROLLUP_MISSED;
		if (standing.worst == STATUS_COUNT || status_urgency(status) <
				status_urgency(standing.worst))
			standing.worst = status;
	}
	return standing;
}

static void reply_pledge_badge(struct server_request *request, const char *label,
	const struct standing *standing)
{
	struct badge badge;
	struct text words;

	text_init(&words, 0);
	if (standing->worst == STATUS_COUNT) {
		badge = badge_of_status(label, STATUS_WITHDRAWN);
		badge.words = "nothing required";
	} else {
		badge = badge_of_status(label, standing->worst);
	}
	if (standing->required > 1) {
		text_addf(&words, "%u of %u met", standing->met,
			standing->required);
		if (standing->missed > 0)
			text_addf(&words, ", %u missed", standing->missed);
		badge.words = text_string(&words);
	}
	reply_badge(request, &badge);
	text_release(&words);
}

void get_pledge_badge(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/badge.svg");
	uint32_t index = register_pledge(daemon->reg, id);
	const struct pledge *pledge = index == NOT_FOUND ? NULL :
		&daemon->reg->pledges[index];
	struct question question;
	struct error error;

	if (index == NOT_FOUND) {
		reply_absent(daemon, request, THING_PLEDGE, id);
	} else if (question_read(daemon, request, &question, &error) < 0) {
		reply_refusal(request, &error);
	} else if (question.past && pledge->milestone_count > JUDGED_MAX) {
		reply_problem(request, 400, "as_of: %s has %u milestones, and at "
			"most %d are judged at once", id, pledge->milestone_count,
			JUDGED_MAX);
	} else {
		struct standing standing = pledge_standing(daemon, pledge,
			&question);

		reply_pledge_badge(request, pledge_title(pledge), &standing);
	}
	free(id);
}
