#include "service/feeds/cached_feed.h"

#include "tests/support/bars_made.h"
#include "tests/support/cache_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void what_is_kept_is_not_fetched_again(void **state)
{
    (void)state;
    assert_true(assert_dates("QQQ", "2024-05-20", "2024-07-10") > 1000);
    assert_asked("QQQ 2024-05-20T04:00:00Z 2024-07-11T04:00:00Z\n");
    assert_int_equal(count_keys(QQQ), 3);
    assert_int_equal(cached_feed_counts(stage.cache).months_fetched, 3);
    cache_open();
    assert_dates("QQQ", "2024-05-20", "2024-07-10");
    assert_minutes("QQQ", "2024-06-03T14:07:00Z", "2024-06-28T15:00:00Z");
    assert_asked("");
    assert_int_equal(cached_feed_counts(stage.cache).months_hit, 4);
    assert_int_equal(cached_feed_counts(stage.cache).months_fetched, 0);
}

static void only_what_is_missing_is_fetched(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-06-03", "2024-06-14");
    cache_open();
    assert_dates("QQQ", "2024-06-01", "2024-06-30");
    assert_asked("QQQ 2024-06-17T04:00:00Z 2024-06-29T04:00:00Z\n");
    cache_open();
    assert_dates("QQQ", "2024-06-28", "2024-07-02");
    assert_asked("QQQ 2024-07-01T04:00:00Z 2024-07-03T04:00:00Z\n");
}

/* Two weeks between are fetched along, two months are not. */
static void what_fits_into_a_page_is_fetched_along(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-06-10", "2024-06-21");
    cache_open();
    assert_dates("QQQ", "2024-06-03", "2024-06-28");
    assert_asked("QQQ 2024-06-03T04:00:00Z 2024-06-29T04:00:00Z\n");
    assert_dates("QQQ", "2024-06-03", "2024-08-30");
    cache_open();
    assert_dates("QQQ", "2024-05-31", "2024-09-03");
    assert_asked("QQQ 2024-05-31T04:00:00Z 2024-06-01T04:00:00Z\n"
                 "QQQ 2024-09-03T04:00:00Z 2024-09-04T04:00:00Z\n");
}

static void a_part_of_a_session_is_fetched_whole(void **state)
{
    (void)state;
    assert_int_equal(assert_minutes("QQQ", "2024-06-25T14:00:00Z", "2024-06-25T15:00:00Z"), 4);
    assert_asked("QQQ 2024-06-25T04:00:00Z 2024-06-26T04:00:00Z\n");
    cache_open();
    assert_dates("QQQ", "2024-06-25", "2024-06-25");
    assert_minutes("QQQ", "2024-06-25T04:00:00Z", "2024-06-25T15:00:00Z");
    assert_minutes("QQQ", "2024-06-25T15:00:00Z", "2024-06-26T04:00:00Z");
    assert_asked("");
}

/* 19:59 in New York is the next day in UTC while winter time is kept. */
static void months_are_those_of_the_exchange(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-01-31", "2024-01-31");
    assert_asked("QQQ 2024-01-31T05:00:00Z 2024-02-01T05:00:00Z\n");
    assert_int_equal(count_keys(QQQ), 1);
    cache_open();
    assert_int_equal(assert_minutes("QQQ", "2024-02-01T00:50:00Z", "2024-02-01T04:00:00Z"), 1);
    assert_asked("");
}

static void clocks_change_and_days_are_halved(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-03-01", "2024-03-31");
    assert_asked("QQQ 2024-03-01T05:00:00Z 2024-03-29T04:00:00Z\n"); /* the 29th is Good Friday */
    cache_open();
    assert_dates("QQQ", "2024-11-01", "2024-11-30");
    assert_asked("QQQ 2024-11-01T04:00:00Z 2024-11-30T05:00:00Z\n");
    cache_open();
    assert_dates("QQQ", "2024-03-01", "2024-03-31");
    assert_dates("QQQ", "2024-11-01", "2024-11-30");
    assert_asked("");
}

