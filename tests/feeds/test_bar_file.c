#include "service/feeds/bar_file.h"

#include "service/base/date.h"
#include "service/base/text.h"
#include "tests/support/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADER "timestamp,open,high,low,close,volume\n"

enum { SHUFFLED_ROWS = 500, SHUFFLES = 50, ROW_SIZE = 96 };

struct read {
    struct series series;
    bool daily;
    struct bar_file_report report;
};

static const struct bar_zone nowhere = { 0 };

/* Writes the text to a file and reads it. */
static struct read read_text(const char *text)
{
    struct scratch scratch;
    scratch_init(&scratch);
    scratch_write(&scratch, "QQQ.csv", text);
    struct error error = { 0 };
    struct read read = { 0 };
    if (!bar_file_read(scratch_path(&scratch, "QQQ.csv"), &nowhere, 1, &read.series, &read.daily,
                       &read.report, &error))
        fail_msg("%s", error.message);
    scratch_release(&scratch);
    return read;
}

static void release(struct read *read)
{
    series_release(&read->series);
    bar_file_report_release(&read->report);
}

static void assert_counts(const struct bar_file_report *report, size_t rows, size_t unsorted,
                          size_t duplicates, size_t conflicts)
{
    assert_int_equal(report->rows, rows);
    assert_int_equal(report->unsorted, unsorted);
    assert_int_equal(report->duplicates, duplicates);
    assert_int_equal(report->conflicts, conflicts);
}

static void assert_repeat(const struct bar_file_report *report, size_t index, const char *time,
                          size_t identical, size_t different)
{
    char buffer[TIMESTAMP_TEXT_SIZE];
    assert_true(index < report->repeat_count);
    const struct bar_repeat *repeat = &report->repeats[index];
    assert_string_equal(timestamp_format(repeat->time_us, buffer), time);
    assert_int_equal(repeat->identical, identical);
    assert_int_equal(repeat->different, different);
}

