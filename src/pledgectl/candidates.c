/* candidates: see candidates.h. */
#include "pledgectl/candidates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pledgectl/lists.h"

#define PATIENCE_MILLISECONDS 1000
#define PAGE 1000		/* of a list, of which one is looked at */
#define MEANING_MAX 60		/* bytes of what a candidate is */
#define SEEN_MAX 2000		/* candidates */
#define ZONE_TABLE "/usr/share/zoneinfo/zone.tab"

/* --- one ------------------------------------------------------------------------------- */

/* Whether it is new, and begins as what has been typed. */
static bool candidate_is_new(struct completion *completion, const char *word)
{
	if (!string_starts(word, completion->word) || *word == '\0' ||
			completion->count == SEEN_MAX)
		return false;
	for (size_t i = 0; i < completion->count; i++)
		if (string_is(completion->seen[i], word))
			return false;
	completion->seen = mem_grow(completion->seen, completion->count,
		&completion->capacity, sizeof *completion->seen);
	completion->seen[completion->count++] = mem_string(word);
	return true;
}

void offer(struct completion *completion, const char *word,
	const char *meaning)
{
	struct text line;

	if (strpbrk(word, "\t\r\n") != NULL ||
			!candidate_is_new(completion, word))
		return;
	printf("%s%s", completion->prefix, word);
	if (meaning != NULL && *meaning != '\0') {
		text_init(&line, 0);
		text_add_line(&line, meaning, MEANING_MAX);
		printf("\t%s", text_string(&line));
		text_release(&line);
	}
	putchar('\n');
}

void candidates_release(struct completion *completion)
{
	client_free(completion->client);
	for (size_t i = 0; i < completion->count; i++)
		free(completion->seen[i]);
	free(completion->seen);
}

static void offer_words(struct completion *completion, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		offer(completion, words[i], NULL);
}

/* --- what the daemon has ----------------------------------------------------------------- */

/* The first page of a list; an empty one where nobody answers. */
static void ask(struct completion *completion, const char *list,
	const char *query, struct items *items)
{
	struct text path, answer, said;

	memset(items, 0, sizeof *items);
	if (completion->client == NULL) {
		completion->client = client_new(completion->socket);
		if (completion->client == NULL)
			return;
		client_hurry(completion->client, PATIENCE_MILLISECONDS);
	}
	text_init(&path, 65536);
	text_init(&said, 0);
	text_addf(&path, "/v1/%s?limit=%d%s", list, PAGE, query);
	client_tell_to(completion->client, &said);
	if (client_ask(completion->client, "GET", text_string(&path), &answer) ==
			CTL_DONE)
		items_take(items, &answer, slice_member(slice_of(
			text_string(&answer)), "items"));
	else
		text_release(&answer);
	client_tell_to(completion->client, NULL);
	text_release(&path);
	text_release(&said);
}

static void offer_item(struct completion *completion, const struct item *item,
	const char *id, const char *meaning)
{
	const json_t *json = json_object_get(item->json, id);
	const char *said = json_string_value(json_object_get(item->json,
		meaning));
	char number[32];

	snprintf(number, sizeof number, "%lld",
		(long long)json_integer_value(json));
	offer(completion, json_is_string(json) ? json_string_value(json) :
		number, said);
}

static void offer_list(struct completion *completion, const char *list,
	const char *query, const char *meaning)
{
	struct items items;

	ask(completion, list, query, &items);
	for (size_t i = 0; i < items.count; i++)
		offer_item(completion, &items.list[i], "id", meaning);
	items_release(&items);
}

/* Those that begin as what was typed, of however many. */
static void offer_milestones(struct completion *completion)
{
	struct text query;

	text_init(&query, 65536);
	if (strpbrk(completion->word, "*?[") == NULL) {
		text_add_string(&query, "&id=");
		client_add_escaped(&query, completion->word);
		text_add_char(&query, '*');
	}
	offer_list(completion, "milestones", text_string(&query), "title");
	text_release(&query);
}

static void offer_messages(struct completion *completion)
{
	offer_list(completion, "outbox", "&state=dead", "subject");
	offer_list(completion, "outbox", "", "subject");
}

/* By number, and by what they are about. */
static void offer_alerts(struct completion *completion)
{
	struct items items;

	ask(completion, "alerts", "", &items);
	for (size_t i = 0; i < items.count; i++)
		offer_item(completion, &items.list[i], "id", "subject");
	for (size_t i = 0; i < items.count; i++)
		offer_item(completion, &items.list[i], "subject", "kind");
	items_release(&items);
}

