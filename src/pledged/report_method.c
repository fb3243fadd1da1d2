/*
 * report_method: how a report was made: what it is about, what is counted, and
 * what it is that nobody knew. A number without it is an opinion.
 */
#include "pledged/report_html.h"

/* --- the rules ------------------------------------------------------------------------- */

static void put_rule(struct report_writing *writing)
{
	const struct rollup *rollup = &writing->report->rollup;
	const uint32_t *counts = rollup->total.by_status;
	struct html *html = &writing->html;
	struct text words;

	html_element(html, "h3", "The denominator", NULL);
	text_init(&words, 0);
	text_addf(&words, "The rule: %s.", ROLLUP_RULE);
	report_paragraph(html, &words);
	text_clear(&words);
	text_addf(&words, "Left out of the denominator are %u withdrawn, %u "
		"superseded and %u waived. ", counts[STATUS_WITHDRAWN],
		counts[STATUS_SUPERSEDED], counts[STATUS_WAIVED]);
	if (rollup->without_row > 0)
		text_addf(&words, "%zu more have no %s and stand in no group of "
			"the scorecard, nor in its total. ", rollup->without_row,
			writing->report->by);
	text_addf(&words, "%u were met in part, which is not met.",
		counts[STATUS_PARTLY_MET]);
	report_paragraph(html, &words);
	text_release(&words);
}

static void put_perimeter(struct report_writing *writing)
{
	const struct report *report = writing->report;
	struct text words;

	html_element(&writing->html, "h3", "The perimeter", NULL);
	text_init(&words, 0);
	text_addf(&words, "Of the %zu milestones of %zu pledges that the register "
		"holds, %zu are selected: ", report->reg->milestone_count,
		report->reg->pledge_count, report->count);
	report_add_selection(report, &words);
	text_add_string(&words, ". Each is judged by the terms in force at the "
		"time of the report, from the figures, documents and statements "
		"published by then; what was published later is not in it.");
	report_paragraph(&writing->html, &words);
	text_clear(&words);
	if (report->recorded_asked)
		text_add_string(&words, "What was recorded after the time stated "
			"is left out as well, even where it had been published: "
			"asked for again by the two times and with the same "
			"register, this report is the same byte for byte.");
	else
		text_add_string(&words, "What was recorded later and had been "
			"published by then counts; asked for again it may differ "
			"by that.");
	report_paragraph(&writing->html, &words);
	text_release(&words);
}

static void put_unknown_rule(struct html *html)
{
	html_element(html, "h3", "What is not covered", NULL);
	html_element(html, "p", "Nothing that is not known counts as missed. A "
		"milestone past its due date without the figures, documents or "
		"statements that would decide it is awaiting data while these "
		"may still come, and unverified after that.", NULL);
}

bool html_method(struct report_writing *writing)
{
	report_section(&writing->html, "method", "Method, and what is not covered");
	put_perimeter(writing);
	put_rule(writing);
	put_unknown_rule(&writing->html);
	return true;
}

/* "4 could not be verified, 1 of these awaiting data; 2 rest on old figures …" */
bool html_blind(struct report_writing *writing)
{
	const struct report *report = writing->report;
	size_t by_knowledge[KNOWLEDGE_COUNT] = {0}, assumed = 0;
	const uint32_t *by_status = report->rollup.total.by_status;
	struct text words;

	for (size_t i = 0; i < report->count; i++) {
		by_knowledge[report->answers[i].knowledge]++;
		assumed += report->answers[i].published_assumed;
	}
	text_init(&words, 0);
	text_addf(&words, "%u unverified, %u awaiting data. Without any figure in "
		"the window asked about: %zu. On figures older than they should "
		"be: %zu; provisional: %zu; on sources that differ: %zu. On "
		"figures whose date of publication is assumed to be the end of "
		"their period and the indicator's lag, as no source tells it: "
		"%zu.", by_status[STATUS_UNVERIFIED],
		by_status[STATUS_AWAITING_DATA],
		by_knowledge[KNOWLEDGE_NO_DATA], by_knowledge[KNOWLEDGE_STALE],
		by_knowledge[KNOWLEDGE_PROVISIONAL],
		by_knowledge[KNOWLEDGE_DISPUTED], assumed);
	report_paragraph(&writing->html, &words);
	text_release(&words);
	return true;
}

/* --- indicators ----------------------------------------------------------------------- */

static void put_latest(struct report_writing *writing,
	const struct indicator *indicator)
{
	const struct report *report = writing->report;
	const struct observation *latest = NULL;
	struct text words;

	text_init(&words, 256);
	if (indicator->kind == INDICATOR_FIGURES)
		latest = series_latest(history_series(report->daemon->history,
			indicator->id), report->question.known);
	if (latest != NULL)
		text_add_period(&words, latest->period);
	else
		text_add_string(&words, indicator->kind == INDICATOR_FIGURES ?
			"none" : "documents");
	part_cell(&writing->table, text_string(&words));
	text_release(&words);
}

static void put_indicator(struct report_writing *writing, uint32_t index)
{
	const struct indicator *indicator =
		&writing->report->reg->indicators[index];
	struct part_table *table = &writing->table;
	struct text lag;

	text_init(&lag, 256);
	if (indicator->lag.count != 0)
		text_add_duration(&lag, indicator->lag);
	else
		text_add_string(&lag, "at once");
	part_row_open(table);
	part_cell(table, indicator->id);
	part_cell(table, indicator->title);
	part_cell(table, indicator->unit);
	part_cell(table, indicator->frequency == FREQUENCY_NONE ? NULL :
		frequency_name(indicator->frequency));
	part_cell(table, text_string(&lag));
	put_latest(writing, indicator);
	part_row_close(table);
	text_release(&lag);
}

