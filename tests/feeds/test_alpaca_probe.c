#include "service/feeds/alpaca_probe.h"

#include "service/base/date.h"
#include "tests/support/http_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEY "PKTESTKEY"
#define SECRET "a-secret-of-tests"
#define BARS "{\"bars\":{\"QQQ\":{\"t\":\"2026-11-20T20:59:00Z\",\"c\":1}}}"
#define NO_PLAN                                                                                    \
    "{\"code\":42210000,\"message\":\"subscription does not permit querying recent SIP data\"}"
#define STOCKS_WHERE "127.0.0.1:8080/v2/stocks/bars/latest"
#define PAIRS_WHERE "127.0.0.1:8080/v1beta3/crypto/us/latest/bars"

/* What a call is answered, 0: not at all, and what it showed. */
struct call {
    int status;
    const char *body;
    struct http_fake fake;
    struct alpaca_account account;
    struct alpaca_probe probe;
};

static void answer(void *context, const char *url, struct http_fake_answer *ret_answer)
{
    const struct call *call = context;
    (void)url;
    ret_answer->status = call->status;
    text_append(&ret_answer->body, call->body);
    if (call->status == 0)
        error_set(&ret_answer->error, ERROR_DEADLINE, "host/route: no whole answer");
}

/* Release the fake after it. */
static void run(struct call *call, const char *feed, int status, const char *body)
{
    *call = (struct call) {
        .status = status,
        .body = body,
        .fake = { .answer = answer, .context = call },
        .account = { .data_url = "http://127.0.0.1:8080/", .key = KEY, .secret = SECRET },
    };
    call->account.client = http_fake_client(&call->fake);
    call->probe = (struct alpaca_probe) {
        .account = &call->account,
        .feed = feed,
        .deadline_us = 4711,
    };
    alpaca_probe_start(&call->probe);
    http_client_run(call->account.client);
}

static void assert_trouble(const char *feed, int status, const char *body,
                           enum alpaca_trouble trouble, enum error_kind kind, const char *message)
{
    struct call call;
    run(&call, feed, status, body);
    assert_string_equal(call.probe.error.message, message);
    assert_int_equal(call.probe.trouble, trouble);
    assert_int_equal(call.probe.error.kind, kind);
    http_fake_release(&call.fake);
}

static void the_latest_bar_of_a_stock_is_asked_for_with_the_keys(void **state)
{
    (void)state;
    struct call call;
    run(&call, "sip", 200, BARS);
    assert_string_equal(text_string(&call.fake.urls),
                        "http://127.0.0.1:8080/v2/stocks/bars/latest?symbols=QQQ&feed=sip\n");
    assert_string_equal(text_string(&call.fake.headers),
                        "/v2/stocks/bars/latest APCA-API-KEY-ID: " KEY "\n"
                        "/v2/stocks/bars/latest APCA-API-SECRET-KEY: " SECRET "\n");
    assert_int_equal(call.fake.deadline_us, 4711);
    assert_int_equal(call.probe.trouble, ALPACA_TROUBLE_NONE);
    assert_string_equal(call.probe.place.host, "127.0.0.1:8080");
    http_fake_release(&call.fake);
}

static void the_latest_bar_of_a_pair_is_asked_for_without_keys(void **state)
{
    (void)state;
    struct call call;
    run(&call, NULL, 200, "{\"bars\":{}}");
    assert_string_equal(text_string(&call.fake.urls),
                        "http://127.0.0.1:8080/v1beta3/crypto/us/latest/bars?symbols=BTC%2FUSD\n");
    assert_string_equal(text_string(&call.fake.headers), "");
    assert_int_equal(call.probe.trouble, ALPACA_TROUBLE_NONE);
    http_fake_release(&call.fake);
}

