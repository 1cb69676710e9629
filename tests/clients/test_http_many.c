#include "service/clients/http_client.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/parallel.h"
#include "tests/support/http_stage.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>
#include <cmocka.h>

enum { MANY = 100 };

static struct http_stage stage;
static struct http_heard heard[MANY];

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
    for (size_t i = 0; i < MANY; i++)
        heard[i] = (struct http_heard) { 0 };
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        text_release(&heard[i].body);
    return 0;
}

static void start(const char *path, struct http_heard *place)
{
    struct error error = { 0 };
    struct http_request request = http_stage_request(&stage, path);
    request.context = place;
    assert_true(http_client_start(stage.client, &request, &error));
}

static void requests_to_one_host_share_its_connections(void **state)
{
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        start("/four/x", &heard[i]);
    http_client_run(stage.client);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(heard[i].calls, 1);
        assert_int_equal(heard[i].status, 200);
    }
    assert_int_equal(lying_server_ask(&stage.server, "most", ""), 4);
    assert_int_equal(lying_server_ask(&stage.server, "connections", ""), 4);
}

static void each_host_has_its_own_connections(void **state)
{
    (void)state;
    http_stage_renew(&stage, 2, 0, NULL);
    for (size_t i = 0; i < 8; i++) {
        struct error error = { 0 };
        struct http_request request = http_stage_request(&stage, "/four/x");
        char url[64];
        snprintf(url, sizeof url, "http://%s:%d/four/x", i % 2 ? "127.0.0.1" : "localhost",
                 stage.server.port);
        request.url = url;
        request.context = &heard[i];
        assert_true(http_client_start(stage.client, &request, &error));
    }
    http_client_run(stage.client);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(heard[i].status, 200);
    assert_int_equal(lying_server_ask(&stage.server, "most", ""), 4);
}

static void a_connection_is_kept_for_the_next_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < 10; i++)
        http_stage_get(&stage, "/200/x");
    assert_int_equal(lying_server_ask(&stage.server, "connections", ""), 1);
    assert_int_equal(http_stage_requests(&stage, "/200/x"), 10);
}

static void connections_that_are_kept_do_not_add_up(void **state)
{
    (void)state;
    http_stage_renew(&stage, 2, 0, NULL);
    for (size_t i = 0; i < 20; i++) {
        struct error error = { 0 };
        struct http_request request = http_stage_request(&stage, "/wait/x");
        request.method = i % 3 ? "POST" : "GET";
        request.context = &heard[i];
        assert_true(http_client_start(stage.client, &request, &error));
    }
    http_client_run(stage.client);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(heard[i].status, 200);
    assert_int_equal(lying_server_ask(&stage.server, "most", ""), 2);
}

static void run_one_returns_with_the_first_to_end(void **state)
{
    (void)state;
    start("/wait/slow", &heard[0]);
    start("/200/quick", &heard[1]);
    assert_true(http_client_run_one(stage.client));
    assert_int_equal(heard[0].calls, 0);
    assert_int_equal(heard[1].calls, 1);
    assert_true(http_client_run_one(stage.client));
    assert_int_equal(heard[0].calls, 1);
    assert_false(http_client_run_one(stage.client));
}

static void who_waits_to_try_again_leaves_the_connection_to_others(void **state)
{
    (void)state;
    http_stage_renew(&stage, 1, 0, NULL);
    start("/503:Retry-After=2,200/first", &heard[0]);
    start("/200/second", &heard[1]);
    assert_true(http_client_run_one(stage.client));
    assert_int_equal(heard[0].calls, 0);
    assert_int_equal(heard[1].status, 200);
    http_client_run(stage.client);
    assert_int_equal(heard[0].attempts, 2);
}

static void who_waits_for_a_connection_has_a_deadline_too(void **state)
{
    (void)state;
    http_stage_renew(&stage, 1, 0, NULL);
    start("/stall/first", &heard[0]);
    struct error error = { 0 };
    struct http_request request = http_stage_request(&stage, "/200/second");
    request.context = &heard[1];
    request.deadline_us = clock_monotonic_us() + SECOND_US / 5;
    assert_true(http_client_start(stage.client, &request, &error));
    assert_true(http_client_run_one(stage.client));
    assert_int_equal(heard[1].error.kind, ERROR_DEADLINE);
    assert_int_equal(heard[0].calls, 0);
    assert_int_equal(http_stage_requests(&stage, "/200/second"), 0);
}

