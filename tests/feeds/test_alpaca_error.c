#include "service/feeds/alpaca_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WHERE "data.alpaca.markets/v2/stocks/bars"

static struct http_response reply(int status, const char *body)
{
    return (struct http_response) {
        .status = status,
        .content_type = "application/json",
        .request_id = "",
        .body = body,
        .body_size = strlen(body),
    };
}

static void assert_error(int status, const char *body, enum error_kind kind,
                         enum error_outcome outcome, const char *message)
{
    struct http_response response = reply(status, body);
    struct error error = { 0 };
    assert_false(alpaca_error_set(&response, WHERE, &error));
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, kind);
    assert_int_equal(error.outcome, outcome);
}

static void wrong_keys_are_told_by_401_and_by_403_without_the_plans_code(void **state)
{
    (void)state;
    static const char message[] = WHERE ": Alpaca does not accept the keys: check ALPACA_API_KEY "
                                        "and ALPACA_SECRET_KEY";
    assert_error(401, "{\"message\":\"unauthorized.\"}", ERROR_DENIED, OUTCOME_FAILED, message);
    assert_error(401, "{\"code\":40110000,\"message\":\"request is not authorized\"}", ERROR_DENIED,
                 OUTCOME_FAILED, message);
    assert_error(403, "{\"message\":\"forbidden.\"}", ERROR_DENIED, OUTCOME_FAILED, message);
    assert_error(403, "<html>", ERROR_DENIED, OUTCOME_FAILED, message);
    assert_error(401, "", ERROR_DENIED, OUTCOME_FAILED, message);
}

static void the_plan_is_told_by_its_code_or_its_wording(void **state)
{
    (void)state;
    static const char message[] =
        WHERE ": the plan of this Alpaca account does not include the latest SIP bars: set "
              "ALPACA_FEED to auto or iex, or ask for bars older than 15 minutes";
    assert_error(403,
                 "{\"code\":42210000,\"message\":\"subscription does not permit querying recent "
                 "SIP data\"}",
                 ERROR_DENIED, OUTCOME_FAILED, message);
    assert_error(403, "{\"code\":42210000}", ERROR_DENIED, OUTCOME_FAILED, message);
    assert_error(403,
                 "{\"message\":\"subscription does not permit querying data from the past 15 "
                 "minutes\"}",
                 ERROR_DENIED, OUTCOME_FAILED, message);
}

static void what_may_pass_may_be_tried_again(void **state)
{
    (void)state;
    assert_error(429, "{\"code\":42910000,\"message\":\"rate limit exceeded\"}", ERROR_PROVIDER,
                 OUTCOME_RETRY, WHERE ": status 429: rate limit exceeded");
    assert_error(429, "{\"message\":\"too many requests.\"}", ERROR_PROVIDER, OUTCOME_RETRY,
                 WHERE ": status 429: too many requests.");
    assert_error(500, "{\"message\":\"internal \\\"server\\\" error\"}", ERROR_PROVIDER,
                 OUTCOME_RETRY, WHERE ": status 500: internal \"server\" error");
    assert_error(502, "<html><body>Bad Gateway</body></html>", ERROR_PROVIDER, OUTCOME_RETRY,
                 WHERE ": status 502 and no message (a body of 37 bytes, \"application/json\")");
    assert_error(504, "", ERROR_PROVIDER, OUTCOME_RETRY,
                 WHERE ": status 504 and no message (a body of 0 bytes, \"application/json\")");
}

static void other_replies_are_the_providers_fault(void **state)
{
    (void)state;
    assert_error(400, "{\"message\":\"code=400, message=end should not be before start\"}",
                 ERROR_PROVIDER, OUTCOME_FAILED,
                 WHERE ": status 400: code=400, message=end should not be before start");
    assert_error(404, "{\"message\":\"endpoint not found.\"}", ERROR_PROVIDER, OUTCOME_FAILED,
                 WHERE ": status 404: nothing is there; check ALPACA_DATA_URL");
    assert_error(307, "", ERROR_PROVIDER, OUTCOME_FAILED,
                 WHERE ": status 307: a redirect, which is not followed; check ALPACA_DATA_URL");
    assert_error(204, "", ERROR_PROVIDER, OUTCOME_FAILED,
                 WHERE ": status 204 and no message (a body of 0 bytes, \"application/json\")");
}

static void odd_bodies_have_no_message(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[]",
                                          "\"x\"",
                                          "null",
                                          "{\"message\":1}",
                                          "{\"message\":null,\"code\":\"7\"}",
                                          "{\"code\":1.5}" };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct http_response response = reply(400, bodies[i]);
        struct error error = { 0 };
        alpaca_error_set(&response, WHERE, &error);
        assert_non_null(strstr(error.message, ": status 400 and no message (a body of "));
    }
}

static void the_requests_id_is_told(void **state)
{
    (void)state;
    struct http_response response = reply(500, "{\"message\":\"no\"}");
    response.request_id = "1f2e";
    struct error error = { 0 };
    alpaca_error_set(&response, WHERE, &error);
    assert_string_equal(error.message, WHERE " (request 1f2e): status 500: no");
}

static void assert_symbol(int status, const char *body, const char *symbol)
{
    struct http_response response = reply(status, body);
    char found[SYMBOL_TEXT_SIZE] = "";
    assert_int_equal(alpaca_error_symbol(&response, found), symbol[0] != '\0');
    assert_string_equal(found, symbol);
}

static void a_refused_symbol_is_found_in_the_message_of_a_400(void **state)
{
    (void)state;
    assert_symbol(400, "{\"message\":\"code=400, message=invalid symbol: BRK-B\"}", "BRK-B");
    assert_symbol(400, "{\"message\":\"invalid symbol: BTC\\/USDX\"}", "BTC/USDX");
    assert_symbol(400, "{\"message\":\"invalid symbol: A, B\"}", "A");
    assert_symbol(400, "{\"message\":\"invalid symbol: \"}", "");
    assert_symbol(400, "{\"message\":\"invalid symbol: ABCDEFGHIJKLMNOP\"}", "");
    assert_symbol(400, "{\"message\":\"invalid start\"}", "");
    assert_symbol(400, "invalid symbol: QQQ", "");
    assert_symbol(422, "{\"message\":\"invalid symbol: QQQ\"}", "");
    assert_symbol(200, "{\"message\":\"invalid symbol: QQQ\"}", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_keys_are_told_by_401_and_by_403_without_the_plans_code),
        cmocka_unit_test(the_plan_is_told_by_its_code_or_its_wording),
        cmocka_unit_test(what_may_pass_may_be_tried_again),
        cmocka_unit_test(other_replies_are_the_providers_fault),
        cmocka_unit_test(odd_bodies_have_no_message),
        cmocka_unit_test(the_requests_id_is_told),
        cmocka_unit_test(a_refused_symbol_is_found_in_the_message_of_a_400),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
