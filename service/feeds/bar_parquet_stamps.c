#include "service/feeds/bar_parquet_stamps.h"

#include "service/base/date.h"
#include "service/feeds/bar_columns.h"
#include "service/parquet/values.h"

#include <stdio.h>

/* Stamps lie before it, as those of text do. */
#define END_US (INT64_C(7258118400) * SECOND_US) /* 2200-01-01T00:00:00Z */

enum { COUNT_TEXT_SIZE = 24 };

static struct parquet_ratio ratio_of(const struct parquet_column *column)
{
    if (column->meaning == MEANING_DATE)
        return (struct parquet_ratio) { DAY_US, 1 };
    if (column->meaning != MEANING_TIMESTAMP)
        return (struct parquet_ratio) { 0, 0 };
    if (column->units_per_second > SECOND_US)
        return (struct parquet_ratio) { 1, column->units_per_second / SECOND_US };
    return (struct parquet_ratio) { SECOND_US / column->units_per_second, 1 };
}

bool parquet_stamps_init(struct parquet_stamps *stamps, const struct parquet_footer *footer,
                         const struct parquet_column *column, const struct bar_zone *zone,
                         struct error *error)
{
    bool is_date = column->type == PARQUET_INT32 && column->meaning == MEANING_DATE;
    bool is_time = column->type == PARQUET_INT64 &&
                   (column->meaning == MEANING_TIMESTAMP || column->meaning == MEANING_NONE ||
                    column->meaning == MEANING_UNSIGNED);
    char type[PARQUET_TYPE_TEXT_SIZE];
    if (column->is_nested || (!is_date && !is_time))
        return parquet_column_error(
            footer, column, error,
            "%s is not read as a time (TIMESTAMP, DATE or INT64 was expected)",
            parquet_column_type(column, type));
    bool is_naive = column->meaning == MEANING_TIMESTAMP && !column->is_utc;
    *stamps = (struct parquet_stamps) {
        .footer = footer,
        .column = column,
        .zone = zone,
        .ratio = ratio_of(column),
        .is_naive = is_naive,
        .is_deferred = is_naive && bar_name_is(column->name, column->name_size, "date"),
        .are_midnights = true,
        .are_ascending = true,
        .last_us = INT64_MIN,
        .row = 1,
    };
    return true;
}

static bool no_zone(const struct parquet_stamps *stamps, struct error *error)
{
    return parquet_column_error(stamps->footer, stamps->column, error,
                                "its times name no zone (say it with --zone America/New_York, UTC "
                                "or +HH:MM)");
}

static bool no_time(const struct parquet_stamps *stamps, size_t row, uint64_t word,
                    struct error *error)
{
    if ((int64_t)word == PARQUET_NULL_INTEGER)
        return parquet_column_error(stamps->footer, stamps->column, error, "row %zu is null",
                                    stamps->row + row);
    return parquet_column_error(stamps->footer, stamps->column, error,
                                "row %zu: %lld is no time %s", stamps->row + row, (long long)word,
                                stamps->ratio.multiplier != 0
                                    ? "between 1970 and 2199"
                                    : "(seconds, ms, us or ns since 1970 was expected)");
}

/* A count since 1970 in the unit that its size says; sizes are judged where those of text are. */
static bool count_to_time(int64_t count, int64_t *ret_time_us)
{
    char text[COUNT_TEXT_SIZE];
    const struct bar_zone utc = { .kind = ZONE_UTC };
    int size = snprintf(text, sizeof text, "%lld", (long long)count);
    return bar_stamp_parse(text, (size_t)size, &utc, ret_time_us) == STAMP_INSTANT;
}

/* Counts of one unit lie between others of that unit. */
static bool ratio_of_counts(int64_t first, int64_t last, struct parquet_ratio *ret_ratio)
{
    int64_t first_us, last_us;
    if (!count_to_time(first, &first_us) || !count_to_time(last, &last_us))
        return false;
    bool is_fine = first > first_us; /* finer than microseconds */
    *ret_ratio =
        (struct parquet_ratio) { is_fine ? 1 : first_us / first, is_fine ? first / first_us : 1 };
    return is_fine ? last / last_us == ret_ratio->divisor : last_us / last == ret_ratio->multiplier;
}

static bool counts_convert(const struct parquet_stamps *stamps, uint64_t *words, size_t count,
                           struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        int64_t time_us;
        if (!count_to_time((int64_t)words[i], &time_us))
            return no_time(stamps, i, words[i], error);
        words[i] = (uint64_t)time_us;
    }
    return true;
}

