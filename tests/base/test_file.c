#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/file.h"
#include "tests/support/scratch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE_MAX_TEST = 1 << 20 };

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
    scratch_release(&scratch);
    return 0;
}

static const char *at(const char *name)
{
    return scratch_path(&scratch, name);
}

static bool replace(const char *name, const char *content)
{
    return file_replace(at(name), content, strlen(content), &error);
}

static void assert_content(const char *name, const char *expected)
{
    char *content = scratch_read(&scratch, name);
    assert_non_null(content);
    assert_string_equal(content, expected);
    free(content);
}

static void assert_failed(bool result, enum error_kind kind, const char *part)
{
    assert_false(result);
    assert_int_equal(error.kind, kind);
    if (strstr(error.message, part) == NULL)
        fail_msg("'%s' does not mention '%s'", error.message, part);
}

static mode_t mode_of(const char *name)
{
    struct stat status;
    assert_int_equal(stat(at(name), &status), 0);
    return status.st_mode & 07777;
}

static void a_file_is_read_whole(void **state)
{
    (void)state;
    char *large = calloc(300001, 1);
    memset(large, 'x', 300000);
    scratch_write(&scratch, "a", large);
    struct text text;
    assert_true(file_read(at("a"), SIZE_MAX_TEST, &text, NULL, &error));
    assert_int_equal(text.size, 300000);
    assert_string_equal(text_string(&text), large);
    text_release(&text);
    free(large);
}

static void a_file_may_be_as_large_as_the_cap_and_no_larger(void **state)
{
    (void)state;
    scratch_write(&scratch, "a", "12345");
    struct text text;
    assert_true(file_read(at("a"), 5, &text, NULL, &error));
    assert_int_equal(text.size, 5);
    text_release(&text);
    assert_failed(file_read(at("a"), 4, &text, NULL, &error), ERROR_LIMIT, "4 bytes");
    /* Files of the kernel say that they are empty and are not. */
    assert_failed(file_read("/proc/self/maps", 16, &text, NULL, &error), ERROR_LIMIT, "maps");
}

static void a_missing_file_is_an_error_unless_the_caller_asks(void **state)
{
    (void)state;
    struct text text = { .size = 7 };
    bool exists = true;
    assert_true(file_read(at("none"), 5, &text, &exists, &error));
    assert_false(exists);
    assert_int_equal(text.size, 0);
    assert_failed(file_read(at("none"), 5, &text, NULL, &error), ERROR_DATA, "none: cannot open");
    scratch_write(&scratch, "a", "");
    assert_true(file_read(at("a"), 5, &text, &exists, &error));
    assert_true(exists);
}

static void a_folder_or_a_pipe_is_not_read(void **state)
{
    (void)state;
    struct text text;
    assert_failed(file_read(scratch.folder, 5, &text, NULL, &error), ERROR_DATA, "not a regular");
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    assert_failed(file_read(at("pipe"), 5, &text, NULL, &error), ERROR_DATA, "not a regular");
}

static void a_new_file_gets_the_permissions_of_the_umask(void **state)
{
    (void)state;
    mode_t old = umask(027);
    assert_true(replace("a", "new"));
    umask(old);
    assert_content("a", "new");
    assert_int_equal(mode_of("a"), 0640);
    assert_int_equal(scratch_count(&scratch, ".tmp"), 0);
}

static void a_replaced_file_keeps_its_permissions(void **state)
{
    (void)state;
    scratch_write(&scratch, "a", "old and longer");
    assert_int_equal(chmod(at("a"), 0604), 0);
    assert_true(replace("a", "new"));
    assert_content("a", "new");
    assert_int_equal(mode_of("a"), 0604);
    assert_int_equal(chmod(at("a"), 0), 0);
    assert_true(replace("a", "newer"));
    assert_int_equal(mode_of("a"), 0);
}

static void a_reader_keeps_the_old_content(void **state)
{
    (void)state;
    scratch_write(&scratch, "a", "old");
    struct file_view view;
    assert_true(file_view_open(at("a"), &view, &error));
    assert_true(replace("a", "new"));
    assert_int_equal(view.size, 3);
    assert_memory_equal(view.bytes, "old", 3);
    file_view_close(&view);
}

