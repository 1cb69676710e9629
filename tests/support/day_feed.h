/* A feed of sessions as they should be: a bar for every minute of trading hours, prices that go up
 * and down within a session, and daily bars of the same. The same for the same symbol and date. It
 * writes down what it is asked for. */
#ifndef PLAYBOOK_TESTS_SUPPORT_DAY_FEED_H
#define PLAYBOOK_TESTS_SUPPORT_DAY_FEED_H

#include "service/base/text.h"
#include "service/feeds/feed.h"
#include "service/market/calendar.h"
#include "service/market/series.h"

#include <stddef.h>
#include <stdint.h>

struct day_feed {
    struct feed feed;                   /* first */
    size_t requests;                    /* so far */
    struct text asked;                  /* a line each, such as "days split QQQ,SPY", and the
                                           times of begin and end */
    const char *refused, *refused_days; /* a symbol that has an error of its own; NULL: none */
    const char *empty;                  /* a symbol that has no bars */
    size_t fails_at, fails_from;        /* the request that fails altogether; 0: none */
    int64_t now_us;                     /* what is not over yet has no bars; 0: all is over */

    /* From this date on one share is so many; adjusted bars before it are those of today's. */
    int32_t split_date; /* DATE_NONE: no split */
    double split_shares;

    void (*on_load)(void *context); /* called with each request; NULL: nothing */
    void *context;
};

/* Closing the feed does nothing. */
void day_feed_init(struct day_feed *fake);
void day_feed_release(struct day_feed *fake);

/* Appends the minutes of a session, or its daily bar, as they were traded. */
void day_feed_minutes(const struct day_feed *fake, const char *symbol,
                      const struct session *session, struct series *series);
void day_feed_day(const struct day_feed *fake, const char *symbol, const struct session *session,
                  struct series *series);

#endif
