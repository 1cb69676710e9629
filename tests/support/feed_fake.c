#include "tests/support/feed_fake.h"

#include "service/base/date.h"
#include "service/base/memory.h"

#include <assert.h>
#include <string.h>

enum { STEP_MINUTES = 15 };

static uint64_t mix(uint64_t value)
{
    value ^= value >> 31;
    value *= UINT64_C(0x9e3779b97f4a7c15);
    value ^= value >> 29;
    value *= UINT64_C(0xbf58476d1ce4e5b9);
    return value ^ value >> 32;
}

static uint64_t chance(const char *symbol, int64_t number)
{
    uint64_t value = 0;
    for (; *symbol != '\0'; symbol++)
        value = mix(value + (uint64_t)*symbol);
    return mix(value + (uint64_t)number);
}

static bool is_split(const struct feed_fake *fake, const struct bar_request *request, int32_t date)
{
    int32_t today = calendar_date(calendar_find("xnys"), fake->now_us);
    return request->adjustment != ADJUSTMENT_RAW && !symbol_is_pair(request->symbols[0]) &&
           fake->split_date != DATE_NONE && date < fake->split_date && today >= fake->split_date;
}

/* A bar of the session's date, if it was asked for and is over. */
static void add_bar(const struct feed_fake *fake, const struct bar_request *request, size_t symbol,
                    int32_t date, int64_t time_us, int64_t end_us, struct series *series)
{
    if (time_us < request->begin_us || time_us >= request->end_us || end_us > fake->now_us)
        return;
    uint64_t number = chance(request->symbols[symbol], time_us);
    double close = (double)(10000 + number % 10000) / (is_split(fake, request, date) ? 400 : 100);
    struct bar bar = {
        .open_time_us = time_us,
        .open = close - 0.25,
        .high = close + 0.5,
        .low = close - 0.5,
        .close = close,
        .volume = (double)(1 + number % 1000) * fake->volume_factor,
        .vwap = close + 0.125,
        .trade_count = (int64_t)(number % 50),
    };
    series_append(series, &bar);
}

static void add_session(const struct feed_fake *fake, const struct bar_request *request,
                        size_t symbol, const struct session *session, struct series *series)
{
    bool is_pair = symbol_is_pair(request->symbols[symbol]);
    int64_t step_us = (is_pair ? 4 : 1) * STEP_MINUTES * MINUTE_US;
    int64_t begin_us = session->midnight_us + (is_pair ? 0 : 8 * HOUR_US);
    int64_t end_us = session->midnight_us + (is_pair ? 24 : 20) * HOUR_US;
    uint64_t number = chance(request->symbols[symbol], session->date);
    if (fake->hole_every != 0 && number % fake->hole_every == 0)
        return;
    if (request->is_daily) {
        add_bar(fake, request, symbol, session->date, session->date * DAY_US, session->close_us,
                series);
        return;
    }
    for (int64_t time_us = begin_us; time_us < end_us; time_us += step_us)
        add_bar(fake, request, symbol, session->date, time_us, time_us + MINUTE_US, series);
    add_bar(fake, request, symbol, session->date, end_us - MINUTE_US, end_us, series);
}

static void report_repeat(const struct feed_fake *fake, const struct bar_request *request,
                          struct bar_file_report *report)
{
    if (fake->repeat_us < request->begin_us || fake->repeat_us >= request->end_us)
        return;
    report->unsorted = report->repeat_count = report->repeat_capacity = report->duplicates = 1;
    report->unsorted_us = memory_new(1, sizeof *report->unsorted_us);
    report->repeats = memory_new(1, sizeof *report->repeats);
    *report->unsorted_us = fake->repeat_us;
    *report->repeats = (struct bar_repeat) { fake->repeat_us, 1, 0 };
}

static void add_symbol(const struct feed_fake *fake, const struct bar_request *request,
                       size_t symbol, struct symbol_bars *bars)
{
    const struct calendar *calendar = symbol_calendar(request->symbols[symbol]);
    if (fake->refused != NULL && strcmp(fake->refused, request->symbols[symbol]) == 0) {
        error_set(&bars->error, ERROR_USAGE, "%s: no such symbol", fake->refused);
        return;
    }
    if (fake->is_empty)
        return;
    int32_t last = date_of_instant(request->end_us - 1);
    struct session session;
    for (int32_t date = date_of_instant(request->begin_us) - 1; date <= last; date++)
        if (calendar_session(calendar, date, &session))
            add_session(fake, request, symbol, &session, &bars->bars);
    if (fake->weekend_us != 0) {
        add_bar(fake, request, symbol, 0, fake->weekend_us, fake->weekend_us, &bars->bars);
        struct bar_file_report ignored = { 0 };
        bar_order(&bars->bars, &ignored);
        bar_file_report_release(&ignored);
    }
    report_repeat(fake, request, &bars->report);
    bars->report.rows = bars->bars.count + bars->report.duplicates;
}

static void note(struct feed_fake *fake, const struct bar_request *request)
{
    char begin[TIMESTAMP_TEXT_SIZE], end[TIMESTAMP_TEXT_SIZE];
    fake->requests++;
    for (size_t i = 0; i < request->symbol_count; i++)
        text_format(&fake->asked, "%s%s", i > 0 ? "," : "", request->symbols[i]);
    text_format(&fake->asked, " %s %s\n", timestamp_format(request->begin_us, begin),
                timestamp_format(request->end_us, end));
}

static bool load_bars(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
                      struct error *error)
{
    struct feed_fake *fake = (struct feed_fake *)feed;
    assert(!request->only_keeps); /* it keeps none */
    note(fake, request);
    if (fake->fails)
        return error_set(error, ERROR_PROVIDER, "the provider is down");
    struct bar_set set = {
        .symbols = memory_new(request->symbol_count, sizeof *set.symbols),
        .count = request->symbol_count,
    };
    size_t bars = 0;
    for (size_t i = 0; i < set.count; i++) {
        add_symbol(fake, request, i, &set.symbols[i]);
        bars += set.symbols[i].bars.count;
    }
    if (request->progress != NULL)
        request->progress(request->context,
                          &(struct feed_progress) { .bars = bars, .requests = 1, .done = 1 });
    *ret_set = set;
    return true;
}

static void close_feed(struct feed *feed)
{
    (void)feed;
}

void feed_fake_init(struct feed_fake *fake)
{
    static const struct feed_type type = { "fake", load_bars, close_feed };
    *fake = (struct feed_fake) {
        .feed = { &type },
        .split_date = DATE_NONE,
        .volume_factor = 1,
    };
}

void feed_fake_release(struct feed_fake *fake)
{
    text_release(&fake->asked);
}
