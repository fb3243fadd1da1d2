/*
 * fault_vfs: each method but write and sync is the real file's.
 */
#include <sqlite3.h>
#include <string.h>

#include "fault_vfs.h"

struct fault_file {
	sqlite3_file base;
	sqlite3_file *real;	/* right behind this */
};

struct fault_vfs fault_vfs;
static sqlite3_vfs *real_vfs;

static sqlite3_file *fault_real(sqlite3_file *file)
{
	return ((struct fault_file *)file)->real;
}

/* Whether this call is the one to fail. */
static int fault_here(enum fault_at at)
{
	if (fault_vfs.fired != 0) {
		fault_vfs.writes += at == FAULT_WRITE;
		fault_vfs.syncs += at == FAULT_SYNC;
		return 0;
	}
	if (fault_vfs.at != at || --fault_vfs.countdown != 0)
		return 0;
	fault_vfs.fired++;
	return 1;
}

#define PASS(name, parameters, ...) \
	static int fault_##name parameters \
	{ \
		sqlite3_file *real = fault_real(file); \
		return real->pMethods->x##name(real __VA_OPT__(,) __VA_ARGS__); \
	}

PASS(Close, (sqlite3_file *file))
PASS(Read, (sqlite3_file *file, void *out, int n, sqlite3_int64 at), out, n, at)
PASS(Truncate, (sqlite3_file *file, sqlite3_int64 size), size)
PASS(FileSize, (sqlite3_file *file, sqlite3_int64 *out), out)
PASS(Lock, (sqlite3_file *file, int level), level)
PASS(Unlock, (sqlite3_file *file, int level), level)
PASS(CheckReservedLock, (sqlite3_file *file, int *out), out)
PASS(FileControl, (sqlite3_file *file, int op, void *arg), op, arg)
PASS(SectorSize, (sqlite3_file *file))
PASS(DeviceCharacteristics, (sqlite3_file *file))
PASS(ShmMap, (sqlite3_file *file, int page, int size, int extend,
	void volatile **out), page, size, extend, out)
PASS(ShmLock, (sqlite3_file *file, int offset, int n, int flags),
	offset, n, flags)
PASS(ShmUnmap, (sqlite3_file *file, int delete), delete)

static void fault_ShmBarrier(sqlite3_file *file)
{
	fault_real(file)->pMethods->xShmBarrier(fault_real(file));
}

static int fault_Write(sqlite3_file *file, const void *bytes, int n,
	sqlite3_int64 at)
{
	if (fault_here(FAULT_WRITE))
		return fault_vfs.code;
	return fault_real(file)->pMethods->xWrite(fault_real(file), bytes, n, at);
}

static int fault_Sync(sqlite3_file *file, int flags)
{
	if (fault_here(FAULT_SYNC))
		return fault_vfs.code;
	return fault_real(file)->pMethods->xSync(fault_real(file), flags);
}

static const sqlite3_io_methods fault_methods = {
	2, fault_Close, fault_Read, fault_Write, fault_Truncate, fault_Sync,
	fault_FileSize, fault_Lock, fault_Unlock, fault_CheckReservedLock,
	fault_FileControl, fault_SectorSize, fault_DeviceCharacteristics,
	fault_ShmMap, fault_ShmLock, fault_ShmBarrier, fault_ShmUnmap, NULL, NULL
};

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
	int flags, int *out)
{
	struct fault_file *fault = (struct fault_file *)file;
	int code;

	(void)vfs;
	fault->real = (sqlite3_file *)(fault + 1);
	code = real_vfs->xOpen(real_vfs, name, fault->real, flags, out);
	file->pMethods = fault->real->pMethods != NULL ? &fault_methods : NULL;
	return code;
}

void fault_vfs_register(void)
{
	static sqlite3_vfs vfs;

	if (real_vfs != NULL)
		return;
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "fault";
	vfs.pNext = NULL;
	vfs.szOsFile += (int)sizeof(struct fault_file);
	vfs.xOpen = fault_open;
	sqlite3_vfs_register(&vfs, 1);
}

void fault_vfs_arm(enum fault_at at, int n, int code)
{
	fault_vfs = (struct fault_vfs){ .at = at, .countdown = n, .code = code };
}
