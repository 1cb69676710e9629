/* Fills a cache folder with bars that are made up, for test_cache_folder.py: fill_cache folder.
 * Prints "symbol timeframe bars closes": how many bars there are and the sum of their closes. */
#include "service/base/date.h"
#include "service/feeds/cached_feed.h"
#include "tests/support/feed_fake.h"

#include <stdio.h>
#include <string.h>

static struct feed_fake source;

static int64_t now_us(void)
{
    return source.now_us;
}

static bool fill(struct feed *cache, bool is_daily, const char *const *symbols, size_t count)
{
    struct bar_request request = {
        .symbols = symbols,
        .symbol_count = count,
        .is_daily = is_daily,
        .begin_us = date_from_civil(2024, 1, 1) * DAY_US,
        .end_us = date_from_civil(2024, 6, 28) * DAY_US,
        .adjustment = ADJUSTMENT_SPLIT,
    };
    struct bar_set set;
    struct error error = { 0 };
    if (!feed_load(cache, &request, &set, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return false;
    }
    for (size_t i = 0; i < set.count; i++) {
        double sum = 0;
        for (size_t j = 0; j < set.symbols[i].bars.count; j++)
            sum += set.symbols[i].bars.bars[j].close;
        printf("%s %s %zu %.17g\n", symbols[i], is_daily ? "1Day" : "1Min",
               set.symbols[i].bars.count, sum);
    }
    bar_set_release(&set);
    return true;
}

int main(int argument_count, char **arguments)
{
    static const char *const equities[] = { "QQQ", "SPY" }, *const pairs[] = { "BTC/USD" };
    struct error error = { 0 };
    struct store_options place = { argument_count == 2 ? arguments[1] : "", 1000 };
    struct store *store = store_open(&place, &error);
    if (store == NULL) {
        fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    feed_fake_init(&source);
    source.now_us = date_from_civil(2024, 7, 1) * DAY_US;
    struct feed *cache = cached_feed_open(&(struct cached_feed_options) {
        .source = &source.feed,
        .store = store,
        .provider = "alpaca",
        .feed = "sip",
        .now_us = now_us,
    });
    bool filled = fill(cache, false, equities, 2) && fill(cache, true, equities, 2) &&
                  fill(cache, false, pairs, 1);
    feed_close(cache);
    feed_fake_release(&source);
    store_close(store);
    return filled ? 0 : 1;
}
