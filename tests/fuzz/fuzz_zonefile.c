/* Compiled zone files: offsets at and in front of each transition are those of its types, and
 * behind the last one those of the footer's rule. */
#include "service/base/date.h"
#include "service/base/zonefile.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { TRANSITIONS_SEEN = 50, MONTHS_SEEN = 30 };

static int64_t number_at(const unsigned char *bytes, size_t size)
{
    uint64_t number = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return (int64_t)number;
}

static int64_t type_offset_us(const struct zonefile *zone, size_t type)
{
    return number_at(zone->types + 6 * type, 4) * SECOND_US;
}

/* Of each but the last, from which on the footer speaks. */
static void assert_transitions(const struct zonefile *zone)
{
    for (size_t i = 0; i + 1 < zone->transition_count && i < TRANSITIONS_SEEN; i++) {
        int64_t time_s = number_at(zone->times + 8 * i, 8), before_us, offset_us;
        if (llabs(time_s) > INT64_MAX / SECOND_US - 1)
            continue;
        int64_t time_us = time_s * SECOND_US;
        bool known = zonefile_offset_us(zone, time_us, &offset_us);
        assert(known && offset_us == type_offset_us(zone, zone->indexes[i]));
        assert(llabs(offset_us) <= 26 * HOUR_US);
        known = zonefile_offset_us(zone, time_us - 1, &before_us);
        assert(known && before_us == type_offset_us(zone, i > 0 ? zone->indexes[i - 1] : 0));
    }
}

static void assert_rule(const struct zonefile *zone)
{
    size_t count = zone->transition_count;
    int64_t last_s = count > 0 ? number_at(zone->times + 8 * (count - 1), 8) : 0;
    if (llabs(last_s) > INT64_MAX / SECOND_US / 2)
        return;
    int64_t standard_us = zone->rule.standard_offset_s * SECOND_US;
    for (int month = 0; month < MONTHS_SEEN; month++) {
        int64_t offset_us, time_us = last_s * SECOND_US + month * 30 * DAY_US;
        bool known = zonefile_offset_us(zone, time_us, &offset_us);
        assert(known == zone->has_rule);
        assert(!known || offset_us == standard_us || offset_us == standard_us + HOUR_US);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct zonefile zone;
    struct error error = { 0 };
    memset(&zone, UNTOUCHED, sizeof zone);
    if (!zonefile_parse(bytes, size, &zone, &error)) {
        assert_untouched(&zone, sizeof zone);
        assert_error(&error, "");
        return 0;
    }
    assert_no_error(&error);
    assert_transitions(&zone);
    assert_rule(&zone);
    return 0;
}
