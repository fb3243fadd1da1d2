/*
 * progress: how far long work is, in one line on a terminal that is written over.
 * Nothing is said where standard error is none.
 */
#ifndef PLEDGED_PLEDGECTL_PROGRESS_H
#define PLEDGED_PLEDGECTL_PROGRESS_H

/* total 0: it is not known. phase NULL: nothing is known yet. */
void progress_print(const char *phase, long long done, long long total);
/* Takes the line away. */
void progress_end(void);

#endif
