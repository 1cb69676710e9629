#include "service/feeds/alpaca_bars.h"

#include "service/base/date.h"
#include "tests/support/alpaca_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void pages_are_merged_by_symbol(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.page_bars = 7; /* the first page knows nothing of QQQ and SPY */
    alpaca_stage_load(&stage);
    alpaca_stage_assert_all_whole(&stage);
    assert_int_equal(stage.fake.count, 5);
    alpaca_stage_release(&stage);
}

static void any_division_into_pages_gives_the_same_bars(void **state)
{
    (void)state;
    struct random random = { 1 };
    for (size_t size = 1; size <= 40; size++) {
        struct alpaca_stage stage;
        alpaca_stage_init(&stage);
        stage.market.page_bars = size;
        stage.market.random = size % 2 == 0 ? &random : NULL;
        stage.market.has_empty_pages = size % 3 == 0;
        alpaca_stage_load(&stage);
        alpaca_stage_assert_all_whole(&stage);
        alpaca_stage_release(&stage);
    }
}

/* A quarter, in questions that are on their way at the same time. */
static void any_order_of_the_replies_gives_the_same_bars(void **state)
{
    (void)state;
    for (int newest_first = 0; newest_first < 2; newest_first++) {
        struct alpaca_stage stage;
        alpaca_stage_init(&stage);
        stage.request.begin_us = alpaca_stage_at("2024-03-03T00:00:00Z");
        stage.request.end_us = alpaca_stage_at("2024-06-02T00:00:00Z");
        stage.fake.newest_first = newest_first == 1;
        alpaca_stage_load(&stage);
        alpaca_stage_assert_all_whole(&stage);
        assert_int_equal(stage.fake.waiting_max, 6); /* of each symbol two */
        alpaca_stage_release(&stage);
    }
}

static void only_some_questions_are_on_their_way_at_once(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    alpaca_stage_ask_many(&stage);
    stage.market.other = "{\"bars\":{},\"next_page_token\":null}";
    alpaca_stage_load(&stage);
    assert_int_equal(stage.fake.count, 10);
    assert_int_equal(stage.fake.waiting_max, 8);
    alpaca_stage_release(&stage);
}

static void the_last_page_may_be_empty(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.has_empty_pages = true;
    stage.market.page_bars = 10;
    alpaca_stage_load(&stage);
    alpaca_stage_assert_all_whole(&stage);
    assert_int_equal(stage.fake.count, 5);
    alpaca_stage_release(&stage);
}

static void a_token_that_comes_again_is_an_error(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.repeats_token = true;
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_PROVIDER);
    assert_string_equal(stage.error.message,
                        "127.0.0.1:8080/v2/stocks/bars (request 0a1b): the page's token is that of "
                        "a page before");
    assert_int_equal(stage.fake.count, 2);
    alpaca_stage_release(&stage);
}

static void answer_empty_pages(void *context, const char *url, struct http_fake_answer *ret_answer)
{
    struct alpaca_market *market = context;
    (void)url;
    ret_answer->status = 200;
    text_format(&ret_answer->body, "{\"bars\":{},\"next_page_token\":\"%zu\"}", market->count++);
}

static void pages_without_end_are_an_error(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.fake.answer = answer_empty_pages;
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_PROVIDER);
    assert_non_null(strstr(stage.error.message, "2000 pages, and no end"));
    alpaca_stage_release(&stage);
}

static void more_bars_than_there_can_be_are_an_error(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.is_endless = true;
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_PROVIDER);
    assert_non_null(strstr(stage.error.message, "150 bars so far, more than there can be"));
    alpaca_stage_release(&stage);
}

static void everything_is_said_in_the_question(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.page_bars = 20;
    stage.options.page_bars = 5000;
    alpaca_stage_load(&stage);
    static const char question[] =
        "http://127.0.0.1:8080/v2/stocks/bars?symbols=AAPL,QQQ,SPY&timeframe=1Min"
        "&start=2024-06-03T13%3A30%3A00Z&end=2024-06-03T13%3A39%3A00Z&limit=5000&sort=asc"
        "&adjustment=split&feed=sip";
    struct text expected = { 0 };
    text_format(&expected, "%s\n%s&page_token=20%%2B%%2F1%%3D%%3D\n", question, question);
    assert_string_equal(text_string(&stage.fake.urls), text_string(&expected));
    assert_int_equal(stage.fake.deadline_us, 4711);
    assert_ptr_equal(stage.fake.rate_limit, &stage.rate_limit);
    text_release(&expected);
    alpaca_stage_release(&stage);
}

static void without_a_url_it_is_alpacas_and_a_slash_at_its_end_is_no_harm(void **state)
{
    (void)state;
    static const char *const urls[][2] = {
        { NULL, "https://data.alpaca.markets/v2/stocks/bars?" },
        { "", "https://data.alpaca.markets/v2/stocks/bars?" },
        { "https://data.sandbox.alpaca.markets/",
          "https://data.sandbox.alpaca.markets/v2/stocks/bars?" },
    };
    for (size_t i = 0; i < 3; i++) {
        struct alpaca_stage stage;
        alpaca_stage_init(&stage);
        stage.account.data_url = urls[i][0];
        alpaca_stage_load(&stage);
        assert_memory_equal(text_string(&stage.fake.urls), urls[i][1], strlen(urls[i][1]));
        alpaca_stage_release(&stage);
    }
}

static int64_t during_the_session(void)
{
    return alpaca_stage_at("2024-06-03T13:50:30Z");
}

