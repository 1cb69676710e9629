/* When a bar opened, as bar files say it: text to microseconds UTC.
 *
 *   2024-06-28T13:30:00Z       RFC 3339: T or a space, seconds optional, 0 to 9 fraction digits
 *   2024-06-28 09:30:00-04:00
 *   2024-06-28 09:30:00        no zone: a clock reading in the zone that the person names
 *   1719581400                 since 1970 in seconds, ms, us or ns, told apart by size
 *   2024-06-28                 a date: the stamp of a daily bar
 *
 * The unit of a count since 1970 is the one that puts it between 1979-07-05 and 2199-12-31. With
 * these ends no number fits two units, and neither 20240628 nor 20240628093000 fits any. */
#ifndef PLAYBOOK_FEEDS_BAR_STAMP_H
#define PLAYBOOK_FEEDS_BAR_STAMP_H

#include "service/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zone_kind { ZONE_NONE, ZONE_UTC, ZONE_NEW_YORK, ZONE_FIXED };

/* The zone of stamps that name none. Zeroed: nobody said, and such a stamp is an error. */
struct bar_zone {
    enum zone_kind kind;
    int64_t offset_us; /* ZONE_FIXED: local time minus UTC */
};

/* "America/New_York", "UTC", "+05:30", "-04:00". Kind usage when it is none of these. */
bool bar_zone_parse(const char *text, struct bar_zone *ret_zone, struct error *error);

/* Turns a clock reading (as if it were UTC) into an instant. False, and nothing done, when the zone
 * is ZONE_NONE. A reading that New York has twice is the first; newyork.h says more. */
bool bar_zone_to_utc(const struct bar_zone *zone, int64_t *time_us);

enum bar_stamp_kind {
    STAMP_INSTANT, /* a point in time */
    STAMP_DATE,    /* a date alone: the time is its midnight UTC, whatever the zone */
    STAMP_NAIVE,   /* a clock reading, and neither it nor `zone` says where; the time is not set */
    STAMP_WRONG,   /* none of the forms above; the time is not set */
};

enum bar_stamp_kind bar_stamp_parse(const char *text, size_t size, const struct bar_zone *zone,
                                    int64_t *ret_time_us);

#endif
