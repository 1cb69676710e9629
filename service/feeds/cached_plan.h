/* Which days are missing, and how they are asked for: neighbours at once, and the symbols that lack
 * the same days together. Pure. */
#ifndef PLAYBOOK_FEEDS_CACHED_PLAN_H
#define PLAYBOOK_FEEDS_CACHED_PLAN_H

#include "service/feeds/kept_month.h"

#include <stddef.h>
#include <stdint.h>

/* Days on end to be fetched for a symbol. */
struct cached_gap {
    int32_t first_date, last_date;
    size_t symbol; /* its number in the request */
};

struct cached_plan {
    struct cached_gap *gaps; /* owned */
    size_t count, capacity;
};

/* How much is done at a time: bars of so many symbols and months, the most that they can have, are
 * 80 MB. What is larger is done in parts of this size, one after the other. */
struct cached_part {
    size_t symbol_count, month_count;
};

struct cached_part cached_plan_part(const struct bar_days *days, size_t symbol_count);

/* The sessions of a month from one date to another, as bits: 0 is the first of the month. */
uint32_t cached_plan_sessions(const struct kept_month *month, int32_t first_date,
                              int32_t last_date);

/* Adds the gaps of a symbol: `missing` has the days of each month. What lies between two of them is
 * fetched along when it is less than a page of bars, which costs less than another request. */
void cached_plan_add(struct cached_plan *plan, size_t symbol, const struct kept_month *months,
                     const uint32_t *missing, size_t month_count);

/* Brings gaps of the same days together, oldest first. */
void cached_plan_sort(struct cached_plan *plan);

/* The end of the gaps of the same days that begin at `begin`. */
size_t cached_plan_end(const struct cached_plan *plan, size_t begin);

void cached_plan_release(struct cached_plan *plan); /* accepts a zeroed one */

#endif
