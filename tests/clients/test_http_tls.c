#include "service/clients/http_client.h"

#include "tests/support/certificate.h"
#include "tests/support/http_stage.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { HOUR_S = 3600 };

static struct scratch scratch;
static struct http_stage stage;
static char *certificate, *key, *other;

static int begin_with(const char *names, long begin_s, long end_s)
{
    scratch_init(&scratch);
    key = strdup(scratch_path(&scratch, "key.pem"));
    other = strdup(scratch_path(&scratch, "other.pem"));
    certificate = strdup(scratch_path(&scratch, "certificate.pem"));
    certificate_write(other, key, "IP:127.0.0.1", -HOUR_S, HOUR_S);
    certificate_write(certificate, key, names, begin_s, end_s);
    http_stage_open(&stage, certificate, key);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    return begin_with("IP:127.0.0.1", -HOUR_S, HOUR_S);
}

static int begin_elsewhere(void **state)
{
    (void)state;
    return begin_with("DNS:example.com,IP:127.0.0.2", -HOUR_S, HOUR_S);
}

static int begin_too_late(void **state)
{
    (void)state;
    return begin_with("IP:127.0.0.1", -2 * HOUR_S, -HOUR_S);
}

static int begin_too_early(void **state)
{
    (void)state;
    return begin_with("IP:127.0.0.1", HOUR_S, 2 * HOUR_S);
}

static int end(void **state)
{
    (void)state;
    http_stage_close(&stage);
    scratch_release(&scratch);
    free(certificate);
    free(other);
    free(key);
    return 0;
}

/* By a client that trusts the certificates in this file, or the system's: once, and no request was
 * heard by the server. */
static void assert_not_trusted(const char *ca_file)
{
    http_stage_renew(&stage, 0, 0, ca_file);
    const struct http_heard *heard = http_stage_get(&stage, "/200/x");
    assert_false(heard->answered);
    assert_int_equal(heard->error.kind, ERROR_PROVIDER);
    assert_int_equal(heard->error.outcome, OUTCOME_FAILED);
    assert_non_null(strcasestr(heard->error.message, "certificate"));
    assert_int_equal(lying_server_ask(&stage.server, "requests", "/200/x"), 0);
    assert_true(metrics_sum(stage.metrics, "playbook_http_requests_total", "failed") == 1);
}

static void a_certificate_that_is_trusted_is_served(void **state)
{
    (void)state;
    http_stage_renew(&stage, 0, 0, certificate);
    for (int i = 0; i < 3; i++) {
        const struct http_heard *heard = http_stage_get(&stage, "/200/x");
        assert_int_equal(heard->status, 200);
        assert_int_equal(heard->attempts, 1);
    }
    assert_int_equal(lying_server_ask(&stage.server, "connections", ""), 1);
    const struct http_heard *cut = http_stage_get(&stage, "/half,gzip-whole/x");
    assert_int_equal(cut->attempts, 2);
    assert_int_equal(cut->body.size, 60000);
}

static void a_certificate_that_signs_itself_is_not_trusted(void **state)
{
    (void)state;
    assert_not_trusted(NULL);
}

static void a_certificate_of_somebody_else_is_not_trusted(void **state)
{
    (void)state;
    assert_not_trusted(other);
}

/* libcurl has no "certificate" in every message about names, so only the rest is looked at. */
static void a_certificate_for_another_name_is_not_trusted(void **state)
{
    (void)state;
    http_stage_renew(&stage, 0, 0, certificate);
    const struct http_heard *heard = http_stage_get(&stage, "/200/x");
    assert_int_equal(heard->error.kind, ERROR_PROVIDER);
    assert_int_equal(heard->error.outcome, OUTCOME_FAILED);
    assert_int_equal(lying_server_ask(&stage.server, "requests", "/200/x"), 0);
}

static void a_certificate_out_of_its_time_is_not_trusted(void **state)
{
    (void)state;
    assert_not_trusted(certificate);
}

static void authorities_that_cannot_be_read_are_a_mistake_of_usage(void **state)
{
    (void)state;
    http_stage_renew(&stage, 0, 0, scratch_path(&scratch, "missing.pem"));
    const struct http_heard *heard = http_stage_get(&stage, "/200/x");
    assert_int_equal(heard->error.kind, ERROR_USAGE);
    assert_int_equal(heard->error.outcome, OUTCOME_FAILED);
    assert_non_null(strstr(heard->error.message, "missing.pem"));
}

static void a_server_without_tls_is_no_https_server(void **state)
{
    (void)state;
    struct lying_server plain;
    lying_server_start(&plain, NULL, NULL);
    plain.scheme = "https";
    http_stage_renew(&stage, 0, 0, certificate);
    struct http_request request = http_stage_request(&stage, "");
    request.url = lying_server_url(&plain, "/200/x");
    request.method = "POST";
    const struct http_heard *heard = http_stage_send(&stage, &request);
    assert_int_equal(heard->error.kind, ERROR_PROVIDER);
    assert_int_equal(heard->error.outcome, OUTCOME_RETRY); /* nothing was sent in the open */
    lying_server_stop(&plain);
}

#define TEST(name, begin) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_certificate_that_is_trusted_is_served, begin),
        TEST(a_certificate_that_signs_itself_is_not_trusted, begin),
        TEST(a_certificate_of_somebody_else_is_not_trusted, begin),
        TEST(a_certificate_for_another_name_is_not_trusted, begin_elsewhere),
        TEST(a_certificate_out_of_its_time_is_not_trusted, begin_too_late),
        TEST(a_certificate_out_of_its_time_is_not_trusted, begin_too_early),
        TEST(authorities_that_cannot_be_read_are_a_mistake_of_usage, begin),
        TEST(a_server_without_tls_is_no_https_server, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
