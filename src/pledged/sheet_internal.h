/* sheet_internal: the sections of a sheet (sheet.h), each in its room. */
#ifndef PLEDGED_PLEDGED_SHEET_INTERNAL_H
#define PLEDGED_PLEDGED_SHEET_INTERNAL_H

#include "pledged/parts.h"
#include "pledged/voices.h"

/* A section and its heading. */
void sheet_section_open(const struct sheet *sheet, const char *title);
void sheet_section_close(const struct sheet *sheet);

/* A milestone with what its answer rests on. */
struct sheet_case {
	uint32_t index;
	const struct milestone *original;	/* as it was written */
	const struct milestone *milestone;	/* by its terms then */
	const struct zone *zone;
	instant since;				/* INSTANT_MIN: not known */
	struct knowledge known;
	struct explanation explanation;
	struct store_origin *origins;
	struct voices voices;
};

/* sheet_why.c: part by part, with figures, gaps and witnesses. */
void sheet_why(const struct sheet *sheet, const struct sheet_case *at);

/* sheet_facts.c: what was promised, decided since, and how far it is. */
void sheet_facts(const struct sheet *sheet, const struct sheet_case *at);

/* sheet_history.c: what people attest; alerts; how the answer came about. */
void sheet_attestations(const struct sheet *sheet, const struct sheet_case *at);
void sheet_alerts(const struct sheet *sheet, const struct sheet_case *at);
void sheet_history(const struct sheet *sheet, const struct sheet_case *at);

#endif
