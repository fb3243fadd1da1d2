/* parts: see parts.h. */
#include "pledged/parts.h"

#include <stdlib.h>

#include "pledged/chart.h"
#include "pledged/told.h"

/* --- statuses and times ----------------------------------------------------- */

void part_badge(struct html *html, enum hue hue, const char *sign,
	const char *words)
{
	struct text class;

	text_init(&class, 64);
	text_addf(&class, "status %s", hue_name(hue));
	html_open(html, "span", "class", text_string(&class), NULL);
	html_element(html, "span", sign, "class", "sign", "aria-hidden", "true",
		NULL);
	html_text(html, words);
	html_close(html, "span");
	text_release(&class);
}

void part_status(struct html *html, enum status status)
{
	const struct look *look = status_look(status);

	part_badge(html, look->hue, look->sign, look->words);
}

void part_time(struct html *html, instant at, const struct zone *zone)
{
	struct text machine, words;

	if (at == INSTANT_MIN || at == INSTANT_MAX) {
		html_text(html, "never");
		return;
	}
	struct clock_time local = zone_local(zone, at);

	text_init(&machine, 64);
	text_init(&words, 256);
	text_add_instant_zone(&machine, at, zone);
	text_add_date(&words, local.date);
	text_addf(&words, " %02d:%02d", local.hour, local.minute);
	html_element(html, "time", text_string(&words), "datetime",
		text_string(&machine), "title", zone_name(zone), NULL);
	text_release(&words);
	text_release(&machine);
}

void part_date(struct html *html, struct date date)
{
	struct text text;

	text_init(&text, 64);
	text_add_date(&text, date);
	html_element(html, "time", text_string(&text), "datetime",
		text_string(&text), NULL);
	text_release(&text);
}

static const struct zone *zone_of(const struct sheet *sheet, uint32_t milestone)
{
	const struct register_ *reg = sheet->daemon->reg;

	return milestone_zone(reg, &reg->milestones[milestone]);
}

static void put_due_date(const struct sheet *sheet, uint32_t milestone,
	const struct assessment *answer)
{
	if (!date_is_none(answer->due_date))
		part_date(sheet->html, answer->due_date);
	else if (answer->due != INSTANT_MAX)
		part_time(sheet->html, answer->due, zone_of(sheet, milestone));
	else
		html_text(sheet->html, "not known yet");
}

void part_due(const struct sheet *sheet, uint32_t milestone,
	const struct assessment *answer)
{
	const struct zone *zone = zone_of(sheet, milestone);
	instant original = sheet->daemon->reg->milestones[milestone].due;
	struct text far;

	put_due_date(sheet, milestone, answer);
	if (answer->due == INSTANT_MAX || answer->due == INSTANT_MIN)
		return;
	text_init(&far, 128);
	add_days_left(&far, date_to_days(zone_date(zone, answer->due)) -
		date_to_days(zone_date(zone,
		sheet->question->known.published_by)));
	if (original != INSTANT_MAX && original != answer->due) {
		text_add_string(&far, ", first due ");
		text_add_date(&far, zone_date(zone, original));
	}
	html_text(sheet->html, " ");
	html_element(sheet->html, "span", text_string(&far), "class", "far",
		NULL);
	text_release(&far);
}

/* --- links -------------------------------------------------------------------- */

/* On a page: the path before the id, and whether that is of the page itself. In
   a report: the word before the id, NULL where there is nothing to lead to. */
static const struct {
	const char *path, *anchor;
	bool dated;
} targets[] = {
	[SHEET_MILESTONE] = {"/milestones/", "milestone-", true},
	[SHEET_PLEDGE] = {"/pledges/", "pledge-", true},
	[SHEET_SOURCE] = {"/sources#source-", NULL, false},
};

void sheet_anchor(struct text *out, enum sheet_target target, const char *id)
{
	if (targets[target].anchor != NULL)
		text_addf(out, "%s%s", targets[target].anchor, id);
}

static void add_instant_parameter(struct text *out, char before,
	const char *name, instant at)
{
	text_addf(out, "%c%s=", before, name);
	text_add_instant(out, at);
}

