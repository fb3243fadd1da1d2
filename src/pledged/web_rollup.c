/* web_rollup: what many milestones come to, as a scorecard and as a matrix. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/rollup.h"
#include "pledged/web.h"

#define SELECTED_MAX 100000	/* as many as the API counts (api_rollup.c) */
#define CELLS_SHOWN 2000	/* of a matrix: about a megabyte of page */
#define GROUPS_SHOWN 1000	/* of a scorecard: as much */
#define PLEDGES_FEW 100		/* each may be a row … */
#define MILESTONES_FEW 500	/* … and the name of each a column */

/* Answers counted in one step: that the engine has, or judged anew. */
#define KEPT_A_STEP 5000
#define JUDGED_A_STEP 500

#define KEYS_MAX (WEB_LABELS_MAX + 7)

struct rolled {
	struct page page;
	struct rolling *rolling;
	struct rollup rollup;
	const char *keys[KEYS_MAX + 1];
	const char *rows, *columns;	/* words; columns NULL: all in one */
	bool matrix;
};

/* --- what it is counted by ------------------------------------------------------------ */

static void keys_take(const struct register_ *reg,
	const char *keys[KEYS_MAX + 1])
{
	static const char *const fields[] = {"obligor", "instrument", "owner",
		"severity", "pledge", "milestone"};
	size_t count = 0;

	web_label_keys(reg, keys);
	while (keys[count] != NULL)
		count++;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		keys[count++] = fields[i];
	keys[count] = NULL;
}

/* Until somebody chooses: the two commonest labels; where there are fewer, what
   has not too many values. */
static void matrix_default(struct rolled *rolled)
{
	const struct register_ *reg = rolled->page.sheet.daemon->reg;
	const char *const *keys = rolled->keys;
	bool first = !string_is(keys[0], "obligor");
	bool second = first && !string_is(keys[1], "obligor");

	if (rolled->rows == NULL)
		rolled->rows = first ? keys[0] :
			reg->pledge_count <= PLEDGES_FEW ? "pledge" :
			rollup_party(reg);
	if (rolled->columns == NULL)
		rolled->columns = second ? keys[1] :
			reg->milestone_count <= MILESTONES_FEW ? "milestone" :
			"severity";
}

static void words_read(struct rolled *rolled)
{
	const struct page *page = &rolled->page;

	keys_take(page->sheet.daemon->reg, rolled->keys);
	rolled->rows = page_parameter(page, rolled->matrix ? "rows" : "by");
	rolled->columns = page_parameter(page, "cols");
	if (rolled->matrix)
		matrix_default(rolled);
	else if (rolled->rows == NULL)
		rolled->rows = rollup_party(page->sheet.daemon->reg);
}

/* --- counting --------------------------------------------------------------------------- */

static bool rolled_select(struct rolled *rolled, struct error *error)
{
	struct page *page = &rolled->page;
	struct rollup_request wanted = {
		.pattern = page_parameter(page, "pledge"),
		.rows = rollup_key_read(rolled->rows),
		.columns = rolled->columns == NULL ?
			(struct rollup_key){ROLLUP_ALL, NULL} :
			rollup_key_read(rolled->columns),
		.as_of = page->question.known.published_by,
		.milestones_max = SELECTED_MAX};

	rolled->rolling = rollup_begin(&rolled->rollup, page->sheet.daemon->reg,
		&wanted, error);
	return rolled->rolling != NULL;
}

/* Of another register nothing may be selected any more: an empty table. */
static void rolled_again(struct page *page)
{
	struct rolled *rolled = (struct rolled *)page;
	struct error error;

	rollup_end(rolled->rolling);
	rollup_release(&rolled->rollup);
	words_read(rolled);
	rolled_select(rolled, &error);
}

static bool rolled_step(struct page *page)
{
	struct rolled *rolled = (struct rolled *)page;
	struct questioned questioned = {&page->question, page->sheet.daemon};

	return rolled->rolling == NULL || rollup_count(rolled->rolling,
		page->question.past ? JUDGED_A_STEP : KEPT_A_STEP,
		questioned_answer, &questioned);
}

static void rolled_release(struct page *page)
{
	struct rolled *rolled = (struct rolled *)page;

	rollup_end(rolled->rolling);
	rollup_release(&rolled->rollup);
}

/* Where the labels that nobody chose are of different milestones: by what every
   milestone has. */
