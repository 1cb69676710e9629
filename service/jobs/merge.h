/* What the symbols of a backtest came to, put together session by session. Sessions share nothing,
 * so they are spread over threads; the result is the same. */
#ifndef PLAYBOOK_JOBS_MERGE_H
#define PLAYBOOK_JOBS_MERGE_H

#include "service/jobs/symbol_run.h"
#include "service/trading/trade.h"
#include "writers/record_list.h"

#include <stddef.h>

struct merge_options {
    struct symbol_run *symbols; /* their journals give up their texts */
    size_t symbol_count;
    const struct range_session *sessions; /* those that each symbol has run */
    size_t session_count;
    size_t threads;
};

/* All trades by the session they ended in, the time of their exit, then symbol. The array is the
 * caller's, to free(). */
struct trade *merge_trades(const struct merge_options *options, size_t *ret_count);

/* The journals' rows by session, then symbol, behind those of the list. */
void merge_journals(const struct merge_options *options, struct record_list *journal);

#endif
