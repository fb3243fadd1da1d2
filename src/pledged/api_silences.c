/*
 * api_silences: what people do not want to be told for a while: made, listed
 * with what they reach, and ended.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledged/api.h"
#include "pledged/columns.h"
#include "pledged/stretch.h"
#include "pledged/submission.h"
#include "pledged/view.h"
#include "pledged/view_telling.h"
#include "pledged/wording.h"

/* Milestones and alerts held against silences for one page: some milliseconds. */
#define LOOKED_MAX 30000

/* --- what one reaches ------------------------------------------------------------ */

static void put_reach(struct json *json, const struct silence_reach *reach)
{
	json_put_int(json, "alerts", (int64_t)reach->alerts);
	json_put_int(json, "milestones", (int64_t)reach->milestones);
	if (reach->held_known)
		json_put_int(json, "held_back", (int64_t)reach->held);
	else
		json_put_null(json, "held_back");
}

/* --- lists ------------------------------------------------------------------------ */

struct silence_page {
	struct numbered_list numbered;
	struct daemon *daemon;
	size_t looked;
};

/* What is over reaches nothing. Returns how much was held against it. */
static size_t put_silence(struct json *json, const struct daemon *daemon,
	const struct silence *silence)
{
	const struct engine *engine = daemon->engine;
	instant now = loop_now(daemon->loop);
	struct silence_reach reach;
	size_t looked = 0;

	json_object(json);
	view_silence_fields(json, silence, now);
	if (silence->until > now && silence->ended > now) {
		looked = engine_register(engine)->milestone_count +
			engine_alert_count(engine);
		engine_silence_reach(engine, silence, &reach);
		put_reach(json, &reach);
	}
	json_object_end(json);
	return looked;
}

static bool page_has_room(struct silence_page *page)
{
	if (page->looked >= LOOKED_MAX)
		page->numbered.list.more = true;
	return !page->numbered.list.more && list_has_room(&page->numbered.list);
}

static void item_silence(void *context, const struct silence *silence)
{
	struct silence_page *page = context;

	if (!page_has_room(page))
		return;
	page->looked += put_silence(&page->numbered.list.reply.json,
		page->daemon, silence);
	numbered_wrote(&page->numbered, silence->id);
}

static void list_open(struct silence_page *page)
{
	const struct engine *engine = page->daemon->engine;
	size_t count = engine_silence_count(engine);

	for (size_t i = 0; i < count; i++) {
		const struct silence *silence = engine_silence_at(engine, i);

		if (silence->id > page->numbered.cursor)
			item_silence(page, silence);
	}
}

void get_silences(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const char *const states[] = {"open", "all", NULL};
	struct silence_page page = {.daemon = daemon};
	int state = list_state(request, states);
	int loaded = 0;

	(void)rest;
	if (state < 0 || !numbered_begin(&page.numbered, request))
		return;
	list_as_table(&page.numbered.list, daemon, columns_silence);
	if (state == 1)
		loaded = store_load_silences(daemon->store, INSTANT_MIN,
			page.numbered.cursor, numbered_rows(&page.numbered),
			item_silence, &page, &page.numbered.error);
	else
		list_open(&page);
	numbered_end(&page.numbered, loaded);
}

/* --- a new one --------------------------------------------------------------------- */

/* What may become an alert besides milestones: whether any of it is matched by
   what a silence says of it, whatever kind of alert it says. */
static bool thing_is_matched(const struct route_subject *subject,
	const struct match *matches, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum match_field field = matches[i].field;

		if (field != MATCH_KIND && field != MATCH_SEVERITY &&
		    !matches_hold(&matches[i], 1, subject))
			return false;
	}
	return true;
}

static bool operator_is_matched(const struct daemon *daemon,
	const struct match *matches, size_t count)
{
	const struct register_ *reg = daemon->reg;
	const struct policy *policy = &daemon->settings->policy;
	struct route_subject subject = {.reg = reg, .milestone = NOT_FOUND,
		.source = NOT_FOUND, .indicator = NOT_FOUND,
		.kind = EVENT_SOURCE_FAILING, .about = SUBJECT_SOURCE};

	for (uint32_t i = 0; i < reg->source_count; i++) {
		subject.source = i;
		if (thing_is_matched(&subject, matches, count))
			return true;
	}
	subject.source = NOT_FOUND;
	subject.kind = EVENT_DATA_STALE;
	subject.about = SUBJECT_INDICATOR;
	for (uint32_t i = 0; i < reg->indicator_count; i++) {
		subject.indicator = i;
		if (thing_is_matched(&subject, matches, count))
			return true;
	}
	subject.indicator = NOT_FOUND;
	subject.kind = EVENT_DELIVERY_FAILED;
	subject.about = SUBJECT_CHANNEL;
	for (size_t i = 0; i < policy->channel_count; i++) {
		subject.channel = policy->channels[i].id;
		if (thing_is_matched(&subject, matches, count))
			return true;
	}
	return false;
}