/* The closes of a series as text: "1 2 3". */
static void assert_closes(const struct series *series, const char *expected)
{
    struct text text = { 0 };
    for (size_t i = 0; i < series->count; i++)
        text_format(&text, "%s%g", i > 0 ? " " : "", series->bars[i].close);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void a_file_in_order_has_nothing_to_report(void **state)
{
    (void)state;
    struct read read = read_text(HEADER "2022-02-14T14:30:00Z,1,1,1,1,1\n"
                                        "2022-02-14T14:31:00Z,1,1,1,2,1\n");
    assert_closes(&read.series, "1 2");
    assert_counts(&read.report, 2, 0, 0, 0);
    assert_int_equal(read.report.repeat_count, 0);
    assert_string_equal(read.report.ignored_columns, "");
    assert_false(read.daily);
    release(&read);
}

static void a_daily_file_is_known_as_one(void **state)
{
    (void)state;
    struct read read = read_text("date,open,high,low,close,volume,dividend\n"
                                 "2022-02-14,1,1,1,1,1,0\n");
    assert_true(read.daily);
    assert_int_equal(read.series.bars[0].open_time_us, date_from_civil(2022, 2, 14) * DAY_US);
    assert_string_equal(read.report.ignored_columns, "dividend");
    release(&read);
}

static void rows_are_sorted_and_counted_where_they_step_back(void **state)
{
    (void)state;
    struct read read = read_text(HEADER "2022-02-14T14:33:00Z,1,1,1,4,1\n"
                                        "2022-02-14T14:32:00Z,1,1,1,3,1\n"
                                        "2022-02-14T14:34:00Z,1,1,1,5,1\n"
                                        "2022-02-14T14:30:00Z,1,1,1,1,1\n"
                                        "2022-02-14T14:31:00Z,1,1,1,2,1\n");
    assert_closes(&read.series, "1 2 3 4 5");
    assert_counts(&read.report, 5, 2, 0, 0);
    assert_int_equal(read.report.unsorted_us[0], read.series.bars[0].open_time_us);
    assert_int_equal(read.report.unsorted_us[1], read.series.bars[2].open_time_us);
    release(&read);
}

/* The second session stands there twice, and so does one row of the first. */
static void a_row_that_steps_back_is_told_with_its_own_stamp(void **state)
{
    (void)state;
    struct read read = read_text(HEADER "2022-02-14T14:30:00Z,1,1,1,1,1\n"
                                        "2022-02-15T14:30:00Z,1,1,1,2,1\n"
                                        "2022-02-15T14:31:00Z,1,1,1,3,1\n"
                                        "2022-02-15T14:30:00Z,1,1,1,2,1\n"
                                        "2022-02-15T14:31:00Z,1,1,1,3,1\n"
                                        "2022-02-14T14:30:00Z,1,1,1,1,1\n"
                                        "2022-02-14T14:30:00Z,1,1,1,1,1\n");
    assert_closes(&read.series, "1 2 3");
    assert_counts(&read.report, 7, 2, 4, 0);
    assert_int_equal(read.report.unsorted_us[0], read.series.bars[0].open_time_us);
    assert_int_equal(read.report.unsorted_us[1], read.series.bars[1].open_time_us);
    release(&read);
}

static void rows_repeated_identically_are_dropped_and_counted(void **state)
{
    (void)state;
    struct read read = read_text(HEADER "2022-02-14T14:30:00Z,1,1,1,1,nan\n"
                                        "2022-02-14T14:30:00Z,1.0,1,1,1,NaN\n"
                                        "2022-02-14T14:31:00Z,1,1,1,2,1\n"
                                        "2022-02-14T14:30:00Z,1,1e0,1,1,nan\n");
    assert_closes(&read.series, "1 2");
    assert_counts(&read.report, 4, 1, 2, 0);
    assert_int_equal(read.report.repeat_count, 1);
    assert_repeat(&read.report, 0, "2022-02-14T14:30:00Z", 2, 0);
    release(&read);
}

static void of_different_rows_for_a_stamp_the_last_in_the_file_wins(void **state)
{
    (void)state;
    struct read read = read_text(HEADER "2022-02-14T14:31:00Z,1,1,1,20,1\n"
                                        "2022-02-14T14:30:00Z,1,1,1,10,1\n"
                                        "2022-02-14T14:31:00Z,1,1,1,21,1\n"
                                        "2022-02-14T14:30:00Z,1,1,1,11,1\n"
                                        "2022-02-14T14:31:00Z,1,1,1,20,1\n"
                                        "2022-02-14T14:32:00Z,1,1,1,30,1\n");
    assert_closes(&read.series, "11 20 30");
    assert_counts(&read.report, 6, 2, 1, 2);
    assert_int_equal(read.report.repeat_count, 2);
    assert_repeat(&read.report, 0, "2022-02-14T14:30:00Z", 0, 1);
    assert_repeat(&read.report, 1, "2022-02-14T14:31:00Z", 1, 1);
    release(&read);
}

/* Each of a bar's values, changed alone, makes two rows different. */
static void every_value_of_a_row_is_compared(void **state)
{
    (void)state;
    const char *const header = "timestamp,open,high,low,close,volume,vwap,trade_count\n";
    for (int changed = 0; changed < 7; changed++) {
        struct text text = { 0 };
        text_append(&text, header);
        for (int row = 0; row < 2; row++) {
            text_append(&text, "2022-02-14T14:30:00Z");
            for (int column = 0; column < 7; column++)
                text_append(&text, row == 1 && column == changed ? ",8" : ",7");
            text_append(&text, "\n");
        }
        struct read read = read_text(text_string(&text));
        assert_counts(&read.report, 2, 0, 0, 1);
        release(&read);
        text_release(&text);
    }
}

static uint64_t random_state = 1;

/* SplitMix64: the same order on every run. */
static uint64_t random_next(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static struct read read_rows(char rows[][ROW_SIZE], size_t count)
{
    struct text text = { 0 };
    text_append(&text, HEADER);
    for (size_t i = 0; i < count; i++)
        text_append(&text, rows[i]);
    struct read read = read_text(text_string(&text));
    text_release(&text);
    return read;
}

static void any_order_of_the_rows_gives_the_same_series(void **state)
{
    (void)state;
    static char rows[SHUFFLED_ROWS][ROW_SIZE];
    for (int i = 0; i < SHUFFLED_ROWS; i++) {
        char time[TIMESTAMP_TEXT_SIZE];
        /* Every tenth stamp occurs twice, with the same values. */
        int minute = i % 10 == 1 ? i - 1 : i;
        timestamp_format(INT64_C(1644849000) * SECOND_US + minute * MINUTE_US, time);
        snprintf(rows[i], ROW_SIZE, "%s,%d.25,%d,%d,%d,%d\n", time, minute + 1, minute + 2, minute,
                 minute + 1, minute * 100);
    }
    struct read sorted = read_rows(rows, SHUFFLED_ROWS);
    assert_int_equal(sorted.series.count, SHUFFLED_ROWS - SHUFFLED_ROWS / 10);
    assert_counts(&sorted.report, SHUFFLED_ROWS, 0, SHUFFLED_ROWS / 10, 0);
    for (int shuffle = 0; shuffle < SHUFFLES; shuffle++) {
        for (size_t i = SHUFFLED_ROWS - 1; i > 0; i--) {
            size_t other = random_next() % (i + 1);
            char row[ROW_SIZE];
            memcpy(row, rows[i], ROW_SIZE);
            memcpy(rows[i], rows[other], ROW_SIZE);
            memcpy(rows[other], row, ROW_SIZE);
        }
        struct read read = read_rows(rows, SHUFFLED_ROWS);
        assert_int_equal(read.series.count, sorted.series.count);
        assert_memory_equal(read.series.bars, sorted.series.bars,
                            sorted.series.count * sizeof *sorted.series.bars);
        assert_int_equal(read.report.duplicates, SHUFFLED_ROWS / 10);
        assert_int_equal(read.report.conflicts, 0);
        release(&read);
    }
    release(&sorted);
}

static void assert_read_error(struct scratch *scratch, const char *name, enum error_kind kind,
                              const char *message_end)
{
    struct read read = { 0 };
    struct error error = { 0 };
    assert_false(bar_file_read(scratch_path(scratch, name), &nowhere, 1, &read.series, &read.daily,
                               &read.report, &error));
    assert_int_equal(error.kind, kind);
    assert_null(read.series.bars);
    char expected[ERROR_MESSAGE_SIZE];
    snprintf(expected, sizeof expected, "%s%s", scratch_path(scratch, name), message_end);
    assert_string_equal(error.message, expected);
}

static void an_error_names_the_file_by_its_path(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_init(&scratch);
    scratch_write(&scratch, "QQQ.csv", HEADER "2022-02-14T14:30:00Z,1,1,1,abc,1\n");
    assert_read_error(&scratch, "QQQ.csv", ERROR_DATA,
                      ":2: column close: \"abc\" is not a number (a decimal such as 346.46 was "
                      "expected)");
    scratch_write(&scratch, "empty.csv", "");
    assert_read_error(&scratch, "empty.csv", ERROR_DATA,
                      ": the file is empty (a header such as timestamp,open,high,low,close,volume "
                      "was expected)");
    scratch_release(&scratch);
}

static void a_file_that_is_not_there_is_an_error_of_data(void **state)
{
    (void)state;
    struct read read = { 0 };
    struct error error = { 0 };
    assert_false(bar_file_read("/nowhere/QQQ.csv", &nowhere, 1, &read.series, &read.daily,
                               &read.report, &error));
    assert_int_equal(error.kind, ERROR_DATA);
    assert_non_null(strstr(error.message, "/nowhere/QQQ.csv"));
}

/* A file with a hole: it takes no room on the disk. */
static void a_file_above_the_limit_is_refused(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_init(&scratch);
    scratch_write(&scratch, "large.csv", HEADER);
    assert_int_equal(truncate(scratch_path(&scratch, "large.csv"), (off_t)BAR_FILE_SIZE_MAX + 1),
                     0);
    assert_read_error(&scratch, "large.csv", ERROR_LIMIT,
                      ": the file has 2147483649 bytes, more than the 2147483648 allowed");
    scratch_release(&scratch);
}

static bool is_mapped(const char *path)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    char line[1024];
    bool found = false;
    while (fgets(line, sizeof line, maps) != NULL)
        found |= strstr(line, path) != NULL;
    fclose(maps);
    return found;
}

static void a_file_is_let_go_once_read(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_init(&scratch);
    static const char *const texts[] = { HEADER "2022-02-14T14:30:00Z,1,1,1,1,1\n", HEADER "x\n" };
    for (size_t i = 0; i < 2; i++) {
        struct read read = { 0 };
        struct error error = { 0 };
        scratch_write(&scratch, "QQQ.csv", texts[i]);
        const char *path = scratch_path(&scratch, "QQQ.csv");
        bool done =
            bar_file_read(path, &nowhere, 1, &read.series, &read.daily, &read.report, &error);
        assert_int_equal(done, i == 0);
        assert_false(is_mapped(path));
        release(&read);
    }
    scratch_release(&scratch);
}

static void a_report_may_be_released_twice(void **state)
{
    (void)state;
    struct bar_file_report report = { 0 };
    bar_file_report_release(&report);
    bar_file_report_release(&report);
    assert_null(report.repeats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_in_order_has_nothing_to_report),
        cmocka_unit_test(a_daily_file_is_known_as_one),
        cmocka_unit_test(rows_are_sorted_and_counted_where_they_step_back),
        cmocka_unit_test(a_row_that_steps_back_is_told_with_its_own_stamp),
        cmocka_unit_test(rows_repeated_identically_are_dropped_and_counted),
        cmocka_unit_test(of_different_rows_for_a_stamp_the_last_in_the_file_wins),
        cmocka_unit_test(every_value_of_a_row_is_compared),
        cmocka_unit_test(any_order_of_the_rows_gives_the_same_series),
        cmocka_unit_test(an_error_names_the_file_by_its_path),
        cmocka_unit_test(a_file_that_is_not_there_is_an_error_of_data),
        cmocka_unit_test(a_file_above_the_limit_is_refused),
        cmocka_unit_test(a_file_is_let_go_once_read),
        cmocka_unit_test(a_report_may_be_released_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
