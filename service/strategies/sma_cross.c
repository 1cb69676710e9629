#include "service/strategies/sma_cross.h"

#include "service/indicators/sma.h"

enum { FAST, SLOW };

static const struct parameter parameters[] = {
    [FAST] = { "fast", PARAMETER_COUNT, 20, 1, 10000, "bars of the fast mean" },
    [SLOW] = { "slow", PARAMETER_COUNT, 50, 2, 10000, "bars of the slow mean" },
    { 0 },
};

struct state {
    struct sma fast, slow;
    int side; /* where the fast mean was: 1 above the slow one, 0 equal, -1 below */
};

static const struct entry cross = { .reason = "cross" };

static bool init(void *memory, const struct parameter_set *set, struct error *error)
{
    struct state *state = memory;
    if (set->values[FAST] >= set->values[SLOW])
        return error_set(error, ERROR_USAGE, "fast must be shorter than slow");
    sma_init(&state->fast, (size_t)set->values[FAST]);
    sma_init(&state->slow, (size_t)set->values[SLOW]);
    state->side = 1; /* as if above: to begin there is no crossing, and nothing is held to leave */
    return true;
}

static void bar(void *memory, struct desk *desk, const struct bar *bar)
{
    struct state *state = memory;
    double fast = sma_push(&state->fast, bar->close);
    double slow = sma_push(&state->slow, bar->close);
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
    sma_release(&state->fast);
    sma_release(&state->slow);
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
