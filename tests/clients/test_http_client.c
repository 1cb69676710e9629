#include "service/clients/http_client.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/clients/http_retry.h"
#include "tests/support/exact.h"
#include "tests/support/http_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define BEYOND_ALL_DEADLINES_S "86400"
#define DATE "Date=Thu%2C%2001%20Jan%202026%2000:00:00%20GMT"
#define SECOND_LATER "Thu%2C%2001%20Jan%202026%2000:00:01%20GMT"

static struct http_stage stage;

static int open_stage(void **state)
{
    (void)state;
    http_stage_open(&stage, NULL, NULL);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    http_stage_close(&stage);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    http_stage_renew(&stage, 0, 0, NULL);
    return 0;
}

static void assert_has(const char *text, const char *part)
{
    if (strcasestr(text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, text);
}

static void assert_answer(const struct http_heard *heard, int status, int attempts)
{
    if (!heard->answered)
        fail_msg("no answer: %s", heard->error.message);
    assert_int_equal(heard->status, status);
    assert_int_equal(heard->attempts, attempts);
}

static void assert_failure(const struct http_heard *heard, enum error_kind kind,
                           enum error_outcome outcome, const char *words)
{
    assert_false(heard->answered);
    assert_int_equal(heard->error.kind, kind);
    assert_int_equal(heard->error.outcome, outcome);
    assert_has(heard->error.message, words);
}

static struct http_heard *send_as(const char *method, const char *path)
{
    struct http_request request = http_stage_request(&stage, path);
    request.method = method;
    return http_stage_send(&stage, &request);
}

static void an_answer_has_all_that_came(void **state)
{
    (void)state;
    const struct http_heard *heard =
        http_stage_get(&stage, "/200:Content-Type=text%2Fplain;X-Request-ID=abc;"
                               "Date=Sun%2C%2006%20Nov%201994%2008:49:37%20GMT/x");
    assert_answer(heard, 200, 1);
    assert_string_equal(text_string(&heard->body), "answer 1");
    assert_string_equal(heard->content_type, "text/plain");
    assert_string_equal(heard->request_id, "abc");
    assert_int_equal(heard->date_us, INT64_C(784111777) * SECOND_US);
}

static void headers_reach_the_server(void **state)
{
    (void)state;
    struct http_request request = http_stage_request(&stage, "/echo/x?symbol=QQQ");
    const struct http_header headers[] = { { "X-Full", "a: b;" }, { "X-Empty", "" } };
    request.headers = headers;
    request.header_count = LENGTH(headers);
    const char *said = text_string(&http_stage_send(&stage, &request)->body);
    assert_has(said, "GET /echo/x?symbol=QQQ HTTP/1.1\r\n");
    assert_has(said, "\r\nX-Full: a: b;\r\n");
    assert_has(said, "\r\nX-Empty:\r\n");
    assert_has(said, "\r\nUser-Agent: playbook/test\r\n");
    assert_has(said, "\r\nAccept-Encoding: gzip\r\n");
}

static void a_body_reaches_the_server_with_its_zeros(void **state)
{
    (void)state;
    static const char *const methods[] = { "POST", "PUT", "PATCH", "DELETE" };
    static const char content[] = "a\0b\r\n\r\nc";
    for (size_t i = 0; i < LENGTH(methods); i++) {
        struct http_request request = http_stage_request(&stage, "/echo/x");
        request.method = methods[i];
        request.body = content;
        request.body_size = sizeof content - 1;
        const struct text *body = &http_stage_send(&stage, &request)->body;
        assert_memory_equal(text_string(body), methods[i], strlen(methods[i]));
        assert_has(text_string(body), "\r\nContent-Length: 8\r\n");
        assert_memory_equal(body->bytes + body->size - 8, content, 8);
    }
}

static void a_large_body_is_sent_without_asking_first(void **state)
{
    (void)state;
    enum { LARGE = 3 << 20 };
    char *content = calloc(1, LARGE);
    struct http_request request = http_stage_request(&stage, "/echo/x");
    request.method = "POST";
    request.body = content;
    request.body_size = LARGE;
    const struct http_heard *heard = http_stage_send(&stage, &request);
    free(content);
    assert_answer(heard, 200, 1);
    assert_true(heard->body.size > LARGE);
    assert_null(strcasestr(text_string(&heard->body), "Expect"));
}

static void a_post_without_a_body_says_so(void **state)
{
    (void)state;
    assert_has(text_string(&send_as("POST", "/echo/x")->body), "\r\nContent-Length: 0\r\n");
    assert_null(strcasestr(text_string(&send_as("DELETE", "/echo/y")->body), "Content-Length"));
}

static void zeros_in_an_answer_are_kept(void **state)
{
    (void)state;
    const struct text *body = &http_stage_get(&stage, "/zeros/x")->body;
    assert_int_equal(body->size, 4);
    assert_memory_equal(body->bytes, "a\0b", 4);
}

static void any_status_is_an_answer(void **state)
{
    (void)state;
    static const int statuses[] = { 201, 204, 304, 400, 401, 403, 404, 422 };
    for (size_t i = 0; i < LENGTH(statuses); i++) {
        char path[32];
        snprintf(path, sizeof path, "/%d/x", statuses[i]);
        assert_answer(http_stage_get(&stage, path), statuses[i], 1);
    }
}

static void a_redirect_is_an_answer_and_leads_nowhere(void **state)
{
    (void)state;
    static const int statuses[] = { 301, 302, 303, 307, 308 };
    for (size_t i = 0; i < LENGTH(statuses); i++) {
        char path[64];
        snprintf(path, sizeof path, "/%d:Location=%%2F200%%2Ftarget/x", statuses[i]);
        assert_answer(http_stage_get(&stage, path), statuses[i], 1);
    }
    assert_int_equal(http_stage_requests(&stage, "/200/target"), 0);
    assert_answer(http_stage_get(&stage, "/200/target"), 200, 1);
    assert_int_equal(http_stage_requests(&stage, "/200/target"), 1);
}

static void a_get_is_tried_again_after_passing_trouble(void **state)
{
    (void)state;
    static const int statuses[] = { 408, 425, 429, 500, 502, 503, 504 };
    for (size_t i = 0; i < LENGTH(statuses); i++) {
        char path[32];
        snprintf(path, sizeof path, "/%d,200/x", statuses[i]);
        const struct http_heard *heard = http_stage_get(&stage, path);
        assert_answer(heard, 200, 2);
        assert_string_equal(text_string(&heard->body), "answer 2");
    }
}

static void after_the_last_attempt_the_answer_stands(void **state)
{
    (void)state;
    assert_answer(http_stage_get(&stage, "/503/x"), 503, HTTP_ATTEMPTS_MAX);
    assert_int_equal(http_stage_requests(&stage, "/503/x"), HTTP_ATTEMPTS_MAX);
}

static void what_is_no_get_is_sent_once(void **state)
{
    (void)state;
    static const char *const methods[] = { "POST", "PUT", "PATCH", "DELETE" };
    for (size_t i = 0; i < LENGTH(methods); i++) {
        char path[32];
        snprintf(path, sizeof path, "/503,200/%s", methods[i]);
        assert_answer(send_as(methods[i], path), 503, 1);
        assert_int_equal(http_stage_requests(&stage, path), 1);
        snprintf(path, sizeof path, "/reset,200/%s", methods[i]);
        assert_failure(send_as(methods[i], path), ERROR_PROVIDER, OUTCOME_UNKNOWN, "/route");
        assert_int_equal(http_stage_requests(&stage, path), 1);
    }
}

/* libcurl would send it again by itself, had the connection been used before. */
static void a_post_is_sent_once_where_others_went_before(void **state)
{
    (void)state;
    http_stage_renew(&stage, 1, 0, NULL);
    for (int i = 0; i < 3; i++) {
        assert_answer(http_stage_get(&stage, "/200/before"), 200, 1);
        assert_answer(send_as("POST", "/200/before"), 200, 1);
    }
    assert_failure(send_as("POST", "/close,200/x"), ERROR_PROVIDER, OUTCOME_UNKNOWN, "/route");
    assert_int_equal(http_stage_requests(&stage, "/close,200/x"), 1);
}

/* A lower bound of time, which no slow machine can miss. */
static void a_wait_that_is_asked_for_is_waited(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/429:Retry-After=1,200/x",
        "/503:Retry-After=1,200/x",
        "/429:" DATE ";X-RateLimit-Reset=1767225601,200/x",
        "/503:" DATE ";Retry-After=" SECOND_LATER ",200/x",
    };
    for (size_t i = 0; i < LENGTH(paths); i++) {
        int64_t begin_us = clock_monotonic_us();
        assert_answer(http_stage_get(&stage, paths[i]), 200, 2);
        assert_true(clock_monotonic_us() - begin_us >= SECOND_US);
    }
}