static void an_empty_file_can_be_viewed_and_a_missing_one_not(void **state)
{
    (void)state;
    scratch_write(&scratch, "a", "");
    struct file_view view;
    assert_true(file_view_open(at("a"), &view, &error));
    assert_int_equal(view.size, 0);
    assert_non_null(view.bytes);
    file_view_close(&view);
    assert_failed(file_view_open(at("none"), &view, &error), ERROR_DATA, "none");
    assert_failed(file_view_open(scratch.folder, &view, &error), ERROR_DATA, "not a regular");
}

static void a_symbolic_link_is_refused(void **state)
{
    (void)state;
    scratch_write(&scratch, "a", "old");
    char target[sizeof scratch.path];
    snprintf(target, sizeof target, "%s", at("a"));
    assert_int_equal(symlink(target, at("link")), 0);
    assert_failed(replace("link", "new"), ERROR_WRITER, "symbolic link");
    assert_content("a", "old");
    assert_int_equal(symlink("nowhere", at("dangling")), 0);
    assert_failed(replace("dangling", "new"), ERROR_WRITER, "symbolic link");
    assert_null(scratch_read(&scratch, "nowhere"));
}

static void a_folder_or_a_pipe_is_not_replaced(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("folder"), 0700), 0);
    assert_failed(replace("folder", "new"), ERROR_WRITER, "folder");
    assert_failed(replace("folder/", "new"), ERROR_WRITER, "not the path of a file");
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    assert_failed(replace("pipe", "new"), ERROR_WRITER, "not a regular");
}

static void a_missing_folder_is_named(void **state)
{
    (void)state;
    assert_failed(replace("none/a", "new"), ERROR_WRITER,
                  "none/a: cannot open its folder: No such");
}

static void a_folder_without_permission_is_named(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    assert_int_equal(mkdir(at("closed"), 0500), 0);
    assert_int_equal(chmod(scratch.folder, 0755) | chmod(at("closed"), 0555), 0);
    bool root = geteuid() == 0; /* who may write everywhere */
    if (root && seteuid(NOBODY) != 0)
        skip();
    bool replaced = replace("closed/a", "new");
    assert_true(!root || seteuid(0) == 0);
    assert_failed(replaced, ERROR_WRITER, "closed/a: cannot create a temporary file");
    assert_failed(replaced, ERROR_WRITER, "Permission denied");
}

static void a_name_that_leaves_no_room_is_refused(void **state)
{
    (void)state;
    char name[254] = { 0 };
    memset(name, 'n', sizeof name - 1);
    assert_failed(replace(name, "new"), ERROR_WRITER, "too long");
    char path[FILE_PATH_MAX + 10] = { 0 };
    memset(path, '/', sizeof path - 2);
    path[sizeof path - 2] = 'a';
    assert_failed(file_replace(path, "new", 3, &error), ERROR_WRITER, "too long");
    struct file_lock lock;
    assert_failed(file_lock(path, 0, &lock, &error), ERROR_WRITER, "too long");
    assert_failed(file_make_folder(path, &error), ERROR_WRITER, "too long");
}

static void a_file_in_the_current_folder_needs_no_slash(void **state)
{
    (void)state;
    char *old = getcwd(NULL, 0);
    assert_int_equal(chdir(scratch.folder), 0);
    bool replaced = file_replace("plain", "new", 3, &error);
    assert_int_equal(chdir(old), 0);
    free(old);
    assert_true(replaced);
    assert_content("plain", "new");
}

/* As a container does it, where every process is number 1. */
static void a_dead_process_of_the_same_number_is_not_in_the_way(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        char name[64];
        snprintf(name, sizeof name, ".a.%ld.%u.tmp", (long)getpid(), i);
        scratch_write(&scratch, name, "left behind");
    }
    assert_true(replace("a", "new"));
    assert_content("a", "new");
    assert_int_equal(scratch_count(&scratch, ".tmp"), 100);
}