static void start_the_next_page(void *context, const struct http_response *response,
                                const struct error *error)
{
    int *left = context;
    assert_null(error);
    assert_int_equal(response->status, 200);
    if (--*left == 0)
        return;
    struct error wrong = { 0 };
    struct http_request request = http_stage_request(&stage, "/200/page");
    request.done = start_the_next_page;
    request.context = context;
    assert_true(http_client_start(stage.client, &request, &wrong));
}

static void done_may_start_the_next_request(void **state)
{
    (void)state;
    int left = 5;
    struct error error = { 0 };
    struct http_request request = http_stage_request(&stage, "/200/page");
    request.done = start_the_next_page;
    request.context = &left;
    assert_true(http_client_start(stage.client, &request, &error));
    http_client_run(stage.client);
    assert_int_equal(left, 0);
    assert_int_equal(http_stage_requests(&stage, "/200/page"), 5);
}

static void closing_drops_what_waits_and_what_runs(void **state)
{
    (void)state;
    http_stage_renew(&stage, 3, 0, NULL);
    start("/stall/x", &heard[0]);
    start("/pause/x", &heard[1]);
    start("/200/x", &heard[2]);
    start("/503:Retry-After=30/x", &heard[3]);
    start("/200/y", &heard[4]);
    start("/stall/y", &heard[5]);
    start("/stall/z", &heard[6]);
    while (heard[4].calls == 0)
        assert_true(http_client_run_one(stage.client));
    http_client_close(stage.client);
    stage.client = NULL;
    assert_int_equal(heard[2].calls, 1);
    assert_int_equal(heard[0].calls + heard[1].calls + heard[3].calls, 0);
    assert_int_equal(heard[5].calls + heard[6].calls, 0);
}

static void closing_what_was_never_run_is_fine(void **state)
{
    (void)state;
    start("/200/x", &heard[0]);
    http_client_close(stage.client);
    stage.client = NULL;
    http_client_close(NULL);
    assert_int_equal(heard[0].calls, 0);
}

/* A client for each task, opened and closed in whichever thread has its turn. */
static bool ask_alone(void *context, size_t thread, size_t index)
{
    (void)context, (void)thread;
    const struct http_client_options options = {
        .user_agent = "playbook/test",
        .connections_max = 1,
        .attempt_timeout_ms = HTTP_STAGE_PATIENCE_MS,
        .metrics = stage.metrics,
        .seed = index,
    };
    struct error error = { 0 };
    struct http_client *client = http_client_open(&options, &error);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/503,200/%zu", stage.server.port, index);
    const struct http_request request = {
        .url = url,
        .route = "/route",
        .deadline_us = clock_monotonic_us() + MINUTE_US,
        .done = http_heard_done,
        .context = &heard[index],
    };
    bool started = client && http_client_start(client, &request, &error);
    if (started)
        http_client_run(client);
    http_client_close(client);
    return started && heard[index].status == 200;
}

static void clients_of_several_threads_do_not_meet(void **state)
{
    (void)state;
    parallel_for(20, 4, ask_alone, NULL);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(heard[i].status, 200);
}

/* What is written on one thread and read on another, without a lock: only the order of the calls
 * makes it right. */
struct digested {
    struct http_heard heard;
    size_t digested_size;
    pthread_t thread;
    sem_t *began, *gate; /* told of, and waited for; NULL: not */
};

static struct digested digested[MANY];

static void digest(void *context, const struct http_response *response)
{
    struct digested *place = context;
    if (place->began)
        sem_post(place->began);
    if (place->gate)
        sem_wait(place->gate);
    place->digested_size = response->body_size;
    place->thread = pthread_self();
    assert_int_equal(place->heard.calls, 0);
}

static void digested_done(void *context, const struct http_response *response,
                          const struct error *error)
{
    struct digested *place = context;
    if (response)
        assert_int_equal(place->digested_size, response->body_size);
    http_heard_done(&place->heard, response, error);
}

static struct http_client *open_digesting(size_t threads)
{
    const struct http_client_options options = {
        .user_agent = "playbook/test",
        .connections_max = 4,
        .attempt_timeout_ms = HTTP_STAGE_PATIENCE_MS,
        .threads = threads,
    };
    struct error error = { 0 };
    struct http_client *client = http_client_open(&options, &error);
    assert_non_null(client);
    for (size_t i = 0; i < MANY; i++)
        digested[i] = (struct digested) { .digested_size = SIZE_MAX };
    return client;
}

