#pragma once

/// A file system for tests: SQLite's own, with faults in the files of folders that are under a plan.
enum testvfs_call { TESTVFS_READ, TESTVFS_WRITE, TESTVFS_SYNC, TESTVFS_TRUNCATE, TESTVFS_LOCK, TESTVFS_SHM, TESTVFS_CALLS };
enum testvfs_manner { TESTVFS_ERROR, TESTVFS_SHORT, TESTVFS_FULL };
/// What becomes of what was written since the last sync of its file: nothing is kept, whole writes at random, or parts of them at random.
enum testvfs_loss { TESTVFS_DROP, TESTVFS_SOME, TESTVFS_TEAR };

typedef struct testvfs_plan testvfs_plan;

/// Makes it what SQLite uses, once for the process.
void testvfs_register(void);
/// Puts a folder under a plan without faults: calls are counted.
testvfs_plan *testvfs_begin(const char *folder);
/// The call of that kind that comes as the nth from now on fails in that manner, and if it stays, every one after it.
void testvfs_fail(testvfs_plan *plan, int call, int manner, long n, int stays);
/// At the nth sync from now on the power goes: what would be on the disk is put into another folder, and every call from then on fails.
void testvfs_cut_power(testvfs_plan *plan, long n, int loss, unsigned seed, const char *image);
/// No fault any more.
void testvfs_heal(testvfs_plan *plan);
/// Calls of that kind since the folder came under the plan.
long testvfs_count(testvfs_plan *plan, int call);
/// Whether the fault that was planned last came.
int testvfs_fired(testvfs_plan *plan);
/// Ends a plan. No file of the folder may be open.
void testvfs_end(testvfs_plan *plan);
