/* Bars that come symbol by symbol: when they are opened, and that a run whose sessions are still to
 * be found is the same as one that was told them. */
#include "tests/support/bars_made.h"
#include "tests/support/bars_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { SYMBOLS = 4 };

static const char *const all_days[] = { "2024-06-24", "2024-06-25", "2024-06-26", "2024-06-27" };

static struct bars_run told, sourced; /* the same bars: the sessions given, and still to be found */
static struct series bars[SYMBOLS];
static struct backtest_source source;
static atomic_size_t opened[SYMBOLS], open_now;
static size_t refused;        /* a symbol that cannot be opened */
static struct series changed; /* what the last symbol has when it is opened again, if any */

static bool open_symbol(void *context, size_t symbol, struct lane_input *ret_input,
                        struct error *error)
{
    (void)context;
    opened[symbol]++;
    if (symbol == refused)
        return error_set(error, ERROR_DATA, "the bars of symbol %zu are not there", symbol);
    open_now++;
    *ret_input = told.inputs[symbol];
    if (opened[symbol] > 1 && symbol + 1 == told.input_count && changed.count > 0)
        ret_input->bars = &changed;
    return true;
}

static void close_symbol(void *context, size_t symbol)
{
    (void)context, (void)symbol;
    open_now--;
}

static int prepare(void **state)
{
    (void)state;
    source = (struct backtest_source) { .open = open_symbol, .close = close_symbol };
    refused = SYMBOLS;
    bars_run_open(&told, "sma_cross");
    bars_run_open(&sourced, "sma_cross");
    sourced.options.source = &source;
    return 0;
}

static int release(void **state)
{
    (void)state;
    bars_run_close(&told);
    bars_run_close(&sourced);
    for (size_t i = 0; i < SYMBOLS; i++) {
        series_release(&bars[i]);
        opened[i] = 0;
    }
    series_release(&changed);
    return 0;
}

/* Prices that go up and down through the sessions from..to of all days. */
static void give_to(struct series *series, size_t from, size_t to)
{
    for (size_t day = from; day <= to; day++) {
        struct session session = bars_session(all_days[day]);
        for (int i = 0; i < 390; i++) {
            double price = 100 + (i / 40 % 2 ? i % 40 : 40 - i % 40);
            struct bar bar = bars_bar(session.open_us + i * MINUTE_US, price, price, price, price);
            series_append(series, &bar);
        }
    }
}

/* The next symbol, with such bars. */
static void give(size_t from, size_t to)
{
    size_t symbol = told.input_count;
    char name[8];
    snprintf(name, sizeof name, "S%zu", symbol);
    give_to(&bars[symbol], from, to);
    bars_run_give(&told, name, &bars[symbol], NULL);
    bars_run_give(&sourced, name, NULL, NULL);
}

/* first, last: the sessions that must be found, of all days. */
static void assert_found(size_t threads, size_t first, size_t last)
{
    told.options.start = bars_date(all_days[first]);
    told.options.end = bars_date(all_days[last]);
    bars_run_do(&told);
    sourced.options.threads = threads;
    bars_run_do(&sourced);
    const struct backtest *left = &told.backtest, *right = &sourced.backtest;
    assert_int_equal(right->first_session, bars_date(all_days[first]));
    assert_int_equal(right->last_session, bars_date(all_days[last]));
    assert_int_equal(right->sessions, left->sessions);
    assert_int_equal(right->sessions_skipped, left->sessions_skipped);
    assert_int_equal(right->journal.count, left->journal.count);
    assert_int_equal(right->findings.count, left->findings.count);
    assert_int_equal(right->max_drawdown, left->max_drawdown);
    assert_true(left->trade_count > 0);
    assert_int_equal(right->trade_count, left->trade_count);
    assert_memory_equal(right->trades, left->trades, left->trade_count * sizeof *left->trades);
    assert_int_equal(open_now, 0);
}

static void assert_opened(size_t first, size_t second, size_t third, size_t fourth)
{
    const size_t expected[] = { first, second, third, fourth };
    for (size_t i = 0; i < SYMBOLS; i++)
        if (opened[i] != expected[i])
            fail_msg("symbol %zu was opened %zu times, not %zu", i, (size_t)opened[i], expected[i]);
}

