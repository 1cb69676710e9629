/* Results to writers: trades and journal become records, and each writer is given both. */
#ifndef PLAYBOOK_JOBS_PUBLISH_H
#define PLAYBOOK_JOBS_PUBLISH_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/jobs/backtest.h"
#include "writers/record.h"
#include "writers/record_list.h"

#include <stdbool.h>
#include <stddef.h>

enum { PUBLISH_LOCK_TIMEOUT_MS = 30000 };

struct publish_options {
    const char *writers; /* names of writer_types, between commas, without blanks */
    const char *trades_path, *journal_path;
};

/* What is there now. */
struct publish_output {
    const char *writer, *table; /* static text */
    char *location;             /* owned */
    size_t rows;
};

struct publish_outputs {
    struct publish_output *items; /* owned */
    size_t count, capacity;
};

/* "<playbook>/<first session>_<last session>". */
void publish_run_id(const struct backtest *backtest, struct text *ret_text);

/* Replaces what the backtest covers: its playbook, symbols and sessions. Adds to *outputs what was
 * written, also when a later table or writer fails. */
bool publish_backtest(const struct backtest *backtest, const struct publish_options *options,
                      struct publish_outputs *outputs, struct error *error);

/* The trades as records, appended to a list of `trades_table`, which borrows from the backtest. */
void publish_list_trades(const struct backtest *backtest, struct record_list *list);

/* Records given to every writer, table by table. All is borrowed. */
struct publish_records {
    const char *run_id;
    struct coverage coverage;
    const struct record_list *trades, *journal;
};

bool publish_records(const struct publish_records *records, const struct publish_options *options,
                     struct publish_outputs *outputs, struct error *error);

/* An array of {"writer","table","location","rows","status"}; all are "written". */
void publish_outputs_append_json(const struct publish_outputs *outputs, struct text *text);

void publish_outputs_release(struct publish_outputs *outputs); /* accepts zeroed ones */

#endif
