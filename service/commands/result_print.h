/* How a backtest's result looks: tables for people, one JSON document for programs. */
#ifndef PLAYBOOK_COMMANDS_RESULT_PRINT_H
#define PLAYBOOK_COMMANDS_RESULT_PRINT_H

#include "service/jobs/backtest.h"
#include "service/jobs/publish.h"

#include <stddef.h>
#include <stdio.h>

struct result_context {
    const struct calendar *calendar;
    const struct publish_outputs *outputs;
};

/* The net profit, as percent of the capital. */
double result_return_pct(const struct backtest *backtest);

void result_print_json(const struct backtest *backtest, const struct result_context *context,
                       FILE *stream);

/* One playbook: what ran, its figures, and what was found. */
void result_print_table(const struct backtest *backtest, const struct result_context *context,
                        FILE *stream);

/* A row for each of several, and their total. */
void result_print_totals(const struct backtest *backtests, size_t count, FILE *stream);

/* Where the results were written. */
void result_print_outputs(const struct publish_outputs *outputs, FILE *stream);

#endif
