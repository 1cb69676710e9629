#include "service/base/date.h"
#include "service/base/text.h"
#include "service/jobs/journal.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_run.h"
#include "writers/tables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TUESDAY "2024-06-25"

static struct bars_run run;
static struct series bars, days;

static int release(void **state)
{
    (void)state;
    bars_run_close(&run);
    series_release(&bars);
    series_release(&days);
    return 0;
}

static void add(const char *date, const char *clock, double open, double high, double low,
                double close)
{
    struct session session = bars_session(date);
    bars_add(&bars, &session, clock, open, high, low, close);
}

/* Two-minute bars at a price in [from, to). */
static void add_flat(const char *date, const char *from, const char *to, double price)
{
    struct session session = bars_session(date);
    bars_add_flat(&bars, &session, from, to, 2, price);
}

/* Bars around 100 until `clock`: EMA 100, ATR 0.3. */
static void add_quiet(const char *date, const char *clock)
{
    struct session session = bars_session(date);
    for (int64_t time_us = session.open_us; time_us < bars_time_us(&session, clock);
         time_us += 2 * MINUTE_US) {
        struct bar bar = bars_bar(time_us, 100, 100.15, 99.85, 100);
        series_append(&bars, &bar);
    }
}

/* EMA 99.8, 100, 100.2; ATR 0.6, 1.1, 1.02. */
static void add_signal(const char *date, const char *pullback, const char *reversal,
                       const char *confirmation)
{
    add(date, pullback, 100, 100, 97.45, 97.9);
    add(date, reversal, 98, 102.25, 98, 101.9);
    add(date, confirmation, 102, 102.3, 101.8, 102.1);
}

static void open_dp20(const char *first_session)
{
    bars_run_open(&run, "dp20");
    bars_add_days(&days, first_session, 200, 90);
    days.bars[0] = bars_bar(days.bars[0].open_time_us, 110, 110, 110, 110);
    bars_run_give(&run, "QQQ", &bars, &days);
}

static const char *cell(size_t row, enum journal_column column)
{
    return bars_run_cell(&run.backtest.journal, row, column);
}

static void assert_row(size_t row, const char *const expected[static JOURNAL_COLUMN_COUNT])
{
    for (enum journal_column column = 0; column < JOURNAL_COLUMN_COUNT; column++) {
        const char *wanted = expected[column] ? expected[column] : "";
        if (strcmp(cell(row, column), wanted) != 0)
            fail_msg("%s is \"%s\", \"%s\" was expected", journal_table.columns[column].name,
                     cell(row, column), wanted);
    }
}

/* A price is printed as it is, and binary sums are a little off. */
static void assert_price(size_t row, enum journal_column column, double expected)
{
    double price = strtod(cell(row, column), NULL);
    assert_true(fabs(price - expected) < 1e-9);
}

/* Worked out by hand: 1.2 x 1.02 = 1.224; 1.02/102.2; 10,000 x 2/100.2; 1.20 x 100 less 2 of fees;
 * over a risk of 122.40. */
