#include "service/trading/desk.h"
#include "tests/support/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_new_desk_has_asked_for_nothing(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    assert_false(desk.asked);
    assert_int_equal(desk_position(&desk)->quantity, 0);
    assert_string_equal(desk.status, "");
}

static void an_entry_is_kept_for_the_engine(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_enter(&desk, &(struct entry) { .stop_distance = 1.5, .reason = "first" });
    assert_true(desk.asked && desk.has_entry);
    assert_exactly(desk.entry.stop_distance, 1.5);
    assert_exactly(desk.entry.target_distance, 0);
    assert_int_equal(desk.entry.side, SIDE_LONG);
    assert_null(desk.exit_reason);
    assert_false(desk.passed);
}

static void of_two_entries_on_a_bar_the_last_one_counts(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_enter(&desk, &(struct entry) { .stop_distance = 1, .reason = "first" });
    desk_enter(&desk, &(struct entry) { .target_distance = 2, .reason = "second" });
    assert_exactly(desk.entry.stop_distance, 0);
    assert_exactly(desk.entry.target_distance, 2);
    assert_string_equal(desk.entry.reason, "second");
}

static void an_exit_is_kept_with_its_reason(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_exit(&desk, "cross");
    assert_true(desk.asked);
    assert_false(desk.has_entry);
    assert_string_equal(desk.exit_reason, "cross");
}

static void notes_keep_their_order_and_kind(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_note_number(&desk, "ema", 1.25);
    desk_note_time(&desk, "pullback", 1234567890123456);
    desk_note_flag(&desk, "trend", true);
    desk_note_text(&desk, "window", "10:00-10:30");
    assert_int_equal(desk.note_count, 4);
    assert_string_equal(desk.notes[0].name, "ema");
    assert_int_equal(desk.notes[0].value.kind, VALUE_NUMBER);
    assert_exactly(desk.notes[0].value.number, 1.25);
    assert_string_equal(desk.notes[1].name, "pullback");
    assert_int_equal(desk.notes[1].value.kind, VALUE_TIME);
    assert_int_equal(desk.notes[1].value.time_us, 1234567890123456);
    assert_string_equal(desk.notes[2].name, "trend");
    assert_int_equal(desk.notes[2].value.kind, VALUE_FLAG);
    assert_true(desk.notes[2].value.flag);
    assert_string_equal(desk.notes[3].name, "window");
    assert_int_equal(desk.notes[3].value.kind, VALUE_TEXT);
    assert_string_equal(desk.notes[3].value.text, "10:00-10:30");
    assert_false(desk.asked);
}

static void a_note_of_the_same_name_replaces_the_first(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_note_number(&desk, "a", 1);
    desk_note_number(&desk, "b", 2);
    char name[] = "a"; /* the same text elsewhere */
    desk_note_text(&desk, name, "three");
    assert_int_equal(desk.note_count, 2);
    assert_int_equal(desk.notes[0].value.kind, VALUE_TEXT);
    assert_string_equal(desk.notes[0].value.text, "three");
    assert_exactly(desk.notes[1].value.number, 2);
}

static void a_desk_holds_as_many_notes_as_it_says(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    char names[DESK_NOTES_MAX][8];
    for (int i = 0; i < DESK_NOTES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "n%d", i);
        desk_note_number(&desk, names[i], i);
    }
    assert_int_equal(desk.note_count, DESK_NOTES_MAX);
    desk_note_number(&desk, "n15", 99);
    assert_int_equal(desk.note_count, DESK_NOTES_MAX);
    assert_exactly(desk.notes[15].value.number, 99);
    char longest[NOTE_TEXT_SIZE];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    desk_note_text(&desk, "n0", longest);
    assert_string_equal(desk.notes[0].value.text, longest);
}

static void the_last_status_counts(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_status(&desk, "open %.2f <= SMA200 %.2f", 440.0, 441.5);
    assert_string_equal(desk.status, "open 440.00 <= SMA200 441.50");
    desk_status(&desk, "done");
    assert_string_equal(desk.status, "done");
    assert_false(desk.passed);
}

static void a_pass_ends_the_session_and_says_why(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_pass(&desk, "warm-up: %d of %d daily closes", 137, 200);
    assert_true(desk.passed);
    assert_string_equal(desk.status, "warm-up: 137 of 200 daily closes");
}

static void a_status_that_is_too_long_is_cut(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_status(&desk, "%0*d", 500, 7);
    assert_int_equal(strlen(desk.status), DESK_STATUS_SIZE - 1);
    desk_pass(&desk, "%0*d", 500, 7);
    assert_int_equal(strlen(desk.status), DESK_STATUS_SIZE - 1);
}

static void now_is_the_end_of_the_bar_or_the_sessions_close(void **state)
{
    (void)state;
    struct desk desk = { 0 };
    desk_session_begin(&desk, 60, 1000);
    desk.bar_open_us = 900;
    assert_int_equal(desk_now_us(&desk), 960);
    desk.bar_open_us = 960;
    assert_int_equal(desk_now_us(&desk), 1000);
}

static void a_new_session_keeps_the_position_and_forgets_the_rest(void **state)
{
    (void)state;
    struct desk desk = { .position = { .quantity = 5, .entry_price = 10, .stop_price = 9 } };
    desk.bar_open_us = 77;
    desk_note_number(&desk, "a", 1);
    desk_enter(&desk, &(struct entry) { .reason = "first" });
    desk_exit(&desk, "out");
    desk_pass(&desk, "enough");
    desk_session_begin(&desk, 60, 1000);
    assert_int_equal(desk_position(&desk)->quantity, 5);
    assert_exactly(desk_position(&desk)->entry_price, 10);
    assert_exactly(desk_position(&desk)->stop_price, 9);
    assert_false(desk.asked || desk.has_entry || desk.passed);
    assert_null(desk.exit_reason);
    assert_int_equal(desk.note_count, 0);
    assert_string_equal(desk.status, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_desk_has_asked_for_nothing),
        cmocka_unit_test(an_entry_is_kept_for_the_engine),
        cmocka_unit_test(of_two_entries_on_a_bar_the_last_one_counts),
        cmocka_unit_test(an_exit_is_kept_with_its_reason),
        cmocka_unit_test(notes_keep_their_order_and_kind),
        cmocka_unit_test(a_note_of_the_same_name_replaces_the_first),
        cmocka_unit_test(a_desk_holds_as_many_notes_as_it_says),
        cmocka_unit_test(the_last_status_counts),
        cmocka_unit_test(a_pass_ends_the_session_and_says_why),
        cmocka_unit_test(a_status_that_is_too_long_is_cut),
        cmocka_unit_test(now_is_the_end_of_the_bar_or_the_sessions_close),
        cmocka_unit_test(a_new_session_keeps_the_position_and_forgets_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
