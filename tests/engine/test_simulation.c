#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/memory.h"
#include "tests/support/exact.h"
#include "tests/support/random.h"
#include "tests/support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIRST_DAY = 20240627, NEXT_DAY = 20240628 };

static struct stage stage;

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

/* In at 100 at the 09:32 open, with these distances; the test shows the bars from 09:32 on. */
static void enter(double stop_distance, double target_distance)
{
    static struct cue script[2];
    script[0] = (struct cue) {
        .clock = 930,
        .ask = ASK_ENTRY,
        .stop_distance = stop_distance,
        .target_distance = target_distance,
    };
    stage_open(&stage, &(struct stage_options) { .script = script, .exit_time = "9:37" });
    stage_begin(&stage, FIRST_DAY);
    stage_flat(&stage, 930, 930);
}

/* Excursions in dollars a share; there are 100. */
static void assert_life(double worst, double best, int64_t bars_held)
{
    assert_int_equal(stage.trade_count, 1);
    assert_int_equal(stage.trades[0].mae, (int64_t)(worst * 100) * MONEY_ONE);
    assert_int_equal(stage.trades[0].mfe, (int64_t)(best * 100) * MONEY_ONE);
    assert_int_equal(stage.trades[0].bars_held, bars_held);
}

static void the_bars_before_the_exit_bar_count_whole_and_the_exit_bar_by_its_price(void **state)
{
    (void)state;
    enter(0, 0);
    stage_bar(&stage, 932, 100, 103, 98, 100);
    stage_bar(&stage, 934, 100, 102, 97, 100);
    stage_bar(&stage, 936, 100, 105, 99, 100);
    stage_bar(&stage, 938, 101, 200, 1, 150);
    stage_assert_trade(&stage, 0, 932, 100, 938, 101, "time_exit");
    assert_life(-3, 5, 4);
}

static void an_exit_price_can_be_the_worst_or_the_best(void **state)
{
    (void)state;
    enter(0, 0);
    stage_flat(&stage, 932, 936);
    stage_bar(&stage, 938, 90, 90, 90, 90);
    assert_life(-10, 0, 4);
    stage_close(&stage);
    enter(0, 0);
    stage_flat(&stage, 932, 936);
    stage_bar(&stage, 938, 110, 110, 110, 110);
    assert_life(0, 10, 4);
}

static void a_stopped_bar_counts_only_by_the_stop(void **state)
{
    (void)state;
    enter(2, 0);
    stage_bar(&stage, 932, 100, 101, 99, 100);
    stage_bar(&stage, 934, 100, 120, 80, 90);
    stage_assert_trade(&stage, 0, 932, 100, 934, 98, "stop_loss");
    assert_life(-2, 1, 2);
}

static void a_stop_on_the_entry_bar_leaves_nothing_but_its_price(void **state)
{
    (void)state;
    enter(2, 0);
    stage_bar(&stage, 932, 100, 120, 80, 90);
    stage_assert_trade(&stage, 0, 932, 100, 932, 98, "stop_loss");
    assert_life(-2, 0, 1);
}

static void a_target_on_the_entry_bar_leaves_nothing_but_its_price(void **state)
{
    (void)state;
    enter(0, 3);
    stage_bar(&stage, 932, 100, 120, 80, 90);
    stage_assert_trade(&stage, 0, 932, 100, 932, 103, "target");
    assert_life(0, 3, 1);
}

static void at_the_sessions_close_the_last_bar_counts_whole(void **state)
{
    (void)state;
    enter(0, 0);
    stage_bar(&stage, 932, 100, 101, 99, 100);
    stage_bar(&stage, 934, 100, 104, 97, 102);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 932, 100, 936, 102, "session_close");
    assert_life(-3, 4, 2);
}

static void an_entry_bar_that_is_the_last_counts_whole(void **state)
{
    (void)state;
    enter(0, 0);
    stage_bar(&stage, 932, 100, 104, 97, 102);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 932, 100, 934, 102, "session_close");
    assert_life(-3, 4, 1);
}