static bool rolled_select_some(struct rolled *rolled, struct error *error)
{
	const struct page *page = &rolled->page;

	if (rolled_select(rolled, error))
		return true;
	if (!rolled->matrix || error->kind != ERROR_ABSENT ||
			page_parameter(page, "rows") != NULL ||
			page_parameter(page, "cols") != NULL)
		return false;
	rolled->rows = "instrument";
	rolled->columns = "severity";
	return rolled_select(rolled, error);
}

/* Begins it, or answers why not. */
static void rolled_answer(struct daemon *daemon, struct server_request *request,
	const struct page_work *work, bool matrix)
{
	struct rolled *rolled = mem_new(1, sizeof *rolled);
	struct page *page = &rolled->page;
	struct error error;

	rolled->matrix = matrix;
	if (!page_begin(page, daemon, request)) {
		free(rolled);
		return;
	}
	words_read(rolled);
	if (rolled_select_some(rolled, &error)) {
		page_stream(page, work);
		return;
	}
	reply_problem(request, error.kind == ERROR_ABSENT ? 404 : 422, "%s",
		error.text);
	rolled_release(page);
	page_release(page);
	free(rolled);
}

/* --- shares --------------------------------------------------------------------------- */

static void put_bar(struct html *html, const struct rollup_tally *tally)
{
	const struct part_share shares[] = {
		{HUE_GOOD, tally->by_class[ROLLUP_MET]},
		{HUE_BAD, tally->by_class[ROLLUP_MISSED]},
		{HUE_BLIND, tally->by_class[ROLLUP_UNKNOWN]},
		{HUE_IDLE, tally->by_class[ROLLUP_AHEAD]},
	};

	part_bar(html, shares, sizeof shares / sizeof *shares);
}

static void put_count(struct part_table *table, uint32_t count)
{
	part_cell_open(table);
	html_textf(table->html, "%u", count);
	part_cell_close(table);
}

/* --- links to what is counted ------------------------------------------------------------- */

/* "obligor=CN", "label.sector=trade"; false: no filter says it. */
static bool add_filter(struct text *out, const char *word, const char *value)
{
	static const char *const filters[] = {"instrument", "obligor", "owner",
		"pledge", "severity"};
	struct rollup_key key = rollup_key_read(word);

	if (key.field == ROLLUP_MILESTONE || key.field == ROLLUP_ALL)
		return false;
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (string_is(filters[i], word)) {
			text_addf(out, "%s=", word);
			text_add_percent(out, value, "/@");
			return true;
		}
	text_add_string(out, "label.");
	text_add_percent(out, key.label, "/@");
	text_add_char(out, '=');
	text_add_percent(out, value, "/@");
	return true;
}

/* To the milestones that a word has one value of, and another of another; NULL:
   one word alone. */
static void put_link(struct page *page, const char *word, const char *value,
	const char *other, const char *other_value, const char *text)
{
	struct text path;
	bool good;

	text_init(&path, 0);
	text_add_string(&path, "/milestones?");
	good = add_filter(&path, word, value);
	if (good && other != NULL) {
		text_add_char(&path, '&');
		good = add_filter(&path, other, other_value);
	}
	if (good)
		part_link_open(&page->sheet, text_string(&path), NULL);
	html_text(&page->html, text);
	if (good)
		html_close(&page->html, "a");
	text_release(&path);
}

static void put_rule(struct page *page, const struct rollup *rollup)
{
	struct html *html = &page->html;

	html_open(html, "section", NULL);
	html_element(html, "h2", "How it is counted", NULL);
	html_element(html, "p", ROLLUP_RULE, "class", "rule", NULL);
	html_open(html, "p", NULL);
	html_textf(html, "Left out: %u withdrawn, superseded or waived; %zu "
		"without a place in it.",
		rollup->total.by_class[ROLLUP_OUT],
		rollup->without_row + rollup->without_column);
	html_close(html, "p");
	html_close(html, "section");
}

static void put_cut(struct page *page, size_t shown, size_t count,
	const char *what)
{
	if (shown >= count)
		return;
	html_open(&page->html, "p", "class", "note", NULL);
	html_textf(&page->html, "The first %zu of %zu %s: choose fewer pledges "
		"to see the rest, or read it as CSV.", shown, count, what);
	html_close(&page->html, "p");
}

