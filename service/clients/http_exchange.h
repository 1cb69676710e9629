/* One request from its start to its done: its own copy, its newest attempt, what it ends with. */
#ifndef PLAYBOOK_CLIENTS_HTTP_EXCHANGE_H
#define PLAYBOOK_CLIENTS_HTTP_EXCHANGE_H

#include "service/base/workers.h"
#include "service/clients/http_attempt.h"
#include "service/clients/http_client.h"

#include <stdint.h>

enum http_exchange_state { HTTP_WAITING, HTTP_RUNNING, HTTP_DIGESTING, HTTP_ENDED };

struct http_exchange {
    struct http_exchange *next;
    struct http_host *host;      /* of the client */
    struct http_request request; /* url, method and body are owned; its headers are below */
    struct http_url place;
    struct curl_slist *headers;
    enum http_exchange_state state;
    int64_t due_us; /* waiting: not before; monotonic */
    int attempts;
    struct http_attempt attempt; /* the newest */
    struct error error;          /* ended: none for an answer */
    struct task task;            /* digesting */
};

/* Waiting. NULL as http_client_start says. */
struct http_exchange *http_exchange_new(const struct http_request *request, struct error *error);

/* The attempt's handle is in no multi handle. */
void http_exchange_free(struct http_exchange *exchange);

/* Running: a new attempt is ready for a multi handle. */
void http_exchange_begin(struct http_exchange *exchange, const struct http_client_options *options,
                         int64_t now_us);

/* Ended, with the answer of the newest attempt or with the error as it stands. */
void http_exchange_end(struct http_exchange *exchange);

/* An answer that is to be digested, as its task says; then it has ended. False: there is none. */
bool http_exchange_digest(struct http_exchange *exchange);

/* It never got as far: ended, with kind deadline. */
void http_exchange_expire(struct http_exchange *exchange, const char *why);

/* Calls done. */
void http_exchange_deliver(const struct http_exchange *exchange);

#endif
