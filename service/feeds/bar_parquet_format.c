/* bar_parquet_format of bar_parquet.h: takes bars apart into columns. */
#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/feeds/bar_parquet.h"
#include "service/parquet/write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_BARS = 65536 };
enum field { TIMESTAMP, DATE, OPEN, HIGH, LOW, CLOSE, VOLUME, VWAP, TRADE_COUNT, FIELD_COUNT };

static const struct written_column columns[FIELD_COUNT] = {
    [TIMESTAMP] = { "timestamp", PARQUET_INT64, MEANING_TIMESTAMP, false },
    [DATE] = { "date", PARQUET_INT32, MEANING_DATE, false },
    [OPEN] = { "open", PARQUET_DOUBLE, MEANING_NONE, false },
    [HIGH] = { "high", PARQUET_DOUBLE, MEANING_NONE, false },
    [LOW] = { "low", PARQUET_DOUBLE, MEANING_NONE, false },
    [CLOSE] = { "close", PARQUET_DOUBLE, MEANING_NONE, false },
    [VOLUME] = { "volume", PARQUET_DOUBLE, MEANING_NONE, false },
    [VWAP] = { "vwap", PARQUET_DOUBLE, MEANING_NONE, true },
    [TRADE_COUNT] = { "trade_count", PARQUET_INT64, MEANING_NONE, true },
};

/* Where in a bar a field's eight bytes lie; a date is made from the stamp. */
static const size_t offsets[FIELD_COUNT] = {
    [TIMESTAMP] = offsetof(struct bar, open_time_us),
    [OPEN] = offsetof(struct bar, open),
    [HIGH] = offsetof(struct bar, high),
    [LOW] = offsetof(struct bar, low),
    [CLOSE] = offsetof(struct bar, close),
    [VOLUME] = offsetof(struct bar, volume),
    [VWAP] = offsetof(struct bar, vwap),
    [TRADE_COUNT] = offsetof(struct bar, trade_count),
};

/* Only vwap and trade_count may be absent: what is NaN elsewhere stays a NaN. */
static bool has(const struct bar *bar, enum field field)
{
    return field == VWAP ? !isnan(bar->vwap) : field != TRADE_COUNT || bar->trade_count != -1;
}

static bool any_has(const struct series *series, enum field field)
{
    for (size_t i = 0; i < series->count; i++)
        if (has(&series->bars[i], field))
            return true;
    return false;
}

static uint64_t word_of(const struct bar *bar, enum field field)
{
    if (field == DATE)
        return (uint64_t)date_of_instant(bar->open_time_us);
    uint64_t word;
    memcpy(&word, (const char *)bar + offsets[field], sizeof word);
    return word;
}

static void append_column(struct parquet_writer *writer, const struct series *group,
                          enum field field)
{
    uint64_t *words = memory_new(group->count, sizeof *words);
    bool *present = memory_new(group->count, sizeof *present);
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        present[i] = has(&group->bars[i], field);
        if (present[i])
            words[count++] = word_of(&group->bars[i], field);
    }
    struct written_values values = {
        .words = words,
        .count = count,
        .present = columns[field].is_optional ? present : NULL,
        .rows = group->count,
    };
    parquet_writer_append(writer, &values);
    free(words);
    free(present);
}

/* The columns that bars of a file have: of the two stamps one, of the optional ones all or those
 * that some bar has. */
static size_t choose(const struct series *series, bool is_daily, bool takes_all,
                     enum field fields[static FIELD_COUNT])
{
    size_t count = 0;
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        bool is_other_stamp = field == (is_daily ? TIMESTAMP : DATE);
        bool is_wanted = takes_all || !columns[field].is_optional || any_has(series, field);
        if (!is_other_stamp && is_wanted)
            fields[count++] = field;
    }
    return count;
}

static void format(const struct series *series, const enum field *fields, size_t count,
                   const struct parquet_pair *pairs, size_t pair_count, struct text *ret_text)
{
    struct written_column chosen[FIELD_COUNT];
    for (size_t i = 0; i < count; i++)
        chosen[i] = columns[fields[i]];
    struct parquet_writer writer;
    parquet_writer_begin(&writer, chosen, count, ret_text);
    for (size_t begin = 0; begin < series->count; begin += GROUP_BARS) {
        size_t left = series->count - begin;
        struct series group =
            series_slice(series, begin, begin + (left < GROUP_BARS ? left : GROUP_BARS));
        for (size_t i = 0; i < count; i++)
            append_column(&writer, &group, fields[i]);
    }
    parquet_writer_end(&writer, pairs, pair_count);
}

void bar_parquet_format(const struct series *series, bool is_daily, struct text *ret_text)
{
    enum field fields[FIELD_COUNT];
    size_t count = choose(series, is_daily, false, fields);
    format(series, fields, count, NULL, 0, ret_text);
}

void bar_parquet_format_part(const struct series *series, bool is_daily,
                             const struct parquet_pair *pairs, size_t pair_count,
                             struct text *ret_text)
{
    enum field fields[FIELD_COUNT];
    size_t count = choose(series, is_daily, true, fields);
    format(series, fields, count, pairs, pair_count, ret_text);
}