/* What a kind before it says, else whatever is found without its kind. */
static void offer_ids(struct completion *completion)
{
	static const struct {
		const char *kind, *word;
		bool named;
	} kinds[] = {
		{"milestone", "MILESTONE", true}, {"pledge", "PLEDGE", true},
		{"indicator", "INDICATOR", true}, {"source", "SOURCE", true},
		{"channel", "CHANNEL", true}, {"alert", "NUMBER", false},
		{"silence", "SILENCE", false},
		{"observation", "OBSERVATION", false},
	};
	const size_t count = sizeof kinds / sizeof *kinds;

	for (size_t i = 0; completion->before != NULL && i < count; i++) {
		if (string_is(kinds[i].kind, completion->before)) {
			offer_place(completion, kinds[i].word);
			return;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (kinds[i].named)
			offer_place(completion, kinds[i].word);
}

/* Whose answers or observations are listed. */
static void offer_owners(struct completion *completion)
{
	if (string_is(completion->before, "answers"))
		offer_place(completion, "SOURCE");
	else if (string_is(completion->before, "observations"))
		offer_place(completion, "INDICATOR");
}

/* --- fields and labels ------------------------------------------------------------------- */

static const char *const grouping[] = {"instrument", "milestone", "obligor",
	"owner", "pledge", "severity", NULL};

/* The members of an object as words with something behind them. */
static void offer_keys(struct completion *completion, const json_t *object,
	const char *behind)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		struct text word;

		text_init(&word, 0);
		text_addf(&word, "%s%s", key, behind);
		offer(completion, text_string(&word), "label");
		text_release(&word);
	}
}

static void offer_labels(struct completion *completion, const char *behind)
{
	struct items items;

	ask(completion, "pledges", "", &items);
	for (size_t i = 0; i < items.count; i++)
		offer_keys(completion, json_object_get(items.list[i].json,
			"labels"), behind);
	items_release(&items);
}

static void offer_groups(struct completion *completion)
{
	offer_words(completion, grouping);
	offer_labels(completion, "");
}

/* What the pledges say of a field or label. */
static void offer_said(struct completion *completion, const char *name)
{
	struct items items;

	ask(completion, "pledges", "", &items);
	for (size_t i = 0; i < items.count; i++) {
		const json_t *pledge = items.list[i].json;
		const json_t *said = json_object_get(pledge,
			string_is(name, "pledge") ? "id" : name);

		if (!json_is_string(said))
			said = json_object_get(json_object_get(pledge, "labels"),
				name);
		if (json_is_string(said))
			offer(completion, json_string_value(said), NULL);
	}
	items_release(&items);
}

static void offer_statuses(struct completion *completion)
{
	const char *status;

	for (size_t i = 0; (status = milestone_status(i)) != NULL; i++)
		offer(completion, status, NULL);
}

static void offer_values(struct completion *completion, const char *name)
{
	static const struct {
		const char *name, *place;
	} fields[] = {
		{"status", "STATUS"}, {"severity", "info|warning|critical"},
		{"knowledge", "assessed|provisional|no_data|stale|disputed"},
		{"id", "MILESTONE"}, {"milestone", "MILESTONE"},
		{"source", "SOURCE"}, {"indicator", "INDICATOR"},
		{"channel", "CHANNEL"},
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (string_is(fields[i].name, name)) {
			offer_place(completion, fields[i].place);
			return;
		}
	}
	offer_said(completion, name);
}

/* "obligor=", then what obligors there are. */
static void offer_matches(struct completion *completion)
{
	static const char *const names[] = {"id=", "instrument=", "kind=",
		"knowledge=", "milestone=", "obligor=", "owner=", "pledge=", "severity=",
		"source=", "status=", NULL};
	const char *equals = strchr(completion->word, '=');
	const char *before = completion->prefix;
	struct text prefix, name;

	if (equals == NULL) {
		offer_words(completion, names);
		offer_labels(completion, "=");
		return;
	}
	text_init(&prefix, 0);
	text_init(&name, 0);
	text_add(&name, completion->word, (size_t)(equals - completion->word));
	text_addf(&prefix, "%s%s=", before, text_string(&name));
	completion->prefix = text_string(&prefix);
	completion->word = equals + 1;
	offer_values(completion, text_string(&name));
	completion->prefix = before;
	text_release(&prefix);
	text_release(&name);
}

/* --- what else there is --------------------------------------------------------------------- */

static void offer_lists(struct completion *completion)
{
	offer_words(completion, list_kind_names());
}

static void offer_kinds(struct completion *completion)
{
	offer_words(completion, show_kinds());
}

