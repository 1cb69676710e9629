#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/file.h"
#include "service/store/store.h"
#include "tests/support/file_faults.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct scratch scratch;
static struct store *store;
static struct error error;

static const struct version none = { 0 };

/* A change of one value, from what is there before to what is there after; NULL: absent. */
struct change {
    const char *key;
    const char *before;
    const char *after;
};

static const struct change changes[] = {
    { "new", NULL, "the value" },
    { "runs/new/folder/a", NULL, "the value" },
    { "runs/a", "the old value", "the new value, which is longer" },
    { "runs/a", "the old value", NULL },
};
enum { CHANGES = sizeof changes / sizeof changes[0] };

static int begin(void **state)
{
    (void)state;
    scratch_init(&scratch);
    struct store_options options = { .location = scratch_path(&scratch, "state") };
    store = store_open(&options, &error);
    assert_non_null(store);
    return 0;
}

static int end(void **state)
{
    (void)state;
    file_faults_end();
    store_close(store);
    scratch_release(&scratch);
    return 0;
}

/* Empties the store, and puts what is there before, behind the store's back. */
static void prepare(const struct change *change)
{
    scratch_release(&scratch);
    assert_int_equal(mkdir(scratch.folder, 0700), 0);
    assert_int_equal(mkdir(scratch_path(&scratch, "state"), 0700), 0);
    assert_int_equal(mkdir(scratch_path(&scratch, "state/runs"), 0700), 0);
    char name[64];
    snprintf(name, sizeof name, "state/%s", change->key);
    if (change->before)
        scratch_write(&scratch, name, change->before);
    error = (struct error) { 0 };
}

static struct version version_now(const char *key)
{
    struct text value;
    struct version version;
    if (!store_get(store, key, &value, &version, &error))
        fail_msg("%s", error.message);
    text_release(&value);
    return version;
}

static bool apply(const struct change *change, struct version expected)
{
    struct version version;
    if (change->after)
        return store_put(store, change->key, change->after, strlen(change->after), expected,
                         &version, &error);
    return store_remove(store, change->key, expected, &error);
}

static bool is_now(const char *key, const char *expected)
{
    struct text value;
    struct version version;
    assert_true(store_get(store, key, &value, &version, &error));
    bool same = expected ? version.number != 0 && strcmp(text_string(&value), expected) == 0
                         : version.number == 0;
    text_release(&value);
    return same;
}

static void assert_mentions(const char *part)
{
    if (strstr(error.message, part) == NULL)
        fail_msg("'%s' does not mention '%s'", error.message, part);
}

/* What the next one does who finds it so. */
static void assert_heals(const struct change *change)
{
    if (!apply(change, version_now(change->key)))
        fail_msg("%s", error.message);
    assert_true(is_now(change->key, change->after));
}

static bool list_nothing_else(void *context, const char *key)
{
    const struct change *change = context;
    assert_string_equal(key, change->key);
    return true;
}

/* Makes the change while calls fail. It has happened, or not, or the error says that nobody knows.
 * Returns how many calls could have failed. */
static size_t change_with(const struct change *change, const struct file_fault *fault)
{
    prepare(change);
    struct version before = version_now(change->key);
    file_faults_begin(fault);
    bool done = apply(change, before);
    size_t calls = file_faults_end();
    struct error said = error;
    bool unknown = !done && said.outcome == OUTCOME_UNKNOWN;
    assert_true(is_now(change->key, done || unknown ? change->after : change->before));
    if (!done) {
        assert_int_equal(said.kind, ERROR_WRITER);
        assert_mentions(change->key);
        assert_mentions(scratch_path(&scratch, "state"));
        assert_mentions(strerror(EIO));
    }
    assert_true(store_list(store, "", list_nothing_else, (void *)(uintptr_t)change, &error));
    assert_heals(change);
    return calls;
}

static void any_failing_call_leaves_the_old_value_or_the_new(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++)
        for (unsigned calls = 1; calls <= FILE_CALL_ALL; calls <<= 1)
            for (int lasting = 0; lasting <= 1; lasting++) {
                struct file_fault fault = { calls, .lasting = lasting, .error_number = EIO };
                size_t count = change_with(&changes[i], &fault);
                for (fault.nth = 1; fault.nth <= count; fault.nth++) {
                    change_with(&changes[i], &fault);
                    assert_int_equal(file_faults_failed(), calls);
                }
            }
}

static void any_call_from_which_on_all_fail_leaves_the_old_value_or_the_new(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++) {
        struct file_fault fault = { FILE_CALL_ALL, .lasting = true, .error_number = EIO };
        size_t count = change_with(&changes[i], &fault);
        for (fault.nth = 1; fault.nth <= count; fault.nth++)
            change_with(&changes[i], &fault);
    }
}

