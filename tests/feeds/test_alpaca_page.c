#include "service/feeds/alpaca_page.h"

#include "service/base/date.h"
#include "service/base/file.h"
#include "service/market/symbol.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BAR "{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":4,\"l\":0.5,\"c\":2,\"v\":9}"
#define QQQ(bars) "{\"bars\":{\"QQQ\":" bars "},\"next_page_token\":null}"

enum { SYMBOLS_MAX = 4 };

/* A page as it was read, or its error. */
struct page {
    struct alpaca_rows rows[SYMBOLS_MAX];
    size_t symbol_count;
    size_t bar_count;
    char token[ALPACA_TOKEN_SIZE];
    struct error error;
};

/* For the symbols "QQQ", "QQQ,SPY", ... of any time. */
static struct page read_sized(const char *body, size_t size, const char *symbols, bool is_daily)
{
    char names[SYMBOLS_MAX][SYMBOL_TEXT_SIZE];
    const char *pointers[SYMBOLS_MAX];
    struct page page = { .token = "of before" };
    for (const char *name = symbols; *name != '\0'; name += *name == ',') {
        size_t length = strcspn(name, ",");
        snprintf(names[page.symbol_count], SYMBOL_TEXT_SIZE, "%.*s", (int)length, name);
        pointers[page.symbol_count] = names[page.symbol_count];
        page.symbol_count++;
        name += length;
    }
    struct alpaca_wanted wanted = {
        .symbols = pointers,
        .symbol_count = page.symbol_count,
        .is_daily = is_daily,
        .calendar = symbol_calendar(pointers[0]),
        .begin_us = 0,
        .end_us = INT64_MAX,
    };
    bool good =
        alpaca_page_read(body, size, &wanted, page.rows, page.token, &page.bar_count, &page.error);
    assert_int_equal(good, page.error.kind == ERROR_NONE);
    return page;
}

static struct page read(const char *body, const char *symbols, bool is_daily)
{
    struct page page = read_sized(body, strlen(body), symbols, is_daily);
    if (page.error.kind != ERROR_NONE)
        fail_msg("%s: %s", body, page.error.message);
    return page;
}

static void release(struct page *page)
{
    for (size_t i = 0; i < page->symbol_count; i++)
        series_release(&page->rows[i].series);
}

static struct page read_recorded(const char *path, const char *symbols, bool is_daily)
{
    struct file_view view;
    struct error error = { 0 };
    if (!file_view_open(path, &view, &error))
        fail_msg("%s", error.message);
    struct page page = read_sized(view.bytes, view.size, symbols, is_daily);
    file_view_close(&view);
    assert_string_equal(page.error.message, "");
    return page;
}

static void assert_bar(const struct bar *bar, const char *time, const double values[6],
                       int64_t trade_count)
{
    char text[TIMESTAMP_TEXT_SIZE];
    assert_string_equal(timestamp_format(bar->open_time_us, text), time);
    const double found[] = { bar->open, bar->high, bar->low, bar->close, bar->volume, bar->vwap };
    for (size_t i = 0; i < 6; i++)
        assert_true(found[i] == values[i] || (isnan(found[i]) && isnan(values[i])));
    assert_int_equal(bar->trade_count, trade_count);
}

/* The one bar of a page of QQQ, which holds nothing else. */
static struct bar only_bar(const char *body, bool is_daily)
{
    struct page page = read(body, "QQQ", is_daily);
    assert_int_equal(page.rows[0].series.count, 1);
    assert_int_equal(page.rows[0].dropped, 0);
    struct bar bar = page.rows[0].series.bars[0];
    release(&page);
    return bar;
}

static void assert_refused(const char *body, const char *message)
{
    struct page page = read_sized(body, strlen(body), "QQQ", false);
    assert_int_equal(page.error.kind, ERROR_PROVIDER);
    assert_string_equal(page.error.message, message);
    release(&page);
}

