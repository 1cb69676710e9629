#include "service/commands/check_provider.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/clients/http_client.h"
#include "service/feeds/alpaca_probe.h"
#include "service/market/symbol.h"
#include "service/version.h"

#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_MAX = 2, CALL_TIMEOUT_S = 5 };

/* What is asked of the provider, and why. */
struct inquiry {
    struct check_report *report;
    const struct playbooks *playbooks;
    bool has_keys, wants_sip, wants_pairs;
    struct alpaca_account account;
    struct alpaca_probe stocks, pairs;
};

/* A symbol that an enabled playbook trades, and that is a pair or is none; NULL: there is none. */
static const char *traded(const struct playbooks *playbooks, bool is_pair,
                          const struct playbook **ret_playbook)
{
    for (size_t i = 0; i < playbooks->count; i++) {
        const struct playbook *playbook = &playbooks->items[i];
        for (size_t k = 0; playbook->enabled && k < playbook->symbol_count; k++) {
            *ret_playbook = playbook;
            if (symbol_is_pair(playbook->symbols[k]) == is_pair)
                return playbook->symbols[k];
        }
    }
    return NULL;
}

static void report_host(struct check_report *report, const char *name,
                        const struct alpaca_probe *probe)
{
    struct error error = probe->error;
    if (error.kind == ERROR_DEADLINE)
        error_context(&error, "after %d s", CALL_TIMEOUT_S);
    if (probe->trouble == ALPACA_TROUBLE_HOST)
        check_report_fail(report, name, &error);
    else
        check_report_add(report, CHECK_OK, name, "%s answers%s", probe->place.host,
                         probe->feed ? "" : ", without keys");
}

static void report_clock(struct check_report *report, const struct alpaca_probe *probe)
{
    struct error error = { 0 };
    long long apart_s = (llabs(probe->clock_ahead_us) + SECOND_US - 1) / SECOND_US;
    if (!probe->has_clock)
        check_report_add(report, CHECK_WARNING, "clock",
                         "could not be compared: no answer told the time");
    else if (!alpaca_probe_clock(probe, &error))
        check_report_fail(report, "clock", &error);
    else if (apart_s > 0)
        check_report_add(report, CHECK_OK, "clock", "%lld s %s Alpaca's", apart_s,
                         probe->clock_ahead_us > 0 ? "ahead of" : "behind");
    else
        check_report_add(report, CHECK_OK, "clock", "agrees with Alpaca's to the second");
}

/* That keys are missing is nothing wrong as long as nobody needs them. */
static void report_missing(const struct inquiry *inquiry)
{
    const struct settings *settings = inquiry->report->settings;
    bool has_key = settings_get(settings, SETTING_ALPACA_API_KEY) != NULL;
    bool has_secret = settings_get(settings, SETTING_ALPACA_SECRET_KEY) != NULL;
    const char *missing = has_key ? "ALPACA_SECRET_KEY is" : has_secret ? "ALPACA_API_KEY is" : "";
    const char *blank = *missing ? " " : "";
    const struct playbook *playbook;
    const char *symbol = traded(inquiry->playbooks, false, &playbook);
    struct error error = { 0 };
    if (symbol == NULL) {
        check_report_add(inquiry->report, CHECK_WARNING, "keys",
                         "%s%smissing: equities cannot be fetched, pairs can", missing, blank);
        return;
    }
    error_set(&error, ERROR_DENIED,
              "%s%smissing: %s of the playbook %s cannot be fetched, no equity can; set "
              "ALPACA_API_KEY and ALPACA_SECRET_KEY",
              missing, blank, symbol, playbook->name);
    check_report_fail(inquiry->report, "keys", &error);
}

static void report_keys(const struct inquiry *inquiry)
{
    const struct alpaca_probe *probe = &inquiry->stocks;
    if (!inquiry->has_keys)
        report_missing(inquiry);
    else if (probe->trouble == ALPACA_TROUBLE_KEYS)
        check_report_fail(inquiry->report, "keys", &probe->error);
    else if (probe->trouble == ALPACA_TROUBLE_HOST)
        check_report_add(inquiry->report, CHECK_WARNING, "keys",
                         "set; whether they are accepted could not be asked");
    else
        check_report_add(inquiry->report, CHECK_OK, "keys", "accepted");
}

static void report_plan(const struct inquiry *inquiry)
{
    const struct alpaca_probe *probe = &inquiry->stocks;
    if (probe->trouble == ALPACA_TROUBLE_PLAN)
        check_report_fail(inquiry->report, "plan", &probe->error);
    else if (!inquiry->wants_sip || !inquiry->has_keys)
        return;
    else if (probe->trouble == ALPACA_TROUBLE_NONE)
        check_report_add(inquiry->report, CHECK_OK, "plan", "permits recent SIP data");
    else
        check_report_add(inquiry->report, CHECK_WARNING, "plan",
                         "whether it permits recent SIP data could not be asked");
}

static void ask(struct inquiry *inquiry, struct http_client *client)
{
    const struct settings *settings = inquiry->report->settings;
    int64_t deadline_us = clock_monotonic_us() + CALL_TIMEOUT_S * SECOND_US;
    inquiry->account = (struct alpaca_account) {
        .data_url = settings_get(settings, SETTING_ALPACA_DATA_URL),
        .key = settings_get(settings, SETTING_ALPACA_API_KEY),
        .secret = settings_get(settings, SETTING_ALPACA_SECRET_KEY),
        .client = client,
    };
    inquiry->stocks.account = inquiry->pairs.account = &inquiry->account;
    inquiry->stocks.deadline_us = inquiry->pairs.deadline_us = deadline_us;
    inquiry->stocks.feed = inquiry->wants_sip ? "sip" : "iex";
    if (inquiry->has_keys)
        alpaca_probe_start(&inquiry->stocks);
    if (inquiry->wants_pairs)
        alpaca_probe_start(&inquiry->pairs);
    http_client_run(client);
}

static void report_all(const struct inquiry *inquiry)
{
    const struct alpaca_probe *stocks = &inquiry->stocks, *pairs = &inquiry->pairs;
    if (inquiry->has_keys)
        report_host(inquiry->report, "stock bars", stocks);
    if (inquiry->wants_pairs)
        report_host(inquiry->report, "pair bars", pairs);
    report_clock(inquiry->report, stocks->has_clock ? stocks : pairs);
    report_keys(inquiry);
    report_plan(inquiry);
}

void check_provider(struct check_report *report, const struct playbooks *playbooks)
{
    const struct settings *settings = report->settings;
    const struct playbook *playbook;
    struct inquiry inquiry = {
        .report = report,
        .playbooks = playbooks,
        .has_keys = settings_get(settings, SETTING_ALPACA_API_KEY) &&
                    settings_get(settings, SETTING_ALPACA_SECRET_KEY),
        .wants_sip = strcmp(settings_get(settings, SETTING_ALPACA_FEED), "sip") == 0,
    };
    inquiry.wants_pairs = !inquiry.has_keys || traded(playbooks, true, &playbook);
    struct error error = { 0 };
    struct http_client *client = http_client_open(
        &(struct http_client_options) {
            .user_agent = "playbook/" PLAYBOOK_VERSION,
            .connections_max = CONNECTIONS_MAX,
            .attempt_timeout_ms = 1000 * CALL_TIMEOUT_S,
            .seed = (uint64_t)clock_monotonic_us(),
        },
        &error);
    if (client == NULL) {
        check_report_fail(report, "provider", &error);
        return;
    }
    ask(&inquiry, client);
    report_all(&inquiry);
    http_client_close(client);
}
