#include "tests/support/http_fake.h"

#include "service/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct http_fake_request {
    char *url;
    void (*digest)(void *context, const struct http_response *response);
    void (*done)(void *context, const struct http_response *response, const struct error *error);
    void *context;
};

bool __wrap_http_client_start(struct http_client *client, const struct http_request *request,
                              struct error *error);
void __wrap_http_client_run(struct http_client *client);

struct http_client *http_fake_client(struct http_fake *fake)
{
    return (struct http_client *)(void *)fake;
}

void http_fake_release(struct http_fake *fake)
{
    assert_int_equal(fake->waiting_count, 0);
    text_release(&fake->urls);
    text_release(&fake->headers);
    free(fake->waiting);
}

bool __wrap_http_client_start(struct http_client *client, const struct http_request *request,
                              struct error *error)
{
    struct http_fake *fake = (struct http_fake *)(void *)client;
    if (fake->refusal.kind != ERROR_NONE) {
        *error = fake->refusal;
        return false;
    }
    assert_true(request->method == NULL || strcmp(request->method, "GET") == 0);
    text_format(&fake->urls, "%s\n", request->url);
    for (size_t i = 0; i < request->header_count; i++)
        text_format(&fake->headers, "%s %s: %s\n", request->route, request->headers[i].name,
                    request->headers[i].value);
    fake->waiting = memory_grow(fake->waiting, fake->waiting_count, &fake->waiting_capacity,
                                sizeof *fake->waiting);
    fake->waiting[fake->waiting_count++] = (struct http_fake_request) {
        .url = memory_copy_text(request->url),
        .digest = request->digest,
        .done = request->done,
        .context = request->context,
    };
    if (fake->waiting_count > fake->waiting_max)
        fake->waiting_max = fake->waiting_count;
    fake->count++;
    fake->deadline_us = request->deadline_us;
    fake->rate_limit = request->rate_limit;
    return true;
}

static void answer_one(struct http_fake *fake)
{
    size_t chosen = fake->newest_first ? fake->waiting_count - 1 : 0;
    struct http_fake_request request = fake->waiting[chosen];
    fake->waiting_count--;
    memmove(fake->waiting + chosen, fake->waiting + chosen + 1,
            (fake->waiting_count - chosen) * sizeof *fake->waiting);
    struct http_fake_answer answer = { 0 };
    fake->answer(fake->context, request.url, &answer);
    struct http_response response = {
        .status = answer.status,
        .content_type = answer.content_type ? answer.content_type : "application/json",
        .request_id = answer.request_id ? answer.request_id : "0a1b",
        .body = text_string(&answer.body),
        .body_size = answer.body.size,
        .attempts = 1,
    };
    bool is_response = answer.status != 0;
    if (is_response && request.digest != NULL)
        request.digest(request.context, &response);
    request.done(request.context, is_response ? &response : NULL,
                 is_response ? NULL : &answer.error);
    text_release(&answer.body);
    free(request.url);
}

void __wrap_http_client_run(struct http_client *client)
{
    struct http_fake *fake = (struct http_fake *)(void *)client;
    while (fake->waiting_count > 0)
        answer_one(fake);
}

const char *http_fake_parameter(const char *url, const char *name)
{
    static char value[4096];
    size_t length = strlen(name), size = 0;
    const char *next = strchr(url, '?');
    while (next != NULL && (strncmp(next + 1, name, length) != 0 || next[1 + length] != '='))
        next = strchr(next + 1, '&');
    if (next != NULL)
        for (next += length + 2; *next != '\0' && *next != '&'; next++) {
            unsigned byte = (unsigned char)*next;
            if (*next == '%') {
                assert_int_equal(sscanf(next + 1, "%2x", &byte), 1);
                next += 2;
            }
            assert_true(size + 1 < sizeof value);
            value[size++] = (char)byte;
        }
    value[size] = '\0';
    return value;
}
