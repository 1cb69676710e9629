#include "service/feeds/alpaca_probe.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/text.h"
#include "service/feeds/alpaca_error.h"
#include "service/feeds/alpaca_reply.h"

#include <stdio.h>
#include <stdlib.h>

#define STOCKS_ROUTE "/v2/stocks/bars/latest"
#define PAIRS_ROUTE "/v1beta3/crypto/us/latest/bars"

enum { BODY_MAX = 64 << 10, STATUS_OK = 200, STATUS_UNAUTHORIZED = 401, STATUS_FORBIDDEN = 403 };

static const char *route_of(const struct alpaca_probe *probe)
{
    return probe->feed != NULL ? STOCKS_ROUTE : PAIRS_ROUTE;
}

/* What the answer's Date says was so at some moment between the call's beginning and now, and it
 * says whole seconds only: as far apart as this explains, the clocks may well agree. */
static void judge_clock(struct alpaca_probe *probe, int64_t date_us, int64_t now_us)
{
    int64_t ahead_least_us = probe->begun_us - (date_us + SECOND_US);
    int64_t ahead_most_us = now_us - date_us;
    probe->has_clock = date_us != 0;
    if (!probe->has_clock)
        return;
    if (ahead_least_us > 0)
        probe->clock_ahead_us = ahead_least_us;
    else if (ahead_most_us < 0)
        probe->clock_ahead_us = ahead_most_us;
}

/* A page of somebody else, such as of a hotel's network, may well have status 200. */
static bool is_of_alpaca(const struct http_response *response, struct error *error)
{
    struct json_pull pull;
    struct json_text key;
    bool has_bars = false;
    if (!alpaca_reply_begin(response->body, response->body_size, &pull, error))
        return false;
    while (json_pull_member(&pull, &key)) {
        has_bars |= json_text_is(&key, "bars");
        json_pull_skip(&pull);
    }
    return has_bars || error_set(error, ERROR_PROVIDER, "the reply has no \"bars\"");
}

static enum alpaca_trouble judge_refusal(const struct alpaca_probe *probe,
                                         const struct http_response *response, const char *where,
                                         struct error *error)
{
    if (probe->feed == NULL) {
        error_set(error, ERROR_PROVIDER,
                  "status %d, though prices of pairs need no keys: is a proxy or firewall between?",
                  response->status);
        alpaca_error_context(response, where, error);
        return ALPACA_TROUBLE_HOST;
    }
    if (alpaca_error_is_plan(response)) {
        error_set(error, ERROR_DENIED,
                  "the plan does not permit recent SIP data: set ALPACA_FEED to auto or iex");
        return ALPACA_TROUBLE_PLAN;
    }
    error_set(error, ERROR_DENIED, "ALPACA_API_KEY and ALPACA_SECRET_KEY are refused (status %d)",
              response->status);
    return ALPACA_TROUBLE_KEYS;
}

void alpaca_probe_judge(struct alpaca_probe *probe, const struct http_response *response,
                        int64_t now_us)
{
    char where[HTTP_HOST_SIZE + sizeof PAIRS_ROUTE];
    snprintf(where, sizeof where, "%s%s", probe->place.host, route_of(probe));
    judge_clock(probe, response->date_us, now_us);
    int status = response->status;
    if (status == STATUS_UNAUTHORIZED || status == STATUS_FORBIDDEN) {
        probe->trouble = judge_refusal(probe, response, where, &probe->error);
    } else if (status != STATUS_OK) {
        probe->trouble = ALPACA_TROUBLE_HOST;
        alpaca_error_set(response, where, &probe->error);
    } else if (!is_of_alpaca(response, &probe->error)) {
        probe->trouble = ALPACA_TROUBLE_HOST;
        error_context(&probe->error, "%s: not an answer of Alpaca's; check ALPACA_DATA_URL", where);
    }
}

static void done(void *context, const struct http_response *response, const struct error *error)
{
    struct alpaca_probe *probe = context;
    if (response != NULL) {
        alpaca_probe_judge(probe, response, clock_wall_us());
        return;
    }
    probe->trouble = ALPACA_TROUBLE_HOST;
    probe->error = *error;
}

static void ask(struct alpaca_probe *probe, const char *url)
{
    const struct alpaca_account *account = probe->account;
    const struct http_header headers[] = {
        { "APCA-API-KEY-ID", account->key },
        { "APCA-API-SECRET-KEY", account->secret },
    };
    struct http_request request = {
        .url = url,
        .route = route_of(probe),
        .headers = headers,
        .header_count = probe->feed != NULL ? sizeof headers / sizeof *headers : 0,
        .body_max = BODY_MAX,
        .rate_limit = account->rate_limit,
        .deadline_us = probe->deadline_us,
        .done = done,
        .context = probe,
    };
    probe->begun_us = clock_wall_us();
    if (!http_client_start(account->client, &request, &probe->error))
        probe->trouble = ALPACA_TROUBLE_HOST;
}

void alpaca_probe_start(struct alpaca_probe *probe)
{
    struct text url = { 0 };
    alpaca_url_begin(&url, probe->account);
    if (!http_url_parse(text_string(&url), &probe->place, &probe->error)) {
        probe->trouble = ALPACA_TROUBLE_HOST;
        error_context(&probe->error, "ALPACA_DATA_URL");
    } else if (probe->feed != NULL) {
        text_format(&url, STOCKS_ROUTE "?symbols=QQQ&feed=%s", probe->feed);
        ask(probe, text_string(&url));
    } else {
        text_append(&url, PAIRS_ROUTE "?symbols=BTC%2FUSD");
        ask(probe, text_string(&url));
    }
    text_release(&url);
}

bool alpaca_probe_clock(const struct alpaca_probe *probe, struct error *error)
{
    int64_t apart_us = llabs(probe->clock_ahead_us);
    if (apart_us <= ALPACA_CLOCK_APART_MAX_S * SECOND_US)
        return true;
    return error_set(error, ERROR_USAGE,
                     "%lld s %s Alpaca's, more than %d s: which day's session is run and which "
                     "bars are older than 16 minutes is judged by it; set this machine's time",
                     (long long)((apart_us + SECOND_US - 1) / SECOND_US),
                     probe->clock_ahead_us > 0 ? "ahead of" : "behind", ALPACA_CLOCK_APART_MAX_S);
}
