/*
 * sentence: an explanation as a person would write it.
 *
 *	how it stands: what was measured; what was asked. What is published
 *	and what is not. What was decided about it.
 */
#include <string.h>

#include "core/explain.h"
#include "core/reason.h"

#define PARTS_NAMED 3	/* of a condition; gaps */

struct saying {
	const struct register_ *reg;
	const struct milestone *original;
	const struct milestone *milestone;	/* by its terms then */
	const struct explanation *explanation;
	const struct assessment *assessment;
	const struct zone *zone;
	struct text *out;
};

static void say(const struct saying *saying, const char *words)
{
	text_add_string(saying->out, words);
}

/* The day of an instant, or the time where the due date has one. */
static void say_time(const struct saying *saying, instant at)
{
	if (date_is_none(saying->assessment->due_date))
		text_add_instant_zone(saying->out, at, saying->zone);
	else
		text_add_date(saying->out, zone_date(saying->zone, at));
}

static void say_day(const struct saying *saying, instant at)
{
	text_add_date(saying->out, zone_date(saying->zone, at));
}

/* "twelve months" */
static void say_count(const struct saying *saying, int64_t count)
{
	static const char *const words[] = {"none", "one", "two", "three",
		"four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
		"twelve"};

	if (count >= 0 && count < (int64_t)(sizeof words / sizeof words[0]))
		say(saying, words[count]);
	else
		text_addf(saying->out, "%lld", (long long)count);
}

static void say_quoted(const struct saying *saying,
	const struct explained *node)
{
	reason_add_quoted(saying->out, saying->milestone->benchmark->text,
		node->from, node->to);
}

/* ---- how it stands ---------------------------------------------------------- */

static bool benchmark_is_floor(const struct benchmark *benchmark)
{
	return benchmark->comparison == COMPARE_GE ||
		benchmark->comparison == COMPARE_GT;
}

static bool benchmark_is_ceiling(const struct benchmark *benchmark)
{
	return benchmark->comparison == COMPARE_LE ||
		benchmark->comparison == COMPARE_LT;
}

static const char *benchmark_noun(const struct benchmark *benchmark)
{
	if (benchmark->actual == NULL)
		return "condition";
	return benchmark_is_floor(benchmark) ? "floor" :
		benchmark_is_ceiling(benchmark) ? "ceiling" : "condition";
}

/* %N what it is, %S start, %D due, %G the end of grace, %E the event, %L how
   many days late. */
static const char *standing_words(const struct saying *saying)
{
	static const char *const words[STATUS_COUNT] = {
		[STATUS_NOT_STARTED] = "The %N counts from %S on",
		[STATUS_PENDING] = "The %N is still open",
		[STATUS_ON_TRACK] = "The %N is still open, and on track",
		[STATUS_AT_RISK] = "The %N is still open, and at risk",
		[STATUS_OFF_TRACK] = "The %N is still open, and off track",
		[STATUS_DUE] = "The %N was due on %D and is still open, by grace "
			"until %G",
		[STATUS_AWAITING_DATA] = "The %N was due on %D, and the data to "
			"decide it are still to come",
		[STATUS_UNVERIFIED] = "The %N was due on %D and cannot be "
			"verified",
		[STATUS_MET] = "The %N was met on %E",
		[STATUS_MET_LATE] = "The %N was met on %E, %L late",
		[STATUS_PARTLY_MET] = "The %N is partly met",
		[STATUS_NOT_MET] = "The %N is not met",
		[STATUS_BREACHED] = "The %N was breached on %E",
		[STATUS_REVERSED] = "The %N was met, and no longer held on %E",
	};
	const struct assessment *assessment = saying->assessment;
	bool ahead = assessment->event > assessment->as_of;

	if (saying->milestone->mode == MODE_THROUGHOUT &&
	    assessment->status == STATUS_MET)
		return ahead ? "The %N is certain to hold until %E" :
			"The %N held until %E";
	if (assessment->status == STATUS_BREACHED && ahead)
		return "The %N is certain to be breached by %E";
	if (assessment->status == STATUS_NOT_MET &&
	    assessment->as_of <= assessment->grace_end)
		return "The %N can no longer be met";
	return words[assessment->status];
}

