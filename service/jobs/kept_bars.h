/* The bars that a cache keeps (feeds/cached_feed.h), looked at and cleared without a feed and
 * without a network.
 *
 * Looking changes nothing: a damaged file is named and stays where it is, for the next fetch to set
 * aside. Clearing removes the cache's own files and no others, each only as it was found, so that
 * nothing is lost of what somebody else has put there meanwhile. */
#ifndef PLAYBOOK_JOBS_KEPT_BARS_H
#define PLAYBOOK_JOBS_KEPT_BARS_H

#include "service/base/error.h"
#include "service/feeds/kept_month.h"
#include "service/jobs/kept_place.h"
#include "service/market/series.h"
#include "service/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The months of one place together. */
struct kept_bars {
    struct kept_place place;
    int32_t first_date, last_date; /* DATE_NONE: no bars */
    size_t days;                   /* with bars */
    size_t missing;                /* sessions without bars from the first to the last */
    size_t bars, files, bytes;
    int32_t as_of; /* the oldest date of which bars are that adjustments may change; or DATE_NONE */
};

enum kept_trouble {
    KEPT_DAMAGED, /* cannot be right; the next fetch sets it aside */
    KEPT_ASIDE,   /* was set aside */
    KEPT_FOREIGN, /* lies there and is not the cache's */
};

struct kept_file {
    enum kept_trouble trouble;
    char *key; /* owned */
    size_t bytes;
    struct error wrong; /* of a damaged one: what is, with its key */
};

struct kept_list {
    struct kept_bars *bars; /* in the order of the keys; owned, as are the troubles */
    size_t count, capacity;
    struct kept_file *troubles;
    size_t trouble_count, trouble_capacity;
};

/* What matches. Foreign files match none but the selection of everything. Errors are the store's.
 * Release the list after success. */
bool kept_bars_list(struct store *store, const struct kept_selection *selection,
                    struct kept_list *ret_list, struct error *error);
void kept_list_release(struct kept_list *list); /* accepts a zeroed one */

struct kept_cleared {
    size_t files, bytes;  /* that went */
    size_t aside_files;   /* of these: were set aside */
    size_t foreign_files; /* that are not the cache's, and stay */
    size_t changed_files; /* that somebody else went on changing, and stay */
};

/* Removes what matches; files that were set aside only when `aside` says so. *cleared is added to,
 * also when it fails half-way. Errors are the store's. */
bool kept_bars_clear(struct store *store, const struct kept_selection *selection, bool aside,
                     struct kept_cleared *cleared, struct error *error);

/* What is kept of a symbol for a range of dates. */
struct kept_range {
    struct series bars; /* owned */
    int32_t as_of;      /* the oldest, as above */
    struct error wrong; /* with the first file that cannot be right; kind ERROR_NONE: all can */
};

/* The name's date is not looked at. Errors are the store's; release the bars after success. */
bool kept_bars_read(struct store *store, const struct bar_days *days,
                    const struct kept_month_name *name, int32_t first_date, int32_t last_date,
                    struct kept_range *ret_range, struct error *error);

#endif
