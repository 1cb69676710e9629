#include "service/clients/http_client.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/clients/http_exchange.h"
#include "service/clients/http_retry.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

struct http_host {
    struct http_host *next;
    char name[HTTP_HOST_SIZE];
    int running; /* requests */
};

struct http_client {
    struct http_client_options options; /* its texts are owned */
    CURLM *multi;
    struct http_exchange *first, **end; /* in the order of their start */
    struct http_host *hosts;
    struct workers *workers; /* that digest; NULL: none do */
    uint64_t random;
    bool is_running;
};

/* libcurl counts these calls, and since 7.84 several threads may make them. */
static bool library_open(struct error *error)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(error, ERROR_INTERNAL, "libcurl could not be initialised");
    const curl_version_info_data *library = curl_version_info(CURLVERSION_NOW);
    if (library->features & CURL_VERSION_THREADSAFE)
        return true;
    curl_global_cleanup();
    return error_set(error, ERROR_INTERNAL, "libcurl %s is not made for threads", library->version);
}

static void wake(void *multi)
{
    CURLMcode code = curl_multi_wakeup(multi);
    assert(code == CURLM_OK);
}

struct http_client *http_client_open(const struct http_client_options *options, struct error *error)
{
    assert(options->connections_max >= 1 && options->attempt_timeout_ms >= 1);
    if (!library_open(error))
        return NULL;
    struct http_client *client = memory_new(1, sizeof *client);
    client->options = *options;
    client->options.user_agent = memory_copy_text(options->user_agent);
    if (options->ca_file != NULL)
        client->options.ca_file = memory_copy_text(options->ca_file);
    client->end = &client->first;
    client->random = options->seed;
    client->multi = curl_multi_init();
    assert(client->multi != NULL);
    /* No more run at once anyway; this is for connections that are kept. */
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)options->connections_max);
    if (options->threads > 0)
        client->workers = workers_open(options->threads, wake, client->multi);
    return client;
}

void http_client_close(struct http_client *client)
{
    if (client == NULL)
        return;
    assert(!client->is_running);
    workers_close(client->workers);
    for (struct http_exchange *next, *exchange = client->first; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->state == HTTP_RUNNING)
            curl_multi_remove_handle(client->multi, exchange->attempt.handle);
        http_exchange_free(exchange);
    }
    for (struct http_host *next, *host = client->hosts; host; host = next) {
        next = host->next;
        free(host);
    }
    curl_multi_cleanup(client->multi);
    curl_global_cleanup();
    free((void *)client->options.user_agent);
    free((void *)client->options.ca_file);
    free(client);
}

static struct http_host *host_find_or_add(struct http_client *client, const char *name)
{
    struct http_host *host = client->hosts;
    while (host != NULL && strcmp(host->name, name) != 0)
        host = host->next;
    if (host != NULL)
        return host;
    host = memory_new(1, sizeof *host);
    memcpy(host->name, name, strlen(name));
    host->next = client->hosts;
    client->hosts = host;
    return host;
}

bool http_client_start(struct http_client *client, const struct http_request *request,
                       struct error *error)
{
    struct http_exchange *exchange = http_exchange_new(request, error);
    if (exchange == NULL)
        return false;
    exchange->host = host_find_or_add(client, exchange->place.host);
    *client->end = exchange;
    client->end = &exchange->next;
    return true;
}

static void count_wait(struct http_client *client, const struct http_host *host, int64_t wait_us)
{
    struct text labels = { 0 };
    metrics_label(&labels, "host", host->name);
    metrics_add(client->options.metrics, "playbook_http_wait_seconds_total", text_string(&labels),
                (double)wait_us / 1e6);
    text_release(&labels);
}

static void count_attempt(struct http_client *client, const struct http_exchange *exchange)
{
    const struct http_attempt *attempt = &exchange->attempt;
    struct metrics *metrics = client->options.metrics;
    struct text labels = { 0 };
    metrics_label(&labels, "host", exchange->host->name);
    metrics_label(&labels, "route", exchange->request.route);
    metrics_add(metrics, "playbook_http_request_seconds_total", text_string(&labels),
                (double)attempt->time_us / 1e6);
    metrics_add(metrics, "playbook_http_received_bytes_total", text_string(&labels),
                (double)attempt->received_size);
    metrics_label(&labels, "status", attempt->label);
    metrics_add(metrics, "playbook_http_requests_total", text_string(&labels), 1);
    text_release(&labels);
}

static bool can_begin(const struct http_client *client, const struct http_exchange *exchange,
                      int64_t now_us)
{
    return exchange->state == HTTP_WAITING && exchange->due_us <= now_us &&
           exchange->host->running < client->options.connections_max;
}

/* Its turn has come, if its rate limit agrees. A wait beyond the deadline would be in vain. */
static void begin(struct http_client *client, struct http_exchange *exchange, int64_t now_us)
{
    struct rate_limit *limit = exchange->request.rate_limit;
    int64_t wait_us = limit != NULL ? rate_limit_take(limit, now_us) : 0;
    if (wait_us > 0) {
        exchange->due_us = now_us + wait_us;
        if (exchange->due_us < exchange->request.deadline_us)
            count_wait(client, exchange->host, wait_us);
        else
            http_exchange_expire(exchange, "the rate limit leaves no room before the deadline");
        return;
    }
    http_exchange_begin(exchange, &client->options, now_us);
    exchange->host->running++;
    CURLMcode code = curl_multi_add_handle(client->multi, exchange->attempt.handle);
    assert(code == CURLM_OK);
}

