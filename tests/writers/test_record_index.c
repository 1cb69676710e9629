#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "writers/record_index.h"
#include "writers/record_list.h"

#include <stdio.h>
#include <string.h>

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
static struct error error;

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
    assert_true(record_index_init(&index, &set, &error));
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
    assert_true(record_index_init(&index, &set, &error));
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
    assert_true(record_index_init(&index, &set, &error));
    assert_true(record_index_replaces(&index, &(struct row_identity) { 10, "dp20", "QQQ", NULL }));
    assert_false(record_index_replaces(&index, &(struct row_identity) { 10, "x", "QQQ", NULL }));
    record_index_release(&index);
}

static void assert_refused(const struct record_set *set, const char *message)
{
    struct record_index index;
    error = (struct error) { 0 };
    assert_false(record_index_init(&index, set, &error));
    assert_int_equal(error.kind, ERROR_INTERNAL);
    assert_string_equal(error.message, message);
    record_index_release(&index);
}

static void a_key_that_two_records_have_is_refused(void **state)
{
    (void)state;
    struct record_set set = example();
    cells[COLUMN_COUNT + KEY].text = "a";
    assert_refused(&set, "runs: two records have the key 'a'");
    cells[COLUMN_COUNT + KEY].present = false;
    assert_refused(&set, "runs: record 2 lacks its session, playbook, symbol or key");
}

/* What text_hash does with eight bytes. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

/* Two texts of sixteen characters: the second half of the other one undoes what its first half has
 * changed. */
static void find_texts_of_one_hash(char one[static 17], char other[static 17])
{
    uint64_t halves[2], changed[2];
    memcpy(one, "sixteen letters!", 17);
    memcpy(other, one, 17);
    memcpy(halves, one, 16);
    for (int i = 0; i < 1000; i++) {
        other[i % 4] = (char)('a' + i % 23);
        memcpy(changed, other, 8);
        changed[1] = halves[1] ^ mix(16, halves[0]) ^ mix(16, changed[0]);
        memcpy(other + 8, &changed[1], 8);
        if (strlen(other) == 16)
            return;
    }
    fail();
}

static void keys_of_one_hash_are_told_apart(void **state)
{
    (void)state;
    char one[17], other[17];
    find_texts_of_one_hash(one, other);
    assert_string_not_equal(one, other);
    assert_int_equal(text_hash(one), text_hash(other));

    struct record_set set = example();
    struct record_index index;
    cells[KEY].text = one;
    assert_true(record_index_init(&index, &set, &error));
    assert_true(record_index_replaces(&index, &(struct row_identity) { 1, "x", "QQQ", one }));
    assert_false(record_index_replaces(&index, &(struct row_identity) { 1, "x", "QQQ", other }));
    record_index_release(&index);
    cells[COLUMN_COUNT + KEY].text = other;
    assert_true(record_index_init(&index, &set, &error));
    assert_true(record_index_replaces(&index, &(struct row_identity) { 1, "x", "QQQ", other }));
    record_index_release(&index);
}

enum { MANY = 20000, STRANGER = 9000, TWIN = 3 };

/* The example's second record again and again, each with a key of its own. */
struct many {
    size_t stranger, twin; /* the record that is not covered, and the one that has another's key */
};

static int32_t session_of(const void *context, size_t record)
{
    const struct many *many = context;
    return record == many->stranger ? 13 : 12;
}

static void add_record(const void *context, size_t record, struct record_list *list)
{
    const struct many *many = context;
    char key[32];
    snprintf(key, sizeof key, "a/%zu", record == many->twin ? TWIN : record);
    struct cell *row = record_list_add(list);
    memcpy(row, cells + COLUMN_COUNT, COLUMN_COUNT * sizeof *row);
    cell_set_text(&row[KEY], record_list_keep(list, key));
    cell_set_integer(&row[SESSION], session_of(context, record));
}

static void many_records_are_made_as_they_are_asked_for(void **state)
{
    (void)state;
    struct many many = { MANY, MANY };
    const struct record_source source = { session_of, add_record, &many };
    struct record_set set = example();
    struct record_index index;
    set.cells = NULL;
    set.source = &source;
    set.count = MANY;
    assert_true(record_index_init(&index, &set, &error));
    assert_true(record_index_replaces(&index, &(struct row_identity) { 1, "x", "QQQ", "a/19999" }));
    assert_false(
        record_index_replaces(&index, &(struct row_identity) { 1, "x", "QQQ", "a/20000" }));
    record_index_release(&index);

    many.twin = 15000;
    assert_refused(&set, "runs: two records have the key 'a/3'");
    many.stranger = STRANGER;
    assert_refused(&set, "runs: record 9001 lies outside what its set covers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_covers_its_playbook_symbols_and_sessions),
        cmocka_unit_test(a_record_replaces_what_its_set_covers_and_what_has_its_key),
        cmocka_unit_test(a_table_without_keys_replaces_only_what_it_covers),
        cmocka_unit_test(a_key_that_two_records_have_is_refused),
        cmocka_unit_test(keys_of_one_hash_are_told_apart),
        cmocka_unit_test(many_records_are_made_as_they_are_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
