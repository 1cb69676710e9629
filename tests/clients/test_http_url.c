#include "service/clients/http_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct http_url url;
static struct error error;

static void assert_goes_to(const char *text, const char *host, bool loopback)
{
    error = (struct error) { 0 };
    if (!http_url_parse(text, &url, &error))
        fail_msg("%s: %s", text, error.message);
    assert_string_equal(url.host, host);
    assert_int_equal(url.loopback, loopback);
    assert_int_equal(url.secure, strncmp(text, "http:", 5) != 0);
}

static void assert_refused(const char *text, const char *words)
{
    error = (struct error) { 0 };
    if (http_url_parse(text, &url, &error))
        fail_msg("%s was taken", text);
    assert_int_equal(error.kind, ERROR_USAGE);
    if (strstr(error.message, words) == NULL)
        fail_msg("%s: %s", text, error.message);
    assert_null(strstr(error.message, "hush"));
}

static void https_goes_anywhere(void **state)
{
    (void)state;
    assert_goes_to("https://data.alpaca.markets/v2/stocks/bars?a=b", "data.alpaca.markets", false);
    assert_goes_to("HTTPS://example.com:8443", "example.com:8443", false);
    assert_goes_to("https://127.0.0.1/", "127.0.0.1", true);
}

static void http_goes_to_this_machine(void **state)
{
    (void)state;
    assert_goes_to("http://localhost:8080/x", "localhost:8080", true);
    assert_goes_to("http://LOCALHOST/", "LOCALHOST", true);
    assert_goes_to("http://127.0.0.1:1/", "127.0.0.1:1", true);
    assert_goes_to("http://127.255.0.9/", "127.255.0.9", true);
    assert_goes_to("http://127.1/", "127.0.0.1", true);
    assert_goes_to("http://2130706433/", "127.0.0.1", true);
    assert_goes_to("http://[::1]:80/", "[::1]:80", true);
}

static void http_goes_nowhere_else(void **state)
{
    (void)state;
    static const char *const elsewhere[] = {
        "http://data.alpaca.markets/hush",
        "http://10.0.0.1/hush",
        "http://128.0.0.1/hush",
        "http://126.255.255.255/hush",
        "http://0.0.0.0/hush",
        "http://localhost.example.com/hush",
        "http://127.0.0.1.example.com/hush",
        "http://xlocalhost/hush",
        "http://[::2]/hush",
        "http://[::]/hush",
        "http://[fe80::1]/hush",
        "http://[::ffff:10.0.0.1]/hush",
        "http://169.254.169.254/hush",
    };
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
        assert_refused(elsewhere[i], "https was expected");
}

static void other_schemes_are_refused(void **state)
{
    (void)state;
    assert_refused("ftp://127.0.0.1/hush", "ftp://127.0.0.1 is refused");
    assert_refused("gopher://localhost/hush", "https was expected");
    assert_refused("ws://localhost/hush", "https was expected");
    assert_refused("httpss://localhost/hush", "https was expected");
}

static void what_is_no_url_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "hush",
        "/hush",
        "https://",
        "https://a b/hush",
        "https://a:x/hush",
        "https://a:70000/hush",
        "https://exa\nmple/hush",
        "file:///hush",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(wrong[i], "");
}

static void a_name_or_password_in_the_url_is_refused(void **state)
{
    (void)state;
    assert_refused("https://hush@example.com/", "example.com holds a user's name");
    assert_refused("https://user:hush@example.com/", "user's name");
    assert_refused("http://localhost@10.0.0.1/", "user's name");
    assert_refused("http://10.0.0.1#@localhost/", "https was expected");
}

static void a_host_beyond_all_lengths_is_refused(void **state)
{
    (void)state;
    char text[1024];
    snprintf(text, sizeof text, "https://%0500d.com/hush", 1);
    assert_refused(text, "longer than");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(https_goes_anywhere),
        cmocka_unit_test(http_goes_to_this_machine),
        cmocka_unit_test(http_goes_nowhere_else),
        cmocka_unit_test(other_schemes_are_refused),
        cmocka_unit_test(what_is_no_url_is_refused),
        cmocka_unit_test(a_name_or_password_in_the_url_is_refused),
        cmocka_unit_test(a_host_beyond_all_lengths_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
