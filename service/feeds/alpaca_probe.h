/* Whether bars can be had from Alpaca: one cheap call, for the latest bar of one symbol, and what
 * its answer says of the host, the keys, the plan and our clock. */
#ifndef PLAYBOOK_FEEDS_ALPACA_PROBE_H
#define PLAYBOOK_FEEDS_ALPACA_PROBE_H

#include "service/base/error.h"
#include "service/clients/http_client.h"
#include "service/clients/http_url.h"
#include "service/feeds/alpaca_walk.h"

#include <stdbool.h>
#include <stdint.h>

/* So far our clock may be from Alpaca's: what day it is, and which bars are older than 16 minutes,
 * is judged by ours. */
enum { ALPACA_CLOCK_APART_MAX_S = 30 };

enum alpaca_trouble {
    ALPACA_TROUBLE_NONE,
    ALPACA_TROUBLE_HOST, /* no answer of Alpaca's; nothing is known of keys and plan */
    ALPACA_TROUBLE_KEYS, /* refused; nothing is known of the plan */
    ALPACA_TROUBLE_PLAN, /* has not this feed; the keys are good */
};

/* A zeroed probe of which the first members are set, and which stays where it is until its call has
 * ended. */
struct alpaca_probe {
    const struct alpaca_account *account;
    const char *feed;    /* of stocks: "sip", "iex"; NULL: of pairs, where no keys are sent */
    int64_t deadline_us; /* monotonic */

    /* What came out. */
    enum alpaca_trouble trouble;
    struct error error;     /* of the trouble; kinds denied for keys and plan, usage for what cannot
                               be an url or a key, else those of the client and of alpaca_error.h */
    struct http_url place;  /* the host that was asked */
    bool has_clock;         /* an answer, of any status, told its time */
    int64_t clock_ahead_us; /* ours before theirs, negative: behind; 0: they may agree */
    int64_t begun_us;       /* the call, UTC */
};

/* Starts the call; http_client_run of the account's client ends it. */
void alpaca_probe_start(struct alpaca_probe *probe);

/* What an answer of Alpaca's that ended now means. Pure. */
void alpaca_probe_judge(struct alpaca_probe *probe, const struct http_response *response,
                        int64_t now_us);

/* Whether the clock is as right as it must be; kind usage. True when nothing is known of it. */
bool alpaca_probe_clock(const struct alpaca_probe *probe, struct error *error);

#endif