static void refused_keys_are_told_from_the_plan(void **state)
{
    (void)state;
    assert_trouble("iex", 401, "{\"message\":\"unauthorized.\"}", ALPACA_TROUBLE_KEYS, ERROR_DENIED,
                   "ALPACA_API_KEY and ALPACA_SECRET_KEY are refused (status 401)");
    assert_trouble("sip", 403, "{\"message\":\"forbidden.\"}", ALPACA_TROUBLE_KEYS, ERROR_DENIED,
                   "ALPACA_API_KEY and ALPACA_SECRET_KEY are refused (status 403)");
    assert_trouble("sip", 403, "<html>", ALPACA_TROUBLE_KEYS, ERROR_DENIED,
                   "ALPACA_API_KEY and ALPACA_SECRET_KEY are refused (status 403)");
    assert_trouble("sip", 403, NO_PLAN, ALPACA_TROUBLE_PLAN, ERROR_DENIED,
                   "the plan does not permit recent SIP data: set ALPACA_FEED to auto or iex");
    assert_trouble("sip", 401, NO_PLAN, ALPACA_TROUBLE_KEYS, ERROR_DENIED,
                   "ALPACA_API_KEY and ALPACA_SECRET_KEY are refused (status 401)");
}

static void where_no_keys_are_sent_none_are_refused(void **state)
{
    (void)state;
    assert_trouble(NULL, 403, "<html>", ALPACA_TROUBLE_HOST, ERROR_PROVIDER,
                   PAIRS_WHERE " (request 0a1b): status 403, though prices of pairs need no keys: "
                               "is a proxy or firewall between?");
}

static void without_an_answer_it_is_the_host(void **state)
{
    (void)state;
    assert_trouble("iex", 0, "", ALPACA_TROUBLE_HOST, ERROR_DEADLINE,
                   "host/route: no whole answer");
    assert_trouble("iex", 503, "{\"message\":\"busy\"}", ALPACA_TROUBLE_HOST, ERROR_PROVIDER,
                   STOCKS_WHERE " (request 0a1b): status 503: busy");
    assert_trouble(NULL, 404, "", ALPACA_TROUBLE_HOST, ERROR_PROVIDER,
                   PAIRS_WHERE " (request 0a1b): status 404: nothing is there; check "
                               "ALPACA_DATA_URL");
}

static void an_answer_of_somebody_else_is_none(void **state)
{
    (void)state;
    assert_trouble("iex", 200, "{\"hello\":1}", ALPACA_TROUBLE_HOST, ERROR_PROVIDER,
                   STOCKS_WHERE ": not an answer of Alpaca's; check ALPACA_DATA_URL: the reply has "
                                "no \"bars\"");
    struct call call;
    run(&call, "iex", 200, "<html>Sign in to this network</html>");
    assert_int_equal(call.probe.trouble, ALPACA_TROUBLE_HOST);
    assert_non_null(
        strstr(call.probe.error.message, "check ALPACA_DATA_URL: the reply is not JSON"));
    http_fake_release(&call.fake);
}

static void an_url_that_may_not_be_asked_is_not(void **state)
{
    (void)state;
    static const char *const urls[] = { "http://example.com", "https://me:mine@example.com",
                                        "https://", "?" };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct http_fake fake = { .answer = answer };
        struct alpaca_account account = { .data_url = urls[i], .client = http_fake_client(&fake) };
        struct alpaca_probe probe = { .account = &account };
        alpaca_probe_start(&probe);
        assert_int_equal(fake.count, 0);
        assert_int_equal(probe.trouble, ALPACA_TROUBLE_HOST);
        assert_int_equal(probe.error.kind, ERROR_USAGE);
        assert_ptr_equal(strstr(probe.error.message, "ALPACA_DATA_URL: "), probe.error.message);
        assert_null(strstr(probe.error.message, "mine"));
        http_fake_release(&fake);
    }
}

static void what_cannot_be_sent_is_told(void **state)
{
    (void)state;
    struct http_fake fake = { .answer = answer };
    error_set(&fake.refusal, ERROR_USAGE, "the header holds a newline");
    struct alpaca_account account = { .client = http_fake_client(&fake) };
    struct alpaca_probe probe = { .account = &account, .feed = "iex" };
    alpaca_probe_start(&probe);
    assert_int_equal(probe.trouble, ALPACA_TROUBLE_HOST);
    assert_string_equal(probe.error.message, "the header holds a newline");
    http_fake_release(&fake);
}

