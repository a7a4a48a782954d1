#pragma once
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

/* prctl(2) has a variable number of arguments, which Swift cannot pass. */
int csystemd_set_dumpable(int dumpable);
int csystemd_dumpable(void);
