#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/file.h"
#include "tests/support/file_faults.h"
#include "tests/support/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OLD "some old content"
#define NEW "new content, and some more of it"

static struct scratch scratch;
static struct error error;

static int begin(void **state)
{
    (void)state;
    scratch_init(&scratch);
    error = (struct error) { 0 };
    return 0;
}

static int end(void **state)
{
    (void)state;
    file_faults_end();
    scratch_release(&scratch);
    return 0;
}

static const char *at(const char *name)
{
    return scratch_path(&scratch, name);
}

static void assert_content(const char *name, const char *expected)
{
    char *content = scratch_read(&scratch, name);
    if (expected) {
        assert_non_null(content);
        assert_string_equal(content, expected);
    } else {
        assert_null(content);
    }
    free(content);
}

static void assert_mentions(const char *part)
{
    if (strstr(error.message, part) == NULL)
        fail_msg("'%s' does not mention '%s'", error.message, part);
}

/* ---- every operation of file.h, and what must hold behind it --------------------------------- */

struct operation {
    const char *name;
    enum error_kind kind; /* of its errors */
    unsigned calls;       /* what it consists of when nothing fails: file_call, or'ed */
    const char *before;   /* content of "a"; NULL: there is none */
    bool (*run)(void);
    const char *after; /* likewise, when it succeeded */
};

static bool run_replace(void)
{
    return file_replace(at("a"), NEW, strlen(NEW), &error);
}

static bool run_pieces(void)
{
    struct file_replacement replacement;
    if (!file_replacement_begin(&replacement, at("a"), &error))
        return false;
    for (const char *piece = NEW; *piece; piece++) {
        if (!file_replacement_append(&replacement, piece, 1, &error)) {
            file_replacement_abandon(&replacement);
            return false;
        }
    }
    return file_replacement_commit(&replacement, &error);
}

static bool run_read(void)
{
    struct text text;
    if (!file_read(at("a"), 100, &text, NULL, &error))
        return false;
    assert_string_equal(text_string(&text), OLD);
    text_release(&text);
    return true;
}

static bool run_view(void)
{
    struct file_view view;
    if (!file_view_open(at("a"), &view, &error))
        return false;
    assert_int_equal(view.size, strlen(OLD));
    assert_memory_equal(view.bytes, OLD, view.size);
    file_view_close(&view);
    return true;
}

static bool run_flush(void)
{
    return file_flush_folder_of(at("a"), &error);
}

static bool run_make_folder(void)
{
    return file_make_folder(at("b/c"), &error) && access(at("b/c"), F_OK) == 0;
}

static bool run_lock(void)
{
    struct file_lock lock;
    if (!file_lock(at("a"), 0, &lock, &error))
        return false;
    file_unlock(&lock);
    return true;
}

enum {
    FOLDER_CALLS = FILE_CALL_OPEN | FILE_CALL_FSYNC | FILE_CALL_CLOSE,
    CREATE_CALLS = FOLDER_CALLS | FILE_CALL_STAT | FILE_CALL_WRITE | FILE_CALL_RENAME,
    LOOK_CALLS = FILE_CALL_OPEN | FILE_CALL_STAT | FILE_CALL_CLOSE,
};

static const struct operation operations[] = {
    { "replace", ERROR_WRITER, CREATE_CALLS | FILE_CALL_CHMOD, OLD, run_replace, NEW },
    { "create", ERROR_WRITER, CREATE_CALLS, NULL, run_replace, NEW },
    { "pieces", ERROR_WRITER, CREATE_CALLS | FILE_CALL_CHMOD, OLD, run_pieces, NEW },
    { "read", ERROR_DATA, LOOK_CALLS | FILE_CALL_READ, OLD, run_read, OLD },
    { "view", ERROR_DATA, LOOK_CALLS | FILE_CALL_MAP, OLD, run_view, OLD },
    { "flush", ERROR_WRITER, FOLDER_CALLS, OLD, run_flush, OLD },
    { "make", ERROR_WRITER, FOLDER_CALLS | FILE_CALL_STAT | FILE_CALL_MKDIR, NULL, run_make_folder,
      NULL },
    { "lock", ERROR_WRITER, FILE_CALL_OPEN | FILE_CALL_CLOSE | FILE_CALL_LOCK, OLD, run_lock, OLD },
};

enum { OPERATION_COUNT = sizeof operations / sizeof operations[0] };

static size_t descriptors_open(void)
{
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    size_t count = 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static bool run_with(const struct operation *operation, const struct file_fault *fault,
                     size_t *ret_calls)
{
    scratch_release(&scratch);
    assert_int_equal(mkdir(scratch.folder, 0700), 0);
    if (operation->before)
        scratch_write(&scratch, "a", operation->before);
    error = (struct error) { 0 };
    size_t descriptors = descriptors_open();
    file_faults_begin(fault);
    bool succeeded = operation->run();
    *ret_calls = file_faults_end();
    assert_int_equal(descriptors_open(), descriptors);
    return succeeded;
}

/* Of a folder with its parents, it may be one of them that could not be made. */
static void assert_names_path(const struct operation *operation)
{
    size_t size = strcspn(error.message, ":");
    if (operation->run == run_make_folder)
        assert_memory_equal(error.message, at("b/c"), size);
    else
        assert_mentions(at("a"));
}

/* Where a file was only looked at, a close that fails has nothing to tell; and that a folder is
 * there can be found out in another way. Everything else that fails must be reported. */
static void assert_holds(const struct operation *operation, bool succeeded, int error_number)
{
    unsigned failed = file_faults_failed();
    if (succeeded) {
        unsigned harmless = FILE_CALL_CLOSE | FILE_CALL_STAT;
        assert_int_equal(failed & ~harmless, 0);
    } else {
        assert_int_equal(error.kind, operation->kind);
        assert_names_path(operation);
        assert_mentions(strerror(error_number));
    }
    bool done = succeeded || error.outcome == OUTCOME_UNKNOWN;
    assert_content("a", done ? operation->after : operation->before);
    assert_int_equal(scratch_count(&scratch, ".tmp"), failed & FILE_CALL_UNLINK ? 1 : 0);
}

/* Fails each of the calls in turn, alone or with all behind it; then nothing, to see it healed. */
static void fail_each(const struct operation *operation, unsigned calls, bool lasting,
                      int error_number)
{
    struct file_fault fault = { calls, .lasting = lasting, .error_number = error_number };
    size_t count = 1, ignored;
    for (fault.nth = 1; fault.nth <= count; fault.nth++) {
        bool succeeded = run_with(operation, &fault, &count);
        if (!lasting && fault.nth == 1 && count == 0)
            return;
        assert_holds(operation, succeeded, error_number);
        file_faults_begin(&(struct file_fault) { 0 });
        assert_true(operation->run());
        assert_holds(operation, true, 0);
        file_faults_end();
    }
    assert_true(run_with(operation, &(struct file_fault) { 0 }, &ignored));
}

static void every_call_of_the_layer_is_among_those_that_fail(void **state)
{
    (void)state;
    unsigned all = FILE_CALL_UNLINK; /* which is made only behind a failure */
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        size_t ignored;
        assert_true(run_with(&operations[i], &(struct file_fault) { 0 }, &ignored));
        assert_int_equal(file_faults_made(), operations[i].calls);
        all |= operations[i].calls;
    }
    assert_int_equal(all, FILE_CALL_ALL);
}

static void any_failing_call_is_reported_and_leaves_the_old_content(void **state)
{
    (void)state;
    static const int numbers[] = { EIO, ENOSPC, EDQUOT, EMFILE, EACCES, EROFS };
    for (size_t i = 0; i < OPERATION_COUNT; i++)
        for (unsigned call = 1; call <= FILE_CALL_ALL; call <<= 1)
            for (size_t j = 0; j < sizeof numbers / sizeof numbers[0]; j++) {
                fail_each(&operations[i], call, false, numbers[j]);
                fail_each(&operations[i], call, true, numbers[j]);
            }
}

static void any_call_from_which_on_all_fail_is_reported_and_leaves_the_old_content(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATION_COUNT; i++)
        fail_each(&operations[i], FILE_CALL_ALL, true, EIO);
}

static void interrupted_and_short_calls_are_carried_on(void **state)
{
    (void)state;
    struct file_fault fault = {
        .calls = FILE_CALL_OPEN | FILE_CALL_READ | FILE_CALL_WRITE | FILE_CALL_FSYNC |
                 FILE_CALL_CLOSE | FILE_CALL_LOCK,
        .error_number = EINTR,
    };
    for (fault.transfer_max = 0; fault.transfer_max <= 7; fault.transfer_max++)
        for (size_t i = 0; i < OPERATION_COUNT; i++) {
            size_t count = 1;
            for (fault.nth = 1; fault.nth <= count; fault.nth++) {
                bool succeeded = run_with(&operations[i], &fault, &count);
                if (!succeeded)
                    fail_msg("%s, call %zu: %s", operations[i].name, fault.nth, error.message);
                assert_content("a", operations[i].after);
            }
            assert_true(fault.transfer_max == 0 || count > 1);
        }
}

/* ---- what the sweeps do not tell apart ------------------------------------------------------- */

