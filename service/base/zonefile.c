#include "service/base/zonefile.h"

#include "service/base/date.h"

#include <stdio.h>
#include <string.h>

enum {
    HEADER_SIZE = 44,
    TIME_SIZE = 8,
    TYPE_SIZE = 6,
    FOOTER_SIZE_MAX = 128,
    OFFSET_MAX_S = 26 * 3600, /* RFC 8536 3.2 */
    DAY_S = 24 * 3600,
    HOUR_S = 3600
};

/* The counts of a header, in the file's order. */
struct counts {
    uint64_t universal, standard, leap_seconds, transitions, types, characters;
};

static uint64_t read_number(const unsigned char *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return number;
}

static bool read_header(const unsigned char *bytes, uint64_t size, struct counts *ret_counts)
{
    if (size < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0)
        return false;
    *ret_counts = (struct counts) {
        .universal = read_number(bytes + 20, 4),
        .standard = read_number(bytes + 24, 4),
        .leap_seconds = read_number(bytes + 28, 4),
        .transitions = read_number(bytes + 32, 4),
        .types = read_number(bytes + 36, 4),
        .characters = read_number(bytes + 40, 4),
    };
    return true;
}

/* The bytes of a header and its data; times take 4 bytes in the first block, 8 in the second. No
 * count of 32 bits can make this overflow. */
static uint64_t block_size(const struct counts *counts, uint64_t time_size)
{
    return HEADER_SIZE + counts->transitions * (time_size + 1) + counts->types * TYPE_SIZE +
           counts->characters + counts->leap_seconds * (time_size + 4) + counts->standard +
           counts->universal;
}

static int64_t transition_time_s(const struct zonefile *zone, size_t index)
{
    return (int64_t)read_number(zone->times + index * TIME_SIZE, TIME_SIZE);
}

static int64_t type_offset_s(const struct zonefile *zone, size_t type)
{
    return (int32_t)read_number(zone->types + type * TYPE_SIZE, 4);
}

static bool transitions_valid(const struct zonefile *zone, uint64_t type_count)
{
    for (uint64_t type = 0; type < type_count; type++) {
        int64_t offset_s = type_offset_s(zone, type);
        if (offset_s < -OFFSET_MAX_S || offset_s > OFFSET_MAX_S)
            return false;
    }
    for (size_t i = 0; i < zone->transition_count; i++) {
        if (zone->indexes[i] >= type_count)
            return false;
        if (i > 0 && transition_time_s(zone, i - 1) >= transition_time_s(zone, i))
            return false;
    }
    return true;
}

static bool change_valid(const struct zone_change *change)
{
    return change->month >= 1 && change->month <= 12 && change->week >= 1 && change->week <= 5 &&
           change->weekday >= 0 && change->weekday <= 6;
}

/* "EST5EDT,M3.2.0,M11.1.0"; false for every other form. */
static bool rule_parse(const char *text, struct zone_rule *ret_rule)
{
    char standard[16], daylight[16];
    int hours, end = 0;
    struct zone_change from, until;
    int count = sscanf(text, "%15[A-Za-z]%3d%15[A-Za-z],M%2d.%1d.%1d,M%2d.%1d.%1d%n", standard,
                       &hours, daylight, &from.month, &from.week, &from.weekday, &until.month,
                       &until.week, &until.weekday, &end);
    if (count != 9 || text[end] != '\0' || hours < -24 || hours > 24)
        return false;
    if (!change_valid(&from) || !change_valid(&until) || from.month >= until.month)
        return false;
    ret_rule->standard_offset_s = (int64_t)-hours * HOUR_S; /* POSIX counts west of Greenwich */
    ret_rule->begin = from;
    ret_rule->end = until;
    return true;
}

/* The footer is one line between two newlines; it may be empty. */
static bool read_footer(const unsigned char *bytes, uint64_t size, struct zonefile *zone)
{
    if (size < 2 || bytes[0] != '\n')
        return false;
    const unsigned char *end = memchr(bytes + 1, '\n', size - 1);
    if (!end)
        return false;
    size_t length = (size_t)(end - bytes) - 1;
    if (length >= FOOTER_SIZE_MAX || memchr(bytes + 1, '\0', length))
        return false;
    char text[FOOTER_SIZE_MAX] = { 0 };
    memcpy(text, bytes + 1, length);
    zone->has_rule = rule_parse(text, &zone->rule);
    return true;
}

bool zonefile_parse(const void *bytes, size_t size, struct zonefile *ret_zone, struct error *error)
{
    const unsigned char *block = bytes;
    struct counts counts;
    if (!read_header(block, size, &counts))
        return error_set(error, ERROR_DATA, "is not a zone file (TZif)");
    if (block[4] < '2')
        return error_set(error, ERROR_DATA, "is a zone file of version 1, 2 or later is needed");
    uint64_t skipped = block_size(&counts, 4);
    if (skipped > size || !read_header(block + skipped, size - skipped, &counts))
        return error_set(error, ERROR_DATA, "zone file lacks its block of 64-bit times");

    block += skipped;
    uint64_t left = size - skipped, used = block_size(&counts, TIME_SIZE);
    if (used > left)
        return error_set(error, ERROR_DATA, "zone file is cut off");
    if (counts.leap_seconds != 0)
        return error_set(error, ERROR_DATA, "zone file counts leap seconds");

    const unsigned char *times = block + HEADER_SIZE;
    struct zonefile zone = {
        .times = times,
        .indexes = times + counts.transitions * TIME_SIZE,
        .types = times + counts.transitions * (TIME_SIZE + 1),
        .transition_count = counts.transitions,
    };
    if (!transitions_valid(&zone, counts.types))
        return error_set(error, ERROR_DATA, "zone file has transitions out of order or range");
    if (!read_footer(block + used, left - used, &zone))
        return error_set(error, ERROR_DATA, "zone file has no valid footer");
    *ret_zone = zone;
    return true;
}

/* The date on which a change falls in a year. */
static int32_t change_date(const struct zone_change *change, int year)
{
    int32_t first = date_from_civil(year, change->month, 1);
    int days = (change->weekday - (int)date_weekday(first) + 7) % 7 + (change->week - 1) * 7;
    int32_t date = first + days;
    return date_to_civil(date).month == change->month ? date : date - 7;
}

static int64_t rule_offset_s(const struct zone_rule *rule, int64_t time_s)
{
    int64_t local_s = time_s + rule->standard_offset_s;
    int year = date_to_civil((int32_t)(local_s / DAY_S - (local_s % DAY_S < 0))).year;
    /* Both changes come at 02:00 on the clock of before; that is 01:00 standard time in autumn. */
    int64_t begin_s = change_date(&rule->begin, year) * (int64_t)DAY_S + INT64_C(2) * HOUR_S;
    int64_t end_s = change_date(&rule->end, year) * (int64_t)DAY_S + HOUR_S;
    bool daylight = local_s >= begin_s && local_s < end_s;
    return rule->standard_offset_s + (daylight ? HOUR_S : 0);
}

bool zonefile_offset_us(const struct zonefile *zone, int64_t time_us, int64_t *ret_offset_us)
{
    int64_t time_s = time_us / SECOND_US - (time_us % SECOND_US < 0);
    size_t low = 0, high = zone->transition_count; /* transitions before low have happened */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (transition_time_s(zone, middle) <= time_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < zone->transition_count)
        *ret_offset_us = SECOND_US * type_offset_s(zone, low == 0 ? 0 : zone->indexes[low - 1]);
    else if (zone->has_rule)
        *ret_offset_us = SECOND_US * rule_offset_s(&zone->rule, time_s);
    else
        return false;
    return true;
}
