#include "service/jobs/verify.h"

#include "tests/support/bars_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct bar_days days;
static struct series kept, fetched;
static struct verify verify;

/* Two sessions with bars from 09:30 to 09:40 on both sides. */
static int start(void **state)
{
    (void)state;
    days = (struct bar_days) { calendar_find("xnys"), false };
    static const char *const dates[] = { "2024-06-27", "2024-06-28" };
    for (size_t i = 0; i < 2; i++) {
        struct session session = bars_session(dates[i]);
        bars_add_flat(&kept, &session, "09:30", "09:40", 1, 100);
        bars_add_flat(&fetched, &session, "09:30", "09:40", 1, 100);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    series_release(&kept);
    series_release(&fetched);
    verify_release(&verify);
    return 0;
}

static void run(const char *first, const char *last)
{
    verify_release(&verify);
    verify_run(&days, bars_date(first), bars_date(last), &kept, &fetched, &verify);
}

static void drop(struct series *series, size_t at)
{
    for (size_t i = at; i + 1 < series->count; i++)
        series->bars[i] = series->bars[i + 1];
    series->count--;
}

static void assert_counts(size_t changed, size_t missing, size_t gone)
{
    assert_int_equal(verify.counts[VERIFY_CHANGED], changed);
    assert_int_equal(verify.counts[VERIFY_MISSING], missing);
    assert_int_equal(verify.counts[VERIFY_GONE], gone);
}

static void equal_bars_differ_in_nothing(void **state)
{
    (void)state;
    run("2024-06-27", "2024-06-28");
    assert_counts(0, 0, 0);
    assert_int_equal(verify.sessions, 2);
    assert_int_equal(verify.sessions_kept, 2);
    assert_int_equal(verify.bars, 20);
    assert_int_equal(verify.different_count, 0);
    assert_int_equal(verify.shown_count, 0);
}

static void every_number_of_a_bar_counts(void **state)
{
    (void)state;
    struct bar *bar = &fetched.bars[12];
    struct bar before = *bar;
    double *const numbers[] = { &bar->open,  &bar->high,   &bar->low,
                                &bar->close, &bar->volume, &bar->vwap };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        *numbers[i] = 101.5;
        run("2024-06-27", "2024-06-28");
        assert_counts(1, 0, 0);
        *bar = before;
    }
    bar->trade_count = 7;
    run("2024-06-27", "2024-06-28");
    assert_counts(1, 0, 0);
}

static void numbers_that_neither_side_has_are_equal(void **state)
{
    (void)state;
    kept.bars[3].vwap = fetched.bars[3].vwap = NAN;
    run("2024-06-27", "2024-06-28");
    assert_counts(0, 0, 0);
    fetched.bars[3].vwap = 100;
    run("2024-06-27", "2024-06-28");
    assert_counts(1, 0, 0);
}

static void a_changed_bar_is_shown_as_it_was_and_is(void **state)
{
    (void)state;
    fetched.bars[12].close = 99.5;
    run("2024-06-27", "2024-06-28");
    assert_int_equal(verify.different_count, 1);
    assert_int_equal(verify.different[0].date, bars_date("2024-06-28"));
    assert_int_equal(verify.different[0].counts[VERIFY_CHANGED], 1);
    assert_int_equal(verify.shown_count, 1);
    assert_int_equal(verify.shown[0].kind, VERIFY_CHANGED);
    assert_true(verify.shown[0].kept.close == 100 && verify.shown[0].fetched.close == 99.5);
    assert_true(verify.shown[0].kept.open_time_us == kept.bars[12].open_time_us);
}

