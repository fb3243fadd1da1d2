/*
 * ticks: the scales of pictures, and where an axis has its labels.
 */
#ifndef PLEDGED_PLEDGED_TICKS_H
#define PLEDGED_PLEDGED_TICKS_H

#include "base/moment.h"

/* From the values between two to the places between two others. */
struct scale {
	double from, to;
	double place_from, place_to;
};

double scale_place(const struct scale *scale, double value);

#define TICKS_MAX 12
struct tick {
	double value;
	char label[32];
};
struct ticks {
	struct tick items[TICKS_MAX];
	size_t count;
};

/*
 * Round values over a range, which becomes the scale's, whole steps wide. Labels are
 * exact and share one word: "10 bn", "12.5 bn".
 */
void ticks_of_values(double low, double high, struct ticks *out,
	struct scale *scale);
/* First days of years, months, weeks or single days within two instants, so
   many at most (1 to TICKS_MAX). */
void ticks_of_time(instant from, instant to, const struct zone *zone,
	size_t most, struct ticks *out);

#endif
