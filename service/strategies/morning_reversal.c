#include "service/strategies/morning_reversal.h"

#include "service/base/date.h"
#include "service/indicators/rolling_low.h"

enum { WINDOW_START, WINDOW_END, LOOKBACK, RISE };

static const struct parameter parameters[] = {
    [WINDOW_START] = { "window_start", PARAMETER_TIME, 9 * 60 + 30, 0, 24 * 60,
                       "first bar that may be the signal" },
    [WINDOW_END] = { "window_end", PARAMETER_TIME, 11 * 60, 0, 24 * 60,
                     "last bar that may be the signal" },
    [LOOKBACK] = { "lookback", PARAMETER_COUNT, 15, 1, 1440, "bars over which the low is taken" },
    [RISE] = { "rise", PARAMETER_NUMBER, 0.002, 0, 1, "rise above the low, as a fraction" },
    { 0 },
};

struct state {
    int window_start, window_end; /* minutes since midnight */
    double rise;
    struct rolling_low low;
    bool done; /* the session has had its signal */
    int64_t window_start_us, window_end_us;
};

static bool init(void *memory, const struct parameter_set *set, struct error *error)
{
    struct state *state = memory;
    state->window_start = (int)set->values[WINDOW_START];
    state->window_end = (int)set->values[WINDOW_END];
    state->rise = set->values[RISE];
    if (state->window_start > state->window_end)
        return error_set(error, ERROR_USAGE, "window_start lies behind window_end");
    rolling_low_init(&state->low, (size_t)set->values[LOOKBACK]);
    return true;
}

static void session(void *memory, struct desk *desk, const struct session *session,
                    const struct series *prior_days)
{
    (void)prior_days;
    struct state *state = memory;
    rolling_low_restart(&state->low);
    state->done = false;
    state->window_start_us = session_clock_us(session, state->window_start);
    state->window_end_us = session_clock_us(session, state->window_end);
    char start[CLOCK_TEXT_SIZE], end[CLOCK_TEXT_SIZE];
    desk_status(desk, "No rise of %g %% above the rolling low between %s and %s", 100 * state->rise,
                clock_time_format(state->window_start, start),
                clock_time_format(state->window_end, end));
}

static void bar(void *memory, struct desk *desk, const struct bar *bar)
{
    struct state *state = memory;
    if (state->done || bar->open_time_us > state->window_end_us)
        return;
    double low = rolling_low_push(&state->low, bar->low);
    if (bar->open_time_us < state->window_start_us)
        return;
    if (bar->close > (1 + state->rise) * low) {
        state->done = true;
        desk_status(desk, "Morning reversal signal detected");
        desk_enter(desk, &(struct entry) { .reason = "morning_reversal" });
    }
}

static void release(void *memory)
{
    struct state *state = memory;
    rolling_low_release(&state->low);
}

const struct strategy_type morning_reversal = {
    .name = "morning_reversal",
    .summary = "the first rise off the morning's rolling low",
    .parameters = parameters,
    .timeframe = "2Min",
    .symbol = "QQQ",
    .quantity = 100,
    .state_size = sizeof(struct state),
    .intraday = true,
    .init = init,
    .session = session,
    .bar = bar,
    .release = release,
};
