#include "service/base/date.h"

#include "service/base/digits.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    YEAR_MIN = 1970,
    YEAR_MAX = 2199,
    DAYS_PER_ERA = 146097,    /* the Gregorian calendar repeats after 400 years */
    DAYS_BEFORE_1970 = 719468 /* from 0000-03-01 */
};

/* Division that rounds down, so that what lies before 1970 counts like what lies behind it. */
static int64_t floor_divide(int64_t value, int64_t divisor)
{
    return value / divisor - (value % divisor < 0);
}

int32_t date_from_civil(int year, int month, int day)
{
    /* A year begins in March here: the leap day is its last, and month lengths follow one line. */
    int months = month > 2 ? month - 3 : month + 9;
    int years = month > 2 ? year : year - 1;
    int era = (int)floor_divide(years, 400);
    int year_of_era = years - era * 400;
    int day_of_year = (153 * months + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)((int64_t)era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_1970);
}

struct civil date_to_civil(int32_t date)
{
    int64_t days = (int64_t)date + DAYS_BEFORE_1970;
    int era = (int)floor_divide(days, DAYS_PER_ERA);
    int day_of_era = (int)(days - (int64_t)era * DAYS_PER_ERA);
    int leap_days = day_of_era / 1460 - day_of_era / 36524 + day_of_era / 146096;
    int year_of_era = (day_of_era - leap_days) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int months = (5 * day_of_year + 2) / 153;
    int month = months < 10 ? months + 3 : months - 9;
    return (struct civil) {
        .year = era * 400 + year_of_era + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * months + 2) / 5 + 1,
    };
}

enum weekday date_weekday(int32_t date)
{
    int days = date % 7 + THURSDAY; /* 1970-01-01 was one */
    return (enum weekday)((days + 7) % 7);
}

int32_t date_of_instant(int64_t time_us)
{
    return (int32_t)floor_divide(time_us, DAY_US);
}

/* What is still to be read of a text. Taking moves on only when it succeeds. */
struct rest {
    const char *next, *end;
};

/* Takes exactly `count` digits; the number must lie in least..most. */
static bool take_number(struct rest *rest, int count, int least, int most, int *ret_number)
{
    if (rest->end - rest->next < count)
        return false;
    int number = 0;
    for (int i = 0; i < count; i++) {
        char digit = rest->next[i];
        if (digit < '0' || digit > '9')
            return false;
        number = number * 10 + (digit - '0');
    }
    if (number < least || number > most)
        return false;
    rest->next += count;
    *ret_number = number;
    return true;
}

/* Takes one character if it is one of `choices`. */
static bool take_character(struct rest *rest, const char *choices)
{
    if (rest->next == rest->end || !memchr(choices, *rest->next, strlen(choices)))
        return false;
    rest->next++;
    return true;
}

static bool take_date(struct rest *rest, int32_t *ret_date)
{
    int year, month, day;
    if (!take_number(rest, 4, YEAR_MIN, YEAR_MAX, &year) || !take_character(rest, "-") ||
        !take_number(rest, 2, 1, 12, &month) || !take_character(rest, "-") ||
        !take_number(rest, 2, 1, 31, &day))
        return false;
    int32_t date = date_from_civil(year, month, day);
    if (date_to_civil(date).day != day)
        return false; /* April 31 would be May 1 */
    *ret_date = date;
    return true;
}

/* ".5" and up to nine digits; what is finer than a microsecond is cut off. */
static bool take_fraction(struct rest *rest, int64_t *ret_fraction_us)
{
    int64_t unit_us = SECOND_US, fraction_us = 0;
    int count = 0, digit;
    while (count < 9 && take_number(rest, 1, 0, 9, &digit)) {
        unit_us /= 10;
        fraction_us += digit * unit_us;
        count++;
    }
    *ret_fraction_us = fraction_us;
    return count > 0;
}

/* "09:30", "09:30:00" or "09:30:00.125", as time since midnight. */
static bool take_clock(struct rest *rest, int64_t *ret_clock_us)
{
    int hour, minute, second = 0;
    int64_t fraction_us = 0;
    if (!take_number(rest, 2, 0, 23, &hour) || !take_character(rest, ":") ||
        !take_number(rest, 2, 0, 59, &minute))
        return false;
    if (take_character(rest, ":")) {
        if (!take_number(rest, 2, 0, 59, &second))
            return false;
        if (take_character(rest, ".") && !take_fraction(rest, &fraction_us))
            return false;
    }
    *ret_clock_us = hour * HOUR_US + minute * MINUTE_US + second * SECOND_US + fraction_us;
    return true;
}