static void bars_that_are_missing_are_not_held(void **state)
{
    (void)state;
    enter(2, 0);
    stage_bar(&stage, 932, 100, 100, 100, 100);
    stage_bar(&stage, 1200, 97, 97, 97, 97);
    assert_life(-3, 0, 2);
}

static void a_trade_carries_what_was_agreed(void **state)
{
    (void)state;
    enter(2, 3);
    stage_bar(&stage, 932, 100, 103, 100, 100);
    const struct trade *trade = &stage.trades[0];
    assert_int_equal(trade->symbol, 0);
    assert_int_equal(trade->side, SIDE_LONG);
    assert_int_equal(trade->quantity, 100 * QUANTITY_ONE);
    assert_exactly(trade->stop_price, 98);
    assert_exactly(trade->target_price, 103);
    assert_int_equal(trade->gross_pnl, 300 * MONEY_ONE);
    assert_exactly(trade->r_multiple, 1.5);
    assert_int_equal(trade->key.session_date, stage.session.date);
    assert_int_equal(trade->key.number, 1);
}

static void a_quiet_bar_leaves_nothing_to_drain(void **state)
{
    (void)state;
    enter(2, 0);
    stage_flat(&stage, 932, 932);
    struct bar bar =
        candle_bar(candle_time_us(&stage.session, 934), &(struct candle) { 100, 100, 100, 100 });
    assert_false(simulation_bar(&stage.simulation, 0, &bar));
    bar = candle_bar(candle_time_us(&stage.session, 936), &(struct candle) { 90, 90, 90, 90 });
    assert_true(simulation_bar(&stage.simulation, 0, &bar));
    assert_non_null(engine_next_trade(stage.simulation.engine));
    assert_null(engine_next_trade(stage.simulation.engine));
}

static void both_sides_pay_fees_and_slippage(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY, .stop_distance = 2 },
                                         { 0 } };
    stage_open(&stage, &(struct stage_options) {
                           .script = script,
                           .costs = { FEE_PER_ORDER, 1.5, 100 },
                       });
    stage_begin(&stage, FIRST_DAY);
    stage_flat(&stage, 930, 932);
    stage_bar(&stage, 934, 100, 100, 99, 100);
    stage_assert_trade(&stage, 0, 932, 101, 934, 99 * 0.99, "stop_loss");
    assert_int_equal(stage.trades[0].fees, 3 * MONEY_ONE);
    assert_int_equal(stage.trades[0].gross_pnl, -299000000);
    assert_int_equal(stage.trades[0].net_pnl, -302000000);
}

static void open_overnight(const struct cue *script)
{
    stage_open(&stage, &(struct stage_options) { .script = script, .overnight = true });
    stage_begin(&stage, FIRST_DAY);
}

static void a_position_is_held_over_the_night(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 1552, .ask = ASK_ENTRY, .date = FIRST_DAY },
                                         { .clock = 932, .ask = ASK_EXIT, .date = NEXT_DAY },
                                         { 0 } };
    open_overnight(script);
    stage_flat(&stage, 1552, 1558);
    int64_t entry_us = candle_time_us(&stage.session, 1554);
    int32_t entry_date = stage.session.date;
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 0);
    assert_int_equal(engine_position(stage.simulation.engine, 0)->quantity, 100 * QUANTITY_ONE);
    stage_begin(&stage, NEXT_DAY);
    stage_flat(&stage, 930, 934);
    assert_int_equal(stage.trade_count, 1);
    const struct trade *trade = &stage.trades[0];
    assert_string_equal(trade->exit_reason, "cross");
    assert_int_equal(trade->entry_time_us, entry_us);
    assert_int_equal(trade->exit_time_us, candle_time_us(&stage.session, 934));
    assert_int_equal(trade->key.session_date, entry_date);
    assert_int_equal(trade->key.number, 1);
    assert_int_equal(trade->session_date, stage.session.date);
    assert_int_equal(trade->bars_held, 6); /* 15:54, 15:56, 15:58, 09:30, 09:32, 09:34 */
}

