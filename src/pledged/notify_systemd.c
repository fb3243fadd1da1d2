/* notify: the service manager, by libsystemd; nothing happens without one. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "pledged/daemon.h"

static char **names;	/* of the descriptors handed over */

void notify_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void notify_status(const char *status)
{
	sd_notifyf(0, "STATUS=%s", status);
}

void notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		(int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int64_t notify_interval(void)
{
	uint64_t microseconds;

	/* Half the time allowed, as sd_watchdog_enabled(3) advises. */
	if (sd_watchdog_enabled(0, &microseconds) <= 0)
		return 0;
	return (int64_t)(microseconds / 2000);
}

int notify_sockets(void)
{
	int count = sd_listen_fds_with_names(1, &names);

	return count > 0 ? count : 0;
}

int notify_socket(int index, const char **name)
{
	*name = names != NULL ? names[index] : "";
	return SD_LISTEN_FDS_START + index;
}