static void recorded_minutes_are_read(void **state)
{
    (void)state;
    struct page page = read_recorded("tests/data/alpaca/bars_15Min.json", "AMZN", false);
    assert_int_equal(page.bar_count, 5);
    assert_string_equal(page.token, "");
    const struct series *series = &page.rows[0].series;
    assert_int_equal(series->count, 5);
    assert_bar(&series->bars[0], "2021-10-15T16:00:00Z",
               (double[]) { 3378.14, 3380.815, 3376.3001, 3379.72, 211689, 3379.041755 }, 5435);
    assert_bar(&series->bars[4], "2021-10-15T17:00:00Z",
               (double[]) { 3387.56, 3390.74, 3382.87, 3382.87, 134339, 3387.086825 }, 5832);
    release(&page);
}

static void recorded_days_of_two_symbols_are_read(void **state)
{
    (void)state;
    struct page page = read_recorded("tests/data/alpaca/bars_1Day.json", "NIO,AAPL", true);
    assert_int_equal(page.rows[0].series.count, 3);
    assert_int_equal(page.rows[1].series.count, 3);
    assert_bar(&page.rows[0].series.bars[2], "2021-10-15T00:00:00Z",
               (double[]) { 37, 38.29, 36.935, 37.71, 48138793, 37.647123 }, 257074);
    assert_bar(&page.rows[1].series.bars[0], "2021-10-13T00:00:00Z",
               (double[]) { 141.21, 141.4, 139.2, 140.91, 78993712, 140.361873 }, 595435);
    release(&page);
}

static void a_recorded_token_is_read(void **state)
{
    (void)state;
    struct page page = read_recorded("tests/data/alpaca/bars_page_1.json", "META", true);
    assert_string_equal(page.token, "TUVUQXxEfDIwMjItMDYtMDlUMDQ6MDA6MDAuMDAwMDAwMDAwWg==");
    assert_int_equal(page.rows[0].series.count, 2);
    release(&page);
}

static void recorded_volumes_of_crypto_have_decimals(void **state)
{
    (void)state;
    struct page page = read_recorded("tests/data/alpaca/crypto_bars_1Min.json", "BCH/USD", false);
    assert_int_equal(page.rows[0].series.count, 11);
    assert_bar(&page.rows[0].series.bars[0], "2021-11-11T11:11:00Z",
               (double[]) { 679.75, 679.76, 679.26, 679.26, 3.67960285, 679.6324449731 }, 10);
    release(&page);
}

static void no_bars_has_many_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "{\"bars\":null,\"next_page_token\":null}",
        "{\"bars\":{},\"next_page_token\":null}",
        "{\"bars\":[],\"next_page_token\":null}",
        "{\"next_page_token\":null}",
        "{\"bars\":{}}",
        "{\"bars\":null,\"next_page_token\":null,\"symbol\":\"QQQ\",\"currency\":\"USD\"}",
        QQQ("null"),
        QQQ("[]"),
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct page page = read(forms[i], "QQQ", false);
        assert_int_equal(page.rows[0].series.count, 0);
        assert_int_equal(page.bar_count, 0);
        assert_string_equal(page.token, "");
        release(&page);
    }
}

static void an_empty_page_may_have_a_token(void **state)
{
    (void)state;
    struct page page = read("{\"next_page_token\":\"a+b\\/c==\",\"bars\":{}}", "QQQ", false);
    assert_string_equal(page.token, "a+b/c==");
    page = read("{\"next_page_token\":\"\",\"bars\":{}}", "QQQ", false);
    assert_string_equal(page.token, "");
}

static void keys_come_in_any_order_and_unknown_ones_are_skipped(void **state)
{
    (void)state;
    struct bar bar = only_bar("{\"next_page_token\":null,\"x\":[{\"bars\":1}],\"bars\":{\"QQQ\":"
                              "[{\"vw\":3.5,\"x\":{\"t\":[1]},\"v\":9,\"n\":7,\"c\":2,\"l\":0.5,"
                              "\"h\":4,\"o\":1, \"t\" : \"2024-06-28T13:30:00Z\" }]}}",
                              false);
    assert_bar(&bar, "2024-06-28T13:30:00Z", (double[]) { 1, 4, 0.5, 2, 9, 3.5 }, 7);
}

