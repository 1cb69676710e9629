/* Alpaca's bars without Alpaca and without HTTP, for tests that are linked with http_fake.ldflags.
 * What goes wrong in here fails the test. */
#ifndef PLAYBOOK_TESTS_SUPPORT_ALPACA_STAGE_H
#define PLAYBOOK_TESTS_SUPPORT_ALPACA_STAGE_H

#include "service/feeds/alpaca_bars.h"
#include "tests/support/http_fake.h"
#include "tests/support/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An Alpaca that has a bar for every minute, or every day, of every symbol. */
struct alpaca_market {
    size_t page_bars;      /* fewer than the limit that is asked for; 0: as asked for */
    struct random *random; /* pages of any size up to that */
    bool has_empty_pages;  /* every other page is empty */
    bool repeats_token;
    bool is_endless;     /* always another token, and the same bars */
    bool is_mixed_up;    /* each second bar of a page stands before the first, and once more */
    bool has_neighbours; /* bars outside of what is asked for */
    const char *refused; /* a symbol that no question may hold */
    const char *other;   /* a body for any question instead */
    int status;
    size_t breaks_from, breaks; /* so many answers from this one on are cut */
    bool refuses_first;         /* only the first question is answered with 401 */
    size_t count;
};

/* A feed of the market, and what a request finds there. */
struct alpaca_stage {
    struct alpaca_market market;
    struct http_fake fake;
    struct rate_limit rate_limit;
    struct alpaca_account account;
    struct alpaca_bars_options options;
    struct bar_request request;
    struct bar_set set;
    struct error error;
};

/* Asks for ten minutes of AAPL, QQQ and SPY, of the SIP, at a time when they are long over. */
void alpaca_stage_init(struct alpaca_stage *stage);
void alpaca_stage_release(struct alpaca_stage *stage);

/* Asks for a day of a thousand symbols instead, for an answer that is the same for all. */
void alpaca_stage_ask_many(struct alpaca_stage *stage);

/* Loads what is asked for; an error is the stage's, or fails the test. */
bool alpaca_stage_try(struct alpaca_stage *stage);
void alpaca_stage_load(struct alpaca_stage *stage);

/* Every minute or day of the request, once each, in order; for all symbols also that nothing had to
 * be put in order. */
void alpaca_stage_assert_whole(const struct alpaca_stage *stage, size_t symbol);
void alpaca_stage_assert_all_whole(const struct alpaca_stage *stage);

int64_t alpaca_stage_at(const char *time); /* "2024-06-28T13:30:00Z" */

#endif
