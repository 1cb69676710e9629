#include "service/clients/http_attempt.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* libcurl rounds to milliseconds, and may be early by one or two of them. */
enum { CONNECT_TIMEOUT_MS = 10000, KEEPALIVE_S = 30, MS_US = 1000, TIMER_SLACK_US = 10000 };

/* What is read at once: a page of bars has a megabyte, 70 times libcurl's own 16 KiB. */
enum { PIECE_SIZE = 256 << 10 };

static size_t take_header(char *line, size_t one, size_t size, void *context)
{
    struct http_attempt *attempt = context;
    return http_headers_add(&attempt->headers, line, one * size) ? one * size
                                                                 : CURL_WRITEFUNC_ERROR;
}

static size_t take_body(char *bytes, size_t one, size_t size, void *context)
{
    struct http_attempt *attempt = context;
    attempt->body.is_gzip = attempt->headers.encoding == HTTP_GZIP;
    if (attempt->headers.encoding == HTTP_ENCODING_UNKNOWN)
        attempt->body.state = HTTP_BODY_BROKEN;
    return http_body_add(&attempt->body, bytes, one * size) ? one * size : CURL_WRITEFUNC_ERROR;
}

/* In what follows the codes are gathered: nothing is sent unless every option could be set. */

static int set_safety(CURL *handle, const struct http_attempt_options *options)
{
    int wrong = 0;
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    /* Without it a name lookup that hangs holds up the whole loop beyond any time limit. */
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR,
                                   options->place->secure ? "https" : "http");
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (options->place->loopback)
        wrong |= (int)curl_easy_setopt(handle, CURLOPT_PROXY, "");
    if (options->ca_file != NULL)
        wrong |= (int)curl_easy_setopt(handle, CURLOPT_CAINFO, options->ca_file);
    return wrong;
}

static int set_limits(CURL *handle, const struct http_attempt_options *options)
{
    int wrong = 0;
    long timeout_ms = (long)((options->timeout_us + MS_US - 1) / MS_US);
    assert(timeout_ms > 0); /* 0 would be no limit */
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    wrong |=
        (int)curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)options->body_max);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, (long)PIECE_SIZE);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_S);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_S);
    return wrong;
}

static int set_content(CURL *handle, const struct http_attempt_options *options)
{
    int wrong = 0;
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_URL, options->url);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_USERAGENT, options->user_agent);
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, options->headers);
    if (strcmp(options->method, "GET") == 0)
        return wrong;
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, options->method);
    /* When a connection it has used before turns out to be closed, libcurl sends again by itself:
     * an order might be placed twice. */
    wrong |= (int)curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
    if (options->body != NULL || strcmp(options->method, "DELETE") != 0) {
        wrong |=
            (int)curl_easy_setopt(handle, CURLOPT_POSTFIELDS, options->body ? options->body : "");
        wrong |= (int)curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                                       (curl_off_t)options->body_size);
    }
    return wrong;
}

static int set_callbacks(struct http_attempt *attempt, void *owner)
{
    int wrong = 0;
    wrong |= (int)curl_easy_setopt(attempt->handle, CURLOPT_PRIVATE, owner);
    wrong |= (int)curl_easy_setopt(attempt->handle, CURLOPT_ERRORBUFFER, attempt->reason);
    wrong |= (int)curl_easy_setopt(attempt->handle, CURLOPT_HEADERFUNCTION, take_header);
    wrong |= (int)curl_easy_setopt(attempt->handle, CURLOPT_HEADERDATA, attempt);
    wrong |= (int)curl_easy_setopt(attempt->handle, CURLOPT_WRITEFUNCTION, take_body);
    wrong |= (int)curl_easy_setopt(attempt->handle, CURLOPT_WRITEDATA, attempt);
    return wrong;
}

void http_attempt_begin(struct http_attempt *attempt, const struct http_attempt_options *options,
                        void *owner)
{
    *attempt = (struct http_attempt) { .handle = curl_easy_init(), .options = *options };
    assert(attempt->handle != NULL);
    http_headers_init(&attempt->headers);
    http_body_init(&attempt->body, options->body_max);
    int wrong = set_safety(attempt->handle, options) | set_limits(attempt->handle, options) |
                set_content(attempt->handle, options) | set_callbacks(attempt, owner);
    assert(wrong == CURLE_OK);
}