static void count_and_vwap_may_be_absent_or_null(void **state)
{
    (void)state;
    struct bar bar = only_bar(QQQ("[" BAR "]"), false);
    assert_bar(&bar, "2024-06-28T13:30:00Z", (double[]) { 1, 4, 0.5, 2, 9, NAN }, -1);
    bar = only_bar(QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":4,\"l\":0.5,\"c\":2,\"v\":9,"
                       "\"n\":null,\"vw\":null}]"),
                   false);
    assert_bar(&bar, "2024-06-28T13:30:00Z", (double[]) { 1, 4, 0.5, 2, 9, NAN }, -1);
}

static void numbers_are_read_in_every_form_of_json(void **state)
{
    (void)state;
    struct bar bar = only_bar(QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1.5e2,\"h\":12345678E+3,"
                                  "\"l\":-0.25,\"c\":12345678.123456789 ,\"v\":9007199254740992}]"),
                              false);
    assert_bar(&bar, "2024-06-28T13:30:00Z",
               (double[]) { 150, 12345678e3, -0.25, 12345678.123456789, 0x1p53, NAN }, -1);
}

static void a_minute_without_trades_has_no_vwap(void **state)
{
    (void)state;
    struct bar bar =
        only_bar(QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":1,\"l\":1,\"c\":1,"
                     "\"v\":0,\"n\":0,\"vw\":0}]"),
                 false);
    assert_bar(&bar, "2024-06-28T13:30:00Z", (double[]) { 1, 1, 1, 1, 0, NAN }, 0);
}

static int64_t time_of(const char *time)
{
    char body[256];
    snprintf(body, sizeof body, QQQ("[{\"t\":\"%s\",\"o\":1,\"h\":1,\"l\":1,\"c\":1,\"v\":1}]"),
             time);
    return only_bar(body, false).open_time_us;
}

static void times_have_up_to_nine_digits_of_a_second_and_any_zone(void **state)
{
    (void)state;
    const int64_t time_us = time_of("2024-06-28T13:30:00Z");
    assert_int_equal(time_us, date_from_civil(2024, 6, 28) * DAY_US + 810 * MINUTE_US);
    assert_int_equal(time_of("2024-06-28T09:30:00-04:00"), time_us);
    assert_int_equal(time_of("2024-06-28T19:00:00+05:30"), time_us);
    assert_int_equal(time_of("2024-06-28T13:30:00.0Z"), time_us);
    assert_int_equal(time_of("2024-06-28T13:30:00.000000000Z"), time_us);
    assert_int_equal(time_of("2024-06-28T13:30:00.5Z"), time_us + 500000);
    assert_int_equal(time_of("2024-06-28T13:30:00.123456789Z"), time_us + 123456);
    assert_int_equal(time_of("2024-06-28T09:30:00.25-04:00"), time_us + 250000);
}

/* The date of the one day that begins at a time, as text; "dropped" when it is none. */
static void assert_day(const char *symbol, const char *time, const char *date)
{
    char body[256], text[DATE_TEXT_SIZE];
    snprintf(body, sizeof body,
             "{\"bars\":{\"%s\":[{\"t\":\"%s\",\"o\":1,\"h\":1,\"l\":1,\"c\":1,\"v\":1}]}}", symbol,
             time);
    struct page page = read(body, symbol, true);
    const struct alpaca_rows *rows = &page.rows[0];
    assert_int_equal(rows->series.count + rows->dropped, 1);
    if (rows->dropped > 0) {
        assert_string_equal("dropped", date);
    } else {
        assert_int_equal(rows->series.bars[0].open_time_us % DAY_US, 0);
        assert_string_equal(date_format(date_of_instant(rows->series.bars[0].open_time_us), text),
                            date);
    }
    release(&page);
}

static void a_day_of_stocks_begins_at_midnight_in_new_york(void **state)
{
    (void)state;
    assert_day("QQQ", "2026-03-06T05:00:00Z", "2026-03-06");
    assert_day("QQQ", "2026-03-09T04:00:00Z", "2026-03-09");
    assert_day("QQQ", "2026-10-30T00:00:00-04:00", "2026-10-30");
    assert_day("QQQ", "2026-11-02T05:00:00Z", "2026-11-02");
}

