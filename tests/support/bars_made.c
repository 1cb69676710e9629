#include "tests/support/bars_made.h"

#include "service/base/date.h"
#include "service/base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int32_t bars_date(const char *date)
{
    int32_t parsed = 0;
    assert_true(date_parse(date, strlen(date), &parsed));
    return parsed;
}

struct session bars_session(const char *date)
{
    struct session session = { 0 };
    assert_true(calendar_session(calendar_find("xnys"), bars_date(date), &session));
    return session;
}

int64_t bars_time_us(const struct session *session, const char *clock)
{
    int minute = 0;
    assert_true(clock_time_parse(clock, strlen(clock), &minute));
    return session_clock_us(session, minute);
}

struct bar bars_bar(int64_t time_us, double open, double high, double low, double close)
{
    return (struct bar) {
        .open_time_us = time_us,
        .open = open,
        .high = high,
        .low = low,
        .close = close,
        .volume = 1000,
        .vwap = NAN,
        .trade_count = -1,
    };
}

void bars_add(struct series *series, const struct session *session, const char *clock, double open,
              double high, double low, double close)
{
    struct bar bar = bars_bar(bars_time_us(session, clock), open, high, low, close);
    series_append(series, &bar);
}

void bars_add_flat(struct series *series, const struct session *session, const char *from,
                   const char *to, int minutes, double price)
{
    int64_t end_us = bars_time_us(session, to);
    for (int64_t time_us = bars_time_us(session, from); time_us < end_us;
         time_us += minutes * MINUTE_US) {
        struct bar bar = bars_bar(time_us, price, price, price, price);
        series_append(series, &bar);
    }
}

void bars_add_days(struct series *series, const char *before, size_t count, double close)
{
    int32_t *dates = memory_new(count, sizeof *dates);
    struct session session = { .date = bars_date(before) };
    for (size_t i = count; i > 0; i--) {
        assert_true(calendar_session_until(calendar_find("xnys"), session.date - 1, &session));
        dates[i - 1] = session.date;
    }
    for (size_t i = 0; i < count; i++) {
        struct bar bar = bars_bar(dates[i] * DAY_US, close, close, close, close);
        series_append(series, &bar);
    }
    free(dates);
}
