#include "service/base/json_pull.h"

#include "service/base/json.h"
#include "service/base/json_scan.h"
#include "service/base/memory.h"
#include "tests/support/json_cases.h"
#include "tests/support/random.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RANDOM_DOCUMENTS = 20000, DEPTH_MAX = 6 };

static struct json_object *tree_of(struct json_pull *pull);

static struct json_object *object_of(struct json_pull *pull)
{
    struct json_object *object = json_object_new_object();
    struct json_text key;
    while (json_pull_member(pull, &key)) {
        struct text name = { 0 };
        json_text_append(&key, &name);
        assert_true(json_text_is(&key, text_string(&name)));
        json_object_object_add(object, text_string(&name), tree_of(pull));
        text_release(&name);
    }
    return object;
}

static struct json_object *array_of(struct json_pull *pull)
{
    struct json_object *array = json_object_new_array();
    while (json_pull_element(pull))
        json_object_array_add(array, tree_of(pull));
    return array;
}

static struct json_object *number_of(struct json_pull *pull)
{
    int64_t integer;
    double value;
    if (json_pull_integer(pull, &integer))
        return json_object_new_int64(integer);
    assert_true(json_pull_double(pull, &value));
    return json_object_new_double(value);
}

static struct json_object *string_of(struct json_pull *pull)
{
    struct json_text string;
    struct text meant = { 0 };
    assert_true(json_pull_string(pull, &string));
    json_text_append(&string, &meant);
    struct json_object *made = json_object_new_string(text_string(&meant));
    text_release(&meant);
    return made;
}

/* The value as json-c would have it. */
static struct json_object *tree_of(struct json_pull *pull)
{
    char first = json_pull_peek(pull);
    if (json_pull_enter(pull, '{'))
        return object_of(pull);
    if (json_pull_enter(pull, '['))
        return array_of(pull);
    if (json_pull_null(pull))
        return NULL;
    if (first == '"')
        return string_of(pull);
    if (first != 't' && first != 'f')
        return number_of(pull);
    json_pull_skip(pull);
    return json_object_new_boolean(first == 't');
}

/* Walks a copy of exactly its size, so that the address sanitizer sees a step too far. Returns
 * false for what json_parse refuses. */
static bool is_walked_like_json_c(const char *text, size_t size)
{
    struct error error = { 0 };
    struct json_object *expected = json_parse(text, size, &error);
    if (expected == NULL)
        return false;
    char *exact = memory_new(size, 1);
    memcpy(exact, text, size);
    struct json_pull pull = json_pull_begin(exact, size);
    struct json_object *tree = tree_of(&pull);
    if (!json_object_equal(tree, expected))
        fail_msg("%.*s", (int)size, text);
    assert_int_equal(json_pull_peek(&pull), '\0');

    struct json_pull skipping = json_pull_begin(exact, size);
    json_pull_skip(&skipping);
    assert_int_equal(json_pull_peek(&skipping), '\0');
    assert_true(skipping.next == pull.next);
    json_object_put(tree);
    json_object_put(expected);
    free(exact);
    return true;
}

static void every_good_document_is_walked_as_json_c_reads_it(void **state)
{
    (void)state;
    size_t walked = 0;
    for (size_t i = 0; i < json_good_count; i++)
        walked += is_walked_like_json_c(json_good[i].text, json_good[i].size);
    assert_true(walked > json_good_count / 2);
}

static void append_space(struct random *random, struct text *text)
{
    static const char *const spaces[] = { "", "", " ", "\n\t", "\r\n  " };
    text_append(text, spaces[random_below(random, 5)]);
}

static void append_string(struct random *random, struct text *text, int number)
{
    static const char *const parts[] = { "a", "\\\"", "\\\\", "\\/", "\\u0041", "\xC3\xA9",
                                         "}", ",",    ":",    "[",   "\\n",     "\\ud83d\\ude00" };
    text_format(text, "\"%d", number);
    for (uint64_t i = random_below(random, 4); i > 0; i--)
        text_append(text, parts[random_below(random, 12)]);
    text_append(text, "\"");
}

