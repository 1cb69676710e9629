#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "writers/record_index.h"

enum { KEY, PLAYBOOK, SYMBOL, SESSION, COLUMN_COUNT };

static const struct column columns[COLUMN_COUNT] = {
    [KEY] = { .name = "key", .kind = COLUMN_TEXT, .role = ROLE_KEY },
    [PLAYBOOK] = { .name = "playbook", .kind = COLUMN_TEXT, .role = ROLE_PLAYBOOK },
    [SYMBOL] = { .name = "symbol", .kind = COLUMN_TEXT, .role = ROLE_SYMBOL },
    [SESSION] = { .name = "session", .kind = COLUMN_DATE, .role = ROLE_SESSION },
};

static const struct table table = { "runs", 1, columns, COLUMN_COUNT };
static const struct table keyless = { "journal", 1, columns + 1, COLUMN_COUNT - 1 };

static struct cell cells[2 * COLUMN_COUNT];

/* Two records of QQQ and SPY in sessions 10 and 12, that hold. */
static struct record_set example(void)
{
    for (size_t i = 0; i < 2; i++) {
        struct cell *row = cells + i * COLUMN_COUNT;
        row[KEY] = (struct cell) { .present = true, .text = i == 0 ? "a" : "b" };
        row[PLAYBOOK] = (struct cell) { .present = true, .text = "dp20" };
        row[SYMBOL] = (struct cell) { .present = true, .text = i == 0 ? "QQQ" : "SPY" };
        row[SESSION] = (struct cell) { .present = true, .integer = i == 0 ? 10 : 12 };
    }
    static const char *const symbols[] = { "QQQ", "SPY" };
    return (struct record_set) {
        .table = &table,
        .coverage = { "dp20", symbols, 2, .first_session = 10, .last_session = 12 },
        .cells = cells,
        .count = 2,
    };
}

static void assert_covers(const struct record_index *index, bool expected,
                          struct row_identity identity)
{
    assert_int_equal(record_index_covers(index, &identity), expected);
}

static void a_set_covers_its_playbook_symbols_and_sessions(void **state)
{
    (void)state;
    struct record_set set = example();
    struct record_index index;
    record_index_init(&index, &set);
    assert_covers(&index, true, (struct row_identity) { 10, "dp20", "QQQ", "k" });
    assert_covers(&index, true, (struct row_identity) { 12, "dp20", "SPY", NULL });
    assert_covers(&index, true, (struct row_identity) { 11, "dp20", NULL, NULL });
    assert_covers(&index, false, (struct row_identity) { 9, "dp20", "QQQ", "k" });
    assert_covers(&index, false, (struct row_identity) { 13, "dp20", "QQQ", "k" });
    assert_covers(&index, false, (struct row_identity) { 11, "dp2", "QQQ", "k" });
    assert_covers(&index, false, (struct row_identity) { 11, "dp20", "IWM", "k" });
    assert_covers(&index, false, (struct row_identity) { 11, "dp20", "", "k" });
    record_index_release(&index);
}

static void a_record_replaces_what_its_set_covers_and_what_has_its_key(void **state)
{
    (void)state;
    struct record_set set = example();
    struct record_index index;
    record_index_init(&index, &set);
    assert_true(record_index_replaces(&index, &(struct row_identity) { 10, "dp20", "QQQ", "z" }));
    assert_true(record_index_replaces(&index, &(struct row_identity) { 1, "x", "QQQ", "a" }));
    assert_true(record_index_replaces(&index, &(struct row_identity) { 1, "x", "IWM", "b" }));
    assert_false(record_index_replaces(&index, &(struct row_identity) { 1, "x", "QQQ", "c" }));
    assert_false(record_index_replaces(&index, &(struct row_identity) { 1, "x", "QQQ", "" }));
    record_index_release(&index);
}

static void a_table_without_keys_replaces_only_what_it_covers(void **state)
{
    (void)state;
    struct record_set set = example();
    struct cell row[] = { cells[PLAYBOOK], cells[SYMBOL], cells[SESSION] };
    struct record_index index;
    set.table = &keyless;
    set.cells = row;
    set.count = 1;
    record_index_init(&index, &set);
    assert_true(record_index_replaces(&index, &(struct row_identity) { 10, "dp20", "QQQ", NULL }));
    assert_false(record_index_replaces(&index, &(struct row_identity) { 10, "x", "QQQ", NULL }));
    record_index_release(&index);
}

static void a_key_that_two_records_have_is_told(void **state)
{
    (void)state;
    struct record_set set = example();
    struct record_index index;
    record_index_init(&index, &set);
    assert_null(index.repeated_key);
    record_index_release(&index);
    cells[COLUMN_COUNT + KEY].text = "a";
    record_index_init(&index, &set);
    assert_string_equal(index.repeated_key, "a");
    record_index_release(&index);
    cells[COLUMN_COUNT + KEY].present = false;
    record_index_init(&index, &set);
    assert_null(index.repeated_key);
    record_index_release(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_covers_its_playbook_symbols_and_sessions),
        cmocka_unit_test(a_record_replaces_what_its_set_covers_and_what_has_its_key),
        cmocka_unit_test(a_table_without_keys_replaces_only_what_it_covers),
        cmocka_unit_test(a_key_that_two_records_have_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
