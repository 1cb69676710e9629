#include "tests/support/stage.h"

#include "service/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct actor {
    size_t symbol;
    struct session session;
};

static const struct cue *script;
static size_t actor_count;

static bool actor_init(void *memory, const struct parameter_set *set, struct error *error)
{
    (void)set, (void)error;
    struct actor *actor = memory;
    actor->symbol = actor_count++;
    return true;
}

static void actor_session(void *memory, struct desk *desk, const struct session *session,
                          const struct series *prior_days)
{
    (void)desk, (void)prior_days;
    struct actor *actor = memory;
    actor->session = *session;
}

static void act(const struct cue *cue, struct desk *desk)
{
    struct entry entry = { SIDE_LONG, cue->stop_distance, cue->target_distance, "signal" };
    switch (cue->ask) {
    case ASK_NOTHING:
        break;
    case ASK_SHORT:
        entry.side = SIDE_SHORT;
        desk_enter(desk, &entry);
        break;
    case ASK_ENTRY:
        desk_enter(desk, &entry);
        break;
    case ASK_EXIT:
        desk_exit(desk, "cross");
        break;
    case ASK_PASS:
        desk_pass(desk, "passed");
        break;
    }
}

static void actor_bar(void *memory, struct desk *desk, const struct bar *bar)
{
    struct actor *actor = memory;
    struct civil civil = date_to_civil(actor->session.date);
    int date = civil.year * 10000 + civil.month * 100 + civil.day;
    int clock = candle_clock(&actor->session, bar->open_time_us);
    for (const struct cue *cue = script; cue && cue->ask != ASK_NOTHING; cue++) {
        if (cue->clock == clock && cue->symbol == actor->symbol &&
            (cue->date == 0 || cue->date == date))
            act(cue, desk);
    }
}

static const struct parameter no_parameters[] = { { 0 } };

static struct strategy_type scripted = {
    .name = "scripted",
    .summary = "does what a test says",
    .parameters = no_parameters,
    .quantity = 100,
    .state_size = sizeof(struct actor),
    .init = actor_init,
    .session = actor_session,
    .bar = actor_bar,
};

void stage_open(struct stage *stage, const struct stage_options *options)
{
    static const char *const symbols[STAGE_SYMBOLS_MAX] = { "AAA", "BBB", "CCC" };
    struct error error = { 0 };
    *stage = (struct stage) { .calendar = options->calendar ? options->calendar : "xnys" };
    script = options->script;
    scripted.intraday = !options->overnight;
    scripted.timeframe = options->timeframe ? options->timeframe : "2Min";
    playbook_init(&stage->playbook, &scripted);
    for (size_t i = 0; i < (options->symbols ? options->symbols : 1); i++)
        assert_true(playbook_add_symbol(&stage->playbook, symbols[i], &error));
    if (options->exit_time)
        assert_true(playbook_set(&stage->playbook, "exit_time", options->exit_time, &error));
    assert_true(playbook_finish(&stage->playbook, "staged", &error));
    actor_count = 0; /* finishing tries the strategy's init, too */
    equity_init(&stage->equity, calendar_find(stage->calendar), date_from_civil(1990, 1, 1),
                date_from_civil(2026, 12, 31), stage->playbook.timeframe_us);
    assert_true(simulation_init(&stage->simulation, &stage->playbook, &options->costs,
                                &stage->equity, &error));
}

void stage_close(struct stage *stage)
{
    simulation_release(&stage->simulation);
    equity_release(&stage->equity);
    playbook_release(&stage->playbook);
}

static void keep_trades(struct stage *stage)
{
    const struct trade *trade;
    while ((trade = engine_next_trade(stage->simulation.engine))) {
        assert_in_range(stage->trade_count, 0, STAGE_TRADES_MAX - 1);
        stage->trades[stage->trade_count++] = *trade;
    }
}

void stage_begin(struct stage *stage, int date)
{
    stage->session = candle_session(stage->calendar, date);
    const struct series no_days = { 0 };
    for (size_t i = 0; i < stage->playbook.symbol_count; i++)
        engine_session_begin(stage->simulation.engine, i, &stage->session, &no_days);
}

void stage_end_of(struct stage *stage, size_t symbol)
{
    simulation_session_end(&stage->simulation, symbol);
    keep_trades(stage);
}

void stage_end(struct stage *stage)
{
    for (size_t i = 0; i < stage->playbook.symbol_count; i++)
        stage_end_of(stage, i);
}

void stage_bar_of(struct stage *stage, size_t symbol, int clock, const struct candle *candle)
{
    struct bar bar = candle_bar(candle_time_us(&stage->session, clock), candle);
    if (simulation_bar(&stage->simulation, symbol, &bar))
        keep_trades(stage);
}

void stage_bar(struct stage *stage, int clock, double open, double high, double low, double close)
{
    stage_bar_of(stage, 0, clock, &(struct candle) { open, high, low, close });
}

void stage_flat(struct stage *stage, int first, int last)
{
    int64_t last_us = candle_time_us(&stage->session, last);
    for (int64_t time_us = candle_time_us(&stage->session, first); time_us <= last_us;
         time_us += stage->playbook.timeframe_us)
        stage_bar(stage, candle_clock(&stage->session, time_us), 100, 100, 100, 100);
}

struct session_report stage_report(const struct stage *stage)
{
    return engine_session_report(stage->simulation.engine, 0);
}

void stage_assert_trade(const struct stage *stage, size_t index, int entry_clock,
                        double entry_price, int exit_clock, double exit_price, const char *reason)
{
    if (index >= stage->trade_count)
        fail_msg("there are %zu trades", stage->trade_count);
    const struct trade *trade = &stage->trades[index];
    int64_t entry_us = candle_time_us(&stage->session, entry_clock);
    int64_t exit_us = candle_time_us(&stage->session, exit_clock);
    if (trade->entry_time_us != entry_us || trade->entry_price != entry_price ||
        trade->exit_time_us != exit_us || trade->exit_price != exit_price ||
        strcmp(trade->exit_reason, reason) != 0)
        fail_msg("trade %zu: in at %d for %.17g, out at %d for %.17g, %s", index,
                 candle_clock(&stage->session, trade->entry_time_us), trade->entry_price,
                 candle_clock(&stage->session, trade->exit_time_us), trade->exit_price,
                 trade->exit_reason);
    assert_int_equal(trade->session_date, stage->session.date);
}
