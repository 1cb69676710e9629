/* The bars of a backtest: from the files that its flags name, else from the provider. */
#ifndef PLAYBOOK_COMMANDS_BACKTEST_BARS_H
#define PLAYBOOK_COMMANDS_BACKTEST_BARS_H

#include "service/base/error.h"
#include "service/commands/arguments.h"
#include "service/commands/market_data.h"
#include "service/jobs/backtest.h"
#include "service/jobs/fetch.h"
#include "service/jobs/load.h"
#include "service/settings.h"

#include <stdbool.h>

/* Symbol by symbol from files, or from the cache when all of the range is kept there: then the
 * memory holds a few symbols, however many there are. Else all of them at once. */
struct backtest_bars {
    struct load load;
    struct loaded loaded;
    struct market_data data;
    struct fetch fetch;
    struct backtest_source source;
};

/* Of the options playbook, calendar, range and threads are read, and inputs or source are set. In
 * place: it must not be moved. Close after success. */
bool backtest_bars_open(const struct arguments *arguments, const struct settings *settings,
                        struct backtest_options *options, struct backtest_bars *ret_bars,
                        struct error *error);
void backtest_bars_close(struct backtest_bars *bars); /* accepts a zeroed one */

#endif
