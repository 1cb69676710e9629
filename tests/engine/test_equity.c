#include "service/base/date.h"
#include "service/engine/equity.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Thursday to Monday: a half day on the Friday, nothing on the weekend. 13, 7 and 13 cells of half
 * an hour. */
static const char first[] = "2024-11-27", friday[] = "2024-11-29", last[] = "2024-12-02";

enum { FIRST_CELLS = 13, FRIDAY_CELLS = 7 };

static struct equity equity;

static int32_t date_of(const char *text)
{
    int32_t date;
    assert_true(date_parse(text, 10, &date));
    return date;
}

static int start(void **state)
{
    (void)state;
    equity_init(&equity, calendar_find("xnys"), date_of(first), date_of(last), 30 * MINUTE_US);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    equity_release(&equity);
    return 0;
}

static void change(const char *date, size_t cell, int64_t by)
{
    equity_session(&equity, date_of(date))[cell] += by;
}

static void every_session_has_its_cells_one_after_the_other(void **state)
{
    (void)state;
    assert_int_equal(equity.count, FIRST_CELLS + FRIDAY_CELLS + FIRST_CELLS);
    assert_ptr_equal(equity_session(&equity, date_of(first)), equity.changes);
    assert_ptr_equal(equity_session(&equity, date_of(friday)), equity.changes + FIRST_CELLS);
    assert_ptr_equal(equity_session(&equity, date_of(last)),
                     equity.changes + FIRST_CELLS + FRIDAY_CELLS);
}

static void without_changes_there_is_no_drawdown(void **state)
{
    (void)state;
    assert_int_equal(equity_max_drawdown(&equity), 0);
}

/* Not at the first trade's result: a loss of the first trade counts. */
static void a_first_loss_is_a_drawdown_from_the_beginning(void **state)
{
    (void)state;
    change(first, 0, -300);
    assert_int_equal(equity_max_drawdown(&equity), 300);
}

static void drawdown_is_the_deepest_fall_from_the_highest_point_before(void **state)
{
    (void)state;
    change(first, 1, 500);
    change(first, 2, -200);
    change(first, 12, 700);
    change(friday, 0, -150);
    change(friday, 6, 10);
    change(last, 0, -100);
    assert_int_equal(equity_max_drawdown(&equity), 240);
    change(last, 12, 1000);
    assert_int_equal(equity_max_drawdown(&equity), 240);
    change(last, 12, -1241);
    assert_int_equal(equity_max_drawdown(&equity), 481);
}

static void changes_of_one_cell_count_together(void **state)
{
    (void)state;
    change(first, 3, -400);
    change(first, 3, 500);
    change(first, 3, -50);
    assert_int_equal(equity_max_drawdown(&equity), 0);
}

/* By its definition: of all moments, the beginning included, the two that lie furthest apart. */
static int64_t deepest_fall(const int64_t *changes, size_t count)
{
    int64_t deepest = 0;
    for (size_t peak = 0; peak < count; peak++) {
        int64_t fall = 0;
        for (size_t i = peak; i < count; i++) {
            fall -= changes[i];
            deepest = fall > deepest ? fall : deepest;
        }
    }
    return deepest;
}

/* Falls at the beginning, at the end and across the middle, in curves of odd and even length. */
static void drawdown_is_the_deepest_fall_between_any_two_moments(void **state)
{
    (void)state;
    int64_t changes[15];
    struct random random = { 88172645463325252u };
    for (size_t count = 0; count <= 15; count++) {
        const struct equity curve = { .changes = changes, .count = count };
        for (int round = 0; round < 500; round++) {
            for (size_t i = 0; i < count; i++)
                changes[i] = (int64_t)random_below(&random, 21) - 10;
            assert_int_equal(equity_max_drawdown(&curve), deepest_fall(changes, count));
        }
    }
}

/* What one gains while the other loses is no fall of the sum. */
static void curves_add_up_cell_by_cell(void **state)
{
    (void)state;
    struct equity other;
    equity_init(&other, calendar_find("xnys"), date_of(first), date_of(last), 30 * MINUTE_US);
    change(first, 5, -400);
    change(friday, 5, 700);
    equity_session(&other, date_of(first))[5] = 500;
    equity_session(&other, date_of(friday))[6] = -250;
    equity_add(&equity, &other);
    equity_release(&other);
    assert_int_equal(equity_session(&equity, date_of(first))[5], 100);
    assert_int_equal(equity_session(&equity, date_of(friday))[5], 700);
    assert_int_equal(equity_max_drawdown(&equity), 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_session_has_its_cells_one_after_the_other, start,
                                        stop),
        cmocka_unit_test_setup_teardown(without_changes_there_is_no_drawdown, start, stop),
        cmocka_unit_test_setup_teardown(a_first_loss_is_a_drawdown_from_the_beginning, start, stop),
        cmocka_unit_test_setup_teardown(drawdown_is_the_deepest_fall_from_the_highest_point_before,
                                        start, stop),
        cmocka_unit_test_setup_teardown(changes_of_one_cell_count_together, start, stop),
        cmocka_unit_test(drawdown_is_the_deepest_fall_between_any_two_moments),
        cmocka_unit_test_setup_teardown(curves_add_up_cell_by_cell, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
