#include "service/jobs/collect.h"

#include "service/base/memory.h"
#include "tests/support/bars_made.h"
#include "tests/support/cache_stage.h"
#include "tests/support/feed_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SYMBOLS = 250, NAME_SIZE = 8 };

static struct feed_fake source;
static struct collect_options options;
static char names[SYMBOLS][NAME_SIZE];
static const char *symbols[SYMBOLS];
static struct error error;

/* What was handed on. */
static struct {
    size_t count; /* symbols */
    size_t bars;
    size_t errors;
    size_t refuses_at; /* 0: never */
} taken;

static int start(void **state)
{
    (void)state;
    feed_fake_init(&source);
    source.now_us = time_of("2025-03-20T12:00:00Z");
    error = (struct error) { 0 };
    memset(&taken, 0, sizeof taken);
    for (size_t i = 0; i < SYMBOLS; i++) {
        snprintf(names[i], NAME_SIZE, "S%zu", i);
        symbols[i] = names[i];
    }
    options = (struct collect_options) {
        .feed = &source.feed,
        .symbols = symbols,
        .symbol_count = 2,
        .days = { calendar_find("xnys"), false },
        .first_date = bars_date("2024-06-27"),
        .last_date = bars_date("2024-06-28"),
    };
    return 0;
}

static int stop(void **state)
{
    (void)state;
    feed_fake_release(&source);
    return 0;
}

static bool take(void *context, size_t symbol, const struct symbol_bars *bars,
                 struct error *ret_error)
{
    assert_ptr_equal(context, &taken);
    assert_int_equal(symbol, taken.count++);
    taken.bars += bars->bars.count;
    taken.errors += bars->error.kind != ERROR_NONE;
    if (taken.count == taken.refuses_at)
        return error_set(ret_error, ERROR_WRITER, "no more");
    return true;
}

static bool collect(void)
{
    return collect_bars(&options, take, &taken, &error);
}

static void whole_days_are_asked_for_at_once(void **state)
{
    (void)state;
    assert_true(collect());
    assert_string_equal(text_string(&source.asked),
                        "S0,S1 2024-06-27T04:00:00Z 2024-06-29T04:00:00Z\n");
    assert_int_equal(taken.count, 2);
    assert_int_equal(taken.bars, 2 * 2 * (12 * 4 + 1));
}

static void daily_bars_are_asked_for_by_date(void **state)
{
    (void)state;
    options.days.is_daily = true;
    assert_true(collect());
    assert_string_equal(text_string(&source.asked),
                        "S0,S1 2024-06-27T00:00:00Z 2024-06-29T00:00:00Z\n");
    assert_int_equal(taken.bars, 4);
}

static void many_symbols_come_a_hundred_at_a_time(void **state)
{
    (void)state;
    options.symbol_count = SYMBOLS;
    options.days.is_daily = true;
    assert_true(collect());
    assert_int_equal(source.requests, 3);
    assert_int_equal(taken.count, SYMBOLS);
    assert_non_null(strstr(text_string(&source.asked), "\nS100,S101"));
    assert_non_null(strstr(text_string(&source.asked), "\nS200,S201"));
    source.is_empty = true;
    options.first_date = bars_date("1990-01-02");
    taken.count = 0;
    assert_true(collect());
    assert_int_equal(source.requests, 6);
    options.days.is_daily = false;
    options.first_date = bars_date("2024-06-03");
    taken.count = 0;
    assert_true(collect());
    assert_int_equal(source.requests, 9);
}

/* 252 sessions of 390 minutes, less what half days lack: 10 symbols are below a million bars. */
static void long_ranges_come_in_portions_that_fit_into_memory(void **state)
{
    (void)state;
    source.is_empty = true;
    options.symbol_count = 100;
    options.first_date = bars_date("2023-01-03");
    options.last_date = bars_date("2023-12-29");
    assert_true(collect());
    assert_int_equal(source.requests, 10);
    assert_non_null(strstr(text_string(&source.asked), "\nS10,S11"));
    assert_int_equal(taken.count, 100);
}

static void a_range_however_long_is_asked_for_symbol_by_symbol(void **state)
{
    (void)state;
    source.is_empty = true;
    options.first_date = bars_date("1990-01-02");
    options.last_date = bars_date("2039-12-30");
    assert_true(collect());
    assert_int_equal(source.requests, 2);
    assert_int_equal(taken.count, 2);
}

static void a_symbols_error_is_handed_on(void **state)
{
    (void)state;
    source.refused = "S0";
    assert_true(collect());
    assert_int_equal(taken.count, 2);
    assert_int_equal(taken.errors, 1);
    assert_true(taken.bars > 0);
}

static void what_fails_as_a_whole_ends_it(void **state)
{
    (void)state;
    source.fails = true;
    options.symbol_count = SYMBOLS;
    assert_false(collect());
    assert_int_equal(error.kind, ERROR_PROVIDER);
    assert_int_equal(source.requests, 1);
    assert_int_equal(taken.count, 0);
}

static void whoever_takes_may_end_it(void **state)
{
    (void)state;
    options.symbol_count = SYMBOLS;
    taken.refuses_at = 50;
    assert_false(collect());
    assert_int_equal(error.kind, ERROR_WRITER);
    assert_int_equal(source.requests, 1);
    assert_int_equal(taken.count, 50);
}

static void sessions_without_a_bar_are_named(void **state)
{
    (void)state;
    struct series bars = { 0 };
    struct coverage coverage;
    struct session monday = bars_session("2024-06-17"), friday = bars_session("2024-06-21");
    bars_add_flat(&bars, &monday, "09:30", "09:40", 1, 100);
    bars_add_flat(&bars, &friday, "09:30", "09:35", 1, 100);
    coverage_count(&options.days, bars_date("2024-06-15"), bars_date("2024-06-24"), &bars,
                   &coverage);
    assert_int_equal(coverage.sessions, 5);
    assert_int_equal(coverage.bars, 15);
    assert_int_equal(coverage.empty_count, 3);
    assert_int_equal(coverage.empty[0], bars_date("2024-06-18"));
    assert_int_equal(coverage.empty[1], bars_date("2024-06-20"));
    assert_int_equal(coverage.empty[2], bars_date("2024-06-24"));
    coverage_release(&coverage);
    coverage_count(&options.days, bars_date("2024-06-17"), bars_date("2024-06-17"), &bars,
                   &coverage);
    assert_int_equal(coverage.bars, 10);
    assert_int_equal(coverage.empty_count, 0);
    coverage_release(&coverage);
    series_release(&bars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_days_are_asked_for_at_once, start, stop),
        cmocka_unit_test_setup_teardown(daily_bars_are_asked_for_by_date, start, stop),
        cmocka_unit_test_setup_teardown(many_symbols_come_a_hundred_at_a_time, start, stop),
        cmocka_unit_test_setup_teardown(long_ranges_come_in_portions_that_fit_into_memory, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_range_however_long_is_asked_for_symbol_by_symbol, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_symbols_error_is_handed_on, start, stop),
        cmocka_unit_test_setup_teardown(what_fails_as_a_whole_ends_it, start, stop),
        cmocka_unit_test_setup_teardown(whoever_takes_may_end_it, start, stop),
        cmocka_unit_test_setup_teardown(sessions_without_a_bar_are_named, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
