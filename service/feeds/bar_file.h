/* The bars of one symbol from a CSV or Parquet file (bar_csv.h, bar_parquet.h), made ready for use
 * (bar_order.h). */
#ifndef PLAYBOOK_FEEDS_BAR_FILE_H
#define PLAYBOOK_FEEDS_BAR_FILE_H

#include "service/base/error.h"
#include "service/feeds/bar_order.h"
#include "service/feeds/bar_stamp.h"
#include "service/market/series.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Larger files are refused: about 36 million rows, and 2.4 GB of bars. */
#define BAR_FILE_SIZE_MAX ((size_t)2 << 30)

/* A file with a header alone is a series without bars; an empty one is an error. *ret_daily: the
 * stamps are dates, and each bar opens at its date's midnight UTC. Errors are those of bar_csv.h
 * and of file_view_open; kind limit above BAR_FILE_SIZE_MAX. The caller releases series and report,
 * which are written only on success.
 *
 * A large Parquet file is read on up to `threads` threads, to the same end as on one. */
bool bar_file_read(const char *path, const struct bar_zone *zone, size_t threads,
                   struct series *ret_series, bool *ret_daily, struct bar_file_report *ret_report,
                   struct error *error);

/* How bar files are called: "csv" and "parquet"; ended by NULL. */
extern const char *const bar_file_endings[];

/* The ending of a path behind its last point, one of the table above; NULL: it has none of them. */
const char *bar_file_ending(const char *path);

/* The same for a path that is to be written: kind usage when it has none of them. */
const char *bar_file_ending_wanted(const char *path, struct error *error);

/* Writes the bars as the path's ending says, by file_replace. Errors are of kind usage for another
 * ending, limit above BAR_FILE_SIZE_MAX, else writer. */
bool bar_file_write(const char *path, const struct series *series, bool is_daily,
                    struct error *error);

#endif
