/*
 * The tables of kinds and of changes: total, and what they must say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/alert.h"

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_KIND_COUNT; i++) {
		enum event_kind kind = (enum event_kind)i, back;
		assert_non_null(event_kind_name(kind));
		assert_true(event_kind_parse(event_kind_name(kind), &back));
		assert_int_equal(back, kind);
	}
	enum event_kind none;
	assert_false(event_kind_parse("exploded", &none));
	assert_string_equal(event_class_name(event_kind_class(EVENT_SLIPPED)),
		"audience");
	assert_string_equal(event_class_name(
		event_kind_class(EVENT_SOURCE_FAILING)), "operator");
	/* What ends an operator's alert, or is told of figures, is the operator's. */
	assert_int_equal(event_class(EVENT_RECOVERED, SUBJECT_INDICATOR),
		CLASS_OPERATOR);
	assert_int_equal(event_class(EVENT_RECOVERED, SUBJECT_MILESTONE),
		CLASS_AUDIENCE);
	assert_int_equal(event_class(EVENT_NEW_DOCUMENT, SUBJECT_INDICATOR),
		CLASS_AUDIENCE);
	assert_int_equal(event_class(EVENT_OFFLINE, SUBJECT_NONE),
		CLASS_OPERATOR);
	assert_string_equal(subject_kind_name(SUBJECT_MILESTONE), "milestone");
	assert_string_equal(alert_state_name(ALERT_RESOLVED), "resolved");
}

static const struct change_case {
	enum status from, to;
	enum event_kind want;
} changes[] = {
	{STATUS_NOT_STARTED, STATUS_PENDING, EVENT_KIND_COUNT},
	{STATUS_PENDING, STATUS_AT_RISK, EVENT_AT_RISK},
	{STATUS_AT_RISK, STATUS_OFF_TRACK, EVENT_OFF_TRACK},
	{STATUS_OFF_TRACK, STATUS_AT_RISK, EVENT_AT_RISK},
	{STATUS_OFF_TRACK, STATUS_ON_TRACK, EVENT_RECOVERED},
	{STATUS_OFF_TRACK, STATUS_DUE, EVENT_KIND_COUNT},
	{STATUS_DUE, STATUS_AWAITING_DATA, EVENT_KIND_COUNT},
	{STATUS_AWAITING_DATA, STATUS_UNVERIFIED, EVENT_UNVERIFIED},
	{STATUS_UNVERIFIED, STATUS_MET, EVENT_MET},
	{STATUS_UNVERIFIED, STATUS_NOT_MET, EVENT_SLIPPED},
	{STATUS_DUE, STATUS_NOT_MET, EVENT_SLIPPED},
	{STATUS_NOT_MET, STATUS_MET_LATE, EVENT_MET_LATE},
	{STATUS_NOT_MET, STATUS_PARTLY_MET, EVENT_PARTLY_MET},
	{STATUS_MET, STATUS_NOT_MET, EVENT_SLIPPED},
	{STATUS_MET, STATUS_REVERSED, EVENT_REVERSED},
	{STATUS_MET, STATUS_PENDING, EVENT_KIND_COUNT},
	{STATUS_MET, STATUS_ON_TRACK, EVENT_KIND_COUNT},
	{STATUS_ON_TRACK, STATUS_BREACHED, EVENT_BREACHED},
	{STATUS_NOT_MET, STATUS_WAIVED, EVENT_WAIVED},
	{STATUS_PENDING, STATUS_SUPERSEDED, EVENT_SUPERSEDED},
	{STATUS_PENDING, STATUS_WITHDRAWN, EVENT_WITHDRAWN},
};

static void test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		assert_int_equal(event_of_change(changes[i].from, changes[i].to),
			changes[i].want);
}

static enum event_kind status_event(enum status status)
{
	return event_of_change(
		status == STATUS_PENDING ? STATUS_NOT_STARTED : STATUS_PENDING,
		status);
}

