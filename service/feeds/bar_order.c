#include "service/feeds/bar_order.h"

#include "service/base/memory.h"

#include <math.h>
#include <stdlib.h>

/* A bar's place in time, and in its source where times are equal. */
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

static bool steps_back(const struct series *series, size_t row)
{
    return row > 0 && series->bars[row].open_time_us < series->bars[row - 1].open_time_us;
}

/* Rows of equal stamps keep their source's order. */
static void sort(struct series *series, struct bar_file_report *report)
{
    struct place *places = memory_new(series->count, sizeof *places);
    for (size_t i = 0; i < series->count; i++)
        places[i] = (struct place) { series->bars[i].open_time_us, i };
    qsort(places, series->count, sizeof *places, place_compare);
    struct series sorted = { 0 };
    series_reserve(&sorted, series->count);
    report->unsorted_us = memory_new(report->unsorted, sizeof *report->unsorted_us);
    size_t unsorted = 0;
    for (size_t i = 0; i < series->count; i++) {
        series_append(&sorted, &series->bars[places[i].row]);
        if (steps_back(series, places[i].row))
            report->unsorted_us[unsorted++] = places[i].time_us;
    }
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

void bar_order(struct series *series, struct bar_file_report *report)
{
    for (size_t row = 1; row < series->count; row++)
        report->unsorted += steps_back(series, row);
    if (report->unsorted > 0)
        sort(series, report);
    drop_repeats(series, report);
}

void bar_file_report_release(struct bar_file_report *report)
{
    free(report->unsorted_us);
    free(report->repeats);
    *report = (struct bar_file_report) { 0 };
}
