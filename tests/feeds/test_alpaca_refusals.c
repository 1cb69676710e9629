#include "service/feeds/alpaca_bars.h"

#include "tests/support/alpaca_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void keys_travel_in_headers_only(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    alpaca_stage_load(&stage);
    assert_string_equal(text_string(&stage.fake.headers),
                        "/v2/stocks/bars APCA-API-KEY-ID: PKTEST\n"
                        "/v2/stocks/bars APCA-API-SECRET-KEY: a-secret\n");
    assert_null(strstr(text_string(&stage.fake.urls), "PKTEST"));
    assert_null(strstr(text_string(&stage.fake.urls), "a-secret"));
    alpaca_stage_release(&stage);
}

static void stocks_without_keys_are_not_asked_for(void **state)
{
    (void)state;
    for (int missing = 0; missing < 3; missing++) {
        struct alpaca_stage stage;
        alpaca_stage_init(&stage);
        if (missing == 0)
            stage.account.key = NULL;
        if (missing == 1)
            stage.account.key = "";
        if (missing == 2)
            stage.account.secret = NULL;
        assert_false(alpaca_stage_try(&stage));
        assert_int_equal(stage.error.kind, ERROR_DENIED);
        assert_string_equal(stage.error.message,
                            "stocks need the keys of an Alpaca account, a free one will do: set "
                            "ALPACA_API_KEY and ALPACA_SECRET_KEY");
        assert_int_equal(stage.fake.count, 0);
        alpaca_stage_release(&stage);
    }
}

static const char *const pairs[] = { "BTC/USD", "ETH/USD" };

static void crypto_needs_no_keys_and_none_are_sent(void **state)
{
    (void)state;
    for (int has_keys = 0; has_keys < 2; has_keys++) {
        struct alpaca_stage stage;
        alpaca_stage_init(&stage);
        if (has_keys == 0)
            stage.account.key = stage.account.secret = NULL;
        stage.request.symbols = pairs;
        stage.request.symbol_count = 2;
        alpaca_stage_load(&stage);
        alpaca_stage_assert_all_whole(&stage);
        assert_string_equal(text_string(&stage.fake.headers), "");
        assert_string_equal(text_string(&stage.fake.urls),
                            "http://127.0.0.1:8080/v1beta3/crypto/us/bars?"
                            "symbols=BTC%2FUSD,ETH%2FUSD&timeframe=1Min"
                            "&start=2024-06-03T13%3A30%3A00Z&end=2024-06-03T13%3A39%3A00Z"
                            "&limit=10000&sort=asc\n");
        alpaca_stage_release(&stage);
    }
}

static void a_refused_symbol_has_its_error_and_the_others_their_bars(void **state)
{
    (void)state;
    static const char *const symbols[] = { "AAPL", "BRK-B", "SPY" };
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.request.symbols = symbols;
    stage.request.begin_us = alpaca_stage_at("2024-05-03T00:00:00Z");
    stage.request.end_us = alpaca_stage_at("2024-06-02T00:00:00Z");
    stage.market.refused = "BRK-B";
    alpaca_stage_load(&stage);
    alpaca_stage_assert_whole(&stage, 0);
    alpaca_stage_assert_whole(&stage, 2);
    assert_int_equal(stage.set.symbols[1].bars.count, 0);
    assert_int_equal(stage.set.symbols[1].error.kind, ERROR_USAGE);
    assert_string_equal(stage.set.symbols[1].error.message,
                        "Alpaca does not take this for a symbol (one such as QQQ, BRK.B or "
                        "BTC/USD was expected)");
    alpaca_stage_release(&stage);
}

static void when_every_symbol_is_refused_each_has_its_error(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.request.symbol_count = 1;
    stage.market.refused = "AAPL";
    alpaca_stage_load(&stage);
    assert_int_equal(stage.set.symbols[0].error.kind, ERROR_USAGE);
    assert_int_equal(stage.fake.count, 1);
    alpaca_stage_release(&stage);
}

