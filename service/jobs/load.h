/* The bar files of a playbook's symbols, each read when a backtest takes its symbol up and let go
 * behind it: the memory holds a few symbols, however many there are. */
#ifndef PLAYBOOK_JOBS_LOAD_H
#define PLAYBOOK_JOBS_LOAD_H

#include "service/base/error.h"
#include "service/engine/playbook.h"
#include "service/feeds/bar_file.h"
#include "service/jobs/backtest.h"
#include "service/jobs/loaded.h"

#include <stdbool.h>
#include <stddef.h>

struct load_options {
    const char *bars;  /* a file, for one symbol; or a folder with SYMBOL.csv or .parquet of each */
    const char *daily; /* likewise; NULL: none */
    struct bar_zone zone;
    size_t threads; /* that few symbols may share for their files; 0: one for each */
};

struct load {
    const struct playbook *playbook; /* borrowed, as the paths are */
    struct load_options options;
    struct loaded_symbol *symbols; /* owned; each while it is open */
    bool *are_told;                /* owned; of each symbol: its ignored columns were logged */
};

void load_begin(struct load *load, const struct playbook *playbook,
                const struct load_options *options);
void load_release(struct load *load); /* accepts a zeroed one */

/* Errors are of kind data and name the file, also when it says that its bars are another symbol's;
 * of kind usage when one file is to serve several symbols. */
struct backtest_source load_source(struct load *load);

/* Whether what was read may be the symbol's: the file names it, as BTC/USD or BTC_USD, or none. */
bool load_symbol_agrees(const char *path, const struct bar_file_report *report, const char *symbol,
                        struct error *error);

#endif
