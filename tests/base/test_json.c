#include "service/base/json.h"
#include "service/base/json_scan.h"
#include "service/base/memory.h"
#include "tests/support/json_cases.h"

#include <json-c/json.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RANDOM_DOCUMENTS = 200000, RANDOM_STRINGS = 100000 };

static struct json_object *parse(const char *text)
{
    struct error error = { 0 };
    struct json_object *document = json_parse(text, strlen(text), &error);
    if (document == NULL)
        fail_msg("%s\n%s", text, error.message);
    return document;
}

static void assert_error(const char *text, const char *expected)
{
    struct error error = { 0 };
    struct json_object *document = json_parse(text, strlen(text), &error);
    assert_null(document);
    assert_string_equal(error.message, expected);
    assert_int_equal(error.kind, ERROR_DATA);
}

static void what_rfc_8259_allows_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < json_good_count; i++) {
        struct error error = { 0 };
        struct json_object *document = json_parse(json_good[i].text, json_good[i].size, &error);
        if (document == NULL)
            fail_msg("%s\n%s", json_good[i].text, error.message);
        json_object_put(document);
    }
}

static void what_it_does_not_allow_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < json_bad_count; i++) {
        struct error error = { 0 };
        if (json_parse(json_bad[i].text, json_bad[i].size, &error) != NULL)
            fail_msg("accepted: %s", json_bad[i].text);
        if (error.kind != ERROR_DATA || strncmp(error.message, "line ", 5) != 0)
            fail_msg("%s\n%s", json_bad[i].text, error.message);
    }
}

/* Bytes behind the size are not looked at: each text in a block of exactly its size, so that the
 * address sanitizer sees a step too far. */
static void no_prefix_of_a_document_is_read_beyond_its_end(void **state)
{
    (void)state;
    static const char text[] = "{\"a\\n\\ud834\\udd1e\":[-1.5e+7,true,null,\"\xF0\x9F\x8C\x80\"]}";
    for (size_t size = 0; size < sizeof text - 1; size++) {
        char *exact = memory_new(size, 1);
        memcpy(exact, text, size);
        struct error error = { 0 };
        assert_false(json_scan(exact, size, &error));
        free(exact);
    }
    struct error error = { 0 };
    assert_true(json_scan(text, sizeof text - 1, &error));
}

static void the_document_null_is_an_error(void **state)
{
    (void)state;
    assert_error("null", "line 1, column 1: the document is null");
    assert_error(" null\n", "line 1, column 1: the document is null");
}

static void an_error_says_where_and_what_was_expected(void **state)
{
    (void)state;
    assert_error("", "line 1, column 1: expected a value, but the text ends");
    assert_error("{\"a\": 1,\n \"b\": }", "line 2, column 7: expected a value, found }");
    assert_error("{\"a\": 1,}", "line 1, column 9: expected a key in double quotes, found }");
    assert_error("{'a': 1}", "line 1, column 2: expected a key in double quotes, found '");
    assert_error("{\"a\" 1}", "line 1, column 6: expected a colon behind the key, found 1");
    assert_error("{\"a\": 1", "line 1, column 8: expected a comma or } behind the value, "
                              "but the text ends");
    assert_error("[1 2]", "line 1, column 4: expected a comma or ] behind the value, found 2");
    assert_error("[1]\n\n]", "line 3, column 1: expected nothing behind the document, found ]");
    assert_error("[\x01]", "line 1, column 2: expected a value, found the byte 0x01");
    assert_error("[\x7F]", "line 1, column 2: expected a value, found the byte 0x7f");
    assert_error("{\"a\\x\":1}", "line 1, column 5: expected one of \" \\ / b f n r t u behind a "
                                 "backslash, found x");
    assert_error("[-]", "line 1, column 3: expected a digit behind the minus sign, found ]");
    assert_error("[1.e5]", "line 1, column 4: expected a digit behind the decimal point, found e");
    assert_error("[1e]", "line 1, column 4: expected a digit in the exponent, found ]");
    assert_error("[-01]", "line 1, column 3: a number with a zero in front");
    assert_error("[1, 1e999]", "line 1, column 5: a number too large for a double");
    assert_error("[9223372036854775808]", "line 1, column 2: an integer beyond 64 bits");
    assert_error("[1, -9223372036854775809]", "line 1, column 5: an integer beyond 64 bits");
    assert_error("[0.0000000000000000000000000000001]",
                 "line 1, column 2: a number of 33 characters; at most 32 are read");
    assert_error("[\"abc]", "line 1, column 2: a string without its closing quote");
    assert_error("[\"a\nb\"]", "line 1, column 4: the control character 0x0a in a string; "
                               "it must be escaped");
    assert_error("[\"\\x\"]", "line 1, column 4: expected one of \" \\ / b f n r t u behind a "
                              "backslash, found x");
    assert_error("[\"\\u12\"]",
                 "line 1, column 7: expected four hexadecimal digits behind \\u, found \"");
    assert_error("[\"\\uD800\"]", "line 1, column 3: a high surrogate without a low one behind");
    assert_error("[\"\\uDC00\"]", "line 1, column 3: a low surrogate without a high one in front");
    assert_error("[\"\\u0000\"]", "line 1, column 3: the character \\u0000 is not allowed");
    assert_error("[\"ab\xFF\"]", "line 1, column 5: the byte 0xff is not valid UTF-8 here");
}

