#include "tests/support/candles.h"

#include "service/base/date.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct session candle_session(const char *calendar, int date)
{
    struct session session;
    int32_t day = date_from_civil(date / 10000, date / 100 % 100, date % 100);
    if (!calendar_session(calendar_find(calendar), day, &session))
        fail_msg("%s has no session on %d", calendar, date);
    return session;
}

int64_t candle_time_us(const struct session *session, int clock)
{
    return session->midnight_us + clock / 100 * HOUR_US + clock % 100 * MINUTE_US;
}

int candle_clock(const struct session *session, int64_t time_us)
{
    int minute = (int)((time_us - session->midnight_us) / MINUTE_US);
    return minute / 60 * 100 + minute % 60;
}

struct bar candle_bar(int64_t open_time_us, const struct candle *candle)
{
    return (struct bar) {
        .open_time_us = open_time_us,
        .open = candle->open,
        .high = candle->high,
        .low = candle->low,
        .close = candle->close,
        .volume = 100,
        .vwap = NAN,
        .trade_count = -1,
    };
}
