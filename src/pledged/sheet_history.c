/*
 * sheet_history: what people attest of a milestone, what people are told of it,
 * and how its answer came about.
 */
#include "base/log.h"
#include "pledged/chronicle.h"
#include "pledged/sheet_internal.h"
#include "pledged/told.h"

#define CHANGES_LOADED (3 * SHEET_CHANGES_MAX)	/* some say nothing to people */
#define ALERTS_SHOWN 20

/* --- what people attest ------------------------------------------------------------ */

static void put_attestation(const struct sheet *sheet, struct part_table *table,
	const struct attestation *attestation, bool standing,
	const struct zone *zone)
{
	part_row_open(table);
	part_cell(table, attestation->by);
	part_cell_open(table);
	html_textf(sheet->html, "%s: %s%s", attestation->key,
		attestation->yes ? "yes" : "no", standing ? "" :
		" (taken back or corrected since)");
	part_cell_close(table);
	part_cell_open(table);
	part_date(sheet->html, attestation->on);
	part_cell_close(table);
	part_cell_open(table);
	part_time(sheet->html, attestation->at, zone);
	part_cell_close(table);
	part_cell_open(table);
	html_link(sheet->html, attestation->evidence, attestation->evidence);
	part_cell_close(table);
	part_cell(table, attestation->note);
	part_row_close(table);
}

void sheet_attestations(const struct sheet *sheet, const struct sheet_case *at)
{
	static const struct part_column columns[] = {
		{"Who", NULL, true}, {"Says", NULL, false},
		{"Of the day", NULL, false}, {"Said", NULL, false},
		{"Evidence", NULL, false}, {"Note", NULL, false},
	};
	struct knowledge known = {at->explanation.assessment.as_of,
		sheet->question->known.recorded_by};
	const struct attestation *next;
	struct statements statements;
	struct statement_walk walk;
	struct part_table table;

	if (!at->milestone->benchmark->uses_people)
		return;
	milestone_statements(at->original, sheet->daemon->history, &statements);
	statements_walk(&walk, &statements, NULL, known);
	sheet_section_open(sheet, "What people attest");
	part_table_open(&table, sheet->html, columns, 6, "Statements, as they "
		"were made", "attestations");
	while ((next = statement_next(&walk)) != NULL)
		put_attestation(sheet, &table, next, statements_word(&statements,
			next->key, next->by, known, at->zone,
			known.published_by) == next, at->zone);
	part_table_close(&table);
	sheet_section_close(sheet);
}

/* --- alerts ------------------------------------------------------------------------ */

static void put_alert(const struct sheet *sheet, const struct sheet_case *at,
	const struct alert *alert)
{
	struct html *html = sheet->html;

	html_open(html, "li", NULL);
	html_textf(html, "%s since ", wording_headline(alert->kind));
	part_time(html, alert->raised, at->zone);
	if (alert->state == ALERT_ACKNOWLEDGED) {
		html_textf(html, ", in hand of %s until ", alert->by);
		part_time(html, alert->until, at->zone);
		html_textf(html, ": %s", alert->note);
	} else {
		html_text(html, ", nobody has it in hand");
	}
	html_close(html, "li");
}

/* They are known as they are now. */
void sheet_alerts(const struct sheet *sheet, const struct sheet_case *at)
{
	const struct engine *engine = sheet->daemon->engine;
	size_t shown = 0;

	if (sheet->question->past)
		return;
	for (size_t i = engine_alert_count(engine);
	    i > 0 && shown < ALERTS_SHOWN; i--) {
		const struct alert *alert = engine_alert(engine, i - 1);

		if (alert->subject_kind != SUBJECT_MILESTONE ||
				!string_is(alert->subject, at->original->id))
			continue;
		if (shown++ == 0) {
			sheet_section_open(sheet, "Alerts");
			html_open(sheet->html, "ul", NULL);
		}
		put_alert(sheet, at, alert);
	}
	if (shown == 0)
		return;
	html_close(sheet->html, "ul");
	sheet_section_close(sheet);
}

