#include "service/jobs/inspection.h"

#include "service/base/date.h"
#include "service/base/text.h"
#include "tests/support/bars_made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TUESDAY "2024-06-25"

enum { SYMBOL = 2 };

struct file {
    struct series series;
    bool is_daily;
    struct bar_file_report report;
};

static struct file bars, days;
static struct inspection inspection;
static struct text told;
static struct error error;

static void release_file(struct file *file)
{
    series_release(&file->series);
    bar_file_report_release(&file->report);
    file->is_daily = false;
}

static int release(void **state)
{
    (void)state;
    inspection_release(&inspection);
    release_file(&bars);
    release_file(&days);
    text_release(&told);
    error = (struct error) { 0 };
    return 0;
}

static bool try_inspect(const char *calendar)
{
    struct lane_input input = {
        .bars = &bars.series,
        .is_daily = bars.is_daily,
        .report = &bars.report,
        .days = days.series.count > 0 ? &days.series : NULL,
        .days_report = &days.report,
    };
    inspection_release(&inspection);
    return inspection_run(&input, SYMBOL, calendar_find(calendar), &inspection, &error);
}

static void inspect(const char *calendar)
{
    if (!try_inspect(calendar))
        fail_msg("%s", error.message);
}

static void read_file(const char *name, struct file *file)
{
    struct text path = { 0 };
    struct bar_zone zone = { 0 };
    text_format(&path, "tests/data/%s.csv", name);
    if (!bar_file_read(text_string(&path), &zone, 1, &file->series, &file->is_daily, &file->report,
                       &error))
        fail_msg("%s", error.message);
    text_release(&path);
}

static void inspect_file(const char *name, const char *calendar)
{
    read_file(name, &bars);
    inspect(calendar);
}

/* Every finding as a line "2022-11-23 missing_bars 30 (48 of 78 bars)". */
static void assert_found(const char *expected)
{
    text_clear(&told);
    for (size_t i = 0; i < inspection.findings.count; i++) {
        const struct finding *finding = &inspection.findings.items[i];
        char date[DATE_TEXT_SIZE];
        assert_int_equal(finding->symbol, SYMBOL);
        text_format(&told, "%s %s %zu (%s)\n",
                    finding->date == DATE_NONE ? "-" : date_format(finding->date, date),
                    finding_type(finding->kind)->name, finding->count, finding->detail);
    }
    assert_string_equal(text_string(&told), expected);
}

static void assert_counts(int64_t timeframe_us, size_t sessions, size_t sessions_empty, size_t seen,
                          size_t due)
{
    assert_true(inspection.timeframe_us == timeframe_us);
    assert_int_equal(inspection.sessions, sessions);
    assert_int_equal(inspection.sessions_empty, sessions_empty);
    assert_int_equal(inspection.bars, seen);
    assert_int_equal(inspection.due, due);
}

static size_t count_of(enum finding_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < inspection.findings.count; i++)
        if (inspection.findings.items[i].kind == kind)
            count += inspection.findings.items[i].count;
    return count;
}

static void a_repeated_session_a_hole_and_bars_behind_a_half_day(void **state)
{
    (void)state;
    inspect_file("stratback_QQQ_5Min_202211", "xnys");
    assert_counts(5 * MINUTE_US, 4, 0, 78 + 78 + 48 + 42, 3 * 78 + 42);
    assert_found("2022-11-22 duplicate_bars 113 (first at 09:30)\n"
                 "2022-11-22 unsorted_bars 2 (first at 09:30)\n"
                 "2022-11-23 missing_bars 30 (48 of 78 bars)\n"
                 "2022-11-23 gaps 1 (longest 30 bars from 13:05)\n"
                 "2022-11-25 outside_session 31 (first at 13:00)\n");
    assert_int_equal(inspection.first_session, bars_date("2022-11-21"));
    assert_int_equal(inspection.last_session, bars_date("2022-11-25"));
    assert_true(inspection.first_us == bars_session("2022-11-21").open_us);
    struct session half_day = bars_session("2022-11-25");
    assert_true(inspection.last_us == bars_time_us(&half_day, "15:55"));
}

