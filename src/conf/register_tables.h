/*
 * register_tables: the tables of register files, filled into the growing
 * lists of a register.
 *
 * A register with faults is thrown away, yet its good parts are still
 * finished, so that all faults are told together. What is faulty is therefore
 * left out, or given a stand-in where something else refers to it.
 */
#ifndef PLEDGED_CONF_REGISTER_TABLES_H
#define PLEDGED_CONF_REGISTER_TABLES_H

#include "conf/conf_reader.h"
#include "conf/preset.h"
#include "conf/settings.h"
#include "core/register.h"

/* What the reader's context points at while register files are read. */
struct register_building {
	struct register_ *reg;		/* its lists grow by mem_grow */
	const struct settings *settings;
	size_t calendar_room;
	size_t instrument_room, indicator_room, source_room;
	size_t pledge_room, milestone_room, registered_room;
	struct milestone pattern;	/* a milestone with the defaults */
	const char *stand_in;		/* instrument of pledges without one */
	size_t unnamed;			/* stand-in ids given so far */
	struct preset *presets;		/* opened so far */
	/* of the open source */
	uint64_t preset_given;		/* what its preset says, a bit a row */
	bool preset_faulty;
	const char *token;		/* path of its token_file; NULL: none */
};

static inline struct register_building *building_of(
	const struct conf_reader *reader)
{
	return reader->context;
}

/* The whole of a register file; its object is the building. */
extern const struct conf_table register_table;

/* Makes the register, and the reader fill it. */
void register_building_init(struct register_building *building,
	struct conf_reader *reader, const struct settings *settings);

/* The next thing of a list, zeroed but for its origin. */
struct instrument *building_instrument(struct register_building *building,
	struct origin origin);
struct indicator *building_indicator(struct register_building *building,
	struct origin origin);
struct pledge *building_pledge(struct register_building *building,
	struct origin origin);

#endif
