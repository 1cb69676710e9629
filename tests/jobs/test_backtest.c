/* What must hold for a backtest whatever the bars are: tried on the real ones of examples/. */
#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/feeds/bar_file.h"
#include "service/jobs/history.h"
#include "service/market/timeframe.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_run.h"
#include "writers/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EXAMPLE "examples/QQQ.parquet"

/* The month that is cut: after a year of history. */
#define MONTH_BEGIN "2023-05-01"
#define MONTH_END "2023-05-31"

enum { CUTS = 120, PLAYBOOK_COUNT = 5 };

/* Playbooks so loose that they trade often and meet every way out. */
static const struct loose {
    const char *strategy;
    const char *settings[8]; /* name, value, ...; ended by NULL */
} loose[PLAYBOOK_COUNT] = {
    { "dp20",
      { "window_start", "09:45", "window_end", "14:30", "strength", "0.3", "stop_atr", "1.7" } },
    { "morning_reversal", { "window_end", "15:40", "lookback", "4", "rise", "0.0004" } },
    { "wed_tue_11am", { "entry_time", "12:40" } },
    { "momentum_wed_tue", { "entry_time", "10:15", "rise_pct", "0.05" } },
    { "sma_cross", { "fast", "3", "slow", "8" } },
};

static const struct calendar *xnys;
static struct series example, example_days, month;
static struct bars_run whole, part;

static int read_example(void **state)
{
    (void)state;
    struct bar_file_report report = { 0 };
    struct error error = { 0 };
    bool daily;
    xnys = calendar_find("xnys");
    if (!bar_file_read(EXAMPLE, &(struct bar_zone) { 0 }, 1, &example, &daily, &report, &error)) {
        print_error("%s\n", error.message);
        return -1;
    }
    bar_file_report_release(&report);
    history_from_bars(&example, xnys, &example_days);
    for (size_t i = 0; i < example_days.count; i++) {
        struct bar *day = &example_days.bars[i];
        *day = bars_bar(day->open_time_us, day->close, day->close, day->close, day->close);
    }
    month = series_slice(&example, series_find(&example, bars_date(MONTH_BEGIN) * DAY_US),
                         series_find(&example, (bars_date(MONTH_END) + 1) * DAY_US));
    return 0;
}

static int release_example(void **state)
{
    (void)state;
    series_release(&example);
    series_release(&example_days);
    return 0;
}

static int release(void **state)
{
    (void)state;
    bars_run_close(&whole);
    bars_run_close(&part);
    return 0;
}

static void open_run(struct bars_run *run, const struct loose *of, int minutes)
{
    bars_run_close(run);
    bars_run_open(run, of->strategy);
    run->playbook.timeframe_us = minutes * MINUTE_US;
    for (size_t i = 0; i < 8 && of->settings[i]; i += 2)
        bars_run_set(run, of->settings[i], of->settings[i + 1]);
}

static void run_on(struct bars_run *run, const struct loose *of, int minutes,
                   const struct series *bars, const struct series *days)
{
    open_run(run, of, minutes);
    bars_run_give(run, "QQQ", bars, days);
    bars_run_do(run);
}

static bool same_number(double a, double b)
{
    return a == b || (a != a && b != b);
}

static bool same_entry(const struct trade *a, const struct trade *b)
{
    return a->key.session_date == b->key.session_date && a->key.number == b->key.number &&
           a->quantity == b->quantity && a->entry_time_us == b->entry_time_us &&
           a->entry_price == b->entry_price && same_number(a->stop_price, b->stop_price);
}

/* Of one symbol, whichever number it has. */
static bool same_trade(const struct trade *a, const struct trade *b)
{
    return same_entry(a, b) && a->session_date == b->session_date &&
           a->exit_time_us == b->exit_time_us && a->exit_price == b->exit_price &&
           strcmp(a->exit_reason, b->exit_reason) == 0 && a->fees == b->fees &&
           a->bars_held == b->bars_held && a->gross_pnl == b->gross_pnl &&
           a->net_pnl == b->net_pnl && a->mae == b->mae && a->mfe == b->mfe &&
           same_number(a->r_multiple, b->r_multiple);
}

static void assert_same_trades(const struct backtest *a, const struct backtest *b)
{
    assert_int_equal(a->trade_count, b->trade_count);
    for (size_t i = 0; i < a->trade_count; i++)
        assert_true(same_trade(&a->trades[i], &b->trades[i]));
}

