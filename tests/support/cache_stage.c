#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/cache_stage.h"

#include "service/base/log.h"
#include "service/feeds/kept_month.h"
#include "tests/support/bars_made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cache_stage stage;
static FILE *nowhere; /* where the warnings go, which are meant */

static int64_t now_us(void)
{
    return stage.source.now_us;
}

static bool is_outdated(void *context, const char *symbol, enum adjustment adjustment, int32_t date,
                        bool *ret_outdated, struct error *error)
{
    (void)context, (void)symbol, (void)error;
    assert_int_not_equal(adjustment, ADJUSTMENT_RAW);
    int32_t today = calendar_date(calendar_find("xnys"), stage.source.now_us);
    int32_t split = stage.source.split_date;
    *ret_outdated = split != DATE_NONE && split >= date && split <= today;
    return true;
}

void cache_open(void)
{
    feed_close(stage.cache);
    stage.cache = cached_feed_open(&stage.options);
    text_clear(&stage.source.asked);
    stage.source.requests = 0;
}

int cache_stage_begin(void **state)
{
    (void)state;
    struct error error = { 0 };
    scratch_init(&stage.scratch);
    stage.store = store_open(&(struct store_options) { stage.scratch.folder, 60000 }, &error);
    for (size_t i = 0; i < MORE_STORES; i++)
        stage.more_stores[i] =
            store_open(&(struct store_options) { stage.scratch.folder, 60000 }, &error);
    feed_fake_init(&stage.source);
    stage.source.now_us = time_of("2025-03-20T12:00:00Z");
    stage.options = (struct cached_feed_options) {
        .source = &stage.source.feed,
        .store = stage.store,
        .more_stores = stage.more_stores,
        .more_store_count = MORE_STORES,
        .provider = "alpaca",
        .feed = "sip",
        .now_us = now_us,
        .delay_us = HOUR_US,
        .is_outdated = is_outdated,
    };
    nowhere = fopen("/dev/null", "w");
    log_open(nowhere, LOG_ERROR, LOG_FORMAT_TEXT);
    cache_open();
    return 0;
}

int cache_stage_end(void **state)
{
    (void)state;
    feed_close(stage.cache);
    stage.cache = NULL;
    feed_fake_release(&stage.source);
    store_close(stage.store);
    for (size_t i = 0; i < MORE_STORES; i++)
        store_close(stage.more_stores[i]);
    scratch_release(&stage.scratch);
    log_open(stderr, LOG_INFO, LOG_FORMAT_TEXT);
    fclose(nowhere);
    return 0;
}

int64_t time_of(const char *timestamp)
{
    int64_t time_us;
    bool has_zone;
    assert_true(timestamp_parse(timestamp, strlen(timestamp), &time_us, &has_zone) && has_zone);
    return time_us;
}

void ask(struct asked *asked, const char *symbols, int64_t begin_us, int64_t end_us)
{
    *asked = (struct asked) { .request = { .symbols = asked->symbols,
                                           .begin_us = begin_us,
                                           .end_us = end_us,
                                           .adjustment = ADJUSTMENT_SPLIT } };
    snprintf(asked->text, sizeof asked->text, "%s", symbols);
    for (char *name = asked->text, *comma; name != NULL; name = comma) {
        comma = strchr(name, ',');
        if (comma != NULL)
            *comma++ = '\0';
        asked->symbols[asked->request.symbol_count++] = name;
    }
}

struct bar_set load_from(struct feed *feed, const struct bar_request *request)
{
    struct bar_set set;
    struct error error = { 0 };
    if (!feed_load(feed, request, &set, &error))
        fail_msg("%s", error.message);
    assert_int_equal(set.count, request->symbol_count);
    return set;
}

/* What the source alone would say; it does not note that. */
static struct bar_set expected_of(const struct bar_request *request)
{
    struct feed_fake alone = stage.source;
    alone.asked = (struct text) { 0 };
    struct bar_set set = load_from(&alone.feed, request);
    feed_fake_release(&alone);
    return set;
}

static void assert_same_bars(const char *symbol, const struct series *expected,
                             const struct series *found)
{
    if (found->count != expected->count)
        fail_msg("%s: %zu bars instead of %zu", symbol, found->count, expected->count);
    for (size_t i = 0; i < found->count; i++)
        if (memcmp(&found->bars[i], &expected->bars[i], sizeof found->bars[i]) != 0)
            fail_msg("%s: bar %zu is another", symbol, i);
}

size_t assert_like_source(const struct bar_request *request)
{
    struct bar_set expected = expected_of(request), found = load_from(stage.cache, request);
    size_t count = 0;
    for (size_t i = 0; i < found.count; i++) {
        assert_int_equal(found.symbols[i].error.kind, expected.symbols[i].error.kind);
        assert_same_bars(request->symbols[i], &expected.symbols[i].bars, &found.symbols[i].bars);
        count += found.symbols[i].bars.count;
    }
    bar_set_release(&expected);
    bar_set_release(&found);
    return count;
}

size_t assert_minutes(const char *symbols, const char *from, const char *to)
{
    struct asked asked;
    ask(&asked, symbols, time_of(from), time_of(to));
    return assert_like_source(&asked.request);
}

size_t assert_dates(const char *symbols, const char *first, const char *last)
{
    struct asked asked;
    const struct bar_days days = { calendar_find("xnys"), false };
    ask(&asked, symbols, bar_days_begin_us(&days, bars_date(first)),
        bar_days_begin_us(&days, bars_date(last) + 1));
    return assert_like_source(&asked.request);
}

void assert_asked(const char *lines)
{
    assert_string_equal(text_string(&stage.source.asked), lines);
}

struct text file_of(const char *key, struct version *ret_version)
{
    struct text value;
    struct error error = { 0 };
    assert_true(store_get(stage.store, key, &value, ret_version, &error));
    assert_int_not_equal(ret_version->number, 0);
    return value;
}

static bool count_key(void *context, const char *key)
{
    (void)key;
    ++*(size_t *)context;
    return true;
}

size_t count_keys(const char *prefix)
{
    size_t count = 0;
    struct error error = { 0 };
    assert_true(store_list(stage.store, prefix, count_key, &count, &error));
    return count;
}