static void missing_folders_are_made_with_their_parents(void **state)
{
    (void)state;
    assert_true(file_make_folder(at("b/c//d/"), &error));
    assert_true(replace("b/c/d/a", "new"));
    assert_true(file_make_folder(at("b/c/d"), &error));
    assert_true(file_make_folder("/", &error));
    assert_true(file_make_folder(".", &error));
    scratch_write(&scratch, "file", "");
    assert_failed(file_make_folder(at("file"), &error), ERROR_WRITER,
                  "file: cannot make the folder");
    assert_failed(file_make_folder(at("file/e"), &error), ERROR_WRITER, "file: cannot make");
}

static void a_lock_is_held_until_it_is_released(void **state)
{
    (void)state;
    struct file_lock lock, second;
    assert_true(file_lock(at("a"), 0, &lock, &error));
    assert_failed(file_lock(at("a"), 20, &second, &error), ERROR_CLAIMED, "another process");
    assert_int_equal(error.outcome, OUTCOME_RETRY);
    assert_true(file_lock(at("b"), 0, &second, &error));
    file_unlock(&second);
    file_unlock(&lock);
    assert_true(file_lock(at("a"), 0, &lock, &error));
    file_unlock(&lock);
    assert_null(scratch_read(&scratch, "a"));
    assert_int_equal(scratch_count(&scratch, "a.lock"), 1);
}

static void a_lock_ends_with_its_process_and_one_who_waits_gets_it(void **state)
{
    (void)state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct file_lock lock;
        char byte = file_lock(at("a"), 0, &lock, &error) ? 'y' : 'n';
        if (write(ready[1], &byte, 1) == 1)
            pause();
        _exit(1);
    }
    char byte = 0;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    struct file_lock lock;
    assert_failed(file_lock(at("a"), 1, &lock, &error), ERROR_CLAIMED, "another process");
    kill(child, SIGKILL);
    assert_true(file_lock(at("a"), 60000, &lock, &error));
    file_unlock(&lock);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ready[0]);
    close(ready[1]);
}

static void a_lock_does_not_follow_a_symbolic_link(void **state)
{
    (void)state;
    assert_int_equal(symlink("elsewhere", at("a.lock")), 0);
    struct file_lock lock;
    assert_failed(file_lock(at("a"), 0, &lock, &error), ERROR_WRITER, "a.lock: cannot open");
    assert_null(scratch_read(&scratch, "elsewhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_read_whole, begin, end),
        cmocka_unit_test_setup_teardown(a_file_may_be_as_large_as_the_cap_and_no_larger, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_missing_file_is_an_error_unless_the_caller_asks, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_folder_or_a_pipe_is_not_read, begin, end),
        cmocka_unit_test_setup_teardown(a_new_file_gets_the_permissions_of_the_umask, begin, end),
        cmocka_unit_test_setup_teardown(a_replaced_file_keeps_its_permissions, begin, end),
        cmocka_unit_test_setup_teardown(a_reader_keeps_the_old_content, begin, end),
        cmocka_unit_test_setup_teardown(an_empty_file_can_be_viewed_and_a_missing_one_not, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_symbolic_link_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_folder_or_a_pipe_is_not_replaced, begin, end),
        cmocka_unit_test_setup_teardown(a_missing_folder_is_named, begin, end),
        cmocka_unit_test_setup_teardown(a_folder_without_permission_is_named, begin, end),
        cmocka_unit_test_setup_teardown(a_name_that_leaves_no_room_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_file_in_the_current_folder_needs_no_slash, begin, end),
        cmocka_unit_test_setup_teardown(a_dead_process_of_the_same_number_is_not_in_the_way, begin,
                                        end),
        cmocka_unit_test_setup_teardown(missing_folders_are_made_with_their_parents, begin, end),
        cmocka_unit_test_setup_teardown(a_lock_is_held_until_it_is_released, begin, end),
        cmocka_unit_test_setup_teardown(a_lock_ends_with_its_process_and_one_who_waits_gets_it,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_lock_does_not_follow_a_symbolic_link, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