static void every_column_of_a_dp20_trade_is_filled(void **state)
{
    (void)state;
    open_dp20(TUESDAY);
    assert_true(costs_parse_fee("1/order", &run.options.costs, &run.error));
    add_quiet(TUESDAY, "10:00");
    add_signal(TUESDAY, "10:00", "10:02", "10:04");
    add_flat(TUESDAY, "10:06", "15:56", 102.2);
    add_flat(TUESDAY, "15:56", "16:00", 103.4);
    bars_run_do(&run);
    assert_int_equal(run.backtest.journal.count, 1);
    assert_price(0, JOURNAL_STOP_PRICE, 100.976);
    char *stop_price = strdup(cell(0, JOURNAL_STOP_PRICE));
    const char *const expected[JOURNAL_COLUMN_COUNT] = {
        [JOURNAL_TRADE_DATE] = TUESDAY,
        [JOURNAL_TREND_VALID] = "TRUE",
        [JOURNAL_SMA200_DAILY_AT_OPEN] = "90.1000",
        [JOURNAL_ENTRY_WINDOW] = "10:00-10:30",
        [JOURNAL_FIRST_CLOSE_BELOW_TIME] = "10:00:00",
        [JOURNAL_REVERSAL_CANDLE_TIME] = "10:02:00",
        [JOURNAL_REVERSAL_STRENGTH_OK] = "TRUE",
        [JOURNAL_CONFIRMATION_CANDLE_TIME] = "10:04:00",
        [JOURNAL_ENTERED] = "TRUE",
        [JOURNAL_ENTRY_TIME_ET] = "10:06:00",
        [JOURNAL_ENTRY_PRICE] = "102.2",
        [JOURNAL_SHARES] = "100",
        [JOURNAL_EMA20_AT_ENTRY] = "100.2000",
        [JOURNAL_ATR_14_2M_AT_ENTRY] = "1.0200",
        [JOURNAL_ATR_PCT_OF_PRICE] = "0.009980",
        [JOURNAL_STOP_DISTANCE] = "1.2240",
        [JOURNAL_STOP_PRICE] = stop_price,
        [JOURNAL_ENTRY_BUCKET] = "10:00-10:10",
        [JOURNAL_BARS_SINCE_OPEN] = "18",
        [JOURNAL_EOD_EXIT_TIME] = "15:56:00",
        [JOURNAL_EOD_EXIT_PRICE] = "103.4",
        [JOURNAL_GROSS_PNL] = "120.00",
        [JOURNAL_FEES_SLIPPAGE] = "2.00",
        [JOURNAL_NET_PNL] = "118.00",
        [JOURNAL_RISK_PER_SHARE] = "1.2240",
        [JOURNAL_R_MULTIPLE] = "0.9641",
        [JOURNAL_DIST_TO_EMA_BPS] = "199.6008",
        [JOURNAL_NOTES] = "Valid DP20 signal detected",
        [JOURNAL_PLAYBOOK] = "dp20",
        [JOURNAL_SYMBOL] = "QQQ",
    };
    assert_row(0, expected);
    free(stop_price);
}

static void the_columns_are_the_29_of_the_hand_kept_journal_and_two(void **state)
{
    (void)state;
    struct text names = { 0 };
    for (size_t i = 0; i < journal_table.column_count; i++)
        text_format(&names, "%s%s", i > 0 ? "," : "", journal_table.columns[i].name);
    assert_string_equal(
        text_string(&names),
        "trade_date,trend_valid,sma200_daily_at_open,entry_window,first_close_below_time,"
        "reversal_candle_time,reversal_strength_ok,confirmation_candle_time,entered?,entry_time_et,"
        "entry_price,shares,ema20_at_entry,atr_14_2m_at_entry,atr_pct_of_price,stop_distance,"
        "stop_price,entry_bucket,bars_since_open,eod_exit_time,eod_exit_price,gross_pnl,"
        "fees_slippage,net_pnl,risk_per_share,R_multiple,dist_to_ema_bps,notes,chart_link_entry,"
        "playbook,symbol");
    text_release(&names);
}

/* All that is known when the close of the confirmation bar ended the day. */
static void what_is_known_is_written_without_a_trade_too(void **state)
{
    (void)state;
    open_dp20(TUESDAY);
    add_quiet(TUESDAY, "10:00");
    add(TUESDAY, "10:00", 100, 100, 97.45, 97.9);
    add(TUESDAY, "10:02", 98, 102.25, 98, 101.9);
    add(TUESDAY, "10:04", 99, 99, 97.9, 97.9);
    add_flat(TUESDAY, "10:06", "16:00", 97);
    bars_run_do(&run);
    const char *const expected[JOURNAL_COLUMN_COUNT] = {
        [JOURNAL_TRADE_DATE] = TUESDAY,
        [JOURNAL_TREND_VALID] = "TRUE",
        [JOURNAL_SMA200_DAILY_AT_OPEN] = "90.1000",
        [JOURNAL_ENTRY_WINDOW] = "10:00-10:30",
        [JOURNAL_FIRST_CLOSE_BELOW_TIME] = "10:00:00",
        [JOURNAL_REVERSAL_CANDLE_TIME] = "10:02:00",
        [JOURNAL_REVERSAL_STRENGTH_OK] = "TRUE",
        [JOURNAL_CONFIRMATION_CANDLE_TIME] = "10:04:00",
        [JOURNAL_ENTERED] = "FALSE",
        [JOURNAL_EMA20_AT_ENTRY] = "99.8000",
        [JOURNAL_ATR_14_2M_AT_ENTRY] = "1.4867",
        [JOURNAL_NOTES] = "Signal invalidated: confirmation candle closed below EMA20",
        [JOURNAL_PLAYBOOK] = "dp20",
        [JOURNAL_SYMBOL] = "QQQ",
    };
    assert_row(0, expected);
}

