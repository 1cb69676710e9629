#include "service/feeds/bar_csv.h"

#include "service/base/date.h"
#include "service/base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER "timestamp,open,high,low,close,volume\n"
#define ROW "2022-02-14T14:30:00Z,346.46,347.76,345.81,347.06,2050831\n"
#define ROW_US INT64_C(1644849000000000)

enum { RANDOM_ROWS = 20000 };

static uint64_t random_state = 7;

/* SplitMix64: the same texts on every run. */
static uint64_t random_next(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Parses an exact copy, so that the address sanitizer sees a look beyond the end. */
static bool parse_bytes(const char *bytes, size_t size, const struct bar_zone *zone,
                        struct bar_rows *ret_rows, struct error *error)
{
    char *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    struct bar_source csv = { .name = "QQQ.csv", .bytes = copy, .size = size, .zone = zone };
    bool parsed = bar_csv_parse(&csv, ret_rows, error);
    free(copy);
    return parsed;
}

static struct bar_rows parse_in(const char *text, struct bar_zone zone)
{
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    if (!parse_bytes(text, strlen(text), &zone, &rows, &error))
        fail_msg("%s", error.message);
    return rows;
}

static struct bar_rows parse(const char *text)
{
    return parse_in(text, (struct bar_zone) { .kind = ZONE_NONE });
}

static void assert_error(const char *text, enum error_kind kind, const char *expected)
{
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    const struct bar_zone nowhere = { 0 };
    assert_false(parse_bytes(text, strlen(text), &nowhere, &rows, &error));
    assert_string_equal(error.message, expected);
    assert_int_equal(error.kind, kind);
    assert_null(rows.series.bars);
}

static const struct bar the_bar = { ROW_US, 346.46, 347.76, 345.81, 347.06, 2050831, NAN, -1 };

static void assert_same_bars(const struct series *series, const struct bar *bars, size_t count)
{
    assert_int_equal(series->count, count);
    assert_memory_equal(series->bars, bars, count * sizeof *bars);
}

/* One row, and it is the_bar. */
static void assert_the_bar(const char *text)
{
    struct bar_rows rows = parse(text);
    assert_same_bars(&rows.series, &the_bar, 1);
    assert_false(rows.daily);
    series_release(&rows.series);
}

static void a_row_becomes_a_bar(void **state)
{
    (void)state;
    assert_the_bar(HEADER ROW);
}

static void vwap_and_trade_count_are_read_where_there_are_any(void **state)
{
    (void)state;
    struct bar_rows rows = parse("timestamp,open,high,low,close,volume,vwap,trade_count\n"
                                 "2022-02-14T14:30:00Z,1,2,0.5,1.5,100,1.25,42\n"
                                 "2022-02-14T14:31:00Z,1,2,0.5,1.5,100,,\n"
                                 "2022-02-14T14:32:00Z,1,2,0.5,1.5,100,nan,nan\n"
                                 "2022-02-14T14:33:00Z,1,2,0.5,1.5,100,1.25,1.2e1\n"
                                 "2022-02-14T14:34:00Z,1,2,0.5,1.5,100,1.25,12.0\n");
    const struct bar *bars = rows.series.bars;
    assert_int_equal(rows.series.count, 5);
    assert_true(bars[0].vwap == 1.25);
    assert_int_equal(bars[0].trade_count, 42);
    assert_true(isnan(bars[1].vwap));
    assert_int_equal(bars[1].trade_count, -1);
    assert_true(isnan(bars[2].vwap));
    assert_int_equal(bars[2].trade_count, -1);
    assert_int_equal(bars[3].trade_count, 12);
    assert_int_equal(bars[4].trade_count, 12);
    series_release(&rows.series);
}

/* All 720 orders: the n-th permutation by its factorial digits. */
static void columns_may_stand_in_any_order(void **state)
{
    (void)state;
    static const char *const names[] = { "timestamp", "open", "high", "low", "close", "volume" };
    static const char *const cells[] = {
        "2022-02-14T14:30:00Z", "346.46", "347.76", "345.81", "347.06", "2050831"
    };
    for (int n = 0; n < 720; n++) {
        bool used[6] = { false };
        struct text header = { 0 }, row = { 0 };
        for (int i = 0, rest = n; i < 6; rest /= 6 - i, i++) {
            int column = 0;
            for (int skip = rest % (6 - i); used[column] || skip-- > 0;)
                column++;
            used[column] = true;
            text_format(&header, "%s%s", i > 0 ? "," : "", names[column]);
            text_format(&row, "%s%s", i > 0 ? "," : "", cells[column]);
        }
        text_format(&header, "\n%s\n", text_string(&row));
        assert_the_bar(text_string(&header));
        text_release(&header);
        text_release(&row);
    }
}

static void names_of_columns_may_be_in_any_case(void **state)
{
    (void)state;
    assert_the_bar("Timestamp,OPEN,High,lOw,Close,Volume\n" ROW);
    assert_the_bar("Date,Open,High,Low,Close,Volume\n" ROW);
}

static void line_ends_marks_and_blank_lines_make_no_difference(void **state)
{
    (void)state;
    assert_the_bar("\xef\xbb\xbf" HEADER ROW);
    assert_the_bar("\r\n\n" HEADER "\n  \r\n" ROW "\n\n   ");
    assert_the_bar("timestamp,open,high,low,close,volume\r\n"
                   "2022-02-14T14:30:00Z,346.46,347.76,345.81,347.06,2050831\r\n");
    assert_the_bar(HEADER "2022-02-14T14:30:00Z,346.46,347.76,345.81,347.06,2050831");
    assert_the_bar(HEADER "2022-02-14T14:30:00Z,346.46,347.76,345.81,347.06,2050831\r");
    struct bar_rows rows = parse("timestamp,open,high,low,close,volume\r\n"
                                 "2022-02-14T14:30:00Z,346.46,347.76,345.81,347.06,2050831\r\n"
                                 "2022-02-14T14:30:00Z,346.46,347.76,345.81,347.06,2050831\r\n"
                                 "2022-02-14T14:30:00Z,346.46,347.76,345.81,347.06,2050831\r\n");
    assert_int_equal(rows.series.count, 3);
    assert_memory_equal(&rows.series.bars[0], &the_bar, sizeof the_bar);
    series_release(&rows.series);
}

static void cells_may_be_quoted_or_have_blanks_around_them(void **state)
{
    (void)state;
    assert_the_bar("\"timestamp\",\"open\",high,low,close,\"volume\"\n"
                   "\"2022-02-14T14:30:00Z\",\"346.46\",347.76,345.81,347.06,\"2050831\"\n");
    assert_the_bar("timestamp, open,\thigh, low , close , volume \n"
                   " 2022-02-14T14:30:00Z , 346.46,\t347.76, \"345.81\" ,347.06 , 2050831 \n");
}

static void unknown_columns_are_passed_over_and_named(void **state)
{
    (void)state;
    struct bar_rows rows = parse(",timestamp,open,high,low,Adj Close,close,volume,no\x01te\n"
                                 "0,2022-02-14T14:30:00Z,346.46,347.76,345.81,abc,347.06,"
                                 "2050831,\"a \"\"b\"\", c\"\n");
    assert_same_bars(&rows.series, &the_bar, 1);
    assert_string_equal(rows.ignored_columns, "(unnamed), Adj Close, no?te");
    series_release(&rows.series);
    rows = parse(HEADER ROW);
    assert_string_equal(rows.ignored_columns, "");
    series_release(&rows.series);
}

static void a_symbol_that_all_rows_name_is_told(void **state)
{
    (void)state;
    struct bar_rows rows = parse("Symbol,timestamp,open,high,low,close,volume\n"
                                 "BTC/USD,2022-02-14T14:30:00Z,1,1,1,1,1\n"
                                 "\"BTC/USD\",2022-02-14T14:31:00Z,1,1,1,1,1\n");
    assert_string_equal(rows.symbol, "BTC/USD");
    assert_string_equal(rows.ignored_columns, "");
    assert_int_equal(rows.series.count, 2);
    series_release(&rows.series);
    rows = parse("timestamp,open,high,low,close,volume,symbol\n"
                 "2022-02-14T14:30:00Z,1,1,1,1,1,\n2022-02-14T14:31:00Z,1,1,1,1,1,\n");
    assert_string_equal(rows.symbol, "");
    series_release(&rows.series);
    rows = parse(HEADER ROW);
    assert_string_equal(rows.symbol, "");
    series_release(&rows.series);
}

static void a_text_of_two_symbols_is_refused(void **state)
{
    (void)state;
    static const char header[] = "timestamp,open,high,low,close,volume,symbol\n";
    char text[256];
    snprintf(text, sizeof text,
             "%s2022-02-14T14:30:00Z,1,1,1,1,1,QQQ\n2022-02-14T14:31:00Z,1,1,1,1,1,SPY\n", header);
    assert_error(text, ERROR_DATA,
                 "QQQ.csv:3: column symbol: \"SPY\" is not the \"QQQ\" of the rows above (a file "
                 "holds the bars of one symbol)");
    snprintf(text, sizeof text,
             "%s2022-02-14T14:30:00Z,1,1,1,1,1,\n2022-02-14T14:31:00Z,1,1,1,1,1,QQQ\n", header);
    assert_error(text, ERROR_DATA,
                 "QQQ.csv:3: column symbol: \"QQQ\" is not the \"\" of the rows above (a file "
                 "holds the bars of one symbol)");
    snprintf(text, sizeof text, "%s2022-02-14T14:30:00Z,1,1,1,1,1,ABCDEFGHIJKLMNOP\n", header);
    assert_error(text, ERROR_DATA,
                 "QQQ.csv:2: column symbol: \"ABCDEFGHIJKLMNOP\" is no symbol (at most 15 plain "
                 "characters were expected)");
}

static void many_unknown_columns_are_cut_short(void **state)
{
    (void)state;
    struct text text = { 0 };
    for (int i = 0; i < 40; i++)
        text_format(&text, "indicator_%d,", i);
    text_append(&text, HEADER);
    struct bar_rows rows = parse(text_string(&text));
    assert_int_equal(strlen(rows.ignored_columns), BAR_IGNORED_SIZE - 1);
    assert_string_equal(rows.ignored_columns + BAR_IGNORED_SIZE - 4, "...");
    text_release(&text);
}

static void every_number_is_kept_as_it_is(void **state)
{
    (void)state;
    static const char *const numbers[] = { "0",
                                           "-1",
                                           "-0.0",
                                           "nan",
                                           "NaN",
                                           "inf",
                                           "-inf",
                                           "1e999",
                                           "+1.5",
                                           "1.5e2",
                                           "1E-5",
                                           ".5",
                                           "5.",
                                           "1e-400",
                                           "4.9e-324",
                                           "0.1",
                                           "123456789012345678901234567890",
                                           "2300413.7294999999",
                                           "9007199254740993" };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[256];
        snprintf(text, sizeof text, HEADER "2022-02-14T14:30:00Z,1,1,1,%s,1\n" ROW, numbers[i]);
        struct bar_rows rows = parse(text);
        double expected = strtod(numbers[i], NULL);
        double value = rows.series.bars[0].close;
        assert_true(isnan(expected) ? isnan(value) : value == expected);
        assert_int_equal(signbit(value), signbit(expected));
        series_release(&rows.series);
    }
}

