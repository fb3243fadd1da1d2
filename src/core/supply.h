/*
 * supply: who gives which indicator, and up to which period it has come.
 *
 * Remembered by id over reloads and brought back by a restart, so that neither
 * needs a series to be loaded; answered by index in the register that it is
 * bound to. A source supplies the indicators it names and those its rows have
 * given; figures in quarantine are none. Of sources that give an indicator
 * without naming it, SUPPLIERS_MAX are remembered.
 */
#ifndef PLEDGED_CORE_SUPPLY_H
#define PLEDGED_CORE_SUPPLY_H

#include "core/register.h"

#define SUPPLIERS_MAX 64

struct supply;

struct supply *supply_new(void);
void supply_free(struct supply *supply);

/* A figure of a period was given by a source (NULL: by people), in whatever
   order. Sources show in what is bound after. */
void supply_restore(struct supply *supply, const char *indicator,
	const char *source, struct period period);

/* From now on asked by the indices of a register, which outlives it or the
   next call. */
void supply_bind(struct supply *supply, const struct register_ *reg);

/* The same as restore, and shows at once. source NOT_FOUND: people. */
void supply_take(struct supply *supply, uint32_t indicator, uint32_t source,
	struct period period);
/* The latest period of its frequency that was given; NONE: none was. */
struct period supply_last(const struct supply *supply, uint32_t indicator);

struct supply_list {
	uint32_t *items;
	size_t count, capacity;
};
/* Valid until the next call that adds. */
const struct supply_list *supply_sources(const struct supply *supply,
	uint32_t indicator);
const struct supply_list *supply_indicators(const struct supply *supply,
	uint32_t source);

#endif
