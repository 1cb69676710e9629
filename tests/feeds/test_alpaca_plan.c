#include "service/feeds/alpaca_plan.h"

#include "service/base/date.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const qqq[] = { "QQQ" };
static const char *const btc[] = { "BTC/USD" };

static int64_t at(const char *time)
{
    int64_t time_us;
    bool has_zone;
    assert_true(timestamp_parse(time, strlen(time), &time_us, &has_zone));
    return time_us;
}

static struct bar_request request_of(const char *const *symbols, size_t count, bool is_daily,
                                     const char *begin, const char *end)
{
    return (struct bar_request) {
        .symbols = symbols,
        .symbol_count = count,
        .is_daily = is_daily,
        .begin_us = at(begin),
        .end_us = at(end),
        .adjustment = ADJUSTMENT_SPLIT,
    };
}

/* "sip 2024-06-03T13:30:00Z 2024-06-03T20:00:00Z", a line for each question. */
static void assert_plan(const struct bar_request *request, enum alpaca_feed feed, const char *now,
                        const char *expected)
{
    size_t count;
    struct alpaca_question *questions = alpaca_plan(request, feed, at(now), &count);
    struct text text = { 0 };
    for (size_t i = 0; i < count; i++) {
        char begin[TIMESTAMP_TEXT_SIZE], end[TIMESTAMP_TEXT_SIZE];
        text_format(&text, "%s %s %s\n", questions[i].feed ? questions[i].feed : "-",
                    timestamp_format(questions[i].begin_us, begin),
                    timestamp_format(questions[i].end_us, end));
    }
    free(questions);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void a_day_is_one_question(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, false, "2024-06-03T13:30:00Z", "2024-06-03T20:00:00Z");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-01T00:00:00Z",
                "sip 2024-06-03T13:30:00Z 2024-06-03T20:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_IEX, "2024-07-01T00:00:00Z",
                "iex 2024-06-03T13:30:00Z 2024-06-03T20:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-07-01T00:00:00Z",
                "sip 2024-06-03T13:30:00Z 2024-06-03T20:00:00Z\n");
}

static void auto_takes_the_sip_until_16_minutes_ago_and_iex_after(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, false, "2024-06-03T13:30:00Z", "2024-06-03T20:00:00Z");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-06-03T14:00:59Z",
                "sip 2024-06-03T13:30:00Z 2024-06-03T13:44:00Z\n"
                "iex 2024-06-03T13:44:00Z 2024-06-03T14:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-06-03T13:40:00Z",
                "iex 2024-06-03T13:30:00Z 2024-06-03T13:40:00Z\n");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-06-03T20:10:00Z",
                "sip 2024-06-03T13:30:00Z 2024-06-03T19:54:00Z\n"
                "iex 2024-06-03T19:54:00Z 2024-06-03T20:00:00Z\n");
}

static void the_running_minute_is_not_asked_for(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, false, "2024-06-03T13:30:00Z", "2024-06-03T20:00:00Z");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-06-03T14:00:59.999Z",
                "sip 2024-06-03T13:30:00Z 2024-06-03T14:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-06-03T14:01:00Z",
                "sip 2024-06-03T13:30:00Z 2024-06-03T14:01:00Z\n");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-06-03T13:30:30Z", "");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-06-01T00:00:00Z", "");
}

/* 2024-07-03 closes at 13:00 in New York, 17:00Z; the day after is a holiday. */
static void the_day_that_is_not_over_is_not_asked_for(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, true, "2024-07-01T00:00:00Z", "2024-08-01T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-03T16:59:59Z",
                "sip 2024-07-01T00:00:00Z 2024-07-03T00:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-03T17:00:00Z",
                "sip 2024-07-01T00:00:00Z 2024-07-04T00:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_IEX, "2024-07-03T17:00:00Z",
                "iex 2024-07-01T00:00:00Z 2024-07-04T00:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-05T12:00:00Z",
                "sip 2024-07-01T00:00:00Z 2024-07-05T00:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-02T01:00:00Z",
                "sip 2024-07-01T00:00:00Z 2024-07-02T00:00:00Z\n");
}

