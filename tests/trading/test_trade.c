#include "service/base/decimal.h"
#include "service/trading/trade.h"
#include "tests/support/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 100 shares from 50 to 51.5 with a stop at 49, held between 48.5 and 52, for 2 dollars of fees. */
static struct trade example(void)
{
    return (struct trade) {
        .quantity = 100 * QUANTITY_ONE,
        .entry_price = 50,
        .exit_price = 51.5,
        .stop_price = 49,
        .target_price = NAN,
        .fees = 2 * MONEY_ONE,
        .low = 48.5,
        .high = 52,
    };
}

static void a_trade_is_settled_by_its_definitions(void **state)
{
    (void)state;
    struct trade trade = example();
    trade_settle(&trade);
    assert_int_equal(trade.gross_pnl, 150 * MONEY_ONE);
    assert_int_equal(trade.net_pnl, 148 * MONEY_ONE);
    assert_int_equal(trade.mae, -150 * MONEY_ONE);
    assert_int_equal(trade.mfe, 200 * MONEY_ONE);
    assert_exactly(trade.return_pct, 100 * 148.0 / 5000);
    assert_exactly(trade.r_multiple, 1.48);
}

static void a_losing_trade_has_negative_figures(void **state)
{
    (void)state;
    struct trade trade = example();
    trade.exit_price = trade.low = 49;
    trade_settle(&trade);
    assert_int_equal(trade.gross_pnl, -100 * MONEY_ONE);
    assert_int_equal(trade.net_pnl, -102 * MONEY_ONE);
    assert_int_equal(trade.mae, -100 * MONEY_ONE);
    assert_exactly(trade.return_pct, -100 * 102.0 / 5000);
    assert_exactly(trade.r_multiple, -1.02);
}

static void without_a_stop_there_is_no_r_multiple(void **state)
{
    (void)state;
    struct trade trade = example();
    trade.stop_price = NAN;
    trade_settle(&trade);
    assert_exactly(trade.r_multiple, NAN);
    assert_int_equal(trade.net_pnl, 148 * MONEY_ONE);
}

/* A distance can be lost in the price it is taken from. */
static void a_stop_at_the_entry_price_gives_no_r_multiple(void **state)
{
    (void)state;
    struct trade trade = example();
    trade.stop_price = trade.entry_price;
    trade_settle(&trade);
    assert_exactly(trade.r_multiple, NAN);
}

static void a_trade_never_under_water_has_no_adverse_excursion(void **state)
{
    (void)state;
    struct trade trade = example();
    trade.low = 50.25;
    trade_settle(&trade);
    assert_int_equal(trade.mae, 0);
    assert_int_equal(trade.mfe, 200 * MONEY_ONE);
}

static void a_trade_never_above_water_has_no_favourable_excursion(void **state)
{
    (void)state;
    struct trade trade = example();
    trade.exit_price = trade.high = 49.5;
    trade_settle(&trade);
    assert_int_equal(trade.mfe, 0);
    assert_int_equal(trade.mae, -150 * MONEY_ONE);
}

static void quantities_may_be_fractions(void **state)
{
    (void)state;
    struct trade trade = example();
    trade.quantity = QUANTITY_ONE / 8;
    trade.fees = 0;
    trade_settle(&trade);
    assert_int_equal(trade.gross_pnl, 187500);
    assert_int_equal(trade.mfe, 250000);
    assert_exactly(trade.return_pct, 3);
    assert_exactly(trade.r_multiple, 1.5);
}

/* A third of 0.000002 and of 0.000001 dollars; gross is rounded from the exact product, net is a
 * difference of what has been rounded. */
static void money_is_rounded_to_a_millionth_once(void **state)
{
    (void)state;
    struct trade trade = example();
    trade.quantity = 333333333;
    trade.entry_price = 1;
    trade.exit_price = 1.000002;
    trade.fees = 0;
    trade_settle(&trade);
    assert_int_equal(trade.gross_pnl, 1);
    trade.exit_price = 1.000001;
    trade_settle(&trade);
    assert_int_equal(trade.gross_pnl, 0);
    trade.fees = 1;
    trade_settle(&trade);
    assert_int_equal(trade.net_pnl, -1);
}

static void dollars_and_money_are_price_times_quantity(void **state)
{
    (void)state;
    assert_exactly(dollars_of(2.5, 3 * QUANTITY_ONE), 7.5);
    assert_exactly(dollars_of(-2.5, QUANTITY_ONE / 2), -1.25);
    assert_int_equal(money_of(2.5, 3 * QUANTITY_ONE), 7500000);
    assert_int_equal(money_of(0.0000006, QUANTITY_ONE), 1);
    assert_int_equal(money_of(0.0000004, QUANTITY_ONE), 0);
    assert_int_equal(money_of(-0.0000006, QUANTITY_ONE), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trade_is_settled_by_its_definitions),
        cmocka_unit_test(a_losing_trade_has_negative_figures),
        cmocka_unit_test(without_a_stop_there_is_no_r_multiple),
        cmocka_unit_test(a_stop_at_the_entry_price_gives_no_r_multiple),
        cmocka_unit_test(a_trade_never_under_water_has_no_adverse_excursion),
        cmocka_unit_test(a_trade_never_above_water_has_no_favourable_excursion),
        cmocka_unit_test(quantities_may_be_fractions),
        cmocka_unit_test(money_is_rounded_to_a_millionth_once),
        cmocka_unit_test(dollars_and_money_are_price_times_quantity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
