/* The HTTP client without HTTP: what is started waits, and a run has the test answer it. For tests
 * that are linked with http_fake.ldflags. */
#ifndef PLAYBOOK_TESTS_SUPPORT_HTTP_FAKE_H
#define PLAYBOOK_TESTS_SUPPORT_HTTP_FAKE_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/clients/http_client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a request is answered; zeroed when the test is asked. */
struct http_fake_answer {
    int status;                            /* 0: none, `error` says why */
    struct text body;                      /* released by the fake */
    const char *content_type, *request_id; /* NULL: as Alpaca has them */
    struct error error;
};

struct http_fake {
    void (*answer)(void *context, const char *url, struct http_fake_answer *ret_answer);
    void *context;
    bool newest_first;    /* of the requests that wait, the last is answered first */
    struct error refusal; /* unless zeroed: no request can be started */

    struct text urls;    /* of all requests, a line each */
    struct text headers; /* "route name: value", a line each */
    size_t count, waiting_max;
    int64_t deadline_us; /* of the last request */
    struct rate_limit *rate_limit;
    struct http_fake_request *waiting;
    size_t waiting_count, waiting_capacity;
};

struct http_client *http_fake_client(struct http_fake *fake);
void http_fake_release(struct http_fake *fake); /* nothing may be waiting */

/* The value of a parameter in an url, unescaped; "" when it is not there. Until the next call. */
const char *http_fake_parameter(const char *url, const char *name);

#endif