static void an_entry_ordered_on_the_last_bar_fills_the_next_morning(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 1558, .ask = ASK_ENTRY, .date = FIRST_DAY },
                                         { .clock = 934, .ask = ASK_EXIT },
                                         { 0 } };
    open_overnight(script);
    stage_flat(&stage, 1558, 1558);
    assert_int_equal(stage_report(&stage).signals, 1);
    stage_end(&stage);
    assert_string_equal(stage_report(&stage).status, "");
    stage_begin(&stage, NEXT_DAY);
    stage_flat(&stage, 930, 936);
    stage_assert_trade(&stage, 0, 930, 100, 936, 100, "cross");
    assert_int_equal(stage.trades[0].key.session_date, stage.session.date);
    assert_int_equal(stage.trades[0].key.number, 1);
    assert_int_equal(stage_report(&stage).signals, 0);
}

static void an_exit_ordered_on_the_last_bar_fills_the_next_morning(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 1554, .ask = ASK_ENTRY },
                                         { .clock = 1558, .ask = ASK_EXIT },
                                         { 0 } };
    open_overnight(script);
    stage_flat(&stage, 1554, 1558);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 0);
    stage_begin(&stage, NEXT_DAY);
    stage_bar(&stage, 930, 95, 96, 94, 95);
    assert_int_equal(stage.trade_count, 1);
    assert_exactly(stage.trades[0].exit_price, 95);
    assert_string_equal(stage.trades[0].exit_reason, "cross");
    assert_int_equal(stage.trades[0].session_date, stage.session.date);
}

static void a_stop_stays_in_force_over_the_night(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 1554, .ask = ASK_ENTRY, .stop_distance = 2 },
                                         { 0 } };
    open_overnight(script);
    stage_flat(&stage, 1554, 1558);
    stage_end(&stage);
    stage_begin(&stage, NEXT_DAY);
    stage_bar(&stage, 930, 95, 99, 94, 95);
    assert_int_equal(stage.trade_count, 1);
    assert_exactly(stage.trades[0].exit_price, 95);
    assert_string_equal(stage.trades[0].exit_reason, "stop_loss");
}

static void trades_are_numbered_from_1_in_each_session(void **state)
{
    (void)state;
    static const struct cue script[] = {
        { .clock = 930, .ask = ASK_ENTRY },
        { .clock = 932, .ask = ASK_EXIT },
        { .clock = 934, .ask = ASK_ENTRY },
        { .clock = 936, .ask = ASK_EXIT },
        { .clock = 938, .ask = ASK_ENTRY },
        { .clock = 940, .ask = ASK_EXIT },
        { 0 },
    };
    open_overnight(script);
    for (int day = 0; day < 2; day++) {
        if (day > 0)
            stage_begin(&stage, NEXT_DAY);
        stage_flat(&stage, 930, 942);
        assert_int_equal(stage_report(&stage).signals, 3);
        stage_end(&stage);
        assert_int_equal(stage.trade_count, 3 + 3 * day);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(stage.trades[3 * day + i].key.number, i + 1);
            assert_int_equal(stage.trades[3 * day + i].key.session_date, stage.session.date);
        }
    }
}

static void it_needs_no_complete_session_and_has_no_time_exit(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 1556, .ask = ASK_ENTRY }, { 0 } };
    open_overnight(script);
    stage_flat(&stage, 930, 930);
    stage_flat(&stage, 1556, 1558);
    stage_end(&stage);
    assert_int_equal(stage_report(&stage).signals, 1);
    assert_int_equal(stage.trade_count, 0);
    assert_exactly(engine_position(stage.simulation.engine, 0)->entry_price, 100);
}

