#include "service/market/holidays.h"

#include "service/base/date.h"

#include <stddef.h>

enum { CLOSED = 0, NOW = 9999 };

/* Sets of weekdays. */
enum { MON = 1 << MONDAY, TUE = 1 << TUESDAY, WED = 1 << WEDNESDAY, THU = 1 << THURSDAY };
enum { FRI = 1 << FRIDAY, ANY = MON | TUE | WED | THU | FRI };

/* A day of the year on which trading ends early or does not begin. "The third Monday" is a Monday
 * in 15..21; a holiday on a Saturday is kept on Friday, one on a Sunday on Monday. */
struct rule {
    int year_first, year_last;
    int month, day_first, day_last;
    int weekdays;
    int close; /* 1300 on the clock, or CLOSED */
};

/* NYSE Rule 7.2 for the holidays. Good Friday is computed below. */
static const struct rule rules[] = {
    { 1990, NOW, 1, 1, 1, ANY, CLOSED },   /* New Year's Day; on a Saturday it is not kept, */
    { 1990, NOW, 1, 2, 2, MON, CLOSED },   /* because Friday ends the year's accounts */
    { 1998, NOW, 1, 15, 21, MON, CLOSED }, /* Martin Luther King's birthday */
    { 1990, NOW, 2, 15, 21, MON, CLOSED }, /* Washington's birthday */
    { 1990, NOW, 5, 25, 31, MON, CLOSED }, /* Memorial Day */
    { 2022, NOW, 6, 18, 18, FRI, CLOSED }, /* Juneteenth */
    { 2022, NOW, 6, 19, 19, ANY, CLOSED },
    { 2022, NOW, 6, 20, 20, MON, CLOSED },
    { 1990, NOW, 7, 3, 3, FRI, CLOSED }, /* Independence Day */
    { 1990, NOW, 7, 4, 4, ANY, CLOSED },
    { 1990, NOW, 7, 5, 5, MON, CLOSED },
    { 1990, NOW, 9, 1, 7, MON, CLOSED },    /* Labor Day */
    { 1990, NOW, 11, 22, 28, THU, CLOSED }, /* Thanksgiving */
    { 1990, NOW, 12, 24, 24, FRI, CLOSED }, /* Christmas */
    { 1990, NOW, 12, 25, 25, ANY, CLOSED },
    { 1990, NOW, 12, 26, 26, MON, CLOSED },

    { 1995, NOW, 7, 3, 3, MON | TUE | THU, 1300 }, /* before Independence Day; for one on a */
    { 1995, 2012, 7, 5, 5, FRI, 1300 },            /* Thursday, the Friday after it, */
    { 2013, NOW, 7, 3, 3, WED, 1300 },             /* since 2013 the Wednesday before */
    { 1992, 1992, 11, 23, 29, FRI, 1400 },         /* after Thanksgiving */
    { 1993, NOW, 11, 23, 29, FRI, 1300 },
    { 1990, 1992, 12, 24, 24, ANY, 1400 }, /* Christmas Eve */
    { 1993, NOW, 12, 24, 24, ANY, 1300 },
};

/* One date on which the exchange did otherwise than by rule. */
struct exception {
    int date;        /* 19940211 */
    int open, close; /* 930, 1430: on the clock; or CLOSED */
    bool unplanned;  /* nobody knew at the open that it would close early */
};

/* In order of date. Compared day by day with the lists of pandas_market_calendars 5.5 and
 * exchange_calendars 4.13. The second knows neither late opens nor unplanned early closes; where
 * they differ beyond that, a comment says why. Halts within a session are not here, nor is
 * 2009-07-02, when after a breakdown the closing auctions ran until 16:15. */
