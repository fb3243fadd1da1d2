/*
 * voices: who says what an answer rests on: sources that gave its figures and
 * documents, people who said or attested it, other milestones, and where nothing
 * has come yet, the sources that it should come from.
 */
#ifndef PLEDGED_PLEDGED_VOICES_H
#define PLEDGED_PLEDGED_VOICES_H

#include "core/explain.h"
#include "pledged/daemon.h"

#define VOICES_MAX 8	/* of more, the first */

enum voice_kind { VOICE_SOURCE, VOICE_PERSON, VOICE_MILESTONES, VOICE_EXPECTED };

struct voice {
	enum voice_kind kind;
	char name[STORE_SOURCE_MAX];	/* a source's id, a person's name */
};

struct voices {
	struct voice items[VOICES_MAX];
	size_t count;
	bool more;
	instant latest;		/* when the last of the figures was published;
				   INSTANT_MIN: there is none */
};

/* Under what is known. origins: of the explanation's figures, in their order. */
void voices_take(struct voices *voices, struct daemon *daemon,
	struct knowledge known, const struct explanation *explanation,
	const struct store_origin *origins);

#endif