/* "?as_of=2021-01-28T04:59:59Z"; first: '?', or '&' behind another parameter.
   Nothing where the question is about now. */
static void add_times(struct text *out, const struct question *question,
	char first)
{
	if (!question->past)
		return;
	add_instant_parameter(out, first, "as_of",
		question->known.published_by);
	if (question->known.recorded_by != INSTANT_MAX)
		add_instant_parameter(out, '&', "recorded_as_of",
			question->known.recorded_by);
}

void part_add_path(struct text *out, const struct sheet *sheet, const char *path)
{
	bool asks = false;

	for (const char *at = path; *at != '\0'; at++)
		asks |= *at == '?';
	text_add_string(out, path);
	add_times(out, sheet->question, asks ? '&' : '?');
}

void part_link_open(const struct sheet *sheet, const char *path,
	const char *class)
{
	struct text href;

	text_init(&href, 0);
	part_add_path(&href, sheet, path);
	html_open(sheet->html, "a", "href", text_string(&href), "class", class,
		NULL);
	text_release(&href);
}

void part_link(const struct sheet *sheet, enum sheet_target target,
	const char *id, const char *text)
{
	struct text href;

	text_init(&href, 0);
	if (!sheet->report) {
		text_addf(&href, "%s%s", targets[target].path, id);
		if (targets[target].dated)
			add_times(&href, sheet->question, '?');
	} else if (targets[target].anchor != NULL) {
		text_add_char(&href, '#');
		sheet_anchor(&href, target, id);
	}
	if (href.length > 0)
		html_element(sheet->html, "a", text, "href",
			text_string(&href), NULL);
	else
		html_text(sheet->html, text);
	text_release(&href);
}

void part_milestone(const struct sheet *sheet, uint32_t index)
{
	const struct register_ *reg = sheet->daemon->reg;
	const struct milestone *milestone = milestone_at(&reg->milestones[index],
		sheet->question->known.published_by);
	struct text name;

	text_init(&name, 0);
	add_milestone_name(reg, milestone, &name);
	part_link(sheet, SHEET_MILESTONE, milestone->id, text_string(&name));
	text_release(&name);
}

/* --- facts and tables --------------------------------------------------------- */

void part_fact_open(struct html *html, const char *label)
{
	html_open(html, "div", NULL);
	html_element(html, "dt", label, NULL);
	html_open(html, "dd", NULL);
}

void part_fact_close(struct html *html)
{
	html_close(html, "dd");
	html_close(html, "div");
}

void part_fact(struct html *html, const char *label, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	part_fact_open(html, label);
	html_text(html, value);
	part_fact_close(html);
}

void part_table_open(struct part_table *table, struct html *html,
	const struct part_column *columns, size_t count, const char *caption,
	const char *class)
{
	*table = (struct part_table){.html = html, .columns = columns,
		.count = count};
	html_open(html, "table", "role", "table", "class", class, NULL);
	html_element(html, "caption", caption, NULL);
	html_open(html, "thead", "role", "rowgroup", NULL);
	html_open(html, "tr", "role", "row", NULL);
	for (size_t i = 0; i < count; i++)
		html_element(html, "th", columns[i].label, "scope", "col",
			"role", "columnheader", "class", columns[i].class, NULL);
	html_close(html, "tr");
	html_close(html, "thead");
	html_open(html, "tbody", "role", "rowgroup", NULL);
}

void part_table_close(struct part_table *table)
{
	html_close(table->html, "tbody");
	html_close(table->html, "table");
}

/* The roles say what the elements are: style sheets that lay a table out
   otherwise take that away from them. */
void part_row_open(struct part_table *table)
{
	table->at = 0;
	html_open(table->html, "tr", "role", "row", NULL);
}

void part_row_close(struct part_table *table)
{
	html_close(table->html, "tr");
	html_text(table->html, "\n");
}

void part_cell_open(struct part_table *table)
{
	const struct part_column *column = &table->columns[table->at];

	if (column->head)
		html_open(table->html, "th", "scope", "row", "role", "rowheader",
			"class", column->class, NULL);
	else
		html_open(table->html, "td", "role", "cell", "data-label",
			column->label, "class", column->class, NULL);
}