static void a_fatal_bar_refuses_its_entries_too_until_the_session_ends(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 1000, .ask = ASK_ENTRY }, { 0 } };
    open_overnight(script);
    engine_fault(stage.simulation.engine, 0, FINDING_BAD_RANGE,
                 candle_time_us(&stage.session, 930));
    stage_flat(&stage, 932, 1002);
    stage_end(&stage);
    assert_int_equal(stage_report(&stage).signals, 0);
    stage_begin(&stage, NEXT_DAY);
    stage_flat(&stage, 930, 1002);
    assert_int_equal(stage_report(&stage).signals, 1);
}

static const struct cue both_enter[] = { { .clock = 930, .ask = ASK_ENTRY },
                                         { .clock = 930, .ask = ASK_ENTRY, .symbol = 1 },
                                         { 0 } };

/* Two symbols at prices of their own; `second_first` turns their order round. */
static void show_both(int clock, double first, double second, bool second_first)
{
    struct candle candles[] = { { first, first, first, first },
                                { second, second, second, second } };
    stage_bar_of(&stage, second_first, clock, &candles[second_first]);
    stage_bar_of(&stage, !second_first, clock, &candles[!second_first]);
}

/* What the curve has risen in all. */
static int64_t gained(void)
{
    int64_t sum = 0;
    for (size_t i = 0; i < stage.equity.count; i++)
        sum += stage.equity.changes[i];
    return sum;
}

static void assert_equity(int64_t value, int64_t max_drawdown)
{
    assert_int_equal(gained(), value * MONEY_ONE);
    assert_int_equal(equity_max_drawdown(&stage.equity), max_drawdown * MONEY_ONE);
}

/* One gains what the other loses: between their bars the curve only seems to fall. */
static void the_curve_is_marked_once_all_bars_of_a_time_are_in(void **state)
{
    (void)state;
    for (int turned = 0; turned < 2; turned++) {
        stage_open(&stage, &(struct stage_options) { .script = both_enter, .symbols = 2 });
        stage_begin(&stage, FIRST_DAY);
        show_both(930, 100, 100, turned);
        show_both(932, 100, 100, turned);
        show_both(934, 103, 97, turned);
        show_both(936, 95, 105, turned);
        assert_equity(0, 0);
        show_both(938, 94, 104, turned);
        show_both(940, 96, 106, turned);
        stage_end(&stage);
        assert_equity(200, 200);
        stage_close(&stage);
    }
}

static void a_first_loss_is_a_drawdown_from_the_capital(void **state)
{
    (void)state;
    enter(2, 0);
    stage_bar(&stage, 932, 100, 100, 90, 95);
    assert_equity(-200, 200);
}

static void the_curve_is_marked_at_closes_only(void **state)
{
    (void)state;
    enter(0, 0);
    stage_bar(&stage, 932, 100, 109, 91, 100);
    assert_equity(0, 0);
    stage_bar(&stage, 934, 100, 109, 91, 99);
    assert_equity(-100, 100);
    stage_bar(&stage, 936, 99, 109, 91, 104);
    assert_equity(400, 100);
    stage_bar(&stage, 938, 101, 109, 91, 91); /* out at the open */
    assert_equity(100, 300);
}

static void fees_lower_the_curve_when_they_are_paid(void **state)
{
    (void)state;
    stage_open(&stage, &(struct stage_options) {
                           .script = both_enter,
                           .costs = { .fee_kind = FEE_PER_ORDER, .fee = 1 },
                       });
    stage_begin(&stage, FIRST_DAY);
    stage_flat(&stage, 930, 932);
    assert_equity(-1, 1);
    stage_flat(&stage, 934, 1554);
    assert_equity(-1, 1);
    stage_flat(&stage, 1556, 1558);
    assert_equity(-2, 2);
}

/* The end of a symbol's last bar is no time of its own; the first symbol's bars end long before
 * those of the second. One percent of 100 shares is 100 dollars at 100. */