static const struct exception exceptions[] = {
    /* A transformer burnt beside the exchange's computers and trading began at 11:00 (UPI of the
     * day; AP, 1995-12-18). The first list has 09:31, against its own notes. */
    { 19901227, 1100, 1600, false },
    { 19910117, 931, 1600, false }, /* silence for the troops in the Gulf */
    { 19910225, 931, 1600, false },
    { 19940211, 930, 1430, true },       /* snow */
    { 19940427, CLOSED, CLOSED, false }, /* mourning Richard Nixon */
    { 19951218, 1030, 1600, false },     /* computer trouble */
    { 19960108, 1100, 1400, false },     /* snow */
    { 19971027, 930, 1530, true },       /* circuit breaker */
    { 19971226, 930, 1300, false },      /* Friday after Christmas */
    /* In June 1999 the exchange's board decided to close at 13:00 before the year 2000. The first
     * list has 16:00 and calls the day disputed. */
    { 19991231, 930, 1300, false },
    { 20010911, CLOSED, CLOSED, false }, /* attack on the World Trade Center */
    { 20010912, CLOSED, CLOSED, false },
    { 20010913, CLOSED, CLOSED, false },
    { 20010914, CLOSED, CLOSED, false },
    { 20010917, 933, 1600, false },      /* two minutes of silence and a hymn */
    { 20011008, 931, 1600, false },      /* silence for the troops in Afghanistan */
    { 20020911, 1200, 1600, false },     /* a year after the attack */
    { 20030320, 932, 1600, false },      /* silence for the troops in Iraq */
    { 20031226, 930, 1300, false },      /* Friday after Christmas */
    { 20040607, 932, 1600, false },      /* silence for Ronald Reagan */
    { 20040611, CLOSED, CLOSED, false }, /* mourning Ronald Reagan */
    { 20050601, 930, 1556, true },       /* communications failure */
    { 20061227, 932, 1600, false },      /* silence for Gerald Ford */
    { 20070102, CLOSED, CLOSED, false }, /* mourning Gerald Ford */
    { 20121029, CLOSED, CLOSED, false }, /* hurricane Sandy */
    { 20121030, CLOSED, CLOSED, false },
    { 20181205, CLOSED, CLOSED, false }, /* mourning George H. W. Bush */
    { 20250109, CLOSED, CLOSED, false }, /* mourning Jimmy Carter */
};

/* Easter Sunday by the Gregorian computus (Knuth, The Art of Computer Programming 1, 1.3.2, 14). */
static int32_t easter_date(int year)
{
    int golden = year % 19 + 1;
    int century = year / 100 + 1;
    int dropped_leap_years = 3 * century / 4 - 12;
    int moon_correction = (8 * century + 5) / 25 - 5;
    int sunday = 5 * year / 4 - dropped_leap_years - 10;
    int epact = (11 * golden + 20 + moon_correction - dropped_leap_years) % 30;
    if (epact == 24 || (epact == 25 && golden > 11))
        epact++;
    int full_moon = epact <= 23 ? 44 - epact : 74 - epact; /* day of March */
    int easter = full_moon + 7 - (sunday + full_moon) % 7;
    return date_from_civil(year, 3, 1) + easter - 1;
}

static const struct exception *exception_find(const struct civil *civil)
{
    int date = civil->year * 10000 + civil->month * 100 + civil->day;
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (exceptions[i].date == date)
            return &exceptions[i];
    return NULL;
}

/* The close by rule, as in the tables. */
static int rule_close(const struct civil *civil, enum weekday weekday)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct rule *rule = &rules[i];
        if (civil->month == rule->month && civil->day >= rule->day_first &&
            civil->day <= rule->day_last && civil->year >= rule->year_first &&
            civil->year <= rule->year_last && (1 << weekday & rule->weekdays) != 0)
            return rule->close;
    }
    return 1600;
}

static int clock_minute(int reading)
{
    return reading / 100 * 60 + reading % 100;
}

bool holidays_trading_hours(int32_t date, struct trading_hours *ret_hours)
{
    struct civil civil = date_to_civil(date);
    enum weekday weekday = date_weekday(date);
    if (weekday == SATURDAY || weekday == SUNDAY)
        return false;
    if (weekday == FRIDAY && date == easter_date(civil.year) - 2)
        return false;

    const struct exception *exception = exception_find(&civil);
    int open = exception ? exception->open : 930;
    int close = exception ? exception->close : rule_close(&civil, weekday);
    if (close == CLOSED)
        return false;
    bool unplanned = exception && exception->unplanned;
    *ret_hours = (struct trading_hours) {
        .open_minute = clock_minute(open),
        .close_minute = clock_minute(close),
        .expected_close_minute = unplanned ? USUAL_CLOSE_MINUTE : clock_minute(close),
    };
    return true;
}
