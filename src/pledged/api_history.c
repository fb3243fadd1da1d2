/*
 * api_history: what became of a milestone, and what people did about it and
 * about everything else.
 */
#include <stdlib.h>

#include "pledged/api.h"
#include "pledged/chronicle.h"
#include "pledged/view.h"
#include "pledged/view_change.h"

/* --- of a milestone --------------------------------------------------------- */

struct history_page {
	struct list list;
	struct chronicle_place place;
	struct text next;
};

static bool item_entry(void *context, const struct chronicle_entry *entry)
{
	struct history_page *page = context;

	if (!list_has_room(&page->list))
		return false;
	view_entry(&page->list.reply.json, entry);
	list_wrote(&page->list, NULL);
	return true;
}

/* false: it was refused, and answered. */
static bool history_begin(struct history_page *page,
	struct server_request *request)
{
	if (!list_begin(&page->list, request))
		return false;
	if (page->list.cursor == NULL ||
	    chronicle_place_read(page->list.cursor, &page->place))
		return true;
	reply_drop(&page->list.reply);
	reply_problem(request, 400, "cursor: \"%s\" is not one that a page gave",
		page->list.cursor);
	return false;
}

/* Also of a milestone that has left the register. */
static void list_history(struct daemon *daemon, struct server_request *request,
	const char *milestone)
{
	struct history_page page = {.place = {0}};
	struct error error;

	if (!history_begin(&page, request))
		return;
	int more = chronicle_visit(daemon, milestone, INSTANT_MAX, &page.place,
		item_entry, &page, &error);

	if (more < 0) {
		reply_drop(&page.list.reply);
		reply_unreadable(request, &error);
	} else if (page.place.change == 0 && page.list.count == 0 &&
	    register_milestone(daemon->reg, milestone) == NOT_FOUND) {
		reply_drop(&page.list.reply);
		reply_no_milestone(daemon, request, "is and was", milestone);
	} else {
		text_init(&page.next, 0);
		chronicle_place_write(&page.place, &page.next);
		page.list.more = more > 0;
		page.list.last = text_string(&page.next);
		list_end(&page.list);
		text_release(&page.next);
	}
}

void get_history(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	char *id = rest_id(rest, "/history");

	list_history(daemon, request, id != NULL ? id : rest);
	free(id);
}