static void other_symbols_of_the_same_source_have_the_like(void **state)
{
    (void)state;
    inspect_file("stratback_SPY_5Min_202211", "xnys");
    assert_found("2022-11-23 missing_bars 30 (48 of 78 bars)\n"
                 "2022-11-23 gaps 1 (longest 30 bars from 13:15)\n"
                 "2022-11-25 outside_session 33 (first at 13:00)\n");
    release(NULL);
    inspect_file("stratback_AAPL_5Min_202211", "xnys");
    assert_found("2022-11-22 duplicate_bars 113 (first at 09:30)\n"
                 "2022-11-22 unsorted_bars 2 (first at 09:30)\n"
                 "2022-11-23 missing_bars 35 (43 of 78 bars)\n"
                 "2022-11-23 gaps 1 (longest 35 bars from 13:05)\n"
                 "2022-11-25 outside_session 36 (first at 13:00)\n");
}

static void an_absent_session(void **state)
{
    (void)state;
    inspect_file("stratback_QQQ_5Min_202302", "xnys");
    assert_counts(5 * MINUTE_US, 6, 1, 5 * 78, 6 * 78);
    assert_found("2023-02-10 no_bars 78 ()\n"
                 "2023-02-16 duplicate_bars 78 (first at 09:30)\n"
                 "2023-02-16 unsorted_bars 1 (first at 09:30)\n");
}

/* Of the source's seven sessions that stand there twice, those that the other two files lack. */
static void sessions_that_stand_there_twice(void **state)
{
    (void)state;
    inspect_file("stratback_QQQ_5Min_repeated", "xnys");
    assert_int_equal(count_of(FINDING_DUPLICATE_BARS), 5 * 78);
    assert_int_equal(count_of(FINDING_UNSORTED_BARS), 5);
    assert_int_equal(count_of(FINDING_CONFLICTING_BARS), 0);
    assert_int_equal(inspection.sessions - inspection.sessions_empty, 5);
    assert_int_equal(inspection.findings.count, 2 * 5 + inspection.sessions_empty);
}

static void an_unadjusted_split_between_sessions_with_extended_hours(void **state)
{
    (void)state;
    inspect_file("lean_AAPL_1Min_201406", "xnys");
    assert_counts(MINUTE_US, 2, 0, 780, 780);
    assert_found("2014-06-06 outside_session 393 (first at 04:00)\n"
                 "2014-06-09 outside_session 444 (first at 04:00)\n"
                 "2014-06-09 split_like 1 (7:1, 645.57 to 92.69)\n");
}

/* As what is traded, and as the history of something else. */
static void the_splits_of_daily_bars_and_no_crash(void **state)
{
    (void)state;
    static const struct {
        const char *file, *date, *split;
    } splits[] = {
        { "lean_AAPL_1Day_2000", "2000-06-21", "2:1, 101 to 50.5" },
        { "lean_AAPL_1Day_2005", "2005-02-28", "2:1, 88.97 to 44.67" },
        { "lean_AAPL_1Day_2014", "2014-06-09", "7:1, 645.57 to 92.69" },
        { "lean_AAPL_1Day_2020", "2020-08-31", "4:1, 499.23 to 127.67" },
        { "lean_QQQ_1Day_2000", "2000-03-20", "2:1, 221.73 to 111" },
    };
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        struct text expected = { 0 };
        release(NULL);
        inspect_file(splits[i].file, "xnys");
        assert_counts(DAY_US, bars.series.count, 0, bars.series.count, bars.series.count);
        text_format(&expected, "%s split_like 1 (%s)\n", splits[i].date, splits[i].split);
        assert_found(text_string(&expected));
        release(NULL);
        read_file(splits[i].file, &days);
        inspect_file("eqker_QQQ_1Min_20190214", "xnys");
        text_clear(&expected);
        text_format(&expected,
                    "%s split_like 1 (daily bar, %s)\n"
                    "2019-02-14 missing_bars 2 (388 of 390 bars)\n"
                    "2019-02-14 unsorted_bars 387 (first at 09:30)\n",
                    splits[i].date, splits[i].split);
        assert_found(text_string(&expected));
        text_release(&expected);
    }
}

