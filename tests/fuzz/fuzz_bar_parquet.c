/* Bars as Parquet: bytes that begin as a file does are read or refused by name; all other bytes are
 * taken for bars, which are read as they were written. What was read is written and read again. */
#include "service/base/date.h"
#include "service/base/text.h"
#include "service/feeds/bar_parquet.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/parquet_parted.h"

#define YEARS_END_US (UINT64_C(7258118400) * SECOND_US) /* 2200-01-01 */
#define TRADES_MAX (UINT64_C(1) << 53)

static bool parse(const void *bytes, size_t size, struct bar_rows *ret_rows, struct error *error)
{
    static const struct bar_zone zone = { .kind = ZONE_NEW_YORK };
    const struct bar_source source = { "QQQ.parquet", bytes, size, &zone };
    memset(ret_rows, UNTOUCHED, sizeof *ret_rows);
    bool parsed = parted_parse(&source, 3, ret_rows, error);
    if (parsed) {
        assert_no_error(error);
    } else {
        assert_untouched(ret_rows, sizeof *ret_rows);
        assert_error(error, "QQQ.parquet: ");
    }
    return parsed;
}

static bool is_ascending(const struct series *series)
{
    for (size_t i = 1; i < series->count; i++)
        if (series->bars[i].open_time_us <= series->bars[i - 1].open_time_us)
            return false;
    return true;
}

static void assert_same_bars(const struct series *a, const struct series *b)
{
    assert(a->count == b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct bar *left = &a->bars[i], *right = &b->bars[i];
        assert(left->open_time_us == right->open_time_us);
        assert_same_number(left->open, right->open);
        assert_same_number(left->high, right->high);
        assert_same_number(left->low, right->low);
        assert_same_number(left->close, right->close);
        assert_same_number(left->volume, right->volume);
        assert_same_number(left->vwap, right->vwap);
        assert(left->trade_count == right->trade_count);
    }
}

static void assert_read_again(const struct series *series, bool daily)
{
    struct text text = { 0 };
    struct bar_rows rows;
    struct error error = { 0 };
    bar_parquet_format(series, daily, &text);
    bool parsed = parse(text.bytes, text.size, &rows, &error);
    assert(parsed && rows.daily == daily && rows.ascending == is_ascending(series));
    assert_same_bars(series, &rows.series);
    series_release(&rows.series);
    text_release(&text);
}

/* A bar that may be, of any bytes. */
static struct bar bar_of(const uint8_t *bytes, bool daily)
{
    struct bar bar;
    memcpy(&bar, bytes, sizeof bar);
    bar.open_time_us = (int64_t)((uint64_t)bar.open_time_us % YEARS_END_US);
    if (daily)
        bar.open_time_us -= bar.open_time_us % DAY_US;
    bar.trade_count = (int64_t)((uint64_t)bar.trade_count % TRADES_MAX) - 1;
    return bar;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (bar_parquet_is(&(struct bar_source) { .bytes = (const char *)bytes, .size = size })) {
        struct bar_rows rows;
        struct error error = { 0 };
        if (!parse(bytes, size, &rows, &error))
            return 0;
        assert(rows.series.count <= rows.series.capacity);
        assert(rows.ascending == is_ascending(&rows.series));
        assert_read_again(&rows.series, rows.daily);
        series_release(&rows.series);
        return 0;
    }
    struct series series = { 0 };
    bool daily = size % 2 > 0;
    for (size_t at = 0; at + sizeof(struct bar) <= size; at += sizeof(struct bar)) {
        struct bar bar = bar_of(bytes + at, daily);
        series_append(&series, &bar);
    }
    assert_read_again(&series, daily);
    series_release(&series);
    return 0;
}