static void symbols_of_the_same_sessions_are_opened_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < SYMBOLS; i++)
        give(0, 3);
    assert_found(1, 0, 3);
    assert_opened(1, 1, 1, 1);
}

static void a_symbol_of_fewer_sessions_than_the_first_is_opened_once(void **state)
{
    (void)state;
    give(0, 3);
    give(1, 3);
    give(0, 2);
    give(2, 2);
    assert_found(1, 0, 3);
    assert_opened(1, 1, 1, 1);
}

static void a_symbol_that_begins_earlier_has_all_run_again(void **state)
{
    (void)state;
    give(1, 3);
    give(1, 3);
    give(0, 3);
    assert_found(1, 0, 3);
    assert_opened(2, 2, 2, 0);
}

static void a_symbol_that_ends_later_has_all_run_again(void **state)
{
    (void)state;
    give(0, 2);
    give(0, 3);
    give(0, 2);
    assert_found(1, 0, 3);
    assert_opened(2, 2, 2, 0);
}

static void a_first_symbol_without_bars_leaves_the_sessions_to_the_others(void **state)
{
    (void)state;
    give(1, 0);
    give(0, 3);
    assert_found(1, 0, 3);
}

static void a_start_and_an_end_need_no_second_look(void **state)
{
    (void)state;
    give(1, 0);
    give(2, 3);
    give(0, 1);
    give(0, 3);
    sourced.options.start = bars_date(all_days[1]);
    sourced.options.end = bars_date(all_days[2]);
    assert_found(1, 1, 2);
    assert_opened(1, 1, 1, 1);
}

static void a_start_alone_leaves_the_end_to_the_bars(void **state)
{
    (void)state;
    give(1, 2);
    give(0, 2);
    give(0, 3);
    sourced.options.start = bars_date(all_days[1]);
    assert_found(1, 1, 3);
    assert_opened(2, 2, 2, 0);
}

/* The first symbol's bars end before the start, which the others' reach. */
static void a_symbol_outside_the_range_is_not_asked_about_it(void **state)
{
    (void)state;
    give(0, 1);
    give(0, 3);
    sourced.options.start = bars_date(all_days[2]);
    assert_found(1, 2, 3);
}

static void whichever_thread_is_first_the_result_is_the_same(void **state)
{
    (void)state;
    give(1, 2);
    give(0, 2);
    give(1, 3);
    give(2, 2);
    for (size_t threads = 1; threads <= SYMBOLS; threads++)
        assert_found(threads, 0, 3);
}

static void what_was_opened_is_closed_when_another_cannot_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < SYMBOLS; i++)
        give(0, 3);
    refused = 2;
    for (size_t threads = 1; threads <= SYMBOLS; threads++) {
        sourced.options.threads = threads;
        assert_false(bars_run_try(&sourced));
        assert_string_equal(sourced.error.message, "the bars of symbol 2 are not there");
        assert_int_equal(open_now, 0);
    }
}

static void bars_that_change_meanwhile_are_no_half_a_result(void **state)
{
    (void)state;
    give(1, 2);
    give(0, 2);
    give_to(&changed, 0, 3);
    assert_false(bars_run_try(&sourced));
    assert_string_equal(sourced.error.message,
                        "the bars have changed while they were read: run it again");
    assert_int_equal(sourced.error.kind, ERROR_DATA);
    assert_int_equal(open_now, 0);
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(symbols_of_the_same_sessions_are_opened_once),
        PREPARED(a_symbol_of_fewer_sessions_than_the_first_is_opened_once),
        PREPARED(a_symbol_that_begins_earlier_has_all_run_again),
        PREPARED(a_symbol_that_ends_later_has_all_run_again),
        PREPARED(a_first_symbol_without_bars_leaves_the_sessions_to_the_others),
        PREPARED(a_start_and_an_end_need_no_second_look),
        PREPARED(a_start_alone_leaves_the_end_to_the_bars),
        PREPARED(a_symbol_outside_the_range_is_not_asked_about_it),
        PREPARED(whichever_thread_is_first_the_result_is_the_same),
        PREPARED(what_was_opened_is_closed_when_another_cannot_be),
        PREPARED(bars_that_change_meanwhile_are_no_half_a_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