struct draft {
	struct silence silence;
	struct match *matches;
	size_t match_count;
	struct text words;	/* as they were understood */
};

enum { SAYS_MATCH, SAYS_NOTE, SAYS_FOR, SAYS_UNTIL, SAYS_FROM, SAYS_COUNT };

static int draft_times(const struct daemon *daemon, const struct wording *said,
	struct silence *silence, struct error *error)
{
	struct stretch span = {"for", loop_now(daemon->loop),
		daemon->settings->alerts.silence_most, "alerts.silence_most"};
	const struct zone *zone = daemon->settings->zone;

	silence->from = span.from;
	if (said[SAYS_FROM].said != NULL && time_word_read(zone, "from",
			said[SAYS_FROM].said, &silence->from, error) < 0)
		return -1;
	span.from = silence->from = later(silence->from, span.from);
	silence->until = silence->from + daemon->settings->alerts.silence_for;
	if (said[SAYS_FOR].said != NULL && said[SAYS_UNTIL].said != NULL)
		return error_set(error, ERROR_INPUT, "for and until say the same: "
			"leave one out");
	if (said[SAYS_FOR].said != NULL)
		return stretch_read(&span, zone, said[SAYS_FOR].said,
			&silence->until, error);
	if (said[SAYS_UNTIL].said == NULL)
		return 0;
	span.name = "until";
	return time_word_read(zone, "until", said[SAYS_UNTIL].said,
		&silence->until, error) < 0 ? -1 :
		stretch_check(&span, silence->until, error);
}

static int draft_read(struct draft *draft, const struct daemon *daemon,
	const struct wording *said, struct error *error)
{
	if (said[SAYS_MATCH].said == NULL || *said[SAYS_MATCH].said == '\0')
		return error_set(error, ERROR_INPUT, "match: is missing: which "
			"alerts, as in obligor=CN kind=at_risk");
	if (said[SAYS_NOTE].said == NULL || *said[SAYS_NOTE].said == '\0')
		return error_set(error, ERROR_INPUT, "note: is missing: why shall "
			"nobody be told?");
	draft->silence.note = said[SAYS_NOTE].said;
	draft->silence.ended = INSTANT_MAX;
	if (draft_times(daemon, said, &draft->silence, error) < 0)
		return -1;
	draft->matches = match_words_read(said[SAYS_MATCH].said, daemon->reg,
		&draft->match_count, error);
	if (draft->matches == NULL)
		return error_prefix(error, "match");
	match_words_write(draft->matches, draft->match_count, &draft->words);
	draft->silence.words = text_string(&draft->words);
	return 0;
}

/* With a warning where nothing is so now. */
static void silence_reply(struct daemon *daemon, struct reply *reply,
	const struct draft *draft)
{
	const struct silence *silence = &draft->silence;
	struct silence_reach reach;

	engine_silence_reach(daemon->engine, silence, &reach);
	reply_begin(reply);
	json_object(&reply->json);
	view_silence_fields(&reply->json, silence, loop_now(daemon->loop));
	put_reach(&reply->json, &reach);
	if (reach.alerts == 0 && reach.milestones == 0 && !operator_is_matched(daemon,
			draft->matches, draft->match_count))
		json_put_string(&reply->json, "warning", "it matches nothing "
			"now: no open alert and no milestone, source, indicator "
			"or channel is so");
	else
		json_put_null(&reply->json, "warning");
	json_object_end(&reply->json);
}

static void silence_make(struct daemon *daemon, struct server_request *request,
	struct draft *draft, struct submission *submission)
{
	struct reply reply;

	draft->silence.by = submission_who(submission);
	draft->silence.made = loop_now(daemon->loop);
	draft->silence.id = engine_silence(daemon->engine, &draft->silence,
		loop_now(daemon->loop), &daemon->effects);
	if (draft->silence.id == 0) {
		reply_problem(request, 409, "there are %d silences, and no more "
			"are taken: end one", SILENCES_MAX);
		submission_drop(submission);
		return;
	}
	daemon_absorb(daemon, NULL);
	silence_reply(daemon, &reply, draft);
	submission_about(submission, draft->silence.id, draft->silence.until);
	submission_commit(submission, &reply, draft->silence.note);
}

