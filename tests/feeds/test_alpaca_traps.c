#include "service/base/date.h"
#include "service/feeds/alpaca_page.h"
#include "service/feeds/alpaca_plan.h"
#include "service/market/symbol.h"
#include "tests/support/alpaca_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Traps of Alpaca's that concern several parts of its feed, or none so far (tests/mutants). */

/* Servers and proxies take requests of 8 KiB; a url has the host and perhaps a token, too. */
enum { QUERY_MAX = 6 << 10 };

static const char *const qqq[] = { "QQQ" };

/* Reads a page of one bar with these members besides its time and prices. */
static bool read_bar(const char *members, struct bar *ret_bar, struct error *error)
{
    char body[512], token[ALPACA_TOKEN_SIZE];
    snprintf(body, sizeof body,
             "{\"bars\":{\"QQQ\":[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":4,\"l\":1,"
             "\"c\":2,%s}]},\"next_page_token\":null}",
             members);
    struct alpaca_wanted wanted = {
        .symbols = qqq,
        .symbol_count = 1,
        .calendar = symbol_calendar("QQQ"),
        .end_us = INT64_MAX,
    };
    struct alpaca_rows rows = { 0 };
    size_t count;
    bool is_read = alpaca_page_read(body, strlen(body), &wanted, &rows, token, &count, error);
    if (is_read)
        *ret_bar = rows.series.bars[0];
    series_release(&rows.series);
    return is_read;
}

static void a_count_is_read_to_the_last_digit(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct bar bar;
    assert_true(read_bar("\"v\":1,\"n\":9007199254740991", &bar, &error));
    assert_int_equal(bar.trade_count, 9007199254740991);
    assert_true(read_bar("\"n\":1,\"v\":9007199254740991", &bar, &error));
    assert_true(bar.volume == 0x1p53 - 1);
}

/* Of 64 bits, as the ids of trades are; whatever else a bar has one day may have them, too. */
static void an_integer_above_2_to_the_53rd_is_read_exactly(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct bar bar;
    assert_true(read_bar("\"v\":1,\"n\":9007199254740993", &bar, &error));
    assert_true(bar.trade_count == 9007199254740993);
    assert_true(read_bar("\"v\":1,\"n\":7,\"i\":3447222699101865076", &bar, &error));
    assert_int_equal(bar.trade_count, 7);
}

static void an_integer_beyond_64_bits_is_refused_by_its_place(void **state)
{
    (void)state;
    static const char *const members[] = { "\"v\":1,\"n\":9223372036854775808",
                                           "\"v\":18446744073709551616,\"n\":1" };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct error error = { 0 };
        struct bar bar;
        assert_false(read_bar(members[i], &bar, &error));
        assert_int_equal(error.kind, ERROR_PROVIDER);
        assert_non_null(strstr(error.message, "64 bits"));
        assert_non_null(strstr(error.message, "column"));
    }
}

/* Over both changes of New York's clocks. */
static void a_pairs_days_are_those_of_utc(void **state)
{
    (void)state;
    static const char *const pairs[] = { "BTC/USD", "ETH/USD" };
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.request.symbols = pairs;
    stage.request.symbol_count = 2;
    stage.request.is_daily = true;
    stage.request.begin_us = alpaca_stage_at("2024-03-08T00:00:00Z");
    stage.request.end_us = alpaca_stage_at("2024-11-12T00:00:00Z");
    stage.options.now_us = NULL;
    alpaca_stage_load(&stage);
    alpaca_stage_assert_all_whole(&stage);
    assert_int_equal(stage.set.symbols[0].dropped, 0);
    alpaca_stage_release(&stage);
}

/* Ten minutes of three symbols are one question. */
static void a_symbol_that_is_refused_costs_those_of_its_question_nothing(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.refused = stage.request.symbols[1];
    alpaca_stage_load(&stage);
    assert_int_equal(stage.fake.count, 2);
    assert_int_equal(stage.set.symbols[1].error.kind, ERROR_USAGE);
    assert_int_equal(stage.set.symbols[1].bars.count, 0);
    alpaca_stage_assert_whole(&stage, 0);
    alpaca_stage_assert_whole(&stage, 2);
    alpaca_stage_release(&stage);
}

static void the_longest_question_fits_into_a_url(void **state)
{
    (void)state;
    enum { COUNT = 3 * ALPACA_SYMBOLS_MAX };
    static char names[COUNT][SYMBOL_TEXT_SIZE];
    static const char *symbols[COUNT];
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], SYMBOL_TEXT_SIZE, "AAAAAAAA/%06d", i);
        symbols[i] = names[i];
    }
    struct bar_request request = {
        .symbols = symbols,
        .symbol_count = COUNT,
        .end_us = 10 * 365 * DAY_US,
        .adjustment = ADJUSTMENT_SPLIT,
    };
    size_t count;
    struct alpaca_question *questions = alpaca_plan(&request, ALPACA_FEED_SIP, INT64_MAX, &count);
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++) {
        struct text query = { 0 };
        alpaca_plan_query(&request, &questions[i], symbols + questions[i].first_symbol,
                          questions[i].symbol_count, ALPACA_PAGE_BARS, &query);
        assert_in_range(query.size, 100, QUERY_MAX);
        text_release(&query);
    }
    free(questions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_read_to_the_last_digit),
        cmocka_unit_test(an_integer_above_2_to_the_53rd_is_read_exactly),
        cmocka_unit_test(an_integer_beyond_64_bits_is_refused_by_its_place),
        cmocka_unit_test(a_pairs_days_are_those_of_utc),
        cmocka_unit_test(a_symbol_that_is_refused_costs_those_of_its_question_nothing),
        cmocka_unit_test(the_longest_question_fits_into_a_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
