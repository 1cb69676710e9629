#include "service/clients/http_headers.h"

#include "service/base/date.h"
#include "service/base/decimal.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SECOND_DECIMALS = 6, COUNT_MAX = 1000000000 };

/* More seconds than anybody waits for; sums with a time do not overflow. */
#define WAIT_MAX_US (1000 * DAY_US)

void http_headers_init(struct http_headers *headers)
{
    *headers = (struct http_headers) {
        .retry_after_us = -1,
        .rate_limit = -1,
        .rate_remaining = -1,
    };
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static int64_t read_date_us(const char *value)
{
    time_t seconds = curl_getdate(value, NULL);
    return seconds > 0 ? (int64_t)seconds * SECOND_US : 0;
}

static int read_count(const char *value)
{
    int64_t count;
    bool valid = decimal_parse(value, strlen(value), 0, &count) && count >= 0;
    return valid && count <= COUNT_MAX ? (int)count : -1;
}

/* Seconds, whole by the standard, with a fraction by some servers; or a date. */
static void read_retry_after(struct http_headers *headers, const char *value)
{
    int64_t wait_us;
    if (!decimal_parse(value, strlen(value), SECOND_DECIMALS, &wait_us))
        headers->retry_at_us = read_date_us(value);
    else if (wait_us >= 0)
        headers->retry_after_us = wait_us < WAIT_MAX_US ? wait_us : WAIT_MAX_US;
}

static void read_rate_reset(struct http_headers *headers, const char *value)
{
    int64_t reset_us;
    if (decimal_parse(value, strlen(value), SECOND_DECIMALS, &reset_us) && reset_us > 0)
        headers->rate_reset_us = reset_us;
}

static enum http_encoding read_encoding(const char *value)
{
    if (strcasecmp(value, "gzip") == 0 || strcasecmp(value, "x-gzip") == 0)
        return HTTP_GZIP;
    return *value == '\0' || strcasecmp(value, "identity") == 0 ? HTTP_PLAIN
                                                                : HTTP_ENCODING_UNKNOWN;
}

static void read_header(struct http_headers *headers, const char *name, const char *value)
{
    if (strcasecmp(name, "Content-Type") == 0)
        snprintf(headers->content_type, sizeof headers->content_type, "%s", value);
    else if (strcasecmp(name, "X-Request-ID") == 0)
        snprintf(headers->request_id, sizeof headers->request_id, "%s", value);
    else if (strcasecmp(name, "Content-Encoding") == 0)
        headers->encoding = read_encoding(value);
    else if (strcasecmp(name, "Date") == 0)
        headers->date_us = read_date_us(value);
    else if (strcasecmp(name, "Retry-After") == 0)
        read_retry_after(headers, value);
    else if (strcasecmp(name, "X-RateLimit-Limit") == 0)
        headers->rate_limit = read_count(value);
    else if (strcasecmp(name, "X-RateLimit-Remaining") == 0)
        headers->rate_remaining = read_count(value);
    else if (strcasecmp(name, "X-RateLimit-Reset") == 0)
        read_rate_reset(headers, value);
}

bool http_headers_add(struct http_headers *headers, const char *line, size_t size)
{
    char text[1024]; /* no header that matters is longer */
    headers->full |= size > HTTP_HEADERS_MAX - headers->size;
    if (headers->full)
        return false;
    size_t before = headers->size;
    if (size >= strlen("HTTP/") && memcmp(line, "HTTP/", strlen("HTTP/")) == 0)
        http_headers_init(headers);
    headers->size = before + size;
    while (size > 0 && is_blank(line[size - 1]))
        size--;
    headers->whole |= size == 0;
    const char *colon = memchr(line, ':', size);
    if (colon == NULL || size >= sizeof text || memchr(line, '\0', size) != NULL)
        return true;
    memcpy(text, line, size);
    text[size] = '\0';
    char *value = text + (colon - line);
    *value++ = '\0';
    while (is_blank(*value))
        value++;
    read_header(headers, text, value);
    return true;
}

/* By the server's clock, since ours may be wrong and the network is quick. */
static int64_t from_now_us(const struct http_headers *headers, int64_t time_us, int64_t now_us)
{
    int64_t wait_us = time_us - (headers->date_us > 0 ? headers->date_us : now_us);
    if (wait_us > WAIT_MAX_US)
        return WAIT_MAX_US;
    return wait_us > 0 ? wait_us : 0;
}

int64_t http_headers_retry_us(const struct http_headers *headers, int64_t now_us)
{
    if (headers->retry_after_us >= 0)
        return headers->retry_after_us;
    return headers->retry_at_us > 0 ? from_now_us(headers, headers->retry_at_us, now_us) : -1;
}

int64_t http_headers_reset_us(const struct http_headers *headers, int64_t now_us)
{
    return headers->rate_reset_us > 0 ? from_now_us(headers, headers->rate_reset_us, now_us) : -1;
}
