/* A backtest on bars made by hand, and what it wrote. */
#ifndef PLAYBOOK_TESTS_SUPPORT_BARS_RUN_H
#define PLAYBOOK_TESTS_SUPPORT_BARS_RUN_H

#include "service/base/error.h"
#include "service/jobs/backtest.h"
#include "writers/record_list.h"

#include <stddef.h>

enum { BARS_RUN_SYMBOLS_MAX = 9, BARS_RUN_TEXT_SIZE = 256 };

struct bars_run {
    struct playbook playbook;
    struct backtest_options options; /* all bars, calendar xnys, no costs, 100,000 dollars */
    struct lane_input inputs[BARS_RUN_SYMBOLS_MAX];
    size_t input_count;
    struct backtest backtest;
    struct error error;
};

void bars_run_open(struct bars_run *run, const char *strategy);
void bars_run_close(struct bars_run *run);

void bars_run_set(struct bars_run *run, const char *name, const char *value);

/* The playbook's next symbol, in alphabetical order, and its bars. days: NULL for none. */
void bars_run_give(struct bars_run *run, const char *symbol, const struct series *bars,
                   const struct series *days);

/* Runs, and again if it has run before; false with run->error. */
bool bars_run_try(struct bars_run *run);
void bars_run_do(struct bars_run *run); /* fails the test instead */

/* A cell as the writers print it; valid until the next call. */
const char *bars_run_cell(const struct record_list *list, size_t row, size_t column);

#endif
