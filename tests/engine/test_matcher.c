#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/engine/matcher.h"
#include "tests/support/candles.h"
#include "tests/support/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct costs costs;
static struct matcher matcher;
static int64_t now_us;
static struct order_update updates[MATCHER_UPDATES_MAX];
static size_t count;

static int start(void **state)
{
    (void)state;
    costs = (struct costs) { 0 };
    matcher_init(&matcher, &costs);
    now_us = 0;
    return 0;
}

static void order_entry(double stop_distance, double target_distance)
{
    matcher_place(&matcher, &(struct order) {
                                .symbol = 4,
                                .key = { 19902, 1 },
                                .leg = LEG_ENTRY,
                                .action = ORDER_AT_OPEN,
                                .quantity = 100 * QUANTITY_ONE,
                                .stop_distance = stop_distance,
                                .target_distance = target_distance,
                                .reason = "signal",
                            });
}

static struct order exit_order(enum order_action action, const char *reason)
{
    return (struct order) {
        .symbol = 4,
        .key = { 19902, 2 },
        .leg = LEG_EXIT,
        .action = action,
        .quantity = 100 * QUANTITY_ONE,
        .reason = reason,
    };
}

static void order_exit(const char *reason)
{
    struct order order = exit_order(ORDER_AT_OPEN, reason);
    matcher_place(&matcher, &order);
}

static void cancel(enum order_leg leg)
{
    matcher_place(&matcher, &(struct order) { .symbol = 4, .leg = leg, .action = ORDER_CANCEL });
}

/* The next bar, a minute after the last one. Nobody need show it to an idle matcher. */
static void bar(double open, double high, double low, double close)
{
    now_us += MINUTE_US;
    struct bar next = candle_bar(now_us, &(struct candle) { open, high, low, close });
    bool was_idle = matcher.is_idle;
    count = matcher_bar(&matcher, &next, updates);
    if (was_idle)
        assert_int_equal(count, 0);
}

/* A position of 100 shares bought at 100 on a bar that touches neither stop nor target. */
static void hold(double stop_distance, double target_distance)
{
    order_entry(stop_distance, target_distance);
    bar(100, 100, 100, 100);
    assert_int_equal(count, 1);
}

static void assert_fill(size_t index, enum order_leg leg, double price, const char *reason)
{
    assert_in_range(index + 1, 1, count);
    const struct order_update *update = &updates[index];
    assert_int_equal(update->leg, leg);
    assert_exactly(update->price, price);
    assert_string_equal(update->reason, reason);
    assert_int_equal(update->time_us, now_us);
    assert_int_equal(update->quantity, 100 * QUANTITY_ONE);
    assert_int_equal(update->symbol, 4);
    assert_false(update->at_close);
}

static void assert_bought(double price)
{
    assert_fill(0, LEG_ENTRY, price, "signal");
}

/* The only thing that happened on the bar, and nothing is held behind it. */
static void assert_sold(double price, const char *reason)
{
    assert_int_equal(count, 1);
    assert_fill(0, LEG_EXIT, price, reason);
    assert_true(matcher.is_idle);
    bar(0.01, 1000, 0.01, 1000);
    assert_int_equal(count, 0);
}

static void assert_held(void)
{
    assert_int_equal(count, 0);
}

static void an_entry_fills_at_the_open_of_the_next_bar_present(void **state)
{
    (void)state;
    order_entry(0, 0);
    now_us += HOUR_US;
    bar(101, 103, 99, 102);
    assert_int_equal(count, 1);
    assert_bought(101);
    assert_int_equal(updates[0].key.session_date, 19902);
    assert_int_equal(updates[0].key.number, 1);
    assert_exactly(updates[0].stop_price, NAN);
    assert_exactly(updates[0].target_price, NAN);
    bar(101, 103, 99, 102);
    assert_held();
}

static void an_exit_fills_at_the_open_of_the_next_bar_present(void **state)
{
    (void)state;
    hold(0, 0);
    order_exit("cross");
    now_us += HOUR_US;
    bar(101, 103, 99, 102);
    assert_sold(101, "cross");
}

static void an_exit_fills_before_an_entry_of_the_same_bar(void **state)
{
    (void)state;
    hold(0, 0);
    order_exit("cross");
    order_entry(2, 0);
    bar(110, 112, 109, 111);
    assert_int_equal(count, 2);
    assert_fill(0, LEG_EXIT, 110, "cross");
    assert_fill(1, LEG_ENTRY, 110, "signal");
    assert_exactly(updates[1].stop_price, 108);
    bar(110, 112, 108, 111);
    assert_sold(108, "stop_loss");
}

