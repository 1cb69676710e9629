#include "service/strategies/strategy.h"

#include "service/base/unknown.h"
#include "service/strategies/dp20.h"
#include "service/strategies/momentum_wed_tue.h"
#include "service/strategies/morning_reversal.h"
#include "service/strategies/sma_cross.h"
#include "service/strategies/wed_tue_11am.h"

#include <string.h>

enum { STRATEGY_COUNT = 5 };

const struct strategy_type *const strategy_types[STRATEGY_COUNT + 1] = {
    &dp20, &morning_reversal, &wed_tue_11am, &momentum_wed_tue, &sma_cross, NULL,
};

const struct strategy_type *strategy_find(const char *name)
{
    for (size_t i = 0; strategy_types[i]; i++) {
        if (strcmp(strategy_types[i]->name, name) == 0)
            return strategy_types[i];
    }
    return NULL;
}

const struct strategy_type *strategy_named(const char *name, struct error *error)
{
    const struct strategy_type *type = strategy_find(name);
    const char *names[STRATEGY_COUNT + 1] = { 0 };
    for (size_t i = 0; strategy_types[i]; i++)
        names[i] = strategy_types[i]->name;
    if (!type)
        unknown_name(error, "strategy", name, names);
    return type;
}