static void text_that_is_no_number_is_named_with_its_place(void **state)
{
    (void)state;
    assert_error(HEADER ROW "\n2022-02-14T14:31:00Z,1,1,1,abc,1\n", ERROR_DATA,
                 "QQQ.csv:4: column close: \"abc\" is not a number (a decimal such as 346.46 was "
                 "expected)");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,,1,1,1,1\n", ERROR_DATA,
                 "QQQ.csv:3: column open: \"\" is not a number (a decimal such as 346.46 was "
                 "expected)");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,1,1,1,\n", ERROR_DATA,
                 "QQQ.csv:3: column volume: \"\" is not a number (a decimal such as 346.46 was "
                 "expected)");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,1 234.50,1,1,1\n", ERROR_DATA,
                 "QQQ.csv:3: column high: \"1 234.50\" is not a number (a decimal such as 346.46 "
                 "was expected)");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,1,1,1,1\r2\n" ROW, ERROR_DATA,
                 "QQQ.csv:3: column volume: \"1?2\" is not a number (a decimal such as 346.46 was "
                 "expected)");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,1,0x1p3,1,1\n", ERROR_DATA,
                 "QQQ.csv:3: column low: \"0x1p3\" is not a number (a decimal such as 346.46 was "
                 "expected)");
}

static void what_an_error_shows_is_short_and_printable(void **state)
{
    (void)state;
    assert_error(HEADER "2022-02-14T14:31:00Z,1,1,1,1,\x1b[2J\x7f\xff\n", ERROR_DATA,
                 "QQQ.csv:2: column volume: \"?[2J??\" is not a number (a decimal such as 346.46 "
                 "was expected)");
    assert_error(HEADER "2022-02-14T14:31:00Z,1,1,1,1,"
                        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                 ERROR_DATA,
                 "QQQ.csv:2: column volume: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" "
                 "is not a number (a decimal such as 346.46 was expected)");
}

