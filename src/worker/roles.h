/*
 * roles: what a worker process can be. A role answers one request at a time:
 * the payload of a frame in, the fields of an answer out.
 */
#ifndef PLEDGED_WORKER_ROLES_H
#define PLEDGED_WORKER_ROLES_H

#include "base/frame.h"

typedef void role_answer(const void *payload, size_t length,
	struct text *answer);

/* Bytes into rows, under the sandbox. */
void extract_answer(const void *payload, size_t length, struct text *answer);
/* One mail to one server by SMTP. */
void mail_answer(const void *payload, size_t length, struct text *answer);

/*
 * For a worker of any role: when memory runs out the kernel takes it before the
 * daemon; it leaves no core behind, gains no rights, and shows its memory to
 * nobody. false: one of these cannot be had, and the worker must end.
 */
bool sandbox_harden(void);
/*
 * Gives up, for good, what extraction does not need: files, sockets, other
 * processes (by a filter of system calls), and more memory than stated. false:
 * it did not load, and the worker must end.
 */
bool sandbox_enter(int64_t memory);
/* Gives up, for good and for children, to write files and to become another
   program: a mail needs the network, and files of libraries to read. */
bool sandbox_read_only(void);
/* No more address space than that, from now on and for children. */
bool sandbox_limit_memory(int64_t memory);
/* From now on, more CPU time than that ends the process by SIGXCPU. Before
   sandbox_enter for the first time; then for each request anew. */
bool sandbox_allow_cpu(int64_t seconds);

#endif