/* How far ahead our clock seems by an answer of the status, whose Date is of `date_s`, to a call
 * from `begun_us` to `now_us`. */
static int64_t ahead_us(int status, int64_t begun_us, int64_t now_us, int64_t date_s)
{
    struct alpaca_probe probe = { .feed = "iex", .begun_us = begun_us };
    struct http_response response = {
        .status = status,
        .content_type = "",
        .request_id = "",
        .date_us = date_s * SECOND_US,
        .body = BARS,
        .body_size = strlen(BARS),
    };
    alpaca_probe_judge(&probe, &response, now_us);
    assert_true(probe.has_clock);
    return probe.clock_ahead_us;
}

static void clocks_agree_as_far_as_the_date_and_the_round_trip_explain(void **state)
{
    (void)state;
    assert_int_equal(ahead_us(200, 1000000000, 1000200000, 1000), 0);
    assert_int_equal(ahead_us(200, 1000700000, 1001000000, 1000), 0); /* 1000.7 to 1000.999999 */
    assert_int_equal(ahead_us(200, 1000000000, 1004000000, 1004), 0); /* it took four seconds, */
    assert_int_equal(ahead_us(200, 1001000000, 1004000000, 1000), 0); /* there or back */
}

static void clocks_differ_by_what_is_left_over(void **state)
{
    (void)state;
    assert_int_equal(ahead_us(200, 1040500000, 1040700000, 1000), 39500000);
    assert_int_equal(ahead_us(200, 1000500000, 1000700000, 1040), -39300000);
    assert_int_equal(ahead_us(200, 1001000001, 1001000001, 1000), 1);
    assert_int_equal(ahead_us(200, 1003999999, 1003999999, 1004), -1);
}

static void an_answer_of_any_status_tells_the_time(void **state)
{
    (void)state;
    static const int statuses[] = { 401, 403, 404, 429, 503 };
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        assert_int_equal(ahead_us(statuses[i], 1011000000, 1011500000, 1000), 10000000);
}

static void half_a_minute_is_as_far_apart_as_clocks_may_be(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct alpaca_probe probe = { .has_clock = true };
    for (probe.clock_ahead_us = -30000000; probe.clock_ahead_us <= 30000000;
         probe.clock_ahead_us += 10000000)
        assert_true(alpaca_probe_clock(&probe, &error));
    probe.clock_ahead_us = 30000001;
    assert_false(alpaca_probe_clock(&probe, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message,
                        "31 s ahead of Alpaca's, more than 30 s: which day's session is run and "
                        "which bars are older than 16 minutes is judged by it; set this machine's "
                        "time");
    probe.clock_ahead_us = -41000000;
    assert_false(alpaca_probe_clock(&probe, &error));
    assert_ptr_equal(strstr(error.message, "41 s behind Alpaca's"), error.message);
}

static void without_a_date_nothing_is_known_of_the_clock(void **state)
{
    (void)state;
    struct call call;
    struct error error = { 0 };
    run(&call, "iex", 200, BARS);
    assert_false(call.probe.has_clock);
    assert_true(alpaca_probe_clock(&call.probe, &error));
    http_fake_release(&call.fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_bar_of_a_stock_is_asked_for_with_the_keys),
        cmocka_unit_test(the_latest_bar_of_a_pair_is_asked_for_without_keys),
        cmocka_unit_test(refused_keys_are_told_from_the_plan),
        cmocka_unit_test(where_no_keys_are_sent_none_are_refused),
        cmocka_unit_test(without_an_answer_it_is_the_host),
        cmocka_unit_test(an_answer_of_somebody_else_is_none),
        cmocka_unit_test(an_url_that_may_not_be_asked_is_not),
        cmocka_unit_test(what_cannot_be_sent_is_told),
        cmocka_unit_test(clocks_agree_as_far_as_the_date_and_the_round_trip_explain),
        cmocka_unit_test(clocks_differ_by_what_is_left_over),
        cmocka_unit_test(an_answer_of_any_status_tells_the_time),
        cmocka_unit_test(half_a_minute_is_as_far_apart_as_clocks_may_be),
        cmocka_unit_test(without_a_date_nothing_is_known_of_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
