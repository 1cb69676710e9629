#include "service/base/log.h"
#include "service/jobs/load.h"
#include "tests/support/bars_made.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEADER "timestamp,open,high,low,close,volume\n"
#define QQQ HEADER "2024-06-25T13:30:00Z,1,2,1,2,10\n2024-06-25T13:31:00Z,2,3,2,3,10\n"
#define DAILY "date,open,high,low,close,volume\n2024-06-24,1,2,1,2,10\n"
#define OF(symbol)                                                                                 \
    "symbol,timestamp,open,high,low,close,volume\n" symbol ",2024-06-25T13:30:00Z,1,2,1,2,10\n"
#define DAILY_OF(symbol)                                                                           \
    "symbol,date,open,high,low,close,volume\n" symbol ",2024-06-24,1,2,1,2,10\n"

static struct scratch scratch;
static struct playbook playbook;
static struct load loading;
static struct lane_input inputs[2];
static size_t open_count;
static struct error error;

static int prepare(void **state)
{
    (void)state;
    scratch_init(&scratch);
    playbook_init(&playbook, strategy_find("sma_cross"));
    return 0;
}

static void close_all(void)
{
    struct backtest_source source = load_source(&loading);
    while (open_count > 0)
        source.close(source.context, --open_count);
    load_release(&loading);
}

static int release(void **state)
{
    (void)state;
    close_all();
    playbook_release(&playbook);
    scratch_release(&scratch);
    error = (struct error) { 0 };
    return 0;
}

static void add_symbol(const char *symbol)
{
    assert_true(playbook_add_symbol(&playbook, symbol, &error));
}

/* Opens every symbol from names in the scratch folder; "" is the folder itself, NULL none. */
static bool load(const char *bars, const char *daily, const char *zone)
{
    char bars_path[sizeof scratch.path], daily_path[sizeof scratch.path];
    struct load_options options = { .bars = bars_path };
    snprintf(bars_path, sizeof bars_path, "%s", scratch_path(&scratch, bars));
    if (daily) {
        snprintf(daily_path, sizeof daily_path, "%s", scratch_path(&scratch, daily));
        options.daily = daily_path;
    }
    if (zone)
        assert_true(bar_zone_parse(zone, &options.zone, &error));
    close_all();
    load_begin(&loading, &playbook, &options);
    struct backtest_source source = load_source(&loading);
    while (open_count < playbook.symbol_count) {
        if (!source.open(source.context, open_count, &inputs[open_count], &error))
            return false;
        open_count++;
    }
    return true;
}

static void assert_fails(enum error_kind kind, const char *part)
{
    if (error.kind != kind || !strstr(error.message, part))
        fail_msg("kind %s: %s", error_kind_name(error.kind), error.message);
}

static void a_file_serves_one_symbol(void **state)
{
    (void)state;
    add_symbol("QQQ");
    scratch_write(&scratch, "any-name.txt", QQQ);
    assert_true(load("any-name.txt", NULL, NULL));
    assert_int_equal(open_count, 1);
    assert_int_equal(inputs[0].bars->count, 2);
    assert_false(inputs[0].is_daily);
    assert_null(inputs[0].days);
    assert_int_equal(inputs[0].report->rows, 2);
}

static void a_folder_serves_each_symbol_its_file(void **state)
{
    (void)state;
    add_symbol("SPY");
    add_symbol("QQQ");
    scratch_write(&scratch, "QQQ.csv", QQQ);
    scratch_write(&scratch, "SPY.csv", HEADER "2024-06-25T13:30:00Z,1,2,1,2,10\n");
    assert_true(load("", NULL, NULL));
    assert_int_equal(open_count, 2);
    assert_int_equal(inputs[0].bars->count, 2);
    assert_int_equal(inputs[1].bars->count, 1);
}

static void a_pair_has_no_slash_in_its_file_name(void **state)
{
    (void)state;
    add_symbol("BTC/USD");
    scratch_write(&scratch, "BTC_USD.csv", QQQ);
    assert_true(load("", NULL, NULL));
    assert_int_equal(inputs[0].bars->count, 2);
}

static void a_folder_may_hold_parquet_beside_csv(void **state)
{
    (void)state;
    add_symbol("SPY");
    add_symbol("QQQ");
    scratch_write(&scratch, "QQQ.csv", QQQ);
    struct bar bar = bars_bar(DAY_US, 1, 2, 1, 2);
    struct series series = { .bars = &bar, .count = 1 };
    assert_true(bar_file_write(scratch_path(&scratch, "SPY.parquet"), &series, false, &error));
    assert_true(load("", NULL, NULL));
    assert_int_equal(inputs[0].bars->count, 2);
    assert_int_equal(inputs[1].bars->count, 1);
}

static void two_files_of_one_symbol_are_refused_by_their_names(void **state)
{
    (void)state;
    add_symbol("QQQ");
    scratch_write(&scratch, "QQQ.csv", QQQ);
    scratch_write(&scratch, "QQQ.parquet", "");
    assert_false(load("", NULL, NULL));
    assert_fails(ERROR_DATA, "both QQQ.csv and QQQ.parquet");
}