static void a_day_of_crypto_begins_at_midnight_utc(void **state)
{
    (void)state;
    assert_day("BTC/USD", "2026-03-08T00:00:00Z", "2026-03-08");
    assert_day("BTC/USD", "2026-11-01T00:00:00Z", "2026-11-01");
}

/* In summer 05:00Z is an hour past New York's midnight; days of crypto once began at 06:00Z. */
static void a_day_that_begins_at_another_time_is_dropped_and_counted(void **state)
{
    (void)state;
    assert_day("QQQ", "2026-03-09T05:00:00Z", "dropped");
    assert_day("QQQ", "2026-11-02T04:00:00Z", "dropped");
    assert_day("QQQ", "2026-11-02T00:00:00Z", "dropped");
    assert_day("BTC/USD", "2021-06-01T05:00:00Z", "dropped");
    assert_day("BTC/USD", "2021-06-01T06:00:00Z", "dropped");
}

static void bars_outside_the_request_are_dropped_and_counted(void **state)
{
    (void)state;
    static const char body[] =
        QQQ("[{\"t\":\"2024-06-28T13:29:00Z\",\"o\":1,\"h\":1,\"l\":1,\"c\":1,\"v\":1}," BAR
            ",{\"t\":\"2024-06-28T13:31:00Z\",\"o\":1,\"h\":1,\"l\":1,\"c\":1,\"v\":1}]");
    const char *const symbols[] = { "QQQ" };
    int64_t time_us = date_from_civil(2024, 6, 28) * DAY_US + 810 * MINUTE_US;
    struct alpaca_wanted wanted = { symbols, 1,
                                    false,   calendar_find("xnys"),
                                    time_us, time_us + MINUTE_US };
    struct alpaca_rows rows = { 0 };
    char token[ALPACA_TOKEN_SIZE];
    size_t bar_count;
    struct error error = { 0 };
    assert_true(alpaca_page_read(body, strlen(body), &wanted, &rows, token, &bar_count, &error));
    assert_int_equal(rows.series.count, 1);
    assert_int_equal(rows.series.bars[0].open_time_us, time_us);
    assert_int_equal(rows.dropped, 2);
    assert_int_equal(bar_count, 3);
    series_release(&rows.series);
}

static void a_symbol_may_be_spelt_with_escapes(void **state)
{
    (void)state;
    struct page page = read("{\"bars\":{\"BTC\\/USD\":[" BAR "]}}", "ETH/USD,BTC/USD", false);
    assert_int_equal(page.rows[0].series.count, 0);
    assert_int_equal(page.rows[1].series.count, 1);
    release(&page);
}

static void bars_of_a_symbol_that_was_not_asked_for_are_an_error(void **state)
{
    (void)state;
    assert_refused("{\"bars\":{\"SPY\":[" BAR "]}}",
                   "there are bars of \"SPY\", which was not asked for");
}

static void what_is_no_page_is_an_error_that_says_what_is_wrong(void **state)
{
    (void)state;
    assert_refused("",
                   "the reply is not JSON: line 1, column 1: expected a value, but the text ends");
    assert_refused("<html>", "the reply is not JSON: line 1, column 1: expected a value, found <");
    assert_refused("[]", "the reply is not a JSON object");
    assert_refused("{\"message\":\"all is well\"}",
                   "the reply has neither \"bars\" nor \"next_page_token\"");
    assert_refused("{\"bars\":1}", "\"bars\" is not an object of symbols");
    assert_refused("{\"bars\":[" BAR "]}", "\"bars\" is not an object of symbols");
    assert_refused("{\"bars\":[{\"QQQ\":[]}]}", "\"bars\" is not an object of symbols");
    assert_refused("{\"next_page_token\":7}", "\"next_page_token\" is not a string");
    assert_refused(QQQ("{}"), "the bars of QQQ are not an array");
    assert_refused(QQQ("[1]"), "bar 1 of QQQ is not an object");
    assert_refused(QQQ("[" BAR ",{}]"), "bar 2 of QQQ lacks one of t, o, h, l, c and v");
    assert_refused(QQQ("[" BAR),
                   "the reply is not JSON: line 1, column 77: expected a comma or ] behind the "
                   "value, found }");
}

