/* conf_write: see conf_write.h. */
#include <stdio.h>
#include <string.h>

#include "conf/conf_write.h"

#define DOUBLE_DIGITS 15

void text_add_quoted(struct text *out, const char *string)
{
	static const char named[] = "\n\r\t\f\\\"", names[] = "nrtf\\\"";

	text_add_char(out, '"');
	for (; *string != '\0'; string++) {
		const char *at = strchr(named, *string);

		if (at != NULL)
			text_addf(out, "\\%c", names[at - named]);
		else if ((unsigned char)*string < ' ')
			text_addf(out, "\\x%02x", (unsigned char)*string);
		else
			text_add_char(out, *string);
	}
	text_add_char(out, '"');
}

/* As a number again where it is one in 15 digits, so that it reads the same. */
static void text_add_double(struct text *out, double value)
{
	char number[40];

	snprintf(number, sizeof number, "%.*g", DOUBLE_DIGITS, value);
	text_add_string(out, number);
	if (strpbrk(number, ".e") == NULL)
		text_add_string(out, ".0");
}

void text_add_scalar(struct text *out, const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
		text_addf(out, "%d", config_setting_get_int(setting));
		break;
	case CONFIG_TYPE_INT64:
		text_addf(out, "%lldL", config_setting_get_int64(setting));
		break;
	case CONFIG_TYPE_FLOAT:
		text_add_double(out, config_setting_get_float(setting));
		break;
	case CONFIG_TYPE_BOOL:
		text_add_string(out, config_setting_get_bool(setting) ?
			"true" : "false");
		break;
	default:
		break;
	}
}