/* All three in one bar: what was held is sold, the new position is bought and stopped. */
static void a_bar_can_exit_enter_and_stop(void **state)
{
    (void)state;
    hold(5, 0);
    order_exit("cross");
    order_entry(2, 0);
    bar(90, 91, 80, 81);
    assert_int_equal(count, 3);
    assert_fill(0, LEG_EXIT, 90, "cross");
    assert_fill(1, LEG_ENTRY, 90, "signal");
    assert_fill(2, LEG_EXIT, 88, "stop_loss");
}

static void the_entrys_stop_is_in_force_on_the_entry_bar(void **state)
{
    (void)state;
    order_entry(2, 0);
    bar(100, 101, 97, 99);
    assert_int_equal(count, 2);
    assert_bought(100);
    assert_exactly(updates[0].stop_price, 98);
    assert_fill(1, LEG_EXIT, 98, "stop_loss");
}

static void the_entrys_target_is_in_force_on_the_entry_bar(void **state)
{
    (void)state;
    order_entry(0, 3);
    bar(100, 104, 97, 99);
    assert_int_equal(count, 2);
    assert_bought(100);
    assert_exactly(updates[0].target_price, 103);
    assert_fill(1, LEG_EXIT, 103, "target");
}

static void a_stop_is_touched_when_the_low_is_exactly_there(void **state)
{
    (void)state;
    hold(2, 0);
    bar(100, 101, 98, 99);
    assert_sold(98, "stop_loss");
}

static void a_low_just_above_the_stop_does_not_touch_it(void **state)
{
    (void)state;
    hold(2, 0);
    bar(100, 101, nextafter(98, 99), 99);
    assert_held();
}

static void a_target_is_touched_when_the_high_is_exactly_there(void **state)
{
    (void)state;
    hold(0, 0.5);
    bar(100, 100.5, 99, 100);
    assert_sold(100.5, "target");
}

static void a_high_just_below_the_target_does_not_touch_it(void **state)
{
    (void)state;
    hold(0, 3);
    bar(100, nextafter(103, 102), 99, 101);
    assert_held();
}

static void a_gap_below_the_stop_fills_at_the_open(void **state)
{
    (void)state;
    hold(2, 0);
    bar(95, 99, 94, 96);
    assert_sold(95, "stop_loss");
}

static void an_open_exactly_at_the_stop_fills_there(void **state)
{
    (void)state;
    hold(2, 0);
    bar(98, 99, 97, 98.5);
    assert_sold(98, "stop_loss");
}

static void a_gap_above_the_target_fills_at_the_open(void **state)
{
    (void)state;
    hold(0, 3);
    bar(106, 107, 102, 104);
    assert_sold(106, "target");
}

static void an_open_exactly_at_the_target_fills_there(void **state)
{
    (void)state;
    hold(2, 3);
    bar(103, 107, 97, 104);
    assert_sold(103, "target");
}

static void where_a_bar_touches_both_the_stop_comes_first(void **state)
{
    (void)state;
    hold(2, 3);
    bar(100, 104, 97, 103.5);
    assert_sold(98, "stop_loss");
}

static void an_open_beyond_the_target_wins_although_the_low_touches_the_stop(void **state)
{
    (void)state;
    hold(2, 3);
    bar(105, 106, 97, 98);
    assert_sold(105, "target");
}

static void an_open_below_the_stop_wins_although_the_high_touches_the_target(void **state)
{
    (void)state;
    hold(2, 3);
    bar(97, 104, 96, 103);
    assert_sold(97, "stop_loss");
}

static void an_exit_ordered_earlier_comes_before_the_stop(void **state)
{
    (void)state;
    hold(2, 3);
    order_exit("time_exit");
    bar(99, 104, 90, 91);
    assert_sold(99, "time_exit");
}

static void an_exit_ordered_earlier_comes_before_a_stop_below_the_open(void **state)
{
    (void)state;
    hold(2, 0);
    order_exit("time_exit");
    bar(91, 92, 90, 91);
    assert_sold(91, "time_exit");
}

static void a_stop_stays_in_force_until_it_is_touched(void **state)
{
    (void)state;
    hold(2, 3);
    for (int i = 0; i < 10; i++) {
        bar(100, 102.5, 98.5, 101);
        assert_held();
    }
    bar(99, 99, 97.5, 98);
    assert_sold(98, "stop_loss");
}

/* 100 x 1.01 is 101, less 2 is 99. A stop under the bar's open would be 98. */
static void the_stops_distance_counts_from_the_real_fill_price(void **state)
{
    (void)state;
    costs.slippage_bps = 100;
    order_entry(2, 0);
    bar(100, 100.5, 99.5, 100);
    assert_int_equal(count, 1);
    assert_bought(101);
    assert_exactly(updates[0].stop_price, 99);
    bar(100, 101, 99, 100);
    assert_sold(99 * 0.99, "stop_loss");
}