static void a_trade_count_is_whole_and_not_negative(void **state)
{
    (void)state;
    static const char *const counts[] = { "1.5", "-1", "abc", "inf", "1e18", "1e19", "0.1" };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char text[256], expected[256];
        snprintf(text, sizeof text,
                 "timestamp,open,high,low,close,volume,trade_count\n"
                 "2022-02-14T14:30:00Z,1,1,1,1,1,%s\n",
                 counts[i]);
        snprintf(expected, sizeof expected,
                 "QQQ.csv:2: column trade_count: \"%s\" is not a count (a whole number such as "
                 "1250 was expected)",
                 counts[i]);
        assert_error(text, ERROR_DATA, expected);
    }
}

static void a_row_with_too_few_or_too_many_cells_is_an_error(void **state)
{
    (void)state;
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,1,1,1\n" ROW, ERROR_DATA,
                 "QQQ.csv:3: the row has 5 cells, the header 6");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,1,1,1,1,\n", ERROR_DATA,
                 "QQQ.csv:3: the row has 7 cells, the header 6");
    assert_error(HEADER "2022-02-14T14:31:00Z,1,1,1,1,1,\"a,b\",8", ERROR_DATA,
                 "QQQ.csv:2: the row has 8 cells, the header 6");
    assert_error(HEADER "2022-02-14T14:31:00Z\n", ERROR_DATA,
                 "QQQ.csv:2: the row has 1 cell, the header 6");
}

