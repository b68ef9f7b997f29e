// Counts what this process asks of the heap. Linking it replaces malloc and its kin for the whole program, so
// only the executable of the benchmark does.
#pragma once

#include <stdint.h>

// Calls of malloc, calloc, realloc, posix_memalign, aligned_alloc and memalign since the program began.
uint64_t one4all_allocation_count(void);
