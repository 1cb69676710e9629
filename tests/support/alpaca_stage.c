#include "tests/support/alpaca_stage.h"

#include "service/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MARKET_SYMBOLS_MAX = 8 };

int64_t alpaca_stage_at(const char *time)
{
    int64_t time_us;
    bool has_zone;
    if (!timestamp_parse(time, strlen(time), &time_us, &has_zone))
        fail_msg("%s", time);
    return time_us;
}

static void append_bar(struct text *body, const char *symbol, int64_t time_us, const char *feed)
{
    char time[TIMESTAMP_TEXT_SIZE];
    double price = symbol[0] + (double)(time_us / MINUTE_US % 1000) / 8 + (feed[0] == 'i');
    text_format(body, "{\"t\":\"%s\",\"o\":%g,\"h\":%g,\"l\":%g,\"c\":%g,\"v\":%d}",
                timestamp_format(time_us, time), price, price + 1, price - 1, price + 0.5,
                (int)(time_us / MINUTE_US % 1000));
}

/* Rows [begin, end) of a symbol's. */
static void append_rows(const struct alpaca_market *market, struct text *body, const char *symbol,
                        int64_t first_us, int64_t slot_us, size_t begin, size_t end,
                        const char *feed)
{
    text_format(body, "%s\"%s\":[", body->bytes[body->size - 1] == '{' ? "" : ",", symbol);
    for (size_t row = begin; row < end; row++) {
        text_append(body, row > begin ? "," : "");
        if (market->is_mixed_up && row % 2 == 0 && row + 1 < end) {
            append_bar(body, symbol, first_us + (int64_t)(row + 1) * slot_us, feed);
            text_append(body, ",");
        }
        append_bar(body, symbol, first_us + (int64_t)row * slot_us, feed);
    }
    if (market->has_neighbours && begin == 0) {
        text_append(body, ",");
        append_bar(body, symbol, first_us - slot_us, feed);
    }
    text_append(body, "]");
}

static size_t page_size(const struct alpaca_market *market, const char *url)
{
    size_t limit = (size_t)strtoul(http_fake_parameter(url, "limit"), NULL, 10);
    assert_true(limit > 0 && limit <= 10000);
    size_t size = market->page_bars > 0 && market->page_bars < limit ? market->page_bars : limit;
    return market->random ? 1 + (size_t)random_below(market->random, size) : size;
}

static size_t split_names(char *names, const char *parts[MARKET_SYMBOLS_MAX])
{
    size_t count = 0;
    char *rest = names;
    for (char *name; (name = strsep(&rest, ",")) != NULL;) {
        assert_true(count < MARKET_SYMBOLS_MAX);
        parts[count++] = name;
    }
    return count;
}

/* A page: bars behind the token, which is the number of bars told and characters to escape. */
static void append_page(struct alpaca_market *market, const char *url, struct text *body)
{
    char names[256], feed[8];
    const char *symbols[MARKET_SYMBOLS_MAX];
    snprintf(names, sizeof names, "%s", http_fake_parameter(url, "symbols"));
    snprintf(feed, sizeof feed, "%s", http_fake_parameter(url, "feed"));
    size_t symbol_count = split_names(names, symbols);
    bool is_daily = strcmp(http_fake_parameter(url, "timeframe"), "1Day") == 0;
    int64_t slot_us = is_daily ? DAY_US : MINUTE_US;
    int64_t first_us = alpaca_stage_at(http_fake_parameter(url, "start"));
    size_t rows =
        (size_t)((alpaca_stage_at(http_fake_parameter(url, "end")) - first_us) / slot_us) + 1;
    size_t told = (size_t)strtoul(http_fake_parameter(url, "page_token"), NULL, 10);
    bool is_empty = market->has_empty_pages && market->count % 2 == 0;
    size_t end = is_empty ? told : told + page_size(market, url);
    text_append(body, "{\"bars\":{");
    for (size_t i = 0; i < symbol_count; i++) {
        size_t from = told > i * rows ? told - i * rows : 0;
        size_t to = end > i * rows ? end - i * rows : 0;
        if (from < rows && from < to)
            append_rows(market, body, symbols[i], first_us, slot_us, from, to < rows ? to : rows,
                        feed);
    }
    bool is_last = end >= symbol_count * rows && !market->is_endless && !market->repeats_token;
    if (market->is_endless)
        end = told;
    if (is_last)
        text_append(body, "},\"next_page_token\":null}");
    else if (market->repeats_token)
        text_append(body, "},\"next_page_token\":\"again\"}");
    else
        text_format(body, "},\"next_page_token\":\"%zu+/%zu==\"}", end, market->count);
}

