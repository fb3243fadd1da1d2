/*
 * report_html: the report for people, one file that needs no other: it has its
 * style and its pictures within it and no script, and prints as it is.
 */
#include <stdio.h>

#include "base/digest.h"
#include "pledged/asset.h"
#include "pledged/chart.h"
#include "pledged/parts.h"
#include "pledged/report_html.h"
#include "pledged/told.h"

#define CONTENTS_PLEDGES_MAX 200

/* --- words ---------------------------------------------------------------------- */

static struct sheet sheet_of(struct report_writing *writing)
{
	const struct report *report = writing->report;

	return (struct sheet){.html = &writing->html, .daemon = report->daemon,
		.question = &report->question, .report = true};
}

const struct zone *report_zone(const struct report *report)
{
	return report->daemon->settings->zone;
}

/* "2021-03-26 23:59:59 Europe/Brussels": to the second, so that it can be asked
   for again. */
static void add_moment(struct text *out, instant at, const struct zone *zone)
{
	struct clock_time local = zone_local(zone, at);

	text_add_date(out, local.date);
	text_addf(out, " %02d:%02d:%02d %s", local.hour, local.minute,
		local.second, zone_name(zone));
}

void report_paragraph(struct html *html, const struct text *words)
{
	html_element(html, "p", text_string(words), NULL);
}

void report_section(struct html *html, const char *id, const char *heading)
{
	html_open(html, "section", "id", id, NULL);
	html_element(html, "h2", heading, NULL);
}

/* --- head ------------------------------------------------------------------------ */

static void add_style(struct text *out)
{
	static const char *const sheets[] = {"page.css", "picture.css",
		"report.css"};

	for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
		const struct asset *asset = asset_find(sheets[i]);

		if (asset != NULL)
			text_add(out, asset->bytes, asset->length);
	}
}

/* Also within the file, so that it holds wherever that is opened. */
static void add_policy(struct text *out)
{
	struct digest digest;
	struct text style;

	text_init(&style, 0);
	add_style(&style);
	digest_sha256(style.data, style.length, &digest);
	text_add_string(out, "default-src 'none'; style-src 'sha256-");
	text_add_base64(out, digest.bytes, sizeof digest.bytes);
	text_add_string(out, "'; base-uri 'none'; form-action 'none'");
	text_release(&style);
}

static void put_meta(struct report_writing *writing)
{
	struct html *html = &writing->html;
	struct text policy, count;

	text_init(&policy, 0);
	text_init(&count, 0);
	add_policy(&policy);
	text_addf(&count, "%zu", writing->report->count);
	html_void(html, "meta", "charset", "utf-8", NULL);
	html_void(html, "meta", "http-equiv", "Content-Security-Policy",
		"content", text_string(&policy), NULL);
	html_void(html, "meta", "name", "viewport", "content",
		"width=device-width", NULL);
	html_void(html, "meta", "name", "pledged-milestones", "content",
		text_string(&count), NULL);
	text_release(&count);
	text_release(&policy);
}

static bool html_begin(struct report_writing *writing)
{
	struct html *html = &writing->html;
	struct text title, style;

	text_init(&title, 0);
	text_init(&style, 0);
	text_add_string(&title, "Pledges as of ");
	add_moment(&title, writing->report->question.known.published_by,
		report_zone(writing->report));
	add_style(&style);
	html_raw(html, "<!DOCTYPE html>\n");
	html_open(html, "html", "lang", "en", NULL);
	html_open(html, "head", NULL);
	put_meta(writing);
	html_element(html, "title", text_string(&title), NULL);
	html_open(html, "style", NULL);
	html_raw(html, text_string(&style));
	html_close(html, "style");
	html_close(html, "head");
	html_open(html, "body", "class", "report", NULL);
	text_release(&style);
	text_release(&title);
	return true;
}

