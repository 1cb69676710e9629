#include "tests/support/day_feed.h"

#include "service/base/date.h"
#include "service/base/memory.h"

#include <math.h>
#include <string.h>

enum { WAVE_MINUTES = 46, NOISE = 64 };

static uint64_t mix(uint64_t value)
{
    value ^= value >> 31;
    value *= UINT64_C(0x9e3779b97f4a7c15);
    return value ^ value >> 29;
}

/* Eighths of dollars, so that a split of ten for one and back is exact. */
static double price_at(const struct day_feed *fake, const char *symbol, int32_t date, int minute)
{
    uint64_t chance = mix((uint64_t)date + 1000 * (uint64_t)symbol[0]);
    int shift = (int)(chance % WAVE_MINUTES);
    int phase = (minute + shift) % WAVE_MINUTES;
    int wave = phase < WAVE_MINUTES / 2 ? phase : WAVE_MINUTES - phase;
    int noise = (int)(mix(chance + (uint64_t)minute) % NOISE) / 16;
    int eighths = 3200 + (date - date_from_civil(2024, 1, 1)) + 2 * (wave + noise);
    double price = eighths / 8.0;
    bool is_split = fake->split_date != DATE_NONE && date < fake->split_date;
    return is_split ? price * fake->split_shares : price;
}

static struct bar bar_between(const struct day_feed *fake, const char *symbol, int32_t date,
                              int begin, int end)
{
    double open = price_at(fake, symbol, date, begin);
    double close = price_at(fake, symbol, date, end);
    return (struct bar) {
        .open = open,
        .high = fmax(open, close) + 0.125,
        .low = fmin(open, close) - 0.125,
        .close = close,
        .volume = 2000,
        .vwap = (open + close) / 2,
        .trade_count = 20,
    };
}

static int minutes_of(const struct session *session)
{
    return (int)((session->close_us - session->open_us) / MINUTE_US);
}

void day_feed_minutes(const struct day_feed *fake, const char *symbol,
                      const struct session *session, struct series *series)
{
    for (int i = 0; i < minutes_of(session); i++) {
        struct bar bar = bar_between(fake, symbol, session->date, i, i + 1);
        bar.open_time_us = session->open_us + i * MINUTE_US;
        series_append(series, &bar);
    }
}

void day_feed_day(const struct day_feed *fake, const char *symbol, const struct session *session,
                  struct series *series)
{
    struct bar bar = bar_between(fake, symbol, session->date, 0, minutes_of(session));
    bar.open_time_us = session->date * DAY_US;
    series_append(series, &bar);
}

static void adjust(const struct day_feed *fake, const struct bar_request *request,
                   struct series *bars)
{
    if (request->adjustment != ADJUSTMENT_SPLIT || fake->split_date == DATE_NONE)
        return;
    for (size_t i = 0; i < bars->count; i++) {
        struct bar *bar = &bars->bars[i];
        if (date_of_instant(bar->open_time_us) >= fake->split_date)
            continue;
        bar->open /= fake->split_shares;
        bar->high /= fake->split_shares;
        bar->low /= fake->split_shares;
        bar->close /= fake->split_shares;
        bar->vwap /= fake->split_shares;
        bar->volume *= fake->split_shares;
    }
}

/* Only what was asked for and is over. */
static void keep_wanted(const struct day_feed *fake, const struct bar_request *request,
                        struct series *bars)
{
    size_t kept = 0;
    for (size_t i = 0; i < bars->count; i++) {
        int64_t time_us = bars->bars[i].open_time_us;
        bool is_over = fake->now_us == 0 || time_us + MINUTE_US <= fake->now_us;
        if (time_us >= request->begin_us && time_us < request->end_us && is_over)
            bars->bars[kept++] = bars->bars[i];
    }
    bars->count = kept;
}

static bool is_named(const char *symbol, const char *name)
{
    return name != NULL && strcmp(symbol, name) == 0;
}

static void add_symbol(const struct day_feed *fake, const struct bar_request *request,
                       const char *symbol, struct symbol_bars *bars)
{
    const struct calendar *calendar = symbol_calendar(symbol);
    if (is_named(symbol, fake->refused) ||
        (request->is_daily && is_named(symbol, fake->refused_days))) {
        error_set(&bars->error, ERROR_USAGE, "is not known");
        return;
    }
    if (is_named(symbol, fake->empty))
        return;
    int32_t last = date_of_instant(request->end_us - 1);
    struct session session;
    for (int32_t date = date_of_instant(request->begin_us) - 1; date <= last; date++) {
        if (!calendar_session(calendar, date, &session))
            continue;
        if (request->is_daily)
            day_feed_day(fake, symbol, &session, &bars->bars);
        else
            day_feed_minutes(fake, symbol, &session, &bars->bars);
    }
    adjust(fake, request, &bars->bars);
    keep_wanted(fake, request, &bars->bars);
}

static void note(struct day_feed *fake, const struct bar_request *request)
{
    static const char *const adjustments[] = { "raw", "split", "all" };
    char begin[TIMESTAMP_TEXT_SIZE], end[TIMESTAMP_TEXT_SIZE];
    fake->requests++;
    text_format(&fake->asked, "%s %s ", request->is_daily ? "days" : "minutes",
                adjustments[request->adjustment]);
    for (size_t i = 0; i < request->symbol_count; i++)
        text_format(&fake->asked, "%s%s", i > 0 ? "," : "", request->symbols[i]);
    text_format(&fake->asked, " %s %s\n", timestamp_format(request->begin_us, begin),
                timestamp_format(request->end_us, end));
}

static bool load(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
                 struct error *error)
{
    struct day_feed *fake = (struct day_feed *)feed;
    note(fake, request);
    if (fake->on_load != NULL)
        fake->on_load(fake->context);
    if (fake->requests == fake->fails_at ||
        (fake->fails_from > 0 && fake->requests >= fake->fails_from))
        return error_set(error, ERROR_PROVIDER, "no network");
    struct bar_set set = {
        .symbols = memory_new(request->symbol_count, sizeof *set.symbols),
        .count = request->symbol_count,
    };
    for (size_t i = 0; i < set.count; i++)
        add_symbol(fake, request, request->symbols[i], &set.symbols[i]);
    *ret_set = set;
    return true;
}

static void close_nothing(struct feed *feed)
{
    (void)feed;
}

static const struct feed_type type = { "sessions", load, close_nothing };

void day_feed_init(struct day_feed *fake)
{
    *fake = (struct day_feed) { .feed = { &type }, .split_date = DATE_NONE };
}

void day_feed_release(struct day_feed *fake)
{
    text_release(&fake->asked);
}