static void an_open_quote_is_an_error(void **state)
{
    (void)state;
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,\"1,1,1,1\n", ERROR_DATA,
                 "QQQ.csv:3: a quote is not closed, or no comma follows it");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,\"1\n1\",1,1,1\n", ERROR_DATA,
                 "QQQ.csv:3: a quote is not closed, or no comma follows it");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,\"1\"1,1,1,1\n", ERROR_DATA,
                 "QQQ.csv:3: a quote is not closed, or no comma follows it");
    assert_error("\"timestamp,open\n", ERROR_DATA,
                 "QQQ.csv:1: a quote is not closed, or no comma follows it");
    assert_error(HEADER ROW "2022-02-14T14:31:00Z,1,1,1,1,\"", ERROR_DATA,
                 "QQQ.csv:3: a quote is not closed, or no comma follows it");
}

static void a_stamp_is_read_or_named_with_its_place(void **state)
{
    (void)state;
    assert_error(HEADER "14/02/2022 14:30,1,1,1,1,1\n", ERROR_DATA,
                 "QQQ.csv:2: column timestamp: \"14/02/2022 14:30\" is not a time "
                 "(2024-06-28T13:30:00Z, 2024-06-28 or seconds, ms, us or ns since 1970 was "
                 "expected)");
    assert_error("open,high,low,close,volume,date\n1,1,1,1,1,\n", ERROR_DATA,
                 "QQQ.csv:2: column date: \"\" is not a time (2024-06-28T13:30:00Z, 2024-06-28 or "
                 "seconds, ms, us or ns since 1970 was expected)");
    assert_error(HEADER ROW "2022-02-14 14:31:00,1,1,1,1,1\n", ERROR_DATA,
                 "QQQ.csv:3: column timestamp: \"2022-02-14 14:31:00\" names no zone (say it with "
                 "--zone America/New_York, UTC or +HH:MM)");
}

