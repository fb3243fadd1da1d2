/*
 * conf_write: values as a configuration file has them, to be read as the same.
 */
#ifndef PLEDGED_CONF_CONF_WRITE_H
#define PLEDGED_CONF_CONF_WRITE_H

#include <libconfig.h>

#include "base/text.h"

/* A string between quotes, on one line. */
void text_add_quoted(struct text *out, const char *string);
/* A number or boolean; nothing for anything else. */
void text_add_scalar(struct text *out, const config_setting_t *setting);

#endif
