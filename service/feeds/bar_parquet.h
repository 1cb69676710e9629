/* Bars as Parquet: what pandas, pyarrow, polars and DuckDB write by default is read, and what is
 * written here they read.
 *
 * Columns are found by name (bar_columns.h), the stamp also as __index_level_0__, the index that
 * pandas has no name for. It is a TIMESTAMP, a DATE or an INT64 (parquet_stamps.h); numbers are
 * INT32, INT64, FLOAT or DOUBLE; a column `symbol` must say the same in every row. A null is none
 * in vwap and trade_count, an error in the stamp, and elsewhere NaN, for the intake to find. */
#ifndef PLAYBOOK_FEEDS_BAR_PARQUET_H
#define PLAYBOOK_FEEDS_BAR_PARQUET_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/feeds/bar_rows.h"
#include "service/parquet/write.h"

#include <stdbool.h>

/* Whether the bytes begin as a Parquet file does. */
bool bar_parquet_is(const struct bar_source *source);

/* Kind data: the message names file, column and what is wrong, or which feature is not read
 * ("QQQ.parquet: column close: encoding DELTA_BYTE_ARRAY is not read"). Kind limit: more than
 * 67,108,864 rows, more than 65,536 and 1,024 for every byte of the file, or too many columns.
 * Within that, memory grows only as rows are found to be there. The number of threads makes no
 * difference to rows and messages; none is one. */
bool bar_parquet_parse(const struct bar_source *source, size_t threads, struct bar_rows *ret_rows,
                       struct error *error);

/* The bars as a file's bytes, appended to *ret_text: zstd, statistics, one row group for every
 * 65,536 bars; `timestamp` in us UTC, or `date` for daily bars. The columns vwap and trade_count
 * are there when a bar has one. */
void bar_parquet_format(const struct series *series, bool is_daily, struct text *ret_text);

/* The same for a file that is one of several: with all columns, so that the files have one schema
 * and open as one table, and with what else there is to say of it. */
void bar_parquet_format_part(const struct series *series, bool is_daily,
                             const struct parquet_pair *pairs, size_t pair_count,
                             struct text *ret_text);

#endif
