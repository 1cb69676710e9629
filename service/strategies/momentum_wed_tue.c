#include "service/strategies/momentum_wed_tue.h"

#include "service/strategies/weekday_moment.h"

#include <math.h>

enum { ENTRY_TIME, RISE_PCT };

static const struct parameter parameters[] = {
    [ENTRY_TIME] = { "entry_time", PARAMETER_TIME, 11 * 60, 0, 24 * 60,
                     "when the first bar that ends by then has closed, the rise is judged" },
    [RISE_PCT] = { "rise_pct", PARAMETER_NUMBER, 0.3, 0, 100,
                   "least rise of its close above the session's low, in percent" },
    { 0 },
};

struct state {
    struct weekday_moment moment;
    double rise_pct;
    double low; /* of the session so far */
};

static bool init(void *memory, const struct parameter_set *set, struct error *error)
{
    (void)error;
    struct state *state = memory;
    state->moment.minute = (int)set->values[ENTRY_TIME];
    state->rise_pct = set->values[RISE_PCT];
    return true;
}

static void session(void *memory, struct desk *desk, const struct session *session,
                    const struct series *prior_days)
{
    (void)prior_days;
    struct state *state = memory;
    state->low = INFINITY;
    weekday_moment_begin(&state->moment, session, desk);
}

static void bar(void *memory, struct desk *desk, const struct bar *bar)
{
    struct state *state = memory;
    state->low = fmin(state->low, bar->low);
    if (!weekday_moment_is_now(&state->moment, desk))
        return;
    double rise = bar->close - state->low;
    if (100 * rise >= state->rise_pct * state->low) {
        desk_status(desk, "Momentum signal detected");
        desk_enter(desk, &(struct entry) { .reason = "momentum_wed_tue" });
    } else {
        desk_pass(desk, "No momentum: %.4f %% above the low, %g %% wanted", 100 * rise / state->low,
                  state->rise_pct);
    }
}

const struct strategy_type momentum_wed_tue = {
    .name = "momentum_wed_tue",
    .summary = "in at eleven on Tuesdays and Wednesdays if the morning has risen",
    .parameters = parameters,
    .timeframe = "2Min",
    .symbol = "QQQ",
    .quantity = 100,
    .state_size = sizeof(struct state),
    .intraday = true,
    .init = init,
    .session = session,
    .bar = bar,
};