static void take_facts(struct http_attempt *attempt, bool *ret_sent)
{
    long status = 0, sent_size = 0;
    curl_off_t time_us = 0, received_size = 0;
    curl_easy_getinfo(attempt->handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(attempt->handle, CURLINFO_REQUEST_SIZE, &sent_size);
    curl_easy_getinfo(attempt->handle, CURLINFO_TOTAL_TIME_T, &time_us);
    curl_easy_getinfo(attempt->handle, CURLINFO_SIZE_DOWNLOAD_T, &received_size);
    attempt->status = (int)status;
    attempt->time_us = time_us;
    attempt->received_size = received_size;
    *ret_sent = sent_size > 0;
}

static bool too_large(const struct http_attempt *attempt, struct error *error)
{
    if (attempt->headers.full)
        return error_set(error, ERROR_LIMIT, "the headers are larger than %d bytes",
                         HTTP_HEADERS_MAX);
    return error_set(error, ERROR_LIMIT, "the answer is larger than %zu bytes",
                     attempt->options.body_max);
}

static bool timed_out(const struct http_attempt *attempt, struct error *error)
{
    bool is_over = attempt->time_us + TIMER_SLACK_US >= attempt->options.timeout_us;
    if (is_over && attempt->options.is_last)
        return error_set(error, ERROR_DEADLINE, "no whole answer before the deadline");
    return error_set(
        error, ERROR_PROVIDER, "no %s within %lld ms", is_over ? "whole answer" : "connection",
        is_over ? (long long)(attempt->options.timeout_us / MS_US) : (long long)CONNECT_TIMEOUT_MS);
}

static bool broken(const struct http_attempt *attempt, CURLcode code, struct error *error)
{
    if (attempt->headers.encoding == HTTP_ENCODING_UNKNOWN)
        return error_set(error, ERROR_PROVIDER, "the answer has an encoding not asked for");
    if (attempt->body.state == HTTP_BODY_BROKEN)
        return error_set(error, ERROR_PROVIDER, "the answer's gzip is damaged");
    if (code == CURLE_OK) /* which libcurl says of both */
        return error_set(error, ERROR_PROVIDER, "the answer's %s in the middle",
                         attempt->headers.whole ? "gzip stops" : "headers stop");
    return error_set(error, ERROR_PROVIDER, "%s",
                     attempt->reason[0] ? attempt->reason : curl_easy_strerror(code));
}

/* A single header beyond what libcurl holds; older ones say that memory is short. */
static bool is_header_too_long(CURLcode code)
{
    enum { TOO_LARGE = 100 }; /* CURLE_TOO_LARGE, since libcurl 8.6 */
    return code == CURLE_OUT_OF_MEMORY || (int)code == TOO_LARGE;
}

/* What went wrong, and whether another attempt may go better. */
static void judge(struct http_attempt *attempt, CURLcode code, struct error *error)
{
    attempt->label = "failed";
    bool may_retry = true;
    attempt->headers.full |= is_header_too_long(code);
    if (attempt->headers.full || attempt->body.state == HTTP_BODY_TOO_LARGE ||
        code == CURLE_FILESIZE_EXCEEDED) {
        too_large(attempt, error);
        attempt->label = "limit";
        may_retry = false;
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        timed_out(attempt, error);
        attempt->label = "timeout";
    } else if (code == CURLE_SSL_CACERT_BADFILE) {
        error_set(error, ERROR_USAGE, "the authorities to trust cannot be read: %s",
                  attempt->reason);
        may_retry = false;
    } else {
        broken(attempt, code, error);
        may_retry = code != CURLE_PEER_FAILED_VERIFICATION;
    }
    error->outcome = may_retry ? OUTCOME_RETRY : OUTCOME_FAILED;
}

bool http_attempt_end(struct http_attempt *attempt, CURLcode code, struct error *error)
{
    bool sent;
    take_facts(attempt, &sent);
    curl_easy_cleanup(attempt->handle);
    attempt->handle = NULL;
    if (code == CURLE_OK && attempt->headers.whole && http_body_end(&attempt->body)) {
        snprintf(attempt->status_text, sizeof attempt->status_text, "%d", attempt->status);
        attempt->label = attempt->status_text;
        return true;
    }
    judge(attempt, code, error);
    if (sent && strcmp(attempt->options.method, "GET") != 0)
        error->outcome = OUTCOME_UNKNOWN;
    return false;
}

void http_attempt_release(struct http_attempt *attempt)
{
    if (attempt->handle != NULL)
        curl_easy_cleanup(attempt->handle);
    http_body_release(&attempt->body);
    attempt->handle = NULL;
}