static void the_targets_distance_counts_from_the_real_fill_price(void **state)
{
    (void)state;
    costs.slippage_bps = 100;
    order_entry(0, 3);
    bar(100, 103.5, 99.5, 100);
    assert_int_equal(count, 1);
    assert_exactly(updates[0].target_price, 104);
    bar(100, 104, 99, 100);
    assert_sold(104 * 0.99, "target");
}

/* Bought at 101 with the stop at 100.5, on a bar that opened at 100: at or beyond the stop. */
static void a_stop_above_the_entry_bars_open_fills_at_that_open(void **state)
{
    (void)state;
    costs.slippage_bps = 100;
    order_entry(0.5, 0);
    bar(100, 103, 99, 102);
    assert_int_equal(count, 2);
    assert_bought(101);
    assert_fill(1, LEG_EXIT, 99, "stop_loss");
}

static void slippage_is_on_every_kind_of_fill(void **state)
{
    (void)state;
    costs.slippage_bps = 50;
    order_entry(0, 0);
    bar(100, 100, 100, 100);
    assert_bought(100 * 1.005);
    order_exit("time_exit");
    bar(200, 200, 200, 200);
    assert_sold(200 * 0.995, "time_exit");

    order_entry(2, 0); /* the stop lies at 98.5 */
    bar(100, 100, 100, 100);
    double stop = updates[0].stop_price;
    bar(99, 99, 98, 98);
    assert_sold(stop * 0.995, "stop_loss");

    order_entry(2, 0);
    bar(100, 100, 100, 100);
    bar(90, 91, 89, 90); /* a gap */
    assert_sold(90 * 0.995, "stop_loss");

    order_entry(0, 3);
    bar(100, 100, 100, 100);
    double target = updates[0].target_price;
    bar(100, 104, 100, 100);
    assert_sold(target * 0.995, "target");
}

