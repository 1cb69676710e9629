#include "service/feeds/alpaca_error.h"

#include "service/base/json_pull.h"
#include "service/base/json_scan.h"

#include <string.h>

enum {
    CODE_PLAN = 42210000, /* comes with status 403, whatever its digits say */
    MESSAGE_MAX = 200,
};

enum status { BAD_REQUEST = 400, UNAUTHORIZED = 401, FORBIDDEN = 403, NOT_FOUND = 404 };

/* The "code" and "message" of a body, as far as there are any. */
static int64_t body_read(const struct http_response *response, struct text *message)
{
    int64_t code = 0;
    struct error error;
    struct json_text key, value;
    if (!json_scan(response->body, response->body_size, &error))
        return 0;
    struct json_pull pull = json_pull_begin(response->body, response->body_size);
    if (!json_pull_enter(&pull, '{'))
        return 0;
    while (json_pull_member(&pull, &key)) {
        if (json_text_is(&key, "message") && json_pull_string(&pull, &value))
            json_text_append(&value, message);
        else if (!json_text_is(&key, "code") || !json_pull_integer(&pull, &code))
            json_pull_skip(&pull);
    }
    return code;
}

bool alpaca_error_symbol(const struct http_response *response,
                         char ret_symbol[static SYMBOL_TEXT_SIZE])
{
    static const char names[] = "invalid symbol: ";
    if (response->status != BAD_REQUEST)
        return false;
    struct text message = { 0 };
    body_read(response, &message);
    const char *found = strstr(text_string(&message), names);
    size_t length = 0;
    if (found != NULL) {
        found += strlen(names);
        length = strcspn(found, " ,;\"'");
    }
    bool is_name = length > 0 && length < SYMBOL_TEXT_SIZE;
    if (is_name) {
        memcpy(ret_symbol, found, length);
        ret_symbol[length] = '\0';
    }
    text_release(&message);
    return is_name;
}

bool alpaca_error_context(const struct http_response *response, const char *where,
                          struct error *error)
{
    if (response->request_id[0] == '\0')
        return error_context(error, "%s", where);
    return error_context(error, "%s (request %.64s)", where, response->request_id);
}

/* What a wrong key is told is not repeated: it might repeat the key. */
static void denied_set(bool is_plan, struct error *error)
{
    if (is_plan)
        error_set(error, ERROR_DENIED,
                  "the plan of this Alpaca account does not include the latest SIP bars: set "
                  "ALPACA_FEED to auto or iex, or ask for bars older than 15 minutes");
    else
        error_set(error, ERROR_DENIED,
                  "Alpaca does not accept the keys: check ALPACA_API_KEY and ALPACA_SECRET_KEY");
}

static bool may_pass(int status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

static bool says_plan(int status, int64_t code, const struct text *message)
{
    return status == FORBIDDEN &&
           (code == CODE_PLAN || strstr(text_string(message), "subscription") != NULL);
}

bool alpaca_error_is_plan(const struct http_response *response)
{
    struct text message = { 0 };
    int64_t code = body_read(response, &message);
    bool is_plan = says_plan(response->status, code, &message);
    text_release(&message);
    return is_plan;
}

bool alpaca_error_set(const struct http_response *response, const char *where, struct error *error)
{
    int status = response->status;
    struct text message = { 0 };
    int64_t code = body_read(response, &message);
    if (status == UNAUTHORIZED || status == FORBIDDEN)
        denied_set(says_plan(status, code, &message), error);
    else if (status == NOT_FOUND)
        error_set(error, ERROR_PROVIDER, "status 404: nothing is there; check ALPACA_DATA_URL");
    else if (status >= 300 && status < 400)
        error_set(error, ERROR_PROVIDER,
                  "status %d: a redirect, which is not followed; check ALPACA_DATA_URL", status);
    else if (message.size > 0)
        error_set(error, ERROR_PROVIDER, "status %d: %.*s", status, MESSAGE_MAX,
                  text_string(&message));
    else
        error_set(error, ERROR_PROVIDER,
                  "status %d and no message (a body of %zu bytes, \"%.60s\")", status,
                  response->body_size, response->content_type);
    error->outcome = may_pass(status) ? OUTCOME_RETRY : OUTCOME_FAILED;
    text_release(&message);
    return alpaca_error_context(response, where, error);
}
