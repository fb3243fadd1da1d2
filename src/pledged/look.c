/* look: see look.h. Signs are in DejaVu and in the fonts of common systems. */
#include "pledged/look.h"

const char *hue_name(enum hue hue)
{
	static const char *const names[HUE_COUNT] = {
		[HUE_GOOD] = "good", [HUE_LATE] = "late", [HUE_BAD] = "bad",
		[HUE_BLIND] = "blind", [HUE_IDLE] = "idle", [HUE_OUT] = "out",
	};

	return names[hue];
}

const struct look *status_look(enum status status)
{
	static const struct look looks[STATUS_COUNT] = {
		[STATUS_NOT_STARTED] = {"not started", "·", HUE_IDLE},
		[STATUS_PENDING] = {"pending", "○", HUE_IDLE},
		[STATUS_ON_TRACK] = {"on track", "↗", HUE_GOOD},
		[STATUS_AT_RISK] = {"at risk", "!", HUE_LATE},
		[STATUS_OFF_TRACK] = {"off track", "↘", HUE_BAD},
		[STATUS_DUE] = {"due", "◷", HUE_LATE},
		[STATUS_AWAITING_DATA] = {"awaiting data", "…", HUE_BLIND},
		[STATUS_UNVERIFIED] = {"unverified", "?", HUE_BLIND},
		[STATUS_MET] = {"met", "✓", HUE_GOOD},
		[STATUS_MET_LATE] = {"met late", "✓+", HUE_LATE},
		[STATUS_PARTLY_MET] = {"partly met", "½", HUE_LATE},
		[STATUS_NOT_MET] = {"not met", "✗", HUE_BAD},
		[STATUS_BREACHED] = {"breached", "⊗", HUE_BAD},
		[STATUS_REVERSED] = {"reversed", "↺", HUE_BAD},
		[STATUS_WAIVED] = {"waived", "≈", HUE_OUT},
		[STATUS_WITHDRAWN] = {"withdrawn", "–", HUE_OUT},
		[STATUS_SUPERSEDED] = {"superseded", "⇒", HUE_OUT},
	};

	return &looks[status];
}
