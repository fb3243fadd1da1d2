/*
 * network: see network.h.
 */
#include "core/network.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"

#define PROBE_FIRST INT64_C(30)
#define PROBE_MOST INT64_C(300)
#define HOST_MAX 256

void network_init(struct network *network)
{
	*network = (struct network){.since = INSTANT_MIN};
}

void network_restore(struct network *network, instant now)
{
	*network = (struct network){.offline = true, .since = now, .probe = now,
		.wait = PROBE_FIRST / 2};
}

static bool host_is_here(const char *host)
{
	return string_is(host, "localhost") || string_starts(host, "127.") ||
		string_is(host, "[::1]");
}

/* What stands between :// and the port, without a user, in lower case; false:
   there is none. */
static bool url_host(const char *url, char out[HOST_MAX])
{
	const char *host = strstr(url, "://");
	size_t length, at;

	if (host == NULL)
		return false;
	host += strlen("://");
	length = strcspn(host, "/?#");
	for (at = length; at > 0 && host[at - 1] != '@';)
		at--;
	host += at;
	length -= at;
	at = *host == '[' ? strcspn(host, "]") : 0;
	at += strcspn(host + at, ":/?#");
	length = at < length ? at : length;
	if (length == 0 || length >= HOST_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		out[i] = host[i] >= 'A' && host[i] <= 'Z' ?
			(char)(host[i] - 'A' + 'a') : host[i];
	out[length] = '\0';
	return true;
}

uint64_t network_host(const char *url)
{
	char host[HOST_MAX];

	if (string_starts(url, "file:") || !url_host(url, host) ||
	    host_is_here(host))
		return 0;
	return hash_string(host) | 1;
}

static enum network_news network_lose(struct network *network, bool here,
	instant now)
{
	if (network->offline)
		return NETWORK_SAME;
	network->offline = true;
	network->here = here;
	network->since = network->count > 0 ? network->missed[0].at : now;
	network->wait = PROBE_FIRST;
	network->probe = now + network->wait;
	return NETWORK_LOST;
}

static enum network_news network_reach(struct network *network)
{
	bool back = network->offline;

	if (back || network->count > 0)
		network->era++;
	network->offline = false;
	network->count = 0;
	network->since = INSTANT_MIN;
	return back ? NETWORK_BACK : NETWORK_SAME;
}

static void missed_drop(struct network *network, size_t i)
{
	network->count--;
	memmove(&network->missed[i], &network->missed[i + 1],
		(network->count - i) * sizeof network->missed[0]);
}

/* Each host once, the one tried longest ago first. */
static void network_miss(struct network *network, uint64_t host, instant now)
{
	for (size_t i = network->count; i-- > 0;)
		if (network->missed[i].host == host ||
		    network->missed[i].at < now - NETWORK_SPAN)
			missed_drop(network, i);
	if (network->count == NETWORK_HOSTS)
		missed_drop(network, 0);
	network->missed[network->count].host = host;
	network->missed[network->count++].at = now;
}

enum network_news network_hear(struct network *network, uint64_t host,
	enum network_heard heard, instant now)
{
	if (heard == NETWORK_CUT)
		return network_lose(network, host == 0, now);
	if (host == 0 && (heard != NETWORK_REACHED || !network->offline ||
	    !network->here))
		return NETWORK_SAME;
	if (heard == NETWORK_REACHED)
		return network_reach(network);
	network_miss(network, host, now);
	return network->count == NETWORK_HOSTS ?
		network_lose(network, false, now) : NETWORK_SAME;
}

bool network_probe(struct network *network, instant now)
{
	if (now < network->probe)
		return false;
	network->wait = network->wait < PROBE_MOST / 2 ? 2 * network->wait :
		PROBE_MOST;
	network->probe = now + network->wait;
	return true;
}

void network_replan(struct network *network, instant now)
{
	network->probe = earlier(network->probe, now + network->wait);
}
