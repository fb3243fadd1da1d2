	/* Of test_telling.c: what, policy, what happens, what leaves. */

	/* The pace of a group. */
	{"what comes together is told together, the worse first", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:20 at_risk p/a\n"
		"0 10:01:00 up\n",
		"0 10:00:30 desk: first at_risk p/a; first at_risk p/b\n", false},
	{"what comes then waits for the interval", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 10:01:00 at_risk p/a\n"
		"0 11:00:00 at_risk q/d\n"
		"0 12:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"0 10:05:30 desk: first at_risk p/a\n"
		"0 11:00:30 desk: first at_risk q/d\n", false},
	{"no pace: at once, and in one where it is one call", "at_once",
		"0 10:00:00 and at_risk p/b\n"
		"0 10:00:00 at_risk p/a\n"
		"0 10:00:00 at_risk q/d\n",
		"0 10:00:00 desk: first at_risk p/a; first at_risk p/b\n"
		"0 10:00:00 desk: first at_risk q/d\n", false},
	{"a log is told at once", "logged",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:10 source_failing s\n",
		"0 10:00:00 logs: first at_risk p/b\n"
		"0 10:00:10 logs: first source_failing s\n", false},
	{"by pledge", "by_pledges",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:05 at_risk q/d\n"
		"0 10:00:10 at_risk p/a\n"
		"0 10:01:00 up\n",
		"0 10:00:30 desk: first at_risk p/a; first at_risk p/b\n"
		"0 10:00:35 desk: first at_risk q/d\n", false},
	{"audience and operators are apart", "logged",
		"0 10:00:00 and at_risk p/b\n"
		"0 10:00:00 source_failing s\n",
		"0 10:00:00 logs: first at_risk p/b\n"
		"0 10:00:00 logs: first source_failing s\n", false},
	{"each channel at its own pace", "two",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:10 met p/b\n"
		"0 10:01:00 up\n",
		"0 10:00:00 hook: first at_risk p/b\n"
		"0 10:00:10 hook: resolved met p/b of at_risk\n"
		"0 10:00:40 desk: first met p/b\n", false},

	/* Who hears of an end. */
	{"an end is told to who has heard, with its beginning's group",
		"by_kinds",
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 recovered p/b\n"
		"0 12:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"0 11:00:30 desk: resolved recovered p/b of at_risk\n", false},
	{"what is over before it is told is not told", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:20 recovered p/b\n"
		"0 12:00:00 up\n", "", false},
	{"who hears only of danger hears of its end", "only_dangers",
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 met p/b\n"
		"0 11:10:00 met p/a\n"
		"0 12:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"0 11:00:30 desk: resolved met p/b of at_risk\n", false},
	{"… and of nothing, when it was not told", "only_dangers",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:10 met p/b\n"
		"0 12:00:00 up\n", "", false},
	{"what changes is told as changed", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 off_track p/b\n"
		"0 12:00:00 slipped p/b\n"
		"0 13:00:00 met_late p/b\n"
		"0 14:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"0 11:00:30 desk: changed off_track p/b\n"
		"0 12:00:30 desk: changed slipped p/b\n"
		"0 13:00:30 desk: resolved met_late p/b of slipped\n", false},
	{"… once, as it is when it is told", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:10 off_track p/b\n"
		"0 10:00:20 slipped p/b\n"
		"0 11:00:00 up\n",
		"0 10:00:30 desk: first slipped p/b\n", false},
	{"… and who has heard hears of the end, though the change was not told",
		"paced",
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 off_track p/b\n"
		"0 11:00:10 recovered p/b\n"
		"0 12:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"0 11:00:40 desk: resolved recovered p/b of off_track\n", false},
	{"what has begun again before its end was told has not ended", "quiet",
		"0 20:00:00 at_risk p/b\n"
		"0 23:00:00 recovered p/b\n"
		"0 23:30:00 at_risk p/b\n"
		"1 09:00:00 up\n",
		"0 20:00:30 desk: first at_risk p/b\n"
		"1 07:00:00 desk: changed at_risk p/b\n", false},
	{"what fires still and is told otherwise", "paced",
		"0 10:00:00 source_failing s\n"
		"0 11:00:00 source_failing s\n"
		"0 11:00:10 source_failing s\n"
		"0 12:00:00 source_recovered s\n"
		"0 13:00:00 up\n",
		"0 10:00:30 ops: first source_failing s\n"
		"0 11:00:30 ops: changed source_failing s\n"
		"0 12:00:30 ops: resolved source_recovered s of source_failing\n",
		false},
	{"… first is first, though it has changed", "paced",
		"0 10:00:00 source_failing s\n"
		"0 10:00:20 source_failing s\n"
		"0 11:00:00 up\n",
		"0 10:00:30 ops: first source_failing s\n", false},
	{"withdrawn", "paced",
		"0 10:00:00 slipped p/b\n"
		"0 11:00:00 withdrawn p/b\n"
		"0 12:00:00 withdrawn p/a\n"
		"0 13:00:00 up\n",
		"0 10:00:30 desk: first slipped p/b\n"
		"0 11:00:30 desk: withdrawn withdrawn p/b\n"
		"0 12:00:30 desk: first withdrawn p/a\n", false},

	/* Digests and quiet hours. */
	{"a digest gathers", "digest",
		"0 10:00:00 at_risk p/b\n"
		"0 15:00:00 met p/a\n"
		"0 16:00:00 recovered p/b\n"
		"0 17:00:00 slipped q/d\n"
		"1 07:59:59 at_risk p/a\n"
		"1 08:00:01 at_risk p/c\n"
		"2 09:00:00 up\n",
		"1 08:00:00 desk: first met p/a; first at_risk p/a; "
		"first slipped q/d\n"
		"2 08:00:00 desk: first at_risk p/c\n", false},
	{"… what comes in its very second is in it or in the next", "digest",
		"0 10:00:00 at_risk p/b\n"
		"1 08:00:00 at_risk p/a\n"
		"2 09:00:00 up\n",
		"1 08:00:00 desk: first at_risk p/b\n"
		"2 08:00:00 desk: first at_risk p/a\n", false},
	{"… in as many messages as it needs, together", "slim_digest",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:10 at_risk p/a\n"
		"0 10:00:20 at_risk q/d\n"
		"1 08:00:01 at_risk p/c\n"
		"2 09:00:00 up\n",
		"1 08:00:00 desk: first at_risk p/a; first at_risk q/d\n"
		"1 08:00:00 desk: first at_risk p/b\n"
		"2 08:00:00 desk: first at_risk p/c\n", false},
	{"quiet hours hold back, but what is urgent", "quiet",
		"0 23:00:00 at_risk p/b\n"
		"1 01:00:00 slipped p/a\n"
		"1 08:00:00 up\n",
		"1 01:00:30 desk: first slipped p/a\n"
		"1 07:00:00 desk: first at_risk p/b\n", false},
	{"… and what is over by then is not told", "quiet",
		"0 23:00:00 at_risk p/b\n"
		"1 01:00:00 recovered p/b\n"
		"1 08:00:00 up\n", "", false},

	/* Reminders. */
	{"reminders come ever more rarely", "reminding",
		"0 10:00:00 at_risk p/b\n"
		"20 00:00:00 recovered p/b\n"
		"40 00:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"1 10:00:30 desk: reminder at_risk p/b (1)\n"
		"3 10:00:30 desk: reminder at_risk p/b (2)\n"
		"7 10:00:30 desk: reminder at_risk p/b (3)\n"
		"15 10:00:30 desk: reminder at_risk p/b (4)\n"
		"20 00:00:30 desk: resolved recovered p/b of at_risk\n", false},
	{"what was answered is not reminded of", "quiet_reminding",
		"0 22:30:00 at_risk p/b\n"
		"1 06:50:00 ack 1 20h\n"
		"3 23:00:00 ack 1 7h\n"
		"4 12:00:00 up\n",
		"1 07:00:00 desk: first at_risk p/b\n"
		"2 07:00:00 desk: acknowledgement_expired at_risk p/b\n"
		"3 07:00:00 desk: reminder at_risk p/b (1)\n"
		"4 07:00:00 desk: acknowledgement_expired at_risk p/b\n", false},

	/* Acknowledgements. */
	{"a word before it expires, and the end", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 12:00:00 ack 1 10d\n"
		"12 00:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"9 12:00:00 desk: acknowledgement_expiring at_risk p/b\n"
		"10 12:00:00 desk: acknowledgement_expired at_risk p/b\n", false},
	{"… and of one that was renewed", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 12:00:00 ack 1 10d\n"
		"9 12:00:10 ack 1 10d\n"
		"25 00:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"9 12:00:00 desk: acknowledgement_expiring at_risk p/b\n"
		"18 12:00:10 desk: acknowledgement_expiring at_risk p/b\n"
		"19 12:00:10 desk: acknowledgement_expired at_risk p/b\n", false},
	{"it hides no news", "paced",
		"0 10:00:00 source_failing s\n"
		"0 12:00:00 ack 1 10d\n"
		"1 12:00:00 source_failing s\n"
		"2 12:00:00 source_recovered s\n"
		"25 00:00:00 up\n",
		"0 10:00:30 ops: first source_failing s\n"
		"1 12:00:30 ops: changed source_failing s\n"
		"2 12:00:30 ops: resolved source_recovered s of source_failing\n",
		false},
	{"in hand before it was told: it is told", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:10 ack 1 1h\n"
		"0 12:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"0 10:54:10 desk: acknowledgement_expiring at_risk p/b\n"
		"0 11:00:10 desk: acknowledgement_expired at_risk p/b\n", false},

	/* Escalations. */
	{"step by step, and all hear of the end", "escalating",
		"0 10:00:00 slipped p/b\n"
		"5 10:00:00 met_late p/b\n"
		"6 10:00:00 up\n",
		"0 10:00:30 desk: first slipped p/b\n"
		"1 10:00:00 boss: escalated slipped p/b\n"
		"3 10:00:00 board: escalated slipped p/b\n"
		"5 10:00:30 desk: resolved met_late p/b of slipped\n"
		"5 10:00:30 boss: resolved met_late p/b of slipped\n"
		"5 10:00:30 board: resolved met_late p/b of slipped\n", false},
	{"stopped by an acknowledgement, and counted anew after it",
		"escalating",
		"0 10:00:00 slipped p/b\n"
		"0 12:00:00 ack 1 2d\n"
		"3 13:00:00 met_late p/b\n"
		"6 10:00:00 up\n",
		"0 10:00:30 desk: first slipped p/b\n"
		"2 07:12:00 desk: acknowledgement_expiring slipped p/b\n"
		"2 12:00:00 desk: acknowledgement_expired slipped p/b\n"
		"3 12:00:00 boss: escalated slipped p/b\n"
		"3 13:00:30 desk: resolved met_late p/b of slipped\n"
		"3 13:00:30 boss: resolved met_late p/b of slipped\n", false},
	{"what is escalated is urgent", "quiet_escalating",
		"0 23:00:00 slipped p/b\n"
		"1 23:30:00 up\n",
		"1 07:00:00 desk: first slipped p/b\n"
		"1 23:00:00 boss: escalated slipped p/b\n", false},
	{"both steps passed while nobody was there", "escalating",
		"0 10:00:00 slipped p/b\n"
		"0 11:00:00 down\n"
		"4 10:00:00 up\n"
		"6 10:00:00 up\n",
		"0 10:00:30 desk: first slipped p/b\n"
		"4 10:00:00 boss: escalated slipped p/b\n"
		"4 10:00:00 board: escalated slipped p/b\n", false},

	/* Silences. */
	{"what it holds is told at its end", "paced",
		"0 09:00:00 silence 2h obligor=CN\n"
		"0 10:00:00 at_risk p/b\n"
		"0 10:01:00 at_risk q/d\n"
		"0 12:00:00 up\n",
		"0 10:01:30 desk: first at_risk q/d\n"
		"0 10:48:00 desk: silence_expiring at_risk p/b\n"
		"0 11:00:00 desk: silence_ended at_risk p/b\n", false},
	{"… or when somebody ends it", "paced",
		"0 09:00:00 silence 1d p/b\n"
		"0 10:00:00 at_risk p/b\n"
		"0 10:30:00 end 1\n"
		"1 12:00:00 up\n",
		"0 10:30:00 desk: silence_ended at_risk p/b\n", false},
	{"one word before the end for all that it holds", "paced",
		"0 09:00:00 silence 10h kind=at_risk\n"
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:10 at_risk p/c\n"
		"0 10:00:20 at_risk p/a\n"
		"0 20:00:00 up\n",
		"0 18:00:00 desk: silence_expiring at_risk p/a "
		"(for p/b, p/c)\n"
		"0 19:00:00 desk: silence_ended at_risk p/a; "
		"silence_ended at_risk p/b; silence_ended at_risk p/c\n", false},
	{"… once, also when what spoke for all is over", "paced",
		"0 09:00:00 silence 10h kind=at_risk\n"
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:20 at_risk p/a\n"
		"0 18:10:00 recovered p/a\n"
		"0 18:20:00 kill\n"
		"0 20:00:00 up\n",
		"0 18:00:00 desk: silence_expiring at_risk p/a (for p/b)\n"
		"0 19:00:00 desk: resolved recovered p/a of at_risk; "
		"silence_ended at_risk p/b\n", false},
	{"what was over by then is not told, and news is dropped", "paced",
		"0 09:00:00 silence 10h obligor=CN\n"
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 recovered p/b\n"
		"0 12:00:00 met p/a\n"
		"1 09:00:00 up\n", "", false},
	{"an end that is owed comes when it ends", "paced",
		"0 09:00:00 at_risk p/b\n"
		"0 10:00:00 silence 10h obligor=CN\n"
		"0 11:00:00 recovered p/b\n"
		"1 09:00:00 up\n",
		"0 09:00:30 desk: first at_risk p/b\n"
		"0 20:00:30 desk: resolved recovered p/b of at_risk\n", false},
	{"who has heard before is told that it fires still", "paced",
		"0 09:00:00 at_risk p/b\n"
		"0 10:00:00 silence 10h obligor=CN\n"
		"1 09:00:00 up\n",
		"0 09:00:30 desk: first at_risk p/b\n"
		"0 20:00:00 desk: silence_ended at_risk p/b\n", false},
	{"… once, though a reminder was due", "reminding",
		"0 09:00:00 at_risk p/b\n"
		"0 10:00:00 silence 2d obligor=CN\n"
		"2 11:00:00 up\n",
		"0 09:00:30 desk: first at_risk p/b\n"
		"2 05:12:00 desk: silence_expiring at_risk p/b\n"
		"2 10:00:00 desk: silence_ended at_risk p/b\n", false},
	{"nobody is told of what somebody has in hand", "paced",
		"0 09:00:00 at_risk p/b\n"
		"0 10:00:00 silence 10h obligor=CN\n"
		"0 11:00:00 ack 1 3d\n"
		"1 09:00:00 up\n",
		"0 09:00:30 desk: first at_risk p/b\n", false},
	{"another silence holds on", "paced",
		"0 09:00:00 silence 2h obligor=CN\n"
		"0 09:30:00 silence 4h p/b\n"
		"0 10:00:00 at_risk p/b\n"
		"0 15:00:00 up\n",
		"0 13:06:00 desk: silence_expiring at_risk p/b\n"
		"0 13:30:00 desk: silence_ended at_risk p/b\n", false},
	{"one that ended while nobody was there", "paced",
		"0 09:00:00 at_risk p/b\n"
		"0 10:00:00 silence 10h obligor=CN\n"
		"0 10:10:00 at_risk p/a\n"
		"0 11:00:00 down\n"
		"2 09:00:00 up\n"
		"2 10:00:00 kill\n"
		"3 09:00:00 up\n",
		"0 09:00:30 desk: first at_risk p/b\n"
		"2 09:00:00 desk: silence_ended at_risk p/a; "
		"silence_ended at_risk p/b\n", false},
	{"the end of a silence waits for the day", "quiet",
		"0 20:00:00 at_risk p/b\n"
		"0 21:00:00 silence 3h obligor=CN\n"
		"1 09:00:00 up\n",
		"0 20:00:30 desk: first at_risk p/b\n"
		"1 07:00:00 desk: silence_ended at_risk p/b\n", false},
	{"an escalation waits for its end", "escalating",
		"0 09:00:00 slipped p/b\n"
		"0 10:00:00 silence 2d obligor=CN\n"
		"2 11:00:00 up\n",
		"0 09:00:30 desk: first slipped p/b\n"
		"2 05:12:00 boss: silence_expiring slipped p/b\n"
		"2 10:00:00 boss: escalated slipped p/b\n"
		"2 10:00:00 desk: silence_ended slipped p/b\n", false},

	/* Causes. */
	{"a cause is told in the place of what follows", "paced",
		"0 09:00:00 data_stale x\n"
		"0 09:00:20 source_failing s\n"
		"0 10:00:00 source_recovered s\n"
		"0 10:00:10 recovered x\n"
		"0 12:00:00 up\n",
		"0 09:00:50 ops: first source_failing s (for x)\n"
		"0 10:00:30 ops: resolved source_recovered s of source_failing\n",
		true},
	{"… and is over, and that is not", "paced",
		"0 09:00:00 source_failing s\n"
		"0 09:10:00 data_stale x\n"
		"0 10:00:00 source_recovered s\n"
		"0 12:00:00 up\n",
		"0 09:00:30 ops: first source_failing s\n"
		"0 10:00:30 ops: resolved source_recovered s of source_failing; "
		"first data_stale x\n", true},
	{"in one call, whichever is first", "at_once",
		"0 09:00:00 and data_stale x\n"
		"0 09:00:00 source_failing s\n"
		"0 10:00:00 and source_failing t\n"
		"0 10:00:00 data_stale y\n",
		"0 09:00:00 ops: first source_failing s (for x)\n"
		"0 10:00:00 ops: first source_failing t (for y)\n", false},
	{"what was told before is told to end by itself", "paced",
		"0 09:00:00 data_stale x\n"
		"0 09:10:00 source_failing s\n"
		"0 10:00:00 recovered x\n"
		"0 12:00:00 up\n",
		"0 09:00:30 ops: first data_stale x\n"
		"0 09:10:30 ops: first source_failing s\n"
		"0 10:00:30 ops: resolved recovered x of data_stale\n", true},
	{"a milestone and what rests on it", "paced",
		"0 09:00:00 and at_risk p/c\n"
		"0 09:00:00 slipped p/a\n"
		"0 12:00:00 up\n",
		"0 09:00:30 desk: first slipped p/a (for p/c)\n", false},

	{"what follows is told where its cause no longer is", "escalating",
		"0 10:00:00 slipped p/a\n"
		"0 11:00:00 slipped p/c\n"
		"0 12:00:00 silence 5d p/a\n"
		"1 12:00:00 ack 1 2d\n"
		"2 00:00:00 up\n",
		"0 10:00:30 desk: first slipped p/a\n"
		"1 12:00:00 boss: escalated slipped p/c\n", false},

	/* What comes near, and is met before that is told. */
	{"met before it was told to come near", "quiet",
		"0 23:00:00 approaching p/b\n"
		"0 23:00:00 approaching q/d\n"
		"0 23:30:00 attest b\n"
		"1 09:00:00 up\n",
		"1 07:00:00 desk: first approaching q/d; first met p/b\n", false},

	/* Restarts and reloads. */
	{"a digest whose time has passed", "digest",
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 down\n"
		"1 09:00:00 up\n"
		"1 10:00:00 up\n",
		"1 09:00:00 desk: first at_risk p/b\n", false},
	{"the interval of a group is kept", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 10:01:00 kill\n"
		"0 10:02:00 at_risk p/a\n"
		"0 10:10:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"0 10:05:30 desk: first at_risk p/a\n", false},
	{"an acknowledgement that expired while nobody was there", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 ack 1 1d\n"
		"0 12:00:00 down\n"
		"3 09:00:00 up\n"
		"3 10:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"3 09:00:00 desk: acknowledgement_expired at_risk p/b\n", false},
	{"what waits goes by the new hours", "digest",
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 policy paced\n"
		"0 12:00:00 up\n",
		"0 11:00:00 desk: first at_risk p/b\n", false},
	{"what waits for a channel that has gone is told to those there are",
		"digest",
		"0 10:00:00 at_risk p/b\n"
		"0 10:10:00 met q/d\n"
		"0 11:00:00 policy without_desk\n"
		"0 12:00:00 recovered p/b\n"
		"0 13:00:00 up\n",
		"0 11:00:30 boss: first at_risk p/b\n"
		"0 12:00:30 boss: resolved recovered p/b of at_risk\n", false},
	{"… as it is after a restart with other settings", "wide",
		"0 10:00:00 at_risk p/b\n"
		"0 10:00:10 policy without_desk\n"
		"0 11:00:00 up\n",
		"0 10:00:30 boss: first at_risk p/b\n", false},
	{"a channel that is new hears of what comes", "paced",
		"0 10:00:00 at_risk p/b\n"
		"0 11:00:00 policy boss_only\n"
		"0 12:00:00 off_track p/b\n"
		"0 13:00:00 recovered p/b\n"
		"0 14:00:00 up\n",
		"0 10:00:30 desk: first at_risk p/b\n"
		"0 12:00:00 desk: changed off_track p/b\n"
		"0 12:00:30 boss: first off_track p/b\n"
		"0 13:00:00 desk: resolved recovered p/b of off_track\n"
		"0 13:00:30 boss: resolved recovered p/b of off_track\n", false},

	/* The clock is set back. */
	{"no escalation waits longer for it", "escalating",
		"400 10:00:00 slipped p/b\n"
		"400 11:00:00 back 400d\n"
		"4 12:00:00 up\n",
		"400 10:00:30 desk: first slipped p/b\n"
		"1 11:00:00 boss: escalated slipped p/b\n"
		"3 11:00:00 board: escalated slipped p/b\n", false},
	{"… and nobody has anything in hand for longer", "paced",
		"400 10:00:00 at_risk p/b\n"
		"400 10:30:00 ack 1 10d\n"
		"400 11:00:00 back 400d\n"
		"30 12:00:00 up\n",
		"400 10:00:30 desk: first at_risk p/b\n"
		"9 11:00:00 desk: acknowledgement_expiring at_risk p/b\n"
		"10 11:00:00 desk: acknowledgement_expired at_risk p/b\n", false},