static void put_facts(struct report_writing *writing)
{
	const struct report *report = writing->report;
	struct html *html = &writing->html;
	char hex[DIGEST_HEX_SIZE];
	struct text words;

	digest_hex(&report->edition.digest, hex);
	text_init(&words, 0);
	add_moment(&words, report->question.known.published_by,
		report_zone(report));
	html_open(html, "dl", "class", "facts", NULL);
	part_fact(html, "As of", text_string(&words));
	text_clear(&words);
	if (report->recorded_asked)
		add_moment(&words, report->question.known.recorded_by,
			report_zone(report));
	else
		text_add_string(&words, "any time");
	part_fact(html, "Recorded by", text_string(&words));
	text_clear(&words);
	report_add_selection(report, &words);
	part_fact(html, "Selected", text_string(&words));
	part_fact_open(html, "Register");
	html_element(html, "code", hex, NULL);
	part_fact_close(html);
	html_close(html, "dl");
	text_release(&words);
}

static uint32_t pledge_at(const struct report *report, size_t place)
{
	return report->reg->milestones[report->milestones[place]].pledge;
}

static const struct {
	const char *anchor, *label;
} contents[] = {
	{"short", "In short"}, {"scorecard", "Scorecard"},
	{"timeline", "Timeline"}, {"attention", "What to look at"},
	{"method", "Method, and what is not covered"},
};

static void put_entry(struct html *html, const char *anchor, const char *words)
{
	struct text href;

	text_init(&href, 0);
	text_addf(&href, "#%s", anchor);
	html_open(html, "li", NULL);
	html_element(html, "a", words, "href", text_string(&href), NULL);
	html_close(html, "li");
	text_release(&href);
}

/* Those with a sheet, while they fit a list that somebody looks through. */
static void put_pledge_entries(struct report_writing *writing)
{
	const struct report *report = writing->report;
	struct text anchor;

	if (report->pledges > CONTENTS_PLEDGES_MAX)
		return;
	text_init(&anchor, 0);
	for (size_t i = 0; i < report->count; i++) {
		const struct pledge *pledge =
			&report->reg->pledges[pledge_at(report, i)];

		if (i > 0 && pledge_at(report, i - 1) == pledge_at(report, i))
			continue;
		text_clear(&anchor);
		sheet_anchor(&anchor, SHEET_PLEDGE, pledge->id);
		put_entry(&writing->html, text_string(&anchor),
			pledge_title(pledge));
	}
	text_release(&anchor);
}

static bool html_head(struct report_writing *writing)
{
	struct html *html = &writing->html;

	html_open(html, "header", NULL);
	html_element(html, "h1", "Report on pledges", NULL);
	put_facts(writing);
	html_open(html, "nav", "aria-label", "Contents", NULL);
	html_open(html, "ul", NULL);
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
		put_entry(html, contents[i].anchor, contents[i].label);
	html_close(html, "ul");
	html_open(html, "ol", NULL);
	put_pledge_entries(writing);
	html_close(html, "ol");
	html_close(html, "nav");
	html_close(html, "header");
	html_open(html, "main", NULL);
	return true;
}

/* --- in short --------------------------------------------------------------------- */

/* "Of 15 milestones of 4 pledges under 1 instrument, …" */
static void add_counts(struct text *out, const struct report *report)
{
	const struct rollup_tally *total = &report->rollup.total;

	text_add_string(out, "This report is about ");
	text_add_count(out, report->count, "milestone");
	text_add_string(out, " of ");
	text_add_count(out, report->pledges, "pledge");
	text_add_string(out, " under ");
	text_add_count(out, report->instruments, "instrument");
	text_addf(out, ". %u of them are required: %u met, %u of these late; "
		"%u missed; %u could not be verified; %u not decided yet.",
		tally_required(total), total->by_class[ROLLUP_MET],
		total->by_status[STATUS_MET_LATE],
		total->by_class[ROLLUP_MISSED],
		total->by_class[ROLLUP_UNKNOWN], total->by_class[ROLLUP_AHEAD]);
}

