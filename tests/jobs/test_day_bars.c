#include "service/base/date.h"
#include "service/base/text.h"
#include "service/jobs/day_bars.h"
#include "service/jobs/history.h"
#include "tests/support/bars_made.h"
#include "tests/support/day_feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PLAYBOOKS_MAX = 4, SYMBOLS_MAX = 4 };

static struct day_feed fake;
static struct playbook playbooks[PLAYBOOKS_MAX];
static const struct playbook *chosen[PLAYBOOKS_MAX];
static size_t count;
static struct day_bars_options options;
static struct day_bars bars;
static struct lane_input inputs[SYMBOLS_MAX];
static struct error error;

/* What shares_since was asked, a line each, and what it says. */
static struct {
    struct text asked;
    double shares;
    bool fails;
} splits;

static bool shares_since(void *context, const char *symbol, int32_t date, double *ret_shares,
                         struct error *ret_error)
{
    char text[DATE_TEXT_SIZE];
    assert_ptr_equal(context, &splits);
    text_format(&splits.asked, "%s %s\n", symbol, date_format(date, text));
    if (splits.fails)
        return error_set(ret_error, ERROR_PROVIDER, "no actions");
    *ret_shares = splits.shares;
    return true;
}

static int start(void **state)
{
    (void)state;
    day_feed_init(&fake);
    splits.shares = 1;
    splits.fails = false;
    error = (struct error) { 0 };
    count = 0;
    options = (struct day_bars_options) {
        .feed = &fake.feed,
        .deadline_us = 77,
        .shares_since = shares_since,
        .context = &splits,
    };
    return 0;
}

static int stop(void **state)
{
    (void)state;
    day_bars_release(&bars);
    day_feed_release(&fake);
    text_release(&splits.asked);
    for (size_t i = 0; i < count; i++)
        playbook_release(&playbooks[i]);
    return 0;
}

static const struct playbook *choose(const char *strategy, const char *first, const char *second)
{
    struct playbook *playbook = &playbooks[count];
    chosen[count++] = playbook;
    playbook_init(playbook, strategy_find(strategy));
    assert_true(playbook_add_symbol(playbook, first, &error));
    assert_true(second == NULL || playbook_add_symbol(playbook, second, &error));
    assert_true(playbook_finish(playbook, NULL, &error));
    return playbook;
}

static bool load(const char *date)
{
    return day_bars_load(chosen, count, bars_date(date), &options, &bars, &error);
}

static void assert_asked(const char *expected)
{
    assert_string_equal(text_string(&fake.asked), expected);
}

static void minutes_are_asked_for_as_they_traded_from_open_to_close(void **state)
{
    (void)state;
    const struct playbook *playbook = choose("wed_tue_11am", "QQQ", NULL);
    assert_true(load("2024-06-28"));
    assert_asked("minutes raw QQQ 2024-06-28T13:30:00Z 2024-06-28T20:00:00Z\n");
    assert_true(day_bars_inputs(&bars, playbook, inputs, &error));
    assert_int_equal(inputs[0].bars->count, 390);
    assert_false(inputs[0].is_daily);
    assert_non_null(inputs[0].report);
    assert_null(inputs[0].days);
    assert_null(inputs[0].days_report);
    assert_string_equal(text_string(&splits.asked), "");
}

static void a_half_day_ends_at_one(void **state)
{
    (void)state;
    const struct playbook *playbook = choose("wed_tue_11am", "QQQ", NULL);
    assert_true(load("2024-07-03"));
    assert_asked("minutes raw QQQ 2024-07-03T13:30:00Z 2024-07-03T17:00:00Z\n");
    assert_true(day_bars_inputs(&bars, playbook, inputs, &error));
    assert_int_equal(inputs[0].bars->count, 210);
}

/* 210 sessions for 200 days, of which none is the session itself. */
static void a_strategy_that_looks_back_gets_the_days_before(void **state)
{
    (void)state;
    const struct playbook *playbook = choose("dp20", "QQQ", NULL);
    assert_true(load("2024-06-28"));
    assert_asked("minutes raw QQQ 2024-06-28T13:30:00Z 2024-06-28T20:00:00Z\n"
                 "days split QQQ 2023-08-28T00:00:00Z 2024-06-28T00:00:00Z\n");
    assert_true(day_bars_inputs(&bars, playbook, inputs, &error));
    const struct series *days = inputs[0].days;
    assert_int_equal(days->count, 210);
    assert_true(days->bars[209].open_time_us == bars_date("2024-06-27") * DAY_US);
    assert_non_null(inputs[0].days_report);
}

