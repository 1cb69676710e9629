#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/jobs/fetch.h"
#include "service/jobs/history.h"
#include "service/market/timeframe.h"
#include "tests/support/bars_made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { REQUESTS_MAX = 4 };

/* A feed that writes down what it is asked for: minutes from 08:00 to 18:00 New York of every day,
 * daily bars of every day. */
static struct {
    struct feed feed;
    struct {
        bool is_daily, only_keeps;
        int64_t begin_us, end_us;
        size_t symbol_count;
        enum adjustment adjustment;
    } requests[REQUESTS_MAX];
    size_t request_count;
    size_t fails_at;     /* 0: never */
    const char *unknown; /* a symbol that it does not know */
} fake;

static struct playbook playbook;
static struct fetch_options options;
static struct loaded loaded;
static struct error error;

static void add_bars(struct series *series, const struct bar_request *request)
{
    int64_t step_us = request->is_daily ? DAY_US : MINUTE_US;
    const struct calendar *xnys = calendar_find("xnys");
    for (int64_t time_us = request->begin_us; time_us < request->end_us; time_us += step_us) {
        int64_t local_us = time_us + xnys->offset_us(time_us);
        int64_t hour = local_us % DAY_US / HOUR_US;
        if (!request->is_daily && (hour < 8 || hour >= 18))
            continue;
        double price = 10 + (double)(time_us / MINUTE_US % 97 / 10);
        struct bar bar = bars_bar(time_us, price, price, price, price);
        series_append(series, &bar);
    }
}

static bool fake_load(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
                      struct error *ret_error)
{
    assert_ptr_equal(feed, &fake.feed);
    assert_in_range(fake.request_count, 0, REQUESTS_MAX - 1);
    size_t at = fake.request_count++;
    fake.requests[at].is_daily = request->is_daily;
    fake.requests[at].only_keeps = request->only_keeps;
    fake.requests[at].begin_us = request->begin_us;
    fake.requests[at].end_us = request->end_us;
    fake.requests[at].symbol_count = request->symbol_count;
    fake.requests[at].adjustment = request->adjustment;
    if (fake.request_count == fake.fails_at)
        return error_set(ret_error, ERROR_PROVIDER, "no network");
    struct bar_set set = {
        .symbols = memory_new(request->symbol_count, sizeof *set.symbols),
        .count = request->symbol_count,
    };
    for (size_t i = 0; i < set.count; i++) {
        if (fake.unknown && strcmp(request->symbols[i], fake.unknown) == 0)
            error_set(&set.symbols[i].error, ERROR_USAGE, "is not known");
        else if (!request->only_keeps)
            add_bars(&set.symbols[i].bars, request);
    }
    *ret_set = set;
    return true;
}

static const struct feed_type fake_type = { .name = "fake", .load = fake_load };

static void open_playbook(const char *strategy, const char *timeframe)
{
    playbook_init(&playbook, strategy_find(strategy));
    if (timeframe)
        assert_true(timeframe_parse(timeframe, &playbook.timeframe_us, &error));
    assert_true(playbook_add_symbol(&playbook, "AAA", &error));
    assert_true(playbook_add_symbol(&playbook, "BBB", &error));
    assert_true(playbook_finish(&playbook, NULL, &error));
}

static int start(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    fake.feed.type = &fake_type;
    error = (struct error) { 0 };
    options = (struct fetch_options) {
        .feed = &fake.feed,
        .calendar = calendar_find("xnys"),
        .start = bars_date("2024-06-29"), /* a Saturday */
        .end = bars_date("2024-07-04"),   /* a holiday; the 3rd closes at 13:00 */
        .adjustment = ADJUSTMENT_SPLIT,
    };
    return 0;
}

static int stop(void **state)
{
    (void)state;
    loaded_release(&loaded);
    playbook_release(&playbook);
    return 0;
}

static void minutes_run_from_the_first_open_to_the_last_close(void **state)
{
    (void)state;
    open_playbook("sma_cross", NULL);
    assert_true(fetch_bars(&playbook, &options, &loaded, &error));
    assert_int_equal(fake.request_count, 1);
    assert_false(fake.requests[0].is_daily);
    assert_true(fake.requests[0].begin_us == bars_session("2024-07-01").open_us);
    assert_true(fake.requests[0].end_us == bars_session("2024-07-03").close_us);
    assert_int_equal(fake.requests[0].symbol_count, 2);
    assert_int_equal(fake.requests[0].adjustment, ADJUSTMENT_SPLIT);
}

