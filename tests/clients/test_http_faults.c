#include "service/clients/http_client.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "tests/support/http_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { IMPATIENT_MS = 1000 };

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

/* What breaks an answer on its way, and what our own words for it are; libcurl's change. */
static const struct {
    const char *step, *words;
} breaks[] = {
    { "close", "" },
    { "reset", "" },
    { "half", "" },
    { "long", "" },
    { "cut-head", "" },
    { "cut-chunk", "" },
    { "garbage", "" },
    { "gzip-cut", "stops in the middle" },
    { "gzip-damaged", "gzip is damaged" },
    { "gzip-not", "gzip is damaged" },
    { "brotli", "encoding not asked for" },
};

static void assert_failure(const struct http_heard *heard, enum error_kind kind,
                           enum error_outcome outcome, const char *words)
{
    assert_false(heard->answered);
    if (heard->error.kind != kind || strstr(heard->error.message, words) == NULL)
        fail_msg("%s, and not: %s", heard->error.message, words);
    assert_int_equal(heard->error.outcome, outcome);
    assert_non_null(strstr(heard->error.message, "127.0.0.1:"));
    assert_non_null(strstr(heard->error.message, "/route"));
}

static struct http_heard *post(const char *path)
{
    struct http_request request = http_stage_request(&stage, path);
    request.method = "POST";
    return http_stage_send(&stage, &request);
}

static void a_get_is_tried_again_whatever_broke_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(breaks); i++) {
        char path[64];
        http_stage_renew(&stage, 0, 0, NULL);
        snprintf(path, sizeof path, "/%s,200/x", breaks[i].step);
        const struct http_heard *heard = http_stage_get(&stage, path);
        assert_int_equal(heard->status, 200);
        assert_int_equal(heard->attempts, 2);
        assert_string_equal(text_string(&heard->body), "answer 2");
    }
}

static void a_post_that_broke_may_have_happened(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(breaks); i++) {
        char path[64];
        snprintf(path, sizeof path, "/%s,200/x", breaks[i].step);
        assert_failure(post(path), ERROR_PROVIDER, OUTCOME_UNKNOWN, breaks[i].words);
        assert_int_equal(http_stage_requests(&stage, path), 1);
    }
}

static void an_answer_ends_where_its_length_says(void **state)
{
    (void)state;
    assert_string_equal(text_string(&http_stage_get(&stage, "/short/x")->body), "hello");
}

static void hints_before_the_answer_are_passed_over(void **state)
{
    (void)state;
    const struct http_heard *heard = http_stage_get(&stage, "/interim/x");
    assert_int_equal(heard->status, 200);
    assert_string_equal(heard->request_id, "");
    assert_string_equal(text_string(&heard->body), "done");
}

static void gzip_is_unpacked(void **state)
{
    (void)state;
    char *whole = strdup(text_string(&http_stage_get(&stage, "/gzip-whole/x")->body));
    assert_int_equal(strlen(whole), 60000);
    assert_int_equal(strspn(whole, "0123456789abcdef"), 60000);
    assert_string_equal(text_string(&http_stage_get(&stage, "/gzip-members/x")->body), whole);
    const struct text *slow = &http_stage_get(&stage, "/gzip-slow/x")->body;
    assert_int_equal(slow->size, 5000);
    assert_memory_equal(slow->bytes, whole, 5000);
    free(whole);
}

/* Not tried again: the next would be as large. */
static void too_much_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *words;
    } cases[] = {
        { "/large,200/x", "larger than 33554432 bytes" },
        { "/announced,200/x", "larger than 33554432 bytes" },
        { "/gzip-bomb,200/x", "larger than 33554432 bytes" },
        { "/flood,200/x", "headers are larger than 16384 bytes" },
        { "/wide,200/x", "headers are larger than 16384 bytes" },
        { "/continues,200/x", "headers are larger than 16384 bytes" },
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_failure(http_stage_get(&stage, cases[i].path), ERROR_LIMIT, OUTCOME_FAILED,
                       cases[i].words);
        assert_int_equal(http_stage_requests(&stage, cases[i].path), 1);
    }
    assert_failure(post("/large,200/y"), ERROR_LIMIT, OUTCOME_UNKNOWN, "larger than");
    assert_true(metrics_sum(stage.metrics, "playbook_http_requests_total", "status=\"limit\"") ==
                (double)LENGTH(cases) + 1);
}

static void the_cap_is_the_requests_own(void **state)
{
    (void)state;
    struct http_request request = http_stage_request(&stage, "/200/x");
    request.body_max = strlen("answer 1");
    assert_int_equal(http_stage_send(&stage, &request)->status, 200);
    request = http_stage_request(&stage, "/200/y");
    request.body_max = strlen("answer 1") - 1;
    assert_failure(http_stage_send(&stage, &request), ERROR_LIMIT, OUTCOME_FAILED,
                   "larger than 7 bytes");
    request = http_stage_request(&stage, "/gzip-whole/y");
    request.body_max = 59999;
    assert_failure(http_stage_send(&stage, &request), ERROR_LIMIT, OUTCOME_FAILED,
                   "larger than 59999 bytes");
}

