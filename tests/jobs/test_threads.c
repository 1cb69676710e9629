/* Symbols may be shared out among threads: the result is the same to the last bit. */
#include "service/base/date.h"
#include "service/base/decimal.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_run.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SYMBOLS = BARS_RUN_SYMBOLS_MAX, THREADS_MAX = 5 };

static struct series bars[SYMBOLS];

/* A quarter of minutes, of which every symbol misses others; some are faulty, one symbol begins
 * late and one ends early. */
static void make_bars(size_t symbol)
{
    struct random seed = { symbol + 1 };
    const struct calendar *xnys = calendar_find("xnys");
    struct session session = { .date = bars_date(symbol == 3 ? "2024-05-20" : "2024-04-01") };
    int32_t last = bars_date(symbol == 5 ? "2024-05-31" : "2024-06-28");
    double price = 50 + 10 * (double)symbol;
    while (calendar_session_from(xnys, session.date + 1, &session) && session.date <= last) {
        for (int64_t time_us = session.open_us; time_us < session.close_us; time_us += MINUTE_US) {
            double step = (double)random_below(&seed, 41) / 100 - 0.2;
            double open = price;
            price = fmax(price + step, 1);
            if (random_below(&seed, 100) < symbol)
                continue;
            struct bar bar = bars_bar(time_us, open, fmax(open, price), fmin(open, price), price);
            if (random_below(&seed, 5000) == 0)
                bar.high = -1;
            series_append(&bars[symbol], &bar);
        }
    }
}

static int make_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < SYMBOLS; i++)
        make_bars(i);
    return 0;
}

static int release_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < SYMBOLS; i++)
        series_release(&bars[i]);
    return 0;
}

static void open_all(struct bars_run *run, const char *strategy)
{
    bars_run_open(run, strategy);
    for (size_t i = 0; i < SYMBOLS; i++) {
        char name[8];
        snprintf(name, sizeof name, "S%zu", i);
        bars_run_give(run, name, &bars[i], NULL);
    }
    run->options.costs = (struct costs) { FEE_PER_SHARE, 0.005, 1 };
}

static void assert_same_journal(const struct record_list *left, const struct record_list *right)
{
    assert_int_equal(left->count, right->count);
    for (size_t row = 0; row < left->count; row++) {
        for (size_t column = 0; column < left->table->column_count; column++) {
            char text[BARS_RUN_TEXT_SIZE];
            snprintf(text, sizeof text, "%s", bars_run_cell(left, row, column));
            assert_string_equal(text, bars_run_cell(right, row, column));
        }
    }
}

static void assert_same(const struct backtest *left, const struct backtest *right)
{
    assert_int_equal(left->trade_count, right->trade_count);
    assert_memory_equal(left->trades, right->trades, left->trade_count * sizeof *left->trades);
    assert_int_equal(left->findings.count, right->findings.count);
    assert_memory_equal(left->findings.items, right->findings.items,
                        left->findings.count * sizeof *left->findings.items);
    assert_same_journal(&left->journal, &right->journal);
    assert_int_equal(left->sessions, right->sessions);
    assert_int_equal(left->sessions_skipped, right->sessions_skipped);
    assert_int_equal(left->signals, right->signals);
    assert_int_equal(left->open_positions, right->open_positions);
    assert_int_equal(left->max_drawdown, right->max_drawdown);
    assert_memory_equal(&left->performance, &right->performance, sizeof left->performance);
}

static void the_number_of_threads_does_not_matter_for(const char *strategy)
{
    struct bars_run one, many;
    open_all(&one, strategy);
    one.options.threads = 1;
    bars_run_do(&one);
    assert_true(one.backtest.trade_count > SYMBOLS && one.backtest.findings.count > SYMBOLS);
    for (size_t threads = 2; threads <= THREADS_MAX; threads++) {
        open_all(&many, strategy);
        many.options.threads = threads;
        bars_run_do(&many);
        assert_same(&one.backtest, &many.backtest);
        bars_run_close(&many);
    }
    bars_run_close(&one);
}

static void the_number_of_threads_does_not_matter(void **state)
{
    (void)state;
    the_number_of_threads_does_not_matter_for("sma_cross");
    the_number_of_threads_does_not_matter_for("morning_reversal");
}

static void what_a_symbol_does_is_what_it_does_alone(void **state)
{
    (void)state;
    struct bars_run all;
    open_all(&all, "sma_cross");
    all.options.threads = 3;
    bars_run_do(&all);
    for (size_t i = 0; i < SYMBOLS; i++) {
        struct bars_run alone;
        size_t found = 0;
        bars_run_open(&alone, "sma_cross");
        bars_run_give(&alone, "S", &bars[i], NULL);
        alone.options.costs = all.options.costs;
        bars_run_do(&alone);
        for (size_t k = 0; k < all.backtest.trade_count; k++) {
            struct trade trade = all.backtest.trades[k];
            if (trade.symbol != i)
                continue;
            trade.symbol = 0;
            assert_true(found < alone.backtest.trade_count);
            assert_memory_equal(&trade, &alone.backtest.trades[found++], sizeof trade);
        }
        assert_int_equal(found, alone.backtest.trade_count);
        bars_run_close(&alone);
    }
    bars_run_close(&all);
}

static void trades_findings_and_journal_are_in_the_order_of_time(void **state)
{
    (void)state;
    struct bars_run run;
    open_all(&run, "sma_cross");
    run.options.threads = 2;
    bars_run_do(&run);
    const struct backtest *backtest = &run.backtest;
    for (size_t i = 1; i < backtest->trade_count; i++) {
        const struct trade *before = &backtest->trades[i - 1];
        const struct trade *trade = &backtest->trades[i];
        assert_true(
            before->exit_time_us < trade->exit_time_us ||
            (before->exit_time_us == trade->exit_time_us && before->symbol <= trade->symbol));
    }
    for (size_t i = 1; i < backtest->findings.count; i++) {
        const struct finding *before = &backtest->findings.items[i - 1];
        const struct finding *finding = &backtest->findings.items[i];
        assert_true(before->date < finding->date ||
                    (before->date == finding->date && before->symbol <= finding->symbol));
    }
    assert_int_equal(backtest->journal.count, backtest->sessions * SYMBOLS);
    bars_run_close(&run);
}

/* An error is that of the first symbol that has one, whichever thread found it. */
static void the_first_symbols_error_is_told(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= THREADS_MAX; threads++) {
        struct bars_run run;
        open_all(&run, "sma_cross");
        run.options.threads = threads;
        run.inputs[2].is_daily = run.inputs[7].is_daily = true;
        assert_false(bars_run_try(&run));
        assert_memory_equal(run.error.message, "S2: ", 4);
        bars_run_close(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_threads_does_not_matter),
        cmocka_unit_test(what_a_symbol_does_is_what_it_does_alone),
        cmocka_unit_test(trades_findings_and_journal_are_in_the_order_of_time),
        cmocka_unit_test(the_first_symbols_error_is_told),
    };
    return cmocka_run_group_tests(tests, make_all, release_all);
}