static void the_costs_of_a_sessions_close_belong_to_the_last_mark(void **state)
{
    (void)state;
    stage_open(&stage, &(struct stage_options) {
                           .script = both_enter,
                           .symbols = 2,
                           .costs = { .fee_kind = FEE_BPS, .fee = 100 },
                       });
    stage_begin(&stage, FIRST_DAY);
    show_both(930, 100, 100, false);
    show_both(932, 100, 100, false);
    assert_equity(-200, 200);
    show_both(934, 110, 110, false);
    stage_bar_of(&stage, 1, 1200, &(struct candle) { 115, 115, 115, 115 });
    stage_end(&stage);
    assert_equity(1000 + 1500 - 200 - 110 - 115, 200);
}

static void each_trade_is_marked_from_its_own_entry(void **state)
{
    (void)state;
    static const struct cue script[] = {
        { .clock = 930, .ask = ASK_ENTRY },
        { .clock = 934, .ask = ASK_EXIT },
        { .clock = 936, .ask = ASK_ENTRY },
        { 0 },
    };
    open_overnight(script);
    stage_flat(&stage, 930, 932);
    stage_bar(&stage, 934, 103, 103, 103, 103);
    stage_bar(&stage, 936, 104, 104, 104, 104); /* out: 400 dollars */
    assert_equity(400, 0);
    stage_bar(&stage, 938, 104, 104, 104, 104); /* in again */
    assert_equity(400, 0);
    stage_bar(&stage, 940, 104, 104, 103, 103);
    assert_equity(300, 100);
}

static void a_position_open_at_the_end_is_marked_and_is_no_trade(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY }, { 0 } };
    open_overnight(script);
    stage_flat(&stage, 930, 932);
    stage_bar(&stage, 934, 100, 107, 99, 105);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 0);
    assert_equity(500, 0);
}

enum { CUES = 200, SYMBOLS = 3 };

static struct cue random_script[CUES + 1];

static void make_random_script(struct random *random)
{
    for (size_t i = 0; i < CUES; i++) {
        uint64_t minute = 570 + 2 * random_below(random, 195);
        random_script[i] = (struct cue) {
            .clock = (int)(minute / 60 * 100 + minute % 60),
            .ask = random_below(random, 2) ? ASK_ENTRY : ASK_EXIT,
            .stop_distance = (double)random_below(random, 4),
            .target_distance = (double)random_below(random, 4),
            .symbol = random_below(random, SYMBOLS),
        };
    }
}

/* A day of wandering prices with holes, the symbols in one order or the other at every moment. */
static void play_random_day(uint64_t seed, bool overnight, bool turned)
{
    struct random random = { seed };
    double price[SYMBOLS] = { 100, 100, 100 };
    make_random_script(&random);
    stage_open(&stage, &(struct stage_options) {
                           .script = random_script,
                           .overnight = overnight,
                           .symbols = SYMBOLS,
                           .costs = { FEE_BPS, 1, 2 },
                       });
    stage_begin(&stage, FIRST_DAY);
    for (int minute = 570; minute < 960; minute += 2) {
        struct candle candles[SYMBOLS];
        bool present[SYMBOLS];
        for (size_t i = 0; i < SYMBOLS; i++) {
            double close = price[i] + (double)random_below(&random, 5) - 2;
            close = close < 10 ? 10 : close;
            double high = price[i] > close ? price[i] : close;
            candles[i] = (struct candle) { price[i], high + 1, price[i] + close - high - 1, close };
            present[i] = random_below(&random, 50) != 0;
            price[i] = close;
        }
        for (size_t i = 0; i < SYMBOLS; i++) {
            size_t symbol = turned ? SYMBOLS - 1 - i : i;
            if (present[symbol])
                stage_bar_of(&stage, symbol, minute / 60 * 100 + minute % 60, &candles[symbol]);
        }
    }
    for (size_t i = 0; i < SYMBOLS; i++)
        stage_end_of(&stage, turned ? SYMBOLS - 1 - i : i);
}

/* The trades of one symbol, as they ended. */
static size_t trades_of(size_t symbol, struct trade trades[static STAGE_TRADES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < stage.trade_count; i++) {
        if (stage.trades[i].symbol == symbol)
            trades[count++] = stage.trades[i];
    }
    return count;
}