bool html_indicators(struct report_writing *writing)
{
	static const struct part_column columns[] = {
		{"Indicator", NULL, true}, {"What it counts", NULL, false},
		{"Unit", NULL, false}, {"Each", NULL, false},
		{"Published after", NULL, false}, {"Known through", NULL, false},
	};
	const struct report *report = writing->report;
	size_t looked = 0;

	for (; writing->place < report->reg->indicator_count &&
			looked < REPORT_ROWS; writing->place++, looked++) {
		if (!report_rests_on(report, (uint32_t)writing->place))
			continue;
		if (!writing->opened) {
			html_element(&writing->html, "h3", "What is measured", NULL);
			part_table_open(&writing->table, &writing->html, columns,
				sizeof columns / sizeof *columns, "Indicators that "
				"the milestones of this report rest on", NULL);
		}
		writing->opened = true;
		put_indicator(writing, (uint32_t)writing->place);
	}
	if (writing->place < report->reg->indicator_count)
		return false;
	if (writing->opened)
		part_table_close(&writing->table);
	return true;
}

/* --- sources that fail ------------------------------------------------------------------ */

static void put_source(struct report_writing *writing,
	const struct report_source *source)
{
	const struct zone *zone = report_zone(writing->report);
	struct part_table *table = &writing->table;
	struct html *html = &writing->html;

	part_row_open(table);
	part_cell(table, writing->report->reg->sources[source->source].id);
	part_cell(table, fetch_outcome_name(source->outcome));
	part_cell_open(table);
	part_time(html, source->last_success, zone);
	part_cell_close(table);
	part_cell_open(table);
	part_time(html, source->failing_since, zone);
	part_cell_close(table);
	part_cell(table, source->error);
	part_row_close(table);
}

static void put_failing(struct report_writing *writing)
{
	static const struct part_column columns[] = {
		{"Source", NULL, true}, {"Last outcome", NULL, false},
		{"Last read well", NULL, false}, {"Failing since", NULL, false},
		{"What it said", NULL, false},
	};
	const struct report *report = writing->report;

	part_table_open(&writing->table, &writing->html, columns,
		sizeof columns / sizeof *columns,
		"Sources that were not read well", NULL);
	for (size_t i = 0; i < report->failing_count; i++)
		put_source(writing, &report->failing[i]);
	part_table_close(&writing->table);
}

bool html_sources(struct report_writing *writing)
{
	const struct report *report = writing->report;
	size_t failing = report->failing_count + report->failing_left_out;
	struct text words;

	text_init(&words, 0);
	html_element(&writing->html, "h3", "Sources", NULL);
	text_addf(&words, "Of %zu sources of the register, %zu had been read well "
		"by then when they were last asked; %zu had not; %zu had never "
		"been asked.", report->reg->source_count,
		report->reg->source_count - failing - report->not_asked, failing,
		report->not_asked);
	if (report->failing_left_out > 0)
		text_addf(&words, " Of those that had not, the first %zu are told.",
			report->failing_count);
	report_paragraph(&writing->html, &words);
	if (report->failing_count > 0)
		put_failing(writing);
	text_release(&words);
	return true;
}

/* --- figures that are held ---------------------------------------------------------------- */

static void put_held(void *context, uint32_t indicator,
	const struct observation *held)
{
	static const struct part_column columns[] = {
		{"Indicator", NULL, true}, {"Period", NULL, false},
		{"Figure", "number", false}, {"Why it is held", NULL, false},
		{"Since", NULL, false},
	};
	struct report_writing *writing = context;
	struct part_table *table = &writing->table;
	struct text words;

	if (writing->told++ >= REPORT_HELD_MAX)
		return;
	if (!writing->opened)
		part_table_open(table, &writing->html, columns,
			sizeof columns / sizeof *columns, "Figures that are held as "
			"implausible, and not used", NULL);
	writing->opened = true;
	text_init(&words, 256);
	part_row_open(table);
	part_cell(table, writing->report->reg->indicators[indicator].id);
	text_add_period(&words, held->period);
	part_cell(table, text_string(&words));
	text_clear(&words);
	text_add_decimal_grouped(&words, held->value);
	part_cell(table, text_string(&words));
	part_cell(table, quarantine_words((enum quarantine)held->quarantine));
	part_cell_open(table);
	part_time(&writing->html, held->recorded, report_zone(writing->report));
	part_cell_close(table);
	part_row_close(table);
	text_release(&words);
}

static void put_held_end(struct report_writing *writing)
{
	if (writing->opened)
		part_table_close(&writing->table);
	else
		html_element(&writing->html, "p", "No figure that these milestones "
			"rest on is held as implausible.", NULL);
	if (writing->told > REPORT_HELD_MAX) {
		html_open(&writing->html, "p", NULL);
		html_textf(&writing->html, "%zu more are held.",
			writing->told - REPORT_HELD_MAX);
		html_close(&writing->html, "p");
	}
}

bool html_held(struct report_writing *writing)
{
	const struct report *report = writing->report;
	size_t looked = 0;

	if (writing->place == 0)
		html_element(&writing->html, "h3", "Figures held back", NULL);
	for (; writing->place < report->reg->indicator_count &&
			looked < REPORT_ROWS; writing->place++, looked++)
		if (report_rests_on(report, (uint32_t)writing->place))
			report_visit_held(report, (uint32_t)writing->place,
				put_held, writing);
	if (writing->place < report->reg->indicator_count)
		return false;
	put_held_end(writing);
	return true;
}
