#include "service/feeds/feed.h"

#include "service/base/clock.h"
#include "service/base/log.h"

#include <stdlib.h>

const char *const adjustment_names[] = {
    [ADJUSTMENT_RAW] = "raw",
    [ADJUSTMENT_SPLIT] = "split",
    [ADJUSTMENT_ALL] = "all",
    NULL,
};

bool feed_load(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
               struct error *error)
{
    return feed->type->load(feed, request, ret_set, error);
}

void feed_close(struct feed *feed)
{
    if (feed != NULL)
        feed->type->close(feed);
}

void symbol_bars_log_dropped(const struct symbol_bars *bars, const char *symbol)
{
    if (bars->dropped > 0)
        log_event(LOG_WARN, "%s: %zu bars came that were not asked for: dropped", symbol,
                  bars->dropped);
}

void symbol_bars_release(struct symbol_bars *bars)
{
    series_release(&bars->bars);
    bar_file_report_release(&bars->report);
    *bars = (struct symbol_bars) { 0 };
}

void bar_set_release(struct bar_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        symbol_bars_release(&set->symbols[i]);
    free(set->symbols);
    *set = (struct bar_set) { 0 };
}

int64_t feed_left_us(double done, int64_t begun_us)
{
    if (done <= 0)
        return -1;
    return (int64_t)((double)(clock_monotonic_us() - begun_us) * (1 - done) / done);
}
