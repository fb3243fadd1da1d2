/*
 * monitor: a plugin for Nagios, Icinga and what speaks like them: one line that
 * says how it stands, numbers behind it, more lines below, and a state as exit
 * status. Numbers are held against ranges, as the Monitoring Plugins write them:
 *
 *	10	0 to 10	10:	10 and more	~:10	up to 10
 *	2:5	2 to 5	@2:5	not 2 to 5
 *
 * Unless said, what wants somebody is told: alerts that fire and that nobody has
 * in hand, nothing holds back and that follow from no other.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgectl/lists.h"
#include "pledgectl/members.h"

#define TIMEOUT_SECONDS 10
#define TIMEOUT_MOST 3600
#define ALERTS_SHOWN 20
#define MEASURES_MAX 48

/* --- ranges --------------------------------------------------------------------------- */

struct range {
	bool set;
	const char *words;
	long long low, high;
	bool within;	/* what is within is told, else what is not */
};

static bool bound_read(const char **at, long long *out)
{
	char *end;

	if (**at != '-' && (**at < '0' || **at > '9'))
		return false;
	*out = strtoll(*at, &end, 10);
	*at = end;
	return true;
}

static bool range_read(const char *words, struct range *range)
{
	const char *at = words;

	*range = (struct range){true, words, 0, LLONG_MAX, *words == '@'};
	at += *at == '@';
	if (strchr(at, ':') == NULL)
		return bound_read(&at, &range->high) && *at == '\0' &&
			range->high >= 0;
	if (at[0] == '~' && at[1] == ':') {
		range->low = LLONG_MIN;
		at++;
	} else if (*at != ':' && !bound_read(&at, &range->low)) {
		return false;
	}
	if (*at++ != ':')
		return false;
	if (*at != '\0' && !bound_read(&at, &range->high))
		return false;
	return *at == '\0' && range->low <= range->high;
}

static bool range_tells(const struct range *range, long long value)
{
	bool within = value >= range->low && value <= range->high;

	return range->set && within == range->within;
}

/* --- measures ------------------------------------------------------------------------- */

/* What is counted. Of a selection only milestones and alerts are. */
struct measure {
	const char *name;
	const char *one, *many;	/* in words; NULL: the name */
	const char *warning, *critical;		/* ranges unless said */
	bool of_all;		/* not of a selection */
	struct range ranges[MONITOR_CRITICAL + 1];
	long long value;
};

static const struct measure measures[] = {
	{.name = "critical_alerts", .one = "critical alert",
		.many = "critical alerts", .critical = "0"},
	{.name = "warning_alerts", .one = "warning alert",
		.many = "warning alerts", .warning = "0"},
	{.name = "info_alerts", .one = "other alert",
		.many = "other alerts"},
	{.name = "failing_sources", .one = "failing source",
		.many = "failing sources", .warning = "0", .of_all = true},
	{.name = "dead_messages", .one = "message given up",
		.many = "messages given up", .warning = "0", .of_all = true},
	{.name = "waiting_messages", .one = "message waiting",
		.many = "messages waiting", .of_all = true},
};

struct monitor {
	const struct request *request;
	struct measure measures[MEASURES_MAX];
	size_t count;
	struct items alerts;	/* that want somebody */
	long long milestones;
	struct text said;	/* why it is not known */
};

#define MEASURE_COUNT (sizeof measures / sizeof *measures)

const char *monitor_measure(size_t number)
{
	return number < MEASURE_COUNT ? measures[number].name :
		milestone_status(number - MEASURE_COUNT);
}

static void monitor_add(struct monitor *monitor, const struct measure *measure)
{
	bool selected = monitor->request->match_count > 0;

	if (monitor->count < MEASURES_MAX && !(selected && measure->of_all))
		monitor->measures[monitor->count++] = *measure;
}

/* The numbers of an administrator, then one for each status there is. */
static void monitor_begin(struct monitor *monitor,
	const struct request *request)
{
	*monitor = (struct monitor){.request = request};
	text_init(&monitor->said, 0);
	for (size_t i = 0; i < MEASURE_COUNT; i++)
		monitor_add(monitor, &measures[i]);
	for (size_t i = 0; milestone_status(i) != NULL; i++)
		monitor_add(monitor, &(struct measure){
			.name = milestone_status(i)});
}

static struct measure *measure_find(struct monitor *monitor, const char *name)
{
	for (size_t i = 0; i < monitor->count; i++)
		if (string_is(monitor->measures[i].name, name))
			return &monitor->measures[i];
	return NULL;
}

static void measure_set(struct monitor *monitor, const char *name,
	long long value)
{
	struct measure *measure = measure_find(monitor, name);

	if (measure != NULL)
		measure->value = value;
}

static void measure_count(struct monitor *monitor, const char *name)
{
	struct measure *measure = measure_find(monitor, name);

	if (measure != NULL)
		measure->value++;
}

/* --- thresholds ----------------------------------------------------------------------- */

