/*
 * hours: when a channel may be spoken to. A digest gathers for a time of day or
 * of week; quiet hours hold back. Times of day are those of a zone: one that
 * does not exist there (a clock set forward) is the next that does, one that
 * comes twice is its first.
 */
#ifndef PLEDGED_CORE_HOURS_H
#define PLEDGED_CORE_HOURS_H

#include "base/error.h"
#include "base/moment.h"
#include "core/register.h"

enum digest_every { DIGEST_NONE, DIGEST_DAILY, DIGEST_WEEKLY };

struct digest_time {
	enum digest_every every;
	int weekday;		/* WEEKLY: 0 is Monday, as date_weekday */
	int minute;		/* of the day */
	const struct zone *zone; /* NULL: the channel's */
	const char *zone_id;
};

struct quiet_hours {
	int from, to;		/* minutes of the day; to below from: over midnight;
				   equal: a day from then on */
	uint8_t days;		/* bit n: it may begin on weekday n */
};

#define QUIET_HOURS_MAX 16

struct hours {
	struct digest_time digest;
	const struct quiet_hours *quiet;
	size_t quiet_count;
	bool has_urgent;	/* from this severity on nothing holds back */
	enum severity urgent;
	const struct zone *zone;	/* UTC where none is given */
};

/*
 * The first instant, now or later, at which what waits since `since` may be told
 * by these hours. A digest takes what came up to its time, that included; one
 * that falls into quiet hours is passed over for the next, and if all do, what
 * waits is told when it is no longer quiet. INSTANT_MAX: never (it is always
 * quiet).
 */
instant hours_open(const struct hours *hours, enum severity severity,
	instant since, instant now);

/* "daily 08:00", "weekly mon 08:00", with a zone behind or none; the zone's id
   is left in out->zone_id, the end of the string, for the caller to find; NULL:
   none. false: an error that says what is expected. */
bool digest_time_read(const char *string, struct digest_time *out,
	struct error *error);
/* "22:00": minutes of the day; 24:00 is 1440. */
bool minute_read(const char *string, int *out);

#endif