/* The bars of IEX cost a dollar more here. */
static void auto_joins_the_sip_and_iex(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.options.feed = ALPACA_FEED_AUTO;
    stage.options.now_us = during_the_session;
    stage.request.symbol_count = 1;
    stage.request.end_us = alpaca_stage_at("2024-06-03T20:00:00Z");
    alpaca_stage_load(&stage);
    const struct series *bars = &stage.set.symbols[0].bars;
    assert_int_equal(bars->count, 20);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(bars->bars[i].open_time_us,
                         stage.request.begin_us + (int64_t)i * MINUTE_US);
        double price = 'A' + (double)(bars->bars[i].open_time_us / MINUTE_US % 1000) / 8;
        assert_true(bars->bars[i].open == price + (i >= 4 ? 1 : 0));
    }
    assert_int_equal(stage.fake.count, 2);
    alpaca_stage_release(&stage);
}

static int64_t before_the_close(void)
{
    return alpaca_stage_at("2024-06-07T19:59:59Z");
}

static void the_day_that_runs_is_left_out(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.options.now_us = before_the_close;
    stage.request.is_daily = true;
    stage.request.begin_us = alpaca_stage_at("2024-06-03T00:00:00Z");
    stage.request.end_us = alpaca_stage_at("2024-06-08T00:00:00Z");
    alpaca_stage_load(&stage);
    stage.request.end_us = alpaca_stage_at("2024-06-07T00:00:00Z");
    alpaca_stage_assert_all_whole(&stage);
    alpaca_stage_release(&stage);
}

static void a_request_for_the_future_asks_nobody(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.request.begin_us = alpaca_stage_at("2024-07-01T00:00:00Z");
    stage.request.end_us = alpaca_stage_at("2024-07-02T00:00:00Z");
    alpaca_stage_load(&stage);
    assert_int_equal(stage.set.symbols[0].bars.count, 0);
    assert_int_equal(stage.fake.count, 0);
    alpaca_stage_release(&stage);
}

static void bars_mixed_up_are_put_in_order_and_reported(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.is_mixed_up = true;
    alpaca_stage_load(&stage);
    for (size_t i = 0; i < 3; i++) {
        alpaca_stage_assert_whole(&stage, i);
        const struct bar_file_report *report = &stage.set.symbols[i].report;
        assert_int_equal(report->rows, 15);
        assert_int_equal(report->unsorted, 5);
        assert_int_equal(report->duplicates, 5);
        assert_int_equal(report->conflicts, 0);
    }
    alpaca_stage_release(&stage);
}

static void bars_outside_the_request_are_dropped_and_counted(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.has_neighbours = true;
    alpaca_stage_load(&stage);
    for (size_t i = 0; i < 3; i++) {
        alpaca_stage_assert_whole(&stage, i);
        assert_int_equal(stage.set.symbols[i].dropped, 1);
    }
    alpaca_stage_release(&stage);
}

struct told {
    size_t calls;
    struct feed_progress last;
};

static void note_progress(void *context, const struct feed_progress *progress)
{
    struct told *told = context;
    assert_true(progress->done >= told->last.done && progress->done <= 1);
    assert_true(progress->bars >= told->last.bars);
    assert_true(progress->requests >= told->last.requests);
    assert_true(progress->sessions >= told->last.sessions);
    assert_true(progress->left_us >= 0);
    told->last = *progress;
    told->calls++;
}

static void progress_is_told_with_every_page_and_at_the_end(void **state)
{
    (void)state;
    struct told told = { 0 };
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.page_bars = 3;
    stage.request.progress = note_progress;
    stage.request.context = &told;
    alpaca_stage_load(&stage);
    assert_int_equal(told.calls, 11);
    assert_int_equal(told.last.requests, 10);
    assert_int_equal(told.last.bars, 30);
    assert_int_equal(told.last.sessions, 3); /* one each */
    assert_true(told.last.done == 1);
    assert_int_equal(told.last.left_us, 0);
    alpaca_stage_release(&stage);
}

static void what_is_only_to_be_kept_is_not_asked_for(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.request.only_keeps = true;
    alpaca_stage_load(&stage);
    assert_int_equal(stage.fake.count, 0);
    assert_int_equal(stage.set.symbols[2].bars.count, 0);
    assert_int_equal(stage.set.symbols[2].error.kind, ERROR_NONE);
    alpaca_stage_release(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_merged_by_symbol),
        cmocka_unit_test(any_division_into_pages_gives_the_same_bars),
        cmocka_unit_test(any_order_of_the_replies_gives_the_same_bars),
        cmocka_unit_test(only_some_questions_are_on_their_way_at_once),
        cmocka_unit_test(the_last_page_may_be_empty),
        cmocka_unit_test(a_token_that_comes_again_is_an_error),
        cmocka_unit_test(pages_without_end_are_an_error),
        cmocka_unit_test(more_bars_than_there_can_be_are_an_error),
        cmocka_unit_test(everything_is_said_in_the_question),
        cmocka_unit_test(without_a_url_it_is_alpacas_and_a_slash_at_its_end_is_no_harm),
        cmocka_unit_test(auto_joins_the_sip_and_iex),
        cmocka_unit_test(the_day_that_runs_is_left_out),
        cmocka_unit_test(a_request_for_the_future_asks_nobody),
        cmocka_unit_test(bars_mixed_up_are_put_in_order_and_reported),
        cmocka_unit_test(bars_outside_the_request_are_dropped_and_counted),
        cmocka_unit_test(progress_is_told_with_every_page_and_at_the_end),
        cmocka_unit_test(what_is_only_to_be_kept_is_not_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
