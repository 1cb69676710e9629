#include "service/market/quality.h"
#include "tests/support/candles.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
        assert_true(strlen(type->follows) > 0);
        for (enum finding_kind other = FINDING_NONE; other < kind; other++)
            assert_string_not_equal(type->name, finding_type(other)->name);
    }
}

static void only_bad_prices_and_ranges_are_fatal(void **state)
{
    (void)state;
    for (enum finding_kind kind = FINDING_NONE; kind < FINDING_KIND_COUNT; kind++)
        assert_int_equal(finding_type(kind)->severity == SEVERITY_FATAL,
                         kind == FINDING_BAD_PRICE || kind == FINDING_BAD_RANGE);
    assert_string_equal(severity_name(SEVERITY_NOTE), "note");
    assert_string_equal(severity_name(SEVERITY_WARNING), "warning");
    assert_string_equal(severity_name(SEVERITY_FATAL), "fatal");
}

/* The table is told in README.md, too, a row for each kind and none for what is not there. */
static void the_readme_has_the_table(void **state)
{
    (void)state;
    FILE *file = fopen("README.md", "r");
    assert_non_null(file);
    char line[512], row[512];
    enum finding_kind kind = FINDING_NONE;
    while (fgets(line, sizeof line, file)) {
        if (kind == FINDING_NONE)
            kind += strcmp(line, "| finding | severity | meaning | what follows |\n") == 0;
        else if (line[0] != '|')
            break;
        else if (strncmp(line, "|---", 4) != 0) {
            assert_true(kind < FINDING_KIND_COUNT);
            const struct finding_type *type = finding_type(kind++);
            snprintf(row, sizeof row, "| `%s` | %s | %s | %s |\n", type->name,
                     severity_name(type->severity), type->meaning, type->follows);
            assert_string_equal(line, row);
        }
    }
    fclose(file);
    assert_int_equal(kind, FINDING_KIND_COUNT);
}

static void a_volume_is_finite_and_not_negative(void **state)
{
    (void)state;
    assert_true(quality_is_volume(0));
    assert_true(quality_is_volume(-0.0));
    assert_true(quality_is_volume(1e-9));
    assert_true(quality_is_volume(VOLUME_MAX));
    const double wrong[] = { NAN, INFINITY, -INFINITY, -1e-9, 1.1e18 };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(quality_is_volume(wrong[i]));
}

static void a_close_more_than_5_percent_away_is_not_near(void **state)
{
    (void)state;
    assert_true(quality_is_near(100, 105));
    assert_true(quality_is_near(100, 95));
    assert_false(quality_is_near(100, 105.01));
    assert_false(quality_is_near(100, 94.99));
    assert_false(quality_is_near(NAN, 100));
}

static void assert_split(double before, double open, double close, const char *expected)
{
    char detail[FINDING_DETAIL_SIZE] = "";
    assert_int_equal(quality_split(before, open, close, detail), *expected != '\0');
    assert_string_equal(detail, expected);
}

/* Lean's daily bars of AAPL and QQQ, unadjusted: the close before, the open, the close. */
static void splits_of_the_past_are_known_and_a_crash_is_none(void **state)
{
    (void)state;
    assert_split(101, 50.5, 55.56, "2:1, 101 to 50.5");
    assert_split(88.97, 44.67, 44.84, "2:1, 88.97 to 44.67");
    assert_split(645.57, 92.69, 93.7, "7:1, 645.57 to 92.69");
    assert_split(499.23, 127.67, 129.04, "4:1, 499.23 to 127.67");
    assert_split(221.73, 111, 106.81, "2:1, 221.73 to 111");
    assert_split(53.38, 28.06, 25.81, "");
    assert_split(39.13, 55.2, 55.72, "");
}

static void every_split_is_known_both_ways_within_its_tolerance(void **state)
{
    (void)state;
    static const struct {
        double new_shares, old_shares;
    } ratios[] = {
        { 3, 2 }, { 2, 1 }, { 3, 1 }, { 4, 1 }, { 5, 1 }, { 7, 1 }, { 10, 1 }, { 20, 1 }
    };
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        double ratio = ratios[i].new_shares / ratios[i].old_shares;
        char expected[FINDING_DETAIL_SIZE], detail[FINDING_DETAIL_SIZE];
        for (double off = -0.029; off < 0.03; off += 0.029) {
            assert_true(quality_split(ratio * (1 + off), 1, 1, detail));
            snprintf(expected, sizeof expected, "%.0f:%.0f, ", ratios[i].new_shares,
                     ratios[i].old_shares);
            assert_memory_equal(detail, expected, strlen(expected));
            assert_true(quality_split(1, ratio * (1 + off), ratio, detail));
            snprintf(expected, sizeof expected, "%.0f:%.0f, ", ratios[i].old_shares,
                     ratios[i].new_shares);
            assert_memory_equal(detail, expected, strlen(expected));
        }
        assert_false(quality_split(ratio * 1.031, 1, 1, detail));
        assert_false(quality_split(ratio * 0.969, 1, 1, detail));
    }
}

/* 100 / sqrt(2) is as far from 100 as from 50. */
static void a_split_stays_at_its_new_level(void **state)
{
    (void)state;
    assert_split(100, 50, 70.7, "2:1, 100 to 50");
    assert_split(100, 50, 70.8, "");
    assert_split(100, 50, 100, "");
    assert_split(50, 100, 70.8, "1:2, 50 to 100");
    assert_split(50, 100, 70.6, "");
}

static void without_a_close_before_there_is_no_split(void **state)
{
    (void)state;
    assert_split(NAN, 50, 50, "");
    assert_split(100, NAN, NAN, "");
    assert_split(0, 50, 50, "");
    assert_split(100, 0, 50, "");
}

static void volume_is_thin_below_1000_shares_or_without_a_coin(void **state)
{
    (void)state;
    struct session session = candle_session("xnys", 20240703);
    assert_true(quality_thin_volume(&session) == 1000);
    session = candle_session("24x7", 20240703);
    assert_true(quality_thin_volume(&session) > 0 && quality_thin_volume(&session) <= 1e-9);
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
        cmocka_unit_test(the_readme_has_the_table),
        cmocka_unit_test(a_volume_is_finite_and_not_negative),
        cmocka_unit_test(a_close_more_than_5_percent_away_is_not_near),
        cmocka_unit_test(splits_of_the_past_are_known_and_a_crash_is_none),
        cmocka_unit_test(every_split_is_known_both_ways_within_its_tolerance),
        cmocka_unit_test(a_split_stays_at_its_new_level),
        cmocka_unit_test(without_a_close_before_there_is_no_split),
        cmocka_unit_test(volume_is_thin_below_1000_shares_or_without_a_coin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
