/*
 * scene: four milestones, two sources and two indicators of which things are
 * told, on the virtual clock, by a script.
 *
 * p/a (critical, obligor CN), p/b, p/c that waits for p/a, q/d (obligor US);
 * source s, which supplies x, and t, which supplies y. Nothing happens by itself.
 *
 * A script has a line for each thing that happens, "D hh:mm:ss WORDS", in order;
 * day 0 is a Monday. WORDS: an event's kind and its subject ("at_risk p/b"), with
 * "and" before it in the same call as the next line's; "ack ALERT FOR"; "silence
 * FOR WORDS", "end SILENCE"; "attest KEY"; "policy NAME", a reload; "back
 * FOR", the clock is set back, and times go on from there; "kill", a restart at
 * once; "down", a restart at the time of the next line; "up", nothing.
 */
#ifndef PLEDGED_TESTS_SCENE_H
#define PLEDGED_TESTS_SCENE_H

#include "rig.h"

struct scene {
	struct rig rig;
	size_t more;		/* milestones m0, m1, … of q, at most 1,000 */
	struct text told;	/* "D hh:mm:ss channel: reason kind subject; …" */
	const struct policy *(*policy_named)(const char *name);
};

void scene_init(struct scene *scene, const struct policy *policy);
void scene_release(struct scene *scene);
/* kills: the process is killed and started again after each line. */
void scene_play(struct scene *scene, const char *script, bool kills);

#endif
