#include "service/market/series.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Bars at 10, 20, 30, ... microseconds. */
static void fill(struct series *series, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bar bar = { .open_time_us = 10 * (int64_t)(i + 1), .close = (double)i };
        series_append(series, &bar);
    }
}

static void a_zeroed_series_is_empty_and_may_be_released(void **state)
{
    (void)state;
    struct series series = { 0 };
    assert_int_equal(series_find(&series, 0), 0);
    series_release(&series);
    assert_null(series.bars);
}

static void growth_keeps_every_bar_in_its_place(void **state)
{
    (void)state;
    enum { COUNT = 300000 }; /* beyond where huge pages are asked for */
    struct series series = { 0 };
    fill(&series, COUNT);
    assert_int_equal(series.count, COUNT);
    assert_true(series.capacity >= COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(series.bars[i].open_time_us, 10 * (int64_t)(i + 1));
        assert_true(series.bars[i].close == (double)i);
    }
    series_release(&series);
    assert_null(series.bars);
    assert_int_equal(series.count, 0);
    assert_int_equal(series.capacity, 0);
}

static void bars_stay_where_they_are_below_what_was_reserved(void **state)
{
    (void)state;
    struct series series = { 0 };
    series_reserve(&series, 1000);
    assert_int_equal(series.capacity, 1000);
    assert_int_equal(series.count, 0);
    const struct bar *bars = series.bars;
    fill(&series, 1000);
    assert_ptr_equal(series.bars, bars);
    assert_int_equal(series.capacity, 1000);
    series_release(&series);
}

static void reserving_less_than_there_is_changes_nothing(void **state)
{
    (void)state;
    struct series series = { 0 };
    fill(&series, 100);
    size_t capacity = series.capacity;
    series_reserve(&series, 10);
    assert_int_equal(series.capacity, capacity);
    assert_int_equal(series.count, 100);
    series_release(&series);
}

static void find_gives_the_first_bar_at_or_after_a_time(void **state)
{
    (void)state;
    struct series series = { 0 };
    for (size_t count = 0; count <= 9; count++) {
        for (int64_t time_us = 0; time_us <= 100; time_us++) {
            size_t expected = 0;
            while (expected < count && series.bars[expected].open_time_us < time_us)
                expected++;
            assert_int_equal(series_find(&series, time_us), expected);
        }
        struct bar bar = { .open_time_us = 10 * (int64_t)(count + 1) };
        series_append(&series, &bar);
    }
    series_release(&series);
}

static void all_bars_of_another_are_appended(void **state)
{
    (void)state;
    struct series series = { 0 }, other = { 0 };
    fill(&other, 7);
    for (size_t times = 0; times < 5; times++) {
        struct series slice = series_slice(&other, 2, 2 + times);
        size_t before = series.count;
        series_append_all(&series, &slice);
        assert_int_equal(series.count, before + times);
        assert_true(series.capacity >= series.count);
        for (size_t i = 0; i < times; i++)
            assert_memory_equal(&series.bars[before + i], &other.bars[2 + i], sizeof(struct bar));
    }
    series_append(&series, &other.bars[0]);
    assert_int_equal(series.count, 11);
    series_release(&series);
    series_release(&other);
}

static void a_slice_borrows_and_its_release_frees_nothing(void **state)
{
    (void)state;
    struct series series = { 0 };
    fill(&series, 10);
    struct series slice = series_slice(&series, 3, 7);
    assert_ptr_equal(slice.bars, series.bars + 3);
    assert_int_equal(slice.count, 4);
    assert_int_equal(slice.capacity, 0);
    assert_int_equal(series_find(&slice, 50), 1);
    series_release(&slice);
    assert_null(slice.bars);
    assert_int_equal(series.bars[9].open_time_us, 100);
    series_release(&series);
}

static void an_empty_slice_has_no_bars(void **state)
{
    (void)state;
    struct series series = { 0 };
    assert_int_equal(series_slice(&series, 0, 0).count, 0);
    fill(&series, 2);
    assert_int_equal(series_slice(&series, 2, 2).count, 0);
    series_release(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_series_is_empty_and_may_be_released),
        cmocka_unit_test(growth_keeps_every_bar_in_its_place),
        cmocka_unit_test(bars_stay_where_they_are_below_what_was_reserved),
        cmocka_unit_test(reserving_less_than_there_is_changes_nothing),
        cmocka_unit_test(find_gives_the_first_bar_at_or_after_a_time),
        cmocka_unit_test(all_bars_of_another_are_appended),
        cmocka_unit_test(a_slice_borrows_and_its_release_frees_nothing),
        cmocka_unit_test(an_empty_slice_has_no_bars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
