/*
 * show: one thing whole, whatever it is. An id with a slash is a milestone's, a
 * number an alert's; another word is looked for among all that have such ids, and
 * a kind before it says which is meant.
 */
#include <stdio.h>
#include <string.h>

#include "pledgectl/answer.h"
#include "pledgectl/members.h"
#include "pledgectl/series.h"

/* --- the lines a person reads first; the rest is in -o json -------------------------- */

static const struct fact milestone_facts[] = {
	{"status", "status", FACT_STATUS}, {"reason", "reason", FACT_PLAIN},
	{"title", "title", FACT_PLAIN}, {"obligor", "obligor", FACT_PLAIN},
	{"instrument", "instrument", FACT_PLAIN},
	{"owner", "owner", FACT_PLAIN}, {"labels", "labels", FACT_PLAIN},
	{"severity", "severity", FACT_PLAIN},
	{"knowledge", "knowledge", FACT_PLAIN}, {"since", "since", FACT_TIME},
	{"start", "start", FACT_DAY}, {"due", "due", FACT_DAY},
	{"first due", "original_due", FACT_DAY},
	{"event", "event_date", FACT_DAY}, {"days late", "days_late", FACT_PLAIN},
	{"days overdue", "days_overdue", FACT_PLAIN},
	{"actual", "actual", FACT_NUMBER}, {"target", "target", FACT_NUMBER},
	{"baseline", "baseline", FACT_NUMBER},
	{"required now", "required_now", FACT_NUMBER},
	{"unit", "unit", FACT_PLAIN}, {"data through", "data_through", FACT_PLAIN},
	{"pace", "pace", FACT_PLAIN},
	{"share of level", "share_of_level", FACT_PLAIN},
	{"of increment", "share_of_increment", FACT_PLAIN},
	{"shortfall", "shortfall", FACT_NUMBER}, {"as of", "as_of", FACT_TIME},
	{"forecast", "forecast.method", FACT_PLAIN},
	{"expected", "forecast.value", FACT_NUMBER},
	{"at least", "forecast.low", FACT_NUMBER},
	{"at most", "forecast.high", FACT_NUMBER},
	{"reached on", "forecast.date", FACT_DAY},
	{"slip days", "forecast.slip_days", FACT_PLAIN},
	{"expected on", "expected.date", FACT_DAY},
	{"slip days", "expected.slip_days", FACT_PLAIN},
	{"because of", "expected.root_cause", FACT_PLAIN},
	{NULL, NULL, FACT_PLAIN},
};

static const struct fact pledge_facts[] = {
	{"title", "title", FACT_PLAIN}, {"obligor", "obligor", FACT_PLAIN},
	{"instrument", "instrument", FACT_PLAIN},
	{"owner", "owner", FACT_PLAIN}, {"labels", "labels", FACT_PLAIN},
	{"cite", "cite", FACT_PLAIN}, {"url", "url", FACT_PLAIN},
	{NULL, NULL, FACT_PLAIN},
};

static const struct fact indicator_facts[] = {
	{"title", "title", FACT_PLAIN}, {"kind", "kind", FACT_PLAIN},
	{"unit", "unit", FACT_PLAIN}, {"frequency", "frequency", FACT_PLAIN},
	{"lag", "lag", FACT_PLAIN}, {"cumulative", "cumulative", FACT_PLAIN},
	{"milestones", "milestones", FACT_PLAIN},
	{NULL, NULL, FACT_PLAIN},
};

static const struct fact source_facts[] = {
	{"outcome", "outcome", FACT_STATUS}, {"error", "error", FACT_PLAIN},
	{"failing since", "failing_since", FACT_TIME},
	{"failures", "failures", FACT_PLAIN}, {"url", "url", FACT_PLAIN},
	{"format", "format", FACT_PLAIN}, {"moved to", "moved", FACT_PLAIN},
	{"gone", "gone", FACT_PLAIN}, {"every", "every", FACT_PLAIN},
	{"last attempt", "last_attempt", FACT_TIME},
	{"last success", "last_success", FACT_TIME},
	{"last change", "last_change", FACT_TIME},
	{"next", "next", FACT_TIME}, {"busy", "busy", FACT_PLAIN},
	{NULL, NULL, FACT_PLAIN},
};

