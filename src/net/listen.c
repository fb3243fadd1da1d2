/*
 * listen: UNIX sockets with safe modes, TCP on loopback only.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/util.h>

#include "base/text.h"
#include "net/address.h"
#include "net/listen.h"

#define LISTEN_BACKLOG 128
#define LISTEN_SUFFIX ".new"	/* the name a socket has while it is made */

bool socket_is_unix(int fd)
{
	int domain = 0;
	socklen_t size = sizeof domain;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
		domain == AF_UNIX;
}

/* Closes fd and tells errno. */
static int listen_fault(struct error *error, int fd, const char *name, const char *what)
{
	int number = errno;

	if (fd >= 0)
		close(fd);
	return error_set(error, number == EACCES || number == EPERM ?
		ERROR_DENIED : ERROR_SYSTEM, "%s: %s: %s", name, what, strerror(number));
}

static int listen_unix_address(const char *path, const char *suffix,
	struct sockaddr_un *address, struct error *error)
{
	size_t length = strlen(path), more = strlen(suffix);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (length + more >= sizeof address->sun_path)
		return error_set(error, ERROR_LIMIT, "%s: longer than the %zu bytes a "
			"UNIX socket's path may have", path,
			sizeof address->sun_path - strlen(LISTEN_SUFFIX) - 1);
	memcpy(address->sun_path, path, length);
	memcpy(address->sun_path + length, suffix, more);
	return 0;
}

/* 0: nobody listens there, whatever a dead process left behind. */
static int listen_unix_is_free(const char *path, struct error *error)
{
	struct sockaddr_un address;
	struct stat found;

	if (lstat(path, &found) < 0)
		return errno == ENOENT ? 0 :
			listen_fault(error, -1, path, "cannot be looked at");
	if (!S_ISSOCK(found.st_mode))
		return error_set(error, ERROR_INPUT, "%s: exists and is no socket", path);
	if (listen_unix_address(path, "", &address, error) < 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return listen_fault(error, -1, path, "no socket");
	int failed = connect(fd, (struct sockaddr *)&address, sizeof address);
	if (failed < 0 && errno == ECONNREFUSED) {
		close(fd);
		return 0;
	}
	if (failed < 0 && errno != EAGAIN)
		return listen_fault(error, fd, path, "cannot be tried");
	close(fd);
	return error_set(error, ERROR_INPUT, "%s: another daemon listens there", path);
}

static int listen_group(const char *group, gid_t *gid, struct error *error)
{
	*gid = (gid_t)-1;
	if (group == NULL)
		return 0;
	errno = 0;
	const struct group *found = getgrnam(group);
	if (found == NULL)
		return error_set(error, ERROR_ABSENT, "%s: no such group", group);
	*gid = found->gr_gid;
	return 0;
}

/* The mode a socket's descriptor has when it is bound becomes its file's, so
   that nobody can connect before the owner is right. */
static int listen_unix_bind(int fd, const struct sockaddr_un *address, gid_t gid,
	unsigned mode)
{
	const char *path = address->sun_path;

	if (fchmod(fd, 0) < 0 ||
	    bind(fd, (const struct sockaddr *)address, sizeof *address) < 0)
		return -1;
	if ((gid != (gid_t)-1 && lchown(path, (uid_t)-1, gid) < 0) ||
	    chmod(path, mode & 0777) < 0)
		return -1;
	return listen(fd, LISTEN_BACKLOG);
}

int listen_unix(const char *path, unsigned mode, const char *group,
	struct error *error)
{
	struct sockaddr_un address;
	gid_t gid;

	if (listen_group(group, &gid, error) < 0 ||
	    listen_unix_address(path, LISTEN_SUFFIX, &address, error) < 0 ||
	    listen_unix_is_free(path, error) < 0 ||
	    listen_unix_is_free(address.sun_path, error) < 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return listen_fault(error, -1, path, "no socket");
	unlink(address.sun_path);
	if (listen_unix_bind(fd, &address, gid, mode) < 0 ||
	    rename(address.sun_path, path) < 0) {
		int number = errno;

		unlink(address.sun_path);
		errno = number;
		return listen_fault(error, fd, path, "cannot be set up");
	}
	return fd;
}

static int listen_tcp_open(const struct sockaddr *address, socklen_t size)
{
	int on = 1;
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    bind(fd, address, size) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	int number = errno;
	close(fd);
	errno = number;
	return -1;
}

int listen_tcp(const char *address, struct error *error)
{
	struct sockaddr_storage storage;
	struct sockaddr *parsed = (struct sockaddr *)&storage;
	int size = sizeof storage;

	if (evutil_parse_sockaddr_port(address, parsed, &size) < 0 ||
	    strrchr(address, ':') == NULL || string_ends(address, "]"))
		return error_set(error, ERROR_INPUT, "%s: not an address and a port "
			"such as 127.0.0.1:8470 or [::1]:8470", address);
	if (!address_is_loopback(parsed))
		return error_set(error, ERROR_DENIED, "%s: not a loopback address; "
			"put a proxy in front to serve others", address);
	int fd = listen_tcp_open(parsed, (socklen_t)size);
	if (fd < 0)
		return listen_fault(error, -1, address, "cannot listen");
	return fd;
}

int listen_adopt(int fd, struct error *error)
{
	struct sockaddr_storage storage;
	struct sockaddr *address = (struct sockaddr *)&storage;
	socklen_t size = sizeof storage, flag_size = sizeof(int);
	int listening = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &flag_size) < 0 ||
	    !listening || getsockname(fd, address, &size) < 0)
		return error_set(error, ERROR_INPUT,
			"descriptor %d is not a listening socket", fd);
	if (address->sa_family != AF_UNIX && !address_is_loopback(address))
		return error_set(error, ERROR_DENIED, "descriptor %d listens on an "
			"address that is neither a UNIX socket nor loopback", fd);
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return error_set(error, ERROR_SYSTEM, "descriptor %d: %s", fd,
			strerror(errno));
	return fd;
}
