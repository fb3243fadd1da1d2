/* web_choices: what there is to choose from, and what was chosen, as numbers. */
#include <stdlib.h>
#include <string.h>

#include "pledged/web.h"

#define LOOKED_MAX 2000		/* pledges and milestones of a great register */
#define WORDS_MAX 40		/* to choose from; of more, a pattern is asked for */
#define KEYS_MAX 32

/* --- words ------------------------------------------------------------------------- */

/* Different words, in the order they come; whole: there are no others. */
struct words {
	const char *items[WORDS_MAX + 1];
	size_t count;
	bool whole;
};

static void words_take(struct words *words, const char *word)
{
	if (word == NULL)
		return;
	for (size_t i = 0; i < words->count; i++)
		if (string_is(words->items[i], word))
			return;
	if (words->count < WORDS_MAX)
		words->items[words->count++] = word;
	else
		words->whole = false;
}

static int words_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_words(struct page *page, struct words *words, const char *name,
	const char *label)
{
	qsort(words->items, words->count, sizeof *words->items, words_compare);
	words->items[words->count] = NULL;
	if (!words->whole)
		page_field(page, name, label);
	else if (words->count > 1 || page_parameter(page, name) != NULL)
		page_choice(page, name, label,
			&(struct page_words){.values = words->items});
}

static void put_obligors(struct page *page, const struct register_ *reg)
{
	struct words words = {.whole = reg->pledge_count <= LOOKED_MAX};

	for (size_t i = 0; i < reg->pledge_count && i < LOOKED_MAX; i++)
		words_take(&words, reg->pledges[i].obligor);
	put_words(page, &words, "obligor", "Obligor");
}

static void put_instruments(struct page *page, const struct register_ *reg)
{
	struct words words = {.whole = true};

	for (size_t i = 0; i < reg->instrument_count && words.whole; i++)
		words_take(&words, reg->instruments[i].id);
	put_words(page, &words, "instrument", "Instrument");
}

/* --- labels ------------------------------------------------------------------------ */

struct key_count {
	const char *key;
	size_t count;
};

struct key_counts {
	struct key_count items[KEYS_MAX];
	size_t count;
};

static void keys_take(struct key_counts *keys, const char *key)
{
	size_t i = 0;

	while (i < keys->count && !string_is(keys->items[i].key, key))
		i++;
	if (i == KEYS_MAX)
		return;
	if (i == keys->count)
		keys->items[keys->count++].key = key;
	keys->items[i].count++;
}

/* The commonest first; of those alike, as the register has them. */
static int keys_compare(const void *left, const void *right)
{
	const struct key_count *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->key, b->key);
}

void web_label_keys(const struct register_ *reg,
	const char *keys[WEB_LABELS_MAX + 1])
{
	struct key_counts counts = {.count = 0};
	size_t shown;

	for (size_t i = 0; i < reg->pledge_count && i < LOOKED_MAX; i++)
		for (size_t k = 0; k < reg->pledges[i].label_count; k++)
			keys_take(&counts, reg->pledges[i].labels[k].key);
	for (size_t i = 0; i < reg->milestone_count && i < LOOKED_MAX; i++)
		for (size_t k = 0; k < reg->milestones[i].label_count; k++)
			keys_take(&counts, reg->milestones[i].labels[k].key);
	qsort(counts.items, counts.count, sizeof *counts.items, keys_compare);
	shown = counts.count < WEB_LABELS_MAX ? counts.count : WEB_LABELS_MAX;
	for (size_t i = 0; i < shown; i++)
		keys[i] = counts.items[i].key;
	keys[shown] = NULL;
}

static void put_label(struct page *page, const struct register_ *reg,
	const char *key)
{
	struct words words = {.whole = reg->milestone_count <= LOOKED_MAX};
	struct text name;

	for (size_t i = 0; i < reg->milestone_count && i < LOOKED_MAX; i++)
		words_take(&words, milestone_label(reg, &reg->milestones[i],
			key));
	text_init(&name, 0);
	text_addf(&name, "label.%s", key);
	put_words(page, &words, text_string(&name), key);
	text_release(&name);
}

void web_put_parties(struct page *page)
{
	put_obligors(page, page->sheet.daemon->reg);
	put_instruments(page, page->sheet.daemon->reg);
}

void web_put_choices(struct page *page)
{
	const struct register_ *reg = page->sheet.daemon->reg;
	const char *keys[WEB_LABELS_MAX + 1];

	web_put_parties(page);
	web_label_keys(reg, keys);
	for (size_t i = 0; keys[i] != NULL; i++)
		put_label(page, reg, keys[i]);
}

/* --- how many of each status ---------------------------------------------------------- */

/* From the best to the worst, so that a bar reads like a way. */
static const enum status along[] = {
	STATUS_MET, STATUS_ON_TRACK, STATUS_MET_LATE, STATUS_PARTLY_MET,
	STATUS_DUE, STATUS_AT_RISK, STATUS_OFF_TRACK, STATUS_NOT_MET,
	STATUS_BREACHED, STATUS_REVERSED, STATUS_AWAITING_DATA,
	STATUS_UNVERIFIED, STATUS_PENDING, STATUS_NOT_STARTED, STATUS_WAIVED,
	STATUS_WITHDRAWN, STATUS_SUPERSEDED,
};
_Static_assert(sizeof along / sizeof *along == STATUS_COUNT,
	"a status has no place");

static void put_status_link(struct page *page, enum status status, size_t count,
	const char *filters)
{
	struct html *html = &page->html;
	struct text path;

	text_init(&path, 0);
	text_addf(&path, "/milestones?status=%s%s", status_name(status), filters);
	html_open(html, "li", NULL);
	part_link_open(&page->sheet, text_string(&path), NULL);
	part_status(html, status);
	html_textf(html, " %zu", count);
	html_close(html, "a");
	html_close(html, "li");
	text_release(&path);
}

void web_put_statuses(struct page *page,
	const size_t counts[STATUS_COUNT], const char *filters)
{
	struct part_share shares[STATUS_COUNT];

	for (size_t i = 0; i < STATUS_COUNT; i++)
		shares[i] = (struct part_share){status_look(along[i])->hue,
			counts[along[i]]};
	part_bar(&page->html, shares, STATUS_COUNT);
	html_open(&page->html, "ul", "class", "statuses", "aria-label",
		"Milestones by status", NULL);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		if (counts[along[i]] > 0)
			put_status_link(page, along[i], counts[along[i]],
				filters);
	html_close(&page->html, "ul");
}
