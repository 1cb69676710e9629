/* RFC 4180 text: rows of cells, quoted where needed. Reading takes LF or CRLF and a missing last
 * newline; writing ends rows with LF. A UTF-8 byte order mark in front is skipped.
 *
 *     struct csv_reader reader;
 *     csv_reader_init(&reader, bytes, size);
 *     for (;;) {
 *         bool end;
 *         if (!csv_reader_next(&reader, &end, error)) ...
 *         if (end) break;
 *         ... reader.cells[0 .. reader.cell_count - 1], reader.line ...
 *     }
 *     csv_reader_release(&reader); */
#ifndef PLAYBOOK_BASE_CSV_H
#define PLAYBOOK_BASE_CSV_H

#include "service/base/error.h"
#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct csv_cell {
    const char *text; /* NUL-terminated; borrowed until the next row */
    size_t size;
};

struct csv_reader {
    const char *next, *end;
    size_t line;            /* the line on which the current row begins, from 1 */
    struct csv_cell *cells; /* of the current row */
    size_t cell_count;
    size_t cell_capacity;
    char *scratch; /* the current row's cells, unquoted; as large as a row may be */
    size_t lines_read;
};

enum { CSV_ROW_SIZE_MAX = 1 << 20 };

/* The bytes are borrowed for the reader's life. */
void csv_reader_init(struct csv_reader *reader, const char *bytes, size_t size);

/* Moves to the next row; *ret_end is true, and the row empty, behind the last one. Empty lines are
 * skipped; a row may have any number of cells. An error names the line: a quote left open, a quote
 * inside a cell that does not begin with one, text behind a closing quote, a carriage return alone,
 * a NUL (kind data), a row over the cap (kind limit). After an error there is only the release. */
bool csv_reader_next(struct csv_reader *reader, bool *ret_end, struct error *error);

/* Accepts a zeroed reader. */
void csv_reader_release(struct csv_reader *reader);

/* Appends one cell, in quotes if it has a comma, a quote, CR, LF, a space in front or behind, or a
 * byte order mark in front. `first`: no comma in front. The cell must not hold a NUL. */
void csv_append_cell(struct text *text, bool first, const char *cell, size_t size);

/* A row of one empty cell is written as "", for an empty line is no row. */
void csv_append_row_end(struct text *text);

#endif
