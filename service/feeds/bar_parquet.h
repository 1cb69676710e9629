/* Bars as Parquet: what pandas, pyarrow, polars and DuckDB write by default is read, and what is
 * written here they read.
 *
 * Columns are named as in bar_csv.h, in any order and case. The stamp is a TIMESTAMP in ms, us or
 * ns, a DATE, or an INT64 of seconds, ms, us or ns since 1970; numbers are INT32, INT64, FLOAT or
 * DOUBLE. A stamp that is not adjusted to UTC needs the source's zone. A null is allowed in vwap
 * and trade_count (none); elsewhere it is NaN, for the intake to find. */
#ifndef PLAYBOOK_FEEDS_BAR_PARQUET_H
#define PLAYBOOK_FEEDS_BAR_PARQUET_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/feeds/bar_rows.h"

#include <stdbool.h>

/* Whether the bytes begin as a Parquet file does. */
bool bar_parquet_is(const struct bar_source *source);

/* Kind data: the message names file, column and what is wrong, or which feature is not read
 * ("QQQ.parquet: column close: encoding DELTA_BYTE_ARRAY is not read"). */
bool bar_parquet_parse(const struct bar_source *source, struct bar_rows *ret_rows,
                       struct error *error);

/* The bars as a file's bytes, appended to *ret_text: zstd, statistics, one row group for every
 * 65,536 bars; `timestamp` in us UTC, or `date` for daily bars. The columns vwap and trade_count
 * are there when a bar has one. */
void bar_parquet_format(const struct series *series, bool is_daily, struct text *ret_text);

#endif