static void a_day_without_a_session_is_not_asked_for(void **state)
{
    (void)state;
    assert_int_equal(assert_dates("QQQ", "2024-06-22", "2024-06-23"), 0);
    assert_int_equal(assert_dates("QQQ", "2024-07-04", "2024-07-04"), 0);
    assert_int_equal(assert_dates("QQQ", "2026-07-06", "2026-07-10"), 0); /* not yet */
    assert_int_equal(assert_minutes("QQQ", "2024-06-24T14:00:00Z", "2024-06-24T14:00:00Z"), 0);
    assert_asked("");
}

static void an_unfinished_day_is_handed_out_and_not_kept(void **state)
{
    (void)state;
    stage.source.now_us = time_of("2024-06-25T15:07:30Z");
    size_t kept = assert_dates("QQQ", "2024-06-24", "2024-06-24");
    cache_open();
    assert_true(assert_dates("QQQ", "2024-06-24", "2024-06-26") > kept + 5);
    assert_asked("QQQ 2024-06-25T04:00:00Z 2024-06-26T04:00:00Z\n");
    stage.source.now_us = time_of("2024-06-26T04:59:59Z"); /* an hour after midnight it is final */
    cache_open();
    assert_minutes("QQQ", "2024-06-25T14:00:00Z", "2024-06-25T21:15:00Z");
    assert_asked("QQQ 2024-06-25T04:00:00Z 2024-06-25T21:15:00Z\n");
    stage.source.now_us += SECOND_US;
    cache_open();
    assert_dates("QQQ", "2024-06-24", "2024-06-25");
    assert_asked("QQQ 2024-06-25T04:00:00Z 2024-06-26T04:00:00Z\n");
    cache_open();
    assert_dates("QQQ", "2024-06-24", "2024-06-25");
    assert_asked("");
}

/* Somebody with a clock that is ahead has kept the day, and more of it than there is. */
static void a_day_that_is_not_final_here_is_fetched(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-06-03", "2024-06-28");
    stage.source.now_us = time_of("2024-06-25T15:07:30Z");
    cache_open();
    assert_dates("QQQ", "2024-06-24", "2024-06-28");
    assert_asked("QQQ 2024-06-25T04:00:00Z 2024-06-26T04:00:00Z\n");
}

static void an_empty_answer_is_not_kept(void **state)
{
    (void)state;
    stage.source.is_empty = true;
    assert_int_equal(assert_dates("QQQ", "2024-06-03", "2024-06-28"), 0);
    assert_int_equal(count_keys(""), 0);
    assert_int_equal(cached_feed_counts(stage.cache).sessions_empty, 19);
    stage.source.is_empty = false;
    cache_open();
    assert_true(assert_dates("QQQ", "2024-06-03", "2024-06-28") > 900);
    assert_int_equal(stage.source.requests, 1);
    assert_int_equal(cached_feed_counts(stage.cache).sessions_empty, 0);
}

static void a_source_that_fails_fails_the_load(void **state)
{
    (void)state;
    struct asked asked;
    struct bar_set set;
    struct error error = { 0 };
    stage.source.fails = true;
    ask(&asked, "QQQ", time_of("2024-06-03T04:00:00Z"), time_of("2024-06-28T04:00:00Z"));
    assert_false(feed_load(stage.cache, &asked.request, &set, &error));
    assert_string_equal(error.message, "the provider is down");
    assert_int_equal(count_keys(""), 0);
}

static void the_error_of_a_symbol_is_its_own(void **state)
{
    (void)state;
    stage.source.refused = "NOPE";
    assert_dates("NOPE,QQQ", "2024-06-03", "2024-06-28");
    assert_int_equal(count_keys(""), count_keys(QQQ));
    cache_open();
    assert_dates("QQQ,NOPE", "2024-06-03", "2024-08-28");
    assert_asked("NOPE 2024-06-03T04:00:00Z 2024-08-29T04:00:00Z\n"
                 "QQQ 2024-07-01T04:00:00Z 2024-08-29T04:00:00Z\n");

    struct asked asked;
    ask(&asked, "../QQQ,QQQ", time_of("2024-06-03T04:00:00Z"), time_of("2024-06-04T04:00:00Z"));
    struct bar_set set = load_from(stage.cache, &asked.request);
    assert_int_equal(set.symbols[0].error.kind, ERROR_USAGE);
    assert_true(set.symbols[1].bars.count > 0);
    bar_set_release(&set);
}

