#include "tests/support/store_contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/store/store.h"
#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *folder_new(void)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);
    assert_non_null(scratch);
    scratch_init(scratch);
    return scratch;
}

static void folder_free(void *place)
{
    scratch_release(place);
    free(place);
}

static const char *folder_location(void *place)
{
    return scratch_path(place, "state");
}

static const struct store_place folder_place = {
    .type = "file",
    .place_new = folder_new,
    .place_free = folder_free,
    .location = folder_location,
};

const struct store_place *const store_places[] = {
    &folder_place,
    NULL,
};

static const struct store_place *kind;
static void *place;
static struct store *store;
static struct error error;

static const struct version none = { 0 };

static struct store *open_store(void)
{
    struct store_options options = { .location = kind->location(place), .timeout_ms = 60000 };
    struct store *opened = store_open(&options, &error);
    assert_non_null(opened);
    return opened;
}

static int begin(void **state)
{
    (void)state;
    error = (struct error) { 0 };
    place = kind->place_new();
    store = open_store();
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    kind->place_free(place);
    return 0;
}

static void assert_done(bool done)
{
    if (!done)
        fail_msg("%s", error.message);
}

static void assert_failed(bool done, enum error_kind expected, const char *part)
{
    assert_false(done);
    assert_int_equal(error.kind, expected);
    assert_int_equal(error.outcome, OUTCOME_FAILED);
    if (strstr(error.message, part) == NULL)
        fail_msg("'%s' does not mention '%s'", error.message, part);
}

static bool try_put(const char *key, const char *value, struct version expected,
                    struct version *version)
{
    return store_put(store, key, value, strlen(value), expected, version, &error);
}

static struct version put(const char *key, const char *value, struct version expected)
{
    struct version version = none;
    assert_done(try_put(key, value, expected, &version));
    assert_int_not_equal(version.number, 0);
    return version;
}

/* Of the value, that is as expected; NULL: there is none. */
static struct version get(const char *key, const char *expected)
{
    struct text value = { .size = 77 };
    struct version version = { 77 };
    assert_done(store_get(store, key, &value, &version, &error));
    assert_string_equal(text_string(&value), expected ? expected : "");
    assert_int_equal(value.size, expected ? strlen(expected) : 0);
    assert_int_equal(version.number != 0, expected != NULL);
    text_release(&value);
    return version;
}

static void the_location_tells_the_kind(void **state)
{
    (void)state;
    assert_string_equal(store->type->name, kind->type);
    store_close(NULL);
    store->type->close(NULL);
}

static void what_is_absent_has_no_version_and_is_no_error(void **state)
{
    (void)state;
    get("a", NULL);
    get("folder/a", NULL);
    put("folder/b", "1", none);
    get("folder/a", NULL);
    get("folder/c/a", NULL);
}

static void what_is_put_comes_back_with_its_version(void **state)
{
    (void)state;
    struct version a = put("a", "first", none);
    struct version b = put("folder/b=1/c", "second", none);
    assert_int_equal(get("a", "first").number, a.number);
    assert_int_equal(get("folder/b=1/c", "second").number, b.number);
}

static void what_is_there_is_not_put_as_if_it_were_absent(void **state)
{
    (void)state;
    put("folder/a", "first", none);
    struct version version = { 77 };
    assert_failed(try_put("folder/a", "second", none, &version), ERROR_CONFLICT, "folder/a");
    assert_failed(try_put("folder/a", "first", none, &version), ERROR_CONFLICT, "folder/a");
    assert_int_equal(version.number, 77);
    get("folder/a", "first");
}

static void the_version_that_is_there_is_replaced(void **state)
{
    (void)state;
    struct version first = put("a", "first", none);
    struct version second = put("a", "second", first);
    assert_int_not_equal(first.number, second.number);
    assert_int_equal(get("a", "second").number, second.number);
    struct version third = put("a", "", second);
    assert_int_equal(get("a", "").number, third.number);
    put("a", "fourth", third);
    get("a", "fourth");
}

static void a_version_that_is_not_there_changes_nothing(void **state)
{
    (void)state;
    struct version first = put("a", "first", none);
    struct version second = put("a", "second", first);
    struct version other = { second.number ^ 1 }, version = { 77 };
    assert_failed(try_put("a", "third", first, &version), ERROR_CONFLICT, "a");
    assert_failed(try_put("a", "third", other, &version), ERROR_CONFLICT, "a");
    assert_failed(try_put("folder/b", "third", second, &version), ERROR_CONFLICT, "folder/b");
    assert_failed(store_remove(store, "a", first, &error), ERROR_CONFLICT, "a");
    assert_failed(store_remove(store, "a", none, &error), ERROR_CONFLICT, "a");
    assert_failed(store_remove(store, "folder/b", second, &error), ERROR_CONFLICT, "folder/b");
    assert_int_equal(version.number, 77);
    assert_int_equal(get("a", "second").number, second.number);
    get("folder/b", NULL);
}

