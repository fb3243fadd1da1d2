/* chart: see chart.h. */
#include "pledged/chart.h"

bool chart_trajectory(const struct register_ *reg, struct history *history,
	uint32_t milestone, instant as_of, struct text *svg, struct text *words)
{
	(void)reg, (void)history, (void)milestone, (void)as_of;
	(void)svg, (void)words;
	return false;
}
