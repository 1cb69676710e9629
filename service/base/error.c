#include "service/base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_code;
    int http_status;
} kinds[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = { .name = "none", .exit_code = 0, .http_status = 200 },
    [ERROR_USAGE] = { .name = "usage", .exit_code = 2, .http_status = 400 },
    [ERROR_DATA] = { .name = "data", .exit_code = 3, .http_status = 502 },
    [ERROR_PROVIDER] = { .name = "provider", .exit_code = 3, .http_status = 502 },
    [ERROR_WRITER] = { .name = "writer", .exit_code = 4, .http_status = 502 },
    [ERROR_RISK] = { .name = "risk", .exit_code = 5, .http_status = 409 },
    [ERROR_CLAIMED] = { .name = "claimed", .exit_code = 6, .http_status = 503 },
    [ERROR_CONFLICT] = { .name = "conflict", .exit_code = 6, .http_status = 409 },
    [ERROR_DENIED] = { .name = "denied", .exit_code = 2, .http_status = 403 },
    [ERROR_LIMIT] = { .name = "limit", .exit_code = 3, .http_status = 413 },
    [ERROR_DEADLINE] = { .name = "deadline", .exit_code = 3, .http_status = 504 },
    [ERROR_INTERNAL] = { .name = "internal", .exit_code = 7, .http_status = 500 },
};

/* A message may quote what came from outside, and that may be anything. */
static void keep_to_one_line(char *message)
{
    for (; *message != '\0'; message++)
        if ((unsigned char)*message < ' ' || *message == '\x7f')
            *message = '?';
}

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    assert(kind > ERROR_NONE && kind < ERROR_KIND_COUNT);
    error->kind = kind;
    error->outcome = OUTCOME_FAILED;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    keep_to_one_line(error->message);
    return false;
}

bool error_context(struct error *error, const char *format, ...)
{
    char context[ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);

    char joined[2 * ERROR_MESSAGE_SIZE + 2];
    snprintf(joined, sizeof joined, "%s: %s", context, error->message);
    memcpy(error->message, joined, sizeof error->message - 1);
    error->message[sizeof error->message - 1] = '\0';
    keep_to_one_line(error->message);
    return false;
}

const char *error_kind_name(enum error_kind kind)
{
    assert(kind < ERROR_KIND_COUNT);
    return kinds[kind].name;
}

int error_exit_code(enum error_kind kind)
{
    assert(kind < ERROR_KIND_COUNT);
    return kinds[kind].exit_code;
}

int error_http_status(enum error_kind kind)
{
    assert(kind < ERROR_KIND_COUNT);
    return kinds[kind].http_status;
}
