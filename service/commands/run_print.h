/* How scheduled runs look: a table for people, one JSON document for programs. */
#ifndef PLAYBOOK_COMMANDS_RUN_PRINT_H
#define PLAYBOOK_COMMANDS_RUN_PRINT_H

#include "service/jobs/day_run.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What is said of a day that was done with other settings than the playbook has today. */
#define RUN_PRINT_IS_OTHER                                                                         \
    "it was done with other symbols or parameters than the playbook has now; --force does it again"

/* In the order of their dates. */
struct run_report {
    const struct day_run *runs; /* borrowed */
    size_t count;
    bool spans_days; /* asked for as a range of days, even if it has one or none */
    int64_t duration_us;
};

/* A row for each run and symbol, what was found about the bars, and where the results are. */
void run_print_table(const struct run_report *report, FILE *stream);

/* {"status","date","runs":[...],"duration_ms"}; of several days {"status","days":[...],...}. */
void run_print_json(const struct run_report *report, FILE *stream);

#endif
