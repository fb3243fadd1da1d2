/*
 * lookup: getaddrinfo and a query of the root in a detached thread. The lookup
 * belongs to the loop as long as it is not abandoned, and then to the thread.
 */
#include <sys/types.h>
#include <netinet/in.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/lookup.h"

struct lookup {
	struct loop *loop;
	struct event *timer;
	lookup_done *done;
	void *context;
	char *host;
	pthread_mutex_t lock;	/* guards what follows */
	bool abandoned;		/* nobody waits; thread or post frees it */
	enum lookup_answer answer;
};

static void lookup_free(struct lookup *lookup)
{
	pthread_mutex_destroy(&lookup->lock);
	free(lookup->host);
	free(lookup);
}

bool lookup_server_answers(const struct sockaddr_in *server)
{
	unsigned char answer[NS_PACKETSZ * 4];
	struct __res_state state;

	memset(&state, 0, sizeof state);
	if (res_ninit(&state) != 0)
		return false;
	state.retrans = 1;	/* seconds */
	state.retry = 2;
	if (server != NULL) {
		state.nsaddr_list[0] = *server;
		state.nscount = 1;
	}
	bool answers = res_nquery(&state, ".", ns_c_in, ns_t_ns, answer, sizeof answer) > 0 ||
		state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA;
	res_nclose(&state);
	return answers;
}

/* What getaddrinfo says of a name, as against what it says of servers. One that
   is found after all was not found a moment ago. */
static enum lookup_answer lookup_name(const char *host)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	int code = host[0] != '\0' ? getaddrinfo(host, NULL, &hints, &found) : EAI_AGAIN;

	if (code == 0) {
		freeaddrinfo(found);
		return LOOKUP_TROUBLE;
	}
	if (code == EAI_NONAME || code == EAI_NODATA)
		return LOOKUP_NO_NAME;
	return lookup_server_answers(NULL) ? LOOKUP_NAME_TROUBLE : LOOKUP_TROUBLE;
}

static void lookup_on_posted(void *context)
{
	struct lookup *lookup = context;

	pthread_mutex_lock(&lookup->lock);
	bool abandoned = lookup->abandoned;
	enum lookup_answer answer = lookup->answer;
	pthread_mutex_unlock(&lookup->lock);
	if (!abandoned) {
		event_free(lookup->timer);
		lookup->done(lookup->context, answer);
	}
	lookup_free(lookup);
}

static void *lookup_main(void *context)
{
	struct lookup *lookup = context;
	enum lookup_answer answer = lookup_name(lookup->host);

	pthread_mutex_lock(&lookup->lock);
	lookup->answer = answer;
	bool abandoned = lookup->abandoned;
	if (!abandoned)	/* the loop is there, since it has not abandoned us */
		loop_post(lookup->loop, lookup_on_posted, lookup);
	pthread_mutex_unlock(&lookup->lock);
	if (abandoned)
		lookup_free(lookup);
	return NULL;
}

void lookup_cancel(struct lookup *lookup)
{
	if (lookup == NULL)
		return;
	event_free(lookup->timer);
	pthread_mutex_lock(&lookup->lock);
	lookup->abandoned = true;
	pthread_mutex_unlock(&lookup->lock);
}

static void lookup_on_time(evutil_socket_t fd, short what, void *context)
{
	struct lookup *lookup = context;
	lookup_done *done = lookup->done;
	void *whom = lookup->context;
	(void)fd;
	(void)what;

	lookup_cancel(lookup);
	done(whom, LOOKUP_TROUBLE);
}

static bool lookup_spawn(struct lookup *lookup)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	int failed = pthread_create(&thread, &attributes, lookup_main, lookup);
	pthread_attr_destroy(&attributes);
	return failed == 0;
}

struct lookup *lookup_start(struct loop *loop, const char *host,
	lookup_done *done, void *context)
{
	struct lookup *lookup = mem_new(1, sizeof *lookup);
	struct timeval wait = {.tv_sec = LOOKUP_SECONDS};

	lookup->loop = loop;
	lookup->done = done;
	lookup->context = context;
	lookup->host = mem_string(host);
	lookup->answer = LOOKUP_TROUBLE;
	pthread_mutex_init(&lookup->lock, NULL);
	lookup->timer = evtimer_new(loop_base(loop), lookup_on_time, lookup);
	if (lookup->timer == NULL)
		log_bug("no event for a look-up");
	event_add(lookup->timer, &wait);
	if (!lookup_spawn(lookup))	/* no thread to be had: our trouble */
		loop_post(loop, lookup_on_posted, lookup);
	return lookup;
}