static void start_digested(struct http_client *client, const char *path, struct digested *place)
{
    struct error error = { 0 };
    struct http_request request = http_stage_request(&stage, path);
    request.digest = digest;
    request.done = digested_done;
    request.context = place;
    assert_true(http_client_start(client, &request, &error));
}

static void an_answer_is_digested_before_it_is_done(void **state)
{
    (void)state;
    for (size_t threads = 0; threads <= 3; threads++) {
        struct http_client *client = open_digesting(threads);
        for (size_t i = 0; i < MANY; i++)
            start_digested(client, i % 10 == 0 ? "/503,200/x" : "/200/x", &digested[i]);
        http_client_run(client);
        for (size_t i = 0; i < MANY; i++) {
            assert_int_equal(digested[i].heard.calls, 1);
            assert_int_equal(digested[i].heard.status, 200);
            assert_int_equal(pthread_equal(digested[i].thread, pthread_self()) != 0, threads == 0);
            text_release(&digested[i].heard.body);
        }
        http_client_close(client);
    }
}

static void what_is_no_answer_is_not_digested(void **state)
{
    (void)state;
    struct http_client *client = open_digesting(2);
    struct error error = { 0 };
    struct http_request request = http_stage_request(&stage, "/stall/x");
    request.digest = digest;
    request.done = digested_done;
    request.context = &digested[0];
    request.deadline_us = clock_monotonic_us() + SECOND_US / 5;
    assert_true(http_client_start(client, &request, &error));
    http_client_run(client);
    assert_int_equal(digested[0].heard.error.kind, ERROR_DEADLINE);
    assert_true(digested[0].digested_size == SIZE_MAX);
    http_client_close(client);
}

/* The one that waits does so until the other is done. */
static void who_digests_holds_up_nobody(void **state)
{
    (void)state;
    sem_t gate;
    sem_init(&gate, 0, 0);
    struct http_client *client = open_digesting(2);
    digested[0].gate = &gate;
    start_digested(client, "/200/first", &digested[0]);
    start_digested(client, "/wait/second", &digested[1]);
    assert_true(http_client_run_one(client));
    assert_int_equal(digested[0].heard.calls, 0);
    assert_int_equal(digested[1].heard.calls, 1);
    sem_post(&gate);
    http_client_run(client);
    assert_int_equal(digested[0].heard.calls, 1);
    http_client_close(client);
    for (size_t i = 0; i < 2; i++)
        text_release(&digested[i].heard.body);
    sem_destroy(&gate);
}

static void closing_waits_for_who_digests(void **state)
{
    (void)state;
    sem_t began, gate;
    sem_init(&began, 0, 0);
    sem_init(&gate, 0, 0);
    struct http_client *client = open_digesting(2);
    digested[0].began = &began;
    digested[0].gate = &gate;
    start_digested(client, "/200/first", &digested[0]);
    size_t others = 0;
    for (; sem_trywait(&began) != 0; others++) {
        assert_true(others + 1 < MANY);
        start_digested(client, "/200/other", &digested[1 + others]);
        assert_true(http_client_run_one(client));
    }
    sem_post(&gate);
    http_client_close(client);
    assert_int_equal(digested[0].heard.calls, 0);
    assert_true(digested[0].digested_size != SIZE_MAX);
    for (size_t i = 1; i <= others; i++)
        text_release(&digested[i].heard.body);
    sem_destroy(&began);
    sem_destroy(&gate);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(requests_to_one_host_share_its_connections),
        TEST(each_host_has_its_own_connections),
        TEST(a_connection_is_kept_for_the_next_request),
        TEST(connections_that_are_kept_do_not_add_up),
        TEST(run_one_returns_with_the_first_to_end),
        TEST(who_waits_to_try_again_leaves_the_connection_to_others),
        TEST(who_waits_for_a_connection_has_a_deadline_too),
        TEST(done_may_start_the_next_request),
        TEST(closing_drops_what_waits_and_what_runs),
        TEST(closing_what_was_never_run_is_fine),
        TEST(clients_of_several_threads_do_not_meet),
        TEST(an_answer_is_digested_before_it_is_done),
        TEST(what_is_no_answer_is_not_digested),
        TEST(who_digests_holds_up_nobody),
        TEST(closing_waits_for_who_digests),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
