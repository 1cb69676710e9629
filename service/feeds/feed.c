#include "service/feeds/feed.h"

#include "service/base/clock.h"

#include <stdlib.h>

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

void bar_set_release(struct bar_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        series_release(&set->symbols[i].bars);
        bar_file_report_release(&set->symbols[i].report);
    }
    free(set->symbols);
    *set = (struct bar_set) { 0 };
}

int64_t feed_left_us(double done, int64_t begun_us)
{
    if (done <= 0)
        return -1;
    return (int64_t)((double)(clock_monotonic_us() - begun_us) * (1 - done) / done);
}