static void a_token_that_is_too_long_is_an_error(void **state)
{
    (void)state;
    char body[2 * ALPACA_TOKEN_SIZE];
    snprintf(body, sizeof body, "{\"next_page_token\":\"%0*d\"}", ALPACA_TOKEN_SIZE - 1, 0);
    struct page page = read(body, "QQQ", false);
    assert_int_equal(strlen(page.token), ALPACA_TOKEN_SIZE - 1);
    snprintf(body, sizeof body, "{\"next_page_token\":\"%0*d\"}", ALPACA_TOKEN_SIZE, 0);
    assert_refused(body, "\"next_page_token\" has more than 1023 characters");
}

/* A bar whose member says something else, or nothing. */
static void assert_member_refused(const char *key, const char *value, const char *message)
{
    static const char *const keys[] = { "t", "o", "h", "l", "c", "v", "n", "vw" };
    char body[512] = "{\"bars\":{\"QQQ\":[{\"x\":0";
    for (size_t i = 0; i < 8; i++) {
        const char *usual = i == 0 ? "\"2024-06-28T13:30:00Z\"" : "1";
        bool is_other = strcmp(keys[i], key) == 0;
        size_t length = strlen(body);
        if (!is_other || value != NULL)
            snprintf(body + length, sizeof body - length, ",\"%s\":%s", keys[i],
                     is_other ? value : usual);
    }
    size_t length = strlen(body);
    snprintf(body + length, sizeof body - length, "}]}}");
    assert_refused(body, message);
}

static void a_bar_with_a_wrong_member_is_an_error(void **state)
{
    (void)state;
    static const char *const prices[] = { "o", "h", "l", "c", "v", "vw" };
    for (size_t i = 0; i < 6; i++) {
        char message[64];
        snprintf(message, sizeof message, "bar 1 of QQQ: \"%s\" is not a number", prices[i]);
        assert_member_refused(prices[i], "\"1.5\"", message);
        assert_member_refused(prices[i], "{}", message);
        assert_member_refused(prices[i], "true", message);
        if (i < 5)
            assert_member_refused(prices[i], "null", message);
        if (i < 5)
            assert_member_refused(prices[i], NULL, "bar 1 of QQQ lacks one of t, o, h, l, c and v");
    }
    assert_member_refused("t", NULL, "bar 1 of QQQ lacks one of t, o, h, l, c and v");
    static const char no_time[] = "bar 1 of QQQ: \"t\" is not a time such as "
                                  "\"2024-06-28T13:30:00Z\"";
    static const char *const times[] = { "null",
                                         "1719581400",
                                         "\"2024-06-28\"",
                                         "\"2024-06-28T13:30:00\"",
                                         "\"2024-02-30T13:30:00Z\"",
                                         "\"2024-06-28T13:30:00Z \"",
                                         "\"2024-06-28T13:30:00Zx\"" };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        assert_member_refused("t", times[i], no_time);
    assert_member_refused("n", "1.5", "bar 1 of QQQ: \"n\" is not a count");
    assert_member_refused("n", "-1", "bar 1 of QQQ: \"n\" is not a count");
    assert_member_refused("n", "\"1\"", "bar 1 of QQQ: \"n\" is not a count");
}

static void what_json_does_not_allow_never_becomes_a_bar(void **state)
{
    (void)state;
    static const char *const values[] = { "NaN", "Infinity", "1e999", "01", "1.", "+1", "0x1" };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char body[256];
        snprintf(body, sizeof body,
                 QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":1,\"l\":1,\"c\":%s,\"v\":1}]"),
                 values[i]);
        struct page page = read_sized(body, strlen(body), "QQQ", false);
        assert_int_equal(page.error.kind, ERROR_PROVIDER);
        assert_non_null(strstr(page.error.message, "the reply is not JSON: line 1, column "));
    }
    assert_refused(
        QQQ("[{\"c\":1,\"c\":2}]"),
        "the reply is not JSON: line 1, column 24: the key \"c\" is in this object twice");
}

