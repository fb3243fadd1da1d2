/*
 * engine: the whole state of the watch, advanced by inputs, answering with
 * effects. (old state, input, now) → effects; no clock, no files.
 *
 *	start ──→ SETTLING ──all first polls in, or SETTLE_SECONDS──→ WATCHING
 *
 * While settling, milestones are judged and nothing is announced, so that
 * nobody hears "unverified" of a figure that arrives a second later. When it
 * ends, milestones decided before they were ever seen are announced as
 * first_sight says.
 *
 * Work per input is what the input touches: milestones that rest on an
 * indicator, the entries of two heaps that are due. What is left over after
 * `budget` judgements stays due: engine_next then answers a time already past.
 *
 * The wall clock may be set back: engine_replan then cuts what was planned too
 * far ahead. What is known never shrinks by it: milestones are judged as of the
 * latest instant at which one was judged before, also in an earlier process,
 * until the clock has passed it. So nothing that has been told is taken back,
 * or told again when its time comes for the second time; new figures are judged
 * as ever. Plans and the times of events are the clock's own.
 *
 * Polls due together are parted (core/poll.h), those awaited at the start over
 * half of SETTLE_SECONDS at most where the settings' spread says so. While a
 * milestone is near, sources it rests on are asked as their `near` says.
 *
 * The wake-up: engine_next is always the earliest instant at which time alone
 * changes anything (a milestone's next, a publication recorded ahead of its
 * time, a source's poll, a figure overdue, a delivery's retry, the end of
 * settling).
 */
#ifndef PLEDGED_CORE_ENGINE_H
#define PLEDGED_CORE_ENGINE_H

#include "core/effect.h"
#include "core/route.h"
#include "core/row.h"

#define SETTLE_SECONDS 60
#define DELIVERIES_PER_CHANNEL 4	/* under way at once */
#define MAILS_UNDER_WAY_MAX 64		/* of all channels of mail together, each of
					   which has its share: processes */
#define WEBHOOKS_PER_CHANNEL 64		/* the same of a webhook, which takes no
					   process of its own */

enum first_sight { FIRST_SIGHT_SUMMARY, FIRST_SIGHT_EACH, FIRST_SIGHT_NONE };
const char *first_sight_name(enum first_sight value);
bool first_sight_parse(const char *word, enum first_sight *out);

struct engine_settings {
	enum first_sight first_sight;
	struct poll_settings polling;
	const struct policy *policy;	/* outlives the engine or the next reload */
	const char *instance;		/* of the store: part of every message id */
	int64_t last_event;		/* ids already used */
	int64_t last_alert;
	int64_t last_notification;
	int64_t last_mention;
	int64_t last_silence;
};

struct engine;

/* The register, the history and the policy are the caller's and must outlive
   the engine (or its next reload). */
struct engine *engine_new(const struct register_ *reg, struct history *history,
	const struct engine_settings *settings);
void engine_free(struct engine *engine);

/* --- what a restart brings back, before engine_start ---------------------- */

/* Of ids that the register no longer has: the state is kept until start, which
   announces `withdrawn`. */
void engine_restore_milestone(struct engine *engine, const char *id,
	const struct milestone_state *state);
void engine_restore_source(struct engine *engine, const char *id,
	const struct source_state *state);
/* The last period of an indicator that a source (NULL: people) has given, figures
   in quarantine apart; one call for each that gave it. */
void engine_restore_supply(struct engine *engine, const char *indicator,
	const char *source, struct period last);
/* Open ones, and those over of whose end a mention that waits is to tell. */
void engine_restore_alert(struct engine *engine, const struct alert *alert);
/* Pending ones, in any order, with their items, whose alerts are left out. */
void engine_restore_delivery(struct engine *engine,
	const struct notification *notification,
	const struct delivery *delivery);
/* Those that wait, with their event, in any order. */
void engine_restore_mention(struct engine *engine,
	const struct mention *mention, const struct event *event);
/* Of open alerts. */
void engine_restore_hearing(struct engine *engine,
	const struct hearing *hearing);
/* When a group was last told of on a channel, so that its interval is kept;
   what is older than the longest interval need not be given. */
void engine_restore_group(struct engine *engine, const char *channel,
	const char *group, instant told);
/* That are not over, or ended while nobody was there to tell of it: those of the
   last weeks will do, since who has heard of an alert after the end of a silence
   over it is not told of that again. */
void engine_restore_silence(struct engine *engine,
	const struct silence *silence);

/* --- inputs --------------------------------------------------------------- */

