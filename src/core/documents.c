/*
 * documents: versions by key in one hash table; what patterns have answered,
 * by pattern in another, one byte a version, so that each text is searched
 * once for each pattern.
 */
#include "core/documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define uthash_malloc(size) mem_new(1, size)
#define uthash_fatal(message) abort()
#include <uthash.h>

/* The versions of one key, by publication, recording and id. */
struct titled {
	const char *key;		/* of its first version */
	uint32_t *versions;		/* positions in items */
	size_t count, capacity;
	UT_hash_handle hh;
};

struct publication {
	instant at;
	uint32_t version;
};

struct matcher {
	char *text;			/* of the pattern; "" every document */
	uint8_t *answers;		/* by version: 1 + enum pattern_answer; 0
					   not asked */
	size_t answered, answer_capacity;
	struct sightings sightings;
	/* what they were made of */
	struct knowledge known;
	const struct zone *zone;
	size_t versions;
	UT_hash_handle hh;
};

/* --- one document ------------------------------------------------------------- */

static char *block_put(char **at, const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = memcpy(*at, string, size);

	*at += size;
	return copy;
}

struct document *document_copy(const struct document *document)
{
	size_t size = strlen(document->key) + strlen(document->title) +
		strlen(document->url) + strlen(document->text) +
		strlen(document->source) + 5;
	struct document *copy = mem_new(1, sizeof *copy + size);
	char *at = (char *)(copy + 1);

	*copy = *document;
	copy->key = block_put(&at, document->key);
	copy->title = block_put(&at, document->title);
	copy->url = block_put(&at, document->url);
	copy->text = block_put(&at, document->text);
	copy->source = block_put(&at, document->source);
	return copy;
}

/* Says the same, to everybody who knows the other. */
static bool document_repeats(const struct document *later,
	const struct document *earlier)
{
	return later->recorded >= earlier->recorded &&
		period_equal(later->period, earlier->period) &&
		strcmp(later->title, earlier->title) == 0 &&
		strcmp(later->url, earlier->url) == 0 &&
		strcmp(later->text, earlier->text) == 0;
}