static void bars_that_are_another_symbol_s_are_refused_by_both_names(void **state)
{
    (void)state;
    add_symbol("QQQ");
    scratch_write(&scratch, "QQQ.csv", OF("SPY"));
    assert_false(load("", NULL, NULL));
    assert_fails(ERROR_DATA, "QQQ.csv: holds bars of SPY (QQQ was expected)");
    assert_false(load("QQQ.csv", NULL, NULL));
    assert_fails(ERROR_DATA, "QQQ.csv: holds bars of SPY (QQQ was expected)");
    scratch_write(&scratch, "QQQ.csv", OF("QQQ"));
    scratch_write(&scratch, "daily.csv", DAILY_OF("SPY"));
    assert_false(load("QQQ.csv", "daily.csv", NULL));
    assert_fails(ERROR_DATA, "daily.csv: holds bars of SPY (QQQ was expected)");
    scratch_write(&scratch, "daily.csv", DAILY_OF("QQQ"));
    assert_true(load("QQQ.csv", "daily.csv", NULL));
}

static void a_pair_may_be_named_with_either_sign(void **state)
{
    (void)state;
    add_symbol("BTC/USD");
    scratch_write(&scratch, "BTC_USD.csv", OF("BTC/USD"));
    assert_true(load("", NULL, NULL));
    scratch_write(&scratch, "BTC_USD.csv", OF("BTC_USD"));
    if (!load("", NULL, NULL))
        fail_msg("%s", error.message);
}

static void one_file_for_two_symbols_is_refused(void **state)
{
    (void)state;
    add_symbol("QQQ");
    add_symbol("SPY");
    scratch_write(&scratch, "QQQ.csv", QQQ);
    assert_false(load("QQQ.csv", NULL, NULL));
    assert_fails(ERROR_USAGE, "QQQ.csv");
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    add_symbol("QQQ");
    add_symbol("SPY");
    scratch_write(&scratch, "QQQ.csv", QQQ);
    assert_false(load("", NULL, NULL));
    assert_fails(ERROR_DATA, "neither SPY.csv nor SPY.parquet is there");
    assert_int_equal(open_count, 1);
}

static void a_wrong_cell_is_named_by_file_line_and_column(void **state)
{
    (void)state;
    add_symbol("QQQ");
    scratch_write(&scratch, "QQQ.csv", QQQ "2024-06-25T13:32:00Z,1,2,1,abc,10\n");
    assert_false(load("QQQ.csv", NULL, NULL));
    assert_fails(ERROR_DATA, "QQQ.csv:4: column close");
}

static void daily_bars_come_from_a_file_or_a_folder_too(void **state)
{
    (void)state;
    add_symbol("QQQ");
    scratch_write(&scratch, "bars.csv", QQQ);
    scratch_write(&scratch, "QQQ.csv", DAILY);
    assert_true(load("bars.csv", "QQQ.csv", NULL));
    assert_int_equal(inputs[0].days->count, 1);
    assert_true(load("bars.csv", "", NULL));
    assert_int_equal(inputs[0].days->count, 1);
}

static void daily_bars_with_times_are_refused_by_the_name_of_their_file(void **state)
{
    (void)state;
    add_symbol("QQQ");
    scratch_write(&scratch, "bars.csv", QQQ);
    scratch_write(&scratch, "QQQ.csv", QQQ);
    assert_false(load("bars.csv", "QQQ.csv", NULL));
    assert_fails(ERROR_DATA, "QQQ.csv");
    assert_false(load("bars.csv", "", NULL));
    assert_fails(ERROR_DATA, "QQQ.csv");
}

static void bars_may_be_daily_ones(void **state)
{
    (void)state;
    add_symbol("QQQ");
    scratch_write(&scratch, "QQQ.csv", DAILY);
    assert_true(load("QQQ.csv", NULL, NULL));
    assert_true(inputs[0].is_daily);
}

static void naive_stamps_take_the_zone_that_is_named(void **state)
{
    (void)state;
    add_symbol("QQQ");
    scratch_write(&scratch, "QQQ.csv", HEADER "2024-06-25 09:30:00,1,2,1,2,10\n");
    assert_false(load("QQQ.csv", NULL, NULL));
    assert_fails(ERROR_DATA, "--zone");
    assert_true(load("QQQ.csv", NULL, "America/New_York"));
    struct session session = bars_session("2024-06-25");
    assert_true(inputs[0].bars->bars[0].open_time_us == session.open_us);
    assert_true(load("QQQ.csv", NULL, "-04:00"));
    assert_true(inputs[0].bars->bars[0].open_time_us == session.open_us);
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, release)

int main(void)
{
    log_open(stderr, LOG_ERROR, LOG_FORMAT_TEXT);
    const struct CMUnitTest tests[] = {
        PREPARED(a_file_serves_one_symbol),
        PREPARED(a_folder_serves_each_symbol_its_file),
        PREPARED(a_pair_has_no_slash_in_its_file_name),
        PREPARED(a_folder_may_hold_parquet_beside_csv),
        PREPARED(two_files_of_one_symbol_are_refused_by_their_names),
        PREPARED(bars_that_are_another_symbol_s_are_refused_by_both_names),
        PREPARED(a_pair_may_be_named_with_either_sign),
        PREPARED(one_file_for_two_symbols_is_refused),
        PREPARED(a_missing_file_is_named),
        PREPARED(a_wrong_cell_is_named_by_file_line_and_column),
        PREPARED(daily_bars_come_from_a_file_or_a_folder_too),
        PREPARED(daily_bars_with_times_are_refused_by_the_name_of_their_file),
        PREPARED(bars_may_be_daily_ones),
        PREPARED(naive_stamps_take_the_zone_that_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
