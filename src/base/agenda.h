/*
 * agenda: things by when they come due, the earliest first. A thing has a slot
 * as long as it is on the agenda, due or not.
 */
#ifndef PLEDGED_BASE_AGENDA_H
#define PLEDGED_BASE_AGENDA_H

#include <stddef.h>
#include <stdint.h>

struct agenda;

struct agenda *agenda_new(void);
void agenda_free(struct agenda *agenda);	/* not the things */
/* A slot for a thing, which is due never. */
uint32_t agenda_add(struct agenda *agenda, void *thing);
void agenda_remove(struct agenda *agenda, uint32_t slot);
/* When it is due; INT64_MAX: never. */
void agenda_set(struct agenda *agenda, uint32_t slot, int64_t due);
int64_t agenda_due(const struct agenda *agenda, uint32_t slot);
/* The earliest of all; INT64_MAX and NULL: nothing is due ever. */
int64_t agenda_next(const struct agenda *agenda);
void *agenda_first(const struct agenda *agenda);

#endif
