/*
 * bench: clock, memory, arguments.
 */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double bench_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Not ru_maxrss: that one starts with what the parent had. */
long bench_peak(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long peak = -1;

	while (status != NULL && fgets(line, sizeof line, status) != NULL)
		if (sscanf(line, "VmHWM: %ld", &peak) == 1)
			break;
	if (status != NULL)
		fclose(status);
	return peak;
}

size_t bench_number(const char *argument)
{
	char *end;
	long number = strtol(argument, &end, 10);

	if (*end != '\0' || number < 1 || number > 1000000000)
		bench_fail("%s is no number that makes sense here", argument);
	return (size_t)number;
}

void bench_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

static int double_compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double bench_quantile(double *times, size_t count, double share)
{
	size_t at = (size_t)((double)count * share);

	qsort(times, count, sizeof *times, double_compare);
	return times[at < count ? at : count - 1];
}

double bench_median(double *times, size_t count)
{
	return bench_quantile(times, count, 0.5);
}
