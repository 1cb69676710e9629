#include "service/base/decimal.h"
#include "service/stats/performance.h"
#include "tests/support/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { TRADES_MAX = 16 };

/* Of trades with these net results in cents, without fees and stops. */
static struct performance performance_of_cents(const int64_t *cents, size_t count)
{
    struct trade trades[TRADES_MAX];
    assert_in_range(count, 0, TRADES_MAX);
    for (size_t i = 0; i < count; i++) {
        int64_t money = cents[i] * (MONEY_ONE / 100);
        trades[i] = (struct trade) { .gross_pnl = money, .net_pnl = money, .r_multiple = NAN };
    }
    return performance_of(trades, count);
}

#define PERFORMANCE(...)                                                                           \
    performance_of_cents((const int64_t[]) { __VA_ARGS__ },                                        \
                         COUNT(((const int64_t[]) { __VA_ARGS__ })))

/* smart_exits_results.json of the tdebasis/trading-playbook repository (MIT licence): its trades
 * and what it says of them. */
static void a_published_run_has_its_published_figures(void **state)
{
    (void)state;
    struct performance result = PERFORMANCE(-118008, -74648, 31833, 75140, -52920, -45360, 107160,
                                            182655, 19530, 105340, -44037);
    assert_int_equal(result.trades, 11);
    assert_int_equal(result.wins, 6);
    assert_int_equal(result.losses, 5);
    assert_int_equal(result.net_pnl, 1866850000);
    assert_exactly(result.win_rate, 6.0 / 11);
    assert_exactly(result.profit_factor, 5216.58 / 3349.73);
    assert_true(result.profit_factor > 1.557313 && result.profit_factor < 1.557314);
    assert_exactly(result.expectancy, 1866.85 / 11);
    assert_int_equal(result.longest_losing_streak, 2);
}

static void without_trades_nothing_can_be_divided(void **state)
{
    (void)state;
    struct performance result = performance_of(NULL, 0);
    assert_int_equal(result.trades + result.wins + result.losses, 0);
    assert_int_equal(result.gross_pnl | result.fees | result.net_pnl, 0);
    assert_exactly(result.win_rate, NAN);
    assert_exactly(result.profit_factor, NAN);
    assert_exactly(result.expectancy, NAN);
    assert_exactly(result.average_r, NAN);
    assert_int_equal(result.longest_losing_streak, 0);
}

static void without_losses_there_is_no_profit_factor(void **state)
{
    (void)state;
    struct performance result = PERFORMANCE(100, 200);
    assert_exactly(result.profit_factor, NAN);
    assert_exactly(result.win_rate, 1);
    assert_exactly(result.expectancy, 1.5);
    assert_int_equal(result.longest_losing_streak, 0);
}

static void without_wins_the_profit_factor_is_zero(void **state)
{
    (void)state;
    struct performance result = PERFORMANCE(-100, -300);
    assert_exactly(result.profit_factor, 0);
    assert_exactly(result.win_rate, 0);
    assert_exactly(result.expectancy, -2);
}

static void a_trade_that_brings_nothing_is_a_loss(void **state)
{
    (void)state;
    struct performance result = PERFORMANCE(0, 100, 0, -50);
    assert_int_equal(result.wins, 1);
    assert_int_equal(result.losses, 3);
    assert_exactly(result.win_rate, 0.25);
    assert_exactly(result.profit_factor, 2);
    assert_int_equal(result.longest_losing_streak, 2);
}

static void a_millionth_of_a_dollar_is_a_win(void **state)
{
    (void)state;
    const struct trade trades[] = { { .net_pnl = 1, .r_multiple = NAN } };
    assert_int_equal(performance_of(trades, 1).wins, 1);
}

static void losses_of_nothing_give_no_profit_factor(void **state)
{
    (void)state;
    assert_exactly(PERFORMANCE(100, 0).profit_factor, NAN);
}

static void fees_turn_a_gross_gain_into_a_loss(void **state)
{
    (void)state;
    const struct trade trades[] = {
        { .gross_pnl = 3, .fees = 4, .net_pnl = -1, .r_multiple = NAN },
        { .gross_pnl = 30, .fees = 4, .net_pnl = 26, .r_multiple = NAN },
    };
    struct performance result = performance_of(trades, 2);
    assert_int_equal(result.gross_pnl, 33);
    assert_int_equal(result.fees, 8);
    assert_int_equal(result.net_pnl, 25);
    assert_int_equal(result.wins, 1);
    assert_exactly(result.profit_factor, 26);
    assert_exactly(result.expectancy, 0.0000125);
}

static void a_losing_streak_counts_also_when_it_reaches_the_last_row(void **state)
{
    (void)state;
    assert_int_equal(PERFORMANCE(-1, 1, -1, -1, -1).longest_losing_streak, 3);
    assert_int_equal(PERFORMANCE(-1, -1, 1, -1).longest_losing_streak, 2);
    assert_int_equal(PERFORMANCE(1, -1, -1, 1, -1).longest_losing_streak, 2);
    assert_int_equal(PERFORMANCE(-1, -1, -1).longest_losing_streak, 3);
    assert_int_equal(PERFORMANCE(1).longest_losing_streak, 0);
    assert_int_equal(PERFORMANCE(-1).longest_losing_streak, 1);
}

static void average_r_is_over_the_trades_that_have_one(void **state)
{
    (void)state;
    struct trade trades[] = {
        { .net_pnl = 1, .r_multiple = 2 },
        { .net_pnl = 1, .r_multiple = NAN },
        { .net_pnl = -1, .r_multiple = -1 },
        { .net_pnl = -1, .r_multiple = -0.25 },
    };
    assert_exactly(performance_of(trades, 4).average_r, 0.25);
    assert_exactly(performance_of(trades + 1, 1).average_r, NAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_published_run_has_its_published_figures),
        cmocka_unit_test(without_trades_nothing_can_be_divided),
        cmocka_unit_test(without_losses_there_is_no_profit_factor),
        cmocka_unit_test(without_wins_the_profit_factor_is_zero),
        cmocka_unit_test(a_trade_that_brings_nothing_is_a_loss),
        cmocka_unit_test(a_millionth_of_a_dollar_is_a_win),
        cmocka_unit_test(losses_of_nothing_give_no_profit_factor),
        cmocka_unit_test(fees_turn_a_gross_gain_into_a_loss),
        cmocka_unit_test(a_losing_streak_counts_also_when_it_reaches_the_last_row),
        cmocka_unit_test(average_r_is_over_the_trades_that_have_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
