/* The rows of one table as CSV text: collected from records and from existing text in any order,
 * printed sorted. The form is a pure function of the rows: same rows, same bytes.
 *
 * A text that a spreadsheet program would execute (it begins with = + - @, a tab or a carriage
 * return) gets an apostrophe in front, which is taken off when the row is read again. So does one
 * that has such a character behind apostrophes of its own, and nothing is lost. Numbers are never
 * touched: losses begin with a minus. */
#ifndef PLAYBOOK_WRITERS_CSV_ROWS_H
#define PLAYBOOK_WRITERS_CSV_ROWS_H

#include "service/base/csv.h"
#include "writers/record.h"

struct csv_row;

struct csv_rows {
    const struct table *table;
    struct csv_row **rows;
    size_t count;
    size_t capacity;
    struct text line;  /* of the row being added */
    struct text value; /* of the cell being added */
};

void csv_rows_init(struct csv_rows *rows, const struct table *table);
void csv_rows_release(struct csv_rows *rows);

/* A row longer than what csv_reader takes is an error of kind writer. */
bool csv_rows_add_record(struct csv_rows *rows, const struct record_set *set, size_t record,
                         struct error *error);
bool csv_rows_add_cells(struct csv_rows *rows, const struct csv_cell *cells,
                        const struct row_identity *identity, struct error *error);

/* The header and the rows, sorted; rows that are about the same stay in the order in which they
 * were added. Over the cap of a text: kind writer. */
bool csv_rows_print(struct csv_rows *rows, struct text *text, struct error *error);

/* That the cells are the table's header, exactly. The error names the first that differs. */
bool csv_header_check(const struct table *table, const struct csv_cell *cells, size_t count,
                      struct error *error);

/* Takes the apostrophes off a row that was read, in place, and finds what the row is about. An
 * error (kind writer) says what is wrong with it. */
bool csv_cells_identify(const struct table *table, struct csv_cell *cells, size_t count,
                        struct row_identity *ret_identity, struct error *error);

#endif
