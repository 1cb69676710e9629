#include "tests/support/parquet_parted.h"

#include <assert.h>
#include <string.h>

static void assert_same_rows(const struct bar_rows *parted, const struct bar_rows *whole)
{
    size_t count = whole->series.count;
    assert(parted->series.count == count);
    assert(count == 0 || memcmp(parted->series.bars, whole->series.bars,
                                count * sizeof *whole->series.bars) == 0);
    assert(parted->ascending == whole->ascending && parted->daily == whole->daily);
    assert(strcmp(parted->symbol, whole->symbol) == 0);
    assert(strcmp(parted->ignored_columns, whole->ignored_columns) == 0);
}

bool parted_parse(const struct bar_source *source, size_t threads_max, struct bar_rows *ret_rows,
                  struct error *error)
{
    bool is_read = bar_parquet_parse(source, 1, ret_rows, error);
    for (size_t threads = 2; threads <= threads_max; threads++) {
        struct bar_rows rows = { 0 };
        struct error parted = { 0 };
        bool is_parted = bar_parquet_parse(source, threads, &rows, &parted);
        assert(is_parted == is_read);
        if (is_read)
            assert_same_rows(&rows, ret_rows);
        else
            assert(parted.kind == error->kind && strcmp(parted.message, error->message) == 0);
        series_release(&rows.series);
    }
    return is_read;
}
