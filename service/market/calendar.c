#include "service/market/calendar.h"

#include "service/base/date.h"
#include "service/market/holidays.h"
#include "service/market/newyork.h"

#include <string.h>

/* Dates as constant expressions; the tests hold them against their names. */
enum {
    DATE_1970_01_01 = 0,
    DATE_1990_01_01 = 7305,
    DATE_2040_12_31 = 25932,
    DATE_2199_12_31 = 84005
};

static bool xnys_session(int32_t date, struct session *ret_session)
{
    struct trading_hours hours;
    if (date < DATE_1990_01_01 || date > DATE_2040_12_31 || !holidays_trading_hours(date, &hours))
        return false;
    int64_t midnight_us = newyork_to_utc_us(date * DAY_US);
    *ret_session = (struct session) {
        .date = date,
        .midnight_us = midnight_us,
        .open_us = midnight_us + hours.open_minute * MINUTE_US,
        .close_us = midnight_us + hours.close_minute * MINUTE_US,
        .close_shift_us = (USUAL_CLOSE_MINUTE - hours.expected_close_minute) * MINUTE_US,
    };
    return true;
}

static int64_t utc_offset_us(int64_t time_us)
{
    (void)time_us;
    return 0;
}

static bool always_session(int32_t date, struct session *ret_session)
{
    if (date < DATE_1970_01_01 || date > DATE_2199_12_31)
        return false;
    int64_t midnight_us = date * DAY_US;
    *ret_session = (struct session) {
        .date = date,
        .midnight_us = midnight_us,
        .open_us = midnight_us,
        .close_us = midnight_us + DAY_US,
    };
    return true;
}

const struct calendar calendars[] = {
    {
        .name = "xnys",
        .summary = "New York Stock Exchange, 09:30 to 16:00 New York, 1990 to 2040",
        .first_date = DATE_1990_01_01,
        .last_date = DATE_2040_12_31,
        .offset_us = newyork_offset_us,
        .session = xnys_session,
    },
    {
        .name = "24x7",
        .summary = "every day from midnight to midnight UTC",
        .first_date = DATE_1970_01_01,
        .last_date = DATE_2199_12_31,
        .offset_us = utc_offset_us,
        .session = always_session,
    },
    { 0 },
};

const struct calendar *calendar_find(const char *name)
{
    for (const struct calendar *calendar = calendars; calendar->name; calendar++)
        if (strcmp(calendar->name, name) == 0)
            return calendar;
    return NULL;
}

bool calendar_session(const struct calendar *calendar, int32_t date, struct session *ret_session)
{
    return calendar->session(date, ret_session);
}

int32_t calendar_date(const struct calendar *calendar, int64_t time_us)
{
    return date_of_instant(time_us + calendar->offset_us(time_us));
}

bool calendar_session_from(const struct calendar *calendar, int32_t date,
                           struct session *ret_session)
{
    if (date < calendar->first_date)
        date = calendar->first_date;
    for (; date <= calendar->last_date; date++)
        if (calendar->session(date, ret_session))
            return true;
    return false;
}

bool calendar_session_until(const struct calendar *calendar, int32_t date,
                            struct session *ret_session)
{
    if (date > calendar->last_date)
        date = calendar->last_date;
    for (; date >= calendar->first_date; date--)
        if (calendar->session(date, ret_session))
            return true;
    return false;
}

int64_t session_clock_us(const struct session *session, int minute)
{
    return session->midnight_us + minute * MINUTE_US;
}

const char *session_clock_format(const struct session *session, int64_t time_us,
                                 char buffer[static CLOCK_TEXT_SIZE])
{
    enum { MINUTES_A_DAY = 24 * 60 };
    int64_t minute = (time_us - session->midnight_us) / MINUTE_US;
    if (minute > MINUTES_A_DAY)
        minute = MINUTES_A_DAY;
    return clock_time_format(minute < 0 ? 0 : (int)minute, buffer);
}
