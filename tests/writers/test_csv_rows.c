#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/base/date.h"
#include "tests/support/random.h"
#include "writers/csv_rows.h"
#include "writers/record_list.h"

#include <stdatomic.h>

/* Several blocks, some of one session and some of many. */
enum { SESSIONS = 40, MANY = 60000, KEY_SIZE = 32 };

enum { KEY, PLAYBOOK, SESSION, NOTE, COLUMN_COUNT };

static const struct column columns[COLUMN_COUNT] = {
    [KEY] = { .name = "key", .kind = COLUMN_TEXT, .role = ROLE_KEY },
    [PLAYBOOK] = { .name = "playbook", .kind = COLUMN_TEXT, .role = ROLE_PLAYBOOK },
    [SESSION] = { .name = "session", .kind = COLUMN_DATE, .role = ROLE_SESSION },
    [NOTE] = { .name = "note", .kind = COLUMN_TEXT },
};

static const struct table table = { "many", 1, columns, COLUMN_COUNT };

static struct cell cells[MANY * COLUMN_COUNT];
static char keys[MANY][KEY_SIZE];
static struct text expected;
static struct csv_rows rows;
static struct text printed;
static struct error error;

/* Sessions of different length, the fifth with more rows than a block has. */
static int32_t session_of(size_t row)
{
    if (row < 100)
        return (int32_t)(row / 20);
    return row < 10000 ? 5 : 6 + (int32_t)((row - 10000) * (SESSIONS - 6) / (MANY - 10000));
}

/* The rows in their order, as records and as text. */
static int begin(void **state)
{
    (void)state;
    text_append(&expected, "key,playbook,session,note\n");
    for (size_t i = 0; i < MANY; i++) {
        struct cell *row = cells + i * COLUMN_COUNT;
        char date[DATE_TEXT_SIZE];
        snprintf(keys[i], KEY_SIZE, "p/%zu", i + 1);
        row[KEY] = (struct cell) { .present = true, .text = keys[i] };
        row[PLAYBOOK] = (struct cell) { .present = true, .text = "p" };
        row[SESSION] = (struct cell) { .present = true, .integer = session_of(i) };
        row[NOTE] = (struct cell) { .present = i % 2 == 0, .text = "a, b" };
        text_format(&expected, "%s,p,%s,%s\n", keys[i], date_format(session_of(i), date),
                    i % 2 == 0 ? "\"a, b\"" : "");
    }
    csv_rows_init(&rows, &table);
    error = (struct error) { 0 };
    return 0;
}

static int end(void **state)
{
    (void)state;
    csv_rows_release(&rows);
    text_release(&printed);
    text_release(&expected);
    return 0;
}

static void shuffle(void)
{
    struct random random = { UINT64_C(88172645463325252) };
    for (size_t i = MANY - 1; i > 0; i--) {
        struct cell copy[COLUMN_COUNT];
        struct cell *one = cells + i * COLUMN_COUNT;
        struct cell *other = cells + random_below(&random, i + 1) * COLUMN_COUNT;
        memcpy(copy, one, sizeof copy);
        memmove(one, other, sizeof copy);
        memcpy(other, copy, sizeof copy);
    }
}

/* Leaves the rows of a session in the order they have. */
static void sort_sessions(void)
{
    struct cell(*sorted)[COLUMN_COUNT] = malloc(sizeof cells);
    size_t count = 0;
    for (int32_t session = 0; session < SESSIONS; session++)
        for (size_t i = 0; i < MANY; i++)
            if (cells[i * COLUMN_COUNT + SESSION].integer == session)
                memcpy(sorted[count++], cells + i * COLUMN_COUNT, sizeof sorted[0]);
    assert_int_equal(count, MANY);
    memcpy(cells, sorted, sizeof cells);
    free(sorted);
}

static struct record_set records_from(size_t first)
{
    return (struct record_set) { .table = &table,
                                 .cells = cells + first * COLUMN_COUNT,
                                 .count = MANY - first };
}

/* Pieces come in their order, none while another is being taken, and none behind one that was
 * refused. */
static bool take(void *context, const char *bytes, size_t size, struct error *problem)
{
    static atomic_int takers;
    const size_t *size_max = context;
    assert_true(size_max == NULL || printed.size <= *size_max);
    assert_int_equal(atomic_fetch_add(&takers, 1), 0);
    text_append_bytes(&printed, bytes, size);
    atomic_fetch_sub(&takers, 1);
    return size_max == NULL || printed.size <= *size_max ||
           error_set(problem, ERROR_WRITER, "%zu bytes are enough", *size_max);
}

static const struct csv_target target = { take, NULL };

static void assert_printed(const struct record_set *set)
{
    csv_rows_add_set(&rows, set);
    if (!csv_rows_print(&rows, &target, &error))
        fail_msg("%s", error.message);
    assert_int_equal(printed.size, expected.size);
    assert_memory_equal(printed.bytes, expected.bytes, expected.size);
}

static void many_rows_that_are_sorted_are_printed_as_they_come(void **state)
{
    (void)state;
    struct record_set set = records_from(0);
    assert_printed(&set);
}