/* --- how it came about --------------------------------------------------------------- */

/* The last of those told, in a ring. */
struct entries {
	struct entry_line {
		instant time;
		bool judged;
		enum status to;		/* judged */
		struct text what, by, why, evidence;
	} lines[SHEET_CHANGES_MAX];
	size_t count;		/* ever */
};

static void line_release(struct entry_line *line)
{
	text_release(&line->what);
	text_release(&line->by);
	text_release(&line->why);
	text_release(&line->evidence);
}

static void line_keep(struct text *out, const char *words)
{
	text_init(out, 0);
	if (words != NULL)
		text_add_string(out, words);
}

static bool take_entry(void *context, const struct chronicle_entry *entry)
{
	struct entries *entries = context;
	struct entry_line *line = &entries->lines[entries->count++ %
		SHEET_CHANGES_MAX];

	line_release(line);
	line->time = entry->time;
	line->judged = entry->change != NULL;
	if (line->judged)
		line->to = entry->change->state.assessment.status;
	line_keep(&line->what, entry->what);
	line_keep(&line->by, entry->by);
	line_keep(&line->why, entry->why);
	line_keep(&line->evidence, entry->evidence);
	return true;
}

static void put_line(struct part_table *table, const struct entry_line *line,
	const struct zone *zone)
{
	part_row_open(table);
	part_cell_open(table);
	part_time(table->html, line->time, zone);
	part_cell_close(table);
	part_cell_open(table);
	if (line->judged)
		part_status(table->html, line->to);
	else
		html_text(table->html, text_string(&line->by));
	part_cell_close(table);
	part_cell(table, text_string(&line->what));
	part_cell_open(table);
	html_text(table->html, text_string(&line->why));
	if (line->evidence.length > 0) {
		html_text(table->html, " ");
		html_link(table->html, text_string(&line->evidence),
			text_string(&line->evidence));
	}
	part_cell_close(table);
	part_row_close(table);
}

static void put_entries(const struct sheet *sheet,
	const struct entries *entries, const struct zone *zone)
{
	static const struct part_column columns[] = {
		{"When", NULL, true}, {"Then, or who", NULL, false},
		{"What", NULL, false}, {"Why", NULL, false},
	};
	size_t shown = entries->count < SHEET_CHANGES_MAX ? entries->count :
		SHEET_CHANGES_MAX;
	struct part_table table;

	part_table_open(&table, sheet->html, columns, 4, "Changes of the answer, "
		"and what people did, the latest first", "history");
	for (size_t i = 0; i < shown; i++)
		put_line(&table, &entries->lines[(entries->count - 1 - i) %
			SHEET_CHANGES_MAX], zone);
	part_table_close(&table);
}

static int load_entries(const struct sheet *sheet, const struct sheet_case *at,
	struct entries *entries, struct error *error)
{
	struct daemon *daemon = sheet->daemon;
	const char *id = at->original->id;
	instant until = earlier(at->explanation.assessment.as_of,
		sheet->question->known.recorded_by);
	struct chronicle_place place;

	if (chronicle_place_latest(daemon, id, until, CHANGES_LOADED, &place,
			error) < 0)
		return -1;
	return chronicle_visit(daemon, id, until, &place, take_entry, entries,
		error);
}

/* What was judged and done by the time asked about, as it was recorded then. */
void sheet_history(const struct sheet *sheet, const struct sheet_case *at)
{
	struct entries entries = {.count = 0};
	struct error error;

	if (load_entries(sheet, at, &entries, &error) < 0)
		log_error("history of %s: %s", at->original->id, error.text);
	if (entries.count > 0) {
		sheet_section_open(sheet, "History");
		put_entries(sheet, &entries, at->zone);
		sheet_section_close(sheet);
	}
	for (size_t i = 0; i < SHEET_CHANGES_MAX; i++)
		line_release(&entries.lines[i]);
}