static void say_mark(const struct saying *saying, char mark)
{
	const struct assessment *assessment = saying->assessment;
	int32_t late = assessment->days_late;

	switch (mark) {
	case 'N':
		say(saying, benchmark_noun(saying->milestone->benchmark));
		break;
	case 'S':
		say_time(saying, assessment->start);
		break;
	case 'D':
		say_time(saying, assessment->due);
		break;
	case 'G':
		say_time(saying, assessment->grace_end);
		break;
	case 'E':
		say_time(saying, assessment->event);
		break;
	default:
		text_add_count(saying->out, (size_t)(late < 0 ? 0 : late), "day");
	}
}

static void say_marked(const struct saying *saying, const char *words)
{
	for (; *words != '\0'; words++) {
		if (*words == '%')
			say_mark(saying, *++words);
		else
			text_add_char(saying->out, *words);
	}
}

/* ---- what was measured -------------------------------------------------------- */

/* Statuses that say what was true at one instant: the figures of then count,
   not those of today. */
static bool saying_looks_back(const struct saying *saying)
{
	return saying->assessment->event != INSTANT_MIN;
}

/* "from 2020-01 to 2020-12": what the figures of a node cover. */
static void say_covered(const struct saying *saying,
	const struct explained *node)
{
	const struct explained_figure *figures =
		&saying->explanation->figures[node->figures.first];
	struct period last = PERIOD_NONE, first = node->first;

	for (size_t i = 0; i < node->figures.count; i++)
		if (figures[i].used)
			last = figures[i].observation.period;
	if (period_is_none(last))
		return;
	if (period_is_none(first))
		first = figures[0].observation.period;
	if (period_equal(first, last) || period_compare(first, last) > 0) {
		say(saying, last.frequency <= FREQUENCY_DAY ? "on " : "in ");
	} else {
		say(saying, "from ");
		text_add_period(saying->out, first);
		say(saying, " to ");
	}
	text_add_period(saying->out, last);
	text_add_char(saying->out, ' ');
}

/* How the value of a function over one series is told. */
static const struct phrase {
	const char *operation, *before, *after;
	bool over_periods;	/* all of its window's count */
} phrases[] = {
	{"sum", "", " came to ", true}, {"avg", "", " was on average ", true},
	{"min", "the least of ", " was ", true},
	{"max", "the greatest of ", " was ", true},
	{"last", "", " stood at ", false}, {"at", "", " stood at ", false},
	{"first", "", " began at ", false},
};

/* NULL: it is quoted. */
static const struct phrase *node_phrase(const struct explained *node)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (node->indicator != NOT_FOUND &&
		    strcmp(node->operation, phrases[i].operation) == 0)
			return &phrases[i];
	return NULL;
}

/* Before the figure: "from 2020-01 to 2020-12 exports.energy came to ". */
static void say_measured(const struct saying *saying,
	const struct explained *node)
{
	const struct phrase *phrase = node_phrase(node);

	if (phrase == NULL) {
		say_quoted(saying, node);
		say(saying, " is ");
		return;
	}
	say_covered(saying, node);
	text_addf(saying->out, "%s%s%s", phrase->before,
		saying->reg->indicators[node->indicator].id, phrase->after);
}

static void say_unit(const struct saying *saying, const char *unit)
{
	if (unit != NULL && strcmp(unit, "1") != 0)
		text_addf(saying->out, " %s", unit);
}

/* What is known of the moving side: the figure, or the bound that decides. */
static bool actual_find(const struct saying *saying,
	const struct explained *node, struct decimal *out, const char **about)
{
	const struct assessment *assessment = saying->assessment;
	bool floor = benchmark_is_floor(saying->milestone->benchmark);
	const struct bound *bound = floor ? &node->value.low : &node->value.high;

	*about = "";
	if (!saying_looks_back(saying)) {
		*out = assessment->actual.value;
		return assessment->actual.known;
	}
	*out = bound->value;
	if (interval_is_point(&node->value))
		return true;
	*about = floor ? "at least " : "at most ";
	return bound->kind == BOUND_FINITE;
}

/* ---- what was asked ------------------------------------------------------------- */

