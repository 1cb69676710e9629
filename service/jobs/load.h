/* The bar files of a playbook's symbols, read and kept for as long as a run needs them. */
#ifndef PLAYBOOK_JOBS_LOAD_H
#define PLAYBOOK_JOBS_LOAD_H

#include "service/base/error.h"
#include "service/engine/playbook.h"
#include "service/feeds/bar_file.h"
#include "service/jobs/lane.h"

#include <stdbool.h>
#include <stddef.h>

struct load_options {
    const char *bars;  /* a file, for one symbol; or a folder with SYMBOL.csv or .parquet of each */
    const char *daily; /* likewise; NULL: none */
    struct bar_zone zone;
    size_t threads; /* files are read on so many; 0 is one */
};

struct loaded_symbol {
    struct series bars, days;
    bool is_daily;
    struct bar_file_report bars_report, days_report;
};

struct loaded {
    struct loaded_symbol *symbols; /* owned; in the order of the playbook's */
    struct lane_input *inputs;     /* owned; they borrow from symbols */
    size_t count;
};

/* Errors are of kind data and name the file, also when it says that its bars are another symbol's;
 * of kind usage when one file is to serve several symbols. Columns that were ignored are logged. */
bool load_bars(const struct playbook *playbook, const struct load_options *options,
               struct loaded *ret_loaded, struct error *error);
void loaded_release(struct loaded *loaded); /* accepts a zeroed one */

/* Whether what was read may be the symbol's: the file names it, as BTC/USD or BTC_USD, or none. */
bool load_symbol_agrees(const char *path, const struct bar_file_report *report, const char *symbol,
                        struct error *error);

#endif
