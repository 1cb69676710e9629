/* Bars on request, from wherever they come. What is handed out is ordered, unique and within the
 * request; what is missing is a finding later, not a surprise here.
 *
 * A symbol can fail by itself (a name the provider does not know): then it carries its error, and
 * the others are loaded. The call fails as a whole when nothing could be had: wrong keys, no
 * network, the deadline. */
#ifndef PLAYBOOK_FEEDS_FEED_H
#define PLAYBOOK_FEEDS_FEED_H

#include "service/base/error.h"
#include "service/feeds/bar_file.h"
#include "service/market/series.h"
#include "service/market/symbol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct feed;

struct feed_progress {
    size_t bars, requests; /* so far */
    double done;           /* of the whole, 0..1 */
    size_t sessions;       /* so far; those of each symbol */
    int64_t left_us;       /* until it is done, if it goes on like this; -1: nobody knows */
};

enum adjustment { ADJUSTMENT_RAW, ADJUSTMENT_SPLIT, ADJUSTMENT_ALL };

/* By enum adjustment, ended by NULL: as flags, questions and the cache's paths spell them. */
extern const char *const adjustment_names[];

struct bar_request {
    const char *const *symbols; /* equities only, or pairs only; each once */
    size_t symbol_count;
    bool is_daily;              /* daily bars; else bars of one minute */
    int64_t begin_us, end_us;   /* of the bars' open times; the end is not included */
    enum adjustment adjustment; /* of equities */
    int64_t deadline_us;        /* monotonic */

    /* A feed that keeps bars fetches and keeps what it lacks, and hands out none; one that keeps
     * none does nothing. */
    bool only_keeps;

    /* Called now and then from within load; NULL: not. */
    void (*progress)(void *context, const struct feed_progress *progress);
    void *context;
};

struct symbol_bars {
    struct series bars;            /* daily ones open at their date's midnight UTC, as in files */
    struct bar_file_report report; /* what had to be put in order */
    size_t dropped;                /* bars that came but were not asked for, or do not fit */
    struct error error;            /* ERROR_NONE: loaded; does not say which symbol it is about */
};

struct bar_set {
    struct symbol_bars *symbols; /* owned; in the request's order */
    size_t count;
};

struct feed_type {
    const char *name;

    /* May block until the request's deadline. Release the set after success. */
    bool (*load)(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
                 struct error *error);
    void (*close)(struct feed *feed); /* accepts NULL */
};

/* What every feed begins with. */
struct feed {
    const struct feed_type *type;
};

/* Through the type. */
bool feed_load(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
               struct error *error);
void feed_close(struct feed *feed); /* accepts NULL */

/* Says in the log how many bars were dropped, if any. */
void symbol_bars_log_dropped(const struct symbol_bars *bars, const char *symbol);

void symbol_bars_release(struct symbol_bars *bars); /* accepts zeroed ones */
void bar_set_release(struct bar_set *set);          /* accepts a zeroed one */

/* What is left, by what has been done since an instant of the monotonic clock. */
int64_t feed_left_us(double done, int64_t begun_us);

#endif
