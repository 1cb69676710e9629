#include "service/strategies/wed_tue_11am.h"

#include "service/strategies/weekday_moment.h"

enum { ENTRY_TIME };

static const struct parameter parameters[] = {
    [ENTRY_TIME] = { "entry_time", PARAMETER_TIME, 11 * 60, 0, 24 * 60,
                     "when the first bar that ends by then has closed, the entry is ordered" },
    { 0 },
};

struct state {
    struct weekday_moment moment;
};

static bool init(void *memory, const struct parameter_set *set, struct error *error)
{
    (void)error;
    struct state *state = memory;
    state->moment.minute = (int)set->values[ENTRY_TIME];
    return true;
}

static void session(void *memory, struct desk *desk, const struct session *session,
                    const struct series *prior_days)
{
    (void)prior_days;
    struct state *state = memory;
    weekday_moment_begin(&state->moment, session, desk);
}

static void bar(void *memory, struct desk *desk, const struct bar *bar)
{
    (void)bar;
    struct state *state = memory;
    if (!weekday_moment_is_now(&state->moment, desk))
        return;
    desk_status(desk, "Entry time reached");
    desk_enter(desk, &(struct entry) { .reason = "wed_tue_11am" });
}

const struct strategy_type wed_tue_11am = {
    .name = "wed_tue_11am",
    .summary = "in at eleven on Tuesdays and Wednesdays",
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