static void every_symbol_is_asked_for_once_for_all_playbooks(void **state)
{
    (void)state;
    const struct playbook *both = choose("wed_tue_11am", "SPY", "QQQ");
    const struct playbook *one = choose("dp20", "SPY", NULL);
    const struct playbook *other = choose("morning_reversal", "AAPL", "SPY");
    assert_true(load("2024-06-28"));
    assert_asked("minutes raw AAPL,QQQ,SPY 2024-06-28T13:30:00Z 2024-06-28T20:00:00Z\n"
                 "days split SPY 2023-08-28T00:00:00Z 2024-06-28T00:00:00Z\n");
    assert_string_equal(text_string(&splits.asked), "SPY 2024-06-28\n");
    assert_true(day_bars_inputs(&bars, both, inputs, &error));
    const struct series *spy = inputs[1].bars;
    assert_null(inputs[1].days);
    assert_true(day_bars_inputs(&bars, one, inputs, &error));
    assert_ptr_equal(inputs[0].bars, spy);
    assert_non_null(inputs[0].days);
    assert_true(day_bars_inputs(&bars, other, inputs, &error));
    assert_ptr_equal(inputs[1].bars, spy);
}

static void pairs_are_asked_for_apart_and_never_split(void **state)
{
    (void)state;
    choose("dp20", "QQQ", NULL);
    const struct playbook *coins = choose("dp20", "BTC/USD", "ETH/USD");
    splits.shares = 10;
    assert_true(load("2024-06-28"));
    assert_asked("minutes raw QQQ 2024-06-28T13:30:00Z 2024-06-28T20:00:00Z\n"
                 "days split QQQ 2023-08-28T00:00:00Z 2024-06-28T00:00:00Z\n"
                 "minutes raw BTC/USD,ETH/USD 2024-06-28T00:00:00Z 2024-06-29T00:00:00Z\n"
                 "days split BTC/USD,ETH/USD 2023-12-01T00:00:00Z 2024-06-28T00:00:00Z\n");
    assert_string_equal(text_string(&splits.asked), "QQQ 2024-06-28\n");
    assert_true(day_bars_inputs(&bars, coins, inputs, &error));
    assert_int_equal(inputs[1].bars->count, 1440);
    assert_int_equal(inputs[1].days->count, 210);
    assert_true(inputs[1].days->bars[0].volume == 2000);
}

/* A share of the date is ten of today's: what cost 40 cost 400. */
static void adjusted_days_are_brought_back_to_the_date(void **state)
{
    (void)state;
    const struct playbook *playbook = choose("dp20", "QQQ", NULL);
    struct series expected = { 0 };
    fake.split_date = bars_date("2024-07-15");
    fake.split_shares = splits.shares = 10;
    assert_true(load("2024-06-28"));
    assert_true(day_bars_inputs(&bars, playbook, inputs, &error));
    for (size_t i = 0; i < inputs[0].days->count; i++) {
        struct bar day = inputs[0].days->bars[i];
        struct session session = { 0 };
        assert_true(
            calendar_session(calendar_find("xnys"), date_of_instant(day.open_time_us), &session));
        expected.count = 0;
        day_feed_day(&fake, "QQQ", &session, &expected);
        assert_memory_equal(&day, &expected.bars[0], sizeof day);
    }
    assert_true(inputs[0].bars->bars[0].open > 3000);
    series_release(&expected);
}

static void without_splits_nobody_is_asked(void **state)
{
    (void)state;
    const struct playbook *playbook = choose("dp20", "QQQ", NULL);
    options.shares_since = NULL;
    assert_true(load("2024-06-28"));
    assert_true(day_bars_inputs(&bars, playbook, inputs, &error));
    assert_true(inputs[0].days->bars[0].volume == 2000);
}

static void assert_input_error(const struct playbook *playbook, enum error_kind kind,
                               const char *message)
{
    error = (struct error) { 0 };
    assert_false(day_bars_inputs(&bars, playbook, inputs, &error));
    assert_int_equal(error.kind, kind);
    assert_string_equal(error.message, message);
}

static void a_symbol_that_fails_fails_the_playbooks_that_have_it(void **state)
{
    (void)state;
    const struct playbook *bad = choose("dp20", "AAPL", "QQQ");
    const struct playbook *good = choose("dp20", "SPY", NULL);
    fake.refused = "QQQ";
    assert_true(load("2024-06-28"));
    assert_asked("minutes raw AAPL,QQQ,SPY 2024-06-28T13:30:00Z 2024-06-28T20:00:00Z\n"
                 "days split AAPL,SPY 2023-08-28T00:00:00Z 2024-06-28T00:00:00Z\n");
    assert_input_error(bad, ERROR_USAGE, "QQQ: is not known");
    assert_true(day_bars_inputs(&bars, good, inputs, &error));
}

