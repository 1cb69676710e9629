/* How a request for bars becomes questions to Alpaca: for which symbols, from when to when, of
 * which feed. Pure: it is told the time.
 *
 * The pages of a question come one after the other, since the token of each stands in the page
 * before, and of all questions some at the same time. So a request becomes as many questions as may
 * be on their way at once, and no more: the longest chain of pages is then as short as it gets,
 * while each question costs half a page, the empty half of its last one, out of so many requests a
 * minute. What fits a page stays one question. Symbols are parted first, then time. */
#ifndef PLAYBOOK_FEEDS_ALPACA_PLAN_H
#define PLAYBOOK_FEEDS_ALPACA_PLAN_H

#include "service/base/text.h"
#include "service/feeds/feed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sip: all exchanges, which a free plan has not for the last 15 minutes; iex: one exchange with a
 * few percent of the volume; auto: sip for what is older than 16 minutes, iex for the rest. */
enum alpaca_feed { ALPACA_FEED_AUTO, ALPACA_FEED_SIP, ALPACA_FEED_IEX };

enum {
    ALPACA_SYMBOLS_MAX = 100,
    ALPACA_PAGE_BARS = 10000,

    /* At once. At 40 ms a request these are 200 a second: as many as the free plan has in a minute,
     * and more than the 10,000 a minute of the paid one. */
    ALPACA_QUESTIONS_MAX = 8,
};

/* One question; its pages come one after the other, several questions at the same time. */
struct alpaca_question {
    size_t first_symbol, symbol_count; /* of the request */
    int64_t begin_us, end_us;          /* of open times, as in the request */
    const char *feed;                  /* "sip", "iex"; NULL for pairs */
    size_t bars_max;                   /* more than can be there */
};

/* The questions, for free(): group of symbols by group, and oldest first within one. Left out is
 * what is not over at now_us: the minute that runs, the day whose session has not closed. More than
 * ALPACA_QUESTIONS_MAX are there only where symbols, pages or kinds of feed need them. */
struct alpaca_question *alpaca_plan(const struct bar_request *request, enum alpaca_feed feed,
                                    int64_t now_us, size_t *ret_count);

/* Appends the parameters that put the question, for these symbols of its group. */
void alpaca_plan_query(const struct bar_request *request, const struct alpaca_question *question,
                       const char *const *symbols, size_t symbol_count, int page_bars,
                       struct text *query);

#endif