static void minutes_outside_trading_hours_are_left_out(void **state)
{
    (void)state;
    open_playbook("sma_cross", NULL);
    assert_true(fetch_bars(&playbook, &options, &loaded, &error));
    assert_int_equal(loaded.count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct series *bars = loaded.inputs[i].bars;
        assert_int_equal(bars->count, 390 + 390 + 210);
        assert_true(bars->bars[390].open_time_us == bars_session("2024-07-02").open_us);
        assert_true(bars->bars[bars->count - 1].open_time_us ==
                    bars_session("2024-07-03").close_us - MINUTE_US);
        assert_null(loaded.inputs[i].days);
    }
}

/* 210 sessions before the first, up to but without the last: none sees its own day. */
static void a_strategy_that_looks_back_gets_its_daily_bars(void **state)
{
    (void)state;
    open_playbook("dp20", NULL);
    assert_true(fetch_bars(&playbook, &options, &loaded, &error));
    assert_int_equal(fake.request_count, 2);
    assert_true(fake.requests[1].is_daily);
    struct history_window window;
    history_window_begin(&window, options.calendar, bars_date("2024-07-01"), 200);
    assert_true(fake.requests[1].begin_us == window.first_date * DAY_US);
    assert_true(fake.requests[1].end_us == bars_date("2024-07-03") * DAY_US);
    for (size_t i = 0; i < 2; i++)
        assert_true(loaded.inputs[i].days->bars[0].open_time_us == window.first_date * DAY_US);
}

static void a_playbook_on_days_asks_for_days(void **state)
{
    (void)state;
    open_playbook("sma_cross", "1Day");
    assert_true(fetch_bars(&playbook, &options, &loaded, &error));
    assert_int_equal(fake.request_count, 1);
    assert_true(fake.requests[0].is_daily);
    assert_true(fake.requests[0].begin_us == bars_date("2024-07-01") * DAY_US);
    assert_true(fake.requests[0].end_us == bars_date("2024-07-04") * DAY_US);
    assert_true(loaded.inputs[1].is_daily);
}

