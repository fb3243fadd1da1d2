/*
 * register: the pledges and what judges them, as read and as checked.
 *
 * Filled by whoever reads files (strings, numbers and origins), then made
 * whole by register_finish: references become indices, due dates instants,
 * benchmarks checked trees, and each indicator learns which milestones rest
 * on it. After that it never changes; a reload makes another one. All of it
 * lives in one arena.
 */
#ifndef PLEDGED_CORE_REGISTER_H
#define PLEDGED_CORE_REGISTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "core/attestations.h"
#include "core/calendar.h"
#include "core/expression.h"

#define NOT_FOUND UINT32_MAX

struct label {
	const char *key;
	const char *value;
};

struct instrument {
	const char *id;
	const char *title;
	const char **parties;
	size_t party_count;
	struct date signed_on;
	struct date in_force;
	struct date ends;		/* its last day; none: it is open */
	const char *url;
	const char *zone_id;		/* "America/New_York"; NULL: the default */
	const struct zone *zone;	/* resolved by whoever reads files */
	const char *calendar_id;	/* NULL: none */
	struct origin origin;

	struct calendar *calendar;	/* as checked; NULL: none */
};

enum indicator_kind {
	INDICATOR_FIGURES,
	INDICATOR_DOCUMENTS	/* dated texts; no frequency, unit or domain */
};

struct indicator {
	const char *id;
	const char *title;
	enum indicator_kind kind;
	const char *unit;
	enum frequency frequency;
	struct duration lag;		/* seconds or days */
	bool cumulative;		/* a running total within the year */
	bool has_min, has_max;		/* domain; nonnegative: min = 0 */
	struct decimal min, max;
	struct decimal max_jump;	/* largest ratio to the figure of the period
					   before, up or down; 0: any */
	struct origin origin;

	uint32_t *milestones;		/* that rest on it */
	size_t milestone_count;
	uint32_t *sources;		/* that name it as that of their rows */
	size_t source_count;
};

/* What is reckoned with where a source does not say how often it is polled. */
#define SOURCE_EVERY_UNSET INT64_C(86400)

enum source_format { SOURCE_CSV, SOURCE_JSON, SOURCE_HTML, SOURCE_XML,
	SOURCE_FEED, SOURCE_TEXT };
#define SOURCE_FORMAT_COUNT (SOURCE_TEXT + 1)

/* Requests of one poll: every combination of the parameters' values. */
#define SOURCE_REQUESTS_MAX 1000
#define SOURCE_PAGES_DEFAULT 100
#define SOURCE_PAGES_MAX 1000		/* of one request */

/* {name} in url, body and headers, and a variable of the programs. Of several
   values each makes a request of its own. */
struct parameter {
	const char *name;
	const char **values;
	size_t value_count;
};

/* {name} in url, body and headers, and nowhere else: no program sees it, and
   nothing that is stored, said or logged holds it. */
struct source_secret {
	const char *name;
	const char *path;		/* of the file it is read from */
	char *secret;			/* NULL: it was not opened; the arena's */
};

/* Which documents a source lists: all of them or, as feeds do, the newest. */
enum source_listing { LISTS_UNSAID, LISTS_ALL, LISTS_NEWEST };

/* How often a source is asked while a milestone that rests on it is near. */
struct near {
	struct duration within;		/* before its due date, until it is decided */
	int64_t every;			/* seconds */
};

struct source {
	const char *id;
	/* how it is asked */
	const char *url;		/* http, https or file: with an absolute path */
	const char *body;		/* sent by POST; NULL: GET */
	const struct label *headers;	/* Accept, Authorization, … */
	size_t header_count;
	const struct parameter *parameters;
	size_t parameter_count;
	struct source_secret *secrets;
	size_t secret_count;
	const char *next;		/* where the next page is: "link" (the header
					   Link), a jq program (json) or an XPath
					   (html, xml); NULL: there is none */
	int32_t pages;			/* of one request at most; 0: the default */
	int64_t every;			/* seconds between polls; 0: the default */
	struct near *near;		/* widest first */
	size_t near_count;
	int64_t timeout;		/* seconds for one answer; 0: the default */
	bool allow_private;
	/* how it is read */
	enum source_format format;
	const char *extract;		/* csv: SELECT, json: jq, text: PCRE2; else NULL */
	const char *rows;		/* html, xml: XPath; else NULL */
	const struct label *columns;	/* field → XPath within a row */
	size_t column_count;
	const struct label *namespaces;	/* prefix → URI, for the XPaths */
	size_t namespace_count;
	const char *match;		/* feed: PCRE2 on title and text; NULL: all */
	const char *encoding;		/* of its text, whatever the answer says;
					   NULL: as said, sniffed, else UTF-8 */
	const char *preset;		/* whose settings it began with; NULL */
	const char *indicator_id;	/* default of its rows, or NULL */
	uint32_t indicator;		/* NOT_FOUND: none */
	char csv_delimiter;		/* 0: comma */
	char csv_decimal;		/* 0: point */
	char csv_thousands;		/* 0: none */
	bool csv_no_header;
	const struct label *csv_columns_as;	/* column → "text" | "number" */
	size_t csv_columns_as_count;
	/* what becomes of it */
	enum source_listing lists;
	bool may_be_empty;		/* an answer without any row is a good one */
	struct decimal hold_release;	/* share of its history that a release may
					   contradict; 0: any */
	struct duration retention;	/* of bytes no verdict rests on; 0: for ever */
	const struct label *labels;
	size_t label_count;
	struct origin origin;
};

