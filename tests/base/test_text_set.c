#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "service/base/text_set.h"

enum { MANY = 10000 };

static char names[MANY * 2][32];

static void what_was_added_is_there_and_nothing_else(void **state)
{
    (void)state;
    struct text_set set;
    text_set_init(&set, MANY);
    for (int i = 0; i < MANY * 2; i++)
        snprintf(names[i], sizeof names[i], "dp20/QQQ/2024-06-28/%d", i);
    for (int i = 0; i < MANY; i++)
        assert_true(text_set_add(&set, names[i]));
    assert_int_equal(set.count, MANY);
    for (int i = 0; i < MANY * 2; i++)
        assert_int_equal(text_set_has(&set, names[i]), i < MANY);
    text_set_release(&set);
}

static void a_text_is_added_once_whatever_its_address(void **state)
{
    (void)state;
    struct text_set set;
    char copy[] = "QQQ";
    text_set_init(&set, 1);
    assert_true(text_set_add(&set, "QQQ"));
    assert_false(text_set_add(&set, copy));
    assert_int_equal(set.count, 1);
    text_set_release(&set);
}

static void texts_differ_by_any_byte_and_by_their_length(void **state)
{
    (void)state;
    static const char *const texts[] = { "",           "a",           "b",
                                         "aaaaaaaa",   "aaaaaaab",    "baaaaaaa",
                                         "aaaaaaaaa",  "aaaaaaaab",   "aaaaaaaaaa",
                                         "baaaaaaaaa", "aaaaaaaabaa", "aaaaaaaaaaaaaaaa" };
    enum { COUNT = sizeof texts / sizeof texts[0] };
    struct text_set set;
    text_set_init(&set, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_false(text_set_has(&set, texts[i]));
        assert_true(text_set_add(&set, texts[i]));
    }
    text_set_release(&set);
}

static void a_text_whose_place_is_the_last_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i += 2) {
        struct text_set set;
        snprintf(names[i], sizeof names[i], "S%03d", i);
        snprintf(names[i + 1], sizeof names[i + 1], "S%03d", i + 1);
        text_set_init(&set, 2);
        assert_true(text_set_add(&set, names[i]));
        assert_true(text_set_add(&set, names[i + 1]));
        assert_true(text_set_has(&set, names[i]) && text_set_has(&set, names[i + 1]));
        assert_false(text_set_has(&set, "QQQ"));
        text_set_release(&set);
    }
}

static void a_set_without_room_for_any_has_none(void **state)
{
    (void)state;
    struct text_set set;
    text_set_init(&set, 0);
    assert_false(text_set_has(&set, ""));
    text_set_release(&set);
    text_set_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_there_and_nothing_else),
        cmocka_unit_test(a_text_is_added_once_whatever_its_address),
        cmocka_unit_test(texts_differ_by_any_byte_and_by_their_length),
        cmocka_unit_test(a_text_whose_place_is_the_last_is_found),
        cmocka_unit_test(a_set_without_room_for_any_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