static void days_are_those_of_the_sip_or_none(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, true, "2024-07-01T00:00:00Z", "2024-08-01T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-07-03T17:15:59Z",
                "sip 2024-07-01T00:00:00Z 2024-07-03T00:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-07-03T17:16:00Z",
                "sip 2024-07-01T00:00:00Z 2024-07-04T00:00:00Z\n");
}

static void days_of_crypto_end_at_midnight_utc(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(btc, 1, true, "2024-07-01T00:00:00Z", "2024-08-01T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-07-03T23:59:59Z",
                "- 2024-07-01T00:00:00Z 2024-07-03T00:00:00Z\n");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-07-04T00:00:00Z",
                "- 2024-07-01T00:00:00Z 2024-07-04T00:00:00Z\n");
}

static void a_long_range_becomes_as_many_questions_as_may_be_on_their_way(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, false, "2024-01-02T00:00:00Z", "2024-06-01T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-01T00:00:00Z",
                "sip 2024-01-02T00:00:00Z 2024-01-21T00:00:00Z\n"
                "sip 2024-01-21T00:00:00Z 2024-02-09T00:00:00Z\n"
                "sip 2024-02-09T00:00:00Z 2024-02-28T00:00:00Z\n"
                "sip 2024-02-28T00:00:00Z 2024-03-18T00:00:00Z\n"
                "sip 2024-03-18T00:00:00Z 2024-04-06T00:00:00Z\n"
                "sip 2024-04-06T00:00:00Z 2024-04-25T00:00:00Z\n"
                "sip 2024-04-25T00:00:00Z 2024-05-14T00:00:00Z\n"
                "sip 2024-05-14T00:00:00Z 2024-06-01T00:00:00Z\n");
    request.begin_us = at("2016-01-02T00:00:00Z");
    size_t count;
    free(alpaca_plan(&request, ALPACA_FEED_SIP, at("2024-07-01T00:00:00Z"), &count));
    assert_int_equal(count, ALPACA_QUESTIONS_MAX);
}

/* A pair has 1440 bars a day, a stock at most 960 and none on weekends. */
static void a_question_is_not_cut_into_less_than_pages(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(btc, 1, false, "2024-01-02T00:00:00Z", "2024-02-03T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-01T00:00:00Z",
                "- 2024-01-02T00:00:00Z 2024-01-09T00:00:00Z\n"
                "- 2024-01-09T00:00:00Z 2024-01-16T00:00:00Z\n"
                "- 2024-01-16T00:00:00Z 2024-01-23T00:00:00Z\n"
                "- 2024-01-23T00:00:00Z 2024-01-30T00:00:00Z\n"
                "- 2024-01-30T00:00:00Z 2024-02-03T00:00:00Z\n");
    request = request_of(qqq, 1, false, "2024-06-03T00:00:00Z", "2024-06-17T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-01T00:00:00Z",
                "sip 2024-06-03T00:00:00Z 2024-06-17T00:00:00Z\n");
    request = request_of(qqq, 1, true, "2016-01-04T00:00:00Z", "2024-06-01T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-01T00:00:00Z",
                "sip 2016-01-04T00:00:00Z 2024-06-01T00:00:00Z\n");
}

static void what_lies_before_the_providers_history_is_one_question(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, false, "1970-01-01T00:00:00Z", "2016-02-01T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-01T00:00:00Z",
                "sip 1970-01-01T00:00:00Z 2016-01-01T00:00:00Z\n"
                "sip 2016-01-01T00:00:00Z 2016-01-12T00:00:00Z\n"
                "sip 2016-01-12T00:00:00Z 2016-01-23T00:00:00Z\n"
                "sip 2016-01-23T00:00:00Z 2016-02-01T00:00:00Z\n");
    request = request_of(btc, 1, false, "1970-01-01T00:00:00Z", "2021-01-05T00:00:00Z");
    request.begin_us = INT64_MIN;
    assert_plan(&request, ALPACA_FEED_SIP, "2024-07-01T00:00:00Z",
                "- 1970-01-01T00:00:00Z 2021-01-01T00:00:00Z\n"
                "- 2021-01-01T00:00:00Z 2021-01-05T00:00:00Z\n");
}