static void assert_same_cell(const struct backtest *a, size_t row_a, const struct backtest *b,
                             size_t row_b, enum journal_column column)
{
    char *text = memory_copy_text(bars_run_cell(&a->journal, row_a, column));
    if (strcmp(text, bars_run_cell(&b->journal, row_b, column)) != 0)
        fail_msg("row %zu, %s: \"%s\" and \"%s\"", row_a, journal_table.columns[column].name, text,
                 bars_run_cell(&b->journal, row_b, column));
    free(text);
}

/* But for the playbook, whose name comes from its symbols. */
static void assert_same_row(const struct backtest *a, size_t row_a, const struct backtest *b,
                            size_t row_b)
{
    for (enum journal_column column = 0; column < JOURNAL_COLUMN_COUNT; column++) {
        if (column != JOURNAL_PLAYBOOK)
            assert_same_cell(a, row_a, b, row_b, column);
    }
}

static void assert_same_journal(const struct backtest *a, const struct backtest *b)
{
    assert_int_equal(a->journal.count, b->journal.count);
    for (size_t row = 0; row < a->journal.count; row++)
        assert_same_row(a, row, b, row);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* When all that made the trade end had happened. */
static int64_t known_us(const struct trade *trade, int64_t timeframe_us)
{
    bool at_close = strcmp(trade->exit_reason, "session_close") == 0;
    return trade->exit_time_us + (at_close ? 0 : timeframe_us);
}

/* Trades over before the cut are as they were; one that was open may end there. */
static void assert_trades_until(int64_t cut_us, int64_t timeframe_us)
{
    const struct backtest *cut = &part.backtest;
    const struct backtest *full = &whole.backtest;
    size_t count = 0;
    while (count < full->trade_count && known_us(&full->trades[count], timeframe_us) <= cut_us) {
        assert_true(count < cut->trade_count);
        assert_true(same_trade(&full->trades[count], &cut->trades[count]));
        count++;
    }
    assert_in_range(cut->trade_count, count, count + 1);
    if (cut->trade_count > count) {
        assert_true(count < full->trade_count);
        assert_true(same_entry(&full->trades[count], &cut->trades[count]));
        assert_true(cut->trades[count].exit_time_us >= cut_us - timeframe_us);
    }
}

/* Rows of sessions over before the cut are as they were; what the last one had seen stays seen. */
static void assert_journal_until(int64_t cut_us, bool cells_are_whole)
{
    static const enum journal_column seen[] = { JOURNAL_FIRST_CLOSE_BELOW_TIME,
                                                JOURNAL_REVERSAL_CANDLE_TIME,
                                                JOURNAL_CONFIRMATION_CANDLE_TIME };
    const struct record_list *cut = &part.backtest.journal;
    const struct record_list *full = &whole.backtest.journal;
    for (size_t row = 0; row < cut->count; row++) {
        const struct cell *cells = cut->cells + row * JOURNAL_COLUMN_COUNT;
        struct session session;
        assert_true(calendar_session(xnys, (int32_t)cells[JOURNAL_TRADE_DATE].integer, &session));
        if (session.close_us <= cut_us)
            assert_same_row(&part.backtest, row, &whole.backtest, row);
        assert_same_cell(&part.backtest, row, &whole.backtest, row, JOURNAL_TREND_VALID);
        assert_same_cell(&part.backtest, row, &whole.backtest, row, JOURNAL_SMA200_DAILY_AT_OPEN);
        for (size_t i = 0; cells_are_whole && i < sizeof seen / sizeof seen[0]; i++) {
            const struct cell *later = &full->cells[row * JOURNAL_COLUMN_COUNT + seen[i]];
            if (cells[seen[i]].present)
                assert_true(later->present && later->integer == cells[seen[i]].integer);
        }
    }
}

static void cut_anywhere(const struct loose *of, int minutes, uint64_t seed)
{
    run_on(&whole, of, minutes, &month, &example_days);
    if (whole.backtest.trade_count < 3)
        fail_msg("%s makes only %zu trades", of->strategy, whole.backtest.trade_count);
    for (int i = 0; i < CUTS; i++) {
        size_t count = 1 + next_random(&seed) % (month.count - 1);
        struct series cut = series_slice(&month, 0, count);
        run_on(&part, of, minutes, &cut, &example_days);
        int64_t cut_us = month.bars[count].open_time_us;
        assert_trades_until(cut_us, minutes * MINUTE_US);
        assert_journal_until(cut_us, minutes == 5);
    }
}

static void a_file_cut_off_anywhere_changes_nothing_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLAYBOOK_COUNT; i++)
        cut_anywhere(&loose[i], 5, i + 1);
}