static void answer(void *context, const char *url, struct http_fake_answer *ret_answer)
{
    struct alpaca_market *market = context;
    market->count++;
    ret_answer->status = market->status ? market->status : 200;
    if (market->refuses_first && market->count == 1) {
        ret_answer->status = 401;
    } else if (market->other != NULL) {
        text_append(&ret_answer->body, market->other);
    } else if (market->refused != NULL &&
               strstr(http_fake_parameter(url, "symbols"), market->refused) != NULL) {
        ret_answer->status = 400;
        text_format(&ret_answer->body, "{\"message\":\"code=400, message=invalid symbol: %s\"}",
                    market->refused);
    } else {
        append_page(market, url, &ret_answer->body);
    }
    if (market->count - market->breaks_from < market->breaks)
        ret_answer->body.size /= 2;
}

static int64_t summer_2024(void)
{
    return alpaca_stage_at("2024-07-01T00:00:00Z");
}

static const char *const three[] = { "AAPL", "QQQ", "SPY" };

void alpaca_stage_init(struct alpaca_stage *stage)
{
    *stage = (struct alpaca_stage) { 0 };
    stage->fake = (struct http_fake) { .answer = answer, .context = &stage->market };
    stage->account = (struct alpaca_account) {
        .data_url = "http://127.0.0.1:8080",
        .key = "PKTEST",
        .secret = "a-secret",
        .client = http_fake_client(&stage->fake),
        .rate_limit = &stage->rate_limit,
    };
    stage->options = (struct alpaca_bars_options) {
        .account = &stage->account,
        .feed = ALPACA_FEED_SIP,
        .now_us = summer_2024,
    };
    stage->request = (struct bar_request) {
        .symbols = three,
        .symbol_count = 3,
        .begin_us = alpaca_stage_at("2024-06-03T13:30:00Z"),
        .end_us = alpaca_stage_at("2024-06-03T13:40:00Z"),
        .adjustment = ADJUSTMENT_SPLIT,
        .deadline_us = 4711,
    };
}

void alpaca_stage_ask_many(struct alpaca_stage *stage)
{
    enum { MANY = 1000, NAME_SIZE = 8 };
    static char names[MANY][NAME_SIZE];
    static const char *symbols[MANY];
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], NAME_SIZE, "S%d", i);
        symbols[i] = names[i];
    }
    stage->request.symbols = symbols;
    stage->request.symbol_count = MANY;
}

bool alpaca_stage_try(struct alpaca_stage *stage)
{
    struct feed *feed = alpaca_bars_open(&stage->options);
    bool loaded = feed_load(feed, &stage->request, &stage->set, &stage->error);
    feed_close(feed);
    assert_int_equal(loaded, stage->error.kind == ERROR_NONE);
    return loaded;
}

void alpaca_stage_release(struct alpaca_stage *stage)
{
    bar_set_release(&stage->set);
    http_fake_release(&stage->fake);
}

void alpaca_stage_load(struct alpaca_stage *stage)
{
    if (!alpaca_stage_try(stage))
        fail_msg("%s", stage->error.message);
    assert_int_equal(stage->set.count, stage->request.symbol_count);
}

void alpaca_stage_assert_whole(const struct alpaca_stage *stage, size_t symbol)
{
    const struct bar_request *request = &stage->request;
    const struct series *bars = &stage->set.symbols[symbol].bars;
    int64_t slot_us = request->is_daily ? DAY_US : MINUTE_US;
    assert_int_equal(bars->count, (request->end_us - request->begin_us) / slot_us);
    for (size_t i = 0; i < bars->count; i++) {
        assert_int_equal(bars->bars[i].open_time_us, request->begin_us + (int64_t)i * slot_us);
        assert_true((int)bars->bars[i].open >= request->symbols[symbol][0]);
    }
    assert_int_equal(stage->set.symbols[symbol].error.kind, ERROR_NONE);
}

void alpaca_stage_assert_all_whole(const struct alpaca_stage *stage)
{
    for (size_t i = 0; i < stage->request.symbol_count; i++) {
        const struct symbol_bars *symbol = &stage->set.symbols[i];
        alpaca_stage_assert_whole(stage, i);
        assert_int_equal(symbol->report.rows, symbol->bars.count);
        assert_int_equal(symbol->report.unsorted + symbol->report.duplicates +
                             symbol->report.conflicts + symbol->dropped,
                         0);
    }
}
