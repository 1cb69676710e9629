#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/file.h"
#include "tests/support/csv_trades.h"
#include "tests/support/file_faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER CSV_TRADES_HEADER
#define SPY_3 CSV_TRADES_SPY_3
#define SPY_5 CSV_TRADES_SPY_5

static void a_lock_that_another_process_holds_is_reported(void **state)
{
    struct csv_trades *trades = *state;
    int ready[2], finish[2];
    assert_int_equal(pipe(ready) | pipe(finish), 0);
    pid_t child = fork();
    if (child == 0) {
        struct file_lock lock;
        char byte = 'y';
        close(finish[1]);
        if (!file_lock(scratch_path(&trades->scratch, "trades.csv"), 0, &lock, &trades->error) ||
            write(ready[1], &byte, 1) != 1)
            _exit(1);
        _exit(read(finish[0], &byte, 1) == 0 ? 0 : 1);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    csv_trades_reopen(trades, "trades.csv", 10);
    assert_false(csv_trades_write(trades, "QQQ", 4, 4, NULL, 0));
    assert_int_equal(trades->error.kind, ERROR_CLAIMED);
    assert_int_equal(trades->error.outcome, OUTCOME_RETRY);
    csv_trades_assert_mentions(trades, "trades.csv");
    assert_null(scratch_read(&trades->scratch, "trades.csv"));
    close(finish[1]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    csv_trades_assert_written(trades, csv_trades_write(trades, "QQQ", 4, 4, NULL, 0));
    close(finish[0]);
    close(ready[0]);
    close(ready[1]);
}

static bool run_well(pid_t child)
{
    int status;
    return waitpid(child, &status, 0) == child && status == 0;
}

/* Each write covers one session and brings a row for it. */
static void write_sessions(struct csv_trades *trades, const char *symbol, int count)
{
    for (int day = 1; day <= count; day++) {
        char id[32];
        snprintf(id, sizeof id, "%s/%d", symbol, day);
        if (!csv_trades_write(trades, symbol, day, day,
                              &(struct csv_trade) { id, symbol, day, 0, NULL }, 1))
            _exit(1);
    }
    _exit(0);
}

static void two_processes_lose_no_row(void **state)
{
    struct csv_trades *trades = *state;
    enum { WRITES = 50 };
    pid_t first = fork();
    if (first == 0)
        write_sessions(trades, "AAA", WRITES);
    pid_t second = fork();
    if (second == 0)
        write_sessions(trades, "BBB", WRITES);
    assert_true(run_well(first));
    assert_true(run_well(second));
    char *content = scratch_read(&trades->scratch, "trades.csv");
    int rows = 0;
    for (const char *row = content; (row = strchr(row, '\n')) && row[1] != '\0'; row++)
        rows++;
    assert_int_equal(rows, 2 * WRITES);
    free(content);
    assert_int_equal(scratch_count(&trades->scratch, ".tmp"), 0);
}

#define OLD HEADER SPY_3 "q/1,dp20,QQQ,2024-06-04,1.00,old\n" SPY_5
#define NEW HEADER SPY_3 "q/1,dp20,QQQ,2024-06-04,1.00,new\n" SPY_5

static void assert_old_or_new(struct csv_trades *trades, bool allow_old, bool allow_new)
{
    char *content = scratch_read(&trades->scratch, "trades.csv");
    assert_non_null(content);
    if (!(allow_old && strcmp(content, OLD) == 0) && !(allow_new && strcmp(content, NEW) == 0))
        fail_msg("neither the old nor the new content: %s", content);
    free(content);
}

/* A write during which calls fail, and then one that heals what it left. Returns how many calls
 * could have failed. */
static size_t write_with(struct csv_trades *trades, const struct file_fault *fault)
{
    csv_trades_put(trades, OLD);
    file_faults_begin(fault);
    bool written = csv_trades_write_note(trades, "new");
    size_t calls = file_faults_end();
    bool unknown = !written && trades->error.outcome == OUTCOME_UNKNOWN;
    assert_old_or_new(trades, !written, written || unknown);
    if (!written) {
        assert_int_equal(trades->error.kind, ERROR_WRITER);
        csv_trades_assert_mentions(trades, scratch_path(&trades->scratch, "trades.csv"));
        csv_trades_assert_mentions(trades, strerror(EIO));
        assert_null(strstr(trades->error.message, "is left as it is"));
    }
    size_t left = file_faults_failed() & FILE_CALL_UNLINK ? 1 : 0;
    assert_int_equal(scratch_count(&trades->scratch, ".tmp"), left);
    csv_trades_assert_written(trades, csv_trades_write_note(trades, "new"));
    csv_trades_assert_file(trades, NEW);
    return calls;
}

static void empty_scratch(struct csv_trades *trades)
{
    scratch_release(&trades->scratch);
    assert_int_equal(mkdir(trades->scratch.folder, 0700), 0);
}

static void any_failing_call_leaves_the_old_content_or_the_new(void **state)
{
    struct csv_trades *trades = *state;
    for (unsigned calls = 1; calls <= FILE_CALL_ALL; calls <<= 1) {
        for (int lasting = 0; lasting <= 1; lasting++) {
            struct file_fault fault = { calls, .lasting = lasting, .error_number = EIO };
            size_t count = write_with(trades, &fault);
            for (fault.nth = 1; fault.nth <= count; fault.nth++) {
                empty_scratch(trades);
                write_with(trades, &fault);
                assert_int_equal(file_faults_failed(), calls);
            }
        }
    }
}

static void any_call_from_which_on_all_fail_leaves_the_old_content_or_the_new(void **state)
{
    struct csv_trades *trades = *state;
    struct file_fault fault = { FILE_CALL_ALL, .lasting = true, .error_number = EIO };
    size_t count = write_with(trades, &fault);
    unsigned expected = FILE_CALL_OPEN | FILE_CALL_READ | FILE_CALL_WRITE | FILE_CALL_FSYNC |
                        FILE_CALL_CLOSE | FILE_CALL_STAT | FILE_CALL_CHMOD | FILE_CALL_RENAME |
                        FILE_CALL_LOCK;
    assert_int_equal(file_faults_made(), expected);
    for (fault.nth = 1; fault.nth <= count; fault.nth++) {
        empty_scratch(trades);
        write_with(trades, &fault);
    }
}

/* Then the whole new content is the beginning of the old one. */
static void a_file_that_loses_its_last_rows_is_whole_or_as_it_was(void **state)
{
    struct csv_trades *trades = *state;
    const char *old = HEADER SPY_3 "q/1,dp20,QQQ,2024-06-04,1.00,old\n";
    struct file_fault fault = { FILE_CALL_ALL, .error_number = EIO };
    size_t count = 0;
    do {
        csv_trades_put(trades, old);
        file_faults_begin(&fault);
        bool written = csv_trades_write(trades, "QQQ", 4, 4, NULL, 0);
        size_t calls = file_faults_end();
        bool unknown = !written && trades->error.outcome == OUTCOME_UNKNOWN;
        csv_trades_assert_file(trades, written || unknown ? HEADER SPY_3 : old);
        assert_int_equal(scratch_count(&trades->scratch, ".tmp"), 0);
        count = fault.nth == 0 ? calls : count;
    } while (fault.nth++ < count);
    assert_true(count > 10);
}

/* The process that put the content there may have been killed before it did so itself. */
static void a_repeated_write_flushes_the_folder_and_writes_nothing(void **state)
{
    struct csv_trades *trades = *state;
    csv_trades_assert_written(trades, csv_trades_write_note(trades, "new"));
    file_faults_begin(&(struct file_fault) { FILE_CALL_FSYNC, .nth = 1, .error_number = EIO });
    bool written = csv_trades_write_note(trades, "new");
    file_faults_end();
    assert_false(written);
    assert_int_equal(trades->error.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(file_faults_made() & (FILE_CALL_WRITE | FILE_CALL_RENAME), 0);
}

static void a_folder_that_cannot_be_made_is_reported(void **state)
{
    struct csv_trades *trades = *state;
    csv_trades_reopen(trades, "a/b/trades.csv", 0);
    struct file_fault fault = { FILE_CALL_MKDIR, .nth = 2, .error_number = ENOSPC };
    file_faults_begin(&fault);
    bool written = csv_trades_write(trades, "QQQ", 4, 4, NULL, 0);
    file_faults_end();
    assert_false(written);
    assert_int_equal(trades->error.kind, ERROR_WRITER);
    csv_trades_assert_mentions(trades, "a/b: cannot make the folder: No space left on device");
    csv_trades_assert_written(trades, csv_trades_write(trades, "QQQ", 4, 4, NULL, 0));
}

static void short_and_interrupted_calls_are_carried_on(void **state)
{
    struct csv_trades *trades = *state;
    struct file_fault fault = {
        .calls = FILE_CALL_OPEN | FILE_CALL_READ | FILE_CALL_WRITE | FILE_CALL_FSYNC |
                 FILE_CALL_CLOSE | FILE_CALL_LOCK,
        .error_number = EINTR,
        .transfer_max = 19,
    };
    size_t count = 1;
    for (fault.nth = 1; fault.nth <= count; fault.nth++) {
        csv_trades_put(trades, OLD);
        file_faults_begin(&fault);
        bool written = csv_trades_write_note(trades, "new");
        count = file_faults_end();
        csv_trades_assert_written(trades, written);
        csv_trades_assert_file(trades, NEW);
    }
    assert_true(count > 20);
}

static void a_process_killed_at_any_call_leaves_the_old_content_or_the_new(void **state)
{
    struct csv_trades *trades = *state;
    struct file_fault fault = { FILE_CALL_ALL, .error_number = FILE_FAULT_KILL };
    bool old_was_there = false, new_was_there = false, killed = true;
    for (fault.nth = 1; killed; fault.nth++) {
        csv_trades_put(trades, OLD);
        pid_t child = fork();
        if (child == 0) {
            file_faults_begin(&fault);
            _exit(csv_trades_write_note(trades, "new") ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        killed = WIFSIGNALED(status);
        assert_true(killed || status == 0);
        assert_old_or_new(trades, killed, true);
        char *content = scratch_read(&trades->scratch, "trades.csv");
        *(strcmp(content, OLD) == 0 ? &old_was_there : &new_was_there) = true;
        free(content);
        csv_trades_assert_written(trades, csv_trades_write_note(trades, "new"));
        csv_trades_assert_file(trades, NEW);
    }
    assert_true(old_was_there && new_was_there && fault.nth > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CSV_TRADES_TEST(a_lock_that_another_process_holds_is_reported),
        CSV_TRADES_TEST(two_processes_lose_no_row),
        CSV_TRADES_TEST(any_failing_call_leaves_the_old_content_or_the_new),
        CSV_TRADES_TEST(any_call_from_which_on_all_fail_leaves_the_old_content_or_the_new),
        CSV_TRADES_TEST(a_file_that_loses_its_last_rows_is_whole_or_as_it_was),
        CSV_TRADES_TEST(a_repeated_write_flushes_the_folder_and_writes_nothing),
        CSV_TRADES_TEST(a_folder_that_cannot_be_made_is_reported),
        CSV_TRADES_TEST(short_and_interrupted_calls_are_carried_on),
        CSV_TRADES_TEST(a_process_killed_at_any_call_leaves_the_old_content_or_the_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
