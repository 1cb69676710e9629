#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/clients/http_client.h"
#include "service/feeds/alpaca_bars.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A server that takes every connection and never says a word. Who waits for it gives up after the
 * time of an attempt, tries again, and tells where it happened, long before the deadline. */

enum { ATTEMPT_MS = 50, CONNECTIONS_MAX = 32 };

#define DEADLINE_US (20 * SECOND_US)

/* Connections wait in its queue, where requests can be sent to it already. */
static int listen_silently(int *ret_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, CONNECTIONS_MAX), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return listener;
}

static void a_server_that_stays_silent_is_left_after_a_few_attempts(void **state)
{
    (void)state;
    static const char *const symbols[] = { "QQQ" };
    struct error error = { 0 };
    int port, listener = listen_silently(&port);
    char url[64], where[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    snprintf(where, sizeof where, "127.0.0.1:%d/v2/stocks/bars: attempt 5: ", port);
    struct http_client *client = http_client_open(
        &(struct http_client_options) {
            .user_agent = "playbook/test", .connections_max = 1, .attempt_timeout_ms = ATTEMPT_MS },
        &error);
    assert_non_null(client);
    struct alpaca_account account = {
        .data_url = url, .key = "PKTEST", .secret = "a-secret-of-tests", .client = client
    };
    struct feed *feed = alpaca_bars_open(&(struct alpaca_bars_options) { .account = &account });
    struct bar_request request = {
        .symbols = symbols,
        .symbol_count = 1,
        .begin_us = date_from_civil(2024, 6, 3) * DAY_US,
        .end_us = date_from_civil(2024, 6, 4) * DAY_US,
        .deadline_us = clock_monotonic_us() + DEADLINE_US,
    };
    struct bar_set set;
    assert_false(feed_load(feed, &request, &set, &error));
    assert_int_equal(error.kind, ERROR_PROVIDER);
    assert_ptr_equal(strstr(error.message, where), error.message);
    assert_non_null(strstr(error.message, "no whole answer within 50 ms"));
    feed_close(feed);
    http_client_close(client);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_stays_silent_is_left_after_a_few_attempts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
