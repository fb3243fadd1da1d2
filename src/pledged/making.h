/*
 * making: an answer of many parts, made whole before it is sent, since its tag is
 * made of its bytes; some milliseconds a turn, so that the loop is not held up.
 *
 *	making_start ──→ step ──MORE──→ step … ──DONE──→ reply_tagged
 *	                  └──REFUSED: it has answered
 *
 * Where the register is read again meanwhile, it is begun anew: no answer is of
 * two.
 */
#ifndef PLEDGED_PLEDGED_MAKING_H
#define PLEDGED_PLEDGED_MAKING_H

#include "pledged/daemon.h"

#define MAKINGS_MAX 8		/* at once: each holds all its bytes */
#define MAKING_BYTES_MAX ((size_t)8 << 20)

enum making_step { MAKING_MORE, MAKING_DONE, MAKING_REFUSED };

struct making_kind {
	const char *type;		/* media type */
	const char *const *headers;	/* as reply_tagged takes them */
	/* Adds something by some milliseconds of work. */
	enum making_step (*step)(void *context, struct text *body);
	void (*begin)(void *context);	/* anew: what was added is gone */
	void (*release)(void *context);	/* once, whatever comes */
};

/* Takes the context over, and may be through with it when this returns. */
void making_start(struct daemon *daemon, struct server_request *request,
	const struct making_kind *kind, void *context);
/* At the end: those under way are answered that pledged is stopping. */
void makings_stop(struct daemon *daemon);

#endif
