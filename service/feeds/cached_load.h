/* What cached_feed.c and cached_keep.c share: a part of a request, from its months in the store to
 * those that are kept there. */
#ifndef PLAYBOOK_FEEDS_CACHED_LOAD_H
#define PLAYBOOK_FEEDS_CACHED_LOAD_H

#include "service/feeds/cached_feed.h"
#include "service/feeds/cached_plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sessions of a month that have been asked for, and have no bars. */
struct vain_month {
    char key[KEPT_KEY_MAX + 1];
    uint32_t days;
};

struct cached_feed {
    struct feed feed; /* first, see feed.h */
    struct cached_feed_options options;
    struct cached_feed_counts counts;
    bool has_warned;         /* that the store cannot be written */
    struct vain_month *vain; /* owned; of the newest load that only kept */
    size_t vain_count, vain_capacity;
};

struct symbol_load {
    struct kept_month *months;
    uint32_t *missing;          /* days of each month */
    struct series unfinished;   /* bars that are not kept; they come after all others */
    struct symbol_bars *result; /* of the whole request, to which the part's is added */
};

/* A part of a request: some symbols, some months. */
struct cached_load {
    struct cached_feed *cache;
    const struct bar_request *request; /* the whole one, but for the symbols */
    enum adjustment adjustment;
    struct bar_days days;
    int32_t first_date, last_date; /* of what is asked for, as far as it has begun */
    int32_t final_date;            /* the first date that is not final yet */
    int32_t today;
    struct symbol_load *symbols;
    size_t month_count;
    struct cached_plan plan;
    size_t gap_begin, gap_end; /* those of the plan that are being fetched */
    struct progress *progress;
};

/* How far the request is; done in parts, and in parts of these. */
struct progress {
    int64_t begun_us; /* monotonic */
    size_t part, part_count;
    struct feed_progress before, now;
};

/* The store of one of so many threads. */
size_t cached_load_threads(const struct cached_load *load);
struct store *cached_load_store(const struct cached_load *load, size_t thread);

/* Outdated bars are as good as none. *ret_outdated: the days that have such. */
bool cached_load_forget_outdated(struct cached_load *load, size_t symbol, struct kept_month *month,
                                 uint32_t *ret_outdated, struct error *error);

/* Takes the answers to gaps, one for each: keeps their final days, on all threads, and adds the
 * rest, errors and reports to the results. */
void cached_keep_answers(struct cached_load *load, const struct cached_gap *const *gaps,
                         const struct bar_set *answers);

#endif
