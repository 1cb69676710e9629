/* Bars of many symbols over a range of sessions, asked for in portions: the memory holds one at a
 * time, and what a feed keeps of a portion stays kept when a later one fails. */
#ifndef PLAYBOOK_JOBS_COLLECT_H
#define PLAYBOOK_JOBS_COLLECT_H

#include "service/base/error.h"
#include "service/feeds/feed.h"
#include "service/feeds/kept_month.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct collect_options {
    struct feed *feed;
    const char *const *symbols; /* as in a bar_request */
    size_t symbol_count;
    struct bar_days days;
    int32_t first_date, last_date; /* both included; whole days, with what is traded off hours */
    enum adjustment adjustment;
    int64_t deadline_us;                                                   /* monotonic */
    void (*progress)(void *context, const struct feed_progress *progress); /* NULL: none */
    void *context;
};

/* Hands on each symbol's bars, or its error, in the order of the symbols; they are released behind
 * take. False with the error of the first portion that fails as a whole. */
bool collect_bars(const struct collect_options *options,
                  bool (*take)(void *context, size_t symbol, const struct symbol_bars *bars,
                               struct error *error),
                  void *context, struct error *error);

/* Which sessions of a range have bars. */
struct coverage {
    size_t sessions; /* of the calendar */
    int32_t *empty;  /* the dates of those without a bar; owned */
    size_t empty_count, empty_capacity;
    size_t bars;
};

void coverage_count(const struct bar_days *days, int32_t first_date, int32_t last_date,
                    const struct series *bars, struct coverage *ret_coverage);
void coverage_release(struct coverage *coverage); /* accepts a zeroed one */

#endif
