/* Preloaded: a disk that takes so many seconds, written in the file that $SLOWDISK names, to write down what it was given; the first time only that there
   is such a file. It says SLOW=1 to the socket that $SLOWDISK_TELLS names, where it is named. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static atomic_flag was_slow = ATOMIC_FLAG_INIT;

static void tell(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path) return;
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return;
    sendto(descriptor, "SLOW=1", 6, MSG_DONTWAIT, (const struct sockaddr *)&address, sizeof address);
    close(descriptor);
}

static void wait_once(void) {
    const char *path = getenv("SLOWDISK");
    FILE *file = path ? fopen(path, "re") : NULL;
    int seconds = 0;
    if (!file) return;
    if (atomic_flag_test_and_set(&was_slow)) {
        fclose(file);
        return;
    }
    if (fscanf(file, "%d", &seconds) != 1) seconds = 0;
    fclose(file);
    tell(getenv("SLOWDISK_TELLS"));
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
