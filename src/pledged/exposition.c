/* exposition: see exposition.h. */
#include "pledged/exposition.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* What OpenMetrics calls the family that samples belong to. */
static size_t family_length(const struct metric *metric)
{
	static const char *const suffixes[] = {
		[METRIC_GAUGE] = "", [METRIC_COUNTER] = "_total",
		[METRIC_INFO] = "_info",
	};

	return strlen(metric->name) - strlen(suffixes[metric->type]);
}

void exposition_metric(struct exposition *exposition, const struct metric *metric)
{
	static const char *const types[][2] = {
		[METRIC_GAUGE] = {"gauge", "gauge"},
		[METRIC_COUNTER] = {"counter", "counter"},
		[METRIC_INFO] = {"gauge", "info"},
	};
	int length = (int)(exposition->open ? family_length(metric) :
		strlen(metric->name));

	exposition->metric = metric;
	text_addf(exposition->out, "# TYPE %.*s %s\n", length, metric->name,
		types[metric->type][exposition->open]);
	if (exposition->open && metric->unit[0] != '\0')
		text_addf(exposition->out, "# UNIT %.*s %s\n", length,
			metric->name, metric->unit);
	text_addf(exposition->out, "# HELP %.*s %s\n", length, metric->name,
		metric->help);
}

static void add_label_value(struct text *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			text_add_string(out, "\\n");
		else if (*value == '"' || *value == '\\')
			text_addf(out, "\\%c", *value);
		else
			text_add_char(out, *value);
	}
}

/* The name and the labels of a sample. */
static void sample_begin(struct exposition *exposition, va_list labels)
{
	struct text *out = exposition->out;
	const char *name, *before = "{";

	text_add_string(out, exposition->metric->name);
	while ((name = va_arg(labels, const char *)) != NULL) {
		text_addf(out, "%s%s=\"", before, name);
		add_label_value(out, va_arg(labels, const char *));
		text_add_char(out, '"');
		before = ",";
	}
	text_add_string(out, *before == ',' ? "} " : " ");
}

void exposition_sample(struct exposition *exposition, int64_t value, ...)
{
	va_list labels;

	va_start(labels, value);
	sample_begin(exposition, labels);
	va_end(labels);
	text_addf(exposition->out, "%" PRId64 "\n", value);
}

void exposition_thousandths(struct exposition *exposition, int64_t value, ...)
{
	va_list labels;

	va_start(labels, value);
	sample_begin(exposition, labels);
	va_end(labels);
	text_addf(exposition->out, "%" PRId64 ".%03d\n", value / 1000,
		(int)(value % 1000));
}

void exposition_end(struct exposition *exposition)
{
	if (exposition->open)
		text_add_string(exposition->out, "# EOF\n");
}

const char *exposition_type(const struct exposition *exposition)
{
	return exposition->open ? "application/openmetrics-text; version=1.0.0; "
		"charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";
}
