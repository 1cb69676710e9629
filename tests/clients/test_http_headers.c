#include "service/clients/http_headers.h"

#include "service/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>
#include <cmocka.h>

/* Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own example. */
#define EXAMPLE_US (INT64_C(784111777) * SECOND_US)
#define NOW_US (EXAMPLE_US + 1000 * SECOND_US)

static struct http_headers headers;

static int begin(void **state)
{
    (void)state;
    http_headers_init(&headers);
    return 0;
}

static void add(const char *line)
{
    assert_true(http_headers_add(&headers, line, strlen(line)));
}

static void names_are_found_in_any_case_and_values_without_blanks(void **state)
{
    (void)state;
    add("HTTP/1.1 200 OK\r\n");
    add("CONTENT-type:application/json; charset=utf-8\r\n");
    add("x-request-id: \t abc-123 \t\r\n");
    add("X-Request-ID-Other: no\r\n");
    add("\r\n");
    assert_string_equal(headers.content_type, "application/json; charset=utf-8");
    assert_string_equal(headers.request_id, "abc-123");
}

static void assert_all_absent(void)
{
    assert_string_equal(headers.content_type, "");
    assert_string_equal(headers.request_id, "");
    assert_int_equal(headers.date_us, 0);
    assert_int_equal(headers.rate_limit, -1);
    assert_int_equal(headers.rate_remaining, -1);
    assert_int_equal(headers.encoding, HTTP_PLAIN);
    assert_int_equal(http_headers_retry_us(&headers, NOW_US), -1);
    assert_int_equal(http_headers_reset_us(&headers, NOW_US), -1);
}

static void what_is_absent_is_told_apart_from_zero(void **state)
{
    (void)state;
    assert_all_absent();
    add("X-RateLimit-Remaining: 0\r\n");
    add("Retry-After: 0\r\n");
    assert_int_equal(headers.rate_remaining, 0);
    assert_int_equal(http_headers_retry_us(&headers, NOW_US), 0);
}

static void a_date_is_read_in_each_of_its_three_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
        "Date: Sunday, 06-Nov-94 08:49:37 GMT\r\n",
        "Date: Sun Nov  6 08:49:37 1994\r\n",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        http_headers_init(&headers);
        add(forms[i]);
        assert_int_equal(headers.date_us, EXAMPLE_US);
    }
}

static void retry_after_is_seconds_or_a_date(void **state)
{
    (void)state;
    add("Retry-After: 120\r\n");
    assert_int_equal(http_headers_retry_us(&headers, NOW_US), 120 * SECOND_US);
    add("Retry-After: 1.5\r\n");
    assert_int_equal(http_headers_retry_us(&headers, NOW_US), 1500000);
    http_headers_init(&headers);
    add("Retry-After: Sun, 06 Nov 1994 09:49:37 GMT\r\n");
    assert_int_equal(http_headers_retry_us(&headers, NOW_US), 2600 * SECOND_US);
    /* By the server's clock, when it tells it. */
    add("Date: Sun, 06 Nov 1994 09:49:35 GMT\r\n");
    assert_int_equal(http_headers_retry_us(&headers, NOW_US), 2 * SECOND_US);
    add("Date: Sun, 06 Nov 1994 09:50:00 GMT\r\n");
    assert_int_equal(http_headers_retry_us(&headers, NOW_US), 0);
}

