#include "CSystemd.h"

#include <sys/prctl.h>

int csystemd_forbid_core(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
int csystemd_may_leave_core(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }
