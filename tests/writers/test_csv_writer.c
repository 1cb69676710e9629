#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/csv.h"
#include "tests/support/csv_trades.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER CSV_TRADES_HEADER
#define SPY_3 CSV_TRADES_SPY_3
#define SPY_5 CSV_TRADES_SPY_5

/* That this content is refused, with these words, and left alone. */
static void assert_refused(struct csv_trades *trades, const char *content, const char *part)
{
    csv_trades_put(trades, content);
    assert_false(csv_trades_write_note(trades, "new"));
    assert_int_equal(trades->error.kind, ERROR_WRITER);
    csv_trades_assert_mentions(trades, "trades.csv is left as it is");
    csv_trades_assert_mentions(trades, part);
    csv_trades_assert_file(trades, content);
}

static void rows_are_sorted_by_session_and_the_number_in_their_key(void **state)
{
    struct csv_trades *trades = *state;
    const struct csv_trade examples[] = {
        { "dp20/QQQ/2024-06-04/10", "QQQ", 4, -3000000, NULL },
        { "dp20/QQQ/2024-06-05/1", "QQQ", 5, 1, "x" },
        { "dp20/QQQ/2024-06-04/2", "QQQ", 4, 1500000, NULL },
        { "dp20/QQQ/2024-06-03/1", "QQQ", 3, 0, NULL },
    };
    csv_trades_put(trades, HEADER SPY_5 SPY_3);
    csv_trades_assert_written(trades, csv_trades_write(trades, "QQQ", 1, 30, examples, 4));
    csv_trades_assert_file(trades,
                           HEADER "dp20/QQQ/2024-06-03/1,dp20,QQQ,2024-06-03,0.00,\n" SPY_3
                                  "dp20/QQQ/2024-06-04/2,dp20,QQQ,2024-06-04,1.50,\n"
                                  "dp20/QQQ/2024-06-04/10,dp20,QQQ,2024-06-04,-3.00,\n"
                                  "dp20/QQQ/2024-06-05/1,dp20,QQQ,2024-06-05,0.000001,x\n" SPY_5);
}

static const struct column journal_columns[] = {
    { .name = "day", .kind = COLUMN_DATE, .role = ROLE_SESSION },
    { .name = "playbook", .kind = COLUMN_TEXT, .role = ROLE_PLAYBOOK },
    { .name = "note", .kind = COLUMN_TEXT },
};

static const struct table journal = { "journal", 1, journal_columns, 3 };

static void rows_of_a_table_without_keys_stay_in_order(void **state)
{
    struct csv_trades *trades = *state;
    struct writer_options options = {
        .locations = &(struct writer_location) { "journal", scratch_path(&trades->scratch, "j") },
        .location_count = 1,
    };
    struct writer *writer = writer_find("csv")->open(&options, &trades->error);
    struct cell cells[3][3] = { 0 };
    for (size_t i = 0; i < 3; i++) {
        cells[i][0].present = true;
        cells[i][1] = (struct cell) { .present = true, .text = "dp20" };
        cells[i][2] = (struct cell) { .present = true, .text = &"cab"[i] };
    }
    struct record_set set = {
        .table = &journal, .coverage = { .playbook = "dp20" }, .cells = cells[0], .count = 3
    };
    struct write_report report;
    csv_trades_assert_written(trades, writer_write(writer, &set, &report, &trades->error));
    csv_trades_assert_written(trades, writer_write(writer, &set, &report, &trades->error));
    assert_int_equal(report.rows_replaced, 3);
    assert_string_equal(report.location, scratch_path(&trades->scratch, "j"));
    writer_close(writer);
    char *content = scratch_read(&trades->scratch, "j");
    assert_string_equal(content, "day,playbook,note\n"
                                 "1970-01-01,dp20,cab\n"
                                 "1970-01-01,dp20,ab\n"
                                 "1970-01-01,dp20,b\n");
    free(content);
}

static void missing_folders_are_made(void **state)
{
    struct csv_trades *trades = *state;
    csv_trades_reopen(trades, "a/b/trades.csv", 0);
    csv_trades_assert_written(trades, csv_trades_write(trades, "QQQ", 4, 4, NULL, 0));
    char *content = scratch_read(&trades->scratch, "a/b/trades.csv");
    assert_string_equal(content, HEADER);
    free(content);
}

static void a_file_with_another_header_is_left_alone(void **state)
{
    struct csv_trades *trades = *state;
    assert_refused(trades, "trade_id,playbook,ticker,session_date,net_pnl,note\n",
                   "column 3 is 'ticker', expected 'symbol'");
    assert_refused(trades, "trade_id,playbook,symbol,session_date,net_pnl\n" SPY_3,
                   "the header ends before column 6, 'note'");
    assert_refused(trades, "trade_id,playbook,symbol,session_date,net_pnl,note,more\n",
                   "column 7 is 'more', expected no more than 6");
    assert_refused(trades, SPY_3, "column 1 is 's/1', expected 'trade_id'");
    assert_refused(trades, "trade_id;playbook;symbol;session_date;net_pnl;note\n", "column 1 is");
    assert_refused(trades, "Dear diary,\n\ntoday...", "column 1 is 'Dear diary'");
    assert_refused(trades, "trade_id,\"playbook,symbol,session_date,net_pnl,note\n", "line 1: ");
}

static void a_file_with_a_malformed_row_is_left_alone(void **state)
{
    struct csv_trades *trades = *state;
    assert_refused(trades, HEADER SPY_3 "s/2,dp20,SPY,2024-06-05\n", "line 3: 4 cells, expected 6");
    assert_refused(trades,
                   HEADER "\"a\nb\",dp20,SPY,2024-06-03,1.00,\ns,dp20,SPY,2024-06-05,1,,,\n",
                   "line 4: 8 cells, expected 6");
    assert_refused(trades, HEADER "s/1,dp20,SPY,6/3/2024,2.00,\n",
                   "line 2: session_date is '6/3/2024', expected a date such as 2024-06-28");
    assert_refused(trades, HEADER "s/1,dp20,SPY,,2.00,\n", "line 2: session_date is ''");
    assert_refused(trades, HEADER SPY_3 "\"s/2,dp20,SPY,2024-06-05,3.00,\n", "line 3: ");
}

static void a_file_over_the_cap_is_left_alone(void **state)
{
    struct csv_trades *trades = *state;
    csv_trades_put(trades, HEADER);
    assert_int_equal(truncate(scratch_path(&trades->scratch, "trades.csv"), ((off_t)1 << 30) + 1),
                     0);
    assert_false(csv_trades_write_note(trades, "new"));
    assert_int_equal(trades->error.kind, ERROR_WRITER);
    csv_trades_assert_mentions(trades, "trades.csv: is larger than 1073741824 bytes");
}

static void an_empty_file_is_as_good_as_none(void **state)
{
    struct csv_trades *trades = *state;
    static const char *const contents[] = { "", "\xEF\xBB\xBF", "\n", HEADER };
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        csv_trades_put(trades, contents[i]);
        csv_trades_assert_written(trades, csv_trades_write_note(trades, "new"));
        csv_trades_assert_file(trades, HEADER "q/1,dp20,QQQ,2024-06-04,1.00,new\n");
    }
}

static void a_text_that_a_spreadsheet_would_execute_is_defused(void **state)
{
    struct csv_trades *trades = *state;
    static const char *const cases[][2] = {
        { "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"" },
        { "+1", "'+1" },
        { "-1", "'-1" },
        { "@SUM(A1)", "'@SUM(A1)" },
        { "\tx", "'\tx" },
        { "\rx", "\"'\rx\"" },
        { "'=1", "''=1" },
        { "''=1", "'''=1" },
        { "'tis", "'tis" },
        { "'", "'" },
        { "a=1", "a=1" },
        { "1-1", "1-1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, HEADER "q/1,dp20,QQQ,2024-06-04,1.00,%s\n",
                 cases[i][1]);
        csv_trades_assert_written(trades, csv_trades_write_note(trades, cases[i][0]));
        csv_trades_assert_file(trades, expected);
        csv_trades_assert_written(trades, csv_trades_write(trades, "SPY", 4, 4, NULL, 0));
        csv_trades_assert_file(trades, expected);
    }
}

static void what_somebody_else_put_there_is_defused_too(void **state)
{
    struct csv_trades *trades = *state;
    csv_trades_put(trades, HEADER "s/1,dp20,SPY,2024-06-03,2.00,=cmd|' /C calc'!A0\n");
    csv_trades_assert_written(trades, csv_trades_write(trades, "QQQ", 4, 4, NULL, 0));
    csv_trades_assert_file(trades, HEADER "s/1,dp20,SPY,2024-06-03,2.00,'=cmd|' /C calc'!A0\n");
}

static void a_defused_key_is_still_the_same_key(void **state)
{
    struct csv_trades *trades = *state;
    struct csv_trade example = { "-x", "QQQ", 4, 0, NULL };
    csv_trades_assert_written(trades, csv_trades_write(trades, "QQQ", 4, 4, &example, 1));
    csv_trades_assert_file(trades, HEADER "'-x,dp20,QQQ,2024-06-04,0.00,\n");
    example.day = 5;
    csv_trades_assert_written(trades, csv_trades_write(trades, "QQQ", 5, 5, &example, 1));
    csv_trades_assert_file(trades, HEADER "'-x,dp20,QQQ,2024-06-05,0.00,\n");
}

static void numbers_are_never_touched(void **state)
{
    struct csv_trades *trades = *state;
    struct csv_trade example = { "q/1", "QQQ", 4, -5000000, NULL };
    csv_trades_put(trades, HEADER "s/1,dp20,SPY,2024-06-03,-2.00,\n");
    csv_trades_assert_written(trades, csv_trades_write(trades, "QQQ", 4, 4, &example, 1));
    csv_trades_assert_file(trades, HEADER
                           "s/1,dp20,SPY,2024-06-03,-2.00,\nq/1,dp20,QQQ,2024-06-04,-5.00,\n");
}

static void commas_quotes_and_line_ends_survive(void **state)
{
    struct csv_trades *trades = *state;
    const char *note = "a, \"b\"\nc\r\nd";
    const struct csv_trade example = { "s/2", "SPY", 5, 3000000, NULL };
    const char *expected = HEADER "q/1,dp20,QQQ,2024-06-04,1.00,\"a, \"\"b\"\"\nc\r\nd\"\n" SPY_5;
    csv_trades_assert_written(trades, csv_trades_write_note(trades, note));
    csv_trades_assert_written(trades, csv_trades_write(trades, "SPY", 5, 5, &example, 1));
    csv_trades_assert_file(trades, expected);
    csv_trades_assert_written(trades, csv_trades_write_note(trades, note));
    csv_trades_assert_file(trades, expected);
}

static void what_a_spreadsheet_saved_is_read(void **state)
{
    struct csv_trades *trades = *state;
    csv_trades_put(trades, "\xEF\xBB\xBF"
                           "trade_id,playbook,symbol,session_date,net_pnl,note\r\n"
                           "s/1,dp20,SPY,2024-06-03,2.00,\"said \"\"no\"\"\"\r\n"
                           "q/9,dp20,QQQ,2024-06-04,9.00,old");
    csv_trades_assert_written(trades, csv_trades_write_note(trades, "new"));
    csv_trades_assert_file(trades, HEADER "s/1,dp20,SPY,2024-06-03,2.00,\"said \"\"no\"\"\"\n"
                                          "q/1,dp20,QQQ,2024-06-04,1.00,new\n");
}

static void a_row_that_could_not_be_read_again_is_refused(void **state)
{
    struct csv_trades *trades = *state;
    csv_trades_put(trades, HEADER SPY_3);
    char *note = malloc(CSV_ROW_SIZE_MAX + 1);
    memset(note, 'x', CSV_ROW_SIZE_MAX);
    size_t others = strlen("q/1,dp20,QQQ,2024-06-04,1.00,\n");
    note[CSV_ROW_SIZE_MAX - others] = '\0';
    assert_false(csv_trades_write_note(trades, note));
    assert_int_equal(trades->error.kind, ERROR_WRITER);
    csv_trades_assert_mentions(trades, "a row of trades is longer than");
    csv_trades_assert_file(trades, HEADER SPY_3);
    note[CSV_ROW_SIZE_MAX - others - 1] = '\0';
    csv_trades_assert_written(trades, csv_trades_write_note(trades, note));
    csv_trades_assert_written(trades, csv_trades_write_note(trades, note));
    free(note);
}

static void a_symbolic_link_is_not_written_through(void **state)
{
    struct csv_trades *trades = *state;
    scratch_write(&trades->scratch, "elsewhere", HEADER SPY_3);
    assert_int_equal(symlink("elsewhere", scratch_path(&trades->scratch, "trades.csv")), 0);
    assert_false(csv_trades_write_note(trades, "new"));
    assert_int_equal(trades->error.kind, ERROR_WRITER);
    csv_trades_assert_mentions(trades, "symbolic link");
    csv_trades_assert_file(trades, HEADER SPY_3);
}

static void a_folder_in_the_place_is_refused(void **state)
{
    struct csv_trades *trades = *state;
    assert_int_equal(mkdir(scratch_path(&trades->scratch, "trades.csv"), 0700), 0);
    assert_false(csv_trades_write_note(trades, "new"));
    assert_int_equal(trades->error.kind, ERROR_WRITER);
    csv_trades_assert_mentions(trades, "trades.csv: is not a regular file");
}

static void permissions_are_kept(void **state)
{
    struct csv_trades *trades = *state;
    csv_trades_put(trades, HEADER SPY_3);
    assert_int_equal(chmod(scratch_path(&trades->scratch, "trades.csv"), 0640), 0);
    csv_trades_assert_written(trades, csv_trades_write_note(trades, "new"));
    struct stat status;
    assert_int_equal(stat(scratch_path(&trades->scratch, "trades.csv"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
}

static void options_and_tables_must_fit(void **state)
{
    struct csv_trades *trades = *state;
    struct writer_options options = {
        .locations = (struct writer_location[]) { { "trades", "/x" }, { "journal", "/x" } },
        .location_count = 2,
    };
    assert_null(writer_find("csv")->open(&options, &trades->error));
    assert_int_equal(trades->error.kind, ERROR_USAGE);
    csv_trades_assert_mentions(trades, "the tables trades and journal need a file each");
    options.locations = (struct writer_location[]) { { "trades", "" } };
    options.location_count = 1;
    assert_null(writer_find("csv")->open(&options, &trades->error));
    assert_int_equal(trades->error.kind, ERROR_USAGE);

    struct record_set set = { .table = &journal };
    struct write_report report;
    assert_false(writer_write(trades->writer, &set, &report, &trades->error));
    assert_int_equal(trades->error.kind, ERROR_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CSV_TRADES_TEST(rows_are_sorted_by_session_and_the_number_in_their_key),
        CSV_TRADES_TEST(rows_of_a_table_without_keys_stay_in_order),
        CSV_TRADES_TEST(missing_folders_are_made),
        CSV_TRADES_TEST(a_file_with_another_header_is_left_alone),
        CSV_TRADES_TEST(a_file_with_a_malformed_row_is_left_alone),
        CSV_TRADES_TEST(a_file_over_the_cap_is_left_alone),
        CSV_TRADES_TEST(an_empty_file_is_as_good_as_none),
        CSV_TRADES_TEST(a_text_that_a_spreadsheet_would_execute_is_defused),
        CSV_TRADES_TEST(what_somebody_else_put_there_is_defused_too),
        CSV_TRADES_TEST(a_defused_key_is_still_the_same_key),
        CSV_TRADES_TEST(numbers_are_never_touched),
        CSV_TRADES_TEST(commas_quotes_and_line_ends_survive),
        CSV_TRADES_TEST(what_a_spreadsheet_saved_is_read),
        CSV_TRADES_TEST(a_row_that_could_not_be_read_again_is_refused),
        CSV_TRADES_TEST(a_symbolic_link_is_not_written_through),
        CSV_TRADES_TEST(a_folder_in_the_place_is_refused),
        CSV_TRADES_TEST(permissions_are_kept),
        CSV_TRADES_TEST(options_and_tables_must_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