/* The sessions between two that have bars, and one in the warm-up. */
static void every_session_has_its_row_with_or_without_bars(void **state)
{
    (void)state;
    bars_run_open(&run, "dp20");
    bars_add_days(&days, "2024-07-01", 137, 90);
    bars_run_give(&run, "QQQ", &bars, &days);
    add_flat("2024-07-02", "09:30", "16:00", 100);
    add_flat("2024-07-05", "09:30", "16:00", 100);
    bars_run_do(&run);
    static const char *const dates[] = { "2024-07-02", "2024-07-03", "2024-07-05" };
    assert_int_equal(run.backtest.journal.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(cell(i, JOURNAL_TRADE_DATE), dates[i]);
        assert_string_equal(cell(i, JOURNAL_ENTERED), "FALSE");
        assert_string_equal(cell(i, JOURNAL_TREND_VALID), "");
        assert_string_equal(cell(i, JOURNAL_SHARES), "");
    }
    assert_string_equal(cell(0, JOURNAL_NOTES), "warm-up: 137 of 200 daily closes");
    assert_string_equal(cell(1, JOURNAL_NOTES), "no bars");
}

static void a_failed_trend_says_so(void **state)
{
    (void)state;
    open_dp20(TUESDAY);
    add_flat(TUESDAY, "09:30", "16:00", 90);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_TREND_VALID), "FALSE");
    assert_string_equal(cell(0, JOURNAL_NOTES), "Trend filter failed: open 90.00 <= SMA200 90.10");
}

static void only_weak_reversals_are_no_strength(void **state)
{
    (void)state;
    open_dp20(TUESDAY);
    add_quiet(TUESDAY, "10:00");
    add(TUESDAY, "10:00", 100, 100, 97.45, 97.9);
    add(TUESDAY, "10:02", 100, 104, 98, 100.5);
    add_flat(TUESDAY, "10:04", "16:00", 90);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_REVERSAL_STRENGTH_OK), "FALSE");
    assert_string_equal(cell(0, JOURNAL_REVERSAL_CANDLE_TIME), "");
    assert_string_equal(cell(0, JOURNAL_NOTES), "No strong reversal detected");
}

static void an_entry_that_found_no_bar_says_so(void **state)
{
    (void)state;
    open_dp20(TUESDAY);
    add_quiet(TUESDAY, "10:00");
    add_signal(TUESDAY, "10:00", "10:02", "10:04");
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_ENTERED), "FALSE");
    assert_string_equal(cell(0, JOURNAL_NOTES), "no bar to fill");
    assert_string_equal(cell(0, JOURNAL_STOP_DISTANCE), "1.2240");
    assert_string_equal(cell(0, JOURNAL_STOP_PRICE), "");
    assert_int_equal(run.backtest.signals, 1);
    assert_int_equal(run.backtest.trade_count, 0);
}

static void a_refused_entry_counts_the_bars(void **state)
{
    (void)state;
    open_dp20(TUESDAY);
    add(TUESDAY, "09:34", 100, 100.15, 99.85, 100);
    add_signal(TUESDAY, "10:00", "10:02", "10:04");
    add_flat(TUESDAY, "10:06", "16:00", 102);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_ENTERED), "FALSE");
    assert_string_equal(cell(0, JOURNAL_NOTES),
                        "refused: 4 of 18 bars; missing_bars 181 of 195 bars");
    assert_int_equal(run.backtest.signals, 0);
}

/* The bars behind eleven, where it enters, have a note, warnings and a fatal finding. */
static void an_entry_tells_of_what_is_more_than_a_note(void **state)
{
    (void)state;
    bars_run_open(&run, "wed_tue_11am");
    bars_run_give(&run, "QQQ", &bars, NULL);
    add_flat(TUESDAY, "09:28", "12:00", 100);
    add_flat(TUESDAY, "12:10", "13:00", 110);
    add(TUESDAY, "13:00", 110, 100, 120, 110);
    add_flat(TUESDAY, "13:02", "16:00", 110);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_NOTES),
                        "Entry time reached; missing_bars 189 of 195 bars, "
                        "bad_range first at 13:00, price_jump first at 12:10");
}