static const struct explained *node_known(const struct saying *saying,
	const struct expression *expression)
{
	const struct explained *node =
		explanation_find(saying->explanation, expression);

	return node != NULL && node->asked && interval_is_point(&node->value) ?
		node : NULL;
}

/* ", 12.5bn more than the 21bn of 2017", of a target that is a figure of a
   period and a number. */
static void say_difference(const struct saying *saying)
{
	static const struct {
		const char *operation, *words;
	} differences[] = {
		{"+", " more than the "}, {"-", " less than the "},
		{"*", " times the "},
	};
	const struct expression *target = saying->milestone->benchmark->target;
	const struct explained *base, *more;

	if (target->operand_count != 2)
		return;
	base = node_known(saying, target->operands[0]);
	more = node_known(saying, target->operands[1]);
	if (base == NULL || more == NULL || base->indicator == NOT_FOUND ||
	    more->indicator != NOT_FOUND ||
	    base->expression->window.kind != WINDOW_PERIOD)
		return;
	for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++) {
		if (strcmp(operation_name(target->operation),
		    differences[i].operation) != 0)
			continue;
		say(saying, ", ");
		text_add_decimal_short(saying->out, more->value.low.value);
		say(saying, differences[i].words);
		text_add_decimal_short(saying->out, base->value.low.value);
		say(saying, " of ");
		text_add_period(saying->out, base->expression->window.period);
	}
}

/* "; 33.5bn were required" */
static void say_asked(const struct saying *saying)
{
	static const struct {
		const char *before, *after;
	} words[] = {
		[COMPARE_LT] = {"less than ", "allowed"},
		[COMPARE_LE] = {"at most ", "allowed"},
		[COMPARE_EQ] = {"exactly ", "asked for"},
		[COMPARE_NE] = {"anything but ", "asked for"},
		[COMPARE_GE] = {"", "required"},
		[COMPARE_GT] = {"more than ", "required"},
	};
	const struct benchmark *benchmark = saying->milestone->benchmark;
	const struct explained *node = node_known(saying, benchmark->target);
	struct figure target = saying->assessment->target;

	if (node != NULL)
		target = (struct figure){node->value.low.value, true};
	if (!target.known)
		return;
	text_addf(saying->out, "; %s", words[benchmark->comparison].before);
	text_add_decimal_short(saying->out, target.value);
	text_addf(saying->out, " %s %s",
		decimal_equal(target.value, DECIMAL_ONE) ? "was" : "were",
		words[benchmark->comparison].after);
	say_difference(saying);
}

/* false: nothing is known of it. */
static bool say_comparison(const struct saying *saying)
{
	const struct benchmark *benchmark = saying->milestone->benchmark;
	const struct explained *node;
	struct decimal actual;
	const char *about;

	if (benchmark->actual == NULL)
		return false;
	node = explanation_find(saying->explanation, benchmark->actual);
	if (node == NULL || !actual_find(saying, node, &actual, &about))
		return false;
	say(saying, ": ");
	say_measured(saying, node);
	say(saying, about);
	text_add_decimal_short(saying->out, actual);
	say_unit(saying, node->unit);
	say_asked(saying);
	return true;
}

/* ---- conditions ----------------------------------------------------------------- */

static const char *truth_word(enum truth truth)
{
	static const char *const words[] = {
		[TRUTH_FALSE] = "false", [TRUTH_TRUE] = "true",
		[TRUTH_UNKNOWN] = "not known",
	};

	return words[truth];
}

/* The next part of a condition after a node of its tree; NULL: none. */
static const struct explained *part_next(const struct explanation *explanation,
	const struct explained *node)
{
	const struct explained *end =
		explanation->nodes + explanation->node_count;

	for (node++; node < end; node++)
		if (node->depth == 1 && node->type == TYPE_TRUTH)
			return node;
	return NULL;
}

