/* Sessions and bars as a test writes them: dates and clock readings as numbers (20240628 is
 * 2024-06-28, 1554 is 15:54 on the exchange's clock), and four prices. */
#ifndef PLAYBOOK_TESTS_SUPPORT_CANDLES_H
#define PLAYBOOK_TESTS_SUPPORT_CANDLES_H

#include "service/market/bar.h"
#include "service/market/calendar.h"

#include <stdint.h>

struct candle {
    double open, high, low, close;
};

/* The session of a calendar on a date that has one. */
struct session candle_session(const char *calendar, int date);

/* The instant of a clock reading in the session's day, and back. */
int64_t candle_time_us(const struct session *session, int clock);
int candle_clock(const struct session *session, int64_t time_us);

/* A bar of 100 shares without vwap and trade count. */
struct bar candle_bar(int64_t open_time_us, const struct candle *candle);

#endif
