#include "service/commands/table_print.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const struct table_print_column columns[] = { { "symbol", ALIGN_LEFT },
                                                     { "pnl", ALIGN_RIGHT },
                                                     { "note", ALIGN_LEFT } };

static struct table_print new_table(void)
{
    return (struct table_print) { .columns = columns, .column_count = 3 };
}

static void add_row(struct table_print *table, const char *symbol, const char *pnl,
                    const char *note)
{
    table_print_cell(table, "%s", symbol);
    table_print_cell(table, "%s", pnl);
    table_print_cell(table, "%s", note);
}

static void assert_written(struct table_print *table, const char *expected)
{
    char *written = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&written, &size);
    table_print_write(table, stream);
    fclose(stream);
    assert_string_equal(written, expected);
    free(written);
    table_print_release(table);
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    struct table_print table = new_table();
    add_row(&table, "QQQ", "1234.50", "");
    add_row(&table, "BTC/USD", "-1", "halted");
    assert_written(&table, "symbol       pnl  note\n"
                           "QQQ      1234.50\n"
                           "BTC/USD       -1  halted\n");
}

static void a_character_of_many_bytes_takes_one_place(void **state)
{
    (void)state;
    struct table_print table = new_table();
    add_row(&table, "Zürich€", "−5", "x");
    assert_written(&table, "symbol   pnl  note\n"
                           "Zürich€   −5  x\n");
}

static void rules_stand_where_they_are_asked_for(void **state)
{
    (void)state;
    struct table_print table = new_table();
    table_print_rule(&table);
    add_row(&table, "QQQ", "1", "a");
    table_print_rule(&table);
    add_row(&table, "total", "1", "");
    table_print_rule(&table);
    assert_written(&table, "symbol  pnl  note\n"
                           "-----------------\n"
                           "QQQ       1  a\n"
                           "-----------------\n"
                           "total     1\n"
                           "-----------------\n");
}

static void without_titles_there_is_no_header(void **state)
{
    (void)state;
    static const struct table_print_column untitled[] = { { NULL, ALIGN_LEFT },
                                                          { NULL, ALIGN_LEFT } };
    struct table_print table = { .columns = untitled, .column_count = 2, .indent = 2 };
    table_print_cell(&table, "%d", 1);
    table_print_cell(&table, "one");
    table_print_cell(&table, "twelve");
    table_print_cell(&table, "%d", 12);
    table_print_rule(&table);
    assert_written(&table, "  1       one\n"
                           "  twelve  12\n"
                           "  -----------\n");
}

static void a_table_without_rows_is_its_header(void **state)
{
    (void)state;
    struct table_print table = new_table();
    assert_written(&table, "symbol  pnl  note\n");
}

static void control_characters_in_a_cell_are_not_passed_on(void **state)
{
    (void)state;
    struct table_print table = new_table();
    add_row(&table, "a\x1b[2Jb", "\n", "\x7f\t");
    assert_written(&table, "symbol  pnl  note\n"
                           "a?[2Jb    ?  ??\n");
}

static void colours_are_left_out_off_a_terminal(void **state)
{
    (void)state;
    struct table_print table = new_table();
    add_row(&table, "QQQ", "1", "a");
    table_print_colour(&table, COLOUR_RED);
    assert_written(&table, "symbol  pnl  note\nQQQ       1  a\n");
}

static void a_terminal_gets_a_bold_header_and_colours_that_do_not_count_as_width(void **state)
{
    (void)state;
    unsetenv("NO_COLOR");
    int controller = posix_openpt(O_RDWR | O_NOCTTY);
    if (controller < 0 || grantpt(controller) != 0 || unlockpt(controller) != 0)
        skip();
    char path[128];
    assert_int_equal(ptsname_r(controller, path, sizeof path), 0);
    FILE *terminal = fdopen(open(path, O_RDWR | O_NOCTTY), "w");
    assert_non_null(terminal);
    struct table_print table = { .columns = columns, .column_count = 2 };
    table_print_cell(&table, "QQQ");
    table_print_cell(&table, "1");
    table_print_colour(&table, COLOUR_GREEN);
    table_print_write(&table, terminal);
    fclose(terminal);
    char shown[256] = { 0 };
    size_t size = 0;
    ssize_t got;
    while ((got = read(controller, shown + size, sizeof shown - 1 - size)) > 0)
        size += (size_t)got;
    assert_string_equal(shown, "\x1b[1msymbol\x1b[0m  \x1b[1mpnl\x1b[0m\r\n"
                               "QQQ       \x1b[32m1\x1b[0m\r\n");
    close(controller);
    table_print_release(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(a_character_of_many_bytes_takes_one_place),
        cmocka_unit_test(rules_stand_where_they_are_asked_for),
        cmocka_unit_test(without_titles_there_is_no_header),
        cmocka_unit_test(a_table_without_rows_is_its_header),
        cmocka_unit_test(control_characters_in_a_cell_are_not_passed_on),
        cmocka_unit_test(colours_are_left_out_off_a_terminal),
        cmocka_unit_test(a_terminal_gets_a_bold_header_and_colours_that_do_not_count_as_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
