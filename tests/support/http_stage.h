/* A client, a lying server and what was heard of requests: for tests of what HTTP does. */
#ifndef PLAYBOOK_TESTS_SUPPORT_HTTP_STAGE_H
#define PLAYBOOK_TESTS_SUPPORT_HTTP_STAGE_H

#include "service/base/text.h"
#include "service/clients/http_client.h"
#include "tests/support/lying_server.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The patience is so long that nothing depends on it. */
enum { HTTP_STAGE_CONNECTIONS = 4, HTTP_STAGE_PATIENCE_MS = 60000 };

/* What done was told. Release the body. */
struct http_heard {
    int calls;
    bool answered;
    int status, attempts;
    int64_t date_us;
    char content_type[64], request_id[64];
    struct text body;
    struct error error; /* kind none for an answer */
};

/* For struct http_request; the context is a struct http_heard. */
void http_heard_done(void *context, const struct http_response *response,
                     const struct error *error);

struct http_stage {
    struct lying_server server;
    struct http_client *client;
    struct metrics *metrics;
    FILE *log; /* everything that was logged since */
    struct http_heard heard;
};

/* Starts a server (https with a certificate and its key, else both NULL) and opens a client. */
void http_stage_open(struct http_stage *stage, const char *certificate, const char *key);
void http_stage_close(struct http_stage *stage);

/* For the next test: nothing has happened yet. A client with these options in place of the old one;
 * 0: HTTP_STAGE_CONNECTIONS and HTTP_STAGE_PATIENCE_MS; NULL: the system's authorities. */
void http_stage_renew(struct http_stage *stage, int connections_max, int attempt_timeout_ms,
                      const char *ca_file);

/* A request to a path of the server, with two secret headers and a deadline far away. */
struct http_request http_stage_request(struct http_stage *stage, const char *path);

/* Starts it and runs the client; what came of it is returned, and valid until the next. */
struct http_heard *http_stage_send(struct http_stage *stage, const struct http_request *request);
struct http_heard *http_stage_get(struct http_stage *stage, const char *path);

/* How many times the server has had a request to this path. */
int http_stage_requests(struct http_stage *stage, const char *path);

#endif
