#include "service/feeds/alpaca_reply.h"

#include "service/base/json_scan.h"

#include <string.h>

bool alpaca_reply_begin(const char *body, size_t size, struct json_pull *ret_pull,
                        struct error *error)
{
    struct error scan_error = { 0 };
    if (!json_scan(body, size, &scan_error)) {
        error_set(error, ERROR_PROVIDER, "the reply is not JSON: %s", scan_error.message);
        error->outcome = OUTCOME_RETRY;
        return false;
    }
    *ret_pull = json_pull_begin(body, size);
    return json_pull_enter(ret_pull, '{') ||
           error_set(error, ERROR_PROVIDER, "the reply is not a JSON object");
}

bool alpaca_token_read(struct json_pull *pull, char token[static ALPACA_TOKEN_SIZE],
                       struct error *error)
{
    struct json_text text;
    if (json_pull_null(pull))
        return true;
    if (!json_pull_string(pull, &text))
        return error_set(error, ERROR_PROVIDER, "\"next_page_token\" is not a string");
    struct text meant = { .size_max = ALPACA_TOKEN_SIZE - 1 };
    json_text_append(&text, &meant);
    if (!meant.full)
        memcpy(token, text_string(&meant), meant.size + 1);
    bool fits = !meant.full;
    text_release(&meant);
    return fits ||
           error_set(error, ERROR_PROVIDER, "\"next_page_token\" has more than %d characters",
                     ALPACA_TOKEN_SIZE - 1);
}
