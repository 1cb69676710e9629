/* What all pages of Alpaca's market data have in common. Pure. */
#ifndef PLAYBOOK_FEEDS_ALPACA_REPLY_H
#define PLAYBOOK_FEEDS_ALPACA_REPLY_H

#include "service/base/error.h"
#include "service/base/json_pull.h"

#include <stdbool.h>
#include <stddef.h>

enum { ALPACA_TOKEN_SIZE = 1024 };

/* Scans the body and steps into it. Kind provider: it is no JSON object; outcome retry when it is
 * no JSON at all, as a proxy on the way may have cut it or put in a page of its own. */
bool alpaca_reply_begin(const char *body, size_t size, struct json_pull *ret_pull,
                        struct error *error);

/* The token of the next page, at its value: null, behind the last page, leaves it as it is. Kind
 * provider. */
bool alpaca_token_read(struct json_pull *pull, char token[static ALPACA_TOKEN_SIZE],
                       struct error *error);

#endif
