/*
 * access: who may change things, from the peer the kernel reports.
 *
 * Names are resolved once, when settings are read: looking up users may block.
 */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "pledged/daemon.h"

#define LOOKUP_BUFFER 65536

struct access_ {
	uid_t *users;
	size_t user_count, user_capacity;
	gid_t *groups;
	size_t group_count, group_capacity;
};

static void access_add_user(struct access_ *access, uid_t uid)
{
	access->users = mem_grow(access->users, access->user_count,
		&access->user_capacity, sizeof *access->users);
	access->users[access->user_count++] = uid;
}

static bool user_lookup(const char *name, uid_t *uid)
{
	struct passwd entry, *found = NULL;
	char *buffer = mem_new(1, LOOKUP_BUFFER);

	getpwnam_r(name, &entry, buffer, LOOKUP_BUFFER, &found);
	if (found != NULL)
		*uid = found->pw_uid;
	free(buffer);
	return found != NULL;
}

/* A group's members, and whoever has it as the group of the connection. */
static bool access_add_group(struct access_ *access, const char *name)
{
	struct group entry, *found = NULL;
	char *buffer = mem_new(1, LOOKUP_BUFFER);
	uid_t uid;

	getgrnam_r(name, &entry, buffer, LOOKUP_BUFFER, &found);
	if (found != NULL) {
		access->groups = mem_grow(access->groups, access->group_count,
			&access->group_capacity, sizeof *access->groups);
		access->groups[access->group_count++] = found->gr_gid;
		for (char **member = found->gr_mem; *member != NULL; member++) {
			if (user_lookup(*member, &uid))
				access_add_user(access, uid);
		}
	}
	free(buffer);
	return found != NULL;
}

struct access_ *access_new(const struct settings *settings)
{
	struct access_ *access = mem_new(1, sizeof *access);
	uid_t uid;

	/* Whoever owns the process can change anything anyway. */
	access_add_user(access, geteuid());
	for (size_t i = 0; i < settings->admin.admin_count; i++) {
		const char *name = settings->admin.admins[i];

		if (name[0] == '@') {
			if (!access_add_group(access, name + 1))
				log_warning("admin.admins: there is no group %s",
					name + 1);
		} else if (user_lookup(name, &uid)) {
			access_add_user(access, uid);
		} else {
			log_warning("admin.admins: there is no user %s", name);
		}
	}
	return access;
}

void access_free(struct access_ *access)
{
	if (access == NULL)
		return;
	free(access->users);
	free(access->groups);
	free(access);
}

bool access_is_admin(const struct access_ *access,
	const struct server_peer *peer)
{
	if (!peer->local)
		return false;
	for (size_t i = 0; i < access->user_count; i++) {
		if (access->users[i] == peer->uid)
			return true;
	}
	for (size_t i = 0; i < access->group_count; i++) {
		if (access->groups[i] == peer->gid)
			return true;
	}
	return false;
}

char *access_name(const struct server_peer *peer)
{
	struct passwd entry, *found = NULL;
	char *buffer = mem_new(1, LOOKUP_BUFFER);
	struct text name;

	text_init(&name, 256);
	getpwuid_r(peer->uid, &entry, buffer, LOOKUP_BUFFER, &found);
	if (found != NULL)
		text_add_string(&name, found->pw_name);
	else
		text_addf(&name, "uid %u", (unsigned)peer->uid);
	free(buffer);
	return text_take(&name);
}