/* The same bars on a Thursday, on which it does not trade. */
static void where_nothing_was_done_the_note_stays_as_it_is(void **state)
{
    (void)state;
    bars_run_open(&run, "wed_tue_11am");
    bars_run_give(&run, "QQQ", &bars, NULL);
    add_flat("2024-06-27", "09:30", "12:00", 100);
    add_flat("2024-06-27", "12:10", "16:00", 110);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_NOTES), "Not a Tuesday or Wednesday");
    assert_int_equal(run.backtest.findings.count, 3);
}

/* The bucket of an entry on the bar behind its confirmation. */
static void assert_bucket(const char *pullback, const char *reversal, const char *confirmation,
                          const char *entry, const char *bucket, const char *bars_since_open)
{
    series_release(&bars);
    series_release(&days);
    bars_run_close(&run);
    open_dp20(TUESDAY);
    bars_run_set(&run, "window_start", "09:40");
    add_quiet(TUESDAY, pullback);
    add_signal(TUESDAY, pullback, reversal, confirmation);
    add_flat(TUESDAY, entry, "16:00", 102);
    bars_run_do(&run);
    char seconds[16];
    snprintf(seconds, sizeof seconds, "%s:00", entry);
    assert_string_equal(cell(0, JOURNAL_ENTRY_TIME_ET), seconds);
    assert_string_equal(cell(0, JOURNAL_ENTRY_BUCKET), bucket);
    assert_string_equal(cell(0, JOURNAL_BARS_SINCE_OPEN), bars_since_open);
}

static void entries_fall_into_thirds_of_the_half_hour(void **state)
{
    (void)state;
    assert_bucket("09:52", "09:54", "09:56", "09:58", "", "14");
    assert_bucket("09:54", "09:56", "09:58", "10:00", "10:00-10:10", "15");
    assert_bucket("10:00", "10:02", "10:04", "10:06", "10:00-10:10", "18");
    assert_bucket("10:02", "10:04", "10:06", "10:08", "10:00-10:10", "19");
    assert_bucket("10:04", "10:06", "10:08", "10:10", "10:10-10:20", "20");
    assert_bucket("10:12", "10:14", "10:16", "10:18", "10:10-10:20", "24");
    assert_bucket("10:14", "10:16", "10:18", "10:20", "10:20-10:30", "25");
    assert_bucket("10:26", "10:28", "10:30", "10:32", "10:20-10:30", "31");
    /* The bar after the confirmation is missing: the fill is later than any bucket. */
    assert_bucket("10:26", "10:28", "10:30", "10:34", "", "32");
}

/* What other strategies fill. */
static const enum journal_column common[] = {
    JOURNAL_TRADE_DATE, JOURNAL_ENTERED,         JOURNAL_ENTRY_TIME_ET, JOURNAL_ENTRY_PRICE,
    JOURNAL_SHARES,     JOURNAL_BARS_SINCE_OPEN, JOURNAL_EOD_EXIT_TIME, JOURNAL_EOD_EXIT_PRICE,
    JOURNAL_GROSS_PNL,  JOURNAL_FEES_SLIPPAGE,   JOURNAL_NET_PNL,       JOURNAL_NOTES,
    JOURNAL_PLAYBOOK,   JOURNAL_SYMBOL,
};

static void other_strategies_fill_only_what_they_have(void **state)
{
    (void)state;
    static const char *const strategies[] = { "morning_reversal", "wed_tue_11am",
                                              "momentum_wed_tue" };
    for (size_t i = 0; i < 3; i++) {
        release(NULL);
        bars_run_open(&run, strategies[i]);
        bars_run_give(&run, "QQQ", &bars, NULL);
        add_flat(TUESDAY, "09:30", "10:06", 100);
        add_flat(TUESDAY, "10:06", "16:00", 101);
        bars_run_do(&run);
        assert_string_equal(cell(0, JOURNAL_ENTERED), "TRUE");
        for (enum journal_column column = 0; column < JOURNAL_COLUMN_COUNT; column++) {
            bool is_common = false;
            for (size_t k = 0; k < sizeof common / sizeof common[0]; k++)
                is_common = is_common || common[k] == column;
            if (is_common == (*cell(0, column) == '\0'))
                fail_msg("%s, %s: \"%s\"", strategies[i], journal_table.columns[column].name,
                         cell(0, column));
        }
    }
}

