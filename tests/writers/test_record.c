#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/date.h"
#include "writers/record.h"

#include <math.h>
static void assert_form(struct column column, struct cell cell, const char *expected)
{
    struct text text = { 0 };
    cell.present = true;
    cell_append_text(&text, &column, &cell);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static struct cell integer(int64_t value)
{
    return (struct cell) { .integer = value };
}

static struct cell number(double value)
{
    return (struct cell) { .number = value };
}

static void whole_values_have_their_printed_forms(void **state)
{
    (void)state;
    assert_form((struct column) { .kind = COLUMN_TEXT }, (struct cell) { .text = "a, b" }, "a, b");
    assert_form((struct column) { .kind = COLUMN_INTEGER }, integer(-42), "-42");
    assert_form((struct column) { .kind = COLUMN_FLAG }, integer(1), "TRUE");
    assert_form((struct column) { .kind = COLUMN_FLAG }, integer(0), "FALSE");
    assert_form((struct column) { .kind = COLUMN_DATE }, integer(date_from_civil(2024, 6, 28)),
                "2024-06-28");
    assert_form((struct column) { .kind = COLUMN_TIMESTAMP }, integer(INT64_C(1719581400000000)),
                "2024-06-28T13:30:00Z");
    assert_form((struct column) { .kind = COLUMN_CLOCK }, integer(10 * 3600 + 4 * 60), "10:04:00");
    assert_form((struct column) { .kind = COLUMN_CLOCK }, integer(86399), "23:59:59");
    assert_form((struct column) { .kind = COLUMN_CLOCK }, integer(86400), "00:00:00");
    assert_form((struct column) { .kind = COLUMN_CLOCK }, integer(-1), "23:59:59");
}

static void money_has_two_to_six_decimals_and_quantities_none_to_nine(void **state)
{
    (void)state;
    const struct column money = { .kind = COLUMN_MONEY };
    assert_form(money, integer(0), "0.00");
    assert_form(money, integer(12500000), "12.50");
    assert_form(money, integer(-12345678), "-12.345678");
    assert_form(money, integer(-1), "-0.000001");
    const struct column quantity = { .kind = COLUMN_QUANTITY };
    assert_form(quantity, integer(INT64_C(100000000000)), "100");
    assert_form(quantity, integer(500000000), "0.5");
    assert_form(quantity, integer(1), "0.000000001");
}

static void prices_read_back_and_numbers_have_their_decimals(void **state)
{
    (void)state;
    assert_form((struct column) { .kind = COLUMN_PRICE }, number(346.46), "346.46");
    assert_form((struct column) { .kind = COLUMN_PRICE }, number(0.1 + 0.2), "0.30000000000000004");
    assert_form((struct column) { .kind = COLUMN_NUMBER, .decimals = 4 }, number(1.5), "1.5000");
    assert_form((struct column) { .kind = COLUMN_NUMBER, .decimals = 4 }, number(-0.00001),
                "0.0000");
    assert_form((struct column) { .kind = COLUMN_NUMBER, .decimals = 6 }, number(0.00096507),
                "0.000965");
}

static void what_is_absent_or_not_finite_is_empty(void **state)
{
    (void)state;
    assert_form((struct column) { .kind = COLUMN_PRICE }, number(NAN), "");
    assert_form((struct column) { .kind = COLUMN_NUMBER }, number(INFINITY), "");
    struct text text = { 0 };
    cell_append_text(&text, &(struct column) { .kind = COLUMN_TEXT }, &(struct cell) { 0 });
    assert_int_equal(text.size, 0);
    text_release(&text);
}

static void assert_before(struct row_identity a, struct row_identity b)
{
    assert_true(row_identity_compare(&a, &b) < 0);
    assert_true(row_identity_compare(&b, &a) > 0);
    assert_int_equal(row_identity_compare(&a, &a), 0);
}

static void rows_are_ordered_by_session_playbook_symbol_and_key(void **state)
{
    (void)state;
    assert_before((struct row_identity) { 1, "b", "b", "b" },
                  (struct row_identity) { 2, "a", "a", "a" });
    assert_before((struct row_identity) { 1, "a", "b", "b" },
                  (struct row_identity) { 1, "b", "a", "a" });
    assert_before((struct row_identity) { 1, "a", "a", "b" },
                  (struct row_identity) { 1, "a", "b", "a" });
    assert_before((struct row_identity) { 1, "a", "a", "a" },
                  (struct row_identity) { 1, "a", "a", "b" });
    const struct row_identity bare = { 1, "a", NULL, NULL };
    assert_int_equal(row_identity_compare(&bare, &bare), 0);
}

static void keys_are_ordered_by_the_number_behind_the_last_slash(void **state)
{
    (void)state;
    static const char *const in_order[] = {
        "",
        "a",
        "a/2",
        "a/9",
        "a/010",
        "a/10",
        "a/999999999999999999",
        "a/1000000000000000000",
        "a/b/2",
        "a/b/10",
        "a/b/x",
        "a/bc/1",
        "a10",
        "a2",
    };
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++)
        for (size_t j = 0; j < i; j++) {
            struct row_identity a = { 1, "p", "s", in_order[j] }, b = { 1, "p", "s", in_order[i] };
            if (row_identity_compare(&a, &b) >= 0)
                fail_msg("'%s' should come before '%s'", a.key, b.key);
            assert_true(row_identity_compare(&b, &a) > 0);
        }
}

