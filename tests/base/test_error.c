#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/base/error.h"

#include <string.h>

static void a_set_error_holds_kind_outcome_and_sentence(void **state)
{
    (void)state;
    struct error error = { .outcome = OUTCOME_UNKNOWN };
    assert_false(error_set(&error, ERROR_LIMIT, "row %d is over %s", 7, "the cap"));
    assert_int_equal(error.kind, ERROR_LIMIT);
    assert_int_equal(error.outcome, OUTCOME_FAILED);
    assert_string_equal(error.message, "row 7 is over the cap");
}

static void setting_again_replaces_the_sentence(void **state)
{
    (void)state;
    struct error error = { 0 };
    error_set(&error, ERROR_LIMIT, "a rather long first sentence");
    error_set(&error, ERROR_DATA, "short");
    assert_int_equal(error.kind, ERROR_DATA);
    assert_string_equal(error.message, "short");
}

static void context_goes_in_front_and_keeps_the_kind(void **state)
{
    (void)state;
    struct error error = { 0 };
    error_set(&error, ERROR_PROVIDER, "no close");
    error.outcome = OUTCOME_RETRY;
    assert_false(error_context(&error, "line %d", 17));
    assert_false(error_context(&error, "trades.csv"));
    assert_string_equal(error.message, "trades.csv: line 17: no close");
    assert_int_equal(error.kind, ERROR_PROVIDER);
    assert_int_equal(error.outcome, OUTCOME_RETRY);
}

static void a_sentence_over_the_size_is_cut(void **state)
{
    (void)state;
    struct error error = { 0 };
    char much[2 * ERROR_MESSAGE_SIZE];
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    error_set(&error, ERROR_DATA, "%s", much);
    assert_int_equal(strlen(error.message), ERROR_MESSAGE_SIZE - 1);
    assert_memory_equal(error.message, much, ERROR_MESSAGE_SIZE - 1);
}

static void context_cuts_the_end_of_a_long_message_not_itself(void **state)
{
    (void)state;
    struct error error = { 0 };
    char much[ERROR_MESSAGE_SIZE];
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    error_set(&error, ERROR_DATA, "%s", much);
    error_context(&error, "file");
    assert_memory_equal(error.message, "file: xxx", 9);
    assert_int_equal(strlen(error.message), ERROR_MESSAGE_SIZE - 1);

    error_context(&error, "%s", much);
    assert_string_equal(error.message, much);
}

static void a_message_is_one_line_whatever_it_quotes(void **state)
{
    (void)state;
    struct error error = { 0 };
    error_set(&error, ERROR_DATA, "\"%s\" is wrong", "a\nb\r\tc\x1b[31m\x7f\xC3\xA9");
    assert_string_equal(error.message, "\"a?b??c?[31m?\xC3\xA9\" is wrong");
    error_context(&error, "%s", "d\ne");
    assert_string_equal(error.message, "d?e: \"a?b??c?[31m?\xC3\xA9\" is wrong");
}

static void every_kind_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (enum error_kind kind = ERROR_NONE; kind < ERROR_KIND_COUNT; kind++) {
        assert_non_null(error_kind_name(kind));
        for (enum error_kind other = ERROR_NONE; other < kind; other++)
            assert_string_not_equal(error_kind_name(kind), error_kind_name(other));
    }
}

static void every_failure_has_an_exit_code_and_an_http_status(void **state)
{
    (void)state;
    assert_int_equal(error_exit_code(ERROR_NONE), 0);
    assert_int_equal(error_http_status(ERROR_NONE), 200);
    for (enum error_kind kind = ERROR_USAGE; kind < ERROR_KIND_COUNT; kind++) {
        assert_in_range(error_exit_code(kind), 2, 7);
        assert_in_range(error_http_status(kind), 400, 599);
    }
}

static void the_exit_codes_are_those_the_manual_promises(void **state)
{
    (void)state;
    assert_int_equal(error_exit_code(ERROR_USAGE), 2);
    assert_int_equal(error_exit_code(ERROR_DATA), 3);
    assert_int_equal(error_exit_code(ERROR_PROVIDER), 3);
    assert_int_equal(error_exit_code(ERROR_WRITER), 4);
    assert_int_equal(error_exit_code(ERROR_RISK), 5);
    assert_int_equal(error_exit_code(ERROR_CLAIMED), 6);
    assert_int_equal(error_exit_code(ERROR_INTERNAL), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_error_holds_kind_outcome_and_sentence),
        cmocka_unit_test(setting_again_replaces_the_sentence),
        cmocka_unit_test(context_goes_in_front_and_keeps_the_kind),
        cmocka_unit_test(a_sentence_over_the_size_is_cut),
        cmocka_unit_test(context_cuts_the_end_of_a_long_message_not_itself),
        cmocka_unit_test(a_message_is_one_line_whatever_it_quotes),
        cmocka_unit_test(every_kind_has_a_name_of_its_own),
        cmocka_unit_test(every_failure_has_an_exit_code_and_an_http_status),
        cmocka_unit_test(the_exit_codes_are_those_the_manual_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