void part_cell_close(struct part_table *table)
{
	html_close(table->html, table->columns[table->at++].head ? "th" : "td");
}

void part_cell(struct part_table *table, const char *value)
{
	part_cell_open(table);
	html_text(table->html, value);
	part_cell_close(table);
}

/* --- who says so ------------------------------------------------------------- */

void part_voices(const struct sheet *sheet, const struct voices *voices)
{
	struct html *html = sheet->html;
	bool expected = false;

	for (size_t i = 0; i < voices->count; i++) {
		const struct voice *voice = &voices->items[i];

		if (i > 0)
			html_text(html, ", ");
		if (voice->kind == VOICE_EXPECTED && !expected)
			html_text(html, "nothing has come from ");
		expected |= voice->kind == VOICE_EXPECTED;
		if (voice->kind == VOICE_PERSON || voice->kind == VOICE_MILESTONES)
			html_text(html, voice->name);
		else
			part_link(sheet, SHEET_SOURCE, voice->name, voice->name);
	}
	if (voices->count == 0)
		html_text(html, "nobody yet");
	if (voices->more)
		html_text(html, " and others");
	if (voices->latest != INSTANT_MIN) {
		html_text(html, ", last on ");
		part_date(html, zone_date(zone_utc(), voices->latest));
	}
}

void part_add_percent(struct text *out, struct decimal share, int places)
{
	struct decimal percent;

	if (decimal_multiply(share, decimal_from_int(100), &percent))
		text_add_decimal(out, decimal_round(percent, places));
	text_add_string(out, " %");
}

/* --- rows of milestones ---------------------------------------------------------- */

#define MILESTONE_COLUMNS {"Status", "how", false}, {"Milestone", "what", true}, \
	{"Due", "when", false}, {"Figures", "figures", false}, \
	{"Why", "why", false}

void part_milestones_open(const struct sheet *sheet, struct part_table *table,
	const char *caption, enum part_party party)
{
	static const struct part_column voiced[] = {MILESTONE_COLUMNS,
		{"Who says so", "who", false}};
	static const struct part_column owed[] = {MILESTONE_COLUMNS,
		{"Who owes the answer", "who", false}};
	size_t count = sizeof voiced / sizeof *voiced;

	part_table_open(table, sheet->html, party == PARTY_OWINGS ? owed :
		voiced, party == PARTY_NONE ? count - 1 : count, caption,
		"milestones");
}

/* "CN · Phase One agreement" */
static void put_owed_by(const struct sheet *sheet,
	const struct milestone *milestone)
{
	const struct register_ *reg = sheet->daemon->reg;
	const struct pledge *pledge = milestone_pledge(reg, milestone);

	html_open(sheet->html, "span", "class", "by", NULL);
	html_textf(sheet->html, "%s%s%s", pledge->obligor != NULL ?
		pledge->obligor : "", pledge->obligor != NULL ? " · " : "",
		milestone->id);
	html_close(sheet->html, "span");
}

static void put_figures(const struct sheet *sheet, uint32_t index,
	const struct assessment *answer)
{
	const struct milestone *milestone = milestone_at(
		&sheet->daemon->reg->milestones[index], answer->as_of);
	struct text words;

	text_init(&words, 0);
	add_share_of(milestone, answer, &words);
	html_text(sheet->html, text_string(&words));
	text_release(&words);
	if (!answer->pace.known)
		return;
	text_init(&words, 64);
	part_add_percent(&words, answer->pace.value, 0);
	text_add_string(&words, " of the path");
	html_text(sheet->html, " ");
	html_element(sheet->html, "span", text_string(&words), "class", "far",
		NULL);
	text_release(&words);
}

static void put_why(const struct sheet *sheet, const struct part_row *row)
{
	struct text reason;

	text_init(&reason, 0);
	if (row->why != NULL)
		text_add_string(&reason, row->why);
	else
		assessment_reason(sheet->daemon->reg, row->milestone,
			row->answer, &reason);
	html_text(sheet->html, text_string(&reason));
	text_release(&reason);
}

