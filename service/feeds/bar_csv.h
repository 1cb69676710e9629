/* Bars from CSV text, at about the speed at which memory delivers it.
 *
 * The header names the columns (bar_columns.h). A column `symbol` must say the same in every row.
 * Cells may be quoted or have blanks around them; a byte order mark, CRLF, blank lines and a
 * missing last newline are fine.
 *
 * Every cell has two ways in. The quick one knows the usual shapes, 2024-06-28T13:30:00Z and plain
 * decimals, reads eight bytes at a time and declines everything else; the careful one reads every
 * shape and words the errors. Both give the same bits: a number is the double nearest to its text.
 * What a number says is not judged: nan, inf, 0 and -1 are numbers, and the intake's findings. */
#ifndef PLAYBOOK_FEEDS_BAR_CSV_H
#define PLAYBOOK_FEEDS_BAR_CSV_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/feeds/bar_rows.h"

#include <stdbool.h>

enum { BAR_CSV_COLUMNS_MAX = 64 };

/* Kind data: "QQQ.csv:17: column close: "abc" is not a number (...)"; kind limit: more columns than
 * BAR_CSV_COLUMNS_MAX. The first row says whether the text is daily; then all rows must agree.
 * Without any row, a column named date does. */
bool bar_csv_parse(const struct bar_source *source, struct bar_rows *ret_rows, struct error *error);

/* The bars as CSV, appended to *ret_text, in one form that reads back as the same bars: stamps in
 * UTC, or dates for daily bars, and each number as its shortest text. The columns vwap and
 * trade_count are there when a bar has one; a bar without has an empty cell. */
void bar_csv_format(const struct series *series, bool is_daily, struct text *ret_text);

#endif
