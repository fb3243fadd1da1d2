/* notify: built without libsystemd; there is nobody to tell. */
#include "pledged/daemon.h"

void notify_ready(const char *status)
{
	(void)status;
}

void notify_status(const char *status)
{
	(void)status;
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}

void notify_alive(void)
{
}

int64_t notify_interval(void)
{
	return 0;
}

int notify_sockets(void)
{
	return 0;
}

int notify_socket(int index, const char **name)
{
	(void)index;
	*name = "";
	return -1;
}