static int64_t net_of_all(void)
{
    int64_t net = 0;
    for (size_t i = 0; i < stage.trade_count; i++)
        net += stage.trades[i].net_pnl;
    return net;
}

static void the_order_of_symbols_does_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        static struct trade trades[SYMBOLS][STAGE_TRADES_MAX], turned[STAGE_TRADES_MAX];
        size_t counts[SYMBOLS];
        play_random_day(seed, seed % 2, false);
        size_t size = stage.equity.count * sizeof *stage.equity.changes;
        int64_t *changes = memory_new(size, 1);
        memcpy(changes, stage.equity.changes, size);
        for (size_t i = 0; i < SYMBOLS; i++)
            counts[i] = trades_of(i, trades[i]);
        if (seed % 2 == 0)
            assert_int_equal(gained(), net_of_all());
        stage_close(&stage);

        play_random_day(seed, seed % 2, true);
        assert_memory_equal(stage.equity.changes, changes, size);
        free(changes);
        for (size_t i = 0; i < SYMBOLS; i++) {
            assert_int_equal(trades_of(i, turned), counts[i]);
            assert_memory_equal(turned, trades[i], counts[i] * sizeof turned[0]);
        }
        stage_close(&stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(
            the_bars_before_the_exit_bar_count_whole_and_the_exit_bar_by_its_price, close_stage),
        cmocka_unit_test_teardown(an_exit_price_can_be_the_worst_or_the_best, close_stage),
        cmocka_unit_test_teardown(a_stopped_bar_counts_only_by_the_stop, close_stage),
        cmocka_unit_test_teardown(a_stop_on_the_entry_bar_leaves_nothing_but_its_price,
                                  close_stage),
        cmocka_unit_test_teardown(a_target_on_the_entry_bar_leaves_nothing_but_its_price,
                                  close_stage),
        cmocka_unit_test_teardown(at_the_sessions_close_the_last_bar_counts_whole, close_stage),
        cmocka_unit_test_teardown(an_entry_bar_that_is_the_last_counts_whole, close_stage),
        cmocka_unit_test_teardown(bars_that_are_missing_are_not_held, close_stage),
        cmocka_unit_test_teardown(a_trade_carries_what_was_agreed, close_stage),
        cmocka_unit_test_teardown(a_quiet_bar_leaves_nothing_to_drain, close_stage),
        cmocka_unit_test_teardown(both_sides_pay_fees_and_slippage, close_stage),
        cmocka_unit_test_teardown(a_position_is_held_over_the_night, close_stage),
        cmocka_unit_test_teardown(an_entry_ordered_on_the_last_bar_fills_the_next_morning,
                                  close_stage),
        cmocka_unit_test_teardown(an_exit_ordered_on_the_last_bar_fills_the_next_morning,
                                  close_stage),
        cmocka_unit_test_teardown(a_stop_stays_in_force_over_the_night, close_stage),
        cmocka_unit_test_teardown(trades_are_numbered_from_1_in_each_session, close_stage),
        cmocka_unit_test_teardown(it_needs_no_complete_session_and_has_no_time_exit, close_stage),
        cmocka_unit_test_teardown(a_fatal_bar_refuses_its_entries_too_until_the_session_ends,
                                  close_stage),
        cmocka_unit_test(the_curve_is_marked_once_all_bars_of_a_time_are_in),
        cmocka_unit_test_teardown(a_first_loss_is_a_drawdown_from_the_capital, close_stage),
        cmocka_unit_test_teardown(the_curve_is_marked_at_closes_only, close_stage),
        cmocka_unit_test_teardown(fees_lower_the_curve_when_they_are_paid, close_stage),
        cmocka_unit_test_teardown(the_costs_of_a_sessions_close_belong_to_the_last_mark,
                                  close_stage),
        cmocka_unit_test_teardown(each_trade_is_marked_from_its_own_entry, close_stage),
        cmocka_unit_test_teardown(a_position_open_at_the_end_is_marked_and_is_no_trade,
                                  close_stage),
        cmocka_unit_test(the_order_of_symbols_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
