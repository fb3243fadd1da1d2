/*
 * api_pages: lists in pages. What has an id stands in the order of ids, and the
 * cursor is one: the page behind it begins with the first id that comes behind,
 * whether or not the thing is still there, so that whatever is there all the time
 * comes once. What the store has counts up, and the cursor is a number.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledged/api.h"

static int limit_read(struct server_request *request, size_t *out,
	struct error *error)
{
	const char *limit = server_request_query(request, "limit");
	char *end;

	*out = API_PAGE_DEFAULT;
	if (limit == NULL)
		return 0;
	long value = strtol(limit, &end, 10);

	if (*end != '\0' || end == limit || value < 1 || value > API_PAGE_MAX)
		return error_set(error, ERROR_INPUT,
			"limit: a whole number from 1 to %d", API_PAGE_MAX);
	*out = (size_t)value;
	return 0;
}

/* --- a page ------------------------------------------------------------------ */

bool list_begin(struct list *list, struct server_request *request)
{
	struct error error;

	*list = (struct list){
		.request = request,
		.cursor = server_request_query(request, "cursor"),
	};
	if (limit_read(request, &list->limit, &error) < 0 ||
	    form_read(request, &list->table.form, &error) < 0) {
		reply_refusal(request, &error);
		return false;
	}
	reply_begin(&list->reply);
	json_object(&list->reply.json);
	json_key(&list->reply.json, "items");
	json_array(&list->reply.json);
	return true;
}

bool list_has_room(struct list *list)
{
	if (list->count < list->limit &&
	    list->reply.body.length < API_PAGE_BYTES_MAX)
		return true;
	list->more = true;
	return false;
}

void list_wrote(struct list *list, const char *id)
{
	list->last = id;
	list->count++;
}

void list_wrote_up_to(struct list *list, const char *id)
{
	list->last = id;
	list->more = true;
}

static void list_close(struct list *list)
{
	json_array_end(&list->reply.json);
	json_put_string(&list->reply.json, "next",
		list->more ? list->last : NULL);
}

void list_as_table(struct list *list, const struct daemon *daemon,
	const char *const *columns)
{
	list->table.reg = daemon->reg;
	list->table.member = "items";
	list->table.columns = columns;
}

/* The request again with another cursor (RFC 8288). */
static void add_next(struct text *out, const struct list *list)
{
	text_add_string(out, "Link: <");
	text_add_percent(out, server_request_path(list->request), "/@");
	text_add_string(out, "?cursor=");
	text_add_percent(out, list->last, "/@");
	add_parameters(out, list->request, "cursor", '&');
	text_add_string(out, ">; rel=\"next\"");
}

static void list_send(struct list *list)
{
	struct text link;

	text_init(&link, 0);
	if (list->more)
		add_next(&link, list);
	json_object_end(&list->reply.json);
	reply_send_table(&list->reply, list->request, &list->table,
		list->more ? text_string(&link) : NULL);
	text_release(&link);
}

void list_end(struct list *list)
{
	list_close(list);
	list_send(list);
}

void list_end_judged(struct list *list, const struct daemon *daemon)
{
	list_close(list);
	reply_put_register(&list->reply, daemon);
	list_send(list);
}

/* --- what has an id -------------------------------------------------------------- */

bool list_begin_ordered(struct list *list, const struct daemon *daemon,
	struct server_request *request, enum thing_kind kind, size_t *place)
{
	if (!list_begin(list, request))
		return false;
	*place = thing_place_behind(daemon->reg, kind, list->cursor);
	return true;
}

/* --- what counts up --------------------------------------------------------------- */

/* The number a cursor holds; 0 without one. */
static int cursor_number(const char *cursor, int64_t *out, struct error *error)
{
	char *end = NULL;

	*out = 0;
	if (cursor == NULL)
		return 0;
	*out = strtoll(cursor, &end, 10);
	if (end == cursor || *end != '\0' || *out < 1)
		return error_set(error, ERROR_INPUT, "cursor: \"%s\" is not one "
			"that a page gave", cursor);
	return 0;
}

bool numbered_begin(struct numbered_list *numbered,
	struct server_request *request)
{
	struct error error;

	if (!list_begin(&numbered->list, request))
		return false;
	numbered->last = 0;
	numbered->looked = 0;
	numbered->looked_max = numbered->list.limit;
	if (cursor_number(numbered->list.cursor, &numbered->cursor, &error) < 0) {
		reply_drop(&numbered->list.reply);
		reply_refusal(request, &error);
		return false;
	}
	return true;
}

int list_state(struct server_request *request, const char *const *words)
{
	const char *state = server_request_query(request, "state");
	struct text expected;
	int found = state == NULL ? 0 : -1;

	for (int i = 0; words[i] != NULL && found < 0; i++)
		if (string_is(state, words[i]))
			found = i;
	if (found >= 0)
		return found;
	text_init(&expected, 0);
	for (int i = 0; words[i] != NULL; i++)
		text_addf(&expected, "%s\"%s\"%s", i == 0 ? "" : words[i + 1] ==
			NULL ? " or " : ", ", words[i], i == 0 ?
			" (the default)" : "");
	reply_problem(request, 400, "state: %s", text_string(&expected));
	text_release(&expected);
	return -1;
}

size_t numbered_rows(const struct numbered_list *numbered)
{
	return numbered->looked_max + 1;
}

bool numbered_takes(struct numbered_list *numbered, int64_t number, bool wanted)
{
	struct list *list = &numbered->list;

	if (!list->more && (numbered->looked == numbered->looked_max ||
			(wanted && !list_has_room(list))))
		list->more = true;
	if (list->more)
		return false;
	numbered->looked++;
	numbered->last = number;
	return wanted;
}

void numbered_wrote(struct numbered_list *numbered, int64_t number)
{
	list_wrote(&numbered->list, NULL);
	numbered->last = number;
}

void numbered_end(struct numbered_list *numbered, int loaded)
{
	if (loaded < 0) {
		reply_drop(&numbered->list.reply);
		reply_unreadable(numbered->list.request, &numbered->error);
		return;
	}
	snprintf(numbered->next, sizeof numbered->next, "%" PRId64,
		numbered->last);
	numbered->list.last = numbered->next;
	list_end(&numbered->list);
}
