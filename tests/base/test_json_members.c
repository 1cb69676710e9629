#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/date.h"
#include "service/base/json.h"
#include "service/base/json_members.h"

#include <string.h>

static struct json_object *document;
static struct error error;

static int release(void **state)
{
    (void)state;
    json_object_put(document);
    document = NULL;
    error = (struct error) { 0 };
    return 0;
}

static void parse(const char *text)
{
    json_object_put(document);
    document = json_parse(text, strlen(text), &error);
    if (!document)
        fail_msg("%s: %s", text, error.message);
}

static void assert_said(const char *message)
{
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, ERROR_DATA);
    error = (struct error) { 0 };
}

static void a_member_is_of_the_type_that_is_expected(void **state)
{
    (void)state;
    parse("{\"a\":[],\"o\":{},\"i\":7,\"d\":7.0,\"s\":\"\",\"b\":false,\"n\":null}");
    static const struct {
        const char *name;
        enum json_type type;
    } members[] = {
        { "a", json_type_array },  { "o", json_type_object }, { "i", json_type_int },
        { "d", json_type_double }, { "s", json_type_string }, { "b", json_type_boolean },
    };
    enum { COUNT = sizeof members / sizeof *members };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < COUNT; k++) {
            struct json_object *member =
                json_member(document, members[i].name, members[k].type, &error);
            assert_int_equal(member != NULL, i == k);
        }
    error = (struct error) { 0 };
    assert_null(json_member(document, "a", json_type_object, &error));
    assert_said("a: an object is expected");
    assert_null(json_member(document, "n", json_type_array, &error));
    assert_said("n: an array is expected");
    assert_null(json_member(document, "x", json_type_boolean, &error));
    assert_said("x: true or false is expected");
    assert_null(json_member_string(document, "i", &error));
    assert_said("i: a text is expected");
}

static void what_is_no_object_has_no_members(void **state)
{
    (void)state;
    assert_null(json_member(NULL, "a", json_type_double, &error));
    assert_said("a: a number is expected");
    parse("[{\"a\":1}]");
    assert_null(json_member(document, "a", json_type_int, &error));
    assert_said("a: a whole number is expected");
}

static void counts_are_whole_and_not_below_zero(void **state)
{
    (void)state;
    size_t count = 1;
    parse("{\"zero\":0,\"most\":9007199254740992,\"below\":-1,\"half\":0.5}");
    assert_true(json_member_count(document, "zero", &count, &error));
    assert_int_equal(count, 0);
    assert_true(json_member_count(document, "most", &count, &error));
    assert_true(count == (size_t)1 << 53);
    assert_false(json_member_count(document, "below", &count, &error));
    assert_said("below: a count is expected, not below 0");
    assert_false(json_member_count(document, "half", &count, &error));
    assert_said("half: a whole number is expected");
    assert_true(count == (size_t)1 << 53);
}

static void dates_may_be_null_but_not_absent(void **state)
{
    (void)state;
    int32_t date = 0;
    parse("{\"day\":\"2024-06-28\",\"none\":null,\"wrong\":\"2024-6-28\"}");
    assert_true(json_member_date(document, "day", &date, &error));
    assert_int_equal(date, date_from_civil(2024, 6, 28));
    assert_false(json_member_date(document, "wrong", &date, &error));
    assert_said("wrong: a date is expected, such as 2024-06-28");
    assert_false(json_member_date(document, "absent", &date, &error));
    assert_said("absent: a text is expected");
    assert_int_equal(date, date_from_civil(2024, 6, 28));
    assert_true(json_member_date(document, "none", &date, &error));
    assert_int_equal(date, DATE_NONE);
}

static void decimals_are_read_as_they_are_written(void **state)
{
    (void)state;
    int64_t value = 0;
    parse("{\"large\":-9223372036854.775808,\"whole\":12,\"fine\":0.1234567,\"text\":\"1\"}");
    assert_true(json_member_decimal(document, "large", 6, &value, &error));
    assert_true(value == INT64_MIN);
    assert_true(json_member_decimal(document, "whole", 2, &value, &error));
    assert_int_equal(value, 1200);
    assert_false(json_member_decimal(document, "fine", 6, &value, &error));
    assert_said("fine: a number of at most 6 decimals is expected");
    assert_false(json_member_decimal(document, "text", 0, &value, &error));
    assert_said("text: a number of at most 0 decimals is expected");
    assert_false(json_member_decimal(document, "absent", 6, &value, &error));
    assert_int_equal(value, 1200);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, release)
    const struct CMUnitTest tests[] = {
        TEST(a_member_is_of_the_type_that_is_expected), TEST(what_is_no_object_has_no_members),
        TEST(counts_are_whole_and_not_below_zero),      TEST(dates_may_be_null_but_not_absent),
        TEST(decimals_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
