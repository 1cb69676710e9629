/* HTTP requests, many at a time, on one thread: libcurl inside. Whoever owns the client starts
 * requests and runs it; each request ends in exactly one call of its `done`, from within
 * http_client_run, and may start further ones there (the next page). Only `digest` is called on
 * other threads, so that an answer may be read while others come.
 *
 * What is fixed here so that nobody can forget it: https only (http to the loopback), certificates
 * verified, TLS 1.2 at least, no redirects (they are answers like others), protocols pinned, gzip,
 * no signals, quick exit of a stalled name lookup, a cap on headers and body, and a time limit
 * under the caller's deadline. A proxy named in the environment (https_proxy, no_proxy) is used as
 * curl does, but never for the loopback; TLS goes through it from end to end.
 *
 * A GET is tried again after 408, 425, 429, 5xx and failures of transport, with full jitter, no
 * earlier than Retry-After or X-RateLimit-Reset ask for, and only while the deadline leaves room.
 * Anything else is sent once. Every attempt is counted in the metrics and waits for its rate limit;
 * that libcurl repeats a GET for which a kept connection was already closed is one attempt.
 * Header values, paths and queries are secrets: they reach no log, error or metric. */
#ifndef PLAYBOOK_CLIENTS_HTTP_CLIENT_H
#define PLAYBOOK_CLIENTS_HTTP_CLIENT_H

#include "service/base/error.h"
#include "service/base/metrics.h"
#include "service/clients/rate_limit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_BODY_MAX = 32 << 20 };

struct http_client;

/* Copied when the client is opened, but for the metrics. */
struct http_client_options {
    const char *user_agent;  /* "playbook/1.0" */
    const char *ca_file;     /* PEM, whom to trust instead of the system's authorities; or NULL */
    int connections_max;     /* requests at once to one host, at least 1 */
    int attempt_timeout_ms;  /* of one attempt, within the deadline; at least 1 */
    struct metrics *metrics; /* borrowed; NULL: none */
    uint64_t seed;           /* of the jitter */
    size_t threads;          /* that digest answers; 0: the client's own does */
};

struct http_header {
    const char *name, *value;
};

/* Borrowed for the call of done. Any status is a response; an error means that there was none. */
struct http_response {
    int status;
    const char *content_type; /* "" when absent */
    const char *request_id;   /* X-Request-ID, "" when absent; for logs */
    int64_t date_us;          /* the server's clock by its Date header, 0 when absent */
    const char *body;         /* ends with a NUL that is not counted */
    size_t body_size;
    int attempts;
};

/* Copied when the request is started, but for what `route`, `rate_limit` and `context` point to.
 *
 * done is given one of the two, the other is NULL. Kinds: provider (no whole answer came), limit
 * (it was larger than a cap), deadline, usage (the ca_file cannot be read). Outcome retry where the
 * same may go well later; unknown when it is no GET and the server may have seen it. */
struct http_request {
    const char *method; /* NULL: GET; or POST, PUT, PATCH, DELETE */
    const char *url;
    const char *route; /* static text for logs and metrics: "/v2/stocks/bars" */
    const struct http_header *headers;
    size_t header_count;
    const char *body; /* NULL: none; its Content-Type is the caller's to give */
    size_t body_size;
    size_t body_max;               /* of the answer; 0: HTTP_BODY_MAX */
    struct rate_limit *rate_limit; /* NULL: none */
    int64_t deadline_us;           /* monotonic */

    /* What takes its time with an answer: called before done, while other requests go on, on one of
     * the client's threads. It shares nothing with what those do. NULL: nothing does. */
    void (*digest)(void *context, const struct http_response *response);
    void (*done)(void *context, const struct http_response *response, const struct error *error);
    void *context;
};

/* Several clients may be opened, each used by one thread at a time. NULL: kind internal, libcurl
 * could not be had. */
struct http_client *http_client_open(const struct http_client_options *options,
                                     struct error *error);

/* Accepts NULL. Requests that have not ended are dropped: their done is not called. Not from within
 * done. */
void http_client_close(struct http_client *client);

/* Nothing is sent yet. Kind usage: the url is neither https nor to the loopback, or a header holds
 * a control character, such as the newline at the end of a file. */
bool http_client_start(struct http_client *client, const struct http_request *request,
                       struct error *error);

/* Runs until no request is left, including those started meanwhile. Not from within done. */
void http_client_run(struct http_client *client);

/* Runs until one request has ended; false when there was none. Not from within done. */
bool http_client_run_one(struct http_client *client);

#endif