static void every_form_of_stamp_is_read(void **state)
{
    (void)state;
    static const char *const stamps[] = {
        "2022-02-14T14:30:00Z",
        "2022-02-14 14:30:00Z",
        "2022-02-14T14:30Z",
        "2022-02-14 09:30:00-05:00",
        "2022-02-14T14:30:00.000+00:00",
        "1644849000",
        "1644849000000",
        "1644849000000000",
        "1644849000000000000",
        "2022-02-14 09:30:00",
        "2022-02-14T09:30",
    };
    for (size_t i = 0; i < sizeof stamps / sizeof *stamps; i++) {
        for (int rows_before = 0; rows_before < 2; rows_before++) {
            char text[256];
            snprintf(text, sizeof text, HEADER "%s%s,346.46,347.76,345.81,347.06,2050831\n" ROW,
                     rows_before ? ROW : "", stamps[i]);
            struct bar_rows rows = parse_in(text, (struct bar_zone) { .kind = ZONE_NEW_YORK });
            assert_memory_equal(&rows.series.bars[rows_before], &the_bar, sizeof the_bar);
            assert_false(rows.daily);
            series_release(&rows.series);
        }
    }
}

static void a_text_of_dates_is_daily(void **state)
{
    (void)state;
    static const char *const names[] = { "date", "timestamp" };
    for (size_t i = 0; i < 2; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "%s,open,high,low,close,volume\n1999-03-10,1,1,1,1,1\n"
                 "1999-03-11,1,1,1,1,1\n",
                 names[i]);
        struct bar_rows rows = parse(text);
        assert_true(rows.daily);
        assert_int_equal(rows.series.count, 2);
        assert_int_equal(rows.series.bars[1].open_time_us, date_from_civil(1999, 3, 11) * DAY_US);
        series_release(&rows.series);
    }
}

static void dates_and_times_do_not_mix(void **state)
{
    (void)state;
    assert_error(HEADER ROW "2022-02-15,1,1,1,1,1\n", ERROR_DATA,
                 "QQQ.csv:3: column timestamp: \"2022-02-15\" is a date without a time (the rows "
                 "above have times)");
    assert_error("date,open,high,low,close,volume\n2022-02-14,1,1,1,1,1\n" ROW, ERROR_DATA,
                 "QQQ.csv:3: column date: \"2022-02-14T14:30:00Z\" is not a date (the rows above "
                 "have dates without times)");
}

static void a_header_alone_is_a_series_without_bars(void **state)
{
    (void)state;
    struct bar_rows rows = parse("timestamp,open,high,low,close,volume");
    assert_int_equal(rows.series.count, 0);
    assert_false(rows.daily);
    series_release(&rows.series);
    rows = parse("Date,open,high,low,close,volume\n\n");
    assert_int_equal(rows.series.count, 0);
    assert_true(rows.daily);
    series_release(&rows.series);
}

static void an_empty_text_is_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "\n", "\xef\xbb\xbf", " \r\n\t" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_error(texts[i], ERROR_DATA,
                     "QQQ.csv: the file is empty (a header such as "
                     "timestamp,open,high,low,close,volume was expected)");
}

static void a_header_that_lacks_or_doubles_a_column_is_an_error(void **state)
{
    (void)state;
    assert_error("timestamp,open,high,low,close\n", ERROR_DATA,
                 "QQQ.csv: the header has no column volume (timestamp or date, open, high, low, "
                 "close and volume were expected)");
    assert_error("datetime,open,high,low,close,volume\n", ERROR_DATA,
                 "QQQ.csv: the header has no column timestamp or date (timestamp or date, open, "
                 "high, low, close and volume were expected)");
    assert_error("timestamp,open,high,low,close,volume,Close\n", ERROR_DATA,
                 "QQQ.csv: the header has more than one column close");
    assert_error("timestamp,open,high,low,close,volume,vwap,vwap\n", ERROR_DATA,
                 "QQQ.csv: the header has more than one column vwap");
    assert_error("date,timestamp,open,high,low,close,volume\n", ERROR_DATA,
                 "QQQ.csv: the header has more than one column timestamp or date");
}

static void a_header_has_an_end(void **state)
{
    (void)state;
    struct text text = { 0 };
    text_append(&text, "timestamp,open,high,low,close,volume");
    for (int i = 6; i < BAR_CSV_COLUMNS_MAX; i++)
        text_append(&text, ",x");
    struct bar_rows rows = parse(text_string(&text));
    series_release(&rows.series);
    text_append(&text, ",x");
    assert_error(text_string(&text), ERROR_LIMIT, "QQQ.csv: the header has more than 64 columns");
    text_release(&text);
}