static const struct fact alert_facts[] = {
	{"kind", "kind", FACT_STATUS}, {"severity", "severity", FACT_STATUS},
	{"state", "state", FACT_PLAIN}, {"subject", "subject", FACT_PLAIN},
	{"reason", "reason", FACT_PLAIN}, {"class", "class", FACT_PLAIN},
	{"raised", "raised", FACT_TIME}, {"resolved", "resolved", FACT_TIME},
	{"escalated", "escalated", FACT_PLAIN},
	{"in hand of", "acknowledged.by", FACT_PLAIN},
	{"since", "acknowledged.at", FACT_TIME},
	{"until", "acknowledged.until", FACT_TIME},
	{"why", "acknowledged.note", FACT_PLAIN},
	{"follows from", "cause", FACT_PLAIN},
	{"others follow", "consequences", FACT_PLAIN},
	{"next", "next.what", FACT_PLAIN}, {"at", "next.at", FACT_TIME},
	{NULL, NULL, FACT_PLAIN},
};

static const struct fact silence_facts[] = {
	{"match", "match", FACT_PLAIN}, {"state", "state", FACT_PLAIN},
	{"why", "note", FACT_PLAIN}, {"by", "by", FACT_PLAIN},
	{"made", "made", FACT_TIME}, {"from", "from", FACT_TIME},
	{"until", "until", FACT_TIME}, {"ended", "ended", FACT_TIME},
	{"ended by", "ended_by", FACT_PLAIN}, {"alerts", "alerts", FACT_PLAIN},
	{"held back", "held_back", FACT_PLAIN},
	{"milestones", "milestones", FACT_PLAIN},
	{NULL, NULL, FACT_PLAIN},
};

static const struct fact channel_facts[] = {
	{"type", "type", FACT_PLAIN}, {"to", "to", FACT_PLAIN},
	{"server", "server", FACT_PLAIN}, {"url", "url", FACT_PLAIN},
	{"format", "format", FACT_PLAIN}, {"fallback", "fallback", FACT_PLAIN},
	{"failing since", "failing_since", FACT_TIME},
	{"answer", "answer", FACT_PLAIN},
	{"last attempt", "last_attempt", FACT_TIME},
	{"last success", "last_success", FACT_TIME},
	{"opens", "opens", FACT_TIME}, {"digest", "digest", FACT_PLAIN},
	{"urgent", "urgent", FACT_PLAIN}, {"timezone", "timezone", FACT_PLAIN},
	{"pending", "pending", FACT_PLAIN}, {"dead", "dead", FACT_PLAIN},
	{NULL, NULL, FACT_PLAIN},
};

static const struct fact observation_facts[] = {
	{"indicator", "indicator", FACT_PLAIN}, {"period", "period", FACT_PLAIN},
	{"value", "value", FACT_NUMBER}, {"held", "held", FACT_PLAIN},
	{"provisional", "provisional", FACT_PLAIN},
	{"published", "published", FACT_TIME},
	{"assumed", "published_assumed", FACT_PLAIN},
	{"recorded", "recorded", FACT_TIME}, {"source", "source", FACT_PLAIN},
	{"snapshot", "snapshot", FACT_PLAIN}, {"by", "by", FACT_PLAIN},
	{"note", "note", FACT_PLAIN}, {"evidence", "evidence", FACT_PLAIN},
	{"accepts", "accepts", FACT_PLAIN},
	{NULL, NULL, FACT_PLAIN},
};

/* --- what belongs to one ------------------------------------------------------------ */