/* --- scorecard ----------------------------------------------------------------------- */

static void put_group(struct rolled *rolled, struct part_table *table,
	const char *name, const struct rollup_tally *tally)
{
	struct text coverage;

	text_init(&coverage, 64);
	weights_add_share(&coverage, &tally->all);
	part_row_open(table);
	part_cell_open(table);
	if (name != NULL)
		put_link(&rolled->page, rolled->rows, name, NULL, NULL, name);
	else
		html_text(table->html, "All");
	part_cell_close(table);
	part_cell_open(table);
	html_text(table->html, text_string(&coverage));
	put_bar(table->html, tally);
	part_cell_close(table);
	put_count(table, tally_required(tally));
	put_count(table, tally->by_status[STATUS_MET]);
	put_count(table, tally->by_status[STATUS_MET_LATE]);
	put_count(table, tally->by_class[ROLLUP_MISSED]);
	put_count(table, tally->by_class[ROLLUP_UNKNOWN]);
	put_count(table, tally->by_class[ROLLUP_AHEAD]);
	part_cell_open(table);
	if (tally->next != NOT_FOUND) {
		part_milestone(&rolled->page.sheet, tally->next);
		html_text(table->html, " ");
		part_date(table->html, zone_date(rolled->page.sheet.daemon->
			settings->zone, tally->next_due));
	}
	part_cell_close(table);
	part_row_close(table);
	text_release(&coverage);
}

static void put_groups(struct rolled *rolled)
{
	static const struct part_column columns[] = {
		{"Group", "what", true}, {"Met of required", "cover", false},
		{"Required", "number", false}, {"On time", "number", false},
		{"Late", "number", false}, {"Missed", "number", false},
		{"Unknown", "number", false}, {"Ahead", "number", false},
		{"Due next", NULL, false},
	};
	const struct rollup *rollup = &rolled->rollup;
	struct part_table table;
	struct text caption;

	text_init(&caption, 0);
	text_addf(&caption, "By %s", rolled->rows);
	part_table_open(&table, &rolled->page.html, columns, 9,
		text_string(&caption), "scorecard");
	text_release(&caption);
	for (size_t i = 0; i < rollup->row_count && i < GROUPS_SHOWN; i++)
		put_group(rolled, &table, rollup->rows[i].name,
			&rollup->rows[i].tally);
	put_group(rolled, &table, NULL, &rollup->total);
	part_table_close(&table);
	put_cut(&rolled->page, GROUPS_SHOWN, rollup->row_count, "groups");
}

static void add_word(struct text *out, const char *name, const char *word)
{
	text_addf(out, "%s%s=", out->length > 0 ? "&" : "", name);
	text_add_percent(out, word, "/@");
}

static void scorecard_write(struct page *page)
{
	struct rolled *rolled = (struct rolled *)page;

	add_word(&page->selected, "by", rolled->rows);
	page_open(page, "/scorecard", "Scorecard");
	page_form_open(page, "/scorecard");
	page_choice(page, "by", "By", &(struct page_words){
		.values = rolled->keys, .usual = rolled->rows});
	page_field(page, "pledge", "Pledges");
	page_form_close(page);
	put_groups(rolled);
	put_rule(page, &rolled->rollup);
	page_close(page);
}

void web_scorecard(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct page_work work = {rolled_again, rolled_step,
		scorecard_write, rolled_release};

	(void)rest;
	rolled_answer(daemon, request, &work, false);
}

/* --- matrix --------------------------------------------------------------------------- */

/* One milestone shows its status; several show how many of them are met. */
static void put_cell(struct rolled *rolled, const struct rollup_tally *cell,
	const char *row, const char *column)
{
	struct html *html = &rolled->page.html;
	enum status status = cell->worst == STATUS_COUNT ? STATUS_WAIVED :
		tally_is_complete(cell) ? STATUS_MET : cell->worst;
	const struct look *look = status_look(status);
	struct text class, words;

	if (cell->milestones == 0) {
		html_element(html, "td", NULL, "role", "cell", "class", "void",
			NULL);
		return;
	}
	text_init(&class, 64);
	text_init(&words, 128);
	text_addf(&class, "cell %s", hue_name(look->hue));
	if (cell->milestones == 1)
		text_addf(&words, "%s %s", look->sign, look->words);
	else
		text_addf(&words, "%s %u of %u", look->sign,
			cell->by_class[ROLLUP_MET], tally_required(cell));
	html_open(html, "td", "role", "cell", "class", text_string(&class),
		"title", look->words, NULL);
	put_link(&rolled->page, rolled->rows, row, rolled->columns, column,
		text_string(&words));
	if (cell->milestones > 1)
		put_bar(html, cell);
	html_close(html, "td");
	text_release(&words);
	text_release(&class);
}

