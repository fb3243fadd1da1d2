/*
 * submission: what somebody says or orders, so that it can be sent again by
 * whoever is not sure that it arrived: with an Idempotency-Key header
 * (draft-ietf-httpapi-idempotency-key-header) the same user, key and request
 * are answered as before, and nothing is done twice. Answer and facts are
 * committed together; what was refused leaves no trace, and may be sent again.
 */
#ifndef PLEDGED_PLEDGED_SUBMISSION_H
#define PLEDGED_PLEDGED_SUBMISSION_H

#include "pledged/api.h"

#define SUBMISSION_KEY_MAX 200	/* printable bytes */

struct submission;

/*
 * what and subject name the order. NULL: it has been answered already, since
 * the key is none (400), was used for something else (422), is that of one
 * still being saved (409), or of this very one, which is answered as it was,
 * with Idempotency-Replayed.
 */
struct submission *submission_begin(struct daemon *daemon,
	struct server_request *request, const char *what, const char *subject);
/* The user's name. */
const char *submission_who(const struct submission *submission);
/* What the order is about where that comes to be by it, and until when it
   counts: both for those who read actions. */
void submission_about(struct submission *submission, int64_t number,
	instant until);
/* It was refused, and answered by the caller. */
void submission_drop(struct submission *submission);
/* Puts it, as an operator's action with a note (or NULL), and its answer with
   this turn's facts; answers when they are durable. The reply is taken over. */
void submission_commit(struct submission *submission, struct reply *reply,
	const char *note);

#endif
