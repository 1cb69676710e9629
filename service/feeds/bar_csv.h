/* Bars from CSV text, at about the speed at which memory delivers it.
 *
 * The header names the columns, in any order and case: timestamp or date, open, high, low, close
 * and volume, optionally vwap and trade_count; others are ignored. Cells may be quoted or have
 * blanks around them; a byte order mark, CRLF, blank lines and a missing last newline are fine.
 *
 * Every cell has two ways in. The quick one knows the usual shapes, 2024-06-28T13:30:00Z and plain
 * decimals, reads eight bytes at a time and declines everything else; the careful one reads every
 * shape and words the errors. Both give the same bits: a number is the double nearest to its text.
 * What a number says is not judged: nan, inf, 0 and -1 are numbers, and the intake's findings. */
#ifndef PLAYBOOK_FEEDS_BAR_CSV_H
#define PLAYBOOK_FEEDS_BAR_CSV_H

#include "service/base/error.h"
#include "service/feeds/bar_stamp.h"
#include "service/market/series.h"

#include <stdbool.h>
#include <stddef.h>

enum { BAR_CSV_COLUMNS_MAX = 64, BAR_CSV_IGNORED_SIZE = 256 };

struct bar_csv {
    const char *name; /* names the text in errors: the file's path */
    const char *bytes;
    size_t size;
    const struct bar_zone *zone; /* of stamps that have none */
};

struct bar_csv_rows {
    struct series series; /* one bar per row, in the text's order; the caller releases it */
    bool ascending;       /* every stamp lies after the one above */
    bool daily;           /* stamps are dates; without any row: the column is named date */
    char ignored_columns[BAR_CSV_IGNORED_SIZE]; /* "dividends, splits"; "" when there are none */
};

/* Kind data: "QQQ.csv:17: column close: "abc" is not a number (...)"; kind limit: more columns than
 * BAR_CSV_COLUMNS_MAX. The first row says whether the text is daily; then all rows must agree. */
bool bar_csv_parse(const struct bar_csv *csv, struct bar_csv_rows *ret_rows, struct error *error);

#endif
