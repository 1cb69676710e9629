#include "service/market/newyork.h"

#include "service/base/date.h"

#define STANDARD_OFFSET_US (-5 * HOUR_US)
#define DAYLIGHT_OFFSET_US (-4 * HOUR_US)

static int32_t sunday_from(int32_t date)
{
    return date + (7 - (int)date_weekday(date)) % 7;
}

int64_t newyork_offset_us(int64_t time_us)
{
    /* The UTC year serves: both changes are far from its ends. */
    int year = date_to_civil(date_of_instant(time_us)).year;
    int32_t begin_date, end_date;
    if (year >= 2007) {
        begin_date = sunday_from(date_from_civil(year, 3, 8));
        end_date = sunday_from(date_from_civil(year, 11, 1));
    } else {
        begin_date = sunday_from(date_from_civil(year, 4, 1));
        end_date = sunday_from(date_from_civil(year, 10, 25));
    }
    /* 02:00 standard time is 07:00 UTC, 02:00 daylight time is 06:00 UTC. */
    int64_t hour = time_us / HOUR_US - (time_us % HOUR_US < 0);
    bool daylight = hour >= begin_date * INT64_C(24) + 7 && hour < end_date * INT64_C(24) + 6;
    return daylight ? DAYLIGHT_OFFSET_US : STANDARD_OFFSET_US;
}

int64_t newyork_to_utc_us(int64_t local_us)
{
    /* Daylight time first: it is the first of two, and never true for a reading that is skipped. */
    int64_t time_us = local_us - DAYLIGHT_OFFSET_US;
    if (newyork_offset_us(time_us) == DAYLIGHT_OFFSET_US)
        return time_us;
    return local_us - STANDARD_OFFSET_US;
}
