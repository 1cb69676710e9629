/* One attempt at a request: a libcurl handle with everything set, and what came of it. */
#ifndef PLAYBOOK_CLIENTS_HTTP_ATTEMPT_H
#define PLAYBOOK_CLIENTS_HTTP_ATTEMPT_H

#include "service/base/error.h"
#include "service/clients/http_body.h"
#include "service/clients/http_headers.h"
#include "service/clients/http_url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What it points to is borrowed until the attempt is released. */
struct http_attempt_options {
    const char *method, *url;
    const struct http_url *place;
    struct curl_slist *headers;
    const char *body; /* NULL: none */
    size_t body_size;
    size_t body_max; /* of the answer */
    const char *user_agent;
    const char *ca_file; /* NULL: the system's */
    int64_t timeout_us;
    bool is_last; /* the timeout is what the deadline leaves */
};

struct http_attempt {
    struct http_attempt_options options;
    CURL *handle; /* owned, until the end */
    struct http_headers headers;
    struct http_body body;
    int status;            /* of the answer, 0 when there was none */
    int64_t time_us;       /* it took */
    int64_t received_size; /* of the body, as it came */
    const char *label;     /* for metrics: the status, "timeout", "limit" or "failed" */
    char status_text[16];
    char reason[CURL_ERROR_SIZE];
};

/* The handle is ready for a multi handle; its private pointer is `owner`. */
void http_attempt_begin(struct http_attempt *attempt, const struct http_attempt_options *options,
                        void *owner);

/* libcurl is done with it, and the multi handle too: takes what came and frees the handle. True:
 * this is a whole answer. The error's outcome: retry, unless that would not help; unknown, when it
 * is no GET and the server may have seen it. */
bool http_attempt_end(struct http_attempt *attempt, CURLcode code, struct error *error);

/* Without an end; accepts a zeroed attempt. The handle is in no multi handle. */
void http_attempt_release(struct http_attempt *attempt);

#endif
