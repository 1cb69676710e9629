#include "service/feeds/bar_columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum bar_field find(const char *name)
{
    return bar_field_find(name, strlen(name));
}

static void columns_are_found_by_name_in_any_case(void **state)
{
    (void)state;
    for (enum bar_field field = 0; field < FIELD_COUNT; field++)
        assert_int_equal(find(bar_fields[field].name), field);
    assert_int_equal(find("Date"), FIELD_STAMP);
    assert_int_equal(find("cLOSE"), FIELD_CLOSE);
    assert_int_equal(find("Adj Close"), FIELD_IGNORED);
    assert_int_equal(find(""), FIELD_IGNORED);
    assert_int_equal(bar_field_find("closed", 5), FIELD_CLOSE);
    assert_int_equal(bar_field_find("close", 4), FIELD_IGNORED);
}

static void what_is_needed_is_there_and_nothing_is_twice(void **state)
{
    (void)state;
    struct error error = { 0 };
    size_t seen[FIELD_COUNT] = { 1, 1, 1, 1, 1, 1 };
    assert_true(bar_fields_check(seen, "QQQ.csv", "the header", &error));
    for (enum bar_field field = FIELD_VWAP; field < FIELD_COUNT; field++)
        seen[field] = 1;
    assert_true(bar_fields_check(seen, "QQQ.csv", "the header", &error));
    seen[FIELD_SYMBOL] = 2;
    assert_false(bar_fields_check(seen, "QQQ.csv", "the header", &error));
    assert_string_equal(error.message, "QQQ.csv: the header has more than one column symbol");
    seen[FIELD_VOLUME] = 0;
    assert_false(bar_fields_check(seen, "QQQ.csv", "the file", &error));
    assert_string_equal(error.message,
                        "QQQ.csv: the file has no column volume (timestamp or date, open, high, "
                        "low, close and volume were expected)");
}

static void excerpts_are_cut_where_they_must_be(void **state)
{
    (void)state;
    char text[64], buffer[BAR_EXCERPT_SIZE];
    memset(text, 'x', sizeof text);
    for (size_t size = 0; size < sizeof text; size++) {
        const char *shown = bar_excerpt(text, size, buffer);
        bool is_cut = size >= BAR_EXCERPT_SIZE;
        assert_int_equal(strlen(shown), is_cut ? BAR_EXCERPT_SIZE - 1 : size);
        assert_true(is_cut == (strstr(shown, "...") != NULL));
    }
    assert_string_equal(bar_excerpt("a\nb\x7f\xff~ ", 7, buffer), "a?b??~ ");
}

static void the_list_of_ignored_columns_is_cut_where_it_must_be(void **state)
{
    (void)state;
    char list[BAR_IGNORED_SIZE] = "";
    bar_note_ignored("", 0, list);
    assert_string_equal(list, "(unnamed)");
    bar_note_ignored("no\x01te", 5, list);
    assert_string_equal(list, "(unnamed), no?te");
    while (strlen(list) < BAR_IGNORED_SIZE - 1) {
        size_t length = strlen(list);
        bar_note_ignored("x", 1, list);
        bool has_room = length + strlen(", x") < BAR_IGNORED_SIZE;
        assert_string_equal(list + strlen(list) - 3, has_room ? ", x" : "...");
        assert_int_equal(strlen(list), has_room ? length + 3 : BAR_IGNORED_SIZE - 1);
    }
}

static void a_symbol_fits_and_is_the_same_in_every_row(void **state)
{
    (void)state;
    char symbol[SYMBOL_TEXT_SIZE] = "", why[BAR_WHY_SIZE];
    assert_true(bar_symbol_agree("ABCDEFGHIJKLMNOPQ", 15, true, symbol, why));
    assert_string_equal(symbol, "ABCDEFGHIJKLMNO");
    assert_true(bar_symbol_agree("ABCDEFGHIJKLMNO", 15, false, symbol, why));
    assert_false(bar_symbol_agree("ABCDEFGHIJKLMN", 14, false, symbol, why));
    assert_string_equal(why, "is not the \"ABCDEFGHIJKLMNO\" of the rows above (a file holds the "
                             "bars of one symbol)");
    assert_false(bar_symbol_agree("ABCDEFGHIJKLMNOP", 16, true, symbol, why));
    assert_string_equal(why, "is no symbol (at most 15 plain characters were expected)");
    static const char *const wrong[] = { "Q\nQ", "Q\x7fQ", "Q\xffQ" };
    for (size_t i = 0; i < 3; i++)
        assert_false(bar_symbol_agree(wrong[i], 3, true, symbol, why));
    assert_false(bar_symbol_agree("Q\0Q", 3, true, symbol, why));
    assert_string_equal(symbol, "ABCDEFGHIJKLMNO");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name_in_any_case),
        cmocka_unit_test(what_is_needed_is_there_and_nothing_is_twice),
        cmocka_unit_test(excerpts_are_cut_where_they_must_be),
        cmocka_unit_test(the_list_of_ignored_columns_is_cut_where_it_must_be),
        cmocka_unit_test(a_symbol_fits_and_is_the_same_in_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
