/* A growing run of bars of one symbol, oldest first. A zeroed series is empty and ready. */
#ifndef PLAYBOOK_MARKET_SERIES_H
#define PLAYBOOK_MARKET_SERIES_H

#include "service/market/bar.h"

#include <stddef.h>

struct series {
    struct bar *bars; /* owned by whoever filled the series; a slice borrows */
    size_t count;
    size_t capacity; /* 0: a borrowed slice */
};

/* Room for `capacity` bars in all, so that no append below it moves them. */
void series_reserve(struct series *series, size_t capacity);

/* Copies the bar, or all bars of another series, to the end. Neither these nor series_reserve are
 * for a slice. */
void series_append(struct series *series, const struct bar *bar);
void series_append_all(struct series *series, const struct series *bars);

/* The index of the first bar that opens at or after time_us; count when there is none. */
size_t series_find(const struct series *series, int64_t time_us);

/* Borrows bars [begin, end). */
struct series series_slice(const struct series *series, size_t begin, size_t end);

void series_release(
    struct series *series); /* accepts a zeroed series and a slice; leaves it zeroed */

#endif
