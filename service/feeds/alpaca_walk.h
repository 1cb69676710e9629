/* A question to Alpaca's market data, and the pages of its answer one after the other. Only the
 * token of a page tells whether there is another: pages may be short, or empty, in the middle. */
#ifndef PLAYBOOK_FEEDS_ALPACA_WALK_H
#define PLAYBOOK_FEEDS_ALPACA_WALK_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/clients/http_client.h"
#include "service/clients/rate_limit.h"
#include "service/feeds/alpaca_reply.h"
#include "service/market/symbol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ALPACA_PAGES_MAX = 2000, /* no question needs a tenth of so many */
    ALPACA_BROKEN_MAX = 3,   /* so often a page may come that is no JSON */
    ALPACA_URL_SIZE = 256,
};

/* What all questions share; borrowed by whoever asks. */
struct alpaca_account {
    const char *data_url;     /* NULL: https://data.alpaca.markets */
    const char *key, *secret; /* NULL or "": none. They travel in headers and nowhere else. */
    struct http_client *client;
    struct rate_limit *rate_limit; /* of this key on this host */
};

/* A zeroed walk of which all but its own is set, and which stays where it is until it has
 * ended. */
struct alpaca_walk {
    const struct alpaca_account *account;
    const char *route;   /* "/v2/stocks/bars"; static text */
    struct text query;   /* without the token; owned by the walk from its start */
    bool is_keyless;     /* sends no keys */
    int64_t deadline_us; /* monotonic */

    /* Reads a page and writes the token of the next, "" behind the last. False: its error, of which
     * the walk adds where it was. Apart: it touches nothing but what is this walk's, and may be
     * called on another thread, while other walks go on. */
    bool (*read)(void *context, const char *body, size_t size, char token[static ALPACA_TOKEN_SIZE],
                 struct error *error);
    bool reads_apart;

    /* Called behind each page, could it be read or not, from within http_client_run; false ends the
     * walk with the error. NULL: nobody needs to know. */
    bool (*turned)(void *context, struct error *error);

    /* Called once, from within http_client_run; NULL as error: every page was read. What `refused`
     * names, "" mostly, is the symbol for which the question was refused altogether. */
    void (*ended)(void *context, const struct error *error, const char *refused);
    void *context;

    /* Its own. */
    char where[ALPACA_URL_SIZE]; /* host and route */
    char token[ALPACA_TOKEN_SIZE];
    int page_count, broken_count;
    bool is_read;         /* the newest page, */
    struct error problem; /* else why not */
    struct text seen;     /* the tokens so far, each between NULs */
};

/* Appends what comes before the route: "https://data.alpaca.markets". */
void alpaca_url_begin(struct text *url, const struct alpaca_account *account);

/* Appends "&name=value", the value as an url needs it. */
void alpaca_query_add(struct text *query, const char *name, const char *value);

/* The same for several values with commas between them. */
void alpaca_query_add_list(struct text *query, const char *name, const char *const *values,
                           size_t count);

/* Kind denied when keys are needed and there are none; else http_client_start's. `ended` is not
 * called then. */
bool alpaca_walk_start(struct alpaca_walk *walk, struct error *error);

void alpaca_walk_release(struct alpaca_walk *walk); /* accepts a zeroed one */

#endif
