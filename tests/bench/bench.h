/*
 * bench: what the measuring programs share. Each prints figures on one line
 * of standard output, which tests/bench/run makes a table of.
 */
#ifndef PLEDGED_TESTS_BENCH_H
#define PLEDGED_TESTS_BENCH_H

#include <stddef.h>
#include <stdint.h>

/* Seconds on the monotonic clock. */
double bench_seconds(void);
/* The most memory this program has had, in KiB, as the kernel counts it. */
long bench_peak(void);
/* A number of the command line, 1 to a billion; ends the program otherwise. */
size_t bench_number(const char *argument);
/* Ends the program with one line on standard error. */
_Noreturn void bench_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

double bench_median(double *times, size_t count);
/* The value below which a share of them lies; sorts them. */
double bench_quantile(double *times, size_t count, double share);

#endif
