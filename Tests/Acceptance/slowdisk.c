/* Preloaded: a disk that takes so many seconds, written in the file that $SLOWDISK names, to write down what it was given; the first time only. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_flag was_slow = ATOMIC_FLAG_INIT;

static void wait_once(void) {
    if (atomic_flag_test_and_set(&was_slow)) return;
    const char *path = getenv("SLOWDISK");
    FILE *file = path ? fopen(path, "re") : NULL;
    int seconds = 0;
    if (!file) return;
    if (fscanf(file, "%d", &seconds) != 1) seconds = 0;
    fclose(file);
    struct timespec left = {.tv_sec = seconds};
    while (nanosleep(&left, &left) != 0) {}
}

int fsync(int file) {
    wait_once();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    wait_once();
    return (int)syscall(SYS_fdatasync, file);
}
