/* Corporate actions that change adjusted bars of the past (Alpaca's /v1/corporate-actions): whoever
 * keeps adjusted bars asks whether there was one since, and fetches them again. */
#ifndef PLAYBOOK_FEEDS_ALPACA_ACTIONS_H
#define PLAYBOOK_FEEDS_ALPACA_ACTIONS_H

#include "service/base/error.h"
#include "service/feeds/alpaca_walk.h"
#include "service/feeds/feed.h"
#include "service/market/symbol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alpaca_action {
    char symbol[SYMBOL_TEXT_SIZE];
    int32_t ex_date;      /* the first date traded with it */
    int32_t process_date; /* when Alpaca booked it; not always the same */
    double new_shares;    /* for one old share: 4, or 0.1; 0 for what is no split */
};

struct alpaca_actions {
    struct alpaca_action *actions; /* owned; in the order of the replies */
    size_t count, capacity;
};

struct alpaca_actions_request {
    const char *const *symbols; /* of stocks */
    size_t symbol_count;
    enum adjustment adjustment;    /* split: splits and dividends in shares; all: the others too */
    int32_t first_date, last_date; /* of either of an action's dates */
    int64_t deadline_us;           /* monotonic */
};

/* Those of all symbols at once, in order to be asked once a run. Errors are those of
 * alpaca_bars.h. The caller releases the actions. */
bool alpaca_actions_load(const struct alpaca_account *account,
                         const struct alpaca_actions_request *request,
                         struct alpaca_actions *ret_actions, struct error *error);

/* Whether adjusted bars of the symbol that were had on a date may be out of date: an action on that
 * very date counts, as it may have come later in the day. */
bool alpaca_actions_since(const struct alpaca_actions *actions, const char *symbol, int32_t date);

/* How many shares one share of a date has become by today, by the splits with a later ex-date. Bars
 * adjusted to today are brought back to the date by it: prices times the shares, volumes divided by
 * them. Pure. */
double alpaca_actions_shares_since(const struct alpaca_actions *actions, const char *symbol,
                                   int32_t date, int32_t today);

/* One reply, read: its actions are appended. Pure. */
bool alpaca_actions_read(const char *body, size_t size, struct alpaca_actions *actions,
                         char token[static ALPACA_TOKEN_SIZE], struct error *error);

void alpaca_actions_release(struct alpaca_actions *actions); /* accepts a zeroed one */

#endif