static void any_cut_of_a_page_is_an_error(void **state)
{
    (void)state;
    static const char body[] = "{\"bars\":{\"QQQ\":[" BAR "," BAR "],\"SPY\":[]},"
                               "\"next_page_token\":\"abc\"}";
    for (size_t size = 0; size < sizeof body - 1; size++) {
        char *exact = malloc(size + 1); /* one byte more, as malloc(0) may be NULL */
        memcpy(exact, body, size);
        struct page page = read_sized(exact, size, "QQQ,SPY", false);
        assert_int_equal(page.error.kind, ERROR_PROVIDER);
        assert_non_null(strstr(page.error.message, "the reply is not JSON: line 1, column "));
        assert_int_equal(page.rows[0].series.count, 0);
        release(&page);
        free(exact);
    }
    struct page page = read(body, "QQQ,SPY", false);
    assert_int_equal(page.rows[0].series.count, 2);
    release(&page);
}

static void assert_same_page(const struct page *page, const struct page *expected)
{
    assert_int_equal(page->bar_count, expected->bar_count);
    assert_string_equal(page->token, expected->token);
    for (size_t i = 0; i < page->symbol_count; i++) {
        const struct series *bars = &page->rows[i].series, *others = &expected->rows[i].series;
        assert_int_equal(page->rows[i].dropped, expected->rows[i].dropped);
        assert_int_equal(bars->count, others->count);
        assert_memory_equal(bars->bars, others->bars, bars->count * sizeof *bars->bars);
    }
}

/* What the usual form has in common with the unusual ones: a blank in front makes it one. */
static void assert_like_with_a_blank(const char *body, size_t size, const char *symbols)
{
    char blank[2048];
    assert_true(size + 1 < sizeof blank);
    snprintf(blank, sizeof blank, " %.*s", (int)size, body);
    struct page page = read_sized(body, size, symbols, false);
    struct page expected = read_sized(blank, size + 1, symbols, false);
    assert_int_equal(page.error.kind, expected.error.kind);
    if (page.error.kind == ERROR_NONE)
        assert_same_page(&page, &expected);
    release(&page);
    release(&expected);
}

static const char usual[] =
    "{\"bars\":{\"SPY\":[{\"c\":545.20,\"h\":545.31,\"l\":544,\"n\":10,\"o\":0.5,"
    "\"t\":\"2024-06-28T13:30:00Z\",\"v\":1234567,\"vw\":545.123456},"
    "{\"c\":1.20,\"h\":2.31,\"l\":1.10,\"o\":1.25,\"t\":\"2024-06-28T09:31:00-04:00\",\"v\":0,"
    "\"vw\":0}],\"QQQ\":[" BAR "]},\"next_page_token\":\"U1BZfE18MTcx+/0=\"}";

static void the_usual_form_and_any_other_have_the_same_meaning(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        usual,
        QQQ("[" BAR "," BAR "]"),
        QQQ("[" BAR "],\"QQQ\":[" BAR "]"),
        QQQ("[" BAR ",]"),
        QQQ("[" BAR "]") "x",
        QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":4,\"l\":0.5,\"c\":2,\"v\":9,\"v\":9}]"),
        QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":01,\"h\":4,\"l\":0.5,\"c\":2,\"v\":9}]"),
        QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1.,\"h\":4,\"l\":0.5,\"c\":2,\"v\":9}]"),
        QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":12345678.,\"h\":4,\"l\":1,\"c\":2,\"v\":9}]"),
        QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":4,\"l\":.5,\"c\":2,\"v\":9}]"),
        QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":4,\"l\":-5,\"c\":2e0,\"v\":9}]"),
        QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":4,\"l\":1,\"c\":2,\"v\":9,\"n\":1.5}]"),
        QQQ("[{\"t\":\"2024-06-28T13:30:00Z\",\"o\":1,\"h\":4,\"l\":0.5,\"c\":2}]"),
        QQQ("[{\"t\":\"2024-06-28T13:30:00,\",\"o\":1,\"h\":4,\"l\":0.5,\"c\":2,\"v\":9}]"),
        "{\"bars\":{\"QQQ\":[" BAR "]},\"next_page_token\":\"a\\u0062\"}",
        "{\"bars\":{\"QQQ\":[" BAR "]},\"next_page_token\":\"\"}",
        "{\"bars\":{\"QQQ\":[" BAR "]},\"next_page_token\":null}}",
        "{\"bars\":{\"IWM\":[" BAR "]},\"next_page_token\":null}",
        "{\"bars\":{\"QQQ\":[" BAR "],\"IWM\":[" BAR "]},\"next_page_token\":null}",
        "{\"bars\":{\"QQQ\":[" BAR "],},\"next_page_token\":null}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_like_with_a_blank(bodies[i], strlen(bodies[i]), "QQQ,SPY");
}

