#include "service/market/series.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 64 };

void series_reserve(struct series *series, size_t capacity)
{
    assert(series->capacity > 0 || series->bars == NULL);
    if (capacity <= series->capacity)
        return;
    series->bars = memory_resize(series->bars, capacity, sizeof *series->bars);
    series->capacity = capacity;
}

void series_append(struct series *series, const struct bar *bar)
{
    if (series->count == series->capacity)
        series_reserve(series, series->capacity ? 2 * series->capacity : CAPACITY_FIRST);
    series->bars[series->count++] = *bar;
}

void series_append_all(struct series *series, const struct series *bars)
{
    size_t count = series->count + bars->count;
    if (count > series->capacity)
        series_reserve(series, count > 2 * series->capacity ? count : 2 * series->capacity);
    if (bars->count > 0)
        memcpy(series->bars + series->count, bars->bars, bars->count * sizeof *bars->bars);
    series->count = count;
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
