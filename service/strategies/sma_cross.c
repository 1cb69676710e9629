#include "service/strategies/sma_cross.h"

#include "service/indicators/sma.h"

enum { FAST, SLOW };

static const struct parameter parameters[] = {
    [FAST] = { "fast", PARAMETER_COUNT, 20, 1, 10000, "bars of the fast mean" },
    [SLOW] = { "slow", PARAMETER_COUNT, 50, 2, 10000, "bars of the slow mean" },
    { 0 },
};

struct state {
    struct window closes;
    struct sma fast, slow; /* means of its last ones */
    int side;              /* where the fast mean was: 1 above the slow one, 0 equal, -1 below */
};

static const struct entry cross = { .reason = "cross" };

static bool init(void *memory, const struct parameter_set *set, struct error *error)
{
    struct state *state = memory;
    if (set->values[FAST] >= set->values[SLOW])
        return error_set(error, ERROR_USAGE, "fast must be shorter than slow");
    window_init(&state->closes, (size_t)set->values[SLOW]);
    state->fast = sma_of((size_t)set->values[FAST]);
    state->slow = sma_of((size_t)set->values[SLOW]);
    state->side = 1; /* as if above: to begin there is no crossing, and nothing is held to leave */
    return true;
}

static void bar(void *memory, struct desk *desk, const struct bar *bar)
{
    struct state *state = memory;
    window_push(&state->closes, bar->close);
    double fast = sma_mean(&state->fast, &state->closes);
    double slow = sma_mean(&state->slow, &state->closes);
    int side = (fast > slow) - (fast < slow);
    if (side == state->side || isnan(slow))
        return;
    state->side = side;
    if (side > 0)
        desk_enter(desk, &cross);
    else if (side < 0)
        desk_exit(desk, cross.reason);
}

static void release(void *memory)
{
    struct state *state = memory;
    window_release(&state->closes);
}

const struct strategy_type sma_cross = {
    .name = "sma_cross",
    .summary = "long while the fast mean of closes is above the slow one",
    .parameters = parameters,
    .timeframe = "1Min",
    .quantity = 1,
    .state_size = sizeof(struct state),
    .init = init,
    .bar = bar,
    .release = release,
};