static bool span_check(const struct parquet_stamps *stamps, const uint64_t *words, size_t count,
                       struct error *error)
{
    struct parquet_ratio ratio = stamps->ratio;
    uint64_t end = (uint64_t)(END_US / ratio.multiplier * ratio.divisor);
    for (size_t i = 0; i < count; i++)
        if (words[i] >= end)
            return no_time(stamps, i, words[i], error);
    return true;
}

static void scale(struct parquet_ratio ratio, uint64_t *words, size_t count)
{
    if (ratio.divisor == 1000)
        for (size_t i = 0; i < count; i++)
            words[i] /= 1000;
    else if (ratio.multiplier != 1)
        for (size_t i = 0; i < count; i++)
            words[i] *= (uint64_t)ratio.multiplier;
}

static void find_span(const uint64_t *words, size_t count, int64_t *ret_first, int64_t *ret_last)
{
    *ret_first = *ret_last = (int64_t)words[0];
    for (size_t i = 1; i < count; i++) {
        int64_t word = (int64_t)words[i];
        *ret_first = word < *ret_first ? word : *ret_first;
        *ret_last = word > *ret_last ? word : *ret_last;
    }
}

/* To microseconds, as if all were in UTC. */
static bool scale_all(const struct parquet_stamps *stamps, uint64_t *words, size_t count,
                      struct error *error)
{
    struct parquet_ratio ratio = stamps->ratio;
    if (ratio.multiplier == 0) {
        int64_t first, last;
        find_span(words, count, &first, &last);
        if (!ratio_of_counts(first, last, &ratio))
            return counts_convert(stamps, words, count, error);
    } else if (!span_check(stamps, words, count, error))
        return false;
    scale(ratio, words, count);
    return true;
}

/* Only a day on which the offset changes is asked about stamp by stamp. */
static int64_t to_utc(struct parquet_stamps *stamps, int64_t local_us)
{
    if (local_us >= stamps->day_begin_us && local_us < stamps->day_end_us)
        return local_us - stamps->day_offset_us;
    int64_t midnight_us = local_us - local_us % DAY_US;
    int64_t begin_us = midnight_us;
    int64_t end_us = midnight_us + DAY_US;
    int64_t time_us = local_us;
    bar_zone_to_utc(stamps->zone, &begin_us);
    bar_zone_to_utc(stamps->zone, &end_us);
    bar_zone_to_utc(stamps->zone, &time_us);
    if (end_us - begin_us == DAY_US) {
        stamps->day_begin_us = midnight_us;
        stamps->day_end_us = midnight_us + DAY_US;
        stamps->day_offset_us = midnight_us - begin_us;
    }
    return time_us;
}

static void note_time(struct parquet_stamps *stamps, int64_t time_us)
{
    stamps->are_ascending &= time_us > stamps->last_us;
    stamps->last_us = time_us;
}

bool parquet_stamps_convert(struct parquet_stamps *stamps, uint64_t *words, size_t count,
                            struct error *error)
{
    bool has_zone = stamps->zone->kind != ZONE_NONE;
    if (stamps->is_naive && !stamps->is_deferred && !has_zone)
        return no_zone(stamps, error);
    if (count == 0 || !scale_all(stamps, words, count, error))
        return count == 0;
    if (stamps->is_deferred)
        for (size_t i = 0; i < count && stamps->are_midnights; i++)
            stamps->are_midnights = words[i] % DAY_US == 0;
    else if (stamps->is_naive)
        for (size_t i = 0; i < count; i++)
            words[i] = (uint64_t)to_utc(stamps, (int64_t)words[i]);
    for (size_t i = 0; i < count; i++)
        note_time(stamps, (int64_t)words[i]);
    stamps->row += count;
    return true;
}

void parquet_stamps_join(struct parquet_stamps *stamps, const struct parquet_stamps *next,
                         int64_t first_us)
{
    stamps->are_midnights &= next->are_midnights;
    stamps->are_ascending &= next->are_ascending && first_us > stamps->last_us;
    stamps->last_us = next->last_us;
    stamps->row = next->row;
}

bool parquet_stamps_finish(struct parquet_stamps *stamps, struct bar_rows *rows,
                           struct error *error)
{
    const struct parquet_column *column = stamps->column;
    struct series *series = &rows->series;
    bool is_turned = stamps->is_deferred && !stamps->are_midnights;
    if (is_turned) {
        if (stamps->zone->kind == ZONE_NONE)
            return no_zone(stamps, error);
        stamps->are_ascending = true;
        stamps->last_us = INT64_MIN;
        for (size_t i = 0; i < series->count; i++) {
            series->bars[i].open_time_us = to_utc(stamps, series->bars[i].open_time_us);
            note_time(stamps, series->bars[i].open_time_us);
        }
    }
    rows->daily = column->meaning == MEANING_DATE || (stamps->is_deferred && !is_turned);
    rows->ascending = stamps->are_ascending;
    return true;
}