void post_silence(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct wording said[SAYS_COUNT] = {
		[SAYS_MATCH] = {"match", MATCH_WORDS_MAX, NULL},
		[SAYS_NOTE] = {"note", ALERT_NOTE_MAX, NULL},
		[SAYS_FOR] = {"for", 100, NULL},
		[SAYS_UNTIL] = {"until", 100, NULL},
		[SAYS_FROM] = {"from", 100, NULL},
	};
	struct draft draft = {.matches = NULL};
	struct submission *submission = submission_begin(daemon, request,
		"silence", "");
	struct error error;
	size_t length;
	const char *body = server_request_body(request, &length);

	(void)rest;
	if (submission == NULL)
		return;
	void *owner = wording_read(body, length, said, SAYS_COUNT, &error);

	text_init(&draft.words, 0);
	if (owner != NULL && draft_read(&draft, daemon, said, &error) == 0) {
		silence_make(daemon, request, &draft, submission);
	} else {
		reply_refusal(request, &error);
		submission_drop(submission);
	}
	free(draft.matches);
	text_release(&draft.words);
	wording_free(owner);
}

/* --- the end of one ------------------------------------------------------------------ */

struct over {
	int64_t number;
	bool found;
	struct text words;
};

static void take_over(void *context, const struct silence *silence)
{
	struct over *over = context;
	bool by_hand = silence->ended < silence->until;

	if (silence->id != over->number)
		return;
	over->found = true;
	text_addf(&over->words, "%s%s ", by_hand ? silence->ended_by : "it",
		by_hand ? " ended it" : " ended");
	text_add_instant(&over->words, by_hand ? silence->ended :
		silence->until);
}

static int64_t silence_number(const struct daemon *daemon, size_t index)
{
	return engine_silence_at(daemon->engine, index)->id;
}

static void reply_no_silence(const struct daemon *daemon,
	struct server_request *request, const char *word)
{
	reply_none_open(daemon, request, "silence", word,
		engine_silence_count(daemon->engine), silence_number);
}

static void reply_not_open(const struct daemon *daemon,
	struct server_request *request, const char *word)
{
	struct over over = {.number = rest_number(word)};
	struct error error;

	text_init(&over.words, 0);
	if (store_load_silences(daemon->store, INSTANT_MIN, over.number + 1, 1,
			take_over, &over, &error) < 0)
		reply_unreadable(request, &error);
	else if (!over.found)
		reply_no_silence(daemon, request, word);
	else
		reply_problem(request, 409, "silence %s is over: %s", word,
			text_string(&over.words));
	text_release(&over.words);
}

static const struct silence *find_silence(const struct engine *engine,
	int64_t number)
{
	size_t count = engine_silence_count(engine);

	for (size_t i = 0; i < count; i++)
		if (engine_silence_at(engine, i)->id == number)
			return engine_silence_at(engine, i);
	return NULL;
}

/* One that the store has, written if it is the one asked for. */
struct sought {
	struct daemon *daemon;
	struct reply *reply;
	int64_t number;
	bool found;
};

static void sought_take(void *context, const struct silence *silence)
{
	struct sought *sought = context;

	sought->found = silence->id == sought->number;
	if (sought->found)
		put_silence(&sought->reply->json, sought->daemon, silence);
}

void get_silence(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	struct reply reply;
	struct sought sought = {daemon, &reply, rest_number(rest), false};
	const struct silence *open = find_silence(daemon->engine, sought.number);
	struct error error;
	int loaded = 0;

	reply_begin(&reply);
	if (open != NULL)
		sought_take(&sought, open);
	else if (sought.number != 0)
		loaded = store_load_silences(daemon->store, INSTANT_MIN,
			sought.number + 1, 1, sought_take, &sought, &error);
	if (sought.found) {
		reply_send(&reply, request, 200);
		return;
	}
	reply_drop(&reply);
	if (loaded < 0)
		reply_unreadable(request, &error);
	else
		reply_no_silence(daemon, request, rest);
}

static void end_silence(struct daemon *daemon, struct server_request *request,
	const char *word, struct submission *submission)
{
	const char *who = submission_who(submission);
	instant now = loop_now(daemon->loop);
	const struct silence *open = find_silence(daemon->engine,
		rest_number(word));
	struct reply reply;

	reply_begin(&reply);
	json_object(&reply.json);
	if (open != NULL) {
		struct silence ended = *open;

		ended.ended = now;
		ended.ended_by = who;
		view_silence_fields(&reply.json, &ended, now);
	}
	json_object_end(&reply.json);
	if (open == NULL || !engine_end_silence(daemon->engine, open->id, who,
			now, &daemon->effects)) {
		reply_drop(&reply);
		reply_not_open(daemon, request, word);
		submission_drop(submission);
		return;
	}
	daemon_absorb(daemon, NULL);
	submission_commit(submission, &reply, note_asked(request));
}

void delete_silence(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	const char *note = note_asked(request);
	struct submission *submission;

	if (rest_number(rest) == 0)
		reply_no_silence(daemon, request, rest);
	else if (note != NULL && strlen(note) > ALERT_NOTE_MAX)
		reply_problem(request, 400, "note: longer than %d bytes",
			ALERT_NOTE_MAX);
	else if ((submission = submission_begin(daemon, request, "end silence",
	    rest)) != NULL)
		end_silence(daemon, request, rest, submission);
}