static void a_column_counts_characters_not_bytes(void **state)
{
    (void)state;
    assert_error("[\"\xC3\xA9\xF0\x9F\x8C\x80\" 1]",
                 "line 1, column 7: expected a comma or ] behind the value, found 1");
}

static void a_key_that_is_there_twice_is_named(void **state)
{
    (void)state;
    assert_error("{\"open\": 1,\n \"close\": 2,\n \"open\": 3}",
                 "line 3, column 2: the key \"open\" is in this object twice");
    assert_error("{\"a\":1,\"\\u0061\":2}",
                 "line 1, column 8: the key \"\\u0061\" is in this object twice");
    assert_error("{\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff\":1,"
                 "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff\":1}",
                 "line 1, column 67: the key "
                 "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff... "
                 "is in this object twice");
}

/* More keys than are compared one with each. */
static void a_key_that_is_there_twice_is_found_among_many(void **state)
{
    (void)state;
    for (int twice = 0; twice < 100; twice += 9) {
        struct text text = { 0 };
        text_append(&text, "{");
        for (int i = 0; i < 100; i++)
            text_format(&text, "\"k%d\":{\"k1\":%d},", i, i);
        struct text unique = { 0 };
        text_append_bytes(&unique, text.bytes, text.size);
        text_append(&unique, "\n\"k100\":0}");
        json_object_put(parse(unique.bytes));
        text_format(&text, "\n\"k%d\":0}", twice);
        char expected[80];
        snprintf(expected, sizeof expected,
                 "line 2, column 1: the key \"k%d\" is in this object twice", twice);
        assert_error(text.bytes, expected);
        text_release(&text);
        text_release(&unique);
    }
}

static void append_nested(struct text *text, int depth, char open, char close)
{
    for (int i = 0; i < depth; i++) {
        text_append_character(text, open);
        if (open == '{')
            text_append(text, "\"a\":");
    }
    text_append_character(text, '1');
    for (int i = 0; i < depth; i++)
        text_append_character(text, close);
}

static void nesting_is_read_to_its_cap_and_not_beyond(void **state)
{
    (void)state;
    struct text text = { 0 };
    append_nested(&text, JSON_DEPTH_MAX, '[', ']');
    json_object_put(parse(text.bytes));
    text_clear(&text);
    append_nested(&text, JSON_DEPTH_MAX, '{', '}');
    json_object_put(parse(text.bytes));
    text_clear(&text);
    append_nested(&text, JSON_DEPTH_MAX + 1, '[', ']');
    assert_error(text.bytes, "line 1, column 33: nested more than 32 deep");
    text_clear(&text);
    append_nested(&text, 100000, '[', ']');
    assert_error(text.bytes, "line 1, column 33: nested more than 32 deep");
    text_release(&text);
}

