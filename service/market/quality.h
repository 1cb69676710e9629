/* What can be wrong with bars: named findings, counted per session and symbol, never silent.
 * quality.c has the one table that says what each kind means and what follows from it.
 *
 * A finding tells. Only a fatal one keeps anything from being traded; all others leave the prices
 * that a strategy is shown as they are. */
#ifndef PLAYBOOK_MARKET_QUALITY_H
#define PLAYBOOK_MARKET_QUALITY_H

#include "service/base/date.h"
#include "service/market/bar.h"
#include "service/market/calendar.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum finding_kind {
    FINDING_NONE,
    FINDING_NO_BARS,
    FINDING_MISSING_BARS,
    FINDING_GAPS,
    FINDING_BAD_PRICE,
    FINDING_BAD_RANGE,
    FINDING_BAD_VOLUME,
    FINDING_DUPLICATE_BARS,
    FINDING_CONFLICTING_BARS,
    FINDING_UNSORTED_BARS,
    FINDING_OFF_GRID,
    FINDING_OUTSIDE_SESSION,
    FINDING_PRICE_JUMP,
    FINDING_SPLIT_LIKE,
    FINDING_THIN_VOLUME,
    FINDING_KIND_COUNT
};

enum severity {
    SEVERITY_NOTE,    /* worth knowing; also what a good source does */
    SEVERITY_WARNING, /* results of the session may rest on it: also in its row of the journal */
    SEVERITY_FATAL    /* the bar is not shown, and no entry is ordered in the session from it on */
};

struct finding_type {
    const char *name;
    enum severity severity;
    const char *meaning;
    const char *follows; /* what is done about it */
};

/* A price above this is none: no market quotes one, and it keeps sums within their types. Likewise
 * a volume. */
#define PRICE_MAX 1e9
#define VOLUME_MAX 1e18

/* From one close to the next of a session, as a part of the former. Closes are what trades were
 * settled at for a whole bar; highs and lows, which a single odd print makes, would be noise. */
#define PRICE_JUMP 0.05

/* How far an open may be from the ratio of a split. AAPL opened 2.2 % above 1/4 on 2020-08-31, and
 * 4.9 % below 1/2 on 2000-09-29, when a profit warning had halved it. */
#define SPLIT_TOLERANCE 0.03

/* A bar with less is thin. Where trading never ends volume counts coins: there it has none. */
#define THIN_SHARES 1000.0
#define THIN_COINS 1e-9

enum {
    GAP_BARS_MIN = 2,    /* a bar missing alone is no gap */
    SPLIT_DAYS_MAX = 7,  /* over a longer break a price may have gone anywhere */
    THIN_BARS_PART = 10, /* thin is a session with more than one in so many bars thin */
    FINDING_DETAIL_SIZE = 96
};

struct finding {
    enum finding_kind kind;
    size_t symbol; /* index of the playbook's symbol */
    int32_t date;  /* of the session, or of the day that has none; DATE_NONE: of no one date */
    size_t count;  /* bars concerned; of gaps, how many */
    char detail[FINDING_DETAIL_SIZE]; /* "" or what makes it concrete: "first at 10:14" */
};

const struct finding_type *finding_type(enum finding_kind kind);

const char *severity_name(enum severity severity); /* "note", "warning", "fatal" */

/* Whether a bar has no fatal finding. Every comparison is false for NaN. */
static inline bool quality_is_sound(const struct bar *bar)
{
    return bar->low > 0 && bar->low <= bar->open && bar->open <= bar->high &&
           bar->low <= bar->close && bar->close <= bar->high && bar->high <= PRICE_MAX;
}

/* The fatal finding that a bar has, or FINDING_NONE. */
enum finding_kind quality_fault(const struct bar *bar);

bool quality_is_price(double price);

static inline bool quality_is_volume(double volume)
{
    return volume >= 0 && volume <= VOLUME_MAX;
}

/* Whether a close is within PRICE_JUMP of the one before; false for NaN. */
static inline bool quality_is_near(double before, double close)
{
    return fabs(close - before) <= PRICE_JUMP * before;
}

/* Whether a session opens at the close before it, divided as by a split. `close`, the session's
 * last one, must have stayed at the new level: nearer to it than to the old one. The detail says
 * which: "7:1, 645.57 to 92.7" is seven new shares for an old one. */
bool quality_split(double before, double open, double close,
                   char detail[static FINDING_DETAIL_SIZE]);

/* The volume below which a bar of the session is thin. */
double quality_thin_volume(const struct session *session);

#endif
