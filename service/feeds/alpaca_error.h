/* What a reply of Alpaca means that is not what was asked for, in one sentence that says what to
 * do. Pure. Bodies are as they come: a code or none, a message or none, HTML, nothing at all; what
 * decides is the status, since one code stands for several troubles. */
#ifndef PLAYBOOK_FEEDS_ALPACA_ERROR_H
#define PLAYBOOK_FEEDS_ALPACA_ERROR_H

#include "service/base/error.h"
#include "service/clients/http_client.h"
#include "service/market/symbol.h"

#include <stdbool.h>

/* The symbol that a reply with status 400 refuses ("invalid symbol: BRK-B"), which is why it has
 * nothing for the others either. False: the reply is another one. */
bool alpaca_error_symbol(const struct http_response *response,
                         char ret_symbol[static SYMBOL_TEXT_SIZE]);

/* Whether a reply refuses what the account's plan does not include, and not the keys. */
bool alpaca_error_is_plan(const struct http_response *response);

/* `where` is host and route: "data.alpaca.markets/v2/stocks/bars". Kinds: denied for wrong keys and
 * for what the plan does not include, else provider; outcome retry when it may pass by itself.
 * Always false. */
bool alpaca_error_set(const struct http_response *response, const char *where, struct error *error);

/* Puts where and the request's id in front of what is wrong with a reply. Always false. */
bool alpaca_error_context(const struct http_response *response, const char *where,
                          struct error *error);

#endif