static void times_are_new_yorks_in_winter_too(void **state)
{
    (void)state;
    bars_run_open(&run, "wed_tue_11am");
    bars_run_give(&run, "QQQ", &bars, NULL);
    add_flat("2024-01-09", "09:30", "16:00", 100);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_ENTRY_TIME_ET), "11:00:00");
    assert_string_equal(cell(0, JOURNAL_EOD_EXIT_TIME), "15:56:00");
    assert_string_equal(cell(0, JOURNAL_BARS_SINCE_OPEN), "45");
}

static void a_session_close_has_the_time_of_the_last_bars_end(void **state)
{
    (void)state;
    bars_run_open(&run, "wed_tue_11am");
    bars_run_give(&run, "QQQ", &bars, NULL);
    add_flat(TUESDAY, "09:30", "13:20", 100);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_EOD_EXIT_TIME), "13:20:00");
}

/* One-minute bars of four times the same price, from the clock reading on. */
static void add_prices(const char *date, const char *from, const double *prices, size_t count)
{
    struct session session = bars_session(date);
    for (size_t i = 0; i < count; i++) {
        struct bar bar = bars_bar(bars_time_us(&session, from) + (int64_t)i * MINUTE_US, prices[i],
                                  prices[i], prices[i], prices[i]);
        series_append(&bars, &bar);
    }
}

/* Means of one close and of two: it enters on the bar after a rise and leaves after a fall. */
static void open_cross(void)
{
    bars_run_open(&run, "sma_cross");
    bars_run_set(&run, "fast", "1");
    bars_run_set(&run, "slow", "2");
    bars_run_give(&run, "QQQ", &bars, NULL);
}

/* Entered on Monday, left on Wednesday, each with bars missing. */
static void an_exit_tells_of_the_bars_of_its_own_session(void **state)
{
    (void)state;
    static const double prices[] = { 10, 9.9, 10.1, 10.2, 10.3, 10.4 };
    static const double fall[] = { 10, 9.9, 9.8 };
    open_cross();
    add_prices("2024-06-24", "15:50", prices, 4);
    add_prices(TUESDAY, "09:30", prices + 4, 2);
    add_prices("2024-06-26", "09:30", fall, 3);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_NOTES), "missing_bars 4 of 390 bars");
    assert_string_equal(cell(1, JOURNAL_NOTES), "");
    assert_string_equal(cell(2, JOURNAL_NOTES), "missing_bars 3 of 390 bars");
}

/* In at 12, out at 8.5; in at 9, out at 5. */
static void of_several_trades_the_row_has_the_first_ones_prices_and_the_sum_of_money(void **state)
{
    (void)state;
    static const double prices[] = { 10, 9, 11, 12, 8, 8.5, 9, 5, 5, 5 };
    open_cross();
    assert_true(costs_parse_fee("0.25/order", &run.options.costs, &run.error));
    add_prices(TUESDAY, "09:30", prices, sizeof prices / sizeof prices[0]);
    bars_run_do(&run);
    assert_int_equal(run.backtest.trade_count, 2);
    const char *const expected[JOURNAL_COLUMN_COUNT] = {
        [JOURNAL_TRADE_DATE] = TUESDAY,
        [JOURNAL_ENTERED] = "TRUE",
        [JOURNAL_ENTRY_TIME_ET] = "09:33:00",
        [JOURNAL_ENTRY_PRICE] = "12",
        [JOURNAL_SHARES] = "1",
        [JOURNAL_BARS_SINCE_OPEN] = "3",
        [JOURNAL_EOD_EXIT_TIME] = "09:35:00",
        [JOURNAL_EOD_EXIT_PRICE] = "8.5",
        [JOURNAL_GROSS_PNL] = "-7.50",
        [JOURNAL_FEES_SLIPPAGE] = "1.00",
        [JOURNAL_NET_PNL] = "-8.50",
        [JOURNAL_NOTES] = "2 trades; missing_bars 10 of 390 bars, price_jump first at 09:31",
        [JOURNAL_PLAYBOOK] = run.playbook.name,
        [JOURNAL_SYMBOL] = "QQQ",
    };
    assert_row(0, expected);
}

