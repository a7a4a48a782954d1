// In C so that the peers' and our own deliveries are counted at the same small cost.
#define _GNU_SOURCE
#include "CFanOut.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct fan_out {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t done;
    int poll, stop, count;
    unsigned char mark;
    int *sockets;
    int64_t *got;
    // Under the lock: what every reader must have got, how many have not, and when the last one had.
    int64_t target, finished;
    int missing;
    _Atomic int64_t bytes;
};

int64_t fan_out_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int64_t marks(const unsigned char *bytes, size_t length, unsigned char mark) {
    int64_t count = 0;
    const unsigned char *end = bytes + length;
    while ((bytes = memchr(bytes, mark, (size_t)(end - bytes)))) {
        count++;
        bytes++;
    }
    return count;
}

static void *run(void *argument) {
    fan_out *readers = argument;
    size_t room = 1 << 18;
    unsigned char *buffer = malloc(room);
    struct epoll_event events[256];
    for (;;) {
        int ready = epoll_wait(readers->poll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.u32 == UINT32_MAX) {
                free(buffer);
                return NULL;
            }
            uint32_t reader = events[i].data.u32;
            ssize_t length = recv(readers->sockets[reader], buffer, room, MSG_DONTWAIT);
            if (length == 0) epoll_ctl(readers->poll, EPOLL_CTL_DEL, readers->sockets[reader], NULL);
            if (length <= 0) continue;
            readers->bytes += length;
            int64_t found = marks(buffer, (size_t)length, readers->mark);
            if (!found) continue;
            pthread_mutex_lock(&readers->lock);
            int had = readers->got[reader] >= readers->target;
            readers->got[reader] += found;
            if (!had && readers->got[reader] >= readers->target && --readers->missing == 0) {
                readers->finished = fan_out_now();
                pthread_cond_signal(&readers->done);
            }
            pthread_mutex_unlock(&readers->lock);
        }
    }
}

fan_out *fan_out_begin(const int *sockets, int count, unsigned char mark) {
    fan_out *readers = calloc(1, sizeof *readers);
    readers->sockets = malloc(sizeof(int) * (size_t)count);
    memcpy(readers->sockets, sockets, sizeof(int) * (size_t)count);
    readers->got = calloc((size_t)count, sizeof(int64_t));
    readers->count = count;
    readers->mark = mark;
    readers->poll = epoll_create1(EPOLL_CLOEXEC);
    readers->stop = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&readers->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&readers->done, &monotonic);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    epoll_ctl(readers->poll, EPOLL_CTL_ADD, readers->stop, &event);
    for (int i = 0; i < count; i++) {
        event.data.u32 = (uint32_t)i;
        if (epoll_ctl(readers->poll, EPOLL_CTL_ADD, sockets[i], &event) != 0) return NULL;
    }
    return pthread_create(&readers->thread, NULL, run, readers) == 0 ? readers : NULL;
}

void fan_out_expect(fan_out *readers, int64_t messages) {
    pthread_mutex_lock(&readers->lock);
    readers->target += messages;
    readers->missing = 0;
    readers->finished = 0;
    for (int i = 0; i < readers->count; i++) readers->missing += readers->got[i] < readers->target;
    pthread_mutex_unlock(&readers->lock);
}

int64_t fan_out_wait(fan_out *readers, int milliseconds) {
    int64_t until = fan_out_now() + milliseconds * 1000000LL;
    struct timespec end = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    pthread_mutex_lock(&readers->lock);
    int late = 0;
    while (readers->missing > 0 && !late) late = pthread_cond_timedwait(&readers->done, &readers->lock, &end);
    int64_t finished = readers->missing == 0 ? readers->finished : 0;
    pthread_mutex_unlock(&readers->lock);
    return finished;
}

int64_t fan_out_bytes(fan_out *readers) { return readers->bytes; }

void fan_out_end(fan_out *readers) {
    uint64_t one = 1;
    if (write(readers->stop, &one, sizeof one) == sizeof one) pthread_join(readers->thread, NULL);
    for (int i = 0; i < readers->count; i++) close(readers->sockets[i]);
    close(readers->poll);
    close(readers->stop);
    free(readers->sockets);
    free(readers->got);
    free(readers);
}
