#include "service/base/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *or_abort(void *memory)
{
    if (memory == NULL) {
        fputs("playbook: out of memory\n", stderr);
        abort();
    }
    return memory;
}

/* The first touch of 64 MB costs 22 ms in pages of 4 KiB and 4 ms in pages of 2 MiB. Below this
 * size nobody would notice. */
#define HUGE_PAGE_SIZE ((uintptr_t)2 << 20)
#define HUGE_PAGES_FROM ((size_t)4 << 20)

/* A hint: where the system knows no huge pages, nothing changes. It is given for whole pages around
 * the memory, since large blocks lie side by side; what is not ours there is not hurt by it. */
static void *ask_for_huge_pages(void *memory, size_t size)
{
    if (size < HUGE_PAGES_FROM)
        return memory;
    uintptr_t begin = (uintptr_t)memory & ~(HUGE_PAGE_SIZE - 1);
    uintptr_t end = ((uintptr_t)memory + size + HUGE_PAGE_SIZE - 1) & ~(HUGE_PAGE_SIZE - 1);
    madvise((void *)begin, end - begin, MADV_HUGEPAGE);
    return memory;
}

void *memory_new(size_t count, size_t size)
{
    count += count == 0;
    return ask_for_huge_pages(or_abort(calloc(count, size)), count * size);
}

void *memory_resize(void *old, size_t count, size_t size)
{
    count += count == 0;
    return ask_for_huge_pages(or_abort(reallocarray(old, count, size)), count * size);
}

void *memory_grow(void *old, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return old;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *grown = memory_resize(old, wanted, size);
    *capacity = wanted;
    return grown;
}

/* In glibc every thread has an arena of its own, whose memory others do not find. What is larger
 * than MAPPED_FROM goes back at once. */
enum { ARENAS = 2, MAPPED_FROM = 32 << 20, FREE_MAX = 128 << 20 };

void memory_keep_freed(void)
{
    mallopt(M_ARENA_MAX, ARENAS);
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
    mallopt(M_TRIM_THRESHOLD, FREE_MAX);
}

char *memory_copy_text(const char *text)
{
    return or_abort(strdup(text));
}
