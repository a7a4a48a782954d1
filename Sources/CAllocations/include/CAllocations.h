#pragma once
#include <stdint.h>

/// How often this thread has asked for memory (malloc, calloc, realloc and the aligned ones) since it began, in this program and its libraries.
uint64_t allocations_of_this_thread(void);

/// The bytes that are handed out at this moment (mallinfo(3), uordblks, and hblkhd for what was mapped by itself).
uint64_t bytes_allocated(void);
