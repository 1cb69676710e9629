#include "service/feeds/bar_file.h"

#include "service/base/file.h"
#include "service/feeds/bar_csv.h"
#include "service/feeds/bar_parquet.h"

#include <string.h>

/* Starting a thread costs as much as reading some thousand bars: here it pays ten times over. */
#define THREAD_SIZE_MIN ((size_t)512 << 10)

static bool parse(const char *path, const struct file_view *view, const struct bar_zone *zone,
                  size_t threads, struct bar_rows *ret_rows, struct error *error)
{
    if (view->size > BAR_FILE_SIZE_MAX)
        return error_set(error, ERROR_LIMIT,
                         "%s: the file has %zu bytes, more than the %zu allowed", path, view->size,
                         BAR_FILE_SIZE_MAX);
    struct bar_source source = { path, view->bytes, view->size, zone };
    size_t threads_max = view->size / THREAD_SIZE_MIN;
    if (threads > threads_max)
        threads = threads_max;
    return bar_parquet_is(&source) ? bar_parquet_parse(&source, threads, ret_rows, error)
                                   : bar_csv_parse(&source, ret_rows, error);
}

bool bar_file_read(const char *path, const struct bar_zone *zone, size_t threads,
                   struct series *ret_series, bool *ret_daily, struct bar_file_report *ret_report,
                   struct error *error)
{
    struct file_view view;
    if (!file_view_open(path, &view, error))
        return false;
    struct bar_rows rows;
    bool parsed = parse(path, &view, zone, threads, &rows, error);
    file_view_close(&view);
    if (!parsed)
        return false;
    struct bar_file_report report = { .rows = rows.series.count };
    memcpy(report.symbol, rows.symbol, sizeof report.symbol);
    memcpy(report.ignored_columns, rows.ignored_columns, sizeof report.ignored_columns);
    if (!rows.ascending)
        bar_order(&rows.series, &report);
    *ret_series = rows.series;
    *ret_daily = rows.daily;
    *ret_report = report;
    return true;
}