static void a_symbol_that_was_refused_is_not_asked_for_again(void **state)
{
    (void)state;
    assert_dates("QQQ,SPY", "2024-06-03", "2024-08-30");
    stage.source.refused = "QQQ";
    cache_open();
    assert_dates("QQQ,SPY", "2024-05-31", "2024-09-03");
    assert_asked("QQQ,SPY 2024-05-31T04:00:00Z 2024-06-01T04:00:00Z\n"
                 "SPY 2024-09-03T04:00:00Z 2024-09-04T04:00:00Z\n");
}

static void symbols_that_lack_the_same_are_fetched_together(void **state)
{
    (void)state;
    assert_dates("SPY", "2024-06-03", "2024-06-14");
    cache_open();
    assert_dates("QQQ,SPY,IWM", "2024-06-03", "2024-06-28");
    assert_asked("QQQ,IWM 2024-06-03T04:00:00Z 2024-06-29T04:00:00Z\n"
                 "SPY 2024-06-17T04:00:00Z 2024-06-29T04:00:00Z\n");
    cache_open();
    assert_dates("IWM,SPY,QQQ", "2024-06-03", "2024-06-28");
    assert_asked("");
}

static void pairs_have_days_in_utc_and_a_feed_of_their_own(void **state)
{
    (void)state;
    assert_minutes("BTC/USD,ETH/USD", "2024-06-29T10:00:00Z", "2024-07-01T03:30:00Z");
    assert_asked("BTC/USD,ETH/USD 2024-06-29T00:00:00Z 2024-07-02T00:00:00Z\n");
    assert_int_equal(count_keys(CACHE_FOLDER("crypto", "raw", "1Min", "BTC_USD") "2024-06.parquet"),
                     1);
    assert_int_equal(count_keys(CACHE_FOLDER("crypto", "raw", "1Min", "ETH_USD") "2024-07.parquet"),
                     1);
    cache_open();
    assert_minutes("ETH/USD", "2024-06-29T00:00:00Z", "2024-07-02T00:00:00Z");
    assert_asked("");
}

static void daily_bars_are_kept_by_themselves(void **state)
{
    (void)state;
    struct asked asked;
    ask(&asked, "QQQ", bars_date("2024-06-03") * DAY_US, bars_date("2025-02-01") * DAY_US);
    asked.request.is_daily = true;
    assert_int_equal(assert_like_source(&asked.request), 167);
    assert_asked("QQQ 2024-06-03T00:00:00Z 2025-02-01T00:00:00Z\n");
    assert_int_equal(count_keys(CACHE_FOLDER("sip", "split", "1Day", "QQQ")), 8);
    cache_open();
    assert_like_source(&asked.request);
    assert_asked("");
    asked.request.begin_us = bars_date("2024-05-31") * DAY_US;
    asked.request.end_us = bars_date("2025-03-30") * DAY_US;
    assert_like_source(&asked.request); /* up to yesterday, the 19th */
    assert_asked("QQQ 2024-05-31T00:00:00Z 2025-03-21T00:00:00Z\n");
}

static void adjustments_are_kept_apart(void **state)
{
    (void)state;
    struct asked asked;
    ask(&asked, "QQQ", time_of("2024-06-03T04:00:00Z"), time_of("2024-06-04T04:00:00Z"));
    for (enum adjustment one = ADJUSTMENT_RAW; one <= ADJUSTMENT_ALL; one++) {
        asked.request.adjustment = one;
        assert_like_source(&asked.request);
        assert_int_equal(stage.source.requests, one + 1);
    }
    assert_int_equal(count_keys(CACHE_FOLDER("sip", "raw", "1Min", "QQQ") "2024-06.parquet"), 1);
    assert_int_equal(count_keys(CACHE_FOLDER("sip", "all", "1Min", "QQQ") "2024-06.parquet"), 1);
}

