#include "service/clients/http_body.h"

#include <assert.h>
#include <stdint.h>

/* zlib's word for "the largest window, in a gzip wrapping". */
enum { GZIP_WINDOW_BITS = 15 + 16, PIECE_SIZE = 16 << 10 };

void http_body_init(struct http_body *body, size_t size_max)
{
    *body = (struct http_body) { .text = { .size_max = size_max } };
}

void http_body_release(struct http_body *body)
{
    text_release(&body->text);
    inflateEnd(&body->stream); /* which accepts a zeroed stream */
}

static bool stop(struct http_body *body, enum http_body_state state)
{
    body->state = state;
    return false;
}

static bool append(struct http_body *body, const void *bytes, size_t size)
{
    text_append_bytes(&body->text, bytes, size);
    return !body->text.full || stop(body, HTTP_BODY_TOO_LARGE);
}

/* A body may hold several members, one behind the other. */
static void open_member(struct http_body *body)
{
    int code = body->stream.state == NULL ? inflateInit2(&body->stream, GZIP_WINDOW_BITS)
                                          : inflateReset(&body->stream);
    assert(code == Z_OK);
    body->is_open = true;
}

/* What has no room in a piece comes with the next, since a member's end is what is read last. */
static bool unpack(struct http_body *body, const void *bytes, size_t size)
{
    unsigned char piece[PIECE_SIZE];
    z_stream *stream = &body->stream;
    while (size > 0) {
        if (!body->is_open)
            open_member(body);
        stream->next_in = (unsigned char *)(uintptr_t)bytes;
        stream->avail_in = (uInt)size;
        stream->next_out = piece;
        stream->avail_out = sizeof piece;
        int code = inflate(stream, Z_NO_FLUSH);
        if (code != Z_OK && code != Z_STREAM_END)
            return stop(body, HTTP_BODY_BROKEN);
        if (!append(body, piece, sizeof piece - stream->avail_out))
            return false;
        bytes = stream->next_in;
        size = stream->avail_in;
        body->is_open = code != Z_STREAM_END;
    }
    return true;
}

bool http_body_add(struct http_body *body, const void *bytes, size_t size)
{
    if (body->state != HTTP_BODY_GOOD)
        return false;
    return body->is_gzip ? unpack(body, bytes, size) : append(body, bytes, size);
}

bool http_body_end(const struct http_body *body)
{
    return body->state == HTTP_BODY_GOOD && !body->is_open;
}
