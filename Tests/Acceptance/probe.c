/* Runs in the service's sandbox, in the service's place, with nothing but itself that may be run: each call is one that must be refused there. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int status = 0, count = 0;

/* A call that returns less than 0, with an error that says "refused" and not "wrongly called". */
static void refused(const char *what, long result) {
    int error = errno;
    count++;
    if (result < 0 && (error == EPERM || error == EACCES || error == EAFNOSUPPORT || error == EROFS || error == ENOENT)) return;
    printf("not refused: %s (%ld, %s)\n", what, result, result < 0 ? strerror(error) : "done");
    status = 1;
}

static long run(const char *path) {
    pid_t child = fork();
    if (child == 0) {
        execl(path, path, (char *)NULL);
        _exit(errno == EACCES || errno == EPERM ? 100 : 101);
    }
    int result;
    waitpid(child, &result, 0);
    if (WIFEXITED(result) && WEXITSTATUS(result) == 100) return errno = EACCES, -1;
    return 0;
}

static long run_memory(void) {
    int file = (int)syscall(SYS_memfd_create, "x", 0), from = open("/bin/true", O_RDONLY);
    if (file < 0) return file;
    char bytes[65536];
    for (ssize_t n; file >= 0 && from >= 0 && (n = read(from, bytes, sizeof bytes)) > 0;)
        if (write(file, bytes, (size_t)n) != n) break;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return run(path);
}

static long send_to(const char *address) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
    inet_pton(AF_INET, address, &to.sin_addr);
    int peer = socket(AF_INET, SOCK_DGRAM, 0);
    long sent = sendto(peer, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
    int error = errno;
    close(peer);
    errno = error;
    return sent;
}

int main(void) {
    char what[80];
    for (const char *const *path = (const char *const[]){"/bin/true", "/bin/sh", "/usr/bin/env", "/usr/bin/wabawatch", NULL}; *path; path++) {
        snprintf(what, sizeof what, "to run %s", *path);
        refused(what, run(*path));
    }
    refused("to run a program out of memory", run_memory());
    for (int family = 0; family < 46; family++) {
        if (family == AF_UNIX || family == AF_INET || family == AF_INET6) continue;
        for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++) {
            snprintf(what, sizeof what, "address family %d, type %d", family, type);
            refused(what, socket(family, type, 0));
        }
    }
    refused("a raw socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    int flags[] = {CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        snprintf(what, sizeof what, "a new namespace %x", flags[i]);
        refused(what, unshare(flags[i]));
        snprintf(what, sizeof what, "a process in a new namespace %x", flags[i]);
        long child = syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);
        if (child == 0) _exit(0);
        refused(what, child);
    }
    int own = open("/proc/self/ns/net", O_RDONLY);
    refused("to enter a namespace", setns(own, 0));
    refused("to be traced", ptrace(PTRACE_TRACEME, 0, 0, 0));
    refused("to trace another", ptrace(PTRACE_SEIZE, 1, 0, 0));
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    refused("to read memory as a debugger does", syscall(SYS_process_vm_readv, getpid(), &here, 1, &there, 1, 0));
    refused("to mount", syscall(SYS_mount, "x", "/tmp", "tmpfs", 0, 0));
    refused("to unmount", syscall(SYS_umount2, "/tmp", 0));
    refused("another root", chroot("/tmp"));
    refused("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
    refused("another user", setuid(65534));
    refused("another group", setgid(0));
    struct timeval now = {.tv_sec = 1};
    refused("to set the clock", settimeofday(&now, NULL));
    refused("to name the host", sethostname("x", 1));
    refused("to reboot", syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF, 0));
    refused("to load a module", syscall(SYS_init_module, "", 0, ""));
    refused("another kernel", syscall(SYS_kexec_load, 0, 0, 0, 0));
    refused("bpf", syscall(SYS_bpf, 0, 0, 0));
    refused("perf_event_open", syscall(SYS_perf_event_open, 0, 0, -1, -1, 0));
    refused("io_uring", syscall(SYS_io_uring_setup, 1, 0));
    refused("userfaultfd", syscall(SYS_userfaultfd, 0));
    refused("a kernel keyring", syscall(SYS_keyctl, 0, -1, 1));
    refused("swapon", syscall(SYS_swapon, "/tmp/x", 0));
    refused("acct", syscall(SYS_acct, "/tmp/x"));
    refused("another personality", personality(PER_LINUX32));
    refused("real-time scheduling", sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}));
    refused("a device", mknod("/tmp/device", S_IFCHR | 0600, 0x103));
    refused("memory that is written and run", (long)mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1 ? -1 : 0);
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    refused("memory that was written to be run", mprotect(page, 4096, PROT_READ | PROT_EXEC));
    for (const char *const *path = (const char *const[]){"/etc/x", "/usr/x", "/var/x", "/var/lib/x", "/var/log/x", "/run/x", "/run/wabawatch/x", "/home/x", "/root/x", "/boot/x", "/dev/x", "/x", NULL}; *path; path++) {
        snprintf(what, sizeof what, "to write %s", *path);
        refused(what, open(*path, O_CREAT | O_WRONLY, 0600));
    }
    for (const char *const *path = (const char *const[]){"/etc/shadow", "/proc/kmsg", "/dev/mem", "/dev/sda", "/proc/1/environ", "/proc/sys/kernel/core_pattern", "/root", "/etc/wabawatch/credentials", NULL}; *path; path++) {
        snprintf(what, sizeof what, "to read %s", *path);
        refused(what, open(*path, O_RDONLY));
    }
    refused("the metadata address", send_to("169.254.169.254"));
    refused("another link-local address", send_to("169.254.1.1"));
    /* And what the service needs is there. */
    const char *state = getenv("STATE_DIRECTORY");
    char path[4096];
    snprintf(path, sizeof path, "%s/needed", state ? state : "");
    if (open(path, O_CREAT | O_WRONLY, 0600) < 0 || send_to("192.0.2.1") != 1 || socket(AF_INET6, SOCK_STREAM, 0) < 0) {
        printf("refused: what the service needs (%s)\n", strerror(errno));
        status = 1;
    }
    printf("%d calls tried\n", count);
    return status;
}