/* Its milestones, as list has them. */
static int print_milestones(const struct request *request, const char *id)
{
	struct items items;
	struct text query;

	text_init(&query, 65536);
	client_add_parameter(&query, "pledge", id);
	query_add_times(request, &query);
	int status = items_get(&items, request, "milestones",
		text_string(&query));

	if (status == CTL_DONE) {
		size_t ahead = items_drop_ahead(&items, 0);

		items_print(&items, request, list_kind_find("milestones"));
		if (ahead > 0)
			printf("%zu instances have not started\n", ahead);
	}
	items_release(&items);
	text_release(&query);
	return status;
}

static int after_pledge(const struct request *request, const json_t *json)
{
	putchar('\n');
	return print_milestones(request, string_of(json, "id"));
}

/* Who has heard of it, and who waits. */
static int after_alert(const struct request *request, const json_t *json)
{
	const json_t *hearings = json_object_get(json, "hearings"), *hearing;
	struct text line;
	size_t i;

	text_init(&line, 0);
	json_array_foreach(hearings, i, hearing) {
		bool told = json_is_string(json_object_get(hearing, "told"));

		text_clear(&line);
		text_addf(&line, "%s %s ", string_of(hearing, "channel"),
			told ? "was told" : "waits until");
		add_time_of(&line, request, hearing, told ? "told" :
			"waits_until");
		fact_print(request, i == 0 ? "channels" : "",
			text_string(&line), GRID_PLAIN);
	}
	text_release(&line);
	return CTL_DONE;
}

/* --- kinds ---------------------------------------------------------------------------- */

static const struct thing {
	const char *word;
	const char *place;	/* below /v1/ */
	bool numbered;
	const struct fact *facts;
	int (*after)(const struct request *request, const json_t *json);
} things[] = {
	{"milestone", "milestones/", false, milestone_facts, NULL},
	{"pledge", "pledges/", false, pledge_facts, after_pledge},
	{"indicator", "indicators/", false, indicator_facts, NULL},
	{"source", "sources/", false, source_facts, NULL},
	{"channel", "channels/", false, channel_facts, NULL},
	{"alert", "alerts/", true, alert_facts, after_alert},
	{"silence", "silences/", true, silence_facts, NULL},
	{"observation", "observations/", true, observation_facts, NULL},
};

#define THING_COUNT (sizeof things / sizeof *things)

const char *const *show_kinds(void)
{
	static const char *names[THING_COUNT + 1];

	for (size_t i = 0; i < THING_COUNT; i++)
		names[i] = things[i].word;
	return names;
}

static const struct thing *thing_find(const char *word)
{
	for (size_t i = 0; i < THING_COUNT; i++)
		if (string_is(things[i].word, word))
			return &things[i];
	return NULL;
}

static bool thing_is_milestone(const struct thing *thing)
{
	return thing == &things[0];
}

/* --- asking --------------------------------------------------------------------------- */

static int thing_get(const struct request *request, const struct thing *thing,
	const char *id, struct text *answer)
{
	return get_below(request, thing->place, id, "",
		thing_is_milestone(thing), answer);
}

/* What a word without a kind may name: those that are found, told together
   where there are more than one. */
struct search {
	const struct thing *found;
	struct text answer;
	struct text words;	/* "pledge or source" */
	size_t count;
	struct text near;	/* a complaint that names one that is near */
};

static int search_try(struct search *search, const struct request *request,
	const struct thing *thing, const char *id)
{
	struct text answer, said;

	text_init(&said, 0);
	client_tell_to(request->client, &said);
	int status = thing_get(request, thing, id, &answer);

	client_tell_to(request->client, NULL);
	if (status == CTL_DONE && search->count++ == 0) {
		search->found = thing;
		search->answer = answer;
	} else {
		text_release(&answer);
	}
	if (status == CTL_DONE)
		text_addf(&search->words, "%sa%s %s", search->count > 1 ?
			" and " : "", strchr("aeiou", thing->word[0]) != NULL ?
			"n" : "", thing->word);
	else if (status != CTL_ABSENT)
		fprintf(stderr, "pledgectl: %s\n", text_string(&said));
	else if (strstr(text_string(&said), "did you mean") != NULL &&
			search->near.length == 0)
		text_add_string(&search->near, text_string(&said));
	text_release(&said);
	return status == CTL_ABSENT ? CTL_DONE : status;
}