static void days_that_fail_do_not_concern_who_does_not_look_back(void **state)
{
    (void)state;
    const struct playbook *back = choose("dp20", "QQQ", "SPY");
    const struct playbook *now = choose("wed_tue_11am", "QQQ", "SPY");
    fake.refused_days = "SPY";
    assert_true(load("2024-06-28"));
    assert_input_error(back, ERROR_USAGE, "SPY: is not known");
    assert_string_equal(text_string(&splits.asked), "QQQ 2024-06-28\n");
    assert_true(day_bars_inputs(&bars, now, inputs, &error));
}

static void a_symbol_without_a_bar_in_its_session_is_an_error(void **state)
{
    (void)state;
    const struct playbook *bad = choose("wed_tue_11am", "QQQ", "SPY");
    const struct playbook *good = choose("wed_tue_11am", "SPY", NULL);
    fake.empty = "QQQ";
    assert_true(load("2024-06-28"));
    assert_input_error(bad, ERROR_DATA, "QQQ has no bars on 2024-06-28");
    assert_true(day_bars_inputs(&bars, good, inputs, &error));
}

static void splits_that_cannot_be_had_fail_who_looks_back(void **state)
{
    (void)state;
    const struct playbook *back = choose("dp20", "QQQ", NULL);
    const struct playbook *now = choose("wed_tue_11am", "QQQ", NULL);
    splits.fails = true;
    assert_true(load("2024-06-28"));
    assert_input_error(back, ERROR_PROVIDER, "QQQ: no actions");
    assert_true(day_bars_inputs(&bars, now, inputs, &error));
}

static void a_feed_that_gives_nothing_fails_the_load(void **state)
{
    (void)state;
    choose("dp20", "QQQ", NULL);
    choose("dp20", "BTC/USD", NULL);
    fake.fails_from = 1;
    assert_false(load("2024-06-28"));
    assert_int_equal(error.kind, ERROR_PROVIDER);
    assert_string_equal(error.message, "no network");
    assert_int_equal(fake.requests, 2);
}

/* Pairs need no keys: they can be had when equities cannot. */
static void a_feed_that_fails_for_equities_still_gives_pairs(void **state)
{
    (void)state;
    const struct playbook *shares = choose("dp20", "QQQ", NULL);
    const struct playbook *coins = choose("dp20", "BTC/USD", NULL);
    fake.fails_at = 1;
    assert_true(load("2024-06-28"));
    assert_int_equal(fake.requests, 3);
    assert_input_error(shares, ERROR_PROVIDER, "QQQ: no network");
    assert_true(day_bars_inputs(&bars, coins, inputs, &error));
}

static void a_feed_that_fails_for_the_days_still_gives_minutes(void **state)
{
    (void)state;
    const struct playbook *back = choose("dp20", "QQQ", NULL);
    const struct playbook *now = choose("wed_tue_11am", "QQQ", NULL);
    fake.fails_at = 2;
    assert_true(load("2024-06-28"));
    assert_input_error(back, ERROR_PROVIDER, "QQQ: no network");
    assert_true(day_bars_inputs(&bars, now, inputs, &error));
}

#define STARTED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STARTED(minutes_are_asked_for_as_they_traded_from_open_to_close),
        STARTED(a_half_day_ends_at_one),
        STARTED(a_strategy_that_looks_back_gets_the_days_before),
        STARTED(every_symbol_is_asked_for_once_for_all_playbooks),
        STARTED(pairs_are_asked_for_apart_and_never_split),
        STARTED(adjusted_days_are_brought_back_to_the_date),
        STARTED(without_splits_nobody_is_asked),
        STARTED(a_symbol_that_fails_fails_the_playbooks_that_have_it),
        STARTED(days_that_fail_do_not_concern_who_does_not_look_back),
        STARTED(a_symbol_without_a_bar_in_its_session_is_an_error),
        STARTED(splits_that_cannot_be_had_fail_who_looks_back),
        STARTED(a_feed_that_gives_nothing_fails_the_load),
        STARTED(a_feed_that_fails_for_equities_still_gives_pairs),
        STARTED(a_feed_that_fails_for_the_days_still_gives_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
