/* The bars of a backtest: from the files that its flags name, else from the provider. */
#ifndef PLAYBOOK_COMMANDS_BACKTEST_BARS_H
#define PLAYBOOK_COMMANDS_BACKTEST_BARS_H

#include "service/base/error.h"
#include "service/commands/arguments.h"
#include "service/jobs/backtest.h"
#include "service/jobs/load.h"
#include "service/settings.h"

#include <stdbool.h>

/* Of the options playbook, calendar and range are read. Release what was loaded after success. */
bool backtest_bars_load(const struct arguments *arguments, const struct settings *settings,
                        const struct backtest_options *options, struct loaded *ret_loaded,
                        struct error *error);

#endif
