#include "service/base/date.h"
#include "service/market/timeframe.h"
#include "tests/support/candles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int64_t parsed_us(const char *text)
{
    int64_t timeframe_us = -1;
    struct error error = { 0 };
    if (!timeframe_parse(text, &timeframe_us, &error))
        fail_msg("%s", error.message);
    return timeframe_us;
}

static void assert_round_trip(int count, const char *unit, int64_t timeframe_us)
{
    char text[TIMEFRAME_TEXT_SIZE], buffer[TIMEFRAME_TEXT_SIZE];
    snprintf(text, sizeof text, "%d%s", count, unit);
    assert_int_equal(parsed_us(text), timeframe_us);
    assert_string_equal(timeframe_format(timeframe_us, buffer), text);
}

static void every_timeframe_reads_back_as_it_is_printed(void **state)
{
    (void)state;
    for (int count = 1; count <= 59; count++)
        assert_round_trip(count, "Min", count * MINUTE_US);
    for (int count = 1; count <= 23; count++)
        assert_round_trip(count, "Hour", count * HOUR_US);
    assert_round_trip(1, "Day", DAY_US);
}

static void what_is_no_timeframe_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "Min",
        "0Min",
        "60Min",
        "100Min",
        "-1Min",
        "+1Min",
        " 1Min",
        "1 Min",
        "1Min ",
        "1.5Min",
        "24Hour",
        "0Hour",
        "2Day",
        "0Day",
        "1",
        "1M",
        "1Minute",
        "1Week",
        "Day",
        "1000Min",
        "4294967297Min",
        "18446744073709551617Min",
        "1Min ",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t timeframe_us = -99;
        struct error error = { 0 };
        if (timeframe_parse(texts[i], &timeframe_us, &error))
            fail_msg("\"%s\" passes for a timeframe", texts[i]);
        assert_int_equal(timeframe_us, -99);
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.message, texts[i]));
    }
}

static void other_lengths_are_printed_in_seconds(void **state)
{
    (void)state;
    char buffer[TIMEFRAME_TEXT_SIZE];
    assert_string_equal(timeframe_format(90 * SECOND_US, buffer), "90s");
    assert_string_equal(timeframe_format(61 * MINUTE_US, buffer), "3660s");
    assert_string_equal(timeframe_format(2 * DAY_US, buffer), "172800s");
    assert_string_equal(timeframe_format(SECOND_US / 2, buffer), "0.5s");
    assert_string_equal(timeframe_format(60 * MINUTE_US, buffer), "1Hour");
    assert_string_equal(timeframe_format(24 * HOUR_US, buffer), "1Day");
}

static void assert_cells(const char *calendar, int date, const char *timeframe, int expected)
{
    struct session session = candle_session(calendar, date);
    assert_int_equal(timeframe_cells(&session, parsed_us(timeframe)), expected);
}

/* 195 bars of two minutes a day and 105 on a half day: the sessions have 390 and 210 minutes. */
static void a_session_has_as_many_cells_as_begin_in_it(void **state)
{
    (void)state;
    assert_cells("xnys", 20240628, "1Min", 390);
    assert_cells("xnys", 20240628, "2Min", 195);
    assert_cells("xnys", 20240628, "7Min", 56);
    assert_cells("xnys", 20240628, "1Hour", 7);
    assert_cells("xnys", 20240628, "1Day", 1);
    assert_cells("xnys", 20240703, "2Min", 105);
    assert_cells("xnys", 20240703, "4Min", 53);
    assert_cells("xnys", 20240703, "1Hour", 4);
    assert_cells("xnys", 20010917, "2Min", 194);
    assert_cells("24x7", 20240629, "1Min", 1440);
    assert_cells("24x7", 20240629, "7Hour", 4);
    assert_cells("24x7", 20240629, "1Day", 1);
    struct session full = candle_session("xnys", 20240628);
    assert_int_equal(timeframe_cells(&full, 390 * MINUTE_US), 1);
    assert_int_equal(timeframe_cells(&full, 390 * MINUTE_US - 1), 2);
}

static void the_grid_begins_at_the_open_also_at_a_late_one(void **state)
{
    (void)state;
    struct session session = candle_session("xnys", 20010917);
    int64_t two_us = 2 * MINUTE_US;
    assert_int_equal(timeframe_cell_open_us(&session, two_us, 0), candle_time_us(&session, 933));
    assert_int_equal(timeframe_cell(&session, two_us, candle_time_us(&session, 934)), 0);
    assert_int_equal(timeframe_cell(&session, two_us, candle_time_us(&session, 935)), 1);
    assert_int_equal(timeframe_cell(&session, two_us, candle_time_us(&session, 1555)), 191);
}

static void the_last_cell_ends_with_the_session(void **state)
{
    (void)state;
    struct session full = candle_session("xnys", 20240628);
    struct session half = candle_session("xnys", 20240703);
    assert_int_equal(timeframe_cell_open_us(&full, HOUR_US, 6), candle_time_us(&full, 1530));
    assert_int_equal(timeframe_cell_end_us(&full, HOUR_US, 5), candle_time_us(&full, 1530));
    assert_int_equal(timeframe_cell_end_us(&full, HOUR_US, 6), candle_time_us(&full, 1600));
    assert_int_equal(timeframe_cell_end_us(&half, HOUR_US, 3), candle_time_us(&half, 1300));
    assert_int_equal(timeframe_cell_end_us(&half, DAY_US, 0), candle_time_us(&half, 1300));
}

static void assert_partition(const char *calendar, int date, int64_t timeframe_us)
{
    struct session session = candle_session(calendar, date);
    int64_t cells = timeframe_cells(&session, timeframe_us);
    int64_t time_us = session.open_us;
    for (int64_t cell = 0; cell < cells; cell++) {
        assert_int_equal(timeframe_cell_open_us(&session, timeframe_us, cell), time_us);
        int64_t end_us = timeframe_cell_end_us(&session, timeframe_us, cell);
        assert_true(end_us > time_us && end_us - time_us <= timeframe_us);
        assert_int_equal(timeframe_cell(&session, timeframe_us, time_us), cell);
        assert_int_equal(timeframe_cell(&session, timeframe_us, end_us - 1), cell);
        time_us = end_us;
    }
    assert_int_equal(time_us, session.close_us);
}

static void cells_cover_the_session_without_gap_or_overlap(void **state)
{
    (void)state;
    for (int minutes = 1; minutes <= 24 * 60; minutes++) {
        assert_partition("xnys", 20240628, minutes * MINUTE_US);
        assert_partition("xnys", 20240703, minutes * MINUTE_US);
        assert_partition("xnys", 20010917, minutes * MINUTE_US);
        assert_partition("24x7", 20240629, minutes * MINUTE_US);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_timeframe_reads_back_as_it_is_printed),
        cmocka_unit_test(what_is_no_timeframe_is_refused),
        cmocka_unit_test(other_lengths_are_printed_in_seconds),
        cmocka_unit_test(a_session_has_as_many_cells_as_begin_in_it),
        cmocka_unit_test(the_grid_begins_at_the_open_also_at_a_late_one),
        cmocka_unit_test(the_last_cell_ends_with_the_session),
        cmocka_unit_test(cells_cover_the_session_without_gap_or_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
