#include "service/commands/table_print.h"

#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/settings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define BOLD "\x1b[1m"
#define PLAIN "\x1b[0m"

static const char *const colours[] = {
    [COLOUR_NONE] = "",
    [COLOUR_RED] = "\x1b[31m",
    [COLOUR_GREEN] = "\x1b[32m",
    [COLOUR_YELLOW] = "\x1b[33m",
};

void table_print_cell(struct table_print *table, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (size < 0)
        abort();
    /* Names come from files: none may move the cursor or break a row. */
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == '\x7f')
            *at = '?';
    table->cells =
        memory_grow(table->cells, table->cell_count, &table->cell_capacity, sizeof *table->cells);
    table->cells[table->cell_count++] = (struct table_print_cell) {
        .text = text,
        .rule_above = table->rule_pending,
    };
    table->rule_pending = false;
}

void table_print_colour(struct table_print *table, enum table_print_colour colour)
{
    assert(table->cell_count > 0);
    table->cells[table->cell_count - 1].colour = colour;
}

void table_print_rule(struct table_print *table)
{
    assert(table->cell_count % table->column_count == 0);
    table->rule_pending = true;
}

/* Bytes that continue a character of UTF-8 take no room of their own. */
static size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

/* One writing of a table. */
struct printout {
    const struct table_print *table;
    FILE *stream;
    size_t *widths; /* of the columns */
    size_t blanks;  /* due before the next text; dropped at the end of a line */
};

static void print_repeated(char character, size_t count, FILE *stream)
{
    for (; count > 0; count--)
        putc(character, stream);
}

/* The style's bytes go around the text alone, so that they do not count as width. */
static void print_cell(struct printout *printout, size_t column, const char *text,
                       const char *style)
{
    const struct table_print *table = printout->table;
    size_t padding = printout->widths[column] - text_width(text);
    bool right = table->columns[column].alignment == ALIGN_RIGHT;
    printout->blanks += (column > 0 ? 2 : table->indent) + (right ? padding : 0);
    if (text[0] != '\0') {
        print_repeated(' ', printout->blanks, printout->stream);
        printout->blanks = 0;
        fprintf(printout->stream, "%s%s%s", style, text, style[0] != '\0' ? PLAIN : "");
    }
    printout->blanks += right ? 0 : padding;
    if (column + 1 == table->column_count) {
        printout->blanks = 0;
        putc('\n', printout->stream);
    }
}

static void print_rule(const struct printout *printout)
{
    size_t width = 2 * (printout->table->column_count - 1);
    for (size_t column = 0; column < printout->table->column_count; column++)
        width += printout->widths[column];
    print_repeated(' ', printout->table->indent, printout->stream);
    print_repeated('-', width, printout->stream);
    putc('\n', printout->stream);
}

/* The widths of the columns, to be freed. */
static size_t *measure(const struct table_print *table)
{
    size_t *widths = memory_new(table->column_count, sizeof *widths);
    for (size_t column = 0; column < table->column_count; column++) {
        const char *title = table->columns[column].title;
        widths[column] = title != NULL ? text_width(title) : 0;
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = text_width(table->cells[i].text);
        size_t *widest = &widths[i % table->column_count];
        *widest = width > *widest ? width : *widest;
    }
    return widths;
}

void table_print_write(const struct table_print *table, FILE *stream)
{
    assert(table->cell_count % table->column_count == 0);
    bool coloured = settings_colour_wanted(stream);
    struct printout printout = { .table = table, .stream = stream, .widths = measure(table) };
    bool header = table->columns[0].title != NULL;
    for (size_t column = 0; header && column < table->column_count; column++)
        print_cell(&printout, column, table->columns[column].title, coloured ? BOLD : "");
    for (size_t i = 0; i < table->cell_count; i++) {
        const struct table_print_cell *cell = &table->cells[i];
        if (cell->rule_above)
            print_rule(&printout);
        print_cell(&printout, i % table->column_count, cell->text,
                   coloured ? colours[cell->colour] : "");
    }
    if (table->rule_pending)
        print_rule(&printout);
    free(printout.widths);
}

void table_print_release(struct table_print *table)
{
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i].text);
    free(table->cells);
    *table = (struct table_print) { 0 };
}