struct pledge {
	const char *id;
	const char *instrument_id;
	const char *calendar_id;	/* NULL: the instrument's */
	uint32_t instrument;
	const char *obligor;
	const char *owner;
	const char *title;
	const char *cite;
	const char *url;
	const struct label *labels;
	size_t label_count;
	uint32_t first_milestone;	/* its milestones stand in a row */
	uint32_t milestone_count;
	struct origin origin;

	struct calendar *calendar;	/* as checked; NULL: none */
};

enum milestone_mode { MODE_BY, MODE_AT, MODE_THROUGHOUT };
enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };
#define SEVERITY_COUNT (SEVERITY_CRITICAL + 1)
enum forecast_method { FORECAST_NONE, FORECAST_RUN_RATE, FORECAST_LEAST_SQUARES,
	FORECAST_SEASONAL };
enum path_kind { PATH_NONE, PATH_LINEAR, PATH_SEASONAL, PATH_TABLE };

struct path_point {
	struct date date;
	struct decimal value;
};

/* The shares that the periods of a year had in a series. */
struct seasonal {
	uint32_t indicator;		/* whose shares */
	struct period base;		/* of which year */
};

struct path {
	enum path_kind kind;
	struct seasonal seasonal;	/* SEASONAL */
	struct path_point *points;	/* TABLE, by date */
	size_t point_count;
	/* as checked */
	bool flow;			/* from 0 over a window's periods; else a
					   level, from baseline to target */
	struct period first, last;	/* of that window */
};

/* Text of a setting and its own line, in the milestone's file; text NULL:
   absent. */
struct said {
	const char *text;
	int line;
};

/* Nonobservance excuses a miss; applicability says that nothing was owed. */
enum waiver_kind { WAIVER_NONOBSERVANCE, WAIVER_APPLICABILITY };

/* A decision about a milestone, in effect from the beginning of a day on. */
struct decree {
	struct date on;			/* none: there is no such decision */
	const char *reason;
	const char *authority;
	const char *by;			/* superseded: the milestone instead */
	const char *instance;		/* of a recurring milestone the one it is
					   about, as in 2020-Q3; NULL: all */
	enum waiver_kind kind;		/* waived */
	int line;
	/* as checked */
	instant at;			/* INSTANT_MAX: none */
};

/* Decisions about single instances, as written; each names its own. */
struct decree_list {
	struct decree *items;
	size_t count;
};

#define AMENDMENTS_MAX 1000
#define REMINDS_MAX 20
#define DECREES_MAX 1000	/* of one list */

/* Other terms from a day on; what is absent stays as it was. */
struct amendment {
	struct decree decree;
	struct said due_said;
	struct said benchmark_said;
	const char *title;
	struct milestone *milestone;	/* as checked: as it is from then on */
};

/* How far two figures of one thing may differ. */
enum tolerance_kind { TOLERANCE_NONE, TOLERANCE_SHARE, TOLERANCE_ABSOLUTE,
	TOLERANCE_ANY };

struct tolerance {
	enum tolerance_kind kind;	/* NONE: not given */
	struct decimal value;		/* of the larger; in the unit */
};