static void a_text_over_the_size_cap_is_refused(void **state)
{
    (void)state;
    struct error error = { 0 };
    assert_null(json_parse("[]", (size_t)JSON_SIZE_MAX + 1, &error));
    assert_int_equal(error.kind, ERROR_LIMIT);
    assert_string_equal(error.message, "a JSON text of 67108865 bytes; at most 67108864 are read");
}

static void a_character_has_the_length_that_utf_8_gives_it(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("a", 0), 0);
    assert_int_equal(utf8_length("ab", 2), 1);
    assert_int_equal(utf8_length("\0", 1), 1);
    assert_int_equal(utf8_length("\x7F", 1), 1);
    assert_int_equal(utf8_length("\xC2\x80", 2), 2);
    assert_int_equal(utf8_length("\xE2\x82\xAC", 3), 3);
    assert_int_equal(utf8_length("\xE2\x82\xAC", 2), 0);
    assert_int_equal(utf8_length("\xF4\x8F\xBF\xBF", 4), 4);
    assert_int_equal(utf8_length("\xF4\x90\x80\x80", 4), 0);
    assert_int_equal(utf8_length("\x80", 1), 0);
}

static void values_arrive_as_they_were_written(void **state)
{
    (void)state;
    struct json_object *document =
        parse(" {\"i\": -9007199254740992, \"d\": 346.46, \"e\": 1e3, \"s\": \"\\u00e9\\n\", "
              "\"t\": true, \"n\": null, \"a\": [1, 2]} ");
    assert_int_equal(json_object_get_int64(json_object_object_get(document, "i")),
                     INT64_C(-9007199254740992));
    assert_true(json_object_get_double(json_object_object_get(document, "d")) == 346.46);
    assert_true(json_object_is_type(json_object_object_get(document, "e"), json_type_double));
    assert_string_equal(json_object_get_string(json_object_object_get(document, "s")),
                        "\xC3\xA9\n");
    assert_true(json_object_get_boolean(json_object_object_get(document, "t")));
    struct json_object *nothing = document;
    assert_true(json_object_object_get_ex(document, "n", &nothing));
    assert_null(nothing);
    assert_int_equal(json_object_array_length(json_object_object_get(document, "a")), 2);
    json_object_put(document);
}

static void a_number_alone_is_a_document(void **state)
{
    (void)state;
    struct json_object *document = parse("12");
    assert_int_equal(json_object_get_int64(document), 12);
    json_object_put(document);
    document = parse("-1.5e1\n");
    assert_true(json_object_get_double(document) == -15);
    json_object_put(document);
}

static void assert_string_written(const char *string, const char *expected)
{
    struct text text = { 0 };
    json_append_string(&text, string);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void a_string_is_escaped_where_json_or_javascript_wants_it(void **state)
{
    (void)state;
    assert_string_written("", "\"\"");
    assert_string_written("QQQ/a 'b' \x7F", "\"QQQ/a 'b' \x7F\"");
    assert_string_written("a\"b\\c", "\"a\\\"b\\\\c\"");
    assert_string_written("\b\f\n\r\t\v\x1B\x01", "\"\\b\\f\\n\\r\\t\\u000b\\u001b\\u0001\"");
    assert_string_written("\u2027\u2028\u2029\u202A", "\"\u2027\\u2028\\u2029\u202A\"");
    assert_string_written("\xC3\xA9\xF0\x9F\x8C\x80", "\"\xC3\xA9\xF0\x9F\x8C\x80\"");
}

static void bytes_that_are_not_utf_8_are_replaced_one_by_one(void **state)
{
    (void)state;
    assert_string_written("a\xFF"
                          "b",
                          "\"a\uFFFDb\"");
    assert_string_written("\xC0\xAF", "\"\uFFFD\uFFFD\"");
    assert_string_written("\xE2\x80", "\"\uFFFD\uFFFD\"");
    assert_string_written("\xED\xA0\x80", "\"\uFFFD\uFFFD\uFFFD\"");
    assert_string_written("\xC3\"", "\"\uFFFD\\\"\"");
}

static void numbers_are_written_in_shortest_form(void **state)
{
    (void)state;
    struct text text = { 0 };
    static const double values[] = { 0.1, 346.46, 1e22, -0.0, 100, NAN, INFINITY, -INFINITY };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        json_append_double(&text, values[i]);
        text_append(&text, " ");
    }
    json_append_decimal(&text, 12500000, 6, 2);
    text_append(&text, " ");
    json_append_decimal(&text, -1, 9, 0);
    assert_string_equal(text.bytes, "0.1 346.46 1e+22 -0 100 null null null 12.50 -0.000000001");
    text_release(&text);
}