static void put_since(const struct sheet *sheet, const struct part_row *row)
{
	if (row->since == 0 || row->since == INSTANT_MIN)
		return;
	html_text(sheet->html, " ");
	html_open(sheet->html, "span", "class", "far", NULL);
	html_text(sheet->html, "since ");
	part_date(sheet->html, zone_date(milestone_zone(sheet->daemon->reg,
		&sheet->daemon->reg->milestones[row->milestone]), row->since));
	html_close(sheet->html, "span");
}

static void put_what(const struct sheet *sheet, const struct part_row *row)
{
	const struct register_ *reg = sheet->daemon->reg;

	part_milestone(sheet, row->milestone);
	put_owed_by(sheet, milestone_at(&reg->milestones[row->milestone],
		row->answer->as_of));
}

void part_milestone_row(const struct sheet *sheet, struct part_table *table,
	const struct part_row *row)
{
	part_row_open(table);
	part_cell_open(table);
	part_status(sheet->html, row->answer->status);
	put_since(sheet, row);
	part_cell_close(table);
	part_cell_open(table);
	put_what(sheet, row);
	part_cell_close(table);
	part_cell_open(table);
	part_due(sheet, row->milestone, row->answer);
	part_cell_close(table);
	part_cell_open(table);
	put_figures(sheet, row->milestone, row->answer);
	part_cell_close(table);
	part_cell_open(table);
	put_why(sheet, row);
	part_cell_close(table);
	if (row->voices != NULL) {
		part_cell_open(table);
		part_voices(sheet, row->voices);
		part_cell_close(table);
	}
	if (row->owings != NULL) {
		part_cell_open(table);
		owings_tell(sheet, row->owings);
		part_cell_close(table);
	}
	part_row_close(table);
}

void part_milestone_asked(const struct sheet *sheet, struct part_table *table,
	uint32_t milestone)
{
	struct assessment room;
	instant since;

	part_milestone_row(sheet, table, &(struct part_row){
		.milestone = milestone, .answer = question_answer(
		sheet->question, sheet->daemon, milestone, &room, &since)});
}

/* --- pictures ------------------------------------------------------------------- */

void part_picture(struct html *html, const struct text *svg,
	const struct text *words)
{
	html_open(html, "figure", NULL);
	html_raw(html, text_string(svg));
	html_element(html, "figcaption", text_string(words), NULL);
	html_close(html, "figure");
}

void part_timeline(const struct sheet *sheet, const uint32_t *milestones,
	size_t count)
{
	struct questioned questioned = {sheet->question, sheet->daemon};
	const struct answering answers = {questioned_answer, &questioned,
		sheet->question->known.published_by};
	struct text svg, words;

	text_init(&svg, 0);
	text_init(&words, 0);
	if (chart_timeline(sheet->daemon->reg, milestones, count, &answers,
			CHART_INLINE, &svg, &words))
		part_picture(sheet->html, &svg, &words);
	text_release(&words);
	text_release(&svg);
}

/* --- bars --------------------------------------------------------------------------- */

#define BAR_WIDTH 1000

static void put_segment(struct html *html, enum hue hue, size_t from, size_t to)
{
	struct text x, width, class;

	text_init(&x, 32);
	text_init(&width, 32);
	text_init(&class, 64);
	text_addf(&x, "%zu", from);
	text_addf(&width, "%zu", to - from);
	text_addf(&class, "bar-%s", hue_name(hue));
	html_element(html, "rect", NULL, "x", text_string(&x), "y", "0",
		"width", text_string(&width), "height", "12", "class",
		text_string(&class), NULL);
	text_release(&class);
	text_release(&width);
	text_release(&x);
}

void part_bar(struct html *html, const struct part_share *shares, size_t count)
{
	size_t whole = 0, before = 0;

	for (size_t i = 0; i < count; i++)
		whole += shares[i].count;
	if (whole == 0)
		return;
	html_open(html, "svg", "class", "bar", "viewBox", "0 0 1000 12",
		"preserveAspectRatio", "none", "aria-hidden", "true", NULL);
	for (size_t i = 0; i < count; i++) {
		size_t to = before + shares[i].count;

		if (shares[i].count > 0)
			put_segment(html, shares[i].hue, before * BAR_WIDTH /
				whole, to * BAR_WIDTH / whole);
		before = to;
	}
	html_close(html, "svg");
}