/* One or two bytes of it are others. */
static void whatever_happens_to_the_usual_form_both_ways_agree(void **state)
{
    (void)state;
    static const char bytes[] = "\"{}[],:.0159-+eE tohlcvnwZ\\/Q";
    struct random random = { 7 };
    for (int i = 0; i < 20000; i++) {
        char body[sizeof usual];
        memcpy(body, usual, sizeof usual);
        for (uint64_t changes = 1 + random_below(&random, 2); changes > 0; changes--)
            body[random_below(&random, sizeof usual - 1)] =
                bytes[random_below(&random, sizeof bytes - 1)];
        assert_like_with_a_blank(body, sizeof usual - 1, "QQQ,SPY");
    }
}

/* Of memory of just that size, which the sanitizer watches. */
static void the_usual_form_is_not_read_beyond_its_end(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof usual; size++) {
        char *body = malloc(size + 1);
        memcpy(body, usual, size);
        body = realloc(body, size > 0 ? size : 1);
        struct page page = read_sized(body, size, "QQQ,SPY", false);
        assert_int_equal(page.error.kind == ERROR_NONE, size == sizeof usual - 1);
        release(&page);
        free(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_minutes_are_read),
        cmocka_unit_test(recorded_days_of_two_symbols_are_read),
        cmocka_unit_test(a_recorded_token_is_read),
        cmocka_unit_test(recorded_volumes_of_crypto_have_decimals),
        cmocka_unit_test(no_bars_has_many_forms),
        cmocka_unit_test(an_empty_page_may_have_a_token),
        cmocka_unit_test(keys_come_in_any_order_and_unknown_ones_are_skipped),
        cmocka_unit_test(count_and_vwap_may_be_absent_or_null),
        cmocka_unit_test(numbers_are_read_in_every_form_of_json),
        cmocka_unit_test(a_minute_without_trades_has_no_vwap),
        cmocka_unit_test(times_have_up_to_nine_digits_of_a_second_and_any_zone),
        cmocka_unit_test(a_day_of_stocks_begins_at_midnight_in_new_york),
        cmocka_unit_test(a_day_of_crypto_begins_at_midnight_utc),
        cmocka_unit_test(a_day_that_begins_at_another_time_is_dropped_and_counted),
        cmocka_unit_test(bars_outside_the_request_are_dropped_and_counted),
        cmocka_unit_test(a_symbol_may_be_spelt_with_escapes),
        cmocka_unit_test(bars_of_a_symbol_that_was_not_asked_for_are_an_error),
        cmocka_unit_test(what_is_no_page_is_an_error_that_says_what_is_wrong),
        cmocka_unit_test(a_token_that_is_too_long_is_an_error),
        cmocka_unit_test(a_bar_with_a_wrong_member_is_an_error),
        cmocka_unit_test(what_json_does_not_allow_never_becomes_a_bar),
        cmocka_unit_test(any_cut_of_a_page_is_an_error),
        cmocka_unit_test(the_usual_form_and_any_other_have_the_same_meaning),
        cmocka_unit_test(whatever_happens_to_the_usual_form_both_ways_agree),
        cmocka_unit_test(the_usual_form_is_not_read_beyond_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
