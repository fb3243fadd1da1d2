/*
 * fault_vfs: a file layer for SQLite that passes everything on, counts writes
 * and syncs, and makes one of them fail.
 */
#ifndef PLEDGED_TESTS_FAULT_VFS_H
#define PLEDGED_TESTS_FAULT_VFS_H

enum fault_at { FAULT_NEVER, FAULT_WRITE, FAULT_SYNC };

struct fault_vfs {
	enum fault_at at;
	int countdown;	/* 1: the next one of that kind fails */
	int code;	/* SQLITE_IOERR_WRITE, SQLITE_FULL, … */
	int fired;	/* how many failed: at most one */
	int writes;	/* since the failure */
	int syncs;
};

/* Shared with the writer's thread, which is idle or waited for while a test
   looks. */
extern struct fault_vfs fault_vfs;

/* Makes it the default layer of this process. */
void fault_vfs_register(void);
/* Makes the n-th write or sync from now on fail, once. */
void fault_vfs_arm(enum fault_at at, int n, int code);

#endif
