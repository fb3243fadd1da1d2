/*
 * told: an item of a notification in the light of the register, and the words
 * for it: what happened, to what, and why it is told. Used by every form that
 * a message has.
 */
#ifndef PLEDGED_PLEDGED_TOLD_H
#define PLEDGED_PLEDGED_TOLD_H

#include "pledged/message.h"

#define NAME_SHOWN 200		/* bytes of a title */
#define LINE_SHOWN 1000		/* … and of anything else */

/* What it is called: by its kind, but that "recovered" is said of many things. */
enum wording {
	WORDING_FIGURES = EVENT_KIND_COUNT,	/* of an indicator */
	WORDING_AGREED,			/* sources that differed */
	WORDING_UNWATCHED,		/* what left the register */
	WORDING_COUNT
};

struct told {
	const struct message_context *context;
	const struct item *item;
	const struct event *event;
	int wording;		/* an event_kind or a wording */
	/* About a milestone that the register has: which, by its terms when it
	   is told, and where it stands; else NOT_FOUND, NULL and NULL. */
	uint32_t index;
	const struct milestone *milestone;
	const struct milestone_state *state;
};

struct told told_of(const struct message_context *context,
	const struct item *item);

/* Whether it only ends what was told before: resolved or withdrawn. */
bool told_is_over(const struct told *told);
/* Whether it is bad, good, or neither. */
enum tone { TONE_PLAIN, TONE_GOOD, TONE_BAD };
enum tone told_tone(const struct told *told);
/* Whether somebody can still do something about it. */
bool told_is_open(const struct told *told);
/* Met, late or not, or waived: nothing is missing. */
bool verdict_is_done(enum verdict verdict);
/* A slip that is a due date moved later, or another move of it. */
bool told_is_moved(const struct told *told);

int item_wording(const struct item *item);
/* "slipped": the state itself, in the middle of a sentence. */
const char *wording_state(int wording);
/* "Slipped" */
const char *wording_headline(int wording);
/* Wordings from the worst to the best: that of a place in this order. */
int wording_of_rank(int rank);
/* "12 milestones slipped"; without the noun: "12 slipped". */
void add_wording_count(struct text *out, int wording,
	enum subject_kind about, size_t count, bool noun);

/* "Agricultural goods, 2020": a milestone's own title says what it is; without
   one, the pledge's and the milestone's name together do. */
void add_milestone_name(const struct register_ *reg,
	const struct milestone *milestone, struct text *out);
/* "Agricultural goods, 2020", "census", "channel desk". */
void add_name(const struct told *told, struct text *out);
/* "Reminder (2): Slipped: Agricultural goods, 2020" */
void add_subject_line(const struct told *told, struct text *out);
/* "Reminder", "Escalated" …; NULL where it is news. */
const char *reason_words(enum notify_reason reason);
/* The state in one sentence. */
void add_lead(const struct told *told, struct text *out);
/* Why it comes, in a sentence; nothing where it is news. */
void add_occasion(const struct told *told, struct text *out);

/* "2021-01-27 16:30 Europe/Brussels", in the channel's zone. */
void add_time(const struct message_context *context, struct text *out,
	instant at);
/* "2020-12-31", or with a time of day in the milestone's zone. */
void add_due(const struct told *told, struct text *out);
/* The day alone; none: there is none. */
struct date told_due_date(const struct told *told);
/* "27.3bn of 33.5bn USD", of a ceiling "27.3bn USD where 20bn is the most".
   false, and nothing: they are not known. */
bool add_share(const struct told *told, struct text *out);
/* The same of any answer, for the terms that it was judged by. */
bool add_share_of(const struct milestone *milestone,
	const struct assessment *answer, struct text *out);
/* Whether it is to be reached, not kept below or hit. */
bool told_has_floor(const struct told *told);
/* Days from the notification to its due date; DAYS_NONE: it has none. */
int32_t told_days_left(const struct told *told);
/* "27 days ago", "today", "in 3 days" */
void add_days_left(struct text *out, int32_t left);

#endif
