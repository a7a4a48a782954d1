#pragma once
#include <stdint.h>

// Readers of many stream sockets on one thread with epoll, which cost little: they count a byte that stands once in every message.
typedef struct fan_out fan_out;

// Begins to read sockets, which it closes at the end. NULL if it cannot.
fan_out *fan_out_begin(const int *sockets, int count, unsigned char mark);
// Sets how many more messages every reader is to get. Before they are sent.
void fan_out_expect(fan_out *readers, int64_t messages);
// Waits until every reader has got them: the moment on the monotonic clock in nanoseconds when the last one had, 0 when that took too long.
int64_t fan_out_wait(fan_out *readers, int milliseconds);
// The bytes that all readers have got.
int64_t fan_out_bytes(fan_out *readers);
void fan_out_end(fan_out *readers);
int64_t fan_out_now(void);
