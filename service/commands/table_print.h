/* A table for people: text cells in aligned columns, two blanks apart. Widths count code points of
 * UTF-8. On a terminal, unless NO_COLOR is set, the header is bold and cells may have a colour;
 * elsewhere the text is plain. Control characters in a cell are shown as '?'. */
#ifndef PLAYBOOK_COMMANDS_TABLE_PRINT_H
#define PLAYBOOK_COMMANDS_TABLE_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum table_print_alignment { ALIGN_LEFT, ALIGN_RIGHT };
enum table_print_colour { COLOUR_NONE, COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW };

struct table_print_column {
    const char *title; /* borrowed; NULL in every column: no header */
    enum table_print_alignment alignment;
};

struct table_print_cell {
    char *text; /* owned */
    enum table_print_colour colour;
    bool rule_above; /* of a row's first cell */
};

/* Start with the first three members (columns are borrowed) and the rest zeroed. */
struct table_print {
    const struct table_print_column *columns;
    size_t column_count;
    size_t indent;                  /* blanks in front of every line */
    struct table_print_cell *cells; /* row by row; owned */
    size_t cell_count, cell_capacity;
    bool rule_pending;
};

/* Adds the next cell; the row after the last column begins by itself. */
void table_print_cell(struct table_print *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Colours the cell added last. */
void table_print_colour(struct table_print *table, enum table_print_colour colour);

/* A line of dashes between the rows so far (or the header) and what follows. */
void table_print_rule(struct table_print *table);

/* All rows must be complete. */
void table_print_write(const struct table_print *table, FILE *stream);

void table_print_release(struct table_print *table); /* accepts a zeroed one */

#endif
