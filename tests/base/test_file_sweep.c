#include "service/base/file_sweep.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct scratch scratch;

static int begin(void **state)
{
    (void)state;
    scratch_init(&scratch);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_release(&scratch);
    return 0;
}

static void what_killed_processes_left_of_a_file_is_swept(void **state)
{
    (void)state;
    static const char *const left[] = { ".a.1.0.tmp", ".a.4194304.12345.tmp" };
    static const char *const others[] = {
        "a",          ".a.tmp",       ".a.1.tmp",  ".a.1.0.tmp.bak", ".a..0.tmp",   ".a.1.x.tmp",
        ".b.1.0.tmp", ".a.b.1.0.tmp", "a.1.0.tmp", ".a.1.0.2.tmp",   ".a.-1.0.tmp", ".ab.1.0.tmp",
    };
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        scratch_write(&scratch, left[i], "half");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        scratch_write(&scratch, others[i], "whole");
    file_sweep(scratch_path(&scratch, "a"));
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        assert_int_not_equal(access(scratch_path(&scratch, left[i]), F_OK), 0);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(access(scratch_path(&scratch, others[i]), F_OK), 0);
}

static void a_name_alone_is_one_of_this_folder(void **state)
{
    (void)state;
    scratch_write(&scratch, ".a.1.0.tmp", "half");
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(scratch.folder), 0);
    file_sweep("a");
    assert_int_equal(chdir(here), 0);
    assert_int_equal(scratch_count(&scratch, ".tmp"), 0);
}

static void where_there_is_nothing_to_sweep_nothing_happens(void **state)
{
    (void)state;
    file_sweep(scratch_path(&scratch, "missing/a"));
    file_sweep(scratch_path(&scratch, ""));
    assert_int_not_equal(access(scratch_path(&scratch, "missing"), F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_killed_processes_left_of_a_file_is_swept, begin, end),
        cmocka_unit_test_setup_teardown(a_name_alone_is_one_of_this_folder, begin, end),
        cmocka_unit_test_setup_teardown(where_there_is_nothing_to_sweep_nothing_happens, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