static void begin_all(struct http_client *client)
{
    int64_t now_us = clock_monotonic_us();
    for (struct http_exchange *exchange = client->first; exchange; exchange = exchange->next) {
        if (exchange->state == HTTP_WAITING && exchange->request.deadline_us <= now_us)
            http_exchange_expire(exchange, "the deadline came before it could be sent");
        else if (can_begin(client, exchange, now_us))
            begin(client, exchange, now_us);
    }
}

/* What the server says of its rate limit goes to all who share it. Returns how long it asks this
 * request to wait; 0: it does not. */
static int64_t heed_headers(const struct http_exchange *exchange, int64_t now_us)
{
    const struct http_headers *headers = &exchange->attempt.headers;
    struct rate_limit *limit = exchange->request.rate_limit;
    bool is_refused = exchange->attempt.status == 429;
    int64_t wall_us = clock_wall_us();
    int64_t asked_us = http_headers_retry_us(headers, wall_us);
    int64_t reset_us = http_headers_reset_us(headers, wall_us);
    if (asked_us < 0 && is_refused)
        asked_us = reset_us;
    if (asked_us < 0)
        asked_us = 0;
    if (limit == NULL)
        return asked_us;
    rate_limit_correct(limit, headers->rate_limit, headers->rate_remaining,
                       reset_us < 0 ? -1 : now_us + reset_us, now_us);
    if (is_refused)
        rate_limit_block(limit, now_us + asked_us);
    return asked_us;
}

/* Whether it is tried again; it then waits for that. */
static bool retry(struct http_client *client, struct http_exchange *exchange, int64_t asked_us,
                  int64_t now_us)
{
    const struct http_request *request = &exchange->request;
    const struct http_attempt *attempt = &exchange->attempt;
    const struct error *error = &exchange->error;
    bool may_help = error->kind == ERROR_NONE ? http_retry_status(attempt->status)
                                              : error->outcome == OUTCOME_RETRY;
    if (!may_help || strcmp(request->method, "GET") != 0 || exchange->attempts == HTTP_ATTEMPTS_MAX)
        return false;
    int64_t wait_us = http_retry_wait_us(exchange->attempts, asked_us, &client->random);
    if (now_us + wait_us >= request->deadline_us)
        return false;
    exchange->due_us = now_us + wait_us;
    exchange->state = HTTP_WAITING;
    log_event(LOG_INFO, "%s%s: attempt %d of %d: %s; the next in %.1f s", exchange->host->name,
              request->route, exchange->attempts, HTTP_ATTEMPTS_MAX,
              error->kind == ERROR_NONE ? attempt->label : error->message, (double)wait_us / 1e6);
    return true;
}

static void end_exchange(struct http_client *client, struct http_exchange *exchange)
{
    if (!http_exchange_digest(exchange)) {
        http_exchange_end(exchange);
    } else if (client->workers != NULL) {
        workers_add(client->workers, &exchange->task);
    } else {
        exchange->task.run(exchange->task.context);
        http_exchange_end(exchange);
    }
}

static void end_attempt(struct http_client *client, struct http_exchange *exchange, CURLcode code)
{
    curl_multi_remove_handle(client->multi, exchange->attempt.handle);
    exchange->host->running--;
    http_attempt_end(&exchange->attempt, code, &exchange->error);
    count_attempt(client, exchange);
    int64_t now_us = clock_monotonic_us();
    int64_t asked_us = heed_headers(exchange, now_us);
    if (!retry(client, exchange, asked_us, now_us))
        end_exchange(client, exchange);
}

static void take_digested(struct http_client *client)
{
    if (client->workers == NULL)
        return;
    for (struct task *task; (task = workers_take(client->workers)) != NULL;)
        http_exchange_end(task->context);
}

static void step(struct http_client *client)
{
    begin_all(client);
    int count;
    CURLMcode code = curl_multi_perform(client->multi, &count);
    assert(code == CURLM_OK);
    for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &count)) != NULL;) {
        CURLcode result = message->data.result;
        void *exchange = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        end_attempt(client, exchange, result);
    }
    take_digested(client);
}

/* Until a request is due or too late. One that is due and cannot begin sees another end first. */
static int wait_ms(const struct http_client *client)
{
    int64_t now_us = clock_monotonic_us(), wake_us = now_us + MINUTE_US;
    for (const struct http_exchange *exchange = client->first; exchange;
         exchange = exchange->next) {
        int64_t next_us = exchange->request.deadline_us;
        if (exchange->state != HTTP_WAITING)
            continue;
        if (exchange->due_us > now_us || can_begin(client, exchange, now_us))
            next_us = exchange->due_us;
        if (next_us < wake_us)
            wake_us = next_us;
    }
    return wake_us > now_us ? (int)((wake_us - now_us + 999) / 1000) : 0;
}

/* Takes the first request that has ended out of the list; NULL when there is none. */
static struct http_exchange *take_ended(struct http_client *client)
{
    struct http_exchange **place = &client->first;
    while (*place != NULL && (*place)->state != HTTP_ENDED)
        place = &(*place)->next;
    struct http_exchange *ended = *place;
    if (ended == NULL)
        return NULL;
    *place = ended->next;
    if (ended->next == NULL)
        client->end = place;
    return ended;
}

bool http_client_run_one(struct http_client *client)
{
    assert(!client->is_running);
    if (client->first == NULL)
        return false;
    client->is_running = true;
    struct http_exchange *ended;
    step(client);
    while ((ended = take_ended(client)) == NULL) {
        curl_multi_poll(client->multi, NULL, 0, wait_ms(client), NULL);
        step(client);
    }
    http_exchange_deliver(ended);
    http_exchange_free(ended);
    client->is_running = false;
    return true;
}

void http_client_run(struct http_client *client)
{
    while (http_client_run_one(client)) {
    }
}
