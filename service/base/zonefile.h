/* A compiled zone file (TZif, RFC 8536), as in /usr/share/zoneinfo: bytes in, offsets out. The
 * program keeps time by its own rule (market/newyork); this reader is there to check the rule
 * against the system. Pure; the bytes may be hostile. */
#ifndef PLAYBOOK_BASE_ZONEFILE_H
#define PLAYBOOK_BASE_ZONEFILE_H

#include "service/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "M3.2.0": the second Sunday of March, at 02:00 local time. */
struct zone_change {
    int month, week, weekday; /* 1..12, 1..5 (5: the last), 0..6 from Sunday */
};

/* What the file's footer says of the time behind its last transition. */
struct zone_rule {
    int64_t standard_offset_s; /* daylight time is an hour more */
    struct zone_change begin, end;
};

struct zonefile {
    const unsigned char *times;   /* of the transitions, 8 bytes each, ascending; borrowed */
    const unsigned char *indexes; /* of each transition into types, 1 byte each */
    const unsigned char *types;   /* 6 bytes each; the first holds before all transitions */
    size_t transition_count;
    bool has_rule;
    struct zone_rule rule;
};

/* Borrows the bytes for the zone's life. An error (kind data) says what is wrong with the file:
 * also one of version 1 and one that counts leap seconds are refused. */
bool zonefile_parse(const void *bytes, size_t size, struct zonefile *ret_zone, struct error *error);

/* Local time minus UTC at an instant, in microseconds. From the last transition on the footer
 * speaks, if it has the form of the United States ("EST5EDT,M3.2.0,M11.1.0"); else false. */
bool zonefile_offset_us(const struct zonefile *zone, int64_t time_us, int64_t *ret_offset_us);

#endif