static void a_symbol_that_fails_fails_the_playbook_by_name(void **state)
{
    (void)state;
    open_playbook("sma_cross", NULL);
    fake.unknown = "BBB";
    assert_false(fetch_bars(&playbook, &options, &loaded, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message, "BBB: is not known");
}

static void what_fails_the_feed_is_passed_on(void **state)
{
    (void)state;
    open_playbook("dp20", NULL);
    for (fake.fails_at = 1; fake.fails_at <= 2; fake.fails_at++) {
        fake.request_count = 0;
        assert_false(fetch_bars(&playbook, &options, &loaded, &error));
        assert_int_equal(error.kind, ERROR_PROVIDER);
        assert_int_equal(fake.request_count, fake.fails_at);
    }
}

static void a_range_without_a_session_is_told(void **state)
{
    (void)state;
    open_playbook("sma_cross", NULL);
    options.end = bars_date("2024-06-30");
    assert_false(fetch_bars(&playbook, &options, &loaded, &error));
    assert_int_equal(error.kind, ERROR_DATA);
    assert_string_equal(error.message,
                        "calendar xnys has no session from 2024-06-29 to 2024-06-30");
    assert_int_equal(fake.request_count, 0);
}

#define STARTED(test) cmocka_unit_test_setup_teardown(test, start, stop)

static struct backtest_options run_options(void)
{
    return (struct backtest_options) {
        .playbook = &playbook,
        .calendar = options.calendar,
        .start = options.start,
        .end = options.end,
        .capital = BACKTEST_CAPITAL,
        .threads = 2,
    };
}

static void symbol_by_symbol_the_run_is_the_same(void **state)
{
    (void)state;
    struct fetch fetch;
    struct backtest whole, parts;
    open_playbook("sma_cross", NULL);
    struct backtest_options of_whole = run_options(), of_parts = run_options();
    assert_true(fetch_bars(&playbook, &options, &loaded, &error));
    of_whole.inputs = loaded.inputs;
    assert_true(backtest_run(&of_whole, &whole, &error));
    assert_true(fetch_begin(&fetch, &playbook, &options, &error));
    struct backtest_source source = fetch_source(&fetch);
    of_parts.source = &source;
    assert_true(backtest_run(&of_parts, &parts, &error));
    assert_int_equal(parts.first_session, whole.first_session);
    assert_int_equal(parts.last_session, whole.last_session);
    assert_int_equal(parts.sessions, 3);
    assert_int_equal(parts.findings.count, whole.findings.count);
    assert_int_equal(parts.journal.count, whole.journal.count);
    assert_true(whole.trade_count > 4);
    assert_int_equal(parts.trade_count, whole.trade_count);
    for (size_t i = 0; i < whole.trade_count; i++) {
        assert_int_equal(parts.trades[i].symbol, whole.trades[i].symbol);
        assert_int_equal(parts.trades[i].entry_time_us, whole.trades[i].entry_time_us);
        assert_int_equal(parts.trades[i].exit_time_us, whole.trades[i].exit_time_us);
    }
    assert_int_equal(parts.max_drawdown, whole.max_drawdown);
    backtest_release(&whole);
    backtest_release(&parts);
    fetch_release(&fetch);
}

static void all_is_kept_together_and_then_loaded_one_by_one(void **state)
{
    (void)state;
    struct fetch fetch;
    struct backtest backtest;
    open_playbook("sma_cross", NULL);
    assert_true(fetch_begin(&fetch, &playbook, &options, &error));
    assert_int_equal(fake.request_count, 1);
    assert_true(fake.requests[0].only_keeps);
    assert_int_equal(fake.requests[0].symbol_count, 2);
    struct backtest_options of = run_options();
    struct backtest_source source = fetch_source(&fetch);
    of.source = &source;
    assert_true(backtest_run(&of, &backtest, &error));
    assert_int_equal(fake.request_count, 3);
    for (size_t i = 1; i < 3; i++) {
        assert_false(fake.requests[i].only_keeps);
        assert_int_equal(fake.requests[i].symbol_count, 1);
        assert_true(fake.requests[i].begin_us == fake.requests[0].begin_us);
        assert_true(fake.requests[i].end_us == fake.requests[0].end_us);
    }
    backtest_release(&backtest);
    fetch_release(&fetch);
}

static void history_is_kept_too(void **state)
{
    (void)state;
    struct fetch fetch;
    open_playbook("dp20", "2Min");
    assert_true(fetch_begin(&fetch, &playbook, &options, &error));
    assert_int_equal(fake.request_count, 2);
    assert_true(fake.requests[1].is_daily && fake.requests[1].only_keeps);
    fetch_release(&fetch);
}

static void what_cannot_be_kept_fails_before_the_run(void **state)
{
    (void)state;
    struct fetch fetch;
    open_playbook("sma_cross", NULL);
    fake.unknown = "BBB";
    assert_false(fetch_begin(&fetch, &playbook, &options, &error));
    assert_string_equal(error.message, "BBB: is not known");
    fetch_release(&fetch);
}

static void a_symbol_that_cannot_be_loaded_fails_the_run(void **state)
{
    (void)state;
    struct fetch fetch;
    struct backtest backtest;
    open_playbook("sma_cross", NULL);
    fake.fails_at = 3;
    assert_true(fetch_begin(&fetch, &playbook, &options, &error));
    struct backtest_options of = run_options();
    struct backtest_source source = fetch_source(&fetch);
    of.source = &source;
    of.threads = 1;
    assert_false(backtest_run(&of, &backtest, &error));
    assert_string_equal(error.message, "no network");
    fetch_release(&fetch);
}

static bool open_nothing(void *context, size_t symbol, struct lane_input *ret_input,
                         struct error *ret_error)
{
    static const struct series none;
    (void)context, (void)symbol, (void)ret_error;
    *ret_input = (struct lane_input) { .bars = &none };
    return true;
}

static void close_nothing(void *context, size_t symbol)
{
    (void)context, (void)symbol;
}

static void without_any_bar_there_is_no_run(void **state)
{
    (void)state;
    struct backtest backtest;
    open_playbook("sma_cross", NULL);
    struct backtest_options of = run_options();
    struct backtest_source source = { .open = open_nothing, .close = close_nothing };
    of.source = &source;
    assert_false(backtest_run(&of, &backtest, &error));
    assert_string_equal(error.message, "no bar lies within the trading hours of calendar xnys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STARTED(minutes_run_from_the_first_open_to_the_last_close),
        STARTED(minutes_outside_trading_hours_are_left_out),
        STARTED(a_strategy_that_looks_back_gets_its_daily_bars),
        STARTED(a_playbook_on_days_asks_for_days),
        STARTED(a_symbol_that_fails_fails_the_playbook_by_name),
        STARTED(what_fails_the_feed_is_passed_on),
        STARTED(a_range_without_a_session_is_told),
        STARTED(symbol_by_symbol_the_run_is_the_same),
        STARTED(all_is_kept_together_and_then_loaded_one_by_one),
        STARTED(history_is_kept_too),
        STARTED(what_cannot_be_kept_fails_before_the_run),
        STARTED(a_symbol_that_cannot_be_loaded_fails_the_run),
        STARTED(without_any_bar_there_is_no_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