static void a_wait_beyond_the_deadline_is_not_begun(void **state)
{
    (void)state;
    assert_answer(http_stage_get(&stage, "/429:Retry-After=" BEYOND_ALL_DEADLINES_S ",200/x"), 429,
                  1);
    assert_answer(http_stage_get(&stage, "/503:Retry-After=" BEYOND_ALL_DEADLINES_S ",200/x"), 503,
                  1);
    assert_answer(http_stage_get(&stage, "/429:X-RateLimit-Reset=4000000000,200/x"), 429, 1);
}

/* It is about the rate, not about this request. */
static void the_reset_of_a_rate_limit_does_not_delay_other_trouble(void **state)
{
    (void)state;
    assert_answer(http_stage_get(&stage, "/503:X-RateLimit-Reset=4000000000,200/x"), 200, 2);
}

static void a_deadline_that_has_passed_sends_nothing(void **state)
{
    (void)state;
    struct http_request request = http_stage_request(&stage, "/200/x");
    request.deadline_us = clock_monotonic_us() - 1;
    assert_failure(http_stage_send(&stage, &request), ERROR_DEADLINE, OUTCOME_RETRY, "127.0.0.1:");
    assert_int_equal(http_stage_requests(&stage, "/200/x"), 0);
}

static void the_rate_limit_is_waited_for_and_shared(void **state)
{
    (void)state;
    struct rate_limit limit;
    int64_t now_us = clock_monotonic_us();
    rate_limit_init(&limit, 2, now_us);
    rate_limit_block(&limit, now_us + SECOND_US / 5);
    struct http_request request = http_stage_request(&stage, "/200/x");
    request.rate_limit = &limit;
    assert_answer(http_stage_send(&stage, &request), 200, 1);
    assert_true(clock_monotonic_us() - now_us >= SECOND_US / 5);
    assert_true(metrics_sum(stage.metrics, "playbook_http_wait_seconds_total", "host=") > 0);

    request = http_stage_request(&stage, "/200/x");
    request.rate_limit = &limit;
    assert_answer(http_stage_send(&stage, &request), 200, 1);
    request = http_stage_request(&stage, "/200/x");
    request.rate_limit = &limit;
    request.deadline_us = now_us + 50 * SECOND_US;
    assert_failure(http_stage_send(&stage, &request), ERROR_DEADLINE, OUTCOME_RETRY, "rate limit");
    assert_int_equal(http_stage_requests(&stage, "/200/x"), 2);
}

