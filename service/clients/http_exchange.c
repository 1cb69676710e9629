#include "service/clients/http_exchange.h"

#include "service/base/memory.h"
#include "service/base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == '\x7f')
            return true;
    return false;
}

static void append_line(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*headers, line);
    assert(longer != NULL);
    *headers = longer;
}

/* "Name:" without a value would make libcurl leave the header out; "Name;" sends it empty. */
static bool append_header(struct curl_slist **headers, const struct http_header *header,
                          struct error *error)
{
    if (has_control(header->name) || has_control(header->value))
        return error_set(error, ERROR_USAGE,
                         "the header %s holds a newline or another control character",
                         header->name);
    struct text line = { 0 };
    text_format(&line, "%s%s%s", header->name, *header->value ? ": " : ";", header->value);
    append_line(headers, text_string(&line));
    text_release(&line);
    return true;
}

/* Without "Expect:" a large body would wait for a word from the server first. */
static bool make_headers(struct http_exchange *exchange, const struct http_request *request,
                         struct error *error)
{
    append_line(&exchange->headers, "Accept-Encoding: gzip");
    append_line(&exchange->headers, "Expect:");
    for (size_t i = 0; i < request->header_count; i++)
        if (!append_header(&exchange->headers, &request->headers[i], error))
            return false;
    return true;
}

static char *copy_bytes(const char *bytes, size_t size)
{
    char *copy = memory_new(size, 1);
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

struct http_exchange *http_exchange_new(const struct http_request *request, struct error *error)
{
    struct http_url place;
    if (!http_url_parse(request->url, &place, error)) {
        error_context(error, "%s", request->route);
        return NULL;
    }
    struct http_exchange *exchange = memory_new(1, sizeof *exchange);
    exchange->place = place;
    exchange->request = *request;
    exchange->request.headers = NULL;
    exchange->request.method = memory_copy_text(request->method ? request->method : "GET");
    exchange->request.url = memory_copy_text(request->url);
    if (request->body != NULL)
        exchange->request.body = copy_bytes(request->body, request->body_size);
    if (request->body_max == 0)
        exchange->request.body_max = HTTP_BODY_MAX;
    if (make_headers(exchange, request, error))
        return exchange;
    error_context(error, "%s%s", place.host, request->route);
    http_exchange_free(exchange);
    return NULL;
}

void http_exchange_free(struct http_exchange *exchange)
{
    http_attempt_release(&exchange->attempt);
    curl_slist_free_all(exchange->headers);
    free((void *)exchange->request.method);
    free((void *)exchange->request.url);
    free((void *)exchange->request.body);
    free(exchange);
}

void http_exchange_begin(struct http_exchange *exchange, const struct http_client_options *options,
                         int64_t now_us)
{
    const struct http_request *request = &exchange->request;
    int64_t left_us = request->deadline_us - now_us;
    int64_t most_us = (int64_t)options->attempt_timeout_ms * 1000;
    const struct http_attempt_options attempt = {
        .method = request->method,
        .url = request->url,
        .place = &exchange->place,
        .headers = exchange->headers,
        .body = request->body,
        .body_size = request->body_size,
        .body_max = request->body_max,
        .user_agent = options->user_agent,
        .ca_file = options->ca_file,
        .timeout_us = left_us < most_us ? left_us : most_us,
        .is_last = left_us <= most_us,
    };
    http_attempt_release(&exchange->attempt);
    http_attempt_begin(&exchange->attempt, &attempt, exchange);
    exchange->error = (struct error) { 0 };
    exchange->attempts++;
    exchange->state = HTTP_RUNNING;
}

void http_exchange_end(struct http_exchange *exchange)
{
    const char *host = exchange->place.host, *route = exchange->request.route;
    exchange->state = HTTP_ENDED;
    if (exchange->error.kind != ERROR_NONE && exchange->attempts > 1)
        error_context(&exchange->error, "%s%s: attempt %d", host, route, exchange->attempts);
    else if (exchange->error.kind != ERROR_NONE)
        error_context(&exchange->error, "%s%s", host, route);
}

void http_exchange_expire(struct http_exchange *exchange, const char *why)
{
    error_set(&exchange->error, ERROR_DEADLINE, "%s", why);
    exchange->error.outcome = OUTCOME_RETRY;
    http_exchange_end(exchange);
}

static struct http_response response_of(const struct http_exchange *exchange)
{
    const struct http_attempt *attempt = &exchange->attempt;
    return (struct http_response) {
        .status = attempt->status,
        .content_type = attempt->headers.content_type,
        .request_id = attempt->headers.request_id,
        .date_us = attempt->headers.date_us,
        .body = text_string(&attempt->body.text),
        .body_size = attempt->body.text.size,
        .attempts = exchange->attempts,
    };
}

static void digest(void *context)
{
    const struct http_exchange *exchange = context;
    const struct http_response response = response_of(exchange);
    exchange->request.digest(exchange->request.context, &response);
}

bool http_exchange_digest(struct http_exchange *exchange)
{
    if (exchange->error.kind != ERROR_NONE || exchange->request.digest == NULL)
        return false;
    exchange->state = HTTP_DIGESTING;
    exchange->task = (struct task) { .run = digest, .context = exchange };
    return true;
}

void http_exchange_deliver(const struct http_exchange *exchange)
{
    const struct http_request *request = &exchange->request;
    const struct http_response response = response_of(exchange);
    bool is_answer = exchange->error.kind == ERROR_NONE;
    request->done(request->context, is_answer ? &response : NULL,
                  is_answer ? NULL : &exchange->error);
}
