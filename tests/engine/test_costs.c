#include "service/base/decimal.h"
#include "service/engine/costs.h"
#include "tests/support/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct costs fee_of(const char *text)
{
    struct costs costs = { 0 };
    struct error error = { 0 };
    if (!costs_parse_fee(text, &costs, &error))
        fail_msg("%s", error.message);
    return costs;
}

static struct costs slippage_of(const char *text)
{
    struct costs costs = { 0 };
    struct error error = { 0 };
    if (!costs_parse_slippage(text, &costs, &error))
        fail_msg("%s", error.message);
    return costs;
}

static void a_fee_per_share_grows_with_the_quantity_alone(void **state)
{
    (void)state;
    struct costs costs = fee_of("0.005/share");
    assert_int_equal(costs.fee_kind, FEE_PER_SHARE);
    assert_int_equal(costs_fee(&costs, 50, 100 * QUANTITY_ONE), 500000);
    assert_int_equal(costs_fee(&costs, 5000, 100 * QUANTITY_ONE), 500000);
    assert_int_equal(costs_fee(&costs, 50, QUANTITY_ONE / 2), 2500);
}

static void a_fee_in_basis_points_grows_with_the_value(void **state)
{
    (void)state;
    struct costs costs = fee_of("2bps");
    assert_int_equal(costs.fee_kind, FEE_BPS);
    assert_int_equal(costs_fee(&costs, 50, 100 * QUANTITY_ONE), 1 * MONEY_ONE);
    assert_int_equal(costs_fee(&costs, 100, 100 * QUANTITY_ONE), 2 * MONEY_ONE);
    assert_int_equal(costs_fee(&costs, 50, QUANTITY_ONE / 2), 5000);
}

static void a_fee_per_order_is_always_the_same(void **state)
{
    (void)state;
    struct costs costs = fee_of("1/order");
    assert_int_equal(costs.fee_kind, FEE_PER_ORDER);
    assert_int_equal(costs_fee(&costs, 50, 100 * QUANTITY_ONE), 1 * MONEY_ONE);
    assert_int_equal(costs_fee(&costs, 5000, 1), 1 * MONEY_ONE);
}

static void none_is_the_default_and_can_be_asked_for(void **state)
{
    (void)state;
    struct costs costs = { 0 };
    assert_int_equal(costs_fee(&costs, 50, 100 * QUANTITY_ONE), 0);
    assert_exactly(costs_buy_price(&costs, 50.01), 50.01);
    assert_exactly(costs_sell_price(&costs, 50.01), 50.01);

    costs = fee_of("0/share");
    assert_int_equal(costs_fee(&costs, 50, 100 * QUANTITY_ONE), 0);
    costs = slippage_of("0bps");
    assert_exactly(costs_sell_price(&costs, 50.01), 50.01);

    struct error error = { 0 };
    costs = (struct costs) { .fee_kind = FEE_PER_ORDER, .fee = 1, .slippage_bps = 1 };
    assert_true(costs_parse_fee("0", &costs, &error));
    assert_true(costs_parse_slippage("0", &costs, &error));
    assert_int_equal(costs_fee(&costs, 50, 100 * QUANTITY_ONE), 0);
    assert_exactly(costs_buy_price(&costs, 50.01), 50.01);
}

static void a_fee_is_rounded_to_a_millionth_once(void **state)
{
    (void)state;
    struct costs costs = fee_of("0.0000004/share");
    assert_int_equal(costs_fee(&costs, 50, QUANTITY_ONE), 0);
    assert_int_equal(costs_fee(&costs, 50, 2 * QUANTITY_ONE), 1);
    assert_int_equal(costs_fee(&costs, 50, 100 * QUANTITY_ONE), 40);
    costs = fee_of("1bps");
    assert_int_equal(costs_fee(&costs, 0.00333, QUANTITY_ONE), 0);
    assert_int_equal(costs_fee(&costs, 0.00666, QUANTITY_ONE), 1);
}

static void slippage_is_against_the_trader_on_both_sides(void **state)
{
    (void)state;
    struct costs costs = slippage_of("50bps");
    assert_exactly(costs_buy_price(&costs, 100), 100 * 1.005);
    assert_exactly(costs_sell_price(&costs, 100), 100 * 0.995);
    costs = slippage_of("1000bps");
    assert_exactly(costs_buy_price(&costs, 100), 100 * 1.1);
    assert_exactly(costs_sell_price(&costs, 100), 90);
}

static void what_is_no_fee_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "1",
        "x",
        "/share",
        "bps",
        "-1bps",
        "1 bps",
        "nanbps",
        "infbps",
        "1%",
        "1/shares",
        "1/ORDER",
        "0.005share",
        "1000001/order",
        "0x1p3/share",
        " 1bps",
        "1bps ",
        "1,5bps",
        "00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct costs costs = { .fee_kind = FEE_BPS, .fee = 7, .slippage_bps = 3 };
        struct error error = { 0 };
        if (costs_parse_fee(texts[i], &costs, &error))
            fail_msg("\"%s\" passes for a fee", texts[i]);
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.message, texts[i]));
        assert_int_equal(costs.fee_kind, FEE_BPS);
        assert_exactly(costs.fee, 7);
        assert_exactly(costs.slippage_bps, 3);
    }
}

static void what_is_no_slippage_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "1", "bps", "-1bps", "1000.5bps", "nanbps", "infbps", "1/share", "1 bps", "1BPS",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct costs costs = { .fee_kind = FEE_BPS, .fee = 7, .slippage_bps = 3 };
        struct error error = { 0 };
        if (costs_parse_slippage(texts[i], &costs, &error))
            fail_msg("\"%s\" passes for a slippage", texts[i]);
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.message, texts[i]));
        assert_exactly(costs.slippage_bps, 3);
        assert_exactly(costs.fee, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fee_per_share_grows_with_the_quantity_alone),
        cmocka_unit_test(a_fee_in_basis_points_grows_with_the_value),
        cmocka_unit_test(a_fee_per_order_is_always_the_same),
        cmocka_unit_test(none_is_the_default_and_can_be_asked_for),
        cmocka_unit_test(a_fee_is_rounded_to_a_millionth_once),
        cmocka_unit_test(slippage_is_against_the_trader_on_both_sides),
        cmocka_unit_test(what_is_no_fee_is_refused_and_changes_nothing),
        cmocka_unit_test(what_is_no_slippage_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