static bool fail(struct monitor *monitor, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool fail(struct monitor *monitor, const char *format, ...)
{
	va_list arguments;

	text_clear(&monitor->said);
	va_start(arguments, format);
	text_addv(&monitor->said, format, arguments);
	va_end(arguments);
	return false;
}

static bool threshold_set(struct monitor *monitor, int state,
	const char *option, const char *words)
{
	const char *equals = strchr(words, '=');
	char name[64];

	snprintf(name, sizeof name, "%.*s", equals != NULL ?
		(int)(equals - words) : 0, words);
	struct measure *measure = measure_find(monitor, name);

	if (equals == NULL)
		return fail(monitor, "%s takes NAME=RANGE, as in %s "
			"failing_sources=2", option, option);
	if (measure == NULL)
		return fail(monitor, "%s: there is no number \"%s\"%s", option,
			name, monitor->request->match_count > 0 ?
			" of what --match selects" : "");
	if (!range_read(equals + 1, &measure->ranges[state]))
		return fail(monitor, "%s: \"%s\" is no range, such as 10, 1:, "
			"~:5 or @2:4", option, equals + 1);
	return true;
}

static bool matches_check(struct monitor *monitor)
{
	const struct request *request = monitor->request;

	for (size_t i = 0; i < request->match_count; i++)
		if (strchr(request->matches[i], '=') == NULL ||
				request->matches[i][0] == '=')
			return fail(monitor, "--match takes NAME=VALUE");
	return true;
}

static bool thresholds_set(struct monitor *monitor)
{
	const struct request *request = monitor->request;
	bool sound = matches_check(monitor);

	for (size_t i = 0; i < monitor->count; i++) {
		struct measure *measure = &monitor->measures[i];

		if (measure->warning != NULL)
			range_read(measure->warning,
				&measure->ranges[MONITOR_WARNING]);
		if (measure->critical != NULL)
			range_read(measure->critical,
				&measure->ranges[MONITOR_CRITICAL]);
	}
	for (size_t i = 0; sound && i < request->warning_count; i++)
		sound = threshold_set(monitor, MONITOR_WARNING, "--warning",
			request->warnings[i]);
	for (size_t i = 0; sound && i < request->critical_count; i++)
		sound = threshold_set(monitor, MONITOR_CRITICAL, "--critical",
			request->criticals[i]);
	return sound;
}

/* --- asking --------------------------------------------------------------------------- */

static bool ask_status(struct monitor *monitor)
{
	const struct request *request = monitor->request;
	struct text answer;
	const char *status;
	json_t *json, *count;

	if (client_ask(request->client, "GET", "/v1/status", &answer) !=
			CTL_DONE) {
		text_release(&answer);
		return false;
	}
	json = json_loads(text_string(&answer), 0, NULL);
	measure_set(monitor, "failing_sources", integer_of(json_object_get(json,
		"sources"), "failing_total"));
	measure_set(monitor, "waiting_messages", integer_of(json, "outbox"));
	if (request->match_count == 0) {
		const json_t *all = json_object_get(json, "milestones");

		monitor->milestones = integer_of(all, "total");
		json_object_foreach(json_object_get(all, "by_status"), status,
				count)
			measure_set(monitor, status, (long long)
				json_integer_value(count));
	}
	json_decref(json);
	text_release(&answer);
	return true;
}

static bool ask_milestones(struct monitor *monitor)
{
	const struct request *request = monitor->request;
	struct items items;
	struct text query;

	text_init(&query, 65536);
	bool sound = query_add_matches(request, "milestones", &query) == CTL_DONE &&
		items_get(&items, request, "milestones", text_string(&query)) ==
			CTL_DONE;

	text_release(&query);
	if (!sound)
		return false;
	monitor->milestones = (long long)items.count;
	for (size_t i = 0; i < items.count; i++)
		measure_count(monitor, string_of(items.list[i].json, "status"));
	items_release(&items);
	return true;
}

static bool alert_wants_somebody(const json_t *alert)
{
	return json_array_size(json_object_get(alert, "silences")) == 0 &&
		!json_is_integer(json_object_get(alert, "cause"));
}

static bool ask_alerts(struct monitor *monitor)
{
	const struct request *request = monitor->request;
	struct text query;

	text_init(&query, 65536);
	client_add_parameter(&query, "state", "firing");
	bool sound = query_add_matches(request, "alerts", &query) == CTL_DONE &&
		items_get(&monitor->alerts, request, "alerts",
			text_string(&query)) == CTL_DONE;

	text_release(&query);
	if (!sound)
		return false;
	items_sort(&monitor->alerts, "standing");
	for (size_t i = 0; i < monitor->alerts.count; i++) {
		const json_t *alert = monitor->alerts.list[i].json;
		char name[64];

		snprintf(name, sizeof name, "%s_alerts",
			string_of(alert, "severity"));
		if (alert_wants_somebody(alert))
			measure_count(monitor, name);
	}
	return true;
}

static bool ask_dead(struct monitor *monitor)
{
	struct items dead;
	bool sound = items_get(&dead, monitor->request, "outbox",
		"state=dead") == CTL_DONE;

	measure_set(monitor, "dead_messages", (long long)dead.count);
	items_release(&dead);
	return sound;
}

static bool monitor_ask(struct monitor *monitor)
{
	bool selected = monitor->request->match_count > 0;

	return ask_status(monitor) && ask_alerts(monitor) &&
		(selected ? ask_milestones(monitor) : ask_dead(monitor));
}

/* --- telling -------------------------------------------------------------------------- */

static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* Behind a '|' numbers begin. */
static void print_plain(const char *text)
{
	struct text line;

	text_init(&line, 0);
	text_add_line(&line, text, 1000);
	for (size_t i = 0; i < line.length; i++)
		if (line.data[i] == '|')
			line.data[i] = '/';
	fputs(text_string(&line), stdout);
	text_release(&line);
}

static int measure_state(const struct measure *measure)
{
	int state = MONITOR_CRITICAL;

	while (state > MONITOR_OK &&
			!range_tells(&measure->ranges[state], measure->value))
		state--;
	return state;
}

static int monitor_state(const struct monitor *monitor)
{
	int worst = MONITOR_OK;

	for (size_t i = 0; i < monitor->count; i++) {
		int state = measure_state(&monitor->measures[i]);

		worst = state > worst ? state : worst;
	}
	return worst;
}

/* "2 critical alerts, 1 failing source, 3 not_met": what is out of its range. */
static void print_reasons(const struct monitor *monitor)
{
	const char *between = "";

	for (size_t i = 0; i < monitor->count; i++) {
		const struct measure *measure = &monitor->measures[i];

		if (measure_state(measure) == MONITOR_OK)
			continue;
		printf("%s%lld %s", between, measure->value,
			measure->one == NULL ? measure->name :
			measure->value == 1 ? measure->one : measure->many);
		between = ", ";
	}
}

static void print_numbers(const struct monitor *monitor)
{
	fputs(" |", stdout);
	for (size_t i = 0; i < monitor->count; i++) {
		const struct measure *measure = &monitor->measures[i];
		const struct range *ranges = measure->ranges;

		printf(" '%s'=%lld;%s;%s;0", measure->name, measure->value,
			ranges[MONITOR_WARNING].set ?
				ranges[MONITOR_WARNING].words : "",
			ranges[MONITOR_CRITICAL].set ?
				ranges[MONITOR_CRITICAL].words : "");
	}
	putchar('\n');
}

static void print_alerts(const struct monitor *monitor)
{
	size_t shown = 0, count = 0;

	for (size_t i = 0; i < monitor->alerts.count; i++) {
		const json_t *alert = monitor->alerts.list[i].json;

		if (!alert_wants_somebody(alert) || count++ >= ALERTS_SHOWN)
			continue;
		printf("%s: %s ", string_of(alert, "severity"),
			string_of(alert, "kind"));
		print_plain(string_of(alert, "subject"));
		fputs(": ", stdout);
		print_plain(string_of(alert, "reason"));
		putchar('\n');
		shown++;
	}
	if (count > shown)
		printf("and %zu more: pledgectl list alerts\n", count - shown);
}

static int monitor_tell(const struct monitor *monitor, bool known)
{
	int state = known ? monitor_state(monitor) : MONITOR_UNKNOWN;

	printf("PLEDGED %s: ", words[state]);
	if (!known) {
		print_plain(text_string(&monitor->said));
		putchar('\n');
		return state;
	}
	if (state == MONITOR_OK)
		printf("%lld %s, nothing wants attention", monitor->milestones,
			monitor->milestones == 1 ? "milestone" : "milestones");
	else
		print_reasons(monitor);
	print_numbers(monitor);
	print_alerts(monitor);
	return state;
}

static bool timeout_set(struct monitor *monitor)
{
	const char *timeout = monitor->request->timeout;
	long seconds = TIMEOUT_SECONDS;

	if (timeout != NULL && word_is_number(timeout))
		seconds = strtol(timeout, NULL, 10);
	else if (timeout != NULL)
		seconds = 0;
	if (seconds < 1 || seconds > TIMEOUT_MOST)
		return fail(monitor, "--timeout takes seconds, 1 to %d",
			TIMEOUT_MOST);
	client_hurry(monitor->request->client, seconds * 1000);
	return true;
}

int verb_monitor(const struct request *request)
{
	struct monitor monitor;

	monitor_begin(&monitor, request);
	client_tell_to(request->client, &monitor.said);
	bool known = timeout_set(&monitor) && thresholds_set(&monitor) &&
		monitor_ask(&monitor);
	int state = monitor_tell(&monitor, known);

	client_tell_to(request->client, NULL);
	items_release(&monitor.alerts);
	text_release(&monitor.said);
	return state;
}
