#include "service/feeds/bar_file.h"

#include "service/base/file.h"
#include "service/base/memory.h"
#include "service/feeds/bar_csv.h"
#include "service/feeds/bar_parquet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A bar's place in time, and in the file where times are equal. */
struct place {
    int64_t time_us;
    size_t row;
};

static int place_compare(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* Rows of equal stamps keep the file's order. */
static void sort(struct series *series)
{
    struct place *places = memory_new(series->count, sizeof *places);
    for (size_t i = 0; i < series->count; i++)
        places[i] = (struct place) { series->bars[i].open_time_us, i };
    qsort(places, series->count, sizeof *places, place_compare);
    struct series sorted = { 0 };
    series_reserve(&sorted, series->count);
    for (size_t i = 0; i < series->count; i++)
        series_append(&sorted, &series->bars[places[i].row]);
    free(places);
    series_release(series);
    *series = sorted;
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_bar(const struct bar *a, const struct bar *b)
{
    return same_number(a->open, b->open) && same_number(a->high, b->high) &&
           same_number(a->low, b->low) && same_number(a->close, b->close) &&
           same_number(a->volume, b->volume) && same_number(a->vwap, b->vwap) &&
           a->trade_count == b->trade_count;
}

/* Of `count` bars with one stamp the last is kept. */
static void note_repeat(struct bar_file_report *report, const struct bar *bars, size_t count)
{
    const struct bar *kept = &bars[count - 1];
    struct bar_repeat repeat = { .time_us = kept->open_time_us };
    for (size_t i = 0; i + 1 < count; i++) {
        if (same_bar(&bars[i], kept))
            repeat.identical++;
        else
            repeat.different++;
    }
    report->duplicates += repeat.identical;
    report->conflicts += repeat.different;
    report->repeats =
        memory_grow(report->repeats, report->repeat_count, &report->repeat_capacity, sizeof repeat);
    report->repeats[report->repeat_count++] = repeat;
}

static void drop_repeats(struct series *series, struct bar_file_report *report)
{
    struct bar *bars = series->bars;
    size_t kept = 0;
    for (size_t begin = 0, end; begin < series->count; begin = end) {
        for (end = begin + 1; end < series->count; end++)
            if (bars[end].open_time_us != bars[begin].open_time_us)
                break;
        if (end - begin > 1)
            note_repeat(report, bars + begin, end - begin);
        bars[kept++] = bars[end - 1];
    }
    series->count = kept;
}

static void put_in_order(struct series *series, struct bar_file_report *report)
{
    const struct bar *bars = series->bars;
    for (size_t i = 1; i < series->count; i++)
        report->unsorted += bars[i].open_time_us < bars[i - 1].open_time_us;
    if (report->unsorted > 0)
        sort(series);
    drop_repeats(series, report);
}

static bool parse(const char *path, const struct file_view *view, const struct bar_zone *zone,
                  struct bar_rows *ret_rows, struct error *error)
{
    if (view->size > BAR_FILE_SIZE_MAX)
        return error_set(error, ERROR_LIMIT,
                         "%s: the file has %zu bytes, more than the %zu allowed", path, view->size,
                         BAR_FILE_SIZE_MAX);
    struct bar_source source = { path, view->bytes, view->size, zone };
    return bar_parquet_is(&source) ? bar_parquet_parse(&source, ret_rows, error)
                                   : bar_csv_parse(&source, ret_rows, error);
}

bool bar_file_read(const char *path, const struct bar_zone *zone, struct series *ret_series,
                   bool *ret_daily, struct bar_file_report *ret_report, struct error *error)
{
    struct file_view view;
    if (!file_view_open(path, &view, error))
        return false;
    struct bar_rows rows;
    bool parsed = parse(path, &view, zone, &rows, error);
    file_view_close(&view);
    if (!parsed)
        return false;
    struct bar_file_report report = { .rows = rows.series.count };
    memcpy(report.ignored_columns, rows.ignored_columns, sizeof report.ignored_columns);
    if (!rows.ascending)
        put_in_order(&rows.series, &report);
    *ret_series = rows.series;
    *ret_daily = rows.daily;
    *ret_report = report;
    return true;
}

void bar_file_report_release(struct bar_file_report *report)
{
    free(report->repeats);
    *report = (struct bar_file_report) { 0 };
}
