/* Where in a cache bars lie (feeds/kept_month.h has the keys), and which of them are meant. */
#ifndef PLAYBOOK_JOBS_KEPT_PLACE_H
#define PLAYBOOK_JOBS_KEPT_PLACE_H

#include "service/feeds/kept_month.h"

#include <stdbool.h>
#include <stddef.h>

/* What the keys of files begin with: those that are read, and those that were set aside. */
#define KEPT_BARS "bars/"
#define KEPT_CORRUPT "corrupt/"

/* What a key says, in its order. */
enum kept_part {
    KEPT_PROVIDER,
    KEPT_FEED,       /* sip, iex, crypto */
    KEPT_ADJUSTMENT, /* raw, split, all */
    KEPT_TIMEFRAME,  /* 1Min, 1Day */
    KEPT_SYMBOL,     /* QQQ, BTC/USD */
    KEPT_PART_COUNT
};

enum { KEPT_PART_SIZE = 40 };

struct kept_place {
    char parts[KEPT_PART_COUNT][KEPT_PART_SIZE];
};

/* What matches; all borrowed. Zeroed: everything. */
struct kept_selection {
    const char *parts[KEPT_PART_COUNT]; /* NULL: any */
    const char *const *symbols;         /* any of these */
    size_t symbol_count;                /* 0: any */
};

/* Whether a key is one that the cache itself would keep a month under; *ret_month is that month,
 * not read yet. */
bool kept_place_parse(const char *key, struct kept_place *ret_place, struct kept_month *ret_month);

/* Whether it is one that such a month would be set aside under. */
bool kept_place_parse_corrupt(const char *key, struct kept_place *ret_place);

bool kept_selection_matches(const struct kept_selection *selection, const struct kept_place *place);
bool kept_selection_is_everything(const struct kept_selection *selection);

#endif