static void a_refused_symbol_that_nobody_asked_for_is_an_error_of_all(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.status = 400;
    stage.market.other = "{\"message\":\"code=400, message=invalid symbol: XYZ\"}";
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_PROVIDER);
    assert_string_equal(stage.error.message, "127.0.0.1:8080/v2/stocks/bars (request 0a1b): "
                                             "status 400: code=400, message=invalid symbol: XYZ");
    assert_int_equal(stage.fake.count, 1);
    alpaca_stage_release(&stage);
}

static void wrong_keys_end_it_all(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    alpaca_stage_ask_many(&stage);
    stage.market.status = 401;
    stage.market.other = "{\"message\":\"unauthorized.\"}";
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_DENIED);
    assert_non_null(strstr(stage.error.message, "check ALPACA_API_KEY and ALPACA_SECRET_KEY"));
    assert_int_equal(stage.fake.count, 8); /* of ten */
    alpaca_stage_release(&stage);
}

static void an_error_ends_what_is_on_its_way(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.request.begin_us = alpaca_stage_at("2022-06-03T00:00:00Z");
    stage.market.refuses_first = true;
    stage.market.page_bars = 1;
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_DENIED);
    assert_int_equal(stage.fake.count, 6); /* a page of each question */
    alpaca_stage_release(&stage);
}

static void html_with_status_200_is_an_error_that_names_the_call(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.other = "<html>";
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_PROVIDER);
    assert_string_equal(stage.error.message,
                        "127.0.0.1:8080/v2/stocks/bars (request 0a1b): the reply is not JSON: line "
                        "1, column 1: expected a value, found <");
    alpaca_stage_release(&stage);
}

static void answer_nothing(void *context, const char *url, struct http_fake_answer *ret_answer)
{
    (void)context;
    (void)url;
    error_set(&ret_answer->error, ERROR_DEADLINE, "too late");
}

static void a_page_that_broke_on_its_way_is_asked_for_again(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.page_bars = 7;
    stage.market.breaks_from = 2;
    stage.market.breaks = 2;
    alpaca_stage_load(&stage);
    alpaca_stage_assert_all_whole(&stage);
    assert_int_equal(stage.fake.count, 7);
    alpaca_stage_release(&stage);
}

static void a_page_that_breaks_three_times_is_an_error(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.market.page_bars = 7;
    stage.market.breaks_from = 2;
    stage.market.breaks = 3;
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_PROVIDER);
    assert_int_equal(stage.error.outcome, OUTCOME_RETRY);
    assert_int_equal(stage.fake.count, 4);
    alpaca_stage_release(&stage);
}

static void no_reply_is_the_clients_error(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    stage.fake.answer = answer_nothing;
    assert_false(alpaca_stage_try(&stage));
    assert_int_equal(stage.error.kind, ERROR_DEADLINE);
    assert_string_equal(stage.error.message, "too late");
    alpaca_stage_release(&stage);
}

static void a_request_that_cannot_be_started_is_an_error(void **state)
{
    (void)state;
    struct alpaca_stage stage;
    alpaca_stage_init(&stage);
    error_set(&stage.fake.refusal, ERROR_USAGE, "no such url");
    assert_false(alpaca_stage_try(&stage));
    assert_string_equal(stage.error.message, "no such url");
    alpaca_stage_release(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_travel_in_headers_only),
        cmocka_unit_test(stocks_without_keys_are_not_asked_for),
        cmocka_unit_test(crypto_needs_no_keys_and_none_are_sent),
        cmocka_unit_test(a_refused_symbol_has_its_error_and_the_others_their_bars),
        cmocka_unit_test(when_every_symbol_is_refused_each_has_its_error),
        cmocka_unit_test(a_refused_symbol_that_nobody_asked_for_is_an_error_of_all),
        cmocka_unit_test(wrong_keys_end_it_all),
        cmocka_unit_test(an_error_ends_what_is_on_its_way),
        cmocka_unit_test(html_with_status_200_is_an_error_that_names_the_call),
        cmocka_unit_test(a_page_that_broke_on_its_way_is_asked_for_again),
        cmocka_unit_test(a_page_that_breaks_three_times_is_an_error),
        cmocka_unit_test(no_reply_is_the_clients_error),
        cmocka_unit_test(a_request_that_cannot_be_started_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