enum { KEY, PLAYBOOK, SESSION, COLUMN_COUNT };

static const struct column columns[COLUMN_COUNT] = {
    [KEY] = { .name = "key", .kind = COLUMN_TEXT, .role = ROLE_KEY },
    [PLAYBOOK] = { .name = "playbook", .kind = COLUMN_TEXT, .role = ROLE_PLAYBOOK },
    [SESSION] = { .name = "session", .kind = COLUMN_DATE, .role = ROLE_SESSION },
};

static const struct table table = { "runs", 1, columns, COLUMN_COUNT };

static void a_record_is_identified_by_the_columns_that_have_a_role(void **state)
{
    (void)state;
    struct cell cells[2 * COLUMN_COUNT] = {
        [COLUMN_COUNT + KEY] = { .present = true, .text = "k" },
        [COLUMN_COUNT + PLAYBOOK] = { .present = true, .text = "p" },
        [COLUMN_COUNT + SESSION] = { .present = true, .integer = 7 },
    };
    const struct record_set set = { .table = &table, .cells = cells, .count = 2 };
    const struct cell *row = record_row(&set, 1, NULL);
    struct record_roles roles = record_roles_of(&table);
    struct row_identity identity;
    assert_int_equal(table_role_column(&table, ROLE_SESSION), SESSION);
    assert_int_equal(table_role_column(&table, ROLE_SYMBOL), -1);
    assert_true(record_identify(&roles, row, &identity));
    assert_string_equal(identity.key, "k");
    assert_string_equal(identity.playbook, "p");
    assert_null(identity.symbol);
    assert_int_equal(identity.session, 7);
    assert_int_equal(record_session(&set, &roles, 1), 7);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        cells[COLUMN_COUNT + i].present = false;
        assert_false(record_identify(&roles, row, &identity));
        cells[COLUMN_COUNT + i].present = true;
    }
}

static void a_set_says_which_record_does_not_hold(void **state)
{
    (void)state;
    struct cell cells[2 * COLUMN_COUNT] = {
        { .present = true, .text = "a" }, { .present = true, .text = "p" }, { .present = true },
        { .present = true, .text = "b" }, { .present = true, .text = "p" }, { .present = true },
    };
    const struct record_set set = {
        .table = &table, .coverage = { .playbook = "p" }, .cells = cells, .count = 2
    };
    struct error error = { 0 };
    assert_true(record_set_check(&set, &error));
    cells[COLUMN_COUNT + KEY].text = "a";
    assert_false(record_set_check(&set, &error));
    assert_string_equal(error.message, "runs: two records have the key 'a'");
    assert_int_equal(error.kind, ERROR_INTERNAL);
    cells[COLUMN_COUNT + SESSION].integer = 1;
    assert_false(record_set_check(&set, &error));
    assert_string_equal(error.message, "runs: record 2 lies outside what its set covers");
    cells[SESSION].present = false;
    assert_false(record_set_check(&set, &error));
    assert_string_equal(error.message, "runs: record 1 lacks its session, playbook, symbol or key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_values_have_their_printed_forms),
        cmocka_unit_test(money_has_two_to_six_decimals_and_quantities_none_to_nine),
        cmocka_unit_test(prices_read_back_and_numbers_have_their_decimals),
        cmocka_unit_test(what_is_absent_or_not_finite_is_empty),
        cmocka_unit_test(rows_are_ordered_by_session_playbook_symbol_and_key),
        cmocka_unit_test(keys_are_ordered_by_the_number_behind_the_last_slash),
        cmocka_unit_test(a_record_is_identified_by_the_columns_that_have_a_role),
        cmocka_unit_test(a_set_says_which_record_does_not_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