static void the_same_value_can_be_put_again(void **state)
{
    (void)state;
    struct version first = put("a", "same", none);
    struct version second = put("a", "same", first);
    assert_int_equal(get("a", "same").number, second.number);
    put("a", "other", second);
}

static void what_is_removed_is_absent(void **state)
{
    (void)state;
    struct version version = put("folder/a", "first", none);
    put("folder/b", "neighbour", none);
    assert_done(store_remove(store, "folder/a", version, &error));
    get("folder/a", NULL);
    get("folder/b", "neighbour");
    assert_done(store_remove(store, "folder/a", none, &error));
    assert_done(store_remove(store, "never/there", none, &error));
    assert_failed(store_remove(store, "folder/a", version, &error), ERROR_CONFLICT, "folder/a");
    put("folder/a", "second", none);
    get("folder/a", "second");
}

static void put_bytes(const char *key, const void *bytes, size_t size)
{
    struct version version, found;
    struct text value;
    assert_done(store_put(store, key, bytes, size, none, &version, &error));
    assert_done(store_get(store, key, &value, &found, &error));
    assert_int_equal(value.size, size);
    if (size > 0)
        assert_memory_equal(value.bytes, bytes, size);
    assert_int_equal(found.number, version.number);
    assert_int_not_equal(found.number, 0);
    text_release(&value);
}

static void a_value_is_any_bytes_and_may_be_empty(void **state)
{
    (void)state;
    enum { LARGE = (1 << 20) + 1 };
    unsigned char *bytes = malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 256);
    put_bytes("empty", "", 0);
    put_bytes("nothing", NULL, 0);
    put_bytes("nul", "\0\n\r\n\x1A\xFF\0", 7);
    put_bytes("large", bytes, LARGE);
    free(bytes);
}

static void a_value_over_the_cap_is_refused(void **state)
{
    (void)state;
    struct version version;
    assert_failed(store_put(store, "a", "", STORE_VALUE_MAX + 1, none, &version, &error),
                  ERROR_LIMIT, "a: a value of 268435457 bytes");
    get("a", NULL);
}

struct visited {
    struct text keys; /* with a space behind each */
    size_t left;      /* visits until the end */
    bool remove;
};

static bool visit(void *context, const char *key)
{
    struct visited *visited = context;
    text_format(&visited->keys, "%s ", key);
    if (visited->remove)
        assert_done(store_remove(store, key, get(key, "v"), &error));
    return --visited->left > 0;
}

static void assert_listed(const char *prefix, size_t left, const char *expected)
{
    struct visited visited = { .left = left };
    assert_done(store_list(store, prefix, visit, &visited, &error));
    assert_string_equal(text_string(&visited.keys), expected);
    text_release(&visited.keys);
}

static void put_each(const char *const *keys)
{
    for (; *keys; keys++)
        put(*keys, "v", none);
}

static void keys_are_listed_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    assert_listed("", 99, "");
    put_each((const char *const[]) { "b", "a/x", "a0", "a-b/x", "A/x", "a/b/c", "a.b", "a/b-c",
                                     "a=1/x", "a/b0", "_", "a+/x", "@", NULL });
    assert_listed("", 99, "@ A/x _ a+/x a-b/x a.b a/b-c a/b/c a/b0 a/x a0 a=1/x b ");
}

static void a_prefix_may_end_anywhere(void **state)
{
    (void)state;
    put_each((const char *const[]) { "runs/dp20/2024-06-03", "runs/dp20/2024-06-04",
                                     "runs/dp20/2024-07-01", "runs/dp2/2024-06-03", "runs.x", "run",
                                     NULL });
    assert_listed("run", 99,
                  "run runs.x runs/dp2/2024-06-03 runs/dp20/2024-06-03 runs/dp20/2024-06-04 "
                  "runs/dp20/2024-07-01 ");
    assert_listed("runs/dp2/", 99, "runs/dp2/2024-06-03 ");
    assert_listed("runs/dp20/2024-06", 99, "runs/dp20/2024-06-03 runs/dp20/2024-06-04 ");
    assert_listed("runs/dp20/2024-07-01", 99, "runs/dp20/2024-07-01 ");
    assert_listed("runs/dp20/2024-07-01/", 99, "");
    assert_listed("runs/dp20/2024-07-011", 99, "");
    assert_listed("none/", 99, "");
    assert_listed("../", 99, "");
    assert_listed("/", 99, "");
}

static void visiting_ends_when_the_visitor_says_so(void **state)
{
    (void)state;
    put_each((const char *const[]) { "a/1", "a/2", "b/3", "c", NULL });
    assert_listed("", 1, "a/1 ");
    assert_listed("", 2, "a/1 a/2 ");
    assert_listed("", 3, "a/1 a/2 b/3 ");
}