static void it_tells_whether_stamps_ascend(void **state)
{
    (void)state;
    struct bar_rows rows = parse(HEADER ROW "2022-02-14T14:31:00Z,1,1,1,1,1\n");
    assert_true(rows.ascending);
    series_release(&rows.series);
    rows = parse(HEADER ROW ROW);
    assert_false(rows.ascending);
    series_release(&rows.series);
    rows = parse(HEADER "2022-02-14T14:31:00Z,1,1,1,1,1\n" ROW);
    assert_false(rows.ascending);
    series_release(&rows.series);
}

static void append_number(struct text *text, const char *quote)
{
    static const char *const odd[] = { "nan", "-inf", "1e999", "-0.0", "1.25e-7", "+3.5", "7." };
    uint64_t choice = random_next() % 64;
    text_append(text, quote);
    if (choice < 7)
        text_append(text, odd[choice]);
    else
        text_format(text, "%.*f", (int)(random_next() % 9),
                    (double)(random_next() % 100000000) / 1000 *
                        (double)(random_next() % 1000 == 0 ? 1000003 : 1));
    text_append(text, quote);
}

/* Quoted cells are read carefully, plain ones quickly. The same random rows in both forms. */
static void the_quick_way_gives_the_same_bits_as_the_careful_one(void **state)
{
    (void)state;
    struct text plain = { 0 }, quoted = { 0 };
    text_append(&plain, "timestamp,open,high,low,close,volume,vwap\n");
    text_append(&quoted, "timestamp,open,high,low,close,volume,vwap\n");
    for (size_t i = 0; i < RANDOM_ROWS; i++) {
        char stamp[TIMESTAMP_TEXT_SIZE];
        timestamp_format((int64_t)(random_next() % 2000000000) * SECOND_US, stamp);
        text_format(&plain, "%s", stamp);
        text_format(&quoted, "\"%s\"", stamp);
        for (int cell = 0; cell < 6; cell++) {
            text_append(&plain, ",");
            text_append(&quoted, ",");
            uint64_t state_before = random_state;
            append_number(&plain, "");
            random_state = state_before;
            append_number(&quoted, "\"");
        }
        text_append(&plain, "\n");
        text_append(&quoted, "\n");
    }
    struct bar_rows quick = parse(text_string(&plain));
    struct bar_rows careful = parse(text_string(&quoted));
    assert_int_equal(careful.series.count, RANDOM_ROWS);
    assert_same_bars(&quick.series, careful.series.bars, RANDOM_ROWS);
    series_release(&quick.series);
    series_release(&careful.series);
    text_release(&plain);
    text_release(&quoted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_becomes_a_bar),
        cmocka_unit_test(vwap_and_trade_count_are_read_where_there_are_any),
        cmocka_unit_test(columns_may_stand_in_any_order),
        cmocka_unit_test(names_of_columns_may_be_in_any_case),
        cmocka_unit_test(line_ends_marks_and_blank_lines_make_no_difference),
        cmocka_unit_test(cells_may_be_quoted_or_have_blanks_around_them),
        cmocka_unit_test(unknown_columns_are_passed_over_and_named),
        cmocka_unit_test(a_symbol_that_all_rows_name_is_told),
        cmocka_unit_test(a_text_of_two_symbols_is_refused),
        cmocka_unit_test(many_unknown_columns_are_cut_short),
        cmocka_unit_test(every_number_is_kept_as_it_is),
        cmocka_unit_test(text_that_is_no_number_is_named_with_its_place),
        cmocka_unit_test(what_an_error_shows_is_short_and_printable),
        cmocka_unit_test(a_trade_count_is_whole_and_not_negative),
        cmocka_unit_test(a_row_with_too_few_or_too_many_cells_is_an_error),
        cmocka_unit_test(an_open_quote_is_an_error),
        cmocka_unit_test(a_stamp_is_read_or_named_with_its_place),
        cmocka_unit_test(every_form_of_stamp_is_read),
        cmocka_unit_test(a_text_of_dates_is_daily),
        cmocka_unit_test(dates_and_times_do_not_mix),
        cmocka_unit_test(a_header_alone_is_a_series_without_bars),
        cmocka_unit_test(an_empty_text_is_an_error),
        cmocka_unit_test(a_header_that_lacks_or_doubles_a_column_is_an_error),
        cmocka_unit_test(a_header_has_an_end),
        cmocka_unit_test(it_tells_whether_stamps_ascend),
        cmocka_unit_test(the_quick_way_gives_the_same_bits_as_the_careful_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