static void without_an_end_it_goes_to_now(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, false, "2024-06-03T13:30:00Z", "2024-06-03T20:00:00Z");
    request.end_us = INT64_MAX;
    assert_plan(&request, ALPACA_FEED_SIP, "2024-06-03T15:00:00Z",
                "sip 2024-06-03T13:30:00Z 2024-06-03T15:00:00Z\n");
}

static void a_range_without_a_bar_is_no_question(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, false, "2024-06-03T13:30:01Z", "2024-06-03T13:31:00Z");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-07-01T00:00:00Z", "");
    request = request_of(qqq, 1, true, "2024-06-03T13:30:00Z", "2024-06-04T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-07-01T00:00:00Z", "");
    request = request_of(qqq, 1, true, "2024-06-03T00:00:00Z", "2024-06-03T00:00:00Z");
    assert_plan(&request, ALPACA_FEED_AUTO, "2024-07-01T00:00:00Z", "");
}

/* "first+count begin end", a line for each question about the first of a thousand symbols. */
static void assert_groups(size_t symbol_count, const char *begin, const char *end,
                          const char *expected)
{
    static char names[1000][SYMBOL_TEXT_SIZE];
    static const char *symbols[1000];
    for (int i = 0; i < 1000; i++) {
        snprintf(names[i], SYMBOL_TEXT_SIZE, "S%d", i);
        symbols[i] = names[i];
    }
    struct bar_request request = request_of(symbols, symbol_count, false, begin, end);
    size_t count;
    struct alpaca_question *questions =
        alpaca_plan(&request, ALPACA_FEED_SIP, at("2024-07-01T00:00:00Z"), &count);
    struct text text = { 0 };
    for (size_t i = 0; i < count; i++)
        text_format(&text, "%zu+%zu %s%" PRId64 "\n", questions[i].first_symbol,
                    questions[i].symbol_count, questions[i].begin_us == request.begin_us ? "" : "-",
                    (questions[i].end_us - questions[i].begin_us) / DAY_US);
    free(questions);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void symbols_are_parted_before_time_is(void **state)
{
    (void)state;
    assert_groups(5, "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z",
                  "0+1 30\n1+1 30\n2+1 30\n3+1 30\n4+1 30\n");
    assert_groups(3, "2024-05-01T00:00:00Z", "2024-07-01T00:00:00Z",
                  "0+1 31\n0+1 -30\n1+1 31\n1+1 -30\n2+1 31\n2+1 -30\n");
    assert_groups(50, "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z",
                  "0+6 30\n6+6 30\n12+6 30\n18+7 30\n25+6 30\n31+6 30\n37+6 30\n43+7 30\n");
    assert_groups(50, "2024-06-03T00:00:00Z", "2024-06-04T00:00:00Z",
                  "0+12 1\n12+13 1\n25+12 1\n37+13 1\n");
}

static void a_question_has_a_hundred_symbols_at_most(void **state)
{
    (void)state;
    assert_groups(850, "2024-06-03T00:00:00Z", "2024-06-04T00:00:00Z",
                  "0+94 1\n94+94 1\n188+95 1\n283+94 1\n377+95 1\n472+94 1\n566+95 1\n"
                  "661+94 1\n755+95 1\n");
}

static void a_question_has_a_hundred_pages_at_most(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, false, "2016-01-02T00:00:00Z", "2024-06-01T00:00:00Z");
    const char *symbols[50];
    for (size_t i = 0; i < 50; i++)
        symbols[i] = "QQQ";
    request.symbols = symbols;
    request.symbol_count = 50;
    size_t count;
    struct alpaca_question *questions =
        alpaca_plan(&request, ALPACA_FEED_SIP, at("2024-07-01T00:00:00Z"), &count);
    for (size_t i = 0; i < count; i++) {
        int64_t days = (questions[i].end_us - questions[i].begin_us) / DAY_US;
        assert_true((int64_t)questions[i].symbol_count * days * 4800 / 7 <= 110 * 10000);
    }
    assert_true(count > ALPACA_QUESTIONS_MAX);
    free(questions);
}

static void assert_query(const struct bar_request *request, enum alpaca_feed feed,
                         const char *expected)
{
    size_t count;
    struct alpaca_question *questions =
        alpaca_plan(request, feed, at("2026-12-01T00:00:00Z"), &count);
    assert_int_equal(count, 1);
    struct text query = { 0 };
    alpaca_plan_query(request, questions, request->symbols, request->symbol_count, 10000, &query);
    assert_string_equal(text_string(&query), expected);
    text_release(&query);
    free(questions);
}