/* ": of its 3 parts 1 is true; last(x) >= 1 is false" */
static void say_parts(const struct saying *saying)
{
	const struct explained *root = saying->explanation->nodes;
	size_t count = 0, known_true = 0, named = 0;

	for (const struct explained *part = root;
	    (part = part_next(saying->explanation, part)) != NULL; count++)
		known_true += part->judgement.truth == TRUTH_TRUE;
	if (count < 2) {
		say(saying, ": ");
		say_quoted(saying, root);
		text_addf(saying->out, " is %s",
			truth_word(root->judgement.truth));
		return;
	}
	say(saying, ": of its ");
	say_count(saying, (int64_t)count);
	say(saying, " parts ");
	say_count(saying, (int64_t)known_true);
	say(saying, known_true == 1 ? " is true" : " are true");
	for (const struct explained *part = root;
	    (part = part_next(saying->explanation, part)) != NULL;) {
		if (part->judgement.truth == TRUTH_TRUE || named == PARTS_NAMED)
			continue;
		named++;
		say(saying, "; ");
		say_quoted(saying, part);
		text_addf(saying->out, " is %s",
			truth_word(part->judgement.truth));
	}
	if (count - known_true > named)
		text_addf(saying->out, "; and %zu more",
			count - known_true - named);
}

/* ---- what is published ------------------------------------------------------------ */

/* "; exports.energy 2020-12 is not published yet (expected by 2021-02-09)" */
static void say_gap(const struct saying *saying, const struct explained *node,
	const struct explained_gap *gap)
{
	text_addf(saying->out, "%s ",
		saying->reg->indicators[node->indicator].id);
	text_add_period(saying->out, gap->period);
	say(saying, gap->kind == GAP_OVERDUE ?
		" was not published (expected by " :
		" is not published yet (expected by ");
	say_day(saying, gap->expected);
	say(saying, ")");
}

static bool gap_is_repeated(const struct explanation *explanation,
	const struct explained *node, const struct explained_gap *gap)
{
	for (const struct explained *other = explanation->nodes; other < node;
	    other++)
		for (size_t i = 0; i < other->gaps.count; i++)
			if (other->indicator == node->indicator && period_equal(
			    explanation->gaps[other->gaps.first + i].period,
			    gap->period))
				return true;
	return false;
}

/* Periods that are over and lack a figure, the first few by name. */
static void say_gaps(const struct saying *saying)
{
	const struct explanation *explanation = saying->explanation;
	size_t found = 0;

	for (size_t n = 0; n < explanation->node_count; n++) {
		const struct explained *node = &explanation->nodes[n];

		for (size_t i = 0; i < node->gaps.count; i++) {
			const struct explained_gap *gap =
				&explanation->gaps[node->gaps.first + i];

			if (gap->kind == GAP_AHEAD ||
			    gap_is_repeated(explanation, node, gap))
				continue;
			if (found++ >= PARTS_NAMED)
				continue;
			say(saying, found == 1 ? " " : "; ");
			say_gap(saying, node, gap);
		}
	}
	if (found > PARTS_NAMED)
		text_addf(saying->out, "; and %zu more", found - PARTS_NAMED);
	if (found > 0)
		say(saying, ".");
}

/* What a term over periods has: how many, and when the last was published. */
struct coverage {
	int64_t periods, published;
	instant last;
};

static struct coverage node_coverage(const struct explanation *explanation,
	const struct explained *node)
{
	struct coverage coverage = {.last = INSTANT_MIN};

	if (!period_is_none(node->first))
		coverage.periods = node->last.number - node->first.number + 1;
	for (size_t i = 0; i < node->figures.count; i++) {
		const struct explained_figure *figure =
			&explanation->figures[node->figures.first + i];

		if (!figure->used)
			continue;
		coverage.published++;
		if (figure->observation.published > coverage.last)
			coverage.last = figure->observation.published;
	}
	coverage.published += (int64_t)node->figures.left_out;
	return coverage;
}

/* "All twelve months are", "Of twelve months nine are" */
static void say_periods(const struct saying *saying,
	const struct coverage *coverage, enum frequency frequency)
{
	bool all = coverage->published == coverage->periods;

	if (all && coverage->periods == 2) {
		text_addf(saying->out, " Both %ss are", frequency_name(frequency));
		return;
	}
	say(saying, all ? " All " : " Of ");
	say_count(saying, coverage->periods);
	text_addf(saying->out, " %ss", frequency_name(frequency));
	if (!all) {
		text_add_char(saying->out, ' ');
		say_count(saying, coverage->published);
	}
	say(saying, all || coverage->published > 1 ? " are" : " is");
}

