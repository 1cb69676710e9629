/* A playbook: a strategy with everything that has been decided about it. */
#ifndef PLAYBOOK_ENGINE_PLAYBOOK_H
#define PLAYBOOK_ENGINE_PLAYBOOK_H

#include "service/base/error.h"
#include "service/market/calendar.h"
#include "service/strategies/strategy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAYBOOK_NAME_SIZE = 41 };

/* Settings beside the strategy's own parameters, set by the same means. */
enum playbook_setting { PLAYBOOK_QUANTITY, PLAYBOOK_EXIT_TIME };

struct playbook {
    char name[PLAYBOOK_NAME_SIZE];
    const struct strategy_type *strategy;
    struct parameter_set parameters;
    int64_t quantity; /* a trade, in 1e-9 units */
    int exit_time;    /* minutes since midnight; intraday strategies only */
    int64_t timeframe_us;
    char **symbols; /* owned; sorted, each once */
    size_t symbol_count;
    bool enabled;
};

/* The strategy's defaults, without a symbol. */
void playbook_init(struct playbook *playbook, const struct strategy_type *strategy);
void playbook_release(struct playbook *playbook); /* accepts a zeroed one */

/* One symbol more; a symbol already there is not added again. */
bool playbook_add_symbol(struct playbook *playbook, const char *symbol, struct error *error);

/* Sets a parameter of the strategy, or quantity or exit_time. An unknown name is an error that
 * names the nearest right one. */
bool playbook_set(struct playbook *playbook, const char *name, const char *text,
                  struct error *error);

/* The settings beside the parameters that this strategy has: quantity, and exit_time when it is
 * intraday. A table as in parameter.h, with the strategy's own defaults; storage for it by the
 * caller. */
enum { PLAYBOOK_SETTINGS_SIZE = 3 };
void playbook_settings(const struct strategy_type *strategy,
                       struct parameter table[static PLAYBOOK_SETTINGS_SIZE]);

/* Finishes it: checks that the strategy takes the parameters together, adds the default symbol if
 * there is none, and names it: the given one; else the
 * strategy's name if everything is its default; else "<strategy>-" and the first 8 hexadecimal
 * digits of the SHA-256 of what differs (see playbook_identity). `name` may be NULL. */
bool playbook_finish(struct playbook *playbook, const char *name, struct error *error);

/* Gives a finished playbook another name, by the same rules. */
bool playbook_rename(struct playbook *playbook, const char *name, struct error *error);

/* The calendar that all its symbols trade on unless told otherwise; NULL with an error of kind
 * usage when they differ. */
const struct calendar *playbook_calendar(const struct playbook *playbook, struct error *error);

/* The lines "name=value\n", sorted by name, of symbols, timeframe and what is not default. */
void playbook_identity(const struct playbook *playbook, struct text *text);

#endif