static void add_coverage(struct text *out, const struct rollup_tally *total)
{
	text_add_string(out, "Coverage, the share of what is required that is "
		"met, is ");
	weights_add_share(out, &total->all);
	text_add_string(out, "; of what is due by now, ");
	weights_add_share(out, &total->due);
	text_add_string(out, ". Where a range stands, its lower bound takes "
		"what could not be verified for not met, its upper bound for "
		"met.");
}

static void put_by_status(struct html *html, const struct rollup_tally *total)
{
	static const struct part_column columns[] = {
		{"Status", NULL, true}, {"Milestones", "number", false},
	};
	struct part_table table;
	char count[24];

	part_table_open(&table, html, columns, 2, "Milestones by status",
		"counts");
	for (int i = 0; i < STATUS_COUNT; i++) {
		if (total->by_status[i] == 0)
			continue;
		snprintf(count, sizeof count, "%u", total->by_status[i]);
		part_row_open(&table);
		part_cell_open(&table);
		part_status(html, (enum status)i);
		part_cell_close(&table);
		part_cell(&table, count);
		part_row_close(&table);
	}
	part_table_close(&table);
}

static bool html_short(struct report_writing *writing)
{
	const struct report *report = writing->report;
	const struct rollup_tally *total = &report->rollup.total;
	struct html *html = &writing->html;
	struct text words;

	report_section(html, "short", "In short");
	text_init(&words, 0);
	if (report->count == 0) {
		text_add_string(&words, "No milestone is selected.");
		report_paragraph(html, &words);
	} else {
		add_counts(&words, report);
		report_paragraph(html, &words);
		text_clear(&words);
		add_coverage(&words, total);
		report_paragraph(html, &words);
		put_by_status(html, total);
	}
	html_close(html, "section");
	text_release(&words);
	return true;
}

/* --- pictures --------------------------------------------------------------------- */

static void put_scorecard_picture(struct report_writing *writing)
{
	const struct report *report = writing->report;
	struct text svg, words;

	text_init(&svg, 0);
	text_init(&words, 0);
	if (chart_scorecard(report->reg, &report->rollup, report->by,
			CHART_INLINE, &svg, &words))
		part_picture(&writing->html, &svg, &words);
	text_release(&words);
	text_release(&svg);
}

/* Of more than a picture has room for, those that come first. */
static bool html_timeline(struct report_writing *writing)
{
	const struct report *report = writing->report;
	const struct answering answers = {report_answer, (void *)report,
		report->question.known.published_by};
	struct text svg, words;

	text_init(&svg, 0);
	text_init(&words, 0);
	if (chart_timeline(report->reg, report->milestones, report->count,
			&answers, CHART_INLINE, &svg, &words)) {
		report_section(&writing->html, "timeline", "Timeline");
		part_picture(&writing->html, &svg, &words);
		html_close(&writing->html, "section");
	}
	text_release(&words);
	text_release(&svg);
	return true;
}

/* --- scorecard -------------------------------------------------------------------- */

static void put_number(struct part_table *table, uint32_t number)
{
	char digits[16];

	snprintf(digits, sizeof digits, "%u", number);
	part_cell(table, digits);
}

static void put_shares(struct part_table *table,
	const struct rollup_weights *weights)
{
	struct text share;

	text_init(&share, 64);
	weights_add_share(&share, weights);
	part_cell(table, text_string(&share));
	text_release(&share);
}

static void put_on_time(struct part_table *table,
	const struct rollup_tally *tally)
{
	char share[16] = "–";
	int value;

	if (tally_on_time(tally, &value))
		snprintf(share, sizeof share, "%d" ROLLUP_PERCENT "%",
			value / 100);
	part_cell(table, share);
}