/* " All twelve months are published, the last on 2021-02-05." Of a running
   total the last figure says what those before it would. */
static void say_coverage(const struct saying *saying)
{
	const struct benchmark *benchmark = saying->milestone->benchmark;
	const struct explained *node = benchmark->actual == NULL ? NULL :
		explanation_find(saying->explanation, benchmark->actual);
	const struct phrase *phrase = node == NULL ? NULL : node_phrase(node);
	struct coverage coverage;

	if (phrase == NULL)
		return;
	coverage = node_coverage(saying->explanation, node);
	if (coverage.last == INSTANT_MIN)
		return;
	if (!phrase->over_periods || coverage.periods < 2 ||
	    coverage.published > coverage.periods ||
	    saying->reg->indicators[node->indicator].cumulative) {
		say(saying, " The latest figure was published on ");
	} else {
		say_periods(saying, &coverage, node->first.frequency);
		say(saying, coverage.published == 1 ? " published, on " :
			" published, the last on ");
	}
	say_day(saying, coverage.last);
	say(saying, ".");
}

static void say_marks(const struct saying *saying)
{
	const struct explanation *explanation = saying->explanation;
	bool provisional = false, assumed = false;

	for (size_t i = 0; i < explanation->figure_count; i++) {
		const struct explained_figure *figure = &explanation->figures[i];

		provisional |= figure->used && figure->observation.provisional;
		assumed |= figure->used && figure->observation.published_assumed;
	}
	if (provisional)
		say(saying, " Some of these figures are provisional.");
	if (assumed)
		say(saying, " When some of them were published is assumed.");
}

/* ---- what was decided ------------------------------------------------------------- */

static void say_amendment(const struct saying *saying)
{
	const struct amendment *amendment = milestone_amendment(saying->original,
		saying->assessment->as_of);

	if (amendment == NULL)
		return;
	reason_add_decree(saying->out, " Amended", &amendment->decree);
	if (saying->original->due != INSTANT_MAX &&
	    saying->assessment->due != saying->original->due) {
		say(saying, "; originally due on ");
		text_add_date(saying->out, zone_date(saying->zone,
			saying->original->due));
	}
	say(saying, ".");
}

/* Of what is asked no more only the decision is told. */
static bool say_over(const struct saying *saying)
{
	const struct clauses *clauses = saying->milestone->clauses;
	const struct assessment *assessment = saying->assessment;

	if (clauses == NULL || !lifecycle_is_over(assessment->lifecycle))
		return false;
	say(saying, "Nothing is owed any more: ");
	if (assessment->lifecycle == LIFECYCLE_WITHDRAWN)
		reason_add_decree(saying->out, "withdrawn", &clauses->withdrawn);
	else
		reason_add_decree(saying->out, "superseded",
			&clauses->superseded);
	say(saying, ".");
	return true;
}

/* false: it is not waived. */
static bool say_waiver(const struct saying *saying)
{
	const struct clauses *clauses = saying->milestone->clauses;

	if (clauses == NULL || saying->assessment->verdict != VERDICT_WAIVED)
		return false;
	if (clauses->waived.kind == WAIVER_APPLICABILITY) {
		reason_add_decree(saying->out, "Waived as not applicable",
			&clauses->waived);
		say(saying, ". As to the figures");
	} else {
		reason_add_decree(saying->out, "The miss was waived",
			&clauses->waived);
		say(saying, ". What was missed");
	}
	return true;
}

void explanation_sentence(const struct register_ *reg, uint32_t milestone,
	const struct explanation *explanation, struct text *out)
{
	const struct saying saying = {
		.reg = reg, .original = &reg->milestones[milestone],
		.milestone = explanation->milestone, .explanation = explanation,
		.assessment = &explanation->assessment,
		.zone = milestone_zone(reg, explanation->milestone), .out = out,
	};

	if (say_over(&saying))
		return;
	if (!say_waiver(&saying))
		say_marked(&saying, standing_words(&saying));
	if (!say_comparison(&saying))
		say_parts(&saying);
	say(&saying, ".");
	say_coverage(&saying);
	say_gaps(&saying);
	say_marks(&saying);
	say_amendment(&saying);
}
