/*
 * picture: the daemon's drawings as pictures that mail programs show.
 */
#ifndef PLEDGED_WORKER_PICTURE_H
#define PLEDGED_WORKER_PICTURE_H

#include "base/text.h"

#define PICTURE_SVG_MAX 65536
#define PICTURE_BYTES_MAX (200 * 1024)
#define PICTURE_SECONDS 5

/*
 * A PNG of an SVG, at twice its size. It is made in a process of its own, with
 * limits of time and memory, that ends with it: whatever the drawing library
 * does there, the worker goes on. false: there is no picture (the library is
 * not there, it took too long, it came out too large), and out is empty.
 */
bool picture_render(const char *svg, size_t length, struct text *out);

#endif
