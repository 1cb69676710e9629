/* A strategy on a stage: bars are shown to it one by one, as the engine would, and one sees what it
 * asks of its desk. What the engine adds (completeness, the exit time, one trade a session) is not
 * here. */
#ifndef PLAYBOOK_TESTS_SUPPORT_BARS_STAGE_H
#define PLAYBOOK_TESTS_SUPPORT_BARS_STAGE_H

#include "service/base/error.h"
#include "service/market/series.h"
#include "service/strategies/strategy.h"
#include "service/trading/desk.h"

#include <stdbool.h>
#include <stdint.h>

struct bars_stage {
    const struct strategy_type *strategy;
    struct parameter_set parameters;
    void *state; /* NULL until the first session */
    int minutes; /* a bar lasts */
    struct session session;
    struct desk desk;
};

void bars_stage_open(struct bars_stage *stage, const struct strategy_type *strategy, int minutes);
void bars_stage_close(struct bars_stage *stage);

/* Sets a parameter; before the first session. */
void bars_stage_set(struct bars_stage *stage, const char *name, const char *value);

/* Whether the strategy takes its parameters. */
bool bars_stage_init(struct bars_stage *stage, struct error *error);

/* prior_days: NULL for none. */
void bars_stage_begin(struct bars_stage *stage, const char *date, const struct series *prior_days);

/* True when the strategy asks for an entry on this bar. */
bool bars_stage_show(struct bars_stage *stage, const char *clock, double open, double high,
                     double low, double close);

/* Bars that open and close at the price, with a low and a high, in [from, to); true when an entry
 * is asked for on any of them. */
bool bars_stage_show_flat(struct bars_stage *stage, const char *from, const char *to, double price,
                          double low, double high);

/* What was noted under the name; fails the test when nothing was. */
const struct value *bars_stage_note(const struct bars_stage *stage, const char *name);
bool bars_stage_has_note(const struct bars_stage *stage, const char *name);

/* The clock reading of a time that was noted, "10:04"; "" when there is none. */
const char *bars_stage_clock(const struct bars_stage *stage, const char *name,
                             char buffer[static 16]);

#endif