/* What few milestones have, apart from what all of them have. */
struct clauses {
	struct decimal partial;		/* share of the level; 0: none */
	int partial_line;
	int cure_line;
	bool has_cure;			/* else a miss is cured whenever */
	struct duration cure;
	int sustain_line;
	bool has_sustain;
	bool sustain_forever;
	struct duration sustain;	/* unless forever */
	bool has_roll;			/* else the calendar's */
	enum roll roll;
	int roll_line;
	struct said forecast_said;	/* "run_rate", "seasonal(x, 2017)", … */
	struct said tolerance_said;	/* "2%", "1500", "any" */
	const char **after;		/* milestones or patterns it waits for */
	size_t after_count;
	int after_line;
	const struct family **after_families;	/* as checked: one each */
	struct decree withdrawn;
	struct decree superseded;
	struct decree waived;
	struct decree_list withdrawn_for, superseded_for, waived_for;
	struct amendment *amendments;	/* by date */
	size_t amendment_count;
	struct said every_said;		/* a unit or a rule; NULL: it comes once */
	struct date until;		/* the last day one may begin; none */
	int until_line;
	/* What is told of it. None of this is a term: nobody judges by it. */
	struct duration *reminds;	/* before the due date, in any order */
	size_t remind_count;
	bool has_hold;			/* else a change is told at once */
	struct duration hold;		/* … once it has lasted so long */
	struct decimal hysteresis;	/* share of the pace, over its threshold, from
					   which on it counts as recovered; 0 */
	/* as checked */
	enum forecast_method forecast;
	struct seasonal forecast_seasonal;
	struct tolerance tolerance;
	struct attestation *attestations; /* said in the register, by when */
	size_t attestation_count;
};

/*
 * A milestone that comes again and again. In the register its instances stand
 * for it, each a milestone of its own: pledge/milestone@2020-Q3.
 */
struct recurrence {
	const char *id;			/* pledge/milestone */
	uint32_t pledge;
	const char *every;		/* as written */
	enum frequency unit;		/* NONE: by a rule */
	uint32_t first_milestone;	/* its instances stand in a row */
	uint32_t milestone_count;
	struct origin origin;
	/* while it is finished */
	const struct milestone *written; /* NULL once it has its instances */
	bool warned, faulty;		/* of some instance, and told */
};

struct instance {
	struct recurrence *recurrence;
	const char *label;		/* 2020-Q3, 2020-03-15 */
	struct period period;		/* by a rule: the day it comes */
};

/* The values of for_each that an element was made of, for its faults. */
struct made_of {
	const char *values;		/* in words */
	const int *lines;		/* on which they stand */
	size_t line_count;
};

#define REGISTERED_MAX 1000000

/* What somebody has attested, as the register's files say it. */
struct registered {
	const char *milestone;		/* full id */
	struct attestation attestation;	/* at and evidence as checked */
	struct said at_said;		/* text NULL: when it is dated */
	bool no;
	struct origin origin;
};

/* A milestone that others rest on. */
struct prerequisite {
	uint32_t milestone;
	uint32_t dependant_count;
	uint32_t *dependants;		/* milestones, each once */
	bool awaited;			/* some of them are not expected before it */
};

/* How many milestones may rest on one another in a row. */
#define REGISTER_DEPTH_MAX 100

/* What a due date is counted from that hangs on another milestone: the day on
   which that is fulfilled. */
struct anchorage {
	uint32_t milestone;
	struct duration span;
};

/* A register has a hundred thousand of them: small fields stand together. */
struct milestone {
	/* as written */
	const char *id;			/* pledge/milestone */
	const char *name;		/* milestone alone */
	const char *title;		/* NULL: the pledge's */
	uint32_t pledge;
	enum milestone_mode mode;
	enum severity severity;
	bool has_lag;			/* else the longest lag of its inputs */
	bool settles;			/* as checked: rests on fixed windows
					   alone: as time goes on more is known,
					   never less */
	struct decimal weight;
	struct decimal at_risk;		/* default 0.9 */
	struct said start_said;
	struct said due_said;
	struct said benchmark_said;
	struct said baseline_said;
	struct said path_said;		/* "linear", "seasonal(x, 2017)"; NULL with a table */
	struct path *path;		/* NULL: none; a table is the reader's */
	struct duration grace;		/* days or seconds; default 0 */
	struct duration lag;
	struct clauses *clauses;	/* NULL: none */
	const struct instance *instance; /* as checked; NULL: it comes once */
	const struct label *labels;	/* its own, over the pledge's */
	size_t label_count;
	struct origin origin;
	const struct made_of *made_of;	/* NULL: as it is written */

	/* as checked */
	const struct anchorage *anchorage; /* NULL: the due date is known; else
					   that, and what is counted from it, is
					   INSTANT_MAX */
	instant start;			/* INSTANT_MIN: none given or known */
	instant due;			/* D */
	instant grace_end;		/* D + G */
	instant lag_end;		/* D + G + L */
	struct date start_date;		/* none when start has a time of day */
	struct date due_date;		/* none when due has a time of day */
	struct benchmark *benchmark;
	struct benchmark *baseline;	/* NULL: none */
	uint64_t terms;			/* changes with whatever it is judged by */
	uint32_t prerequisite;		/* others rest on it, as this; NOT_FOUND */
	uint32_t level;			/* 0: it rests on no other; else above all
					   those it rests on */
};

