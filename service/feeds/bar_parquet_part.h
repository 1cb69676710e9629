/* The rows of a Parquet file of bars from one up to another. Parts of one file are read at the same
 * time: what they share is only looked at. */
#ifndef PLAYBOOK_FEEDS_BAR_PARQUET_PART_H
#define PLAYBOOK_FEEDS_BAR_PARQUET_PART_H

#include "service/base/error.h"
#include "service/feeds/bar_columns.h"
#include "service/feeds/bar_parquet_stamps.h"
#include "service/feeds/bar_rows.h"
#include "service/parquet/footer.h"

#include <stdbool.h>
#include <stddef.h>

/* What the parts of a file share. */
struct bar_parquet_file {
    const struct bar_source *source;
    struct parquet_footer footer;                      /* none of its row groups was read yet */
    const struct parquet_column *columns[FIELD_COUNT]; /* NULL: not there */
    size_t rows_trusted; /* memory for so many is taken before they are found to be there */
};

struct bar_parquet_part {
    size_t begin, end;             /* its rows; the last part ends where the footer says */
    struct series series;          /* one bar per row; grows unless there is room for all */
    struct parquet_stamps stamps;  /* what is known of the rows' stamps */
    char symbol[SYMBOL_TEXT_SIZE]; /* what each row says; "" without such a column */
};

/* Reads the rows of a part whose series is empty. Errors are those of bar_parquet.h; the series may
 * then hold some of the rows. */
bool bar_parquet_part_read(const struct bar_parquet_file *file, struct bar_parquet_part *part,
                           struct error *error);

#endif