static void put_matrix_head(struct rolled *rolled)
{
	const struct rollup *rollup = &rolled->rollup;
	struct html *html = &rolled->page.html;

	html_open(html, "thead", "role", "rowgroup", NULL);
	html_open(html, "tr", "role", "row", NULL);
	html_element(html, "th", rolled->rows, "scope", "col", "role",
		"columnheader", NULL);
	for (size_t i = 0; i < rollup->column_count; i++)
		html_element(html, "th", rollup->columns[i].name, "scope", "col",
			"role", "columnheader", NULL);
	html_element(html, "th", "Met", "scope", "col", "role", "columnheader",
		NULL);
	html_close(html, "tr");
	html_close(html, "thead");
}

static void put_total(struct html *html, const struct rollup_tally *tally)
{
	struct text coverage;

	text_init(&coverage, 64);
	weights_add_share(&coverage, &tally->all);
	html_element(html, "td", text_string(&coverage), "role", "cell", "class",
		"number", NULL);
	text_release(&coverage);
}

static void put_matrix_row(struct rolled *rolled, size_t row)
{
	const struct rollup *rollup = &rolled->rollup;
	struct html *html = &rolled->page.html;

	html_open(html, "tr", "role", "row", NULL);
	html_element(html, "th", rollup->rows[row].name, "scope", "row", "role",
		"rowheader", NULL);
	for (size_t i = 0; i < rollup->column_count; i++)
		put_cell(rolled, &rollup->cells[row * rollup->column_count + i],
			rollup->rows[row].name, rollup->columns[i].name);
	put_total(html, &rollup->rows[row].tally);
	html_close(html, "tr");
	html_text(html, "\n");
}

static void put_matrix(struct rolled *rolled)
{
	const struct rollup *rollup = &rolled->rollup;
	struct html *html = &rolled->page.html;
	size_t shown = rollup->column_count > 0 ?
		CELLS_SHOWN / rollup->column_count : 0;

	if (shown > rollup->row_count)
		shown = rollup->row_count;
	html_open(html, "div", "class", "scroll", "role", "region", "tabindex",
		"0", "aria-label", "Matrix", NULL);
	html_open(html, "table", "role", "table", "class", "matrix", NULL);
	html_open(html, "caption", NULL);
	html_textf(html, "%zu of %zu cells are complete", rollup->cells_met,
		rollup->cells_required);
	html_close(html, "caption");
	put_matrix_head(rolled);
	html_open(html, "tbody", "role", "rowgroup", NULL);
	for (size_t i = 0; i < shown; i++)
		put_matrix_row(rolled, i);
	html_close(html, "tbody");
	html_close(html, "table");
	html_close(html, "div");
	put_cut(&rolled->page, shown, rollup->row_count, "rows");
}

static void put_matrix_form(struct rolled *rolled)
{
	struct page *page = &rolled->page;

	page_form_open(page, "/matrix");
	page_choice(page, "rows", "Rows", &(struct page_words){
		.values = rolled->keys, .usual = rolled->rows});
	page_choice(page, "cols", "Columns", &(struct page_words){
		.values = rolled->keys, .usual = rolled->columns});
	page_field(page, "pledge", "Pledges");
	page_form_close(page);
}

static void matrix_write(struct page *page)
{
	struct rolled *rolled = (struct rolled *)page;

	add_word(&page->selected, "rows", rolled->rows);
	add_word(&page->selected, "cols", rolled->columns);
	page_open(page, "/matrix", "Matrix");
	put_matrix_form(rolled);
	put_matrix(rolled);
	put_rule(page, &rolled->rollup);
	page_close(page);
}

void web_matrix(struct daemon *daemon, struct server_request *request,
	const char *rest)
{
	static const struct page_work work = {rolled_again, rolled_step,
		matrix_write, rolled_release};

	(void)rest;
	rolled_answer(daemon, request, &work, true);
}