/* What the file covers is fetched again, though nobody asks for all of it */
static void a_split_makes_what_is_kept_stale(void **state)
{
    (void)state;
    struct asked asked;
    ask(&asked, "QQQ", time_of("2024-06-03T04:00:00Z"), time_of("2024-08-01T04:00:00Z"));
    stage.source.now_us = time_of("2024-09-10T12:00:00Z");
    stage.source.split_date = bars_date("2024-09-16");
    for (enum adjustment one = ADJUSTMENT_RAW; one <= ADJUSTMENT_SPLIT; one++) {
        asked.request.adjustment = one;
        assert_like_source(&asked.request);
    }
    stage.source.now_us = time_of("2024-09-17T12:00:00Z");
    cache_open();
    assert_minutes("QQQ", "2024-06-28T04:00:00Z", "2024-07-02T04:00:00Z");
    assert_asked("QQQ 2024-06-03T04:00:00Z 2024-08-01T04:00:00Z\n");
    assert_int_equal(cached_feed_counts(stage.cache).months_stale, 2);
    cache_open();
    assert_like_source(&asked.request);
    asked.request.adjustment = ADJUSTMENT_RAW;
    assert_like_source(&asked.request);
    assert_asked("");
}

static bool cannot_tell(void *context, const char *symbol, enum adjustment adjustment, int32_t date,
                        bool *ret_outdated, struct error *error)
{
    (void)context, (void)symbol, (void)adjustment, (void)date, (void)ret_outdated;
    return error_set(error, ERROR_PROVIDER, "nobody knows");
}

static void without_knowing_of_splits_nothing_is_loaded(void **state)
{
    (void)state;
    struct asked asked;
    struct bar_set set;
    struct error error = { 0 };
    assert_dates("QQQ", "2024-06-03", "2024-06-03");
    stage.options.is_outdated = cannot_tell;
    cache_open();
    assert_dates("SPY", "2024-06-03", "2024-06-03"); /* of which nothing is kept */
    ask(&asked, "QQQ", time_of("2024-06-03T04:00:00Z"), time_of("2024-06-04T04:00:00Z"));
    assert_false(feed_load(stage.cache, &asked.request, &set, &error));
    assert_string_equal(error.message, "nobody knows");
}

/* The file is as old as the oldest of its bars. */
static void a_month_fetched_on_two_days_is_of_the_first(void **state)
{
    (void)state;
    stage.source.now_us = time_of("2024-06-14T12:00:00Z");
    assert_dates("QQQ", "2024-06-03", "2024-06-07");
    stage.source.now_us = time_of("2024-06-20T12:00:00Z");
    assert_dates("QQQ", "2024-06-03", "2024-06-13");
    stage.source.split_date = bars_date("2024-06-18"); /* of which it is heard late */
    cache_open();
    assert_dates("QQQ", "2024-06-03", "2024-06-13");
    assert_int_equal(cached_feed_counts(stage.cache).months_stale, 1);
}

static void a_refresh_fetches_what_is_kept(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-06-03", "2024-06-28");
    stage.source.volume_factor = 2;
    stage.options.refresh = true;
    cache_open();
    assert_dates("QQQ", "2024-06-10", "2024-06-14");
    assert_asked("QQQ 2024-06-10T04:00:00Z 2024-06-15T04:00:00Z\n");
    stage.options.refresh = false;
    cache_open();
    assert_dates("QQQ", "2024-06-10", "2024-06-14");
    stage.source.volume_factor = 1; /* the rest is as it was */
    assert_dates("QQQ", "2024-06-17", "2024-06-28");
    assert_asked("");
}