static void a_visitor_may_remove_what_it_sees(void **state)
{
    (void)state;
    put_each((const char *const[]) { "a/1", "a/2", "b/3", "c", NULL });
    struct visited visited = { .left = 99, .remove = true };
    assert_done(store_list(store, "", visit, &visited, &error));
    assert_string_equal(text_string(&visited.keys), "a/1 a/2 b/3 c ");
    text_release(&visited.keys);
    assert_listed("", 99, "");
}

/* A name of `size` bytes, behind what is there. */
static void add_name(struct text *key, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text_append_character(key, 'n');
}

static void a_key_may_be_as_long_as_the_cap(void **state)
{
    (void)state;
    struct text key = { 0 };
    add_name(&key, STORE_NAME_MAX);
    text_append(&key, "/");
    add_name(&key, STORE_NAME_MAX - 1);
    while (key.size < STORE_KEY_MAX)
        text_append(&key, key.size % 2 == 0 ? "/" : "a");
    put(text_string(&key), "deep", none);
    get(text_string(&key), "deep");
    text_append(&key, " ");
    assert_listed("n", 99, text_string(&key));
    text_release(&key);
}

static void assert_refused(const char *key)
{
    struct version version = { 77 };
    struct text value = { .size = 77 };
    assert_failed(store_key_check(key, &error), ERROR_USAGE, "the key '");
    assert_failed(try_put(key, "v", none, &version), ERROR_USAGE, "the key '");
    assert_failed(store_get(store, key, &value, &version, &error), ERROR_USAGE, "the key '");
    assert_failed(store_remove(store, key, none, &error), ERROR_USAGE, "the key '");
    assert_int_equal(value.size, 77);
    assert_int_equal(version.number, 77);
}

static void what_is_no_key_is_refused(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",     "/",   "/a",      "a/",  "a//b", "..",   ".",    "../a",   "a/../b",     "a/./b",
        ".a",   "-\t", "a\\b",    "a b", "a\n",  "a*",   "a%2f", "a:b",    "\xC3\xA9",   "a\x7F",
        "a/.b", "~a",  ".locks/", "a,b", "a'",   "$a/b", "a?",   "a|true", "gs://b/a/c",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_refused(keys[i]);
    struct text key = { 0 };
    add_name(&key, STORE_NAME_MAX + 1);
    assert_refused(text_string(&key));
    text_clear(&key);
    while (key.size <= STORE_KEY_MAX)
        text_append(&key, key.size % 2 == 0 ? "a" : "/");
    assert_refused(text_string(&key));
    text_release(&key);
    assert_listed("", 99, "");
}

static void a_later_store_finds_what_an_earlier_one_left(void **state)
{
    (void)state;
    struct version version = put("folder/a", "first", none);
    store_close(store);
    store = open_store();
    assert_int_equal(get("folder/a", "first").number, version.number);
    put("folder/a", "second", version);
}

static void two_stores_of_one_location_see_each_other(void **state)
{
    (void)state;
    struct store *first = store, *second = open_store();
    struct version old = put("a", "first", none), version;
    store = second;
    struct version new = put("a", "second", get("a", "first"));
    store = first;
    assert_failed(try_put("a", "third", old, &version), ERROR_CONFLICT, "a");
    assert_done(store_remove(store, "a", new, &error));
    store_close(first);
    store = second;
    get("a", NULL);
}

#define CONTRACT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int store_contract_run(const struct store_place *implementation)
{
    kind = implementation;
    const struct CMUnitTest tests[] = {
        CONTRACT_TEST(the_location_tells_the_kind),
        CONTRACT_TEST(what_is_absent_has_no_version_and_is_no_error),
        CONTRACT_TEST(what_is_put_comes_back_with_its_version),
        CONTRACT_TEST(what_is_there_is_not_put_as_if_it_were_absent),
        CONTRACT_TEST(the_version_that_is_there_is_replaced),
        CONTRACT_TEST(a_version_that_is_not_there_changes_nothing),
        CONTRACT_TEST(the_same_value_can_be_put_again),
        CONTRACT_TEST(what_is_removed_is_absent),
        CONTRACT_TEST(a_value_is_any_bytes_and_may_be_empty),
        CONTRACT_TEST(a_value_over_the_cap_is_refused),
        CONTRACT_TEST(keys_are_listed_in_the_order_of_their_bytes),
        CONTRACT_TEST(a_prefix_may_end_anywhere),
        CONTRACT_TEST(visiting_ends_when_the_visitor_says_so),
        CONTRACT_TEST(a_visitor_may_remove_what_it_sees),
        CONTRACT_TEST(a_key_may_be_as_long_as_the_cap),
        CONTRACT_TEST(what_is_no_key_is_refused),
        CONTRACT_TEST(a_later_store_finds_what_an_earlier_one_left),
        CONTRACT_TEST(two_stores_of_one_location_see_each_other),
    };
    return cmocka_run_group_tests_name(implementation->type, tests, NULL, NULL);
}