/* xorshift64: the same numbers in every run. */
static uint64_t random_below(uint64_t limit)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % limit;
}

static void any_string_reads_back_as_it_was_written(void **state)
{
    (void)state;
    for (int round = 0; round < RANDOM_STRINGS; round++) {
        char string[17] = { 0 };
        size_t size = random_below(sizeof string);
        for (size_t i = 0; i < size; i++)
            string[i] = (char)(1 + random_below(random_below(2) ? 127 : 255));
        struct text written = { 0 }, expected = { 0 };
        size_t length = 0;
        for (size_t i = 0; i < size; i += (length ? length : 1)) {
            length = utf8_length(string + i, size - i);
            text_append_bytes(&expected, length > 0 ? string + i : "\uFFFD",
                              length > 0 ? length : 3);
        }
        json_append_string(&written, string);
        struct json_object *document = parse(written.bytes);
        assert_string_equal(json_object_get_string(document), text_string(&expected));
        json_object_put(document);
        text_release(&written);
        text_release(&expected);
    }
}

/* Whatever the scan lets through, json-c reads: nothing ends as an internal error. */
static void the_scan_accepts_nothing_that_json_c_refuses(void **state)
{
    (void)state;
    static const char seed[] =
        "{\"a\":[1,-2.5e+3,true,null,false,\"x\\u00e9\\n\xC3\xA9\"],\"b\":{\"c\":\"\"},\"d\":[]} ";
    static const char bytes[] = "{}[],:\"\\0123456789.-+eEtrufalsn \n\t\xC3\xA9\x80";
    size_t accepted = 0;
    for (int round = 0; round < RANDOM_DOCUMENTS; round++) {
        char text[sizeof seed];
        memcpy(text, seed, sizeof seed);
        size_t from = random_below(sizeof seed), size = random_below(sizeof seed - from);
        memmove(text, text + from, size);
        for (size_t edits = random_below(3); edits > 0 && size > 0; edits--)
            text[random_below(size)] = bytes[random_below(sizeof bytes - 1)];
        struct error error = { 0 };
        struct json_object *document = json_parse(text, size, &error);
        if (document == NULL && error.kind != ERROR_DATA)
            fail_msg("%.*s\n%s", (int)size, text, error.message);
        accepted += document != NULL;
        json_object_put(document);
    }
    assert_true(accepted > RANDOM_DOCUMENTS / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rfc_8259_allows_is_read),
        cmocka_unit_test(what_it_does_not_allow_is_refused_with_its_place),
        cmocka_unit_test(no_prefix_of_a_document_is_read_beyond_its_end),
        cmocka_unit_test(the_document_null_is_an_error),
        cmocka_unit_test(an_error_says_where_and_what_was_expected),
        cmocka_unit_test(a_column_counts_characters_not_bytes),
        cmocka_unit_test(a_key_that_is_there_twice_is_named),
        cmocka_unit_test(a_key_that_is_there_twice_is_found_among_many),
        cmocka_unit_test(nesting_is_read_to_its_cap_and_not_beyond),
        cmocka_unit_test(a_text_over_the_size_cap_is_refused),
        cmocka_unit_test(a_character_has_the_length_that_utf_8_gives_it),
        cmocka_unit_test(values_arrive_as_they_were_written),
        cmocka_unit_test(a_number_alone_is_a_document),
        cmocka_unit_test(a_string_is_escaped_where_json_or_javascript_wants_it),
        cmocka_unit_test(bytes_that_are_not_utf_8_are_replaced_one_by_one),
        cmocka_unit_test(numbers_are_written_in_shortest_form),
        cmocka_unit_test(any_string_reads_back_as_it_was_written),
        cmocka_unit_test(the_scan_accepts_nothing_that_json_c_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
