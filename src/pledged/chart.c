/* chart: see chart.h and chart_internal.h. */
#include "pledged/chart_internal.h"

#define TITLE_SIZE 16
#define WORDS_SIZE 12
#define WORDS_LINES 4
#define NAME_MAX 400	/* bytes of a name */

void chart_init(struct chart *chart, const struct register_ *reg,
	enum chart_form form, double width)
{
	*chart = (struct chart){.reg = reg, .form = form, .width = width};
	text_init(&chart->title, 4096);
	text_init(&chart->words, 4096);
	text_init(&chart->body, CHART_BYTES_MAX);
}

void chart_head(struct chart *chart)
{
	double room = chart->width - 2 * CHART_MARGIN;
	struct place at = {CHART_MARGIN, 26};

	chart->y = 4;
	if (chart->form == CHART_INLINE)
		return;
	drawing_text(&chart->body, at, ANCHOR_START, TITLE_SIZE, TONE_BOLD,
		text_string(&chart->title), room);
	at.y += 21;
	int lines = drawing_paragraph(&chart->body, at, WORDS_SIZE, TONE_MUTED,
		text_string(&chart->words), room, WORDS_LINES);

	chart->y = at.y + (lines - 1) * WORDS_SIZE * 1.45 + 8;
}

void chart_note(struct chart *chart, const char *note)
{
	double room = chart->width - 2 * CHART_MARGIN;
	struct place at = {CHART_MARGIN, chart->y + CHART_LINE};
	int lines = drawing_paragraph(&chart->body, at, WORDS_SIZE, TONE_MUTED,
		note, room, WORDS_LINES);

	chart->y = at.y + (lines - 1) * WORDS_SIZE * 1.45;
}

struct legend chart_legend(struct chart *chart)
{
	return (struct legend){
		.svg = &chart->body,
		.left = CHART_MARGIN,
		.right = chart->width - CHART_MARGIN,
		.at = {CHART_MARGIN, chart->y + LEGEND_LINE},
	};
}

void chart_legend_end(struct chart *chart, const struct legend *legend)
{
	chart->y = legend->at.y + 6;
}

void chart_status_legend(struct chart *chart, const bool occurs[STATUS_COUNT])
{
	struct legend legend = chart_legend(chart);

	for (size_t i = 0; i < STATUS_COUNT; i++) {
		const struct look *look = status_look((enum status)i);

		if (occurs[i])
			legend_sign(&legend, look->hue, look->sign, look->words);
	}
	chart_legend_end(chart, &legend);
}

bool chart_end(struct chart *chart, struct text *svg, struct text *words)
{
	struct text picture;

	text_init(&picture, CHART_BYTES_MAX);
	drawing_begin(&picture, chart->width, chart->y + CHART_MARGIN,
		text_string(&chart->title), text_string(&chart->words),
		chart->form == CHART_FILE);
	text_add(&picture, chart->body.data, chart->body.length);
	drawing_end(&picture);
	bool whole = !picture.cut && !chart->body.cut;

	if (whole && svg != NULL)
		text_add(svg, picture.data, picture.length);
	if (whole && words != NULL)
		text_add(words, chart->words.data, chart->words.length);
	text_release(&picture);
	text_release(&chart->body);
	text_release(&chart->words);
	text_release(&chart->title);
	return whole;
}

/* --- how things are called ------------------------------------------------------ */

void chart_add_name(struct text *out, const char *name)
{
	text_add_line(out, name, NAME_MAX);
}

void chart_add_title(struct text *out, const struct register_ *reg,
	const struct milestone *milestone)
{
	const struct pledge *pledge = milestone_pledge(reg, milestone);

	if (milestone->title != NULL) {
		chart_add_name(out, milestone->title);
		return;
	}
	chart_add_name(out, pledge->title != NULL ? pledge->title : pledge->id);
	text_add_string(out, ": ");
	chart_add_name(out, milestone->name);
}

void chart_add_day(struct text *out, const struct register_ *reg,
	uint32_t milestone, instant at)
{
	text_add_date(out, zone_date(milestone_zone(reg,
		&reg->milestones[milestone]), at));
}

void chart_say_drawn(struct text *words, size_t drawn, size_t count)
{
	if (drawn < count)
		text_addf(words, " The first %zu of %zu are drawn.", drawn,
			count);
}

void chart_say_part(struct text *out, const char **before, uint32_t count,
	const char *words)
{
	if (count > 0) {
		text_addf(out, "%s%u %s", *before, count, words);
		*before = ", ";
	}
}

static void say_left_out(struct text *words, const struct rollup_tally *total)
{
	static const enum status out[] = {STATUS_WITHDRAWN, STATUS_SUPERSEDED,
		STATUS_WAIVED};
	const char *before = " Left out: ";

	for (size_t i = 0; i < sizeof out / sizeof *out; i++)
		chart_say_part(words, &before, total->by_status[out[i]],
			status_look(out[i])->words);
	if (before[0] == ',')
		text_add_char(words, '.');
}

/* " Least of all: CN and 2 more, 28 %." */
static void say_lowest(const struct rollup *rollup, struct text *out)
{
	size_t lowest = 0, alike = 0, counted = 0;
	int least = 0, lower, upper;

	for (size_t i = 0; i < rollup->row_count; i++) {
		if (!weights_share(&rollup->rows[i].tally.all, &lower, &upper))
			continue;
		if (counted++ == 0 || lower < least) {
			least = lower;
			lowest = i;
			alike = 0;
		} else if (lower == least) {
			alike++;
		}
	}
	if (counted < 2 || alike + 1 == counted)
		return;
	text_add_string(out, " Least of all: ");
	chart_add_name(out, rollup->rows[lowest].name);
	if (alike > 0)
		text_addf(out, " and %zu more", alike);
	text_addf(out, ", %d" ROLLUP_PERCENT "%.", least / 100);
}

void chart_say_rollup(struct text *out, const struct rollup *rollup)
{
	const struct rollup_tally *total = &rollup->total;
	const char *before = "; ";

	text_addf(out, "%u of %u required milestones are met, ",
		total->by_class[ROLLUP_MET], tally_required(total));
	weights_add_share(out, &total->all);
	text_add_string(out, " by weight");
	chart_say_part(out, &before, total->by_class[ROLLUP_MISSED], "missed");
	chart_say_part(out, &before, total->by_class[ROLLUP_UNKNOWN],
		"not known yet");
	chart_say_part(out, &before, total->by_class[ROLLUP_AHEAD], "ahead");
	text_add_char(out, '.');
	say_lowest(rollup, out);
	say_left_out(out, total);
}