static void what_takes_too_long_is_tried_again(void **state)
{
    (void)state;
    static const char *const paths[] = { "/stall,200/x", "/pause,200/x", "/drip,200/x" };
    http_stage_renew(&stage, 0, IMPATIENT_MS, NULL);
    for (size_t i = 0; i < LENGTH(paths); i++) {
        const struct http_heard *heard = http_stage_get(&stage, paths[i]);
        assert_int_equal(heard->status, 200);
        assert_int_equal(heard->attempts, 2);
    }
    assert_failure(post("/stall/x"), ERROR_PROVIDER, OUTCOME_UNKNOWN,
                   "no whole answer within 1000 ms");
    assert_true(metrics_sum(stage.metrics, "playbook_http_requests_total", "status=\"timeout\"") ==
                (double)LENGTH(paths) + 1);
}

static void the_deadline_ends_what_takes_too_long(void **state)
{
    (void)state;
    static const char *const paths[] = { "/stall/x", "/pause/x", "/drip/x" };
    for (size_t i = 0; i < LENGTH(paths); i++) {
        struct http_request request = http_stage_request(&stage, paths[i]);
        request.deadline_us = clock_monotonic_us() + SECOND_US / 5;
        assert_failure(http_stage_send(&stage, &request), ERROR_DEADLINE, OUTCOME_RETRY,
                       "before the deadline");
        assert_true(clock_monotonic_us() >= request.deadline_us - SECOND_US / 100);
        assert_int_equal(http_stage_requests(&stage, paths[i]), 1);
    }
}

/* A port on which nobody listens: bound, so that nobody else gets it. */
static int bind_port(int *ret_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(bound, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(bound, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return bound;
}

static void what_never_left_did_not_happen(void **state)
{
    (void)state;
    char url[64];
    int port, bound = bind_port(&port);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    struct http_request request = http_stage_request(&stage, "");
    request.url = url;
    request.method = "POST";
    assert_failure(http_stage_send(&stage, &request), ERROR_PROVIDER, OUTCOME_RETRY, "onnect");
    request = http_stage_request(&stage, "");
    request.url = url;
    assert_failure(http_stage_send(&stage, &request), ERROR_PROVIDER, OUTCOME_RETRY, "attempt 5");
    close(bound);
}

static void a_proxy_is_not_asked_for_what_is_on_this_machine(void **state)
{
    (void)state;
    static const char *const names[] = { "http_proxy", "HTTPS_PROXY", "https_proxy", "all_proxy" };
    char url[64];
    int port, bound = bind_port(&port);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    for (size_t i = 0; i < LENGTH(names); i++)
        setenv(names[i], url, 1);
    assert_int_equal(post("/200/x")->status, 200);
    for (size_t i = 0; i < LENGTH(names); i++)
        unsetenv(names[i]);
    close(bound);
}

static void assert_silent(const char *text, const char *where)
{
    if (strcasestr(text, "hush") != NULL)
        fail_msg("a secret in %s: %s", where, text);
}

/* Headers, path and query: every request of these tests has some that begin with "hush". */
static void secrets_are_told_to_nobody_but_the_server(void **state)
{
    (void)state;
    http_stage_renew(&stage, 0, IMPATIENT_MS, NULL);
    char path[64];
    struct text metrics = { 0 };
    assert_non_null(
        strstr(text_string(&http_stage_get(&stage, "/echo/x")->body), "KEY: hush-the-secret"));
    for (size_t i = 0; i < LENGTH(breaks); i++) {
        snprintf(path, sizeof path, "/%s,503,200/hush?token=hush", breaks[i].step);
        http_stage_get(&stage, path);
        assert_silent(post(path)->error.message, "an error");
        snprintf(path, sizeof path, "/%s/hush", breaks[i].step);
        assert_silent(post(path)->error.message, "an error");
    }
    assert_silent(http_stage_get(&stage, "/large/hush")->error.message, "an error");
    assert_silent(http_stage_get(&stage, "/stall,302:Location=%2Fhush/hush")->error.message,
                  "an error");
    metrics_print(stage.metrics, &metrics);
    assert_silent(text_string(&metrics), "the metrics");
    text_release(&metrics);

    char line[4096];
    int lines = 0;
    rewind(stage.log);
    for (; fgets(line, sizeof line, stage.log) != NULL; lines++)
        assert_silent(line, "the log");
    assert_true(lines > (int)LENGTH(breaks));
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_get_is_tried_again_whatever_broke_it),
        TEST(a_post_that_broke_may_have_happened),
        TEST(an_answer_ends_where_its_length_says),
        TEST(hints_before_the_answer_are_passed_over),
        TEST(gzip_is_unpacked),
        TEST(too_much_is_refused),
        TEST(the_cap_is_the_requests_own),
        TEST(what_takes_too_long_is_tried_again),
        TEST(the_deadline_ends_what_takes_too_long),
        TEST(what_never_left_did_not_happen),
        TEST(a_proxy_is_not_asked_for_what_is_on_this_machine),
        TEST(secrets_are_told_to_nobody_but_the_server),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
