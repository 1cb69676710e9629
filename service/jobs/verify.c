#include "service/jobs/verify.h"

#include "service/base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

const char *const verify_names[VERIFY_KIND_COUNT] = {
    [VERIFY_CHANGED] = "changed",
    [VERIFY_MISSING] = "missing here",
    [VERIFY_GONE] = "no longer there",
};

/* A number that neither side has is the same. */
static bool is_same(double left, double right)
{
    return left == right || (isnan(left) && isnan(right));
}

static bool is_equal(const struct bar *left, const struct bar *right)
{
    return is_same(left->open, right->open) && is_same(left->high, right->high) &&
           is_same(left->low, right->low) && is_same(left->close, right->close) &&
           is_same(left->volume, right->volume) && is_same(left->vwap, right->vwap) &&
           left->trade_count == right->trade_count;
}

static struct series bars_on(const struct bar_days *days, int32_t date, const struct series *bars)
{
    size_t begin = series_find(bars, bar_days_begin_us(days, date));
    return series_slice(bars, begin, series_find(bars, bar_days_begin_us(days, date + 1)));
}

static void add_difference(struct verify *verify, struct verify_session *session,
                           enum verify_kind kind, const struct bar *kept, const struct bar *fetched)
{
    session->counts[kind]++;
    verify->counts[kind]++;
    if (verify->shown_count == VERIFY_SHOWN_MAX)
        return;
    struct verify_difference *shown = &verify->shown[verify->shown_count++];
    *shown = (struct verify_difference) { .kind = kind };
    if (kept != NULL)
        shown->kept = *kept;
    if (fetched != NULL)
        shown->fetched = *fetched;
}

static void compare_session(struct verify *verify, struct verify_session *session,
                            const struct series *kept, const struct series *fetched)
{
    size_t i = 0, j = 0;
    while (i < kept->count || j < fetched->count) {
        const struct bar *here = i < kept->count ? &kept->bars[i] : NULL;
        const struct bar *there = j < fetched->count ? &fetched->bars[j] : NULL;
        if (there == NULL || (here != NULL && here->open_time_us < there->open_time_us)) {
            add_difference(verify, session, VERIFY_GONE, here, NULL);
            i++;
        } else if (here == NULL || there->open_time_us < here->open_time_us) {
            add_difference(verify, session, VERIFY_MISSING, NULL, there);
            j++;
        } else {
            if (!is_equal(here, there))
                add_difference(verify, session, VERIFY_CHANGED, here, there);
            i++;
            j++;
        }
    }
}

static void verify_session(struct verify *verify, int32_t date, const struct series *kept,
                           const struct series *fetched)
{
    struct verify_session session = { .date = date };
    size_t differences = 0;
    compare_session(verify, &session, kept, fetched);
    for (int kind = 0; kind < VERIFY_KIND_COUNT; kind++)
        differences += session.counts[kind];
    if (differences == 0)
        return;
    verify->different = memory_grow(verify->different, verify->different_count,
                                    &verify->different_capacity, sizeof *verify->different);
    verify->different[verify->different_count++] = session;
}

void verify_run(const struct bar_days *days, int32_t first_date, int32_t last_date,
                const struct series *kept, const struct series *fetched, struct verify *ret_verify)
{
    struct verify verify = { 0 };
    struct session session;
    for (int32_t date = first_date; date <= last_date; date++) {
        if (!calendar_session(days->calendar, date, &session))
            continue;
        struct series here = bars_on(days, date, kept);
        struct series there = bars_on(days, date, fetched);
        verify.sessions++;
        if (here.count == 0)
            continue;
        verify.sessions_kept++;
        verify.bars += here.count;
        verify_session(&verify, date, &here, &there);
    }
    *ret_verify = verify;
}

void verify_release(struct verify *verify)
{
    free(verify->different);
    *verify = (struct verify) { 0 };
}
