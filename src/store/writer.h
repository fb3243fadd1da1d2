/*
 * writer: the thread that owns the writing connection.
 *
 *	          writer_hand_over            writer_take_back
 *	caller ──────batches──────→ waiting ──one commit──→ finished ──→ caller
 *
 * It takes all that wait and commits them together. The first failure ends
 * its work: that group and all later batches come back refused, and nothing
 * is written any more, since after a failed sync nobody knows what the disk
 * holds; a restart finds out.
 */
#ifndef PLEDGED_STORE_WRITER_H
#define PLEDGED_STORE_WRITER_H

#include <sqlite3.h>

#include "store/batch.h"

struct writer;

/* The connection becomes the writer's until writer_stop. finished_fd: an
   eventfd that is raised whenever batches are finished. NULL on error. */
struct writer *writer_start(sqlite3 *db, int finished_fd, struct error *error);
void writer_hand_over(struct writer *writer, struct store_batch *batch);
/* A list by `next`, in the order they were handed over; NULL: none. */
struct store_batch *writer_take_back(struct writer *writer);
/* Waits until all that waits is finished, and ends the thread. What is handed
   over afterwards comes back refused. */
void writer_stop(struct writer *writer);
void writer_free(struct writer *writer);	/* stopped; NULL is nothing */
/* "" while it works; the text stays. */
const char *writer_failure(struct writer *writer);

#endif
