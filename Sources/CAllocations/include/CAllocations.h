#pragma once
#include <stdint.h>

/// How often this thread has asked for memory (malloc, calloc, realloc and the aligned ones) since it began, in this program and its libraries.
uint64_t allocations_of_this_thread(void);

/// The bytes that are handed out at this moment (mallinfo(3), uordblks, and hblkhd for what was mapped by itself).
uint64_t bytes_allocated(void);

/// Gives what nobody uses back to the system (malloc_trim(3)), so that the memory that is taken next is seen.
void give_back_free_memory(void);