static void the_reset_of_a_rate_limit_is_unix_seconds(void **state)
{
    (void)state;
    add("X-RateLimit-Limit: 200\r\n");
    add("X-RateLimit-Remaining: 7\r\n");
    add("X-RateLimit-Reset: 784112800\r\n");
    assert_int_equal(headers.rate_limit, 200);
    assert_int_equal(headers.rate_remaining, 7);
    assert_int_equal(http_headers_reset_us(&headers, NOW_US), 23 * SECOND_US);
    add("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    assert_int_equal(http_headers_reset_us(&headers, NOW_US), 1023 * SECOND_US);
}

static void nonsense_counts_as_absent(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Retry-After: -1\r\n",
        "Retry-After: soon\r\n",
        "Retry-After:\r\n",
        "Retry-After: nan\r\n",
        "X-RateLimit-Limit: 2e2\r\n",
        "X-RateLimit-Limit: 99999999999999999999\r\n",
        "X-RateLimit-Limit: 2000000000\r\n",
        "X-RateLimit-Remaining: -3\r\n",
        "X-RateLimit-Reset: tomorrow\r\n",
        "X-RateLimit-Reset: -5\r\n",
        "Date: yesterday\r\n",
        "X-Request-ID\r\n",
        ": empty\r\n",
        ":\r\n",
        "\r\n",
        "",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        add(lines[i]);
    static const char zero[] = "X-Request-ID: a\0b\r\n";
    assert_true(http_headers_add(&headers, zero, sizeof zero - 1));
    assert_all_absent();
}

/* Nothing overflows on the way to a time. */
static void enormous_waits_stay_numbers(void **state)
{
    (void)state;
    add("Retry-After: 9000000000000\r\n");
    add("X-RateLimit-Reset: 9000000000000\r\n");
    assert_in_range(http_headers_retry_us(&headers, NOW_US), DAY_US, 1000 * DAY_US);
    assert_in_range(http_headers_reset_us(&headers, NOW_US), DAY_US, 1000 * DAY_US);
}

static void gzip_is_known_by_both_names_and_nothing_else_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum http_encoding encoding;
    } cases[] = {
        { "Content-Encoding: gzip\r\n", HTTP_GZIP },
        { "Content-Encoding: X-GZIP\r\n", HTTP_GZIP },
        { "Content-Encoding: identity\r\n", HTTP_PLAIN },
        { "Content-Encoding:\r\n", HTTP_PLAIN },
        { "Content-Encoding: br\r\n", HTTP_ENCODING_UNKNOWN },
        { "Content-Encoding: gzip, gzip\r\n", HTTP_ENCODING_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        http_headers_init(&headers);
        add(cases[i].line);
        assert_int_equal(headers.encoding, cases[i].encoding);
    }
}

static void a_long_value_is_cut(void **state)
{
    (void)state;
    char line[512] = "X-Request-ID: ";
    memset(line + strlen(line), 'x', 300);
    add(line);
    assert_int_equal(strlen(headers.request_id), HTTP_HEADER_VALUE_SIZE - 1);
}

static void a_new_status_line_forgets_what_came_before_but_not_its_size(void **state)
{
    (void)state;
    add("HTTP/1.1 103 Early Hints\r\n");
    add("X-Request-ID: early\r\n");
    size_t size = headers.size;
    add("HTTP/1.1 200 OK\r\n");
    assert_string_equal(headers.request_id, "");
    assert_int_equal(headers.size, size + strlen("HTTP/1.1 200 OK\r\n"));
}

static void the_blank_line_makes_them_whole(void **state)
{
    (void)state;
    add("HTTP/1.1 103 Early Hints\r\n");
    add("\r\n");
    assert_true(headers.whole);
    add("HTTP/1.1 200 OK\r\n");
    add("Date");
    assert_false(headers.whole);
    add("\r\n");
    assert_true(headers.whole);
    add("X-Trailer: 1\r\n");
    assert_true(headers.whole);
}

static void all_lines_together_have_a_cap(void **state)
{
    (void)state;
    static char line[HTTP_HEADERS_MAX];
    memset(line, 'x', sizeof line);
    assert_true(http_headers_add(&headers, line, sizeof line - 1));
    assert_true(http_headers_add(&headers, line, 1));
    assert_false(headers.full);
    assert_false(http_headers_add(&headers, "H", 1));
    assert_true(headers.full);
    assert_false(http_headers_add(&headers, "", 0));
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_are_found_in_any_case_and_values_without_blanks),
        TEST(what_is_absent_is_told_apart_from_zero),
        TEST(a_date_is_read_in_each_of_its_three_forms),
        TEST(retry_after_is_seconds_or_a_date),
        TEST(the_reset_of_a_rate_limit_is_unix_seconds),
        TEST(nonsense_counts_as_absent),
        TEST(enormous_waits_stay_numbers),
        TEST(gzip_is_known_by_both_names_and_nothing_else_is_known),
        TEST(a_long_value_is_cut),
        TEST(a_new_status_line_forgets_what_came_before_but_not_its_size),
        TEST(the_blank_line_makes_them_whole),
        TEST(all_lines_together_have_a_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