static void a_file_cut_off_inside_a_cell_changes_nothing_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLAYBOOK_COUNT; i++)
        cut_anywhere(&loose[i], 15, i + 100);
}

/* History made from the bars themselves must not know the day either. */
static void a_file_cut_off_anywhere_has_the_same_history(void **state)
{
    (void)state;
    uint64_t seed = 7;
    run_on(&whole, &loose[0], 5, &example, NULL);
    assert_true(whole.backtest.trade_count > 20);
    for (int i = 0; i < 20; i++) {
        size_t count = 1 + next_random(&seed) % (example.count - 1);
        struct series cut = series_slice(&example, 0, count);
        run_on(&part, &loose[0], 5, &cut, NULL);
        assert_trades_until(example.bars[count].open_time_us, 5 * MINUTE_US);
        assert_journal_until(example.bars[count].open_time_us, true);
    }
}

/* The cells that the rules describe, made by another hand. */
static void aggregate(const struct series *bars, int minutes, struct series *ret_bars)
{
    int64_t length_us = minutes * MINUTE_US;
    struct session session = { 0 };
    for (size_t i = 0; i < bars->count; i++) {
        const struct bar *bar = &bars->bars[i];
        int32_t date = date_of_instant(bar->open_time_us);
        if (!calendar_session(xnys, date, &session) || bar->open_time_us < session.open_us ||
            bar->open_time_us >= session.close_us)
            continue;
        int64_t stamp_us = bar->open_time_us - (bar->open_time_us - session.open_us) % length_us;
        struct bar *last = ret_bars->count ? &ret_bars->bars[ret_bars->count - 1] : NULL;
        if (!last || last->open_time_us != stamp_us) {
            struct bar first = *bar;
            first.open_time_us = stamp_us;
            series_append(ret_bars, &first);
            continue;
        }
        last->high = bar->high > last->high ? bar->high : last->high;
        last->low = bar->low < last->low ? bar->low : last->low;
        last->close = bar->close;
    }
}

static void bars_aggregated_beforehand_give_the_same(void **state)
{
    (void)state;
    static const int lengths[] = { 10, 15, 35 };
    for (size_t k = 0; k < 3; k++) {
        struct series cells = { 0 };
        aggregate(&example, lengths[k], &cells);
        for (size_t i = 0; i < PLAYBOOK_COUNT; i++) {
            run_on(&whole, &loose[i], lengths[k], &example, NULL);
            run_on(&part, &loose[i], lengths[k], &cells, NULL);
            assert_true(whole.backtest.trade_count > 0);
            assert_same_trades(&whole.backtest, &part.backtest);
            assert_same_journal(&whole.backtest, &part.backtest);
            assert_int_equal(whole.backtest.max_drawdown, part.backtest.max_drawdown);
        }
        series_release(&cells);
    }
}

static void every_session_by_itself_gives_what_the_range_gives(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLAYBOOK_COUNT - 1; i++) {
        run_on(&whole, &loose[i], 5, &example, &example_days);
        size_t trades = 0;
        open_run(&part, &loose[i], 5);
        bars_run_give(&part, "QQQ", &example, &example_days);
        for (size_t row = 0; row < whole.backtest.journal.count; row++) {
            const struct cell *cells = whole.backtest.journal.cells + row * JOURNAL_COLUMN_COUNT;
            part.options.start = part.options.end = (int32_t)cells[JOURNAL_TRADE_DATE].integer;
            bars_run_do(&part);
            assert_same_row(&whole.backtest, row, &part.backtest, 0);
            for (size_t k = 0; k < part.backtest.trade_count; k++)
                assert_true(
                    same_trade(&part.backtest.trades[k], &whole.backtest.trades[trades + k]));
            trades += part.backtest.trade_count;
        }
        assert_int_equal(trades, whole.backtest.trade_count);
    }
}

static void bars_before_the_start_serve_as_history_only(void **state)
{
    (void)state;
    int32_t start = bars_date("2023-03-13");
    size_t begin = series_find(&example, start * DAY_US);
    struct series rest = series_slice(&example, begin, example.count);
    for (size_t i = 0; i < PLAYBOOK_COUNT; i++) {
        open_run(&part, &loose[i], 5);
        bars_run_give(&part, "QQQ", &example, NULL);
        part.options.start = start;
        bars_run_do(&part);
        run_on(&whole, &loose[i], 5, &rest, &example_days);
        assert_true(part.backtest.trade_count > 0);
        assert_same_trades(&whole.backtest, &part.backtest);
        assert_same_journal(&whole.backtest, &part.backtest);
        assert_int_equal(part.backtest.first_session, start);
        /* The daily bars made of the sessions lack the one that the example lacks. */
        assert_int_equal(part.backtest.findings.count + 1, whole.backtest.findings.count);
        assert_int_equal(whole.backtest.findings.items[0].date, bars_date("2023-02-10"));
    }
}

