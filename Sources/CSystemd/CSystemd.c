#include "CSystemd.h"

#include <sys/prctl.h>

int csystemd_set_dumpable(int dumpable) { return prctl(PR_SET_DUMPABLE, (unsigned long)dumpable, 0, 0, 0); }
int csystemd_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }
