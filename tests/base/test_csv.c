#include "service/base/csv.h"
#include "service/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RANDOM_TABLES = 20000, CELLS_MAX = 8, CELL_SIZE_MAX = 12 };

/* The text is in a block of exactly its size, so that the address sanitizer sees a step too far.
 * Returns that block, to be freed when the reader is released. */
static char *open_text(struct csv_reader *reader, const char *text, size_t size)
{
    char *exact = malloc(size);
    memcpy(exact, text, size);
    csv_reader_init(reader, exact, size);
    return exact;
}

/* The next row's cells, each in <>: "<a><b>"; "end" behind the last one. */
static void assert_row(struct csv_reader *reader, const char *expected)
{
    struct error error = { 0 };
    bool end = false;
    if (!csv_reader_next(reader, &end, &error))
        fail_msg("%s", error.message);
    struct text seen = { 0 };
    for (size_t i = 0; i < reader->cell_count; i++) {
        assert_int_equal(strlen(reader->cells[i].text), reader->cells[i].size);
        text_format(&seen, "<%s>", reader->cells[i].text);
    }
    assert_string_equal(end ? "end" : text_string(&seen), expected);
    text_release(&seen);
}

static void assert_rows(const char *text, const char *const *expected)
{
    struct csv_reader reader;
    char *exact = open_text(&reader, text, strlen(text));
    for (; *expected; expected++)
        assert_row(&reader, *expected);
    assert_row(&reader, "end");
    assert_row(&reader, "end");
    csv_reader_release(&reader);
    free(exact);
}

#define ROWS(...) ((const char *const[]) { __VA_ARGS__, NULL })

/* Reads to the first error. */
static void assert_refused(const char *text, size_t size, enum error_kind kind,
                           const char *expected)
{
    struct csv_reader reader;
    char *exact = open_text(&reader, text, size);
    struct error error = { 0 };
    bool end = false;
    while (csv_reader_next(&reader, &end, &error))
        if (end)
            fail_msg("accepted, expected: %s", expected);
    assert_string_equal(error.message, expected);
    assert_int_equal(error.kind, kind);
    csv_reader_release(&reader);
    free(exact);
}

static void assert_wrong(const char *text, const char *expected)
{
    assert_refused(text, strlen(text), ERROR_DATA, expected);
}

static void rows_end_with_lf_or_crlf_or_the_text(void **state)
{
    (void)state;
    assert_rows("a,b\nc,d\n", ROWS("<a><b>", "<c><d>"));
    assert_rows("a,b\r\nc,d\r\n", ROWS("<a><b>", "<c><d>"));
    assert_rows("a,b\nc,d", ROWS("<a><b>", "<c><d>"));
    assert_rows("a,b\r\nc,d\r", ROWS("<a><b>", "<c><d>"));
    assert_rows("a", ROWS("<a>"));
}

static void empty_cells_are_cells(void **state)
{
    (void)state;
    assert_rows(",\n", ROWS("<><>"));
    assert_rows("a,\nb,,c\n,d", ROWS("<a><>", "<b><><c>", "<><d>"));
    assert_rows("a,", ROWS("<a><>"));
    assert_rows("\"\"\n", ROWS("<>"));
    assert_rows("\"\",\"\"", ROWS("<><>"));
    assert_rows(" \n", ROWS("< >"));
}

static void empty_lines_are_skipped(void **state)
{
    (void)state;
    assert_rows("\n\n\r\na\n\n\nb\n\r\n", ROWS("<a>", "<b>"));
    assert_rows("\n\r\n", (const char *const[]) { NULL });
    struct csv_reader reader;
    csv_reader_init(&reader, NULL, 0);
    assert_row(&reader, "end");
    csv_reader_release(&reader);
}

static void quotes_keep_commas_line_ends_and_quotes(void **state)
{
    (void)state;
    assert_rows("\"a,b\",c\n", ROWS("<a,b><c>"));
    assert_rows("\"a\nb\r\nc\",d\n", ROWS("<a\nb\r\nc><d>"));
    assert_rows("\"say \"\"no\"\"\",\"\"\"\",\"\"\"a\"", ROWS("<say \"no\"><\"><\"a>"));
    assert_rows("\"a\"\r\n\"b\"", ROWS("<a>", "<b>"));
    assert_rows("\" a \", b ", ROWS("< a >< b >"));
}

static void a_byte_order_mark_in_front_is_skipped(void **state)
{
    (void)state;
    assert_rows("\xEF\xBB\xBF"
                "date,open\n1,2\n",
                ROWS("<date><open>", "<1><2>"));
    assert_rows("\xEF\xBB\xBF\"a\"\n", ROWS("<a>"));
    assert_rows("\xEF\xBB\xBF", (const char *const[]) { NULL });
    assert_rows("\xEF\xBB\n", ROWS("<\xEF\xBB>"));
    assert_rows("a\n\xEF\xBB\xBF"
                "b",
                ROWS("<a>", "<\xEF\xBB\xBF"
                            "b>"));
}

static void a_row_knows_the_line_it_begins_on(void **state)
{
    (void)state;
    struct csv_reader reader;
    const char text[] = "a\n\r\n\"b\n\nb\",1\r\nc\n";
    csv_reader_init(&reader, text, sizeof text - 1);
    assert_row(&reader, "<a>");
    assert_int_equal(reader.line, 1);
    assert_row(&reader, "<b\n\nb><1>");
    assert_int_equal(reader.line, 3);
    assert_row(&reader, "<c>");
    assert_int_equal(reader.line, 6);
    csv_reader_release(&reader);
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
    (void)state;
    assert_wrong("a\nb,\"c\nd\n", "line 2: a quote is opened and never closed");
    assert_wrong("a\n\"b\nb\",\"c", "line 3: a quote is opened and never closed");
    assert_wrong("\"", "line 1: a quote is opened and never closed");
    assert_wrong("\"a\"\"", "line 1: a quote is opened and never closed");
    assert_wrong("a\n\"b\" ,c\n",
                 "line 2: text behind a closing quote; expected a comma or the line's end");
    assert_wrong("\"a\n\"\"\n\"b",
                 "line 3: text behind a closing quote; expected a comma or the line's end");
    assert_wrong("a\n\nb\"c\n", "line 3: a quote inside a cell that does not begin with one");
    assert_wrong(" \"a\"", "line 1: a quote inside a cell that does not begin with one");
    assert_wrong("a\nb\rc\n", "line 2: a carriage return without a line feed behind it");
    assert_wrong("\ra", "line 1: a carriage return without a line feed behind it");
    assert_wrong("\"a\"\r,b", "line 1: a carriage return without a line feed behind it");
}

static void a_zero_byte_is_refused_wherever_it_is(void **state)
{
    (void)state;
    const char *message = "line 2: a zero byte; this is not text";
    assert_refused("a\nb\0c\n", 6, ERROR_DATA, message);
    assert_refused("a\n\0", 3, ERROR_DATA, message);
    assert_refused("\"a\n\0\"", 5, ERROR_DATA, message);
    assert_refused("a\n\"b\"\0", 6, ERROR_DATA, message);
    assert_refused("a\n,\0", 4, ERROR_DATA, message);
}

static void a_row_up_to_the_cap_is_read_and_one_over_it_refused(void **state)
{
    (void)state;
    const size_t size = CSV_ROW_SIZE_MAX;
    char *text = memory_new(size + 8, 1);
    memset(text, 'x', size + 8);
    text[1] = '\n'; /* the first row is "x" */
    memcpy(text + 2 + size, "\ny\n", 3);
    struct csv_reader reader;
    struct error error = { 0 };
    bool end = false;
    csv_reader_init(&reader, text, size + 5);
    assert_row(&reader, "<x>");
    assert_true(csv_reader_next(&reader, &end, &error));
    assert_int_equal(reader.cells[0].size, size);
    assert_row(&reader, "<y>");
    assert_row(&reader, "end");
    csv_reader_release(&reader);

    const char *message =
        "line 2: the row is longer than 1048576 bytes; is a quote left open in it?";
    memcpy(text + 2 + size, "x\n\n", 3);
    assert_refused(text, size + 5, ERROR_LIMIT, message);
    text[2 + size] = ',';
    assert_refused(text, size + 5, ERROR_LIMIT, message);
    memset(text + 2, ',', size);
    assert_refused(text, size + 5, ERROR_LIMIT, message);
    text[2] = '"';
    text[2 + size - 1] = '"';
    assert_refused(text, size + 5, ERROR_LIMIT, message);
    free(text);
}

static void the_last_row_may_have_the_size_of_the_cap(void **state)
{
    (void)state;
    char *text = malloc(CSV_ROW_SIZE_MAX);
    memset(text, 'x', CSV_ROW_SIZE_MAX);
    struct csv_reader reader;
    struct error error = { 0 };
    bool end = true;
    csv_reader_init(&reader, text, CSV_ROW_SIZE_MAX);
    assert_true(csv_reader_next(&reader, &end, &error));
    assert_int_equal(reader.cells[0].size, CSV_ROW_SIZE_MAX);
    assert_row(&reader, "end");
    csv_reader_release(&reader);
    free(text);
}

static void a_row_of_nothing_but_commas_has_room(void **state)
{
    (void)state;
    char text[3000];
    memset(text, ',', sizeof text);
    struct csv_reader reader;
    struct error error = { 0 };
    bool end = true;
    csv_reader_init(&reader, text, sizeof text);
    assert_true(csv_reader_next(&reader, &end, &error));
    assert_false(end);
    assert_int_equal(reader.cell_count, sizeof text + 1);
    csv_reader_release(&reader);
}

static void assert_cell(const char *cell, const char *expected)
{
    struct text text = { 0 };
    csv_append_cell(&text, true, cell, strlen(cell));
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void a_cell_is_quoted_only_where_it_must_be(void **state)
{
    (void)state;
    assert_cell("", "");
    assert_cell("QQQ", "QQQ");
    assert_cell("-1.5", "-1.5");
    assert_cell("a b", "a b");
    assert_cell("a'b\t", "a'b\t");
    assert_cell("a,b", "\"a,b\"");
    assert_cell("a\nb", "\"a\nb\"");
    assert_cell("a\r", "\"a\r\"");
    assert_cell("\"", "\"\"\"\"");
    assert_cell("say \"no\"", "\"say \"\"no\"\"\"");
    assert_cell(" a", "\" a\"");
    assert_cell("a ", "\"a \"");
    assert_cell(" ", "\" \"");
    assert_cell("\xEF\xBB\xBF", "\"\xEF\xBB\xBF\"");
    assert_cell("a\xEF\xBB\xBF", "a\xEF\xBB\xBF");
}

/* One byte of any value, at any place of cells of several lengths. */
static void any_byte_is_written_as_it_must_be_and_read_back(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 20; size++) {
        for (size_t place = 0; place < size; place++) {
            for (int byte = 1; byte < 256; byte++) {
                char cell[] = "xxxxxxxxxxxxxxxxxxxx";
                cell[place] = (char)byte;
                cell[size] = '\0';
                bool at_the_edge = place == 0 || place == size - 1;
                bool is_special = strchr(",\"\r\n", byte) || (byte == ' ' && at_the_edge);
                struct text text = { 0 };
                struct csv_reader reader;
                csv_append_cell(&text, true, cell, size);
                assert_int_equal(text.bytes[0] == '"', is_special);
                csv_append_row_end(&text);
                char expected[32];
                snprintf(expected, sizeof expected, "<%s>", cell);
                char *exact = open_text(&reader, text.bytes, text.size);
                assert_row(&reader, expected);
                assert_row(&reader, "end");
                csv_reader_release(&reader);
                text_release(&text);
                free(exact);
            }
        }
    }
}