void engine_start(struct engine *engine, instant now, struct effects *effects);

/* Time has passed. Judges at most budget milestones (0: no limit). */
void engine_advance(struct engine *engine, instant now, size_t budget,
	struct effects *effects);

/*
 * A poll has finished. rows: as row_check made them, `published` all set; only
 * with FETCH_CHANGED; they are recorded at now. Rows that say nothing new leave
 * no trace. What they change is judged in the same call, so that figure and
 * verdict are committed together; what is too much for one call is saved as
 * due, so that a restart judges it, by the calls that follow (engine_owes). A
 * good poll also tells what documents are absent: what rests on those of the
 * source is judged again.
 *
 * Implausible rows are kept in quarantine, and told: those outside the domain,
 * jumps and releases that contradict too much (core/holding.h), and two figures
 * of one indicator, period and publication in one table that differ. A figure
 * equal to the one in force is never held, nor one held already told again.
 *
 * An attempt that reached nobody while this machine counts as offline
 * (core/network.h) is taken, and saved, as FETCH_OFFLINE.
 */
void engine_fetched(struct engine *engine, uint32_t source,
	const struct fetch_report *report, const struct row *rows,
	size_t row_count, instant now, struct effects *effects);

/* Brings the rows of a poll into the order in which they are taken, which
   engine_fetched does otherwise: of very many it takes a while. */
void rows_order(const struct register_ *reg, uint32_t source, struct row *rows,
	size_t count);

/*
 * Somebody attests something of a milestone, now: at and recorded are ours to
 * set. Judged in the same call, so that statement and verdict are committed
 * together. ATTESTED_AGAIN: they said just that before, and nothing is done.
 */
enum attest_outcome { ATTESTED, ATTESTED_AGAIN, ATTESTED_TOO_MANY };
enum attest_outcome engine_attest(struct engine *engine, uint32_t milestone,
	const struct attestation *attestation, instant now,
	struct effects *effects);

/* Who says so, why, and by what evidence; NULL: not given. */
struct stated {
	const char *by, *note, *evidence;
};
/* Figures that someone observed, without a source: rows as above, taken and
   judged as those of a poll are. stated NULL: a register test gives them. */
void engine_observed(struct engine *engine, const struct row *rows,
	size_t row_count, const struct stated *stated, instant now,
	struct effects *effects);

/*
 * Somebody accepts a figure that is held (its id set): the same is added once
 * more, recorded now, not held, and judged in the same call. As of an earlier
 * recording it is still held. ALREADY: it is accepted, or a later vintage in
 * force says the same; nothing is done.
 */
enum accept_outcome { ACCEPTED, ACCEPTED_ALREADY };
enum accept_outcome engine_accept(struct engine *engine, uint32_t indicator,
	const struct observation *held, const struct stated *stated,
	instant now, struct effects *effects);

/* The wall clock has been set. Whatever waits for longer from now on than it was
   meant to wait at all is cut to that, and all milestones are judged again. */
void engine_replan(struct engine *engine, instant now, struct effects *effects);

/*
 * A delivery has ended: delivered, or failed. FOR_ALL: nobody was reached, or
 * the receiver takes nothing for now, so that any other would have fared alike;
 * FOR_NOW: it did not take this one. retry_after: seconds the receiver asked
 * for, -1 none.
 */
enum delivery_outcome { DELIVERED, FAILED_FOR_NOW, FAILED_FOR_GOOD,
	FAILED_FOR_ALL };
void engine_delivered(struct engine *engine, int64_t notification,
	enum delivery_outcome outcome, int64_t retry_after, const char *answer,
	instant now, struct effects *effects);

/* A notification that is dead or was dropped is to be tried again at once, as it
   was rendered; or one that is pending, before its time. With its items, as
   engine_restore_delivery takes it. false: it is under way, or delivered, or its
   channel is no longer there. */
bool engine_resend(struct engine *engine,
	const struct notification *notification,
	const struct delivery *delivery, instant now, struct effects *effects);
/* A notification is not to be sent (again). false: it is under way, or over. */
bool engine_drop(struct engine *engine, const struct delivery *delivery,
	const char *by, instant now, struct effects *effects);
/* A marked message to a channel, past all gates. Its number; 0: there is no such
   channel. */
int64_t engine_test_channel(struct engine *engine, const char *channel,
	const char *by, instant now, struct effects *effects);

/* Somebody has an alert in hand until a time: nothing reminds of it and nothing
   escalates. Again: the later word counts. false: no such alert is open. */
