/*
 * post: notifications about a made-up register, as the engine would give them,
 * and what a channel of each type is told of them.
 */
#ifndef PLEDGED_TESTS_POST_H
#define PLEDGED_TESTS_POST_H

#include "pledged/message.h"
#include "world.h"

#define POST_HEADERS_MAX 32

struct post {
	struct world world;
	struct engine *engine;		/* as of the last post_at */
	struct channel channel;
	instant now;
	double rendering;		/* seconds of processor of the last */
	const char *hostile;		/* stands in titles; NULL: nothing does */
};

void post_init(struct post *post, const char *hostile);
void post_release(struct post *post);
/* Judges everything as of a time, which is then that of the notifications. */
void post_at(struct post *post, const char *time);

/* One item of a notification: what a test says of it, and its room. */
struct letter_item {
	enum event_kind kind;
	enum notify_reason reason;
	enum subject_kind about;
	const char *subject;
	const char *from, *to, *why;
	enum severity severity;
	const char *late;		/* a time */
	int64_t alert, thread;		/* 0: none */
	enum event_kind alert_kind;	/* 0 (approaching): the event's */
	enum alert_state state;
	const char *by, *note, *until;	/* of an acknowledgement */
	int32_t reminders;
	const char *undelivered;
	size_t consequences;		/* how many follow from it */
};

/* What was made for the mail worker, field by field. */
struct mail {
	char *headers[POST_HEADERS_MAX];
	size_t header_count;
	char *text, *html, *picture;	/* NULL: there is none */
};

/* The body of a notification of these items, of number 7, on a channel of a
   type. */
void post_render(struct post *post, enum channel_type type,
	const struct letter_item *items, size_t count, struct text *out);
void mail_read(struct mail *mail, const struct text *body);
void mail_release(struct mail *mail);
/* The value of a header, folding undone but not encoding; NULL: not there. */
const char *mail_header(struct mail *mail, const char *name);

/* All that is shown to people who look at samples, and parsed by others. */
struct sample {
	const char *name;
	const char *at;
	bool digest;
	struct letter_item items[6];
};
extern const struct sample samples[];
extern const size_t sample_count;
size_t sample_items(const struct sample *sample);

#endif