/* What the search came to, when that is not one thing. */
static int search_fails(const struct search *search, const char *id)
{
	fputs("pledgectl: ", stderr);
	if (search->count > 1) {
		fprintf(stderr, "\"%s\" is %s: say which, as in show %s %s\n", id,
			text_string(&search->words), search->found->word, id);
		return CTL_USAGE;
	}
	if (search->near.length > 0)
		print_said(stderr, text_string(&search->near));
	else
		fprintf(stderr, "there is no pledge, indicator, source or channel "
			"\"%s\"; a milestone's id is pledge/milestone", id);
	fputc('\n', stderr);
	return CTL_ABSENT;
}

static int thing_search(const struct request *request, const char *id,
	const struct thing **thing, struct text *answer)
{
	struct search search = {.count = 0};
	int status = CTL_DONE;

	text_init(&search.words, 0);
	text_init(&search.near, 0);
	for (size_t i = 1; i < THING_COUNT && status == CTL_DONE; i++)
		if (!things[i].numbered)
			status = search_try(&search, request, &things[i], id);
	if (status == CTL_DONE && search.count != 1)
		status = search_fails(&search, id);
	if (status == CTL_DONE) {
		*thing = search.found;
		*answer = search.answer;
	} else {
		text_release(&search.answer);
		text_init(answer, 0);
	}
	text_release(&search.words);
	text_release(&search.near);
	return status;
}

/* --- the verb -------------------------------------------------------------------------- */

static int print_thing(const struct request *request, const struct thing *thing,
	const struct text *answer)
{
	json_t *json = json_loads(text_string(answer), 0, NULL);
	struct slice raw = slice_of(text_string(answer));
	struct slice id = slice_member(raw, "id");
	int status = CTL_DONE;

	if (thing->numbered)
		printf("%s %.*s\n", thing->word, (int)id.length, id.start);
	else
		puts(string_of(json, "id"));
	facts_print(request, json, raw, thing->facts);
	if (thing->after != NULL)
		status = thing->after(request, json);
	json_decref(json);
	return status;
}

/* The kind that is said, or that the id tells; NULL: none was found, which was
   told. */
static int thing_asked(const struct request *request, const struct thing **thing,
	struct text *answer)
{
	bool said = request->argument_count == 2;
	const char *id = request->arguments[said];

	text_init(answer, 0);
	if (request->argument_count == 0)
		return tell_usage("show takes an id, or a kind and an id, as in "
			"show source census");
	*thing = said ? thing_find(request->arguments[0]) :
		strchr(id, '/') != NULL ? thing_find("milestone") :
		word_is_number(id) ? thing_find("alert") : NULL;
	if (said && *thing == NULL)
		return tell_unknown("there is no kind", request->arguments[0],
			show_kinds());
	if (*thing != NULL && (*thing)->numbered && !word_is_number(id))
		return tell_usage("alerts, silences and observations have numbers");
	return *thing != NULL ? thing_get(request, *thing, id, answer) :
		thing_search(request, id, thing, answer);
}

int verb_show(const struct request *request)
{
	const struct thing *thing = NULL;
	struct text answer;
	int status = thing_asked(request, &thing, &answer);

	if (status != CTL_DONE) {
		text_release(&answer);
		return status;
	}
	if (thing_is_milestone(thing) && series_print(request, &answer))
		return status;
	if (request->form != FORM_TABLE)
		return answer_print(request, status, &answer, NULL);
	status = print_thing(request, thing, &answer);
	text_release(&answer);
	return status;
}
