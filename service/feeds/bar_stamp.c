#include "service/feeds/bar_stamp.h"

#include "service/base/date.h"
#include "service/market/newyork.h"

#include <string.h>

enum { DATE_LENGTH = 10, OFFSET_LENGTH = 6, EPOCH_DIGITS_MAX = 19 };

#define OFFSET_MAX_US (14 * HOUR_US)

/* The span of counts since 1970, in seconds. */
#define EPOCH_BEGIN_S INT64_C(300000000) /* 1979-07-05T05:20:00Z */
#define EPOCH_END_S INT64_C(7258118400)  /* 2200-01-01T00:00:00Z */

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* "+05:30" */
static bool offset_parse(const char *text, int64_t *ret_offset_us)
{
    if (strlen(text) != OFFSET_LENGTH || (text[0] != '+' && text[0] != '-'))
        return false;
    if (!is_digit(text[1]) || !is_digit(text[2]) || text[3] != ':' || !is_digit(text[4]) ||
        !is_digit(text[5]))
        return false;
    int hours = (text[1] - '0') * 10 + (text[2] - '0');
    int minutes = (text[4] - '0') * 10 + (text[5] - '0');
    int64_t offset_us = hours * HOUR_US + minutes * MINUTE_US;
    if (minutes > 59 || offset_us > OFFSET_MAX_US)
        return false;
    *ret_offset_us = text[0] == '-' ? -offset_us : offset_us;
    return true;
}

bool bar_zone_parse(const char *text, struct bar_zone *ret_zone, struct error *error)
{
    int64_t offset_us;
    if (strcmp(text, "America/New_York") == 0)
        *ret_zone = (struct bar_zone) { .kind = ZONE_NEW_YORK };
    else if (strcmp(text, "UTC") == 0)
        *ret_zone = (struct bar_zone) { .kind = ZONE_UTC };
    else if (offset_parse(text, &offset_us))
        *ret_zone = (struct bar_zone) { .kind = ZONE_FIXED, .offset_us = offset_us };
    else
        return error_set(error, ERROR_USAGE,
                         "\"%.40s\" is no zone (America/New_York, UTC or an offset from -14:00 to "
                         "+14:00 was expected)",
                         text);
    return true;
}

bool bar_zone_to_utc(const struct bar_zone *zone, int64_t *time_us)
{
    if (zone->kind == ZONE_NONE)
        return false;
    if (zone->kind == ZONE_NEW_YORK)
        *time_us = newyork_to_utc_us(*time_us);
    else
        *time_us -= zone->offset_us; /* 0 for UTC */
    return true;
}

static bool epoch_parse(const char *text, size_t size, int64_t *ret_time_us)
{
    static const int64_t units_per_second[] = { 1, 1000, 1000000, 1000000000 };
    if (size > EPOCH_DIGITS_MAX)
        return false;
    uint64_t digits = 0; /* 19 digits fit */
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(text[i]))
            return false;
        digits = digits * 10 + (uint64_t)(text[i] - '0');
    }
    for (size_t i = 0; i < sizeof units_per_second / sizeof *units_per_second; i++) {
        int64_t unit = units_per_second[i];
        if (digits < (uint64_t)(EPOCH_BEGIN_S * unit) || digits >= (uint64_t)(EPOCH_END_S * unit))
            continue;
        int64_t count = (int64_t)digits;
        *ret_time_us = unit > SECOND_US ? count / (unit / SECOND_US) : count * (SECOND_US / unit);
        return true;
    }
    return false;
}

enum bar_stamp_kind bar_stamp_parse(const char *text, size_t size, const struct bar_zone *zone,
                                    int64_t *ret_time_us)
{
    int32_t date;
    if (size == DATE_LENGTH && date_parse(text, size, &date)) {
        *ret_time_us = date * DAY_US;
        return STAMP_DATE;
    }
    int64_t time_us;
    bool has_zone = true;
    if (!epoch_parse(text, size, &time_us) && !timestamp_parse(text, size, &time_us, &has_zone))
        return STAMP_WRONG;
    if (!has_zone && !bar_zone_to_utc(zone, &time_us))
        return STAMP_NAIVE;
    *ret_time_us = time_us;
    return STAMP_INSTANT;
}