static void what_is_refreshed_in_vain_stays(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-06-03", "2024-06-28");
    stage.source.is_empty = stage.options.refresh = true;
    cache_open();
    struct asked asked;
    ask(&asked, "QQQ", time_of("2024-06-03T04:00:00Z"), time_of("2024-06-29T04:00:00Z"));
    struct bar_set set = load_from(stage.cache, &asked.request);
    assert_true(set.symbols[0].bars.count > 900);
    bar_set_release(&set);
    stage.source.is_empty = stage.options.refresh = false;
    cache_open();
    assert_dates("QQQ", "2024-06-03", "2024-06-28");
    assert_asked("");
}

static void bars_on_days_without_a_session_are_dropped(void **state)
{
    (void)state;
    struct asked asked;
    stage.source.weekend_us = time_of("2024-06-22T14:00:00Z");
    ask(&asked, "QQQ", time_of("2024-06-21T04:00:00Z"), time_of("2024-06-25T04:00:00Z"));
    for (size_t dropped = 2; dropped-- > 0; cache_open()) {
        struct bar_set set = load_from(stage.cache, &asked.request);
        assert_int_equal(set.symbols[0].dropped, dropped);
        assert_int_equal(set.symbols[0].bars.count, 2 * 49);
        bar_set_release(&set);
    }
}

static void what_was_put_in_order_is_reported_within_the_request(void **state)
{
    (void)state;
    struct asked asked;
    stage.source.repeat_us = time_of("2024-06-24T14:15:00Z");
    ask(&asked, "QQQ", stage.source.repeat_us, time_of("2024-06-25T04:00:00Z"));
    struct bar_set set = load_from(stage.cache, &asked.request);
    const struct bar_file_report *report = &set.symbols[0].report;
    assert_int_equal(report->unsorted, 1);
    assert_int_equal(report->unsorted_us[0], stage.source.repeat_us);
    assert_int_equal(report->repeat_count, 1);
    assert_int_equal(report->duplicates, 1);
    assert_int_equal(report->rows, set.symbols[0].bars.count + 1);
    bar_set_release(&set);

    ask(&asked, "SPY", stage.source.repeat_us + 1, time_of("2024-06-25T04:00:00Z"));
    set = load_from(stage.cache, &asked.request);
    assert_int_equal(set.symbols[0].report.unsorted, 0);
    assert_int_equal(set.symbols[0].report.repeat_count, 0);
    bar_set_release(&set);
}

static void note_progress(void *context, const struct feed_progress *progress)
{
    struct feed_progress *last = context;
    assert_true(progress->done > last->done && progress->bars > last->bars);
    *last = *progress;
}

static void progress_is_of_all_requests_together(void **state)
{
    (void)state;
    struct asked asked;
    struct feed_progress last = { 0 };
    assert_dates("SPY", "2024-06-03", "2024-06-14");
    cache_open();
    ask(&asked, "QQQ,SPY", time_of("2024-06-03T04:00:00Z"), time_of("2024-06-29T04:00:00Z"));
    asked.request.progress = note_progress;
    asked.request.context = &last;
    struct bar_set set = load_from(stage.cache, &asked.request);
    assert_int_equal(last.requests, 2);
    assert_int_equal(stage.source.requests, 2);
    assert_int_equal(last.bars, (19 + 10 - 1) * 49);
    assert_true(last.done == 1);
    bar_set_release(&set);
}

/* Fourteen months of four symbols are a part. */
static void a_large_request_is_done_in_parts(void **state)
{
    (void)state;
    stage.source.refused = "IWM";
    assert_dates("QQQ,IWM,SPY,DIA", "2023-06-05", "2024-10-10");
    assert_asked("QQQ,IWM,SPY,DIA 2023-06-05T04:00:00Z 2024-08-01T04:00:00Z\n"
                 "QQQ,SPY,DIA 2024-08-01T04:00:00Z 2024-10-11T04:00:00Z\n");
    assert_int_equal(count_keys(QQQ), 17);
    cache_open();
    assert_dates("QQQ,SPY,DIA", "2023-06-05", "2024-10-10");
    assert_asked("");
}

