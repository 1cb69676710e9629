#include "service/market/series.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { CAPACITY_FIRST = 64 };

/* The first touch of a million bars costs 22 ms in pages of 4 KiB and 4 ms in pages of 2 MiB, where
 * reading them from a file takes 45. Below this size nobody would notice. */
#define HUGE_PAGE_SIZE ((uintptr_t)2 << 20)
#define HUGE_PAGES_FROM ((size_t)8 << 20)

/* A hint: where the system knows no huge pages, nothing changes. */
static void ask_for_huge_pages(const struct series *series)
{
    size_t size = series->capacity * sizeof *series->bars;
    if (size < HUGE_PAGES_FROM)
        return;
    uintptr_t begin = ((uintptr_t)series->bars + HUGE_PAGE_SIZE - 1) & ~(HUGE_PAGE_SIZE - 1);
    uintptr_t end = ((uintptr_t)series->bars + size) & ~(HUGE_PAGE_SIZE - 1);
    madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

void series_reserve(struct series *series, size_t capacity)
{
    assert(series->capacity > 0 || series->bars == NULL);
    if (capacity <= series->capacity)
        return;
    series->bars = memory_resize(series->bars, capacity, sizeof *series->bars);
    series->capacity = capacity;
    ask_for_huge_pages(series);
}

void series_append(struct series *series, const struct bar *bar)
{
    if (series->count == series->capacity)
        series_reserve(series, series->capacity ? 2 * series->capacity : CAPACITY_FIRST);
    series->bars[series->count++] = *bar;
}

size_t series_find(const struct series *series, int64_t time_us)
{
    size_t begin = 0;
    size_t end = series->count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (series->bars[middle].open_time_us < time_us)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

struct series series_slice(const struct series *series, size_t begin, size_t end)
{
    assert(begin <= end && end <= series->count);
    if (begin == end)
        return (struct series) { 0 };
    return (struct series) { .bars = series->bars + begin, .count = end - begin };
}

void series_release(struct series *series)
{
    if (series->capacity > 0)
        free(series->bars);
    *series = (struct series) { 0 };
}