static void short_and_interrupted_calls_are_carried_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++) {
        struct file_fault fault = {
            .calls = FILE_CALL_OPEN | FILE_CALL_READ | FILE_CALL_WRITE | FILE_CALL_FSYNC |
                     FILE_CALL_CLOSE | FILE_CALL_LOCK,
            .error_number = EINTR,
            .transfer_max = 3,
        };
        size_t count = 1;
        for (fault.nth = 1; fault.nth <= count; fault.nth++) {
            prepare(&changes[i]);
            struct version before = version_now(changes[i].key);
            file_faults_begin(&fault);
            bool done = apply(&changes[i], before);
            count = file_faults_end();
            assert_true(done);
            assert_true(is_now(changes[i].key, changes[i].after));
        }
    }
}

static void a_process_killed_at_any_call_leaves_the_old_value_or_the_new(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++) {
        struct file_fault fault = { FILE_CALL_ALL, .error_number = FILE_FAULT_KILL };
        size_t before = 0, after = 0;
        bool killed = true;
        for (fault.nth = 1; killed; fault.nth++) {
            prepare(&changes[i]);
            struct version version = version_now(changes[i].key);
            pid_t child = fork();
            if (child == 0) {
                file_faults_begin(&fault);
                _exit(apply(&changes[i], version) ? 0 : 1);
            }
            int status;
            assert_int_equal(waitpid(child, &status, 0), child);
            killed = WIFSIGNALED(status);
            assert_true(killed || status == 0);
            before += is_now(changes[i].key, changes[i].before);
            after += is_now(changes[i].key, changes[i].after);
            assert_int_equal(before + after, fault.nth);
            assert_heals(&changes[i]);
        }
        assert_true(before > 5 && after > 1);
    }
}

/* Returns how many calls could have failed. */
static size_t get_with(const struct file_fault *fault)
{
    struct text value = { .size = 77 };
    struct version version = { 77 };
    prepare(&changes[2]);
    file_faults_begin(fault);
    bool got = store_get(store, "runs/a", &value, &version, &error);
    size_t calls = file_faults_end();
    assert_int_equal(got, fault->nth == 0);
    if (got) {
        text_release(&value);
        return calls;
    }
    assert_int_equal(error.kind, ERROR_DATA);
    assert_mentions(scratch_path(&scratch, "state/runs"));
    assert_mentions(strerror(EIO));
    assert_int_equal(value.size, 77);
    assert_int_equal(version.number, 77);
    return calls;
}

static void a_read_that_fails_says_so_and_returns_nothing(void **state)
{
    (void)state;
    struct file_fault fault = { FILE_CALL_ALL & ~FILE_CALL_CLOSE, .error_number = EIO };
    size_t count = get_with(&fault);
    assert_int_equal(file_faults_made(),
                     FILE_CALL_OPEN | FILE_CALL_STAT | FILE_CALL_READ | FILE_CALL_CLOSE);
    for (fault.nth = 1; fault.nth <= count; fault.nth++)
        get_with(&fault);
}

static bool list_with(const struct file_fault *fault, size_t *ret_calls)
{
    prepare(&changes[2]);
    file_faults_begin(fault);
    bool listed = store_list(store, "", list_nothing_else, (void *)(uintptr_t)&changes[2], &error);
    *ret_calls = file_faults_end();
    return listed;
}

static void a_listing_that_fails_says_so(void **state)
{
    (void)state;
    struct file_fault fault = { FILE_CALL_ALL, .error_number = EIO };
    size_t count, calls;
    assert_true(list_with(&fault, &count));
    assert_int_equal(count, 4);
    for (fault.nth = 1; fault.nth <= count; fault.nth++) {
        assert_false(list_with(&fault, &calls));
        assert_int_equal(error.kind, ERROR_DATA);
        assert_mentions(scratch_path(&scratch, "state"));
        assert_mentions(strerror(EIO));
    }
    fault = (struct file_fault) { FILE_CALL_OPEN, .nth = 1, .error_number = EINTR };
    assert_true(list_with(&fault, &calls));
}

static void what_is_gone_by_the_time_a_listing_reaches_it_is_passed_over(void **state)
{
    (void)state;
    struct file_fault fault = { FILE_CALL_OPEN | FILE_CALL_STAT, .error_number = ENOENT };
    size_t count, calls;
    assert_true(list_with(&fault, &count));
    for (fault.nth = 1; fault.nth <= count; fault.nth++)
        assert_true(list_with(&fault, &calls));
}

static size_t flushes_of(const struct change *change, struct version expected)
{
    file_faults_begin(&(struct file_fault) { .calls = FILE_CALL_FSYNC });
    bool done = apply(change, expected);
    size_t count = file_faults_end();
    assert_true(done);
    return count;
}

