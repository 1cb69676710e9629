#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/base/text.h"

#include <string.h>

static void an_empty_text_is_an_empty_string(void **state)
{
    (void)state;
    struct text text = { 0 };
    assert_string_equal(text_string(&text), "");
    text_append(&text, "");
    assert_string_equal(text_string(&text), "");
    assert_int_equal(text.size, 0);
    text_release(&text);
}

static void pieces_stand_one_behind_the_other(void **state)
{
    (void)state;
    struct text text = { 0 };
    text_append(&text, "dp20");
    text_append_character(&text, '/');
    text_append_bytes(&text, "QQQ and more", 3);
    text_format(&text, "/%d/%s", 5, "Min");
    assert_string_equal(text_string(&text), "dp20/QQQ/5/Min");
    assert_int_equal(text.size, 14);
    text_release(&text);
}

static void growth_loses_no_byte_and_ends_in_nul(void **state)
{
    (void)state;
    struct text text = { 0 };
    for (int i = 0; i < 10000; i++) {
        text_append_character(&text, (char)('a' + i % 26));
        assert_true(text.size < text.capacity);
        assert_int_equal(text.bytes[text.size], '\0');
    }
    assert_int_equal(text.size, 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(text.bytes[i], 'a' + i % 26);
    text_release(&text);
}

static void one_long_piece_grows_the_text_at_once(void **state)
{
    (void)state;
    char piece[5000];
    memset(piece, 'x', sizeof piece);
    struct text text = { 0 };
    text_append_bytes(&text, piece, sizeof piece);
    assert_int_equal(text.size, sizeof piece);
    assert_memory_equal(text.bytes, piece, sizeof piece);
    assert_int_equal(strlen(text_string(&text)), sizeof piece);
    text_release(&text);
}

static void a_nul_within_is_kept(void **state)
{
    (void)state;
    struct text text = { 0 };
    text_append_bytes(&text, "a\0b", 3);
    assert_int_equal(text.size, 3);
    assert_memory_equal(text.bytes, "a\0b", 4);
    text_release(&text);
}

static void what_is_put_into_the_room_is_taken_up_to_its_end(void **state)
{
    (void)state;
    struct text text = { 0 };
    for (int i = 0; i < 1000; i++) {
        char *room = text_room(&text, 32);
        memset(room, 'x', 32);
        room[0] = (char)('a' + i % 26);
        text_take(&text, room + 1);
        assert_int_equal(text.size, i + 1);
        assert_int_equal(text.bytes[text.size], '\0');
    }
    assert_memory_equal(text.bytes, "abcdefghijklmnopqrstuvwxyzabc", 29);
    text_release(&text);
}

static void room_over_the_cap_is_had_but_not_taken(void **state)
{
    (void)state;
    struct text text = { .size_max = 5 };
    text_append(&text, "123");
    char *room = text_room(&text, 32);
    memcpy(room, "4567", 4);
    text_take(&text, room + 2);
    assert_false(text.full);
    room = text_room(&text, 32);
    memcpy(room, "678", 3);
    text_take(&text, room + 1);
    assert_true(text.full);
    assert_string_equal(text_string(&text), "12345");
    text_take(&text, text_room(&text, 0));
    assert_true(text.full);
    text_release(&text);
}

static void the_cap_itself_still_fits(void **state)
{
    (void)state;
    struct text text = { .size_max = 5 };
    text_append(&text, "12345");
    assert_false(text.full);
    assert_string_equal(text_string(&text), "12345");
    text_release(&text);
}

static void a_piece_over_the_cap_is_left_out_whole(void **state)
{
    (void)state;
    struct text text = { .size_max = 5 };
    text_append(&text, "123");
    text_append(&text, "456");
    assert_true(text.full);
    assert_string_equal(text_string(&text), "123");
    text_release(&text);
}

static void a_full_text_takes_nothing_more(void **state)
{
    (void)state;
    struct text text = { .size_max = 5 };
    text_append(&text, "123456");
    text_append(&text, "1");
    text_format(&text, "%d", 2);
    text_append_character(&text, '3');
    assert_true(text.full);
    assert_string_equal(text_string(&text), "");
    text_release(&text);
}

static void a_size_near_the_largest_is_over_the_cap(void **state)
{
    (void)state;
    struct text text = { 0 };
    text_append(&text, "abc");
    text_append_bytes(&text, "", SIZE_MAX - 2);
    assert_true(text.full);
    assert_string_equal(text_string(&text), "abc");
    text_release(&text);
}

static void clearing_empties_and_keeps_memory_and_cap(void **state)
{
    (void)state;
    struct text text = { .size_max = 5 };
    text_clear(&text);
    text_append(&text, "123");
    text_append(&text, "456");
    const char *bytes = text.bytes;
    text_clear(&text);
    assert_false(text.full);
    assert_string_equal(text_string(&text), "");
    assert_int_equal(text.size_max, 5);
    text_append(&text, "12345");
    assert_ptr_equal(text.bytes, bytes);
    assert_string_equal(text_string(&text), "12345");
    text_release(&text);
}

static void a_released_text_may_be_used_and_released_again(void **state)
{
    (void)state;
    struct text text = { .size_max = 4 };
    text_append(&text, "123");
    text_release(&text);
    assert_null(text.bytes);
    assert_int_equal(text.size, 0);
    assert_int_equal(text.size_max, 4);
    text_append(&text, "12");
    assert_string_equal(text_string(&text), "12");
    text_release(&text);
    text_release(&text);
}

static const char *const commands[] = { "backtest", "run", "check", "sweep", "catalogue", NULL };

static void a_slip_of_the_finger_finds_the_name_meant(void **state)
{
    (void)state;
    assert_string_equal(text_nearest("backtets", commands), "backtest");
    assert_string_equal(text_nearest("bactest", commands), "backtest");
    assert_string_equal(text_nearest("cheeck", commands), "check");
    assert_string_equal(text_nearest("swep", commands), "sweep");
    assert_string_equal(text_nearest("ru", commands), "run");
    assert_string_equal(text_nearest("runn", commands), "run");
    assert_string_equal(text_nearest("sweep", commands), "sweep");
}

static void a_name_far_from_all_finds_none(void **state)
{
    (void)state;
    assert_null(text_nearest("zzzzzzzz", commands));
    assert_null(text_nearest("help", commands));
    assert_null(text_nearest("", commands));
    const char *const none[] = { NULL };
    assert_null(text_nearest("run", none));
}

static void one_edit_in_three_letters_is_near_enough(void **state)
{
    (void)state;
    const char *const names[] = { "abcdef", NULL };
    assert_string_equal(text_nearest("abcxyz", names), "abcdef");
    assert_null(text_nearest("abwxyz", names));
}

static void of_equally_near_names_the_first_is_taken(void **state)
{
    (void)state;
    const char *const names[] = { "cat", "bat", "rat", NULL };
    assert_string_equal(text_nearest("mat", names), "cat");
    assert_string_equal(text_nearest("rat", names), "rat");
}

static void names_too_long_to_compare_are_passed_over(void **state)
{
    (void)state;
    char long_name[200];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    const char *const names[] = { long_name, "run", NULL };
    assert_string_equal(text_nearest("rum", names), "run");
    assert_null(text_nearest(long_name, &names[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_is_an_empty_string),
        cmocka_unit_test(pieces_stand_one_behind_the_other),
        cmocka_unit_test(growth_loses_no_byte_and_ends_in_nul),
        cmocka_unit_test(one_long_piece_grows_the_text_at_once),
        cmocka_unit_test(a_nul_within_is_kept),
        cmocka_unit_test(what_is_put_into_the_room_is_taken_up_to_its_end),
        cmocka_unit_test(room_over_the_cap_is_had_but_not_taken),
        cmocka_unit_test(the_cap_itself_still_fits),
        cmocka_unit_test(a_piece_over_the_cap_is_left_out_whole),
        cmocka_unit_test(a_full_text_takes_nothing_more),
        cmocka_unit_test(a_size_near_the_largest_is_over_the_cap),
        cmocka_unit_test(clearing_empties_and_keeps_memory_and_cap),
        cmocka_unit_test(a_released_text_may_be_used_and_released_again),
        cmocka_unit_test(a_slip_of_the_finger_finds_the_name_meant),
        cmocka_unit_test(a_name_far_from_all_finds_none),
        cmocka_unit_test(one_edit_in_three_letters_is_near_enough),
        cmocka_unit_test(of_equally_near_names_the_first_is_taken),
        cmocka_unit_test(names_too_long_to_compare_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
