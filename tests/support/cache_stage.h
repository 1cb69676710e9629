/* A cached feed between a feed that is made up and a store in a folder of its own, and requests to
 * it. What goes wrong in here fails the test. */
#ifndef PLAYBOOK_TESTS_SUPPORT_CACHE_STAGE_H
#define PLAYBOOK_TESTS_SUPPORT_CACHE_STAGE_H

#include "service/feeds/cached_feed.h"
#include "tests/support/feed_fake.h"
#include "tests/support/scratch.h"

#include <stddef.h>
#include <stdint.h>

#define CACHE_FOLDER(feed, adjustment, timeframe, symbol)                                          \
    "bars/provider=alpaca/feed=" feed "/adjustment=" adjustment "/timeframe=" timeframe            \
    "/symbol=" symbol "/"
#define QQQ CACHE_FOLDER("sip", "split", "1Min", "QQQ")
#define SPY CACHE_FOLDER("sip", "split", "1Min", "SPY")

enum { ASKED_SYMBOLS_MAX = 4, MORE_STORES = 3 };

extern struct cache_stage {
    struct scratch scratch;
    struct store *store, *more_stores[MORE_STORES];
    struct feed_fake source;
    struct cached_feed_options options; /* of the next cache_open */
    struct feed *cache;
} stage;

/* Of every test, as cmocka has it. It is 2025-03-20, noon in UTC; dates are final an hour after
 * they end. */
int cache_stage_begin(void **state);
int cache_stage_end(void **state);

/* As the next run would: what it knows, it knows from the store. Nothing was asked yet. */
void cache_open(void);

int64_t time_of(const char *timestamp); /* "2024-06-28T13:30:00Z" */

/* A request for minutes adjusted for splits of "QQQ" or "QQQ,SPY". */
struct asked {
    char text[64];
    const char *symbols[ASKED_SYMBOLS_MAX];
    struct bar_request request;
};

void ask(struct asked *asked, const char *symbols, int64_t begin_us, int64_t end_us);

struct bar_set load_from(struct feed *feed, const struct bar_request *request);

/* Through the cache come the bars that the source alone gives. Returns how many. */
size_t assert_like_source(const struct bar_request *request);
size_t assert_minutes(const char *symbols, const char *from, const char *to);

/* All of the dates in New York, with what is traded before and after the sessions. */
size_t assert_dates(const char *symbols, const char *first, const char *last);

/* What the source was asked since cache_open, see feed_fake.h. */
void assert_asked(const char *lines);

struct text file_of(const char *key, struct version *ret_version); /* which there is */
size_t count_keys(const char *prefix);

#endif