/* The end is included at Alpaca, and not in a request. */
static void a_question_about_minutes_says_everything(void **state)
{
    (void)state;
    static const char *const symbols[] = { "QQQ", "BRK.B" };
    struct bar_request request =
        request_of(symbols, 2, false, "2024-06-03T13:30:00Z", "2024-06-03T20:00:00Z");
    assert_query(&request, ALPACA_FEED_AUTO,
                 "symbols=QQQ,BRK.B&timeframe=1Min&start=2024-06-03T13%3A30%3A00Z"
                 "&end=2024-06-03T19%3A59%3A00Z&limit=10000&sort=asc&adjustment=split&feed=sip");
    request.adjustment = ADJUSTMENT_RAW;
    request.begin_us += 1;
    request.end_us += 1;
    assert_query(&request, ALPACA_FEED_IEX,
                 "symbols=QQQ,BRK.B&timeframe=1Min&start=2024-06-03T13%3A31%3A00Z"
                 "&end=2024-06-03T20%3A00%3A00Z&limit=10000&sort=asc&adjustment=raw&feed=iex");
}

static void days_are_asked_for_by_their_midnights_in_new_york(void **state)
{
    (void)state;
    struct bar_request request =
        request_of(qqq, 1, true, "2026-03-06T00:00:00Z", "2026-03-10T00:00:00Z");
    request.adjustment = ADJUSTMENT_ALL;
    assert_query(&request, ALPACA_FEED_SIP,
                 "symbols=QQQ&timeframe=1Day&start=2026-03-06T05%3A00%3A00Z"
                 "&end=2026-03-09T04%3A00%3A00Z&limit=10000&sort=asc&adjustment=all&feed=sip");
    request.begin_us += 1;
    request.end_us = at("2026-11-02T00:00:01Z");
    assert_query(&request, ALPACA_FEED_SIP,
                 "symbols=QQQ&timeframe=1Day&start=2026-03-07T05%3A00%3A00Z"
                 "&end=2026-11-02T05%3A00%3A00Z&limit=10000&sort=asc&adjustment=all&feed=sip");
}

static void a_question_about_crypto_has_neither_feed_nor_adjustment(void **state)
{
    (void)state;
    static const char *const symbols[] = { "BTC/USD", "ETH/USD" };
    struct bar_request request =
        request_of(symbols, 2, true, "2026-03-06T00:00:00Z", "2026-03-10T00:00:00Z");
    assert_query(&request, ALPACA_FEED_SIP,
                 "symbols=BTC%2FUSD,ETH%2FUSD&timeframe=1Day&start=2026-03-06T00%3A00%3A00Z"
                 "&end=2026-03-09T00%3A00%3A00Z&limit=10000&sort=asc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_one_question),
        cmocka_unit_test(auto_takes_the_sip_until_16_minutes_ago_and_iex_after),
        cmocka_unit_test(the_running_minute_is_not_asked_for),
        cmocka_unit_test(the_day_that_is_not_over_is_not_asked_for),
        cmocka_unit_test(days_are_those_of_the_sip_or_none),
        cmocka_unit_test(days_of_crypto_end_at_midnight_utc),
        cmocka_unit_test(a_long_range_becomes_as_many_questions_as_may_be_on_their_way),
        cmocka_unit_test(a_question_is_not_cut_into_less_than_pages),
        cmocka_unit_test(what_lies_before_the_providers_history_is_one_question),
        cmocka_unit_test(without_an_end_it_goes_to_now),
        cmocka_unit_test(a_range_without_a_bar_is_no_question),
        cmocka_unit_test(symbols_are_parted_before_time_is),
        cmocka_unit_test(a_question_has_a_hundred_symbols_at_most),
        cmocka_unit_test(a_question_has_a_hundred_pages_at_most),
        cmocka_unit_test(a_question_about_minutes_says_everything),
        cmocka_unit_test(days_are_asked_for_by_their_midnights_in_new_york),
        cmocka_unit_test(a_question_about_crypto_has_neither_feed_nor_adjustment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