/* One that may not live to flush what it has made. */
static void put_by_another_process(const char *key)
{
    pid_t child = fork();
    if (child == 0) {
        struct version version;
        _exit(store_put(store, key, "a", 1, none, &version, &error) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static size_t flushes_of_first(const char *key)
{
    return flushes_of(&(struct change) { key, NULL, "a" }, none);
}

/* Beside them: the value and its folder. */
enum { FLUSHES = 2 };

static void folders_that_are_there_are_flushed_once_for_first_values(void **state)
{
    (void)state;
    static const struct change again = { "runs/new/folder/b", "a", "c" };
    prepare(&changes[1]);
    put_by_another_process("runs/new/folder/a");
    assert_int_equal(flushes_of_first("runs/new/folder/b"), 3 + FLUSHES);
    assert_int_equal(flushes_of_first("runs/new/folder/c"), FLUSHES);
    assert_int_equal(flushes_of(&again, version_now(again.key)), FLUSHES);
}

static void folders_are_flushed_from_the_first_on_that_another_process_has_made(void **state)
{
    (void)state;
    prepare(&changes[1]);
    assert_int_equal(flushes_of_first("runs/folders/new/a"), 1 + 3 + FLUSHES);
    put_by_another_process("runs/folder/a");
    assert_int_equal(flushes_of_first("runs/folder/b"), 1 + FLUSHES);
    put_by_another_process("runs/folder/new/a");
    assert_int_equal(flushes_of_first("runs/folder/new/b"), 1 + FLUSHES);
    assert_int_equal(flushes_of_first("runs/folder/c"), FLUSHES);
    assert_int_equal(flushes_of_first("run/a"), 1 + FLUSHES);
}

static void a_folder_that_was_removed_is_made_and_flushed_again(void **state)
{
    (void)state;
    prepare(&changes[1]);
    assert_int_equal(flushes_of_first("runs/new/folder/a"), 1 + 3 + FLUSHES);
    prepare(&changes[1]);
    assert_int_equal(flushes_of_first("runs/new/folder/a"), 1 + 3 + FLUSHES);
}

static void a_folder_whose_flush_failed_is_flushed_again(void **state)
{
    (void)state;
    prepare(&changes[1]);
    assert_int_equal(flushes_of_first("runs/new/a"), 1 + 2 + FLUSHES);
    put_by_another_process("runs/new/folder/a");
    file_faults_begin(&(struct file_fault) { FILE_CALL_FSYNC, .nth = 1, .error_number = EIO });
    assert_false(apply(&(struct change) { "runs/new/folder/b", NULL, "a" }, none));
    file_faults_end();
    assert_int_equal(flushes_of_first("runs/new/folder/b"), 3 + FLUSHES);
}

/* Nobody has flushed the way to the inner one. */
static void what_a_store_within_a_store_has_flushed_is_flushed_again(void **state)
{
    (void)state;
    prepare(&changes[1]);
    struct store *outer = store;
    struct store_options options = { .location = scratch_path(&scratch, "state/runs") };
    store = store_open(&options, &error);
    assert_int_equal(flushes_of_first("new/a"), 1 + 1 + FLUSHES);
    store_close(store);
    store = outer;
    assert_int_equal(flushes_of_first("runs/new/b"), 1 + 2 + FLUSHES);
}

/* Beside those of the lock's folder, which is made here. */
static void a_remove_and_the_same_value_again_flush_the_folder(void **state)
{
    (void)state;
    static const struct change same = { "runs/a", "same", "same" };
    static const struct change removed = { "runs/a", "same", NULL };
    prepare(&same);
    struct version version = version_now("runs/a");
    assert_int_equal(flushes_of(&same, version), 1 + 1);
    assert_int_equal(flushes_of(&same, version), 1);
    assert_int_equal(flushes_of(&removed, version), 1);
    assert_int_equal(flushes_of(&removed, none), 0);
}

static void a_location_that_cannot_be_looked_at_is_reported(void **state)
{
    (void)state;
    struct store_options options = { .location = scratch_path(&scratch, "state") };
    file_faults_begin(&(struct file_fault) { FILE_CALL_STAT, .nth = 1, .error_number = EIO });
    struct store *opened = store_open(&options, &error);
    file_faults_end();
    assert_null(opened);
    assert_int_equal(error.kind, ERROR_WRITER);
    assert_mentions("state: cannot be a store's folder: Input/output error");
}

#define FAULT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_TEST(any_failing_call_leaves_the_old_value_or_the_new),
        FAULT_TEST(any_call_from_which_on_all_fail_leaves_the_old_value_or_the_new),
        FAULT_TEST(short_and_interrupted_calls_are_carried_on),
        FAULT_TEST(a_process_killed_at_any_call_leaves_the_old_value_or_the_new),
        FAULT_TEST(a_read_that_fails_says_so_and_returns_nothing),
        FAULT_TEST(a_listing_that_fails_says_so),
        FAULT_TEST(what_is_gone_by_the_time_a_listing_reaches_it_is_passed_over),
        FAULT_TEST(folders_that_are_there_are_flushed_once_for_first_values),
        FAULT_TEST(folders_are_flushed_from_the_first_on_that_another_process_has_made),
        FAULT_TEST(a_folder_that_was_removed_is_made_and_flushed_again),
        FAULT_TEST(a_folder_whose_flush_failed_is_flushed_again),
        FAULT_TEST(what_a_store_within_a_store_has_flushed_is_flushed_again),
        FAULT_TEST(a_remove_and_the_same_value_again_flush_the_folder),
        FAULT_TEST(a_location_that_cannot_be_looked_at_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
