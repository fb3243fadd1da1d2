/*
 * paths: where our own files are, relative to the program first, so that a
 * tree works uninstalled and moved.
 */
#ifndef PLEDGED_PLEDGED_PATHS_H
#define PLEDGED_PLEDGED_PATHS_H

/* The worker program; free() it. NULL: nowhere, and where it was looked for
   has been logged. */
char *paths_worker(void);
/* The folder of shipped presets, absolute; it stays. NULL: nowhere. */
const char *paths_presets(void);
/* The folder of shipped formats, likewise. */
const char *paths_formats(void);

#endif