static bool replace_with(const struct file_fault *fault)
{
    size_t ignored;
    return run_with(&operations[0], fault, &ignored);
}

static void a_disk_that_fills_half_way_leaves_the_old_content(void **state)
{
    (void)state;
    assert_false(replace_with(&(struct file_fault) {
        .calls = FILE_CALL_WRITE, .nth = 2, .error_number = ENOSPC, .transfer_max = 2 }));
    assert_mentions("a: cannot write: No space left on device");
    assert_int_equal(error.outcome, OUTCOME_FAILED);
    assert_content("a", OLD);
}

static void an_abandoned_replacement_leaves_the_old_content(void **state)
{
    (void)state;
    struct file_replacement replacement;
    size_t descriptors = descriptors_open();
    scratch_write(&scratch, "a", OLD);
    assert_true(file_replacement_begin(&replacement, at("a"), &error));
    assert_true(file_replacement_append(&replacement, NEW, strlen(NEW), &error));
    file_replacement_abandon(&replacement);
    assert_content("a", OLD);
    assert_int_equal(scratch_count(&scratch, ".tmp"), 0);
    assert_int_equal(descriptors_open(), descriptors);
}

/* The kernel may have dropped the pages, and would say at a second call that all is well. */
static void a_failed_flush_is_not_tried_again(void **state)
{
    (void)state;
    size_t flushes;
    assert_false(run_with(&operations[0],
                          &(struct file_fault) { FILE_CALL_FSYNC, .nth = 1, .error_number = EIO },
                          &flushes));
    assert_int_equal(flushes, 1);
    assert_mentions("flush to the disk: Input/output error");
    assert_int_equal(error.outcome, OUTCOME_FAILED);
    assert_content("a", OLD);
}

static void a_failed_close_is_a_failed_write(void **state)
{
    (void)state;
    assert_false(
        replace_with(&(struct file_fault) { FILE_CALL_CLOSE, .nth = 1, .error_number = EDQUOT }));
    assert_mentions("a: cannot close: Disk quota exceeded");
    assert_content("a", OLD);
    assert_int_equal(scratch_count(&scratch, ".tmp"), 0);
}

static void a_failed_flush_of_the_folder_leaves_the_outcome_unknown(void **state)
{
    (void)state;
    assert_false(
        replace_with(&(struct file_fault) { FILE_CALL_FSYNC, .nth = 2, .error_number = EIO }));
    assert_mentions("flush its folder");
    assert_int_equal(error.outcome, OUTCOME_UNKNOWN);
    assert_content("a", NEW);
    assert_true(file_flush_folder_of(at("a"), &error));
}

static void a_file_system_without_folders_to_flush_is_fine(void **state)
{
    (void)state;
    assert_true(
        replace_with(&(struct file_fault) { FILE_CALL_FSYNC, .nth = 2, .error_number = EINVAL }));
    assert_content("a", NEW);
}

static void a_replacement_is_flushed_before_it_is_renamed(void **state)
{
    (void)state;
    assert_false(
        replace_with(&(struct file_fault) { FILE_CALL_RENAME, .nth = 1, .error_number = EIO }));
    assert_true(file_faults_made() & FILE_CALL_FSYNC);
    assert_content("a", OLD);
}

static void a_temporary_name_that_is_always_taken_is_given_up(void **state)
{
    (void)state;
    assert_false(replace_with(&(struct file_fault) { FILE_CALL_OPEN, .nth = 2, .lasting = true,
                                                     .error_number = EEXIST }));
    assert_mentions("a: cannot create a temporary file beside it: File exists");
    assert_content("a", OLD);
}

#define FAULT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_TEST(every_call_of_the_layer_is_among_those_that_fail),
        FAULT_TEST(any_failing_call_is_reported_and_leaves_the_old_content),
        FAULT_TEST(any_call_from_which_on_all_fail_is_reported_and_leaves_the_old_content),
        FAULT_TEST(interrupted_and_short_calls_are_carried_on),
        FAULT_TEST(a_disk_that_fills_half_way_leaves_the_old_content),
        FAULT_TEST(an_abandoned_replacement_leaves_the_old_content),
        FAULT_TEST(a_failed_flush_is_not_tried_again),
        FAULT_TEST(a_failed_close_is_a_failed_write),
        FAULT_TEST(a_failed_flush_of_the_folder_leaves_the_outcome_unknown),
        FAULT_TEST(a_file_system_without_folders_to_flush_is_fine),
        FAULT_TEST(a_replacement_is_flushed_before_it_is_renamed),
        FAULT_TEST(a_temporary_name_that_is_always_taken_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