static void put_group(struct part_table *table, const char *name,
	const struct rollup_tally *tally)
{
	part_row_open(table);
	part_cell(table, name);
	put_number(table, tally_required(tally));
	put_number(table, tally->by_class[ROLLUP_MET]);
	put_number(table, tally->by_class[ROLLUP_MISSED]);
	put_number(table, tally->by_class[ROLLUP_UNKNOWN]);
	put_number(table, tally->by_class[ROLLUP_AHEAD]);
	put_number(table, tally->by_class[ROLLUP_OUT]);
	put_shares(table, &tally->all);
	put_shares(table, &tally->due);
	put_on_time(table, tally);
	part_cell_open(table);
	if (tally->worst != STATUS_COUNT)
		part_status(table->html, tally->worst);
	part_cell_close(table);
	part_row_close(table);
}

static void scorecard_open(struct report_writing *writing,
	struct part_table *table)
{
	static const struct part_column columns[] = {
		{"Group", NULL, true}, {"Required", "number", false},
		{"Met", "number", false}, {"Missed", "number", false},
		{"Unverified", "number", false}, {"Ahead", "number", false},
		{"Left out", "number", false}, {"Coverage", "number", false},
		{"Of what is due", "number", false},
		{"On time", "number", false}, {"Worst", NULL, false},
	};
	struct text caption;

	text_init(&caption, 0);
	text_addf(&caption, "Scorecard by %s", writing->report->by);
	part_table_open(table, &writing->html, columns,
		sizeof columns / sizeof *columns, text_string(&caption),
		"scorecard");
	text_release(&caption);
}

/* A row cannot stay open between two pieces, a table can: some rows at a time. */
static bool html_scorecard(struct report_writing *writing)
{
	const struct rollup *rollup = &writing->report->rollup;
	struct part_table *table = &writing->table;

	if (writing->place == 0) {
		report_section(&writing->html, "scorecard", "Scorecard");
		put_scorecard_picture(writing);
		scorecard_open(writing, table);
	}
	for (size_t i = 0; i < REPORT_ROWS && writing->place < rollup->row_count;
			i++, writing->place++)
		put_group(table, rollup->rows[writing->place].name,
			&rollup->rows[writing->place].tally);
	if (writing->place < rollup->row_count)
		return false;
	put_group(table, "All", &rollup->total);
	part_table_close(table);
	html_close(&writing->html, "section");
	return true;
}

/* --- what to look at ---------------------------------------------------------------- */

static void list_open(struct report_writing *writing,
	const struct report_list *list)
{
	const struct sheet sheet = sheet_of(writing);

	html_open(&writing->html, "section", "id", list->name, NULL);
	html_element(&writing->html, "h3", list->heading, NULL);
	html_element(&writing->html, "p", list->about, NULL);
	part_milestones_open(&sheet, &writing->table, list->heading, PARTY_NONE);
	writing->opened = true;
}

/* Some rows of one list; whether it is through. */
static bool list_rows(struct report_writing *writing,
	const struct report_list *list)
{
	const struct report *report = writing->report;
	const struct sheet sheet = sheet_of(writing);

	for (size_t rows = 0; writing->place < report->count &&
			rows < REPORT_ROWS; writing->place++) {
		const struct assessment *answer = &report->answers[writing->place];

		if (!list->takes(answer))
			continue;
		if (!writing->opened)
			list_open(writing, list);
		part_milestone_row(&sheet, &writing->table, &(struct part_row){
			.milestone = report->milestones[writing->place],
			.answer = answer});
		rows++;
	}
	return writing->place == report->count;
}

static void list_close(struct report_writing *writing,
	const struct report_list *list)
{
	if (writing->opened) {
		part_table_close(&writing->table);
		html_close(&writing->html, "section");
	} else if (list->none != NULL) {
		html_element(&writing->html, "p", list->none, NULL);
	}
	writing->opened = false;
	writing->place = 0;
	writing->list++;
}

