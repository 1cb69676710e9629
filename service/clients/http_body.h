/* The body of an answer, as it comes: unpacked when it is gzip, and held to a cap that counts what
 * comes out, so that a small bomb stays small. libcurl could unpack too, but takes a body that
 * stops in the middle for whole. */
#ifndef PLAYBOOK_CLIENTS_HTTP_BODY_H
#define PLAYBOOK_CLIENTS_HTTP_BODY_H

#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <zlib.h>

enum http_body_state {
    HTTP_BODY_GOOD,
    HTTP_BODY_TOO_LARGE,
    HTTP_BODY_BROKEN, /* it is not gzip, or damaged */
};

struct http_body {
    struct text text; /* as far as it came, unpacked */
    enum http_body_state state;
    bool is_gzip; /* told by the headers */
    bool is_open; /* in the middle of a gzip member */
    z_stream stream;
};

void http_body_init(struct http_body *body, size_t size_max);
void http_body_release(struct http_body *body); /* accepts a zeroed body */

/* False: nothing more is wanted, `state` tells why. */
bool http_body_add(struct http_body *body, const void *bytes, size_t size);

/* Nothing more comes. False: it stopped in the middle, or `state` is not good. */
bool http_body_end(const struct http_body *body);

#endif