/* Country, place and name, with tabs between. */
static void offer_zones(struct completion *completion)
{
	FILE *table = fopen(ZONE_TABLE, "r");
	char line[512], name[128];

	offer(completion, "local", "of this terminal");
	offer(completion, "utc", NULL);
	while (table != NULL && fgets(line, sizeof line, table) != NULL)
		if (line[0] != '#' && sscanf(line, "%*s %*s %127s", name) == 1)
			offer(completion, name, NULL);
	if (table != NULL)
		fclose(table);
}

static void offer_measures(struct completion *completion)
{
	const char *name;

	for (size_t i = 0; (name = monitor_measure(i)) != NULL; i++) {
		struct text word;

		text_init(&word, 0);
		text_addf(&word, "%s=", name);
		offer(completion, text_string(&word), NULL);
		text_release(&word);
	}
}

static void offer_files(struct completion *completion)
{
	(void)completion;
	puts(":files");
}

static void offer_nothing(struct completion *completion)
{
	(void)completion;
}

/* --- words in capitals ------------------------------------------------------------------------ */

/* Words that stand for others, each behind a "|". */
static const struct {
	const char *word, *others;
} choices[] = {
	{"FORM", "table|json|jsonl|csv"}, {"ORDER", "due|urgency|id"},
	{"SPAN", "12h|1d|7d|30d|90d|6mo|1y"}, {"WHEN", "auto|always|never"},
};

/* Words that stand for what a list has. */
static const struct {
	const char *word, *list, *query, *meaning;
} asked[] = {
	{"CHANNEL", "channels", "", "type"},
	{"INDICATOR", "indicators", "", "title"},
	{"NUMBER", "alerts", "", "subject"},
	{"OBSERVATION", "observations", "&held=true", "indicator"},
	{"PLEDGE", "pledges", "", "title"}, {"PLEDGES", "pledges", "", "title"},
	{"SILENCE", "silences", "", "match"}, {"SOURCE", "sources", "", "outcome"},
};

/* What else a word stands for; of a verb where that says more. */
static const struct {
	const char *word;
	const char *verb;
	void (*offer)(struct completion *completion);
} meanings[] = {
	{"ALERT", NULL, offer_alerts}, {"FILE", NULL, offer_files},
	{"FOLDER", NULL, offer_files}, {"ID", NULL, offer_ids},
	{"KEY", "attest", offer_nothing}, {"KEY", NULL, offer_groups},
	{"KIND", NULL, offer_kinds}, {"MESSAGE", NULL, offer_messages},
	{"MILESTONE", NULL, offer_milestones},
	{"NAME=RANGE", NULL, offer_measures}, {"NAME=VALUE", NULL, offer_matches},
	{"OF", NULL, offer_owners}, {"SOCKET", NULL, offer_files},
	{"STATUS", NULL, offer_statuses}, {"WHAT", NULL, offer_lists},
	{"ZONE", NULL, offer_zones}, {"DATE", NULL, offer_nothing},
	{"HEX", NULL, offer_nothing}, {"N", NULL, offer_nothing},
	{"NOTE", NULL, offer_nothing}, {"PERIOD", NULL, offer_nothing},
	{"SECONDS", NULL, offer_nothing}, {"SHA-256", NULL, offer_nothing},
	{"TIME", NULL, offer_nothing}, {"URL", NULL, offer_nothing},
	{"VALUE", NULL, offer_nothing}, {"WHY", NULL, offer_nothing},
	{"WORD", NULL, offer_nothing},
};

static bool offer_choice(struct completion *completion, const char *word)
{
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		if (string_is(choices[i].word, word)) {
			offer_place(completion, choices[i].others);
			return true;
		}
	}
	return false;
}

static bool offer_asked(struct completion *completion, const char *word)
{
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		if (string_is(asked[i].word, word)) {
			offer_list(completion, asked[i].list, asked[i].query,
				asked[i].meaning);
			return true;
		}
	}
	return false;
}

static bool offer_meaning(struct completion *completion, const char *word)
{
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		if (string_is(meanings[i].word, word) &&
				(meanings[i].verb == NULL || string_is(
				meanings[i].verb, completion->verb))) {
			meanings[i].offer(completion);
			return true;
		}
	}
	return false;
}

/* What stands for nothing else is itself what is meant, unless in capitals. */
static void offer_meant(struct completion *completion, const char *word)
{
	if (!offer_choice(completion, word) && !offer_asked(completion, word) &&
			!offer_meaning(completion, word) &&
			(*word < 'A' || *word > 'Z'))
		offer(completion, word, NULL);
}

void offer_place(struct completion *completion, const char *place)
{
	struct text word;

	text_init(&word, 0);
	while (*place != '\0') {
		size_t length = strcspn(place, "|");

		text_clear(&word);
		text_add(&word, place, length);
		offer_meant(completion, text_string(&word));
		place += length + (place[length] == '|');
	}
	text_release(&word);
}
