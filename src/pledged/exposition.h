/*
 * exposition: figures for Prometheus and its kin: OpenMetrics 1.0, or the older
 * text format (0.0.4) for those who do not ask for that.
 */
#ifndef PLEDGED_PLEDGED_EXPOSITION_H
#define PLEDGED_PLEDGED_EXPOSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum metric_type {
	METRIC_GAUGE,
	METRIC_COUNTER,		/* its name ends in _total */
	METRIC_INFO		/* … in _info; its value is always 1 */
};

struct metric {
	const char *name;	/* of its samples */
	enum metric_type type;
	const char *unit;	/* its name ends so, but for _total; "": none */
	const char *help;	/* one line, without backslash or quote */
};

struct exposition {
	struct text *out;
	bool open;		/* OpenMetrics */
	const struct metric *metric;
};

/* Begins a metric; samples of it follow. */
void exposition_metric(struct exposition *exposition, const struct metric *metric);
/* Labels are pairs of name and value, with NULL behind the last. */
void exposition_sample(struct exposition *exposition, int64_t value, ...)
	__attribute__((sentinel));
/* The same of a value in thousandths. */
void exposition_thousandths(struct exposition *exposition, int64_t value, ...)
	__attribute__((sentinel));
void exposition_end(struct exposition *exposition);
/* The media type of what was written. */
const char *exposition_type(const struct exposition *exposition);

#endif