/* 100 shares bought at 100 x 1.005 and sold at 110 x 0.995. */
static void a_fee_is_taken_on_both_sides_from_the_real_fill_price(void **state)
{
    (void)state;
    const struct {
        enum fee_kind kind;
        double fee;
        int64_t entry, exit;
    } rows[] = {
        { FEE_NONE, 0, 0, 0 },
        { FEE_PER_SHARE, 0.005, 500000, 500000 },
        { FEE_BPS, 2, 2010000, 2189000 },
        { FEE_PER_ORDER, 1, 1000000, 1000000 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        costs = (struct costs) { rows[i].kind, rows[i].fee, 50 };
        order_entry(0, 0);
        bar(100, 100, 100, 100);
        assert_int_equal(updates[0].fee, rows[i].entry);
        order_exit("time_exit");
        bar(110, 110, 110, 110);
        assert_int_equal(updates[0].fee, rows[i].exit);
    }
}

static void a_close_fills_at_the_last_close_and_the_bars_end(void **state)
{
    (void)state;
    costs = (struct costs) { FEE_PER_ORDER, 1, 100 };
    hold(2, 3);
    order_exit("time_exit");
    struct order order = exit_order(ORDER_AT_CLOSE, "session_close");
    order.close = 102;
    struct order_update update = matcher_close(&matcher, &order, 77 * MINUTE_US);
    assert_int_equal(update.leg, LEG_EXIT);
    assert_int_equal(update.symbol, 4);
    assert_int_equal(update.time_us, 77 * MINUTE_US);
    assert_exactly(update.price, 102 * 0.99);
    assert_int_equal(update.fee, 1 * MONEY_ONE);
    assert_int_equal(update.quantity, 100 * QUANTITY_ONE);
    assert_string_equal(update.reason, "session_close");
    assert_true(update.at_close);
    assert_true(matcher.is_idle);
    bar(1, 1000, 1, 1);
    assert_int_equal(count, 0);
}

static void a_close_drops_an_entry_that_waits(void **state)
{
    (void)state;
    hold(0, 0);
    order_entry(0, 0);
    struct order order = exit_order(ORDER_AT_CLOSE, "session_close");
    order.close = 100;
    matcher_close(&matcher, &order, 77 * MINUTE_US);
    bar(100, 100, 100, 100);
    assert_int_equal(count, 0);
}

static void a_cancelled_entry_never_fills(void **state)
{
    (void)state;
    order_entry(2, 3);
    cancel(LEG_ENTRY);
    bar(100, 100, 100, 100);
    assert_int_equal(count, 0);
}

static void a_cancel_is_for_one_leg_only(void **state)
{
    (void)state;
    order_entry(0, 0);
    cancel(LEG_EXIT);
    bar(100, 100, 100, 100);
    assert_bought(100);
    order_exit("cross");
    cancel(LEG_ENTRY);
    bar(101, 101, 101, 101);
    assert_sold(101, "cross");
}

static void a_cancelled_exit_leaves_the_position_and_its_stop(void **state)
{
    (void)state;
    hold(2, 0);
    order_exit("cross");
    cancel(LEG_EXIT);
    bar(100, 101, 99, 100);
    assert_held();
    bar(100, 101, 98, 99);
    assert_sold(98, "stop_loss");
}

static void a_new_position_has_none_of_the_old_ones_guards(void **state)
{
    (void)state;
    hold(2, 3);
    order_exit("cross");
    order_entry(0, 0);
    bar(100, 101, 99, 100);
    assert_int_equal(count, 2);
    bar(100, 200, 50, 100);
    assert_held();
}

static void a_matcher_with_nothing_to_do_is_idle(void **state)
{
    (void)state;
    assert_true(matcher.is_idle);
    bar(1, 1000, 1, 1);
    order_entry(0, 0);
    assert_false(matcher.is_idle);
    bar(100, 100, 100, 100);
    assert_true(matcher.is_idle); /* a position without stop and target */
    order_exit("cross");
    assert_false(matcher.is_idle);
    bar(100, 100, 100, 100);
    assert_true(matcher.is_idle);
    hold(0, 3);
    assert_false(matcher.is_idle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_entry_fills_at_the_open_of_the_next_bar_present, start),
        cmocka_unit_test_setup(an_exit_fills_at_the_open_of_the_next_bar_present, start),
        cmocka_unit_test_setup(an_exit_fills_before_an_entry_of_the_same_bar, start),
        cmocka_unit_test_setup(a_bar_can_exit_enter_and_stop, start),
        cmocka_unit_test_setup(the_entrys_stop_is_in_force_on_the_entry_bar, start),
        cmocka_unit_test_setup(the_entrys_target_is_in_force_on_the_entry_bar, start),
        cmocka_unit_test_setup(a_stop_is_touched_when_the_low_is_exactly_there, start),
        cmocka_unit_test_setup(a_low_just_above_the_stop_does_not_touch_it, start),
        cmocka_unit_test_setup(a_target_is_touched_when_the_high_is_exactly_there, start),
        cmocka_unit_test_setup(a_high_just_below_the_target_does_not_touch_it, start),
        cmocka_unit_test_setup(a_gap_below_the_stop_fills_at_the_open, start),
        cmocka_unit_test_setup(an_open_exactly_at_the_stop_fills_there, start),
        cmocka_unit_test_setup(a_gap_above_the_target_fills_at_the_open, start),
        cmocka_unit_test_setup(an_open_exactly_at_the_target_fills_there, start),
        cmocka_unit_test_setup(where_a_bar_touches_both_the_stop_comes_first, start),
        cmocka_unit_test_setup(an_open_beyond_the_target_wins_although_the_low_touches_the_stop,
                               start),
        cmocka_unit_test_setup(an_open_below_the_stop_wins_although_the_high_touches_the_target,
                               start),
        cmocka_unit_test_setup(an_exit_ordered_earlier_comes_before_the_stop, start),
        cmocka_unit_test_setup(an_exit_ordered_earlier_comes_before_a_stop_below_the_open, start),
        cmocka_unit_test_setup(a_stop_stays_in_force_until_it_is_touched, start),
        cmocka_unit_test_setup(the_stops_distance_counts_from_the_real_fill_price, start),
        cmocka_unit_test_setup(the_targets_distance_counts_from_the_real_fill_price, start),
        cmocka_unit_test_setup(a_stop_above_the_entry_bars_open_fills_at_that_open, start),
        cmocka_unit_test_setup(slippage_is_on_every_kind_of_fill, start),
        cmocka_unit_test_setup(a_fee_is_taken_on_both_sides_from_the_real_fill_price, start),
        cmocka_unit_test_setup(a_close_fills_at_the_last_close_and_the_bars_end, start),
        cmocka_unit_test_setup(a_close_drops_an_entry_that_waits, start),
        cmocka_unit_test_setup(a_cancelled_entry_never_fills, start),
        cmocka_unit_test_setup(a_cancel_is_for_one_leg_only, start),
        cmocka_unit_test_setup(a_cancelled_exit_leaves_the_position_and_its_stop, start),
        cmocka_unit_test_setup(a_new_position_has_none_of_the_old_ones_guards, start),
        cmocka_unit_test_setup(a_matcher_with_nothing_to_do_is_idle, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
