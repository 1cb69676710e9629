#include "service/feeds/alpaca_page.h"

#include "service/base/date.h"
#include "service/base/json_pull.h"
#include "service/base/memory.h"
#include "service/feeds/alpaca_quick.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 40 };

struct reader {
    const struct alpaca_wanted *wanted;
    struct alpaca_rows *rows;
    struct json_pull pull;
    struct quick_date date;
    size_t symbol, bar; /* where it is, for errors */
    size_t bar_count;
    struct error *error;
};

/* One bit for each member of a bar that must be there. */
enum { HAS_TIME = 1, HAS_OPEN = 2, HAS_HIGH = 4, HAS_LOW = 8, HAS_CLOSE = 16, HAS_VOLUME = 32 };
enum { HAS_ALL = 63 };

static bool wrong_bar(struct reader *reader, const char *key, const char *expected)
{
    return error_set(reader->error, ERROR_PROVIDER, "bar %zu of %s: \"%s\" is not %s",
                     reader->bar + 1, reader->wanted->symbols[reader->symbol], key, expected);
}

static bool time_read(struct reader *reader, struct bar *bar)
{
    static const struct bar_zone no_zone = { 0 };
    struct json_text text;
    bool has_zone;
    if (!json_pull_string(&reader->pull, &text))
        return false;
    const char *end = reader->pull.end;
    return quick_stamp(text.bytes, end, &no_zone, &reader->date, &bar->open_time_us) ==
               text.bytes + text.size ||
           (timestamp_parse(text.bytes, text.size, &bar->open_time_us, &has_zone) && has_zone);
}

static bool number_read(struct reader *reader, const char *key, double *ret_value)
{
    struct json_pull *pull = &reader->pull;
    const char *after = quick_number(pull->next, pull->end, ret_value);
    if (after != NULL && (*after == ',' || *after == '}')) {
        pull->next = after;
        return true;
    }
    return json_pull_double(pull, ret_value) || wrong_bar(reader, key, "a number");
}

static bool count_read(struct reader *reader, int64_t *ret_count)
{
    return (json_pull_integer(&reader->pull, ret_count) && *ret_count >= 0) ||
           wrong_bar(reader, "n", "a count");
}

/* Only n and vw may be null, which is the same as absent. */
static bool member_read(struct reader *reader, const struct json_text *key, struct bar *bar,
                        unsigned *has)
{
    struct json_pull *pull = &reader->pull;
    if (json_text_is(key, "vw"))
        return json_pull_null(pull) || number_read(reader, "vw", &bar->vwap);
    switch (key->size == 1 ? *key->bytes : '\0') {
    case 't':
        *has |= HAS_TIME;
        return time_read(reader, bar) ||
               wrong_bar(reader, "t", "a time such as \"2024-06-28T13:30:00Z\"");
    case 'o':
        *has |= HAS_OPEN;
        return number_read(reader, "o", &bar->open);
    case 'h':
        *has |= HAS_HIGH;
        return number_read(reader, "h", &bar->high);
    case 'l':
        *has |= HAS_LOW;
        return number_read(reader, "l", &bar->low);
    case 'c':
        *has |= HAS_CLOSE;
        return number_read(reader, "c", &bar->close);
    case 'v':
        *has |= HAS_VOLUME;
        return number_read(reader, "v", &bar->volume);
    case 'n':
        return json_pull_null(pull) || count_read(reader, &bar->trade_count);
    default:
        json_pull_skip(pull);
        return true;
    }
}

static bool bar_read(struct reader *reader, struct bar *ret_bar)
{
    struct json_pull *pull = &reader->pull;
    struct bar bar = { .vwap = NAN, .trade_count = -1 };
    struct json_text key;
    unsigned has = 0;
    if (!json_pull_enter(pull, '{'))
        return error_set(reader->error, ERROR_PROVIDER, "bar %zu of %s is not an object",
                         reader->bar + 1, reader->wanted->symbols[reader->symbol]);
    while (json_pull_member(pull, &key))
        if (!member_read(reader, &key, &bar, &has))
            return false;
    if (has != HAS_ALL)
        return error_set(reader->error, ERROR_PROVIDER,
                         "bar %zu of %s lacks one of t, o, h, l, c and v", reader->bar + 1,
                         reader->wanted->symbols[reader->symbol]);
    *ret_bar = bar;
    return true;
}