static void what_is_only_to_be_kept_is_not_handed_out(void **state)
{
    (void)state;
    struct asked asked;
    stage.source.now_us = time_of("2024-06-25T15:07:30Z");
    stage.source.refused = "NOPE";
    ask(&asked, "QQQ,NOPE,SPY", time_of("2024-05-20T04:00:00Z"), time_of("2024-06-25T15:00:00Z"));
    asked.request.only_keeps = true;
    struct bar_set set = load_from(stage.cache, &asked.request);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(set.symbols[i].bars.count, 0);
        assert_int_equal(set.symbols[i].error.kind, i == 1 ? ERROR_USAGE : ERROR_NONE);
    }
    bar_set_release(&set);
    assert_asked(
        "QQQ,NOPE,SPY 2024-05-20T04:00:00Z 2024-06-25T04:00:00Z\n"); /* not the running day */
    cache_open();
    assert_dates("QQQ,SPY", "2024-05-20", "2024-06-24");
    assert_asked("");
}

static void what_was_just_asked_for_in_vain_is_not_asked_for_again(void **state)
{
    (void)state;
    struct asked asked;
    stage.source.hole_every = 5;
    ask(&asked, "QQQ", time_of("2024-06-03T04:00:00Z"), time_of("2024-06-29T04:00:00Z"));
    struct bar_set set;
    for (size_t keeps = 1; keeps <= 2; keeps++) {
        asked.request.only_keeps = true;
        set = load_from(stage.cache, &asked.request);
        bar_set_release(&set);
        size_t requests = stage.source.requests;
        assert_true(cached_feed_counts(stage.cache).sessions_empty > 0 && requests >= keeps);
        asked.request.only_keeps = false;
        assert_like_source(&asked.request);
        assert_like_source(&asked.request);
        assert_int_equal(stage.source.requests, requests);
    }
    cache_open();
    assert_like_source(&asked.request);
    assert_true(stage.source.requests > 0);
}

#define CACHE_TEST(name) cmocka_unit_test_setup_teardown(name, cache_stage_begin, cache_stage_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CACHE_TEST(what_is_kept_is_not_fetched_again),
        CACHE_TEST(only_what_is_missing_is_fetched),
        CACHE_TEST(what_fits_into_a_page_is_fetched_along),
        CACHE_TEST(a_part_of_a_session_is_fetched_whole),
        CACHE_TEST(months_are_those_of_the_exchange),
        CACHE_TEST(clocks_change_and_days_are_halved),
        CACHE_TEST(a_day_without_a_session_is_not_asked_for),
        CACHE_TEST(an_unfinished_day_is_handed_out_and_not_kept),
        CACHE_TEST(a_day_that_is_not_final_here_is_fetched),
        CACHE_TEST(an_empty_answer_is_not_kept),
        CACHE_TEST(a_source_that_fails_fails_the_load),
        CACHE_TEST(the_error_of_a_symbol_is_its_own),
        CACHE_TEST(a_symbol_that_was_refused_is_not_asked_for_again),
        CACHE_TEST(symbols_that_lack_the_same_are_fetched_together),
        CACHE_TEST(pairs_have_days_in_utc_and_a_feed_of_their_own),
        CACHE_TEST(daily_bars_are_kept_by_themselves),
        CACHE_TEST(adjustments_are_kept_apart),
        CACHE_TEST(a_split_makes_what_is_kept_stale),
        CACHE_TEST(without_knowing_of_splits_nothing_is_loaded),
        CACHE_TEST(a_month_fetched_on_two_days_is_of_the_first),
        CACHE_TEST(a_refresh_fetches_what_is_kept),
        CACHE_TEST(what_is_refreshed_in_vain_stays),
        CACHE_TEST(bars_on_days_without_a_session_are_dropped),
        CACHE_TEST(what_was_put_in_order_is_reported_within_the_request),
        CACHE_TEST(progress_is_of_all_requests_together),
        CACHE_TEST(a_large_request_is_done_in_parts),
        CACHE_TEST(what_is_only_to_be_kept_is_not_handed_out),
        CACHE_TEST(what_was_just_asked_for_in_vain_is_not_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
