/*
 * sheet_history: what people attest of a milestone, what people are told of it,
 * and how its answer came about.
 */
#include "base/log.h"
#include "pledged/sheet_internal.h"
#include "pledged/told.h"
#include "pledged/view_change.h"

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
struct changes {
	const struct sheet *sheet;
	const struct sheet_case *at;
	instant by;
	struct milestone_state before;
	bool has_before;
	struct change_line {
		instant time;
		enum status to;
		struct text words, because;
	} lines[SHEET_CHANGES_MAX];
	size_t count;		/* ever */
};

static void line_clear(struct change_line *line)
{
	text_release(&line->words);
	text_release(&line->because);
	text_init(&line->words, 0);
	text_init(&line->because, 0);
}

static void take_change(void *context, const struct store_change *change)
{
	struct changes *changes = context;
	const struct milestone_state *before = changes->has_before ?
		&changes->before : NULL;

	if (change->state.assessment.as_of > changes->by)
		return;
	if (view_change_is_told(before, change, changes->at->zone)) {
		struct change_line *line = &changes->lines[changes->count++ %
			SHEET_CHANGES_MAX];

		line_clear(line);
		line->time = change->state.assessment.as_of;
		line->to = change->state.assessment.status;
		add_change(&line->words, before, change, changes->at->zone);
		text_add_string(&line->because, change->has_cause ?
			change->cause.text : "");
	}
	changes->before = change->state;
	changes->has_before = true;
}

static void put_line(const struct changes *changes, struct part_table *table,
	const struct change_line *line)
{
	part_row_open(table);
	part_cell_open(table);
	part_time(table->html, line->time, changes->at->zone);
	part_cell_close(table);
	part_cell_open(table);
	part_status(table->html, line->to);
	part_cell_close(table);
	part_cell(table, text_string(&line->words));
	part_cell(table, text_string(&line->because));
	part_row_close(table);
}

static void put_changes(const struct changes *changes)
{
	static const struct part_column columns[] = {
		{"When", NULL, true}, {"Then", NULL, false},
		{"Changed", NULL, false}, {"Because", NULL, false},
	};
	size_t shown = changes->count < SHEET_CHANGES_MAX ? changes->count :
		SHEET_CHANGES_MAX;
	struct part_table table;

	part_table_open(&table, changes->sheet->html, columns, 4,
		"Changes of the answer, the latest first", "history");
	for (size_t i = 0; i < shown; i++)
		put_line(changes, &table, &changes->lines[
			(changes->count - 1 - i) % SHEET_CHANGES_MAX]);
	part_table_close(&table);
}

static int load_changes(struct changes *changes, struct error *error)
{
	struct store *store = changes->sheet->daemon->store;
	const char *id = changes->at->original->id;
	int64_t from;

	if (store_find_change(store, id, changes->by, CHANGES_LOADED, &from,
			error) < 0)
		return -1;
	return store_load_changes(store, id, from, CHANGES_LOADED + 1,
		take_change, changes, error);
}

/* What was judged by the time asked about, as it was recorded then. */
void sheet_history(const struct sheet *sheet, const struct sheet_case *at)
{
	struct changes changes = {.sheet = sheet, .at = at,
		.by = earlier(at->explanation.assessment.as_of,
			sheet->question->known.recorded_by)};
	struct error error;

	if (load_changes(&changes, &error) < 0)
		log_error("history of %s: %s", at->original->id, error.text);
	if (changes.count > 0) {
		sheet_section_open(sheet, "History");
		put_changes(&changes);
		sheet_section_close(sheet);
	}
	for (size_t i = 0; i < SHEET_CHANGES_MAX; i++) {
		text_release(&changes.lines[i].words);
		text_release(&changes.lines[i].because);
	}
}