static void every_attempt_counts_for_the_rate_limit(void **state)
{
    (void)state;
    struct rate_limit limit;
    rate_limit_init(&limit, 2, clock_monotonic_us());
    struct http_request request = http_stage_request(&stage, "/503/x");
    request.rate_limit = &limit;
    request.deadline_us = clock_monotonic_us() + 50 * SECOND_US;
    assert_failure(http_stage_send(&stage, &request), ERROR_DEADLINE, OUTCOME_RETRY, "rate limit");
    assert_int_equal(http_stage_requests(&stage, "/503/x"), 2);
}

static void what_the_server_says_of_the_rate_is_heeded(void **state)
{
    (void)state;
    struct rate_limit limit;
    rate_limit_init(&limit, 100, clock_monotonic_us());
    struct http_request request = http_stage_request(
        &stage, "/200:X-RateLimit-Limit=50;X-RateLimit-Remaining=0;X-RateLimit-Reset=4000000000/x");
    request.rate_limit = &limit;
    assert_answer(http_stage_send(&stage, &request), 200, 1);
    assert_int_equal(limit.per_minute, 50);
    assert_true(rate_limit_take(&limit, clock_monotonic_us()) > 50 * SECOND_US);

    rate_limit_init(&limit, 100, clock_monotonic_us());
    request = http_stage_request(&stage, "/200:" DATE
                                         ";X-RateLimit-Remaining=0;X-RateLimit-Reset=1767225620/x");
    request.rate_limit = &limit;
    assert_answer(http_stage_send(&stage, &request), 200, 1);
    assert_in_range(rate_limit_take(&limit, clock_monotonic_us()), 1, 20 * SECOND_US);

    rate_limit_init(&limit, 100, clock_monotonic_us());
    request = http_stage_request(&stage, "/429:Retry-After=" BEYOND_ALL_DEADLINES_S "/x");
    request.rate_limit = &limit;
    assert_answer(http_stage_send(&stage, &request), 429, 1);
    assert_true(rate_limit_take(&limit, clock_monotonic_us()) > HOUR_US);
}

