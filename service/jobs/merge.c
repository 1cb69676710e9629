#include "service/jobs/merge.h"

#include "service/base/memory.h"
#include "service/base/parallel.h"

#include <stdlib.h>
#include <string.h>

struct merging {
    const struct merge_options *options;
    size_t *firsts; /* see first_of */
    struct trade *trades;
    struct cell *rows;
};

/* A symbol's first trade that ended in that session or later. */
static size_t *first_of(const struct merging *merging, size_t session, size_t symbol)
{
    return &merging->firsts[session * merging->options->symbol_count + symbol];
}

/* Each symbol's trades are in order already. Behind the last session comes one more, which has
 * none. */
static bool find_firsts(void *context, size_t thread, size_t symbol)
{
    (void)thread;
    struct merging *merging = context;
    const struct merge_options *options = merging->options;
    const struct symbol_run *run = &options->symbols[symbol];
    size_t next = 0;
    for (size_t k = 0; k < options->session_count; k++) {
        int32_t date = options->sessions[k].session.date;
        while (next < run->trade_count && run->trades[next].session_date < date)
            next++;
        *first_of(merging, k, symbol) = next;
    }
    *first_of(merging, options->session_count, symbol) = run->trade_count;
    return true;
}

static int compare_trades(const void *a, const void *b)
{
    const struct trade *left = a;
    const struct trade *right = b;
    if (left->exit_time_us != right->exit_time_us)
        return left->exit_time_us < right->exit_time_us ? -1 : 1;
    if (left->symbol != right->symbol)
        return left->symbol < right->symbol ? -1 : 1;
    if (left->entry_time_us != right->entry_time_us)
        return left->entry_time_us < right->entry_time_us ? -1 : 1;
    return left->key.number - right->key.number;
}

/* In front of a session's trades are all those that ended before it. */
static bool merge_session_trades(void *context, size_t thread, size_t session)
{
    (void)thread;
    struct merging *merging = context;
    const struct merge_options *options = merging->options;
    size_t begin = 0;
    for (size_t i = 0; i < options->symbol_count; i++)
        begin += *first_of(merging, session, i);
    size_t end = begin;
    for (size_t i = 0; i < options->symbol_count; i++) {
        size_t first = *first_of(merging, session, i);
        size_t behind = *first_of(merging, session + 1, i);
        for (size_t k = first; k < behind; k++)
            merging->trades[end++] = options->symbols[i].trades[k];
    }
    qsort(merging->trades + begin, end - begin, sizeof *merging->trades, compare_trades);
    return true;
}

struct trade *merge_trades(const struct merge_options *options, size_t *ret_count)
{
    size_t symbols = options->symbol_count, count = 0;
    for (size_t i = 0; i < symbols; i++)
        count += options->symbols[i].trade_count;
    struct merging merging = {
        .options = options,
        .firsts = memory_new((options->session_count + 1) * symbols, sizeof *merging.firsts),
        .trades = memory_new(count, sizeof *merging.trades),
    };
    parallel_for(symbols, options->threads, find_firsts, &merging);
    parallel_for(options->session_count, options->threads, merge_session_trades, &merging);
    free(merging.firsts);
    *ret_count = count;
    return merging.trades;
}

static bool merge_session_rows(void *context, size_t thread, size_t session)
{
    (void)thread;
    struct merging *merging = context;
    const struct merge_options *options = merging->options;
    size_t columns = options->symbols[0].journal.table->column_count;
    struct cell *row = merging->rows + session * options->symbol_count * columns;
    for (size_t i = 0; i < options->symbol_count; i++, row += columns)
        memcpy(row, options->symbols[i].journal.cells + session * columns, columns * sizeof *row);
    return true;
}

void merge_journals(const struct merge_options *options, struct record_list *journal)
{
    struct merging merging = {
        .options = options,
        .rows = record_list_add_rows(journal, options->session_count * options->symbol_count),
    };
    parallel_for(options->session_count, options->threads, merge_session_rows, &merging);
    for (size_t i = 0; i < options->symbol_count; i++)
        record_list_take_texts(journal, &options->symbols[i].journal);
}
