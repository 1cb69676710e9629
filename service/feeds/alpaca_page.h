/* One page of bars as Alpaca replies it (/v2/stocks/bars, /v1beta3/crypto/us/bars), read. Pure.
 *
 *     {"bars":{"QQQ":[{"t":"2024-06-28T13:30:00Z","o":1,"h":1,"l":1,"c":1,"v":1,"n":1,"vw":1}]},
 *      "next_page_token":null}
 *
 * Read is what the contract promises and what was seen in spite of it: bars that are null, {}, []
 * or absent, a symbol that is not there, keys in any order and unknown ones, times with 0 to 9
 * fraction digits and any zone, volumes with decimals, no n and no vw. Everything else is an error
 * of kind provider, never a guess; so are bars of a symbol that nobody asked for. */
#ifndef PLAYBOOK_FEEDS_ALPACA_PAGE_H
#define PLAYBOOK_FEEDS_ALPACA_PAGE_H

#include "service/base/error.h"
#include "service/feeds/alpaca_reply.h"
#include "service/market/calendar.h"
#include "service/market/series.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was asked for; all borrowed. */
struct alpaca_wanted {
    const char *const *symbols;
    size_t symbol_count;
    bool is_daily;
    const struct calendar *calendar; /* daily bars begin at its midnight */
    int64_t begin_us, end_us;        /* of open times, the end not included; a daily bar opens at
                                        its date's midnight UTC, as in files */
};

/* The bars of one symbol, page by page, in the order of the replies. */
struct alpaca_rows {
    struct series series;
    size_t dropped; /* bars outside what was asked for, or daily ones that begin at no midnight */
};

/* Appends to the rows, one for each wanted symbol in its order, and writes the token of the next
 * page, "" behind the last. *ret_bars: how many bars there were. After an error the rows may hold a
 * part of the page. */
bool alpaca_page_read(const char *body, size_t size, const struct alpaca_wanted *wanted,
                      struct alpaca_rows *rows, char token[static ALPACA_TOKEN_SIZE],
                      size_t *ret_bars, struct error *error);

#endif
