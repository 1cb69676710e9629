#include "tests/support/http_stage.h"

#include "service/base/clock.h"
#include "service/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>
#include <cmocka.h>

static const struct http_header secrets[] = {
    { "APCA-API-KEY-ID", "hush-the-key" },
    { "APCA-API-SECRET-KEY", "hush-the-secret" },
};

void http_heard_done(void *context, const struct http_response *response, const struct error *error)
{
    struct http_heard *heard = context;
    heard->calls++;
    assert_true((response == NULL) != (error == NULL));
    if (error != NULL) {
        heard->error = *error;
        return;
    }
    heard->answered = true;
    heard->status = response->status;
    heard->attempts = response->attempts;
    heard->date_us = response->date_us;
    snprintf(heard->content_type, sizeof heard->content_type, "%s", response->content_type);
    snprintf(heard->request_id, sizeof heard->request_id, "%s", response->request_id);
    text_clear(&heard->body);
    text_append_bytes(&heard->body, response->body, response->body_size);
    assert_int_equal(response->body[response->body_size], '\0');
}

void http_stage_renew(struct http_stage *stage, int connections_max, int attempt_timeout_ms,
                      const char *ca_file)
{
    http_client_close(stage->client);
    metrics_free(stage->metrics);
    lying_server_ask(&stage->server, "forget", "");
    stage->metrics = metrics_new();
    const struct http_client_options options = {
        .user_agent = "playbook/test",
        .ca_file = ca_file,
        .connections_max = connections_max ? connections_max : HTTP_STAGE_CONNECTIONS,
        .attempt_timeout_ms = attempt_timeout_ms ? attempt_timeout_ms : HTTP_STAGE_PATIENCE_MS,
        .metrics = stage->metrics,
    };
    struct error error = { 0 };
    stage->client = http_client_open(&options, &error);
    assert_non_null(stage->client);
}

void http_stage_open(struct http_stage *stage, const char *certificate, const char *key)
{
    *stage = (struct http_stage) { .log = tmpfile() };
    assert_non_null(stage->log);
    log_open(stage->log, LOG_DEBUG, LOG_FORMAT_TEXT);
    lying_server_start(&stage->server, certificate, key);
    http_stage_renew(stage, 0, 0, NULL);
}

void http_stage_close(struct http_stage *stage)
{
    http_client_close(stage->client);
    lying_server_stop(&stage->server);
    metrics_free(stage->metrics);
    text_release(&stage->heard.body);
    log_open(NULL, LOG_INFO, LOG_FORMAT_AUTO);
    fclose(stage->log);
}

struct http_request http_stage_request(struct http_stage *stage, const char *path)
{
    text_release(&stage->heard.body);
    stage->heard = (struct http_heard) { 0 };
    return (struct http_request) {
        .url = lying_server_url(&stage->server, path),
        .route = "/route",
        .headers = secrets,
        .header_count = sizeof secrets / sizeof secrets[0],
        .deadline_us = clock_monotonic_us() + HTTP_STAGE_PATIENCE_MS * INT64_C(1000),
        .done = http_heard_done,
        .context = &stage->heard,
    };
}

struct http_heard *http_stage_send(struct http_stage *stage, const struct http_request *request)
{
    struct error error = { 0 };
    assert_true(http_client_start(stage->client, request, &error));
    http_client_run(stage->client);
    assert_int_equal(stage->heard.calls, 1);
    return &stage->heard;
}

struct http_heard *http_stage_get(struct http_stage *stage, const char *path)
{
    struct http_request request = http_stage_request(stage, path);
    return http_stage_send(stage, &request);
}

int http_stage_requests(struct http_stage *stage, const char *path)
{
    return lying_server_ask(&stage->server, "requests", path);
}
