#include "service/market/quality.h"
#include "tests/support/candles.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum finding_kind fault_of(double open, double high, double low, double close)
{
    struct bar bar = candle_bar(0, &(struct candle) { open, high, low, close });
    return quality_fault(&bar);
}

static void a_sound_bar_has_no_fault(void **state)
{
    (void)state;
    assert_int_equal(fault_of(10, 12, 9, 11), FINDING_NONE);
    assert_int_equal(fault_of(10, 10, 10, 10), FINDING_NONE);
    assert_int_equal(fault_of(9, 12, 9, 12), FINDING_NONE);
    assert_int_equal(fault_of(12, 12, 9, 9), FINDING_NONE);
    assert_int_equal(fault_of(1e-9, 1e-9, 1e-9, 1e-9), FINDING_NONE);
    assert_int_equal(fault_of(PRICE_MAX, PRICE_MAX, 1, PRICE_MAX), FINDING_NONE);
}

static void volume_vwap_and_trade_count_do_not_make_a_bar_faulty(void **state)
{
    (void)state;
    struct bar bar = candle_bar(0, &(struct candle) { 10, 12, 9, 11 });
    bar.volume = 0;
    bar.vwap = 20;
    bar.trade_count = 0;
    assert_true(quality_is_sound(&bar));
}

static void a_price_that_is_not_finite_and_positive_is_a_bad_price(void **state)
{
    (void)state;
    const double wrong[] = { NAN, -NAN, INFINITY, -INFINITY, 0, -0.0, -1, 1.0000001e9 };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(fault_of(wrong[i], 12, 9, 11), FINDING_BAD_PRICE);
        assert_int_equal(fault_of(10, wrong[i], 9, 11), FINDING_BAD_PRICE);
        assert_int_equal(fault_of(10, 12, wrong[i], 11), FINDING_BAD_PRICE);
        assert_int_equal(fault_of(10, 12, 9, wrong[i]), FINDING_BAD_PRICE);
    }
}

static void open_and_close_outside_high_and_low_are_a_bad_range(void **state)
{
    (void)state;
    assert_int_equal(fault_of(10, 9, 12, 11), FINDING_BAD_RANGE);
    assert_int_equal(fault_of(10, 9.99, 10.01, 10), FINDING_BAD_RANGE);
    assert_int_equal(fault_of(8.99, 12, 9, 11), FINDING_BAD_RANGE);
    assert_int_equal(fault_of(12.01, 12, 9, 11), FINDING_BAD_RANGE);
    assert_int_equal(fault_of(10, 12, 9, 8.99), FINDING_BAD_RANGE);
    assert_int_equal(fault_of(10, 12, 9, 12.01), FINDING_BAD_RANGE);
}

static bool is_price(double price)
{
    return isfinite(price) && price > 0 && price <= PRICE_MAX;
}

/* The rule, one condition after the other, over every combination of prices of all kinds. */
static enum finding_kind fault_by_rule(const double price[4])
{
    double open = price[0], high = price[1], low = price[2], close = price[3];
    for (int i = 0; i < 4; i++) {
        if (!is_price(price[i]))
            return FINDING_BAD_PRICE;
    }
    if (high < low || open > high || open < low || close > high || close < low)
        return FINDING_BAD_RANGE;
    return FINDING_NONE;
}

static void every_combination_of_prices_is_judged_by_the_rule(void **state)
{
    (void)state;
    static const double values[] = { NAN, -INFINITY, -1, 0, 5e-324, 1, 2, 3, 1e9, 2e9, INFINITY };
    enum { KINDS = sizeof values / sizeof values[0] };
    for (int code = 0; code < KINDS * KINDS * KINDS * KINDS; code++) {
        double price[4];
        for (int i = 0, rest = code; i < 4; i++, rest /= KINDS)
            price[i] = values[rest % KINDS];
        struct bar bar = candle_bar(0, &(struct candle) { price[0], price[1], price[2], price[3] });
        enum finding_kind expected = fault_by_rule(price);
        assert_int_equal(quality_fault(&bar), expected);
        assert_int_equal(quality_is_sound(&bar), expected == FINDING_NONE);
    }
}

static void every_kind_has_a_name_of_its_own_and_a_meaning(void **state)
{
    (void)state;
    for (enum finding_kind kind = FINDING_NO_BARS; kind < FINDING_KIND_COUNT; kind++) {
        const struct finding_type *type = finding_type(kind);
        assert_non_null(type->name);
        assert_true(strlen(type->meaning) > 0);
        for (enum finding_kind other = FINDING_NONE; other < kind; other++)
            assert_string_not_equal(type->name, finding_type(other)->name);
    }
}

static void only_bad_prices_and_ranges_are_fatal(void **state)
{
    (void)state;
    for (enum finding_kind kind = FINDING_NONE; kind < FINDING_KIND_COUNT; kind++)
        assert_int_equal(finding_type(kind)->fatal,
                         kind == FINDING_BAD_PRICE || kind == FINDING_BAD_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_bar_has_no_fault),
        cmocka_unit_test(volume_vwap_and_trade_count_do_not_make_a_bar_faulty),
        cmocka_unit_test(a_price_that_is_not_finite_and_positive_is_a_bad_price),
        cmocka_unit_test(open_and_close_outside_high_and_low_are_a_bad_range),
        cmocka_unit_test(every_combination_of_prices_is_judged_by_the_rule),
        cmocka_unit_test(every_kind_has_a_name_of_its_own_and_a_meaning),
        cmocka_unit_test(only_bad_prices_and_ranges_are_fatal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
