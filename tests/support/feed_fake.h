/* A feed of bars that are made up, the same for the same symbol and time, which counts and notes
 * what it is asked. It is on both exchanges: equities trade from 08:00 to 20:00 New York on days
 * with a session, pairs always; there is a bar now and then, not every minute. */
#ifndef PLAYBOOK_TESTS_SUPPORT_FEED_FAKE_H
#define PLAYBOOK_TESTS_SUPPORT_FEED_FAKE_H

#include "service/base/text.h"
#include "service/feeds/feed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct feed_fake {
    struct feed feed;     /* first */
    int64_t now_us;       /* what is not over yet has no bars */
    size_t requests;      /* so far */
    struct text asked;    /* a line each: "QQQ,SPY 2024-06-03T04:00:00Z 2024-06-04T04:00:00Z" */
    const char *refused;  /* a symbol that has an error of its own */
    bool fails;           /* altogether */
    bool is_empty;        /* has no bars at all */
    uint64_t hole_every;  /* on one day of so many a symbol has no bars; 0: on none */
    int32_t split_date;   /* adjusted bars before it are others from that date on; or DATE_NONE */
    double volume_factor; /* of all bars, as if the provider had mended them */
    int64_t weekend_us;   /* one bar more for everybody, at a time of no session; 0: none */
    int64_t repeat_us;    /* a bar that came twice, and out of order; 0: none */
};

/* Closing the feed does nothing. */
void feed_fake_init(struct feed_fake *fake);
void feed_fake_release(struct feed_fake *fake);

#endif