static void a_url_that_is_not_safe_is_refused_at_the_start(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct http_request request = http_stage_request(&stage, "/200/x");
    request.url = "http://192.0.2.1/hush";
    assert_false(http_client_start(stage.client, &request, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_has(error.message, "/route: http://192.0.2.1 is refused");
    assert_false(http_client_run_one(stage.client));
    assert_int_equal(stage.heard.calls, 0);
}

static void a_header_of_two_lines_is_refused_at_the_start(void **state)
{
    (void)state;
    static const struct http_header wrong[] = {
        { "X-Key", "hush\n" },
        { "X-Key", "hush\r\nX-Other: more" },
        { "X-Key", "hush\x7f" },
        { "X-Key\n", "hush" },
    };
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        struct error error = { 0 };
        struct http_request request = http_stage_request(&stage, "/200/x");
        request.headers = &wrong[i];
        request.header_count = 1;
        assert_false(http_client_start(stage.client, &request, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_has(error.message, "the header X-Key");
        assert_null(strstr(error.message, "hush"));
    }
    assert_false(http_client_run_one(stage.client));
}

static void attempts_are_counted_by_what_came_of_them(void **state)
{
    (void)state;
    http_stage_get(&stage, "/503,half,200/x");
    static const char *const statuses[] = { "status=\"503\"", "status=\"failed\"",
                                            "status=\"200\"" };
    for (size_t i = 0; i < LENGTH(statuses); i++)
        assert_exactly(metrics_sum(stage.metrics, "playbook_http_requests_total", statuses[i]), 1);
    assert_exactly(metrics_sum(stage.metrics, "playbook_http_requests_total", "route=\"/route\""),
                   3);
    assert_exactly(metrics_sum(stage.metrics, "playbook_http_received_bytes_total", ""), 66);
    assert_true(metrics_sum(stage.metrics, "playbook_http_request_seconds_total", "") > 0);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_has_all_that_came),
        TEST(headers_reach_the_server),
        TEST(a_body_reaches_the_server_with_its_zeros),
        TEST(a_large_body_is_sent_without_asking_first),
        TEST(a_post_without_a_body_says_so),
        TEST(zeros_in_an_answer_are_kept),
        TEST(any_status_is_an_answer),
        TEST(a_redirect_is_an_answer_and_leads_nowhere),
        TEST(a_get_is_tried_again_after_passing_trouble),
        TEST(after_the_last_attempt_the_answer_stands),
        TEST(what_is_no_get_is_sent_once),
        TEST(a_post_is_sent_once_where_others_went_before),
        TEST(a_wait_that_is_asked_for_is_waited),
        TEST(a_wait_beyond_the_deadline_is_not_begun),
        TEST(the_reset_of_a_rate_limit_does_not_delay_other_trouble),
        TEST(a_deadline_that_has_passed_sends_nothing),
        TEST(the_rate_limit_is_waited_for_and_shared),
        TEST(every_attempt_counts_for_the_rate_limit),
        TEST(what_the_server_says_of_the_rate_is_heeded),
        TEST(a_url_that_is_not_safe_is_refused_at_the_start),
        TEST(a_header_of_two_lines_is_refused_at_the_start),
        TEST(attempts_are_counted_by_what_came_of_them),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