/* Nothing happens when nothing changes; a verdict or a danger is told wherever
   it comes from; missing data is told only as `unverified`. */
static void test_change_table_is_whole(void **state)
{
	(void)state;
	for (int from = 0; from < STATUS_COUNT; from++) {
		for (int to = 0; to < STATUS_COUNT; to++) {
			enum event_kind kind = event_of_change(
				(enum status)from, (enum status)to);
			assert_true(kind <= EVENT_KIND_COUNT);
			if (from == to)
				assert_int_equal(kind, EVENT_KIND_COUNT);
			else if (to != STATUS_ON_TRACK)
				assert_int_equal(kind,
					status_event((enum status)to));
		}
	}
}

static bool listed(const enum event_kind *kinds, enum event_kind kind)
{
	for (; *kinds != EVENT_KIND_COUNT; kinds++) {
		if (*kinds == kind)
			return true;
	}
	return false;
}

static const enum event_kind raising[] = {
	EVENT_AT_RISK, EVENT_OFF_TRACK, EVENT_SLIPPED, EVENT_BREACHED,
	EVENT_REVERSED, EVENT_UNVERIFIED, EVENT_DISPUTED, EVENT_SOURCE_FAILING,
	EVENT_SOURCE_UNREADABLE, EVENT_DATA_STALE, EVENT_DATA_QUARANTINED,
	EVENT_OFFLINE, EVENT_DELIVERY_FAILED, EVENT_KIND_COUNT
};

static const struct ends_case {
	enum event_kind kind;
	enum event_kind want[8];	/* of the alerts of a milestone or source */
} ends[] = {
	{EVENT_AT_RISK, {EVENT_OFF_TRACK, EVENT_KIND_COUNT}},
	{EVENT_OFF_TRACK, {EVENT_AT_RISK, EVENT_KIND_COUNT}},
	{EVENT_UNVERIFIED, {EVENT_KIND_COUNT}},
	{EVENT_REVISED, {EVENT_KIND_COUNT}},
	{EVENT_RESCHEDULED, {EVENT_KIND_COUNT}},
	{EVENT_MODIFIED, {EVENT_KIND_COUNT}},
	{EVENT_SLIPPED, {EVENT_AT_RISK, EVENT_OFF_TRACK, EVENT_UNVERIFIED,
		EVENT_KIND_COUNT}},
	{EVENT_MET, {EVENT_AT_RISK, EVENT_OFF_TRACK, EVENT_UNVERIFIED,
		EVENT_SLIPPED, EVENT_BREACHED, EVENT_REVERSED,
		EVENT_KIND_COUNT}},
	{EVENT_SOURCE_RECOVERED, {EVENT_SOURCE_FAILING,
		EVENT_SOURCE_UNREADABLE, EVENT_KIND_COUNT}},
	{EVENT_SOURCE_MOVED, {EVENT_KIND_COUNT}},
	{EVENT_OFFLINE, {EVENT_KIND_COUNT}},
	{EVENT_ONLINE, {EVENT_OFFLINE, EVENT_KIND_COUNT}},
};

static void test_alerts(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_KIND_COUNT; i++)
		assert_int_equal(event_kind_raises((enum event_kind)i),
			listed(raising, (enum event_kind)i));
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		for (int alert = 0; alert < EVENT_KIND_COUNT; alert++)
			assert_int_equal(event_kind_ends(ends[i].kind,
				(enum event_kind)alert),
				listed(ends[i].want, (enum event_kind)alert));
	}
	/* Whatever raises an alert of a milestone, its withdrawal ends. */
	for (const enum event_kind *kind = raising; *kind != EVENT_KIND_COUNT;
			kind++) {
		if (event_kind_class(*kind) == CLASS_AUDIENCE)
			assert_true(event_kind_ends(EVENT_WITHDRAWN, *kind));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_change_table_is_whole),
		cmocka_unit_test(test_alerts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
