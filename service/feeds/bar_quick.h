/* The usual stamps and numbers of bar files, read eight characters at a time. Whatever is less
 * usual is declined, not judged: bar_stamp_parse and double_parse read it, and where both sides
 * read a text they agree to the bit. Each function returns the position behind what it read, which
 * is never `end`, or NULL when it declines; whether the cell ends there is the caller's to see. */
#ifndef PLAYBOOK_FEEDS_BAR_QUICK_H
#define PLAYBOOK_FEEDS_BAR_QUICK_H

#include "service/feeds/bar_stamp.h"

#include <stdint.h>

/* The last date read, since most rows have the date of the row above. Starts zeroed. */
struct quick_date {
    char text[10];
    int64_t midnight_us;
};

/* "2024-06-28T13:30:00Z", also with a space, with "-04:00", and naive where `zone` helps. */
const char *quick_stamp(const char *text, const char *end, const struct bar_zone *zone,
                        struct quick_date *date, int64_t *ret_time_us);

/* Up to 19 digits, with or without a point among them, as the double nearest to them. */
const char *quick_number(const char *text, const char *end, double *ret_value);

#endif