static void a_position_held_over_a_night_has_its_entry_and_exit_in_two_rows(void **state)
{
    (void)state;
    static const double rise[] = { 10, 9, 11, 12 };
    static const double hold[] = { 13, 14 };
    static const double fall[] = { 8, 7, 6 };
    open_cross();
    add_prices("2024-06-24", "15:50", rise, 4);
    add_prices(TUESDAY, "09:30", hold, 2);
    add_prices("2024-06-26", "09:30", fall, 3);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_ENTERED), "TRUE");
    assert_string_equal(cell(0, JOURNAL_ENTRY_TIME_ET), "15:53:00");
    assert_string_equal(cell(0, JOURNAL_EOD_EXIT_TIME), "");
    assert_string_equal(cell(0, JOURNAL_NET_PNL), "");
    assert_string_equal(cell(1, JOURNAL_ENTERED), "FALSE");
    assert_string_equal(cell(1, JOURNAL_ENTRY_PRICE), "");
    assert_string_equal(cell(1, JOURNAL_EOD_EXIT_PRICE), "");
    assert_string_equal(cell(2, JOURNAL_ENTERED), "FALSE");
    assert_string_equal(cell(2, JOURNAL_ENTRY_PRICE), "");
    assert_string_equal(cell(2, JOURNAL_EOD_EXIT_TIME), "09:31:00");
    assert_string_equal(cell(2, JOURNAL_EOD_EXIT_PRICE), "7");
    assert_string_equal(cell(2, JOURNAL_NET_PNL), "-5.00");
}

/* The entry was ordered on the last bar of the day before. */
static void an_entry_belongs_to_the_session_of_its_fill(void **state)
{
    (void)state;
    static const double rise[] = { 10, 9, 11 };
    static const double fall[] = { 12, 8, 7 };
    open_cross();
    add_prices("2024-06-24", "15:57", rise, 3);
    add_prices(TUESDAY, "09:30", fall, 3);
    bars_run_do(&run);
    assert_string_equal(cell(0, JOURNAL_ENTERED), "FALSE");
    assert_string_equal(cell(1, JOURNAL_ENTERED), "TRUE");
    assert_string_equal(cell(1, JOURNAL_ENTRY_TIME_ET), "09:30:00");
    assert_int_equal(run.backtest.trade_count, 1);
    assert_int_equal(run.backtest.trades[0].key.session_date, bars_date(TUESDAY));
    assert_int_equal(run.backtest.trades[0].key.number, 1);
}

static void rows_are_sorted_by_session_then_symbol(void **state)
{
    (void)state;
    static const char *const dates[] = { "2024-06-24", TUESDAY };
    static const char *const symbols[] = { "IWM", "QQQ" };
    struct series none = { 0 };
    bars_run_open(&run, "wed_tue_11am");
    bars_run_give(&run, "IWM", &none, NULL);
    bars_run_give(&run, "QQQ", &bars, NULL);
    add_flat("2024-06-24", "09:30", "16:00", 100);
    add_flat(TUESDAY, "09:30", "16:00", 100);
    bars_run_do(&run);
    assert_int_equal(run.backtest.journal.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(cell(i, JOURNAL_TRADE_DATE), dates[i / 2]);
        assert_string_equal(cell(i, JOURNAL_SYMBOL), symbols[i % 2]);
    }
    assert_string_equal(cell(2, JOURNAL_NOTES), "no bars");
    assert_string_equal(cell(3, JOURNAL_ENTERED), "TRUE");
}

#define RELEASED(test) cmocka_unit_test_teardown(test, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RELEASED(every_column_of_a_dp20_trade_is_filled),
        RELEASED(the_columns_are_the_29_of_the_hand_kept_journal_and_two),
        RELEASED(what_is_known_is_written_without_a_trade_too),
        RELEASED(every_session_has_its_row_with_or_without_bars),
        RELEASED(a_failed_trend_says_so),
        RELEASED(only_weak_reversals_are_no_strength),
        RELEASED(an_entry_that_found_no_bar_says_so),
        RELEASED(a_refused_entry_counts_the_bars),
        RELEASED(an_entry_tells_of_what_is_more_than_a_note),
        RELEASED(where_nothing_was_done_the_note_stays_as_it_is),
        RELEASED(an_exit_tells_of_the_bars_of_its_own_session),
        RELEASED(entries_fall_into_thirds_of_the_half_hour),
        RELEASED(other_strategies_fill_only_what_they_have),
        RELEASED(times_are_new_yorks_in_winter_too),
        RELEASED(a_session_close_has_the_time_of_the_last_bars_end),
        RELEASED(of_several_trades_the_row_has_the_first_ones_prices_and_the_sum_of_money),
        RELEASED(a_position_held_over_a_night_has_its_entry_and_exit_in_two_rows),
        RELEASED(an_entry_belongs_to_the_session_of_its_fill),
        RELEASED(rows_are_sorted_by_session_then_symbol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
