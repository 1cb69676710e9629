/* The bars of one symbol from a CSV or Parquet file (bar_csv.h, bar_parquet.h), made ready for
 * use: sorted by time, one bar per stamp. What had to be done for that is counted in a report,
 * so that it becomes a finding of the session it belongs to and is never silent. */
#ifndef PLAYBOOK_FEEDS_BAR_FILE_H
#define PLAYBOOK_FEEDS_BAR_FILE_H

#include "service/base/error.h"
#include "service/feeds/bar_rows.h"
#include "service/feeds/bar_stamp.h"
#include "service/market/series.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Larger files are refused: about 36 million rows, and 2.4 GB of bars. */
#define BAR_FILE_SIZE_MAX ((size_t)2 << 30)

/* The rows dropped because a later row of the file has the same stamp. */
struct bar_repeat {
    int64_t time_us;
    size_t identical; /* said the same as the row kept */
    size_t different;
};

struct bar_file_report {
    size_t rows;                /* bars kept + duplicates + conflicts */
    size_t unsorted;            /* rows whose stamp lies before that of the row above */
    size_t duplicates;          /* rows dropped that were identical to the one kept, the last */
    size_t conflicts;           /* rows dropped that were not */
    struct bar_repeat *repeats; /* where the dropped ones were, sorted by time; owned */
    size_t repeat_count;
    size_t repeat_capacity;
    char ignored_columns[BAR_IGNORED_SIZE]; /* "" when none */
};

/* A file with a header alone is a series without bars; an empty one is an error. *ret_daily: the
 * stamps are dates, and each bar opens at its date's midnight UTC. Errors are those of bar_csv.h
 * and of file_view_open; kind limit above BAR_FILE_SIZE_MAX. The caller releases series and report,
 * which are written only on success. */
bool bar_file_read(const char *path, const struct bar_zone *zone, struct series *ret_series,
                   bool *ret_daily, struct bar_file_report *ret_report, struct error *error);

void bar_file_report_release(struct bar_file_report *report); /* accepts a zeroed one */

#endif
