/* The bars of a playbook's symbols in memory, however they came there. */
#ifndef PLAYBOOK_JOBS_LOADED_H
#define PLAYBOOK_JOBS_LOADED_H

#include "service/feeds/bar_file.h"
#include "service/jobs/lane.h"
#include "service/market/series.h"

#include <stdbool.h>
#include <stddef.h>

struct loaded_symbol {
    struct series bars, days; /* owned, as the reports are */
    bool is_daily, has_days;  /* the bars are daily ones; daily bars came along */
    struct bar_file_report bars_report, days_report;
};

/* Borrows from the symbol. */
struct lane_input loaded_symbol_input(const struct loaded_symbol *symbol);
void loaded_symbol_release(struct loaded_symbol *symbol); /* accepts a zeroed one */

struct loaded {
    struct loaded_symbol *symbols; /* owned; in the order of the playbook's */
    struct lane_input *inputs;     /* owned; of each symbol */
    size_t count;
};

void loaded_init(struct loaded *loaded, size_t count);
void loaded_release(struct loaded *loaded); /* accepts a zeroed one */

#endif
