/* New York's clock by rule, since 1987: daylight time from the first Sunday of April to the last of
 * October, from 2007 on from the second Sunday of March to the first of November, each change at
 * 02:00 local time (Uniform Time Act, 15 U.S.C. 260a). Pure: no zone file, no TZ. Before 1987 the
 * rule of 1987 is used, which is not what clocks showed. */
#ifndef PLAYBOOK_MARKET_NEWYORK_H
#define PLAYBOOK_MARKET_NEWYORK_H

#include <stdint.h>

/* Local time minus UTC at an instant, in microseconds: -4 or -5 hours. */
int64_t newyork_offset_us(int64_t time_us);

/* The instant of a local clock reading (date at midnight plus offset within the day, as if UTC). A
 * reading that occurs twice gives the first; one that the spring change skips gives the instant an
 * hour later on the clock. */
int64_t newyork_to_utc_us(int64_t local_us);

#endif