static void append_value(struct random *random, struct text *text, int depth)
{
    static const char *const words[] = { "null",    "true",  "false",  "0",  "-0.5",
                                         "1.25e-3", "1E+20", "123456", "{}", "[]" };
    append_space(random, text);
    uint64_t kind = random_below(random, depth < DEPTH_MAX ? 5 : 3);
    if (kind < 2) {
        text_append(text, words[random_below(random, 10)]);
    } else if (kind == 2) {
        append_string(random, text, 0);
    } else {
        int count = (int)random_below(random, 5);
        text_append(text, kind == 3 ? "{" : "[");
        for (int i = 0; i < count; i++) {
            text_append(text, i > 0 ? "," : "");
            append_space(random, text);
            if (kind == 3) {
                append_string(random, text, i); /* with its number no key is there twice */
                append_space(random, text);
                text_append(text, ":");
            }
            append_value(random, text, depth + 1);
        }
        append_space(random, text);
        text_append(text, kind == 3 ? "}" : "]");
    }
    append_space(random, text);
}

static void any_document_is_walked_as_json_c_reads_it(void **state)
{
    (void)state;
    struct random random = { 1 };
    size_t walked = 0;
    for (int i = 0; i < RANDOM_DOCUMENTS; i++) {
        struct text text = { 0 };
        append_value(&random, &text, 0);
        struct error error = { 0 };
        if (!json_scan(text.bytes, text.size, &error))
            fail_msg("%s: %s", text_string(&text), error.message);
        walked += is_walked_like_json_c(text.bytes, text.size);
        text_release(&text);
    }
    assert_true(walked > RANDOM_DOCUMENTS / 2); /* the document null is refused */
}

static struct json_pull pull_of(const char *text)
{
    return json_pull_begin(text, strlen(text));
}

static void what_is_not_there_is_not_read_and_nothing_moves(void **state)
{
    (void)state;
    static const char *const values[] = { "{\"a\":1}", "[1]", "\"a\"", "1.5", "true", "null" };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct json_pull pull = pull_of(values[i]);
        struct json_text text;
        double value;
        int64_t integer;
        assert_int_equal(json_pull_peek(&pull), values[i][0]);
        assert_true(i == 0 || !json_pull_enter(&pull, '{'));
        assert_true(i == 1 || !json_pull_enter(&pull, '['));
        assert_true(i == 2 || !json_pull_string(&pull, &text));
        assert_true(i == 3 || !json_pull_number(&pull, &text));
        assert_true(i == 3 || !json_pull_double(&pull, &value));
        assert_false(json_pull_integer(&pull, &integer));
        assert_true(i == 5 || !json_pull_null(&pull));
        assert_true(pull.next == values[i]);
    }
}

static void an_integer_is_read_to_the_last_digit(void **state)
{
    (void)state;
    int64_t value = 0;
    struct json_pull pull = pull_of("[9007199254740992,-1,1.0,1e3]");
    assert_true(json_pull_enter(&pull, '[') && json_pull_element(&pull));
    assert_true(json_pull_integer(&pull, &value));
    assert_int_equal(value, INT64_C(1) << 53);
    assert_true(json_pull_element(&pull) && json_pull_integer(&pull, &value));
    assert_int_equal(value, -1);
    for (int i = 0; i < 2; i++) {
        assert_true(json_pull_element(&pull));
        assert_false(json_pull_integer(&pull, &value));
        json_pull_skip(&pull);
    }
    assert_false(json_pull_element(&pull));
}

static bool text_is(const char *document, const char *string)
{
    struct json_pull pull = pull_of(document);
    struct json_text text;
    assert_true(json_pull_string(&pull, &text));
    return json_text_is(&text, string);
}

static void strings_are_compared_by_what_they_mean(void **state)
{
    (void)state;
    assert_true(text_is("\"BTC/USD\"", "BTC/USD"));
    assert_true(text_is("\"BTC\\/USD\"", "BTC/USD"));
    assert_true(text_is("\"\\u0074\"", "t"));
    assert_true(text_is("\"\"", ""));
    assert_false(text_is("\"t\"", "tt"));
    assert_false(text_is("\"tt\"", "t"));
    assert_false(text_is("\"\\u0074\"", "\\u0074"));
    assert_false(text_is("\"\"", "t"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_document_is_walked_as_json_c_reads_it),
        cmocka_unit_test(any_document_is_walked_as_json_c_reads_it),
        cmocka_unit_test(what_is_not_there_is_not_read_and_nothing_moves),
        cmocka_unit_test(an_integer_is_read_to_the_last_digit),
        cmocka_unit_test(strings_are_compared_by_what_they_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
