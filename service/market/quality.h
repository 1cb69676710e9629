/* What can be wrong with bars: named findings, counted per session and symbol, never silent.
 * quality.c has the one table that says what each kind means and what follows from it. */
#ifndef PLAYBOOK_MARKET_QUALITY_H
#define PLAYBOOK_MARKET_QUALITY_H

#include "service/base/date.h"
#include "service/market/bar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum finding_kind {
    FINDING_NONE,
    FINDING_NO_BARS,
    FINDING_MISSING_BARS,
    FINDING_BAD_PRICE,
    FINDING_BAD_RANGE,
    FINDING_DUPLICATE_BARS,
    FINDING_CONFLICTING_BARS,
    FINDING_UNSORTED_BARS,
    FINDING_OFF_GRID,
    FINDING_OUTSIDE_SESSION,
    FINDING_KIND_COUNT
};

struct finding_type {
    const char *name;
    const char *meaning;
    bool fatal; /* the bar is not shown, and no entry is ordered in the session from it on */
};

/* A price above this is none: no market quotes one, and it keeps sums within their types. */
#define PRICE_MAX 1e9

enum { FINDING_DETAIL_SIZE = 96 };

struct finding {
    enum finding_kind kind;
    size_t symbol; /* index of the playbook's symbol */
    int32_t date;  /* of the session, or of the day that has none; DATE_NONE: of no one date */
    size_t count;  /* bars concerned */
    char detail[FINDING_DETAIL_SIZE]; /* "" or what makes it concrete: "first at 10:14" */
};

const struct finding_type *finding_type(enum finding_kind kind);

/* Whether a bar has no fatal finding. Every comparison is false for NaN. */
static inline bool quality_is_sound(const struct bar *bar)
{
    return bar->low > 0 && bar->low <= bar->open && bar->open <= bar->high &&
           bar->low <= bar->close && bar->close <= bar->high && bar->high <= PRICE_MAX;
}

/* The fatal finding that a bar has, or FINDING_NONE. */
enum finding_kind quality_fault(const struct bar *bar);

bool quality_is_price(double price);

#endif
