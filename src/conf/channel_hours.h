/*
 * channel_hours: when a channel may be spoken to, as pledged.conf says it:
 * `digest`, `quiet`, `urgent` and `timezone` of a channel.
 */
#ifndef PLEDGED_CONF_CHANNEL_HOURS_H
#define PLEDGED_CONF_CHANNEL_HOURS_H

#include "conf/conf_reader.h"

/* "daily 08:00", "weekly mon 08:00 Europe/Brussels", into struct digest_time. */
extern const struct conf_kind conf_digest;
/* A list of { from = "22:00"; to = "07:00"; days = [ "sat" ]; }, or one, into
   struct hours; its row's inside is quiet_table. */
extern const struct conf_kind conf_quiet;
extern const struct conf_table quiet_table;

#endif