bool engine_acknowledge(struct engine *engine, int64_t alert,
	const struct stated *stated, instant until, instant now,
	struct effects *effects);

/* Somebody does not want to be told for a while; id and made are ours to set.
   Its id; 0: there are SILENCES_MAX. words: as match_words_read takes them, kept
   as match_words_write writes them. */
int64_t engine_silence(struct engine *engine, const struct silence *silence,
	instant now, struct effects *effects);
/* … and now does. false: no such silence, or it is over. */
bool engine_end_silence(struct engine *engine, int64_t silence,
	const char *by, instant now, struct effects *effects);

/* Someone asked for a poll now: false when it is already under way. */
bool engine_poll(struct engine *engine, uint32_t source, instant now,
	struct effects *effects);

/*
 * A new register and policy take the place of the old ones. Milestones are
 * matched by id; new ones come to first sight, vanished ones are withdrawn,
 * changed ones rescheduled or modified. The old register may be freed when
 * the effects have been performed.
 */
void engine_reload(struct engine *engine, const struct register_ *reg,
	const struct engine_settings *settings, instant now,
	struct effects *effects);

/* --- questions ------------------------------------------------------------ */

instant engine_next(const struct engine *engine);
/* Whether more effects belong to those of the inputs so far, and come with the
   next calls: what is saved of them must not be taken apart, or a restart might
   miss a judgement. */
bool engine_owes(const struct engine *engine);
/* As of when is judged at now: now, unless the clock has been set back. */
instant engine_as_of(const struct engine *engine, instant now);
bool engine_is_settling(const struct engine *engine);
const struct register_ *engine_register(const struct engine *engine);
const struct milestone_state *engine_milestone(const struct engine *engine,
	uint32_t milestone);
const struct source_state *engine_source(const struct engine *engine,
	uint32_t source);
bool engine_source_busy(const struct engine *engine, uint32_t source);
/* Who gives which indicator, and up to when; bound to the register. */
const struct supply *engine_supply(const struct engine *engine);
/* Open alerts, in order of id; those over are the store's to tell. */
size_t engine_alert_count(const struct engine *engine);
const struct alert *engine_alert(const struct engine *engine, size_t index);
size_t engine_alerts_acknowledged(const struct engine *engine);
/* By its number; NULL: none that is open. */
const struct alert *engine_alert_of(const struct engine *engine, int64_t id);
/* What an alert is about, for routes and silences. */
struct route_subject engine_alert_subject(const struct engine *engine,
	const struct alert *alert);
/* The open alert that is told in its place, being what it follows from; 0. */
int64_t engine_alert_cause(const struct engine *engine,
	const struct alert *alert);
/* When something of it comes next: a reminder, an escalation, the end of an
   acknowledgement; INSTANT_MAX. */
instant engine_alert_next(const struct engine *engine, int64_t alert);
/* The channels that have heard of an alert, or are to; by position. */
struct hearing_view {
	const char *channel;
	instant told;		/* INSTANT_MIN: it waits still */
	int32_t reminders;
	instant waits_until;	/* INSTANT_MIN: it does not; INSTANT_MAX: for the
				   end of a silence without end, or of a cause */
	int64_t silence;	/* that it waits for; 0 */
	int64_t cause;		/* alert that is told in its place; 0 */
};
size_t engine_alert_hearings(const struct engine *engine, int64_t alert,
	struct hearing_view out[CHANNELS_MAX]);
/* Silences that are not over, in order of id. */
size_t engine_silence_count(const struct engine *engine);
const struct silence *engine_silence_at(const struct engine *engine,
	size_t index);
/* What a silence, made or not, matches now. */
struct silence_reach {
	size_t alerts;		/* that are open */
	size_t held;		/* … and that it holds back from a channel … */
	bool held_known;	/* … unless it matches too many to ask each */
	size_t milestones;	/* of which an alert may come */
};
void engine_silence_reach(const struct engine *engine,
	const struct silence *silence, struct silence_reach *out);
/* Judges a milestone as of another time, remembering those it rests on for the
   next such question. */
void engine_assess(struct engine *engine, uint32_t milestone,
	struct knowledge known, struct assessment *out);
/* Milestones judged so far, by status. */
const size_t *engine_counts(const struct engine *engine); /* [STATUS_COUNT] */
size_t engine_outbox_pending(const struct engine *engine);
/* A pending delivery by position, in no order. */
const struct delivery *engine_outbox(const struct engine *engine, size_t index,
	const char **channel);

#endif
