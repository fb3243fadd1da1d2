/*
 * cause: why a milestone's answer changed, as it was known when it did.
 */
#ifndef PLEDGED_CORE_CAUSE_H
#define PLEDGED_CORE_CAUSE_H

enum cause_kind {
	CAUSE_TIME,		/* nothing else happened */
	CAUSE_FIRST_SEEN,
	CAUSE_FIGURE,		/* of a period that had none */
	CAUSE_REVISION,
	CAUSE_AMENDMENT, CAUSE_WAIVER, CAUSE_WITHDRAWAL, CAUSE_SUPERSESSION,
	CAUSE_DOCUMENT,
	CAUSE_ATTESTATION,
	CAUSE_MILESTONE,	/* another that it rests on */
	CAUSE_POLL,		/* a source was read: it is known what it lacks */
	CAUSE_REGISTER,		/* it was read again and says something else */
	CAUSE_CLOCK,		/* the wall clock was set */
	CAUSE_KIND_COUNT
};

const char *cause_kind_name(enum cause_kind kind);

#define CAUSE_MAX 240

struct cause {
	enum cause_kind kind;
	char text[CAUSE_MAX];	/* "exports.energy 2020-12 = 1.44bn, published
				   2021-02-05"; one line, cut when longer */
};

#endif
