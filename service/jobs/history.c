#include "service/jobs/history.h"

#include "service/base/date.h"
#include "service/market/quality.h"

#include <stdbool.h>

/* 200 days must lie within the last 210 sessions. */
enum { WINDOW_NUMERATOR = 21, WINDOW_DENOMINATOR = 20 };

/* The last sound bar of a session, or NULL. */
static const struct bar *last_bar(const struct series *bars, const struct session *session)
{
    for (size_t end = series_find(bars, session->close_us); end > 0; end--) {
        const struct bar *bar = &bars->bars[end - 1];
        if (bar->open_time_us < session->open_us)
            return NULL;
        if (quality_is_sound(bar))
            return bar;
    }
    return NULL;
}

void history_from_bars(const struct series *bars, const struct calendar *calendar,
                       struct series *ret_days)
{
    if (bars->count == 0)
        return;
    int64_t first_us = bars->bars[0].open_time_us;
    int64_t last_us = bars->bars[bars->count - 1].open_time_us;
    int32_t date = calendar_date(calendar, first_us);
    struct session session;
    while (calendar_session_from(calendar, date, &session) && session.open_us <= last_us) {
        const struct bar *last = last_bar(bars, &session);
        if (last)
            series_append(ret_days, &(struct bar) {
                                        .open_time_us = session.date * DAY_US,
                                        .close = last->close,
                                    });
        date = session.date + 1;
    }
}

void history_window_begin(struct history_window *window, const struct calendar *calendar,
                          int32_t session_date, int daily_history)
{
    *window = (struct history_window) {
        .calendar = calendar,
        .first_date = session_date,
        .missing = daily_history * WINDOW_NUMERATOR / WINDOW_DENOMINATOR,
    };
    struct session session;
    while (window->missing > 0 &&
           calendar_session_until(calendar, window->first_date - 1, &session)) {
        window->first_date = session.date;
        window->missing--;
    }
}

void history_window_next(struct history_window *window)
{
    struct session session;
    if (window->missing > 0)
        window->missing--;
    else if (calendar_session_from(window->calendar, window->first_date + 1, &session))
        window->first_date = session.date;
}

struct series history_before(const struct history_window *window, const struct series *days,
                             int32_t session_date)
{
    return series_slice(days, series_find(days, window->first_date * DAY_US),
                        series_find(days, session_date * DAY_US));
}
