#include "service/engine/equity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct equity equity;

static int start(void **state)
{
    (void)state;
    equity_init(&equity, 1000);
    return 0;
}

static void assert_equity(int64_t value, int64_t peak, int64_t max_drawdown)
{
    equity_mark(&equity);
    assert_int_equal(equity.value, value);
    assert_int_equal(equity.peak, peak);
    assert_int_equal(equity.max_drawdown, max_drawdown);
}

static void it_starts_at_the_capital(void **state)
{
    (void)state;
    assert_equity(1000, 1000, 0);
}

/* Not at the first trade's result: a loss of the first trade counts. */
static void a_first_loss_is_a_drawdown_from_the_capital(void **state)
{
    (void)state;
    equity_change(&equity, 1, -300);
    assert_equity(700, 1000, 300);
}

static void drawdown_is_the_deepest_fall_from_the_highest_point_before(void **state)
{
    (void)state;
    equity_change(&equity, 1, 500);
    equity_change(&equity, 2, -200);
    equity_change(&equity, 3, 700);
    equity_change(&equity, 4, -150);
    equity_change(&equity, 5, 10);
    equity_change(&equity, 6, -100);
    assert_equity(1760, 2000, 240);
    equity_change(&equity, 7, 1000);
    assert_equity(2760, 2760, 240);
}

static void changes_of_one_time_count_together(void **state)
{
    (void)state;
    equity_change(&equity, 1, -400);
    equity_change(&equity, 1, 500);
    equity_change(&equity, 1, -50);
    assert_equity(1050, 1050, 0);
}

static void the_order_of_changes_of_one_time_does_not_matter(void **state)
{
    (void)state;
    equity_change(&equity, 1, 300);
    equity_change(&equity, 1, -400);
    equity_change(&equity, 2, -70);
    equity_change(&equity, 2, 20);
    struct equity other;
    equity_init(&other, 1000);
    equity_change(&other, 1, -400);
    equity_change(&other, 1, 300);
    equity_change(&other, 2, 20);
    equity_change(&other, 2, -70);
    assert_equity(850, 1000, 150);
    equity_mark(&other);
    assert_memory_equal(&other, &equity, sizeof equity);
}

static void marking_again_changes_nothing(void **state)
{
    (void)state;
    equity_change(&equity, 1, 300);
    assert_equity(1300, 1300, 0);
    assert_equity(1300, 1300, 0);
    equity_change(&equity, 1, -100);
    assert_equity(1200, 1300, 100);
}

static void debt_is_a_drawdown_too(void **state)
{
    (void)state;
    equity_change(&equity, 1, -2500);
    assert_equity(-1500, 1000, 2500);
}

static void a_curve_without_capital_starts_at_zero(void **state)
{
    (void)state;
    equity_init(&equity, 0);
    equity_change(&equity, 1, -5);
    assert_equity(-5, 0, 5);
    equity_change(&equity, 2, 25);
    assert_equity(20, 20, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_starts_at_the_capital, start),
        cmocka_unit_test_setup(a_first_loss_is_a_drawdown_from_the_capital, start),
        cmocka_unit_test_setup(drawdown_is_the_deepest_fall_from_the_highest_point_before, start),
        cmocka_unit_test_setup(changes_of_one_time_count_together, start),
        cmocka_unit_test_setup(the_order_of_changes_of_one_time_does_not_matter, start),
        cmocka_unit_test_setup(marking_again_changes_nothing, start),
        cmocka_unit_test_setup(debt_is_a_drawdown_too, start),
        cmocka_unit_test_setup(a_curve_without_capital_starts_at_zero, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
