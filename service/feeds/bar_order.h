/* Rows of bars made ready for use: sorted by time, one bar per stamp. What had to be done for that
 * is counted in a report, so that it becomes a finding of the session it belongs to and is never
 * silent. */
#ifndef PLAYBOOK_FEEDS_BAR_ORDER_H
#define PLAYBOOK_FEEDS_BAR_ORDER_H

#include "service/feeds/bar_rows.h"
#include "service/market/series.h"
#include "service/market/symbol.h"

#include <stddef.h>
#include <stdint.h>

/* The rows dropped because a later one has the same stamp. */
struct bar_repeat {
    int64_t time_us;
    size_t identical; /* said the same as the row kept */
    size_t different;
};

/* Rows stand in the order in which their source gives them: a file, or a provider's pages. */
struct bar_file_report {
    size_t rows;                /* bars kept + duplicates + conflicts */
    size_t unsorted;            /* rows whose stamp lies before that of the row above */
    int64_t *unsorted_us;       /* their stamps, sorted; owned */
    size_t duplicates;          /* rows dropped that were identical to the one kept, the last */
    size_t conflicts;           /* rows dropped that were not */
    struct bar_repeat *repeats; /* where the dropped ones were, sorted by time; owned */
    size_t repeat_count;
    size_t repeat_capacity;
    char symbol[SYMBOL_TEXT_SIZE];          /* what a file says whose bars they are, or "" */
    char ignored_columns[BAR_IGNORED_SIZE]; /* of a file; "" when none */
};

void bar_file_report_release(struct bar_file_report *report); /* accepts a zeroed one */

/* Adds to the zeroed counts of the report; its texts are left alone. */
void bar_order(struct series *series, struct bar_file_report *report);

#endif