static void many_rows_in_any_order_are_printed_sorted(void **state)
{
    (void)state;
    struct record_set set = records_from(0);
    shuffle();
    assert_printed(&set);
}

static void many_rows_whose_sessions_ascend_are_printed_sorted(void **state)
{
    (void)state;
    struct record_set set = records_from(0);
    shuffle();
    sort_sessions();
    assert_printed(&set);
}

static void rows_that_were_read_take_their_places_among_records(void **state)
{
    (void)state;
    struct record_set set = records_from(MANY / 2);
    shuffle();
    for (size_t i = 0; i < MANY / 2; i++) {
        const struct cell *row = cells + i * COLUMN_COUNT;
        char date[DATE_TEXT_SIZE];
        const struct csv_cell read[COLUMN_COUNT] = {
            { row[KEY].text, strlen(row[KEY].text) },
            { "p", 1 },
            { date_format((int32_t)row[SESSION].integer, date), 10 },
            { row[NOTE].present ? "a, b" : "", row[NOTE].present ? 4 : 0 },
        };
        struct row_identity identity = {
            .session = (int32_t)row[SESSION].integer,
            .playbook = "p",
            .key = row[KEY].text,
        };
        assert_true(csv_rows_add_cells(&rows, read, &identity, &error));
    }
    assert_printed(&set);
}

static void one_row_too_long_among_many_is_refused(void **state)
{
    (void)state;
    struct record_set set = records_from(0);
    struct cell *note = &cells[(MANY - 2) * COLUMN_COUNT + NOTE];
    char *text = malloc(CSV_ROW_SIZE_MAX);
    memset(text, 'x', CSV_ROW_SIZE_MAX - 1);
    text[CSV_ROW_SIZE_MAX - 1] = '\0';
    note->text = text;
    csv_rows_add_set(&rows, &set);
    assert_false(csv_rows_print(&rows, &target, &error));
    assert_int_equal(error.kind, ERROR_WRITER);
    assert_string_equal(error.message, "a row of many is longer than 1048575 bytes");
    free(text);
}

static int32_t session_from(const void *context, size_t record)
{
    const struct cell *rows_made = context;
    return (int32_t)rows_made[record * COLUMN_COUNT + SESSION].integer;
}

static void add_row(const void *context, size_t record, struct record_list *list)
{
    const struct cell *rows_made = context;
    struct cell *row = record_list_add(list);
    memcpy(row, rows_made + record * COLUMN_COUNT, COLUMN_COUNT * sizeof *row);
    cell_set_text(&row[KEY], record_list_keep(list, row[KEY].text));
}

static void records_that_are_made_as_they_are_asked_for_are_printed_alike(void **state)
{
    (void)state;
    const struct record_source source = { session_from, add_row, cells };
    const struct record_set set = { .table = &table, .source = &source, .count = MANY };
    shuffle();
    assert_printed(&set);
}

static void the_first_of_several_errors_is_told(void **state)
{
    (void)state;
    struct record_set set = records_from(0);
    char *text = malloc(CSV_ROW_SIZE_MAX);
    memset(text, 'x', CSV_ROW_SIZE_MAX - 1);
    text[CSV_ROW_SIZE_MAX - 1] = '\0';
    cells[(MANY - 2) * COLUMN_COUNT + NOTE].text = text;
    size_t size_max = expected.size / 2;
    const struct csv_target limited = { take, &size_max };
    csv_rows_add_set(&rows, &set);
    assert_false(csv_rows_print(&rows, &limited, &error));
    assert_int_equal(error.kind, ERROR_WRITER);
    assert_non_null(strstr(error.message, "bytes are enough"));
    assert_memory_equal(printed.bytes, expected.bytes, printed.size);
    free(text);
}

static void a_target_that_takes_no_header_is_given_no_rows(void **state)
{
    (void)state;
    struct record_set set = records_from(0);
    size_t size_max = 0;
    const struct csv_target limited = { take, &size_max };
    csv_rows_add_set(&rows, &set);
    assert_false(csv_rows_print(&rows, &limited, &error));
    assert_string_equal(text_string(&printed), "key,playbook,session,note\n");
}

static void no_rows_are_a_header(void **state)
{
    (void)state;
    struct record_set set = { .table = &table };
    csv_rows_add_set(&rows, &set);
    assert_true(csv_rows_print(&rows, &target, &error));
    assert_string_equal(text_string(&printed), "key,playbook,session,note\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(many_rows_that_are_sorted_are_printed_as_they_come),
        TEST(many_rows_in_any_order_are_printed_sorted),
        TEST(many_rows_whose_sessions_ascend_are_printed_sorted),
        TEST(rows_that_were_read_take_their_places_among_records),
        TEST(one_row_too_long_among_many_is_refused),
        TEST(records_that_are_made_as_they_are_asked_for_are_printed_alike),
        TEST(the_first_of_several_errors_is_told),
        TEST(a_target_that_takes_no_header_is_given_no_rows),
        TEST(no_rows_are_a_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