static void a_hole_of_six_years_in_daily_bars(void **state)
{
    (void)state;
    read_file("lean_QQQ_1Day_2004_2011", &days);
    inspect_file("eqker_AAPL_1Min_20190214", "xnys");
    assert_found("2004-12-01 missing_bars 1588 (daily bars, the next on 2011-03-23)\n"
                 "2019-02-14 missing_bars 2 (388 of 390 bars)\n"
                 "2019-02-14 unsorted_bars 387 (first at 09:30)\n");
    release(NULL);
    inspect_file("lean_QQQ_1Day_2004_2011", "xnys");
    assert_counts(DAY_US, 1588 + 48, 1588, 48, 1588 + 48);
    assert_int_equal(inspection.findings.count, 1588);
    assert_int_equal(count_of(FINDING_NO_BARS), 1588);
}

static void minutes_without_a_trade_of_a_coin(void **state)
{
    (void)state;
    inspect_file("lean_BTC_USD_1Min_20161009", "24x7");
    assert_counts(MINUTE_US, 1, 0, 1397, 1440);
    assert_found("2016-10-09 missing_bars 43 (1397 of 1440 bars)\n"
                 "2016-10-09 gaps 4 (longest 3 bars from 07:33)\n");
}

static void sound_daily_bars_have_no_finding(void **state)
{
    (void)state;
    bars_add_days(&bars.series, TUESDAY, 30, 10);
    bars.is_daily = true;
    inspect("xnys");
    assert_counts(DAY_US, 30, 0, 30, 30);
    assert_found("");
}

static void bars_outside_all_sessions_have_no_timeframe(void **state)
{
    (void)state;
    struct session session = bars_session(TUESDAY);
    bars_add_flat(&bars.series, &session, "16:00", "16:10", 1, 10);
    inspect("xnys");
    assert_counts(0, 0, 0, 0, 0);
    assert_int_equal(inspection.first_session, DATE_NONE);
    assert_true(inspection.first_us == session.close_us);
    assert_int_equal(count_of(FINDING_OUTSIDE_SESSION), 10);
    release(NULL);
    inspect("xnys");
    assert_counts(0, 0, 0, 0, 0);
    assert_true(inspection.first_us == 0 && inspection.last_us == 0);
}

static void a_bar_a_session_tells_no_timeframe(void **state)
{
    (void)state;
    struct session monday = bars_session("2024-06-24"), tuesday = bars_session(TUESDAY);
    bars_add(&bars.series, &monday, "09:30", 10, 10, 10, 10);
    bars_add(&bars.series, &tuesday, "09:30", 10, 10, 10, 10);
    assert_false(try_inspect("xnys"));
    assert_int_equal(error.kind, ERROR_DATA);
}

#define RELEASED(test) cmocka_unit_test_teardown(test, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RELEASED(a_repeated_session_a_hole_and_bars_behind_a_half_day),
        RELEASED(other_symbols_of_the_same_source_have_the_like),
        RELEASED(an_absent_session),
        RELEASED(sessions_that_stand_there_twice),
        RELEASED(an_unadjusted_split_between_sessions_with_extended_hours),
        RELEASED(the_splits_of_daily_bars_and_no_crash),
        RELEASED(a_hole_of_six_years_in_daily_bars),
        RELEASED(minutes_without_a_trade_of_a_coin),
        RELEASED(sound_daily_bars_have_no_finding),
        RELEASED(bars_outside_all_sessions_have_no_timeframe),
        RELEASED(a_bar_a_session_tells_no_timeframe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
