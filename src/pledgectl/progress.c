/* progress: see progress.h. */
#include "pledgectl/progress.h"

#include <stdio.h>
#include <unistd.h>

void progress_print(const char *phase, long long done, long long total)
{
	if (phase == NULL || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\x1b[K%s", phase);
	if (total > 0)
		fprintf(stderr, " %lld%%", done >= total ? 100 :
			done * 100 / total);
}

void progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\x1b[K", stderr);
}