static void only_the_given_bytes_are_written(void **state)
{
    (void)state;
    struct text text = { 0 };
    csv_append_cell(&text, true, "ab,c", 2);
    assert_string_equal(text_string(&text), "ab");
    text_release(&text);
}

static void a_row_is_written_with_commas_between_and_lf_behind(void **state)
{
    (void)state;
    struct text text = { 0 };
    csv_append_cell(&text, true, "a", 1);
    csv_append_cell(&text, false, NULL, 0);
    csv_append_cell(&text, false, "c", 1);
    csv_append_row_end(&text);
    csv_append_cell(&text, true, "", 0);
    csv_append_row_end(&text);
    csv_append_cell(&text, true, "", 0);
    csv_append_cell(&text, false, "", 0);
    csv_append_row_end(&text);
    assert_string_equal(text_string(&text), "a,,c\n\"\"\n,\n");
    text_release(&text);
}

/* xorshift64: the same numbers in every run. */
static uint64_t random_below(uint64_t limit)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % limit;
}

struct cells {
    char text[CELLS_MAX][CELL_SIZE_MAX + 1];
    size_t count;
};

static struct cells random_row(void)
{
    static const char nasty[] = "ab,\"\r\n ;'\t\xC3\xA9\x7F";
    struct cells row = { .count = 1 + random_below(CELLS_MAX) };
    for (size_t i = 0; i < row.count; i++) {
        size_t size = random_below(CELL_SIZE_MAX + 1);
        for (size_t j = 0; j < size; j++)
            row.text[i][j] = nasty[random_below(sizeof nasty - 1)];
    }
    return row;
}

static void any_cells_read_back_as_they_were_written(void **state)
{
    (void)state;
    for (int round = 0; round < RANDOM_TABLES; round++) {
        struct cells rows[3];
        struct text text = { 0 };
        for (size_t r = 0; r < 3; r++) {
            rows[r] = random_row();
            for (size_t c = 0; c < rows[r].count; c++)
                csv_append_cell(&text, c == 0, rows[r].text[c], strlen(rows[r].text[c]));
            csv_append_row_end(&text);
        }
        struct csv_reader reader;
        csv_reader_init(&reader, text.bytes, text.size);
        for (size_t r = 0; r < 3; r++) {
            struct error error = { 0 };
            bool end = true;
            if (!csv_reader_next(&reader, &end, &error) || end)
                fail_msg("row %zu of\n%s\n%s", r, text.bytes, error.message);
            assert_int_equal(reader.cell_count, rows[r].count);
            for (size_t c = 0; c < reader.cell_count; c++)
                assert_string_equal(reader.cells[c].text, rows[r].text[c]);
        }
        assert_row(&reader, "end");
        csv_reader_release(&reader);
        text_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_end_with_lf_or_crlf_or_the_text),
        cmocka_unit_test(empty_cells_are_cells),
        cmocka_unit_test(empty_lines_are_skipped),
        cmocka_unit_test(quotes_keep_commas_line_ends_and_quotes),
        cmocka_unit_test(a_byte_order_mark_in_front_is_skipped),
        cmocka_unit_test(a_row_knows_the_line_it_begins_on),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(a_zero_byte_is_refused_wherever_it_is),
        cmocka_unit_test(a_row_up_to_the_cap_is_read_and_one_over_it_refused),
        cmocka_unit_test(the_last_row_may_have_the_size_of_the_cap),
        cmocka_unit_test(a_row_of_nothing_but_commas_has_room),
        cmocka_unit_test(a_cell_is_quoted_only_where_it_must_be),
        cmocka_unit_test(any_byte_is_written_as_it_must_be_and_read_back),
        cmocka_unit_test(only_the_given_bytes_are_written),
        cmocka_unit_test(a_row_is_written_with_commas_between_and_lf_behind),
        cmocka_unit_test(any_cells_read_back_as_they_were_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