/* Moves a daily bar to its date's midnight UTC. False: it is no bar of what was asked for. */
static bool bar_place(const struct alpaca_wanted *wanted, struct bar *bar)
{
    if (bar->volume == 0 && bar->vwap == 0)
        bar->vwap = NAN; /* how a minute of crypto without trades is told */
    if (wanted->is_daily) {
        int64_t local_us = bar->open_time_us + wanted->calendar->offset_us(bar->open_time_us);
        if (local_us % DAY_US != 0)
            return false;
        bar->open_time_us = local_us;
    }
    return bar->open_time_us >= wanted->begin_us && bar->open_time_us < wanted->end_us;
}

static void bar_take(const struct alpaca_wanted *wanted, struct alpaca_rows *rows, struct bar *bar)
{
    if (bar_place(wanted, bar))
        series_append(&rows->series, bar);
    else
        rows->dropped++;
}

static bool symbol_find(struct reader *reader, const struct json_text *key)
{
    const struct alpaca_wanted *wanted = reader->wanted;
    for (size_t i = 0; i < wanted->symbol_count; i++) {
        if (json_text_is(key, wanted->symbols[i])) {
            reader->symbol = i;
            return true;
        }
    }
    return error_set(reader->error, ERROR_PROVIDER,
                     "there are bars of \"%.*s\", which was not asked for",
                     key->size < SHOWN_MAX ? (int)key->size : SHOWN_MAX, key->bytes);
}

static bool symbol_read(struct reader *reader, const struct json_text *key)
{
    struct json_pull *pull = &reader->pull;
    if (!symbol_find(reader, key))
        return false;
    if (json_pull_null(pull))
        return true;
    if (!json_pull_enter(pull, '['))
        return error_set(reader->error, ERROR_PROVIDER, "the bars of %s are not an array",
                         reader->wanted->symbols[reader->symbol]);
    struct alpaca_rows *rows = &reader->rows[reader->symbol];
    struct bar bar;
    for (reader->bar = 0; json_pull_element(pull); reader->bar++) {
        if (!bar_read(reader, &bar))
            return false;
        bar_take(reader->wanted, rows, &bar);
    }
    reader->bar_count += reader->bar;
    return true;
}

/* An array is a form of no bars: where there are some, they stand under their symbols. */
static bool bars_read(struct reader *reader)
{
    struct json_pull *pull = &reader->pull;
    struct json_text symbol;
    if (json_pull_null(pull))
        return true;
    bool is_array = json_pull_enter(pull, '[');
    if (is_array ? json_pull_element(pull) : !json_pull_enter(pull, '{'))
        return error_set(reader->error, ERROR_PROVIDER, "\"bars\" is not an object of symbols");
    while (!is_array && json_pull_member(pull, &symbol))
        if (!symbol_read(reader, &symbol))
            return false;
    return true;
}

static bool members_read(struct reader *reader, char token[static ALPACA_TOKEN_SIZE])
{
    struct json_pull *pull = &reader->pull;
    struct json_text key;
    bool is_page = false;
    while (json_pull_member(pull, &key)) {
        bool is_bars = json_text_is(&key, "bars");
        bool is_token = json_text_is(&key, "next_page_token");
        if (is_bars ? !bars_read(reader)
                    : is_token && !alpaca_token_read(pull, token, reader->error))
            return false;
        if (!is_bars && !is_token)
            json_pull_skip(pull);
        is_page |= is_bars || is_token;
    }
    return is_page || error_set(reader->error, ERROR_PROVIDER,
                                "the reply has neither \"bars\" nor \"next_page_token\"");
}

/* What follows when the text goes on with these words; else NULL, as for a text that is NULL. */
static const char *behind(const char *text, const char *end, const char *words)
{
    size_t size = strlen(words);
    bool is_next = text != NULL && (size_t)(end - text) >= size && memcmp(text, words, size) == 0;
    return is_next ? text + size : NULL;
}

