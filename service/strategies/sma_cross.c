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
    double previous_fast, previous_slow; /* NaN until valid: no comparison holds */
};

static const struct entry cross = { .reason = "cross" };

static bool init(void *memory, const struct parameter_set *set, struct error *error)
{
    struct state *state = memory;
    if (set->values[FAST] >= set->values[SLOW])
        return error_set(error, ERROR_USAGE, "fast must be shorter than slow");
    sma_init(&state->fast, (size_t)set->values[FAST]);
    sma_init(&state->slow, (size_t)set->values[SLOW]);
    state->previous_fast = state->previous_slow = NAN;
    return true;
}

static void bar(void *memory, struct desk *desk, const struct bar *bar)
{
    struct state *state = memory;
    double fast = sma_push(&state->fast, bar->close);
    double slow = sma_push(&state->slow, bar->close);
    if (state->previous_fast <= state->previous_slow && fast > slow) {
        if (desk_position(desk)->quantity == 0)
            desk_enter(desk, &cross);
    } else if (state->previous_fast >= state->previous_slow && fast < slow) {
        if (desk_position(desk)->quantity != 0)
            desk_exit(desk, cross.reason);
    }
    state->previous_fast = fast;
    state->previous_slow = slow;
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
