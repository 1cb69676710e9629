#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/base/memory.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The linker puts these in front of the C library's (test_memory.ldflags). */
static bool memory_is_used_up;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

void *__wrap_calloc(size_t count, size_t size)
{
    return memory_is_used_up ? NULL : __real_calloc(count, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return memory_is_used_up ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return memory_is_used_up ? NULL : __real_strdup(text);
}

static void new_elements_are_zero(void **state)
{
    (void)state;
    /* The allocator is likely to hand out again what was just used. */
    volatile char *used = memory_resize(NULL, 100, sizeof(int64_t));
    for (size_t i = 0; i < 100 * sizeof(int64_t); i++)
        used[i] = 'x';
    free((void *)used);

    int64_t *numbers = memory_new(100, sizeof *numbers);
    for (size_t i = 0; i < 100; i++)
        assert_true(numbers[i] == 0);
    free(numbers);
}

static void no_elements_still_give_a_pointer(void **state)
{
    (void)state;
    void *nothing = memory_new(0, 8);
    assert_non_null(nothing);
    void *resized = memory_resize(nothing, 0, 8);
    assert_non_null(resized);
    free(resized);
}

static void resizing_keeps_what_was_there(void **state)
{
    (void)state;
    char *bytes = memory_resize(NULL, 4, 1);
    memcpy(bytes, "abc", 4);
    bytes = memory_resize(bytes, 100000, 1);
    assert_string_equal(bytes, "abc");
    bytes = memory_resize(bytes, 2, 1);
    assert_memory_equal(bytes, "ab", 2);
    free(bytes);
}

static void growing_begins_with_sixteen_and_doubles(void **state)
{
    (void)state;
    size_t capacity = 0;
    int *numbers = memory_grow(NULL, 0, &capacity, sizeof *numbers);
    assert_int_equal(capacity, 16);
    numbers = memory_grow(numbers, 16, &capacity, sizeof *numbers);
    assert_int_equal(capacity, 32);
    free(numbers);
}

static void growing_moves_nothing_while_there_is_room(void **state)
{
    (void)state;
    size_t capacity = 0;
    int *numbers = memory_grow(NULL, 0, &capacity, sizeof *numbers);
    assert_ptr_equal(memory_grow(numbers, 15, &capacity, sizeof *numbers), numbers);
    assert_int_equal(capacity, 16);
    free(numbers);
}

static void a_list_grown_one_by_one_holds_every_element(void **state)
{
    (void)state;
    int *numbers = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 1000; i++) {
        numbers = memory_grow(numbers, (size_t)i, &capacity, sizeof *numbers);
        numbers[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    free(numbers);
}

static void a_copied_text_is_another_one(void **state)
{
    (void)state;
    char original[] = "QQQ";
    char *copy = memory_copy_text(original);
    original[0] = 'X';
    assert_string_equal(copy, "QQQ");
    free(copy);
}

static void ask_for_new(void)
{
    free(memory_new(1, 1));
}

static void ask_for_more(void)
{
    free(memory_resize(NULL, 1, 1));
}

static void ask_for_room(void)
{
    size_t capacity = 0;
    free(memory_grow(NULL, 0, &capacity, 1));
}

static void ask_for_copy(void)
{
    free(memory_copy_text("text"));
}

static void ask_for_too_much(void)
{
    memory_is_used_up = false;
    free(memory_resize(NULL, SIZE_MAX / 2, 4));
}

/* Runs it in a process of its own; returns how that ended and what it said first. */
static int run_apart(void (*ask)(void), char said[64])
{
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit) { 0 });
        dup2(pipe_ends[1], STDERR_FILENO);
        memory_is_used_up = true;
        ask();
        _exit(0);
    }
    close(pipe_ends[1]);
    ssize_t size = read(pipe_ends[0], said, 63);
    said[size > 0 ? size : 0] = '\0';
    close(pipe_ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void out_of_memory_says_so_and_aborts(void **state)
{
    (void)state;
    void (*const asks[])(void) = { ask_for_new, ask_for_more, ask_for_room, ask_for_copy };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        char said[64];
        int status = run_apart(asks[i], said);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
        assert_string_equal(said, "playbook: out of memory\n");
    }
}

/* The address sanitizer ends the program in its own way, before memory.c can. */
static void a_size_that_overflows_ends_the_program(void **state)
{
    (void)state;
    char said[64];
    int status = run_apart(ask_for_too_much, said);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_string_not_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_elements_are_zero),
        cmocka_unit_test(no_elements_still_give_a_pointer),
        cmocka_unit_test(resizing_keeps_what_was_there),
        cmocka_unit_test(growing_begins_with_sixteen_and_doubles),
        cmocka_unit_test(growing_moves_nothing_while_there_is_room),
        cmocka_unit_test(a_list_grown_one_by_one_holds_every_element),
        cmocka_unit_test(a_copied_text_is_another_one),
        cmocka_unit_test(out_of_memory_says_so_and_aborts),
        cmocka_unit_test(a_size_that_overflows_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