static bool document_is_known(const struct document *document,
	struct knowledge known)
{
	return document->published <= known.published_by &&
		document->recorded <= known.recorded_by;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* What has no row yet comes after what has. */
static int64_t id_order(int64_t id)
{
	return id != 0 ? id : INT64_MAX;
}

static int version_compare(const struct document *a, const struct document *b)
{
	int order = compare(a->published, b->published);

	if (order == 0)
		order = compare(a->recorded, b->recorded);
	return order != 0 ? order : compare(id_order(a->id), id_order(b->id));
}

/* --- making and releasing ------------------------------------------------------- */

void documents_init(struct documents *documents)
{
	*documents = (struct documents){
		.last_published = INSTANT_MIN, .last_recorded = INSTANT_MIN};
}

static void matchers_release(struct documents *documents)
{
	struct matcher *matcher, *next;

	HASH_ITER(hh, documents->matchers, matcher, next) {
		HASH_DEL(documents->matchers, matcher);
		free(matcher->text);
		free(matcher->answers);
		free(matcher->sightings.dates);
		free(matcher->sightings.doubtful);
		free(matcher);
	}
	documents->matcher_count = 0;
}

void documents_release(struct documents *documents)
{
	struct titled *titled, *next;

	matchers_release(documents);
	HASH_ITER(hh, documents->keys, titled, next) {
		HASH_DEL(documents->keys, titled);
		free(titled->versions);
		free(titled);
	}
	for (size_t i = 0; i < documents->count; i++)
		free(documents->items[i]);
	for (size_t i = 0; i < documents->source_count; i++) {
		free(documents->sources[i].id);
		free(documents->sources[i].oldest);
	}
	free(documents->items);
	free(documents->published);
	free(documents->sources);
	documents_init(documents);
}

/* --- adding --------------------------------------------------------------------- */

static struct titled *titled_find(const struct documents *documents,
	const char *key)
{
	struct titled *titled;

	HASH_FIND_STR(documents->keys, key, titled);
	return titled;
}

static void titled_insert(struct documents *documents, struct titled *titled,
	size_t position, uint32_t version)
{
	if (titled == NULL) {
		titled = mem_new(1, sizeof *titled);
		titled->key = documents->items[version]->key;
		HASH_ADD_KEYPTR(hh, documents->keys, titled->key,
			strlen(titled->key), titled);
	}
	titled->versions = mem_grow(titled->versions, titled->count,
		&titled->capacity, sizeof *titled->versions);
	memmove(&titled->versions[position + 1], &titled->versions[position],
		(titled->count - position) * sizeof *titled->versions);
	titled->versions[position] = version;
	titled->count++;
}

static size_t titled_position(const struct documents *documents,
	const struct titled *titled, const struct document *document)
{
	size_t position = titled != NULL ? titled->count : 0;

	while (position > 0 && version_compare(
	    documents->items[titled->versions[position - 1]], document) > 0)
		position--;
	return position;
}

static instant version_date(const struct document *version,
	const struct zone *zone)
{
	return period_is_none(version->period) ? version->published :
		period_start(version->period, zone);
}

static struct document_source *source_take(struct documents *documents,
	const struct document *document)
{
	for (size_t i = 0; i < documents->source_count; i++)
		if (strcmp(documents->sources[i].id, document->source) == 0)
			return &documents->sources[i];
	documents->sources = mem_grow(documents->sources,
		documents->source_count, &documents->source_capacity,
		sizeof *documents->sources);
	documents->sources[documents->source_count] = (struct document_source){
		.id = mem_string(document->source),
		.published = document->published,
		.recorded = document->recorded};
	return &documents->sources[documents->source_count++];
}

/* A version that stays where it is. */
static void source_note(struct documents *documents,
	const struct document *document)
{
	struct document_source *source;

	if (*document->source == '\0')
		return;
	source = source_take(documents, document);
	source->published = earlier(source->published, document->published);
	source->recorded = earlier(source->recorded, document->recorded);
	if (source->oldest_count > 0 && version_date(document, zone_utc()) >=
	    version_date(source->oldest[source->oldest_count - 1], zone_utc()))
		return;
	source->oldest = mem_grow(source->oldest, source->oldest_count,
		&source->oldest_capacity, sizeof *source->oldest);
	source->oldest[source->oldest_count++] = document;
}

instant document_source_reach(const struct document_source *source,
	struct knowledge known, const struct zone *zone)
{
	for (size_t i = source->oldest_count; i-- > 0;)
		if (document_is_known(source->oldest[i], known))
			return version_date(source->oldest[i], zone);
	return INSTANT_MAX;
}

/* A row of the store only by itself; else what says the same as the version
   before it. */
static bool version_is_needless(const struct documents *documents,
	const struct titled *titled, size_t position,
	const struct document *document)
{
	const struct document *before;

	if (titled == NULL || position == 0)
		return false;
	before = documents->items[titled->versions[position - 1]];
	if (document->id != 0)
		return before->id == document->id;
	return document_repeats(document, before);
}

enum series_news documents_add(struct documents *documents,
	const struct document *document, const struct document **kept)
{
	struct titled *titled = titled_find(documents, document->key);
	size_t position = titled_position(documents, titled, document);
	enum series_news news = SERIES_NEW;

	if (documents->count >= DOCUMENTS_MAX ||
	    version_is_needless(documents, titled, position, document))
		return SERIES_SAME;
	if (titled != NULL)
		news = position < titled->count ? SERIES_EARLIER : SERIES_REVISED;
	documents->items = mem_grow(documents->items, documents->count,
		&documents->capacity, sizeof *documents->items);
	documents->items[documents->count] = document_copy(document);
	titled_insert(documents, titled, position, (uint32_t)documents->count);
	source_note(documents, documents->items[documents->count]);
	if (document->published > documents->last_published)
		documents->last_published = document->published;
	if (document->recorded > documents->last_recorded)
		documents->last_recorded = document->recorded;
	if (kept != NULL)
		*kept = documents->items[documents->count];
	documents->count++;
	return news;
}

const struct document *documents_before(const struct documents *documents,
	const struct document *version)
{
	const struct titled *titled = titled_find(documents, version->key);
	const struct document *before = NULL;

	for (size_t i = 0; titled != NULL && i < titled->count; i++) {
		if (documents->items[titled->versions[i]] == version)
			return before;
		before = documents->items[titled->versions[i]];
	}
	return NULL;
}

/* --- by publication ----------------------------------------------------------------- */

static int publication_compare(const void *left, const void *right)
{
	const struct publication *a = left, *b = right;
	int order = compare(a->at, b->at);

	return order != 0 ? order : compare(a->version, b->version);
}

static void publications_sort(struct documents *documents)
{
	if (documents->published_count == documents->count)
		return;
	documents->published = mem_resize(documents->published,
		documents->count, sizeof *documents->published);
	for (uint32_t i = 0; i < documents->count; i++)
		documents->published[i] = (struct publication){
			documents->items[i]->published, i};
	qsort(documents->published, documents->count,
		sizeof *documents->published, publication_compare);
	documents->published_count = documents->count;
}

/* The position of the first publication after an instant. */
static size_t publications_after(const struct documents *documents,
	instant after)
{
	size_t from = 0, count = documents->published_count;

	while (count > 0) {
		size_t half = count / 2;

		if (documents->published[from + half].at <= after) {
			from += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return from;
}

/* --- what is known ---------------------------------------------------------------- */

/* The version in force of a key, and the date of the document; -1: none. */
static int64_t titled_known(const struct documents *documents,
	const struct titled *titled, struct knowledge known,
	const struct zone *zone, instant *dated)
{
	const struct document *version = NULL;
	instant first = INSTANT_MAX;
	uint32_t found = 0;

	for (size_t i = 0; i < titled->count; i++) {
		const struct document *item =
			documents->items[titled->versions[i]];

		if (!document_is_known(item, known))
			continue;
		if (item->published < first)
			first = item->published;
		version = item;
		found = titled->versions[i];
	}
	if (version == NULL)
		return -1;
	*dated = period_is_none(version->period) ? first :
		period_end(version->period, zone);
	return found;
}

void documents_visit(const struct documents *documents, struct knowledge known,
	const struct zone *zone, document_visit *visit, void *context)
{
	for (const struct titled *titled = documents->keys; titled != NULL;
	    titled = titled->hh.next) {
		instant dated;
		int64_t version = titled_known(documents, titled, known, zone,
			&dated);

		if (version >= 0)
			visit(context, documents->items[version], dated);
	}
}

/* --- matching --------------------------------------------------------------------- */

enum pattern_answer document_match(const struct document *document,
	const struct pattern *pattern)
{
	enum pattern_answer title = pattern_find(pattern, document->title);
	enum pattern_answer text;

	if (title == PATTERN_YES)
		return title;
	text = pattern_find(pattern, document->text);
	return text == PATTERN_YES || title == PATTERN_NO ? text : title;
}

static enum pattern_answer matcher_ask(struct matcher *matcher,
	const struct documents *documents, const struct pattern *pattern,
	size_t version)
{
	if (pattern == NULL)
		return PATTERN_YES;
	if (matcher->answers[version] == 0)
		matcher->answers[version] = (uint8_t)(1 + document_match(
			documents->items[version], pattern));
	return (enum pattern_answer)(matcher->answers[version] - 1);
}

static struct matcher *matcher_of(struct documents *documents,
	const struct pattern *pattern)
{
	const char *text = pattern != NULL ? pattern->text : "";
	struct matcher *matcher;

	HASH_FIND_STR(documents->matchers, text, matcher);
	if (matcher != NULL)
		return matcher;
	if (documents->matcher_count >= MATCHERS_MAX)
		matchers_release(documents);
	matcher = mem_new(1, sizeof *matcher);
	matcher->text = mem_string(text);
	matcher->versions = SIZE_MAX;
	HASH_ADD_KEYPTR(hh, documents->matchers, matcher->text, strlen(text),
		matcher);
	documents->matcher_count++;
	return matcher;
}

/* Room for an answer of each version. */
static void matcher_widen(struct matcher *matcher, size_t versions)
{
	if (matcher->answered >= versions)
		return;
	matcher->answers = mem_resize(matcher->answers, versions, 1);
	memset(matcher->answers + matcher->answered, 0,
		versions - matcher->answered);
	matcher->answered = versions;
}

struct sighting {
	struct matcher *matcher;
	const struct documents *documents;
	const struct pattern *pattern;
};

static void sighting_take(struct sighting *sighting,
	const struct document *document, size_t version, instant dated)
{
	struct sightings *out = &sighting->matcher->sightings;
	enum pattern_answer answer = matcher_ask(sighting->matcher,
		sighting->documents, sighting->pattern, version);

	if (answer == PATTERN_UNKNOWN)
		out->doubtful[out->doubtful_count++] = dated;
	if (answer != PATTERN_YES)
		return;
	out->dates[out->count++] = dated;
	if (document->published_assumed && dated < out->first_assumed)
		out->first_assumed = dated;
}

/* Brings the date last added to its place. */
static void dates_settle(instant *dates, size_t count)
{
	instant last = count > 0 ? dates[count - 1] : 0;
	size_t at = count;

	while (at > 1 && dates[at - 2] > last) {
		dates[at - 1] = dates[at - 2];
		at--;
	}
	if (at > 0)
		dates[at - 1] = last;
}

/*
 * As time goes on, what is published in between is added. false: a document
 * has several versions, and all must be made anew.
 */
static bool sightings_advance(struct sighting *sighting,
	struct knowledge known, const struct zone *zone)
{
	const struct documents *documents = sighting->documents;
	struct matcher *matcher = sighting->matcher;
	struct sightings *out = &matcher->sightings;
	size_t at = publications_after(documents, matcher->known.published_by);

	for (; at < documents->count &&
	    documents->published[at].at <= known.published_by; at++) {
		uint32_t version = documents->published[at].version;
		const struct document *item = documents->items[version];
		size_t before = out->count, doubtful = out->doubtful_count;

		if (item->recorded > known.recorded_by)
			continue;
		if (titled_find(documents, item->key)->count > 1)
			return false;
		sighting_take(sighting, item, version,
			period_is_none(item->period) ? item->published :
			period_end(item->period, zone));
		if (out->count > before)
			dates_settle(out->dates, out->count);
		if (out->doubtful_count > doubtful)
			dates_settle(out->doubtful, out->doubtful_count);
	}
	return true;
}

static int instant_compare(const void *a, const void *b)
{
	return compare(*(const instant *)a, *(const instant *)b);
}

static void sightings_make(struct sighting *sighting, struct knowledge known,
	const struct zone *zone)
{
	const struct documents *documents = sighting->documents;
	struct sightings *out = &sighting->matcher->sightings;

	out->dates = mem_resize(out->dates, documents->count + 1,
		sizeof *out->dates);
	out->doubtful = mem_resize(out->doubtful, documents->count + 1,
		sizeof *out->doubtful);
	out->count = out->doubtful_count = 0;
	out->first_assumed = INSTANT_MAX;
	for (const struct titled *titled = documents->keys; titled != NULL;
	    titled = titled->hh.next) {
		instant dated;
		int64_t version = titled_known(documents, titled, known, zone,
			&dated);

		if (version >= 0)
			sighting_take(sighting, documents->items[version],
				(size_t)version, dated);
	}
	qsort(out->dates, out->count, sizeof *out->dates, instant_compare);
	qsort(out->doubtful, out->doubtful_count, sizeof *out->doubtful,
		instant_compare);
}

/* Whoever knows all there is knows the same. */
static struct knowledge knowledge_cut(const struct documents *documents,
	struct knowledge known)
{
	if (known.published_by > documents->last_published)
		known.published_by = documents->last_published;
	if (known.recorded_by > documents->last_recorded)
		known.recorded_by = documents->last_recorded;
	return known;
}

const struct sightings *documents_sightings(struct documents *documents,
	const struct pattern *pattern, struct knowledge known,
	const struct zone *zone)
{
	struct matcher *matcher = matcher_of(documents, pattern);
	struct sighting sighting = {matcher, documents, pattern};

	known = knowledge_cut(documents, known);
	if (matcher->versions == documents->count && matcher->zone == zone &&
	    matcher->known.published_by == known.published_by &&
	    matcher->known.recorded_by == known.recorded_by)
		return &matcher->sightings;
	if (pattern != NULL)
		matcher_widen(matcher, documents->count);
	publications_sort(documents);
	if (matcher->versions != documents->count || matcher->zone != zone ||
	    matcher->known.recorded_by != known.recorded_by ||
	    matcher->known.published_by > known.published_by ||
	    !sightings_advance(&sighting, known, zone))
		sightings_make(&sighting, known, zone);
	matcher->known = known;
	matcher->zone = zone;
	matcher->versions = documents->count;
	return &matcher->sightings;
}

void documents_forget_zones(struct documents *documents)
{
	struct matcher *matcher, *next;

	HASH_ITER(hh, documents->matchers, matcher, next)
		matcher->versions = SIZE_MAX;
}

/* How many of ascending dates lie before an instant. */
static size_t dates_before(const instant *dates, size_t count, instant before)
{
	size_t from = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (dates[from + half] < before) {
			from += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return from;
}

size_t dates_within(const instant *dates, size_t count, instant from,
	instant to)
{
	if (from > to)
		return 0;
	return (to == INSTANT_MAX ? count : dates_before(dates, count, to + 1)) -
		dates_before(dates, count, from);
}

instant dates_after(const instant *dates, size_t count, instant after)
{
	size_t at = after == INSTANT_MAX ? count :
		dates_before(dates, count, after + 1);

	return at < count ? dates[at] : INSTANT_MAX;
}

instant documents_next(struct documents *documents, instant now,
	const struct zone *zone)
{
	const struct knowledge known = {now, INSTANT_MAX};
	const struct sightings *all = documents_sightings(documents, NULL,
		known, zone);
	instant next = dates_after(all->dates, all->count, now);
	size_t at;

	publications_sort(documents);
	at = publications_after(documents, now);
	return at < documents->count && documents->published[at].at < next ?
		documents->published[at].at : next;
}
