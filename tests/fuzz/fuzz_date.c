/* Dates, stamps and zones: what is parsed says the same again, what is formatted is parsed as what
 * it was, and New York's clock goes there and back. */
#include "service/base/date.h"
#include "service/feeds/bar_stamp.h"
#include "service/market/newyork.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#define YEARS_END_US (INT64_C(7258118400) * SECOND_US) /* 2200-01-01 */

static bool sayable(int64_t time_us)
{
    return time_us >= 0 && time_us < YEARS_END_US;
}

static void assert_date(int32_t date)
{
    struct civil civil = date_to_civil(date);
    assert(civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31);
    assert(date_from_civil(civil.year, civil.month, civil.day) == date);
    if (date < INT32_MAX) {
        struct civil next = date_to_civil(date + 1);
        assert(next.day == civil.day + 1 || (next.day == 1 && civil.day >= 28));
        assert((next.day == 1) == (next.month != civil.month));
        assert(date_weekday(date + 1) == (date_weekday(date) + 1) % 7);
    }
    char text[DATE_TEXT_SIZE];
    int32_t again;
    bool parsed = date_parse(date_format(date, text), strlen(text), &again);
    assert(parsed == (date >= 0 && date < YEARS_END_US / DAY_US));
    assert(!parsed || again == date);
}

static void assert_instant(int64_t time_us)
{
    char text[TIMESTAMP_TEXT_SIZE];
    int64_t again_us;
    bool has_zone;
    bool parsed =
        timestamp_parse(timestamp_format(time_us, text), strlen(text), &again_us, &has_zone);
    assert(parsed == sayable(time_us));
    assert(!parsed || (has_zone && again_us == time_us));
    if (!sayable(time_us))
        return;
    int64_t midnight_us = date_of_instant(time_us) * DAY_US;
    assert(midnight_us <= time_us && time_us < midnight_us + DAY_US);
    int64_t local_us = time_us + newyork_offset_us(time_us);
    int64_t back_us = newyork_to_utc_us(local_us);
    assert(back_us == time_us || back_us == time_us - HOUR_US); /* an hour that comes twice */
    int64_t utc_us = newyork_to_utc_us(time_us);
    local_us = utc_us + newyork_offset_us(utc_us);
    assert(local_us == time_us || local_us == time_us + HOUR_US); /* an hour that is skipped */
}

static void assert_date_parse(const char *text, size_t size)
{
    int32_t date;
    char again[DATE_TEXT_SIZE];
    memset(&date, UNTOUCHED, sizeof date);
    if (!date_parse(text, size, &date)) {
        assert_untouched(&date, sizeof date);
        return;
    }
    assert(size == strlen(date_format(date, again)) && memcmp(text, again, size) == 0);
    assert_date(date);
}

/* An instant as bar files say it is the one that timestamp_parse reads, wherever it says so. */
static void assert_stamp_parse(const char *text, size_t size)
{
    static const struct bar_zone nowhere = { 0 }, utc = { .kind = ZONE_UTC },
                                 east = { .kind = ZONE_FIXED, .offset_us = HOUR_US };
    int64_t time_us, stamp_us, utc_us, east_us;
    bool has_zone;
    memset(&time_us, UNTOUCHED, sizeof time_us);
    stamp_us = time_us;
    bool is_timestamp = timestamp_parse(text, size, &time_us, &has_zone);
    enum bar_stamp_kind kind = bar_stamp_parse(text, size, &nowhere, &stamp_us);
    enum bar_stamp_kind utc_kind = bar_stamp_parse(text, size, &utc, &utc_us);
    bar_stamp_parse(text, size, &east, &east_us);
    if (!is_timestamp)
        assert_untouched(&time_us, sizeof time_us);
    if (kind == STAMP_WRONG || kind == STAMP_NAIVE)
        assert_untouched(&stamp_us, sizeof stamp_us);
    if (is_timestamp) {
        assert(kind == (has_zone ? STAMP_INSTANT : STAMP_NAIVE) && utc_kind == STAMP_INSTANT);
        assert(utc_us == time_us && east_us == (has_zone ? time_us : time_us - HOUR_US));
        assert_instant(time_us);
    } else if (kind != STAMP_WRONG) {
        assert(kind == utc_kind && stamp_us == utc_us && stamp_us == east_us && sayable(stamp_us));
        assert((kind == STAMP_DATE) == (size == 10 && text[4] == '-'));
    }
}

static void assert_clock_parse(const char *text, size_t size)
{
    int minute, again;
    char buffer[CLOCK_TEXT_SIZE];
    memset(&minute, UNTOUCHED, sizeof minute);
    if (!clock_time_parse(text, size, &minute)) {
        assert_untouched(&minute, sizeof minute);
        return;
    }
    assert(minute >= 0 && minute <= 24 * 60);
    bool parsed = clock_time_parse(clock_time_format(minute, buffer), strlen(buffer), &again);
    assert(parsed && again == minute);
    assert(memcmp(buffer + strlen(buffer) - size, text, size) == 0);
}

static void assert_zone_parse(const char *bytes, size_t size)
{
    char *text = strndup(bytes, size);
    struct bar_zone zone;
    struct error error = { 0 };
    memset(&zone, UNTOUCHED, sizeof zone);
    if (bar_zone_parse(text, &zone, &error)) {
        assert(zone.kind != ZONE_NONE && llabs(zone.offset_us) <= 14 * HOUR_US);
        assert(zone.kind == ZONE_FIXED || zone.offset_us == 0);
    } else {
        assert_untouched(&zone, sizeof zone);
        assert_error(&error, "\"");
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    assert_date_parse(text, size);
    assert_stamp_parse(text, size);
    assert_clock_parse(text, size);
    assert_zone_parse(text, size);
    int64_t time_us;
    if (size < sizeof time_us)
        return 0;
    memcpy(&time_us, bytes, sizeof time_us);
    assert_date((int32_t)time_us);
    assert_instant(time_us);
    assert_instant((int64_t)((uint64_t)time_us % (uint64_t)YEARS_END_US));
    return 0;
}