static void running_again_gives_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLAYBOOK_COUNT; i++) {
        run_on(&whole, &loose[i], 5, &month, &example_days);
        run_on(&part, &loose[i], 5, &month, &example_days);
        assert_same_trades(&whole.backtest, &part.backtest);
        assert_same_journal(&whole.backtest, &part.backtest);
    }
}

/* The month again at another price and with holes. */
static void distort(struct series *ret_bars, double factor, uint64_t seed)
{
    for (size_t i = 0; i < month.count; i++) {
        const struct bar *bar = &month.bars[i];
        if (next_random(&seed) % 50 == 0)
            continue;
        struct bar other = bars_bar(bar->open_time_us, bar->open * factor, bar->high * factor,
                                    bar->low * factor, bar->close * factor);
        series_append(ret_bars, &other);
    }
}

static void assert_trades_of(size_t symbol, const struct bars_run *alone)
{
    size_t found = 0;
    for (size_t i = 0; i < whole.backtest.trade_count; i++) {
        const struct trade *trade = &whole.backtest.trades[i];
        if (trade->symbol != symbol)
            continue;
        assert_true(found < alone->backtest.trade_count);
        assert_true(same_trade(trade, &alone->backtest.trades[found]));
        found++;
    }
    assert_int_equal(found, alone->backtest.trade_count);
}

static void symbols_do_not_influence_each_other(void **state)
{
    (void)state;
    static const char *const symbols[] = { "AAA", "BBB", "CCC" };
    struct series bars[3] = { { 0 }, { 0 }, { 0 } };
    for (size_t i = 0; i < 3; i++)
        distort(&bars[i], (const double[]) { 1, 2, 4 }[i], i);
    for (size_t i = 0; i < PLAYBOOK_COUNT; i++) {
        open_run(&whole, &loose[i], 5);
        for (size_t k = 0; k < 3; k++)
            bars_run_give(&whole, symbols[k], &bars[k], &example_days);
        bars_run_do(&whole);
        size_t signals = 0;
        for (size_t k = 0; k < 3; k++) {
            open_run(&part, &loose[i], 5);
            bars_run_give(&part, symbols[k], &bars[k], &example_days);
            bars_run_do(&part);
            assert_trades_of(k, &part);
            for (size_t row = 0; row < part.backtest.journal.count; row++)
                assert_same_row(&whole.backtest, 3 * row + k, &part.backtest, row);
            signals += part.backtest.signals;
        }
        assert_int_equal(whole.backtest.signals, signals);
    }
    for (size_t i = 0; i < 3; i++)
        series_release(&bars[i]);
}

static void trades_are_sorted_by_their_exit_then_symbol(void **state)
{
    (void)state;
    open_run(&whole, &loose[1], 5);
    bars_run_give(&whole, "AAA", &month, NULL);
    bars_run_give(&whole, "BBB", &month, NULL);
    bars_run_do(&whole);
    assert_true(whole.backtest.trade_count > 10);
    for (size_t i = 1; i < whole.backtest.trade_count; i++) {
        const struct trade *before = &whole.backtest.trades[i - 1];
        const struct trade *trade = &whole.backtest.trades[i];
        assert_true(
            before->exit_time_us < trade->exit_time_us ||
            (before->exit_time_us == trade->exit_time_us && before->symbol < trade->symbol));
    }
}

#define RELEASED(test) cmocka_unit_test_teardown(test, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RELEASED(a_file_cut_off_anywhere_changes_nothing_before),
        RELEASED(a_file_cut_off_inside_a_cell_changes_nothing_before),
        RELEASED(a_file_cut_off_anywhere_has_the_same_history),
        RELEASED(bars_aggregated_beforehand_give_the_same),
        RELEASED(every_session_by_itself_gives_what_the_range_gives),
        RELEASED(bars_before_the_start_serve_as_history_only),
        RELEASED(running_again_gives_the_same),
        RELEASED(symbols_do_not_influence_each_other),
        RELEASED(trades_are_sorted_by_their_exit_then_symbol),
    };
    return cmocka_run_group_tests(tests, read_example, release_example);
}