static void bars_that_one_side_lacks_are_told_apart(void **state)
{
    (void)state;
    int64_t missing_us = fetched.bars[0].open_time_us, gone_us = kept.bars[19].open_time_us;
    drop(&kept, 0);
    drop(&fetched, 19);
    run("2024-06-27", "2024-06-28");
    assert_counts(0, 1, 1);
    assert_int_equal(verify.bars, 19);
    assert_int_equal(verify.different_count, 2);
    assert_int_equal(verify.shown[0].kind, VERIFY_MISSING);
    assert_true(verify.shown[0].fetched.open_time_us == missing_us);
    assert_true(verify.shown[0].kept.open_time_us == 0);
    assert_int_equal(verify.shown[1].kind, VERIFY_GONE);
    assert_true(verify.shown[1].kept.open_time_us == gone_us);
    assert_true(verify.shown[1].fetched.open_time_us == 0);
}

static void a_session_that_is_not_kept_is_no_change(void **state)
{
    (void)state;
    kept.count = 10;
    run("2024-06-26", "2024-06-30");
    assert_counts(0, 0, 0);
    assert_int_equal(verify.sessions, 3);
    assert_int_equal(verify.sessions_kept, 1);
}

static void a_session_that_is_there_no_longer_is_gone_whole(void **state)
{
    (void)state;
    fetched.count = 10;
    run("2024-06-27", "2024-06-28");
    assert_counts(0, 0, 10);
    assert_int_equal(verify.different[0].counts[VERIFY_GONE], 10);
}

static void what_lies_outside_the_range_is_not_compared(void **state)
{
    (void)state;
    kept.bars[0].close = 1;
    fetched.bars[19].close = 1;
    run("2024-06-28", "2024-06-28");
    assert_counts(1, 0, 0);
    run("2024-06-27", "2024-06-27");
    assert_counts(1, 0, 0);
    assert_true(verify.shown[0].kept.close == 1);
}

static void the_first_differences_are_shown_and_all_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < fetched.count; i++)
        fetched.bars[i].volume = 1;
    run("2024-06-27", "2024-06-28");
    assert_counts(20, 0, 0);
    assert_int_equal(verify.shown_count, VERIFY_SHOWN_MAX);
    for (size_t i = 0; i < VERIFY_SHOWN_MAX; i++)
        assert_true(verify.shown[i].kept.open_time_us == kept.bars[i].open_time_us);
    assert_int_equal(verify.different_count, 2);
    assert_int_equal(verify.different[1].counts[VERIFY_CHANGED], 10);
}

static void daily_bars_are_compared_by_their_date(void **state)
{
    (void)state;
    struct series here = { 0 }, there = { 0 };
    days.is_daily = true;
    bars_add_days(&here, "2024-06-28", 5, 300);
    bars_add_days(&there, "2024-06-28", 5, 300);
    there.bars[4].close = 301;
    verify_run(&days, bars_date("2024-06-01"), bars_date("2024-06-28"), &here, &there, &verify);
    assert_counts(1, 0, 0);
    assert_int_equal(verify.sessions_kept, 5);
    assert_int_equal(verify.different[0].date, bars_date("2024-06-27"));
    series_release(&here);
    series_release(&there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(equal_bars_differ_in_nothing, start, stop),
        cmocka_unit_test_setup_teardown(every_number_of_a_bar_counts, start, stop),
        cmocka_unit_test_setup_teardown(numbers_that_neither_side_has_are_equal, start, stop),
        cmocka_unit_test_setup_teardown(a_changed_bar_is_shown_as_it_was_and_is, start, stop),
        cmocka_unit_test_setup_teardown(bars_that_one_side_lacks_are_told_apart, start, stop),
        cmocka_unit_test_setup_teardown(a_session_that_is_not_kept_is_no_change, start, stop),
        cmocka_unit_test_setup_teardown(a_session_that_is_there_no_longer_is_gone_whole, start,
                                        stop),
        cmocka_unit_test_setup_teardown(what_lies_outside_the_range_is_not_compared, start, stop),
        cmocka_unit_test_setup_teardown(the_first_differences_are_shown_and_all_counted, start,
                                        stop),
        cmocka_unit_test_setup_teardown(daily_bars_are_compared_by_their_date, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
