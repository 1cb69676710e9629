#include "service/clients/http_client.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "tests/support/http_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <netdb.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* The name server that libcurl asks, by way of this function in the C library's place: a name
 * lookup that begins does not end until the test lets it. */
static sem_t asked, let_go, ended;

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict ret_addresses)
{
    (void)node, (void)service, (void)hints, (void)ret_addresses;
    sem_post(&asked);
    while (sem_wait(&let_go) != 0) {
    }
    sem_post(&ended);
    return EAI_AGAIN;
}

static struct http_stage stage;

static int begin(void **state)
{
    (void)state;
    alarm(60); /* what hangs has failed */
    sem_init(&asked, 0, 0);
    sem_init(&let_go, 0, 0);
    sem_init(&ended, 0, 0);
    http_stage_open(&stage, NULL, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    http_stage_close(&stage);
    return 0;
}

/* Each would hang, were the lookup waited for: it is let go only behind them. */
static void let_lookup_go(void)
{
    assert_int_equal(sem_wait(&asked), 0);
    assert_int_not_equal(sem_trywait(&ended), 0);
    sem_post(&let_go);
    assert_int_equal(sem_wait(&ended), 0);
}

static struct http_request lookup_request(int patience_ms)
{
    struct http_request request = http_stage_request(&stage, "");
    request.url = "https://nowhere.invalid/";
    request.deadline_us = clock_monotonic_us() + patience_ms * INT64_C(1000);
    return request;
}

static void a_lookup_that_hangs_does_not_outlast_the_deadline(void **state)
{
    (void)state;
    struct http_request request = lookup_request(300);
    const struct http_heard *heard = http_stage_send(&stage, &request);
    assert_int_equal(heard->error.kind, ERROR_DEADLINE);
    assert_int_equal(heard->error.outcome, OUTCOME_RETRY);
    let_lookup_go();
}

static void others_go_on_while_a_lookup_hangs(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct http_heard hanging = { 0 };
    struct http_request request = lookup_request(HTTP_STAGE_PATIENCE_MS);
    request.context = &hanging;
    assert_true(http_client_start(stage.client, &request, &error));
    request = http_stage_request(&stage, "/503,200/x");
    assert_true(http_client_start(stage.client, &request, &error));
    assert_true(http_client_run_one(stage.client));
    assert_int_equal(stage.heard.status, 200);
    assert_int_equal(hanging.calls, 0);
    http_client_close(stage.client);
    stage.client = NULL;
    let_lookup_go();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lookup_that_hangs_does_not_outlast_the_deadline),
        TEST(others_go_on_while_a_lookup_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
