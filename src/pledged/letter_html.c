/*
 * letter_html: a letter as HTML for mail programs: one column that takes the
 * width there is, styles inline, nothing fetched, and no colour that a dark
 * background would swallow.
 */
#include "pledged/letter.h"

#define BODY "margin:0;padding:12px;font:16px/1.45 sans-serif;" \
	"overflow-wrap:break-word;word-break:break-word"
#define MUTED "opacity:.75;font-size:14px"

/* Both are seen on white and on black. */
static const char *colour_of(enum tone tone, enum severity severity)
{
	if (tone != TONE_BAD)
		return tone == TONE_GOOD ? "#2e9d5b" : "#4a90d9";
	return severity == SEVERITY_CRITICAL ? "#e5484d" :
		severity == SEVERITY_WARNING ? "#d98a00" : "#4a90d9";
}

static void add_head(struct text *out, const struct letter *letter)
{
	text_add_string(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
		"<title>");
	text_add_html(out, text_string(&letter->subject));
	text_add_string(out, "</title>\n</head>\n<body style=\"" BODY "\">\n"
		"<div style=\"max-width:44em;margin:0 auto\">\n");
}

static void add_lead_html(struct text *out, const struct letter *letter)
{
	text_addf(out, "<p style=\"margin:0 0 14px;padding:2px 0 2px 12px;"
		"border-left:5px solid %s;font-size:19px;line-height:1.35\">"
		"<strong>", colour_of(letter->tone, letter->severity));
	text_add_html(out, text_string(&letter->lead));
	text_add_string(out, "</strong></p>\n");
	for (size_t i = 0; i < letter->note_count; i++) {
		text_add_string(out, "<p style=\"margin:0 0 14px\">");
		text_add_html(out, text_string(&letter->notes[i]));
		text_add_string(out, "</p>\n");
	}
}

static void add_picture(struct text *out, const struct letter *letter)
{
	if (!letter->has_picture)
		return;
	text_add_string(out, "<p style=\"margin:0 0 14px\"><img "
		"src=\"cid:trajectory@pledged\" alt=\"");
	text_add_html(out, text_string(&letter->picture_words));
	text_add_string(out, "\" style=\"max-width:100%;height:auto;"
		"background:#fff\"></p>\n");
}

static bool is_web(const char *value)
{
	return string_starts(value, "https://") || string_starts(value,
		"http://");
}

static void add_value(struct text *out, const char *value)
{
	if (!is_web(value)) {
		text_add_html(out, value);
		return;
	}
	text_add_string(out, "<a href=\"");
	text_add_html(out, value);
	text_add_string(out, "\">");
	text_add_html(out, value);
	text_add_string(out, "</a>");
}

static void add_facts(struct text *out, const struct letter *letter)
{
	if (letter->fact_count == 0)
		return;
	text_add_string(out, "<table style=\"border-collapse:collapse;"
		"margin:0 0 14px\">\n");
	for (size_t i = 0; i < letter->fact_count; i++) {
		const struct fact *fact = &letter->facts[i];

		text_addf(out, "<tr><th scope=\"row\" style=\"text-align:left;"
			"vertical-align:top;font-weight:normal;opacity:.75;"
			"white-space:nowrap;padding:2px 14px 2px 0\">%s</th><td style=\"vertical-"
			"align:top;padding:2px 0\">", fact->label);
		add_value(out, text_string(&fact->value));
		text_add_string(out, "</td></tr>\n");
	}
	text_add_string(out, "</table>\n");
}

#define CELL "vertical-align:top;padding:7px 0 0 8px;border-top:1px solid " \
	"rgba(128,128,128,.4);font-size:14px"

static void add_cell(struct text *out, const struct text *value)
{
	text_add_string(out, "<td style=\"" CELL "\">");
	text_add_html(out, text_string(value));
	text_add_string(out, "</td>");
}

static void add_row(struct text *out, const struct letter_row *row, bool dated)
{
	text_add_string(out, "<tr><th scope=\"row\" style=\"" CELL ";font-size:"
		"16px;text-align:left;padding-left:0\">");
	text_add_html(out, text_string(&row->name));
	text_add_string(out, "</th>");
	if (dated) {
		add_cell(out, &row->due);
		add_cell(out, &row->far);
	}
	text_addf(out, "</tr>\n<tr><td colspan=\"%d\" style=\"padding:0 0 "
		"7px;font-size:14px\">", dated ? 3 : 1);
	text_add_html(out, text_string(&row->state));
	text_add_string(out, row->state.length > 0 ? "<br>" : "");
	text_add_string(out, "<span style=\"opacity:.75\">");
	text_add_html(out, text_string(&row->why));
	text_add_string(out, "</span></td></tr>\n");
}

static void add_column(struct text *out, const char *name, const char *style)
{
	text_addf(out, "<th scope=\"col\" style=\"text-align:left;font-weight:"
		"normal;font-size:14px;opacity:.75;%s\">%s</th>", style, name);
}

static void add_columns(struct text *out, const struct section *section,
	bool dated)
{
	text_add_string(out, "<tr>");
	add_column(out, section->about, "text-transform:capitalize;padding:0");
	if (dated) {
		add_column(out, "Due", "width:29%;padding:0 0 0 8px");
		add_column(out, "Figures", "width:27%;padding:0 0 0 8px");
	}
	text_add_string(out, "</tr>\n");
}

static void add_sections(struct text *out, const struct letter *letter)
{
	const struct letter_row *row = letter->rows;

	for (size_t i = 0; i < letter->section_count; i++) {
		const struct section *section = &letter->sections[i];
		bool dated = string_is(section->about, "milestone");

		text_addf(out, "<h2 style=\"margin:18px 0 6px;padding-left:12px;"
			"border-left:5px solid %s;font-size:17px\">",
			colour_of(section->tone, section->severity));
		text_add_html(out, text_string(&section->heading));
		text_add_string(out, "</h2>\n<table style=\"border-collapse:"
			"collapse;width:100%;table-layout:fixed\">\n");
		add_columns(out, section, dated);
		for (size_t k = 0; k < section->row_count; k++)
			add_row(out, row++, dated);
		text_add_string(out, "</table>\n");
	}
}

static void add_commands(struct text *out, const struct letter *letter)
{
	if (letter->rest.length > 0) {
		text_add_string(out, "<p style=\"margin:14px 0\"><strong>");
		text_add_html(out, text_string(&letter->rest));
		text_add_string(out, "</strong></p>\n");
	}
	for (size_t i = 0; i < letter->command_count; i++) {
		text_addf(out, "<p style=\"margin:%s 0 8px;font-size:14px\">%s:<br>"
			"<code>", i == 0 ? "18px" : "0",
			letter->commands[i].label);
		text_add_html(out, text_string(&letter->commands[i].value));
		text_add_string(out, "</code></p>\n");
	}
}

void letter_add_html(const struct letter *letter, const char *message_id,
	struct text *out)
{
	add_head(out, letter);
	add_lead_html(out, letter);
	add_picture(out, letter);
	add_facts(out, letter);
	add_sections(out, letter);
	add_commands(out, letter);
	text_addf(out, "<p style=\"margin:18px 0 0;" MUTED "\">pledged, %s</p>\n"
		"</div>\n</body>\n</html>\n", message_id);
}
