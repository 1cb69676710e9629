/* The rows of a bar file as its format's reader gives them, before bar_file makes them ready. */
#ifndef PLAYBOOK_FEEDS_BAR_ROWS_H
#define PLAYBOOK_FEEDS_BAR_ROWS_H

#include "service/feeds/bar_stamp.h"
#include "service/market/series.h"
#include "service/market/symbol.h"

#include <stdbool.h>
#include <stddef.h>

enum { BAR_IGNORED_SIZE = 256 };

/* What is to be read; all borrowed. */
struct bar_source {
    const char *name; /* names it in errors: the file's path */
    const char *bytes;
    size_t size;
    const struct bar_zone *zone; /* of stamps that have none */
};

struct bar_rows {
    struct series series; /* one bar per row, in the source's order; the caller releases it */
    bool ascending;       /* every stamp lies after the one above */
    bool daily;           /* stamps are dates, each bar opens at its date's midnight UTC */
    char symbol[SYMBOL_TEXT_SIZE]; /* what a column `symbol` says in every row; "" without one */
    char ignored_columns[BAR_IGNORED_SIZE]; /* "dividends, splits"; "" when there are none */
};

#endif
