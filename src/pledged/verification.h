/*
 * verification: whether all that was recorded is as it was recorded, and whether
 * it follows from the bytes that are kept. First the hash chains and seals are
 * walked in a helper thread, then a sample of answers is read again, one after
 * the other, by the same workers that read them first. One at a time; its result
 * stays until the next begins.
 */
#ifndef PLEDGED_PLEDGED_VERIFICATION_H
#define PLEDGED_PLEDGED_VERIFICATION_H

#include "base/json.h"
#include "pledged/daemon.h"

#define VERIFICATION_SAMPLE_DEFAULT 20
#define VERIFICATION_SAMPLE_MAX 1000
#define VERIFICATION_TOLD_MAX 100	/* differences */

struct verification;

struct verification_what {
	const char *who;
	size_t sample;			/* answers to be read again; 0: none */
	const struct digest *seal;	/* noted down before; NULL: none */
};

/* false: one is under way, or no thread can be had. The last one's result goes. */
bool verification_start(struct daemon *daemon,
	const struct verification_what *what);
bool verification_is_running(const struct verification *verification);
/* Its fields, into an object that is open. */
void verification_view(const struct verification *verification,
	struct json *json);
/* At the end, when neither runners nor pools can call back any more. */
void verification_free(struct verification *verification);

#endif