static bool html_attention(struct report_writing *writing)
{
	const struct report_list *list = &report_lists[writing->list];

	if (writing->list == 0 && writing->place == 0)
		report_section(&writing->html, "attention", "What to look at");
	if (!list_rows(writing, list))
		return false;
	list_close(writing, list);
	if (writing->list < report_list_count)
		return false;
	html_close(&writing->html, "section");
	return true;
}

/* --- sheets ------------------------------------------------------------------------- */

static void put_heading(struct report_writing *writing, const char *tag,
	enum sheet_target target, const char *id, const char *words)
{
	struct text anchor;

	text_init(&anchor, 0);
	sheet_anchor(&anchor, target, id);
	html_element(&writing->html, tag, words, "id", text_string(&anchor), NULL);
	text_release(&anchor);
}

static void pledge_open(struct report_writing *writing, uint32_t pledge)
{
	const struct pledge *of = &writing->report->reg->pledges[pledge];
	struct sheet sheet = sheet_of(writing);

	sheet.heading = "h3";
	html_open(&writing->html, "article", "class", "pledge", NULL);
	put_heading(writing, "h2", SHEET_PLEDGE, of->id, pledge_title(of));
	sheet_pledge(&sheet, pledge);
}

static void put_milestone(struct report_writing *writing, uint32_t index)
{
	const struct register_ *reg = writing->report->reg;
	const struct milestone *milestone = milestone_at(&reg->milestones[index],
		writing->report->question.known.published_by);
	struct sheet sheet = sheet_of(writing);
	struct text name;

	sheet.heading = "h4";
	text_init(&name, 0);
	add_milestone_name(reg, milestone, &name);
	html_open(&writing->html, "section", "class", "sheet", NULL);
	put_heading(writing, "h3", SHEET_MILESTONE, milestone->id,
		text_string(&name));
	sheet_milestone(&sheet, index);
	html_close(&writing->html, "section");
	text_release(&name);
}

/* One sheet; its pledge's section opens with the first of it that is selected
   and closes with the last. */
static bool html_sheets(struct report_writing *writing)
{
	const struct report *report = writing->report;
	size_t place = writing->place;

	if (place == 0)
		html_open(&writing->html, "div", "id", "sheets", NULL);
	if (place < report->count) {
		uint32_t pledge = pledge_at(report, place);

		if (place == 0 || pledge_at(report, place - 1) != pledge)
			pledge_open(writing, pledge);
		put_milestone(writing, report->milestones[place]);
		if (place + 1 == report->count ||
				pledge_at(report, place + 1) != pledge)
			html_close(&writing->html, "article");
		writing->place++;
	}
	if (writing->place < report->count)
		return false;
	html_close(&writing->html, "div");
	return true;
}

/* --- the end ------------------------------------------------------------------------------- */

static bool html_end(struct report_writing *writing)
{
	struct html *html = &writing->html;

	html_close(html, "section");	/* of the method */
	html_close(html, "main");
	html_close(html, "body");
	html_close(html, "html");
	html_text(html, "\n");
	return true;
}

static report_part *const html_parts[] = {
	html_begin, html_head, html_short, html_scorecard, html_timeline,
	html_attention, html_sheets, html_method, html_blind, html_indicators, html_sources,
	html_held, html_end, NULL,
};

/* They live as long as the program. */
static const char *const *html_headers(void)
{
	static char policy[512];
	static const char *const headers[] = {policy, "Referrer-Policy: no-referrer",
		"Cache-Control: no-cache", NULL};
	struct text words;

	text_init(&words, sizeof policy);
	text_add_string(&words, "Content-Security-Policy: ");
	add_policy(&words);
	string_copy(policy, sizeof policy, text_string(&words));
	text_release(&words);
	return headers;
}

const struct report_form report_html = {
	.type = "text/html; charset=utf-8", .headers = html_headers,
	.parts = html_parts,
};