/* "Z", "+05:30" or "-04:00", as local time minus UTC. */
static bool take_zone(struct rest *rest, int64_t *ret_offset_us)
{
    int hour, minute;
    if (take_character(rest, "Zz")) {
        *ret_offset_us = 0;
        return true;
    }
    int sign = take_character(rest, "+") ? 1 : -1;
    if (sign < 0 && !take_character(rest, "-"))
        return false;
    if (!take_number(rest, 2, 0, 23, &hour) || !take_character(rest, ":") ||
        !take_number(rest, 2, 0, 59, &minute))
        return false;
    *ret_offset_us = sign * (hour * HOUR_US + minute * MINUTE_US);
    return true;
}

bool date_parse(const char *text, size_t size, int32_t *ret_date)
{
    struct rest rest = { text, text + size };
    int32_t date;
    if (!take_date(&rest, &date) || rest.next != rest.end)
        return false;
    *ret_date = date;
    return true;
}

/* Results are full of dates and times: printf would take ten times as long as all the rest of a
 * row. */
char *date_put(char *target, int32_t date)
{
    struct civil civil = date_to_civil(date);
    if (civil.year < 0 || civil.year > 9999)
        return target +
               snprintf(target, DATE_TEXT_SIZE, "%d-%02d-%02d", civil.year, civil.month, civil.day);
    digits_put(target, (uint64_t)civil.year, 4);
    target[4] = '-';
    digits_put(target + 5, (uint64_t)civil.month, 2);
    target[7] = '-';
    digits_put(target + 8, (uint64_t)civil.day, 2);
    return target + 10;
}

char *clock_put(char *target, int second)
{
    assert(second >= 0 && second < 24 * 3600);
    digits_put(target, (uint64_t)(second / 3600), 2);
    target[2] = ':';
    digits_put(target + 3, (uint64_t)(second / 60 % 60), 2);
    target[5] = ':';
    digits_put(target + 6, (uint64_t)(second % 60), 2);
    return target + 8;
}

const char *date_format(int32_t date, char buffer[static DATE_TEXT_SIZE])
{
    *date_put(buffer, date) = '\0';
    return buffer;
}

bool timestamp_parse(const char *text, size_t size, int64_t *ret_time_us, bool *ret_has_zone)
{
    struct rest rest = { text, text + size };
    int32_t date;
    int64_t clock_us, offset_us = 0;
    if (!take_date(&rest, &date) || !take_character(&rest, "Tt ") || !take_clock(&rest, &clock_us))
        return false;
    bool has_zone = rest.next != rest.end;
    if (has_zone && (!take_zone(&rest, &offset_us) || rest.next != rest.end))
        return false;
    *ret_time_us = date * DAY_US + clock_us - offset_us;
    *ret_has_zone = has_zone;
    return true;
}

char *timestamp_put(char *target, int64_t time_us)
{
    int32_t date = date_of_instant(time_us);
    int64_t clock_us = (time_us % DAY_US + DAY_US) % DAY_US;
    target = date_put(target, date);
    *target++ = 'T';
    target = clock_put(target, (int)(clock_us / SECOND_US));
    if (clock_us % SECOND_US != 0) {
        *target++ = '.';
        digits_put(target, (uint64_t)(clock_us % SECOND_US), 6);
        target += 6;
    }
    *target++ = 'Z';
    return target;
}

const char *timestamp_format(int64_t time_us, char buffer[static TIMESTAMP_TEXT_SIZE])
{
    *timestamp_put(buffer, time_us) = '\0';
    return buffer;
}

bool clock_time_parse(const char *text, size_t size, int *ret_minute)
{
    struct rest rest = { text, text + size };
    int hour, minute;
    if (!take_number(&rest, 2, 0, 24, &hour) && !take_number(&rest, 1, 0, 9, &hour))
        return false;
    if (!take_character(&rest, ":") || !take_number(&rest, 2, 0, hour < 24 ? 59 : 0, &minute) ||
        rest.next != rest.end)
        return false;
    *ret_minute = hour * 60 + minute;
    return true;
}

const char *clock_time_format(int minute, char buffer[static CLOCK_TEXT_SIZE])
{
    assert(minute >= 0 && minute <= 24 * 60);
    snprintf(buffer, CLOCK_TEXT_SIZE, "%02d:%02d", minute / 60, minute % 60);
    return buffer;
}
