/* What the program reads of an answer's headers. Pure; fed line by line. */
#ifndef PLAYBOOK_CLIENTS_HTTP_HEADERS_H
#define PLAYBOOK_CLIENTS_HTTP_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEADERS_MAX = 16 << 10, HTTP_HEADER_VALUE_SIZE = 128 };

enum http_encoding { HTTP_PLAIN, HTTP_GZIP, HTTP_ENCODING_UNKNOWN };

struct http_headers {
    size_t size; /* of all lines */
    bool full;   /* a line did not fit below HTTP_HEADERS_MAX */
    bool whole;  /* the blank line at the end has come */
    enum http_encoding encoding;
    char content_type[HTTP_HEADER_VALUE_SIZE]; /* cut at the size; "" when absent */
    char request_id[HTTP_HEADER_VALUE_SIZE];
    int64_t date_us;        /* 0 when absent */
    int64_t retry_after_us; /* a duration, -1 when absent */
    int64_t retry_at_us;    /* Retry-After as a date, 0 when absent */
    int rate_limit;         /* X-RateLimit-Limit, -1 when absent */
    int rate_remaining;     /* X-RateLimit-Remaining, -1 when absent */
    int64_t rate_reset_us;  /* X-RateLimit-Reset, 0 when absent */
};

void http_headers_init(struct http_headers *headers);

/* A line with its end; a status line begins anew. What cannot be read counts as absent. False: the
 * lines are larger than HTTP_HEADERS_MAX together, `full` says so. */
bool http_headers_add(struct http_headers *headers, const char *line, size_t size);

/* Durations from the answer's arrival on, by the server's own clock where it tells it (`now_us` is
 * ours, UTC); -1 when the server said nothing. A time that has passed is 0. */
int64_t http_headers_retry_us(const struct http_headers *headers, int64_t now_us);
int64_t http_headers_reset_us(const struct http_headers *headers, int64_t now_us);

#endif