/* Which of the symbols has its bars here. */
static const char *quick_symbol(const char *text, const char *end,
                                const struct alpaca_wanted *wanted, size_t *ret_symbol)
{
    text = behind(text, end, "\"");
    for (size_t i = 0; text != NULL && i < wanted->symbol_count; i++) {
        const char *after = behind(behind(text, end, wanted->symbols[i]), end, "\":[");
        if (after == NULL)
            continue;
        *ret_symbol = i;
        return after;
    }
    return NULL;
}

/* Up to the closing bracket. */
static const char *quick_bars(struct reader *reader, const char *text, const char *end)
{
    struct alpaca_rows *rows = &reader->rows[reader->symbol];
    do {
        struct bar bar;
        text = quick_alpaca_bar(text, end, &reader->date, &bar);
        if (text == NULL)
            return NULL;
        bar_take(reader->wanted, rows, &bar);
        reader->bar_count++;
    } while (text < end && *text++ == ',');
    return behind(text - 1, end, "]");
}

/* Of a token: stands for itself in JSON. */
static bool is_plain(char character)
{
    return character > ' ' && character < '\x7f' && character != '"' && character != '\\';
}

static bool quick_token(const char *text, const char *end, char token[static ALPACA_TOKEN_SIZE])
{
    const char *null = behind(text, end, "null}");
    if (null != NULL)
        return null == end;
    text = behind(text, end, "\"");
    if (text == NULL)
        return false;
    size_t size = 0;
    while (size < ALPACA_TOKEN_SIZE && text + size < end && is_plain(text[size]))
        size++;
    if (size == ALPACA_TOKEN_SIZE || behind(text + size, end, "\"}") != end)
        return false;
    memcpy(token, text, size);
    token[size] = '\0';
    return true;
}

/* The form that nearly every page has, in one pass instead of two: bars of symbols that come once
 * each, then the token. False: it has another one, or is wrong; rows may hold a part of it. */
static bool quick_page(struct reader *reader, const char *text, const char *end, bool *is_told,
                       char token[static ALPACA_TOKEN_SIZE])
{
    const char *comma = behind(text, end, "{\"bars\":{");
    while (comma != NULL) {
        text = quick_symbol(comma, end, reader->wanted, &reader->symbol);
        if (text == NULL || is_told[reader->symbol])
            return false;
        is_told[reader->symbol] = true;
        text = quick_bars(reader, text, end);
        comma = behind(text, end, ",");
    }
    text = behind(text, end, "},\"next_page_token\":");
    return text != NULL && quick_token(text, end, token);
}

/* Leaves the rows as they were when it could not. */
static bool try_quick_page(struct reader *reader, const char *body, size_t size,
                           char token[static ALPACA_TOKEN_SIZE])
{
    size_t count = reader->wanted->symbol_count;
    struct alpaca_rows *before = memory_new(count, sizeof *before);
    bool *is_told = memory_new(count, sizeof *is_told);
    memcpy(before, reader->rows, count * sizeof *before);
    bool is_read = quick_page(reader, body, body + size, is_told, token);
    for (size_t i = 0; i < count && !is_read; i++) {
        reader->rows[i].series.count = before[i].series.count;
        reader->rows[i].dropped = before[i].dropped;
    }
    free(before);
    free(is_told);
    return is_read;
}

bool alpaca_page_read(const char *body, size_t size, const struct alpaca_wanted *wanted,
                      struct alpaca_rows *rows, char token[static ALPACA_TOKEN_SIZE],
                      size_t *ret_bars, struct error *error)
{
    struct reader reader = { .wanted = wanted, .rows = rows, .error = error };
    token[0] = '\0';
    if (!try_quick_page(&reader, body, size, token)) {
        reader = (struct reader) { .wanted = wanted, .rows = rows, .error = error };
        token[0] = '\0';
        if (!alpaca_reply_begin(body, size, &reader.pull, error) || !members_read(&reader, token))
            return false;
    }
    *ret_bars = reader.bar_count;
    return true;
}