struct register_ {
	struct arena *arena;
	const struct zone *zone;	/* default */
	struct calendar *calendars;
	size_t calendar_count;
	struct instrument *instruments;
	size_t instrument_count;
	struct indicator *indicators;
	size_t indicator_count;
	struct source *sources;
	size_t source_count;
	struct pledge *pledges;
	size_t pledge_count;
	struct milestone *milestones;
	size_t milestone_count;
	struct recurrence *recurrences;	/* made by finish */
	size_t recurrence_count;
	struct registered *registered;
	size_t registered_count;
	struct prerequisite *prerequisites;
	size_t prerequisite_count;
	struct families *families;	/* milestones asked for by a pattern */
	struct digest digest;		/* of all files it was read from */
	struct register_index *index;	/* ids to indices, made by finish */
	/* only while finish is at it */
	struct expression_pool *pool;
	const struct instance *instance; /* whose benchmark is read; NULL */
};

#define REGISTER_MILESTONES_MAX 1000000
#define REGISTER_ID_MAX 200		/* bytes of a full milestone id */

/* An empty register with its arena. */
struct register_ *register_new(void);
void register_free(struct register_ *reg);

/*
 * Resolves and checks everything, adding each fault with its origin and, for
 * an unknown reference, the nearest known id. Returns 0, or -1 when there
 * were errors; the register is then only good for register_free.
 */
int register_finish(struct register_ *reg, struct faults *faults);

/* Index by id, NOT_FOUND when there is none. Usable once finish has begun. */
uint32_t register_calendar(const struct register_ *reg, const char *id);
uint32_t register_instrument(const struct register_ *reg, const char *id);
uint32_t register_indicator(const struct register_ *reg, const char *id);
uint32_t register_source(const struct register_ *reg, const char *id);
uint32_t register_pledge(const struct register_ *reg, const char *id);
uint32_t register_milestone(const struct register_ *reg, const char *id);
uint32_t register_recurrence(const struct register_ *reg, const char *id);

/* The amendment of a milestone in force at a time; NULL: none. */
const struct amendment *milestone_amendment(const struct milestone *milestone,
	instant as_of);
/* A milestone by its terms at a time: itself, or as it was amended. */
const struct milestone *milestone_at(const struct milestone *milestone,
	instant as_of);

/* Whether a source lists only the newest documents, so that of what is older
   than all it has listed nothing is known: as it says, else feeds do. */
bool source_lists_newest(const struct source *source);

/* Where a setting of a milestone stands. */
struct origin said_origin(const struct milestone *milestone,
	const struct said *said);
const struct pledge *milestone_pledge(const struct register_ *reg,
	const struct milestone *milestone);
const struct instrument *milestone_instrument(const struct register_ *reg,
	const struct milestone *milestone);
const struct zone *milestone_zone(const struct register_ *reg,
	const struct milestone *milestone);
/* What its working days are counted by; NULL: none. */
const struct calendar *milestone_calendar(const struct register_ *reg,
	const struct milestone *milestone);
/* A label by key, the milestone's own before its pledge's; NULL: none. */
const char *milestone_label(const struct register_ *reg,
	const struct milestone *milestone, const char *key);
const char *source_label(const struct source *source, const char *key);
/* What people say of a milestone (NULL: nothing), in the register and, as the
   history has it, to the daemon. */
void milestone_statements(const struct milestone *milestone,
	struct history *history, struct statements *out);
/* What it is called: by its title, or by its id. */
const char *instrument_title(const struct instrument *instrument);
const char *pledge_title(const struct pledge *pledge);
const char *milestone_title(const struct register_ *reg,
	const struct milestone *milestone);
/* "Agricultural goods, 2020": a milestone's own title says what it is; without
   one, the pledge's and the milestone's name together do. A part of one line, each
   of most bytes at most. */
void milestone_add_name(struct text *out, const struct register_ *reg,
	const struct milestone *milestone, size_t most);

/* Letters, digits, '.' and '_'; with hyphens also '-'. At most 100 bytes. */
bool id_is_valid(const char *id, bool hyphens);

/* Words of the enums, and back; false: no such word. */
const char *severity_name(enum severity severity);
bool severity_parse(const char *word, enum severity *out);
const char *source_format_name(enum source_format format);
const char *mode_name(enum milestone_mode mode);
bool mode_parse(const char *word, enum milestone_mode *out);

#endif
